//! The scopes of one text as data.
//!
//! Invariants:
//! - everything is in source order, and every index that is stored leads somewhere;
//! - a name that is read is the start of exactly one [`NameReference`]; a name that is written, deleted or
//!   declared without a value is exactly one [`Binding`] (an augmented assignment is both);
//! - a chain reaches a binding if some order of execution lets it: too many is allowed, too few is a
//!   defect. In straight code of one scope it is exact;
//! - `import a` and `import a.b` do not undo each other: both bind the same package, and each brings a module;
//! - `global` and `nonlocal` are followed: a binding is listed in the scope whose name it binds;
//! - code that runs at another time (a function, a lambda, a generator, an annotation, the value of a
//!   `type` statement) reaches every binding of a name, and what such code binds is reached by every
//!   read. Then [`Resolution::unbound`] says whether some way to the end of the module leaves it unbound;
//! - the name of a binding, and the names of a scope, are those that Python looks up: a private name
//!   in a class is mangled (`_C__x`). The parts of chains and clauses are as written;
//! - what code in strings brings ([`Scopes::add_quoted`]) comes after all other scopes and
//!   bindings; the chains and strings stay sorted.

use std::ops::Deref;
use std::sync::Arc;

use ruff_text_size::TextRange;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::path::Segment;

macro_rules! ids {
    ($($(#[doc = $doc:literal])+ $name:ident)+) => { $(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) struct $name(pub(crate) u32);

        impl $name {
            /// As an index.
            pub(crate) fn index(self) -> usize {
                self.0 as usize
            }
        }
    )+ };
}

ids! {
    /// Index in [`Scopes::scopes`].
    ScopeId
    /// Index in [`Scopes::blocks`].
    BlockId
    /// Index in [`Scopes::imports`].
    ImportId
    /// Index in [`Scopes::bindings`].
    BindingId
}

/// What the names of a text are bound to.
#[derive(Debug, Default)]
pub(crate) struct Scopes {
    /// The module first, then by position of their start.
    pub(crate) scopes: Vec<Scope>,
    /// The module's body first.
    pub(crate) blocks: Vec<Block>,
    /// Import statements.
    pub(crate) imports: Vec<Import>,
    /// Everything that binds, deletes or declares a name.
    pub(crate) bindings: Vec<Binding>,
    /// Every name that is read, by position of the name.
    pub(crate) chains: Vec<NameReference>,
    /// Every name that is deleted, with what is bound to it there: a deletion needs a binding, as a read does.
    pub(crate) deletions: Vec<NameReference>,
    /// Some code may use names of the module that are not written (`eval`, `exec`, `globals`, and at the top
    /// level `locals`, `vars`, `dir`).
    pub(crate) dynamic_globals: bool,
    /// The scopes that are [`Scope::dynamic`].
    pub(crate) dynamic: Vec<ScopeId>,
    /// Start of each string literal (with f- and t-strings) and the scope that evaluates it, by start.
    pub(super) strings: Vec<(u32, ScopeId)>,
}

/// What a scope is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScopeKind {
    /// The module; its names are the globals.
    Module,
    /// A class body: methods do not see its names.
    Class,
    /// A function body with its parameters.
    Function,
    /// A lambda.
    Lambda,
    /// A comprehension or generator, without its first iterable.
    Comprehension,
    /// The type parameters of a class, function or `type` statement, or the value of such a
    /// statement: sees the names of a class around it (PEP 695).
    TypeParameters,
}

/// A scope.
#[derive(Debug)]
pub(crate) struct Scope {
    /// What it is.
    pub(crate) kind: ScopeKind,
    /// The scope around it; `None` for the module.
    pub(crate) parent: Option<ScopeId>,
    /// The whole construct (for a function: from `def` to the end of its body).
    pub(crate) range: TextRange,
    /// A stable name: kinds and positions among siblings from the module on, such as `def.0/class.1`; empty for the module.
    pub(crate) key: String,
    /// Bindings of each name that is in this scope, in source order, those from other scopes (by
    /// `global`, `nonlocal`, a walrus in a comprehension) too.
    pub(crate) bindings: FxHashMap<Segment, Vec<BindingId>>,
    /// Star imports into this scope.
    pub(crate) stars: Vec<BindingId>,
    /// Names that it declares `global`, with each place of the name in such a statement.
    pub(crate) globals: FxHashMap<Segment, Vec<TextRange>>,
    /// Names that it declares `nonlocal`.
    pub(crate) nonlocals: FxHashMap<Segment, Vec<TextRange>>,
    /// Its code uses `exec`, `eval`, `locals` or `globals` by their own names, or calls `vars` or `dir` without an
    /// object: names may be used that are not written.
    pub(crate) dynamic: bool,
    /// The innermost class around its code (for a class: itself), by which private names are mangled.
    pub(super) class: Option<Segment>,
    /// Of the module: names that it binds and that some way to its end leaves unbound.
    pub(super) unsettled: FxHashSet<Segment>,
}

/// A suite of statements.
#[derive(Debug)]
pub(crate) struct Block {
    /// The block around it; `None` for the module's.
    pub(crate) parent: Option<BlockId>,
    /// The scope whose code it is.
    pub(crate) scope: ScopeId,
    /// What it belongs to.
    pub(crate) kind: BlockKind,
    /// The compound statement that it is an arm of (the module's whole range for the module).
    pub(crate) statement: TextRange,
    /// From its first statement to the end of its last.
    pub(crate) range: TextRange,
    /// Ranges of its statements, in order.
    pub(crate) statements: Vec<TextRange>,
}

/// What a block belongs to. Numbers count the arms of one statement from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockKind {
    /// The module's body.
    Module,
    /// A class body.
    Class,
    /// A function body.
    Function,
    /// An arm of `if`: 0 the `if`, then each `elif` and `else`.
    If(u32),
    /// The body of `try`.
    Try,
    /// A handler.
    Except(u32),
    /// `else` of `try`.
    TryElse,
    /// `finally`.
    Finally,
    /// The body of a loop.
    Loop,
    /// `else` of a loop.
    LoopElse,
    /// The body of `with`; whether an item is a call of something named `suppress`.
    With {
        /// An exception may end the body without ending the code after it.
        suppresses: bool,
    },
    /// A `case`.
    Case(u32),
}

/// An import statement.
#[derive(Debug)]
pub(crate) struct Import {
    /// The statement.
    pub(crate) range: TextRange,
    /// The scope whose code it is.
    pub(crate) scope: ScopeId,
    /// The block that it stands in.
    pub(crate) block: BlockId,
    /// Its form.
    pub(crate) kind: ImportKind,
    /// Its clauses; for a star one clause named `*`.
    pub(crate) clauses: Vec<ImportAlias>,
    /// `lazy import`, `lazy from` (PEP 810).
    pub(crate) is_lazy: bool,
    /// Nothing can run it, or it never ends normally: code after `return` or `raise`. Still recorded.
    pub(crate) unreachable: bool,
}

/// The form of an import statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ImportKind {
    /// `import a.b, c as d`.
    Plain,
    /// `from ..a.b import c`.
    From {
        /// Number of dots.
        level: u32,
        /// The names after the dots; may be empty.
        module: Vec<Segment>,
        /// Where these names stand; `None` if there is none.
        module_range: Option<TextRange>,
    },
}

/// One name of an import statement.
#[derive(Debug)]
pub(crate) struct ImportAlias {
    /// The whole clause, with `as`.
    pub(crate) range: TextRange,
    /// The names as written: several for `import a.b`, one after `from`, `*` for a star.
    pub(crate) path: Vec<Segment>,
    /// Where they stand.
    pub(crate) path_range: TextRange,
    /// The name after `as`.
    pub(crate) alias: Option<(Segment, TextRange)>,
    /// What it binds: for `import a.b` the name `a`, for a star `*`.
    pub(crate) binding: BindingId,
}

/// Something that binds, deletes or declares a name.
#[derive(Debug)]
pub(crate) struct Binding {
    /// The name; `*` for a star import.
    pub(crate) name: Segment,
    /// The scope whose name it is.
    pub(crate) scope: ScopeId,
    /// The scope whose code does it.
    pub(crate) from: ScopeId,
    /// The block that it stands in.
    pub(crate) block: BlockId,
    /// The name (for an import without `as`: the clause's path).
    pub(crate) range: TextRange,
    /// How.
    pub(crate) kind: BindingKind,
}

/// How a name is bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BindingKind {
    /// By a clause of an import statement: its index.
    Import(ImportId, u32),
    /// By a star import.
    Star(ImportId),
    /// A parameter.
    Parameter,
    /// A function.
    Function,
    /// A class.
    Class,
    /// `=`, also with an annotation, and `+=`.
    Assignment,
    /// `for`, `with as`, a comprehension's target.
    Target,
    /// `except as`: deleted at the end of the handler.
    Except,
    /// `:=`.
    Walrus,
    /// A capture of `case`.
    Capture,
    /// A type parameter.
    TypeParameter,
    /// A `type` statement.
    TypeAlias,
    /// An annotation without a value: the name is the scope's, and stays unbound.
    Annotation,
    /// `del`.
    Deletion,
}

/// What is done to what a chain names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Context {
    /// It is read.
    Load,
    /// It is assigned to: `a.b = 1`.
    Store,
    /// It is deleted: `del a.b`.
    Delete,
    /// The name itself is deleted: `del a`. Only in [`Scopes::deletions`].
    Unbind,
}

/// A name that is read and the attributes after it, as many as follow without a call or subscript.
#[derive(Debug)]
pub(crate) struct NameReference {
    /// The scope that evaluates it.
    pub(crate) scope: ScopeId,
    /// The first name, then the attributes.
    pub(crate) parts: Vec<Part>,
    /// What is done to the whole.
    pub(crate) context: Context,
    /// What the first name can be bound to.
    pub(crate) reach: Resolution,
    /// Its names are only part of what such a string says (escapes, literals side by side): they cannot
    /// be edited, and their ranges are that of the whole string.
    pub(crate) fixed: bool,
}

/// One name of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The name.
    pub(crate) name: Segment,
    /// Where it stands.
    pub(crate) range: TextRange,
}

/// Some bindings, in source order, each once. A slice that is shared: many reads reach the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bindings(Arc<[BindingId]>);

impl From<Vec<BindingId>> for Bindings {
    fn from(bindings: Vec<BindingId>) -> Self {
        // Most have no stars: none is allocated for nothing.
        if bindings.is_empty() {
            return Self::default();
        }
        Self(bindings.into())
    }
}

impl Deref for Bindings {
    type Target = [BindingId];

    fn deref(&self) -> &[BindingId] {
        &self.0
    }
}

impl<'a> IntoIterator for &'a Bindings {
    type Item = &'a BindingId;
    type IntoIter = std::slice::Iter<'a, BindingId>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// What can be behind a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resolution {
    /// Bindings that bind (no deletions, no bare annotations), in source order, each once.
    pub(crate) bindings: Bindings,
    /// Star imports that may bring it.
    pub(crate) stars: Bindings,
    /// It may be a builtin, or not bound at all.
    pub(crate) unbound: bool,
}

impl NameReference {
    /// From the first name to the end of the last attribute.
    pub(crate) fn range(&self) -> TextRange {
        let first = self.parts[0].range;
        self.parts
            .last()
            .map_or(first, |last| first.cover(last.range))
    }

    /// The names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Segment> {
        self.parts.iter().map(|part| &part.name)
    }
}

impl Scopes {
    /// The scope of this index.
    pub(crate) fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.index()]
    }

    /// The block of this index.
    pub(crate) fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.index()]
    }

    /// The binding of this index.
    pub(crate) fn binding(&self, id: BindingId) -> &Binding {
        &self.bindings[id.index()]
    }

    /// The import statement of this index.
    pub(crate) fn import(&self, id: ImportId) -> &Import {
        &self.imports[id.index()]
    }

    /// The import statement and the clause behind a binding, if it is one by import.
    pub(crate) fn clause(&self, id: BindingId) -> Option<(&Import, &ImportAlias)> {
        match self.binding(id).kind {
            BindingKind::Import(import, clause) => {
                let import = self.import(import);
                Some((import, import.clauses.get(clause as usize)?))
            }
            BindingKind::Star(import) => {
                let import = self.import(import);
                Some((import, import.clauses.first()?))
            }
            _ => None,
        }
    }

    /// The chain whose first name starts at this byte.
    pub(crate) fn chain_at(&self, start: u32) -> Option<&NameReference> {
        let key = |chain: &NameReference| chain.parts[0].range.start().to_u32();
        let at = self.chains.partition_point(|chain| key(chain) < start);
        self.chains.get(at).filter(|chain| key(chain) == start)
    }

    /// The scope that evaluates the string literal which starts at this byte.
    pub(crate) fn scope_of_string(&self, start: u32) -> Option<ScopeId> {
        let at = self
            .strings
            .binary_search_by_key(&start, |(at, _)| *at)
            .ok()?;
        self.strings.get(at).map(|(_, scope)| *scope)
    }
}

//! The walk over a syntax tree: what the parts of it share.
//!
//! It visits code in the order in which it runs, so that [`Flow`] sees names being bound and read
//! in that order. What is found gets its number as it comes; `finish` puts all in source order and
//! resolves what was read.

use ruff_python_ast::{Identifier, ModModule, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};
use rustc_hash::FxHashSet;

use super::flow::{Flow, Sources};
use super::last::Recording;
use super::names::{mangled, mangled_segment};
use super::{
    Binding, BindingId, BindingKind, Block, BlockId, BlockKind, Context, NameReference, Part,
    Resolution, Scope, ScopeId, ScopeKind, Scopes,
};
use crate::path::Segment;

/// A chain whose first name is not resolved yet.
#[derive(Debug)]
pub(super) struct Pending {
    /// Index in the chains.
    pub(super) chain: usize,
    /// What the name may hold in each scope that the code at hand runs in, inner first.
    pub(super) live: Vec<(ScopeId, Sources)>,
}

/// The walk.
pub(super) struct Builder<'a> {
    pub(super) scopes: Scopes,
    /// The source; `None` for an expression by itself.
    pub(super) text: Option<&'a str>,
    pub(super) flow: Flow,
    pub(super) scope: ScopeId,
    pub(super) block: BlockId,
    /// What is read now is evaluated at an unknown time.
    pub(super) is_lazy: bool,
    /// And cannot be edited there.
    pub(super) fixed: bool,
    pub(super) pending: Vec<Pending>,
    /// By binding: run at another time than the scope whose name it binds.
    pub(super) foreign: Vec<bool>,
    /// Bindings by `import a` and `import a.b`: one of them does not undo another, since both bind the
    /// same package, and each brings its own module.
    pub(super) roots: FxHashSet<BindingId>,
    /// What is recorded instead, if that is asked for: then they do undo each other.
    pub(super) recording: Option<Recording>,
}

impl Scopes {
    /// The scopes of a module.
    pub(crate) fn of(module: &ModModule, text: &str) -> Self {
        let mut builder = Builder::new(Self::default(), Some(text), text.len());
        let range = TextRange::up_to(TextSize::of(text));
        builder.scope = builder.add_scope(ScopeKind::Module, None, range, None);
        builder.suite(BlockKind::Module, &module.body, range);
        builder.finish()
    }
}

impl<'a> Builder<'a> {
    pub(super) fn new(scopes: Scopes, text: Option<&'a str>, bytes: usize) -> Self {
        let known = scopes.scopes.len();
        Self {
            foreign: vec![false; scopes.bindings.len()],
            scopes,
            text,
            flow: Flow::new(bytes, known),
            scope: ScopeId(0),
            block: BlockId(0),
            is_lazy: false,
            fixed: false,
            pending: Vec::new(),
            roots: FxHashSet::default(),
            recording: None,
        }
    }

    pub(super) fn add_scope(
        &mut self,
        kind: ScopeKind,
        parent: Option<ScopeId>,
        range: TextRange,
        class: Option<Segment>,
    ) -> ScopeId {
        let id = ScopeId(self.scopes.scopes.len() as u32);
        self.flow.begin_scope();
        self.scopes.scopes.push(Scope {
            kind,
            parent,
            range,
            key: String::new(),
            bindings: Default::default(),
            stars: Vec::new(),
            globals: Default::default(),
            nonlocals: Default::default(),
            dynamic: false,
            class,
            unsettled: Default::default(),
        });
        id
    }

    /// Walks what is in a scope of its own.
    pub(super) fn in_scope(
        &mut self,
        kind: ScopeKind,
        range: TextRange,
        walk: impl FnOnce(&mut Self),
    ) {
        let class = self.scopes.scope(self.scope).class.clone();
        self.in_scope_of_class(kind, range, class, walk);
    }

    /// The same where private names are of `class`.
    pub(super) fn in_scope_of_class(
        &mut self,
        kind: ScopeKind,
        range: TextRange,
        class: Option<Segment>,
        walk: impl FnOnce(&mut Self),
    ) {
        let parent = self.scope;
        self.scope = self.add_scope(kind, Some(parent), range, class);
        walk(self);
        self.scope = parent;
    }

    /// Walks code that runs at another time.
    pub(super) fn later(&mut self, walk: impl FnOnce(&mut Self)) {
        self.flow.begin_run();
        walk(self);
        self.flow.end_run();
    }

    /// Walks what is evaluated at an unknown time, if ever.
    pub(super) fn lazily(&mut self, walk: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.is_lazy, true);
        walk(self);
        self.is_lazy = before;
    }

    /// Walks the statements of a block.
    pub(super) fn suite(&mut self, kind: BlockKind, body: &[Stmt], statement: TextRange) {
        let id = BlockId(self.scopes.blocks.len() as u32);
        let parent = (kind != BlockKind::Module).then_some(self.block);
        let range = match body {
            [] => TextRange::empty(statement.start()),
            [first, .., last] => first.range().cover(last.range()),
            [only] => only.range(),
        };
        self.scopes.blocks.push(Block {
            parent,
            scope: self.scope,
            kind,
            statement,
            range,
            statements: body.iter().map(Ranged::range).collect(),
        });
        let around = std::mem::replace(&mut self.block, id);
        for statement in body {
            self.statement(statement);
        }
        self.block = around;
    }

    /// The name as the scope at hand looks it up.
    pub(super) fn name(&self, name: &str) -> Segment {
        mangled(name, self.scopes.scope(self.scope).class.as_deref())
    }

    /// Records a binding of the scope at hand.
    pub(super) fn bind(&mut self, name: &Identifier, kind: BindingKind) -> BindingId {
        self.bind_name(name.as_str(), name.range, kind)
    }

    /// The same with the name as written.
    pub(super) fn bind_name(
        &mut self,
        name: &str,
        range: TextRange,
        kind: BindingKind,
    ) -> BindingId {
        self.bind_in(self.scope, name, range, kind)
    }

    /// Records what `import a` and `import a.b` bind.
    pub(super) fn bind_root(
        &mut self,
        name: &str,
        range: TextRange,
        kind: BindingKind,
    ) -> BindingId {
        self.roots
            .insert(BindingId(self.scopes.bindings.len() as u32));
        self.bind_name(name, range, kind)
    }

    /// Records a binding of a scope, by the code at hand.
    pub(super) fn bind_in(
        &mut self,
        scope: ScopeId,
        name: &str,
        range: TextRange,
        kind: BindingKind,
    ) -> BindingId {
        if kind == BindingKind::Deletion {
            let name = Segment::new(name);
            self.read(vec![Part { name, range }], Context::Unbind);
        }
        let id = BindingId(self.scopes.bindings.len() as u32);
        let name = self.name(name);
        let is_live = self.flow.is_live(scope);
        self.foreign.push(!is_live);
        if is_live {
            match kind {
                BindingKind::Annotation => {}
                BindingKind::Star(_) => self.flow.star(scope, id),
                BindingKind::Deletion => {
                    let variable = self.flow.variable(scope, &name);
                    self.flow.delete(variable);
                }
                _ => {
                    let variable = self.flow.variable(scope, &name);
                    let is_root = self.roots.contains(&id);
                    if is_root && let Some(recording) = &mut self.recording {
                        recording.import(id, self.flow.current(variable));
                        self.flow.bind(variable, id);
                    } else if is_root {
                        self.flow.bind_beside(variable, id, &self.roots);
                    } else {
                        self.flow.bind(variable, id);
                    }
                }
            }
        }
        self.scopes.bindings.push(Binding {
            name,
            scope,
            from: self.scope,
            block: self.block,
            range,
            kind,
        });
        id
    }

    /// Records a chain; its first name is read now.
    pub(super) fn read(&mut self, parts: Vec<Part>, context: Context) {
        let class = self.scopes.scope(self.scope).class.as_deref();
        let name = mangled_segment(&parts[0].name, class);
        if self.recording.is_some() {
            return self.record_read(&name, parts[0].range.start().to_u32());
        }
        let mut live = Vec::new();
        if !self.is_lazy {
            let mut at = Some(self.scope);
            while let Some(scope) = at.filter(|scope| self.flow.is_live(*scope)) {
                let is_seen = scope == self.scope || {
                    let kind = self.scopes.scope(scope).kind;
                    kind != ScopeKind::Class || self.sees_class(scope)
                };
                if is_seen {
                    let variable = self.flow.variable(scope, &name);
                    live.push((scope, self.flow.current(variable)));
                }
                at = self.scopes.scope(scope).parent;
            }
        }
        self.pending.push(Pending {
            chain: self.scopes.chains.len(),
            live,
        });
        self.scopes.chains.push(NameReference {
            scope: self.scope,
            parts,
            context,
            reach: Resolution::default(),
            fixed: self.fixed,
        });
    }

    /// Only type parameters stand between the class and the code at hand.
    fn sees_class(&self, class: ScopeId) -> bool {
        self.scopes
            .outward(self.scope)
            .take_while(|scope| *scope != class)
            .all(|scope| self.scopes.scope(scope).kind == ScopeKind::TypeParameters)
    }
}

//! One text, and all that was found out about it before anything is decided.

use ruff_python_ast::ModModule;
use ruff_python_ast::token::Tokens;
use ruff_text_size::TextRange;
use rustc_hash::{FxHashMap, FxHashSet};
use std::ops::Range;

use super::moving::Leaving;
use super::scopes::{BindingId, Import, ImportId, ImportKind, NameReference, Resolution, Scopes};
use super::settings::Settings;
use crate::lang::RewriteOptions;
use crate::lang::suppression::Suppressions;
use crate::mapping::Table;
use crate::path::{Known, Namespaces, Segment};

/// The kinds of things of a path in Python, as bits of [`Namespaces`] (see `path::PYTHON`).
pub(super) const MODULE: Namespaces = Namespaces(0b01);
/// Classes, functions and whatever else a module holds.
pub(super) const OBJECT: Namespaces = Namespaces(0b10);

/// The first names of a path, so many, are modules.
pub(super) fn known_modules(len: usize) -> Known {
    Known { len, kinds: MODULE }
}

/// What every text of a session is read with.
#[derive(Clone, Copy)]
pub(super) struct AnalysisContext<'a> {
    /// The rules.
    pub(super) table: &'a Table,
    /// How far a rewrite goes.
    pub(super) options: &'a RewriteOptions,
    /// What the configuration says.
    pub(super) settings: &'a Settings,
}

/// A text with its tree, its scopes, and what its imports mean.
pub(super) struct Unit<'a> {
    /// The text.
    pub(super) text: &'a str,
    /// Its tree.
    pub(super) module: &'a ModModule,
    /// Its tokens, with comments.
    pub(super) tokens: &'a Tokens,
    /// Its names.
    pub(super) scopes: Scopes,
    /// What each import statement names, by [`ImportId`].
    pub(super) targets: Vec<Target>,
    /// Relative imports that lead elsewhere since the file moves.
    pub(super) leaving: FxHashMap<ImportId, Leaving>,
    /// Every module name that the file has; the primary one first.
    pub(super) modules: Vec<Vec<Segment>>,
    /// It is an `__init__.py`.
    pub(super) is_package: bool,
    /// It is a stub.
    pub(super) is_stub: bool,
    /// Where string literals start that are types.
    pub(super) types: FxHashSet<u32>,
    /// Where the expressions in them, and in comments that are types, stand; sorted, none inside of another.
    pub(super) quoted: Vec<TextRange>,
    /// Names that occur in code which is not read: they may be used there.
    pub(super) unread: FxHashSet<Segment>,
    /// Lines with a `repoint: keep` comment.
    pub(super) kept: Suppressions,
    /// Rules, options, configuration.
    pub(super) setting: AnalysisContext<'a>,
}

/// What stands between `from` and `import`, as an absolute path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// `import a.b`: each clause names its own.
    Own,
    /// This module. For a relative import also what its dots alone name.
    Module {
        /// The module; empty only for `from . import x` at the top.
        module: Vec<Segment>,
        /// The package that the dots name; empty without dots.
        dots: Vec<Segment>,
    },
    /// Several, depending on where modules start.
    Ambiguous(Vec<Vec<Segment>>),
    /// It leads out of the tree.
    Unknown,
}

impl Unit<'_> {
    /// The absolute path that a clause names; `None` if that cannot be told. A star's path is its module.
    pub(super) fn clause_path(&self, import: ImportId, clause: usize) -> Option<Vec<Segment>> {
        let statement = self.scopes.import(import);
        let names = &statement.clauses.get(clause)?.path;
        match self.targets.get(import.index())? {
            Target::Own => Some(names.clone()),
            Target::Module { module, .. } => {
                let own = names.iter().filter(|name| *name != "*");
                Some(module.iter().chain(own).cloned().collect())
            }
            Target::Ambiguous(_) | Target::Unknown => None,
        }
    }

    /// What the name that an import binds stands for: `a` for `import a.b`, else the clause's path.
    pub(super) fn value_path(&self, import: ImportId, clause: usize) -> Option<Vec<Segment>> {
        let mut path = self.clause_path(import, clause)?;
        if binds_root(self.scopes.import(import), clause) {
            path.truncate(1);
        }
        Some(path)
    }

    /// The absolute paths that a chain may mean, with the binding behind each, in order of the
    /// bindings; each path once. Empty if no import reaches it.
    pub(super) fn meanings(&self, chain: &NameReference) -> Vec<(BindingId, Vec<Segment>)> {
        let rest: Vec<Segment> = chain.names().skip(1).cloned().collect();
        self.meanings_of(&chain.reach, &rest)
    }

    /// The same of a name that reaches this, with the names after it.
    pub(super) fn meanings_of(
        &self,
        reach: &Resolution,
        rest: &[Segment],
    ) -> Vec<(BindingId, Vec<Segment>)> {
        let mut found: Vec<(BindingId, Vec<Segment>)> = Vec::new();
        for &binding in &reach.bindings {
            let super::scopes::BindingKind::Import(import, clause) =
                self.scopes.binding(binding).kind
            else {
                continue;
            };
            let Some(mut path) = self.value_path(import, clause as usize) else {
                continue;
            };
            path.extend_from_slice(rest);
            if found.iter().all(|(_, known)| *known != path) {
                found.push((binding, path));
            }
        }
        found
    }

    /// Whether a chain is a path in a quoted type whose first name nothing binds: it is only text, as other
    /// strings are.
    pub(super) fn is_unbound_type(&self, chain: &NameReference) -> bool {
        chain.parts.len() > 1
            && chain.reach.bindings.is_empty()
            && chain.reach.stars.is_empty()
            && self.is_quoted(chain.parts[0].range)
    }

    /// Whether a range stands in a string or a comment that is a type.
    fn is_quoted(&self, range: TextRange) -> bool {
        let after = self
            .quoted
            .partition_point(|known| known.start() <= range.start());
        let before = after.checked_sub(1).map(|at| self.quoted[at]);
        before.is_some_and(|known| known.contains_range(range))
    }

    /// The text at a range.
    pub(super) fn at(&self, range: TextRange) -> &str {
        self.text.get(bytes(range)).unwrap_or_default()
    }
}

/// Whether a clause is `import a.b` without `as`: it binds `a`, not what it names.
pub(super) fn binds_root(import: &Import, clause: usize) -> bool {
    import.kind == ImportKind::Plain
        && import
            .clauses
            .get(clause)
            .is_some_and(|clause| clause.alias.is_none() && clause.path.len() > 1)
}

/// A range in bytes.
pub(super) fn bytes(range: TextRange) -> Range<usize> {
    range.start().to_usize()..range.end().to_usize()
}

//! Questions about names that no chain answers: of quoted code, of doctests, of names to be added.
//!
//! Here nothing is known of the time: a name is whatever may be bound to it in its scope.

use ruff_python_ast::Expr;

use super::builder::Builder;
use super::names::mangled;
use super::{
    BindingId, BindingKind, Bindings, BlockId, Resolution, Scope, ScopeId, ScopeKind, Scopes,
};
use crate::path::Segment;

/// An expression that stood in a string or a comment.
pub(crate) struct Quoted<'e> {
    /// The expression; its ranges are those of the text.
    pub(crate) expression: &'e Expr,
    /// The scope that evaluates it.
    pub(crate) scope: ScopeId,
    /// The block that it stands in.
    pub(crate) block: BlockId,
    /// See [`super::NameReference::fixed`].
    pub(crate) fixed: bool,
}

impl Scopes {
    /// What the name can be bound to when it is evaluated in this scope at some time (a quoted
    /// annotation, a doctest). A class body has run by then: its own name comes before a global.
    pub(crate) fn lookup(&self, scope: ScopeId, name: &str) -> Resolution {
        let name = self.mangled(scope, name);
        match self.holder(scope, &name) {
            Some(holder) if self.scope(holder).kind == ScopeKind::Class => {
                let own = self.all_in(holder, &name);
                if own.bindings.is_empty() {
                    return self.reach_of(scope, &name);
                }
                own
            }
            _ => self.reach_of(scope, &name),
        }
    }

    /// The scope whose name a read in `scope` finds; `None` for a builtin, or a name that only a
    /// star import may bring.
    pub(crate) fn owner(&self, scope: ScopeId, name: &str) -> Option<ScopeId> {
        self.holder(scope, &self.mangled(scope, name))
    }

    /// Whether a scope from `from` outwards, before `to`, binds or declares the name: a read in
    /// `from` that is meant for the name of `to` would not get there.
    pub(crate) fn bound_between(&self, from: ScopeId, to: ScopeId, name: &str) -> bool {
        let name = self.mangled(from, name);
        self.seen_from(from)
            .take_while(|scope| *scope != to)
            .map(|scope| self.scope(scope))
            .any(|scope| scope.bindings.contains_key(&name) || scope.declares(&name))
    }

    /// Adds the chains of expressions that stood in strings (quoted annotations, type comments), whose ranges are
    /// those of the text; the chains are sorted once. Scopes and bindings in them come after all others.
    pub(crate) fn add_quoted<'e>(&mut self, expressions: impl IntoIterator<Item = Quoted<'e>>) {
        let (scopes, bindings) = (self.scopes.len(), self.bindings.len());
        let mut builder = Builder::new(std::mem::take(self), None, 0);
        for quoted in expressions {
            builder.scope = quoted.scope;
            builder.block = quoted.block;
            builder.fixed = quoted.fixed;
            builder.lazily(|builder| builder.expression(quoted.expression));
        }
        *self = builder.finish_expressions(scopes, bindings);
    }

    /// The scope itself and those around it, inner first.
    pub(super) fn outward(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> {
        std::iter::successors(Some(scope), |scope| self.scope(*scope).parent)
    }

    /// Those of them whose names the code of `scope` sees: a class is seen by its own code, and by
    /// type parameters in it.
    fn seen_from(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> {
        let mut sees_classes = true;
        self.outward(scope).filter(move |scope| {
            let kind = self.scope(*scope).kind;
            let is_seen = sees_classes || kind != ScopeKind::Class;
            sees_classes &= kind == ScopeKind::TypeParameters;
            is_seen
        })
    }

    /// The name as code of this scope looks it up.
    pub(crate) fn mangled(&self, scope: ScopeId, name: &str) -> Segment {
        mangled(name, self.scope(scope).class.as_deref())
    }

    /// The scope that has the name which a read in `scope` finds first.
    pub(super) fn holder(&self, scope: ScopeId, name: &Segment) -> Option<ScopeId> {
        let module = ScopeId(0);
        let mut is_nonlocal = false;
        for at in self.seen_from(scope) {
            let here = self.scope(at);
            let is_function = !matches!(here.kind, ScopeKind::Class | ScopeKind::Module);
            if at == module || here.globals.contains_key(name) {
                break;
            }
            if here.nonlocals.contains_key(name) {
                is_nonlocal = true;
            } else if here.bindings.contains_key(name) && (is_function || !is_nonlocal) {
                return Some(at);
            }
        }
        let is_global = self.scope(module).bindings.contains_key(name);
        is_global.then_some(module)
    }

    /// What a name can be bound to at any time.
    pub(super) fn reach_of(&self, scope: ScopeId, name: &Segment) -> Resolution {
        let Some(holder) = self.holder(scope, name) else {
            return self.all_in(ScopeId(0), name);
        };
        let reach = self.all_in(holder, name);
        // A class body may look for the name before it binds it: then it is a global.
        if self.scope(holder).kind == ScopeKind::Class {
            return reach.or(&self.all_in(ScopeId(0), name));
        }
        reach
    }

    /// All bindings of a name in one scope.
    pub(super) fn all_in(&self, scope: ScopeId, name: &Segment) -> Resolution {
        let here = self.scope(scope);
        let bindings = here.bindings.get(name).cloned().unwrap_or_default();
        let bindings = bindings.into_iter().chain(here.stars.iter().copied());
        let unbound = here.unsettled.contains(name) || !here.bindings.contains_key(name);
        self.only(scope, name, bindings.collect(), unbound)
    }

    /// These bindings of a name, in a scope that has it or in the module.
    pub(super) fn only(
        &self,
        scope: ScopeId,
        name: &Segment,
        mut bindings: Vec<BindingId>,
        unbound: bool,
    ) -> Resolution {
        let here = self.scope(scope);
        bindings.retain(|id| self.binding(*id).kind.binds());
        bindings.sort_unstable();
        bindings.dedup();
        let is_star = |id: &BindingId| matches!(self.binding(*id).kind, BindingKind::Star(_));
        let (stars, bindings): (Vec<_>, Vec<_>) = bindings.into_iter().partition(is_star);
        let unbound = match here.kind {
            ScopeKind::Module => unbound,
            // Its code goes on to look for a global.
            ScopeKind::Class => false,
            // Whatever is read too early is no other scope's.
            _ => here
                .bindings
                .get(name)
                .is_none_or(|bindings| !bindings.iter().any(|id| self.binding(*id).kind.binds())),
        };
        Resolution {
            bindings: Bindings::from(bindings),
            stars: Bindings::from(stars),
            unbound,
        }
    }
}

impl Scope {
    /// The name is declared `global` or `nonlocal`.
    pub(super) fn declares(&self, name: &Segment) -> bool {
        self.globals.contains_key(name) || self.nonlocals.contains_key(name)
    }
}

impl BindingKind {
    /// Whether it gives the name a value.
    pub(crate) fn binds(self) -> bool {
        !matches!(self, Self::Annotation | Self::Deletion)
    }
}

impl Resolution {
    /// What either reaches.
    pub(super) fn or(&self, other: &Self) -> Self {
        let both = |one: &Bindings, other: &Bindings| {
            let mut all: Vec<BindingId> = one.iter().chain(other.iter()).copied().collect();
            all.sort_unstable();
            all.dedup();
            Bindings::from(all)
        };
        Self {
            bindings: both(&self.bindings, &other.bindings),
            stars: both(&self.stars, &other.stars),
            unbound: self.unbound || other.unbound,
        }
    }
}

//! Whether a name is free for a head: nothing else is called so where the head is bound, and where it is read.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::{TextRange, TextSize};
use rustc_hash::FxHashSet;

use super::Rewrite;
use super::access::Group;
use super::actions::{Decisions, ImportAction, ReferenceAction};
use super::facts::{ClauseFact, Facts, Form};
use crate::lang::python::scopes::{BindingId, BindingKind, NameReference, ScopeId, ScopeKind};
use crate::path::Segment;

impl Rewrite<'_, '_> {
    /// Whether a name can be bound to `object` in the scope of a group without anything changing its meaning,
    /// and whether each user of the group would find it.
    pub(super) fn is_free(
        &self,
        group: &Group,
        name: &Segment,
        object: &[Segment],
        facts: &Facts,
        decisions: &Decisions,
    ) -> bool {
        let scopes = &self.unit.scopes;
        let scope = scopes.scope(group.scope);
        let same = |binding: &BindingId| {
            self.will_mean(*binding, facts, decisions).as_deref() == Some(object)
                || self.leaves(*binding, object, facts, decisions)
        };
        let mut bound = scope.bindings.get(name).into_iter().flatten();
        if !bound.all(|binding| same(binding) || self.gives_way(*binding, group, facts, decisions))
        {
            return false;
        }
        if scope.globals.contains_key(name) || scope.nonlocals.contains_key(name) {
            return false;
        }
        if self.is_brought_by_star(group.scope, name, TextSize::default()) {
            return false;
        }
        // Code that looks names up would find this one instead of that of a scope around.
        let is_elsewhere = || scopes.owner(group.scope, name).is_some();
        if !scope.bindings.contains_key(name)
            && is_elsewhere()
            && self.is_dynamic_below(group.scope)
        {
            return false;
        }
        if !scope.bindings.contains_key(name)
            && (self.is_noticed(group.scope, name) || self.is_derived_class(group.scope))
        {
            return false;
        }
        let users: Vec<usize> = group
            .users
            .iter()
            .map(|(at, _)| facts.chains[*at].index)
            .collect();
        let seen = users.iter().all(|index| {
            let from = scopes.chains[*index].scope;
            !scopes.bound_between(from, group.scope, name)
        });
        let is_bound = scope.bindings.contains_key(name);
        // A read that found nothing would find this.
        let early = is_bound && self.is_read_unbound(group.scope, name);
        let captures = || self.would_capture(group.scope, name, &users, facts, decisions);
        seen && !early && (is_bound || !captures())
    }

    /// Whether a star import into a scope from a place on, of a module of the tree, brings a name.
    pub(super) fn is_brought_by_star(
        &self,
        scope: ScopeId,
        name: &Segment,
        since: TextSize,
    ) -> bool {
        let scopes = &self.unit.scopes;
        scopes.scope(scope).stars.iter().any(|star| {
            let BindingKind::Star(import) = scopes.binding(*star).kind else {
                return false;
            };
            let module = || self.unit.clause_path(import, 0);
            scopes.binding(*star).range.start() >= since
                && module().is_some_and(|module| self.tree.brings_by_star(&module, name))
        })
    }

    /// Whether a name that a scope gets means something else to other files: it hides a module of this package, or a star
    /// import brings it to where the name is used.
    pub(super) fn is_noticed(&self, scope: ScopeId, name: &Segment) -> bool {
        let is_read = || {
            let mut modules = self.unit.modules.iter();
            modules.any(|module| self.tree.is_read_by_star(module, name))
        };
        self.hides_submodule(scope, name)
            || scope == ScopeId(0) && self.is_starred(name) && is_read()
    }

    /// Whether a name that a scope gets is that of a module in this very package: whoever imports that from the
    /// package would get what is bound to the name.
    fn hides_submodule(&self, scope: ScopeId, name: &str) -> bool {
        let is_own = |module: &Vec<Segment>| {
            let path: Vec<Segment> = module.iter().cloned().chain([Segment::new(name)]).collect();
            self.tree.is_module(&path)
        };
        self.unit.is_package && scope == ScopeId(0) && self.unit.modules.iter().any(is_own)
    }

    /// Whether a scope is a class that is derived from others, or made by another class: a name that it gets may hide
    /// what it inherits, or become a member.
    fn is_derived_class(&self, scope: ScopeId) -> bool {
        let own = self.unit.scopes.scope(scope);
        if own.kind != ScopeKind::Class {
            return false;
        }
        let derived = self.derived.get_or_init(|| {
            let mut derived = Derived::default();
            derived.visit_body(&self.unit.module.body);
            derived.0
        });
        derived.contains(&own.range)
    }

    /// Whether a name that is read below a scope, and now found outside of it, would be found in it.
    fn would_capture(
        &self,
        scope: ScopeId,
        name: &str,
        users: &[usize],
        facts: &Facts,
        decisions: &Decisions,
    ) -> bool {
        let scopes = &self.unit.scopes;
        // What is written anew starts at another name then.
        let leaves = |index: usize| {
            let at = facts
                .chains
                .binary_search_by_key(&index, |chain| chain.index);
            at.is_ok_and(|at| {
                let mut clauses = facts.chains[at].keys().filter_map(|key| facts.clause(key));
                clauses.all(ClauseFact::is_dotted)
                    && matches!(&decisions.chains[at], ReferenceAction::Writes(names) if names[0] != name)
            })
        };
        // What a class has not bound yet is looked for in the module.
        let is_global = |chain: &NameReference| {
            scope == ScopeId(0)
                && chain.reach.unbound
                && scopes.scope(chain.scope).kind == ScopeKind::Class
        };
        self.chains_named(name).iter().any(|index| {
            let chain = &scopes.chains[*index];
            if chain.parts[0].name != name || users.binary_search(index).is_ok() || leaves(*index) {
                return false;
            }
            is_global(chain)
                || self.is_below(chain.scope, scope)
                    && !scopes.bound_between(chain.scope, scope, name)
                    && (chain.scope == scope || scopes.scope(scope).kind != ScopeKind::Class)
        })
    }

    /// Whether `inner` is `outer` or lies in it.
    pub(super) fn is_below(&self, inner: ScopeId, outer: ScopeId) -> bool {
        let mut at = Some(inner);
        while let Some(scope) = at {
            if scope == outer {
                return true;
            }
            at = self.unit.scopes.scope(scope).parent;
        }
        false
    }

    /// What a binding by import stands for afterwards; `None` for all others.
    pub(super) fn will_mean(
        &self,
        binding: BindingId,
        facts: &Facts,
        decisions: &Decisions,
    ) -> Option<Vec<Segment>> {
        let key = super::facts::key_of(self.unit, binding)?;
        self.will_be(key, facts, decisions)
    }

    /// Whether a binding is that of a dotted import of another package afterwards: now it binds this one.
    pub(super) fn leaves(
        &self,
        binding: BindingId,
        object: &[Segment],
        facts: &Facts,
        decisions: &Decisions,
    ) -> bool {
        let Some(key) = super::facts::key_of(self.unit, binding) else {
            return false;
        };
        let fact = facts.clause(key).filter(|fact| fact.is_dotted());
        fact.is_some_and(|fact| fact.value.as_deref() == Some(object))
            && matches!(decisions.clause(key), ImportAction::Retarget(to) if to.first() != object.first())
    }

    /// Whether a binding is that of a clause which goes because all its uses move to the group's module:
    /// the new import takes over its name.
    pub(super) fn gives_way(
        &self,
        binding: BindingId,
        group: &Group,
        facts: &Facts,
        decisions: &Decisions,
    ) -> bool {
        let Some(key) = super::facts::key_of(self.unit, binding) else {
            return false;
        };
        // They are in order.
        let in_group = |at: usize| group.users.binary_search_by_key(&at, |user| user.0).is_ok();
        group.known.contains(&key)
            && facts
                .clause(key)
                .is_some_and(|fact| fact.form != Form::Dotted)
            && matches!(decisions.clause(key), ImportAction::Keep)
            && self.exposes(key).is_none()
            && facts.users(key).iter().all(|at| in_group(*at))
    }
}

/// The classes that are derived from others, or have a metaclass.
#[derive(Default)]
struct Derived(FxHashSet<TextRange>);

impl<'a> Visitor<'a> for Derived {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::ClassDef(class) = statement
            && class.arguments.is_some()
        {
            self.0.insert(class.range);
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

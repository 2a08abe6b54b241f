//! Chains and bindings by name: questions that would otherwise go over all of them for each import.

use std::cell::{OnceCell, RefCell};

use rustc_hash::{FxHashMap, FxHashSet};

use super::Rewrite;
use crate::lang::python::scopes::{BindingId, ScopeId};
use crate::path::Segment;

/// Answers, each found when it is asked for.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Indices of chains by their first name, as written and as it is looked up.
    chains: OnceCell<FxHashMap<Segment, Vec<usize>>>,
    /// Names that are read where nothing has bound them, with the scope whose they are.
    unbound: OnceCell<FxHashSet<(ScopeId, Segment)>>,
    /// Names that a scope declares `global` or `nonlocal`.
    declared: OnceCell<FxHashSet<Segment>>,
    /// Whether all that binds a name is `import NAME` or `import NAME.more`.
    roots: RefCell<FxHashMap<(ScopeId, Segment), bool>>,
}

impl Rewrite<'_, '_> {
    /// Indices of the chains that start at a name, in source order.
    pub(super) fn chains_named(&self, name: &str) -> &[usize] {
        let scopes = &self.unit.scopes;
        let chains = self.names.chains.get_or_init(|| {
            let mut chains: FxHashMap<Segment, Vec<usize>> = FxHashMap::default();
            for (index, chain) in scopes.chains.iter().enumerate() {
                let written = &chain.parts[0].name;
                let looked_up = scopes.mangled(chain.scope, written);
                if looked_up != *written {
                    chains.entry(looked_up).or_default().push(index);
                }
                chains.entry(written.clone()).or_default().push(index);
            }
            chains
        });
        chains.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a name is read where it is this scope's and nothing has bound it: with an import more the read
    /// would find that, with one less another scope's name.
    pub(super) fn is_read_unbound(&self, scope: ScopeId, name: &str) -> bool {
        let scopes = &self.unit.scopes;
        let unbound = self.names.unbound.get_or_init(|| {
            let chains = scopes.chains.iter();
            let chains = chains
                .filter(|chain| chain.reach.bindings.is_empty() && chain.reach.stars.is_empty());
            chains
                .filter_map(|chain| {
                    let name = &chain.parts[0].name;
                    Some((scopes.owner(chain.scope, name)?, name.clone()))
                })
                .collect()
        });
        unbound.contains(&(scope, Segment::new(name)))
    }

    /// Whether a scope declares a name `global` or `nonlocal`.
    pub(super) fn is_declared(&self, name: &Segment) -> bool {
        let declared = self.names.declared.get_or_init(|| {
            let scopes = self.unit.scopes.scopes.iter();
            let names = scopes.flat_map(|scope| scope.globals.keys().chain(scope.nonlocals.keys()));
            names.cloned().collect()
        });
        declared.contains(name)
    }

    /// Whether all that binds a name in a scope is `import NAME` or `import NAME.more`.
    pub(super) fn binds_roots_only(&self, scope: ScopeId, name: &Segment) -> bool {
        let key = (scope, name.clone());
        if let Some(known) = self.names.roots.borrow().get(&key) {
            return *known;
        }
        let bindings = self.unit.scopes.scope(scope).bindings.get(name);
        let mut bindings = bindings.into_iter().flatten();
        let start = |other: &BindingId| self.unit.scopes.binding(*other).range.start();
        // What a star has brought before the first of them is replaced.
        let first = bindings.clone().map(start).min().unwrap_or_default();
        let only = bindings.all(|other| self.binds_same_root(*other, name))
            && !self.is_brought_by_star(scope, name, first);
        self.names.roots.borrow_mut().insert(key, only);
        only
    }
}

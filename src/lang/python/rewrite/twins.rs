//! Clauses that bring what another one of the same block brings already: they go.

use rustc_hash::FxHashMap;

use super::Rewrite;
use super::actions::{Decisions, ImportAction};
use super::facts::{Facts, Form, Key};
use crate::lang::python::scopes::{BindingId, BlockId, ScopeId};
use crate::path::Segment;

/// By scope and name: the block of all its bindings, if all are imports of one block.
type OnlyBlocks = FxHashMap<(ScopeId, Segment), Option<BlockId>>;

/// What tells a clause from its twin: the block, the name, what it brings.
type Twin = (u32, Segment, Vec<Segment>);

impl Rewrite<'_, '_> {
    /// A clause whose name another one of the same block brings already goes.
    pub(super) fn drop_twins(&self, facts: &Facts, decisions: &mut Decisions) {
        let scopes = &self.unit.scopes;
        let mut seen: FxHashMap<Twin, Key> = FxHashMap::default();
        let mut moving: Vec<(Key, Twin)> = Vec::new();
        let mut blocks = OnlyBlocks::default();
        for &key in &facts.order {
            let Some(fact) = facts.clause(key) else {
                continue;
            };
            let import = scopes.import(key.0);
            let clause = &import.clauses[key.1 as usize];
            let (path, swaps) = match decisions.clause(key) {
                ImportAction::Retarget(to) => (Some(to.clone()), true),
                ImportAction::Remove => continue,
                ImportAction::Keep | ImportAction::Refused(_) | ImportAction::Blocked(_) => {
                    (fact.path.clone(), false)
                }
            };
            let Some(path) = path else { continue };
            let name = match fact.form {
                Form::Star => continue,
                // `import a.b` has no name of its own: its path is what tells it from others.
                Form::Dotted => Segment::new(""),
                _ => scopes.binding(clause.binding).name.clone(),
            };
            let twin = (import.block.0, name.clone(), path);
            let first = seen.get(&twin).filter(|_| swaps);
            if first.is_some_and(|first| self.is_bound_once_more(key, *first, &name, &mut blocks)) {
                decisions.clauses.insert(key, ImportAction::Remove);
            } else if !swaps || name.is_empty() {
                // One that moves itself is none: who imports a name twice keeps both.
                seen.insert(twin, key);
            } else {
                moving.push((key, twin));
            }
        }
        moving.retain(|(key, twin)| {
            let (_, name, _) = twin;
            let first = seen.get(twin);
            first.is_some_and(|first| self.is_bound_once_more(*first, *key, name, &mut blocks))
        });
        self.drop_read_later(facts, &moving, decisions);
    }

    /// A clause that moves and has a twin further down goes too if nothing reads the name before that.
    fn drop_read_later(&self, facts: &Facts, moving: &[(Key, Twin)], decisions: &mut Decisions) {
        if moving.is_empty() {
            return;
        }
        let scopes = &self.unit.scopes;
        let mut first_read: FxHashMap<Key, usize> = FxHashMap::default();
        for chain in &facts.chains {
            let at = self.chain_range(chain).start;
            for (key, _) in &chain.reached {
                let first = first_read.entry(*key).or_insert(at);
                *first = at.min(*first);
            }
        }
        // Those that stay, by scope, name and path, in order.
        let mut staying: FxHashMap<(ScopeId, &Segment, &[Segment]), Vec<Key>> =
            FxHashMap::default();
        for &key in &facts.order {
            let path = facts.clause(key).and_then(|fact| fact.path.as_deref());
            if let (Some(path), ImportAction::Keep) = (path, decisions.clause(key)) {
                let clause = &scopes.import(key.0).clauses[key.1 as usize];
                let binding = scopes.binding(clause.binding);
                let same = (binding.scope, &binding.name, path);
                staying.entry(same).or_default().push(key);
            }
        }
        for (key, (_, name, path)) in moving {
            let import = scopes.import(key.0);
            let twins = staying.get(&(import.scope, name, path.as_slice()));
            let twins = twins.map_or(&[][..], Vec::as_slice);
            let Some(twin) = twins.get(twins.partition_point(|twin| twin <= key)) else {
                continue;
            };
            let end = scopes.import(twin.0).range.end().to_usize();
            if first_read.get(key).is_none_or(|first| *first >= end) {
                decisions.clauses.insert(*key, ImportAction::Remove);
            }
        }
    }

    /// Whether all that binds the clause's name in its scope are imports of one block, and no star stands between
    /// the first and this one: so nothing can have rebound it.
    fn is_bound_once_more(
        &self,
        key: Key,
        first: Key,
        name: &Segment,
        blocks: &mut OnlyBlocks,
    ) -> bool {
        let scopes = &self.unit.scopes;
        let import = scopes.import(key.0);
        if name.is_empty() {
            return true;
        }
        let scope = scopes.scope(import.scope);
        let starts_at = |key: Key| scopes.import(key.0).range.start();
        // They are in source order.
        let starts = |star: &BindingId| scopes.binding(*star).range.start();
        let behind = scope
            .stars
            .partition_point(|star| starts(star) <= starts_at(first));
        let next = scope.stars.get(behind);
        if next.is_some_and(|star| starts(star) < starts_at(key)) {
            return false;
        }
        let only = blocks
            .entry((import.scope, name.clone()))
            .or_insert_with(|| {
                let mut bindings = scope.bindings.get(name).into_iter().flatten().copied();
                let block = scopes.binding(bindings.clone().next()?).block;
                bindings
                    .all(|id| scopes.clause(id).is_some() && scopes.binding(id).block == block)
                    .then_some(block)
            });
        match scope.bindings.contains_key(name) {
            true => *only == Some(import.block),
            false => true,
        }
    }
}

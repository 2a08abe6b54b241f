//! Names that one statement binds more than once: the last one holds, so they must not part.

use super::Rewrite;
use super::actions::{Blocks, Decisions, ImportAction};
use super::facts::{Facts, Form, Key, key_of};
use crate::lang::plan_builder::Refusal;
use crate::path::Segment;

impl Rewrite<'_, '_> {
    /// Why a clause of a from-import cannot move: other clauses of the statement bind the same name, and the last of
    /// them stays, or some of them go elsewhere. The new statement would come after that one.
    pub(super) fn is_overtaken(&self, key: Key, facts: &Facts, blocks: &Blocks) -> Option<Refusal> {
        let scopes = &self.unit.scopes;
        let clauses = &scopes.import(key.0).clauses;
        let binding = scopes.binding(clauses[key.1 as usize].binding);
        let same = scopes.scope(binding.scope).bindings.get(&binding.name)?;
        // Bindings are numbered in source order.
        let (first, last) = (clauses.first()?.binding, clauses.last()?.binding);
        let same = &same[same.partition_point(|id| *id < first)..];
        let same = &same[..same.partition_point(|id| *id <= last)];
        if same.len() < 2 {
            return None;
        }
        let homes = same.iter().map(|id| {
            let other = key_of(self.unit, *id)?;
            let moved = facts.clause(other)?.verdict.moved()?;
            let stays = blocks.clauses.contains_key(&other)
                || self.unit.kept.keeps(self.place_of(other).start);
            (!stays || other == key).then(|| home(&moved.to))
        });
        let homes: Vec<Option<&[Segment]>> = homes.collect();
        let own = homes.iter().flatten().next();
        let is_torn = homes.last().is_some_and(Option::is_none)
            || homes.iter().flatten().any(|home| Some(home) != own);
        is_torn.then(|| super::decide::another_binding(&binding.name))
    }

    /// Refuses clauses that move while a later one of the statement, which binds the same name, stays after all.
    pub(super) fn block_overtaken(
        &self,
        facts: &Facts,
        decisions: &Decisions,
        blocks: &mut Blocks,
    ) {
        let scopes = &self.unit.scopes;
        for &key in &facts.order {
            let clauses = &scopes.import(key.0).clauses;
            let later = &clauses[key.1 as usize + 1..];
            let is_from = facts
                .clause(key)
                .is_some_and(|fact| fact.form == Form::From);
            if later.is_empty()
                || !is_from
                || !matches!(decisions.clause(key), ImportAction::Retarget(_))
            {
                continue;
            }
            let name = &scopes.binding(clauses[key.1 as usize].binding).name;
            let last = later
                .iter()
                .rposition(|it| scopes.binding(it.binding).name == *name);
            let last = last.map(|at| (key.0, key.1 + 1 + at as u32));
            if last.is_some_and(|last| {
                !matches!(
                    decisions.clause(last),
                    ImportAction::Retarget(_) | ImportAction::Remove
                )
            }) {
                let refusal = super::decide::another_binding(name);
                blocks.clauses.entry(key).or_insert(refusal);
            }
        }
    }
}

fn home(path: &[Segment]) -> &[Segment] {
    &path[..path.len().saturating_sub(1)]
}

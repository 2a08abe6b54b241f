//! Names that one statement binds more than once: the last one holds, so they must not part.

use super::Rewrite;
use super::facts::{Key, key_of};
use super::verdict::{Moved, Verdict};
use crate::lang::draft::Refusal;
use crate::path::{Namespaces, Segment};

impl Rewrite<'_, '_> {
    /// Why a clause of a from-import cannot move: another clause of the statement binds the same name after it
    /// and stays, or goes elsewhere. The new statement would come after that one.
    pub(super) fn is_overtaken(&self, key: Key, moved: &Moved) -> Option<Refusal> {
        let scopes = &self.unit.scopes;
        let clauses = &scopes.import(key.0).clauses;
        let binding = scopes.binding(clauses[key.1 as usize].binding);
        let same = scopes.scope(binding.scope).bindings.get(&binding.name)?;
        // Bindings are numbered in source order.
        let end = clauses.last()?.binding;
        let last = same[..same.partition_point(|id| *id <= end)].last()?;
        let (import, number) = key_of(self.unit, *last).filter(|last| last.0 == key.0)?;
        let path = self.unit.clause_path(import, number as usize)?;
        let verdict = Verdict::of(self.table(), &path, Namespaces::ALL);
        let to = verdict.moved().map_or(&path, |moved| &moved.to);
        (home(to) != home(&moved.to)).then(|| super::fate::another_binding(&binding.name))
    }
}

fn home(path: &[Segment]) -> &[Segment] {
    &path[..path.len().saturating_sub(1)]
}

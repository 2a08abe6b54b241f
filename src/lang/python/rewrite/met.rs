//! Objects that the code replaces or looks up late: what has to change together with whoever does the other (a test
//! that patches `old.mod.f`, a function that calls `mod.f`).
//!
//! Only attributes of modules matter. An object has the attributes that it has by whatever path it is reached, so
//! what is patched in a class is patched for all; and what was bound once, by an import of the module's own level,
//! stays what it was. Paths in strings are met in `strings/plan`, by the same means ([`Meeting`]).

use super::Rewrite;
use super::facts::{ChainFact, Facts, Key};
use super::verdict::Verdict;
use crate::lang::plan_builder::PlanBuilder;
use crate::lang::python::scopes::{Context, ScopeId, ScopeKind, Scopes};
use crate::lang::python::strings::Pair;
use crate::lang::python::tree::Tree;
use crate::mapping::Table;
use crate::path::{Namespaces, Segment};
use crate::plan::Manner;

/// Writes down what is met, where it is an attribute of a module.
pub(in crate::lang::python) struct Meeting<'m, 't> {
    pub(in crate::lang::python) tree: Tree<'m>,
    pub(in crate::lang::python) table: &'t Table,
}

impl Meeting<'_, '_> {
    /// What lies at `path` is replaced.
    pub(in crate::lang::python) fn replaced(&self, path: &[Segment], draft: &mut PlanBuilder) {
        if self.is_in_module(path) {
            draft.meets(path, Manner::Replaces, self.table.syntax());
        }
    }

    /// What lies at `path`, and each thing on the way there behind the first `bound` names, is looked up late.
    pub(in crate::lang::python) fn late(
        &self,
        path: &[Segment],
        bound: usize,
        draft: &mut PlanBuilder,
    ) {
        for end in bound + 1..=path.len() {
            if self.is_in_module(&path[..end]) {
                draft.meets(&path[..end], Manner::Late, self.table.syntax());
            }
        }
    }

    /// Whether a path names a module, or an attribute of one. Modules that are not in the tree may be anywhere.
    fn is_in_module(&self, path: &[Segment]) -> bool {
        let parent = &path[..path.len().saturating_sub(1)];
        parent.is_empty() || self.tree.is_module(parent) || !self.tree.is_module(&path[..1])
    }
}

impl Rewrite<'_, '_> {
    /// Records what clauses, chains and names in strings beside chains meet of what moves.
    pub(super) fn meet(&self, pairs: &[Pair], facts: &Facts, draft: &mut PlanBuilder) {
        let meeting = Meeting {
            tree: self.tree,
            table: self.table(),
        };
        for &key in &facts.order {
            let Some(fact) = facts.clause(key).filter(|_| self.is_late_clause(key)) else {
                continue;
            };
            if let (Some(path), Verdict::Moves(_)) = (&fact.path, &fact.verdict) {
                meeting.late(path, 0, draft);
            }
        }
        for fact in &facts.chains {
            self.meet_chain(fact, facts, &meeting, draft);
        }
        // `getattr(mod, "f")`.
        for pair in pairs.iter().filter(|pair| pair.dynamic) {
            let Some(chain) = self.unit.scopes.chain_at(pair.chain) else {
                continue;
            };
            if !runs_late(&self.unit.scopes, chain.scope) {
                continue;
            }
            for (_, mut path) in self.unit.meanings(chain) {
                let more = chain.parts.len().saturating_sub(pair.parts);
                let bound = path.len() + 1 - chain.parts.len();
                path.truncate(path.len() - more);
                path.push(pair.name.clone());
                if self.moves(&path) {
                    meeting.late(&path, bound, draft);
                }
            }
        }
    }

    fn meet_chain(
        &self,
        fact: &ChainFact,
        facts: &Facts,
        meeting: &Meeting<'_, '_>,
        draft: &mut PlanBuilder,
    ) {
        let chain = &self.unit.scopes.chains[fact.index];
        let is_late = runs_late(&self.unit.scopes, chain.scope);
        let writes = chain.context != Context::Load;
        if !is_late && !writes && fact.pairs.iter().all(|pair| pair.is_read) {
            return;
        }
        for (key, at) in &fact.reached {
            let sense = &fact.senses[*at];
            let value = facts.clause(*key).and_then(|fact| fact.value.as_ref());
            let Some(bound) = value.map(Vec::len) else {
                continue;
            };
            if fact.pairs.is_empty() {
                if !matches!(sense.verdict, Verdict::Moves(_)) {
                    continue;
                }
                if writes {
                    meeting.replaced(&sense.path, draft);
                } else {
                    meeting.late(&sense.path, bound, draft);
                }
                continue;
            }
            for pair in &fact.pairs {
                // The path of a chain ends in the first name that is its pair.
                let mut path = sense.path.clone();
                path.truncate((path.len() + pair.parts).saturating_sub(chain.parts.len() + 1));
                path.push(pair.name.clone());
                if !self.moves(&path) {
                    continue;
                }
                if !pair.is_read {
                    meeting.replaced(&path, draft);
                } else if is_late {
                    meeting.late(&path, bound, draft);
                }
            }
        }
    }

    fn moves(&self, path: &[Segment]) -> bool {
        let verdict = Verdict::of(self.table(), path, Namespaces::ALL);
        verdict.moved().is_some()
    }

    /// Whether an import runs later than its module.
    fn is_late_clause(&self, key: Key) -> bool {
        let import = self.unit.scopes.import(key.0);
        import.is_lazy || runs_late(&self.unit.scopes, import.scope)
    }
}

/// Whether the code of a scope runs later than its module: it is in a function.
fn runs_late(scopes: &Scopes, scope: ScopeId) -> bool {
    let outward = |id: &ScopeId| scopes.scope(*id).parent;
    let mut around = std::iter::successors(Some(scope), outward);
    around.any(|id| {
        matches!(
            scopes.scope(id).kind,
            ScopeKind::Function | ScopeKind::Lambda
        )
    })
}

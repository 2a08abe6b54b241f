//! Imports that go because the name means its new path without them.

use rustc_hash::FxHashSet;

use super::Rewrite;
use super::actions::{Decisions, ImportAction, LeafKey};
use super::tree::leaves_of;
use crate::lang::plan_builder::PlanBuilder;
use crate::lang::rust::resolve::{Leaf, LeafKind, ScopeId, What};
use crate::outline::Declared;
use crate::path::Segment;

/// What two imports have in common of which one is enough.
#[derive(PartialEq, Eq, Hash)]
struct Twin<'n> {
    name: &'n Segment,
    condition: &'n str,
    visibility: &'n str,
    path: &'n [Segment],
}

impl Rewrite<'_, '_> {
    /// Whether an aliased import comes to say what the glob right before it brings already: the way
    /// back from an import that was put beside a glob.
    pub(super) fn is_brought_by_glob(&self, (scope, ordinal): LeafKey, to: &[Segment]) -> bool {
        let names = &self.found.scopes.get(scope).names;
        let leaf = &names.leaves[ordinal];
        let Some((last, parent)) = to.split_last() else {
            return false;
        };
        let Some(item) = leaf.item else {
            return false;
        };
        let leaves = |item: usize| names.items.get(item).map(|item| leaves_of(&item.tree));
        leaf.kind == LeafKind::Name
            && leaf.aliased
            && leaf.name == *last
            && leaves(item).is_some_and(|leaves| leaves.len() == 1)
            && item
                .checked_sub(1)
                .and_then(leaves)
                .into_iter()
                .flatten()
                .any(|glob| {
                    let other = &names.leaves[glob];
                    other.kind == LeafKind::Glob
                        && other.visibility == leaf.visibility
                        && other.condition == leaf.condition
                        && self
                            .resolver
                            .leaf(&self.found.scopes, scope, glob)
                            .is_some_and(|base| base == parent)
                })
    }

    /// Whether the import would bring what its own module defines: the new home's own import of the
    /// old path.
    pub(super) fn is_defined_too(
        &self,
        module: &[Segment],
        leaf: &Leaf,
        to: &[Segment],
        scope: ScopeId,
    ) -> bool {
        let here = self.found.scopes.get(scope);
        if here.module != scope || !self.imports_for_itself(module, leaf, to) {
            return false;
        }
        leaf.kind == LeafKind::Glob
            || here
                .names
                .get(&leaf.name)
                .iter()
                .any(|entry| matches!(entry.what, What::Definition | What::Module))
    }

    /// Of imports of one name from one path only the first stays, where all else is equal (E0252).
    pub(super) fn drop_duplicates(
        &self,
        scope: ScopeId,
        decisions: &mut Decisions,
        draft: &mut PlanBuilder,
    ) {
        let names = &self.found.scopes.get(scope).names;
        // Tokens are one scope here, and may be many where the macro is used.
        let is_candidate = |leaf: &Leaf| {
            let item = leaf.item.and_then(|item| names.items.get(item));
            matches!(leaf.kind, LeafKind::Name | LeafKind::SelfModule)
                && leaf.name != "_"
                && !item.is_some_and(|item| item.context.in_tokens)
        };
        let candidates = || {
            let leaves = names.leaves.iter().enumerate();
            leaves
                .filter(|(_, leaf)| is_candidate(leaf))
                .filter_map(|(ordinal, leaf)| {
                    let decision = decisions.get((scope, ordinal))?;
                    let (path, moves) = match &decision.next {
                        ImportAction::Retarget(to) => (to, true),
                        ImportAction::Keep => (decision.old.as_ref()?, false),
                        _ => return None,
                    };
                    let twin = Twin {
                        name: decision.renamed.as_ref().unwrap_or(&leaf.name),
                        condition: &leaf.condition,
                        visibility: &leaf.visibility,
                        path,
                    };
                    Some((ordinal, twin, moves))
                })
        };
        let mut seen: FxHashSet<Twin<'_>> = candidates()
            .filter(|(_, _, moves)| !moves)
            .map(|(_, twin, _)| twin)
            .collect();
        // Of two that move, the first one stays.
        let goes: Vec<(usize, Vec<Segment>)> = candidates()
            .filter(|(_, _, moves)| *moves)
            .filter_map(|(ordinal, twin, _)| {
                let to = twin.path.to_vec();
                (!seen.insert(twin)).then_some((ordinal, to))
            })
            .collect();
        for (ordinal, to) in goes {
            let key = (scope, ordinal);
            if let Some(decision) = decisions.get(key) {
                let old = decision.old.clone().unwrap_or_default();
                draft.declared.push(Declared::Removed(self.binding(
                    scope,
                    &names.leaves[ordinal],
                    &old,
                )));
                decisions.let_go(key, to);
            }
        }
    }
}

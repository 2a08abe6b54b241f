//! Imports that go because the name means its new path without them.

use super::Rewrite;
use super::fate::{Fates, LeafKey, Next};
use crate::lang::draft::Draft;
use crate::lang::rust::resolve::{Leaf, LeafKind, ScopeId, What};
use crate::outline::Declared;
use crate::path::Segment;

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
        let is_alone = names
            .leaves
            .iter()
            .filter(|other| other.item == leaf.item)
            .count()
            == 1;
        leaf.kind == LeafKind::Name
            && leaf.aliased
            && leaf.name == *last
            && is_alone
            && names.globs.iter().any(|&glob| {
                let other = &names.leaves[glob];
                other.item.is_some_and(|before| before + 1 == item)
                    && other.visibility == leaf.visibility
                    && other.condition == leaf.condition
                    && self
                        .resolver
                        .leaf(&self.found.scopes, scope, glob)
                        .is_some_and(|base| base == parent)
            })
    }

    /// Whether the import would bring what its own module defines: the new home's own import of the
    /// old path (row R65).
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
    pub(super) fn drop_duplicates(&self, scope: ScopeId, fates: &mut Fates, draft: &mut Draft) {
        let names = &self.found.scopes.get(scope).names;
        // Tokens are one scope here, and may be many where the macro is used.
        let is_candidate = |leaf: &Leaf| {
            let item = leaf.item.and_then(|item| names.items.get(item));
            matches!(leaf.kind, LeafKind::Name | LeafKind::SelfModule)
                && leaf.name != "_"
                && !item.is_some_and(|item| item.context.in_tokens)
        };
        let bound = |ordinal: usize, fates: &Fates| {
            let renamed = fates
                .get((scope, ordinal))
                .and_then(|fate| fate.renamed.clone());
            renamed.unwrap_or_else(|| names.leaves[ordinal].name.clone())
        };
        let mut goes = Vec::new();
        for (ordinal, leaf) in names.leaves.iter().enumerate() {
            let Some(Next::Moves(to)) = fates.get((scope, ordinal)).map(|fate| &fate.next) else {
                continue;
            };
            if !is_candidate(leaf) {
                continue;
            }
            let twin = names.leaves.iter().enumerate().any(|(other, twin)| {
                let fate = fates.get((scope, other));
                other != ordinal
                    && is_candidate(twin)
                    && bound(other, fates) == bound(ordinal, fates)
                    && twin.condition == leaf.condition
                    && twin.visibility == leaf.visibility
                    && fate.is_some_and(|fate| match &fate.next {
                        // Of two that move, the first one stays.
                        Next::Moves(twin) => other < ordinal && twin == to,
                        Next::Stays => fate.old.as_ref() == Some(to),
                        _ => false,
                    })
            });
            if twin {
                goes.push((ordinal, to.clone()));
            }
        }
        for (ordinal, to) in goes {
            let key = (scope, ordinal);
            if let Some(fate) = fates.get(key) {
                let old = fate.old.clone().unwrap_or_default();
                draft.declared.push(Declared::Removed(self.binding(
                    scope,
                    &names.leaves[ordinal],
                    &old,
                )));
                fates.let_go(key, to);
            }
        }
    }
}

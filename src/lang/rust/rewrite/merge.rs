//! `merge-imports = true`: an import joins an existing group of its new module.

use rustc_hash::FxHashMap;

use super::Rewrite;
use super::actions::{Decisions, ImportAction, LeafKey};
use super::items::Composer;
use super::tree::{chain_of, extent, leaves_of};
use crate::lang::rust::resolve::{LeafKind, Names, Role, ScopeId, TYPE, Tree, UseItem, Written};
use crate::path::Segment;
use crate::text::Edit;

impl Rewrite<'_, '_> {
    /// Lets imports join groups, if the configuration wants it.
    pub(super) fn join_items(&self, decisions: &mut Decisions) {
        if !self.settings.merge_imports {
            return;
        }
        let mut joins: Vec<(LeafKey, usize)> = Vec::new();
        for (scope, here) in self.found.scopes.iter() {
            let names = &here.names;
            let hosts = self.hosts(scope, names, decisions);
            if hosts.is_empty() {
                continue;
            }
            for (ordinal, leaf) in names.leaves.iter().enumerate() {
                let Some(ImportAction::Retarget(to)) = decisions
                    .get((scope, ordinal))
                    .map(|decision| &decision.next)
                else {
                    continue;
                };
                let (Some(own), Some((_, module))) = (leaf.item, to.split_last()) else {
                    continue;
                };
                if leaf.kind != LeafKind::Name || !self.is_bare(&names.items[own]) {
                    continue;
                }
                let known = hosts.get(&(module.to_vec(), leaf.visibility.as_str()));
                if let Some(host) = known.into_iter().flatten().find(|host| **host != own) {
                    joins.push(((scope, ordinal), *host));
                }
            }
        }
        for (key, host) in joins {
            decisions.join(key, host);
        }
    }

    /// An item without attributes and comments, and not in macro tokens.
    fn is_bare(&self, item: &UseItem) -> bool {
        let range = item.start.range().start..item.semi.range().end;
        let text = &self.text[range.clone()];
        let behind = self.text[range.end..].lines().next().unwrap_or_default();
        item.start.range() == item.body.range()
            && !text.contains("//")
            && !text.contains("/*")
            && !behind.contains("//")
            && !item.context.in_tokens
    }

    /// Groups that stay as they are, by the module that they import from and their visibility.
    fn hosts<'n>(
        &self,
        scope: ScopeId,
        names: &'n Names,
        decisions: &Decisions,
    ) -> FxHashMap<(Vec<Segment>, &'n str), Vec<usize>> {
        let mut hosts: FxHashMap<(Vec<Segment>, &str), Vec<usize>> = FxHashMap::default();
        for (at, host) in names.items.iter().enumerate() {
            let (chain, end) = chain_of(&host.tree);
            let leaves = leaves_of(&host.tree);
            let (Tree::Group { .. }, Some(&first)) = (end, leaves.first()) else {
                continue;
            };
            let stays = leaves.iter().all(|&ordinal| {
                decisions
                    .get((scope, ordinal))
                    .is_some_and(|decision| decision.next == ImportAction::Keep)
                    && names.leaves[ordinal].outer == chain.len()
            });
            if !stays || !self.is_bare(host) {
                continue;
            }
            let written = Written {
                leading: host.leading.is_some(),
                segments: chain.iter().map(|name| name.text.clone()).collect(),
            };
            let role = Role::Use(scope, first);
            let found = self
                .resolver
                .path(&self.found.scopes, scope, &written, TYPE, role);
            if let Some((_, module)) = found {
                let visibility = names.leaves[first].visibility.as_str();
                hosts.entry((module, visibility)).or_default().push(at);
            }
        }
        hosts
    }
}

/// Imports that join another item, by where that stands in memory.
pub(super) type Joins = FxHashMap<*const UseItem, Vec<(usize, Segment)>>;

/// Those of a scope.
pub(super) fn joins(decisions: &Decisions, scope: ScopeId, names: &Names) -> Joins {
    let mut joins = Joins::default();
    for ordinal in 0..names.leaves.len() {
        let next = decisions
            .get((scope, ordinal))
            .map(|decision| &decision.next);
        if let Some(ImportAction::Merge(to, host)) = next
            && let (Some(name), Some(item)) = (to.last(), names.items.get(*host))
        {
            let joining = joins.entry(std::ptr::from_ref(item)).or_default();
            joining.push((ordinal, name.clone()));
        }
    }
    joins
}

impl Composer<'_, '_, '_> {
    /// Imports that join this item.
    pub(super) fn joining(&self, item: &UseItem) -> &[(usize, Segment)] {
        let joining = self.joins.get(&std::ptr::from_ref(item));
        joining.map_or(&[], Vec::as_slice)
    }

    pub(super) fn join_edit(&self, item: &UseItem) -> Option<Edit> {
        let joining = self.joining(item);
        let (_, Tree::Group { items, .. }) = chain_of(&item.tree) else {
            return None;
        };
        let last = items.last()?;
        if joining.is_empty() {
            return None;
        }
        let text: String = joining
            .iter()
            .map(|(ordinal, name)| {
                format!(", {}", self.leaf_text(*ordinal, std::slice::from_ref(name)))
            })
            .collect();
        Some(Edit::insert(extent(last).end, text))
    }
}

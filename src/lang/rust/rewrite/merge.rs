//! `merge-imports = true`: an import joins an existing group of its new module (row R19).

use rustc_hash::FxHashMap;

use super::Rewrite;
use super::fate::{Fates, LeafKey, Next};
use super::items::Composer;
use super::tree::{chain_of, extent, leaves_of};
use crate::lang::rust::resolve::{LeafKind, Names, Role, ScopeId, TYPE, Tree, UseItem, Written};
use crate::path::Segment;
use crate::text::Edit;

impl Rewrite<'_, '_> {
    /// Lets imports join groups, if the configuration wants it.
    pub(super) fn join_items(&self, fates: &mut Fates) {
        if !self.settings.merge_imports {
            return;
        }
        let mut joins: Vec<(LeafKey, usize)> = Vec::new();
        for (scope, here) in self.found.scopes.iter() {
            for (ordinal, leaf) in here.names.leaves.iter().enumerate() {
                let Some(Next::Moves(to)) = fates.get((scope, ordinal)).map(|fate| &fate.next)
                else {
                    continue;
                };
                let Some(own) = leaf.item else {
                    continue;
                };
                if leaf.kind != LeafKind::Name || !self.is_bare(&here.names.items[own]) {
                    continue;
                }
                let host = here.names.items.iter().enumerate().find(|(at, host)| {
                    *at != own
                        && self.is_bare(host)
                        && self.takes(scope, &here.names, host, to, fates)
                        && leaves_of(&host.tree).first().is_some_and(|first| {
                            here.names.leaves[*first].visibility == leaf.visibility
                        })
                });
                if let Some((host, _)) = host {
                    joins.push(((scope, ordinal), host));
                }
            }
        }
        for (key, host) in joins {
            fates.join(key, host);
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

    /// Whether an item is a group of the module that `to` lies in, and stays as it is.
    fn takes(
        &self,
        scope: ScopeId,
        names: &Names,
        host: &UseItem,
        to: &[Segment],
        fates: &Fates,
    ) -> bool {
        let (chain, end) = chain_of(&host.tree);
        let leaves = leaves_of(&host.tree);
        let (Tree::Group { .. }, Some(&first)) = (end, leaves.first()) else {
            return false;
        };
        let written = Written {
            leading: host.leading.is_some(),
            segments: chain.iter().map(|name| name.text.clone()).collect(),
        };
        let stays = leaves.iter().all(|&ordinal| {
            fates
                .get((scope, ordinal))
                .is_some_and(|fate| fate.next == Next::Stays)
                && names.leaves[ordinal].outer == chain.len()
        });
        let role = Role::Use(scope, first);
        let base = self
            .resolver
            .path(&self.found.scopes, scope, &written, TYPE, role)
            .map(|(_, base)| base);
        stays && base.as_deref() == to.split_last().map(|(_, module)| module)
    }
}

/// Imports that join another item, by the place of that.
pub(super) type Joins = FxHashMap<usize, Vec<(usize, Segment)>>;

/// Those of a scope.
pub(super) fn joins(fates: &Fates, scope: ScopeId, names: &Names) -> Joins {
    let mut joins = Joins::default();
    for ordinal in 0..names.leaves.len() {
        let next = fates.get((scope, ordinal)).map(|fate| &fate.next);
        if let Some(Next::Joins(to, host)) = next
            && let Some(name) = to.last()
        {
            let joining = joins.entry(*host).or_default();
            joining.push((ordinal, name.clone()));
        }
    }
    joins
}

impl Composer<'_, '_, '_> {
    /// Imports that join this item.
    pub(super) fn joining(&self, item: &UseItem) -> &[(usize, Segment)] {
        let items = &self.names.items;
        let at = items.iter().position(|other| std::ptr::eq(other, item));
        at.and_then(|at| self.joins.get(&at))
            .map_or(&[], Vec::as_slice)
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

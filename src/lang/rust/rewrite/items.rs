//! `use` items: each is composed as meaning and emitted once.

use super::Rewrite;
use super::actions::{Decision, Decisions, ImportAction};
use super::globs::Added;
use super::groups::Part;
use super::layout::Layout;
use super::merge::{Joins, joins};
use super::names_edit::rename;
use super::new_items::NewItem;
use super::render::{Spot, Words};
use super::tree::{chain_of, leaves_of};
use super::unused::Idle;
use crate::finding::{Code, Finding, Level};
use crate::lang::plan_builder::{PlanBuilder, Refusal};
use crate::lang::rust::resolve::{
    LeafKind, Names, Role, ScopeId, TYPE, Tree, UseItem, Via, Written,
};
use crate::path::Segment;
use crate::text::Edit;

/// Composes the `use` items of one scope.
pub struct Composer<'c, 'r, 'a> {
    pub(super) rewrite: &'c Rewrite<'r, 'a>,
    pub(super) names: &'c Names,
    pub(super) decisions: &'c Decisions,
    pub(super) added: &'c Added,
    pub(super) idle: &'c Idle,
    pub(super) joins: Joins,
    pub(super) scope: ScopeId,
}

impl Rewrite<'_, '_> {
    /// Plans every `use` item.
    pub(super) fn items(
        &self,
        decisions: &Decisions,
        added: &Added,
        idle: &Idle,
        draft: &mut PlanBuilder,
    ) {
        for (scope, here) in self.found.scopes.iter() {
            let composer = Composer {
                rewrite: self,
                names: &here.names,
                decisions,
                added,
                idle,
                joins: joins(decisions, scope, &here.names),
                scope,
            };
            for item in &here.names.items {
                if !composer.changes(item) {
                    continue;
                }
                match composer.item(item) {
                    Ok(edits) => draft.edits.extend(edits),
                    // Items were composed once before (`refused_items`): what fails now is what
                    // was added since. Verification sees that it is not made, and leaves the file;
                    // the finding says why.
                    Err(refusal) => draft.findings.push(Finding {
                        code: refusal.code,
                        level: Level::Error,
                        range: item.keyword.range().start..item.semi.range().end,
                        path: None,
                        successor: None,
                        message: refusal.message,
                        help: refusal.help,
                        rule: None,
                    }),
                }
            }
        }
    }

    /// Imports of items that cannot be composed, with the reason, by scope.
    pub(super) fn refused_items(
        &self,
        decisions: &Decisions,
    ) -> Vec<(ScopeId, Vec<(usize, Refusal)>)> {
        let (added, idle) = (Added::default(), Idle::default());
        let mut refused = Vec::new();
        for (scope, here) in self.found.scopes.iter() {
            let composer = Composer {
                rewrite: self,
                names: &here.names,
                decisions,
                added: &added,
                idle: &idle,
                joins: joins(decisions, scope, &here.names),
                scope,
            };
            let mut leaves = Vec::new();
            for item in &here.names.items {
                if composer.changes(item)
                    && let Err(refusal) = composer.item(item)
                {
                    let ordinals = leaves_of(&item.tree).into_iter();
                    leaves.extend(ordinals.map(|ordinal| (ordinal, refusal.clone())));
                }
            }
            if !leaves.is_empty() {
                refused.push((scope, leaves));
            }
        }
        refused
    }
}

impl Composer<'_, '_, '_> {
    pub(super) fn decision(&self, ordinal: usize) -> &Decision {
        static UNKNOWN: Decision = Decision {
            old: None,
            head: None,
            next: ImportAction::Keep,
            wants_uses: false,
            renamed: None,
            kept_name: None,
        };
        self.decisions
            .get((self.scope, ordinal))
            .unwrap_or(&UNKNOWN)
    }

    fn changes(&self, item: &UseItem) -> bool {
        !self.joining(item).is_empty()
            || leaves_of(&item.tree).into_iter().any(|ordinal| {
                !matches!(
                    self.decision(ordinal).next,
                    ImportAction::Keep | ImportAction::Blocked | ImportAction::Follow(..)
                ) || !self.added.beside((self.scope, ordinal)).is_empty()
                    || self.idle.contains(&(self.scope, ordinal))
            })
    }

    fn item(&self, item: &UseItem) -> Result<Vec<Edit>, Refusal> {
        let mut is_gone = false;
        let (mut edits, evicted) = match self.root(item, &item.tree)? {
            Part::Kept(edits) => (edits, Vec::new()),
            Part::Split(edits, evicted) => (edits, evicted),
            Part::Cut(evicted) => {
                is_gone = true;
                (Vec::new(), evicted)
            }
        };
        edits.extend(self.join_edit(item));
        edits.extend(self.allowance(item));
        let mut lines = self.new_items(item, &evicted)?;
        for ordinal in leaves_of(&item.tree) {
            for import in self.added.beside((self.scope, ordinal)) {
                let words = self.absolute_words(item, ordinal, &import.to)?;
                let text = self.bound_as(&words, &import.to, &import.name);
                lines.push(NewItem {
                    private: import.private,
                    ..NewItem::plain(text)
                });
            }
        }
        if !lines.is_empty() && item.context.in_tokens && self.has_attribute_in_tokens(item) {
            return Err(Refusal::new(
                Code::Macro,
                "this import has attributes in macro tokens and would have to be split",
            )
            .help("split it by hand"));
        }
        if is_gone && lines.is_empty() {
            edits = vec![Edit::delete(self.item_extent(item))];
        } else if is_gone {
            edits = vec![self.replace(item, &lines)];
        } else if !lines.is_empty() {
            edits.push(self.insert(item, &lines));
        }
        Ok(self.keep_comments(item, edits))
    }

    /// A tree from its first name on: that of an item, or a part of it.
    fn root(&self, item: &UseItem, tree: &Tree) -> Result<Part, Refusal> {
        let (chain, end) = chain_of(tree);
        match end {
            Tree::Leaf(ordinal, name, alias) => {
                let to = match &self.decision(*ordinal).next {
                    ImportAction::Remove(_)
                    | ImportAction::Merge(..)
                    | ImportAction::RemoveUnused => {
                        return Ok(Part::Cut(Vec::new()));
                    }
                    ImportAction::Keep | ImportAction::Blocked | ImportAction::Follow(..) => {
                        return Ok(Part::Kept(Vec::new()));
                    }
                    ImportAction::Retarget(to) => to,
                };
                let mut names = chain.clone();
                if self.names.leaves[*ordinal].kind == LeafKind::Name {
                    names.push(name.clone());
                }
                let mut edits = self.head_edits(item, *ordinal, &names, to)?;
                self.alias_edit(*ordinal, name, alias.as_ref(), to, &mut edits);
                Ok(Part::Kept(edits))
            }
            Tree::Group { .. } if chain.is_empty() => self.root_group(item, end),
            Tree::Group { .. } => {
                let written = Written {
                    leading: item.leading.is_some(),
                    segments: chain.iter().map(|name| name.text.clone()).collect(),
                };
                let Some(ordinal) = leaves_of(end).first().copied() else {
                    return Ok(Part::Kept(Vec::new()));
                };
                let base = self.rewrite.resolver.path(
                    &self.rewrite.found.scopes,
                    self.scope,
                    &written,
                    TYPE,
                    Role::Use(self.scope, ordinal),
                );
                let displaced = self.displaced_base(end, chain.len());
                let Some(base) = displaced.clone().or(base.map(|(_, base)| base)) else {
                    return Ok(Part::Kept(Vec::new()));
                };
                let chosen = self.choose(end, &base);
                let edits = if chosen == base && displaced.is_none() {
                    Vec::new()
                } else {
                    self.head_edits(item, ordinal, &chain, &chosen)?
                };
                Ok(self.group(end, &base, &chosen, item)?.with(edits))
            }
            Tree::Path(..) => Ok(Part::Kept(Vec::new())),
        }
    }

    /// What the prefix of a group means whose leaves all would lead elsewhere once the file is moved.
    fn displaced_base(&self, group: &Tree, prefix: usize) -> Option<Vec<Segment>> {
        let mut base: Option<Vec<Segment>> = None;
        for ordinal in leaves_of(group) {
            let decision = self.decision(ordinal);
            let head = decision
                .head
                .as_ref()
                .filter(|head| head.via == Via::Displaced)?;
            let behind = self.names.leaves[ordinal]
                .written
                .segments
                .len()
                .checked_sub(prefix)?;
            let old = decision.old.as_ref()?;
            let own = &old[..old.len().checked_sub(behind)?];
            if head.taken > prefix || *base.get_or_insert_with(|| own.to_vec()) != own {
                return None;
            }
        }
        base
    }

    /// `use {a::b, c};`: each part has a first name of its own.
    fn root_group(&self, item: &UseItem, group: &Tree) -> Result<Part, Refusal> {
        let Tree::Group {
            open,
            close,
            items,
            commas,
        } = group
        else {
            return Ok(Part::Kept(Vec::new()));
        };
        let mut inner = UseItem {
            // Each part has its own.
            tree: Tree::Group {
                open: open.clone(),
                close: close.clone(),
                items: Vec::new(),
                commas: Vec::new(),
            },
            start: item.start.clone(),
            body: item.body.clone(),
            keyword: item.keyword.clone(),
            semi: item.semi.clone(),
            leading: item.leading.clone(),
            context: item.context,
        };
        inner.context.in_root_group = true;
        let parts = items
            .iter()
            .map(|tree| self.root(&inner, tree))
            .collect::<Result<Vec<_>, _>>()?;
        let layout = Layout::of(self.rewrite.text, open, close, items, commas);
        self.join_group(&layout, parts, None, item)
    }

    /// Edits that make the names from the first one on mean `to`.
    fn head_edits(
        &self,
        item: &UseItem,
        ordinal: usize,
        names: &[crate::lang::rust::at::Name],
        to: &[Segment],
    ) -> Result<Vec<Edit>, Refusal> {
        let Some(first) = names.first() else {
            return Ok(Vec::new());
        };
        let words = self.words(item, ordinal, to)?;
        let mut edits = rename(names, &words.names, names.len(), self.rewrite.text)?;
        let start = first.at.range().start;
        // `use ::{a, b};`: the `::` is that of all parts.
        if item.context.in_root_group && item.leading.is_some() {
            if words.leading {
                return Ok(edits);
            }
            return Err(Refusal::new(
                Code::Unresolved,
                "the new path cannot stand behind the `::` of this group",
            )
            .help("take the import out of the group"));
        }
        match (&item.leading, words.leading) {
            (Some(colons), false) => edits.push(Edit::delete(colons.range().start..start)),
            // Before names that are put at the same place.
            (None, true) => edits.insert(0, Edit::insert(start, "::")),
            _ => return Ok(edits),
        }
        edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        if edits.len() > 1 && edits[0].range.end == edits[1].range.start {
            let second = edits.remove(1);
            edits[0].range.end = second.range.end;
            edits[0].text.push_str(&second.text);
        }
        Ok(edits)
    }

    /// How `to` is written in this item, in the style of the leaf.
    fn words(&self, item: &UseItem, ordinal: usize, to: &[Segment]) -> Result<Words, Refusal> {
        let decision = self.decision(ordinal);
        let leaf = &self.names.leaves[ordinal];
        let after = decision.head.as_ref().map(|head| {
            self.rewrite
                .head_after(head, TYPE, self.scope, self.decisions, self.added)
        });
        let spot = Spot {
            scope: self.scope,
            role: Role::Use(self.scope, ordinal),
            written: &leaf.written,
            head: decision.head.as_ref(),
            after: after.as_deref(),
            renamed: None,
            absolute: false,
            gate: self.rewrite.gate_of(self.scope, leaf),
            hidden: &[],
            by_name: false,
            foreign: self.rewrite.is_in_foreign_item(self.scope, leaf),
        };
        let words = self.rewrite.render(&spot, to, true)?;
        if item.context.dollar_crate && words.names.first().is_none_or(|first| first != "crate") {
            return Err(Refusal::new(
                Code::Macro,
                "`$crate` would have to become another crate, which the callers may not have",
            )
            .help("re-export the new path from this crate, and name it here by `$crate`"));
        }
        Ok(words)
    }

    pub(super) fn absolute_words(
        &self,
        item: &UseItem,
        ordinal: usize,
        to: &[Segment],
    ) -> Result<Words, Refusal> {
        let mut words = self.words(item, ordinal, to)?;
        if item.context.dollar_crate {
            words.names[0] = "$crate".to_owned();
        }
        Ok(words)
    }

    /// A whole import of `to` that binds what the leaf bound.
    pub(super) fn whole_leaf(
        &self,
        item: &UseItem,
        ordinal: usize,
        to: &[Segment],
        within_group: bool,
    ) -> Result<String, Refusal> {
        let mut words = self.absolute_words(item, ordinal, to)?;
        let leaf = &self.names.leaves[ordinal];
        if within_group && item.leading.is_some() {
            if !words.leading {
                return Err(Refusal::new(
                    Code::Unresolved,
                    "the new path cannot stand behind the `::` of this group",
                )
                .help("take the import out of the group"));
            }
            words.leading = false;
        }
        Ok(match leaf.kind {
            LeafKind::Glob => format!("{}::*", written(&words)),
            LeafKind::Empty => format!("{}::{{}}", written(&words)),
            _ => self.bound_as(&words, to, self.bound(ordinal)),
        })
    }

    /// How the prefix of a group is written that becomes a part of a group without a prefix.
    pub(super) fn whole_prefix(
        &self,
        item: &UseItem,
        ordinal: usize,
        to: &[Segment],
    ) -> Result<String, Refusal> {
        let mut words = self.absolute_words(item, ordinal, to)?;
        if item.leading.is_some() {
            if !words.leading {
                return Err(Refusal::new(
                    Code::Unresolved,
                    "the new path cannot stand behind the `::` of this group",
                )
                .help("take the import out of the group"));
            }
            words.leading = false;
        }
        Ok(written(&words))
    }

    fn bound_as(&self, words: &Words, to: &[Segment], name: &Segment) -> String {
        let mut text = written(words);
        if to.last() != Some(name) {
            text.push_str(" as ");
            text.push_str(&self.rewrite.word(name));
        }
        text
    }

    /// In tokens that are no items, attributes before a `use` are not part of it.
    fn has_attribute_in_tokens(&self, item: &UseItem) -> bool {
        self.rewrite.text[..item.start.range().start]
            .trim_end()
            .ends_with(']')
    }
}

pub(super) fn written(words: &Words) -> String {
    let leading = if words.leading { "::" } else { "" };
    format!("{leading}{}", words.names.join("::"))
}

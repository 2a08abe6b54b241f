//! `use` items: each is composed as meaning and emitted once.

use std::ops::Range;

use super::Rewrite;
use super::draft::{Draft, Refusal};
use super::fate::{Fate, Fates, Next};
use super::globs::Added;
use super::groups::{Evicted, Part, chain_of, leaves_of};
use super::names_edit::rename;
use super::render::{Spot, Words};
use crate::finding::{Code, Finding, Level};
use crate::lang::rust::resolve::{
    LeafKind, Names, Role, ScopeId, TYPE, Tree, UseItem, Written, mentions_test,
};
use crate::lang::rust::visit::Context;
use crate::path::Segment;
use crate::text::{Edit, newline_of};

/// Composes the `use` items of one scope.
pub struct Composer<'c, 'r, 'a> {
    pub(super) rewrite: &'c Rewrite<'r, 'a>,
    pub(super) names: &'c Names,
    fates: &'c Fates,
    added: &'c Added,
    scope: ScopeId,
}

impl Rewrite<'_, '_> {
    /// Plans every `use` item.
    pub(super) fn items(&self, fates: &Fates, added: &Added, draft: &mut Draft) {
        for (scope, here) in self.found.scopes.iter() {
            let composer = Composer {
                rewrite: self,
                names: &here.names,
                fates,
                added,
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
    pub(super) fn refused_items(&self, fates: &Fates) -> Vec<(ScopeId, Vec<(usize, Refusal)>)> {
        let added = Added::default();
        let mut refused = Vec::new();
        for (scope, here) in self.found.scopes.iter() {
            let composer = Composer {
                rewrite: self,
                names: &here.names,
                fates,
                added: &added,
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
    pub(super) fn fate(&self, ordinal: usize) -> &Fate {
        static UNKNOWN: Fate = Fate {
            old: None,
            head: None,
            next: Next::Stays,
            wants_uses: false,
            renamed: None,
        };
        self.fates.get((self.scope, ordinal)).unwrap_or(&UNKNOWN)
    }

    fn changes(&self, item: &UseItem) -> bool {
        !self.joining(item).is_empty()
            || leaves_of(&item.tree).into_iter().any(|ordinal| {
                !matches!(
                    self.fate(ordinal).next,
                    Next::Stays | Next::Kept | Next::Follows(..)
                ) || !self.added.beside((self.scope, ordinal)).is_empty()
            })
    }

    fn item(&self, item: &UseItem) -> Result<Vec<Edit>, Refusal> {
        let mut is_gone = false;
        let (mut edits, evicted) = match self.root(item)? {
            Part::Kept(edits) => (edits, Vec::new()),
            Part::Split(edits, evicted) => (edits, evicted),
            Part::Cut(evicted) => {
                is_gone = true;
                (Vec::new(), evicted)
            }
        };
        edits.extend(self.join_edit(item));
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
        Ok(edits)
    }

    /// The tree from its first name on.
    fn root(&self, item: &UseItem) -> Result<Part, Refusal> {
        let (chain, end) = chain_of(&item.tree);
        match end {
            Tree::Leaf(ordinal, name, alias) => {
                let to = match &self.fate(*ordinal).next {
                    Next::Goes(_) | Next::Joins(..) | Next::Unused => {
                        return Ok(Part::Cut(Vec::new()));
                    }
                    Next::Stays | Next::Kept | Next::Follows(..) => {
                        return Ok(Part::Kept(Vec::new()));
                    }
                    Next::Moves(to) => to,
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
                let Some((_, base)) = base else {
                    return Ok(Part::Kept(Vec::new()));
                };
                let chosen = self.choose(end, &base);
                let mut edits = if chosen == base {
                    Vec::new()
                } else {
                    self.head_edits(item, ordinal, &chain, &chosen)?
                };
                Ok(match self.group(end, &base, &chosen, item)? {
                    Part::Kept(inner) => {
                        edits.extend(inner);
                        Part::Kept(edits)
                    }
                    Part::Split(inner, evicted) => {
                        edits.extend(inner);
                        Part::Split(edits, evicted)
                    }
                    Part::Cut(evicted) => Part::Cut(evicted),
                })
            }
            Tree::Path(..) => Ok(Part::Kept(Vec::new())),
        }
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
        let parts = items
            .iter()
            .map(|tree| {
                let mut inner = UseItem {
                    tree: tree.clone(),
                    ..item.clone()
                };
                inner.context.in_root_group = true;
                self.root(&inner)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let layout = super::groups::Layout::of(self.rewrite.text, open, close, items, commas);
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
            (None, true) => edits.push(Edit::insert(start, "::")),
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
        let fate = self.fate(ordinal);
        let leaf = &self.names.leaves[ordinal];
        let after = fate.head.as_ref().map(|head| {
            self.rewrite
                .head_after(head, self.scope, self.fates, self.added)
        });
        let spot = Spot {
            scope: self.scope,
            role: Role::Use(self.scope, ordinal),
            written: &leaf.written,
            head: fate.head.as_ref(),
            after: after.as_deref(),
            renamed: None,
            absolute: false,
            test: mentions_test(&leaf.condition),
            by_name: false,
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

    fn absolute_words(
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
            _ => self.bound_as(&words, to, self.bound(ordinal)),
        })
    }

    fn bound_as(&self, words: &Words, to: &[Segment], name: &Segment) -> String {
        let mut text = written(words);
        if to.last() != Some(name) {
            text.push_str(" as ");
            text.push_str(&self.rewrite.word(name));
        }
        text
    }

    /// New items for leaves that found no place: one a target module.
    fn new_items(&self, item: &UseItem, evicted: &[Evicted]) -> Result<Vec<NewItem>, Refusal> {
        let mut items: Vec<NewItem> = Vec::new();
        let mut modules: Vec<(Vec<Segment>, usize)> = Vec::new();
        for leaf in evicted {
            let kind = self.names.leaves[leaf.ordinal].kind;
            let has_comments = !leaf.above.is_empty() || leaf.behind.is_some();
            let (module, last) = match kind {
                LeafKind::Name => leaf.to.split_at(leaf.to.len() - 1),
                _ => (leaf.to.as_slice(), &[][..]),
            };
            if module.is_empty() {
                // A crate alone.
                let text = self.whole_leaf(item, leaf.ordinal, &leaf.to, false)?;
                items.push(NewItem::plain(text));
                continue;
            }
            let text = match kind {
                LeafKind::SelfModule => {
                    let bound = &self.names.leaves[leaf.ordinal].name;
                    if leaf.to.last() == Some(bound) {
                        "self".to_owned()
                    } else {
                        format!("self as {}", self.rewrite.word(bound))
                    }
                }
                _ => self.leaf_text(leaf.ordinal, last),
            };
            let known = modules
                .iter()
                .find(|(known, _)| known == module && !has_comments)
                .map(|(_, at)| *at);
            if let Some(at) = known {
                items[at].leaves.push(text);
                continue;
            }
            let prefix = written(&self.absolute_words(item, leaf.ordinal, module)?);
            if !has_comments {
                modules.push((module.to_vec(), items.len()));
            }
            items.push(NewItem {
                prefix: Some(prefix),
                leaves: vec![text],
                above: leaf.above.clone(),
                behind: leaf.behind.clone(),
                private: false,
            });
        }
        Ok(items)
    }

    /// Puts new items behind an item: on lines of their own, or right behind its `;` where more
    /// follows on the line.
    fn insert(&self, item: &UseItem, new: &[NewItem]) -> Edit {
        let text = self.rewrite.text;
        let start = item.start.range().start;
        let semi = item.semi.range().end;
        let newline = newline_of(text);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let before = &text[line_start..start];
        let indent_len = before.len() - before.trim_start().len();
        let indent = &before[..indent_len];
        let attributes = self.copied_attributes(item);
        let visibility = &text[item.body.range().start..item.keyword.range().start];
        let rest = text[semi..].split('\n').next().unwrap_or_default();
        let trimmed = rest.trim();
        let ends_line = trimmed.is_empty() || trimmed.starts_with("//");
        let mut out = String::new();
        for new in new {
            if ends_line {
                out.push_str(newline);
                for comment in &new.above {
                    out.push_str(indent);
                    out.push_str(comment);
                    out.push_str(newline);
                }
                out.push_str(indent);
            } else {
                out.push(' ');
            }
            out.push_str(&attributes);
            out.push_str(if new.private { "" } else { visibility });
            out.push_str("use ");
            out.push_str(&new.text());
            out.push(';');
            if ends_line && let Some(behind) = &new.behind {
                out.push(' ');
                out.push_str(behind);
            }
        }
        let at = if ends_line {
            semi + rest.trim_end().len()
        } else {
            semi
        };
        Edit::insert(at, out)
    }

    /// Puts new items in the place of one that goes.
    fn replace(&self, item: &UseItem, new: &[NewItem]) -> Edit {
        let inserted = self.insert(item, new).text;
        // The first of the new items takes the line that is there.
        let first = inserted.trim_start().to_owned();
        Edit::replace(item.start.range().start..item.semi.range().end, first)
    }

    /// The attributes that a new item takes over. Documentation with paths in it is not doubled: its
    /// links are rewritten where they stand.
    fn copied_attributes(&self, item: &UseItem) -> String {
        let range = item.start.range().start..item.body.range().start;
        let text = &self.rewrite.text[range.clone()];
        let has_links = self.rewrite.found.sites.iter().any(|site| {
            site.context == Context::Link && range.contains(&site.names[0].at.range().start)
        });
        if !has_links {
            return text.to_owned();
        }
        text.split_inclusive('\n')
            .filter(|line| !line.trim_start().starts_with("///"))
            .collect::<String>()
            .trim_start()
            .to_owned()
    }

    /// The bytes that go with an item: its attributes, and its line if nothing else is on it.
    fn item_extent(&self, item: &UseItem) -> Range<usize> {
        let text = self.rewrite.text;
        let start = item.start.range().start;
        let end = item.semi.range().end;
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let rest = &text[end..];
        let line_rest = rest.split_inclusive('\n').next().unwrap_or_default();
        let alone = text[line_start..start].trim().is_empty() && line_rest.trim().is_empty();
        if alone {
            return line_start..end + line_rest.len();
        }
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if text[line_start..start].trim().is_empty() {
            return start..end + blanks;
        }
        let before = text[..start].len() - text[..start].trim_end_matches([' ', '\t']).len();
        start - before..end
    }

    /// In tokens that are no items, attributes before a `use` are not part of it.
    fn has_attribute_in_tokens(&self, item: &UseItem) -> bool {
        self.rewrite.text[..item.start.range().start]
            .trim_end()
            .ends_with(']')
    }
}

/// A new `use` item.
struct NewItem {
    /// The module, or `None` if `leaves` is the whole path.
    prefix: Option<String>,
    leaves: Vec<String>,
    above: Vec<String>,
    behind: Option<String>,
    /// Without the visibility of the item that it stands beside.
    private: bool,
}

impl NewItem {
    fn plain(text: String) -> Self {
        Self {
            prefix: None,
            leaves: vec![text],
            above: Vec::new(),
            behind: None,
            private: false,
        }
    }

    fn text(&self) -> String {
        let Some(prefix) = &self.prefix else {
            return self.leaves.join(", ");
        };
        match self.leaves.as_slice() {
            [leaf] if !leaf.starts_with("self") => format!("{prefix}::{leaf}"),
            leaves => format!("{prefix}::{{{}}}", leaves.join(", ")),
        }
    }
}

fn written(words: &Words) -> String {
    let leading = if words.leading { "::" } else { "" };
    format!("{leading}{}", words.names.join("::"))
}

//! The inside of a `use` tree: which leaves stay in which brace, and how the text changes.
//!
//! The tree is walked once. At each brace the path that its prefix will mean is chosen so that as
//! many leaves as possible stay where they are; a leaf that does not fit moves outwards to the
//! deepest brace whose prefix fits, and out of the item if there is none.

use rustc_hash::FxHashMap;

use super::actions::ImportAction;
use super::comments::applied_within;
use super::items::Composer;
use super::layout::Layout;
use super::names_edit::rename;
use super::tree::{chain_of, leaves_of, open_of};
use crate::lang::plan_builder::Refusal;
use crate::lang::rust::at::Name;
use crate::lang::rust::resolve::{LeafKind, Tree, UseItem};
use crate::path::Segment;
use crate::text::Edit;

/// A leaf that left its place.
#[derive(Clone, Debug)]
pub struct Evicted {
    /// Its ordinal.
    pub ordinal: usize,
    /// What it imports.
    pub to: Vec<Segment>,
    /// Comments on lines of their own above it.
    pub above: Vec<String>,
    /// The comment behind it.
    pub behind: Option<String>,
    /// It is a whole group, as text with its braces: `to` is what its prefix means.
    pub group: Option<String>,
}

impl Evicted {
    fn leaf(ordinal: usize, to: Vec<Segment>) -> Self {
        Self {
            ordinal,
            to,
            above: Vec::new(),
            behind: None,
            group: None,
        }
    }
}

/// What became of a part of a tree.
pub enum Part {
    /// It stays, with edits inside.
    Kept(Vec<Edit>),
    /// It goes; these leaves found no place in it.
    Cut(Vec<Evicted>),
    /// It stays, and some leaves of it found no place.
    Split(Vec<Edit>, Vec<Evicted>),
}

impl Part {
    /// The same with further edits, as far as it stays.
    pub(super) fn with(self, mut edits: Vec<Edit>) -> Self {
        match self {
            Self::Kept(inner) => {
                edits.extend(inner);
                Self::Kept(edits)
            }
            Self::Split(inner, evicted) => {
                edits.extend(inner);
                Self::Split(edits, evicted)
            }
            Self::Cut(evicted) => Self::Cut(evicted),
        }
    }
}

impl Composer<'_, '_, '_> {
    /// A part of the tree inside a brace whose prefix meant `before` and will mean `after`.
    fn part(
        &self,
        tree: &Tree,
        before: &[Segment],
        after: &[Segment],
        item: &UseItem,
    ) -> Result<Part, Refusal> {
        let (chain, end) = chain_of(tree);
        match end {
            Tree::Leaf(ordinal, name, alias) => {
                self.inner_leaf(*ordinal, &chain, name, alias.as_ref(), after)
            }
            Tree::Group { .. } => {
                let mut base = before.to_vec();
                base.extend(chain.iter().map(|name| name.text.clone()));
                let chosen = self.choose(end, &base);
                let Some(rest) = chosen.strip_prefix(after) else {
                    return Ok(Part::Cut(self.evict_group(end, &base, &chosen, item)?));
                };
                let edits = self.chain_edits(&chain, rest, open_of(end))?;
                Ok(self.group(end, &base, &chosen, item)?.with(edits))
            }
            Tree::Path(..) => Ok(Part::Kept(Vec::new())),
        }
    }

    fn inner_leaf(
        &self,
        ordinal: usize,
        chain: &[Name],
        name: &Name,
        alias: Option<&Name>,
        after: &[Segment],
    ) -> Result<Part, Refusal> {
        let decision = self.decision(ordinal);
        let to = match &decision.next {
            ImportAction::Remove(_) | ImportAction::Merge(..) | ImportAction::RemoveUnused => {
                return Ok(Part::Cut(Vec::new()));
            }
            ImportAction::Retarget(to) => to.clone(),
            ImportAction::Keep | ImportAction::Blocked | ImportAction::Follow(..) => {
                return Ok(Part::Kept(Vec::new()));
            }
        };
        let leaf = &self.names.leaves[ordinal];
        let fits = match leaf.kind {
            LeafKind::SelfModule => to == after,
            LeafKind::Glob => to.starts_with(after) && (!chain.is_empty() || to == after),
            // What names a module and binds nothing is not carried elsewhere.
            LeafKind::Empty if !to.starts_with(after) || to.len() == after.len() => {
                return Ok(Part::Cut(Vec::new()));
            }
            _ => to.len() > after.len() && to.starts_with(after),
        };
        if !fits {
            return Ok(Part::Cut(vec![Evicted::leaf(ordinal, to)]));
        }
        let rest = &to[after.len()..];
        let mut edits = match leaf.kind {
            LeafKind::Name => {
                let mut names = chain.to_vec();
                names.push(name.clone());
                let words: Vec<String> = rest.iter().map(|name| self.rewrite.word(name)).collect();
                rename(&names, &words, names.len(), self.rewrite.text)?
            }
            _ => self.chain_edits(chain, rest, name.at.range().start)?,
        };
        self.alias_edit(ordinal, name, alias, &to, &mut edits);
        Ok(Part::Kept(edits))
    }

    /// Keeps the bound name: `as` comes, stays or goes.
    pub(super) fn alias_edit(
        &self,
        ordinal: usize,
        name: &Name,
        alias: Option<&Name>,
        to: &[Segment],
        edits: &mut Vec<Edit>,
    ) {
        let leaf = &self.names.leaves[ordinal];
        let Some(last) = to.last() else {
            return;
        };
        if matches!(leaf.kind, LeafKind::Glob | LeafKind::Empty) {
            return;
        }
        let old_last = leaf.written.segments.last();
        match alias {
            Some(alias) if *last == alias.text && old_last != Some(&alias.text) => {
                let end = name.at.range().end;
                edits.push(Edit::delete(end..alias.at.range().end));
            }
            Some(_) => {}
            None if *last != *self.bound(ordinal) || is_keyword(last) => {
                let bound = self.rewrite.word(self.bound(ordinal));
                edits.push(Edit::insert(name.at.range().end, format!(" as {bound}")));
            }
            None => {}
        }
    }

    /// Edits that make the names before `end` read as `rest`; no name may be left.
    fn chain_edits(
        &self,
        chain: &[Name],
        rest: &[Segment],
        end: usize,
    ) -> Result<Vec<Edit>, Refusal> {
        let words: Vec<String> = rest.iter().map(|name| self.rewrite.word(name)).collect();
        match (chain.first(), words.is_empty()) {
            (None, true) => Ok(Vec::new()),
            (None, false) => Ok(vec![Edit::insert(end, format!("{}::", words.join("::")))]),
            (Some(first), true) => Ok(vec![Edit::delete(first.at.range().start..end)]),
            (Some(_), false) => rename(chain, &words, chain.len(), self.rewrite.text),
        }
    }

    /// The path that the prefix of a group should mean.
    pub(super) fn choose(&self, group: &Tree, base: &[Segment]) -> Vec<Segment> {
        let mut wishes: Vec<(Vec<Segment>, bool, bool)> = Vec::new();
        for ordinal in leaves_of(group) {
            let decision = self.decision(ordinal);
            let leaf = &self.names.leaves[ordinal];
            let (wanted, moves) = match (&decision.next, &decision.old) {
                (
                    ImportAction::Remove(_) | ImportAction::Merge(..) | ImportAction::RemoveUnused,
                    _,
                ) => continue,
                (ImportAction::Retarget(to), _) => (to.clone(), true),
                (_, Some(old)) => (old.clone(), false),
                (_, None) => return base.to_vec(),
            };
            // A private alias on the way: the leaf's path is not what its names spell.
            if !decision
                .old
                .as_ref()
                .is_some_and(|old| old.starts_with(base))
            {
                if !moves {
                    return base.to_vec();
                }
                wishes.push((base.to_vec(), true, false));
                continue;
            }
            let old_len = decision.old.as_ref().map_or(0, Vec::len);
            let depth = old_len.saturating_sub(base.len());
            let wish = wanted[..wanted.len().saturating_sub(depth)].to_vec();
            let fits_base = match leaf.kind {
                LeafKind::SelfModule => wanted == base,
                LeafKind::Glob | LeafKind::Empty => wanted.starts_with(base),
                _ => wanted.len() > base.len() && wanted.starts_with(base),
            };
            wishes.push((wish, moves, fits_base));
        }
        let Some((first, ..)) = wishes.first() else {
            return base.to_vec();
        };
        let agreed = wishes.iter().all(|(wish, ..)| wish == first) && !first.is_empty();
        if agreed {
            return first.clone();
        }
        if wishes.iter().any(|(_, moves, fits)| !moves || *fits) {
            return base.to_vec();
        }
        // All leaves move, to several places: the most wanted one keeps the item.
        let mut count: FxHashMap<&Vec<Segment>, usize> = FxHashMap::default();
        for (wish, ..) in &wishes {
            *count.entry(wish).or_default() += 1;
        }
        let mut best: Option<&Vec<Segment>> = None;
        for (wish, ..) in wishes.iter().filter(|(wish, ..)| !wish.is_empty()) {
            if best.is_none_or(|best| count[wish] > count[best]) {
                best = Some(wish);
            }
        }
        best.map_or_else(|| base.to_vec(), Vec::clone)
    }

    /// The items of a group, whose prefix meant `before` and will mean `after`.
    pub(super) fn group(
        &self,
        group: &Tree,
        before: &[Segment],
        after: &[Segment],
        item: &UseItem,
    ) -> Result<Part, Refusal> {
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
            .map(|tree| self.part(tree, before, after, item))
            .collect::<Result<Vec<_>, _>>()?;
        let layout = Layout::of(self.rewrite.text, open, close, items, commas);
        self.join_group(&layout, parts, Some(after), item)
    }

    /// Puts together what became of the items of a group.
    pub(super) fn join_group(
        &self,
        layout: &Layout<'_>,
        parts: Vec<Part>,
        after: Option<&[Segment]>,
        item: &UseItem,
    ) -> Result<Part, Refusal> {
        let count = parts.len();
        let mut edits = Vec::new();
        let mut leaving = Vec::new();
        let mut cut = vec![false; count];
        let mut texts: Vec<Option<String>> = vec![None; count];
        for (i, part) in parts.into_iter().enumerate() {
            let (kept, evicted) = match part {
                Part::Kept(inner) => {
                    edits.extend(inner);
                    continue;
                }
                Part::Split(inner, evicted) => {
                    edits.extend(inner);
                    (true, evicted)
                }
                Part::Cut(evicted) => (false, evicted),
            };
            let (fitting, others): (Vec<_>, Vec<_>) =
                evicted.into_iter().partition(|leaf| self.fits(leaf, after));
            let fitting = fitting
                .iter()
                .map(|leaf| self.text_inside(leaf, after, item))
                .collect::<Result<Vec<_>, _>>()?;
            let comma = layout.comma_before(i);
            match (kept, fitting.is_empty()) {
                (true, true) => {}
                (true, false) => edits.push(Edit::insert(
                    layout.items[i].end,
                    format!("{comma}{}", fitting.join(&comma)),
                )),
                (false, true) => cut[i] = true,
                (false, false) => texts[i] = Some(fitting.join(&comma)),
            }
            let mut others = others;
            if cut[i] {
                layout.take_comments(i, &mut others);
            }
            leaving.extend(others);
        }
        if cut.iter().all(|&is_cut| is_cut) {
            return Ok(Part::Cut(leaving));
        }
        for (i, text) in texts.into_iter().enumerate() {
            if let Some(text) = text {
                edits.push(Edit::replace(layout.items[i].clone(), text));
            }
        }
        let left: Vec<usize> = (0..count).filter(|&i| !cut[i]).collect();
        let is_single = left.len() == 1 && count > 1 && !self.needs_braces(layout, left[0], &edits);
        if is_single {
            let item = &layout.items[left[0]];
            edits.push(Edit::delete(layout.open.start..item.start));
            edits.push(Edit::delete(item.end..layout.close.end));
        } else {
            edits.extend(layout.cuts(&cut));
        }
        Ok(if leaving.is_empty() {
            Part::Kept(edits)
        } else {
            Part::Split(edits, leaving)
        })
    }

    /// Whether the only item that is left needs its braces: it is `self`, a comment stays inside, or
    /// it became several.
    fn needs_braces(&self, layout: &Layout<'_>, item: usize, edits: &[Edit]) -> bool {
        let range = &layout.items[item];
        let text = &self.rewrite.text[range.clone()];
        let is_self = text == "self" || text.starts_with("self ") || text.starts_with("self\n");
        let grew = edits
            .iter()
            .any(|edit| edit.range == (range.end..range.end) && edit.text.starts_with(','))
            || edits
                .iter()
                .any(|edit| edit.range == *range && edit.text.contains(','));
        is_self || grew || layout.has_comment(item)
    }

    /// Whether a leaf that left a deeper brace can stay in one whose prefix means `after` (`None`:
    /// a brace without a prefix).
    fn fits(&self, leaf: &Evicted, after: Option<&[Segment]>) -> bool {
        let kind = self.names.leaves[leaf.ordinal].kind;
        let has_comments = !leaf.above.is_empty() || leaf.behind.is_some();
        (leaf.group.is_some() || matches!(kind, LeafKind::Name | LeafKind::Glob))
            && after.is_none_or(|after| leaf.to.starts_with(after) && leaf.to.len() > after.len())
            && !has_comments
    }

    fn text_inside(
        &self,
        leaf: &Evicted,
        after: Option<&[Segment]>,
        item: &UseItem,
    ) -> Result<String, Refusal> {
        if let Some(group) = &leaf.group {
            let prefix = match after {
                Some(after) => {
                    let names = leaf.to[after.len()..].iter();
                    let names: Vec<String> = names.map(|name| self.rewrite.word(name)).collect();
                    names.join("::")
                }
                None => self.whole_prefix(item, leaf.ordinal, &leaf.to)?,
            };
            return Ok(format!("{prefix}::{group}"));
        }
        match after {
            Some(after) => Ok(self.leaf_text(leaf.ordinal, &leaf.to[after.len()..])),
            None => self.whole_leaf(item, leaf.ordinal, &leaf.to, true),
        }
    }

    /// A group that finds no place where it is: it stays a group if it is more than a list of names.
    fn evict_group(
        &self,
        group: &Tree,
        base: &[Segment],
        chosen: &[Segment],
        item: &UseItem,
    ) -> Result<Vec<Evicted>, Refusal> {
        let (edits, others) = match self.group(group, base, chosen, item)? {
            Part::Kept(edits) => (edits, Vec::new()),
            Part::Split(edits, others) => (edits, others),
            Part::Cut(others) => return Ok(others),
        };
        let Tree::Group { open, close, .. } = group else {
            return Ok(others);
        };
        let text = self.rewrite.text;
        let range = open.range().start..close.range().end;
        let (Some(inside), Some(&first)) = (
            applied_within(text, range.clone(), edits),
            leaves_of(group).first(),
        ) else {
            return Ok(others);
        };
        let indent = |at: usize| {
            let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
            let line = &text[start..];
            &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
        };
        let (old, new) = (indent(range.start), indent(item.start.range().start));
        let lines: Vec<String> = inside
            .split('\n')
            .enumerate()
            .map(|(i, line)| match line.strip_prefix(old) {
                Some(rest) if i > 0 => format!("{new}{rest}"),
                _ => line.to_owned(),
            })
            .collect();
        let mut evicted = vec![Evicted {
            group: Some(lines.join("\n")),
            ..Evicted::leaf(first, chosen.to_vec())
        }];
        evicted.extend(others);
        Ok(evicted)
    }

    /// The name that a leaf binds afterwards.
    pub(super) fn bound(&self, ordinal: usize) -> &Segment {
        self.decision(ordinal)
            .renamed
            .as_ref()
            .unwrap_or(&self.names.leaves[ordinal].name)
    }

    /// A leaf as text: the rest of its path, and the name that it keeps.
    pub(super) fn leaf_text(&self, ordinal: usize, rest: &[Segment]) -> String {
        let leaf = &self.names.leaves[ordinal];
        let mut names: Vec<String> = rest.iter().map(|name| self.rewrite.word(name)).collect();
        let last = rest.last().cloned().unwrap_or_default();
        match leaf.kind {
            LeafKind::Glob => names.push("*".to_owned()),
            LeafKind::Empty => names.push("{}".to_owned()),
            LeafKind::SelfModule => names.push("self".to_owned()),
            _ => {}
        }
        let mut text = names.join("::");
        let old_last = leaf.written.segments.last();
        let was_doubled = leaf.aliased && old_last == Some(&leaf.name);
        let bound = self.bound(ordinal);
        if leaf.kind == LeafKind::Name && (last != *bound || was_doubled) {
            text.push_str(" as ");
            text.push_str(&self.rewrite.word(bound));
        }
        text
    }
}

/// `crate`, `self` and `super` cannot be bound without a name.
fn is_keyword(name: &str) -> bool {
    matches!(name, "crate" | "self" | "super")
}

//! The inside of a `use` tree: which leaves stay in which brace, and how the text changes.
//!
//! The tree is walked once. At each brace the path that its prefix will mean is chosen so that as
//! many leaves as possible stay where they are; a leaf that does not fit moves outwards to the
//! deepest brace whose prefix fits, and out of the item if there is none.

use std::ops::Range;

use super::draft::Refusal;
use super::fate::{Fate, Next};
use super::items::Composer;
use super::names_edit::rename;
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
                    return Ok(Part::Cut(self.evict_all(end)));
                };
                let mut edits = self.chain_edits(&chain, rest, open_of(end))?;
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

    fn inner_leaf(
        &self,
        ordinal: usize,
        chain: &[Name],
        name: &Name,
        alias: Option<&Name>,
        after: &[Segment],
    ) -> Result<Part, Refusal> {
        let fate = self.fate(ordinal);
        let to = match &fate.next {
            Next::Goes(_) | Next::Joins(..) | Next::Unused => {
                return Ok(Part::Cut(Vec::new()));
            }
            Next::Moves(to) => to.clone(),
            Next::Stays | Next::Kept | Next::Follows(..) => return Ok(Part::Kept(Vec::new())),
        };
        let leaf = &self.names.leaves[ordinal];
        let fits = match leaf.kind {
            LeafKind::SelfModule => to == after,
            LeafKind::Glob => to.starts_with(after) && (!chain.is_empty() || to == after),
            _ => to.len() > after.len() && to.starts_with(after),
        };
        if !fits {
            return Ok(Part::Cut(vec![Evicted {
                ordinal,
                to,
                above: Vec::new(),
                behind: None,
            }]));
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
        if leaf.kind == LeafKind::Glob {
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
            let fate = self.fate(ordinal);
            let leaf = &self.names.leaves[ordinal];
            let (wanted, moves) = match (&fate.next, &fate.old) {
                (Next::Goes(_) | Next::Joins(..) | Next::Unused, _) => continue,
                (Next::Moves(to), _) => (to.clone(), true),
                (_, Some(old)) => (old.clone(), false),
                (_, None) => return base.to_vec(),
            };
            // A private alias on the way: the leaf's path is not what its names spell.
            if !fate.old.as_ref().is_some_and(|old| old.starts_with(base)) {
                if !moves {
                    return base.to_vec();
                }
                wishes.push((base.to_vec(), true, false));
                continue;
            }
            let old_len = fate.old.as_ref().map_or(0, Vec::len);
            let depth = old_len.saturating_sub(base.len());
            let wish = wanted[..wanted.len().saturating_sub(depth)].to_vec();
            let fits_base = match leaf.kind {
                LeafKind::SelfModule => wanted == base,
                LeafKind::Glob => wanted.starts_with(base),
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
        let count = |wish: &Vec<Segment>| wishes.iter().filter(|(other, ..)| other == wish).count();
        let mut best: Option<&Vec<Segment>> = None;
        for (wish, ..) in wishes.iter().filter(|(wish, ..)| !wish.is_empty()) {
            if best.is_none_or(|best| count(wish) > count(best)) {
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
        matches!(kind, LeafKind::Name | LeafKind::Glob)
            && after.is_none_or(|after| leaf.to.starts_with(after) && leaf.to.len() > after.len())
            && !has_comments
    }

    fn text_inside(
        &self,
        leaf: &Evicted,
        after: Option<&[Segment]>,
        item: &UseItem,
    ) -> Result<String, Refusal> {
        match after {
            Some(after) => Ok(self.leaf_text(leaf.ordinal, &leaf.to[after.len()..])),
            None => self.whole_leaf(item, leaf.ordinal, &leaf.to, true),
        }
    }

    fn evict_all(&self, tree: &Tree) -> Vec<Evicted> {
        leaves_of(tree)
            .into_iter()
            .filter_map(|ordinal| {
                let Fate {
                    next: Next::Moves(to),
                    ..
                } = self.fate(ordinal)
                else {
                    return None;
                };
                Some(Evicted {
                    ordinal,
                    to: to.clone(),
                    above: Vec::new(),
                    behind: None,
                })
            })
            .collect()
    }

    /// The name that a leaf binds afterwards.
    pub(super) fn bound(&self, ordinal: usize) -> &Segment {
        self.fate(ordinal)
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

/// The names before a leaf or a brace.
pub fn chain_of(tree: &Tree) -> (Vec<Name>, &Tree) {
    let mut chain = Vec::new();
    let mut at = tree;
    while let Tree::Path(name, rest) = at {
        chain.push(name.clone());
        at = rest;
    }
    (chain, at)
}

/// The ordinals of the leaves of a tree, in order.
pub fn leaves_of(tree: &Tree) -> Vec<usize> {
    match tree {
        Tree::Path(_, rest) => leaves_of(rest),
        Tree::Leaf(ordinal, ..) => vec![*ordinal],
        Tree::Group { items, .. } => items.iter().flat_map(leaves_of).collect(),
    }
}

/// Where a leaf stands: its names within the innermost brace.
pub fn place_of(tree: &Tree, wanted: usize) -> Option<Range<usize>> {
    let (chain, end) = chain_of(tree);
    match end {
        Tree::Leaf(ordinal, name, _) if *ordinal == wanted => {
            let range = name.at.range();
            let start = chain.first().map_or(range.start, |n| n.at.range().start);
            Some(start..range.end)
        }
        Tree::Group { items, .. } => items.iter().find_map(|item| place_of(item, wanted)),
        _ => None,
    }
}

fn open_of(tree: &Tree) -> usize {
    match tree {
        Tree::Group { open, .. } => open.range().start,
        _ => 0,
    }
}

/// The bytes of a part of a tree.
pub fn extent(tree: &Tree) -> Range<usize> {
    let (chain, end) = chain_of(tree);
    let range = match end {
        Tree::Leaf(_, name, alias) => {
            let range = name.at.range();
            let end = alias
                .as_ref()
                .map_or(range.end, |alias| alias.at.range().end);
            range.start..end
        }
        Tree::Group { open, close, .. } => open.range().start..close.range().end,
        Tree::Path(..) => 0..0,
    };
    let start = chain
        .first()
        .map_or(range.start, |name| name.at.range().start);
    start..range.end
}

/// Where the items of a group stand.
pub struct Layout<'t> {
    text: &'t str,
    open: Range<usize>,
    close: Range<usize>,
    items: Vec<Range<usize>>,
    commas: Vec<Range<usize>>,
}

impl<'t> Layout<'t> {
    pub fn of(
        text: &'t str,
        open: &crate::lang::rust::at::At,
        close: &crate::lang::rust::at::At,
        items: &[Tree],
        commas: &[crate::lang::rust::at::At],
    ) -> Self {
        Self {
            text,
            open: open.range(),
            close: close.range(),
            items: items.iter().map(extent).collect(),
            commas: commas
                .iter()
                .map(crate::lang::rust::at::At::range)
                .collect(),
        }
    }

    /// Where what belongs to item `i` begins: behind the comma before it, and behind a comment on
    /// the line of that comma.
    fn territory_start(&self, i: usize) -> usize {
        let before = match i.checked_sub(1) {
            Some(previous) => self.commas[previous].end,
            None => self.open.end,
        };
        self.behind_comment(before, self.items[i].start)
    }

    /// Where it ends: behind its comma, and behind a comment on that line.
    fn territory_end(&self, i: usize) -> usize {
        let after = self
            .commas
            .get(i)
            .map_or(self.items[i].end, |comma| comma.end);
        let limit = self
            .items
            .get(i + 1)
            .map_or(self.close.start, |next| next.start);
        self.behind_comment(after, limit)
    }

    /// Behind the comment that follows `at` on its line, if nothing else does before the line ends.
    fn behind_comment(&self, at: usize, limit: usize) -> usize {
        let rest = &self.text[at..limit];
        let line = rest.split_once('\n').map_or(rest, |(line, _)| line);
        let ends_line = line.len() < rest.len();
        let trimmed = line.trim();
        let is_comment =
            trimmed.starts_with("//") || (trimmed.starts_with("/*") && trimmed.ends_with("*/"));
        if is_comment && ends_line {
            at + line.trim_end().len()
        } else {
            at
        }
    }

    /// What separates item `i` from one that is put behind it: items on lines of their own stay so.
    fn comma_before(&self, i: usize) -> String {
        let gap = &self.text[self.territory_start(i)..self.items[i].start];
        match gap.rfind('\n') {
            Some(at) => {
                let newline = if gap[..at].ends_with('\r') {
                    "\r\n"
                } else {
                    "\n"
                };
                format!(",{newline}{}", &gap[at + 1..])
            }
            None => ", ".to_owned(),
        }
    }

    /// Gives the comments of an item that goes to the first leaf that it leaves.
    fn take_comments(&self, i: usize, leaves: &mut [Evicted]) {
        let Some(first) = leaves.first_mut() else {
            return;
        };
        let above = &self.text[self.territory_start(i)..self.items[i].start];
        let above = above.lines().map(str::trim).filter(|line| !line.is_empty());
        first.above.splice(0..0, above.map(str::to_owned));
        let behind = &self.text[self.items[i].end..self.territory_end(i)];
        let behind = behind.trim_start().trim_start_matches(',').trim();
        if !behind.is_empty() {
            first.behind = Some(behind.to_owned());
        }
    }

    /// Whether a comment inside the braces would be lost with them when only item `i` is left.
    fn has_comment(&self, kept: usize) -> bool {
        let is_comment = |range: Range<usize>| {
            let text = &self.text[range];
            text.contains("//") || text.contains("/*")
        };
        let own = is_comment(self.territory_start(kept)..self.items[kept].start)
            || is_comment(self.items[kept].end..self.territory_end(kept));
        // What stands after the last item or right behind the opening brace belongs to no item.
        let last = self.items.len() - 1;
        own || is_comment(self.territory_end(last)..self.close.start)
            || is_comment(self.open.end..self.territory_start(0))
    }

    /// Edits that cut these items, each with one comma and its comments.
    fn cuts(&self, cut: &[bool]) -> Vec<Edit> {
        let mut edits = Vec::new();
        let mut i = 0;
        while i < cut.len() {
            if !cut[i] {
                i += 1;
                continue;
            }
            let first = i;
            while i < cut.len() && cut[i] {
                i += 1;
            }
            edits.push(Edit::delete(self.run(first, i - 1)));
        }
        edits
    }

    /// The bytes that go with the items from `first` to `last`.
    fn run(&self, first: usize, last: usize) -> Range<usize> {
        let start = self.territory_start(first);
        let own_line = self.text[start..self.items[first].start].contains('\n');
        let is_end = last + 1 == self.items.len();
        if own_line {
            // The comma of the item before becomes the trailing one.
            let end = self.territory_end(last);
            let rest = self.text[end..].trim_start_matches([' ', '\t']);
            let line = self.text[..start].rsplit('\n').next().unwrap_or_default();
            // A line comment before it must not swallow what comes behind.
            let keeps_newline = line.contains("//") && !rest.starts_with(['\n', '\r']);
            let gap = &self.text[start..self.items[first].start];
            let shift = gap.find('\n').map_or(0, |at| at + 1);
            return if keeps_newline {
                start + shift..end
            } else {
                start..end
            };
        }
        if !is_end {
            // A comment before the next item is that item's.
            let end = self.territory_end(last);
            let blanks = self.text[end..self.items[last + 1].start].trim_start();
            return self.items[first].start..self.items[last + 1].start - blanks.len();
        }
        let Some(previous) = first.checked_sub(1) else {
            return self.items[first].start..self.items[last].end;
        };
        match self.commas.get(last) {
            Some(trailing) => self.commas[previous].end..trailing.end,
            None => self.commas[previous].start..self.items[last].end,
        }
    }
}

//! Tokens with their references replaced: what must be the same in both texts.
//!
//! A mark is a reference that the plan rewrites, a piece of one that stands apart (if the plan replaces names
//! of old paths by names of new ones there), a use of a name whose import binds another one now, or a path
//! that is written anew and says the end of what it means in both texts. Its
//! place in the edited text follows from the edits alone, so nothing here asks what a name means.

use std::borrow::Cow;
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Side, segments};
use crate::mapping::{Outcome, Table};
use crate::outline::Meaning;
use crate::path::Segment;
use crate::plan::Reference;
use crate::text::Edit;
use crate::tokens::{Kind, Token};

/// What stands for a reference in a text. No source of a language holds it.
pub(super) const MARK: &str = "\0";

/// The rewritten references outside of imports, in both texts: sorted and disjoint.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// In the text of before.
    pub(super) before: Vec<Range<usize>>,
    /// In the edited text, as many.
    pub(super) after: Vec<Range<usize>>,
}

impl Marks {
    /// The marks of the plan of `before`.
    pub(super) fn of(before: Side<'_>, after: Side<'_>, table: &Table) -> Self {
        let plan = &before.analysis.plan;
        let edits = plan.edits.as_slice();
        let changes: Vec<Change> = edits
            .iter()
            .map(|edit| trimmed(before.text, edit))
            .collect();
        let mut imports: Vec<&Range<usize>> = before
            .tokens
            .all()
            .filter(|token| token.kind == Kind::Import)
            .map(|token| &token.range)
            .collect();
        imports.sort_by_key(|range| range.start);
        let mut comments: Vec<&Range<usize>> = before
            .tokens
            .all()
            .filter(|token| matches!(token.kind, Kind::Comment | Kind::Directive))
            .map(|token| &token.range)
            .collect();
        comments.sort_by_key(|range| range.start);
        let is_in = |ranges: &[&Range<usize>], range: &Range<usize>| {
            let after = ranges.partition_point(|outer| outer.start <= range.start);
            after > 0 && ranges[after - 1].end >= range.end
        };
        // An import is compared by what it binds; what its documentation says is a comment as any other.
        let in_import = |range: &Range<usize>| is_in(&imports, range) && !is_in(&comments, range);
        let places = Places::of(&changes);
        let place = |range: &Range<usize>| places.of_place(range.start)..places.of_end(range.end);
        let references = plan.references.iter().filter(|it| it.rewritten);
        let whole = references.clone().map(|it| it.range.clone());
        let words = Words::of(references);
        let pieces = edits.iter().filter(|edit| {
            plan.pieces
                .binary_search_by_key(&(edit.range.start, edit.range.end), |it| (it.start, it.end))
                .is_ok()
                && words.admit(&before.text[edit.range.clone()], &edit.text)
        });
        let renamed = renamed(before, after, table);
        let pieces = pieces.chain(renamed).map(|edit| edit.range.clone());
        let restated = plan.restated.iter().filter(|it| {
            let text = after.text.get(place(&it.range));
            text.is_some_and(|text| says_end_of(text, &it.path))
        });
        let mut before: Vec<Range<usize>> = whole
            .chain(pieces)
            .chain(restated.map(|it| it.range.clone()))
            .filter(|range| !in_import(range) && is_placed(range, &changes))
            .collect();
        before.sort_by_key(|range| (range.start, range.end));
        before.dedup_by(|next, range| {
            let meets = next.start < range.end || *next == *range;
            if meets {
                range.end = range.end.max(next.end);
            }
            meets
        });
        Self {
            after: before.iter().map(place).collect(),
            before,
        }
    }
}

/// The names of old paths and those of new ones.
struct Words<'p> {
    old: FxHashSet<&'p str>,
    new: FxHashSet<&'p str>,
}

impl<'p> Words<'p> {
    fn of(references: impl Iterator<Item = &'p Reference>) -> Self {
        let (mut old, mut new) = (FxHashSet::default(), FxHashSet::default());
        for reference in references {
            old.extend(words(&reference.path));
            new.extend(reference.successor.iter().flat_map(|path| words(path)));
        }
        Self { old, new }
    }

    /// Whether an edit puts names of new paths in place of names of old ones.
    fn admit(&self, old: &str, new: &str) -> bool {
        is_path(old)
            && is_path(new)
            && words(old).all(|word| self.old.contains(word))
            && words(new).all(|word| self.new.contains(word))
    }
}

/// Whether a text is a path whose names, but for keywords it starts with, end a path from its root.
fn says_end_of(text: &str, path: &[Segment]) -> bool {
    let text = text.strip_prefix('$').unwrap_or(text).replace("r#", "");
    let is_keyword = |word: &&str| matches!(*word, "crate" | "self" | "super");
    let names: Vec<&str> = words(&text).skip_while(is_keyword).collect();
    let end = path.len().checked_sub(names.len());
    is_path(&text) && end.is_some_and(|end| path[end..].iter().map(Segment::as_str).eq(names))
}

/// Whether a text is of a path: names and what joins them.
fn is_path(text: &str) -> bool {
    text.chars()
        .all(|c| matches!(c, '_' | '.' | ':' | '#') || c.is_alphanumeric())
}

fn words(path: &str) -> impl Iterator<Item = &str> {
    path.split(|c: char| c != '_' && !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// The edits that give a use the name that its import binds now, if the outlines say so: some import bound
/// the old name, and the scope binds its new path by the new name and nothing by the old one. Where the
/// outline knows what stands there, it is that import's.
fn renamed<'b>(before: Side<'b>, after: Side<'_>, table: &Table) -> Vec<&'b Edit> {
    let mut names: FxHashMap<(&str, &[Segment]), Vec<&str>> = FxHashMap::default();
    let mut bound: FxHashSet<(&str, &str)> = FxHashSet::default();
    for binding in &after.analysis.outline.bindings {
        let key = (&*binding.scope, segments(&binding.meaning));
        names.entry(key).or_default().push(&binding.name);
        bound.insert((&binding.scope, &binding.name));
    }
    let mut pairs: FxHashMap<(&str, &str), Vec<&[Segment]>> = FxHashMap::default();
    for binding in &before.analysis.outline.bindings {
        let (Meaning::Path(path), false) = (&binding.meaning, binding.stays) else {
            continue;
        };
        let Outcome::Moves(moved) = table.resolve_known(path, binding.namespaces, binding.known)
        else {
            continue;
        };
        let to = moved.to.segments();
        if bound.contains(&(&*binding.scope, &*binding.name)) {
            continue;
        }
        for new in names.get(&(&*binding.scope, to)).into_iter().flatten() {
            pairs.entry((&binding.name, *new)).or_default().push(path);
        }
    }
    if pairs.is_empty() {
        return Vec::new();
    }
    let uses = &before.analysis.outline.uses;
    let uses: FxHashMap<usize, &Meaning> = uses
        .iter()
        .filter_map(|it| Some((it.range.as_ref()?.start, &it.meaning)))
        .collect();
    let edits = before.analysis.plan.edits.as_slice().iter();
    edits
        .filter(|edit| {
            let old = &before.text[edit.range.clone()];
            pairs.get(&(old, &*edit.text)).is_some_and(|paths| {
                uses.get(&edit.range.start).is_none_or(|meaning| {
                    paths.iter().any(|path| segments(meaning).starts_with(path))
                })
            })
        })
        .collect()
}

/// An edit without what is the same at its ends: its range, and the length of what it puts there.
fn trimmed(text: &str, edit: &Edit) -> Change {
    let (mut old, mut new) = (&text[edit.range.clone()], edit.text.as_str());
    let mut start = edit.range.start;
    let both = |(a, b): &(char, char)| a == b;
    let head: usize = old
        .chars()
        .zip(new.chars())
        .take_while(both)
        .map(|(c, _)| c.len_utf8())
        .sum();
    (old, new, start) = (&old[head..], &new[head..], start + head);
    let ends = old.chars().rev().zip(new.chars().rev()).take_while(both);
    let tail: usize = ends.map(|(c, _)| c.len_utf8()).sum();
    let new = &new[..new.len() - tail];
    Change {
        range: start..start + old.len() - tail,
        put: new.len(),
        is_path: is_path(new),
    }
}

/// What an edit changes.
struct Change {
    range: Range<usize>,
    /// How many bytes it puts there.
    put: usize,
    /// They are of a path.
    is_path: bool,
}

/// Whether no edit reaches over an end of a reference: then its place in the edited text is known.
fn is_placed(range: &Range<usize>, changes: &[Change]) -> bool {
    let first = changes.partition_point(|change| change.range.end <= range.start);
    let last = changes.partition_point(|change| change.range.start < range.end);
    changes
        .get(first..last)
        .unwrap_or_default()
        .iter()
        .all(|change| range.start <= change.range.start && change.range.end <= range.end)
}
/// Where places of a text are in the edited one.
struct Places<'e> {
    changes: &'e [Change],
    /// How many bytes were put in, and taken out, by the edits up to each.
    sums: Vec<(usize, usize)>,
}

impl<'e> Places<'e> {
    fn of(changes: &'e [Change]) -> Self {
        let mut sum = (0, 0);
        let mut sums = vec![sum];
        for change in changes {
            sum = (sum.0 + change.put, sum.1 + change.range.len());
            sums.push(sum);
        }
        Self { changes, sums }
    }

    /// What is inserted at a place stands behind it.
    fn of_place(&self, at: usize) -> usize {
        self.behind(self.before(at), at)
    }

    /// Names that are put at the end of a reference are part of it.
    fn of_end(&self, at: usize) -> usize {
        let mut before = self.before(at);
        while let Some(change) = self.changes.get(before)
            && change.range == (at..at)
            && change.is_path
        {
            before += 1;
        }
        self.behind(before, at)
    }

    fn before(&self, at: usize) -> usize {
        self.changes
            .partition_point(|change| change.range.end <= at && change.range.start < at)
    }

    fn behind(&self, changes: usize, at: usize) -> usize {
        let (put, taken) = self.sums[changes];
        (at + put).saturating_sub(taken)
    }
}

/// A token of one side, or a mark.
#[derive(Debug)]
pub(super) struct Unit<'t> {
    /// What it is; of a mark, that of the first token in it.
    pub(super) kind: Kind,
    /// Its text with marks; empty for what is only a place.
    pub(super) text: Cow<'t, str>,
    /// Where it starts.
    pub(super) at: usize,
    /// An import stands before it.
    pub(super) behind_import: bool,
}

/// The tokens of one side without imports and comments.
pub(super) fn units<'t>(
    text: &'t str,
    tokens: &[Token],
    marks: &[Range<usize>],
    holes: &[Range<usize>],
) -> Vec<Unit<'t>> {
    let mut units = Vec::with_capacity(tokens.len());
    let mut behind_import = false;
    let (mut mark, mut hole, mut shown) = (0, 0, None);
    for token in tokens {
        let (kind, range) = (token.kind, &token.range);
        match kind {
            Kind::Import => {
                behind_import = true;
                continue;
            }
            Kind::Comment | Kind::Directive => continue,
            _ => {}
        }
        let mut push = |text| {
            units.push(Unit {
                kind,
                text,
                at: range.start,
                behind_import: std::mem::take(&mut behind_import),
            });
        };
        if matches!(kind, Kind::Indent | Kind::Dedent) {
            push(Cow::Borrowed(""));
            continue;
        }
        while marks.get(mark).is_some_and(|mark| mark.end <= range.start) {
            mark += 1;
        }
        while holes.get(hole).is_some_and(|hole| hole.end <= range.start) {
            hole += 1;
        }
        if let Some(around) = marks.get(mark)
            && around.start <= range.start
            && range.end <= around.end
        {
            if shown.replace(mark) != Some(mark) {
                push(Cow::Borrowed(MARK));
            }
            let own = text.get(range.clone()).unwrap_or_default();
            // A part of a literal that is nothing but the path has no quotes.
            let is_named = matches!(
                kind,
                Kind::Name | Kind::Known | Kind::Label | Kind::Outer | Kind::Dot
            ) || kind == Kind::Literal && is_path(own);
            if !is_named {
                push(Cow::Borrowed(own));
            }
            continue;
        }
        push(with_marks(text, range, &marks[mark..], &holes[hole..]));
    }
    units
}

/// A piece of a text with marks in it, and without embedded code. Both lists are sorted; what ends before
/// the piece may be left out of them.
pub(super) fn with_marks<'t>(
    text: &'t str,
    range: &Range<usize>,
    marks: &[Range<usize>],
    holes: &[Range<usize>],
) -> Cow<'t, str> {
    let meets = |other: &&Range<usize>| other.start < range.end;
    let cuts = |list: &[Range<usize>]| list.iter().take_while(meets).count();
    let (marks, holes) = (&marks[..cuts(marks)], &holes[..cuts(holes)]);
    let piece = |range: Range<usize>| text.get(range).unwrap_or_default();
    if marks.is_empty() && holes.is_empty() {
        return Cow::Borrowed(piece(range.clone()));
    }
    let mut cuts: Vec<(&Range<usize>, &str)> = marks
        .iter()
        .map(|mark| (mark, MARK))
        .chain(holes.iter().map(|hole| (hole, "")))
        .collect();
    cuts.sort_by_key(|(cut, sign)| (cut.start, !sign.is_empty()));
    let mut out = String::with_capacity(range.len());
    let mut at = range.start;
    let mut hole_end = 0;
    for (cut, sign) in cuts {
        if cut.start > at {
            out.push_str(piece(at..cut.start));
        }
        // What is marked in a hole is embedded code too.
        let is_mark = !sign.is_empty();
        if is_mark && cut.start >= hole_end && cut.start >= range.start {
            out.push_str(sign);
        }
        if !is_mark {
            hole_end = hole_end.max(cut.end);
        }
        at = at.max(cut.end);
    }
    if at < range.end {
        out.push_str(piece(at..range.end));
    }
    Cow::Owned(out)
}

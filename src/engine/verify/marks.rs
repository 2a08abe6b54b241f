//! Tokens with their references replaced: what must be the same in both texts.
//!
//! A reference that the plan rewrites is a mark. Its place in the edited text follows from the edits
//! alone, so nothing here asks what a name means in either text.

use std::borrow::Cow;
use std::ops::Range;

use crate::plan::Plan;
use crate::text::Edit;
use crate::tokens::{Kind, Token, Tokens};

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
    /// The marks of a plan for a text with these tokens.
    pub(super) fn of(plan: &Plan, tokens: &Tokens) -> Self {
        let edits = plan.edits.as_slice();
        let mut imports: Vec<&Range<usize>> = tokens
            .all()
            .filter(|token| token.kind == Kind::Import)
            .map(|token| &token.range)
            .collect();
        imports.sort_by_key(|range| range.start);
        let in_import = |range: &Range<usize>| {
            let after = imports.partition_point(|import| import.start <= range.start);
            after > 0 && imports[after - 1].end >= range.end
        };
        let mut before: Vec<Range<usize>> = plan
            .references
            .iter()
            .filter(|reference| reference.rewritten && !in_import(&reference.range))
            .map(|reference| widened(reference.range.clone(), edits))
            .collect();
        before.sort_by_key(|range| (range.start, range.end));
        before.dedup_by(|next, range| {
            let meets = next.start < range.end || *next == *range;
            if meets {
                range.end = range.end.max(next.end);
            }
            meets
        });
        let places = Places::of(edits);
        Self {
            after: before
                .iter()
                .map(|range| places.of_place(range.start)..places.of_place(range.end))
                .collect(),
            before,
        }
    }
}

/// A reference, with all of the edits that reach into it.
fn widened(range: Range<usize>, edits: &[Edit]) -> Range<usize> {
    let first = edits.partition_point(|edit| edit.range.end <= range.start);
    let last = edits.partition_point(|edit| edit.range.start < range.end);
    match edits.get(first..last) {
        Some([first, .., last]) => {
            range.start.min(first.range.start)..range.end.max(last.range.end)
        }
        Some([one]) => range.start.min(one.range.start)..range.end.max(one.range.end),
        _ => range,
    }
}

/// Where places of a text are in the edited one.
struct Places<'e> {
    edits: &'e [Edit],
    /// How many bytes were put in, and taken out, by the edits up to each.
    sums: Vec<(usize, usize)>,
}

impl<'e> Places<'e> {
    fn of(edits: &'e [Edit]) -> Self {
        let mut sum = (0, 0);
        let mut sums = vec![sum];
        for edit in edits {
            sum = (sum.0 + edit.text.len(), sum.1 + edit.range.len());
            sums.push(sum);
        }
        Self { edits, sums }
    }

    /// What is inserted at a place stands behind it.
    fn of_place(&self, at: usize) -> usize {
        let before = self
            .edits
            .partition_point(|edit| edit.range.end <= at && edit.range.start < at);
        let (put, taken) = self.sums[before];
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
            if !matches!(kind, Kind::Name | Kind::Label | Kind::Outer | Kind::Dot) {
                push(Cow::Borrowed(text.get(range.clone()).unwrap_or_default()));
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
    cuts.sort_by_key(|(cut, _)| cut.start);
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

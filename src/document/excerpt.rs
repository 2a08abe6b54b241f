//! The parts of a text that an error is about, cut to what can be read.
//!
//! The printer trims lines to the width of a terminal itself, but goes through all that it is given
//! first: a file with many errors, on one long line even, must not be read as a whole for each.

use std::ops::Range;

use annotate_snippets::AnnotationKind;

use super::problem::{Place, Source};

/// Bytes of a line that are handed on at each side of what is underlined. Wider than terminals.
const MAX_SIDE: usize = 256;

/// Most bytes between two places that are shown as one part.
const MAX_GAP: usize = 2048;

/// Bytes of a place that are handed on.
const MAX_PLACE: usize = 2048;

/// Lines of a source that stand together.
pub(super) struct Excerpt<'a> {
    pub text: &'a str,
    /// Of its first line, from 1.
    pub line: usize,
    /// If that lost its start: the column, from 1 in characters, of the first place in it. The
    /// printer would count from the cut.
    pub cut_at: Option<usize>,
    /// The ranges to underline, in the text, and what is to be said of them.
    pub places: Vec<(AnnotationKind, Range<usize>, Option<&'a str>)>,
}

impl<'a> Excerpt<'a> {
    /// The parts of `source` that hold these places, all of which are in it: the part with the first
    /// of them comes first.
    pub fn all(source: &'a Source, places: &[(AnnotationKind, &'a Place)]) -> Vec<Self> {
        let mut sorted = places.to_vec();
        sorted.sort_by_key(|(_, place)| place.range.start);
        let parts = sorted.chunk_by(|(_, one), (_, next)| {
            next.range.start.saturating_sub(shown_end(source, one)) <= MAX_GAP
        });
        let mut parts: Vec<&[_]> = parts.collect();
        let first = |part: &&[(AnnotationKind, &Place)]| {
            let is_first = |(_, place): &(_, &Place)| std::ptr::eq(*place, places[0].1);
            !part.iter().any(is_first)
        };
        parts.sort_by_key(first);
        parts
            .into_iter()
            .map(|part| Self::of(source, part))
            .collect()
    }

    fn of(source: &'a Source, places: &[(AnnotationKind, &'a Place)]) -> Self {
        let text = source.text.as_str();
        let first = places[0].1.range.start;
        let ends = places.iter().map(|(_, place)| shown_end(source, place));
        let last = ends.max().unwrap_or(first);
        let line_start = source.line_start(first);
        let start = if first - line_start > MAX_SIDE {
            text.ceil_char_boundary(first - MAX_SIDE)
        } else {
            line_start
        };
        let side = text.floor_char_boundary(last + MAX_SIDE);
        // With its line end, which a place may be at.
        let line_end = memchr::memchr(b'\n', &text.as_bytes()[last..side]);
        let end = line_end.map_or(side, |at| last + at + 1);
        let column = || text[line_start..first].chars().count() + 1;
        Self {
            text: &text[start..end],
            line: source.line(first),
            cut_at: (start > line_start).then(column),
            places: places
                .iter()
                .map(|(kind, place)| {
                    let range = place.range.start - start..shown_end(source, place) - start;
                    (*kind, range, place.label.as_deref())
                })
                .collect(),
        }
    }
}

/// Where a place ends, or where enough of it was shown.
fn shown_end(source: &Source, place: &Place) -> usize {
    let Range { start, end } = place.range;
    source.text.floor_char_boundary(end.min(start + MAX_PLACE))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpts(text: &str, ranges: &[Range<usize>]) -> Vec<(String, Vec<String>, Option<usize>)> {
        let source = Source::file("m.toml".into(), text.to_owned());
        let places: Vec<Place> = ranges
            .iter()
            .map(|range| Place::new(&source, range.clone()))
            .collect();
        let places: Vec<_> = places
            .iter()
            .map(|place| (AnnotationKind::Primary, place))
            .collect();
        let shown = |excerpt: Excerpt<'_>| {
            let under = excerpt.places.iter();
            let under = under.map(|(_, range, _)| excerpt.text[range.clone()].to_owned());
            (excerpt.text.to_owned(), under.collect(), excerpt.cut_at)
        };
        Excerpt::all(&source, &places)
            .into_iter()
            .map(shown)
            .collect()
    }

    #[test]
    fn whole_lines_from_the_first_place_to_the_last() {
        let found = excerpts("a\nbc\nd\ne\n", &[7..8, 3..4]);
        let expected = ("bc\nd\ne\n".to_owned(), vec!["c".into(), "e".into()], None);
        assert_eq!(found, [expected]);
    }

    #[test]
    fn what_is_far_apart_is_not_read_between() {
        let text = format!("a\n{}b\n", "-\n".repeat(MAX_GAP));
        let at = text.len() - 2;
        let found = excerpts(&text, &[at..at + 1, 0..1]);
        let part = |text: &str, under: &str| (text.to_owned(), vec![under.to_owned()], None);
        assert_eq!(found, [part("b\n", "b"), part("a\n", "a")]);
    }

    #[test]
    fn a_long_line_is_cut_at_characters() {
        let text = format!(
            "\u{e9}{}x{}",
            "\u{e9}".repeat(MAX_SIDE),
            "\u{1f980}".repeat(MAX_SIDE)
        );
        let at = text.find('x').unwrap_or_default();
        let found = excerpts(&text, std::slice::from_ref(&(at..text.len())));
        let [(shown, under, Some(column))] = &found[..] else {
            panic!("{found:?}");
        };
        assert_eq!(*column, MAX_SIDE + 2);
        assert!(shown.len() <= 2 * MAX_SIDE + MAX_PLACE, "{}", shown.len());
        assert!(under[0].starts_with('x') && under[0].len() <= MAX_PLACE);
    }
}

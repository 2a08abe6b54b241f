//! Paths as strings write them: `a.b.C`, `a.b:C.d`.

use std::ops::Range;

use crate::path::{Segment, is_identifier};

/// A path at the start of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// Its names.
    pub(super) names: Vec<Segment>,
    /// Where each stands, in bytes of the text.
    pub(super) places: Vec<Range<usize>>,
    /// How many names stand before the colon; all of them if there is none.
    pub(super) module: usize,
    /// Where the path ends.
    pub(super) end: usize,
}

impl Written {
    /// Reads as many names as there are, joined by dots and at most one colon.
    pub(super) fn at(text: &str, start: usize) -> Option<Self> {
        Self::read(text, start, false)
    }

    /// The same below a package that stands elsewhere.
    pub(super) fn below(text: &str, start: usize) -> Option<Self> {
        Self::read(text, start, true)
    }

    fn read(text: &str, start: usize, is_below: bool) -> Option<Self> {
        let mut written = Self {
            names: Vec::new(),
            places: Vec::new(),
            module: 0,
            end: start,
        };
        let mut colon = None;
        let mut at = start;
        loop {
            let rest = text.get(at..)?;
            let length = rest
                .find(|c: char| c != '_' && !unicode_ident::is_xid_continue(c))
                .unwrap_or(rest.len());
            let name = &rest[..length];
            // What is loaded by its text may be no identifier: `pkg.migrations.0001_initial`.
            let is_name =
                is_identifier(name) || (is_below || !written.names.is_empty()) && !name.is_empty();
            if !is_name {
                break;
            }
            written.names.push(Segment::new(name));
            written.places.push(at..at + length);
            written.end = at + length;
            at += length;
            match rest[length..].chars().next() {
                Some('.') => {}
                Some(':') if colon.is_none() => colon = Some(written.names.len()),
                _ => break,
            }
            at += 1;
        }
        // A colon without a name after it is no part of the path.
        let count = written.names.len();
        written.module = colon.unwrap_or(count);
        (count > 0).then_some(written)
    }
}

/// Which names change between an old and a new list, and to what: everything outside of the range
/// is the same. Neither side of a change is empty, so that no separator is left over.
pub(super) fn change(old: &[Segment], new: &[Segment]) -> Option<(Range<usize>, Range<usize>)> {
    if old == new || old.is_empty() || new.is_empty() {
        return None;
    }
    let shorter = old.len().min(new.len());
    let same = |(a, b): &(&Segment, &Segment)| a == b;
    let mut head = old.iter().zip(new).take_while(same).count();
    let tail = old.iter().rev().zip(new.iter().rev());
    let mut tail = tail.take(shorter - head).take_while(same).count();
    if head + tail == shorter {
        match head {
            0 => tail -= 1,
            _ => head -= 1,
        }
    }
    Some((head..old.len() - tail, head..new.len() - tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_end_where_names_end() {
        let read = |text| {
            let written = Written::at(text, 0)?;
            Some((written.names.join("."), written.module, written.end))
        };
        assert_eq!(read("a.b.C"), Some(("a.b.C".to_owned(), 3, 5)));
        assert_eq!(read("a.b:C()"), Some(("a.b.C".to_owned(), 2, 5)));
        assert_eq!(read("a.b."), Some(("a.b".to_owned(), 2, 3)));
        assert_eq!(read("a.b: c"), Some(("a.b".to_owned(), 2, 3)));
        assert_eq!(read("a.b:c:d"), Some(("a.b.c".to_owned(), 2, 5)));
        assert_eq!(read(".a"), None);
        assert_eq!(read("a.1_b:C"), Some(("a.1_b.C".to_owned(), 2, 7)));
        assert_eq!(read("1.a"), None);
        assert_eq!(read(""), None);
    }

    #[test]
    fn only_what_differs_changes() {
        let names = |text: &str| text.split('.').map(Segment::new).collect::<Vec<_>>();
        let between = |old, new| change(&names(old), &names(new));
        assert_eq!(between("a.b.c", "a.x.c"), Some((1..2, 1..2)));
        assert_eq!(between("a.b.c", "a.c"), Some((0..2, 0..1)));
        assert_eq!(between("a.c", "a.b.c"), Some((0..1, 0..2)));
        assert_eq!(between("a", "a.b"), Some((0..1, 0..2)));
        assert_eq!(between("b", "a.b"), Some((0..1, 0..2)));
        assert_eq!(between("a.b", "a.b"), None);
    }
}

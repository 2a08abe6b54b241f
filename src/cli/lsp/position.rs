//! Places as the protocol counts them: lines from 0, and in a line units of the encoding that both sides
//! agreed on.

use std::ops::Range;

use lsp_types::{Position, PositionEncodingKind};

/// In what the columns of a line are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Units {
    Utf8,
    Utf16,
}

impl Units {
    /// The best that the client offers; UTF-16 is what every client knows.
    pub fn of(offered: Option<&[PositionEncodingKind]>) -> Self {
        let offered = offered.unwrap_or_default();
        if offered.contains(&PositionEncodingKind::UTF8) {
            Self::Utf8
        } else {
            Self::Utf16
        }
    }

    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }
}

/// Where the lines of a text start. They end at LF, CR LF or CR alone.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    units: Units,
}

impl<'t> Lines<'t> {
    pub fn new(text: &'t str, units: Units) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(at + 1);
            }
        }
        Self {
            text,
            starts,
            units,
        }
    }

    /// The place of a byte; one in the middle of a character counts as the start of it.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        let before = &self.text[self.starts[line]..offset];
        let column = match self.units {
            Units::Utf8 => before.len(),
            Units::Utf16 => before.encode_utf16().count(),
        };
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Position::new(number(line), number(column))
    }

    pub fn range(&self, range: &Range<usize>) -> lsp_types::Range {
        lsp_types::Range::new(self.position(range.start), self.position(range.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns() {
        let text = "a\r\n\u{1f980}é\rx\n";
        let at = |units, offset| {
            let place = Lines::new(text, units).position(offset);
            (place.line, place.character)
        };
        assert_eq!(at(Units::Utf16, 0), (0, 0));
        assert_eq!(at(Units::Utf16, 3), (1, 0));
        assert_eq!(at(Units::Utf16, 7), (1, 2));
        assert_eq!(at(Units::Utf8, 7), (1, 4));
        assert_eq!(at(Units::Utf16, 5), (1, 0));
        assert_eq!(at(Units::Utf16, text.len() - 2), (2, 0));
        assert_eq!(at(Units::Utf16, 99), (3, 0));
    }
}

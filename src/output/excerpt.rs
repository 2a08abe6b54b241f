//! The lines of a source around a range, cut to what can be read.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Lines of a range that are shown.
const MAX_LINES: usize = 8;

/// Bytes of a line that are handed on around the range. The snippet printer trims lines to the
/// width of a terminal itself, but measures all of them first.
const MAX_SIDE: usize = 4096;

/// The lines of a range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Excerpt {
    /// Whole lines, unless they are very long.
    pub text: String,
    /// Bytes of the text that are meant; at most eight lines.
    pub range: Range<usize>,
    /// Bytes of the first line that were cut off at its start.
    pub cut: usize,
}

impl Excerpt {
    /// `range` must be in bounds of `text` and on character boundaries.
    pub fn of(text: &str, range: Range<usize>) -> Self {
        let line_start =
            memchr::memrchr(b'\n', &text.as_bytes()[..range.start]).map_or(0, |at| at + 1);
        let start = if range.start - line_start > MAX_SIDE {
            text.ceil_char_boundary(range.start - MAX_SIDE)
        } else {
            line_start
        };
        let range_end = readable_end(text, range.clone());
        let side = text.floor_char_boundary(range_end + MAX_SIDE);
        let end = memchr::memchr(b'\n', &text.as_bytes()[range_end..side])
            .map_or(side, |at| range_end + at + 1);
        Self {
            text: text[start..end].to_owned(),
            range: range.start - start..range_end - start,
            cut: start - line_start,
        }
    }

    /// The range, brought into the text: one that was read from a file may be wrong.
    pub fn safe_range(&self) -> Range<usize> {
        let start = self.text.floor_char_boundary(self.range.start);
        start..self.text.ceil_char_boundary(self.range.end.max(start))
    }
}

/// Where the range ends, or where too much of it was shown.
fn readable_end(text: &str, range: Range<usize>) -> usize {
    let end = text.floor_char_boundary(range.end.min(range.start + MAX_LINES * MAX_SIDE));
    let bytes = &text.as_bytes()[range.start..end];
    memchr::memchr_iter(b'\n', bytes)
        .nth(MAX_LINES - 1)
        .map_or(end, |at| range.start + at)
}

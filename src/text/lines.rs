//! Lines and columns of a text.

/// A place in a text as a person counts it.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
pub struct LineColumn {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// Byte offsets of the starts of lines. Lines end at LF only, as for git and for patches.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Scans `text` once.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        Self { starts }
    }

    /// The index from 0 of the line that holds the byte at `offset`.
    pub fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset) - 1
    }

    /// The byte at which the line of this index (from 0) starts.
    pub fn start_of(&self, line: usize) -> usize {
        self.starts[line]
    }

    /// Line and column of the byte at `offset` of `text`, the text of this index. A byte order mark
    /// at the start of the text is no column: editors and compilers count none.
    pub fn place(&self, offset: usize, text: &str) -> LineColumn {
        let line = self.line_of(offset);
        let before = text.get(self.starts[line]..offset).unwrap_or_default();
        let before = match line {
            0 => before.strip_prefix('\u{feff}').unwrap_or(before),
            _ => before,
        };
        LineColumn {
            line: line + 1,
            column: before.chars().count() + 1,
        }
    }
}

/// The line end that inserted lines of `text` take: the one of the first line, LF if there is none.
pub fn newline_of(text: &str) -> &'static str {
    match memchr::memchr(b'\n', text.as_bytes()) {
        Some(at) if at > 0 && text.as_bytes()[at - 1] == b'\r' => "\r\n",
        _ => "\n",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "é = 1\nñandú x";
        let index = LineIndex::new(text);
        let at = text.find('x').expect("there");
        assert_eq!(index.place(at, text), LineColumn { line: 2, column: 7 });
    }

    #[test]
    fn a_byte_order_mark_is_no_column() {
        let text = "\u{feff}use é;\n\u{feff}x";
        let index = LineIndex::new(text);
        let column = |at: usize| index.place(at, text).column;
        assert_eq!(column(0), 1);
        assert_eq!(column(text.find("use").expect("there")), 1);
        assert_eq!(column(text.find('é').expect("there")), 5);
        // Anywhere else it is a character like all others.
        assert_eq!(column(text.find('x').expect("there")), 2);
    }

    #[test]
    fn newline_is_that_of_the_first_line() {
        assert_eq!(newline_of("a\r\nb\n"), "\r\n");
        assert_eq!(newline_of("a"), "\n");
    }
}

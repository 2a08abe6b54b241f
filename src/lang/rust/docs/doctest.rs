//! The code of a doctest as text embedded in the file.

use std::ops::Range;

use cargo_toml::Edition;

use super::fence::Fence;
use super::joined::Joined;
use crate::text::Embedded;

/// Code in documentation that rustdoc takes for Rust.
#[derive(Clone, Debug)]
pub struct Doctest {
    /// The code as it is compiled: no comment marks, no `# ` before hidden lines, `##` as `#`. Line
    /// ends are those of the file; where the line holds something else too (`/**`, `*/`, the mark
    /// of a list item) they are synthetic, so that no edit joins that with the next line.
    pub code: Embedded,
    /// The edition that the fence names, else it is the package's.
    pub edition: Option<Edition>,
}

impl Doctest {
    /// The doctest whose text has these ranges in the joined text.
    pub(super) fn new(joined: &Joined<'_>, code: &[Range<usize>], fence: Fence) -> Self {
        let lines = code_lines(joined, code);
        // A blank line often lacks the indentation and the space behind the mark.
        let usual = lines
            .iter()
            .find(|line| !line.text.trim().is_empty())
            .map(|line| line.prefix.clone());
        let mut code = Embedded::new();
        for line in lines {
            line.push_to(&mut code, usual.as_deref());
        }
        Self {
            code,
            edition: fence.edition,
        }
    }
}

/// A line of code with its hiding mark.
struct CodeLine<'a> {
    /// From behind the indentation of the block up to the line end, excluded.
    text: &'a str,
    /// The line end in the file; empty if it is not part of the code.
    line_end: &'a str,
    /// Where the text starts in the file.
    outer: usize,
    /// Bytes before it, in the file, that go with it.
    lead: usize,
    /// What a new line of code starts with.
    prefix: String,
}

/// What a `#` at the start of a line means.
enum Mark {
    /// Nothing special.
    Shown,
    /// The line is hidden; its code starts here.
    Hidden(usize),
    /// The `#` here escapes the next.
    Escaped(usize),
}

/// The same distinction as in rustdoc's `map_line`.
fn mark_of(line: &str) -> Mark {
    let indent = line.len() - line.trim_start().len();
    let trimmed = line.trim();
    if trimmed.starts_with("##") {
        Mark::Escaped(indent)
    } else if trimmed == "#" {
        Mark::Hidden(indent + 1)
    } else if trimmed.starts_with("# ") {
        Mark::Hidden(indent + 2)
    } else {
        Mark::Shown
    }
}

impl CodeLine<'_> {
    /// Appends the code of the line. `usual` is the prefix of the block's lines.
    fn push_to(&self, code: &mut Embedded, usual: Option<&str>) {
        let prefix = if self.text.trim().is_empty() {
            usual.unwrap_or(&self.prefix)
        } else {
            &self.prefix
        };
        let whole = format!("{}{}", self.text, self.line_end);
        match mark_of(self.text) {
            Mark::Shown => code.push(&whole, self.outer, prefix, self.lead),
            Mark::Hidden(at) => {
                let indent = &self.text[..self.text.len() - self.text.trim_start().len()];
                let prefix = format!("{prefix}{indent}# ");
                code.push(&whole[at..], self.outer + at, prefix, self.lead + at);
            }
            Mark::Escaped(at) => {
                code.push(&whole[..at], self.outer, prefix, self.lead);
                let lead = if at == 0 { self.lead + 1 } else { 1 };
                code.push(&whole[at + 1..], self.outer + at + 1, prefix, lead);
            }
        }
        if self.line_end.is_empty() {
            code.push_synthetic("\n");
        }
    }
}

/// The lines that hold the text at these ranges of the joined text. A range starts behind the
/// indentation of lists and quotes, and code goes up to the end of its line.
fn code_lines<'a>(joined: &'a Joined<'_>, code: &[Range<usize>]) -> Vec<CodeLine<'a>> {
    let mut lines: Vec<CodeLine<'a>> = Vec::new();
    let mut next = 0;
    // An empty range stands for columns of a tab that are no text of the file.
    for range in code.iter().filter(|range| !range.is_empty()) {
        let (Some(first), Some(last)) =
            (joined.line_of(range.start), joined.line_of(range.end - 1))
        else {
            continue;
        };
        for index in first.max(next)..=last {
            lines.push(code_line(joined, index, range.start));
        }
        next = next.max(last + 1);
    }
    lines
}

/// The line of this index from `start` (of the joined text) or from its own start.
fn code_line<'a>(joined: &'a Joined<'_>, index: usize, start: usize) -> CodeLine<'a> {
    let line = &joined.lines()[index];
    let start = start.clamp(line.start, line.start + line.len);
    let container = &joined.text()[line.start..start];
    let margin = joined.margin(index);
    let outer = line.outer + container.len();
    let end = line.outer + line.len;
    // The mark of a list item must not be repeated; that of a quote must be.
    let is_item = |c: char| !" \t>".contains(c);
    let (lead, line_end) = match margin.start {
        Some(start) if !container.contains(is_item) => (outer - start, line.line_end),
        // Something stays on the line, so its end must stay too: it cannot be edited.
        _ => (0, 0),
    };
    CodeLine {
        text: &joined.source()[outer..end],
        line_end: &joined.source()[end..end + line_end],
        outer,
        lead,
        prefix: margin.prefix + &container.replace(is_item, " "),
    }
}

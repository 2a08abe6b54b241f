//! Edits of the joined text to edits of the file.
//!
//! In a list each line is an element of its own: a line end that comes ends an element, one that goes joins
//! two, and a line that goes takes its element along. What stands between elements is taken from their
//! neighbours.

use std::ops::Range;

use super::literal::encode;
use super::{Cell, Notebook};
use crate::text::{Edit, Edits};

impl Notebook<'_> {
    /// The edits of the file that make these of the joined text.
    pub(super) fn outer_edits(&self, edits: &Edits) -> Vec<Edit> {
        let mut outer = Vec::new();
        let mut done = 0;
        for edit in self.joined(edits) {
            for (cell, part) in self.by_cell(&edit, done) {
                outer.push(self.outer_edit(cell, &part));
            }
            done = edit.range.end;
        }
        outer
    }

    /// Edits that touch within a cell are one.
    fn joined(&self, edits: &Edits) -> Vec<Edit> {
        let mut joined: Vec<Edit> = Vec::new();
        for edit in edits.as_slice() {
            let start = edit.range.start;
            let starts_cell = self
                .cell_at(start)
                .is_some_and(|it| it.inner.start == start);
            match joined.last_mut() {
                Some(last)
                    if last.range.end == start && (!starts_cell || last.range.is_empty()) =>
                {
                    last.range.end = edit.range.end;
                    last.text.push_str(&edit.text);
                }
                _ => joined.push(edit.clone()),
            }
        }
        joined
    }

    /// An edit as one of each cell that it touches, without newlines that were added. All before `done`
    /// is edited already.
    fn by_cell(&self, edit: &Edit, done: usize) -> Vec<(&Cell, Edit)> {
        let Some(first) = self.cell_at(edit.range.start) else {
            return Vec::new();
        };
        if edit.range.is_empty() {
            return vec![(first, inserted(first, edit))];
        }
        let from = self
            .cells
            .partition_point(|cell| cell.end <= edit.range.start);
        let cells = self.cells[from..].iter();
        let mut text = edit.text.as_str();
        let mut parts = Vec::new();
        for cell in cells.take_while(|cell| cell.inner.start < edit.range.end) {
            let mut start = edit.range.start.max(cell.inner.start);
            let mut end = edit.range.end.min(cell.end);
            if end > cell.inner.end {
                end = cell.inner.end;
                start = start.min(end);
                if text.is_empty() {
                    start = self.without_line_end(start, cell.inner.start.max(done));
                }
                text = text.strip_suffix('\n').unwrap_or(text);
            }
            if start < end || !text.is_empty() {
                parts.push((cell, Edit::replace(start..end, text)));
            }
            text = "";
        }
        parts
    }

    /// Where the line end before a place starts, if one does and `limit` lets it.
    fn without_line_end(&self, at: usize, limit: usize) -> usize {
        let before = &self.text[limit.min(at)..at];
        let kept = before.strip_suffix('\n').unwrap_or(before);
        let kept = kept
            .strip_suffix('\r')
            .filter(|_| kept != before)
            .unwrap_or(kept);
        at - (before.len() - kept.len())
    }

    /// An edit within the source of a cell.
    fn outer_edit(&self, cell: &Cell, edit: &Edit) -> Edit {
        let Range { start, end } = edit.range;
        let (Some(first), Some(last)) = (
            self.literal_from(cell, start),
            self.literal_to(cell, end.max(start)),
        ) else {
            return Edit::insert(0, "");
        };
        let last = if start == end { first } else { last };
        let from = self.place(first, start);
        let ends_literal = end == self.literals[last].inner.end;
        let next = (last + 1 < cell.literals.end).then_some(last + 1);
        let Some(list) = cell.list else {
            let text = self.lines(&edit.text, "", true);
            return Edit::replace(from..self.place(last, end), text);
        };
        let between = self.between(cell, first, list);
        if start == end {
            // Behind all that is there.
            let opens = ends_literal && self.ends_line(end) && !edit.text.is_empty();
            let before = if opens { between.as_str() } else { "" };
            let lines = self.lines(&edit.text, &between, ends_literal);
            return Edit::insert(from, [before, lines.as_str()].concat());
        }
        if let Some(next) = next
            && ends_literal
            && self.ends_line(end)
            && !edit.text.ends_with('\n')
        {
            let to = self.literals[next].outer.start + 1;
            return Edit::replace(from..to, self.lines(&edit.text, &between, false));
        }
        let goes = edit.text.is_empty() && start == self.literals[first].inner.start;
        if goes && ends_literal {
            return Edit::delete(self.elements(cell, first..last + 1));
        }
        let text = self.lines(&edit.text, &between, ends_literal);
        Edit::replace(from..self.place(last, end), text)
    }

    /// The last elements of a list, with the comma before them.
    fn elements(&self, cell: &Cell, literals: Range<usize>) -> Range<usize> {
        let end = self.literals[literals.end - 1].outer.end;
        if literals.start > cell.literals.start {
            return self.literals[literals.start - 1].outer.end..end;
        }
        self.literals[literals.start].outer.start..end
    }

    fn ends_line(&self, at: usize) -> bool {
        self.text[..at].ends_with('\n')
    }

    /// What stands between two elements: a quote, a comma, white space, a quote.
    fn between(&self, cell: &Cell, literal: usize, list: usize) -> String {
        let gap = |before: usize| {
            let range = self.literals[before].outer.end..self.literals[before + 1].outer.start;
            Some(&self.json[range]).filter(|gap| gap.trim() == ",")
        };
        let after = (literal + 1 < cell.literals.end).then(|| gap(literal));
        let before = || (literal > cell.literals.start).then(|| gap(literal - 1));
        match after.or_else(before).flatten() {
            Some(gap) => format!("\"{gap}\""),
            None => {
                let first = self.literals[cell.literals.start].outer.start;
                let gap = &self.json[list..first];
                let gap = if gap.trim().is_empty() { gap } else { "" };
                format!("\",{gap}\"")
            }
        }
    }

    /// Text as it stands in strings of the file: lines are parted by `between`, and the last line end too
    /// if something follows it in its string.
    fn lines(&self, text: &str, between: &str, is_last: bool) -> String {
        let ascii = self.json.is_ascii() && self.json.contains("\\u");
        let mut out = String::new();
        let mut lines = text.split_inclusive('\n').peekable();
        while let Some(line) = lines.next() {
            encode(line, ascii, &mut out);
            if line.ends_with('\n') && (lines.peek().is_some() || !is_last) {
                out.push_str(between);
            }
        }
        out
    }
}

/// An insertion; behind a newline that was added, a line of its own.
fn inserted(cell: &Cell, edit: &Edit) -> Edit {
    let at = edit.range.start;
    if at <= cell.inner.end {
        return edit.clone();
    }
    let line = edit.text.strip_suffix('\n').unwrap_or(&edit.text);
    Edit::insert(cell.inner.end, format!("\n{line}"))
}

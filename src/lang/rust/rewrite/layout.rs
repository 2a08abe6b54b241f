//! Where the items of a `use` group stand, and what goes with one that is cut: a comma, its comments.

use std::ops::Range;

use super::comments::comments;
use super::groups::Evicted;
use super::tree::extent;
use crate::lang::rust::at::At;
use crate::lang::rust::resolve::Tree;
use crate::text::Edit;

/// Where the items of a group stand.
pub struct Layout<'t> {
    pub(super) text: &'t str,
    pub(super) open: Range<usize>,
    pub(super) close: Range<usize>,
    pub(super) items: Vec<Range<usize>>,
    pub(super) commas: Vec<Range<usize>>,
}

impl<'t> Layout<'t> {
    pub fn of(text: &'t str, open: &At, close: &At, items: &[Tree], commas: &[At]) -> Self {
        Self {
            text,
            open: open.range(),
            close: close.range(),
            items: items.iter().map(extent).collect(),
            commas: commas.iter().map(At::range).collect(),
        }
    }

    /// Where what belongs to item `i` begins: behind the comma before it, and behind a comment on
    /// the line of that comma.
    pub(super) fn territory_start(&self, i: usize) -> usize {
        let before = match i.checked_sub(1) {
            Some(previous) => self.commas[previous].end,
            None => self.open.end,
        };
        self.behind_comment(before, self.items[i].start)
    }

    /// Where it ends: behind its comma, and behind a comment on that line.
    pub(super) fn territory_end(&self, i: usize) -> usize {
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
    pub(super) fn behind_comment(&self, at: usize, limit: usize) -> usize {
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
    pub(super) fn comma_before(&self, i: usize) -> String {
        let gap = &self.text[self.territory_start(i)..self.items[i].start];
        match gap.rfind('\n') {
            Some(at) => {
                let newline = if gap[..at].ends_with('\r') {
                    "\r\n"
                } else {
                    "\n"
                };
                // A comment before the item stays its own.
                let blanks = &gap[at + 1..];
                let blanks = &blanks[..blanks.len() - blanks.trim_start().len()];
                format!(",{newline}{blanks}")
            }
            None => ", ".to_owned(),
        }
    }

    /// Gives the comments of an item that goes to the first leaf that it leaves.
    pub(super) fn take_comments(&self, i: usize, leaves: &mut [Evicted]) {
        let Some(first) = leaves.first_mut() else {
            return;
        };
        let above = &self.text[self.territory_start(i)..self.items[i].start];
        let above = above.lines().map(str::trim).filter(|line| !line.is_empty());
        first.above.splice(0..0, above.map(str::to_owned));
        let behind = &self.text[self.items[i].end..self.territory_end(i)];
        let behind = comments(behind).into_iter();
        // Only the last comment of a line may end at its end.
        let (mut lines, mut blocks): (Vec<&str>, Vec<&str>) =
            behind.partition(|comment| comment.starts_with("//"));
        blocks.extend(lines.pop());
        first.above.extend(lines.into_iter().map(str::to_owned));
        let of_first = first.behind.take();
        blocks.splice(0..0, of_first.as_deref());
        if !blocks.is_empty() {
            first.behind = Some(blocks.join(" "));
        }
    }

    /// Whether a comment inside the braces would be lost with them when only item `i` is left.
    pub(super) fn has_comment(&self, kept: usize) -> bool {
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
    pub(super) fn cuts(&self, cut: &[bool]) -> Vec<Edit> {
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
    pub(super) fn run(&self, first: usize, last: usize) -> Range<usize> {
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
            // One before the first of them goes along.
            let gap = &self.text[start..self.items[first].start];
            let start = start + gap.len() - gap.trim_start().len();
            return start..self.items[last + 1].start - blanks.len();
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

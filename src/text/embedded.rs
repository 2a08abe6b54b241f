//! Text embedded in text: a doctest in comment lines, a cell in a notebook.

use std::ops::Range;

use super::Edit;

/// A run of embedded text that stands unbroken in the outer text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where the run starts in the embedded text, in bytes.
    pub inner: usize,
    /// Where it starts in the outer text, in bytes.
    pub outer: usize,
    /// Its length in bytes, the same in both.
    pub len: usize,
    /// What must precede a new line that is inserted into this run (`/// `, `/// # `).
    pub line_prefix: String,
    /// Bytes before the run, in the outer text, that have no meaning without it (indent and
    /// comment mark): they go when the whole run goes.
    pub lead: usize,
}

/// An inner text and how its bytes lie in an outer one. Pieces are sorted and disjoint on both sides.
#[derive(Clone, Debug, Default)]
pub struct Embedded {
    text: String,
    pieces: Vec<Piece>,
}

impl Embedded {
    /// An empty inner text.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a run of outer text; see [`Piece`] for the meaning of the rest.
    pub fn push(&mut self, run: &str, outer: usize, line_prefix: impl Into<String>, lead: usize) {
        if run.is_empty() {
            return;
        }
        self.pieces.push(Piece {
            inner: self.text.len(),
            outer,
            len: run.len(),
            line_prefix: line_prefix.into(),
            lead,
        });
        self.text.push_str(run);
    }

    /// Appends text that stands nowhere outside, such as a wrapper around a snippet.
    pub fn push_synthetic(&mut self, run: &str) {
        self.text.push_str(run);
    }

    /// The same text between two synthetic ones.
    #[must_use]
    pub fn wrapped(&self, before: &str, after: &str) -> Self {
        let mut pieces = self.pieces.clone();
        for piece in &mut pieces {
            piece.inner += before.len();
        }
        Self {
            text: [before, &self.text, after].concat(),
            pieces,
        }
    }

    /// The inner text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The runs in order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The outer range of an inner one; `None` if it is not within a single run.
    pub fn outer_range(&self, inner: Range<usize>) -> Option<Range<usize>> {
        let piece = self.piece_of(inner.clone())?;
        let start = piece.outer + (inner.start - piece.inner);
        Some(start..start + inner.len())
    }

    /// The bytes of the outer text from the first of an inner range to its last; what is synthetic is
    /// where the run before it ends.
    pub fn outer_span(&self, inner: &Range<usize>) -> Range<usize> {
        let place = |at: usize, is_end: bool| {
            let after = self
                .pieces
                .partition_point(|piece| piece.inner < at || piece.inner == at && !is_end);
            let piece = after
                .checked_sub(1)
                .and_then(|index| self.pieces.get(index));
            piece.map_or_else(
                || self.pieces.first().map_or(0, |piece| piece.outer),
                |piece| piece.outer + (at - piece.inner).min(piece.len),
            )
        };
        let start = place(inner.start, false);
        let end = if inner.is_empty() {
            start
        } else {
            place(inner.end, true)
        };
        start..end.max(start)
    }

    /// An edit of the inner text as edits of the outer one: leads between runs go with what is
    /// deleted around them, a run that goes takes its lead along, and inserted line ends are followed
    /// by the run's line prefix. `None` if the edit touches synthetic text.
    pub fn outer_edits(&self, edit: &Edit) -> Option<Vec<Edit>> {
        if let Some(piece) = self.piece_of(edit.range.clone()) {
            return Some(vec![piece.outer_edit(edit.range.clone(), &edit.text)]);
        }
        self.over_pieces(edit)
    }

    /// An edit over several runs: one of the outer text, if only leads stand between the runs.
    fn over_pieces(&self, edit: &Edit) -> Option<Vec<Edit>> {
        let overlaps = |piece: &&Piece| {
            piece.inner < edit.range.end && piece.inner + piece.len > edit.range.start
        };
        let pieces: Vec<&Piece> = self.pieces.iter().filter(overlaps).collect();
        let (first, last) = (pieces.first()?, pieces.last()?);
        let last_end = last.inner + last.len;
        if first.inner > edit.range.start || last_end < edit.range.end {
            return None;
        }
        let is_joined = pieces.windows(2).all(|pair| {
            pair[0].inner + pair[0].len == pair[1].inner
                && pair[0].outer + pair[0].len + pair[1].lead == pair[1].outer
        });
        if !is_joined {
            return None;
        }
        let whole_lines = edit.range == (first.inner..last_end) && edit.text.is_empty();
        let lead = if whole_lines { first.lead } else { 0 };
        let start = first.outer + (edit.range.start - first.inner) - lead;
        let end = last.outer + (edit.range.end - last.inner);
        let text = with_prefix(&edit.text, &first.line_prefix);
        Some(vec![Edit::replace(start..end, text)])
    }

    fn piece_of(&self, inner: Range<usize>) -> Option<&Piece> {
        let at = self
            .pieces
            .partition_point(|piece| piece.inner <= inner.start);
        let piece = &self.pieces[at.checked_sub(1)?];
        if inner.end <= piece.inner + piece.len {
            return Some(piece);
        }
        None
    }
}

impl Piece {
    fn outer_edit(&self, inner: Range<usize>, text: &str) -> Edit {
        let whole = inner == (self.inner..self.inner + self.len);
        let lead = if whole && text.is_empty() {
            self.lead
        } else {
            0
        };
        let start = self.outer + (inner.start - self.inner);
        Edit::replace(
            start - lead..start + inner.len(),
            with_prefix(text, &self.line_prefix),
        )
    }
}

fn with_prefix(text: &str, prefix: &str) -> String {
    if prefix.is_empty() {
        return text.to_owned();
    }
    text.replace('\n', &format!("\n{prefix}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_lines() -> (String, Embedded) {
        let outer = "/// use a::B;\n/// # use c::D;\n".to_owned();
        let mut inner = Embedded::new();
        inner.push("use a::B;\n", 4, "/// ", 4);
        inner.push("use c::D;\n", 20, "/// # ", 6);
        (outer, inner)
    }

    #[test]
    fn ranges_map_within_a_run() {
        let (outer, inner) = two_lines();
        let at = inner.text().find("c::D").expect("there");
        let range = inner.outer_range(at..at + 4).expect("one run");
        assert_eq!(&outer[range], "c::D");
        assert_eq!(inner.outer_range(5..15), None);
    }

    #[test]
    fn inserted_lines_take_the_prefix() {
        let (_, inner) = two_lines();
        let edits = inner
            .outer_edits(&Edit::insert(9, "\nuse x::Y;"))
            .expect("maps");
        assert_eq!(edits, [Edit::insert(13, "\n/// use x::Y;")]);
    }

    #[test]
    fn a_deletion_over_runs_takes_the_leads_along() {
        let (outer, inner) = two_lines();
        let edits = inner.outer_edits(&Edit::delete(0..20)).expect("maps");
        assert_eq!(edits, [Edit::delete(0..30)]);
        // From the end of the first line to the end of the second: the first line's end stays.
        let edits = inner.outer_edits(&Edit::delete(9..19)).expect("maps");
        assert_eq!(&outer[edits[0].range.clone()], "\n/// # use c::D;");
    }

    #[test]
    fn what_stands_between_runs_is_not_lost() {
        let mut inner = Embedded::new();
        inner.push("a\n", 4, "/// ", 4);
        inner.push("b\n", 20, "/// ", 4);
        assert_eq!(inner.outer_edits(&Edit::delete(1..3)), None);
    }
}

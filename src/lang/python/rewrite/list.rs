//! The names of an import statement as tiles: each with the comments, the white space and the comma that
//! belong to it, so that a name can leave with all of its own and with nothing else.

use std::ops::Range;

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_text_size::Ranged;

use super::layout::{past_newline, within};
use crate::lang::python::scopes::Import;
use crate::lang::python::unit::bytes;
use crate::text::Edit;

/// The names of one statement.
#[derive(Debug)]
pub(super) struct List {
    /// Whether parentheses are around the names.
    pub(super) in_parentheses: bool,
    /// The comment right behind the opening parenthesis.
    pub(super) head_comment: Option<Range<usize>>,
    /// One a clause; they follow each other without a gap.
    pub(super) tiles: Vec<Tile>,
    /// Every comment of the statement.
    pub(super) comments: Vec<Range<usize>>,
    /// The closing parenthesis stands on the line of the last name.
    closes_in_line: bool,
}

/// One name and what belongs to it.
#[derive(Debug)]
pub(super) struct Tile {
    /// Everything.
    pub(super) range: Range<usize>,
    /// The clause.
    pub(super) clause: Range<usize>,
    /// The comma after it.
    pub(super) comma: Option<Range<usize>>,
    /// Comments on lines of their own above it.
    pub(super) above: Vec<Range<usize>>,
    /// The comment behind it.
    pub(super) comment: Option<Range<usize>>,
}

impl List {
    /// The names of a statement.
    pub(super) fn of(text: &str, tokens: &Tokens, import: &Import) -> Self {
        let statement = bytes(import.range);
        let tokens = within(tokens, statement.clone());
        let first = import.clauses.first().map(|clause| bytes(clause.range));
        let first = first.unwrap_or(statement.end..statement.end);
        let opening = tokens
            .iter()
            .take_while(|token| token.end().to_usize() <= first.start)
            .filter(|token| token.kind() == TokenKind::Lpar)
            .last();
        let keyword = tokens
            .iter()
            .take_while(|token| token.end().to_usize() <= first.start)
            .filter(|token| token.kind() == TokenKind::Import)
            .last();
        let mut start = opening
            .or(keyword)
            .map_or(first.start, |token| token.end().to_usize());
        let mut list = Self {
            in_parentheses: opening.is_some(),
            head_comment: None,
            tiles: Vec::new(),
            comments: Vec::new(),
            closes_in_line: false,
        };
        let has_break = |range: Range<usize>| text[range].contains(['\n', '\r']);
        let comments: Vec<Range<usize>> = tokens
            .iter()
            .filter(|token| token.kind() == TokenKind::Comment)
            .map(|token| bytes(token.range()))
            .collect();
        if let Some(comment) = comments.first()
            && comment.start >= start
            && comment.end <= first.start
            && !has_break(start..comment.start)
        {
            list.head_comment = Some(comment.clone());
            start = comment.end;
        }
        for (i, clause) in import.clauses.iter().enumerate() {
            let clause = bytes(clause.range);
            let next = import.clauses.get(i + 1).map(|clause| bytes(clause.range));
            let limit = next.as_ref().map_or(statement.end, |next| next.start);
            let next_token = tokens.partition_point(|token| token.start().to_usize() < clause.end);
            let comma = tokens[next_token..]
                .iter()
                .take_while(|token| token.end().to_usize() <= limit)
                .find(|token| token.kind() == TokenKind::Comma)
                .map(|token| bytes(token.range()));
            let mut end = comma.as_ref().map_or(clause.end, |comma| comma.end);
            let comment = comments
                .iter()
                .find(|comment| comment.start >= clause.end && comment.end <= limit)
                .filter(|comment| !has_break(clause.end..comment.start))
                .cloned();
            if let Some(comment) = &comment {
                end = end.max(comment.end);
            }
            // White space up to the next name of the line goes with this one.
            // Without parentheses the names are one line, however it is continued.
            if let Some(next) = &next
                && (!list.in_parentheses
                    || !has_break(end..next.start) && text[end..next.start].trim().is_empty())
            {
                end = next.start;
            }
            let attached = attached(text, start, &clause, &comments);
            let above = comments
                .iter()
                .filter(|comment| comment.start >= attached && comment.end <= clause.start)
                .cloned()
                .collect();
            start = attached;
            list.tiles.push(Tile {
                range: start..end,
                clause,
                comma,
                above,
                comment,
            });
            start = end;
        }
        list.closes_in_line = list.in_parentheses && !has_break(start..statement.end);
        list.comments = comments;
        list
    }

    /// Whether a comment stands at one of the names.
    pub(super) fn has_comments(&self, at: impl Iterator<Item = usize>) -> bool {
        let mut at = at;
        at.any(|i| {
            self.tiles
                .get(i)
                .is_some_and(|tile| tile.comment.is_some() || !tile.above.is_empty())
        })
    }

    /// Edits that put one more name at the end.
    pub(super) fn append(&self, text: &str, newline: &str, name: &str) -> Vec<Edit> {
        let Some(tile) = self.tiles.last() else {
            return Vec::new();
        };
        let Some(indent) = self
            .indent(text, self.tiles.len() - 1)
            .filter(|_| self.in_parentheses)
        else {
            return vec![Edit::insert(tile.clause.end, format!(", {name}"))];
        };
        let comma = if tile.comma.is_some() { "," } else { "" };
        let mut edits = vec![Edit::insert(
            tile.range.end,
            format!("{newline}{indent}{name}{comma}"),
        )];
        if tile.comma.is_none() {
            edits.push(Edit::insert(tile.clause.end, ","));
        }
        edits
    }

    /// Edits that put one more name in front.
    pub(super) fn prepend(&self, text: &str, newline: &str, name: &str) -> Vec<Edit> {
        if self.tiles.is_empty() {
            return Vec::new();
        }
        let between = match self.indent(text, 0).filter(|_| self.in_parentheses) {
            Some(indent) => format!("{newline}{indent}"),
            None => " ".to_owned(),
        };
        vec![Edit::insert(self.own_start(0), format!("{name},{between}"))]
    }

    /// Edits that take the tiles out for which `leaves` is true; some must remain.
    pub(super) fn cut(&self, text: &str, leaves: &[bool]) -> Vec<Edit> {
        let mut edits = Vec::new();
        let kept = |i: &usize| !leaves.get(*i).copied().unwrap_or_default();
        let first = (0..self.tiles.len()).find(kept);
        let last = (0..self.tiles.len()).rev().find(kept);
        let (Some(first), Some(last)) = (first, last) else {
            return edits;
        };
        let after_break = self.after_break(text, last);
        for (i, tile) in self.tiles.iter().enumerate() {
            if !kept(&i) {
                let lead = match after_break {
                    Some((first, start)) if first == i => start,
                    // What is left of the line starts as the line did.
                    _ if self.leads_kept(text, i, kept) => self.own_start(i),
                    _ => self.lead_of(i, last, kept),
                };
                // Blanks before a line end go with the last name of the line.
                let rest = &text[tile.range.end..];
                let after = rest.trim_start_matches([' ', '\t']);
                let blanks = match after.starts_with(['\n', '\r']) && self.in_parentheses {
                    true => rest.len() - after.len(),
                    false => 0,
                };
                edits.push(Edit::delete(lead..tile.range.end + blanks));
            }
        }
        // The first name that is left takes the place of the first one.
        if first > 0 && !self.leads_kept(text, 0, kept) {
            let lead = |i: usize| self.tiles[i].range.start..self.own_start(i);
            let (was, is) = (lead(0), lead(first));
            let broken = |range: &Range<usize>| text[range.clone()].contains(['\n', '\r']);
            if (!self.in_parentheses || !broken(&is)) && text[was.clone()] != text[is.clone()] {
                edits.push(Edit::replace(is, &text[was]));
            }
        }
        if last + 1 < self.tiles.len() {
            let tile = &self.tiles[last];
            let trailing = self.tiles.last().is_some_and(|tile| tile.comma.is_some());
            let from = match &tile.comma {
                Some(comma) if trailing => comma.end,
                _ => tile.clause.end,
            };
            let comma = tile.comma.as_ref().map_or(from, |comma| comma.end);
            let to = if tile.comment.is_some() {
                comma
            } else {
                tile.range.end
            };
            if from < to {
                edits.push(Edit::delete(from..to));
            }
        }
        edits
    }

    /// Where the text of a tile starts that is not white space: its first comment, or its name.
    fn own_start(&self, i: usize) -> usize {
        let tile = &self.tiles[i];
        let above = tile.above.first();
        above.map_or(tile.clause.start, |above| above.start)
    }

    /// Whether a tile begins a line within parentheses on which a later name is kept.
    fn leads_kept(&self, text: &str, i: usize, kept: impl Fn(&usize) -> bool) -> bool {
        let lead = &text[self.tiles[i].range.start..self.own_start(i)];
        self.in_parentheses
            && lead.contains(['\n', '\r'])
            && (i + 1..self.tiles.len())
                .take_while(|next| self.tiles[*next].clause.start == self.tiles[next - 1].range.end)
                .any(|next| kept(&next))
    }

    /// All behind `last` leave, and the closing parenthesis follows: it must not come into a comment.
    /// The first tile before which the line break stays for that, and where its own text starts.
    fn after_break(&self, text: &str, last: usize) -> Option<(usize, usize)> {
        let joins = |&i: &usize| self.tiles[i].range.start == self.tiles[i - 1].range.end;
        let first = (last + 1..self.tiles.len())
            .rev()
            .find(|i| *i == last + 1 || !joins(i))
            .filter(|_| self.closes_in_line)?;
        let tile = &self.tiles[first];
        let ends_line = |comment: &Range<usize>| {
            let between = text.get(comment.end..tile.range.start);
            comment.start >= self.tiles[last].clause.end
                && between.is_some_and(|text| !text.contains(['\n', '\r']))
        };
        self.comments.iter().any(ends_line).then(|| {
            let own = tile.above.first().unwrap_or(&tile.clause);
            (first, own.start)
        })
    }

    /// Where a tile that leaves begins: the last ones of a line leave no white space behind.
    fn lead_of(&self, i: usize, last: usize, kept: impl Fn(&usize) -> bool) -> usize {
        let tile = &self.tiles[i];
        let follows_in_line = |&next: &usize| {
            let next_tile = self.tiles.get(next);
            next_tile.is_some_and(|tile| tile.clause.start == self.tiles[next - 1].range.end)
        };
        let behind = (i + 1..self.tiles.len()).find(|next| kept(next) || !follows_in_line(next));
        let ends_line = behind.is_some_and(|next| !follows_in_line(&next));
        match i
            .checked_sub(1)
            .filter(|before| ends_line && *before != last && kept(before))
        {
            Some(before) if self.tiles[before].range.end == tile.clause.start => {
                let before = &self.tiles[before];
                before
                    .comma
                    .as_ref()
                    .map_or(tile.range.start, |comma| comma.end)
            }
            _ => tile.range.start,
        }
    }

    /// Whether a name stands alone on its line.
    pub(super) fn has_own_line(&self, text: &str, i: usize) -> bool {
        let follows = self.tiles.get(i + 1);
        self.indent(text, i).is_some()
            && follows.is_none_or(|next| next.clause.start != self.tiles[i].range.end)
    }

    /// Whether a comma stands after a name.
    pub(super) fn has_comma(&self, i: usize) -> bool {
        self.tiles.get(i).is_some_and(|tile| tile.comma.is_some())
    }

    /// What a name's line starts with, if it has a line for itself.
    pub(super) fn indent<'t>(&self, text: &'t str, i: usize) -> Option<&'t str> {
        let tile = self.tiles.get(i)?;
        let lead = &text[tile.range.start..tile.clause.start];
        let line = lead.rfind(['\n', '\r'])?;
        let start = past_newline(lead, line).max(line + 1);
        lead.get(start..).filter(|lead| lead.trim().is_empty())
    }
}

/// Where what belongs to a name begins: at the comments right above it, else at its own line, else right
/// after what stands before it. Comments that a blank line parts from it are not its own.
fn attached(text: &str, start: usize, clause: &Range<usize>, comments: &[Range<usize>]) -> usize {
    let mut from = clause.start;
    loop {
        let before = text[start..from].trim_end_matches([' ', '\t']);
        let Some(line_end) = before
            .rfind(['\n', '\r'])
            .filter(|at| at + 1 == before.len())
        else {
            return if from == clause.start { start } else { from };
        };
        let line_end = start
            + if before[..line_end].ends_with('\r') && before.ends_with('\n') {
                line_end - 1
            } else {
                line_end
            };
        let above = comments.iter().find(|comment| comment.end == line_end);
        let own_line = above.filter(|comment| {
            comment.start >= start
                && text[start..comment.start]
                    .trim_end_matches([' ', '\t'])
                    .ends_with(['\n', '\r'])
        });
        match own_line {
            Some(comment) => from = comment.start,
            None => return line_end,
        }
    }
}

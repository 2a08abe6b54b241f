//! Where a statement stands among the lines of a text.

use std::ops::Range;

use ruff_python_ast::token::{Token, TokenKind, Tokens};
use ruff_text_size::{Ranged, TextRange};

use crate::lang::python::unit::bytes;

/// A statement and its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place<'t> {
    /// Nothing but white space stands before it on its line.
    pub(super) is_first: bool,
    /// Nothing but a comment stands after it on its line.
    pub(super) is_last: bool,
    /// What its line starts with.
    pub(super) indent: &'t str,
    /// The comment after it.
    pub(super) comment: Option<Range<usize>>,
    /// The end of its last line, before the line end.
    pub(super) line_end: usize,
    /// How its line ends; as the first line of the text, if it is the last one and does not end.
    pub(super) newline: &'t str,
    /// The statement itself.
    pub(super) range: Range<usize>,
}

impl<'t> Place<'t> {
    /// The place of a simple statement.
    pub(super) fn of(text: &'t str, tokens: &Tokens, statement: TextRange) -> Self {
        let range = bytes(statement);
        let before = before(tokens, range.start).iter().rev().find(|token| {
            !matches!(
                token.kind(),
                TokenKind::Indent | TokenKind::Dedent | TokenKind::NonLogicalNewline
            )
        });
        let is_first = before
            .is_none_or(|token| matches!(token.kind(), TokenKind::Newline | TokenKind::Comment));
        let mut after = after(tokens, range.end).iter();
        let mut comment = None;
        let mut next = after.next();
        if let Some(token) = next
            && token.kind() == TokenKind::Comment
        {
            comment = Some(bytes(token.range()));
            next = after.next();
        }
        let is_last = next.is_none_or(|token| {
            matches!(
                token.kind(),
                TokenKind::Newline
                    | TokenKind::NonLogicalNewline
                    | TokenKind::EndOfFile
                    | TokenKind::Dedent
            )
        });
        let line_end = comment.as_ref().map_or(range.end, |comment| comment.end);
        let rest = &text[line_end..];
        let line_end = line_end + rest.len() - rest.trim_start_matches([' ', '\t', '\x0c']).len();
        let newline = match &text[line_end..past_newline(text, line_end)] {
            "" => newline(text),
            own => own,
        };
        Self {
            is_first,
            is_last,
            indent: indent(text, range.start),
            comment,
            line_end,
            newline,
            range,
        }
    }

    /// It has its lines for itself.
    pub(super) fn is_alone(&self) -> bool {
        self.is_first && self.is_last
    }
}

/// The tokens that end at or before a byte.
pub(super) fn before(tokens: &Tokens, at: usize) -> &[Token] {
    let end = tokens.partition_point(|token| token.end().to_usize() <= at);
    &tokens[..end]
}

/// The tokens that start at or after a byte.
pub(super) fn after(tokens: &Tokens, at: usize) -> &[Token] {
    let start = tokens.partition_point(|token| token.start().to_usize() < at);
    &tokens[start..]
}

/// The tokens within a range.
pub(super) fn within(tokens: &Tokens, range: Range<usize>) -> &[Token] {
    let tokens = after(tokens, range.start);
    let end = tokens.partition_point(|token| token.end().to_usize() <= range.end);
    &tokens[..end]
}

/// Where the first statement of a line starts, of those that share the line with the one at a byte.
pub(super) fn logical_line(tokens: &Tokens, at: usize) -> usize {
    let before = before(tokens, at);
    let first = before.iter().rev().take_while(|token| {
        !matches!(
            token.kind(),
            TokenKind::Newline
                | TokenKind::Comment
                | TokenKind::NonLogicalNewline
                | TokenKind::Indent
                | TokenKind::Dedent
        )
    });
    first.last().map_or(at, |token| token.start().to_usize())
}

/// The white space that the line of a byte starts with, without a byte order mark or a form feed.
pub(super) fn indent(text: &str, at: usize) -> &str {
    let before = &text[..at];
    let start = before.rfind(|c| c != ' ' && c != '\t').map_or(0, |last| {
        last + before[last..].chars().next().map_or(1, char::len_utf8)
    });
    &before[start..]
}

/// Where the line of a byte starts; a lone CR ends a line in Python.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1)
}

/// The line end that inserted lines take: that of the first line.
pub(in crate::lang::python) fn newline(text: &str) -> &'static str {
    match text.find(['\n', '\r']) {
        Some(at) if text[at..].starts_with("\r\n") => "\r\n",
        Some(at) if text[at..].starts_with('\r') => "\r",
        _ => "\n",
    }
}

/// The end of the line end that starts at this byte, if one does.
pub(super) fn past_newline(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    at + if rest.starts_with("\r\n") {
        2
    } else {
        usize::from(rest.starts_with(['\n', '\r']))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_those_of_the_first_line() {
        assert_eq!(newline("a\r\nb\n"), "\r\n");
        assert_eq!(newline("a\rb\n"), "\r");
        assert_eq!(newline("a"), "\n");
    }

    #[test]
    fn indents_are_the_bytes_of_the_line() {
        assert_eq!(indent("a\n \tb", 4), " \t");
        assert_eq!(indent("\u{feff}b", 3), "");
        assert_eq!(indent("\u{c}  b", 3), "  ");
    }
}

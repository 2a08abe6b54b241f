//! Types in comments: `# type: int`, and `# type: (int) -> str` below the head of a function (PEP 484).

use std::ops::Range;

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::parse_expression_range;
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::Finder;
use crate::lang::python::unit::bytes;

impl Finder<'_, '_> {
    /// Reads every comment that is a type.
    pub(super) fn comments(&mut self) {
        for (index, token) in self.unit.tokens.iter().enumerate() {
            if token.kind() != TokenKind::Comment {
                continue;
            }
            let Some(content) = content(self.unit.text, bytes(token.range())) else {
                continue;
            };
            let parts = signature(self.unit.text, content.clone());
            if let Some(at) = self.typed_at(index, parts.is_some()) {
                for part in parts.unwrap_or_else(|| vec![content]) {
                    self.comment(part, at);
                }
            }
        }
    }

    /// A byte of what a type comment speaks of: the end of the code before it on its line, or the
    /// head of the function that it is the first line of.
    fn typed_at(&self, index: usize, is_signature: bool) -> Option<u32> {
        let tokens = &self.unit.tokens[..index];
        let (last, before) = tokens.split_last()?;
        match last.kind() {
            TokenKind::NonLogicalNewline | TokenKind::Comment => None,
            TokenKind::Newline => {
                let colon = before.last().filter(|it| it.kind() == TokenKind::Colon)?;
                is_signature.then(|| colon.start().to_u32())
            }
            _ => Some(last.start().to_u32()),
        }
    }

    fn comment(&mut self, range: Range<usize>, at: u32) {
        let text = self.unit.text;
        let (Ok(start), Ok(end)) = (
            TextSize::try_from(range.start),
            TextSize::try_from(range.end),
        ) else {
            return;
        };
        let parsed = parse_expression_range(&text[..range.end], TextRange::new(start, end));
        if let Ok(parsed) = parsed {
            let block = self.block_at(at);
            let scope = self.unit.scopes.block(block).scope;
            self.quoted(parsed.into_expr(), scope, block, false);
        }
    }
}

/// What stands after `# type:`, without a further comment; `None` for another comment, and for `ignore`.
fn content(text: &str, comment: Range<usize>) -> Option<Range<usize>> {
    let whole = text.get(comment.clone())?;
    let rest = whole.strip_prefix('#')?.trim_start();
    let rest = rest.strip_prefix("type:")?.trim_start();
    if let Some(more) = rest.strip_prefix("ignore")
        && !more.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.')
    {
        return None;
    }
    let start = comment.start + (whole.len() - rest.len());
    let inner = rest.split('#').next().unwrap_or(rest).trim_end();
    (!inner.is_empty()).then(|| start..start + inner.len())
}

/// The types of `(a, *b, **c) -> d`, without stars; `None` if it is no such thing.
fn signature(text: &str, content: Range<usize>) -> Option<Vec<Range<usize>>> {
    let whole = &text[content.clone()];
    let arrow = whole.rfind("->")?;
    let head = whole[..arrow].trim_end();
    let inner = head.strip_prefix('(')?.strip_suffix(')')?;
    let start = content.start + 1;
    let mut parts = Vec::new();
    let mut depth = 0usize;
    let mut from = 0;
    for (at, character) in inner.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(start + from..start + at);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(start + from..start + inner.len());
    parts.push(content.start + arrow + 2..content.end);
    let trimmed = parts.into_iter().filter_map(|part| {
        let own = &text[part.clone()];
        let bare = own.trim_start().trim_start_matches('*').trim_start();
        let start = part.start + (own.len() - bare.len());
        let bare = bare.trim_end();
        (!bare.is_empty()).then(|| start..start + bare.len())
    });
    Some(trimmed.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(comment: &str, expected: Option<&str>) {
        let found = content(comment, 0..comment.len()).map(|range| comment[range].to_owned());
        assert_eq!(found.as_deref(), expected, "{comment}");
    }

    #[test]
    fn only_types_are_types() {
        check("# type: a.B  # noqa", Some("a.B"));
        check("#type:a.B", Some("a.B"));
        check("# type: ignored.B", Some("ignored.B"));
        check("# type: ignore", None);
        check("# type: ignore[a-b]", None);
        check("# type: ignore # a", None);
        check("# the type: a.B", None);
        check("# type:", None);
    }

    #[test]
    fn signatures_are_taken_apart() {
        let check = |text: &str, expected: Option<&[&str]>| {
            let found = signature(text, 0..text.len());
            let found: Option<Vec<&str>> =
                found.map(|parts| parts.into_iter().map(|part| &text[part]).collect());
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check(
            "(a.B, *c, ** d[e, (f, g)]) -> h",
            Some(&["a.B", "c", "d[e, (f, g)]", "h"]),
        );
        check("() -> a", Some(&["a"]));
        check("(...) -> a", Some(&["...", "a"]));
        check("a.B", None);
        check("(a, b)", None);
        check(") -> (", None);
        check("( -> a", None);
    }
}

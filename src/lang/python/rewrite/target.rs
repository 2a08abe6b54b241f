//! What stands between `from` and `import`.

use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_text_size::Ranged;

use super::layout::within;
use crate::lang::python::scopes::{Import, ImportKind};
use crate::lang::python::unit::bytes;
use crate::path::Segment;
use crate::text::Edit;

/// A module as a statement with these dots writes it: with the same dots if it lies below the package that
/// they name, else absolute.
pub(super) fn written(level: u32, dots: &[Segment], module: &[Segment]) -> String {
    match below(level, dots, module) {
        Some(rest) => format!("{}{}", ".".repeat(level as usize), rest.join(".")),
        None => module.join("."),
    }
}

fn below<'m>(level: u32, dots: &[Segment], module: &'m [Segment]) -> Option<&'m [Segment]> {
    (level > 0 && !dots.is_empty())
        .then(|| module.strip_prefix(dots))
        .flatten()
}

/// The smallest edits that make the statement import from `module`.
pub(super) fn edits(
    text: &str,
    tokens: &Tokens,
    import: &Import,
    dots: &[Segment],
    module: &[Segment],
) -> Vec<Edit> {
    let ImportKind::From {
        level,
        module: old,
        module_range,
    } = &import.kind
    else {
        return Vec::new();
    };
    let statement = bytes(import.range);
    let mut parts = within(tokens, statement)
        .iter()
        .skip_while(|token| token.kind() != TokenKind::From)
        .skip(1)
        .take_while(|token| token.kind() != TokenKind::Import)
        .filter(|token| token.kind() != TokenKind::NonLogicalNewline);
    let Some(first) = parts.next() else {
        return Vec::new();
    };
    let region = first.start().to_usize()..parts.last().unwrap_or(first).end().to_usize();
    let spaced = |new: String, range: std::ops::Range<usize>| {
        let is_word = |c: char| c == '_' || c.is_alphanumeric();
        let (before, after) = (&text[..range.start], &text[range.end..]);
        let lead = if new.starts_with(is_word) && before.ends_with(is_word) {
            " "
        } else {
            ""
        };
        let trail = if new.ends_with(is_word) && after.starts_with(is_word) {
            " "
        } else {
            ""
        };
        Edit::replace(range, format!("{lead}{new}{trail}"))
    };
    match (below(*level, dots, module), module_range) {
        (Some([]), Some(range)) => vec![Edit::delete(bytes(*range))],
        (Some(rest), Some(range)) => named(text, old, rest, bytes(*range), spaced),
        (Some([]), None) => Vec::new(),
        (Some(rest), None) => vec![spaced(rest.join("."), region.end..region.end)],
        (None, Some(range)) if *level == 0 => named(text, old, module, bytes(*range), spaced),
        (None, _) => vec![spaced(module.join("."), region)],
    }
}

/// The edit that puts a text between `from` and `import`; `None` if more than one line stands there.
pub(super) fn replaced(text: &str, tokens: &Tokens, import: &Import, new: String) -> Option<Edit> {
    let mut parts = within(tokens, bytes(import.range))
        .iter()
        .skip_while(|token| token.kind() != TokenKind::From)
        .skip(1)
        .take_while(|token| token.kind() != TokenKind::Import);
    let first = parts.next()?;
    let region = first.start().to_usize()..parts.last().unwrap_or(first).end().to_usize();
    if text.get(region.clone())?.contains(['\n', '\r', '#']) {
        return None;
    }
    let is_word = |c: char| c == '_' || c.is_alphanumeric();
    let mut new = new;
    if new.starts_with(is_word) && text[..region.start].ends_with(is_word) {
        new.insert(0, ' ');
    }
    if new.ends_with(is_word) && text[region.end..].starts_with(is_word) {
        new.push(' ');
    }
    Some(Edit::replace(region, new))
}

/// Edits of a dotted name, made by `spaced` where it is replaced as a whole; one that is spread out keeps its layout if it has as many names as before.
pub(super) fn named(
    text: &str,
    old: &[Segment],
    new: &[Segment],
    range: std::ops::Range<usize>,
    spaced: impl Fn(String, std::ops::Range<usize>) -> Edit,
) -> Vec<Edit> {
    let source = &text[range.clone()];
    if source == new.join(".") {
        return Vec::new();
    }
    let is_spread = source.len() != old.join(".").len();
    if !is_spread || old.len() != new.len() {
        return vec![spaced(new.join("."), range)];
    }
    let mut edits = Vec::new();
    let mut at = 0;
    for (was, is) in old.iter().zip(new) {
        let Some(found) = source[at..].find(was.as_str()) else {
            return vec![spaced(new.join("."), range)];
        };
        let start = range.start + at + found;
        at += found + was.len();
        if was != is {
            edits.push(Edit::replace(start..start + was.len(), is.as_str()));
        }
    }
    edits
}

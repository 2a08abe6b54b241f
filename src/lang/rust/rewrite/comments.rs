//! Comments between the tokens of a `use` item: found, counted, and put where none would be lost.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::items::Composer;
use crate::lang::rust::resolve::UseItem;
use crate::text::{Edit, Edits, newline_of};

/// The comments of a text without strings, such as the inside of a `use` item, in order.
pub fn comments(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(slash) = memchr::memchr(b'/', &bytes[at..]).map(|found| found + at) {
        let end = match bytes.get(slash + 1) {
            Some(b'/') => text[slash..]
                .find('\n')
                .map_or(text.len(), |newline| slash + newline),
            Some(b'*') => block_end(bytes, slash),
            _ => {
                at = slash + 1;
                continue;
            }
        };
        found.push(text[slash..end].trim_end());
        at = end;
    }
    found
}

/// Where the block comment that starts at `start` ends; they nest.
fn block_end(bytes: &[u8], start: usize) -> usize {
    let mut depth = 0usize;
    let mut at = start;
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => {
                depth += 1;
                at += 2;
            }
            b"*/" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

impl Composer<'_, '_, '_> {
    /// The same edits, with what brings back the comments of the item that they would lose.
    pub(super) fn keep_comments(&self, item: &UseItem, mut edits: Vec<Edit>) -> Vec<Edit> {
        let text = self.rewrite.text;
        let range = item.body.range().start..item.semi.range().end;
        let mut lost = comments(&text[range.clone()]);
        if lost.is_empty() {
            return edits;
        }
        let whole = edits.iter().fold(range.clone(), |whole, edit| {
            whole.start.min(edit.range.start)..whole.end.max(edit.range.end)
        });
        let shifted = edits.iter().map(|edit| {
            let shift = |at: usize| at - whole.start;
            Edit::replace(
                shift(edit.range.start)..shift(edit.range.end),
                edit.text.clone(),
            )
        });
        let slice = &text[whole.clone()];
        let Ok(applied) = Edits::new(shifted.collect(), slice) else {
            return edits;
        };
        let after = applied.apply(slice);
        let mut kept: FxHashMap<&str, usize> = FxHashMap::default();
        for comment in comments(&after) {
            *kept.entry(comment).or_default() += 1;
        }
        lost.retain(|comment| match kept.get_mut(comment) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        });
        if lost.is_empty() {
            return edits;
        }
        let start = item.start.range().start;
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let before = &text[line_start..start];
        let indent = &before[..before.len() - before.trim_start().len()];
        let newline = newline_of(text);
        let mut back = String::new();
        for comment in lost {
            back.push_str(comment);
            if comment.starts_with("//") || before.trim().is_empty() {
                back.push_str(newline);
                back.push_str(indent);
            } else {
                back.push(' ');
            }
        }
        let covering = |edit: &&mut Edit| edit.range.start <= start && edit.range.end > start;
        match edits.iter_mut().find(covering) {
            Some(edit) if edit.text.is_empty() && edit.range.start == line_start => {
                // The whole line goes: the comments take it.
                edit.text = format!("{indent}{}{newline}", back.trim_end());
            }
            Some(edit) => edit.text.insert_str(0, &back),
            None => edits.insert(0, Edit::insert(start, back)),
        }
        edits
    }
}

/// Edits that lie in `range`, applied to that part of the text.
pub(super) fn applied_within(text: &str, range: Range<usize>, edits: Vec<Edit>) -> Option<String> {
    let shifted = edits.into_iter().map(|edit| {
        let shift = |at: usize| at.checked_sub(range.start);
        Some(Edit::replace(
            shift(edit.range.start)?..shift(edit.range.end)?,
            edit.text,
        ))
    });
    let slice = &text[range.clone()];
    let edits = Edits::new(shifted.collect::<Option<Vec<_>>>()?, slice).ok()?;
    Some(edits.apply(slice))
}

#[cfg(test)]
mod tests {
    use super::comments;

    #[test]
    fn comments_are_told_from_paths() {
        let text = "a::{ // one\n b /* two /* nested */ */, c / d, /* three */ } // four";
        let found = ["// one", "/* two /* nested */ */", "/* three */", "// four"];
        assert_eq!(comments(text), found);
    }
}

//! Path-like words in prose.

use std::ops::Range;

use memchr::memmem;

use super::joined::Joined;
use super::target::is_segment;

/// How far back a word is searched for the `://` of a URL, in characters.
const URL_REACH: usize = 256;

/// The ranges, in the file, of paths of two names or more that stand in the joined text outside
/// of `covered`.
pub(super) fn find(joined: &Joined<'_>, mut covered: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let text = joined.text();
    covered.sort_by_key(|range| range.start);
    let mut covered = covered.into_iter().peekable();
    let mut found = Vec::new();
    let mut read = 0;
    for separator in memmem::find_iter(text.as_bytes(), b"::") {
        if separator < read {
            continue;
        }
        while let Some(range) = covered.next_if(|range| range.start <= separator) {
            read = read.max(range.end);
        }
        if separator < read {
            continue;
        }
        let Some(word) = word_around(text, separator) else {
            continue;
        };
        read = word.end;
        found.extend(joined.outer(word));
    }
    found
}

/// The path whose first `::` is at `separator`.
fn word_around(text: &str, separator: usize) -> Option<Range<usize>> {
    let mut start = separator - name_before(&text[..separator]);
    if text[..start].ends_with("r#") {
        start -= 2;
    }
    let head = &text[start..separator];
    let mut names = 0;
    if !head.is_empty() {
        if !is_segment(head) {
            return None;
        }
        names += 1;
    }
    let before = text[..start].chars().next_back();
    // What follows the arguments of a type, or a URL, is the tail of something else.
    if before.is_some_and(|c| ">)]}:/".contains(c) || unicode_ident::is_xid_continue(c))
        || in_url(&text[..start])
    {
        return None;
    }
    let mut end = separator;
    while let Some(rest) = text[end..].strip_prefix("::") {
        let name = name_after(rest);
        if !is_segment(&rest[..name]) {
            break;
        }
        names += 1;
        end += 2 + name;
    }
    (names >= 2).then_some(start..end)
}

/// Length of the name at the end of `text`.
fn name_before(text: &str) -> usize {
    text.chars()
        .rev()
        .take_while(|&c| unicode_ident::is_xid_continue(c))
        .map(char::len_utf8)
        .sum()
}

/// Length of the name, raw or not, at the start of `text`.
fn name_after(text: &str) -> usize {
    let raw = if text.starts_with("r#") { 2 } else { 0 };
    let name = &text[raw..];
    raw + name
        .find(|c| !unicode_ident::is_xid_continue(c))
        .unwrap_or(name.len())
}

/// Whether the word that `before` ends in has a scheme.
fn in_url(before: &str) -> bool {
    let word: usize = before
        .chars()
        .rev()
        .take(URL_REACH)
        .take_while(|c| !c.is_whitespace())
        .map(char::len_utf8)
        .sum();
    before[before.len() - word..].contains("://")
}

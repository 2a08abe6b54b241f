//! The smallest edits that turn the written names of a path into others.

use std::ops::Range;

use crate::finding::Code;
use crate::lang::plan_builder::Refusal;
use crate::lang::rust::at::Name;
use crate::text::Edit;

/// Edits that make `names` read as `words`. Names that are the same at both ends stay untouched.
/// `plain` is how many of the names have no generic arguments between them.
///
/// # Errors
/// A comment or generic arguments would be lost.
pub fn rename(
    names: &[Name],
    words: &[String],
    plain: usize,
    text: &str,
) -> Result<Vec<Edit>, Refusal> {
    let ranges: Vec<Range<usize>> = names.iter().map(|name| name.at.range()).collect();
    let written = |i: usize| &text[ranges[i].clone()];
    let (n, m) = (names.len(), words.len());
    let mut head = 0;
    while head < n && head < m && written(head) == words[head] {
        head += 1;
    }
    let mut tail = 0;
    while tail < n - head && tail < m - head && written(n - 1 - tail) == words[m - 1 - tail] {
        tail += 1;
    }
    let old = head..n - tail;
    let new = &words[head..m - tail];
    if old.len() == new.len() {
        return Ok(old
            .zip(new)
            .map(|(i, word)| Edit::replace(ranges[i].clone(), word.clone()))
            .collect());
    }
    let joined = new.join("::");
    let edit = if old.is_empty() {
        if tail > 0 {
            Edit::insert(ranges[n - tail].start, format!("{joined}::"))
        } else {
            Edit::insert(ranges[n - 1].end, format!("::{joined}"))
        }
    } else if new.is_empty() {
        if tail > 0 {
            Edit::delete(ranges[old.start].start..ranges[n - tail].start)
        } else {
            let before = old.start.checked_sub(1).ok_or_else(empty)?;
            Edit::delete(ranges[before].end..ranges[n - 1].end)
        }
    } else {
        Edit::replace(ranges[old.start].start..ranges[old.end - 1].end, joined)
    };
    let lost = &text[edit.range.clone()];
    if lost.contains("//") || lost.contains("/*") {
        return Err(Refusal::new(
            Code::Comment,
            "the rewrite would lose the comment inside this path",
        )
        .help("move the comment out of the path"));
    }
    if old.end > plain {
        return Err(Refusal::new(
            Code::Comment,
            "the rewrite would lose the generic arguments inside this path",
        )
        .help("rewrite this path by hand"));
    }
    Ok(vec![edit])
}

fn empty() -> Refusal {
    Refusal::new(Code::Unresolved, "nothing would be left of this path")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::rust::at::At;
    use crate::text::Edits;

    #[track_caller]
    fn check(text: &str, words: &[&str], expected: &str) {
        let mut names = Vec::new();
        let mut start = 0;
        for part in text.split("::") {
            names.push(Name {
                text: part.trim().into(),
                at: At::Bytes(start..start + part.len()),
            });
            start += part.len() + 2;
        }
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let edits = rename(&names, &words, names.len(), text).expect("possible");
        let edits = Edits::new(edits, text).expect("valid");
        assert_eq!(edits.apply(text), expected);
    }

    #[test]
    fn names_at_both_ends_stay() {
        check("a::b::c", &["a", "x", "c"], "a::x::c");
        check("a::b::c", &["a", "c"], "a::c");
        check("a::c", &["a", "b", "c"], "a::b::c");
        check("a::b", &["a"], "a");
        check("a::b::c", &["x"], "x");
        check("a", &["x", "y"], "x::y");
        check("a", &["a", "y"], "a::y");
    }
}

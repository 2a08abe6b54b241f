//! The law of comments: what was there is there, and nothing else, with references replaced by marks.
//!
//! Embedded code is judged as a text of its own. Only a comment that goes with an import (for a tool on the
//! same line, or among the attributes) may go with it, or be on both of its halves.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::Difference;
use super::marks::{Marks, with_marks};
use super::{Side, VerifyError, line_at};
use crate::tokens::{Kind, Token, Tokens};

/// A comment of one side.
struct Comment<'t> {
    /// Its lines, trimmed, with marks.
    text: String,
    shown: &'t str,
    at: usize,
    /// It may go with its import, or be copied with it.
    is_movable: bool,
}

pub(super) fn check(before: Side<'_>, after: Side<'_>, marks: &Marks) -> Result<(), VerifyError> {
    let old = comments(before.text, before.tokens, &marks.before);
    let new = comments(after.text, after.tokens, &marks.after);
    let mut counts: BTreeMap<&str, Counts> = BTreeMap::new();
    for comment in &old {
        let counts = counts.entry(&comment.text).or_default();
        counts.old += 1;
        counts.movable |= comment.is_movable;
        counts.may_go += usize::from(comment.is_movable);
    }
    for comment in &new {
        let counts = counts.entry(&comment.text).or_default();
        counts.new += 1;
        counts.may_come += usize::from(comment.is_movable);
    }
    // Of those with one text any may be the one that is lost, but for such as may go.
    let lost = old.iter().find(|comment| {
        let counts = &counts[&*comment.text];
        !comment.is_movable && counts.new + counts.may_go < counts.old
    });
    if let Some(comment) = lost {
        return Err(VerifyError {
            difference: Difference::CommentLost {
                comment: shortened(comment.shown),
                line: line_at(before.text, comment.at),
            },
            offset: Some(comment.at),
        });
    }
    // The last ones of a text are those that are too many.
    let added = new.iter().rev().find(|comment| {
        let counts = &counts[&*comment.text];
        let may_come = if counts.movable { counts.may_come } else { 0 };
        counts.old + may_come < counts.new
    });
    match added {
        None => Ok(()),
        Some(comment) => Err(VerifyError {
            difference: Difference::CommentAdded {
                comment: shortened(comment.shown),
                line: line_at(after.text, comment.at),
            },
            offset: None,
        }),
    }
}

/// How often a comment is there.
#[derive(Debug, Default)]
struct Counts {
    old: usize,
    new: usize,
    /// Some of `old` may go with their imports, so they may be copied too.
    movable: bool,
    may_go: usize,
    /// Those of `new` that may be copies.
    may_come: usize,
}

fn comments<'t>(text: &'t str, tokens: &Tokens, marks: &[Range<usize>]) -> Vec<Comment<'t>> {
    let mut comments = Vec::new();
    collect(text, &tokens.code, marks, &tokens.holes, &mut comments);
    collect(text, &tokens.embedded, marks, &[], &mut comments);
    comments
}

fn collect<'t>(
    text: &'t str,
    tokens: &[Token],
    marks: &[Range<usize>],
    holes: &[Range<usize>],
    comments: &mut Vec<Comment<'t>>,
) {
    let (mut mark, mut hole) = (0, 0);
    let mut import_end: Option<usize> = None;
    for token in tokens {
        let range = &token.range;
        if token.kind == Kind::Import {
            import_end = Some(range.end);
        }
        if !matches!(token.kind, Kind::Comment | Kind::Directive) {
            continue;
        }
        while marks.get(mark).is_some_and(|mark| mark.end <= range.start) {
            mark += 1;
        }
        while holes.get(hole).is_some_and(|hole| hole.end <= range.start) {
            hole += 1;
        }
        // A comment between the names of a reference is no part of it.
        let is_inside = marks
            .get(mark)
            .is_some_and(|mark| mark.start < range.start && range.end < mark.end);
        let marks = if is_inside { &[] } else { &marks[mark..] };
        let content = with_marks(text, range, marks, &holes[hole..]);
        let content = lines(content);
        if content.is_empty() {
            continue;
        }
        let is_near = import_end.is_some_and(|end| {
            range.start < end
                || text
                    .get(end..range.start)
                    .is_some_and(|gap| !gap.contains('\n'))
        });
        comments.push(Comment {
            text: content,
            shown: text.get(range.clone()).unwrap_or_default(),
            at: range.start,
            is_movable: token.kind == Kind::Directive && is_near,
        });
    }
}

/// The lines of a comment without the indent that they may get anew.
fn lines(content: Cow<'_, str>) -> String {
    if !content.contains('\n') {
        return content.trim().to_owned();
    }
    let lines: Vec<&str> = content.lines().map(str::trim).collect();
    lines.join("\n").trim().to_owned()
}

/// A comment for a message.
fn shortened(comment: &str) -> String {
    const MOST: usize = 60;
    let first = comment.lines().next().unwrap_or_default().trim_end();
    match first.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}...", &first[..end]),
        None => first.to_owned(),
    }
}

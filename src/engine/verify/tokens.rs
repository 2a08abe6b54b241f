//! The law of tokens: without imports and comments, with a mark for each rewritten reference, both texts
//! are the same, but for changes that are declared. What else may be a mark, `marks` says.
//!
//! The closed list of those:
//! - a filler in a block that would be empty without the import that went;
//! - a statement that says where names are bound gets the name that an import binds now.

use std::cell::OnceCell;

use rustc_hash::FxHashSet;

use super::marks::{MARK, Marks, Unit, units};
use super::{Difference, Side, VerifyError, head, line_at};
use crate::tokens::Kind;

pub(super) fn check(before: Side<'_>, after: Side<'_>, marks: &Marks) -> Result<(), VerifyError> {
    let judge = Judge {
        before,
        after,
        names: OnceCell::new(),
    };
    let (old, new) = (before.tokens, after.tokens);
    judge.compare(
        &units(before.text, &old.code, &marks.before, &old.holes),
        &units(after.text, &new.code, &marks.after, &new.holes),
    )?;
    judge.compare(
        &units(before.text, &old.embedded, &marks.before, &[]),
        &units(after.text, &new.embedded, &marks.after, &[]),
    )
}

struct Judge<'a> {
    before: Side<'a>,
    after: Side<'a>,
    names: OnceCell<FxHashSet<&'a str>>,
}

impl<'a> Judge<'a> {
    fn compare(&self, old: &[Unit<'_>], new: &[Unit<'_>]) -> Result<(), VerifyError> {
        let (mut i, mut j) = (0, 0);
        loop {
            match (old.get(i), new.get(j)) {
                (None, None) => return Ok(()),
                (Some(was), Some(is)) if same(was, is) => {
                    i += 1;
                    j += 1;
                }
                (was, _) if is_filler(was, new, j) => j += 1,
                (Some(_) | None, Some(_)) if self.is_extended(new, j) => j += 2,
                (was, is) => return Err(self.difference(was, is)),
            }
        }
    }

    /// Names that imports bind in the edited text.
    fn names(&self) -> &FxHashSet<&'a str> {
        self.names.get_or_init(|| {
            let bindings = self.after.analysis.outline.bindings.iter();
            bindings.map(|it| head(&it.name)).collect()
        })
    }

    /// `, name` behind the names of a statement that says where they are bound.
    fn is_extended(&self, new: &[Unit<'_>], j: usize) -> bool {
        let behind = j.checked_sub(1).and_then(|index| new.get(index));
        match (behind, new.get(j), new.get(j + 1)) {
            (Some(behind), Some(comma), Some(name)) => {
                behind.kind == Kind::Outer
                    && comma.text == ","
                    && name.kind == Kind::Outer
                    && self.names().contains(&*name.text)
            }
            _ => false,
        }
    }

    fn difference(&self, was: Option<&Unit<'_>>, is: Option<&Unit<'_>>) -> VerifyError {
        let offset = was.map_or(self.before.text.len(), |unit| unit.at);
        VerifyError {
            difference: Difference::Token {
                before: shown(was),
                after: shown(is),
                line: line_at(self.before.text, offset),
            },
            offset: Some(offset),
        }
    }
}

fn same(was: &Unit<'_>, is: &Unit<'_>) -> bool {
    let places = |unit: &Unit<'_>| match unit.kind {
        Kind::Indent => 1,
        Kind::Dedent => 2,
        _ => 0,
    };
    was.text == is.text && places(was) == places(is)
}

/// A statement that fills a block from which an import went.
fn is_filler(was: Option<&Unit<'_>>, new: &[Unit<'_>], j: usize) -> bool {
    let starts = match j.checked_sub(1).and_then(|index| new.get(index)) {
        Some(before) => before.kind == Kind::Indent || before.text == ":",
        None => false,
    };
    new.get(j).is_some_and(|unit| unit.kind == Kind::Filler)
        && starts
        && was.is_none_or(|was| was.behind_import)
}

/// A token for a message.
fn shown(unit: Option<&Unit<'_>>) -> String {
    const MOST: usize = 40;
    let Some(unit) = unit else {
        return "the end".to_owned();
    };
    match unit.kind {
        Kind::Indent => "an indent".to_owned(),
        Kind::Dedent => "the end of a block".to_owned(),
        _ if unit.text == MARK => "a reference".to_owned(),
        _ => {
            let text = unit.text.replace(MARK, "...").replace('\n', " ");
            let end = text
                .char_indices()
                .nth(MOST)
                .map_or(text.len(), |(end, _)| end);
            format!("`{}`", &text[..end])
        }
    }
}

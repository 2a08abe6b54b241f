//! The law of tokens: without imports and comments, with a mark for each rewritten reference, both texts
//! are the same, but for changes that are declared.
//!
//! The closed list of those:
//! - a filler in a block that would be empty without the import that went;
//! - a name that is renamed because its import binds another one now (`rename = "uses"`);
//! - a statement that says where names are bound gets the name that an import binds now.

use rustc_hash::{FxHashMap, FxHashSet};

use super::marks::{MARK, Marks, Unit, units};
use super::{Difference, Side, VerifyError, line_at};
use crate::outline::Outline;
use crate::tokens::Kind;

pub(super) fn check(before: Side<'_>, after: Side<'_>, marks: &Marks) -> Result<(), VerifyError> {
    let judge = Judge {
        before,
        after,
        names: std::cell::OnceCell::new(),
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
    names: std::cell::OnceCell<Names<'a>>,
}

/// What imports bind, as far as it matters for declared changes.
struct Names<'a> {
    /// Names that imports bind in the edited text.
    new: FxHashSet<&'a str>,
    /// Names that imports bound and bind no more, somewhere.
    gone: FxHashSet<&'a str>,
    /// Where uses start in the text of before.
    uses: FxHashSet<usize>,
}

impl<'a> Names<'a> {
    fn of(before: &'a Outline, after: &'a Outline) -> Self {
        let mut counts: FxHashMap<(&str, &str), usize> = FxHashMap::default();
        for binding in &after.bindings {
            *counts
                .entry((binding.scope.as_str(), head(&binding.name)))
                .or_default() += 1;
        }
        let mut gone = FxHashSet::default();
        for binding in &before.bindings {
            let name = head(&binding.name);
            match counts.get_mut(&(binding.scope.as_str(), name)) {
                Some(count) if *count > 0 => *count -= 1,
                _ => {
                    gone.insert(name);
                }
            }
        }
        Self {
            new: after.bindings.iter().map(|it| head(&it.name)).collect(),
            gone,
            uses: before
                .uses
                .iter()
                .filter_map(|it| it.range.as_ref().map(|range| range.start))
                .collect(),
        }
    }
}

/// The name that a dotted import binds.
fn head(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
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
                (Some(was), Some(is)) if self.is_renamed(was, is) => {
                    i += 1;
                    j += 1;
                }
                (Some(_) | None, Some(_)) if self.is_extended(new, j) => j += 2,
                (was, is) => return Err(self.difference(was, is)),
            }
        }
    }

    fn names(&self) -> &Names<'a> {
        self.names
            .get_or_init(|| Names::of(&self.before.analysis.outline, &self.after.analysis.outline))
    }

    /// A use of a name whose import binds another name now.
    fn is_renamed(&self, was: &Unit<'_>, is: &Unit<'_>) -> bool {
        was.kind == Kind::Name
            && is.kind == Kind::Name
            && was.text != MARK
            && is.text != MARK
            && self.names().gone.contains(&*was.text)
            && self.names().new.contains(&*is.text)
            && self.names().uses.contains(&was.at)
    }

    /// `, name` behind the names of a statement that says where they are bound.
    fn is_extended(&self, new: &[Unit<'_>], j: usize) -> bool {
        let behind = j.checked_sub(1).and_then(|index| new.get(index));
        match (behind, new.get(j), new.get(j + 1)) {
            (Some(behind), Some(comma), Some(name)) => {
                behind.kind == Kind::Outer
                    && comma.text == ","
                    && name.kind == Kind::Outer
                    && self.names().new.contains(&*name.text)
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

//! Strings in no known place that are mapped paths (row P60): notes, or references if all strings are
//! asked for.

use rustc_hash::FxHashMap;

use super::decide::{Judged, Verdict, at, refused_outcome};
use super::plan::Pen;
use super::written::Written;
use super::{Form, Found, Plain, code};
use crate::finding::Code;
use crate::lang::Strings;
use crate::mapping::{Outcome, Table};
use crate::path::{Namespaces, Segment};

/// Decides on each.
pub(super) fn plan(found: &Found, pen: &mut Pen<'_, '_>) {
    let table = pen.unit.setting.table;
    let beside = Beside::of(found);
    for (index, plain) in found.plain.iter().enumerate() {
        let flat = plain.text.flat();
        if code::is_code(&flat) {
            continue;
        }
        let Some(judged) = judged(plain, &flat, table) else {
            continue;
        };
        if pen.mode() == Strings::All {
            all(&judged, plain, beside.has(found, index, &judged), pen);
        } else {
            pen.noted(&judged, Code::String, "a deprecated path in a string");
        }
    }
}

/// A plain string as a reference.
fn all(judged: &Judged, plain: &Plain, is_paired: bool, pen: &mut Pen<'_, '_>) {
    match &judged.verdict {
        // Whatever a rewrite makes is met again when its result is read.
        Verdict::Stays(path) => {
            if !pen.unit.setting.table.sources(path).is_empty() {
                pen.add_uses(judged, false);
            }
        }
        Verdict::MayMove(path, _) => pen.may_move(judged, path),
        Verdict::Moves(_) if is_paired => {
            pen.note(judged, "a deprecated path in a string beside its successor");
        }
        Verdict::Moves(moved) if moved.to.len() < 2 => {
            pen.note(
                judged,
                "a deprecated path in a string, and its successor is one name",
            );
        }
        Verdict::Moves(moved) => {
            if pen.rewrite(judged, moved) && plain.is_label {
                let message = "the string names a logger or a task, which others may refer to";
                pen.review(judged, moved, Code::String, message);
            }
        }
        Verdict::Refused(refused) => pen.refuse(judged, refused),
    }
}

/// The path of two and more names that a string is, or starts with and goes on at `.` or `:`.
fn judged(plain: &Plain, flat: &str, table: &Table) -> Option<Judged> {
    let written = Written::at(flat, 0).filter(|written| written.names.len() > 1)?;
    let rest = &flat[written.end..];
    let has_object = written.module < written.names.len();
    let goes_on = rest.starts_with(['.', ':']) && !rest.contains(char::is_whitespace);
    if !rest.is_empty() && !goes_on && !has_object {
        return None;
    }
    if let Some(judged) = at(&plain.text, flat, 0, &Form::Path, &[], table) {
        return Some(judged);
    }
    // It goes on with what is no name.
    let cut = plain.text.until(written.end);
    at(&cut, &flat[..written.end], 0, &Form::Path, &[], table)
}

/// Which strings stand in one comparison, entry or list.
struct Beside(FxHashMap<u32, Vec<usize>>);

impl Beside {
    fn of(found: &Found) -> Self {
        let mut groups: FxHashMap<u32, Vec<usize>> = FxHashMap::default();
        for (index, plain) in found.plain.iter().enumerate() {
            for group in &plain.groups {
                groups.entry(*group).or_default().push(index);
            }
        }
        Self(groups)
    }

    /// Whether a string's successor stands beside it.
    fn has(&self, found: &Found, index: usize, judged: &Judged) -> bool {
        let Verdict::Moves(moved) = &judged.verdict else {
            return false;
        };
        let is_new = |other: &usize| {
            let flat = found.plain[*other].text.flat();
            *other != index
                && Written::at(&flat, 0).is_some_and(|written| written.names == moved.to)
        };
        let groups = found.plain[index].groups.iter();
        groups
            .filter_map(|group| self.0.get(group))
            .any(|group| group.iter().any(is_new))
    }
}

/// What the table says of a path that is not edited.
pub(super) fn asked(path: &[Segment], table: &Table) -> Option<Verdict> {
    match table.resolve(path, Namespaces::ALL) {
        Outcome::Stays => None,
        other => Some(refused_outcome(path, &other, table)),
    }
}

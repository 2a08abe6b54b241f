//! Strings in no known place that are mapped paths: notes, or references if all strings are
//! asked for.

use rustc_hash::FxHashMap;

use super::decide::{Judged, Moved, Refused, Verdict, at, refused_outcome};
use super::plan::{Pen, one};
use super::written::Written;
use super::{Fate, Form, Found, Plain, code};
use crate::finding::Code;
use crate::lang::Strings;
use crate::lang::plan_builder::Refusal;
use crate::lang::python::mentions;
use crate::lang::python::scopes::BindingKind;
use crate::lang::python::unit::Unit;
use crate::mapping::{Outcome, Table};
use crate::path::{Namespaces, Segment};

/// Decides on each.
pub(super) fn plan(found: &Found, pen: &mut Pen<'_, '_>) {
    let table = pen.unit.setting.table;
    let beside = Beside::of(found);
    for (index, plain) in found.plain.iter().enumerate() {
        let flat = plain.text.flat();
        if code::is_code(&flat) {
            mentioned(plain, &flat, &code::statements(&flat), pen);
            continue;
        }
        let Some(judged) = judged(plain, &flat, table) else {
            mentioned(plain, &flat, &[], pen);
            continue;
        };
        if pen.mode() == Strings::All {
            all(&judged, plain, beside.has(found, index, &judged), pen);
        } else {
            pen.noted(&judged, Code::String, "a deprecated path in a string");
        }
    }
}

/// Notes what a longer string mentions, if that is asked for, besides what its import statements name.
fn mentioned(plain: &Plain, flat: &str, statements: &[code::Statement], pen: &mut Pen<'_, '_>) {
    if !pen.unit.setting.options.mentions || plain.fate == Some(Fate::Read) {
        return;
    }
    let table = pen.unit.setting.table;
    let known: Vec<_> = statements.iter().map(code::Statement::place).collect();
    let is_known = |at: usize| known.iter().any(|place| place.contains(&at));
    let imported = mentions::imports(flat).into_iter();
    let imported = imported.filter(|name| is_known(name.module.start));
    let imported: Vec<_> = imported.map(|name| name.range.start).collect();
    for (range, path) in mentions::paths_and_imports(flat, table) {
        if is_known(range.start) || imported.contains(&range.start) {
            continue;
        }
        if let Some(verdict) = asked(&path, table) {
            let judged = one(&path, plain.text.near(range), verdict);
            pen.noted(&judged, Code::Mention, "mentions a deprecated path");
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
        Verdict::Moves(moved) if is_taken(plain, moved, pen.unit) => {
            let message = format!("`{}` means something else where the type is", moved.to[0]);
            let refusal = Refusal::new(Code::Shadow, message);
            let refused = Refused {
                path: moved.path.clone(),
                to: Some(moved.to.clone()),
                rule: moved.rule,
                refusal: refusal.help("rename the other one, or write this one by hand"),
            };
            pen.refuse(judged, &refused);
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

/// Whether a type would start with a name that is bound to something else than the package of this name.
fn is_taken(plain: &Plain, moved: &Moved, unit: &Unit<'_>) -> bool {
    let Some(scope) = plain.type_in else {
        return false;
    };
    let head = &moved.to[0];
    let bindings = unit.scopes.lookup(scope, head).bindings;
    !bindings
        .iter()
        .all(|id| match unit.scopes.binding(*id).kind {
            BindingKind::Import(import, clause) => {
                let value = unit.value_path(import, clause as usize);
                value.is_some_and(|value| value == std::slice::from_ref(head))
            }
            _ => false,
        })
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

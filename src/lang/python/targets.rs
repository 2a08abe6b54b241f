//! Targets of rules that are not in the tree, although their package is: mostly typing errors.
//!
//! Only what is certain is said. A module that is there without the name may bind it in a way that is not
//! read here, so the word alone counts, and a star import or `__getattr__` may bring any name.

use super::roots::{Kind, Roots};
use crate::file;
use crate::lang::Doubt;
use crate::mapping::{Action, Table};
use crate::path::Segment;
use crate::project::Prefilter;

/// Doubts about the targets of these rules.
pub(super) fn doubts(roots: &Roots, table: &Table, rules: &[usize]) -> Vec<Doubt> {
    let doubt = |index: &usize| {
        let Action::Move(to) = &table.rules().get(*index)?.action else {
            return None;
        };
        let missing = missing(roots, to.segments())?;
        Some(Doubt {
            rule: Some(*index),
            message: format!(
                "`{}` is not in the tree, although its package is: {missing}",
                to.display(table.syntax())
            ),
        })
    };
    rules.iter().filter_map(doubt).collect()
}

/// Why nothing of the tree can be meant by this path, if the tree has its package.
fn missing(roots: &Roots, path: &[Segment]) -> Option<String> {
    roots.find(path.get(..1)?)?;
    let (length, found) = (1..=path.len())
        .rev()
        .find_map(|length| Some((length, roots.find(&path[..length])?)))?;
    let name = path.get(length)?;
    let module = path[..length].join(".");
    let file = match &found.kind {
        Kind::Module(file) | Kind::Package(file) => file,
        _ => return Some(format!("there is no module `{name}` in `{module}`")),
    };
    let text = file::read(file).ok()?;
    let text = String::from_utf8(text).ok()?;
    let binds_any =
        text.contains("__getattr__") || text.contains("import *") || text.contains("globals()");
    if binds_any || Prefilter::of_word(name).contains_any(&text) {
        return None;
    }
    Some(format!("nothing in `{module}` is called `{name}`"))
}

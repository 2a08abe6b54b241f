//! Targets of rules that are not in the tree, although their package is: mostly typing errors.
//!
//! Only what is certain is said. A module that is there without the name may bind it in a way that is not
//! read here, so the word alone counts, and a star import or `__getattr__` may bring any name.

use super::roots::{Found, Kind, Roots};
use crate::document::nearest;
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
    // A package may lie at several places of one tree: one that has the target will do.
    let (length, found) = (1..=path.len())
        .rev()
        .map(|length| (length, roots.find_each(&path[..length])))
        .find(|(_, found)| !found.is_empty())?;
    let name = path.get(length)?;
    let reasons = found
        .iter()
        .map(|found| lacks(roots, found, &path[..length], name));
    reasons.collect::<Option<Vec<String>>>()?.into_iter().next()
}

/// Why the module that was found cannot mean anything by `name`.
fn lacks(roots: &Roots, found: &Found, module: &[Segment], name: &str) -> Option<String> {
    let module = module.join(".");
    let (file, folder) = match &found.kind {
        Kind::Module(file) => (Some(file), None),
        Kind::Package(init) => (Some(init), init.parent()),
        Kind::Namespace(folder) => (None, Some(folder.as_path())),
    };
    let modules = folder.map_or_else(Vec::new, |folder| roots.modules_in(folder));
    let hint = match nearest(name, modules.iter().map(Segment::as_str)) {
        Some(near) => format!("; did you mean `{module}.{near}`?"),
        None => String::new(),
    };
    let Some(file) = file else {
        return Some(format!("there is no module `{name}` in `{module}`{hint}"));
    };
    let text = file::read(file).ok()?;
    let text = String::from_utf8(text).ok()?;
    let binds_any =
        text.contains("__getattr__") || text.contains("import *") || text.contains("globals()");
    if binds_any || Prefilter::of_word(name).contains_any(&text) {
        return None;
    }
    Some(format!("nothing in `{module}` is called `{name}`{hint}"))
}

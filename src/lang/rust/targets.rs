//! Targets of rules that are not in the tree, although their crate is: mostly typing errors.
//!
//! Only what is certain is said: a name may come from a glob, a macro or an included file, so where a file
//! has one of these nothing is said of it.

use super::placement::Crates;
use crate::file;
use crate::lang::Doubt;
use crate::mapping::{Action, Table};
use crate::path::Segment;
use crate::project::Prefilter;

/// Doubts about the targets of these rules.
pub(super) fn doubts(crates: &Crates, table: &Table, rules: &[usize]) -> Vec<Doubt> {
    let doubt = |index: &usize| {
        let Action::Move(to) = &table.rules().get(*index)?.action else {
            return None;
        };
        let missing = missing(crates, to.segments())?;
        Some(Doubt {
            rule: Some(*index),
            message: format!(
                "`{}` is not in the tree, although its crate is: {missing}",
                to.display(table.syntax())
            ),
        })
    };
    rules.iter().filter_map(doubt).collect()
}

/// Why nothing of the tree can be meant by this path, if the tree has its crate.
fn missing(crates: &Crates, path: &[Segment]) -> Option<String> {
    let (name, below) = path.split_first()?;
    let library = crates.library_named(name)?;
    let mut searched = None;
    for (file, used) in crates.module_files(&library, below) {
        let name = below.get(used)?;
        let text = String::from_utf8(file::read(&file).ok()?).ok()?;
        let brings_any = ["::*", "include!", "macro_rules!", "! {"]
            .iter()
            .any(|sign| text.contains(sign));
        if brings_any || Prefilter::of_word(name).contains_any(&text) {
            return None;
        }
        searched = Some((used, name));
    }
    let (used, name) = searched?;
    Some(format!(
        "nothing in `{}` is called `{name}`",
        path[..=used].join("::")
    ))
}

//! Cycles that imports of canonical paths would close.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::View;
use super::symbols::Symbol;
use crate::facts::When;
use crate::index::FileId;

/// A cycle of imports that are run when modules are loaded.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cycle {
    /// The path whose import would close it.
    pub path: String,
    /// The files along it, from the one that would import the path, and back to it; relative to the project.
    pub files: Vec<PathBuf>,
}

/// The cycles that are not there yet. Languages whose modules are not run have none: nothing of them is said to
/// happen when they are loaded.
pub(super) fn of(view: &View<'_>, fragmented: &[Symbol]) -> Vec<Cycle> {
    let index = view.index;
    let graph = loads(view);
    let mut cycles = BTreeSet::new();
    for symbol in fragmented {
        let Some((_, module)) = symbol.canonical_names.split_last() else {
            continue;
        };
        let module = index.paths.find(module);
        let Some(target) = module.and_then(|it| index.modules_at(it).next()) else {
            continue;
        };
        let users: BTreeSet<FileId> = symbol
            .paths
            .iter()
            .filter(|path| path.names != symbol.canonical_names)
            .flat_map(|path| path.users.iter().copied())
            .filter(|file| *file != target.file && graph.contains_key(file))
            .collect();
        let known = |file: &FileId| {
            let next = graph.get(file);
            next.is_some_and(|next| next.contains(&target.file))
        };
        let ways = ways_from(target.file, &graph);
        for user in users.iter().filter(|user| !known(user)) {
            if let Some(way) = way_to(*user, target.file, &ways) {
                let files = std::iter::once(*user).chain(way);
                cycles.insert(Cycle {
                    path: symbol.canonical.clone(),
                    files: files.map(|file| view.file(index.file(file))).collect(),
                });
            }
        }
    }
    cycles.into_iter().collect()
}

/// Which files each file imports while it is loaded.
fn loads(view: &View<'_>) -> BTreeMap<FileId, FxHashSet<FileId>> {
    let index = view.index;
    let mut graph: BTreeMap<FileId, FxHashSet<FileId>> = BTreeMap::new();
    for file in index.file_ids() {
        let said = index.said_in(file).iter();
        for said in said.filter(|said| said.is_import && said.when == When::Load) {
            let modules = index.paths.upwards(said.path);
            let module = modules.into_iter().find(|path| index.is_module(*path));
            let Some(module) = module.and_then(|path| index.modules_at(path).next()) else {
                continue;
            };
            if module.file != file {
                graph.entry(file).or_default().insert(module.file);
            }
        }
    }
    graph
}

/// From where each file that is loaded with `start` is reached first.
fn ways_from(
    start: FileId,
    graph: &BTreeMap<FileId, FxHashSet<FileId>>,
) -> FxHashMap<FileId, FileId> {
    let mut from = FxHashMap::default();
    let mut open = std::collections::VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        let mut next: Vec<FileId> = graph.get(&at).into_iter().flatten().copied().collect();
        next.sort_unstable();
        for next in next {
            if next != start && !from.contains_key(&next) {
                from.insert(next, at);
                open.push_back(next);
            }
        }
    }
    from
}

fn way_to(end: FileId, start: FileId, from: &FxHashMap<FileId, FileId>) -> Option<Vec<FileId>> {
    let mut way = vec![end];
    let mut at = end;
    while at != start {
        at = *from.get(&at)?;
        way.push(at);
    }
    way.reverse();
    Some(way)
}

//! Modules that do nothing but hand on, and who still uses them.

use std::path::PathBuf;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use super::View;
use crate::index::{FileId, Module, PathId};

/// A module that only hands on.
#[derive(Debug, Serialize)]
pub struct Shim {
    /// Its path.
    pub path: String,
    /// Its file, relative to the project.
    pub file: PathBuf,
    /// Whether the file holds nothing else, and nothing uses it: it can be deleted.
    pub is_unused: bool,
    /// What it hands on: the modules that have it, sorted.
    pub of: Vec<String>,
    /// Who uses it, the most places first.
    pub users: Vec<User>,
}

/// A file that uses a shim.
#[derive(Debug, Serialize)]
pub struct User {
    /// Relative to the project.
    pub file: PathBuf,
    /// Places.
    pub references: usize,
}

/// All of them, by their files.
pub(super) fn of(view: &View<'_>) -> Vec<Shim> {
    let index = view.index;
    let shims: Vec<&Module> = index
        .modules
        .iter()
        .filter(|it| is_shim(view, it))
        .collect();
    let wanted: FxHashSet<PathId> = shims.iter().flat_map(|shim| shim.paths.clone()).collect();
    let mut users: FxHashMap<PathId, FxHashMap<FileId, usize>> = FxHashMap::default();
    for file in index.file_ids() {
        for said in index.said_in(file) {
            if let Some(module) = module_of(view, said.path, &wanted) {
                *users.entry(module).or_default().entry(file).or_default() += 1;
            }
        }
    }
    let mut found: Vec<Shim> = shims
        .into_iter()
        .map(|shim| {
            let mut of: Vec<String> = index.imports
                [shim.imports.start as usize..shim.imports.end as usize]
                .iter()
                .map(|import| import.target)
                .filter_map(|target| index.paths.parent(target))
                .chain(shim.globs.iter().map(|glob| glob.module))
                .map(|module| view.text(&index.paths.names(module)))
                .filter(|module| !module.is_empty())
                .collect();
            of.sort();
            of.dedup();
            let by = shim
                .paths
                .iter()
                .filter_map(|path| users.get(path))
                .flatten();
            let mut all: Vec<User> = by
                .filter(|(file, _)| **file != shim.file)
                .map(|(file, references)| User {
                    file: view.file(index.file(*file)),
                    references: *references,
                })
                .collect();
            all.sort_by(|a, b| (b.references, &a.file).cmp(&(a.references, &b.file)));
            Shim {
                path: view.text(&index.paths.names(shim.paths[0])),
                file: view.file(index.file(shim.file)),
                is_unused: all.is_empty(),
                of,
                users: all,
            }
        })
        .collect();
    found.sort_by(|a, b| a.file.cmp(&b.file));
    found
}

/// Whether a module is there for others alone. A package that hands on what lies below it, and a crate's root, are
/// the public face of that, and no shims.
fn is_shim(view: &View<'_>, module: &Module) -> bool {
    let index = view.index;
    let Some(own) = module.paths.first() else {
        return false;
    };
    let name_of = |path: PathId| index.paths.names(path);
    let own = name_of(*own);
    let imports = &index.imports[module.imports.start as usize..module.imports.end as usize];
    let targets = imports.iter().map(|import| import.target);
    let mut targets = targets.chain(module.globs.iter().map(|glob| glob.module));
    module.only_hands_on && own.len() > 1 && !targets.any(|to| name_of(to).starts_with(&own))
}

/// The module of `wanted` through which a path goes, or that it names.
fn module_of(view: &View<'_>, path: PathId, wanted: &FxHashSet<PathId>) -> Option<PathId> {
    let above = view.index.paths.upwards(path);
    // The innermost module counts: a module below a shim is none of its names.
    above
        .into_iter()
        .find(|path| view.index.is_module(*path))
        .filter(|path| wanted.contains(path))
}

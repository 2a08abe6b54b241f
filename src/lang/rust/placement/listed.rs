//! The declarations of one file, found by the names that they hold: a crate's root may declare
//! thousands of modules, and each of their files asks which declaration is its own.

use std::ffi::OsStr;
use std::ops::Deref;
use std::path::Path;

use rustc_hash::FxHashMap;

use super::declared::Declaration;
use crate::path::Segment;

/// Declarations in the order of the file.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    all: Vec<Declaration>,
    /// By the module's own name.
    by_last: FxHashMap<Segment, Vec<usize>>,
    /// By the name of the outermost module around it in the file, or its own.
    by_first: FxHashMap<Segment, Vec<usize>>,
    /// Those with a `#[path]`, which may mean any file.
    with_path: Vec<usize>,
}

impl Declarations {
    pub(super) fn new(all: Vec<Declaration>) -> Self {
        let mut listed = Self::default();
        for (at, declaration) in all.iter().enumerate() {
            let last = declaration.last.name.clone();
            listed.by_last.entry(last).or_default().push(at);
            if let Some(first) = declaration.names().next() {
                listed.by_first.entry(first.clone()).or_default().push(at);
            }
            if declaration.has_path() {
                listed.with_path.push(at);
            }
        }
        Self { all, ..listed }
    }

    /// Those that may mean a file by its name, in order.
    pub(super) fn that_may_mean(&self, file: &Path) -> impl Iterator<Item = &Declaration> {
        let folder = file.ends_with("mod.rs").then(|| file.parent()?.file_name());
        let names = [file.file_stem(), folder.flatten()];
        let named = names.into_iter().flatten().filter_map(OsStr::to_str);
        let named = named.filter_map(|name| self.by_last.get(name));
        let mut found: Vec<usize> = named.flatten().chain(&self.with_path).copied().collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|at| &self.all[at])
    }

    /// Those that begin a path of names, in order.
    pub(super) fn that_begin(&self, path: &[Segment]) -> impl Iterator<Item = &Declaration> {
        let found = path.first().and_then(|first| self.by_first.get(first));
        found.into_iter().flatten().map(|at| &self.all[*at])
    }
}

impl Deref for Declarations {
    type Target = [Declaration];

    fn deref(&self) -> &[Declaration] {
        &self.all
    }
}

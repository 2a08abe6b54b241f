//! Where a text stands: its crate, its module, and the crates that it can name.

use std::path::Path;

use crate::lang::rust::manifest::{Edition, Externs, Krate};
use crate::path::Segment;

/// Where a text stands: its crate and what it can name.
#[derive(Debug)]
pub struct Home<'a> {
    /// Its crate; `None` for a file in no module tree.
    pub krate: Option<&'a Krate>,
    /// The first name of paths in this crate: the name that rules have for it, or `crate`, which no
    /// rule can have.
    pub root: Segment,
    /// The module of the file below the crate's root.
    pub module: Vec<Segment>,
    /// The edition it is compiled with.
    pub edition: Edition,
    /// Crates it can name: local name to library name. `None`: nothing is known.
    pub externs: Option<&'a Externs>,
    /// Further ones that only code under `cfg(test)` can name.
    pub dev_externs: Option<&'a Externs>,
    /// The library of the package, where the text is in another of its targets.
    pub library: Option<&'a Krate>,
    /// All of it is only there for tests.
    pub test: bool,
    /// The file, if the text is one.
    pub file: Option<&'a Path>,
}

impl Home<'_> {
    /// The library that `local` names as an external crate, if a manifest says so.
    pub fn external(&self, local: &str) -> Option<&Segment> {
        self.externs
            .and_then(|map| map.get(local))
            .or_else(|| self.dev_externs.and_then(|map| map.get(local)))
            // How the standard library's own dependencies name it: it is `core` all the same.
            .filter(|library| !library.starts_with("rustc_std_workspace_"))
    }

    /// Under which local name the library `name` can be written here, if a manifest says so.
    /// `test`: for code that is only there for tests.
    pub fn local_name(&self, name: &str, test: bool) -> Option<&Segment> {
        [self.externs, self.dev_externs.filter(|_| test)]
            .into_iter()
            .flatten()
            .find_map(|map| {
                let locals = map.iter().filter(|(_, library)| *library == name);
                // Several local names are possible; its own one is the first choice.
                locals
                    .map(|(local, _)| local)
                    .min_by_key(|local| (*local != name, *local))
            })
    }
}

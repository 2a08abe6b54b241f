//! Where a text stands: its crate, its module, and the crates that it can name.

use std::path::Path;

use crate::lang::rust::gate::{Cfg, Gate};
use crate::lang::rust::manifest::{Edition, External, Externs, Krate};
use crate::path::Segment;

/// Where a text stands: its crate and what it can name.
#[derive(Debug)]
pub struct CrateContext<'a> {
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
    /// The conditions under which all of it is there.
    pub gate: Gate,
    /// A module around it says `#![no_implicit_prelude]`: crates have no names here.
    pub no_prelude: bool,
    /// The file, if the text is one.
    pub file: Option<&'a Path>,
}

impl CrateContext<'_> {
    /// The library that `local` names as an external crate, if a manifest says so.
    pub fn external(&self, local: &str) -> Option<&Segment> {
        self.externs
            .and_then(|map| map.get(local))
            .or_else(|| self.dev_externs.and_then(|map| map.get(local)))
            .map(|external| &external.library)
            // How the standard library's own dependencies name it: it is `core` all the same.
            .filter(|library| !library.starts_with("rustc_std_workspace_"))
    }

    /// Under which local name the library `name` can be written where `gate` says, if a manifest says
    /// so. `beside` is a crate that is named there already: where it is missing the code is not there.
    pub fn local_name(
        &self,
        name: &str,
        gate: &Gate,
        beside: Option<&Segment>,
    ) -> Option<&Segment> {
        let gate = match beside.map(|beside| self.where_named(beside)) {
            Some(Some(cfg)) => &gate.with(cfg),
            _ => gate,
        };
        let in_tests = gate.implies(&Cfg::test());
        [self.externs, self.dev_externs.filter(|_| in_tests)]
            .into_iter()
            .flatten()
            .find_map(|map| {
                let locals = map.iter().filter(|(_, external)| {
                    external.library == name && gate.implies(&external.when)
                });
                // Several local names are possible; its own one is the first choice.
                locals
                    .map(|(local, _)| local)
                    .min_by_key(|local| (*local != name, *local))
            })
    }

    /// Where the library `name` is there, by all that names it; `None`: the manifest tells of none.
    pub fn where_named(&self, name: &str) -> Option<Cfg> {
        let of = |map: Option<&Externs>| {
            let found = map.into_iter().flat_map(Externs::values);
            found
                .filter(|external| external.library == name)
                .map(|external: &External| external.when.clone())
                .collect::<Vec<Cfg>>()
        };
        let in_tests = of(self.dev_externs).into_iter();
        let in_tests = in_tests.map(|when| Cfg::test().and(when));
        of(self.externs).into_iter().chain(in_tests).reduce(Cfg::or)
    }
}

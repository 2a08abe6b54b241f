//! What `Cargo.toml` says: packages, their targets, the crates that each can name.
//!
//! Only manifests are read, and of them only what tells what a path means: no lock file, no
//! registry, no `cargo metadata`. So the library name of a registry package is taken to be its
//! package name with `_` for `-`.

mod externs;
mod package;
mod read;
mod targets;

use std::path::PathBuf;

use rustc_hash::FxHashMap;

use crate::path::Segment;

pub use package::Package;
pub use read::ManifestError;
pub(super) use read::Manifests;

/// Local name (as code writes it) to the library's own name (as rules write it).
pub type Externs = FxHashMap<Segment, Segment>;

/// An edition of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Edition {
    /// What a manifest without `edition` means.
    E2015,
    /// Paths in `use` became relative, `crate::` appeared.
    E2018,
    /// What a file without a manifest counts as.
    E2021,
    /// The newest.
    E2024,
}

impl Edition {
    /// The edition as a manifest writes it.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "2015" => Self::E2015,
            "2018" => Self::E2018,
            "2021" => Self::E2021,
            "2024" => Self::E2024,
            _ => return None,
        })
    }
}

/// What a target is (The Cargo Book, "Cargo Targets").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TargetKind {
    /// A library.
    Lib,
    /// A library of procedural macros.
    ProcMacro,
    /// A program.
    Bin,
    /// An example.
    Example,
    /// An integration test, or a documentation test.
    Test,
    /// A benchmark.
    Bench,
    /// What runs before the build.
    BuildScript,
}

/// One crate: a Cargo target, or the files of a folder without a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Krate {
    /// The name that rules use for `crate` in it: the library's name; in a package that has no
    /// library the program's name. `None`: no rule can name it (a program beside a library, tests,
    /// examples, benchmarks, build scripts).
    pub name: Option<Segment>,
    /// The Cargo package; `None` without a manifest.
    pub package: Option<String>,
    /// What it is.
    pub kind: TargetKind,
    /// Its edition.
    pub edition: Edition,
    /// The root file, absolute. It need not exist (a manifest may name what is not there; a folder
    /// of loose files has none).
    pub root: PathBuf,
    /// What the manifest puts into the extern prelude: dependencies (build dependencies in a build
    /// script), for other targets than the library also the library of the package, for tests,
    /// examples and benchmarks also the dev-dependencies. `None`: no manifest, nothing is known.
    pub externs: Option<Externs>,
    /// Dev-dependencies: what `#[cfg(test)]` code and documentation tests can name as well. Empty
    /// for a build script; `None` without a manifest.
    pub dev_externs: Option<Externs>,
}

impl Krate {
    /// The implicit crate around a documentation test of this crate: it sees the dependencies, the
    /// dev-dependencies and the library itself, and its `crate` is nameless.
    #[must_use]
    pub fn doctest(&self) -> Self {
        let externs = self.externs.clone().map(|mut externs| {
            externs.extend(self.dev_externs.clone().unwrap_or_default());
            if let (Some(name), TargetKind::Lib | TargetKind::ProcMacro) = (&self.name, self.kind) {
                externs.insert(name.clone(), name.clone());
            }
            externs
        });
        Self {
            name: None,
            package: self.package.clone(),
            kind: TargetKind::Test,
            edition: self.edition,
            root: self.root.clone(),
            externs,
            dev_externs: self.dev_externs.clone(),
        }
    }
}

/// A package's or target's name as a crate name.
fn crate_name(name: &str) -> Segment {
    Segment::new(name.replace('-', "_"))
}

#[cfg(test)]
mod tests;

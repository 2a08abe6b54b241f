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

use super::gate::Cfg;
use crate::mapping::Version;
use crate::path::Segment;

pub use package::Package;
pub use read::ManifestError;
pub(super) use read::Manifests;

/// By its local name (as code writes it), each crate that code can name.
pub type Externs = FxHashMap<Segment, External>;

/// A crate that code can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct External {
    /// The library's own name (as rules write it).
    pub library: Segment,
    /// Where it is there: an optional dependency with its features, one of a platform on that.
    pub when: Cfg,
}

impl External {
    /// A crate that is always there, under its own name.
    fn always(library: Segment) -> Self {
        Self {
            library,
            when: Cfg::ALWAYS,
        }
    }
}

/// Adds what another table says. A crate that both name is there where one of them says so.
fn add_externs(externs: &mut Externs, more: &Externs) {
    for (local, external) in more {
        add_extern(externs, local.clone(), external.clone());
    }
}

fn add_extern(externs: &mut Externs, local: Segment, external: External) {
    let when = match externs.get(&local) {
        Some(known) if known.library == external.library => {
            known.when.clone().or(external.when.clone())
        }
        _ => external.when,
    };
    let library = external.library;
    externs.insert(local, External { library, when });
}

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
    /// The features without which Cargo does not build it.
    pub required_features: Vec<String>,
    /// The oldest compiler that the package is for; `None`: it says nothing.
    pub rust_version: Option<Version>,
}

impl Krate {
    /// The implicit crate around a documentation test of this crate: it sees the dependencies, the
    /// dev-dependencies and the library itself, and its `crate` is nameless.
    #[must_use]
    pub fn doctest(&self) -> Self {
        let externs = self.externs.clone().map(|mut externs| {
            if let Some(dev) = &self.dev_externs {
                add_externs(&mut externs, dev);
            }
            if let (Some(name), TargetKind::Lib | TargetKind::ProcMacro) = (&self.name, self.kind) {
                externs.insert(name.clone(), External::always(name.clone()));
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
            required_features: self.required_features.clone(),
            rust_version: self.rust_version,
        }
    }
}

/// A package's or target's name as a crate name.
fn crate_name(name: &str) -> Segment {
    Segment::new(name.replace('-', "_"))
}

#[cfg(test)]
mod tests;

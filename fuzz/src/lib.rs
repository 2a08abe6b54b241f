//! Laws that hold for any input whatever, one function a target: each panics where its law is broken.
//!
//! `fuzz_targets` hands them to cargo-fuzz, which looks for inputs by coverage; `bin/mutate.rs` needs
//! neither that nor a nightly compiler, and throws a given number of mutated inputs at each. Seeds
//! come from the project's own fixtures and samples, and are read when they are asked for.
//!
//! A new target is a file here with its law and its seeds, a row in [`TARGETS`], and its few lines in
//! `fuzz_targets` and `Cargo.toml`.
#![warn(missing_docs)]

mod applier;
mod diff;
pub mod executed;
mod journal;
mod mapping;
pub mod mutation;
#[cfg(not(feature = "libfuzzer"))]
mod printed;
mod python;
mod rewriter;
mod rust;
mod seeds;
pub mod watch;
pub mod worker;

pub use diff::diff;
pub use journal::journal;
pub use mapping::mapping;
pub use python::python;
pub use rust::rust;

/// The longest input that is made, in bytes. None may take longer than a second.
pub const LONGEST: usize = 100_000;

/// What became of an input that breaks no law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is none of what the target reads, and was refused as such.
    Refused,
    /// Nothing was to be done.
    Same,
    /// Something was done.
    Changed,
    /// The program itself says that its plan did not pass verification: the file is left as it is.
    /// No law is broken, but it should be rare.
    Left(String),
}

/// A law and what to try it on.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// What it is called on the command line.
    pub name: &'static str,
    /// Panics where the law is broken.
    pub law: fn(&[u8]) -> Outcome,
    /// Inputs to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Bytes in front that say how the rest is to be read.
    pub header: usize,
    /// What an input is made of, for a generator that knows no grammar.
    pub words: &'static [&'static str],
}

/// Every target there is.
pub const TARGETS: &[Target] = &[
    Target {
        name: "mapping",
        law: mapping,
        seeds: mapping::seeds,
        header: 0,
        words: mapping::WORDS,
    },
    Target {
        name: "python",
        law: python,
        seeds: python::seeds,
        header: rewriter::HEADER,
        words: python::WORDS,
    },
    Target {
        name: "rust",
        law: rust,
        seeds: rust::seeds,
        header: rewriter::HEADER,
        words: rust::WORDS,
    },
    Target {
        name: "diff",
        law: diff,
        seeds: diff::seeds,
        header: 0,
        words: diff::WORDS,
    },
    Target {
        name: "journal",
        law: journal,
        seeds: journal::seeds,
        header: journal::HEADER,
        words: journal::WORDS,
    },
];

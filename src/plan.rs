//! The plan of one file: a value that says everything that would be done and told.

use std::ops::Range;

use serde::Serialize;

use crate::finding::Finding;
use crate::outline::{Declared, Outline};
use crate::path::Segment;
use crate::text::Edits;

/// A place that resolves to a mapped path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// Bytes of the original text: the names of the path.
    pub range: Range<usize>,
    /// The deprecated path, as the language writes it.
    pub path: String,
    /// Its successor, if the rule has exactly one.
    pub successor: Option<String>,
    /// Index of the (first) rule in the table.
    pub rule: usize,
    /// Whether the plan rewrites it. If not, a finding says why.
    pub rewritten: bool,
}

/// A path that no rule moves and that is written anew all the same: what its first names came from moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restated {
    /// Bytes of the original text: the names that are written anew.
    pub range: Range<usize>,
    /// What they mean, before and after.
    pub path: Vec<Segment>,
}

/// How code meets a mapped object again and again while the program runs. Who bound it once, when it was
/// itself loaded, is in neither way affected by the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Manner {
    /// It puts another object in its place for a while: a patch of a test, an assignment to a module.
    Replaces,
    /// It looks the object up each time: an import inside of a function, an attribute of a module, a
    /// path in a string.
    Late,
}

/// A mapped object that code replaces or looks up late. It need not be a reference by itself: in
/// `from old import mod` and `mod.f()` only `mod` is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Met {
    /// Its full old path, as the language writes it.
    pub path: String,
    /// How.
    pub manner: Manner,
}

/// All edits and findings of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// What changes.
    pub edits: Edits,
    /// Every reference to a mapped path, by position.
    pub references: Vec<Reference>,
    /// What a person should know, by position.
    pub findings: Vec<Finding>,
    /// Changes of bindings that verification must expect.
    #[serde(skip)]
    pub declared: Vec<Declared>,
    /// Where else names of rewritten references stand, if not all of one is in its range: in another
    /// literal, in a name behind a call.
    #[serde(skip)]
    pub pieces: Vec<Range<usize>>,
    /// Paths that keep their meaning and are written anew, by position.
    #[serde(skip)]
    pub restated: Vec<Restated>,
    /// Objects that change their path, and that the file replaces or looks up late: sorted, each once.
    #[serde(skip)]
    pub met: Vec<Met>,
}

/// What a language makes of one text: how it is now, and what should become of it.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// How it is now.
    pub outline: Outline,
    /// What should become of it.
    pub plan: Plan,
}

//! What is said of references once a baseline and scopes were asked.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::compare::{Grown, Moved, Stale};

/// Whether a reference fails the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It does: there are more of its rule in its file than the baseline has, or than a scope allows.
    Fails,
    /// The baseline has it.
    Held,
    /// It is counted, and judged by nothing.
    Counted,
}

/// How many references of a rule a file has, against the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Growth {
    /// Now.
    pub now: usize,
    /// In the baseline.
    pub then: usize,
}

/// A scope with more references than it may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OverMax {
    /// Its name.
    pub scope: String,
    /// References that are allowed.
    pub max: u64,
}

/// What is said of one reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Whether it fails the check.
    pub standing: Standing,
    /// If its rule has grown in its file: the counts.
    pub growth: Option<Growth>,
    /// Whether it is on a line that the last commit does not have; `None` if that was not asked.
    pub is_new: Option<bool>,
    /// The scope that has too many, and this one among them.
    pub over: Option<OverMax>,
}

/// A scope and its references.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScopeCount {
    /// Its name.
    pub name: String,
    /// References in its files.
    pub references: usize,
    /// References that are allowed; `None` if it is not judged.
    pub max: Option<u64>,
    /// Whether it has too many.
    pub failed: bool,
}

/// What a baseline and scopes say of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What the baseline says; `None` if there is none.
    pub baseline: Option<Ratchet>,
    /// What the scopes say, in their order; empty of a part of the project.
    pub scopes: Vec<ScopeCount>,
    /// References that fail the check.
    pub failing: usize,
    /// References that are judged by nothing.
    pub counted: usize,
}

/// What a baseline says of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ratchet {
    /// The file, as people call it.
    pub file: String,
    /// References that it holds.
    pub held: usize,
    /// What has grown.
    pub grown: Vec<Grown>,
    /// What is too high.
    pub stale: Vec<Stale>,
    /// Files that are taken for others.
    pub moved: Vec<Moved>,
    /// Ids that the table lacks, and how many entries have each.
    pub unknown: BTreeMap<String, usize>,
}

impl Verdict {
    /// Whether references make the check fail.
    pub fn fails(&self) -> bool {
        let has_grown = self
            .baseline
            .as_ref()
            .is_some_and(|baseline| !baseline.grown.is_empty());
        has_grown || self.failing > 0 || self.scopes.iter().any(|scope| scope.failed)
    }

    /// How many references the baseline holds.
    pub fn held(&self) -> usize {
        self.baseline.as_ref().map_or(0, |baseline| baseline.held)
    }
}

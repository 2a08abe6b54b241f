//! A report as a stream of owned records: a header, what is said of each file, an end. Every format is
//! made of them, at once or later from a file that holds them.
//!
//! A record is added, never changed: readers ignore types and keys that they do not know.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::json::{Finding, Name, Plan, RuleInfo, VERSION};
use super::{Failed, FileView};
use crate::baseline::{Ratchet, ScopeCount};
use crate::engine::{RuleCounts, Summary};
use crate::mapping::Rule;
use crate::text::LineColumn;

/// One line of `json-lines`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Line {
    /// Of all shapes together.
    pub version: u32,
    /// What it says.
    #[serde(flatten)]
    pub record: Record,
}

/// One thing that a report says; `type` tells them apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Record {
    /// The first one.
    Header(Header),
    /// Something about a place of a file.
    Finding(FindingOf),
    /// What would be done to a file (`diff`).
    Plan(Plan),
    /// A file or folder that failed.
    Failure(FailureOf),
    /// What came of a rule (`--statistics`).
    Rule(RuleLine),
    /// A scope and its references.
    Scope(ScopeCount),
    /// What the baseline says.
    Baseline(Ratchet),
    /// The counts of the run.
    Summary(Counts),
    /// The last one: a report without it is cut off.
    End(End),
}

/// What the report is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Header {
    /// The version of the program.
    pub program: String,
    /// `check`, `diff` or `apply`.
    pub command: String,
    /// Names of the tables, and rules of the command line.
    pub rules: Vec<String>,
    /// Of the rules in force.
    pub table_digest: String,
    /// Of the options that decide what is rewritten.
    pub options_digest: String,
    /// The project root; absolute.
    pub root: String,
    /// The folder that names of files start from, below the root: empty or with `/` at its end. `null` if
    /// it is not below it.
    pub prefix: Option<String>,
    /// The share of the files.
    pub share: Option<Share>,
}

/// One of several shares.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub struct Share {
    /// Which, from 1.
    pub number: u32,
    /// Of how many.
    pub of: u32,
}

/// A finding and its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FindingOf {
    /// The file.
    #[serde(flatten)]
    pub name: Name,
    /// What is said.
    #[serde(flatten)]
    pub finding: Finding,
}

/// Why a file or folder failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FailureOf {
    /// The file or folder.
    #[serde(flatten)]
    pub name: Name,
    /// What went wrong and what to do.
    pub message: String,
    /// Where in its text, if there is such a place.
    pub start: Option<LineColumn>,
}

/// Counts of a run; `elapsed` in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Files whose bytes were searched.
    pub searched: usize,
    /// Files that were parsed.
    pub parsed: usize,
    /// Files that change.
    pub changed: usize,
    /// References that are rewritten.
    pub rewritten: usize,
    /// References that stay.
    pub left: usize,
    /// Findings of level review.
    pub reviews: usize,
    /// Findings about homes of definitions, but for uses.
    #[serde(default)]
    pub homes: usize,
    /// Files and folders that failed.
    pub failed: usize,
    /// Seconds.
    pub elapsed: f64,
}

/// What came of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleLine {
    /// The rule.
    pub rule: RuleInfo,
    /// References to it.
    pub references: usize,
    /// Files that hold one.
    pub files: usize,
    /// References that are rewritten.
    pub rewritten: usize,
    /// Findings of level review.
    pub reviews: usize,
    /// References that stay.
    pub left: usize,
}

/// How the run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct End {
    /// The exit status.
    pub exit: u8,
}

/// What a report holds of each file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A record a finding.
    Findings,
    /// A record a file, with its edits.
    Plans,
}

/// Hands the records of a file on.
///
/// # Errors
/// Those of `each`.
pub fn of_file<E>(
    file: &FileView<'_>,
    shape: Shape,
    mut each: impl FnMut(&Record) -> Result<(), E>,
) -> Result<(), E> {
    match shape {
        Shape::Findings => {
            for diagnostic in &file.diagnostics {
                each(&Record::Finding(FindingOf {
                    name: Name::of(&file.report.display),
                    finding: Finding::of(diagnostic, &file.report.source),
                }))?;
            }
            Ok(())
        }
        Shape::Plans => {
            let plan = &file.report.plan;
            if plan.edits.is_empty() && plan.references.is_empty() && file.diagnostics.is_empty() {
                return Ok(());
            }
            each(&Record::Plan(Plan::of(file)))
        }
    }
}

impl Record {
    /// The findings that it holds for people, with their file. Only a finding or a plan has some.
    pub fn told(&self) -> (&Name, impl Iterator<Item = &Finding>) {
        static NONE: Name = Name {
            path: String::new(),
            path_bytes: None,
        };
        let (name, findings) = match self {
            Self::Finding(of) => (&of.name, std::slice::from_ref(&of.finding)),
            Self::Plan(plan) => (&plan.name, plan.findings.as_slice()),
            _ => (&NONE, &[][..]),
        };
        (name, findings.iter().filter(|finding| finding.is_told()))
    }

    /// What failed.
    pub fn of_failure(failed: &Failed) -> Self {
        Self::Failure(FailureOf {
            name: Name::of(&failed.path),
            message: failed.message.clone(),
            start: failed.start,
        })
    }

    /// The counts of a rule.
    pub fn of_rule(rule: &Rule, counts: &RuleCounts) -> Self {
        Self::Rule(RuleLine {
            rule: rule.into(),
            references: counts.references,
            files: counts.files,
            rewritten: counts.rewritten,
            reviews: counts.reviews,
            left: counts.left,
        })
    }

    /// The counts of a run.
    pub fn of_summary(summary: &Summary) -> Self {
        Self::Summary(Counts {
            searched: summary.searched,
            parsed: summary.parsed,
            changed: summary.changed,
            rewritten: summary.rewritten,
            left: summary.left,
            reviews: summary.reviews,
            homes: summary.homes,
            failed: summary.failed,
            elapsed: summary.elapsed.as_secs_f64(),
        })
    }

    /// With the version before it.
    pub fn line(&self) -> Line {
        Line {
            version: VERSION,
            record: self.clone(),
        }
    }
}

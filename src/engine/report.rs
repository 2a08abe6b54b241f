//! What the engine says of a file, and of a run.

use std::path::PathBuf;
use std::time::Duration;

use crate::finding::Level;
use crate::plan::Plan;
use crate::text::Source;

/// What became of one file that was parsed, or that could not be.
#[derive(Clone, Debug)]
pub struct FileReport {
    /// Absolute, as the walk found it (links are not resolved).
    pub path: PathBuf,
    /// Relative to the current directory if it is below it: what people read.
    pub display: PathBuf,
    /// The file as it is: its bytes and its text; empty if it could not be read.
    pub source: Source,
    /// Edits, references and findings. No edits if the file failed.
    pub plan: Plan,
    /// The bytes as they should be, verified; `None` if nothing changes or the file failed.
    pub rewritten: Option<Vec<u8>>,
    /// Why the file could not be read, parsed or verified.
    pub failure: Option<Failure>,
}

/// Why a file is left as it is although it may hold references.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What went wrong and what to do: lower case, no period.
    pub message: String,
    /// The byte of the text where, if there is such a place.
    pub offset: Option<usize>,
}

impl Failure {
    /// A failure at no certain place.
    pub fn of(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            offset: None,
        }
    }
}

/// Counts of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
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
    pub homes: usize,
    /// Files and folders that could not be read, parsed, verified or written.
    pub failed: usize,
    /// Wall time.
    pub elapsed: Duration,
}

impl Summary {
    /// Counts one report in.
    pub fn count(&mut self, report: &FileReport) {
        match report.failure {
            Some(_) => self.failed += 1,
            None => self.parsed += 1,
        }
        self.changed += usize::from(report.rewritten.is_some());
        for reference in &report.plan.references {
            if reference.rewritten {
                self.rewritten += 1;
            } else {
                self.left += 1;
            }
        }
        let findings = report.plan.findings.iter();
        self.reviews += findings.filter(|f| f.level == Level::Review).count();
        let findings = report.plan.findings.iter();
        self.homes += findings.filter(|f| f.code.is_of_home()).count();
    }
}

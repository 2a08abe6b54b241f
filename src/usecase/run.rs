//! What a run over sources needs, all of it decided: the project, the tables, the files.

use std::path::PathBuf;

use super::homes::Homes;
use crate::baseline::{Baseline, Part};
use crate::config::Config;
use crate::lang::{Language, RewriteOptions};
use crate::mapping::{Rule, Table};
use crate::output::Format;
use crate::plan::Plan;
use crate::project::{Project, WalkOptions};

/// The project that a command works in, and what it says of itself.
pub struct Place {
    /// The current directory.
    pub cwd: PathBuf,
    /// The project around it.
    pub project: Project,
    /// Its configuration.
    pub config: Config,
    /// The folder that the configuration's paths are relative to.
    pub config_folder: PathBuf,
}

/// What is read.
pub enum Input {
    /// Files and folders.
    Paths(Vec<PathBuf>),
    /// One text on standard input.
    Text {
        /// Absolute; need not exist.
        path: PathBuf,
        /// What was read.
        bytes: Vec<u8>,
    },
}

/// All that a run over sources needs.
pub struct Run {
    /// Where.
    pub place: Place,
    /// The languages that may be at work.
    pub languages: Vec<&'static dyn Language>,
    /// The tables in force, one a language.
    pub tables: Vec<Table>,
    /// What the rules are called: names of tables, and rules of the command line.
    pub names: Vec<String>,
    /// How far a rewrite goes.
    pub rewrite: RewriteOptions,
    /// Which files are read.
    pub walk: WalkOptions,
    /// What is read.
    pub input: Input,
    /// How findings are printed.
    pub format: Format,
    /// Which reports are written beside that, and where (absolute).
    pub reports: Vec<(Format, PathBuf)>,
    /// Where that goes, if not to standard output.
    pub output_file: Option<PathBuf>,
    /// Whether one file that fails, or one doubt, keeps all others from being written.
    pub strict: bool,
    /// Whether the counts of each rule are told.
    pub statistics: bool,
    /// Whether what is left counts for nothing.
    pub exit_zero: bool,
    /// Whether the command line leaves out a language or files: what was read is not all of the project.
    pub is_narrowed: bool,
    /// The baseline, if there is one that counts.
    pub baseline: Option<Loaded>,
    /// Of which rules a check counts references; all, if nothing is said.
    pub chosen: RuleChoice,
    /// What the tree says against the homes of the configuration.
    pub homes: Homes,
    /// Whether that is told, beside what the rules of the homes find.
    pub tells_homes: bool,
}

/// Which rules count, by their ids.
#[derive(Clone, Debug, Default)]
pub struct RuleChoice {
    /// Only these, if there are any.
    pub only: Vec<String>,
    /// None of these.
    pub skip: Vec<String>,
}

impl RuleChoice {
    /// Whether all rules count.
    pub fn is_all(&self) -> bool {
        self.only.is_empty() && self.skip.is_empty()
    }

    /// Takes out of a plan what rules say that do not count.
    pub fn keep(&self, plan: &mut Plan, rules: &[Rule]) {
        if self.is_all() {
            return;
        }
        let counts = |rule: Option<usize>| match rule.and_then(|rule| rules.get(rule)) {
            Some(rule) => {
                (self.only.is_empty() || self.only.contains(&rule.id))
                    && !self.skip.contains(&rule.id)
            }
            None => self.only.is_empty(),
        };
        plan.references
            .retain(|reference| counts(Some(reference.rule)));
        plan.findings.retain(|finding| counts(finding.rule));
    }
}

/// A baseline that was read.
pub struct Loaded {
    /// Its file, absolute.
    pub file: PathBuf,
    /// What the file holds.
    pub text: String,
    /// Its counts.
    pub baseline: Baseline,
}

impl Run {
    /// How much of the project the run is about.
    pub fn part(&self) -> Part {
        let root = self.place.project.root();
        let is_root = |path: &PathBuf| path.canonicalize().is_ok_and(|real| real == root);
        match &self.input {
            Input::Paths(paths)
                if !self.is_narrowed
                    && self.walk.partition.is_none()
                    && paths.iter().any(is_root) =>
            {
                Part::Whole
            }
            _ => Part::Some,
        }
    }
}

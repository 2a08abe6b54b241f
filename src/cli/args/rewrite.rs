//! `diff`, `apply`, `check` and `baseline`: what they take beside what every run takes.

use std::path::PathBuf;

use clap::Args;

use super::{KeepArgs, RunArgs};
use crate::document::nearest;
use crate::finding::{Code, Level};
use crate::output::counts::CountBy;
use crate::output::patch::CONTEXT;
use crate::transaction::Allow;
use crate::usecase::slices::By;

#[derive(Debug, Args)]
pub(in crate::cli) struct BaselineArgs {
    #[command(flatten)]
    pub update: UpdateArgs,
    #[command(flatten)]
    pub run: RunArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Baseline")]
#[group(multiple = false)]
pub(in crate::cli) struct UpdateArgs {
    /// Only shrink: take out what is gone, what the tables lack, and conflicts that a merge left
    #[arg(long)]
    pub prune: bool,
    /// Take in what is new, too
    #[arg(long)]
    pub accept_new: bool,
    /// Write nothing; exit 1 if it is not what would be written
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct DiffArgs {
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub split: SplitArgs,
    /// Exit 1 if there is a diff or an error
    #[arg(long, help_heading = "Output")]
    pub exit_code: bool,
    /// Lines around each change; without any, git apply needs --unidiff-zero
    #[arg(
        short = 'U',
        long = "unified",
        value_name = "LINES",
        default_value_t = CONTEXT,
        help_heading = "Output"
    )]
    pub context: usize,
    /// Print how many lines each file gets and loses, in place of the patch
    #[arg(long, help_heading = "Output", conflicts_with = "split_by")]
    pub stat: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Slices")]
pub(in crate::cli) struct SplitArgs {
    /// One patch a rule, owner (CODEOWNERS), folder, unit (files that only work together), or so many
    /// files; each applies alone and in any order
    #[arg(long, value_name = "WHAT", requires = "output_dir")]
    pub split_by: Option<By>,
    /// Where the patches go, with index.md and index.json: a new folder, an empty one, or one with
    /// earlier slices, which are replaced
    #[arg(
        long,
        value_name = "DIR",
        requires = "split_by",
        conflicts_with = "output_file"
    )]
    pub output_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ApplyArgs {
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub guard: GuardArgs,
    #[command(flatten)]
    pub keep: KeepArgs,
    /// Write only what was reviewed: the marks that the review page exports, for the same rules and options
    #[arg(long, value_name = "FILE", help_heading = "Safety")]
    pub reviewed: Option<PathBuf>,
    /// There is `repoint diff` for it.
    #[arg(long, hide = true)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Safety")]
pub(in crate::cli) struct GuardArgs {
    /// Rewrite files with changes that are in no commit, staged or not, and files that git does not
    /// know
    #[arg(long)]
    pub allow_dirty: bool,
    /// Rewrite files whose changes are all staged
    #[arg(long)]
    pub allow_staged: bool,
}

impl GuardArgs {
    /// Which changes may be written over.
    pub fn allow(&self) -> Allow {
        match (self.allow_dirty, self.allow_staged) {
            (true, _) => Allow::Dirty,
            (false, true) => Allow::Staged,
            (false, false) => Allow::Clean,
        }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArgs {
    #[command(flatten)]
    pub run: RunArgs,
    /// Every reference fails, those that the baseline has too
    #[arg(long, help_heading = "Baseline")]
    pub no_baseline: bool,
    #[command(flatten)]
    pub choice: ChoiceArgs,
}

/// What of a check is told, and what counts.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is told")]
pub(in crate::cli) struct ChoiceArgs {
    /// Only references of this rule, named by its id; repeatable. Others count for nothing
    #[arg(long, value_name = "RULE")]
    pub only: Vec<String>,
    /// No references of this rule; repeatable
    #[arg(long, value_name = "RULE")]
    pub skip: Vec<String>,
    /// Hide findings below this level; they count all the same
    #[arg(long, value_name = "LEVEL", value_enum)]
    pub level: Option<LevelArg>,
    /// Only show findings with this code; repeatable. The others count all the same
    #[arg(long = "code", value_name = "CODE", value_parser = code)]
    pub codes: Vec<Code>,
    /// Print counts in place of the findings
    #[arg(long)]
    pub summary: bool,
    /// What is counted with --summary
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        default_value = "rule",
        requires = "summary"
    )]
    pub by: CountBy,
}

/// How much a finding has to matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(in crate::cli) enum LevelArg {
    /// Everything
    Note,
    /// What a person should look at, too
    Review,
    /// References that stay
    Error,
}

impl From<LevelArg> for Level {
    fn from(level: LevelArg) -> Self {
        match level {
            LevelArg::Note => Self::Note,
            LevelArg::Review => Self::Review,
            LevelArg::Error => Self::Error,
        }
    }
}

/// A code by its name.
fn code(text: &str) -> Result<Code, String> {
    let known = Code::ALL.iter().copied().find(|code| code.as_str() == text);
    known.ok_or_else(
        || match nearest(text, Code::ALL.iter().map(|code| code.as_str())) {
            Some(near) => format!("there is no such code; did you mean `{near}`?"),
            None => "there is no such code; `repoint explain` lists them".to_owned(),
        },
    )
}

//! `migrate`, `status` and `gate`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{GuardArgs, RunArgs, StateArgs};
use crate::cli::status::StatusFormat;
use crate::gate::Phase;
use crate::usecase::status::By as CountedBy;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum GateCommand {
    /// Run gates and compare what comes of them with what is expected
    ///
    /// One after another, in the order of the configuration; what each prints is in `.repoint/gates`.
    /// Without NAME and --tag all of them, save those with the tag `manual`. Exit 1 if an expectation is
    /// missed, 2 if a gate could not be asked.
    Run(GateRunArgs),
    /// List the gates, what is expected of them and what they need that is not there; run none
    List(GateListArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct GateRunArgs {
    #[command(flatten)]
    pub choice: GateChoiceArgs,
    /// Compare with what is expected in this phase of a migration
    #[arg(long, value_name = "PHASE", default_value = "after")]
    pub phase: Phase,
    /// Use this configuration instead of the project's: a repoint.toml, pyproject.toml or Cargo.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub state: StateArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct GateChoiceArgs {
    /// Gates that are run, whatever their tags are
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Gates with this tag; repeatable
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// No gates with this tag, unless they are named; repeatable
    #[arg(long = "skip-tag", value_name = "TAG")]
    pub skip_tags: Vec<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct GateListArgs {
    /// Use this configuration instead of the project's: a repoint.toml, pyproject.toml or Cargo.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct MigrateArgs {
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub course: CourseArgs,
    #[command(flatten)]
    pub gates: TagArgs,
    #[command(flatten)]
    pub guard: GuardArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Course")]
pub(in crate::cli) struct CourseArgs {
    /// One phase alone. `before` and `after` only ask, and need no record
    #[arg(long, value_name = "PHASE")]
    pub phase: Option<Phase>,
    /// Print batches, units, gates and how long it may take; run nothing
    #[arg(long)]
    pub plan: bool,
    /// Print the plan as JSON, versioned
    #[arg(long, requires = "plan")]
    pub json: bool,
    /// Go on with the migration that was interrupted
    #[arg(long = "continue", conflicts_with_all = ["phase", "plan"])]
    pub goes_on: bool,
    /// Go on although the rules have changed since
    #[arg(long, requires = "goes_on")]
    pub accept_changes: bool,
    /// Take back all that the last migration wrote
    #[arg(long, conflicts_with_all = ["phase", "plan", "goes_on"])]
    pub abort: bool,
    /// Take all of it back if the end is not proved
    #[arg(long)]
    pub take_back_on_failure: bool,
    /// Try files again that were quarantined before and have not changed since
    #[arg(long)]
    pub retry_quarantined: bool,
    /// Make one git commit a batch, hooks run
    #[arg(long)]
    pub commit: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Gates")]
pub(in crate::cli) struct TagArgs {
    /// Only gates with this tag; repeatable
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// No gates with this tag; repeatable
    #[arg(long = "skip-tag", value_name = "TAG")]
    pub skip_tags: Vec<String>,
    /// This gate too, whatever its tags are; repeatable
    #[arg(long = "gate", value_name = "NAME")]
    pub names: Vec<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct StatusArgs {
    #[command(flatten)]
    pub run: RunArgs,
    /// How it is printed
    #[arg(
        long = "format",
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Output"
    )]
    pub format: StatusFormat,
    /// By what references are counted; repeatable
    #[arg(long, value_name = "WHAT", help_heading = "Output")]
    pub by: Vec<CountedBy>,
}

//! `undo`, `log` and `recover`, and where the journal is.

use std::path::PathBuf;

use clap::Args;

use crate::transaction::Id;

#[derive(Debug, Args)]
#[command(next_help_heading = "Safety")]
pub(in crate::cli) struct KeepArgs {
    /// How many transactions the journal keeps: the newest ones
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = at_least_one)]
    pub keep: usize,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Safety")]
pub(in crate::cli) struct StateArgs {
    /// Where the journal of transactions is [default: .repoint at the project root]
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
}

/// What commands need that look into the journal alone.
#[derive(Debug, Args)]
pub(in crate::cli) struct JournalArgs {
    #[command(flatten)]
    pub state: StateArgs,
    /// The configuration whose folder is the project's root, if that is around this folder
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct UndoArgs {
    /// The transaction, as `repoint log` lists it [default: the newest apply that is not undone]
    #[arg(value_name = "ID")]
    pub id: Option<Id>,
    /// Overwrite files that were edited since, and make those again that are gone
    #[arg(long)]
    pub force: bool,
    /// Merge with `git merge-file` where a file was edited since. One that was only formatted gets what
    /// it held before
    #[arg(long = "3way", conflicts_with = "force")]
    pub three_way: bool,
    /// Restore the other files although some cannot be; without it, all or none
    #[arg(long)]
    pub partial: bool,
    #[command(flatten)]
    pub trust: TrustArgs,
    #[command(flatten)]
    pub keep: KeepArgs,
    #[command(flatten)]
    pub journal: JournalArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct LogArgs {
    /// One JSON object a transaction, versioned
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub journal: JournalArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Safety")]
pub(in crate::cli) struct TrustArgs {
    /// Believe a journal that was written for another folder, as a copy of your own from a backup is;
    /// only files below the project's root are written
    #[arg(long)]
    pub trust: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RecoverArgs {
    #[command(flatten)]
    pub trust: TrustArgs,
    #[command(flatten)]
    pub journal: JournalArgs,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("expected at least 1: the last transaction is always kept".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("expected a number: {error}")),
    }
}

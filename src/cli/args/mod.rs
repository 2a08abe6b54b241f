//! What may be written on the command line. Nothing is looked up here: values are checked for
//! their form only. One file a group of commands.

mod journal;
mod mapping;
mod migrate;
mod project;
mod rewrite;
mod run;
mod short_help;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use super::report_args::ReportCommand;
pub(super) use journal::{JournalArgs, KeepArgs, LogArgs, RecoverArgs, StateArgs, UndoArgs};
pub(super) use mapping::{
    MappingCheckArgs, MappingCommand, MappingImportArgs, MappingInitArgs, MappingListArgs,
    MappingShowArgs,
};
pub(super) use migrate::{
    GateChoiceArgs, GateCommand, GateListArgs, GateRunArgs, MigrateArgs, StatusArgs, TagArgs,
};
pub(super) use project::{AuditArgs, AuditTarget, ConfigArgs, InitArgs};
pub(super) use rewrite::{
    ApplyArgs, BaselineArgs, CheckArgs, ChoiceArgs, DiffArgs, GuardArgs, UpdateArgs,
};
use run::languages;
pub(super) use run::{FileArgs, RuleArgs, RunArgs, StringsArg};

const EXAMPLES: &str = "\
Examples:
  repoint diff -m mapping.toml src              show what apply would do
  repoint diff --move old::a::Foo=new::Bar      a rule on the spot
  repoint diff --move old.a.Foo=new.Bar         the same in Python
  repoint diff -m mapping.toml | git apply      from the root of the repository
  repoint apply -m mapping.toml                 rewrite the files below this folder
  repoint check                                 exit 1 while deprecated paths are in use
  repoint apply --stdin-filename src/x.rs - <src/x.rs
  repoint undo                                  take the last apply back
  repoint log                                   list what was written and taken back
  repoint gate run --tag quick                  run the tests and checks of the project

Exit status:
  0  clean, or all of it rewritten
  1  references are left (check: any; apply: errors remain; diff --exit-code: a diff or an error);
     undo --partial: some files are left, others are restored; gate run: an expectation is missed
  2  the command line, a mapping or the configuration is wrong, or a file could not be read, parsed,
     verified or written; every other file is processed all the same; undo: no file is restored;
     gate run: a gate could not be asked";

/// Rewrite deprecated import paths to the one path that is the single source of truth
///
/// Which paths are deprecated, and what becomes of them, is said by mapping tables. Without
/// --mapping or --move they are what the configuration lists (repoint.toml, or a section of
/// pyproject.toml or Cargo.toml), else `mappings/` at the project root.
#[derive(Debug, Parser)]
#[command(
    name = "repoint",
    version,
    after_long_help = EXAMPLES,
    args_override_self = true,
    styles = clap_cargo::style::CLAP_STYLING,
    max_term_width = 100
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub global: GlobalArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Messages")]
pub(super) struct GlobalArgs {
    /// Paint output: auto asks the terminal and NO_COLOR
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: ColorWhen,
    /// No summary, hints, warnings and progress; errors are still said
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say what is used and how long it takes
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ColorWhen {
    Auto,
    Always,
    Never,
}

/// The command, as the parser, completion scripts and manual pages know it.
pub(super) fn command() -> clap::Command {
    Cli::command()
}

/// Parses the arguments, the program's name first.
///
/// # Errors
/// What is wrong with them, or the help that was asked for.
pub(super) fn parse(args: &[OsString]) -> Result<Cli, clap::Error> {
    let parsed = Cli::try_parse_from(args);
    match parsed {
        Err(error) if error.kind() == ErrorKind::DisplayHelp && short_help::is_asked(args) => {
            // The same help, cut to a screen.
            let mut short = short_help::cut(command());
            Err(short.try_get_matches_from_mut(args).err().unwrap_or(error))
        }
        parsed => parsed,
    }
}

#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// A code (`shadow`), an exit status (`1`) or an error of a table (`table-circle`)
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// For which shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(super) struct LspArgs {
    #[command(flatten)]
    pub run: RunArgs,
    /// What editors say; there is no other way.
    #[arg(long, hide = true)]
    pub stdio: bool,
}

#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// Write repoint.1 and a page a command into this folder, which must be there
    #[arg(long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print a unified diff of what apply would do; write nothing
    ///
    /// The patch goes to standard output, findings and everything else to standard error. Apply it
    /// with `git apply` from the root of the repository.
    Diff(DiffArgs),
    /// Rewrite the files, after verifying every one of them
    ///
    /// Every file is planned and verified before the first one is written. A file that cannot be
    /// read, parsed or verified is left as it is and named; all others are written, or none of them.
    /// `repoint undo` takes it back.
    Apply(ApplyArgs),
    /// Report every deprecated reference; exit 1 if there is one
    Check(CheckArgs),
    /// Take an apply back
    ///
    /// Every file gets back what it held before. If someone has edited one since, it is named and nothing
    /// is restored: merge with --3way, overwrite with --force, or restore the others with --partial. An
    /// undo is in the journal too: undo it by its ID and the apply is there again. What an interrupted
    /// run has left is finished first.
    Undo(UndoArgs),
    /// Migrate batch by batch, judged by the gates of the configuration
    ///
    /// Before: every gate answers as it has to. During: each batch of files is one transaction, and is judged by
    /// the gates; who breaks one is found and left out. After: the gates prove the end, and `check` does.
    /// Everything is recorded, and can be gone on with or taken back after any interruption.
    Migrate(MigrateArgs),
    /// Show how far the migration is
    ///
    /// References before and now, gates, quarantined files: from the last record and the tree as it is.
    Status(StatusArgs),
    /// List the transactions, the newest first
    Log(LogArgs),
    /// Finish an interrupted apply or undo
    ///
    /// A transaction that was interrupted before it changed anything is cleared away; any other is
    /// finished: a file that holds its old content gets the new one, one that someone has edited
    /// meanwhile is left and named. The next apply or undo does the same.
    Recover(RecoverArgs),
    /// Print a report again in another format, or join reports
    #[command(subcommand)]
    Report(ReportCommand),
    /// Work on mapping tables
    #[command(subcommand)]
    Mapping(MappingCommand),
    /// Let references stay that are there, and no more
    ///
    /// Writes or updates the baseline. While repoint-baseline.toml lies beside the configuration, `check` fails only where a file has more
    /// references to a rule than it says. Without an option it is written if there is none, and shrinks if
    /// nothing has grown.
    Baseline(BaselineArgs),
    /// Find what is imported by several paths, and copies
    ///
    /// The whole project is read, whatever is asked about; packages outside of it are left out. Without
    /// PATH or SYMBOL, everything that is fragmented is listed. A symbol is a name, its path or the path by
    /// which it is imported; a file or folder stands for all that it defines.
    Audit(AuditArgs),
    /// Show the configuration in force, and where it comes from
    ///
    /// As TOML that could stand in a repoint.toml: a comment behind each value names the line that says it.
    Config(ConfigArgs),
    /// Write a first repoint.toml, with comments
    ///
    /// The languages of the tree, the folders in which Python modules start and a gate for the test runner
    /// that it uses are looked up. Nothing is overwritten.
    Init(InitArgs),
    /// Explain a code, an exit status or an error of a table
    ///
    /// What it means, why, what to do, and an example. Without CODE all of them are listed.
    Explain(ExplainArgs),
    /// Print a completion script for a shell
    #[command(
        after_long_help = "Examples:\n  repoint completions bash >~/.local/share/bash-completion/completions/repoint\n  \
        repoint completions zsh >~/.zfunc/_repoint\n  repoint completions fish >~/.config/fish/completions/repoint.fish"
    )]
    Completions(CompletionsArgs),
    /// Print the manual page, or write one a command
    Man(ManArgs),
    /// Serve an editor: diagnostics, and an action that rewrites the file
    ///
    /// The Language Server Protocol over standard input and output. What is in force is what `repoint check` would
    /// use in the folder that the editor has open; its settings `mappings`, `strings` and `config` go first.
    Lsp(LspArgs),
    /// Run the gates of the project, or list them
    ///
    /// A gate is a command of the team with an expectation: its tests, its linter, its deployment check. The
    /// configuration says them as `[[gate]]`, and `migrate` runs them too.
    #[command(subcommand)]
    Gate(GateCommand),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_fit_together() {
        Cli::command().debug_assert();
    }
}

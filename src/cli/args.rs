//! What may be written on the command line. Nothing is looked up here: values are checked for
//! their form only.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use super::audit::AuditFormat;
use super::status::StatusFormat;
use crate::gate::Phase;
use crate::lang::{Strings, registry};
use crate::output::Format;
use crate::project::Partition;
use crate::transaction::{Allow, Id};
use crate::usecase::slices::By;
use crate::usecase::status::By as CountedBy;

const EXAMPLES: &str = "\
Examples:
  repoint diff -m mapping.toml src              show what apply would do
  repoint diff --move old::a::Foo=new::Bar      a rule on the spot
  repoint diff --lang python --move old.a.Foo=new.Bar
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
    after_help = EXAMPLES,
    styles = clap_cargo::style::CLAP_STYLING,
    disable_help_subcommand = true,
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
    /// Work on mapping tables
    #[command(subcommand)]
    Mapping(MappingCommand),
    /// Let references stay that are there, and no more: write or update the baseline
    ///
    /// While repoint-baseline.toml lies beside the configuration, `check` fails only where a file has more
    /// references to a rule than it says. Without an option it is written if there is none, and shrinks if
    /// nothing has grown.
    Baseline(BaselineArgs),
    /// Find what is imported by several paths, copies, and modules that only hand on
    ///
    /// The whole project is read, whatever is asked about; packages outside of it are left out. Without
    /// PATH or SYMBOL, everything that is fragmented is listed. A symbol is a name, its path or the path by
    /// which it is imported; a file or folder stands for all that it defines.
    Audit(AuditArgs),
    /// Show the configuration that is in force, and where each value comes from
    ///
    /// As TOML that could stand in a repoint.toml: a comment behind each value names the line that says it.
    Config(ConfigArgs),
    /// Write a first repoint.toml, with comments
    ///
    /// The languages of the tree, the folders in which Python modules start and a gate for the test runner
    /// that it uses are looked up. Nothing is overwritten.
    Init(InitArgs),
    /// Run the gates of the project, or list them
    ///
    /// A gate is a command of the team with an expectation: its tests, its linter, its deployment check. The
    /// configuration says them as `[[gate]]`, and `migrate` runs them too.
    #[command(subcommand)]
    Gate(GateCommand),
}

#[derive(Debug, Subcommand)]
pub(super) enum GateCommand {
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
pub(super) struct GateRunArgs {
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
pub(super) struct GateChoiceArgs {
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
pub(super) struct GateListArgs {
    /// Use this configuration instead of the project's: a repoint.toml, pyproject.toml or Cargo.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(super) enum MappingCommand {
    /// Validate mapping tables
    ///
    /// All of them together, as one table. Without FILE, the tables that are in force in this
    /// project.
    Check(MappingCheckArgs),
}

#[derive(Debug, Args)]
pub(super) struct MappingCheckArgs {
    /// Mapping files, directories of them, or names of built-in tables
    #[arg(value_name = "FILE")]
    pub files: Vec<String>,
    /// Use this configuration instead of the project's: a repoint.toml, pyproject.toml or Cargo.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct BaselineArgs {
    #[command(flatten)]
    pub update: UpdateArgs,
    #[command(flatten)]
    pub run: RunArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Baseline")]
#[group(multiple = false)]
pub(super) struct UpdateArgs {
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
pub(super) struct AuditArgs {
    /// Files, folders, or names of symbols: `WebSocketManager`, `app.ws.WebSocketManager`
    #[arg(value_name = "PATH or SYMBOL")]
    pub symbols: Vec<String>,
    /// List every copy, what tests, examples and migrations define, and what is imported by its private path
    /// inside of its package only
    #[arg(long)]
    pub all: bool,
    /// Only modules that hand on and that nobody uses: they can be deleted
    #[arg(long)]
    pub unused: bool,
    /// Print a mapping table that moves every use to one path, or write it to FILE
    #[arg(long, value_name = "FILE", help_heading = "Mapping")]
    pub emit_mapping: Option<Option<PathBuf>>,
    /// To which path: where it is defined, or its shortest public path [default: where it is defined, if
    /// everyone may name that]
    #[arg(
        long,
        value_name = "PLACE",
        requires = "emit_mapping",
        help_heading = "Mapping"
    )]
    pub to: Option<AuditTarget>,
    /// Only this language
    #[arg(long, value_name = "LANGUAGE", value_parser = languages())]
    pub lang: Option<String>,
    /// A folder in which modules start (Python; Rust has its manifests); repeatable [default: src/,
    /// else the project root]
    #[arg(long = "root", value_name = "DIR")]
    pub roots: Vec<PathBuf>,
    /// Use this configuration instead of the project's: a repoint.toml, pyproject.toml or Cargo.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub files: FileArgs,
    /// How it is printed
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "table",
        help_heading = "Output"
    )]
    pub output_format: AuditFormat,
    /// Write to this file what would go to standard output
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub output_file: Option<PathBuf>,
}

/// To which path an emitted table moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum AuditTarget {
    Definition,
    Public,
}

#[derive(Debug, Args)]
pub(super) struct ConfigArgs {
    /// Files and folders, whose project it is about
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Show this configuration instead of the project's: a repoint.toml, pyproject.toml or Cargo.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// One JSON object, versioned
    #[arg(long)]
    pub json: bool,
    /// Print the JSON Schema of configurations instead, for editors
    #[arg(long, conflicts_with_all = ["json", "config"])]
    pub schema: bool,
}

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// The folder that becomes the project's root
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub split: SplitArgs,
    /// Exit 1 if there is a diff or an error
    #[arg(long, help_heading = "Output")]
    pub exit_code: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Slices")]
pub(super) struct SplitArgs {
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
pub(super) struct ApplyArgs {
    #[command(flatten)]
    pub run: RunArgs,
    #[command(flatten)]
    pub guard: GuardArgs,
    #[command(flatten)]
    pub keep: KeepArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Safety")]
pub(super) struct GuardArgs {
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
#[command(next_help_heading = "Safety")]
pub(super) struct KeepArgs {
    /// How many transactions the journal keeps: the newest ones
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = at_least_one)]
    pub keep: usize,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Safety")]
pub(super) struct StateArgs {
    /// Where the journal of transactions is [default: .repoint at the project root]
    #[arg(long, value_name = "DIR")]
    pub state_dir: Option<PathBuf>,
}

/// What commands need that look into the journal alone.
#[derive(Debug, Args)]
pub(super) struct JournalArgs {
    #[command(flatten)]
    pub state: StateArgs,
    /// The configuration whose folder is the project's root, if that is around this folder
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct UndoArgs {
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
pub(super) struct LogArgs {
    /// One JSON object a transaction, versioned
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub journal: JournalArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Safety")]
pub(super) struct TrustArgs {
    /// Believe a journal that was written for another folder, as a copy of your own from a backup is;
    /// only files below the project's root are written
    #[arg(long)]
    pub trust: bool,
}

#[derive(Debug, Args)]
pub(super) struct RecoverArgs {
    #[command(flatten)]
    pub trust: TrustArgs,
    #[command(flatten)]
    pub journal: JournalArgs,
}

#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
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
pub(super) struct CourseArgs {
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
pub(super) struct TagArgs {
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
pub(super) struct StatusArgs {
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

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("expected at least 1: the last transaction is always kept".to_owned()),
        Ok(number) => Ok(number),
        Err(error) => Err(format!("expected a number: {error}")),
    }
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub run: RunArgs,
    /// Every reference fails, those that the baseline has too
    #[arg(long, help_heading = "Baseline")]
    pub no_baseline: bool,
}

/// Options of every command that reads sources.
#[derive(Debug, Args)]
pub(super) struct RunArgs {
    /// Files and folders; `-` is one text on standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    #[command(flatten)]
    pub rules: RuleArgs,
    #[command(flatten)]
    pub rewrite: RewriteArgs,
    #[command(flatten)]
    pub files: FileArgs,
    #[command(flatten)]
    pub output: OutputArgs,
    #[command(flatten)]
    pub state: StateArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
pub(super) struct RuleArgs {
    /// A mapping file, a directory of them, or the name of a built-in table; repeatable
    #[arg(short, long = "mapping", value_name = "FILE, DIR or NAME")]
    pub mappings: Vec<String>,
    /// A rule on the spot, as `old::a::Foo=new::Bar`, or with --lang as `old.a.Foo=new.Bar`;
    /// repeatable. Alone: only those rules
    #[arg(long = "move", value_name = "OLD=NEW")]
    pub moves: Vec<String>,
    /// Only this language
    #[arg(long, value_name = "LANGUAGE", value_parser = languages())]
    pub lang: Option<String>,
    /// Use this configuration instead of the project's: a repoint.toml, pyproject.toml or Cargo.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Rewriting")]
pub(super) struct RewriteArgs {
    /// Which strings are references: those in known calls (mock.patch, import_module) and attributes
    /// (serde, clap); all, in Python; or none [default: known]
    #[arg(long, value_name = "WHICH")]
    pub strings: Option<StringsArg>,
    /// Rewrite documentation too: doctests and roles in docstrings (Python), examples of Markdown
    /// files (Rust)
    #[arg(long, overrides_with = "no_docs")]
    docs: bool,
    #[arg(long, overrides_with = "docs", hide = true)]
    no_docs: bool,
    /// Note mentions in prose: of docstrings, comments and other files such as YAML and Markdown
    /// (Python), of documentation comments (Rust)
    #[arg(long, overrides_with = "no_mentions")]
    mentions: bool,
    #[arg(long, overrides_with = "mentions", hide = true)]
    no_mentions: bool,
    /// A folder in which modules start (Python; Rust has its manifests); repeatable [default: src/,
    /// else the project root]
    #[arg(long = "root", value_name = "DIR")]
    pub roots: Vec<PathBuf>,
    /// One file that fails, or one warning of a rule that matched nothing, of a target that is not in the
    /// tree or of no file read: nothing is written
    #[arg(long, overrides_with = "no_strict")]
    strict: bool,
    #[arg(long, overrides_with = "strict", hide = true)]
    no_strict: bool,
}

// What the configuration says is taken back by the option with `no-` before it; the help is short without.
impl RewriteArgs {
    /// Whether documentation is rewritten, if the command line says.
    pub fn docs(&self) -> Option<bool> {
        said(self.docs, self.no_docs)
    }

    /// Whether mentions are noted, if the command line says.
    pub fn mentions(&self) -> Option<bool> {
        said(self.mentions, self.no_mentions)
    }

    /// Whether one failure stops all, if the command line says.
    pub fn strict(&self) -> Option<bool> {
        said(self.strict, self.no_strict)
    }
}

/// What a flag and its contrary say; the parser leaves the later one alone.
fn said(yes: bool, no: bool) -> Option<bool> {
    match (yes, no) {
        (true, _) => Some(true),
        (false, true) => Some(false),
        (false, false) => None,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum StringsArg {
    Known,
    All,
    Off,
}

impl From<StringsArg> for Strings {
    fn from(arg: StringsArg) -> Self {
        match arg {
            StringsArg::Known => Self::Known,
            StringsArg::All => Self::All,
            StringsArg::Off => Self::Off,
        }
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Files")]
pub(super) struct FileArgs {
    /// Read files that .gitignore, .ignore and .git/info/exclude leave out
    #[arg(long)]
    pub no_ignore: bool,
    /// Read hidden files and folders
    #[arg(long)]
    pub hidden: bool,
    /// Only files that match, a pattern as in .gitignore, relative to the project root; repeatable,
    /// in place of the configuration's
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// No files that match; repeatable, beside the configuration's
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Refuse to parse files larger than this: bytes, or with a suffix K, M or G [default: 4M]
    #[arg(long, value_name = "SIZE", value_parser = grep_cli::parse_human_readable_size)]
    pub max_file_size: Option<u64>,
    /// Only a share of the files, the M-th (from 1) of N; for checking and reviewing
    #[arg(long, value_name = "hash:M/N")]
    pub partition: Option<Partition>,
    /// The name of the text on standard input
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<PathBuf>,
    /// Number of threads; 0 for as many as there are cores, at most four a core
    #[arg(short = 'j', long, value_name = "NUMBER", default_value_t = 0)]
    pub threads: usize,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArgs {
    /// How findings are printed
    #[arg(long, value_name = "FORMAT", default_value = "full")]
    pub output_format: Format,
    /// Write to this file what would go to standard output
    #[arg(long, value_name = "FILE")]
    pub output_file: Option<PathBuf>,
    /// Count references, files, rewritten ones, reviews and those left, a row a rule
    #[arg(long)]
    pub statistics: bool,
    /// Exit 0 where it would be 1; failures are still 2
    #[arg(long, action = ArgAction::SetTrue)]
    pub exit_zero: bool,
}

fn languages() -> PossibleValuesParser {
    registry()
        .iter()
        .map(|language| language.syntax().language)
        .collect::<Vec<_>>()
        .into()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_fit_together() {
        Cli::command().debug_assert();
    }
}

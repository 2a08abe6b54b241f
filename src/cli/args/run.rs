//! Options of every command that reads sources: rules, rewriting, files, output.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Args, ValueEnum};

use super::StateArgs;
use crate::cli::report_args::FormatArg;
use crate::lang::{Strings, registry};
use crate::project::Partition;

/// Options of every command that reads sources.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct RunArgs {
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

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Rules")]
pub(in crate::cli) struct RuleArgs {
    /// A mapping file, a directory of them, or the name of a built-in table; repeatable
    #[arg(short, long = "mapping", value_name = "FILE, DIR or NAME")]
    pub mappings: Vec<String>,
    /// A rule on the spot, as `old::a::Foo=new::Bar` or `old.a.Foo=new.Bar`; repeatable. Alone: only those
    /// rules
    #[arg(long = "move", value_name = "OLD=NEW")]
    pub moves: Vec<String>,
    /// Only this language
    #[arg(long, value_name = "LANGUAGE", value_parser = languages())]
    pub lang: Option<String>,
    /// Use this configuration instead of the project's: a repoint.toml, pyproject.toml or Cargo.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Rewriting")]
pub(in crate::cli) struct RewriteArgs {
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
pub(in crate::cli) enum StringsArg {
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

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Files")]
pub(in crate::cli) struct FileArgs {
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
    #[arg(long, value_name = "SIZE", value_parser = size)]
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

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub(in crate::cli) struct OutputArgs {
    /// How findings are printed: full, concise, json-lines, json, github, gitlab, sarif, rdjson, junit,
    /// markdown or html [default: full]; FORMAT=FILE writes a report beside that, and may be repeated
    #[arg(long = "output-format", value_name = "FORMAT[=FILE]")]
    pub formats: Vec<FormatArg>,
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

/// A size as ripgrep takes it, `4M`, and as people write it, `4MB` and `4 MiB`: powers of 1024.
fn size(text: &str) -> Result<u64, String> {
    let plain = text.trim().to_uppercase().replace(' ', "");
    let plain = plain.strip_suffix('B').unwrap_or(&plain);
    let plain = plain.strip_suffix('I').unwrap_or(plain);
    grep_cli::parse_human_readable_size(plain).map_err(|_| {
        format!("`{text}` is no size: expected a number, or one with K, M or G, as in 4M")
    })
}

/// The names of the languages, as values of an option.
pub(super) fn languages() -> PossibleValuesParser {
    registry()
        .iter()
        .map(|language| language.syntax().language)
        .collect::<Vec<_>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_as_people_write_them() {
        for text in ["4M", "4MB", "4MiB", "4 mb", "4096K", "4194304", "4194304B"] {
            assert_eq!(size(text), Ok(4 << 20), "{text}");
        }
        for text in ["", "M", "4MM", "-1", "4T", "4BB"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}

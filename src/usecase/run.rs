//! What a run over sources needs, all of it decided: the project, the tables, the files.

use std::path::PathBuf;

use crate::config::Config;
use crate::lang::{Language, RewriteOptions};
use crate::mapping::Table;
use crate::output::Format;
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
    /// Where that goes, if not to standard output.
    pub output_file: Option<PathBuf>,
    /// Whether one file that fails, or one doubt, keeps all others from being written.
    pub strict: bool,
    /// Whether the counts of each rule are told.
    pub statistics: bool,
    /// Whether what is left counts for nothing.
    pub exit_zero: bool,
}

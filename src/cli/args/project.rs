//! `audit`, `config` and `init`: what a project is, and how it is set up.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{FileArgs, languages};
use crate::cli::audit::AuditFormat;

#[derive(Debug, Args)]
pub(in crate::cli) struct AuditArgs {
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
pub(in crate::cli) enum AuditTarget {
    Definition,
    Public,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ConfigArgs {
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
pub(in crate::cli) struct InitArgs {
    /// The folder that becomes the project's root
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
}

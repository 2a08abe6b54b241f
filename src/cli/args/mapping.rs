//! `mapping`: what may be asked of tables.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum MappingCommand {
    /// Validate mapping tables
    ///
    /// All of them together, as one table. Without FILE, the tables that are in force in this
    /// project.
    Check(MappingCheckArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct MappingCheckArgs {
    /// Mapping files, directories of them, or names of built-in tables
    #[arg(value_name = "FILE")]
    pub files: Vec<String>,
    /// Use this configuration instead of the project's: a repoint.toml, pyproject.toml or Cargo.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

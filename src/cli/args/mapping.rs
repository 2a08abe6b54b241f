//! `mapping`: what may be asked of tables.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::languages;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum MappingCommand {
    /// Validate mapping tables
    ///
    /// All of them together, as one table. Without FILE, the tables that are in force in this
    /// project.
    Check(MappingCheckArgs),
    /// List the tables of this project and those that come with the program
    List(MappingListArgs),
    /// Print a table
    Show(MappingShowArgs),
    /// Run the examples that tables carry
    ///
    /// Each `[[example]]` is a text of before and after. Exit 1 if the table makes something else of one.
    Test(MappingCheckArgs),
    /// Write a first table, with comments, into `mappings/` of the project
    ///
    /// Nothing is overwritten.
    Init(MappingInitArgs),
    /// Make a table of a list of old and new paths, and print it
    ///
    /// CSV: a row has the old path, the new one and perhaps a note, or the first row names the columns (from
    /// or old, to or new, note, review, kind, url, since, id). JSON: an object of old and new paths, or a list of
    /// objects with such keys. A row without a new path is a path without a successor.
    Import(MappingImportArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct MappingListArgs {
    /// Use this configuration instead of the project's: a repoint.toml, pyproject.toml or Cargo.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct MappingShowArgs {
    /// The name of a built-in table, as `repoint mapping list` has it, or a file
    #[arg(value_name = "NAME")]
    pub name: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct MappingInitArgs {
    /// What the table is called, and its file
    #[arg(value_name = "NAME", default_value = "paths")]
    pub name: String,
    /// The language of its paths [default: that of the sources of the project]
    #[arg(long, value_name = "LANGUAGE", value_parser = languages())]
    pub lang: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct MappingImportArgs {
    /// The list: a file that ends in .csv, .tsv or .json
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The language of its paths [default: told by `::` or a dot]
    #[arg(long, value_name = "LANGUAGE", value_parser = languages())]
    pub lang: Option<String>,
    /// What the table is called [default: the name of the file]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
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

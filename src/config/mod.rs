//! What a project says of itself, in `repoint.toml` or in a section of a manifest.
//!
//! Three kinds of types, as the text goes through: `schema` has the keys as they are written, `check`
//! makes a [`Config`] of them, in which every value was proved to mean something, and [`Settings`] is what
//! is in force once defaults and the command line are added. `read` reports every fault of the form.
//!
//! The section of a language stays a table that only this language understands, and names of mappings
//! stay names. Where the configuration stands is found by `project`; nothing here runs a command.

mod check;
mod gate;
mod home;
mod migrate;
mod read;
mod schema;
mod scope;
mod settings;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::document::{Problem, Problems, Source};
use crate::file::{NamedBy, read_named, text};
use crate::gate::Gate;
use crate::lang::{Language, Strings};
use crate::project::{Configured, Section};

pub use home::{Allowed, Home};
pub use migrate::{Batch, MESSAGE, Migrate, Pattern, Search};
pub use schema::{SCHEMA_NAME, json_schema};
pub use scope::Scope;
pub use settings::{Origin, Overrides, Setting, Settings};

/// Largest file that is parsed, in bytes, if nothing else is said: 4 MiB. Syntax trees need 60 to
/// 190 times the size of the file.
pub const MAX_FILE_SIZE: u64 = 4 << 20;

/// A configuration that was read and checked. What it does not say is `None`, or empty.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Where it stands; `None` if there is no configuration.
    pub configured: Option<Configured>,
    /// Mapping tables, as written: an existing path, relative to the folder of the file, or the
    /// name of a built-in one.
    pub mappings: Option<Said<Vec<String>>>,
    /// Globs of files to read.
    pub include: Option<Said<Vec<String>>>,
    /// Globs of files to leave out.
    pub exclude: Option<Said<Vec<String>>>,
    /// Largest file that is parsed, in bytes.
    pub max_file_size: Option<Said<u64>>,
    /// Which strings are references.
    pub strings: Option<Said<Strings>>,
    /// Whether documentation is rewritten.
    pub docs: Option<Said<bool>>,
    /// Whether mentions are noted.
    pub mentions: Option<Said<bool>>,
    /// Whether one file that fails stops all.
    pub strict: Option<Said<bool>>,
    /// Parts of the tree that are counted apart, in their order.
    pub scopes: Vec<SaidTable<Scope>>,
    /// Commands with an expectation, in their order; each name once.
    pub gates: Vec<SaidTable<Gate>>,
    /// Definitions with one path, in their order; each path once.
    pub homes: Vec<SaidTable<Home>>,
    /// How a migration goes.
    pub migrate: Migrate,
    /// What is said to a language, by its name.
    pub sections: BTreeMap<String, SaidTable<toml::Table>>,
    /// What is odd, but no error.
    pub warnings: Vec<Problem>,
}

/// A value that the configuration says.
#[derive(Clone, Debug, PartialEq)]
pub struct Said<T> {
    /// The value.
    pub value: T,
    /// The line of the file, from 1, where it is said.
    pub line: usize,
}

/// A table that the configuration says.
#[derive(Clone, Debug)]
pub struct SaidTable<T> {
    /// What it means.
    pub value: T,
    /// The line of the file, from 1, where it starts.
    pub line: usize,
    /// The line of each key that is written.
    pub keys: BTreeMap<String, usize>,
}

/// How a configuration is read.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    /// How messages call the file.
    pub name: &'a Path,
    /// Who says that it is to be read.
    pub by: NamedBy,
    /// The project's root, that globs are relative to.
    pub root: &'a Path,
    /// The languages that may have a section.
    pub languages: &'a [&'static dyn Language],
}

impl Config {
    /// Reads and checks the configuration that stands there. Paths in it are relative to its folder.
    ///
    /// # Errors
    /// The file cannot be read, is no TOML, or says something that is not understood: everything that is
    /// wrong with it.
    pub fn read(configured: &Configured, reading: &Reading<'_>) -> Result<Self, Problems> {
        let text = read_named(&configured.file, reading.by)
            .and_then(text)
            .map_err(|error| {
                Problem::whole(Some(reading.name), format!("cannot be read: {error}"))
            })?;
        Self::parse(text, configured, reading)
    }

    /// Checks the text of a configuration.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn parse(
        text: String,
        configured: &Configured,
        reading: &Reading<'_>,
    ) -> Result<Self, Problems> {
        let source = Source::file(reading.name.to_owned(), text);
        let mut errors = Vec::new();
        let written = read::read(&source, configured.section, reading.languages, &mut errors);
        let folder = configured.file.parent().unwrap_or(Path::new(""));
        let checked = written.map(|written| {
            let mut checker = check::Checker::new(&source, folder, reading.root, &mut errors);
            checker.config(written, configured)
        });
        errors.sort_by_key(Problem::position);
        Problems::unless(errors, checked.unwrap_or_default())
    }

    /// The folder that paths in it are relative to.
    pub fn folder(&self) -> Option<&Path> {
        self.configured.as_ref()?.file.parent()
    }

    /// The gates alone.
    pub fn gates(&self) -> impl Iterator<Item = &Gate> {
        self.gates.iter().map(|gate| &gate.value)
    }

    /// The scopes alone.
    pub fn scopes(&self) -> impl Iterator<Item = &Scope> {
        self.scopes.iter().map(|scope| &scope.value)
    }

    /// What is said to each language, by its name.
    pub fn tables(&self) -> BTreeMap<String, toml::Table> {
        let table =
            |(name, said): (&String, &SaidTable<toml::Table>)| (name.clone(), said.value.clone());
        self.sections.iter().map(table).collect()
    }
}

/// What is wrong where several configurations stand in one folder: one of them has to go.
///
/// # Errors
/// There are several.
pub fn only(configured: Vec<Configured>) -> Result<Option<Configured>, Problems> {
    if let [first, second, ..] = &configured[..] {
        let name = |at: &Configured| match at.section {
            Section::Whole => format!("`{}`", file_name(&at.file)),
            section => format!("`{}` of `{}`", section.header(), file_name(&at.file)),
        };
        let message = format!(
            "two configurations stand in this folder, {} and {}",
            name(first),
            name(second)
        );
        let problem = Problem::whole(first.file.parent(), message);
        return Err(problem
            .help("keep one of them: none is merged into another")
            .into());
    }
    Ok(configured.into_iter().next())
}

fn file_name(file: &Path) -> String {
    let name = file.file_name().map(PathBuf::from).unwrap_or_default();
    name.display().to_string()
}

//! What is in force: defaults, the configuration over them, the command line over both.

use super::{Config, MAX_FILE_SIZE, Said};
use crate::lang::Strings;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// This line, from 1, of the configuration.
    Line(usize),
    /// The command line.
    CommandLine,
}

/// A value in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Where it comes from.
    pub origin: Origin,
}

/// What the command line says; `None` and empty if it says nothing.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// Globs of files to read, in place of the configuration's.
    pub include: Vec<String>,
    /// Globs of files to leave out, beside the configuration's.
    pub exclude: Vec<String>,
    /// Largest file that is parsed, in bytes.
    pub max_file_size: Option<u64>,
    /// Which strings are references.
    pub strings: Option<Strings>,
    /// Whether documentation is rewritten.
    pub docs: Option<bool>,
    /// Whether mentions are noted.
    pub mentions: Option<bool>,
    /// Whether one file that fails stops all.
    pub strict: Option<bool>,
}

/// What is in force of that which has a default.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Globs of files to read; empty for all.
    pub include: Setting<Vec<String>>,
    /// Globs of files to leave out.
    pub exclude: Setting<Vec<String>>,
    /// Largest file that is parsed, in bytes.
    pub max_file_size: Setting<u64>,
    /// Which strings are references.
    pub strings: Setting<Strings>,
    /// Whether documentation is rewritten.
    pub docs: Setting<bool>,
    /// Whether mentions are noted.
    pub mentions: Setting<bool>,
    /// Whether one file that fails stops all.
    pub strict: Setting<bool>,
}

impl Settings {
    /// What is in force with this configuration and this command line.
    pub fn of(config: &Config, over: Overrides) -> Self {
        let include = (!over.include.is_empty()).then_some(over.include);
        let mut exclude = in_force(&config.exclude, None, Vec::new());
        if !over.exclude.is_empty() {
            exclude.value.extend(over.exclude);
            exclude.origin = Origin::CommandLine;
        }
        Self {
            include: in_force(&config.include, include, Vec::new()),
            exclude,
            max_file_size: in_force(&config.max_file_size, over.max_file_size, MAX_FILE_SIZE),
            strings: in_force(&config.strings, over.strings, Strings::default()),
            docs: in_force(&config.docs, over.docs, false),
            mentions: in_force(&config.mentions, over.mentions, false),
            strict: in_force(&config.strict, over.strict, false),
        }
    }
}

fn in_force<T: Clone>(said: &Option<Said<T>>, over: Option<T>, default: T) -> Setting<T> {
    let (value, origin) = match (over, said) {
        (Some(value), _) => (value, Origin::CommandLine),
        (None, Some(said)) => (said.value.clone(), Origin::Line(said.line)),
        (None, None) => (default, Origin::Default),
    };
    Setting { value, origin }
}

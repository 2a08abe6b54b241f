//! `repoint.toml`: what a project says of itself.
//!
//! As read here, nothing is resolved: names of mappings stay names, and the section of a language
//! stays a table that only this language understands.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer};

use crate::file::{NamedBy, read_named, text};
use crate::text::LineIndex;

/// Largest file that is parsed, in bytes, if nothing else is said: 4 MiB. Syntax trees need 60 to
/// 190 times the size of the file.
pub const MAX_FILE_SIZE: u64 = 4 << 20;

/// The content of a `repoint.toml`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// Mapping tables, as written: an existing path, relative to the folder of the file, or the
    /// name of a built-in one. `None` if the file does not say.
    pub mappings: Option<Vec<String>>,
    /// Globs of files to read; empty for all.
    pub include: Vec<String>,
    /// Globs of files to leave out.
    pub exclude: Vec<String>,
    /// Largest file that is parsed, in bytes.
    pub max_file_size: Option<u64>,
    /// What is said to a language, by its name.
    pub sections: BTreeMap<String, toml::Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Raw {
    mappings: Option<Vec<String>>,
    #[serde(default)]
    include: Vec<String>,
    #[serde(default)]
    exclude: Vec<String>,
    max_file_size: Option<Spanned<Size>>,
}

/// A size in bytes: a number, or one with a suffix of 1024s (`"512K"`, `"4M"`).
#[derive(Deserialize)]
#[serde(untagged)]
enum Size {
    Bytes(u64),
    Text(String),
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: cannot be read", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no valid configuration.
    #[error("{}:{line}: {message}", file.display())]
    Invalid {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong and what was expected.
        message: String,
    },
}

impl Config {
    /// Reads `file`, that `by` named. `languages` are the names that a section may have.
    ///
    /// # Errors
    /// The file cannot be read, is no TOML, or says something that is not understood: the first
    /// such place.
    pub fn read(file: &Path, by: NamedBy, languages: &[&str]) -> Result<Self, ConfigError> {
        let text = read_named(file, by)
            .and_then(text)
            .map_err(|source| ConfigError::Read {
                file: file.to_owned(),
                source,
            })?;
        Self::parse(&text, languages).map_err(|Wrong { offset, message }| ConfigError::Invalid {
            file: file.to_owned(),
            line: LineIndex::new(&text).line_of(offset.min(text.len())) + 1,
            message,
        })
    }

    fn parse(text: &str, languages: &[&str]) -> Result<Self, Wrong> {
        let mut table = DeTable::parse(text)?;
        let sections = take_sections(table.get_mut(), languages)?;
        let raw = Raw::deserialize(Deserializer::from(table))?;
        let max_file_size = raw.max_file_size.map(bytes).transpose()?;
        Ok(Self {
            mappings: raw.mappings,
            include: raw.include,
            exclude: raw.exclude,
            max_file_size,
            sections,
        })
    }
}

/// Something wrong at a byte of the text.
#[derive(Debug)]
struct Wrong {
    offset: usize,
    message: String,
}

impl From<toml::de::Error> for Wrong {
    fn from(error: toml::de::Error) -> Self {
        Self {
            offset: error.span().map_or(0, |span| span.start),
            // The parser's second line says what was expected.
            message: error.message().lines().collect::<Vec<_>>().join(", "),
        }
    }
}

fn take_sections(
    table: &mut DeTable<'_>,
    languages: &[&str],
) -> Result<BTreeMap<String, toml::Table>, Wrong> {
    let mut sections = BTreeMap::new();
    for &language in languages {
        let Some((_, value)) = table.remove_entry(language) else {
            continue;
        };
        let offset = value.span().start;
        let DeValue::Table(section) = value.into_inner() else {
            return Err(Wrong {
                offset,
                message: format!("`{language}` must be a table: write `[{language}]`"),
            });
        };
        let spanned = Spanned::new(offset..offset, section);
        let section = toml::Table::deserialize(Deserializer::from(spanned))?;
        sections.insert(language.to_owned(), section);
    }
    Ok(sections)
}

fn bytes(size: Spanned<Size>) -> Result<u64, Wrong> {
    let offset = size.span().start;
    match size.into_inner() {
        Size::Bytes(bytes) => Ok(bytes),
        Size::Text(text) => grep_cli::parse_human_readable_size(&text).map_err(|error| Wrong {
            offset,
            message: error.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::CONFIG_NAME;

    fn parse(text: &str) -> Result<Config, Wrong> {
        Config::parse(text, &["rust", "python"])
    }

    #[track_caller]
    fn refuses(text: &str, at: &str, words: &str) {
        let wrong = parse(text).expect_err("must not be accepted");
        assert!(wrong.message.contains(words), "{}", wrong.message);
        assert!(text[wrong.offset..].starts_with(at), "{}", wrong.offset);
    }

    #[test]
    fn reads_every_key() {
        let config = parse(
            "mappings = ['m.toml']\ninclude = ['src/**']\nexclude = ['gen/**']\n\
             max-file-size = '8M'\n[rust]\nstring-attributes = ['x.y']\n",
        )
        .expect("valid");
        assert_eq!(config.mappings, Some(vec!["m.toml".to_owned()]));
        assert_eq!(config.include, ["src/**"]);
        assert_eq!(config.exclude, ["gen/**"]);
        assert_eq!(config.max_file_size, Some(8 << 20));
        assert!(config.sections["rust"].contains_key("string-attributes"));
    }

    #[test]
    fn an_empty_file_says_nothing() {
        assert_eq!(parse("").expect("valid"), Config::default());
    }

    #[test]
    fn unknown_keys_are_errors_at_their_place() {
        refuses(
            "include = []\nmapping = ['x']\n",
            "mapping",
            "unknown field `mapping`",
        );
        refuses("[cobol]\n", "cobol", "unknown field `cobol`");
    }

    #[test]
    fn wrong_types_are_errors_at_their_place() {
        refuses("\nmappings = 3\n", "3", "invalid type");
        refuses("rust = 3\n", "3", "write `[rust]`");
        refuses("max-file-size = '4 cats'\n", "'4 cats'", "4 cats");
        refuses("include = [\n", "", "");
    }

    #[test]
    fn the_error_names_file_and_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(CONFIG_NAME);
        std::fs::write(&file, "\n\nnope = 1\n").expect("written");
        let error = Config::read(&file, NamedBy::Tree, &[])
            .expect_err("unknown key")
            .to_string();
        assert!(
            error.contains("repoint.toml:3: unknown field `nope`"),
            "{error}"
        );
    }
}

//! Where rules come from: files, folders of them, built-in tables, the command line.

use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::builtin::{builtin, builtin_names};
use super::diagnostic::{MappingError, MappingErrors};
use super::schema::nearest;

/// A text that holds rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MappingSource {
    /// A mapping file.
    Toml {
        /// How messages call it: the path as it was named or found.
        file: PathBuf,
        /// What it holds.
        text: String,
    },
    /// A rule from the command line, `OLD=NEW`.
    Move {
        /// `OLD=NEW`.
        text: String,
        /// The language of both paths, if it is known from elsewhere.
        language: Option<String>,
    },
}

impl MappingSource {
    /// What `-m ARG` means: a file, a folder (every `*.toml` below it, in order of their paths;
    /// ignore rules do not apply), or else a built-in table's name. Relative paths start at `base`,
    /// and are named in messages as they were given.
    ///
    /// # Errors
    /// Nothing is called so, a folder holds no table, or a file cannot be read: every such file.
    pub fn resolve(arg: &str, base: &Path) -> Result<Vec<Self>, MappingErrors> {
        let named = Path::new(arg);
        let path = base.join(named);
        if path.is_dir() {
            return Self::below(named, &path);
        }
        // Whatever else is there is read, so that what is wrong with it is said.
        if path.symlink_metadata().is_ok() {
            return Ok(vec![Self::read(named, &path)?]);
        }
        if let Some(text) = builtin(arg) {
            return Ok(vec![Self::Toml {
                file: PathBuf::from(arg),
                text: text.to_owned(),
            }]);
        }
        let names: Vec<_> = builtin_names().map(|name| format!("`{name}`")).collect();
        let help = match nearest(arg, builtin_names()) {
            Some(near) => format!("did you mean the built-in table `{near}`?"),
            None => format!("the built-in tables are {}", names.join(", ")),
        };
        Err(MappingError::whole(
            Some(named),
            "expected a mapping file, a folder of them or the name of a built-in table, found none",
        )
        .help(help)
        .into())
    }

    /// Reads the file at `path`, which messages call `named`.
    fn read(named: &Path, path: &Path) -> Result<Self, MappingErrors> {
        let bytes = fs::read(path).map_err(|error| {
            MappingError::whole(Some(named), format!("cannot read the mapping: {error}"))
        })?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::Toml {
                file: named.to_path_buf(),
                text,
            }),
            Err(error) => Err(MappingError::whole(
                Some(named),
                format!(
                    "the mapping is not UTF-8 (byte {})",
                    error.utf8_error().valid_up_to()
                ),
            )
            .help("TOML is UTF-8: convert the file")
            .into()),
        }
    }

    fn below(named: &Path, folder: &Path) -> Result<Vec<Self>, MappingErrors> {
        let mut found = Vec::new();
        let mut errors = Vec::new();
        for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    errors.push(MappingError::whole(
                        Some(named),
                        format!("cannot walk the folder: {error}"),
                    ));
                    continue;
                }
            };
            let is_table = entry.path().extension().is_some_and(|ext| ext == "toml");
            if entry.file_type().is_dir() || !is_table {
                continue;
            }
            let below = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            match Self::read(&named.join(below), entry.path()) {
                Ok(source) => found.push(source),
                Err(error) => errors.extend(error),
            }
        }
        if found.is_empty() && errors.is_empty() {
            errors.push(MappingError::whole(
                Some(named),
                "expected mapping files in the folder, found no `*.toml` below it",
            ));
        }
        MappingErrors::unless(errors, found)
    }
}

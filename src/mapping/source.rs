//! Where rules come from: files, folders of them, built-in tables, the command line.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::builtin::{builtin, builtin_names};
use crate::document::nearest;
use crate::document::{Problem, Problems};
use crate::file::{NamedBy, read_named};
use crate::text::shown;

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
    /// A definition with one path, that all others lead to: a `[[home]]` of the configuration.
    Home(HomeSource),
}

/// The rules of a `[[home]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomeSource {
    /// The configuration, as messages call it, and the line, from 1.
    pub origin: (PathBuf, usize),
    /// The language of the paths.
    pub language: String,
    /// The one path.
    pub home: String,
    /// Paths that lead to it.
    pub others: Vec<String>,
    /// Which package is meant, when two have one library name.
    pub package: Option<String>,
}

impl HomeSource {
    /// The id of the rule that the home itself stays.
    pub fn id(home: &str) -> String {
        format!("home {home}")
    }
}

impl MappingSource {
    /// What `-m ARG` means: a file, a folder (every `*.toml` below it, in order of their paths;
    /// ignore rules do not apply), or else a built-in table's name. Relative paths start at `base`,
    /// and are named in messages as they were given.
    ///
    /// A file that is named may be anything that can be read, a pipe too. Those of a folder must be
    /// regular files and lie, links resolved, in the folder or in `base`.
    ///
    /// # Errors
    /// Nothing is called so, a folder holds no table, or a file cannot be read: every such file.
    pub fn resolve(arg: &str, base: &Path) -> Result<Vec<Self>, Problems> {
        Self::find(
            arg,
            base,
            &Bounds::around(&[base, &base.join(arg)]),
            NamedBy::Person,
        )
    }

    /// As [`resolve`](Self::resolve), for what a tree says of itself: each file must be a regular
    /// one and lie, links resolved, in `base` or in `project`. Messages show lines of tables, and
    /// a tree must not make them show others.
    ///
    /// # Errors
    /// As for [`resolve`](Self::resolve); a file lies elsewhere.
    pub fn listed(arg: &str, base: &Path, project: &Path) -> Result<Vec<Self>, Problems> {
        Self::find(arg, base, &Bounds::around(&[base, project]), NamedBy::Tree)
    }

    fn find(arg: &str, base: &Path, bounds: &Bounds, by: NamedBy) -> Result<Vec<Self>, Problems> {
        let named = Path::new(arg);
        let path = base.join(named);
        if by == NamedBy::Tree && path.symlink_metadata().is_ok() {
            bounds.check(named, &path)?;
        }
        if path.is_dir() {
            return Self::below(named, &path, bounds);
        }
        // Whatever else is there is read, so that what is wrong with it is said.
        if path.symlink_metadata().is_ok() {
            return Ok(vec![Self::read(named, &path, by)?]);
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
        Err(Problem::whole(
            Some(named),
            "expected a mapping file, a folder of them or the name of a built-in table, found none",
        )
        .help(help)
        .into())
    }

    /// Reads the file at `path`, which messages call `named`.
    fn read(named: &Path, path: &Path, by: NamedBy) -> Result<Self, Problems> {
        let bytes = read_named(path, by).map_err(|error| {
            Problem::whole(Some(named), format!("cannot read the mapping: {error}"))
        })?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::Toml {
                file: named.to_path_buf(),
                text,
            }),
            Err(error) => Err(Problem::whole(
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

    fn below(named: &Path, folder: &Path, bounds: &Bounds) -> Result<Vec<Self>, Problems> {
        let mut found = Vec::new();
        let mut errors = Vec::new();
        let mut walk = WalkDir::new(folder)
            .follow_links(true)
            .sort_by_file_name()
            .into_iter();
        while let Some(entry) = walk.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    errors.push(Problem::whole(
                        Some(named),
                        format!("cannot walk the folder: {error}"),
                    ));
                    continue;
                }
            };
            let is_folder = entry.file_type().is_dir();
            let is_table = entry.path().extension().is_some_and(|ext| ext == "toml");
            if !is_folder && !is_table {
                continue;
            }
            let below = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            let name = named.join(below);
            // The folder itself is what was asked for.
            if entry.depth() > 0
                && entry.path_is_symlink()
                && let Err(error) = bounds.check(&name, entry.path())
            {
                errors.extend(error);
                if is_folder {
                    walk.skip_current_dir();
                }
                continue;
            }
            if is_folder {
                continue;
            }
            match Self::read(&name, entry.path(), NamedBy::Tree) {
                Ok(source) => found.push(source),
                Err(error) => errors.extend(error),
            }
        }
        if found.is_empty() && errors.is_empty() {
            errors.push(Problem::whole(
                Some(named),
                "expected mapping files in the folder, found no `*.toml` below it",
            ));
        }
        Problems::unless(errors, found)
    }
}

/// Folders, without links, in which files must lie.
struct Bounds(Vec<PathBuf>);

impl Bounds {
    /// Those of the folders that there are.
    fn around(folders: &[&Path]) -> Self {
        Self(
            folders
                .iter()
                .filter_map(|folder| folder.canonicalize().ok())
                .collect(),
        )
    }

    /// Says that a file or folder leads out of all of them.
    fn check(&self, named: &Path, path: &Path) -> Result<(), Problems> {
        // What leads nowhere is said by who reads it.
        let Ok(real) = path.canonicalize() else {
            return Ok(());
        };
        if self.0.iter().any(|folder| real.starts_with(folder)) {
            return Ok(());
        }
        let real = shown(&real);
        Err(Problem::whole(
            Some(named),
            format!("the mapping lies outside of the project, at {real}"),
        )
        .help(format!("name it on the command line: --mapping {real}"))
        .into())
    }
}

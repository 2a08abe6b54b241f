//! Files that are candidates for where they lie: those of a module that moves itself, and those of a crate of
//! which something moves, where a glob of its own modules may come to bring less.

use std::ffi::OsString;
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use memchr::memmem;
use rustc_hash::{FxHashMap, FxHashSet};

use super::manifest::Krate;
use super::resolve::{self, is_standard_crate, sources};
use crate::file;
use crate::lang::concurrent_cache::ConcurrentCache;
use crate::mapping::{Action, Table};
use crate::path::Segment;
use crate::project::{Anchor, Place, Prefilter};

/// Words of what leads elsewhere once a file moves to another folder: `super`, paths of files, and `pub(in path)`.
const RELATIVE: [&str; 5] = ["super", "include", "include_bytes", "include_str", "pub"];

/// A glob by a relative path that others see, and up to where its star stands: what it offers may have moved, although
/// nothing of it is named there. Private ones are everywhere, and bring only what is named.
const SHOWN_GLOBS: [(&str, [&str; 4]); 3] = [
    (
        "crate",
        [
            "pub use crate::*",
            ") use crate::*",
            "pub use crate::{",
            ") use crate::{",
        ],
    ),
    (
        "super",
        [
            "pub use super::*",
            ") use super::*",
            "pub use super::{",
            ") use super::{",
        ],
    ),
    (
        "self",
        [
            "pub use self::super::*",
            ") use self::super::*",
            "pub use self::{",
            ") use self::{",
        ],
    ),
];

/// Folders of a package in which each file, or folder, is a target of its own name.
const TARGET_FOLDERS: [&str; 4] = ["src/bin", "tests", "examples", "benches"];

/// So many names are looked for one by one: it takes as many calls of the system as listing a folder does.
const MOST_LOOKED_FOR: usize = 4;

/// The words of each set of places: of a file that moves, of a file that may show what moved, of one that is both.
pub(super) fn anchors() -> Vec<Vec<Anchor>> {
    let relative = RELATIVE.map(|word| Anchor {
        word: Some(word.to_owned()),
        alongside: Vec::new(),
    });
    let shown = SHOWN_GLOBS.map(|(word, texts)| Anchor {
        word: Some(word.to_owned()),
        alongside: texts.map(str::to_owned).to_vec(),
    });
    let both = relative.iter().chain(&shown).cloned().collect();
    vec![relative.to_vec(), shown.to_vec(), both]
}

/// Which of [`anchors`] are for a file, if any are.
pub(super) fn set_of(moves: bool, may_show: bool) -> Option<usize> {
    match (moves, may_show) {
        (false, false) => None,
        (true, false) => Some(0),
        (false, true) => Some(1),
        (true, true) => Some(2),
    }
}

/// Whether a text has a glob by a relative path that others see.
pub(super) fn shows_glob(text: &str) -> bool {
    let mut texts = SHOWN_GLOBS.iter().flat_map(|(_, texts)| texts);
    texts.any(|shown| {
        memmem::find_iter(text.as_bytes(), shown).any(|at| {
            let item = text[at..].split(';').next();
            item.is_some_and(|item| item.contains('*'))
        })
    })
}

/// The files of a module that gets another parent, with what leads elsewhere afterwards.
pub(super) fn places(table: &Table) -> Vec<Place> {
    let mut places = Vec::new();
    for rule in table.rules() {
        let Action::Move(to) = &rule.action else {
            continue;
        };
        let (old, new) = (rule.from.segments(), to.segments());
        let same_parent = old[..old.len() - 1] == new[..new.len() - 1];
        if old[0] != new[0] || same_parent || !rule.kinds.meets(resolve::TYPE) {
            continue;
        }
        for path in [old, new].into_iter().filter(|path| path.len() > 1) {
            places.push(Place {
                names: path[1..].iter().map(ToString::to_string).collect(),
            });
        }
    }
    places
}

/// The crates of which something moves, by name, and where they may be named.
pub(super) struct MovedCrates {
    names: FxHashSet<Segment>,
    /// Something of the standard library moves, which all crates can name.
    has_standard: bool,
    /// The names as words.
    words: Prefilter,
    /// What a target of one is called in a folder of targets, if that is little enough to look for.
    target_files: Option<Vec<String>>,
    /// Whether files of a folder may be part of one. Asked of every file, so the key is hashed as bytes, not by
    /// its names.
    by_folder: RwLock<FxHashMap<OsString, bool>>,
    /// Whether a source below a folder has one of the names.
    said_below: ConcurrentCache<bool>,
}

impl MovedCrates {
    /// Those of a table. Of the standard library nothing moves away from under a glob of the project.
    pub(super) fn of(table: &Table) -> Self {
        let rules = table.rules().iter();
        let mut names: FxHashSet<Segment> = rules
            .filter(|rule| rule.is_looked_for())
            .map(|rule| rule.from.segments()[0].clone())
            .collect();
        let all = names.len();
        names.retain(|name| !is_standard_crate(name.as_str()));
        Self {
            has_standard: names.len() < all,
            words: Prefilter::of_names(names.iter().map(Segment::as_str)),
            target_files: target_files(&names),
            names,
            by_folder: RwLock::default(),
            said_below: ConcurrentCache::default(),
        }
    }

    /// Whether this is one of them.
    pub(super) fn contains(&self, name: &Segment) -> bool {
        self.names.contains(name)
    }

    /// Whether a file (absolute) may be part of one: the nearest package has its name, or a target of
    /// that name. Errs on the side of yes; asked of every file of a tree, so manifests are not parsed.
    pub(super) fn may_hold(&self, file: &Path) -> bool {
        !self.names.is_empty() && file.parent().is_none_or(|folder| self.is_of_one(folder))
    }

    /// Whether a text that is part of `krate` can name something of one: it is one itself, it depends on one, or
    /// one of its sources says the name of one all the same (not every tree is built by Cargo). What a file
    /// can name by no path has no reference, so it need not be parsed.
    pub(super) fn may_be_named(&self, krate: &Krate, text: &str) -> bool {
        let (Some(externs), Some(dev)) = (&krate.externs, &krate.dev_externs) else {
            return true;
        };
        let mut can_name = externs.values().chain(dev.values());
        self.has_standard
            || krate.name.as_ref().is_some_and(|name| self.contains(name))
            || can_name.any(|krate| self.contains(&krate.library))
            || self.words.contains_any(text)
            || krate
                .root
                .parent()
                .is_none_or(|folder| self.is_said_below(folder))
    }

    /// Whether a source below a folder says one of the names. The folder of a package holds more than its sources
    /// (what was built, other packages), and is not searched: it counts as one that does.
    fn is_said_below(&self, folder: &Path) -> bool {
        self.said_below.get_or(folder, || {
            folder.join("Cargo.toml").exists()
                || sources(folder.to_owned())
                    .any(|source| file::read(&source).is_ok_and(|text| self.words.matches(&text)))
        })
    }

    fn is_of_one(&self, folder: &Path) -> bool {
        let known = self
            .by_folder
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.get(folder.as_os_str()) {
            return *known;
        }
        drop(known);
        let is_of_one = match file::read(&folder.join("Cargo.toml")) {
            Ok(manifest) if memmem::find(&manifest, b"package").is_some() => {
                self.names.iter().any(|name| names(&manifest, name))
            }
            // That of a workspace alone, or none: without a package the folder names the crate.
            _ => {
                self.has_target(folder) || folder.parent().is_none_or(|above| self.is_of_one(above))
            }
        };
        let mut all = self
            .by_folder
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        all.insert(folder.as_os_str().to_owned(), is_of_one);
        is_of_one
    }

    /// Whether a target in this folder has the name of one. Errs on the side of yes.
    fn has_target(&self, folder: &Path) -> bool {
        let has_targets = TARGET_FOLDERS.iter().any(|name| folder.ends_with(name));
        if !has_targets {
            return false;
        }
        // To look for a few names costs less than to list a folder.
        if let Some(files) = &self.target_files {
            let is_there = |name| folder.join(name).symlink_metadata().is_ok();
            return files.iter().any(is_there);
        }
        let is_one = |entry: std::fs::DirEntry| {
            let path = entry.path();
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            stem.is_some_and(|stem| self.names.contains(stem.replace('-', "_").as_str()))
        };
        std::fs::read_dir(folder).is_ok_and(|all| all.flatten().any(is_one))
    }
}

/// The files and folders of targets with these names, in each spelling, unless they are more than
/// [`MOST_LOOKED_FOR`].
fn target_files(names: &FxHashSet<Segment>) -> Option<Vec<String>> {
    let mut files = Vec::new();
    for name in names {
        let spellings = match name.matches('_').count() {
            0 => vec![name.to_string()],
            1 => vec![name.to_string(), name.replace('_', "-")],
            _ => return None,
        };
        files.extend(spellings.iter().map(|name| format!("{name}.rs")));
        files.extend(spellings);
        if files.len() > MOST_LOOKED_FOR {
            return None;
        }
    }
    Some(files)
}

/// Whether a manifest gives a package, or a target of it, this name, with `-` or `_`.
fn names(manifest: &[u8], name: &str) -> bool {
    let is_it = |at: usize| {
        let value = manifest[at + 4..].trim_ascii_start().strip_prefix(b"=");
        let value = value.and_then(|value| match value.trim_ascii_start() {
            [b'"' | b'\'', rest @ ..] => rest.get(..=name.len()),
            _ => None,
        });
        let Some([value @ .., b'"' | b'\'']) = value else {
            return false;
        };
        let folded = value
            .iter()
            .map(|byte| if *byte == b'-' { b'_' } else { *byte });
        folded.eq(name.bytes())
    };
    memmem::find_iter(manifest, "name").any(is_it)
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_manifest_names_its_package_and_its_targets() {
        for manifest in [
            "[package]\nname = \"a-b\"\n",
            "[lib]\nname='a_b'",
            "[[bin]]\nname   =\t\"a_b\"\n",
        ] {
            assert!(names(manifest.as_bytes(), "a_b"), "{manifest}");
        }
        for manifest in [
            "[dependencies]\na-b = \"1\"\n",
            "name = \"a_bc\"",
            "name = \"za_b\"",
            "name.workspace = true\na_b",
            "name = ",
            "name = \"a_b",
        ] {
            assert!(!names(manifest.as_bytes(), "a_b"), "{manifest}");
        }
    }
}

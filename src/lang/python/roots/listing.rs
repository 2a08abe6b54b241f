//! What a folder holds that can be a module, by the names on disk.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;

use crate::lang::concurrent_cache::ConcurrentCache;
use crate::path::Segment;

/// Listings of folders; each is read once. A folder that is none, or cannot be read, is empty.
#[derive(Default)]
pub(super) struct Folders(ConcurrentCache<Arc<Listing>>);

impl Folders {
    /// What `folder` holds.
    pub(super) fn list(&self, folder: &Path) -> Arc<Listing> {
        self.0.get_or(folder, || Arc::new(Listing::read(folder)))
    }

    /// The file that makes `folder` a regular package, if there is one.
    pub(super) fn init(&self, folder: &Path) -> Option<PathBuf> {
        self.list(folder).get("__init__")?.file_in(folder)
    }
}

/// The entries of one folder by the name that a module of theirs has.
///
/// Names are those that the folder gives, so that case counts on every file system, as it does for
/// Python.
#[derive(Debug, Default)]
pub(super) struct Listing(FxHashMap<Segment, Entry>);

impl Listing {
    fn read(folder: &Path) -> Self {
        let mut names: FxHashMap<Segment, Entry> = FxHashMap::default();
        let Ok(entries) = fs::read_dir(folder) else {
            return Self::default();
        };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let Some((stem, part)) = part_of(&name) else {
                continue;
            };
            // A folder called `a.py` is nothing, and so is a file called `a`.
            if is_folder(&entry) == Some(part == Part::Folder) {
                let known = names.entry(Segment::new(stem)).or_default();
                known.add(part, &name);
            }
        }
        Self(names)
    }

    /// The names, sorted.
    pub(super) fn names(&self) -> Vec<Segment> {
        let mut names: Vec<Segment> = self.0.keys().cloned().collect();
        names.sort();
        names
    }

    /// What is called `name`. Python's names are composed (NFKC) but a file's may have been
    /// decomposed by the system that wrote it, so canonical equality counts too.
    pub(super) fn get(&self, name: &str) -> Option<&Entry> {
        self.0.get(name).or_else(|| {
            if name.is_ascii() {
                return None;
            }
            let same = |other: &str| !other.is_ascii() && other.nfc().eq(name.nfc());
            let found = self.0.iter().filter(|(other, _)| same(other));
            found
                .min_by_key(|(other, _)| *other)
                .map(|(_, entry)| entry)
        })
    }
}

/// What bears one name in a folder, each with its name on disk.
#[derive(Debug, Default)]
pub(super) struct Entry {
    folder: Option<Box<str>>,
    source: Option<Box<str>>,
    stub: Option<Box<str>>,
    binary: Option<Box<str>>,
}

impl Entry {
    fn add(&mut self, part: Part, name: &str) {
        let slot = match part {
            Part::Folder => &mut self.folder,
            Part::Source => &mut self.source,
            Part::Stub => &mut self.stub,
            Part::Binary => &mut self.binary,
        };
        // A folder can hold an extension for several interpreters; the order on disk is chance.
        if slot.as_deref().is_none_or(|known| name < known) {
            *slot = Some(name.into());
        }
    }

    /// The folder of that name.
    pub(super) fn folder_in(&self, folder: &Path) -> Option<PathBuf> {
        self.folder.as_deref().map(|name| folder.join(name))
    }

    /// The file of that name: the source before the stub, which describes it, before the binary.
    pub(super) fn file_in(&self, folder: &Path) -> Option<PathBuf> {
        let name = self.source.as_deref().or(self.stub.as_deref());
        let name = name.or(self.binary.as_deref())?;
        Some(folder.join(name))
    }

    /// The file of that name that can be read as text.
    pub(super) fn text_in(&self, folder: &Path) -> Option<PathBuf> {
        let name = self.source.as_deref().or(self.stub.as_deref())?;
        Some(folder.join(name))
    }

    /// Whether there is more of it than a stub: what Python itself would load.
    pub(super) fn is_loadable(&self) -> bool {
        self.source.is_some() || self.binary.is_some()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Folder,
    Source,
    Stub,
    Binary,
}

/// The module name in a name on disk, and what would bear it. Byte code is left out: what lies
/// beside its source says nothing new, and without one it is mostly a left-over.
fn part_of(name: &str) -> Option<(&str, Part)> {
    let Some((stem, suffix)) = name.split_once('.') else {
        return Some((name, Part::Folder));
    };
    let part = match suffix {
        "py" => Part::Source,
        "pyi" => Part::Stub,
        // The source of an extension module, which a checkout holds unbuilt.
        "pyx" => Part::Binary,
        _ if is_binary(suffix) => Part::Binary,
        _ => return None,
    };
    (!stem.is_empty()).then_some((stem, part))
}

/// Whether a suffix is that of an extension module for any interpreter (PEP 3149, PEP 384): no
/// tag, or one of an interpreter.
fn is_binary(suffix: &str) -> bool {
    if suffix == "so" || suffix == "pyd" {
        return true;
    }
    let tag = suffix.strip_suffix(".so").or(suffix.strip_suffix(".pyd"));
    tag.is_some_and(|tag| {
        !tag.contains('.')
            && ["abi3", "cpython-", "cp3", "pypy", "graalpy"]
                .iter()
                .any(|start| tag.starts_with(start))
    })
}

/// Whether the entry is a folder or a file, behind links; `None` for all else and for links that
/// lead nowhere or round.
fn is_folder(entry: &fs::DirEntry) -> Option<bool> {
    let kind = entry.file_type().ok()?;
    let kind = if kind.is_symlink() {
        fs::metadata(entry.path()).ok()?.file_type()
    } else {
        kind
    };
    (kind.is_dir() || kind.is_file()).then(|| kind.is_dir())
}

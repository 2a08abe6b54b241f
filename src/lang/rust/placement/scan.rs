//! What location alone does not tell: files that a `#[path]` somewhere in the tree brings in, and
//! links. One read of the tree's sources, only when somebody asks.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use bstr::ByteSlice;
use ignore::{DirEntry, WalkBuilder, WalkState};
use memchr::memmem;
use rustc_hash::FxHashMap;

use super::declared::Base;
use super::lex::declarations;
use crate::file;
use crate::project::{keep_out, normalized, odd_around};

/// Files with `#[path]` modules and what they bring, of one tree.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Files that may declare this one by `#[path]`.
    declared_by: FxHashMap<PathBuf, Vec<PathBuf>>,
    /// Files that some `#[path]` names, by their folder: their children lie beside them.
    named_in: FxHashMap<PathBuf, Vec<PathBuf>>,
    /// Links to a file, by the file.
    links: FxHashMap<PathBuf, Vec<PathBuf>>,
}

impl Scan {
    /// Reads the tree below `root`.
    pub(super) fn of(root: &Path) -> Self {
        let seen = Mutex::new(Vec::new());
        walk(root, |entry| {
            let path = entry.path();
            if path.extension() != Some(OsStr::new("rs")) {
                return;
            }
            if entry.path_is_symlink() {
                if let Ok(real) = fs::canonicalize(path)
                    && real.is_file()
                {
                    keep(&seen, Seen::Link(real, path.to_owned()));
                }
                return;
            }
            if let Ok(bytes) = file::read(path)
                && mentions_path_attribute(&bytes)
            {
                for target in named_files(path, &bytes.to_str_lossy()) {
                    keep(&seen, Seen::Declares(path.to_owned(), target));
                }
            }
        });
        let mut seen = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        seen.sort();
        seen.dedup();
        let mut scan = Self::default();
        for seen in seen {
            match seen {
                Seen::Declares(by, target) => {
                    if let Some(folder) = target.parent() {
                        let named = scan.named_in.entry(folder.to_owned()).or_default();
                        if named.last() != Some(&target) {
                            named.push(target.clone());
                        }
                    }
                    scan.declared_by.entry(target).or_default().push(by);
                }
                Seen::Link(real, link) => scan.links.entry(real).or_default().push(link),
            }
        }
        scan
    }

    /// Files that may declare `file` by `#[path]`.
    pub(super) fn declaring(&self, file: &Path) -> &[PathBuf] {
        self.declared_by.get(file).map_or(&[], Vec::as_slice)
    }

    /// Files in `folder` that some `#[path]` names.
    pub(super) fn named_in(&self, folder: &Path) -> &[PathBuf] {
        self.named_in.get(folder).map_or(&[], Vec::as_slice)
    }

    /// Links to `file`.
    pub(super) fn links(&self, file: &Path) -> &[PathBuf] {
        self.links.get(file).map_or(&[], Vec::as_slice)
    }
}

/// The folders below `root` with a `Cargo.toml`, sorted.
pub(super) fn manifest_folders(root: &Path) -> Vec<PathBuf> {
    let seen = Mutex::new(Vec::new());
    walk(root, |entry| {
        if entry.file_name() == "Cargo.toml"
            && let Some(folder) = entry.path().parent()
        {
            keep(&seen, folder.to_owned());
        }
    });
    let mut folders = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    folders.sort();
    folders
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    Declares(PathBuf, PathBuf),
    Link(PathBuf, PathBuf),
}

fn keep<T>(all: &Mutex<Vec<T>>, one: T) {
    all.lock().unwrap_or_else(PoisonError::into_inner).push(one);
}

/// Calls `visit` for every file and link that a run would see (ignore rules as in discovery;
/// build output is told by its tag).
fn walk(root: &Path, visit: impl Fn(&DirEntry) + Sync) {
    if odd_around(root).is_some() {
        return;
    }
    let mut builder = WalkBuilder::new(root);
    builder.git_global(false).require_git(false);
    // The run's own walk says which those are.
    keep_out(&mut builder);
    builder.build_parallel().run(|| {
        Box::new(|entry| {
            let Ok(entry) = entry else {
                return WalkState::Continue;
            };
            if entry.file_type().is_some_and(|kind| kind.is_dir()) {
                let built = entry.depth() > 0 && entry.path().join("CACHEDIR.TAG").exists();
                return if built {
                    WalkState::Skip
                } else {
                    WalkState::Continue
                };
            }
            if entry.file_type().is_some() {
                visit(&entry);
            }
            WalkState::Continue
        })
    });
}

/// Whether `path = "` stands somewhere, with a `mod` to go with it.
fn mentions_path_attribute(bytes: &[u8]) -> bool {
    memmem::find_iter(bytes, "path").any(|at| {
        let rest = bytes[at + 4..].trim_start();
        let value = rest.strip_prefix(b"=").map(<[u8]>::trim_start);
        value.is_some_and(|value| matches!(value.first(), Some(b'"' | b'r')))
    }) && memmem::find(bytes, b"mod").is_some()
}

/// The files that the `#[path]` modules of `file` name, wherever it looks for its children.
fn named_files(file: &Path, text: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for declaration in declarations(text) {
        if !declaration.has_path() {
            continue;
        }
        for base in [Base::of_owner(file), Base::of_named(file)] {
            for target in declaration.targets(&base) {
                if let Ok(real) = fs::canonicalize(&target.file) {
                    files.push(normalized(&target.file));
                    files.push(real);
                }
            }
        }
    }
    files
}

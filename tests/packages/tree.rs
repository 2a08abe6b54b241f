//! A folder's files as values, and a copy of it that may be changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::Failed;

/// Files by their path below the folder.
pub type Tree = BTreeMap<PathBuf, Vec<u8>>;

/// Every file and its bytes, save what git and repoint keep for themselves.
pub fn read(folder: &Path) -> Result<Tree, Failed> {
    let mut files = Tree::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry?;
        let path = entry.path().strip_prefix(folder)?;
        let own = path.starts_with(".repoint") || path.starts_with(".git");
        if entry.file_type().is_file() && !own {
            files.insert(path.to_owned(), fs::read(entry.path())?);
        }
    }
    Ok(files)
}

/// Copies a folder, which must not hold symbolic links.
pub fn copy(from: &Path, to: &Path) -> Result<(), Failed> {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target)?;
        } else if entry.file_type().is_file() {
            fs::copy(entry.path(), &target)?;
        } else {
            return Err(format!("{} is no plain file", entry.path().display()).into());
        }
    }
    Ok(())
}

/// An error with a diff of the first file that is not the same.
pub fn same(what: &str, expected: &Tree, found: &Tree) -> Result<(), Failed> {
    let names = expected.keys().chain(found.keys());
    let mut other: Vec<_> = names
        .filter(|name| expected.get(*name) != found.get(*name))
        .collect();
    other.sort();
    other.dedup();
    let Some(first) = other.first() else {
        return Ok(());
    };
    let text = |tree: &Tree| {
        let bytes = tree.get(*first).map(Vec::as_slice).unwrap_or_default();
        String::from_utf8_lossy(bytes).into_owned()
    };
    let (expected, found) = (text(expected), text(found));
    let diff = similar::TextDiff::from_lines(&expected, &found);
    let diff = diff.unified_diff().context_radius(1).to_string();
    Err(format!("{what} changes {other:?}; {}:\n{diff}", first.display()).into())
}

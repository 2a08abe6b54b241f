//! A folder that is quick to fill and to empty.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A temporary folder in memory where there is such a place, and the same without links.
pub fn folder() -> (TempDir, PathBuf) {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    let folder = folder.expect("a folder");
    let root = folder.path().canonicalize().expect("it is there");
    (folder, root)
}

//! Small trees for tests, written out from data.

use std::fs;
use std::path::{Path, PathBuf};

/// A folder that goes away with the value.
pub(in crate::lang) struct TempTree {
    _folder: tempfile::TempDir,
    root: PathBuf,
}

impl TempTree {
    /// Writes the files (path below the root, content) into a new folder named `tree`.
    #[track_caller]
    pub(in crate::lang) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for a test");
        let base = fs::canonicalize(folder.path()).expect("it exists");
        let root = base.join("tree");
        fs::create_dir(&root).expect("it is new");
        for (name, content) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().expect("below the root")).expect("creatable");
            fs::write(path, content).expect("writable");
        }
        Self {
            _folder: folder,
            root,
        }
    }

    pub(in crate::lang) fn root(&self) -> &Path {
        &self.root
    }

    pub(in crate::lang) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

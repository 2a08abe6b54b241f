//! Makes trees: a folder `project`, that is the project's root, and one beside it, `outside`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, mkfifoat};
use tempfile::TempDir;

/// A source that holds one reference to `old::a::Foo`.
pub const OLD: &str = "use old::a::Foo;\n";

/// The same with the path that it becomes.
pub const NEW: &str = "use new::b::Bar as Foo;\n";

/// What must never be shown, in files outside.
pub const SECRET: &str = "S3CRET_OF_SOMEBODY";

/// A tree that is removed at its end.
pub struct Tree {
    dir: TempDir,
    root: PathBuf,
}

/// What is at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    File(Vec<u8>, u32),
    Link(PathBuf),
    Other,
}

impl Tree {
    /// A project of these files: names relative to its root (`../outside/x` for outside), and texts.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let base = dir.path().canonicalize().expect("it exists");
        let tree = Self {
            root: base.join("project"),
            dir,
        };
        for folder in ["project", "outside"] {
            fs::create_dir(base.join(folder)).expect("made");
        }
        tree.write("repoint.toml", "");
        for (name, text) in files {
            tree.write(name, text);
        }
        tree
    }

    /// The project's root, without links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder around the project and what is outside.
    pub fn base(&self) -> &Path {
        self.dir.path()
    }

    pub fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.join(name)
    }

    /// The name with any bytes but `/` and 0.
    pub fn at_bytes(&self, name: &[u8]) -> PathBuf {
        self.root.join(OsStr::from_bytes(name))
    }

    /// Writes a file, and makes the folders that it needs.
    pub fn write(&self, name: impl AsRef<Path>, text: &str) {
        let path = self.at(name);
        fs::create_dir_all(path.parent().expect("below the root")).expect("made");
        fs::write(path, text).expect("written");
    }

    #[track_caller]
    pub fn read(&self, name: impl AsRef<Path>) -> String {
        fs::read_to_string(self.at(name)).expect("it is there")
    }

    /// Makes `name` a symbolic link to `to`, as written.
    pub fn link(&self, name: &str, to: impl AsRef<Path>) {
        let path = self.at(name);
        fs::create_dir_all(path.parent().expect("below the root")).expect("made");
        symlink(to, path).expect("linked");
    }

    pub fn hard_link(&self, name: &str, to: &str) {
        fs::hard_link(self.at(to), self.at(name)).expect("linked");
    }

    /// A FIFO that nobody writes to: whoever opens it without care waits for ever.
    pub fn fifo(&self, name: &str) {
        let path = self.at(name);
        fs::create_dir_all(path.parent().expect("below the root")).expect("made");
        mkfifoat(CWD, path, Mode::from_raw_mode(0o666)).expect("made");
    }

    /// A socket; it stays when the listener goes.
    pub fn socket(&self, name: &str) {
        UnixListener::bind(self.at(name)).expect("bound");
    }

    pub fn mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.at(name), Permissions::from_mode(mode)).expect("set");
    }

    /// Everything below the folder around the project, by path; nothing but regular files is opened.
    /// What repoint keeps of its own is left out.
    pub fn snapshot(&self) -> BTreeMap<PathBuf, Entry> {
        let walk = walkdir::WalkDir::new(self.base()).into_iter();
        let walk = walk.filter_entry(|entry| entry.file_name() != OsStr::new(".repoint"));
        let mut all = BTreeMap::new();
        for entry in walk.map(|entry| entry.expect("readable")) {
            let (path, kind) = (entry.path(), entry.file_type());
            let found = if kind.is_file() {
                let mode = entry.metadata().expect("there").permissions().mode();
                Entry::File(fs::read(path).expect("readable"), mode & 0o7777)
            } else if kind.is_symlink() {
                Entry::Link(fs::read_link(path).expect("a link"))
            } else {
                Entry::Other
            };
            let below = path.strip_prefix(self.base()).expect("below");
            all.insert(below.to_owned(), found);
        }
        all
    }
}

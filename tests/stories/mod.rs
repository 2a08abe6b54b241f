//! What stories of several commands are told with: a project in a temporary folder, the real
//! program, the tree with its modes, and a journal that can be damaged.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

pub const OLD: &str = "from old.a import Foo\n";
pub const NEW: &str = "from new.b import Bar as Foo\n";
pub const NEWER: &str = "from third.c import Baz as Foo\n";
/// [`OLD`] to [`NEW`].
pub const FIRST: &str = "old.a.Foo=new.b.Bar";
/// [`NEW`] to [`NEWER`].
pub const SECOND: &str = "new.b.Bar=third.c.Baz";

/// Every file with its bytes and its mode.
pub type Tree = BTreeMap<PathBuf, (Vec<u8>, u32)>;

/// A project, and what is around it.
pub struct Project {
    _folder: tempfile::TempDir,
    /// Its root, without links.
    pub root: PathBuf,
}

/// What a command came to.
pub struct Ran {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Project {
    /// With these files, each holding [`OLD`].
    pub fn of(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it exists").join("p");
        fs::create_dir(&root).expect("made");
        fs::write(root.join("repoint.toml"), "").expect("written");
        let project = Self {
            _folder: folder,
            root,
        };
        for name in names {
            project.write(name, OLD);
        }
        project
    }

    pub fn write(&self, name: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        let path = self.root.join(name);
        fs::create_dir_all(path.parent().expect("below the root")).expect("made");
        fs::write(path, text).expect("written");
    }

    pub fn read(&self, name: impl AsRef<Path>) -> String {
        fs::read_to_string(self.root.join(name)).expect("read")
    }

    pub fn chmod(&self, name: impl AsRef<Path>, mode: u32) {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(self.root.join(name), permissions).expect("set");
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_in(&self.root, args, &[])
    }

    pub fn run_in(&self, folder: &Path, args: &[&str], env: &[(&str, &OsStr)]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_repoint"))
            .args(args)
            .current_dir(folder)
            .env_remove("NO_COLOR")
            .env_remove("CLICOLOR_FORCE")
            .envs(env.iter().copied())
            .output()
            .expect("it runs");
        Ran {
            status: output.status.code(),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }

    #[track_caller]
    pub fn apply(&self, rule: &str) -> Ran {
        self.run(&["apply", "--lang", "python", "--move", rule])
            .is(0)
    }

    /// The tree, without the journal.
    pub fn tree(&self) -> Tree {
        let folder = self.root.parent().expect("the project is in a folder");
        tree_of(folder)
    }

    /// A file of the journal.
    pub fn journal(&self, name: &str) -> PathBuf {
        self.root.join(".repoint/journal").join(name)
    }

    /// Makes a finished transaction one that was interrupted after its commit.
    pub fn unfinish(&self, id: u64) {
        let done = self.journal(&format!("{id}.done"));
        let value: Value = serde_json::from_slice(&fs::read(&done).expect("read")).expect("JSON");
        let record = serde_json::to_vec(&value["record"]).expect("JSON");
        fs::write(self.journal(&format!("{id}.commit")), record).expect("written");
        fs::remove_file(done).expect("removed");
    }

    /// Changes the journal's file where `words` stand the `nth` time, from 0, by one bit.
    #[track_caller]
    pub fn damage(&self, name: &str, words: &str, nth: usize) {
        let path = self.journal(name);
        let mut bytes = fs::read(&path).expect("read");
        let found = bytes.windows(words.len()).enumerate();
        let mut places = found.filter(|(_, window)| *window == words.as_bytes());
        let (at, _) = places.nth(nth).expect("the words are there");
        bytes[at] ^= 1;
        fs::write(path, bytes).expect("written");
    }

    /// What the journal has, by name.
    pub fn journal_files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.root.join(".repoint/journal")).expect("listed");
        let name = |entry: fs::DirEntry| entry.file_name().into_string().expect("text");
        let mut names: Vec<String> = entries.map(|e| name(e.expect("an entry"))).collect();
        names.sort();
        names
    }

    /// States of all transactions, the newest first, as `log` says them.
    #[track_caller]
    pub fn states(&self) -> Vec<String> {
        let log = self.run(&["log", "--json"]).is(0);
        let line = |line| serde_json::from_str::<Value>(line).expect("JSON");
        let state =
            |value: Value| format!("{} {}", value["id"], value["state"].as_str().expect("text"));
        log.out.lines().map(|text| state(line(text))).collect()
    }
}

impl Ran {
    #[track_caller]
    pub fn is(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{}{}", self.out, self.err);
        self
    }

    /// On standard error.
    #[track_caller]
    pub fn says(self, words: &str) -> Self {
        assert!(self.err.contains(words), "not said: {words}\n{}", self.err);
        self
    }

    /// Nowhere.
    #[track_caller]
    pub fn never(self, words: &str) -> Self {
        let said = self.err.contains(words) || self.out.contains(words);
        assert!(!said, "said: {words}\n{}{}", self.out, self.err);
        self
    }
}

/// The files below a folder, without journals.
pub fn tree_of(folder: &Path) -> Tree {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_entry(|entry| entry.file_name() != OsStr::new(".repoint"))
        .map(|entry| entry.expect("readable"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).expect("below").to_owned();
            let mode = entry.metadata().expect("there").permissions().mode() & 0o7777;
            (path, (fs::read(entry.path()).expect("read"), mode))
        })
        .collect()
}

/// A name that is no text.
pub fn name_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// A copy, folders and modes too.
pub fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(status.expect("it runs").success());
}

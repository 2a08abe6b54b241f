//! The tree that is written, and what may be found in it afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::super::builder::{Change, TransactionBuilder};
use super::super::commit::Committed;
use super::super::disk::Disk;
use super::super::journal::{Journal, Status};
use super::super::lock::Lock;
use super::super::problem::{AddError, CommitError};
use super::super::record::{About, Action};
use super::super::recover::Recovered;
use super::hook::Unflushed;

/// A file of the sample, before and after.
struct Source {
    /// Where it is.
    path: &'static str,
    /// The name by which it is written, if that is another: a link to it.
    by: Option<&'static str>,
    mode: u32,
    old: Option<&'static [u8]>,
    new: &'static [u8],
}

/// More than what is in memory of a pack.
const LENGTH: usize = (256 << 10) + 1;
static LONG: [u8; LENGTH] = [b'l'; LENGTH];

const SOURCES: [Source; 7] = [
    source("project/a/one.rs", 0o644, Some(b"one"), b"ONE"),
    source("project/a/mode.rs", 0o755, Some(b"two"), b"TWO"),
    source("project/a/b/empty.rs", 0o600, Some(b""), b"FILLED"),
    source("project/c/long.rs", 0o644, Some(b"long"), &LONG),
    Source {
        by: Some("project/c/link.rs"),
        ..source("beside/linked.rs", 0o664, Some(b"linked"), b"LINKED")
    },
    source("project/c/made.rs", 0o640, None, b"MADE"),
    source("project/a/emptied.rs", 0o644, Some(b"emptied"), b""),
];

const fn source(
    path: &'static str,
    mode: u32,
    old: Option<&'static [u8]>,
    new: &'static [u8],
) -> Source {
    Source {
        path,
        by: None,
        mode,
        old,
        new,
    }
}

/// What a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Old,
    New,
}

/// What a run says that the tree is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// All of it, save files that were left.
    New { left: Vec<PathBuf> },
    /// None of it; which files are why.
    Old { refused: Vec<PathBuf> },
    /// Somewhere between: it is to be recovered.
    Open,
}

/// Paths with their permissions and contents; a link has its target.
pub type Snapshot = BTreeMap<PathBuf, (u32, Vec<u8>)>;

pub struct Sample {
    _folder: TempDir,
    base: PathBuf,
}

impl Sample {
    /// The tree as it is before everything.
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            tempfile::tempdir_in(memory)
        } else {
            tempfile::tempdir()
        };
        let folder = folder.expect("a folder");
        let sample = Self {
            base: fs::canonicalize(folder.path()).expect("it is there"),
            _folder: folder,
        };
        for folder in ["project/a/b", "project/c", "beside"] {
            fs::create_dir_all(sample.at(folder)).expect("a folder");
        }
        for source in &SOURCES {
            if let Some(old) = source.old {
                put(&sample.at(source.path), source.mode, old);
            }
            if let Some(link) = source.by {
                symlink(sample.at(source.path), sample.at(link)).expect("a link");
            }
        }
        put(&sample.at("project/a/other.rs"), 0o644, b"other");
        sample
    }

    /// Where all of it is, links resolved.
    pub fn base(&self) -> &Path {
        &self.base
    }

    pub fn at(&self, path: &str) -> PathBuf {
        self.base.join(path)
    }

    pub fn journal<'d>(&self, disk: &'d dyn Disk) -> Journal<'d> {
        Journal::of_project(disk, &self.at("project"))
    }

    /// From old to new as `repoint apply` would, or with an `undo` back. What is not there before
    /// is not taken back: nothing is removed.
    pub fn write(&self, disk: &dyn Disk, to: Side) -> Told {
        self.write_with(disk, to, || {})
    }

    /// `planned` is called between the planning and the writing.
    pub fn write_with(&self, disk: &dyn Disk, to: Side, planned: impl FnOnce()) -> Told {
        let nothing = Told::Old {
            refused: Vec::new(),
        };
        let journal = self.journal(disk);
        let Ok(lock) = journal.lock("test") else {
            return nothing;
        };
        match journal.recover(&lock) {
            Ok(done) => assert!(done.is_empty(), "{done:?}"),
            Err(_) => return nothing,
        }
        let bounds = vec![self.at("project"), self.at("beside")];
        let Ok(mut draft) = TransactionBuilder::begin(&journal, lock, bounds) else {
            return nothing;
        };
        for source in &SOURCES {
            let (old, new) = match (to, source.old) {
                (Side::New, old) => (old, source.new),
                (Side::Old, Some(old)) => (Some(source.new), old),
                (Side::Old, None) => continue,
            };
            let added = draft.add(&Change {
                path: &self.at(source.by.unwrap_or(source.path)),
                old,
                new,
                references: 1,
                mode: source.mode,
            });
            match added {
                Ok(_) => {}
                Err(AddError::Journal(_)) => {
                    let _ = draft.discard();
                    return nothing;
                }
                Err(AddError::File(problem)) => panic!("{}: {problem}", source.path),
            }
        }
        planned();
        let action = match to {
            Side::New => Action::Apply,
            Side::Old => Action::Undo { of: 1, left: 0 },
        };
        let tables = vec!["table".to_owned()];
        told(draft.commit(About { action, tables }, 1))
    }

    /// Somebody gives a file its old content again.
    pub fn taken_back(&self, path: &str) {
        let source = SOURCES.iter().find(|source| source.path == path);
        let old = source
            .and_then(|source| source.old)
            .expect("a file of the sample");
        fs::write(self.at(path), old).expect("it can be written");
    }

    /// What is on disk, without the state folder.
    pub fn snapshot(&self) -> Snapshot {
        let base = self.base();
        let mut found = Snapshot::new();
        let walk = walkdir::WalkDir::new(base).into_iter();
        for entry in walk.filter_entry(|entry| entry.file_name() != ".repoint") {
            let entry = entry.expect("it can be walked");
            let name = entry.path().strip_prefix(base).expect("it is below");
            let kind = entry.file_type();
            let content = if kind.is_symlink() {
                let target = fs::read_link(entry.path()).expect("a link");
                target.into_os_string().into_encoded_bytes()
            } else if kind.is_file() {
                fs::read(entry.path()).expect("a file")
            } else {
                continue;
            };
            let metadata = entry.metadata().expect("it is there");
            let mode = metadata.permissions().mode() & 0o7777;
            found.insert(name.to_owned(), (mode, content));
        }
        found
    }

    /// What is on disk if nothing is wrong. `made`: whether the file that is made is there.
    pub fn expected(&self, side: Side, made: bool) -> Snapshot {
        let mut expected = Snapshot::new();
        for source in &SOURCES {
            let content = match side {
                Side::New => Some(source.new),
                Side::Old => source.old.or(made.then_some(source.new)),
            };
            if let Some(content) = content {
                expected.insert(source.path.into(), (source.mode, content.to_owned()));
            }
            if let Some(link) = source.by {
                let target = self.at(source.path).into_os_string().into_encoded_bytes();
                expected.insert(link.into(), (0o777, target));
            }
        }
        expected.insert("project/a/other.rs".into(), (0o644, b"other".to_vec()));
        expected
    }

    /// Which side the tree is on, or what is wrong with it. Temporary files count unless `strays`.
    pub fn side(&self, strays: bool) -> Result<Side, String> {
        let mut found = self.snapshot();
        if strays {
            found.retain(|path, _| !is_temporary(path));
        }
        let made = found.contains_key(Path::new("project/c/made.rs"));
        let new = self.expected(Side::New, true);
        if found == new {
            Ok(Side::New)
        } else if found == self.expected(Side::Old, made) {
            Ok(Side::Old)
        } else {
            let differs = |(path, now): (&PathBuf, &(u32, Vec<u8>))| {
                let text = String::from_utf8_lossy(&now.1[..now.1.len().min(20)]).into_owned();
                (new.get(path) != Some(now))
                    .then(|| format!("{} {:o} {text}", path.display(), now.0))
            };
            let wrong: Vec<String> = found.iter().filter_map(differs).collect();
            let lacking = new.keys().filter(|path| !found.contains_key(*path));
            Err(format!(
                "not new: {wrong:?}, lacking: {:?}",
                lacking.collect::<Vec<_>>()
            ))
        }
    }

    /// Recovers and holds what is there against what may be. Gives the side of the tree.
    pub fn recovered(&self, context: &str) -> Side {
        self.recovered_on(&Unflushed, context)
    }

    pub fn recovered_on(&self, disk: &dyn Disk, context: &str) -> Side {
        let journal = self.journal(disk);
        let lock = journal.lock("recover").expect(context);
        let recovered = journal.recover(&lock);
        for found in recovered.unwrap_or_else(|error| panic!("{context}: {error}")) {
            if let Recovered::Finished(_, finished) = found {
                assert!(finished.failed.is_empty(), "{context}: {finished:?}");
                assert!(finished.left.is_empty(), "{context}: {finished:?}");
            }
        }
        self.orderly(&journal, &lock, context);
        self.side(false)
            .unwrap_or_else(|wrong| panic!("{context}: {wrong}"))
    }

    /// The journal has what is finished and nothing else.
    pub fn orderly(&self, journal: &Journal<'_>, lock: &Lock, context: &str) {
        let again = journal.recover(lock).expect(context);
        assert!(again.is_empty(), "{context}: {again:?}");
        let mut names = vec!["../.gitignore".to_owned(), "../lock".to_owned()];
        let mut newest = None;
        for (id, status) in journal.list().expect(context) {
            assert!(matches!(status, Status::Done(_)), "{context}: {status:?}");
            names.push(format!("{id}.done"));
            newest = Some(id);
            // One that is being forgotten may have lost its pack.
            if journal.pack(id).is_ok() {
                names.push(format!("{id}.pack"));
            }
        }
        if let Some(id) = newest {
            journal.pack(id).expect(context);
        }
        let mut found = Vec::new();
        for (folder, before) in [("", "../"), ("journal", "")] {
            let entries = fs::read_dir(journal.folder().join(folder)).expect(context);
            let entries = entries.map(|entry| entry.expect(context).file_name());
            let entries = entries.filter(|name| name != "journal");
            found.extend(entries.map(|name| format!("{before}{}", name.display())));
        }
        names.sort();
        found.sort();
        assert_eq!(found, names, "{context}");
        let ignored = fs::read(journal.folder().join(".gitignore")).expect(context);
        assert_eq!(ignored, b"*\n", "{context}");
    }

    /// Everything goes well from here on, in both directions.
    pub fn goes_on(&self, side: Side, context: &str) {
        let all = Told::New { left: Vec::new() };
        if side == Side::New {
            assert_eq!(self.write(&Unflushed, Side::Old), all, "{context}");
            assert_eq!(self.side(false), Ok(Side::Old), "{context}");
            return;
        }
        // What is to be made must not be there.
        let _ = fs::remove_file(self.at("project/c/made.rs"));
        assert_eq!(self.write(&Unflushed, Side::New), all, "{context}");
        assert_eq!(self.side(false), Ok(Side::New), "{context}");
    }
}

/// Whether it is a file that a transaction takes away in the end.
pub fn is_temporary(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        name.as_encoded_bytes().starts_with(b".repoint-")
            && path.extension() == Some("tmp".as_ref())
    })
}

fn put(path: &Path, mode: u32, content: &[u8]) {
    fs::write(path, content).expect("a file");
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
}

fn told(committed: Result<Committed, CommitError>) -> Told {
    match committed {
        Ok(committed) => Told::New {
            left: committed.left.into_iter().map(|(path, _)| path).collect(),
        },
        Err(CommitError::Refused(errors)) => Told::Old {
            refused: errors.into_iter().map(|error| error.path).collect(),
        },
        Err(CommitError::NotStaged { path, .. }) => Told::Old {
            refused: vec![path],
        },
        Err(CommitError::Journal(_) | CommitError::Stopped) => Told::Old {
            refused: Vec::new(),
        },
        Err(CommitError::Unfinished(_) | CommitError::Unknown(_)) => Told::Open,
    }
}

//! The journal: the transactions of a project, in its state folder.
//!
//! ```text
//! .repoint/.gitignore          everything in here is ignored
//! .repoint/lock                who writes
//! .repoint/journal/3.pack      contents of transaction 3, before and after
//! .repoint/journal/3.commit    its record: it is to be finished
//! .repoint/journal/3.done      its record: it is finished
//! ```
//!
//! A pack without a record is of a transaction that never began. The folder may come from anywhere,
//! from a repository that was cloned even: no link in it is followed, and nothing that it says is
//! done unless this folder and the project's are the very ones that it was written for.

mod error;

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

pub use error::JournalError;
pub(super) use error::io_error;

use super::disk::Disk;
use super::finish::trusted;
use super::lock::{self, Asked, Holder, Lock};
use super::pack::Pack;
use super::record::{Done, Id, Record, Tag};
use super::recover::forgotten;
use super::stage::clear;
use crate::record;

/// The state folder's name at a project's root.
pub const STATE_FOLDER: &str = ".repoint";

/// What the `.gitignore` of a state folder holds: git ignores all of it, and itself.
pub const IGNORE_ALL: &[u8] = b"*\n";

/// Longest record in bytes that is read.
const LONGEST_RECORD: u64 = 64 << 20;

/// The journal of a project.
#[derive(Clone)]
pub struct Journal<'d> {
    pub(super) disk: &'d dyn Disk,
    folder: PathBuf,
    pub(super) root: PathBuf,
    /// Whether transactions of another project, or of a copy, are believed.
    trust: bool,
    /// Set when whoever waits wants no commit any more.
    stop: Option<Arc<AtomicBool>>,
    /// What a migration calls the next transaction.
    pub(super) tag: Option<Tag>,
}

/// How far a transaction is.
#[derive(Debug)]
pub enum Status {
    /// It never began: nothing but a pack, and maybe temporary files, is there.
    Prepared,
    /// It is to be finished.
    Committed(Record),
    /// It is finished.
    Done(Done),
    /// Its record cannot be read: why.
    Damaged(String),
}

impl<'d> Journal<'d> {
    /// The journal of the project at `root` (absolute, without links), in `.repoint` there.
    pub fn of_project(disk: &'d dyn Disk, root: &Path) -> Self {
        Self {
            disk,
            folder: root.join(STATE_FOLDER),
            root: root.to_owned(),
            trust: false,
            stop: None,
            tag: None,
        }
    }

    /// The journal of the project at `root` in another folder (absolute; need not exist), which
    /// may be a link.
    pub fn elsewhere(disk: &'d dyn Disk, root: &Path, folder: &Path) -> Self {
        Self {
            disk,
            folder: fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned()),
            root: root.to_owned(),
            trust: false,
            stop: None,
            tag: None,
        }
    }

    /// The same journal; with `trust`, what was written for another folder is believed too, for
    /// files below the project's root. Somebody must have said that it is their own copy.
    #[must_use]
    pub fn trusting(self, trust: bool) -> Self {
        Self { trust, ..self }
    }

    /// The same journal; what is not committed when `stop` is set is cleared away instead.
    #[must_use]
    pub fn stopped_by(self, stop: Arc<AtomicBool>) -> Self {
        let stop = Some(stop);
        Self { stop, ..self }
    }

    /// The same journal for a migration: what is committed carries the tag, and nothing is forgotten.
    #[must_use]
    pub fn tagged(self, tag: Tag) -> Self {
        let tag = Some(tag);
        Self { tag, ..self }
    }

    /// The finished transaction with this tag.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn with_tag(&self, tag: Tag) -> Result<Option<Done>, JournalError> {
        let newest_first = self.list()?.into_iter().rev();
        let done = newest_first.filter_map(|(_, status)| match status {
            Status::Done(done) => Some(done),
            _ => None,
        });
        let mut with_it = done.filter(|done| done.record.migration == Some(tag));
        Ok(with_it.next())
    }

    pub(super) fn is_stopped(&self) -> bool {
        let stop = self.stop.as_ref();
        stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }

    /// The state folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether anything was ever written.
    pub fn exists(&self) -> bool {
        self.folder.symlink_metadata().is_ok()
    }

    /// Takes the right to write, for `command`; the state folder is made if there is none.
    ///
    /// # Errors
    /// Somebody else has it for longer than a second, or the folder cannot be written.
    pub fn lock(&self, command: &str) -> Result<Lock, JournalError> {
        self.make_folders()?;
        if self.tag.is_none() && record::is_migrating(&self.folder).unwrap_or(false) {
            return Err(JournalError::Migrating);
        }
        let path = self.folder.join("lock");
        match lock::take(&path, command) {
            Ok(Asked::Held(lock)) => {
                self.establish()?;
                Ok(lock)
            }
            Ok(Asked::Busy(holder)) => Err(JournalError::Busy(holder)),
            Err(source) => Err(io_error(&path, "locked", source)),
        }
    }

    /// Who is writing now; `Some(None)` if that cannot be told.
    ///
    /// # Errors
    /// The lock cannot be looked at.
    pub fn writer(&self) -> Result<Option<Option<Holder>>, JournalError> {
        let path = self.folder.join("lock");
        lock::held(&path).map_err(|source| io_error(&path, "read", source))
    }

    /// All transactions, the oldest first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn list(&self) -> Result<Vec<(Id, Status)>, JournalError> {
        let found = self.files()?;
        let status = |(id, files): (Id, Files)| (id, self.status(id, files));
        Ok(found.into_iter().map(status).collect())
    }

    /// The transaction that is to be finished, if there is one: a damaged one counts.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn unfinished(&self) -> Result<Option<(Id, Status)>, JournalError> {
        let found = self.files()?;
        let open = found.into_iter().find(|(_, files)| files.is_open());
        Ok(open.map(|(id, files)| (id, self.status(id, files))))
    }

    /// The oldest transaction that never began: an interrupted run has left it, unless somebody is
    /// writing.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn leftover(&self) -> Result<Option<Id>, JournalError> {
        let found = self.files()?;
        let forgotten = forgotten(&found);
        let mut found = found.into_iter().filter(|(id, _)| !forgotten.contains(id));
        let left = found.find(|(_, files)| files.pack && !files.commit && !files.done);
        Ok(left.map(|(id, _)| id))
    }

    /// The newest transaction that has begun.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn last(&self) -> Result<Option<Id>, JournalError> {
        let files = self.files()?;
        let begun = files
            .iter()
            .rev()
            .find(|(_, files)| files.commit || files.done);
        Ok(begun.map(|(id, _)| *id))
    }

    /// A finished transaction.
    ///
    /// # Errors
    /// There is none of this number, or it cannot be read.
    pub(super) fn done(&self, id: Id) -> Result<Done, JournalError> {
        let found = self.files()?;
        let first = found
            .iter()
            .find(|(_, files)| files.done)
            .map(|(id, _)| *id);
        match found.get(&id) {
            Some(files) if files.done => match self.status(id, *files) {
                Status::Done(done) => Ok(done),
                Status::Damaged(problem) => Err(JournalError::Record {
                    path: self.file(id, "done"),
                    problem,
                }),
                _ => Err(JournalError::Unknown { id, first }),
            },
            _ => Err(JournalError::Unknown { id, first }),
        }
    }

    pub(super) fn pack(&self, id: Id) -> Result<Pack, JournalError> {
        let path = self.file(id, "pack");
        Pack::open(self.disk, &path).map_err(|problem| JournalError::Pack { path, problem })
    }

    /// The pack of a transaction of this very project, unless others are believed too.
    pub(super) fn own_pack(&self, id: Id) -> Result<Pack, JournalError> {
        let pack = self.pack(id)?;
        if self.trust || trusted(self, &pack) {
            return Ok(pack);
        }
        Err(JournalError::Foreign {
            id,
            root: pack.head.root,
            here: self.root.clone(),
            folder: self.folder.clone(),
        })
    }

    /// Why nothing of a transaction is done here: it is of another project, or the journal is a
    /// copy. `None` if it is of this one, and if its pack cannot be read.
    pub fn foreign(&self, id: Id) -> Option<JournalError> {
        let error = self.own_pack(id).err()?;
        matches!(error, JournalError::Foreign { .. }).then_some(error)
    }

    /// A file of a transaction.
    pub(super) fn file(&self, id: Id, what: &str) -> PathBuf {
        self.folder.join("journal").join(format!("{id}.{what}"))
    }

    /// Writes the record of a transaction, which commits it.
    pub(super) fn write_commit(&self, record: &Record) -> Result<(), JournalError> {
        self.write(record.id, "commit", record)
    }

    /// Writes that a transaction is finished.
    pub(super) fn write_done(&self, done: &Done) -> Result<(), JournalError> {
        self.write(done.record.id, "done", done)?;
        self.remove(done.record.id, "commit")
    }

    fn write(&self, id: Id, what: &str, record: &impl Serialize) -> Result<(), JournalError> {
        let path = self.file(id, what);
        let written = serde_json::to_vec(record).map_err(io::Error::from);
        written
            .and_then(|text| self.put(&path, &text, 0o600))
            .map_err(|source| io_error(&path, "written", source))
    }

    /// Writes a file of the state folder, wholly or not at all, and waits until it is on the medium.
    fn put(&self, path: &Path, text: &[u8], mode: u32) -> io::Result<()> {
        let mut beside = path.to_owned().into_os_string();
        beside.push(".tmp");
        let beside = PathBuf::from(beside);
        clear(self.disk, &beside)?;
        let mut file = self.disk.create(&beside)?;
        self.disk.write(&mut file, text)?;
        self.disk.set_mode(&file, mode)?;
        self.disk.flush(&file)?;
        self.disk.rename(&beside, path)?;
        self.disk.flush_folder(path.parent().unwrap_or(path))
    }

    /// Removes the record of a commit that went wrong, for good.
    pub(super) fn take_back(&self, id: Id) -> Result<(), JournalError> {
        self.remove(id, "commit")?;
        self.flush()
    }

    /// Waits until the names in the journal are on the medium.
    pub(super) fn flush(&self) -> Result<(), JournalError> {
        let folder = self.folder.join("journal");
        let flushed = self.disk.flush_folder(&folder);
        flushed.map_err(|source| io_error(&folder, "flushed", source))
    }

    /// Removes a file of a transaction, if there is one.
    pub(super) fn remove(&self, id: Id, what: &str) -> Result<(), JournalError> {
        let path = self.file(id, what);
        clear(self.disk, &path).map_err(|source| io_error(&path, "removed", source))
    }

    /// Keeps the newest `keep` transactions that are finished, and at least one: its number must
    /// not be given again.
    pub(super) fn prune(&self, keep: usize) -> Result<(), JournalError> {
        if self.tag.is_some() {
            return Ok(());
        }
        let files = self.files()?;
        let done: Vec<Id> = files
            .iter()
            .filter_map(|(id, files)| files.done.then_some(*id))
            .collect();
        let migration = |id: &Id| match self.status(*id, files[id]) {
            Status::Done(done) => done.record.migration.map(|tag| tag.migration),
            _ => None,
        };
        let old = &done[..done.len().saturating_sub(keep.max(1))];
        // Those of the last migration stay until the next one writes: it may have to be taken back. Where its
        // record cannot be read, those of all stay.
        let in_force = match old.is_empty() {
            true => Ok(None),
            false => record::Records::of(&self.folder).in_force(),
        };
        let stays = |of: u64| match &in_force {
            Ok(state) => state.as_ref().is_some_and(|state| state.number == of),
            Err(_) => true,
        };
        for id in old {
            if migration(id).is_some_and(stays) {
                continue;
            }
            // In this order: a pack without a record is of a transaction that never began. A record
            // without a pack goes the next time.
            self.remove(*id, "pack")?;
            self.remove(*id, "done")?;
        }
        Ok(())
    }

    /// What is in the journal's folder, by number.
    pub(super) fn files(&self) -> Result<BTreeMap<Id, Files>, JournalError> {
        let mut found: BTreeMap<Id, Files> = BTreeMap::new();
        let folder = self.folder.join("journal");
        for part in [&self.folder, &folder] {
            match part.symlink_metadata() {
                Ok(metadata) if metadata.is_symlink() => {
                    return Err(JournalError::Link(part.clone()));
                }
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
                Err(source) => return Err(io_error(part, "read", source)),
            }
        }
        let entries = fs::read_dir(&folder).map_err(|source| io_error(&folder, "read", source))?;
        for entry in entries {
            let entry = entry.map_err(|source| io_error(&folder, "read", source))?;
            let name = entry.file_name();
            let Some((id, what)) = name.to_str().and_then(|name| name.split_once('.')) else {
                continue;
            };
            let Some(id) = id.parse().ok().filter(|read: &Id| read.to_string() == id) else {
                continue;
            };
            let files = found.entry(id).or_default();
            match what {
                "pack" => files.pack = true,
                "commit" => files.commit = true,
                "done" => files.done = true,
                _ => files.other = true,
            }
        }
        Ok(found)
    }

    /// How far a transaction with these files is.
    pub(super) fn status(&self, id: Id, files: Files) -> Status {
        let read = |what: &str| -> Result<Vec<u8>, String> {
            let mut text = Vec::new();
            let file = self.disk.open(&self.file(id, what));
            file.and_then(|file| file.take(LONGEST_RECORD).read_to_end(&mut text))
                .map_err(|error| error.to_string())?;
            Ok(text)
        };
        let read = if files.done {
            read("done").and_then(|text| Done::read(&text, id).map(Status::Done))
        } else if files.commit {
            read("commit").and_then(|text| Record::read(&text, id).map(Status::Committed))
        } else {
            Ok(Status::Prepared)
        };
        read.unwrap_or_else(Status::Damaged)
    }

    pub(super) fn make_folders(&self) -> Result<(), JournalError> {
        self.make_folder(&self.folder)?;
        self.make_folder(&self.folder.join("journal"))
    }

    /// Makes a folder that is no link, if it is not there.
    pub(super) fn make_folder(&self, folder: &Path) -> Result<(), JournalError> {
        match folder.symlink_metadata() {
            Ok(metadata) if metadata.is_symlink() => {
                return Err(JournalError::Link(folder.to_owned()));
            }
            Ok(_) => return Ok(()),
            Err(_) => {}
        }
        if let Some(parent) = folder.parent() {
            fs::create_dir_all(parent).map_err(|source| io_error(parent, "created", source))?;
        }
        match self.disk.create_folder(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(io_error(folder, "created", error))
            }
            _ => Ok(()),
        }
    }

    /// Waits until a new state folder is on the medium, and then lets git ignore it: where it is
    /// ignored it is there to stay.
    pub(super) fn establish(&self) -> Result<(), JournalError> {
        let ignore = self.folder.join(".gitignore");
        if ignore.symlink_metadata().is_ok() {
            return Ok(());
        }
        for folder in self.folder.ancestors() {
            match self.disk.flush_folder(folder) {
                // Farther up it may not be ours to open, and has long been there.
                Err(source)
                    if self
                        .folder
                        .parent()
                        .is_none_or(|above| folder.starts_with(above)) =>
                {
                    return Err(io_error(folder, "flushed", source));
                }
                _ => {}
            }
        }
        // Another user's git must be able to read it.
        self.put(&ignore, IGNORE_ALL, 0o644)
            .map_err(|source| io_error(&ignore, "written", source))
    }

    /// What tells this very journal, and this very project, from copies of them: of both folders
    /// the number on the file system, and when it was made where that is known. Both stay when a
    /// folder is renamed. `None` where nothing is known.
    pub(super) fn seal(&self) -> Option<String> {
        let journal = identity(&self.folder.join("journal"))?;
        Some(format!("{journal}/{}", identity(&self.root)?))
    }
}

/// What no other folder has.
fn identity(folder: &Path) -> Option<String> {
    let metadata = folder.symlink_metadata().ok()?;
    let made = metadata.created().ok();
    let made = made.and_then(|made| made.duration_since(std::time::UNIX_EPOCH).ok());
    let made = made.map(|since| since.as_nanos().to_string());
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Some(format!("{}-{}", metadata.ino(), made.unwrap_or_default()))
    }
    #[cfg(not(unix))]
    {
        made
    }
}

/// Which files of a transaction there are.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Files {
    pub pack: bool,
    pub commit: bool,
    pub done: bool,
    /// Something that was to become one of them.
    pub other: bool,
}

impl Files {
    /// Whether it is finished, and nothing of it is to be removed.
    pub fn is_finished(self) -> bool {
        self.done && !self.commit && !self.other
    }

    /// Whether it is to be finished.
    pub fn is_open(self) -> bool {
        self.commit && !self.done
    }
}

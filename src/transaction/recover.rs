//! What an interrupted run has left is finished, or cleared away.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

use super::finish::{Finished, Staged, finish, flush_all, stray, trusted};
use super::journal::{Files, Journal, JournalError, Status, io_error};
use super::lock::Lock;
use super::pack::{Pack, PackError, stage_of};
use super::record::{Id, Record};
use super::stage::clear;
use super::tree::{Left, Tree};

/// What was found and done.
#[derive(Debug)]
pub enum Recovered {
    /// A transaction that never began was cleared away: the tree is as it was before it, but for
    /// temporary files that may lie where a folder went (see [`Finished::strays`]).
    Cleared(Id, BTreeSet<PathBuf>),
    /// One that never began is of another project, and is left alone: see [`JournalError::Foreign`].
    Foreign(JournalError),
    /// One that had begun was finished, as far as that was possible.
    Finished(Box<Record>, Finished),
}

impl Journal<'_> {
    /// Clears away what never began, and finishes what did. Nothing to do is no error.
    ///
    /// # Errors
    /// The journal is damaged, or cannot be read or written; or a transaction that had begun is of
    /// another project.
    pub fn recover(&self, _lock: &Lock) -> Result<Vec<Recovered>, JournalError> {
        let mut recovered = Vec::new();
        let found = self.files()?;
        if found.values().any(|files| !files.is_finished()) {
            // Whoever was killed after a name was given may not have waited for it.
            self.flush()?;
        }
        let forgotten = forgotten(&found);
        for (id, files) in found {
            if forgotten.contains(&id) {
                self.remove_remains(id, files)?;
                if files.pack {
                    self.clear_away(id)?;
                }
                self.remove(id, "done")?;
            } else if files.is_open() {
                let (record, finished) = self.go_on(id, files)?;
                recovered.push(Recovered::Finished(Box::new(record), finished));
            } else if files.pack && !files.done {
                if let Some(error) = self.foreign(id) {
                    recovered.push(Recovered::Foreign(error));
                    continue;
                }
                let strays = self.clear_away(id)?;
                recovered.push(Recovered::Cleared(id, strays));
            } else {
                self.remove_remains(id, files)?;
            }
        }
        Ok(recovered)
    }

    fn go_on(&self, id: Id, files: Files) -> Result<(Record, Finished), JournalError> {
        let record = match self.status(id, files) {
            Status::Committed(record) => record,
            Status::Damaged(problem) => {
                let path = self.file(id, "commit");
                return Err(JournalError::Record { path, problem });
            }
            Status::Prepared | Status::Done(_) => return Err(JournalError::Unfinished(id)),
        };
        let mut pack = self.own_pack(id)?;
        let (entries, damage) = pack.entries(Some(&record.pack));
        if let Some(problem) = damage {
            let path = self.file(id, "pack");
            return Err(JournalError::Pack { path, problem });
        }
        let finished = finish(self, record.clone(), &entries, &mut pack, Staged::Once)?;
        Ok((record, finished))
    }

    /// Removes the temporary files of a transaction without a record, then its pack: as long as that
    /// is there they can be found. Gives those that may lie elsewhere.
    pub(super) fn clear_away(&self, id: Id) -> Result<BTreeSet<PathBuf>, JournalError> {
        let mut strays = BTreeSet::new();
        match self.pack(id) {
            Ok(mut pack) => strays = self.clear_stages(id, &mut pack)?,
            // It was cut off in its first line, so nothing was staged yet; or it is gone.
            Err(JournalError::Pack {
                problem: PackError::Damaged { .. },
                ..
            }) => {}
            Err(JournalError::Pack {
                problem: PackError::Io(error),
                ..
            }) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        self.remove(id, "commit.tmp")?;
        self.remove(id, "pack")?;
        Ok(strays)
    }

    fn clear_stages(&self, id: Id, pack: &mut Pack) -> Result<BTreeSet<PathBuf>, JournalError> {
        let mut tree = Tree::new(self.disk, &self.root, trusted(self, pack));
        // What is behind a damage was not flushed, so nothing was staged for it yet.
        let (entries, damage) = pack.entries(None);
        if let Some(problem @ PackError::Io(_)) = damage {
            let path = self.file(id, "pack");
            return Err(JournalError::Pack { path, problem });
        }
        let mut cleared = Vec::new();
        let mut strays = BTreeSet::new();
        for entry in entries {
            match tree.locate(&entry.name) {
                Ok(target) => {
                    let path = stage_of(&target, &pack.head.token, entry.index);
                    clear(self.disk, &path).map_err(|source| io_error(&path, "removed", source))?;
                    cleared.push(path);
                }
                Err(Left::Unreachable(why)) => {
                    let path = entry.name.under(&self.root);
                    return Err(io_error(&path, "reached", io::Error::other(why)));
                }
                Err(left) => {
                    let path = entry.name.under(&self.root);
                    strays.extend(stray(&left, &path, &pack.head.token));
                }
            }
        }
        // A temporary file that comes back after a power cut, with its pack gone, would stay.
        flush_all(self, &cleared)?;
        Ok(strays)
    }

    /// Removes what a finished transaction does not need.
    fn remove_remains(&self, id: Id, files: Files) -> Result<(), JournalError> {
        if files.other {
            self.remove(id, "commit.tmp")?;
            self.remove(id, "done.tmp")?;
        }
        if files.commit && files.done {
            self.remove(id, "commit")?;
        }
        Ok(())
    }
}

/// What a journal that was just being shortened has of its oldest transactions: they were finished,
/// and a later one was, so they are neither damaged nor interrupted. The newest is never among them.
pub(super) fn forgotten(found: &BTreeMap<Id, Files>) -> BTreeSet<Id> {
    let newest = found.iter().rev().find(|(_, f)| f.done && f.pack);
    let Some((&newest, _)) = newest else {
        return BTreeSet::new();
    };
    let older = found.range(..newest);
    let cut = older.take_while(|(_, files)| !files.commit && files.pack != files.done);
    cut.map(|(id, _)| *id).collect()
}

//! What an interrupted run has left is finished, or cleared away.

use std::io;

use super::finish::{Finished, Staged, finish, trusted};
use super::journal::{Files, Journal, JournalError, Status, io_error};
use super::lock::Lock;
use super::pack::{PackError, stage_of};
use super::record::{Id, Record};
use super::stage::clear;
use super::tree::Tree;

/// What was found and done.
#[derive(Debug)]
pub enum Recovered {
    /// A transaction that never began was cleared away: the tree is as it was before it.
    Cleared(Id),
    /// One that had begun was finished, as far as that was possible.
    Finished(Box<Record>, Finished),
}

impl Journal<'_> {
    /// Clears away what never began, and finishes what did. Nothing to do is no error.
    ///
    /// # Errors
    /// The journal is damaged, or cannot be read or written.
    pub fn recover(&self, _lock: &Lock) -> Result<Vec<Recovered>, JournalError> {
        let mut recovered = Vec::new();
        for (id, files) in self.files()? {
            if files.is_open() {
                let (record, finished) = self.go_on(id)?;
                recovered.push(Recovered::Finished(Box::new(record), finished));
            } else if files.pack && !files.done {
                self.clear_away(id)?;
                recovered.push(Recovered::Cleared(id));
            } else {
                self.remove_remains(id, files)?;
            }
        }
        Ok(recovered)
    }

    fn go_on(&self, id: Id) -> Result<(Record, Finished), JournalError> {
        let record = match self.unfinished()? {
            Some((found, Status::Committed(record))) if found == id => record,
            Some((_, Status::Damaged(problem))) => {
                let path = self.file(id, "commit");
                return Err(JournalError::Record { path, problem });
            }
            _ => {
                let first = None;
                return Err(JournalError::Unknown { id, first });
            }
        };
        let mut pack = self.pack(id)?;
        let (entries, damage) = pack.entries(Some(&record.pack));
        if let Some(problem) = damage {
            let path = self.file(id, "pack");
            return Err(JournalError::Pack { path, problem });
        }
        let finished = finish(self, record.clone(), &entries, &mut pack, Staged::Once)?;
        Ok((record, finished))
    }

    /// Removes the temporary files of a transaction without a record, then its pack.
    pub(super) fn clear_away(&self, id: Id) -> Result<(), JournalError> {
        match self.pack(id) {
            Ok(mut pack) => {
                let mut tree = Tree::new(self.disk, &self.root, trusted(self, &pack));
                // What is behind a damage was not flushed, so nothing was staged for it yet.
                let (entries, _) = pack.entries(None);
                for entry in entries {
                    if let Ok(target) = tree.locate(&entry.name) {
                        let path = stage_of(&target, &pack.head.token, entry.index);
                        clear(self.disk, &path)
                            .map_err(|source| io_error(&path, "removed", source))?;
                    }
                }
            }
            Err(JournalError::Pack {
                problem: PackError::Io(error),
                path,
            }) if error.kind() != io::ErrorKind::NotFound => {
                return Err(io_error(&path, "read", error));
            }
            Err(_) => {}
        }
        self.remove(id, "commit.tmp")?;
        self.remove(id, "pack")
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

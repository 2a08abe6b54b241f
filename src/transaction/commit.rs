//! From a draft to files that are written.
//!
//! 1. The pack is flushed: from here on a run that is interrupted can be cleared away.
//! 2. Every new content is written beside its file, and all of it is flushed at once. A disk that
//!    is full, or a folder that has become read-only, is found out here.
//! 3. Every file is held against what the change was planned from.
//! 4. The record is written and flushed: **this is the moment**. Before it the tree is as it was.
//! 5. Each file is replaced by a rename, the file systems are flushed, the record says done.
//!
//! All that can fail is done before step 4; between it and the end lie renames alone.

use std::io;
use std::path::{Path, PathBuf};

use super::builder::TransactionBuilder;
use super::finish::{Finished, Staged, finish, flush_all};
use super::journal::{Journal, io_error};
use super::lock::Lock;
use super::pack::{Entry, Pack, PackSum};
use super::problem::{CommitError, Problem, WriteError, io_while};
use super::record::{About, Action, Id, Record};
use super::replaceable::replaceable;
use super::stage::stage;
use super::tree::{Found, Left, Tree};

/// A transaction that is made.
#[derive(Debug)]
pub struct Committed {
    /// Its number; `None` if there was nothing to do.
    pub id: Option<Id>,
    /// Files that have their new content.
    pub files: usize,
    /// Files that someone edited in the very moment, and that were left; why.
    pub left: Vec<(PathBuf, Left)>,
    /// References in these that were to be rewritten.
    pub left_references: usize,
}

impl TransactionBuilder<'_> {
    /// Makes all changes, or none. The newest `keep` transactions stay in the journal. An undo is
    /// recorded even if it has nothing to write: what it was made for counts as taken back then.
    ///
    /// # Errors
    /// Nothing was written, save for [`CommitError::Unfinished`] and [`CommitError::Unknown`].
    pub fn commit(self, about: About, keep: usize) -> Result<Committed, CommitError> {
        let Self {
            journal,
            id,
            pack,
            targets,
            dirty,
            lock,
            ..
        } = self;
        if targets.is_empty() && about.action == Action::Apply {
            pack.abandon();
            journal.remove(id, "pack").map_err(CommitError::Journal)?;
            return Ok(Committed {
                id: None,
                files: 0,
                left: Vec::new(),
                left_references: 0,
            });
        }
        let (paths, entries): (Vec<PathBuf>, Vec<Entry>) = targets
            .into_iter()
            .map(|target| (target.path, target.entry))
            .unzip();
        let pack_path = journal.file(id, "pack");
        let sum = pack
            .finish()
            .and_then(|sum| {
                let folder = pack_path.parent().unwrap_or(&pack_path);
                journal.disk.flush_folder(folder).map(|()| sum)
            })
            .map_err(|source| io_error(&pack_path, "written", source));
        let mut committing = Committing {
            journal,
            id,
            paths,
            entries,
            staged: Vec::new(),
            _lock: lock,
        };
        let (mut pack, record) = match sum
            .map_err(CommitError::Journal)
            .and_then(|sum| committing.prepare(about, dirty, sum))
        {
            Ok(prepared) => prepared,
            Err(error) => {
                committing.withdraw();
                return Err(error);
            }
        };
        committing.point_of_no_return(&record)?;
        let finished = finish(journal, record, &committing.entries, &mut pack, Staged::Now)
            .map_err(CommitError::Unknown)?;
        if !finished.failed.is_empty() {
            return Err(CommitError::Unfinished(finished));
        }
        // A journal that is longer than it should be is no reason to fail.
        let _ = journal.prune(keep);
        let Finished {
            replaced, already, ..
        } = finished;
        Ok(Committed {
            id: Some(id),
            files: replaced + already,
            left_references: committing.references_in(&finished.left),
            left: finished.left,
        })
    }
}

struct Committing<'j> {
    journal: &'j Journal<'j>,
    id: Id,
    paths: Vec<PathBuf>,
    entries: Vec<Entry>,
    /// Where new contents were put.
    staged: Vec<PathBuf>,
    _lock: Lock,
}

impl Committing<'_> {
    /// Everything that can fail: new contents beside their files, flushed, and no file changed.
    fn prepare(
        &mut self,
        about: About,
        dirty: Vec<usize>,
        sum: PackSum,
    ) -> Result<(Pack, Record), CommitError> {
        let mut pack = self.journal.pack(self.id).map_err(CommitError::Journal)?;
        let mut tree = Tree::new(self.journal.disk, &self.journal.root, true);
        for (path, entry) in self.paths.iter().zip(&self.entries) {
            if self.journal.is_stopped() {
                return Err(CommitError::Stopped);
            }
            // A folder that has become a link since is found here, before it leads elsewhere.
            tree.locate(&entry.name).map_err(|left| {
                let (path, problem) = (path.clone(), unreached(left));
                CommitError::Refused(vec![WriteError { path, problem }])
            })?;
            let present = entry.old.map(|_| self.journal.disk.metadata(path));
            let staged = present.transpose().map_err(Into::into).and_then(|present| {
                stage(self.journal.disk, &mut pack, entry, path, present.as_ref())
            });
            match staged {
                Ok(temporary) => self.staged.push(temporary),
                Err(problem) => {
                    let path = path.clone();
                    return Err(CommitError::NotStaged { path, problem });
                }
            }
        }
        flush_all(self.journal, &self.staged).map_err(CommitError::Journal)?;
        let errors: Vec<WriteError> = self
            .paths
            .iter()
            .zip(&self.entries)
            .filter_map(|(path, entry)| {
                let problem = undrifted(&mut tree, path, entry).err()?;
                let path = path.clone();
                Some(WriteError { path, problem })
            })
            .collect();
        if !errors.is_empty() {
            return Err(CommitError::Refused(errors));
        }
        if self.journal.is_stopped() {
            return Err(CommitError::Stopped);
        }
        let references = self.entries.iter().map(|entry| entry.references).sum();
        let mut record = Record::new(self.id, about, self.journal.tag, references, sum);
        record.dirty = dirty;
        Ok((pack, record))
    }

    /// Writes the record. If that fails it is not there, or it is not known whether it is.
    fn point_of_no_return(&self, record: &Record) -> Result<(), CommitError> {
        let Err(error) = self.journal.write_commit(record) else {
            return Ok(());
        };
        // It must not come back after a power cut, when its pack is gone.
        if self.journal.take_back(self.id).is_err() {
            return Err(CommitError::Unknown(error));
        }
        self.withdraw();
        Err(CommitError::Journal(error))
    }

    fn references_in(&self, files: &[(PathBuf, Left)]) -> usize {
        let all = self.paths.iter().zip(&self.entries);
        all.filter(|(path, _)| files.iter().any(|(file, _)| file == *path))
            .map(|(_, entry)| entry.references)
            .sum()
    }

    /// Clears away what was put beside the files. What stays the next run clears away.
    fn withdraw(&self) {
        // By their very names: if a folder has become a link meanwhile they lie behind it.
        for path in &self.staged {
            let _ = self.journal.disk.remove(path);
        }
        let _ = self.journal.clear_away(self.id);
    }
}

fn unreached(left: Left) -> Problem {
    match left {
        Left::Unreachable(why) => io_while("reached")(io::Error::other(why)),
        _ => Problem::Drifted,
    }
}

/// Whether a file is what the change was planned from.
fn undrifted(tree: &mut Tree<'_>, path: &Path, entry: &Entry) -> Result<(), Problem> {
    tree.locate(&entry.name).map_err(unreached)?;
    match tree.look(path).map_err(io_while("read"))? {
        Found::File(now, _) if entry.old.is_some_and(|old| old.digest == now) => replaceable(path),
        Found::Missing if entry.old.is_none() => Ok(()),
        _ => Err(Problem::Drifted),
    }
}

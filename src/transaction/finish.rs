//! From the record of a commit to the end: each file by its content, however far it was before.
//!
//! A file that has its old content is replaced; one that has its new content is done; any other is
//! somebody's edit, and is left. So it does not matter how often this is begun. The same code ends
//! a transaction that goes well and one that was interrupted.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use super::digest::Digest;
use super::journal::{Journal, JournalError, io_error};
use super::pack::{Entry, Pack, PackError, stage_of, stages_beside};
use super::record::{Done, Id, Record};
use super::stage::{clear, follow, is_staged, stage};
use super::tree::{Found, Left, Tree};

/// What came of finishing a transaction.
#[derive(Debug)]
pub struct Finished {
    /// Which one.
    pub id: Id,
    /// Files that were replaced now.
    pub replaced: usize,
    /// Files that had their new content already.
    pub already: usize,
    /// Files that are left as they are, and why.
    pub left: Vec<(PathBuf, Left)>,
    /// Temporary files that may lie where a folder went, which is not where it was: the folder as
    /// it was, and their names as a shell has them.
    pub strays: BTreeSet<PathBuf>,
    /// Files that could not be replaced, and why. If there is one the transaction is still to be
    /// finished.
    pub failed: Vec<(PathBuf, PackError)>,
}

/// Whether the temporary files can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Staged {
    /// This process has written them.
    Now,
    /// They were written, or not, before something happened.
    Once,
}

enum Step {
    Replaced,
    Already,
}

enum Stop {
    Left(Left),
    Failed(PackError),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<PackError> for Stop {
    fn from(error: PackError) -> Self {
        Self::Failed(error)
    }
}

/// Finishes a committed transaction. With nothing failed its record says done afterwards.
///
/// # Errors
/// The journal cannot be written; the transaction is still to be finished then.
pub(super) fn finish(
    journal: &Journal<'_>,
    record: Record,
    entries: &[Entry],
    pack: &mut Pack,
    staged: Staged,
) -> Result<Finished, JournalError> {
    // Whoever has just written the journal knows that it is no copy.
    let trusted = staged == Staged::Now || trusted(journal, pack);
    let mut finishing = Finishing {
        journal,
        tree: Tree::new(journal.disk, &journal.root, trusted),
        pack,
        touched: Vec::new(),
        finished: Finished {
            id: record.id,
            replaced: 0,
            already: 0,
            left: Vec::new(),
            strays: BTreeSet::new(),
            failed: Vec::new(),
        },
    };
    let waiting: Vec<&Entry> = match staged {
        Staged::Now => entries.iter().collect(),
        Staged::Once => finishing.stage_all(entries)?,
    };
    let mut left = Vec::new();
    for entry in waiting {
        let step = finishing.replace(entry);
        if finishing.note(entry, step) {
            left.push(entry.index);
        }
    }
    let Finishing {
        finished, touched, ..
    } = finishing;
    if finished.failed.is_empty() {
        flush_all(journal, &touched)?;
        journal.write_done(&Done { record, left })?;
    }
    Ok(finished)
}

/// Waits until these files, and the names beside them, are on the medium.
pub(super) fn flush_all(journal: &Journal<'_>, files: &[PathBuf]) -> Result<(), JournalError> {
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let flushed = journal.disk.flush_all(&files);
    flushed.map_err(|source| io_error(&journal.root, "flushed", source))
}

/// Whether this is the very folder that the transaction was written to.
pub(super) fn trusted(journal: &Journal<'_>, pack: &Pack) -> bool {
    pack.head.seal.is_some() && pack.head.seal == journal.seal()
}

struct Finishing<'a> {
    journal: &'a Journal<'a>,
    tree: Tree<'a>,
    pack: &'a mut Pack,
    /// Temporary files that were renamed or removed: it is their names that must reach the medium.
    touched: Vec<PathBuf>,
    finished: Finished,
}

impl Finishing<'_> {
    /// Sees to it that every new content that is still to replace a file lies beside it, and is on
    /// the medium: the first run may have been taken back halfway, by hand, or its temporary files
    /// been removed. Gives the entries for which that went well.
    fn stage_all<'e>(&mut self, entries: &'e [Entry]) -> Result<Vec<&'e Entry>, JournalError> {
        let mut waiting = Vec::with_capacity(entries.len());
        let mut staged = Vec::new();
        for entry in entries {
            match self.stage(entry) {
                Ok(temporary) => {
                    waiting.push(entry);
                    staged.extend(temporary);
                }
                Err(error) => {
                    self.note(entry, Err(error.into()));
                }
            }
        }
        flush_all(self.journal, &staged)?;
        Ok(waiting)
    }

    /// The new content of one file beside it, if it is to be replaced.
    fn stage(&mut self, entry: &Entry) -> Result<Option<PathBuf>, PackError> {
        let disk = self.journal.disk;
        let Ok(target) = self.tree.locate(&entry.name) else {
            return Ok(None);
        };
        let present = match self.tree.look(&target)? {
            Found::File(now, metadata) if is_old(entry, now) => Some(metadata),
            Found::Missing if entry.old.is_none() => None,
            _ => return Ok(None),
        };
        let temporary = stage_of(&target, &self.pack.head.token, entry.index);
        if !is_staged(disk, &temporary, entry, &target, present.as_deref())? {
            clear(disk, &temporary)?;
            stage(disk, self.pack, entry, &target, present.as_deref())?;
        }
        if self.tree.locate(&entry.name).is_err() {
            // The folder has become a link meanwhile: nothing stays behind it.
            clear(disk, &temporary)?;
            return Ok(None);
        }
        Ok(Some(temporary))
    }

    fn replace(&mut self, entry: &Entry) -> Result<Step, Stop> {
        let disk = self.journal.disk;
        let target = match self.tree.locate(&entry.name) {
            Ok(target) => target,
            Err(Left::Unreachable(why)) => return Err(io::Error::other(why).into()),
            Err(left) => {
                let path = entry.name.under(&self.journal.root);
                let stray = stray(&left, &path, &self.pack.head.token);
                self.finished.strays.extend(stray);
                return Err(Stop::Left(left));
            }
        };
        let temporary = stage_of(&target, &self.pack.head.token, entry.index);
        // Before the last look: nothing comes between that and the rename.
        follow(disk, &temporary, &target);
        let left = match self.tree.look(&target)? {
            Found::File(now, _) if now == entry.new.digest => {
                self.clear(temporary)?;
                return Ok(Step::Already);
            }
            Found::File(now, _) => (!is_old(entry, now)).then_some(Left::Edited),
            Found::Missing => entry.old.is_some().then_some(Left::Gone),
            Found::Other => Some(Left::NotAFile),
        };
        if let Some(left) = left {
            self.clear(temporary)?;
            return Err(Stop::Left(left));
        }
        disk.rename(&temporary, &target).map_err(PackError::Write)?;
        self.touched.push(temporary);
        Ok(Step::Replaced)
    }

    fn clear(&mut self, temporary: PathBuf) -> io::Result<()> {
        clear(self.journal.disk, &temporary)?;
        self.touched.push(temporary);
        Ok(())
    }

    /// Counts what came of a file. True if it was left.
    fn note(&mut self, entry: &Entry, step: Result<Step, Stop>) -> bool {
        let path = entry.name.under(&self.journal.root);
        let finished = &mut self.finished;
        match step {
            Ok(Step::Replaced) => finished.replaced += 1,
            Ok(Step::Already) => finished.already += 1,
            Err(Stop::Left(why)) => {
                finished.left.push((path, why));
                return true;
            }
            Err(Stop::Failed(error)) => finished.failed.push((path, error)),
        }
        false
    }
}

/// Where temporary files may lie that cannot be looked for.
pub(super) fn stray(left: &Left, path: &Path, token: &str) -> Option<PathBuf> {
    matches!(left, Left::Gone | Left::Linked).then(|| stages_beside(path, token))
}

fn is_old(entry: &Entry, now: Digest) -> bool {
    entry.old.is_some_and(|old| old.digest == now)
}

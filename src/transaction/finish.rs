//! From the record of a commit to the end: each file by its content, however far it was before.
//!
//! A file that has its old content is replaced; one that has its new content is done; any other is
//! somebody's edit, and is left. So it does not matter how often this is begun. The same code ends
//! a transaction that goes well and one that was interrupted.

use std::io;
use std::path::{Path, PathBuf};

use super::journal::{Journal, JournalError, io_error};
use super::pack::{Entry, Pack, PackError, stage_of};
use super::record::{Done, Id, Record};
use super::stage::{clear, is_staged, stage};
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
    let id = record.id;
    let mut tree = Tree::new(journal.disk, &journal.root, trusted(journal, pack));
    let mut finished = Finished {
        id,
        replaced: 0,
        already: 0,
        left: Vec::new(),
        failed: Vec::new(),
    };
    let mut left = Vec::new();
    let mut touched = Vec::new();
    for entry in entries {
        let path = entry.name.under(&journal.root);
        match replace(journal, &mut tree, pack, entry, staged) {
            Ok(Step::Replaced) => finished.replaced += 1,
            Ok(Step::Already) => finished.already += 1,
            Err(Stop::Left(why)) => {
                left.push(entry.index);
                finished.left.push((path, why));
                continue;
            }
            Err(Stop::Failed(error)) => {
                finished.failed.push((path, error));
                continue;
            }
        }
        touched.push(path);
    }
    if finished.failed.is_empty() {
        let touched: Vec<&Path> = touched.iter().map(PathBuf::as_path).collect();
        let flushed = journal.disk.flush_all(&touched);
        flushed.map_err(|source| io_error(&journal.root, "flushed", source))?;
        journal.write_done(&Done { record, left })?;
    }
    Ok(finished)
}

/// Whether this is the very folder that the transaction was written to.
pub(super) fn trusted(journal: &Journal<'_>, pack: &Pack) -> bool {
    pack.head.seal.is_some() && pack.head.seal == journal.seal()
}

fn replace(
    journal: &Journal<'_>,
    tree: &mut Tree<'_>,
    pack: &mut Pack,
    entry: &Entry,
    staged: Staged,
) -> Result<Step, Stop> {
    let disk = journal.disk;
    let target = tree.locate(&entry.name).map_err(Stop::Left)?;
    let temporary = stage_of(&target, &pack.head.token, entry.index);
    let (present, left) = match tree.look(&target)? {
        Found::File(now, _) if now == entry.new.digest => {
            clear(disk, &temporary)?;
            return Ok(Step::Already);
        }
        Found::File(now, metadata) => {
            let is_old = entry.old.is_some_and(|old| old.digest == now);
            (Some(metadata), (!is_old).then_some(Left::Edited))
        }
        Found::Missing => (None, entry.old.is_some().then_some(Left::Gone)),
        Found::Other => (None, Some(Left::NotAFile)),
    };
    if let Some(left) = left {
        clear(disk, &temporary)?;
        return Err(Stop::Left(left));
    }
    if staged == Staged::Once && !is_staged(disk, &temporary, entry) {
        clear(disk, &temporary)?;
        stage(disk, pack, entry, &target, present.as_ref())?;
        disk.flush(&disk.open(&temporary)?)?;
    }
    disk.rename(&temporary, &target).map_err(PackError::Write)?;
    Ok(Step::Replaced)
}

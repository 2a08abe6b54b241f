//! A transaction is taken back by another one.
//!
//! It goes by contents: a file that holds what the transaction wrote gets what it held before, one
//! that holds that already stays, any other is somebody's edit. Who made which is asked of the
//! journal only to name it. Being a transaction itself, an undo survives a crash, and can be taken
//! back. One file that cannot be restored keeps all others as they are, unless a part is asked for: half
//! of a migration taken back is a tree that nobody has ever built.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::builder::{Added, Change, TransactionBuilder};
use super::digest::Digest;
use super::finish::{flush_all, trusted};
use super::history::{Fate, Later, Writer};
use super::journal::{Journal, JournalError};
use super::lock::Lock;
use super::merge::Merger;
use super::pack::{Blob, Entry, Pack, PackError, stage_of};
use super::problem::{AddError, CommitError, Problem};
use super::record::{About, Action, Done, Id, Record};
use super::stage::clear;
use super::tree::{Found, Left, Tree};

/// What becomes of a file that someone has edited since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited {
    /// It is left.
    Leave,
    /// It gets what it held before the transaction, and is made again if it is gone.
    Overwrite,
    /// The edit is merged with what it held before, by `git merge-file`.
    Merge,
}

/// What becomes of the others if a file cannot be restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// They are left too.
    Whole,
    /// They are restored.
    Part,
}

/// What came of an undo.
#[derive(Debug)]
pub struct Undone {
    /// Its number; `None` if nothing was written.
    pub id: Option<Id>,
    /// Files that were written.
    pub restored: usize,
    /// Files that needed nothing.
    pub already: usize,
    /// Files that are left as they are, and why.
    pub left: Vec<(PathBuf, Left)>,
    /// Files with other names (hard links), and how many: those keep what they hold.
    pub hard_links: Vec<(PathBuf, u64)>,
}

/// Why nothing was taken back.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// There is nothing left to take back.
    #[error(
        "transaction {id} is already taken back by transaction {by}; `repoint undo {by}` takes that \
         back"
    )]
    Already {
        /// The one that was asked for.
        id: Id,
        /// The undo.
        by: Id,
    },
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The undo could not be made.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl Journal<'_> {
    /// Takes a finished transaction back. The newest `keep` transactions stay in the journal.
    ///
    /// # Errors
    /// Nothing was written, save for some of [`CommitError`].
    pub fn undo(
        &self,
        lock: Lock,
        id: Id,
        edited: Edited,
        extent: Extent,
        keep: usize,
    ) -> Result<Undone, UndoError> {
        let done = self.done(id)?;
        let history = self.history()?;
        if let Some(Fate::Undone(by)) = history.get(id).map(|past| past.fate) {
            return Err(UndoError::Already { id, by });
        }
        let mut pack = self.own_pack(id)?;
        // Those that were left too: one may have been written before it was edited, and come back.
        let (entries, damage) = pack.entries(Some(&done.record.pack));
        refuse(self, id, damage)?;
        let mut tree = Tree::new(self.disk, &self.root, trusted(self, &pack));
        let targets: Vec<Target> = entries
            .into_iter()
            .map(|entry| Target {
                path: tree.locate(&entry.name),
                entry,
            })
            .collect();
        let bounds = targets.iter().filter_map(|t| t.path.clone().ok());
        let draft = TransactionBuilder::begin(self, lock, bounds.collect())?;
        let mut undo = Undo {
            journal: self,
            tree,
            pack,
            later: Later::new(self, &history, id),
            edited,
            extent,
            merger: None,
            draft,
            undone: Undone {
                id: None,
                restored: 0,
                already: 0,
                left: Vec::new(),
                hard_links: Vec::new(),
            },
        };
        for target in targets {
            if let Err(error) = undo.file(target) {
                let _ = undo.draft.discard();
                return Err(error.into());
            }
        }
        undo.commit(&done.record, keep)
    }

    /// Calls a transaction finished that cannot be: files that do not hold what they were to get
    /// are left. Gives temporary files that cannot be removed. The way out when a file can never
    /// be replaced.
    ///
    /// # Errors
    /// The journal cannot be read or written.
    pub fn settle(&self, _lock: &Lock, record: Record) -> Result<Vec<PathBuf>, JournalError> {
        let mut pack = self.own_pack(record.id)?;
        let (entries, damage) = pack.entries(Some(&record.pack));
        refuse(self, record.id, damage)?;
        let mut tree = Tree::new(self.disk, &self.root, trusted(self, &pack));
        let mut left = Vec::new();
        let mut stray = Vec::new();
        let mut touched = Vec::new();
        for entry in entries {
            let Ok(path) = tree.locate(&entry.name) else {
                left.push(entry.index);
                continue;
            };
            let temporary = stage_of(&path, &pack.head.token, entry.index);
            if clear(self.disk, &temporary).is_err() {
                stray.push(temporary.clone());
            }
            touched.push(temporary);
            match tree.look(&path) {
                Ok(Found::File(now, _)) if now == entry.new.digest => {}
                _ => left.push(entry.index),
            }
        }
        // What the interrupted run replaced it did not wait for.
        flush_all(self, &touched)?;
        self.write_done(&Done { record, left })?;
        Ok(stray)
    }
}

/// Which files there are, and what they must hold, is said by the lines of a pack: with one of them
/// in doubt all are.
fn refuse(journal: &Journal<'_>, id: Id, damage: Option<PackError>) -> Result<(), JournalError> {
    damage.map_or(Ok(()), |problem| {
        let path = journal.file(id, "pack");
        Err(JournalError::Pack { path, problem })
    })
}

/// A file of the transaction that is taken back, and where it is, if it may be touched there.
struct Target {
    entry: Entry,
    path: Result<PathBuf, Left>,
}

/// An undo that is being put together.
struct Undo<'a> {
    journal: &'a Journal<'a>,
    tree: Tree<'a>,
    pack: Pack,
    later: Later<'a>,
    edited: Edited,
    extent: Extent,
    /// Made when it is first needed.
    merger: Option<Merger>,
    draft: TransactionBuilder<'a>,
    undone: Undone,
}

/// What is to be done with a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fix {
    /// Nothing.
    Already,
    /// It gets what it held.
    Restore,
    /// It is made again.
    Make,
    /// What is between is merged.
    Merge,
}

impl Undo<'_> {
    /// Takes one file in, counts it, or leaves it. One that cannot be restored stops no other.
    fn file(&mut self, target: Target) -> Result<(), JournalError> {
        let shown = target.entry.name.under(&self.journal.root);
        let added = match self.added(&target) {
            Ok(added) => added,
            Err(Stop::Left(left)) => {
                self.undone.left.push((shown, left));
                return Ok(());
            }
            Err(Stop::Journal(error)) => return Err(error),
        };
        match added {
            Added::Already => self.undone.already += 1,
            Added::New { hard_links } => {
                self.undone.restored += 1;
                if hard_links > 0 {
                    self.undone.hard_links.push((shown, hard_links));
                }
            }
        }
        Ok(())
    }

    fn added(&mut self, target: &Target) -> Result<Added, Stop> {
        let entry = &target.entry;
        let path = match (&target.path, entry.old) {
            (Ok(path), _) => path,
            // It was not there before, and its folder is gone too.
            (Err(Left::Gone), None) => return Ok(Added::Already),
            (Err(left), _) => return Err(left.clone().into()),
        };
        let found = self.tree.look(path).map_err(unreadable)?;
        let now = match &found {
            Found::File(now, _) => Some(*now),
            _ => None,
        };
        let fix = self.fix(entry, &found)?;
        let (Some(old), false) = (&entry.old, fix == Fix::Already) else {
            return Ok(Added::Already);
        };
        let before = self.content(old)?;
        let present = match (fix, now) {
            (Fix::Make, _) | (_, None) => None,
            (_, Some(now)) => Some(self.present(path, now)?),
        };
        let merged = match (fix, &present) {
            (Fix::Merge, Some(present)) => {
                let base = self.content(&entry.new)?;
                Some(self.merger()?.merge(present, &base, &before)?)
            }
            _ => None,
        };
        let change = Change {
            path,
            old: present.as_deref(),
            new: merged.as_deref().unwrap_or(&before),
            references: entry.references,
            mode: entry.mode,
        };
        Ok(self.draft.add(&change)?)
    }

    /// What the content of a file asks for.
    fn fix(&self, entry: &Entry, found: &Found) -> Result<Fix, Left> {
        let now = match found {
            Found::Other => return Err(Left::NotAFile),
            Found::Missing if entry.old.is_none() => return Ok(Fix::Already),
            Found::Missing if self.edited == Edited::Overwrite => return Ok(Fix::Make),
            Found::Missing => return Err(Left::Gone),
            Found::File(now, _) => *now,
        };
        let Some(old) = &entry.old else {
            return Err(Left::Made);
        };
        if now == old.digest {
            return Ok(Fix::Already);
        }
        if now == entry.new.digest {
            return Ok(Fix::Restore);
        }
        let writer = self.later.writer(&entry.name, now);
        match (self.edited, writer) {
            (_, Some(Writer::Undo)) => Ok(Fix::Already),
            (Edited::Overwrite, _) => Ok(Fix::Restore),
            (Edited::Merge, _) => Ok(Fix::Merge),
            (Edited::Leave, Some(Writer::Other(id))) => Err(Left::Rewritten(*id)),
            (Edited::Leave, None) => Err(Left::Edited),
        }
    }

    /// A content of the pack. That one is damaged says nothing of the others.
    fn content(&mut self, blob: &Blob) -> Result<Vec<u8>, Left> {
        self.pack.bytes(blob).map_err(|error| match error {
            PackError::Damaged { .. } => Left::Damaged,
            other => Left::Refused(format!("the journal {other}")),
        })
    }

    /// What a file holds, if it is still what was seen.
    fn present(&self, path: &Path, seen: Digest) -> Result<Vec<u8>, Left> {
        let mut bytes = Vec::new();
        let file = self.journal.disk.open(path);
        file.and_then(|mut file| file.read_to_end(&mut bytes))
            .map_err(unreadable)?;
        if Digest::of(&bytes) == seen {
            Ok(bytes)
        } else {
            Err(Left::Edited)
        }
    }

    fn merger(&mut self) -> Result<&Merger, Left> {
        let merger = match self.merger.take() {
            Some(merger) => merger,
            None => Merger::new().map_err(|error| Left::NotMerged(error.to_string()))?,
        };
        Ok(self.merger.insert(merger))
    }

    fn commit(mut self, record: &Record, keep: usize) -> Result<Undone, UndoError> {
        let is_partial = !self.undone.left.is_empty();
        if is_partial && (self.draft.is_empty() || self.extent == Extent::Whole) {
            self.draft.discard()?;
            self.undone.restored = 0;
            self.undone.hard_links.clear();
            return Ok(self.undone);
        }
        let about = About {
            action: Action::Undo {
                of: record.id,
                left: self.undone.left.len(),
            },
            tables: record.tables.clone(),
        };
        let committed = self.draft.commit(about, keep)?;
        self.undone.id = committed.id;
        self.undone.restored = committed.files;
        self.undone.left.extend(committed.left);
        Ok(self.undone)
    }
}

/// Why a file is not taken in: it is left, or none can be.
enum Stop {
    Left(Left),
    Journal(JournalError),
}

impl From<Left> for Stop {
    fn from(left: Left) -> Self {
        Self::Left(left)
    }
}

impl From<AddError> for Stop {
    fn from(error: AddError) -> Self {
        match error {
            AddError::File(problem) => Self::Left(Left::Refused(unwritable(&problem))),
            AddError::Journal(error) => Self::Journal(error),
        }
    }
}

/// An undo has no `--exclude`, and leaves the file anyway.
fn unwritable(problem: &Problem) -> String {
    match problem {
        Problem::ReadOnly => "is read-only: make it writable".to_owned(),
        Problem::ReadOnlyFolder => "lies in a read-only folder: make that writable".to_owned(),
        other => other.to_string(),
    }
}

fn unreadable(error: std::io::Error) -> Left {
    Left::Refused(format!("cannot be read: {error}"))
}

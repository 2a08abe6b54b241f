//! What the journal says of the past: which transactions stand, and which were taken back.
//!
//! That goes file by file (see `undo_status`): an undo may leave some, and so may what takes it back.
//! Undo, redo and undo again need no marks in old records, which are never changed.

use std::cell::OnceCell;
use std::fs;

use rustc_hash::{FxHashMap, FxHashSet};

use super::digest::Digest;
use super::journal::{Journal, JournalError, Status, io_error};
use super::name::Name;
use super::record::{Action, Done, Id};
use super::recover::forgotten;
use super::undo_status::Cover;

/// A transaction of the journal.
#[derive(Debug)]
pub struct Past {
    /// Its number.
    pub id: Id,
    /// How far it is.
    pub status: Status,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was not taken back.
    Stands,
    /// It was taken back by this one, all of it.
    Undone(Id),
    /// It was taken back by this one, save for files that were left.
    InPart(Id),
}

/// What the next undo without a number takes back.
#[derive(Debug)]
pub enum Newest<'h> {
    /// This apply.
    Apply(&'h Past),
    /// It cannot be told: this one is newer, and its record cannot be read.
    Hidden(&'h Past),
    /// There is none.
    None,
}

/// All transactions that the journal has.
#[derive(Debug)]
pub struct History {
    /// The oldest first.
    pub past: Vec<Past>,
}

impl Journal<'_> {
    /// All transactions, and what became of them.
    ///
    /// # Errors
    /// The journal's folder cannot be read.
    pub fn history(&self) -> Result<History, JournalError> {
        let forgotten = forgotten(&self.files()?);
        let mut listed = self.list()?;
        listed.retain(|(id, _)| !forgotten.contains(id));
        let fates = Cover::new(self, &listed).fates();
        let past = listed.into_iter().map(|(id, status)| Past {
            id,
            status,
            fate: fates.get(&id).copied().unwrap_or(Fate::Stands),
        });
        Ok(History {
            past: past.collect(),
        })
    }

    /// Bytes that the journal takes.
    ///
    /// # Errors
    /// Its folder cannot be read.
    pub fn size(&self) -> Result<u64, JournalError> {
        let folder = self.folder().join("journal");
        if self.files()?.is_empty() {
            return Ok(0);
        }
        let entries = fs::read_dir(&folder).and_then(|entries| {
            entries
                .map(|entry| entry?.metadata().map(|metadata| metadata.len()))
                .sum()
        });
        entries.map_err(|source| io_error(&folder, "read", source))
    }
}

impl History {
    /// The one with this number.
    pub fn get(&self, id: Id) -> Option<&Past> {
        self.past.iter().find(|past| past.id == id)
    }

    /// The newest apply that was not taken back.
    pub fn newest_apply(&self) -> Newest<'_> {
        let candidates = self.past.iter().rev();
        let found = candidates.filter(|past| !matches!(past.fate, Fate::Undone(_)));
        for past in found {
            match &past.status {
                Status::Damaged(_) => return Newest::Hidden(past),
                Status::Done(done) if done.record.action == Action::Apply => {
                    return Newest::Apply(past);
                }
                _ => {}
            }
        }
        Newest::None
    }
}

/// Who wrote what a file holds now, of the transactions after a certain one.
pub(super) enum Writer {
    /// An undo of that one: it took it back already, here.
    Undo,
    /// Another one, which stands.
    Other(Id),
}

/// The transactions after a certain one that stand, by what they wrote. Read when it is first asked
/// for: most undos meet no file that was edited.
pub(super) struct Later<'a> {
    journal: &'a Journal<'a>,
    history: &'a History,
    of: Id,
    written: OnceCell<FxHashMap<(Name, Digest), Writer>>,
}

impl<'a> Later<'a> {
    pub fn new(journal: &'a Journal<'a>, history: &'a History, of: Id) -> Self {
        Self {
            journal,
            history,
            of,
            written: OnceCell::new(),
        }
    }

    /// Who wrote this content of this file.
    pub fn writer(&self, name: &Name, content: Digest) -> Option<&Writer> {
        let written = self.written.get_or_init(|| self.read());
        written.get(&(name.clone(), content))
    }

    fn read(&self) -> FxHashMap<(Name, Digest), Writer> {
        let mut written = FxHashMap::default();
        for past in self.history.past.iter().filter(|past| past.id > self.of) {
            let (Status::Done(done), false) = (&past.status, matches!(past.fate, Fate::Undone(_)))
            else {
                continue;
            };
            let is_undo = match done.record.action {
                // It only brought back what was there before a later one.
                Action::Undo { of, .. } if of > self.of => continue,
                Action::Undo { of, .. } => of == self.of,
                Action::Apply => false,
            };
            for (name, content) in self.wrote(done) {
                let writer = if is_undo {
                    Writer::Undo
                } else {
                    Writer::Other(past.id)
                };
                written.insert((name, content), writer);
            }
        }
        written
    }

    /// A pack that is damaged tells what stands before the damage.
    fn wrote(&self, done: &Done) -> Vec<(Name, Digest)> {
        let Ok(mut pack) = self.journal.pack(done.record.id) else {
            return Vec::new();
        };
        let left: FxHashSet<usize> = done.left.iter().copied().collect();
        let (entries, _) = pack.entries(None);
        let own = entries.into_iter().filter(|e| !left.contains(&e.index));
        own.map(|entry| (entry.name, entry.new.digest)).collect()
    }
}

//! Going on with a migration that was interrupted, and taking one back.

use std::path::PathBuf;

use super::{Ground, Halt, Migration};
use crate::gate::end_leftover;
use crate::record::{Action, Event};
use crate::transaction::{Edited, Fate, Status, Tag};

impl Migration<'_> {
    /// Finds out what was true when it was interrupted, and takes back what was not judged yet. The journal
    /// has finished what was begun before this is called.
    ///
    /// # Errors
    /// Something cannot be taken back.
    pub(super) fn resumes(&mut self, table: String) -> Result<(), Halt> {
        self.ground.record.append(Event::Continue { table })?;
        self.ground.settles()?;
        let Some(open) = self.ground.record.state().open_batch() else {
            return Ok(());
        };
        let (number, files) = (open.number, open.units.concat());
        if let Some(commit) = self.was_committed(&files)? {
            // All that was left to do for this batch was to say so.
            let state = self.ground.record.state();
            let standing = state.standing.iter().filter(|it| it.batch == number);
            let files = standing.map(|it| it.files.len()).sum();
            self.ground.record.append(Event::BatchEnd {
                batch: number,
                files,
                references: 0,
                searched: 0,
                commit: Some(commit),
            })?;
            return Ok(());
        }
        self.ground.take_back_batch(number, |_| false)
    }
}

impl Ground<'_> {
    /// Takes back all that the migration wrote.
    ///
    /// # Errors
    /// Something cannot be taken back.
    pub(super) fn aborts(&mut self) -> Result<(), Halt> {
        self.reaches_commits()?;
        self.record.append(Event::AbortBegin)?;
        self.settles()?;
        let state = self.record.state();
        let is_committed = |number: usize| {
            let mut batches = state.batches.iter();
            batches.any(|batch| {
                batch.number == number && batch.ended.as_ref().is_some_and(|it| it.commit.is_some())
            })
        };
        let root = &self.root;
        let committed: Vec<PathBuf> = state
            .standing
            .iter()
            .filter(|it| is_committed(it.batch))
            .flat_map(|it| it.files.iter().map(|file| file.under(root)))
            .collect();
        self.take_back_all()?;
        self.revert(&committed)?;
        self.record.append(Event::AbortEnd)?;
        Ok(self.record.flush()?)
    }

    /// Ends processes that are left over, and finds out about the last change and about what a person took
    /// back.
    pub(super) fn settles(&mut self) -> Result<(), Halt> {
        if let Some(group) = self.record.state().group.clone() {
            end_leftover(&group);
        }
        if let Some((attempt, _, _)) = self.record.state().open.clone() {
            let tag = Tag {
                migration: self.record.number(),
                attempt,
            };
            let done = self.journal.with_tag(tag).map_err(anyhow::Error::new)?;
            self.record.append(Event::AttemptEnd {
                attempt,
                transaction: done.map(|done| done.record.id),
                left: Vec::new(),
            })?;
        }
        let history = self.journal.history().map_err(anyhow::Error::new)?;
        for standing in self.record.state().standing.clone() {
            let past = history.get(standing.transaction);
            let by = match past.map(|past| (past.fate, &past.status)) {
                Some((Fate::Undone(by), _)) => by,
                Some((_, Status::Damaged(problem))) => {
                    return Err(Halt::Stop(format!(
                        "the record of transaction {} cannot be read: {problem}",
                        standing.transaction
                    )));
                }
                Some(_) => continue,
                None => {
                    return Err(Halt::Stop(format!(
                        "transaction {} of this migration is no longer in the journal, so it cannot be \
                         taken back: put the journal back, or remove {} to forget the migration",
                        standing.transaction,
                        self.record.folder().display()
                    )));
                }
            };
            let attempt = self.record.state().attempts + 1;
            self.record.append(Event::AttemptBegin {
                attempt,
                action: Action::TakeBack(standing.transaction),
                files: standing.files,
            })?;
            self.record.append(Event::AttemptEnd {
                attempt,
                transaction: Some(by),
                left: Vec::new(),
            })?;
        }
        if let Some(transaction) = self.record.state().formatting {
            // What the formatter had made of the files by then is no edit of a person. Should there be one
            // besides, the transaction that takes this back holds it.
            let mut stands = self.record.state().standing.iter();
            if stands.any(|it| it.transaction == transaction) {
                self.take_back(transaction, Edited::Overwrite)?;
                self.audience.note(
                    "the formatter was interrupted: its files are as they were before; `repoint undo` of the last \
                     transaction in `repoint log` shows what they held",
                );
            }
        }
        Ok(())
    }
}

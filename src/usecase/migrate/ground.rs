//! Changes of the tree: each is a transaction that carries the number of the migration and of the change, and
//! stands in the record before and after it. So a later run knows of each whether it happened.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::news::News;
use super::plan::Plan;
use super::{Ground, Halt};
use crate::output::place::shown;
use crate::output::summary::counted;
use crate::record::{Action, Event, Written};
use crate::transaction::{
    About, Action as Made, AddError, Change, CommitError, Committed, Digest, Edited, Extent, Id,
    Journal, Left, Tag, TransactionBuilder, UndoError,
};
use crate::usecase::state;

impl Ground<'_> {
    /// The journal for the next change, and the number of that.
    pub(super) fn next(&self) -> (u64, Journal<'static>) {
        let attempt = self.record.state().attempts + 1;
        (attempt, self.journal_of(attempt))
    }

    /// The journal whose transactions carry the number of a change.
    pub(super) fn journal_of(&self, attempt: u64) -> Journal<'static> {
        self.journal
            .clone()
            .tagged(Tag {
                migration: self.record.number(),
                attempt,
            })
            .stopped_by(std::sync::Arc::clone(&self.stop))
    }

    pub(super) fn begin(
        &mut self,
        attempt: u64,
        action: Action,
        files: Vec<Written>,
    ) -> Result<(), Halt> {
        self.record.append(Event::AttemptBegin {
            attempt,
            action,
            files,
        })?;
        Ok(self.record.flush()?)
    }

    pub(super) fn end(
        &mut self,
        attempt: u64,
        transaction: Option<Id>,
        left: Vec<Written>,
    ) -> Result<(), Halt> {
        self.record.append(Event::AttemptEnd {
            attempt,
            transaction,
            left,
        })?;
        Ok(self.record.flush()?)
    }

    /// How the record writes paths.
    pub(super) fn written<'p>(&self, files: impl IntoIterator<Item = &'p PathBuf>) -> Vec<Written> {
        let root = &*self.root;
        files
            .into_iter()
            .map(|file| Written::new(file, root))
            .collect()
    }

    pub(super) fn committed(
        &mut self,
        attempt: u64,
        committed: Result<Option<Committed>, CommitError>,
    ) -> Result<(), Halt> {
        let committed = match committed {
            Ok(committed) => committed,
            Err(CommitError::Stopped) => {
                self.end(attempt, None, Vec::new())?;
                return Err(Halt::Interrupted);
            }
            Err(error @ (CommitError::Unfinished(_) | CommitError::Unknown(_))) => {
                // Whether it happened is told by the journal, when the migration goes on.
                if let CommitError::Unfinished(finished) = &error {
                    state::say_left(&finished.left, self.audience);
                    state::say_failed(&finished.failed, self.audience);
                }
                return Err(Halt::Stop(error.to_string()));
            }
            Err(error) => {
                if let CommitError::Refused(errors) = &error {
                    for failed in errors {
                        let problem = failed.problem.to_string();
                        self.audience.failure(&failed.path, &problem);
                    }
                }
                self.end(attempt, None, Vec::new())?;
                return Err(Halt::Stop(error.to_string()));
            }
        };
        let Some(committed) = committed else {
            return self.end(attempt, None, Vec::new());
        };
        let left: Vec<PathBuf> = committed
            .left
            .iter()
            .map(|(path, _)| path.clone())
            .collect();
        self.end(attempt, committed.id, self.written(&left))?;
        if left.is_empty() {
            return Ok(());
        }
        state::say_left(&committed.left, self.audience);
        Err(Halt::Stop(format!(
            "{} edited while the batch was written, and left",
            match left.len() {
                1 => "1 file was".to_owned(),
                several => format!("{several} files were"),
            }
        )))
    }

    /// Takes a transaction back, all of it.
    ///
    /// # Errors
    /// A file of it was edited since: nothing of it is taken back.
    pub(super) fn take_back(&mut self, transaction: Id, edited: Edited) -> Result<(), Halt> {
        let (attempt, journal) = self.next();
        let standing = self.record.state().standing.iter();
        let files = standing
            .filter(|it| it.transaction == transaction)
            .flat_map(|it| it.files.clone())
            .collect();
        let (lock, _) = state::open(&journal, "migrate", self.audience)?;
        self.begin(attempt, Action::TakeBack(transaction), files)?;
        let undone = match journal.undo(lock, transaction, edited, Extent::Whole, usize::MAX) {
            Ok(undone) => undone,
            Err(UndoError::Already { by, .. }) => return self.end(attempt, Some(by), Vec::new()),
            Err(UndoError::Commit(CommitError::Stopped)) => {
                self.end(attempt, None, Vec::new())?;
                return Err(Halt::Interrupted);
            }
            Err(UndoError::Commit(
                error @ (CommitError::Unfinished(_) | CommitError::Unknown(_)),
            )) => return Err(Halt::Stop(error.to_string())),
            Err(error) => {
                self.end(attempt, None, Vec::new())?;
                return Err(Halt::Stop(format!(
                    "transaction {transaction} cannot be taken back: {error}"
                )));
            }
        };
        let left: Vec<PathBuf> = undone.left.iter().map(|(path, _)| path.clone()).collect();
        self.end(
            attempt,
            undone.id.filter(|_| left.is_empty()),
            self.written(&left),
        )?;
        if left.is_empty() {
            return Ok(());
        }
        for (path, why) in &undone.left {
            self.audience.failure(path, &why.to_string());
        }
        Err(Halt::Stop(not_taken_back(transaction, &undone.left)))
    }

    /// Takes back what stands of a batch, the newest first; all of it, or what `stays` does not hold as a
    /// whole.
    pub(super) fn take_back_batch(
        &mut self,
        batch: usize,
        stays: impl Fn(&[Written]) -> bool,
    ) -> Result<(), Halt> {
        let standing = self.record.state().standing.iter().rev();
        let going: Vec<Id> = standing
            .filter(|it| it.batch == batch && !stays(&it.files))
            .map(|it| it.transaction)
            .collect();
        for transaction in going {
            self.take_back(transaction, Edited::Leave)?;
        }
        Ok(())
    }

    /// Writes these contents as one transaction.
    pub(super) fn rewrite_as(
        &mut self,
        files: &[PathBuf],
        contents: &Contents,
    ) -> Result<(), Halt> {
        let (attempt, journal) = self.next();
        let (lock, _) = state::open(&journal, "migrate", self.audience)?;
        let bounds = files.iter().filter_map(|file| file.canonicalize().ok());
        let mut draft = TransactionBuilder::begin(&journal, lock, bounds.collect())
            .map_err(|it| Halt::Stop(it.to_string()))?;
        for (file, new) in contents {
            let old = fs::read(file)
                .map_err(|error| Halt::Stop(format!("{}: cannot be read: {error}", shown(file))))?;
            let change = Change {
                path: file,
                old: Some(&old),
                new,
                references: 0,
                mode: 0,
            };
            if let Err(error) = draft.add(&change) {
                let why = match error {
                    AddError::File(problem) => format!("{}: {problem}", shown(file)),
                    AddError::Journal(error) => error.to_string(),
                };
                let _ = draft.discard();
                return Err(Halt::Stop(why));
            }
        }
        self.begin(attempt, Action::Write, self.written(files))?;
        let about = About {
            action: Made::Apply,
            tables: self.record.state().tables.clone(),
        };
        let committed = draft.commit(about, usize::MAX).map(Some);
        self.committed(attempt, committed)
    }

    /// The first file of what stands of a batch that does not hold what was written: somebody, or a gate,
    /// has changed it.
    pub(super) fn changed_since(&self, written: &BTreeMap<PathBuf, Digest>) -> Option<PathBuf> {
        let holds = |(file, digest): (&PathBuf, &Digest)| {
            let now = fs::read(file).map(|content| Digest::of(&content));
            now.ok() == Some(*digest)
        };
        let mut changed = written.iter().filter(|it| !holds(*it));
        changed.next().map(|(file, _)| file.clone())
    }

    /// What the files hold that stand of a batch.
    pub(super) fn digests(&self, batch: usize) -> BTreeMap<PathBuf, Digest> {
        let root = &*self.root;
        let standing = self.record.state().standing.iter();
        let files = standing
            .filter(|it| it.batch == batch)
            .flat_map(|it| &it.files);
        let files = files.map(|file| file.under(root));
        files
            .filter_map(|file| {
                let digest = Digest::of(&fs::read(&file).ok()?);
                Some((file, digest))
            })
            .collect()
    }

    /// Puts the smaller baseline in place of the old one, as a change that an abort takes back.
    pub(super) fn shrinks(&mut self, plan: &Plan) -> Result<(), Halt> {
        let Some((file, text)) = &plan.shrunk else {
            return Ok(());
        };
        let contents = Contents::from([(file.clone(), text.clone().into_bytes())]);
        self.rewrite_as(std::slice::from_ref(file), &contents)
    }

    /// Takes back all transactions that stand, the newest first.
    pub(super) fn take_back_all(&mut self) -> Result<(), Halt> {
        let standing = self.record.state().standing.iter().rev();
        let all: Vec<Id> = standing.map(|it| it.transaction).collect();
        if !all.is_empty() {
            self.audience.news(News::TakingBack {
                transactions: all.len(),
            });
        }
        for transaction in all {
            self.take_back(transaction, Edited::Leave)?;
        }
        Ok(())
    }
}

/// What files hold, by their paths.
pub(super) type Contents = BTreeMap<PathBuf, Vec<u8>>;

fn not_taken_back(transaction: Id, left: &[(PathBuf, Left)]) -> String {
    format!(
        "transaction {transaction} was not taken back, since {} edited after it was written; `repoint undo \
         {transaction} --3way` merges, `repoint undo {transaction} --force` overwrites; then go on",
        match left {
            [(only, _)] => format!("{} was", shown(Path::new(only))),
            several => format!("{} were", counted(several.len(), "file")),
        }
    )
}

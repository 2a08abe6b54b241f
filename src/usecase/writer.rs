//! What `apply` does with files that change: into a draft one by one, then all of it at once.

use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::exit::Exit;
use super::listener::Listener;
use super::run::{Input, Run};
use super::state;
use crate::engine::{FileReport, Summary};
use crate::output::summary::counted;
use crate::project::git::status::State;
use crate::transaction::{
    About, Action, AddError, Added, Allow, Change, CommitError, Committed, GuardError, Journal,
    Lock, TransactionBuilder,
};

/// A draft that begins with the first file: who changes nothing leaves no folder behind.
pub struct Writer<'j> {
    journal: &'j Journal<'j>,
    lock: Option<Lock>,
    draft: Option<TransactionBuilder<'j>>,
    bounds: Vec<PathBuf>,
    /// What was to be written and will not be.
    pub unwritten: Unwritten,
    /// What was found when an earlier run was finished.
    pub recovered: Exit,
}

/// Files that cannot be written, although their plan holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwritten {
    files: usize,
    references: usize,
}

impl Unwritten {
    /// Whether there are any.
    pub fn any(self) -> bool {
        self.files > 0
    }

    /// Takes them out of the counts of what changed.
    pub fn correct(self, summary: &mut Summary) {
        summary.changed -= self.files;
        summary.rewritten -= self.references;
        summary.left += self.references;
        summary.failed += self.files;
    }
}

impl<'j> Writer<'j> {
    /// Finishes what an earlier run has left.
    ///
    /// # Errors
    /// Somebody else writes, or the journal cannot be used.
    pub fn open(
        journal: &'j Journal<'j>,
        run: &Run,
        listener: &dyn Listener,
    ) -> anyhow::Result<Self> {
        let (lock, recovered) = if journal.exists() {
            let (lock, exit) = state::open(journal, "apply", listener)?;
            (Some(lock), exit)
        } else {
            (None, Exit::Clean)
        };
        let named = match &run.input {
            Input::Paths(paths) => paths.as_slice(),
            Input::Text { .. } => &[],
        };
        Ok(Self {
            journal,
            lock,
            draft: None,
            bounds: named.iter().filter_map(|p| p.canonicalize().ok()).collect(),
            unwritten: Unwritten::default(),
            recovered,
        })
    }

    /// Takes a file in, if it changes, and tells whether it did. One that cannot be written is said and
    /// counted.
    ///
    /// # Errors
    /// The journal cannot be written, so nothing can be.
    pub fn add(&mut self, report: &FileReport, listener: &dyn Listener) -> anyhow::Result<bool> {
        let Some(new) = &report.rewritten else {
            return Ok(false);
        };
        let references = report.plan.references.iter().filter(|r| r.rewritten);
        let change = Change {
            path: &report.path,
            old: Some(report.source.bytes()),
            new,
            references: references.count(),
            mode: 0,
        };
        match self.draft(listener)?.add(&change) {
            Ok(Added::New { hard_links }) if hard_links > 0 => listener.note(&format!(
                "{}: has {} (hard links) beside this one, which do not follow it",
                listener.shown(&report.path),
                counted(hard_links as usize, "name")
            )),
            Ok(_) => {}
            Err(AddError::File(problem)) => {
                listener.failure(&report.path, &problem.to_string());
                self.unwritten.files += 1;
                self.unwritten.references += change.references;
                return Ok(false);
            }
            Err(AddError::Journal(error)) => {
                self.discard();
                return Err(anyhow::Error::new(error).context("nothing was written"));
            }
        }
        Ok(true)
    }

    /// Takes a file in that is no source and changes along with the sources, so that whoever takes them back
    /// takes it back too; nothing, if none of them changes. One that cannot be written is said.
    ///
    /// # Errors
    /// The journal cannot be written, so nothing can be.
    pub fn add_text(
        &mut self,
        file: &Path,
        old: &str,
        new: &str,
        listener: &dyn Listener,
    ) -> anyhow::Result<()> {
        let Some(draft) = &mut self.draft else {
            return Ok(());
        };
        let change = Change {
            path: file,
            old: Some(old.as_bytes()),
            new: new.as_bytes(),
            references: 0,
            mode: 0,
        };
        match draft.add(&change) {
            Ok(_) => Ok(()),
            Err(AddError::File(problem)) => {
                listener.failure(file, &problem.to_string());
                self.unwritten.files += 1;
                Ok(())
            }
            Err(AddError::Journal(error)) => {
                self.discard();
                Err(anyhow::Error::new(error).context("nothing was written"))
            }
        }
    }

    /// Asks git whether anything would be lost, and says what.
    ///
    /// # Errors
    /// Something would be, or nothing is known.
    pub fn guard(&mut self, allow: Allow, listener: &dyn Listener) -> anyhow::Result<()> {
        let Some(draft) = &mut self.draft else {
            return Ok(());
        };
        draft.guard(allow).map_err(|error| refused(error, listener))
    }

    /// Writes all of it, or nothing.
    ///
    /// # Errors
    /// See [`CommitError`].
    pub fn commit(&mut self, run: &Run, keep: usize) -> Result<Option<Committed>, CommitError> {
        let about = About {
            action: Action::Apply,
            tables: run.names.clone(),
        };
        let draft = self.draft.take();
        draft.map(|draft| draft.commit(about, keep)).transpose()
    }

    /// Gives it up.
    pub fn discard(&mut self) {
        if let Some(draft) = self.draft.take() {
            // What stays is cleared away by the next run.
            let _ = draft.discard();
        }
    }

    fn draft(&mut self, listener: &dyn Listener) -> anyhow::Result<&mut TransactionBuilder<'j>> {
        let draft = match self.draft.take() {
            Some(draft) => draft,
            None => {
                listener.begins_to_write();
                let lock = match self.lock.take() {
                    Some(lock) => lock,
                    None => {
                        // Somebody may have been faster, and been interrupted.
                        let (lock, exit) = state::open(self.journal, "apply", listener)?;
                        self.recovered = self.recovered.max(exit);
                        // What was read so far may be half of what it was, and half of what that
                        // one made of it.
                        anyhow::ensure!(
                            self.journal.list()?.is_empty(),
                            "nothing was written: another repoint has written since this one \
                             began; run it again"
                        );
                        lock
                    }
                };
                TransactionBuilder::begin(self.journal, lock, std::mem::take(&mut self.bounds))?
            }
        };
        Ok(self.draft.insert(draft))
    }
}

/// Why files must not be written; those of which there are several are named first.
pub fn refused(error: GuardError, listener: &dyn Listener) -> anyhow::Error {
    match error {
        GuardError::Uncommitted(files) => uncommitted(&files, listener),
        error @ (GuardError::Git(_) | GuardError::WithoutGit) => {
            anyhow!("nothing was written: {error}; --allow-dirty goes ahead without git")
        }
        GuardError::Journal(error) => anyhow!("nothing was written: {error}"),
    }
}

fn uncommitted(files: &[(PathBuf, State)], listener: &dyn Listener) -> anyhow::Error {
    let named = listener.named(files.len());
    for (path, state) in files.iter().take(named) {
        let state = match state {
            State::Staged => "has changes that are staged and in no commit",
            State::Unstaged => "has changes that are in no commit",
            State::Hidden => {
                "has changes that are in no commit, and git is told to look away from it \
                 (assume-unchanged or skip-worktree)"
            }
            State::Untracked => "is in no commit",
            State::Ignored => "is in no commit, and git ignores it",
            State::Unmerged => "is in conflict after a merge",
        };
        listener.failure(path, state);
    }
    state::say_more(files.len() - named, listener);
    let staged = files.iter().all(|(_, state)| *state == State::Staged);
    let option = if staged {
        "--allow-staged"
    } else {
        "--allow-dirty"
    };
    anyhow!("nothing was written: commit or stash these changes first, or pass {option}")
}

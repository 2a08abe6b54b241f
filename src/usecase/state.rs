//! The journal of a project, as whoever reads or writes meets it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::exit::Exit;
use super::listener::Listener;
use crate::output::summary::counted;
use crate::transaction::{
    Finished, Id, Journal, JournalError, Left, Lock, PackError, Recovered, Status,
};

/// What a command that only reads knows of writers.
pub struct Watch<'j> {
    journal: &'j Journal<'j>,
    before: Option<Id>,
    exit: Exit,
}

impl<'j> Watch<'j> {
    /// Says that a transaction is unfinished, or that somebody is writing.
    pub fn begin(journal: &'j Journal<'j>, listener: &dyn Listener) -> Self {
        let said = match journal.unfinished() {
            Ok(None) => {
                note_leftover(journal, listener);
                None
            }
            Ok(Some((id, status))) => Some(unfinished(journal, id, &status)),
            Err(error) => Some(error.to_string()),
        };
        if let Some(said) = &said {
            listener.error(said);
        }
        Self {
            journal,
            before: journal.last().ok().flatten(),
            exit: Exit::failed_if(said.is_some()),
        }
    }

    /// Says that somebody has written meanwhile: what was read is then neither the one nor the
    /// other.
    pub fn end(self, listener: &dyn Listener) -> Exit {
        let now = self.journal.last().ok().flatten();
        if self.exit == Exit::Clean && now != self.before {
            listener.error(
                "another repoint has written since this one began, so some files may have been read \
                 before that and some after it: run it again",
            );
            return Exit::Failed;
        }
        self.exit
    }
}

/// Says that something lies about that changes nothing, unless it is somebody's who is writing now.
pub fn note_leftover(journal: &Journal<'_>, listener: &dyn Listener) {
    let leftover = || journal.leftover().ok().flatten();
    let Some(id) = leftover() else {
        return;
    };
    // Asked twice: who was writing may have finished in between.
    if matches!(journal.writer(), Ok(None)) && leftover() == Some(id) {
        if let Some(error) = journal.foreign(id) {
            listener.note(&error.to_string());
            return;
        }
        listener.note(&format!(
            "transaction {id} was interrupted before it changed anything; `repoint recover` clears \
             away what it left"
        ));
    }
}

fn unfinished(journal: &Journal<'_>, id: u64, status: &Status) -> String {
    if let Ok(Some(holder)) = journal.writer() {
        let busy = JournalError::Busy(holder);
        return format!("transaction {id} is being written: {busy}");
    }
    if let Some(error) = journal.foreign(id) {
        return error.to_string();
    }
    match status {
        Status::Damaged(problem) => format!(
            "transaction {id} was interrupted, and its record is damaged: {problem}; {}",
            JournalError::give_up(journal.folder(), id)
        ),
        _ => format!(
            "transaction {id} was interrupted: some of its files are written and some are not; \
             `repoint recover` finishes it"
        ),
    }
}

/// Takes the lock and finishes what is unfinished, and says what was done. [`Exit::Failed`] if
/// files were left.
///
/// # Errors
/// Somebody else writes, the journal cannot be used, or files cannot be replaced yet.
pub fn open(
    journal: &Journal<'_>,
    command: &str,
    listener: &dyn Listener,
) -> anyhow::Result<(Lock, Exit)> {
    let lock = journal.lock(command)?;
    let mut exit = Exit::Clean;
    for recovered in journal.recover(&lock)? {
        exit = exit.max(say_recovered(&recovered, listener)?);
    }
    Ok((lock, exit))
}

/// Says what came of what was interrupted.
///
/// # Errors
/// Files cannot be replaced yet.
pub fn say_recovered(recovered: &Recovered, listener: &dyn Listener) -> anyhow::Result<Exit> {
    let finished = match recovered {
        Recovered::Cleared(id, strays) => {
            say_strays(strays, listener);
            listener.note(&format!(
                "transaction {id} was interrupted before it changed anything: cleared away"
            ));
            return Ok(Exit::failed_if(!strays.is_empty()));
        }
        Recovered::Foreign(error) => {
            listener.note(&error.to_string());
            return Ok(Exit::Clean);
        }
        Recovered::Finished(_, finished) => finished,
    };
    say_left(&finished.left, listener);
    say_strays(&finished.strays, listener);
    say_failed(&finished.failed, listener);
    if !finished.failed.is_empty() {
        anyhow::bail!("{}", still_unfinished(finished));
    }
    listener.note(&format!(
        "transaction {} was interrupted, and is finished now: {} replaced, {} were already, \
         {} left",
        finished.id,
        counted(finished.replaced, "file"),
        finished.already,
        finished.left.len()
    ));
    Ok(Exit::failed_if(!finished.left.is_empty()))
}

/// Names files that were left, as errors.
pub fn say_left(left: &[(PathBuf, Left)], listener: &dyn Listener) {
    say_each(left, listener);
}

/// Names temporary files that may lie where a folder went, as errors. All of them: nobody else
/// knows of them.
pub fn say_strays(strays: &BTreeSet<PathBuf>, listener: &dyn Listener) {
    for stray in strays {
        let names = stray.file_name().unwrap_or_default().display();
        let folder = stray.parent().unwrap_or(stray);
        listener.failure(
            folder,
            &format!("temporary files `{names}` may lie where this folder went: remove them"),
        );
    }
}

/// Names files that could not be replaced, as errors.
pub fn say_failed(failed: &[(PathBuf, PackError)], listener: &dyn Listener) {
    say_each(failed, listener);
}

fn say_each(files: &[(PathBuf, impl std::fmt::Display)], listener: &dyn Listener) {
    let named = listener.named(files.len());
    for (path, why) in files.iter().take(named) {
        listener.failure(path, &why.to_string());
    }
    say_more(files.len() - named, listener);
}

/// Says how many files were not named.
pub fn say_more(files: usize, listener: &dyn Listener) {
    if files > 0 {
        listener.error(&format!(
            "and {} more; -v names them all",
            counted(files, "file")
        ));
    }
}

fn still_unfinished(finished: &Finished) -> String {
    format!(
        "transaction {} is not finished: {} of its files could not be replaced; run `repoint \
         recover` once the cause is gone, or `repoint undo {}` to take it back",
        finished.id,
        finished.failed.len(),
        finished.id
    )
}

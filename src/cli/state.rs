//! The journal of a project, as the subcommands meet it.

use std::path::Path;

use super::args::StateArgs;
use super::console::Console;
use super::exit::Exit;
use super::resolve::Place;
use crate::transaction::{
    Finished, Journal, JournalError, Left, Lock, OsDisk, PackError, Recovered, Status,
};

/// So many files are named one by one; more are counted.
pub(super) const NAMED: usize = 20;

/// The journal of the project, or of the folder that was named.
pub(super) fn journal(args: &StateArgs, place: &Place) -> Journal<'static> {
    let root = place.project.root();
    match &args.state_dir {
        Some(folder) => Journal::elsewhere(&OsDisk, root, &place.cwd.join(folder)),
        None => Journal::of_project(&OsDisk, root),
    }
}

/// Says that a transaction is unfinished, or that somebody is writing, for who only reads.
pub(super) fn look(journal: &Journal<'_>, console: &Console) -> Exit {
    let said = match journal.unfinished() {
        Ok(None) => return Exit::Clean,
        Ok(Some((id, status))) => unfinished(journal, id, &status),
        Err(error) => error.to_string(),
    };
    console.error(&said);
    Exit::Failed
}

fn unfinished(journal: &Journal<'_>, id: u64, status: &Status) -> String {
    if let Ok(Some(holder)) = journal.writer() {
        let busy = JournalError::Busy(holder);
        return format!("transaction {id} is being written: {busy}");
    }
    match status {
        Status::Damaged(problem) => format!(
            "transaction {id} was interrupted, and its record is damaged: {problem}; look into {}",
            journal.folder().display()
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
pub(super) fn open(
    journal: &Journal<'_>,
    command: &str,
    console: &Console,
) -> anyhow::Result<(Lock, Exit)> {
    let lock = journal.lock(command)?;
    let mut exit = Exit::Clean;
    for recovered in journal.recover(&lock)? {
        exit = exit.max(say_recovered(&recovered, console)?);
    }
    Ok((lock, exit))
}

/// Says what came of what was interrupted.
///
/// # Errors
/// Files cannot be replaced yet.
pub(super) fn say_recovered(recovered: &Recovered, console: &Console) -> anyhow::Result<Exit> {
    let finished = match recovered {
        Recovered::Cleared(id) => {
            console.note(&format!(
                "transaction {id} was interrupted before it changed anything: cleared away"
            ));
            return Ok(Exit::Clean);
        }
        Recovered::Finished(_, finished) => finished,
    };
    say_left(&finished.left, console);
    say_failed(&finished.failed, console);
    if !finished.failed.is_empty() {
        anyhow::bail!("{}", still_unfinished(finished));
    }
    console.note(&format!(
        "transaction {} was interrupted, and is finished now: {} files replaced, {} were already, \
         {} left",
        finished.id,
        finished.replaced,
        finished.already,
        finished.left.len()
    ));
    Ok(Exit::failed_if(!finished.left.is_empty()))
}

/// Names files that were left, as errors.
pub(super) fn say_left(left: &[(std::path::PathBuf, Left)], console: &Console) {
    say_each(left, console);
}

/// Names files that could not be replaced, as errors.
pub(super) fn say_failed(failed: &[(std::path::PathBuf, PackError)], console: &Console) {
    say_each(failed, console);
}

fn say_each(files: &[(std::path::PathBuf, impl std::fmt::Display)], console: &Console) {
    for (path, why) in files.iter().take(NAMED) {
        console.failure(path.as_path() as &Path, &why.to_string());
    }
    if files.len() > NAMED {
        console.error(&format!("and {} files more", files.len() - NAMED));
    }
}

fn still_unfinished(finished: &Finished) -> String {
    format!(
        "transaction {} is not finished: {} of its files could not be replaced; run `repoint \
         recover` once the cause is gone",
        finished.id,
        finished.failed.len()
    )
}

//! The journal of a project, as the subcommands meet it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;

use super::args::{JournalArgs, StateArgs};
use super::console::Console;
use super::exit::Exit;
use super::resolve::Place;
use super::state_folder;
use crate::output::summary::counted;
use crate::project::Project;
use crate::transaction::{
    Finished, Id, Journal, JournalError, Left, Lock, OsDisk, PackError, Recovered, Status,
};

/// The journal of the project, or of the folder that was named.
///
/// # Errors
/// That folder is not repoint's own.
pub(super) fn journal(args: &StateArgs, place: &Place) -> anyhow::Result<Journal<'static>> {
    journal_at(args, place.project.root(), &place.cwd)
}

/// The journal for a command that needs no rules. The configuration is not read: what is wrong in it
/// must keep nobody from going back.
///
/// # Errors
/// There is no current directory, or no configuration file of the name that was given; or the folder
/// that was named is not repoint's own.
pub(super) fn journal_alone(args: &JournalArgs) -> anyhow::Result<Journal<'static>> {
    let cwd = std::env::current_dir().context("the current directory cannot be found")?;
    if let Some(file) = args.config.as_ref().filter(|f| !cwd.join(f).is_file()) {
        anyhow::bail!("{}: no such file", file.display());
    }
    let project = Project::discover(&cwd, args.config.as_deref());
    journal_at(&args.state, project.root(), &cwd)
}

fn journal_at(args: &StateArgs, root: &Path, cwd: &Path) -> anyhow::Result<Journal<'static>> {
    let Some(folder) = &args.state_dir else {
        return Ok(Journal::of_project(&OsDisk, root));
    };
    let folder = cwd.join(folder);
    state_folder::check(&folder, root)?;
    Ok(Journal::elsewhere(&OsDisk, root, &folder))
}

/// What a command that only reads knows of writers.
pub(super) struct Watch<'j> {
    journal: &'j Journal<'j>,
    before: Option<Id>,
    exit: Exit,
}

impl<'j> Watch<'j> {
    /// Says that a transaction is unfinished, or that somebody is writing.
    pub fn begin(journal: &'j Journal<'j>, console: &Console) -> Self {
        let said = match journal.unfinished() {
            Ok(None) => {
                note_leftover(journal, console);
                None
            }
            Ok(Some((id, status))) => Some(unfinished(journal, id, &status)),
            Err(error) => Some(error.to_string()),
        };
        if let Some(said) = &said {
            console.error(said);
        }
        Self {
            journal,
            before: journal.last().ok().flatten(),
            exit: Exit::failed_if(said.is_some()),
        }
    }

    /// Says that somebody has written meanwhile: what was read is then neither the one nor the
    /// other.
    pub fn end(self, console: &Console) -> Exit {
        let now = self.journal.last().ok().flatten();
        if self.exit == Exit::Clean && now != self.before {
            console.error(
                "another repoint has written since this one began, so some files may have been read \
                 before that and some after it: run it again",
            );
            return Exit::Failed;
        }
        self.exit
    }
}

/// Says that something lies about that changes nothing, unless it is somebody's who is writing now.
pub(super) fn note_leftover(journal: &Journal<'_>, console: &Console) {
    let leftover = || journal.leftover().ok().flatten();
    let Some(id) = leftover() else {
        return;
    };
    // Asked twice: who was writing may have finished in between.
    if matches!(journal.writer(), Ok(None)) && leftover() == Some(id) {
        if let Some(error) = journal.foreign(id) {
            console.note(&error.to_string());
            return;
        }
        console.note(&format!(
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
        Recovered::Cleared(id, strays) => {
            say_strays(strays, console);
            console.note(&format!(
                "transaction {id} was interrupted before it changed anything: cleared away"
            ));
            return Ok(Exit::failed_if(!strays.is_empty()));
        }
        Recovered::Foreign(error) => {
            console.note(&error.to_string());
            return Ok(Exit::Clean);
        }
        Recovered::Finished(_, finished) => finished,
    };
    say_left(&finished.left, console);
    say_strays(&finished.strays, console);
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
pub(super) fn say_left(left: &[(PathBuf, Left)], console: &Console) {
    say_each(left, console);
}

/// Names temporary files that may lie where a folder went, as errors. All of them: nobody else
/// knows of them.
pub(super) fn say_strays(strays: &BTreeSet<PathBuf>, console: &Console) {
    for stray in strays {
        let names = stray.file_name().unwrap_or_default().display();
        let folder = stray.parent().unwrap_or(stray);
        console.failure(
            folder,
            &format!("temporary files `{names}` may lie where this folder went: remove them"),
        );
    }
}

/// Names files that could not be replaced, as errors.
pub(super) fn say_failed(failed: &[(PathBuf, PackError)], console: &Console) {
    say_each(failed, console);
}

fn say_each(files: &[(PathBuf, impl std::fmt::Display)], console: &Console) {
    let named = console.named(files.len());
    for (path, why) in files.iter().take(named) {
        console.failure(path, &why.to_string());
    }
    say_more(files.len() - named, console);
}

/// Says how many files were not named.
pub(super) fn say_more(files: usize, console: &Console) {
    if files > 0 {
        console.error(&format!(
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

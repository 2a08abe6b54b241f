//! `repoint undo`: take a transaction back.

use std::path::PathBuf;

use anyhow::{anyhow, bail};

use super::args::UndoArgs;
use super::console::Console;
use super::interrupt;
use super::journal;
use super::resolve::Refusal;
use crate::output::place;
use crate::output::summary::counted;
use crate::transaction::{
    Action, CommitError, Edited, Extent, Fate, Finished, Id, Journal, Left, Lock, Newest, Record,
    Recovered, UndoError, Undone,
};
use crate::usecase::{Exit, state};

/// Everything is said on standard error: 0 if all is restored, 1 if some files are left as they are, 2 if
/// nothing was restored.
pub(super) fn run(args: &UndoArgs, console: &Console) -> Result<Exit, Refusal> {
    let interrupt = interrupt::wanted();
    let journal = journal::journal_alone(&args.journal)?
        .trusting(args.trust.trust)
        .stopped_by(interrupt.asked());
    if !journal.exists() {
        return Err(nothing(&journal).into());
    }
    let lock = journal.lock("undo").map_err(anyhow::Error::new)?;
    let before = match finish(args, &journal, &lock, console)? {
        Interrupted::ThisUndo(exit) => return Ok(exit),
        Interrupted::Other(exit) => exit,
    };
    let id = match args.id {
        Some(id) => id,
        None => newest(&journal)?,
    };
    let edited = match (args.force, args.three_way) {
        (true, _) => Edited::Overwrite,
        (_, true) => Edited::Merge,
        _ => Edited::Leave,
    };
    let extent = if args.partial {
        Extent::Part
    } else {
        Extent::Whole
    };
    interrupt.note();
    let exit = match journal.undo(lock, id, edited, extent, args.keep.keep) {
        Ok(undone) => said(id, edited, &undone, console),
        Err(UndoError::Commit(error)) => {
            let exit = refused(&error, console);
            if matches!(error, CommitError::Stopped) {
                interrupt.end();
            }
            exit
        }
        Err(error) => return Err(anyhow::Error::new(error).into()),
    };
    Ok(exit.max(before))
}

/// What was found unfinished.
enum Interrupted {
    /// The very undo that is asked for: it is finished now.
    ThisUndo(Exit),
    /// Nothing, or something else.
    Other(Exit),
}

/// Finishes what was interrupted. Where files of the very transaction that is to be taken back
/// cannot be replaced it is called finished without them.
fn finish(
    args: &UndoArgs,
    journal: &Journal<'_>,
    lock: &Lock,
    console: &Console,
) -> anyhow::Result<Interrupted> {
    let mut exit = Exit::Clean;
    for recovered in journal.recover(lock)? {
        let (record, finished) = match &recovered {
            Recovered::Finished(record, finished) => (record, finished),
            Recovered::Cleared(..) | Recovered::Foreign(_) => {
                exit = exit.max(state::say_recovered(&recovered, console)?);
                continue;
            }
        };
        if !finished.failed.is_empty() && is_meant(args.id, record) {
            give_up(journal, lock, record, finished, console)?;
            continue;
        }
        let said = state::say_recovered(&recovered, console)?;
        match record.action {
            Action::Undo { of, left } if args.id.is_none_or(|id| id == of) => {
                console.summary(&format!(
                    "that was the undo of transaction {of}; `repoint undo {}` takes it back",
                    record.id
                ));
                let exit = exit.max(said.min(Exit::Left)).max(Exit::left_if(left > 0));
                return Ok(Interrupted::ThisUndo(exit));
            }
            // What was left of it is left by its undo too, which is no failure of that.
            _ if is_meant(args.id, record) => exit = exit.max(said.min(Exit::Left)),
            _ => exit = exit.max(said),
        }
    }
    Ok(Interrupted::Other(exit))
}

/// Whether this is what is to be taken back. What is unfinished is the newest of all.
fn is_meant(id: Option<Id>, record: &Record) -> bool {
    id.map_or(record.action == Action::Apply, |id| id == record.id)
}

fn give_up(
    journal: &Journal<'_>,
    lock: &Lock,
    record: &Record,
    finished: &Finished,
    console: &Console,
) -> anyhow::Result<()> {
    state::say_left(&finished.left, console);
    state::say_strays(&finished.strays, console);
    state::say_failed(&finished.failed, console);
    for stray in journal.settle(lock, record.clone())? {
        console.failure(&stray, "cannot be removed: remove it by hand");
    }
    console.note(&format!(
        "transaction {} was interrupted and cannot be finished: {} could not be replaced; what was \
         is taken back now",
        record.id,
        counted(finished.failed.len(), "file")
    ));
    Ok(())
}

fn newest(journal: &Journal<'_>) -> anyhow::Result<Id> {
    let history = journal.history()?;
    match history.newest_apply() {
        Newest::Apply(past) => Ok(past.id),
        Newest::Hidden(past) => bail!(
            "the record of transaction {} cannot be read, so it is not known which apply is the \
             last one: name one that `repoint log` lists",
            past.id
        ),
        Newest::None if history.past.is_empty() => Err(nothing(journal)),
        Newest::None => {
            let undos = history.past.iter().rev().find(|p| p.fate == Fate::Stands);
            let hint = undos.map_or(String::new(), |undo| {
                format!("; `repoint undo {}` takes the last undo back", undo.id)
            });
            Err(anyhow!(
                "every apply in the journal is taken back already{hint}"
            ))
        }
    }
}

fn nothing(journal: &Journal<'_>) -> anyhow::Error {
    anyhow!(
        "there is nothing to take back: no transaction is in {}",
        place::shown(journal.folder())
    )
}

fn said(of: Id, edited: Edited, undone: &Undone, console: &Console) -> Exit {
    let Undone {
        id,
        restored,
        already,
        left,
        hard_links,
    } = undone;
    for (path, count) in hard_links {
        console.note(&format!(
            "{}: has {} (hard links) beside this one, which do not follow it",
            console.shown(path),
            counted(*count as usize, "name")
        ));
    }
    // All of them: nobody else says which these are.
    for (path, why) in left {
        console.failure(path, &why.to_string());
    }
    if *restored == 0 && !left.is_empty() {
        hint(of, edited, left, console);
        console.summary(&format!(
            "nothing of transaction {of} was restored: {} cannot be",
            counted(left.len(), "file")
        ));
        return Exit::Failed;
    }
    let mut line = format!(
        "restored {} of transaction {of}",
        counted(*restored, "file")
    );
    if *already > 0 {
        line.push_str(&format!(", {already} were as before already"));
    }
    if !left.is_empty() {
        line.push_str(&format!(", {} left", left.len()));
    }
    if let Some(id) = id {
        line.push_str(&format!("; `repoint undo {id}` takes this back"));
    }
    hint(of, edited, left, console);
    console.summary(&line);
    Exit::left_if(!left.is_empty())
}

/// What can be done about files that were left.
fn hint(of: Id, edited: Edited, left: &[(PathBuf, Left)], console: &Console) {
    let any = |wanted: fn(&Left) -> bool| left.iter().any(|(_, why)| wanted(why));
    let is_edited = any(|why| matches!(why, Left::Edited | Left::Rewritten(_)));
    let is_gone = any(|why| *why == Left::Gone);
    let part = format!("`repoint undo {of} --partial` restores the other files");
    if is_edited && edited == Edited::Leave {
        console.note(&format!(
            "`repoint undo {of} --3way` merges with what was edited since, `repoint undo {of} \
             --force` overwrites it, {part}"
        ));
    } else if is_gone || any(|why| matches!(why, Left::Conflict | Left::NotMerged(_))) {
        console.note(&format!(
            "`repoint undo {of} --force` restores what it held before, whatever was edited since, {part}"
        ));
    } else if !left.is_empty() {
        console.note(&part);
    }
}

fn refused(error: &CommitError, console: &Console) -> Exit {
    match error {
        CommitError::Refused(errors) => {
            for failed in errors {
                console.failure(&failed.path, &failed.problem.to_string());
            }
        }
        CommitError::Unfinished(finished) => {
            state::say_left(&finished.left, console);
            state::say_failed(&finished.failed, console);
        }
        CommitError::NotStaged { .. }
        | CommitError::Stopped
        | CommitError::Journal(_)
        | CommitError::Unknown(_) => {}
    }
    console.error(&error.to_string());
    Exit::Failed
}

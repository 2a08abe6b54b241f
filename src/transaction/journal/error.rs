//! Why the journal cannot be used, and what to do then.

use std::io;
use std::path::{Path, PathBuf};

use super::super::lock::Holder;
use super::super::pack::PackError;
use super::super::record::Id;
use super::super::time;

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// A file of it cannot be read or written.
    #[error("{}: cannot be {doing}: {cause}{}", path.display(), elsewhere(doing))]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried: a participle.
        doing: &'static str,
        /// What the system said. No `source`: the message has it.
        cause: io::Error,
    },
    /// It, or a part of it, is a link.
    #[error("{}: is a link, which is not followed; name the folder itself with --state-dir", .0.display())]
    Link(PathBuf),
    /// A transaction is still to be finished.
    #[error("transaction {0} is not finished: run `repoint recover`")]
    Unfinished(Id),
    /// Somebody else is writing.
    #[error("{}", busy(.0.as_ref()))]
    Busy(Option<Holder>),
    /// A migration goes on.
    #[error(
        "a migration is going on here: wait for it, or stop it with Ctrl-C; `repoint status` shows how far \
         it is"
    )]
    Migrating,
    /// The pack of a transaction cannot be used.
    #[error("{}: {problem}", path.display())]
    Pack {
        /// The pack.
        path: PathBuf,
        /// What is wrong.
        problem: PackError,
    },
    /// A transaction was written for another project, or the journal is a copy.
    #[error("{}", foreign(*.id, root, here, folder))]
    Foreign {
        /// Which one.
        id: Id,
        /// The project's root that it was written for, as it says.
        root: String,
        /// The project's root.
        here: PathBuf,
        /// The state folder.
        folder: PathBuf,
    },
    /// The record of a transaction cannot be used.
    #[error("{}: is damaged: {problem}{}", path.display(), way_out(path))]
    Record {
        /// The record.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// There is no such transaction any more, or there never was.
    #[error("{}", unknown(*.id, *.first))]
    Unknown {
        /// The one that was asked for.
        id: Id,
        /// The oldest one that there is.
        first: Option<Id>,
    },
}

impl JournalError {
    /// How to give up a transaction that cannot be finished.
    pub fn give_up(folder: &Path, id: Id) -> String {
        let record = folder.join("journal").join(format!("{id}.commit"));
        format!(
            "removing {} gives it up, and leaves every file as it is now",
            record.display()
        )
    }
}

/// The way out if it is the record of what is to be finished.
fn way_out(path: &Path) -> String {
    match path.extension() {
        Some(ending) if ending == "commit" => {
            "; removing it gives the transaction up, and leaves every file as it is now".to_owned()
        }
        _ => String::new(),
    }
}

/// The way out if the folder cannot be made.
fn elsewhere(doing: &str) -> &'static str {
    match doing {
        "created" | "locked" => "; --state-dir names another folder for the journal",
        _ => "",
    }
}

fn busy(holder: Option<&Holder>) -> String {
    match holder {
        Some(Holder {
            pid,
            since,
            command,
        }) => format!(
            "`repoint {command}` (process {pid}) has been writing since {}: wait until it is done",
            time::shown(*since)
        ),
        None => "another repoint is writing: wait until it is done".to_owned(),
    }
}

/// `root` is somebody else's text: as `Debug` writes it, it is one line and moves no cursor.
fn foreign(id: Id, root: &str, here: &Path, folder: &Path) -> String {
    let from = if Path::new(root) == here {
        "another folder of this name".to_owned()
    } else {
        format!("the project at {root:?}")
    };
    format!(
        "transaction {id} was written for {from}, so nothing of it is done here: its journal came \
         with a copy or a clone, or is shared by two projects; run repoint there, or remove {} if \
         it is not yours; `repoint recover --trust` and `repoint undo {id} --trust` believe a copy \
         of your own, as one from a backup, for files below {}",
        folder.join("journal").join(format!("{id}.*")).display(),
        here.display()
    )
}

fn unknown(id: Id, first: Option<Id>) -> String {
    match first {
        Some(first) if id < first => format!(
            "transaction {id} is not in the journal any more: {first} is the oldest that was kept \
             (--keep)"
        ),
        _ => format!("there is no transaction {id}: `repoint log` lists them"),
    }
}

pub(in crate::transaction) fn io_error(
    path: &Path,
    doing: &'static str,
    source: io::Error,
) -> JournalError {
    JournalError::Io {
        path: path.to_owned(),
        doing,
        cause: source,
    }
}

//! Why nothing was written, and why one file cannot be.

use std::io;
use std::path::PathBuf;

use super::finish::Finished;
use super::journal::JournalError;
use super::pack::PackError;

/// Why one file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    pub problem: Problem,
}

/// What keeps a file from being written.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Someone changed it since it was read.
    #[error("has changed since it was read; run repoint again")]
    Drifted,
    /// Two changes of the set speak of one file and disagree.
    #[error("is to be written twice with different content, through two names; name it once")]
    Twice,
    /// It is a folder, a pipe or something else.
    #[error("is no regular file")]
    NotAFile,
    /// It is not below the folders that may be written to.
    #[error("leads to {}, which is not below what was named; name that file itself", .0.display())]
    Outside(PathBuf),
    /// Nobody may write it.
    #[error("is read-only; make it writable, or leave it out with --exclude")]
    ReadOnly,
    /// Nobody may make files beside it.
    #[error("lies in a read-only folder; make that writable, or leave the file out with --exclude")]
    ReadOnlyFolder,
    /// Something is mounted on it, as a container does with a single file.
    #[error(
        "is a mount point, which cannot be replaced; unmount it, or leave it out with --exclude"
    )]
    Mounted,
    /// An attribute of the file forbids it (chattr).
    #[error(
        "is {0}, so it cannot be replaced; take that off with chattr, or leave it out with --exclude"
    )]
    Flagged(&'static str),
    /// An attribute of its folder forbids it (chattr).
    #[error(
        "lies in a folder that is {0}, so it cannot be replaced; take that off with chattr, or leave the \
         file out with --exclude"
    )]
    FlaggedFolder(&'static str),
    /// No temporary file can be beside it.
    #[error("has a path that is too long to make a temporary file beside it")]
    TooLong,
    /// It is git's or repoint's own.
    #[error(
        "lies in a folder .git or .repoint, where repoint writes nothing; leave it out with --exclude"
    )]
    Reserved,
    /// Its name cannot be written down.
    #[error("has a name that the journal cannot hold")]
    Name,
    /// It, or the folder that it lies in, cannot be read or written.
    #[error("cannot be {doing}: {cause}; check the permissions of the file and of its folder")]
    Io {
        /// What was tried: a participle.
        doing: &'static str,
        /// What the system said.
        cause: io::Error,
    },
}

/// Why a file was not taken into a transaction.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// This file cannot be written; others can.
    #[error(transparent)]
    File(#[from] Problem),
    /// The journal cannot be written: nothing can.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// A transaction that was not made.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Files cannot be written: the tree is as it was.
    #[error("nothing was written: {} of the files cannot be", .0.len())]
    Refused(Vec<WriteError>),
    /// New content cannot be put beside its file: the tree is as it was.
    #[error("nothing was written: {}: its new content cannot be put beside it: {problem}", path.display())]
    NotStaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: PackError,
    },
    /// Whoever waited wanted it no more: the tree is as it was.
    #[error("nothing was written: interrupted")]
    Stopped,
    /// The journal cannot be written: the tree is as it was.
    #[error("nothing was written: {0}")]
    Journal(JournalError),
    /// It was committed, and could not be finished.
    #[error(
        "transaction {} is not finished: {} of its files could not be replaced; `repoint recover` \
         goes on once the cause is gone", .0.id, .0.failed.len()
    )]
    Unfinished(Finished),
    /// It was committed, and the journal cannot be written any more.
    #[error(
        "it is not known whether all is written: {0}; `repoint recover` goes on once the cause is gone"
    )]
    Unknown(JournalError),
}

pub(super) fn io_while(doing: &'static str) -> impl Fn(io::Error) -> Problem {
    move |cause| Problem::Io { doing, cause }
}

//! Writing: a set of files, all of it or nothing of it, and the way back.
//!
//! A [`TransactionBuilder`] collects what becomes of each file in a pack in the state folder, while the files
//! are planned; [`TransactionBuilder::commit`] makes all of it or none. What a run leaves that is killed at any
//! instant, by the system or by a power cut, is finished or cleared away by [`Journal::recover`].
//! Nothing is taken back by guessing: every decision goes by the digest of a content, so a file
//! that somebody edited meanwhile is always left, and named.
//!
//! | module | |
//! | --- | --- |
//! | `disk` | every call that changes the disk, as a trait, so that each can be made to fail |
//! | `digest`, `name` | what contents and files are known by |
//! | `pack`, `record` | the two files of a transaction, and their formats |
//! | `journal`, `lock`, `beside` | the state folder: what is in it, and who may write |
//! | `builder`, `guard`, `replaceable`, `stage`, `commit` | forwards |
//! | `tree`, `finish`, `recover` | the same end for what goes well and what was interrupted |
//! | `history`, `undo_status`, `undo`, `merge`, `reformatted` | what stands, and backwards |
//!
//! Deliberately absent: no file is ever written in place, none is removed, none outside of the
//! bounds that a draft was given is touched, and no link is followed when a file is found again.

mod beside;
mod builder;
mod commit;
mod digest;
mod disk;
mod finish;
mod guard;
mod history;
mod journal;
mod lock;
mod merge;
mod name;
mod pack;
mod problem;
mod record;
mod recover;
mod reformatted;
mod replaceable;
mod stage;
#[cfg(all(test, unix))]
mod tests;
mod time;
mod tree;
mod undo;
mod undo_status;

pub use builder::{Added, Change, TransactionBuilder, may_be_written};
pub use commit::Committed;
pub use digest::Digest;
pub use disk::{Disk, OsDisk};
pub use finish::Finished;
pub use guard::{Allow, GuardError, guard};
pub use history::{Fate, History, Newest, Past};
pub use journal::{IGNORE_ALL, Journal, JournalError, STATE_FOLDER, Status};
pub use lock::{Holder, Lock};
pub use pack::PackError;
pub use problem::{AddError, CommitError, Problem, WriteError};
pub use record::{About, Action, Done, Id, Record, Tag};
pub use recover::Recovered;
pub use time::shown as shown_time;
pub use tree::Left;
pub use undo::{Edited, Extent, UndoError, Undone};

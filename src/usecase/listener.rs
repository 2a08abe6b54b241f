//! What a use case says while it works, to whoever listens: a console, a test.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use crate::output::Failed;

/// Hears what is worth knowing before the end. What a use case comes to is its return value.
pub trait Listener {
    /// Something failed.
    fn error(&self, message: &str);
    /// Something looks like a mistake.
    fn warn(&self, message: &str);
    /// Something a person should know.
    fn note(&self, message: &str);
    /// Something for who asked for more.
    fn detail(&self, message: &str);
    /// A file or folder failed.
    fn failure(&self, path: &Path, message: &str);
    /// A file that was read failed.
    fn failed(&self, failed: Failed);
    /// How far the work is.
    fn progress(&self, progress: Progress);
    /// A path as people read it.
    fn shown(&self, path: &Path) -> String;
    /// How many of so many files are named one by one; the others are counted.
    fn named(&self, files: usize) -> usize;
    /// From now on there is something to clear away when the program is asked to end.
    fn begins_to_write(&self);
}

/// How far the work over files is.
#[derive(Clone, Debug)]
pub enum Progress {
    /// Files are searched.
    Started,
    /// So many are to be parsed.
    Expected(usize),
    /// What their plans depend on is looked for; the number goes up with each text that was looked at.
    LooksAhead(Arc<AtomicUsize>),
    /// One was.
    Parsed,
    /// That was all.
    Stopped,
}

//! What happens in a migration, for whoever looks on.

use std::path::Path;
use std::time::Duration;

use super::super::listener::Listener;
use crate::gate::{Asked, Gate, Phase};
use crate::record::Blamed;

/// Hears how a migration goes.
pub trait Audience: Listener {
    /// Something happened.
    fn news(&self, news: News<'_>);

    /// Whether [`News::Line`] is to be told.
    fn wants_lines(&self) -> bool {
        false
    }
}

/// Something that happens.
#[derive(Clone, Copy, Debug)]
pub enum News<'a> {
    /// A record was begun, or is gone on with, in this folder.
    Record {
        /// Its number.
        number: u64,
        /// Where it is.
        folder: &'a Path,
        /// Whether it was there already.
        is_continued: bool,
    },
    /// A phase begins.
    Phase(Phase),
    /// A gate is asked.
    Asking {
        /// The gate.
        gate: &'a Gate,
        /// In which phase.
        phase: Phase,
    },
    /// It runs since so long.
    Elapsed(Duration),
    /// It printed a line.
    Line(&'a str),
    /// It answered.
    Answered {
        /// The gate.
        gate: &'a Gate,
        /// In which phase.
        phase: Phase,
        /// What came of it.
        asked: &'a Asked,
        /// Whether that is what was expected.
        met: bool,
        /// Where its output is.
        log: &'a Path,
    },
    /// A gate is not asked: why.
    Skipped {
        /// The gate.
        gate: &'a Gate,
        /// The reason.
        why: &'a str,
    },
    /// So many files are to be migrated in so many batches.
    Planned {
        /// Files.
        files: usize,
        /// Units of them.
        units: usize,
        /// Batches of these.
        batches: usize,
    },
    /// A batch begins.
    Batch {
        /// Its number, from 1.
        number: usize,
        /// How many there are.
        of: usize,
        /// What people call it.
        name: &'a str,
        /// Its units.
        units: usize,
        /// Its files.
        files: usize,
    },
    /// The guilty of so many files are searched for.
    Searching {
        /// Files.
        files: usize,
        /// The gate that fails with all of them.
        gate: &'a str,
    },
    /// A file is left out.
    Quarantined(&'a Blamed),
    /// A batch is over.
    Done {
        /// Its number.
        number: usize,
        /// How many there are.
        of: usize,
        /// What people call it.
        name: &'a str,
        /// Units of it, migrated or not.
        units: usize,
        /// Files that are migrated.
        files: usize,
        /// References in them.
        references: u64,
        /// Files that are left out.
        quarantined: usize,
        /// How long it took.
        took: Duration,
    },
    /// Changes are taken back.
    TakingBack {
        /// How many transactions.
        transactions: usize,
    },
}

//! What a migration came to.

use super::after::Proof;
use crate::record::State;
use crate::usecase::exit::Exit;

/// What a migration came to.
#[derive(Debug)]
pub struct Migrated {
    /// What it was worth.
    pub exit: Exit,
    /// The number of its record; `None` if there is none.
    pub number: Option<u64>,
    /// What failed, a sentence each.
    pub missed: Vec<String>,
    /// What is left.
    pub left: Left,
    /// Whether it was stopped by a signal.
    pub is_interrupted: bool,
    /// Whether it can be gone on with.
    pub is_unfinished: bool,
    /// What is in the tree of it.
    pub wrote: Wrote,
}

/// What a migration changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrote {
    /// Nothing.
    Nothing,
    /// Files that stay as it wrote them.
    Files,
    /// Files that are as they were.
    TakenBack,
}

impl Wrote {
    pub(super) fn of(state: &State) -> Self {
        match (state.attempts, state.standing.is_empty()) {
            (0, _) => Self::Nothing,
            (_, true) => Self::TakenBack,
            (_, false) => Self::Files,
        }
    }
}

/// What is left after a migration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// References.
    pub references: u64,
    /// Of them, those that no scope forbids and no baseline lacks.
    pub allowed: bool,
    /// Files that are quarantined.
    pub quarantined: usize,
}

/// The exit status of phases that all ended.
pub(super) fn worth(proof: &Proof, left: Left, failed: usize) -> Exit {
    let is_incomplete = left.references > 0 || left.quarantined > 0;
    if proof.is_broken || failed > 0 || (!proof.missed.is_empty() && !is_incomplete) {
        Exit::Failed
    } else {
        Exit::left_if(!left.allowed || left.quarantined > 0 || !proof.missed.is_empty())
    }
}

//! What is asked of a migration: how it is to go, and how far.

use std::path::Path;
use std::time::Duration;

use crate::config::{Batch as Kind, Pattern, Scope, Search};
use crate::gate::{Expectation, Gate, Phase};
use crate::record::Written;
use crate::transaction::Allow;

/// How a migration is to go.
pub struct Order {
    /// Every gate that is asked, in the order of the configuration.
    pub gates: Vec<Gate>,
    /// Parts of the tree that are counted apart.
    pub scopes: Vec<Scope>,
    /// What a batch is.
    pub batch: Kind,
    /// Files of earlier patterns come first.
    pub priority: Vec<Pattern>,
    /// A formatter and its arguments, run with the files of a batch.
    pub format: Option<Vec<String>>,
    /// What becomes of a batch that breaks a gate.
    pub search: Search,
    /// How long the search in one batch may take.
    pub max_search: Duration,
    /// The message of the commit that each batch becomes; `None` for no commit.
    pub commit: Option<String>,
    /// Which changes that are in no commit may be written over.
    pub allow: Allow,
    /// Whether a failure of `after` takes everything back.
    pub takes_back: TakesBack,
    /// Whether files that were quarantined before are tried again.
    pub quarantined: Quarantined,
    /// What was asked for, as it was written: who goes on with it does the same.
    pub arguments: Vec<Written>,
    /// Who owns a file; empty for nobody.
    pub owner: Box<dyn Fn(&Path) -> String>,
}

/// What becomes of a migration whose end is not proved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakesBack {
    /// It stays as it is.
    Never,
    /// It is taken back.
    OnFailure,
}

/// What becomes of files that were quarantined before and are as they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quarantined {
    /// They are left out.
    LeftOut,
    /// They are tried again.
    TriedAgain,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// All phases of a new migration.
    All,
    /// One phase.
    Only(Phase),
    /// What was interrupted goes on; with rules that changed since only if that is accepted.
    Continue {
        /// Whether it is.
        accepts_changes: bool,
    },
}

impl Order {
    /// The gates that judge a batch.
    pub(super) fn during(&self) -> Vec<Gate> {
        let judges = self.gates.iter();
        let judges = judges.filter(|gate| gate.expected.during != Expectation::Any);
        judges.cloned().collect()
    }
}

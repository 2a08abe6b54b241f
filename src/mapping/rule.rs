//! One row of a mapping table, as the rest of the program sees it.

use std::ops::Range;
use std::path::PathBuf;

use super::version::Version;
use crate::path::{Namespaces, SymbolPath};

/// What becomes of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// It has one successor.
    Move(SymbolPath),
    /// It has none.
    Remove,
    /// It is an exception to a wider rule.
    Keep,
    /// It has several possible successors; at least one.
    Alternatives(Vec<SymbolPath>),
}

/// How a target with another last name is bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Rename {
    /// The local name stays: `use new::Renamed as Name;`.
    #[default]
    Alias,
    /// The uses are renamed, where that is certain.
    Uses,
}

/// Where a rule is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In a mapping file.
    File {
        /// The file, as it was found or named.
        file: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// Bytes of the old path in the file.
        range: Range<usize>,
    },
    /// On the command line.
    CommandLine,
    /// In a `[[home]]` of the configuration.
    Home {
        /// The configuration, as messages call it.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
    },
}

/// One rule. What is said of a path holds for all below it too, unless [`Rule::exact`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// A stable name for baselines and suppressions.
    pub id: String,
    /// The old path.
    pub from: SymbolPath,
    /// What becomes of it.
    pub action: Action,
    /// How many names of the new path are the module, if the table says so (`a.b:C.d`).
    pub target_module: Option<usize>,
    /// Which kinds of things it speaks of; [`Namespaces::ALL`] if the table does not say.
    pub kinds: Namespaces,
    /// It speaks of the path itself, not of what lies below.
    pub exact: bool,
    /// How a target with another last name is bound.
    pub rename: Rename,
    /// Why, shown beside every finding.
    pub note: Option<String>,
    /// What its old path is called in messages, where that is not `deprecated`.
    pub word: Option<String>,
    /// Report each site with this message: of a move beside the rewrite, of a keep instead of it.
    pub review: Option<String>,
    /// Shown with findings.
    pub url: Option<String>,
    /// Since when the old path is deprecated; shown with findings.
    pub since: Option<String>,
    /// The version of the language since which the new path exists.
    pub available: Option<Version>,
    /// Dependencies that the new path needs.
    pub requires: Vec<String>,
    /// Which package is meant, when two have one library name.
    pub package: Option<String>,
    /// Where it is written.
    pub origin: Origin,
}

impl Rule {
    /// Whether something is said of what it matches: an exception to a wider rule is silent, unless it asks for
    /// reviews.
    pub fn is_looked_for(&self) -> bool {
        self.action != Action::Keep || self.review.is_some()
    }

    /// The message of a rule that only reviews: a `keep` with a `review`.
    pub fn reviews_alone(&self) -> Option<&str> {
        let review = self.review.as_deref();
        review.filter(|_| self.action == Action::Keep)
    }
}

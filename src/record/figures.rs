//! How many references there are, in all and by what people ask for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Counts of references. Each table sums up to what its key says: a file may be in several scopes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Figures {
    /// References in all.
    pub references: u64,
    /// Files that hold one.
    pub files: u64,
    /// By the id of the rule.
    #[serde(default)]
    pub rules: BTreeMap<String, u64>,
    /// By the name of the scope.
    #[serde(default)]
    pub scopes: BTreeMap<String, u64>,
    /// By the folder, `/` between its parts; `.` is the root.
    #[serde(default)]
    pub folders: BTreeMap<String, u64>,
    /// By the owner; the empty one has none.
    #[serde(default)]
    pub owners: BTreeMap<String, u64>,
}

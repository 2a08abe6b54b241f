//! The record of a transaction: the small file whose presence decides.
//!
//! While there is none the tree is as it was. `N.commit` says that transaction N is to be finished,
//! `N.done` that it is. Both are written beside and renamed, so neither is ever there in part.

use serde::{Deserialize, Serialize};

use super::pack::PackSum;

/// The version of the format of a record that no migration made.
const VERSION: u32 = 1;

/// The version of one that a migration made: a repoint that does not know of these must not take one back
/// behind the migration's back.
const OF_MIGRATION: u32 = 2;

/// The number of a transaction: they are counted from 1.
pub type Id = u64;

/// What a transaction is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    version: u32,
    /// Its number.
    pub id: Id,
    /// What made it.
    pub action: Action,
    /// When it was committed: seconds since 1970, UTC.
    pub time: i64,
    /// Names of the mapping tables, and rules of the command line as they were written.
    pub tables: Vec<String>,
    /// Files that it changes.
    pub files: usize,
    /// References that are rewritten.
    pub references: usize,
    /// Which of its files had changes that are in no commit of git, and not repoint's own; in order.
    pub dirty: Vec<usize>,
    /// The migration that made it, and which of its changes it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migration: Option<Tag>,
    /// The pack that belongs to it.
    pub(super) pack: PackSum,
}

/// What a transaction is in a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tag {
    /// The number of the migration.
    pub migration: u64,
    /// Which change of the tree it is, from 1; 0 for what it only recovers.
    pub attempt: u64,
}

/// What made a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// A rewrite.
    Apply,
    /// Another one was taken back.
    Undo {
        /// Which one.
        of: Id,
        /// Of how many files it was not taken back.
        left: usize,
    },
}

/// What a transaction came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Done {
    /// The transaction.
    pub record: Record,
    /// Which of its files were not written, because someone had edited them; in order.
    pub left: Vec<usize>,
}

/// What is known of a transaction before it is committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// What makes it.
    pub action: Action,
    /// Names of the mapping tables, and rules of the command line as they were written.
    pub tables: Vec<String>,
}

impl Record {
    pub(super) fn new(
        id: Id,
        about: About,
        migration: Option<Tag>,
        references: usize,
        pack: PackSum,
    ) -> Self {
        Self {
            version: match migration {
                None => VERSION,
                Some(_) => OF_MIGRATION,
            },
            id,
            action: about.action,
            time: now(),
            tables: about.tables,
            files: pack.entries,
            references,
            dirty: Vec::new(),
            migration,
            pack,
        }
    }

    /// Reads a record, whose file says that it is of transaction `id`.
    pub(super) fn read(text: &[u8], id: Id) -> Result<Self, String> {
        let record: Self = versioned(text, "/version")?;
        record.checked(id)
    }

    fn checked(self, id: Id) -> Result<Self, String> {
        if self.id == id {
            Ok(self)
        } else {
            Err(format!("it is the record of transaction {}", self.id))
        }
    }
}

impl Done {
    /// Reads what is left of a finished transaction `id`.
    pub(super) fn read(text: &[u8], id: Id) -> Result<Self, String> {
        let done: Self = versioned(text, "/record/version")?;
        let record = done.record.checked(id)?;
        Ok(Self { record, ..done })
    }
}

/// The version first: a later one may have other keys.
fn versioned<T: serde::de::DeserializeOwned>(text: &[u8], at: &str) -> Result<T, String> {
    let value: serde_json::Value =
        serde_json::from_slice(text).map_err(|error| error.to_string())?;
    match value.pointer(at).and_then(serde_json::Value::as_u64) {
        Some(version) if version == u64::from(VERSION) || version == u64::from(OF_MIGRATION) => {
            serde_json::from_value(value).map_err(|error| error.to_string())
        }
        Some(version) => Err(format!(
            "it has version {version} of the format, and this repoint knows versions {VERSION} and {OF_MIGRATION} only"
        )),
        None => Err("it says no version".to_owned()),
    }
}

/// Seconds since 1970, UTC.
pub(super) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}

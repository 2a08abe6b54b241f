//! What happens in a migration, as the record says it.

use serde::{Deserialize, Serialize};

use super::figures::Figures;
use super::written::Written;
use crate::gate::{Asked, Group, Phase};

/// The version of the format.
pub const VERSION: u32 = 1;

/// A line of the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// When: milliseconds since 1970, UTC.
    pub at: u64,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The first line: a migration begins.
    #[serde(rename_all = "kebab-case")]
    Begin {
        /// The version of the format.
        version: u32,
        /// What identifies the rules in force.
        table: String,
        /// What the rules are called.
        tables: Vec<String>,
        /// The folder that it was begun in.
        folder: Written,
        /// What was asked for, as it was written: a later run that goes on does the same.
        arguments: Vec<Written>,
    },
    /// A later run goes on with it.
    #[serde(rename_all = "kebab-case")]
    Continue {
        /// What identifies the rules in force now.
        table: String,
    },
    /// A phase begins.
    #[serde(rename_all = "kebab-case")]
    PhaseBegin {
        /// Which.
        phase: Phase,
    },
    /// A phase ended as it was expected to.
    #[serde(rename_all = "kebab-case")]
    PhaseEnd {
        /// Which.
        phase: Phase,
    },
    /// References were counted.
    #[serde(rename_all = "kebab-case")]
    Counted {
        /// In which phase.
        phase: Phase,
        /// How many there are.
        figures: Figures,
    },
    /// A gate is asked.
    #[serde(rename_all = "kebab-case")]
    GateBegin {
        /// Its name.
        gate: String,
        /// In which phase.
        phase: Phase,
    },
    /// Its processes, until it ends.
    #[serde(rename_all = "kebab-case")]
    GateGroup {
        /// They.
        group: Group,
    },
    /// A gate answered.
    #[serde(rename_all = "kebab-case")]
    GateEnd {
        /// Its name.
        gate: String,
        /// In which phase.
        phase: Phase,
        /// Whether that is what was expected.
        met: bool,
        /// What came of it.
        asked: Asked,
        /// The shortest of several runs in milliseconds, where that is measured.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        least: Option<u64>,
    },
    /// A batch begins.
    #[serde(rename_all = "kebab-case")]
    BatchBegin {
        /// Its number, from 1.
        batch: usize,
        /// What people call it.
        name: String,
        /// Its units, each the files that change together.
        units: Vec<Vec<Written>>,
        /// Digests of what the files hold and of what they get, in the order of the units: answers of gates
        /// are about these alone.
        content: String,
    },
    /// The tree is about to be changed.
    #[serde(rename_all = "kebab-case")]
    AttemptBegin {
        /// Its number, from 1; the transaction carries it.
        attempt: u64,
        /// What is done.
        action: Action,
        /// To which files.
        files: Vec<Written>,
    },
    /// The change is over.
    #[serde(rename_all = "kebab-case")]
    AttemptEnd {
        /// Its number.
        attempt: u64,
        /// The transaction that did it; `None` if nothing was done.
        transaction: Option<u64>,
        /// Files that were left, because somebody had edited them.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        left: Vec<Written>,
    },
    /// The formatter runs over the files of a transaction.
    #[serde(rename_all = "kebab-case")]
    FormatBegin {
        /// Which transaction wrote them.
        transaction: u64,
    },
    /// The formatter ended.
    #[serde(rename_all = "kebab-case")]
    FormatEnd {
        /// Files that it changed.
        changed: usize,
    },
    /// What the gates of `during` said of a set of files of the batch.
    #[serde(rename_all = "kebab-case")]
    Verdict(Verdict),
    /// A file is left out of the migration.
    #[serde(rename_all = "kebab-case")]
    Quarantine(Blamed),
    /// A batch is over: what could be migrated of it is.
    #[serde(rename_all = "kebab-case")]
    BatchEnd {
        /// Its number.
        batch: usize,
        /// Files that are migrated.
        files: usize,
        /// References in them.
        references: u64,
        /// How often its gates were asked while the guilty were searched for.
        searched: u64,
        /// The commit of git, if one was made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        commit: Option<String>,
    },
    /// The batch is about to be committed.
    #[serde(rename_all = "kebab-case")]
    CommitBegin {
        /// The commit before it; `None` if there is none yet.
        parent: Option<String>,
        /// Its message.
        message: String,
    },
    /// A run ends, and the migration does not: why.
    #[serde(rename_all = "kebab-case")]
    Stopped {
        /// As one sentence.
        why: String,
        /// Whether it was asked to end. Else what gates said of the open batch is not trusted any more: what
        /// it stopped for is to be mended first.
        interrupted: bool,
    },
    /// The migration is being taken back.
    AbortBegin,
    /// It is taken back.
    AbortEnd,
    /// All phases ended, or it was refused before anything was written.
    #[serde(rename_all = "kebab-case")]
    End {
        /// The exit status.
        exit: u8,
        /// What failed, a sentence each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        missed: Vec<String>,
    },
}

/// What is done to the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Files are rewritten.
    Write,
    /// This transaction is taken back.
    TakeBack(u64),
}

/// What the gates said of a set of files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Verdict {
    /// The files of the batch that were rewritten then, by their position in it.
    pub files: Vec<usize>,
    /// Whether all gates of `during` passed that have to.
    pub passes: bool,
    /// The gate that did not.
    pub gate: Option<String>,
    /// The name of its log.
    pub log: Option<String>,
}

/// A file that is left out of a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Blamed {
    /// The file.
    pub file: Written,
    /// What it holds: with other content it is tried again.
    pub digest: String,
    /// The file that stays with which alone it breaks the gate.
    pub with: Option<Written>,
    /// The gate that said so; `None` if there was no time left to ask.
    pub gate: Option<String>,
    /// The name of its log.
    pub log: Option<String>,
    /// References that stay for it.
    pub references: u64,
    /// Whether it is only known that the gate fails with its batch: nobody searched, or there was no time left.
    #[serde(default)]
    pub unresolved: bool,
}

impl Blamed {
    /// Why it is left out, as people read it.
    pub fn why(&self) -> String {
        let gate = self.gate.as_deref().map(crate::text::one_line);
        let Some(gate) = gate else {
            return "it is not known why".to_owned();
        };
        if self.unresolved {
            return format!(
                "gate {gate} fails with its batch, and which files it is was not searched to the end"
            );
        }
        match &self.with {
            Some(with) => format!("gate {gate} fails with it together with {}", with.shown()),
            None => format!("gate {gate} fails with it"),
        }
    }
}

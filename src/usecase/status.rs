//! How far a migration is: the record and the tree as it is now, as figures.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::listener::Listener;
use super::migrate::{Order, plan};
use super::planning::Planning;
use super::run::Run;
use crate::gate::Phase;
use crate::record::{Answer, Blamed, End, Figures, Records, State};
use crate::transaction::Journal;

/// By what references are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// By rule
    Rule,
    /// By scope
    Scope,
    /// By folder
    Folder,
    /// By owner (CODEOWNERS)
    Owner,
}

/// How far it is.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Status {
    /// The migration; `None` if there is no record.
    pub migration: Option<Course>,
    /// References, before and now.
    pub references: Shift,
    /// Of those that are left: in files that are quarantined.
    pub quarantined: u64,
    /// By what was asked for, before and now; a name that only one of them has is 0 in the other.
    pub by: BTreeMap<String, BTreeMap<String, Shift>>,
    /// The gates of the configuration and of the record.
    pub gates: Vec<GateCourse>,
    /// Files that are left out.
    pub files: Vec<Blamed>,
    /// References that were left at the end of each record, the oldest first.
    pub trend: Vec<u64>,
}

/// A count before and now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Shift {
    /// Before the migration; without a record, what it is now.
    pub before: u64,
    /// Now.
    pub now: u64,
}

/// What the record says of the migration.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Course {
    /// Its number.
    pub number: u64,
    /// Names of tables, and rules of the command line.
    pub tables: Vec<String>,
    /// How it stands: `unfinished`, `done`, `being-taken-back`, `taken-back`.
    pub state: &'static str,
    /// The exit status of one that is done.
    pub exit: Option<u8>,
    /// Why the last run of it stopped, if it is unfinished.
    pub stopped: Option<String>,
    /// What failed in the end, a sentence each.
    pub missed: Vec<String>,
    /// The phase that began last.
    pub phase: Option<Phase>,
    /// The phases that ended as they were expected to.
    pub ended: Vec<Phase>,
    /// When it began: milliseconds since 1970, UTC.
    pub began: u64,
    /// From its first event to its last, in milliseconds.
    pub took: u64,
    /// Batches that are over, and files in them.
    pub batches: usize,
    /// Files that are migrated.
    pub files: usize,
    /// Whether it changed any file, be it that all was taken back.
    pub has_written: bool,
    /// The folder of the record's logs, from the state folder.
    pub logs: String,
}

/// What a gate said over time.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct GateCourse {
    /// Its name.
    pub name: String,
    /// What is expected in each phase; `None` of a gate that the configuration has no more.
    pub expected: Option<[crate::gate::Expectation; 3]>,
    /// Before the migration.
    pub before: Option<Said>,
    /// The last time in a batch.
    pub during: Option<Said>,
    /// The last time.
    pub last: Option<Said>,
    /// After it.
    pub after: Option<Said>,
    /// How often it was asked.
    pub asked: u64,
    /// How often it failed and then passed.
    pub flaky: u64,
}

/// An answer of a gate.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Said {
    /// In which phase.
    pub phase: Phase,
    /// `passed`, `failed` or `broken`, and why.
    #[serde(flatten)]
    pub outcome: crate::gate::Outcome,
    /// Whether it is what was expected.
    pub met: bool,
    /// How many tests passed and failed, if a runner said so.
    pub counts: Option<crate::gate::Counts>,
    /// How long it took, in milliseconds.
    pub millis: Option<u64>,
    /// The name of its log.
    pub log: Option<String>,
}

impl Shift {
    /// How many are gone; none if there are more now.
    pub fn moved(self) -> u64 {
        self.before.saturating_sub(self.now)
    }
}

impl Said {
    fn of(answer: &Answer) -> Self {
        let run = answer.asked.last();
        Self {
            phase: answer.phase,
            outcome: answer.asked.outcome.clone(),
            met: answer.met,
            counts: run.and_then(|run| run.counts),
            millis: answer.least.or(run.map(|run| run.millis)),
            log: run.map(|run| run.log.clone()),
        }
    }
}

/// Reads the last record, and counts what the tree holds now.
///
/// # Errors
/// A record cannot be read, or the workers could not be started.
pub fn status(
    run: &Run,
    order: &Order,
    journal: &Journal<'static>,
    by: &[By],
    listener: &dyn Listener,
) -> anyhow::Result<Status> {
    let records = Records::of(journal.folder());
    let mut trend = Vec::new();
    let mut last: Option<State> = None;
    for number in records.numbers()? {
        let state = records.read(number)?;
        let figures = state
            .counted
            .get(&Phase::After)
            .or(state.counted.get(&Phase::Before));
        trend.extend(figures.map(|figures| figures.references));
        // One that found nothing to rewrite says less than the one before it.
        if last.is_none() || state.attempts > 0 || state.end != End::Done(0) {
            last = Some(state);
        }
    }
    let engine = plan::engine(run);
    let planning = Planning::open(run, &engine, plan::paths(run), listener)?;
    let now = plan::plan(run, &engine, &planning, order, listener)?.figures;
    if let Some(newest) = trend.last_mut() {
        *newest = now.references;
    }
    let before = last
        .as_ref()
        .and_then(|state| state.counted.get(&Phase::Before));
    let before = before.unwrap_or(&now);
    let quarantined = last
        .as_ref()
        .map_or(Vec::new(), |state| state.quarantined.clone());
    let mut gates: Vec<GateCourse> = order
        .gates
        .iter()
        .map(|gate| GateCourse {
            expected: Some([
                gate.expected.before,
                gate.expected.during,
                gate.expected.after,
            ]),
            ..course(&gate.name, last.as_ref())
        })
        .collect();
    let named: BTreeSet<&str> = order.gates.iter().map(|gate| gate.name.as_str()).collect();
    let old = last.iter().flat_map(|state| state.gates.keys());
    let old = old.filter(|name| !named.contains(name.as_str()));
    gates.extend(old.map(|name| course(name, last.as_ref())));
    Ok(Status {
        references: Shift {
            before: before.references,
            now: now.references,
        },
        quarantined: quarantined.iter().map(|blamed| blamed.references).sum(),
        by: by
            .iter()
            .map(|by| (by.key().to_owned(), by.shifts(before, &now)))
            .collect(),
        gates,
        files: quarantined,
        trend,
        migration: last.as_ref().map(migration),
    })
}

fn migration(state: &State) -> Course {
    let ended = state
        .batches
        .iter()
        .filter_map(|batch| batch.ended.as_ref());
    Course {
        number: state.number,
        tables: state.tables.clone(),
        state: match state.end {
            End::Open => "unfinished",
            End::Done(_) => "done",
            End::Aborting => "being-taken-back",
            End::Aborted => "taken-back",
        },
        exit: match state.end {
            End::Done(exit) => Some(exit),
            _ => None,
        },
        stopped: state.stopped.clone().filter(|_| state.end == End::Open),
        missed: state.missed.clone(),
        phase: state.phase,
        ended: state.ended.clone(),
        began: state.time.0,
        took: state.time.1.saturating_sub(state.time.0),
        batches: ended.count(),
        // What a person took back by hand stands no more.
        files: state.standing.iter().map(|it| it.files.len()).sum(),
        has_written: state.attempts > 0,
        logs: format!("migrations/{}/logs", state.number),
    }
}

fn course(name: &str, state: Option<&State>) -> GateCourse {
    let gates = state
        .and_then(|state| state.gates.get(name))
        .cloned()
        .unwrap_or_default();
    GateCourse {
        name: name.to_owned(),
        expected: None,
        before: gates.before.as_ref().map(Said::of),
        during: gates.during.as_ref().map(Said::of),
        last: gates.last.as_ref().map(Said::of),
        after: gates.after.as_ref().map(Said::of),
        asked: gates.asked,
        flaky: gates.flaky,
    }
}

impl By {
    /// What it is called.
    pub fn key(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Scope => "scope",
            Self::Folder => "folder",
            Self::Owner => "owner",
        }
    }

    fn shifts(self, before: &Figures, now: &Figures) -> BTreeMap<String, Shift> {
        let table = |figures: &Figures| match self {
            Self::Rule => figures.rules.clone(),
            Self::Scope => figures.scopes.clone(),
            Self::Folder => figures.folders.clone(),
            Self::Owner => figures.owners.clone(),
        };
        let mut shifts: BTreeMap<String, Shift> = BTreeMap::new();
        for (name, count) in table(before) {
            shifts.entry(name).or_default().before = count;
        }
        for (name, count) in table(now) {
            shifts.entry(name).or_default().now = count;
        }
        shifts
    }
}

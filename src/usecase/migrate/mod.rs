//! A migration from its first gate to its last: before, during, after.
//!
//! | module | |
//! | --- | --- |
//! | `plan`, `batches`, `outlook` | which files change, in which order, and how long that may take |
//! | `before`, `during`, `after` | the three phases |
//! | `search` | who breaks a gate: a pure function over an oracle |
//! | `asking` | a gate is asked and recorded |
//! | `tree`, `commit` | changes of the tree, and commits of git |
//! | `resume` | going on after an interruption, and taking all back |
//! | `news` | what is told meanwhile |
//!
//! The tree is changed by transactions alone, each of which the record announces before and after. State is
//! what the record and the journal say, so a run that was killed at any instant can be gone on with.

mod after;
mod asking;
mod batches;
mod before;
mod commit;
mod during;
mod news;
mod outlook;
pub(super) mod plan;
mod resume;
mod search;
mod tree;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::exit::Exit;
use super::planning::Planning;
use super::run::Run;
use super::state;
use crate::config::{Batch as Kind, Pattern, Scope, Search};
use crate::gate::{Context, Expectation, Gate, Outcome, Past, Phase, ask, is_met};
use crate::mapping::Table;
use crate::record::{Blamed, End, Event, Record, RecordError, Records, take_lock};
use crate::transaction::{Allow, Digest, Journal, Tag};

pub use batches::{Batch, Unit};
pub use news::{Audience, News};
pub use outlook::{Outlined, Outlook, Timed, outlook};

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
    /// What the last migration wrote is taken back.
    Abort,
}

/// What a migration came to.
#[derive(Debug)]
pub struct Migrated {
    /// What it was worth.
    pub exit: Exit,
    /// The number of its record; `None` if there is none.
    pub number: Option<u64>,
    /// What failed, a sentence each.
    pub missed: Vec<String>,
    /// References that are left, and files that are quarantined.
    pub left: (u64, usize),
    /// Whether it was stopped by a signal.
    pub is_interrupted: bool,
}

/// Why a migration stops before its end.
#[derive(Debug)]
pub(super) enum Halt {
    /// For this reason, which the record keeps.
    Stop(String),
    /// The program was asked to end.
    Interrupted,
    /// The record itself cannot be written.
    Record(RecordError),
    /// Something else.
    Other(anyhow::Error),
}

impl From<RecordError> for Halt {
    fn from(error: RecordError) -> Self {
        Self::Record(error)
    }
}

impl From<anyhow::Error> for Halt {
    fn from(error: anyhow::Error) -> Self {
        Self::Other(error)
    }
}

impl From<crate::engine::StartError> for Halt {
    fn from(error: crate::engine::StartError) -> Self {
        Self::Other(error.into())
    }
}

/// A migration that goes on.
pub(super) struct Migration<'m> {
    run: &'m Run,
    order: &'m Order,
    journal: &'m Journal<'static>,
    record: Record,
    audience: &'m dyn Audience,
    stop: Arc<AtomicBool>,
    /// What gates did in the migration before this one.
    earlier: BTreeMap<String, Past>,
    /// Files that were quarantined in the migration before this one.
    quarantined: Vec<Blamed>,
}

impl Order {
    /// The gates that judge a batch.
    fn during(&self) -> Vec<Gate> {
        let judges = self.gates.iter();
        let judges = judges.filter(|gate| gate.expected.during != Expectation::Any);
        judges.cloned().collect()
    }
}

/// Migrates.
///
/// # Errors
/// Nothing was begun: another migration is unfinished or goes on, or the record cannot be used.
pub fn migrate(
    run: &Run,
    order: &Order,
    wish: Wish,
    journal: &Journal<'static>,
    stop: &Arc<AtomicBool>,
    audience: &dyn Audience,
) -> anyhow::Result<Migrated> {
    if let Wish::Only(phase @ (Phase::Before | Phase::After)) = wish {
        return alone(run, order, phase, journal, stop, audience);
    }
    // What was interrupted is finished first, by whoever may write.
    let tag = Tag {
        migration: 0,
        attempt: 0,
    };
    let Some(_held) = take_lock(journal.folder())? else {
        anyhow::bail!(
            "another migration goes on here: wait for it; `repoint status` shows how far it is"
        );
    };
    let own = journal.clone().tagged(tag).stopped_by(Arc::clone(stop));
    drop(state::open(&own, "migrate", audience)?);
    let records = Records::of(journal.folder());
    let newest = records
        .newest()?
        .map(|number| records.read(number))
        .transpose()?;
    let table = identity(&run.tables);
    match wish {
        Wish::All | Wish::Only(_) => {
            if let Some(open) = newest.as_ref().filter(|state| state.is_unfinished()) {
                anyhow::bail!("{}", unfinished(open.number, open.end));
            }
            let record = records.begin(Event::Begin {
                version: crate::record::VERSION,
                table: table.clone(),
                tables: run.names.clone(),
                paths: plan::paths(run)
                    .iter()
                    .map(|path| crate::record::Written::new(path, run.place.project.root()))
                    .collect(),
            })?;
            let earlier = newest.as_ref();
            let gates = earlier.map(|state| &state.gates).into_iter().flatten();
            let tries_again = order.quarantined == Quarantined::TriedAgain;
            let same = earlier.filter(|state| state.table == table && !tries_again);
            let mut migration = Migration {
                run,
                order,
                journal,
                audience,
                stop: Arc::clone(stop),
                earlier: gates
                    .filter_map(|(name, gates)| {
                        let answer = gates.before.as_ref().or(gates.last.as_ref())?;
                        Some((name.clone(), answer.past()?))
                    })
                    .collect(),
                quarantined: same.map_or(Vec::new(), |state| state.quarantined.clone()),
                record,
            };
            migration.introduced(false);
            let went = migration.goes(wish);
            migration.ends(went)
        }
        Wish::Continue { accepts_changes } => {
            let Some(state) = newest.filter(|state| state.is_unfinished()) else {
                anyhow::bail!("no migration is unfinished: `repoint migrate` begins one");
            };
            if state.end == End::Aborting {
                anyhow::bail!("{}", unfinished(state.number, state.end));
            }
            if state.table != table && !accepts_changes {
                anyhow::bail!(
                    "the rules have changed since migration {} began: `repoint migrate --abort` takes it \
                     back, `repoint migrate --continue --accept-changes` goes on with the new ones",
                    state.number
                );
            }
            let mut migration = Migration {
                run,
                order,
                journal,
                audience,
                stop: Arc::clone(stop),
                earlier: BTreeMap::new(),
                quarantined: Vec::new(),
                record: records.open(state.number)?,
            };
            migration.introduced(true);
            let went = migration.resumes(table).and_then(|()| migration.goes(wish));
            migration.ends(went)
        }
        Wish::Abort => {
            let Some(state) = newest.filter(|state| state.end != End::Aborted) else {
                anyhow::bail!("there is no migration to take back");
            };
            let mut migration = Migration {
                run,
                order,
                journal,
                audience,
                stop: Arc::clone(stop),
                earlier: BTreeMap::new(),
                quarantined: Vec::new(),
                record: records.open(state.number)?,
            };
            migration.introduced(true);
            let went = migration.aborts();
            migration.ends(went.map(|()| Migrated {
                exit: Exit::Clean,
                number: Some(state.number),
                missed: Vec::new(),
                left: (0, 0),
                is_interrupted: false,
            }))
        }
    }
}

fn unfinished(number: u64, end: End) -> String {
    match end {
        End::Aborting => format!(
            "migration {number} is being taken back, and was interrupted: `repoint migrate --abort` goes on"
        ),
        _ => format!(
            "migration {number} is unfinished: `repoint migrate --continue` goes on with it, `repoint \
             migrate --abort` takes it back"
        ),
    }
}

/// What tells tables apart.
fn identity(tables: &[Table]) -> String {
    let mut text = String::new();
    for table in tables {
        text.push_str(table.syntax().language);
        for rule in table.rules() {
            // Everything that a rule says, and nothing of where it was said.
            text.push_str(&format!(
                "\n{:?} {:?} {:?} {:?} {:?}",
                rule.from, rule.action, rule.id, rule.rename, rule.exact
            ));
        }
    }
    Digest::of(text.as_bytes()).to_string()
}

impl Migration<'_> {
    fn introduced(&self, is_continued: bool) {
        self.audience.news(News::Record {
            number: self.record.number(),
            folder: self.record.folder(),
            is_continued,
        });
    }

    /// The phases that are not over yet.
    fn goes(&mut self, wish: Wish) -> Result<Migrated, Halt> {
        let engine = plan::engine(self.run);
        let planning = Planning::open(self.run, &engine, plan::paths(self.run), self.audience)?;
        let planned = plan::plan(self.run, &engine, &planning, self.order, self.audience)?;
        let only = match wish {
            Wish::Only(phase) => Some(phase),
            _ => None,
        };
        let is_wanted = |phase: Phase| only.is_none_or(|only| only == phase);
        if is_wanted(Phase::Before) && !self.record.state().has_ended(Phase::Before) {
            self.before(&planned)?;
        }
        if is_wanted(Phase::During) && !self.record.state().has_ended(Phase::During) {
            self.during(&planning, &planned)?;
        }
        drop(planning);
        let engine = plan::engine(self.run);
        let planning = Planning::open(self.run, &engine, plan::paths(self.run), self.audience)?;
        let now = plan::plan(self.run, &engine, &planning, self.order, self.audience)?;
        let proof = match is_wanted(Phase::After) {
            true => self.after(&now)?,
            false => after::Proof::default(),
        };
        let quarantined = self.record.state().quarantined.len();
        let left = now.figures.references;
        let exit = worth(&proof, left, quarantined, now.summary.failed);
        let migrated = Migrated {
            exit,
            number: Some(self.record.number()),
            missed: proof.missed,
            left: (left, quarantined),
            is_interrupted: false,
        };
        if exit != Exit::Clean && self.order.takes_back == TakesBack::OnFailure {
            self.aborts()?;
            return Ok(migrated);
        }
        self.record.append(Event::End { exit: exit as u8 })?;
        self.record.flush()?;
        Ok(migrated)
    }

    /// What is told when it stops.
    fn ends(&mut self, went: Result<Migrated, Halt>) -> anyhow::Result<Migrated> {
        let (why, is_interrupted) = match went {
            Ok(migrated) => return Ok(migrated),
            Err(Halt::Record(error)) => {
                return Err(anyhow::Error::new(error).context(
                    "the record cannot be written, so nothing more is done; once it can, `repoint migrate \
                     --continue` goes on",
                ));
            }
            Err(Halt::Other(error)) => (format!("{error:#}"), false),
            Err(Halt::Stop(why)) => (why, false),
            Err(Halt::Interrupted) => ("interrupted".to_owned(), true),
        };
        // The record may be what cannot be written.
        let _ = self.record.append(Event::Stopped {
            why: why.clone(),
            interrupted: is_interrupted,
        });
        let state = self.record.state();
        Ok(Migrated {
            exit: Exit::Failed,
            number: Some(self.record.number()),
            left: (0, state.quarantined.len()),
            missed: vec![why],
            is_interrupted,
        })
    }
}

/// The exit status of phases that all ended.
fn worth(proof: &after::Proof, left: u64, quarantined: usize, failed: usize) -> Exit {
    let is_incomplete = left > 0 || quarantined > 0;
    if proof.is_broken || failed > 0 || (!proof.missed.is_empty() && !is_incomplete) {
        Exit::Failed
    } else {
        Exit::left_if(is_incomplete)
    }
}

/// One phase without a record: what a deployment asks.
fn alone(
    run: &Run,
    order: &Order,
    phase: Phase,
    journal: &Journal<'static>,
    stop: &Arc<AtomicBool>,
    audience: &dyn Audience,
) -> anyhow::Result<Migrated> {
    let records = Records::of(journal.folder());
    let last = records
        .newest()?
        .map(|number| records.read(number))
        .transpose()?;
    audience.news(News::Phase(phase));
    let mut missed = Vec::new();
    let mut is_interrupted = false;
    for gate in &order.gates {
        audience.news(News::Asking { gate, phase });
        let log = asking::loose_log(journal.folder(), gate);
        if let Some(folder) = log.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let before = last.as_ref().and_then(|state| {
            let gates = state.gates.get(&gate.name)?;
            gates.before.as_ref()?.past()
        });
        let mut watcher = asking::Watcher {
            record: None,
            audience,
            failed: None,
        };
        let asked = ask(
            gate,
            phase,
            Context {
                log: &log,
                before,
                stop,
                watch: &mut watcher,
            },
        );
        if asked.was_stopped() {
            is_interrupted = true;
            missed.push("interrupted".to_owned());
            break;
        }
        let met = is_met(gate.expected.of(phase), &asked.outcome);
        audience.news(News::Answered {
            gate,
            phase,
            asked: &asked,
            met,
            log: &log,
        });
        if !met || matches!(asked.outcome, Outcome::Broken(_)) {
            let answer = asking::Answer {
                asked,
                met,
                log,
                least: None,
            };
            missed.push(answer.why(gate, phase));
        }
    }
    let engine = plan::engine(run);
    let planning = Planning::open(run, &engine, plan::paths(run), audience)?;
    let now = plan::plan(run, &engine, &planning, order, audience)?;
    let left = match phase {
        Phase::After => now.figures.references,
        Phase::Before | Phase::During => 0,
    };
    let exit = match (missed.is_empty(), phase) {
        (true, _) => Exit::left_if(left > 0).max(Exit::failed_if(now.summary.failed > 0)),
        // What is missed before anything was rewritten is no matter of what is left.
        (false, _) => Exit::Failed,
    };
    Ok(Migrated {
        exit,
        number: None,
        missed,
        left: (left, 0),
        is_interrupted,
    })
}

/// A path below the project's root with `/` between its parts; `.` is the root.
fn short(path: &Path, root: &Path) -> String {
    let rest = path.strip_prefix(root).unwrap_or(path);
    if rest.as_os_str().is_empty() {
        return ".".to_owned();
    }
    crate::text::shown(rest)
}

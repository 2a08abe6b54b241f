//! A migration from its first gate to its last: before, during, after.
//!
//! | module | |
//! | --- | --- |
//! | `order`, `migrated` | what is asked of a migration, and what it came to |
//! | `plan`, `batches`, `outlook` | which files change, in which order, and how long that may take |
//! | `before`, `during`, `after` | the three phases |
//! | `alone` | one of them without a record |
//! | `search` | who breaks a gate: a pure function over an oracle |
//! | `asking` | a gate is asked and recorded |
//! | `ground`, `tree`, `commit` | changes of the tree, what is written and formatted, commits of git |
//! | `resume` | going on after an interruption, and taking all back |
//! | `news` | what is told meanwhile |
//!
//! The tree is changed by transactions alone, each of which the record announces before and after. State is
//! what the record and the journal say, so a run that was killed at any instant can be gone on with.

mod after;
mod alone;
mod asking;
mod batches;
mod before;
mod commit;
mod during;
mod ground;
mod migrated;
mod news;
mod order;
mod outlook;
pub(super) mod plan;
mod resume;
mod search;
mod tree;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context as _;

use super::doubts;
use super::exit::Exit;
use super::planning::Planning;
use super::run::Run;
use super::state;
use crate::engine::Engine;
use crate::gate::{Past, Phase};
use crate::mapping::Table;
use crate::output::place::shown;
use crate::record::{
    Blamed, End, Event, MigrationLock, Record, RecordError, Records, State, Written, take_lock,
};
use crate::transaction::{Digest, Journal, Tag};
use alone::alone;
use migrated::worth;
use plan::Plan;

pub use batches::{Batch, Unit};
pub use migrated::{Left, Migrated, Wrote};
pub use news::{Audience, News};
pub use order::{Order, Quarantined, TakesBack, Wish};
pub use outlook::{Outlined, Outlook, Timed, outlook};

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

/// What a migration stands on: enough to take it back, whatever the rules and the configuration say by then.
pub(super) struct Ground<'m> {
    /// The project's root.
    root: PathBuf,
    journal: &'m Journal<'static>,
    record: Record,
    audience: &'m dyn Audience,
    stop: Arc<AtomicBool>,
}

/// A migration that goes on.
pub(super) struct Migration<'m> {
    run: &'m Run,
    order: &'m Order,
    ground: Ground<'m>,
    /// What gates did in the migration before this one.
    earlier: BTreeMap<String, Past>,
    /// Files that were quarantined in the migration before this one.
    quarantined: Vec<Blamed>,
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
    let root = run.place.project.root();
    let (_held, records, newest) = opened(journal, stop, audience)?;
    let table = identity(&run.tables);
    let ground = |record| Ground {
        root: root.to_owned(),
        journal,
        record,
        audience,
        stop: Arc::clone(stop),
    };
    match wish {
        Wish::All | Wish::Only(_) => {
            if let Some(open) = newest.as_ref().filter(|state| state.is_unfinished()) {
                anyhow::bail!("{}", unfinished(open.number, open.end));
            }
            let record = records.begin(Event::Begin {
                version: crate::record::VERSION,
                table: table.clone(),
                tables: run.names.clone(),
                folder: Written::new(&run.place.cwd, root),
                arguments: order.arguments.clone(),
            })?;
            let earlier = newest.as_ref();
            let gates = earlier.map(|state| &state.gates).into_iter().flatten();
            let tries_again = order.quarantined == Quarantined::TriedAgain;
            let same = earlier.filter(|state| state.table == table && !tries_again);
            let mut migration = Migration {
                run,
                order,
                ground: ground(record),
                earlier: gates
                    .filter_map(|(name, gates)| {
                        let answer = gates.before.as_ref().or(gates.last.as_ref())?;
                        Some((name.clone(), answer.past()?))
                    })
                    .collect(),
                quarantined: same.map_or(Vec::new(), quarantined_of),
            };
            migration.ground.introduced(false);
            let went = migration.goes(wish);
            migration.ground.ends(went)
        }
        Wish::Continue { accepts_changes } => {
            let Some(state) = newest.filter(State::is_unfinished) else {
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
                earlier: BTreeMap::new(),
                quarantined: Vec::new(),
                ground: ground(records.open(state.number)?),
            };
            migration.ground.introduced(true);
            let went = migration.resumes(table).and_then(|()| migration.goes(wish));
            migration.ground.ends(went)
        }
    }
}

/// Takes back what the last migration of the project at `root` wrote. Rules and configuration do not matter.
///
/// # Errors
/// There is none, another one goes on, or the record cannot be used.
pub fn take_back(
    root: &Path,
    journal: &Journal<'static>,
    stop: &Arc<AtomicBool>,
    audience: &dyn Audience,
) -> anyhow::Result<Migrated> {
    if Records::of(journal.folder()).newest()?.is_none() {
        anyhow::bail!("there is no migration to take back");
    }
    let (_held, records, newest) = opened(journal, stop, audience)?;
    let stands = |state: &State| state.end != End::Aborted;
    let in_force = records.in_force()?.filter(stands);
    let Some(state) = in_force.or(newest.filter(stands)) else {
        anyhow::bail!("there is no migration to take back");
    };
    let mut ground = Ground {
        root: root.to_owned(),
        journal,
        record: records.open(state.number)?,
        audience,
        stop: Arc::clone(stop),
    };
    ground.introduced(true);
    let went = ground.aborts();
    let number = state.number;
    ground.ends(went.map(|()| Migrated {
        exit: Exit::Clean,
        number: Some(number),
        missed: Vec::new(),
        left: Left::default(),
        is_interrupted: false,
        is_unfinished: false,
        wrote: Wrote::TakenBack,
    }))
}

/// What the migration that is unfinished was asked for: the folder that it was begun in, and its arguments.
///
/// # Errors
/// There is none, or the record cannot be used.
pub fn begun_with(
    root: &Path,
    journal: &Journal<'static>,
) -> anyhow::Result<(PathBuf, Vec<OsString>)> {
    let records = Records::of(journal.folder());
    let newest = records
        .newest()?
        .map(|number| records.read(number))
        .transpose()?;
    let Some(state) = newest.filter(State::is_unfinished) else {
        anyhow::bail!("no migration is unfinished: `repoint migrate` begins one");
    };
    let folder = state
        .folder
        .map_or(root.to_owned(), |folder| folder.under(root));
    let arguments = state.arguments.iter().map(Written::as_os_string);
    Ok((folder, arguments.collect()))
}

/// The lock, once what was interrupted is finished, the records, and the newest of them.
fn opened(
    journal: &Journal<'static>,
    stop: &Arc<AtomicBool>,
    audience: &dyn Audience,
) -> anyhow::Result<(MigrationLock, Records, Option<State>)> {
    let folder = journal.folder();
    let held = take_lock(folder)
        .with_context(|| format!("{}: cannot be used as the state folder", shown(folder)))?;
    let Some(held) = held else {
        anyhow::bail!(
            "another migration goes on here: wait for it; `repoint status` shows how far it is"
        );
    };
    let tag = Tag {
        migration: 0,
        attempt: 0,
    };
    let own = journal.clone().tagged(tag).stopped_by(Arc::clone(stop));
    drop(state::open(&own, "migrate", audience)?);
    let records = Records::of(folder);
    let newest = records
        .newest()?
        .map(|number| records.read(number))
        .transpose()?;
    Ok((held, records, newest))
}

/// Files that were quarantined, with their logs as the next record names them.
fn quarantined_of(state: &State) -> Vec<Blamed> {
    let own = |blamed: &Blamed| Blamed {
        log: blamed.log.as_ref().map(|log| match log.starts_with("../") {
            true => log.clone(),
            false => format!("../../{}/logs/{log}", state.number),
        }),
        ..blamed.clone()
    };
    state.quarantined.iter().map(own).collect()
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

impl Ground<'_> {
    fn introduced(&self, is_continued: bool) {
        self.audience.news(News::Record {
            number: self.record.number(),
            folder: self.record.folder(),
            is_continued,
        });
    }

    /// What is told when it stops.
    fn ends(&mut self, went: Result<Migrated, Halt>) -> anyhow::Result<Migrated> {
        let (why, is_interrupted) = match went {
            Ok(migrated) => return Ok(migrated),
            Err(Halt::Record(error)) => {
                return Err(anyhow::Error::new(error).context(
                    "the record cannot be written, so nothing more is done; once it can, `repoint migrate \
                     --continue` goes on, and `repoint migrate --abort` takes back what was rewritten",
                ));
            }
            Err(Halt::Other(error)) => (format!("{error:#}"), false),
            Err(Halt::Stop(why)) => (why, false),
            Err(Halt::Interrupted) => ("interrupted".to_owned(), true),
        };
        // Before anything was written there is nothing to go on with: the next one begins anew.
        let is_begun = self.record.state().attempts > 0 || is_interrupted;
        let event = match is_begun {
            true => Event::Stopped {
                why: why.clone(),
                interrupted: is_interrupted,
            },
            false => Event::End {
                exit: Exit::Failed as u8,
                missed: vec![why.clone()],
            },
        };
        // The record may be what cannot be written.
        let _ = self.record.append(event);
        let state = self.record.state();
        Ok(Migrated {
            exit: Exit::Failed,
            number: Some(self.record.number()),
            left: Left {
                quarantined: state.quarantined.len(),
                ..Left::default()
            },
            missed: vec![why],
            is_interrupted,
            is_unfinished: is_begun && self.record.is_there(),
            wrote: Wrote::of(state),
        })
    }
}

impl Migration<'_> {
    /// The phases that are not over yet.
    fn goes(&mut self, wish: Wish) -> Result<Migrated, Halt> {
        let audience = self.ground.audience;
        let engine = plan::engine(self.run);
        let planning = Planning::open(self.run, &engine, plan::paths(self.run), audience)?;
        let planned = plan::plan(self.run, &engine, &planning, self.order, audience)?;
        let only = match wish {
            Wish::Only(phase) => Some(phase),
            _ => None,
        };
        let is_wanted = |phase: Phase| only.is_none_or(|only| only == phase);
        let state = self.ground.record.state();
        let (has_proved, has_rewritten) = (
            state.has_ended(Phase::Before),
            state.has_ended(Phase::During),
        );
        if !has_rewritten {
            self.is_allowed(&engine, &planned)?;
        }
        if is_wanted(Phase::Before) && !has_proved {
            self.before(&planned)?;
        }
        if is_wanted(Phase::During) && !has_rewritten {
            self.during(&planning, &planned)?;
        }
        drop(planning);
        let engine = plan::engine(self.run);
        let planning = Planning::open(self.run, &engine, plan::paths(self.run), audience)?;
        let now = plan::plan(self.run, &engine, &planning, self.order, audience)?;
        let proof = match is_wanted(Phase::After) {
            true => self.after(&now)?,
            false => after::Proof::default(),
        };
        self.ground.shrinks(&now)?;
        let left = Left {
            references: now.figures.references,
            allowed: !now.fails,
            quarantined: self.ground.record.state().quarantined.len(),
        };
        let exit = worth(&proof, left, now.summary.failed);
        let mut migrated = Migrated {
            exit,
            number: Some(self.ground.record.number()),
            missed: proof.missed,
            left,
            is_interrupted: false,
            is_unfinished: false,
            wrote: Wrote::of(self.ground.record.state()),
        };
        if exit != Exit::Clean && self.order.takes_back == TakesBack::OnFailure {
            self.ground.aborts()?;
            migrated.wrote = Wrote::of(self.ground.record.state());
            return Ok(migrated);
        }
        self.ground.record.append(Event::End {
            exit: exit as u8,
            missed: migrated.missed.clone(),
        })?;
        self.ground.record.flush()?;
        Ok(migrated)
    }

    /// With `--strict` nothing is written where a file fails or something looks like a mistake.
    fn is_allowed(&self, engine: &Engine<'_>, plan: &Plan) -> Result<(), Halt> {
        let doubts = doubts::say(self.run, engine, &plan.tally, self.ground.audience);
        if self.run.strict && plan.summary.failed > 0 {
            return Err(Halt::Stop(
                "nothing was written: files failed, and --strict asks for all or nothing"
                    .to_owned(),
            ));
        }
        if self.run.strict && doubts > 0 {
            return Err(Halt::Stop(
                "nothing was written: --strict takes warnings for errors".to_owned(),
            ));
        }
        Ok(())
    }
}

/// A path below the project's root with `/` between its parts; `.` is the root.
fn short(path: &Path, root: &Path) -> String {
    let rest = path.strip_prefix(root).unwrap_or(path);
    if rest.as_os_str().is_empty() {
        return ".".to_owned();
    }
    shown(rest)
}

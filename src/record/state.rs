//! What the events of a migration come to.

use std::collections::BTreeMap;

use super::event::{Action, Blamed, Event, Line, Verdict};
use super::figures::Figures;
use super::written::Written;
use crate::gate::{Asked, Group, Past, Phase};

/// How far a migration is.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Its number.
    pub number: u64,
    /// When it began and when something happened last: milliseconds since 1970, UTC.
    pub time: (u64, u64),
    /// What identifies the rules that it goes by.
    pub table: String,
    /// What the rules are called.
    pub tables: Vec<String>,
    /// The folder that it was begun in.
    pub folder: Option<Written>,
    /// What was asked for.
    pub arguments: Vec<Written>,
    /// What failed in the end, a sentence each.
    pub missed: Vec<String>,
    /// The phase that was begun last.
    pub phase: Option<Phase>,
    /// The phases that ended as they were expected to.
    pub ended: Vec<Phase>,
    /// References, by the phase in which they were counted.
    pub counted: BTreeMap<Phase, Figures>,
    /// How many times a gate was asked.
    pub questions: u64,
    /// What gates said, by name.
    pub gates: BTreeMap<String, Gates>,
    /// Processes of a gate that may still run.
    pub group: Option<Group>,
    /// The batches, in the order in which they began.
    pub batches: Vec<Batch>,
    /// Transactions of it that were not taken back.
    pub standing: Vec<Standing>,
    /// A change of the tree of which it is not known whether it happened.
    pub open: Option<(u64, Action, Vec<Written>)>,
    /// How many changes of the tree were begun.
    pub attempts: u64,
    /// The transaction over whose files the formatter runs.
    pub formatting: Option<u64>,
    /// The commit that is being made: the one before it, and its message.
    pub committing: Option<(Option<String>, String)>,
    /// Files that are left out.
    pub quarantined: Vec<Blamed>,
    /// Why the last run of it ended before its end.
    pub stopped: Option<String>,
    /// Whether it is over.
    pub end: End,
}

/// How a migration ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum End {
    /// It has not.
    #[default]
    Open,
    /// All its phases ended, with this exit status.
    Done(u8),
    /// It is being taken back.
    Aborting,
    /// It was taken back.
    Aborted,
}

/// What a gate said, in order of time.
#[derive(Clone, Debug, Default)]
pub struct Gates {
    /// In the phase before the rewriting.
    pub before: Option<Answer>,
    /// The last time in a batch.
    pub during: Option<Answer>,
    /// The last time of all.
    pub last: Option<Answer>,
    /// In the phase after it.
    pub after: Option<Answer>,
    /// How often it was asked.
    pub asked: u64,
    /// How often it failed first and then passed.
    pub flaky: u64,
}

/// An answer of a gate.
#[derive(Clone, Debug)]
pub struct Answer {
    /// In which phase.
    pub phase: Phase,
    /// Whether it was what was expected.
    pub met: bool,
    /// What came of it.
    pub asked: Asked,
    /// The shortest of several runs in milliseconds, where that was measured.
    pub least: Option<u64>,
}

/// A batch.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Its number, from 1.
    pub number: usize,
    /// What people call it.
    pub name: String,
    /// Its units.
    pub units: Vec<Vec<Written>>,
    /// What identifies what its files held and got.
    pub content: String,
    /// What gates said of parts of it.
    pub verdicts: Vec<Verdict>,
    /// What came of it; `None` while it is open.
    pub ended: Option<Ended>,
}

/// What came of a batch.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Files that are migrated.
    pub files: usize,
    /// References in them.
    pub references: u64,
    /// How often its gates were asked in a search.
    pub searched: u64,
    /// The commit of git.
    pub commit: Option<String>,
}

/// A transaction that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its number in the journal.
    pub transaction: u64,
    /// The batch that it is part of.
    pub batch: usize,
    /// Its files.
    pub files: Vec<Written>,
}

impl Answer {
    /// What later runs of the gate are measured by.
    pub fn past(&self) -> Option<Past> {
        let past = self.asked.past()?;
        Some(Past {
            millis: self.least.unwrap_or(past.millis),
            ..past
        })
    }
}

impl State {
    /// Whether it can go on, or be taken back.
    pub fn is_unfinished(&self) -> bool {
        matches!(self.end, End::Open | End::Aborting)
    }

    /// Whether a phase ended as it was expected to.
    pub fn has_ended(&self, phase: Phase) -> bool {
        self.ended.contains(&phase)
    }

    /// The batch that is not over, if there is one.
    pub fn open_batch(&self) -> Option<&Batch> {
        self.batches.last().filter(|batch| batch.ended.is_none())
    }

    /// Takes an event in.
    pub(super) fn see(&mut self, line: Line) {
        if self.time.0 == 0 {
            self.time.0 = line.at;
        }
        self.time.1 = line.at;
        match line.event {
            Event::Begin {
                version: _,
                table,
                tables,
                folder,
                arguments,
            } => {
                self.table = table;
                self.tables = tables;
                self.folder = Some(folder);
                self.arguments = arguments;
            }
            Event::Continue { table } => {
                self.table = table;
                self.stopped = None;
            }
            Event::PhaseBegin { phase } => self.phase = Some(phase),
            Event::PhaseEnd { phase } => self.ended.push(phase),
            Event::Counted { phase, figures } => {
                self.counted.insert(phase, figures);
            }
            Event::GateBegin { .. } => {
                self.group = None;
                self.questions += 1;
            }
            Event::GateGroup { group } => self.group = Some(group),
            Event::GateEnd {
                gate,
                phase,
                met,
                asked,
                least,
            } => self.answered(
                gate,
                Answer {
                    phase,
                    met,
                    asked,
                    least,
                },
            ),
            Event::BatchBegin {
                batch,
                name,
                units,
                content,
            } => self.batch(batch, name, units, content),
            Event::AttemptBegin {
                attempt,
                action,
                files,
            } => {
                self.attempts = attempt;
                self.open = Some((attempt, action, files));
            }
            Event::AttemptEnd {
                attempt: _,
                transaction,
                left: _,
            } => self.attempted(transaction),
            Event::FormatBegin { transaction } => self.formatting = Some(transaction),
            Event::FormatEnd { .. } => self.formatting = None,
            Event::Verdict(verdict) => {
                if let Some(batch) = self.batches.last_mut() {
                    batch.verdicts.push(verdict);
                }
            }
            Event::Quarantine(blamed) => {
                self.quarantined.retain(|other| other.file != blamed.file);
                self.quarantined.push(blamed);
            }
            Event::BatchEnd {
                batch: _,
                files,
                references,
                searched,
                commit,
            } => {
                self.committing = None;
                if let Some(batch) = self.batches.last_mut() {
                    batch.ended = Some(Ended {
                        files,
                        references,
                        searched,
                        commit,
                    });
                }
            }
            Event::CommitBegin { parent, message } => self.committing = Some((parent, message)),
            Event::Stopped { why, interrupted } => {
                self.stopped = Some(why);
                if let Some(batch) = self.batches.last_mut().filter(|_| !interrupted) {
                    batch.verdicts.clear();
                }
            }
            Event::AbortBegin => self.end = End::Aborting,
            Event::AbortEnd => self.end = End::Aborted,
            Event::End { exit, missed } => {
                self.end = End::Done(exit);
                self.missed = missed;
            }
        }
    }

    fn answered(&mut self, gate: String, answer: Answer) {
        self.group = None;
        let gates = self.gates.entry(gate).or_default();
        gates.asked += answer.asked.runs.len() as u64;
        gates.flaky += u64::from(answer.asked.flaky);
        match answer.phase {
            Phase::Before => gates.before = Some(answer.clone()),
            Phase::During => gates.during = Some(answer.clone()),
            Phase::After => gates.after = Some(answer.clone()),
        }
        gates.last = Some(answer);
    }

    /// A batch that is begun again keeps what gates said of it, if its files are the same.
    fn batch(&mut self, number: usize, name: String, units: Vec<Vec<Written>>, content: String) {
        let mut batch = Batch {
            number,
            name,
            units,
            content,
            verdicts: Vec::new(),
            ended: None,
        };
        if let Some(open) = self.batches.last()
            && open.ended.is_none()
        {
            if open.content == batch.content && open.units == batch.units {
                batch.verdicts.clone_from(&open.verdicts);
            }
            self.batches.pop();
        }
        self.batches.push(batch);
    }

    fn attempted(&mut self, transaction: Option<u64>) {
        let Some((_, action, files)) = self.open.take() else {
            return;
        };
        match action {
            // Without a transaction it was refused.
            Action::TakeBack(taken) if transaction.is_some() => {
                self.standing.retain(|other| other.transaction != taken);
                self.formatting = None;
            }
            Action::TakeBack(_) => {}
            Action::Write => {
                if let Some(transaction) = transaction {
                    self.standing.push(Standing {
                        transaction,
                        batch: self.batches.last().map_or(0, |batch| batch.number),
                        files,
                    });
                }
            }
        }
    }
}

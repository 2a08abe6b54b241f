//! Asking a gate: what is recorded of it, and whether its answer is what was expected.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::news::{Audience, News};
use super::{Halt, Migration};
use crate::gate::{
    Asked, Context, Expectation, Gate, Group, Outcome, Past, Phase, Watch, ask, file_stem, is_met,
};
use crate::record::{Event, Record};

/// How often a gate is run whose duration matters: the shortest run counts.
const RUNS: usize = 3;

/// The answer of a gate.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub asked: Asked,
    pub met: bool,
    pub log: PathBuf,
    /// The shortest of several runs in milliseconds, where that was measured.
    pub least: Option<u64>,
}

impl Answer {
    /// Why it is not what was expected.
    pub fn why(&self, gate: &Gate, phase: Phase) -> String {
        let what = match &self.asked.outcome {
            Outcome::Passed => "passed".to_owned(),
            Outcome::Failed(why) => format!("failed: {why}"),
            Outcome::Broken(why) => format!("cannot be asked: {why}"),
        };
        let expected = match gate.expected.of(phase) {
            Expectation::Pass => ", and it has to pass",
            Expectation::Fail => ", and it has to fail",
            Expectation::Any => "",
        };
        format!("gate `{}` {what}{expected} {}", gate.name, time_of(phase))
    }

    /// Whether it could not be asked at all.
    pub fn is_broken(&self) -> bool {
        matches!(self.asked.outcome, Outcome::Broken(_))
    }
}

/// When a phase is, in a sentence.
pub(super) fn time_of(phase: Phase) -> &'static str {
    match phase {
        Phase::Before => "before the migration",
        Phase::During => "during the migration",
        Phase::After => "after the migration",
    }
}

impl Migration<'_> {
    /// Asks a gate and records it. Where its duration matters it is run several times.
    ///
    /// # Errors
    /// The record cannot be written, or the program was asked to end.
    pub(super) fn ask(&mut self, gate: &Gate, phase: Phase) -> Result<Answer, Halt> {
        self.ground.audience.news(News::Asking { gate, phase });
        self.ground.record.append(Event::GateBegin {
            gate: gate.name.clone(),
            phase,
        })?;
        let log = self.ground.record.logs().join(format!(
            "{:04}-{phase}-{}.log",
            self.ground.record.state().questions,
            file_stem(&gate.name)
        ));
        let before = self.past(gate);
        let mut watcher = Watcher {
            record: Some(&mut self.ground.record),
            audience: self.ground.audience,
            failed: None,
        };
        let asked = ask(
            gate,
            phase,
            Context {
                log: &log,
                before,
                stop: &self.ground.stop,
                watch: &mut watcher,
            },
        );
        if let Some(error) = watcher.failed {
            return Err(error.into());
        }
        if !self.ground.record.is_there() {
            return Err(Halt::Other(anyhow::anyhow!(
                "the record of the migration was removed while gate `{}` ran ({}): a gate must leave the state \
                 folder alone (`git clean` needs `-e .repoint`); what was rewritten stays, and `git diff` \
                 shows it",
                gate.name,
                self.ground.record.folder().display()
            )));
        }
        let met = is_met(gate.expected.of(phase), &asked.outcome);
        let mut answer = Answer {
            met,
            log,
            least: None,
            asked,
        };
        if answer.asked.was_stopped() {
            return Err(Halt::Interrupted);
        }
        if met && phase != Phase::During && gate.max_slowdown.is_some() {
            answer.least = self.measured(gate, phase, &answer)?;
        }
        self.ground.record.append(Event::GateEnd {
            gate: gate.name.clone(),
            phase,
            met,
            asked: answer.asked.clone(),
            least: answer.least,
        })?;
        self.ground.audience.news(News::Answered {
            gate,
            phase,
            asked: &answer.asked,
            met,
            log: &answer.log,
        });
        Ok(answer)
    }

    /// The shortest run of several, those that passed.
    fn measured(&mut self, gate: &Gate, phase: Phase, first: &Answer) -> Result<Option<u64>, Halt> {
        let mut least = first.asked.last().map(|run| run.millis);
        for number in 2..=RUNS {
            let log = first.log.with_extension(format!("run{number}.log"));
            let before = self.past(gate);
            let mut watcher = Watcher {
                record: Some(&mut self.ground.record),
                audience: self.ground.audience,
                failed: None,
            };
            let asked = ask(
                gate,
                phase,
                Context {
                    log: &log,
                    before,
                    stop: &self.ground.stop,
                    watch: &mut watcher,
                },
            );
            if let Some(error) = watcher.failed {
                return Err(error.into());
            }
            if asked.was_stopped() {
                return Err(Halt::Interrupted);
            }
            if asked.outcome == Outcome::Passed {
                let millis = asked.last().map(|run| run.millis);
                least = least.into_iter().chain(millis).min();
            }
        }
        Ok(least)
    }

    /// What the gate said before the migration, in this record or else in the one before.
    pub(super) fn past(&self, gate: &Gate) -> Option<Past> {
        let own = self.ground.record.state().gates.get(&gate.name);
        let own = own.and_then(|gates| gates.before.as_ref()?.past());
        own.or_else(|| self.earlier.get(&gate.name).copied())
    }
}

/// Records the processes of a gate, and hands on what it does.
pub(super) struct Watcher<'w> {
    pub record: Option<&'w mut Record>,
    pub audience: &'w dyn Audience,
    pub failed: Option<crate::record::RecordError>,
}

impl Watch for Watcher<'_> {
    fn started(&mut self, group: &Group) {
        let Some(record) = &mut self.record else {
            return;
        };
        let group = group.clone();
        if let Err(error) = record.append(Event::GateGroup { group }) {
            self.failed.get_or_insert(error);
        }
    }

    fn wants_lines(&self) -> bool {
        self.audience.wants_lines()
    }

    fn line(&mut self, line: &str) {
        self.audience.news(News::Line(line));
    }

    fn elapsed(&mut self, elapsed: Duration) {
        self.audience.news(News::Elapsed(elapsed));
    }
}

/// Where the log of a gate is that is asked without a record.
pub(super) fn loose_log(state: &Path, gate: &Gate) -> PathBuf {
    state
        .join("gates")
        .join(format!("{}.log", file_stem(&gate.name)))
}

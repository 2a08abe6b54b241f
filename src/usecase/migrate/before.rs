//! Before the rewriting: the gates say what is to be proved, and git says whether anything would be lost.

use std::path::PathBuf;

use super::news::News;
use super::plan::Plan;
use super::{Halt, Migration};
use crate::gate::{Expectation, Gate, Outcome, Phase};
use crate::output::summary::counted;
use crate::record::Event;
use crate::transaction::{Digest, guard, may_be_written};
use crate::usecase::writer::refused;

impl Migration<'_> {
    /// Asks every gate, the quickest first as far as that is known.
    ///
    /// # Errors
    /// Something is not as it was expected to be: nothing was written.
    pub(super) fn before(&mut self, plan: &Plan) -> Result<(), Halt> {
        self.phase(Phase::Before)?;
        self.ground.record.append(Event::Counted {
            phase: Phase::Before,
            figures: plan.figures.clone(),
        })?;
        if self.order.commit.is_some() {
            self.can_commit(plan)?;
        }
        self.guard(plan)?;
        for gate in self.quickest_first() {
            let expected = gate.expected.before;
            if expected == Expectation::Fail && plan.files.is_empty() {
                self.ground.audience.news(News::Skipped {
                    gate: &gate,
                    why: "nothing is left to rewrite, so it has nothing to prove",
                });
                continue;
            }
            let answer = self.ask(&gate, Phase::Before)?;
            if answer.met && !answer.is_broken() {
                continue;
            }
            let why = answer.why(&gate, Phase::Before);
            let hint = match (expected, &answer.asked.outcome) {
                (Expectation::Fail, Outcome::Passed) => {
                    "; it does not see what is deprecated, so it would prove nothing afterwards"
                }
                _ => "",
            };
            return Err(Halt::Stop(format!("{why}{hint}")));
        }
        self.ground.record.append(Event::PhaseEnd {
            phase: Phase::Before,
        })?;
        Ok(())
    }

    /// Whether all files of the migration can be written, and what git says of them.
    fn guard(&mut self, plan: &Plan) -> Result<(), Halt> {
        let mut refused_files = 0;
        for planned in plan.files.values() {
            if let Err(problem) = may_be_written(&planned.candidate.real) {
                let path = &planned.candidate.path;
                self.ground.audience.failure(path, &problem.to_string());
                refused_files += 1;
            }
        }
        if refused_files > 0 {
            return Err(Halt::Stop(format!(
                "{} of the migration cannot be written",
                counted(refused_files, "file")
            )));
        }
        let files: Vec<(PathBuf, Option<Digest>)> = plan
            .files
            .values()
            .map(|planned| (planned.candidate.real.clone(), Some(planned.old)))
            .collect();
        guard(self.ground.journal, &files, self.order.allow)
            .map(|_| ())
            .map_err(|error| refused(error, self.ground.audience).into())
    }

    /// The gates, those whose duration is known first.
    fn quickest_first(&self) -> Vec<Gate> {
        let mut gates = self.order.gates.clone();
        gates.sort_by_key(|gate| self.past(gate).map_or(u64::MAX, |past| past.millis));
        gates
    }

    /// A phase begins.
    pub(super) fn phase(&mut self, phase: Phase) -> Result<(), Halt> {
        self.ground.audience.news(News::Phase(phase));
        Ok(self.ground.record.append(Event::PhaseBegin { phase })?)
    }
}

//! After the rewriting: the gates prove the end.

use super::plan::Plan;
use super::{Halt, Migration};
use crate::gate::{Gate, Outcome, Phase, is_slower};
use crate::record::Event;

/// What came of the gates of `after`.
#[derive(Clone, Debug, Default)]
pub(super) struct Proof {
    /// Why gates are not as they were expected to be, a sentence each.
    pub missed: Vec<String>,
    /// Whether one of them could not be asked.
    pub is_broken: bool,
}

impl Migration<'_> {
    /// Asks every gate.
    ///
    /// # Errors
    /// The record cannot be written, or the program was asked to end.
    pub(super) fn after(&mut self, plan: &Plan) -> Result<Proof, Halt> {
        self.phase(Phase::After)?;
        self.ground.record.append(Event::Counted {
            phase: Phase::After,
            figures: plan.figures.clone(),
        })?;
        let mut proof = Proof::default();
        for gate in self.order.gates.clone() {
            let answer = self.ask(&gate, Phase::After)?;
            if !answer.met {
                proof.is_broken |= answer.is_broken();
                proof.missed.push(answer.why(&gate, Phase::After));
                continue;
            }
            if answer.asked.outcome == Outcome::Passed
                && let Some(why) = self.slower(&gate, answer.least)
            {
                proof.missed.push(why);
            }
        }
        if proof.missed.is_empty() {
            self.ground.record.append(Event::PhaseEnd {
                phase: Phase::After,
            })?;
        }
        Ok(proof)
    }

    /// Why a gate counts as too slow.
    fn slower(&self, gate: &Gate, now: Option<u64>) -> Option<String> {
        let times = gate.max_slowdown?;
        let now = now?;
        let gates = self.ground.record.state().gates.get(&gate.name)?;
        let before = gates.before.as_ref()?;
        let before = before.least.or_else(|| Some(before.past()?.millis))?;
        is_slower(before, now, times).then(|| {
            format!(
                "gate `{}` takes {:.2} s and took {:.2} s before, which is more than {times} times as long",
                gate.name,
                seconds(now),
                seconds(before)
            )
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 285,000 years")]
fn seconds(millis: u64) -> f64 {
    millis as f64 / 1000.0
}

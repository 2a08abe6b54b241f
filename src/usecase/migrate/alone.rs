//! One phase without a record.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::migrated::{Left, Migrated, Wrote};
use super::news::{Audience, News};
use super::order::Order;
use super::{asking, plan};
use crate::gate::{Context, Outcome, Phase, ask, is_met};
use crate::record::Records;
use crate::transaction::Journal;
use crate::usecase::exit::Exit;
use crate::usecase::planning::Planning;
use crate::usecase::run::Run;

/// One phase without a record: what a deployment asks.
pub(super) fn alone(
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
        Phase::After => Left {
            references: now.figures.references,
            allowed: !now.fails,
            quarantined: 0,
        },
        Phase::Before | Phase::During => Left {
            allowed: true,
            ..Left::default()
        },
    };
    let exit = match missed.is_empty() {
        true => Exit::left_if(!left.allowed).max(Exit::failed_if(now.summary.failed > 0)),
        // What is missed is no matter of what is left.
        false => Exit::Failed,
    };
    Ok(Migrated {
        exit,
        number: None,
        missed,
        left,
        is_interrupted,
        is_unfinished: false,
        wrote: Wrote::Nothing,
    })
}

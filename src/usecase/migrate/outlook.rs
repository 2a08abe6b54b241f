//! What a migration would do, and how long that may take. Nothing is run.

use std::collections::BTreeSet;
use std::time::Duration;

use super::batches::Batch;
use super::search::most_runs;
use super::{Order, plan};
use crate::gate::Gate;
use crate::record::{Records, Written};
use crate::transaction::Journal;
use crate::usecase::listener::Listener;
use crate::usecase::planning::Planning;
use crate::usecase::run::Run;

/// A migration before it begins.
#[derive(Debug)]
pub struct Outlook {
    /// References that are rewritten.
    pub references: u64,
    /// The batches, in order.
    pub batches: Vec<Outlined>,
    /// The gates.
    pub gates: Vec<Timed>,
    /// How long the gates take if none fails, from the last record; `None` if it says nothing of one.
    pub estimate: Option<Duration>,
    /// How many more times the gates are asked at most, in the largest batch, if one file breaks one, and
    /// if ten do.
    pub search: (usize, usize),
}

/// A batch.
#[derive(Debug)]
pub struct Outlined {
    /// What people call it.
    pub name: String,
    /// Its units.
    pub units: Vec<Vec<Written>>,
}

/// A gate, and how long it took when it was asked last.
#[derive(Debug)]
pub struct Timed {
    /// The gate.
    pub gate: Gate,
    /// How long it took.
    pub took: Option<Duration>,
}

/// Plans a migration.
///
/// # Errors
/// The last record cannot be read, or the workers could not be started.
pub fn outlook(
    run: &Run,
    order: &Order,
    journal: &Journal<'static>,
    listener: &dyn Listener,
) -> anyhow::Result<Outlook> {
    let records = Records::of(journal.folder());
    let last = records
        .newest()?
        .map(|number| records.read(number))
        .transpose()?;
    let engine = plan::engine(run);
    let planning = Planning::open(run, &engine, plan::paths(run), listener)?;
    let planned = plan::plan(run, &engine, &planning, order, listener)?;
    let root = run.place.project.root();
    let batches = planned.batches(&BTreeSet::new(), order, root);
    let took = |gate: &Gate| {
        let gates = last.as_ref()?.gates.get(&gate.name)?;
        let answer = gates.last.as_ref()?;
        Some(Duration::from_millis(answer.past()?.millis))
    };
    let gates: Vec<Timed> = order
        .gates
        .iter()
        .map(|gate| Timed {
            gate: gate.clone(),
            took: took(gate),
        })
        .collect();
    let count = u32::try_from(batches.len()).unwrap_or(u32::MAX);
    let estimate = gates.iter().try_fold(Duration::ZERO, |sum, timed| {
        let took = timed.took?;
        let runs = match timed.gate.max_slowdown {
            Some(_) => 6,
            None => 2,
        };
        Some(sum.saturating_add(took.saturating_mul(runs + count)))
    });
    let largest = batches.iter().map(|batch| batch.files().count()).max();
    let largest = largest.unwrap_or(0);
    Ok(Outlook {
        references: planned.files.values().map(|it| it.references).sum(),
        estimate: estimate.filter(|_| !gates.is_empty()),
        batches: batches.iter().map(|batch| outlined(batch, run)).collect(),
        gates,
        search: (
            most_runs(largest, largest.min(1)),
            most_runs(largest, largest.min(10)),
        ),
    })
}

fn outlined(batch: &Batch, run: &Run) -> Outlined {
    let root = run.place.project.root();
    let unit = |unit: &Vec<_>| {
        unit.iter()
            .map(|file: &std::path::PathBuf| Written::new(file, root))
            .collect()
    };
    Outlined {
        name: batch.name.clone(),
        units: batch.units.iter().map(unit).collect(),
    }
}

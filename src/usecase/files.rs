//! Takes every file of a run through the engine, and counts.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use super::doubts;
use super::exit::Exit;
use super::homes::{HomeFinding, Reports};
use super::listener::{Listener, Progress};
use super::planning::Planning;
use super::run::{Input, Run};
use crate::engine::{Engine, Failure, FileReport, RuleCounts, StartError, Summary};
use crate::finding::Level;
use crate::lang::Ahead;
use crate::mapping::Rule;
use crate::output::place::failed;
use crate::project::Prefilter;
use crate::text::Source;

/// What a run came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// Counts for the summary.
    pub summary: Summary,
    /// Findings of level error.
    pub errors: usize,
    /// What looks like a mistake in the rules or in what is read, and counts as a failure with
    /// `--strict`.
    pub doubts: usize,
    /// Counts of every rule, by the name of its language.
    pub rules: BTreeMap<&'static str, Vec<RuleCounts>>,
}

impl Tally {
    /// Whether a reference stays that ought to go.
    pub fn leaves(&self) -> bool {
        self.errors > 0 || self.summary.left > 0
    }

    /// [`Exit::Failed`] if a file could not be read, parsed, verified or written.
    pub fn failures(&self, run: &Run) -> Exit {
        Exit::failed_if(self.summary.failed > 0 || self.is_doubted(run))
    }

    /// Whether doubts count as failures, and there are some.
    pub fn is_doubted(&self, run: &Run) -> bool {
        run.strict && self.doubts > 0
    }

    /// Every rule that may match something, with its counts.
    pub fn by_rule<'r>(&'r self, run: &'r Run) -> Vec<(&'r Rule, &'r RuleCounts)> {
        let mut all = Vec::new();
        for table in &run.tables {
            let counts = self.rules.get(table.syntax().language);
            all.extend(table.rules().iter().zip(counts.into_iter().flatten()));
        }
        all.retain(|(rule, _)| rule.is_looked_for());
        all
    }

    /// Nothing was counted yet.
    pub fn of(engine: &Engine<'_>) -> Self {
        let mut tally = Self::default();
        for active in engine.active() {
            let rules = vec![RuleCounts::default(); active.table().rules().len()];
            tally.rules.insert(active.name(), rules);
        }
        tally
    }

    /// Counts a report in.
    pub fn count(&mut self, engine: &Engine<'_>, report: &FileReport) {
        self.summary.count(report);
        let findings = &report.plan.findings;
        self.errors += findings.iter().filter(|f| f.level == Level::Error).count();
        let active = engine.language_of(&report.path);
        if let Some(counts) = active.and_then(|active| self.rules.get_mut(active.name())) {
            RuleCounts::count(counts, report);
        }
    }
}

/// Reads, plans and verifies every file, in the order of their paths; `each` sees the report of
/// each one, with the rules that it speaks of, until it breaks. Failures are said here.
///
/// # Errors
/// What `each` returned, or the workers could not be started.
pub fn over(
    run: &Run,
    listener: &dyn Listener,
    mut each: impl FnMut(FileReport, &[Rule]) -> anyhow::Result<ControlFlow<()>>,
) -> anyhow::Result<Tally> {
    let started = Instant::now();
    let engine = Engine::open(
        &run.languages,
        &run.tables,
        &run.place.project,
        &run.rewrite,
        run.place.cwd.clone(),
    );
    let mut tally = Tally::of(&engine);
    let mut requires = BTreeSet::new();
    let mut broken = Ok(());
    let mut unread = BTreeSet::new();
    let mut see = |tally: &mut Tally, mut report: FileReport| {
        let active = engine.language_of(&report.path);
        let rules = active.map_or(&[][..], |active| active.table().rules());
        run.chosen.keep(&mut report.plan, rules);
        tally.count(&engine, &report);
        for reference in report.plan.references.iter().filter(|r| r.rewritten) {
            requires.extend(
                rules
                    .get(reference.rule)
                    .into_iter()
                    .flat_map(|r| &r.requires),
            );
        }
        if let Some(failed) = failed(&report) {
            unread.insert(failed.path.clone());
            listener.failed(failed);
        }
        match each(report, rules) {
            Ok(flow) => flow,
            Err(error) => {
                broken = Err(error);
                ControlFlow::Break(())
            }
        }
    };
    match &run.input {
        Input::Text { path, bytes } => {
            tally.summary.searched = 1;
            let prefilter = Prefilter::new(&engine.anchors());
            let place_filters = engine.place_filters();
            let by_place = engine.by_place(path, &place_filters);
            let is_at_place = || by_place.is_some_and(|filter| filter.matches(bytes));
            if prefilter.matches_everything() || prefilter.matches(bytes) || is_at_place() {
                let _ = see(&mut tally, text(run, &engine, path, bytes)?);
            }
        }
        Input::Paths(paths) => {
            let planning = Planning::open(run, &engine, paths, listener)?;
            tally.summary.searched = planning.searched;
            tally.summary.failed = planning.failed;
            // Each share tells of its own files, so that all shares together tell each finding once.
            let root = run.place.project.root();
            let is_of_share = |found: &&HomeFinding| {
                let partition = run.walk.partition;
                partition.is_none_or(|partition| partition.holds(&found.file, root))
            };
            let own = run.homes.findings.iter().filter(is_of_share);
            let mut reports = Reports::of(own, run.tells_homes);
            let mut is_stopped = false;
            planning.plan(&planning.candidates, |mut report| {
                listener.progress(Progress::Parsed);
                for report in reports.add(&engine, &mut report) {
                    // It was parsed before, for the homes alone.
                    let parsed = tally.summary.parsed;
                    is_stopped |= see(&mut tally, report).is_break();
                    tally.summary.parsed = parsed;
                }
                is_stopped |= see(&mut tally, report).is_break();
                match is_stopped {
                    true => ControlFlow::Break(()),
                    false => ControlFlow::Continue(()),
                }
            })?;
            for report in reports.rest(&engine).into_iter().filter(|_| !is_stopped) {
                let parsed = tally.summary.parsed;
                let is_stopped = see(&mut tally, report).is_break();
                tally.summary.parsed = parsed;
                if is_stopped {
                    break;
                }
            }
            // A file that holds the name of a home and cannot be read keeps the answer open.
            let failed = run.homes.failed.iter().filter(|_| run.tells_homes);
            for failed in failed.filter(|failed| !unread.contains(&failed.path)) {
                tally.summary.failed += 1;
                listener.failed(failed.clone());
            }
        }
    }
    listener.progress(Progress::Stopped);
    broken?;
    tally.doubts = doubts::say(run, &engine, &tally, listener);
    for remark in engine.remarks() {
        listener.note(&remark);
    }
    if !requires.is_empty() {
        let list: Vec<_> = requires.iter().map(|need| format!("`{need}`")).collect();
        listener.note(&format!("new paths need {}", list.join(", ")));
    }
    tally.summary.elapsed = started.elapsed();
    Ok(tally)
}

/// The text on standard input, held to the same limits as a file.
fn text(
    run: &Run,
    engine: &Engine<'_>,
    path: &Path,
    bytes: &[u8],
) -> Result<FileReport, StartError> {
    let limit = run.walk.max_file_size;
    if bytes.len() as u64 > limit {
        let message = format!(
            "{} bytes are more than --max-file-size allows ({limit}): raise it",
            bytes.len()
        );
        return Ok(engine.failed(path, Source::default(), Failure::of(message)));
    }
    let ahead = Ahead {
        file: path,
        bytes: Some(bytes),
    };
    engine.survey(&[ahead], &run.walk)?;
    engine.bytes(path, bytes.to_vec())
}

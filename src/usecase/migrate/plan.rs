//! What is to be migrated: every file that would change, its units, and the batches.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::batches::{self, Batch};
use super::{Order, short};
use crate::baseline::Update;
use crate::engine::{Engine, FileReport, Summary};
use crate::mapping::Action;
use crate::output::place::failed;
use crate::output::{FileView, Mode};
use crate::project::Candidate;
use crate::record::Figures;
use crate::transaction::Digest;
use crate::usecase::files::Tally;
use crate::usecase::judge::Judge;
use crate::usecase::listener::{Listener, Progress};
use crate::usecase::planning::Planning;
use crate::usecase::ratchet::text_over;
use crate::usecase::run::{Input, Run};
use crate::usecase::units::{self, units_of};

/// A file that would change.
#[derive(Clone, Debug)]
pub(in crate::usecase) struct Planned {
    pub candidate: Candidate,
    /// Of what it holds.
    pub old: Digest,
    /// Of what it gets.
    pub new: Digest,
    /// References that are rewritten in it.
    pub references: u64,
    /// The first rule of the table that has a reference in it.
    pub rule: (usize, String),
}

/// All of a tree.
#[derive(Debug, Default)]
pub(in crate::usecase) struct Plan {
    /// The files that would change, by their paths.
    pub files: BTreeMap<PathBuf, Planned>,
    /// References, rewritable or not.
    pub figures: Figures,
    /// Counts of the run.
    pub summary: Summary,
    /// Counts of every rule.
    pub tally: Tally,
    /// Whether `check` fails: by the scopes and the baseline, or else for any reference.
    pub fails: bool,
    /// What the baseline holds afterwards, if it holds less.
    pub shrunk: Option<(PathBuf, String)>,
    /// Files that change together, each by its path; files alone are left out.
    pub together: Vec<BTreeSet<PathBuf>>,
}

/// Opens a run for planning.
pub(in crate::usecase) fn engine(run: &Run) -> Engine<'_> {
    Engine::open(
        &run.languages,
        &run.tables,
        &run.place.project,
        &run.rewrite,
        run.place.cwd.clone(),
    )
}

/// Plans every file.
///
/// # Errors
/// The workers could not be started.
pub(in crate::usecase) fn plan(
    run: &Run,
    engine: &Engine<'_>,
    planning: &Planning<'_, '_>,
    order: &Order,
    listener: &dyn Listener,
) -> anyhow::Result<Plan> {
    let mut plan = Plan {
        tally: Tally::of(engine),
        ..Plan::default()
    };
    let mut judge = Judge::of(run);
    plan.summary.searched = planning.searched;
    plan.summary.failed = planning.failed;
    let root = run.place.project.root();
    let mut at = planning.candidates.iter();
    let mut met = Vec::new();
    planning.plan(&planning.candidates, |report| {
        listener.progress(Progress::Parsed);
        if let Some(failed) = failed(&report) {
            listener.failed(failed);
        }
        plan.summary.count(&report);
        plan.tally.count(engine, &report);
        let rules = engine
            .language_of(&report.path)
            .map_or(&[][..], |active| active.table().rules());
        plan.count(&report, rules, root, order);
        if let Some(judge) = &mut judge {
            judge.count(&FileView::new(&report, rules, Mode::Check));
        }
        let candidate = at.find(|candidate| candidate.path == report.path);
        if let (Some(candidate), Some(new)) = (candidate, &report.rewritten) {
            let rewritten = report.plan.references.iter().filter(|it| it.rewritten);
            let first = report.plan.references.iter().map(|it| it.rule).min();
            let first = first.unwrap_or(usize::MAX);
            let id = rules
                .get(first)
                .map_or(String::new(), |rule| rule.id.clone());
            met.push((report.path.clone(), units::Planned::of(&report)));
            plan.files.insert(
                report.path.clone(),
                Planned {
                    candidate: candidate.clone(),
                    old: Digest::of(report.source.bytes()),
                    new: Digest::of(new),
                    references: rewritten.count() as u64,
                    rule: (first, id),
                },
            );
        }
        ControlFlow::Continue(())
    })?;
    plan.tally.summary = plan.summary;
    let has_errors = plan.tally.leaves() || plan.summary.rewritten > 0;
    plan.fails = match &judge {
        None => has_errors,
        Some(judge) => judge.fails(),
    };
    if let (Some(judge), Some(loaded)) = (&judge, &run.baseline) {
        let text = text_over(
            &judge.updated(&loaded.baseline, Update::Shrink),
            Some(&loaded.text),
        );
        plan.shrunk = (text != loaded.text).then(|| (loaded.file.clone(), text));
    }
    let (paths, met): (Vec<PathBuf>, Vec<units::Planned>) = met.into_iter().unzip();
    let units = units_of(run, &met)?;
    plan.together = units
        .into_iter()
        .filter(|unit| unit.len() > 1)
        .map(|unit| unit.into_iter().map(|at| paths[at].clone()).collect())
        .collect();
    listener.progress(Progress::Stopped);
    Ok(plan)
}

/// The files and folders of a run.
pub(in crate::usecase) fn paths(run: &Run) -> &[PathBuf] {
    match &run.input {
        Input::Paths(paths) => paths,
        Input::Text { .. } => &[],
    }
}

impl Plan {
    fn count(
        &mut self,
        report: &FileReport,
        rules: &[crate::mapping::Rule],
        root: &Path,
        order: &Order,
    ) {
        let references = report.plan.references.len() as u64;
        if references == 0 {
            return;
        }
        let figures = &mut self.figures;
        figures.references += references;
        figures.files += 1;
        for reference in &report.plan.references {
            let rule = rules.get(reference.rule);
            if let Some(rule) = rule.filter(|rule| rule.action != Action::Keep) {
                *figures.rules.entry(rule.id.clone()).or_default() += 1;
            }
        }
        for scope in &order.scopes {
            if scope.holds(&report.path) {
                *figures.scopes.entry(scope.name.clone()).or_default() += references;
            }
        }
        let folder = report.path.parent().unwrap_or(root);
        *figures.folders.entry(short(folder, root)).or_default() += references;
        let owner = (order.owner)(&report.path);
        *figures.owners.entry(owner).or_default() += references;
    }

    /// The batches, without some files.
    pub fn batches(&self, without: &BTreeSet<PathBuf>, order: &Order, root: &Path) -> Vec<Batch> {
        let mut units: Vec<batches::Unit> = Vec::new();
        let mut grouped: BTreeSet<&PathBuf> = BTreeSet::new();
        for unit in &self.together {
            let files = unit
                .iter()
                .filter(|file| self.files.contains_key(*file) && !without.contains(*file));
            let files: Vec<PathBuf> = files.cloned().collect();
            if !files.is_empty() {
                grouped.extend(unit);
                units.push(files);
            }
        }
        let single = self.files.keys();
        let single = single.filter(|file| !grouped.contains(file) && !without.contains(*file));
        units.extend(single.map(|file| vec![file.clone()]));
        let rule = |file: &Path| {
            let planned = self.files.get(file);
            planned.map_or((usize::MAX, String::new()), |it| it.rule.clone())
        };
        batches::batches(
            units,
            &batches::Order {
                kind: order.batch,
                priority: &order.priority,
                root,
                owner: &*order.owner,
                rule: &rule,
            },
        )
    }
}

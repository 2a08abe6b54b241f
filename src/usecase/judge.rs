//! `check` against a baseline and scopes: what fails, what is held, what is only counted.
//!
//! Suppression comments come first, they are no references here. Then `max` of each scope judges all that
//! remain, those of the baseline too; the baseline excuses only what has not grown. A run over a part of the
//! project judges growth only; where there is no baseline, `max` of what it saw.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use super::run::Run;
use crate::baseline::{
    Baseline, Compared, Counts, Gone, Growth, Ids, Judged, Moved, OverMax, Part, Ratchet,
    ScopeCount, Standing, Update, Verdict, compare, merged, name_of,
};
use crate::config::Scope;
use crate::finding::Level;
use crate::output::FileView;
use crate::output::place::shown;
use crate::project::git::Head;

/// Judges the files of one run.
pub struct Judge<'r> {
    root: PathBuf,
    baseline: Option<&'r Baseline>,
    /// How people call the baseline's file.
    name: String,
    part: Part,
    known: Ids,
    scopes: Vec<(&'r Scope, usize)>,
    now: BTreeMap<String, Counts>,
    gone: Gone,
    moved: Vec<Moved>,
    /// By the new name of a file that has moved, its old one.
    was: HashMap<String, String>,
    /// Files and folders of which nothing is known.
    unread: BTreeSet<String>,
    head: Head,
    failing: usize,
    held: usize,
    counted: usize,
}

impl<'r> Judge<'r> {
    /// A judge of this run; `None` if there is neither a baseline nor a scope, so that every reference fails.
    pub fn of(run: &'r Run) -> Option<Self> {
        let is_needed = run.baseline.is_some() || !run.place.config.scopes.is_empty();
        is_needed.then(|| Self::counting(run))
    }

    /// One that counts whether or not there is something to judge by.
    pub fn counting(run: &'r Run) -> Self {
        let root = run.place.project.root().to_owned();
        let baseline = run.baseline.as_ref().map(|loaded| &loaded.baseline);
        let part = run.part();
        let gone = match baseline {
            Some(baseline) if part == Part::Whole => {
                Gone::of(baseline, |file| root.join(file).symlink_metadata().is_ok())
            }
            _ => Gone::default(),
        };
        let rules = run.tables.iter().flat_map(|table| table.rules());
        let name = run.baseline.as_ref().map(|loaded| {
            let file = loaded
                .file
                .strip_prefix(&run.place.cwd)
                .unwrap_or(&loaded.file);
            shown(file)
        });
        Self {
            baseline,
            name: name.unwrap_or_default(),
            part,
            known: rules.map(|rule| rule.id.clone()).collect(),
            scopes: run.place.config.scopes().map(|scope| (scope, 0)).collect(),
            now: BTreeMap::new(),
            gone,
            moved: Vec::new(),
            was: HashMap::new(),
            unread: BTreeSet::new(),
            head: Head::default(),
            failing: 0,
            held: 0,
            counted: 0,
            root,
        }
    }

    /// Whether a file can be settled only when all are counted: a scope may have some references, and which
    /// of them are too many is not known before.
    pub fn needs_all(&self) -> bool {
        self.judges_scopes()
            && self
                .scopes
                .iter()
                .any(|(scope, _)| scope.max.is_some_and(|max| max > 0))
    }

    /// Counts the references of a file. Of files that come in order, each once.
    pub fn count(&mut self, view: &FileView<'_>) {
        let file = name_of(&view.report.path, &self.root);
        if view.report.failure.is_some() {
            self.unread.insert(file);
            return;
        }
        let mut counts = Counts::new();
        let mut all = 0;
        for diagnostic in view.diagnostics.iter().filter(|d| d.level == Level::Error) {
            all += 1;
            if let Some(rule) = diagnostic.rule {
                *counts.entry(rule.id.clone()).or_default() += 1;
            }
        }
        if all > 0 {
            for (scope, references) in &mut self.scopes {
                *references += if scope.holds(&view.report.path) {
                    all
                } else {
                    0
                };
            }
        }
        self.take(file, counts);
    }

    /// Counts what a file that is rewritten has left.
    pub fn count_left(&mut self, view: &FileView<'_>) {
        let mut counts = Counts::new();
        for diagnostic in view.diagnostics.iter().filter(|d| d.level == Level::Error) {
            if let Some(rule) = diagnostic.rule {
                *counts.entry(rule.id.clone()).or_default() += 1;
            }
        }
        for reference in view.report.plan.references.iter().filter(|r| r.rewritten) {
            let rule = view.rules.get(reference.rule);
            if let Some(count) = rule.and_then(|rule| counts.get_mut(&rule.id)) {
                *count = count.saturating_sub(1);
            }
        }
        counts.retain(|_, count| *count > 0);
        self.take(name_of(&view.report.path, &self.root), counts);
    }

    /// Takes the counts of a file in.
    fn take(&mut self, file: String, counts: Counts) {
        let is_new = self
            .baseline
            .is_none_or(|baseline| baseline.of(&file).is_none());
        if counts.is_empty() && is_new {
            return;
        }
        if is_new && let Some(from) = self.gone.take(&counts) {
            self.was.insert(file.clone(), from.clone());
            let to = file.clone();
            self.moved.push(Moved { from, to });
        }
        self.now.insert(file, counts);
    }

    /// Says that nothing is known of a file or folder (absolute).
    pub fn unread(&mut self, path: &std::path::Path) {
        self.unread.insert(name_of(path, &self.root));
    }

    /// Says of each error of a file that was counted what it is worth.
    pub fn settle(&mut self, view: &mut FileView<'_>) {
        if !view.diagnostics.iter().any(|d| d.level == Level::Error) {
            return;
        }
        let file = name_of(&view.report.path, &self.root);
        let over = self.over(&view.report.path);
        let was = self.was.get(&file).unwrap_or(&file);
        let growth = |id: &str| {
            let baseline = self.baseline?;
            let now = self
                .now
                .get(&file)
                .and_then(|counts| counts.get(id))
                .copied()
                .unwrap_or(0);
            let then = baseline.count(was, id);
            (now > then).then_some(Growth { now, then })
        };
        let mut new_lines = None;
        for diagnostic in view
            .diagnostics
            .iter_mut()
            .filter(|d| d.level == Level::Error)
        {
            let growth = diagnostic.rule.and_then(|rule| growth(&rule.id));
            let standing = if over.is_some() || growth.is_some() || diagnostic.rule.is_none() {
                self.failing += 1;
                Standing::Fails
            } else if self.baseline.is_some() {
                self.held += 1;
                Standing::Held
            } else {
                self.counted += 1;
                Standing::Counted
            };
            let is_new = growth.and_then(|_| {
                let lines = new_lines.get_or_insert_with(|| {
                    self.head
                        .new_lines(&view.report.path, view.report.source.bytes())
                });
                let lines = lines.as_ref()?;
                Some(lines.has(diagnostic.start.line, diagnostic.end.line))
            });
            diagnostic.judge(Judged {
                standing,
                growth,
                is_new,
                over: over.clone(),
            });
        }
    }

    /// What comes of the run, all files of which were settled.
    pub fn verdict(&self) -> Verdict {
        let scopes = self.scopes.iter().filter(|_| self.judges_scopes());
        Verdict {
            baseline: self.baseline.map(|baseline| {
                let compared = self.compared(baseline);
                Ratchet {
                    file: self.name.clone(),
                    held: self.held,
                    grown: compared.grown,
                    stale: compared.stale,
                    moved: compared.moved,
                    unknown: compared.unknown,
                }
            }),
            scopes: scopes
                .map(|(scope, references)| ScopeCount {
                    name: scope.name.clone(),
                    references: *references,
                    max: scope.max,
                    failed: is_over(scope, *references),
                })
                .collect(),
            failing: self.failing,
            counted: self.counted,
        }
    }

    /// Whether the run fails, once all files are counted.
    pub fn fails(&self) -> bool {
        let is_over =
            self.judges_scopes() && self.scopes.iter().any(|(scope, all)| is_over(scope, *all));
        let has_grown = self
            .baseline
            .is_some_and(|baseline| !self.compared(baseline).grown.is_empty());
        is_over || has_grown
    }

    /// The counts of the run against a baseline.
    pub fn compared(&self, baseline: &Baseline) -> Compared {
        let unread = |file: &str| {
            let mut above = file;
            loop {
                if self.unread.contains(above) {
                    return true;
                }
                match above.rsplit_once('/') {
                    Some((folder, _)) => above = folder,
                    None => return self.unread.contains(""),
                }
            }
        };
        let mut compared = compare(
            baseline,
            &self.now,
            &self.moved,
            &self.known,
            self.part,
            unread,
        );
        if self.part == Part::Some {
            // A part of the rules lacks the others.
            compared.unknown.clear();
        }
        compared
    }

    /// What a baseline becomes after the run.
    pub fn updated(&self, baseline: &Baseline, update: Update) -> Baseline {
        merged(
            baseline,
            &self.now,
            &self.compared(baseline),
            update,
            self.part,
        )
    }

    fn judges_scopes(&self) -> bool {
        self.part == Part::Whole || self.baseline.is_none()
    }

    /// The first scope of a file that has too many.
    fn over(&self, file: &std::path::Path) -> Option<OverMax> {
        if !self.judges_scopes() {
            return None;
        }
        let (scope, _) = self
            .scopes
            .iter()
            .find(|(scope, references)| is_over(scope, *references) && scope.holds(file))?;
        Some(OverMax {
            scope: scope.name.clone(),
            max: scope.max?,
        })
    }
}

fn is_over(scope: &Scope, references: usize) -> bool {
    scope.max.is_some_and(|max| references as u64 > max)
}

//! What is told of homes, among what is told of the files of a run.

use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::config::Home;
use crate::engine::{Engine, FileReport};
use crate::finding::{Code, Finding, Level};
use crate::lang::Suppressions;
use crate::mapping::HomeSource;
use crate::text::LineIndex;

/// A finding about a home, and its file.
#[derive(Clone, Debug)]
pub struct HomeFinding {
    /// Absolute: a source, or the configuration.
    pub file: PathBuf,
    /// The id of the rule that the home stays.
    pub rule: String,
    /// What is told; its rule is found by its id.
    pub finding: Finding,
}

impl HomeFinding {
    /// By the bytes of the file, as reports are.
    pub(super) fn order(&self) -> impl Ord + '_ {
        let range = &self.finding.range;
        let file = self.file.as_os_str().as_encoded_bytes();
        (file, range.start, range.end, self.finding.code, &self.rule)
    }

    pub(super) fn new(
        file: PathBuf,
        home: &Home,
        code: Code,
        range: Range<usize>,
        message: String,
        help: String,
    ) -> Self {
        let text = home.text();
        Self {
            file,
            rule: HomeSource::id(&text),
            finding: Finding {
                code,
                level: Level::Error,
                range,
                path: Some(text),
                successor: None,
                message,
                help: Some(help),
                rule: None,
            },
        }
    }
}

/// The reports of a run with what is told of homes, in the order of their files.
pub struct Reports<'h> {
    left: std::iter::Peekable<std::vec::IntoIter<&'h HomeFinding>>,
    /// Whether they are told; else they are only what a comment keeps.
    are_told: bool,
}

impl<'h> Reports<'h> {
    /// Those of these findings, sorted by file. If they are not told, they still give comments something to keep.
    pub fn of(findings: impl Iterator<Item = &'h HomeFinding>, are_told: bool) -> Self {
        Self {
            left: findings.collect::<Vec<_>>().into_iter().peekable(),
            are_told,
        }
    }

    /// Adds to the report of a file what is told of it, and returns the reports of files before it.
    pub fn add(&mut self, engine: &Engine<'_>, report: &mut FileReport) -> Vec<FileReport> {
        let before = self.before(engine, Some(&report.path));
        let mut own = Vec::new();
        while let Some(found) = self.left.next_if(|found| found.file == report.path) {
            own.push(found);
        }
        tell(engine, report, &own, self.are_told);
        before
    }

    /// The reports of all files that are left.
    pub fn rest(&mut self, engine: &Engine<'_>) -> Vec<FileReport> {
        self.before(engine, None)
    }

    fn before(&mut self, engine: &Engine<'_>, file: Option<&Path>) -> Vec<FileReport> {
        let key = |path: &Path| path.as_os_str().as_encoded_bytes().to_owned();
        let end = file.map(key);
        let is_before =
            |found: &&HomeFinding| end.as_ref().is_none_or(|end| key(&found.file) < *end);
        let mut reports = Vec::new();
        while let Some(first) = self.left.next_if(is_before) {
            let mut own = vec![first];
            while let Some(found) = self.left.next_if(|found| found.file == first.file) {
                own.push(found);
            }
            if self.are_told {
                let mut report = engine.unplanned(&first.file);
                tell(engine, &mut report, &own, true);
                reports.push(report);
            }
        }
        reports
    }
}

/// Adds findings to a report, but for those that a comment keeps.
fn tell(engine: &Engine<'_>, report: &mut FileReport, found: &[&HomeFinding], are_told: bool) {
    if found.is_empty() {
        return;
    }
    let active = engine.language_of(&report.path);
    let text = report.source.text();
    let lines = LineIndex::new(text);
    // A file may have changed since it was read.
    let inside = |finding: &Finding| text.get(finding.range.clone()).is_some();
    let kept = active.map(|active| Suppressions::of(text, active.comment_sign()));
    let mut told = Vec::new();
    let mut kept_lines = Vec::new();
    for one in found.iter().filter(|one| inside(&one.finding)) {
        let start = one.finding.range.start;
        if kept.as_ref().is_some_and(|kept| kept.keeps(start)) {
            kept_lines.push(lines.line_of(start));
            continue;
        }
        let rules = active.map_or(&[][..], |active| active.table().rules());
        told.push(Finding {
            // The configuration is no source: nothing excuses what is wrong with it.
            rule: rules
                .iter()
                .position(|rule| rule.id == one.rule)
                .filter(|_| one.finding.code != Code::NoHome),
            ..one.finding.clone()
        });
    }
    let plan = &mut report.plan;
    plan.findings.retain(|finding| {
        finding.code != Code::UnusedKeep
            || !kept_lines.contains(&lines.line_of(finding.range.start))
    });
    plan.findings.extend(told.into_iter().filter(|_| are_told));
    plan.findings.sort_by_key(|finding| finding.range.start);
}

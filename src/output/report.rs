//! All records of a report together, for formats that sort, count or cut.

use std::io::{self, Write};

use super::Renderer;
use super::json::{Finding, Name, Plan};
use super::record::{Counts, End, FailureOf, Header, Record, RuleLine};
use crate::baseline::{Ratchet, ScopeCount};

/// What a run said.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What it is about.
    pub header: Option<Header>,
    /// Each file, in the order of the report.
    pub files: Vec<File>,
    /// What failed.
    pub failures: Vec<FailureOf>,
    /// Counts of each rule.
    pub rules: Vec<RuleLine>,
    /// Scopes.
    pub scopes: Vec<ScopeCount>,
    /// What the baseline says.
    pub baseline: Option<Ratchet>,
    /// The counts of the run.
    pub summary: Option<Counts>,
    /// How it ended.
    pub end: Option<End>,
}

/// What is said of a file.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name.
    pub name: Name,
    /// What a person is told, and what a baseline holds; empty if there is a plan.
    findings: Vec<Finding>,
    /// What would be done to it.
    pub plan: Option<Plan>,
}

impl File {
    /// Everything that is said of it.
    pub fn findings(&self) -> &[Finding] {
        match &self.plan {
            Some(plan) => &plan.findings,
            None => &self.findings,
        }
    }

    /// What a person is told of it.
    pub fn told(&self) -> impl Iterator<Item = &Finding> {
        self.findings().iter().filter(|finding| finding.is_told())
    }
}

impl Report {
    /// Takes a record in.
    pub fn add(&mut self, record: &Record) {
        match record {
            Record::Header(header) => self.header = Some(header.clone()),
            Record::Finding(of) => match self.files.last_mut() {
                Some(file) if file.name == of.name => file.findings.push(of.finding.clone()),
                _ => self.files.push(File {
                    name: of.name.clone(),
                    findings: vec![of.finding.clone()],
                    plan: None,
                }),
            },
            Record::Plan(plan) => self.files.push(File {
                name: plan.name.clone(),
                findings: Vec::new(),
                plan: Some(plan.clone()),
            }),
            Record::Failure(failure) => self.failures.push(failure.clone()),
            Record::Rule(rule) => self.rules.push(rule.clone()),
            Record::Scope(scope) => self.scopes.push(scope.clone()),
            Record::Baseline(baseline) => self.baseline = Some(baseline.clone()),
            Record::Summary(counts) => self.summary = Some(*counts),
            Record::End(end) => self.end = Some(*end),
        }
    }

    /// All that people are told, with its file.
    pub fn told(&self) -> impl Iterator<Item = (&File, &Finding)> {
        self.files
            .iter()
            .flat_map(|file| file.told().map(move |finding| (file, finding)))
    }

    /// The same, errors first, then by file.
    pub fn worst_first(&self) -> Vec<(&File, &Finding)> {
        let mut all: Vec<_> = self.told().collect();
        all.sort_by_key(|(_, finding)| std::cmp::Reverse(finding.level));
        all
    }

    /// A file's name from the project root, `/` between the names, without `./` before it.
    pub fn from_root(&self, name: &Name) -> String {
        let path = if cfg!(windows) {
            name.path.replace('\\', "/")
        } else {
            name.path.clone()
        };
        let path = path.strip_prefix("./").unwrap_or(&path);
        let Some(header) = &self.header else {
            return path.to_owned();
        };
        if let Some(below) = path.strip_prefix(&header.root)
            && let Some(below) = below.strip_prefix('/')
        {
            return below.to_owned();
        }
        match &header.prefix {
            Some(prefix) if !path.starts_with('/') => normal(&format!("{prefix}{path}")),
            _ => path.to_owned(),
        }
    }

    /// How many of each level people are told of: errors, reviews, notes.
    pub fn counts(&self) -> [usize; 3] {
        use crate::finding::Level;
        let mut counts = [0; 3];
        for (_, finding) in self.told() {
            counts[match finding.level {
                Level::Error => 0,
                Level::Review => 1,
                Level::Note => 2,
            }] += 1;
        }
        counts
    }
}

/// `a/../b` is `b`.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Prints a report once it is whole.
type Print = fn(&Report, &mut dyn Write) -> io::Result<()>;

struct Whole {
    report: Report,
    print: Print,
}

/// A renderer that waits for the end. One that is cut off prints nothing.
pub fn whole(print: Print) -> Box<dyn Renderer> {
    Box::new(Whole {
        report: Report::default(),
        print,
    })
}

impl Renderer for Whole {
    fn record(&mut self, record: &Record, out: &mut dyn Write) -> io::Result<()> {
        self.report.add(record);
        match record {
            Record::End(_) => (self.print)(&self.report, out),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::sample;
    use super::*;

    #[test]
    fn names_are_from_the_root() {
        let mut report = Report::default();
        let from_root = |report: &Report, path: &str| report.from_root(&Name::of(Path::new(path)));
        assert_eq!(from_root(&report, "./a.rs"), "a.rs");
        let mut header = sample::header();
        header.prefix = Some("sub/".to_owned());
        report.header = Some(header.clone());
        assert_eq!(from_root(&report, "a.rs"), "sub/a.rs");
        assert_eq!(from_root(&report, "../a.rs"), "a.rs");
        assert_eq!(from_root(&report, "/project/x/a.rs"), "x/a.rs");
        assert_eq!(from_root(&report, "/projects/a.rs"), "/projects/a.rs");
        header.prefix = None;
        report.header = Some(header);
        assert_eq!(from_root(&report, "a.rs"), "a.rs");
    }
}

//! What is said of a file: its references and findings as one sorted list.
//!
//! This is where `check` and a rewrite differ. A renderer sees only the list.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::baseline::{Judged, Standing};
use crate::engine::FileReport;
use crate::finding::{Code, Finding, Level};
use crate::mapping::{Origin, Rule};
use crate::plan::Reference;
use crate::text::{LineColumn, LineIndex};

/// What the list is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Every reference is an error, whether it can be rewritten or not.
    Check,
    /// Only what a person should know about a rewrite: the findings.
    Rewrite,
}

/// One thing to tell.
#[derive(Clone, Debug)]
pub struct Diagnostic<'a> {
    /// What kind.
    pub code: Code,
    /// How much it matters.
    pub level: Level,
    /// Bytes of the text; in bounds and on character boundaries.
    pub range: Range<usize>,
    /// Where the range starts.
    pub start: LineColumn,
    /// Where it ends: the place after its last character.
    pub end: LineColumn,
    /// The deprecated path; `None` if it is about no path.
    pub path: Option<&'a str>,
    /// What it becomes.
    pub successor: Option<&'a str>,
    /// One sentence, lower case, no period.
    pub message: Cow<'a, str>,
    /// What else is to be said of the same reference, each like the message.
    pub also: Vec<&'a str>,
    /// What to do.
    pub help: Option<Cow<'a, str>>,
    /// The rule behind it.
    pub rule: Option<&'a Rule>,
    /// What a baseline and scopes say of it; `None` if there are none, or it is no error.
    pub judged: Option<Judged>,
}

/// Everything to tell of a file, by position. `rules` are those of the table that the report was
/// made with.
pub fn diagnostics<'a>(
    report: &'a FileReport,
    rules: &'a [Rule],
    mode: Mode,
) -> Vec<Diagnostic<'a>> {
    let plan = &report.plan;
    let place = Places {
        text: report.source.text(),
        lines: LineIndex::new(report.source.text()),
        rules,
    };
    let mut list = Vec::new();
    match mode {
        Mode::Rewrite => list.extend(plan.findings.iter().map(|finding| place.finding(finding))),
        Mode::Check => {
            let mut of_reference: BTreeMap<usize, Vec<&Finding>> = BTreeMap::new();
            for finding in &plan.findings {
                match reference_of(finding, &plan.references) {
                    Some(index) => of_reference.entry(index).or_default().push(finding),
                    None => list.push(place.finding(finding)),
                }
            }
            for (index, reference) in plan.references.iter().enumerate() {
                let findings = of_reference.remove(&index).unwrap_or_default();
                list.push(place.reference(reference, findings));
            }
        }
    }
    list.sort_by(|a, b| key(a).cmp(&key(b)));
    list
}

/// The order of the list; the same whatever order a language made the plan in.
fn key<'d>(diagnostic: &'d Diagnostic<'_>) -> impl Ord + 'd {
    (
        diagnostic.range.start,
        diagnostic.range.end,
        std::cmp::Reverse(diagnostic.level),
        diagnostic.code,
        diagnostic.path,
    )
}

/// The reference that a finding is about: at the same range, with the same path if there are
/// several (a glob may stand for many). A note is about no reference.
fn reference_of(finding: &Finding, references: &[Reference]) -> Option<usize> {
    if finding.level == Level::Note {
        return None;
    }
    let here = |reference: &Reference| reference.range == finding.range;
    references
        .iter()
        .position(|reference| here(reference) && Some(&reference.path) == finding.path.as_ref())
        .or_else(|| references.iter().position(here))
}

struct Places<'a> {
    text: &'a str,
    lines: LineIndex,
    rules: &'a [Rule],
}

impl<'a> Places<'a> {
    /// A reference of `check`: an error, with the code and the message of its strongest finding.
    fn reference(&self, reference: &'a Reference, findings: Vec<&'a Finding>) -> Diagnostic<'a> {
        let successor = reference.successor.as_deref();
        let mut diagnostic = self.at(reference.range.clone(), Some(reference.rule));
        diagnostic.path = Some(&reference.path);
        diagnostic.successor = successor;
        // The first of those with the highest level; `max_by_key` would take the last.
        let strongest = findings.iter().rev().max_by_key(|finding| finding.level);
        if let Some(strongest) = strongest {
            diagnostic.code = strongest.code;
            diagnostic.message = Cow::Borrowed(&strongest.message);
            diagnostic.help = strongest.help.as_deref().map(Cow::Borrowed);
            diagnostic.successor = successor.or(strongest.successor.as_deref());
            let rest = findings.iter().filter(|finding| finding != &strongest);
            diagnostic.also = rest.map(|finding| finding.message.as_str()).collect();
        } else if let Some(Origin::Home { .. }) = diagnostic.rule.map(|rule| &rule.origin) {
            diagnostic.code = Code::OffHome;
            diagnostic.message = Cow::Owned(format!(
                "`{}` is not the home of what it names",
                reference.path
            ));
        } else {
            let word = diagnostic.rule.and_then(|rule| rule.word.as_deref());
            let word = word.unwrap_or("deprecated");
            diagnostic.message = Cow::Owned(format!("`{}` is {word}", reference.path));
        }
        diagnostic.advise();
        diagnostic
    }

    fn finding(&self, finding: &'a Finding) -> Diagnostic<'a> {
        let mut diagnostic = self.at(finding.range.clone(), finding.rule);
        diagnostic.code = finding.code;
        diagnostic.level = finding.level;
        diagnostic.path = finding.path.as_deref();
        diagnostic.successor = finding.successor.as_deref();
        diagnostic.message = Cow::Borrowed(&finding.message);
        diagnostic.help = finding.help.as_deref().map(Cow::Borrowed);
        if diagnostic.level == Level::Error {
            diagnostic.advise();
        }
        diagnostic
    }

    /// An error at a place. What does not fit the text is brought into it: a renderer must not
    /// panic because a range is wrong.
    fn at(&self, range: Range<usize>, rule: Option<usize>) -> Diagnostic<'a> {
        let start = self.text.floor_char_boundary(range.start);
        let end = self.text.ceil_char_boundary(range.end.max(start));
        Diagnostic {
            code: Code::Deprecated,
            level: Level::Error,
            range: start..end,
            start: self.lines.place(start, self.text),
            end: self.lines.place(end, self.text),
            path: None,
            successor: None,
            message: Cow::Borrowed(""),
            also: Vec::new(),
            help: None,
            rule: rule.and_then(|index| self.rules.get(index)),
            judged: None,
        }
    }
}

impl Diagnostic<'_> {
    /// Takes in what a baseline and scopes say, and adds it to the message if it is why the check fails.
    pub fn judge(&mut self, judged: Judged) {
        let mut why = Vec::new();
        if let Some(growth) = judged.growth {
            why.push(format!(
                "{} in this file, the baseline has {}",
                growth.now, growth.then
            ));
            if judged.is_new == Some(true) {
                why.push("on a new line".to_owned());
            }
        }
        if let Some(over) = &judged.over {
            why.push(format!("scope `{}` may have {}", over.scope, over.max));
        }
        if !why.is_empty() {
            self.message = Cow::Owned(format!("{}: {}", self.message, why.join(", ")));
        }
        if judged.standing != Standing::Fails {
            // As all that never changes the exit status.
            self.level = Level::Note;
        }
        self.judged = Some(judged);
    }

    /// Whether it is told to people: what a baseline holds, or is only counted, is not.
    pub fn is_told(&self) -> bool {
        let standing = self.judged.as_ref().map(|judged| judged.standing);
        standing.is_none_or(|standing| standing == Standing::Fails)
    }

    /// Names the successor as help, if nothing better was said.
    fn advise(&mut self) {
        if let (None, Some(successor)) = (&self.help, self.successor) {
            self.help = Some(Cow::Owned(format!("use `{successor}`")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::text::Source;

    fn told(mode: Mode) -> Vec<(Level, &'static str, usize)> {
        let report = sample::report();
        let rules = sample::rules();
        let list = diagnostics(&report, &rules, mode);
        list.iter()
            .map(|diagnostic| {
                (
                    diagnostic.level,
                    diagnostic.code.as_str(),
                    diagnostic.start.line,
                )
            })
            .collect()
    }

    #[test]
    fn check_tells_each_reference_once_and_as_an_error() {
        assert_eq!(
            told(Mode::Check),
            [
                (Level::Error, "deprecated", 2),
                (Level::Error, "review", 3),
                (Level::Error, "macro", 6),
                (Level::Note, "text", 7),
            ]
        );
    }

    #[test]
    fn a_rewrite_tells_findings_only() {
        assert_eq!(
            told(Mode::Rewrite),
            [
                (Level::Review, "review", 3),
                (Level::Review, "kept-name", 3),
                (Level::Error, "macro", 6),
                (Level::Note, "text", 7),
            ]
        );
    }

    #[test]
    fn what_else_is_said_of_a_reference_is_kept() {
        let report = sample::report();
        let rules = sample::rules();
        let list = diagnostics(&report, &rules, Mode::Check);
        assert_eq!(list[1].also, ["the local name `Old` was kept"]);
    }

    #[test]
    fn a_glob_has_one_diagnostic_a_path() {
        let mut report = sample::report();
        let glob = report.plan.references[0].clone();
        report.plan.findings.truncate(1);
        report.plan.findings[0].range = glob.range.clone();
        report.plan.findings[0].path = Some("old::a::G".to_owned());
        let other = Reference {
            path: "old::a::G".to_owned(),
            ..glob.clone()
        };
        report.plan.references = vec![glob, other];
        let rules = sample::rules();
        let list = diagnostics(&report, &rules, Mode::Check);
        let told: Vec<_> = list.iter().map(|d| (d.code, d.path)).collect();
        assert_eq!(
            told,
            [
                (Code::Deprecated, Some("old::a::Foo")),
                (Code::Review, Some("old::a::G")),
            ]
        );
    }

    #[test]
    fn wrong_ranges_and_rules_do_not_panic() {
        let mut report = sample::report();
        report.source = Source::of_text("é".to_owned());
        for finding in &mut report.plan.findings {
            finding.rule = Some(99);
        }
        report.plan.references[0].range = 1..9;
        let rules = sample::rules();
        for mode in [Mode::Check, Mode::Rewrite] {
            for diagnostic in diagnostics(&report, &rules, mode) {
                assert!(report.source.text().get(diagnostic.range).is_some());
            }
        }
    }
}

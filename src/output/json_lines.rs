//! One JSON object a line: a finding, or with `diff` the plan of a file; a file or folder that failed; at
//! the end the counts of the run, and of each rule if they are asked for. See [`json`](super::json) for
//! what the keys mean.

use std::io::{self, Write};

use serde::Serialize;

use super::json::{Finding, Name, Plan, RuleInfo, VERSION};
use super::{Failed, FileView, Renderer};
use crate::baseline::Verdict;
use crate::engine::{RuleCounts, Summary};
use crate::mapping::Rule;
use crate::text::LineColumn;

/// A line for each finding.
#[derive(Debug)]
pub struct Findings;

/// A line for each file that changes or has findings.
#[derive(Debug)]
pub struct Plans;

/// `type` tells the kinds of lines apart.
#[derive(Serialize)]
struct Line<T> {
    version: u32,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(flatten)]
    content: T,
}

#[derive(Serialize)]
struct FindingOf<'a> {
    #[serde(flatten)]
    name: Name,
    #[serde(flatten)]
    finding: Finding<'a>,
}

#[derive(Serialize)]
struct FailureOf<'a> {
    #[serde(flatten)]
    name: Name,
    message: &'a str,
    start: Option<LineColumn>,
}

/// Counts of a run; `elapsed` in seconds.
#[derive(Serialize)]
struct Counts {
    searched: usize,
    parsed: usize,
    changed: usize,
    rewritten: usize,
    left: usize,
    reviews: usize,
    failed: usize,
    elapsed: f64,
}

#[derive(Serialize)]
struct RuleLine<'a> {
    rule: RuleInfo<'a>,
    references: usize,
    files: usize,
    rewritten: usize,
    reviews: usize,
    left: usize,
}

fn failure_line(failed: &Failed, out: &mut dyn Write) -> io::Result<()> {
    let content = FailureOf {
        name: Name::of(&failed.path),
        message: &failed.message,
        start: failed.start,
    };
    write_line(out, "failure", content)
}

fn summary_lines(
    summary: &Summary,
    rules: &[(&Rule, &RuleCounts)],
    out: &mut dyn Write,
) -> io::Result<()> {
    for (rule, counts) in rules {
        let content = RuleLine {
            rule: (*rule).into(),
            references: counts.references,
            files: counts.files,
            rewritten: counts.rewritten,
            reviews: counts.reviews,
            left: counts.left,
        };
        write_line(out, "rule", content)?;
    }
    let content = Counts {
        searched: summary.searched,
        parsed: summary.parsed,
        changed: summary.changed,
        rewritten: summary.rewritten,
        left: summary.left,
        reviews: summary.reviews,
        failed: summary.failed,
        elapsed: summary.elapsed.as_secs_f64(),
    };
    write_line(out, "summary", content)
}

impl Renderer for Findings {
    fn failure(&mut self, failed: &Failed, out: &mut dyn Write) -> io::Result<()> {
        failure_line(failed, out)
    }

    fn summary(
        &mut self,
        summary: &Summary,
        rules: &[(&Rule, &RuleCounts)],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        summary_lines(summary, rules, out)
    }

    fn verdict(&mut self, verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
        for scope in &verdict.scopes {
            write_line(out, "scope", scope)?;
        }
        match &verdict.baseline {
            Some(baseline) => write_line(out, "baseline", baseline),
            None => Ok(()),
        }
    }

    fn file(&mut self, file: &FileView<'_>, out: &mut dyn Write) -> io::Result<()> {
        for diagnostic in &file.diagnostics {
            let content = FindingOf {
                name: Name::of(&file.report.display),
                finding: Finding::of(diagnostic, &file.report.source),
            };
            write_line(out, "finding", content)?;
        }
        Ok(())
    }
}

impl Renderer for Plans {
    fn failure(&mut self, failed: &Failed, out: &mut dyn Write) -> io::Result<()> {
        failure_line(failed, out)
    }

    fn summary(
        &mut self,
        summary: &Summary,
        rules: &[(&Rule, &RuleCounts)],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        summary_lines(summary, rules, out)
    }

    fn file(&mut self, file: &FileView<'_>, out: &mut dyn Write) -> io::Result<()> {
        let plan = &file.report.plan;
        if plan.edits.is_empty() && plan.references.is_empty() && file.diagnostics.is_empty() {
            return Ok(());
        }
        write_line(out, "plan", Plan::of(file))
    }
}

fn write_line(out: &mut dyn Write, kind: &'static str, content: impl Serialize) -> io::Result<()> {
    let line = Line {
        version: VERSION,
        kind,
        content,
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::sample::{rendered, report, rules, snapshot};
    use crate::output::{Color, Format, Mode};
    use crate::text::{Encoding, Source};

    #[test]
    fn check() {
        snapshot(
            "json-lines-check",
            &rendered(Format::JsonLines, Mode::Check, Color::Never),
        );
    }

    #[test]
    fn diff_prints_plans() {
        let (report, rules) = (report(), rules());
        let file = FileView::new(&report, &rules, Mode::Rewrite);
        let mut out = Vec::new();
        let renderer = Format::JsonLines.plan_renderer();
        let mut renderer = renderer.expect("a json format prints plans");
        renderer.file(&file, &mut out).expect("a vector takes all");
        renderer.finish(&mut out).expect("a vector takes all");
        let text = String::from_utf8(out).expect("JSON is text");
        assert_eq!(text.lines().count(), 1);
        let value: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
        snapshot(
            "json-lines-plan",
            &serde_json::to_string_pretty(&value).expect("serialises"),
        );
    }

    #[test]
    fn ranges_are_of_the_file_and_columns_of_the_text() {
        let (mut report, rules) = (report(), rules());
        let encoding = Encoding::of_label("gb18030").expect("known");
        let bytes = encoding.encode(report.source.text()).expect("it has all");
        report.source = Source::decode(bytes.clone(), encoding).expect("it was encoded");
        let file = FileView::new(&report, &rules, Mode::Check);
        let mut out = Vec::new();
        Plans.file(&file, &mut out).expect("a vector takes all");
        let plan: serde_json::Value = serde_json::from_slice(&out).expect("it is JSON");
        assert_eq!(plan["encoding"], "gb18030");
        let of_file = |place: &serde_json::Value| {
            let at = |key: &str| place["bytes"][key].as_u64().expect("a number") as usize;
            bytes[at("start")..at("end")].to_owned()
        };
        let (reference, finding) = (&plan["references"][2], &plan["findings"][3]);
        assert_eq!(of_file(reference), b"old::a::Foo");
        assert_eq!(of_file(finding), b"old::a::Foo");
        assert_eq!(reference["start"]["column"], 18);
    }

    #[test]
    fn a_file_of_which_nothing_is_told_has_no_line() {
        let (mut report, rules) = (report(), rules());
        report.plan = crate::plan::Plan::default();
        let file = FileView::new(&report, &rules, Mode::Rewrite);
        let mut out = Vec::new();
        Plans.file(&file, &mut out).expect("a vector takes all");
        Findings.file(&file, &mut out).expect("a vector takes all");
        assert!(out.is_empty());
    }
}

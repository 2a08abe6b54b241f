//! The lines of a migration that people read. Pure: what is printed where is decided elsewhere.

use std::path::Path;

use anstream::adapter::strip_str;
use clap_cargo::style;

use crate::gate::{Asked, Counts, Expectation, Gate, Outcome, Phase, shown_duration};
use crate::output::Color;
use crate::output::summary::counted;
use crate::text::one_line;
use crate::usecase::migrate::{Left, News};

/// Lines of the end of a log that are shown where a gate is not as it has to be.
const LAST_LINES: usize = 12;

/// Which sentence ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// All phases, over all of the project or over a part of it.
    Migrated(Extent),
    /// One phase.
    Phase(Phase),
    /// It was taken back.
    TakenBack,
}

/// Of how much is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// The project.
    Whole,
    /// What the PATHs and the options leave of it.
    Part,
}

/// The lines that a piece of news has; most have one or none.
pub(super) fn lines(news: &News<'_>, shown: &dyn Fn(&Path) -> String, color: Color) -> Vec<String> {
    let lines = match *news {
        News::Record {
            number,
            folder,
            is_continued,
        } => {
            let verb = if is_continued { "goes on with" } else { "is" };
            vec![format!(
                "this {verb} migration {number}, recorded in {}",
                shown(folder)
            )]
        }
        News::Phase(phase) => vec![format!("{phase}")],
        News::Asking { .. } | News::Elapsed(_) => Vec::new(),
        News::Line(line) => vec![format!("    | {}", one_line(line))],
        News::Answered {
            gate,
            phase,
            asked,
            met,
            log,
        } => answered(gate, phase, asked, met, &shown(log)),
        News::Skipped { gate, why } => {
            vec![format!("  gate {}: not asked, {why}", one_line(&gate.name))]
        }
        News::Planned {
            files,
            units,
            batches,
        } => vec![format!(
            "  {} in {} and {}",
            counted(files, "file"),
            counted(units, "unit"),
            match batches {
                1 => "1 batch".to_owned(),
                several => format!("{several} batches"),
            }
        )],
        News::Batch {
            number,
            of,
            name,
            files,
            ..
        } => vec![format!(
            "  batch {number} of {of}, {}: {}",
            one_line(name),
            counted(files, "file")
        )],
        News::Searching { files, gate } => vec![format!(
            "    gate {} fails with the batch and passes without it: searching {}",
            one_line(gate),
            counted(files, "file")
        )],
        News::Quarantined(blamed) => {
            let log = blamed
                .log
                .as_ref()
                .map_or(String::new(), |log| format!(" (log {log})"));
            vec![format!(
                "    quarantined {}: {}{log}",
                blamed.file.shown(),
                blamed.why()
            )]
        }
        News::Done {
            number,
            of,
            files,
            references,
            quarantined,
            took,
            ..
        } => {
            let out = match quarantined {
                0 => String::new(),
                several => format!(", {several} quarantined"),
            };
            vec![format!(
                "  batch {number} of {of} done: {}, {} migrated{out}; {}",
                counted(files, "file"),
                counted(
                    usize::try_from(references).unwrap_or(usize::MAX),
                    "reference"
                ),
                shown_duration(took)
            )]
        }
        News::TakingBack { transactions } => {
            vec![format!(
                "taking back {}",
                counted(transactions, "transaction")
            )]
        }
    };
    let is_head = matches!(news, News::Phase(_));
    let paint = |line: String| match color {
        Color::Always if is_head => format!("{0}{line}{0:#}", style::HEADER),
        Color::Always => line,
        Color::Never => strip_str(&line).to_string(),
    };
    lines.into_iter().map(paint).collect()
}

fn answered(gate: &Gate, phase: Phase, asked: &Asked, met: bool, log: &str) -> Vec<String> {
    let expected = gate.expected.of(phase);
    let outcome = match (&asked.outcome, expected, met) {
        (Outcome::Passed, Expectation::Fail, _) => "passed, and has to fail".to_owned(),
        (Outcome::Passed, ..) => "passed".to_owned(),
        (Outcome::Failed(_), Expectation::Fail, true) => "failed, as it has to".to_owned(),
        (Outcome::Failed(why), Expectation::Pass, _) => format!("failed, and has to pass: {why}"),
        (Outcome::Failed(why), ..) => format!("failed: {why}"),
        (Outcome::Broken(why), ..) => format!("cannot be asked: {why}"),
    };
    let run = asked.last();
    // A reason that is shown names its counts.
    let is_reason_shown = match &asked.outcome {
        Outcome::Passed => false,
        Outcome::Failed(_) => !(met && expected == Expectation::Fail),
        Outcome::Broken(_) => true,
    };
    let counts = run.and_then(|run| run.counts).filter(|_| !is_reason_shown);
    let counts = counts.map(tests);
    let took = run.map(|run| shown_duration(std::time::Duration::from_millis(run.millis)));
    let mut line = format!("  gate {}: {}", one_line(&gate.name), one_line(&outcome));
    for more in counts.into_iter().chain(took) {
        line.push_str(", ");
        line.push_str(&more);
    }
    if asked.flaky {
        line.push_str(", flaky: it failed first");
    }
    let mut lines = vec![line];
    let is_shown = !met || matches!(asked.outcome, Outcome::Broken(_));
    if let Some(run) = run.filter(|_| is_shown && expected != Expectation::Any) {
        let from = run.last_lines.len().saturating_sub(LAST_LINES);
        for line in &run.last_lines[from..] {
            lines.push(format!("    | {line}"));
        }
        lines.push(format!("    = log: {log}"));
    }
    lines
}

/// `39/42 passed`, and what was skipped.
pub(in crate::cli) fn tests(counts: Counts) -> String {
    let passed = counts
        .passed
        .map_or("?".to_owned(), |passed| passed.to_string());
    let mut text = match counts.ran() {
        Some(ran) => format!("{passed}/{ran} passed"),
        None => format!("{passed} passed"),
    };
    if let Some(skipped) = counts.skipped.filter(|skipped| *skipped > 0) {
        text.push_str(&format!(", {skipped} skipped"));
    }
    text
}

/// The last line of all.
pub(super) fn end(ending: Ending, exit: u8, left: Left) -> String {
    let references = counted(
        usize::try_from(left.references).unwrap_or(usize::MAX),
        "reference",
    );
    let out = match left.quarantined {
        0 => String::new(),
        1 => ", 1 file quarantined".to_owned(),
        several => format!(", {several} files quarantined"),
    };
    match (ending, exit) {
        (Ending::TakenBack, 0) => "the migration is taken back".to_owned(),
        (Ending::TakenBack, _) => "the migration is not taken back".to_owned(),
        (Ending::Phase(phase), 0) => format!("{phase}: as expected"),
        (Ending::Phase(Phase::After), 1) => format!("after: {references} left"),
        (Ending::Phase(phase), _) => format!("{phase}: not as expected"),
        (Ending::Migrated(_), 0) if left.references > 0 => {
            format!("migrated: {references} left, which scopes or the baseline allow")
        }
        (Ending::Migrated(Extent::Whole), 0) => {
            "migrated: no deprecated references are left".to_owned()
        }
        (Ending::Migrated(Extent::Part), 0) => {
            "migrated: no deprecated references are left in this part of the project".to_owned()
        }
        (Ending::Migrated(_), 1) => format!("migrated in part: {references} left{out}"),
        (Ending::Migrated(_), _) if left.references > 0 || left.quarantined > 0 => {
            format!("not as expected: {references} left{out}")
        }
        (Ending::Migrated(_), _) => "not as expected".to_owned(),
    }
}

//! Status for people at a terminal.

use std::fmt::Write as _;
use std::time::Duration;

use clap_cargo::style;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use super::super::migrate::tests;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::gate::{Outcome, shown_duration};
use crate::output::Color;
use crate::output::summary::counted;
use crate::text::one_line;
use crate::transaction::shown_time;
use crate::usecase::status::{GateCourse, Said, Shift, Status};

/// Cells of the bar of all references, and of one row.
const CELLS: u64 = 30;
const ROW_CELLS: u64 = 10;

/// Columns beside the names of a table: counts of up to six digits, the bar, blanks.
const BESIDE: usize = 32;

/// The change of a shorter time, in milliseconds, is noise.
const LEAST_TOLD: u64 = 1000;

/// Heights of a sparkline, the lowest first.
const HEIGHTS: [char; 8] = [
    '\u{2581}', '\u{2582}', '\u{2583}', '\u{2584}', '\u{2585}', '\u{2586}', '\u{2587}', '\u{2588}',
];

/// The whole text. Where lines of more than `width` columns would break, gates are shown one below the other.
pub(super) fn text(status: &Status, color: Color, width: Option<usize>) -> String {
    let mut out = String::new();
    let head = |text: &str| match color {
        Color::Always => format!("{0}{text}{0:#}", style::HEADER),
        Color::Never => text.to_owned(),
    };
    match &status.migration {
        None => out.push_str("no migration was begun here\n"),
        Some(course) => {
            let state = match (course.state, course.exit) {
                ("done", Some(0)) => "done".to_owned(),
                ("done", Some(2)) if !course.has_written => {
                    "stopped before anything was written".to_owned()
                }
                ("done", _) => "done in part".to_owned(),
                ("taken-back", _) => "taken back".to_owned(),
                ("being-taken-back", _) => {
                    "being taken back: `repoint migrate --abort` goes on".to_owned()
                }
                _ => "unfinished: `repoint migrate --continue` goes on".to_owned(),
            };
            let began = i64::try_from(course.began / 1000).unwrap_or(0);
            let _ = writeln!(
                out,
                "{}, {state}",
                head(&format!("migration {}", course.number))
            );
            let _ = writeln!(
                out,
                "  rules {}; began {}, took {}; {} over, {} migrated",
                one_line(&course.tables.join(", ")),
                shown_time(began),
                shown_duration(Duration::from_millis(course.took)),
                match course.batches {
                    1 => "1 batch".to_owned(),
                    several => format!("{several} batches"),
                },
                counted(course.files, "file")
            );
            if let Some(why) = &course.stopped {
                let _ = writeln!(out, "  stopped: {}", one_line(why));
            }
            for why in &course.missed {
                let _ = writeln!(out, "  missed: {}", one_line(why));
            }
        }
    }
    let all = status.references;
    let _ = writeln!(out, "{}", head("references"));
    let _ = writeln!(
        out,
        "  {} {} of {} moved ({}%), {} left{}",
        bar(all, CELLS),
        all.moved(),
        all.before,
        percent(all),
        all.now,
        match status.quarantined {
            0 => String::new(),
            several => format!(", {several} of them in quarantined files"),
        }
    );
    if status.trend.len() > 1 {
        let _ = writeln!(
            out,
            "  left after each migration: {}",
            sparkline(&status.trend)
        );
    }
    for (by, shifts) in &status.by {
        if shifts.is_empty() {
            continue;
        }
        let mut table = table(&[by, "before", "now", ""]);
        for (name, shift) in shifts {
            let name = if name.is_empty() { "(none)" } else { name };
            let name = one_line(name);
            table.add_row([
                width.map_or(name.clone(), |width| {
                    end_of(&name, width.saturating_sub(BESIDE))
                }),
                shift.before.to_string(),
                shift.now.to_string(),
                bar(*shift, ROW_CELLS),
            ]);
        }
        aligned(&mut table, &[1, 2]);
        push(&mut out, &table);
    }
    if !status.gates.is_empty() {
        let mut table = table(&["gate", "before", "last", "after"]);
        for gate in &status.gates {
            let [before, last, after] = answers(gate);
            table.add_row([one_line(&gate.name), before, last, after]);
        }
        let is_narrow = |line: String| width.is_some_and(|width| line.trim_end().width() >= width);
        match table.lines().any(is_narrow) {
            true => listed(&mut out, &status.gates),
            false => push(&mut out, &table),
        }
        for gate in status.gates.iter().filter(|gate| gate.flaky > 0) {
            let _ = writeln!(out, "  {} was flaky {}", one_line(&gate.name), times(gate));
        }
    }
    if !status.files.is_empty() {
        let _ = writeln!(out, "{}", head("quarantined"));
    }
    for blamed in &status.files {
        let log = blamed
            .log
            .as_ref()
            .map_or(String::new(), |log| format!(", log {log}"));
        let why = format!("{}{log}", blamed.why());
        let _ = writeln!(out, "  {}: {why}", blamed.file.shown());
    }
    out
}

/// The end of a name that is too wide, which tells more than its beginning.
fn end_of(name: &str, columns: usize) -> String {
    if name.width() <= columns {
        return name.to_owned();
    }
    let mut taken = 1;
    let kept = name.char_indices().rev().take_while(|(_, letter)| {
        taken += letter.width().unwrap_or(0);
        taken <= columns
    });
    let start = kept.last().map_or(name.len(), |(at, _)| at);
    format!("\u{2026}{}", &name[start..])
}

fn times(gate: &GateCourse) -> String {
    match gate.flaky {
        1 => format!("once of {} runs", gate.asked),
        several => format!("{several} times of {} runs", gate.asked),
    }
}

/// What a gate said before, the last time, and after.
fn answers(gate: &GateCourse) -> [String; 3] {
    let before = gate.before.as_ref();
    [
        said(before, None),
        said(gate.last.as_ref(), before),
        said(gate.after.as_ref(), before),
    ]
}

/// Gates for a narrow terminal.
fn listed(out: &mut String, gates: &[GateCourse]) {
    for gate in gates {
        let _ = writeln!(out, "  gate {}", one_line(&gate.name));
        for (when, said) in ["before", "last", "after"].iter().zip(answers(gate)) {
            let _ = writeln!(out, "    {when:<6}  {said}");
        }
    }
}

fn table(heads: &[&str]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(heads);
    table
}

fn aligned(table: &mut Table, columns: &[usize]) {
    for column in columns {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

fn push(out: &mut String, table: &Table) {
    for line in table.lines() {
        let _ = writeln!(out, " {}", line.trim_end());
    }
}

/// `passed 23/23 0.89s (+4%)`.
fn said(said: Option<&Said>, before: Option<&Said>) -> String {
    let Some(said) = said else {
        return "-".to_owned();
    };
    let mut text = match said.outcome {
        Outcome::Passed => "passed".to_owned(),
        Outcome::Failed(_) => "failed".to_owned(),
        Outcome::Broken(_) => "broken".to_owned(),
    };
    if let Some(counts) = said.counts {
        text.push_str(&format!(" {}", tests(counts)));
    }
    if let Some(now) = said.millis {
        text.push_str(&format!(", {}", shown_duration(Duration::from_millis(now))));
        if let Some(change) = before
            .and_then(|it| it.millis)
            .and_then(|old| change(old, now))
            .filter(|_| now >= LEAST_TOLD)
        {
            text.push_str(&format!(" ({change:+}%)"));
        }
    }
    text
}

/// By how many percent it became longer.
pub(super) fn change(old: u64, now: u64) -> Option<i64> {
    let (old, now) = (i64::try_from(old).ok()?, i64::try_from(now).ok()?);
    (old > 0).then(|| (now - old) * 100 / old)
}

/// How much of it is done; all of nothing is.
pub(super) fn percent(shift: Shift) -> u64 {
    match shift.before {
        0 if shift.now == 0 => 100,
        0 => 0,
        // 100 is said of all alone.
        before => shift.moved() * 100 / before,
    }
}

fn bar(shift: Shift, cells: u64) -> String {
    let done = percent(shift) * cells / 100;
    let done = usize::try_from(done).unwrap_or(0);
    let cells = usize::try_from(cells).unwrap_or(0);
    format!(
        "{}{}",
        "\u{2588}".repeat(done),
        "\u{2591}".repeat(cells - done)
    )
}

fn sparkline(values: &[u64]) -> String {
    let most = values.iter().copied().max().unwrap_or(0).max(1);
    let top = HEIGHTS.len() as u64 - 1;
    let height = |value: &u64| {
        let at = usize::try_from(value * top / most).unwrap_or(0);
        HEIGHTS[at.min(HEIGHTS.len() - 1)]
    };
    values.iter().map(height).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::gate::Phase;

    fn gate(name: &str, millis: [u64; 2]) -> GateCourse {
        let said = |phase, millis| Said {
            phase,
            outcome: Outcome::Passed,
            met: true,
            counts: None,
            millis: Some(millis),
            log: None,
        };
        GateCourse {
            name: name.to_owned(),
            expected: None,
            before: Some(said(Phase::Before, millis[0])),
            during: None,
            last: Some(said(Phase::After, millis[1])),
            after: Some(said(Phase::After, millis[1])),
            asked: 2,
            flaky: 0,
        }
    }

    #[test]
    fn gates_are_listed_where_their_table_would_break() {
        let status = Status {
            migration: None,
            references: Shift::default(),
            quarantined: 0,
            by: BTreeMap::from([(
                "rule".to_owned(),
                BTreeMap::from([(format!("app.{}.Manager", "a".repeat(70)), Shift::default())]),
            )]),
            gates: vec![
                gate("golden-path-of-the-agents", [4000, 5000]),
                gate("quick", [4, 900]),
            ],
            files: Vec::new(),
            trend: Vec::new(),
        };
        let wide = text(&status, Color::Never, Some(120));
        assert!(
            wide.contains("golden-path-of-the-agents  passed, 4.00s  passed, 5.00s (+25%)  passed"),
            "{wide}"
        );
        // The change of less than a second is noise.
        assert!(wide.contains("passed, 0.90s  "), "{wide}");
        let narrow = text(&status, Color::Never, Some(80));
        let expected = "  gate golden-path-of-the-agents\n    before  passed, 4.00s\n    last    passed, 5.00s (+25%)\n";
        assert!(narrow.contains(expected), "{narrow}");
        assert!(
            narrow.contains("\u{2026}aaa") && narrow.contains("a.Manager "),
            "{narrow}"
        );
        assert!(narrow.lines().all(|line| line.width() < 80), "{narrow}");
    }
}

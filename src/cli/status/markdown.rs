//! Status as the evidence that closes a ticket.

use std::fmt::Write as _;
use std::time::Duration;

use super::super::migrate::tests;
use super::text::percent;
use crate::gate::{Outcome, Phase, shown_duration};
use crate::text::one_line;
use crate::transaction::shown_time;
use crate::usecase::status::{Said, Status};

/// The whole document.
pub(super) fn markdown(status: &Status) -> String {
    let mut out = String::new();
    match &status.migration {
        None => out.push_str("# No migration was begun here\n\n"),
        Some(course) => {
            let began = i64::try_from(course.began / 1000).unwrap_or(0);
            let _ = writeln!(
                out,
                "# Migration {}: {}\n\n{}. Began {}, took {}.\n",
                course.number,
                escaped(&course.tables.join(", ")),
                match (course.state, course.exit) {
                    ("done", Some(0)) => "Done",
                    ("done", _) => "Done in part",
                    ("taken-back", _) => "Taken back",
                    ("being-taken-back", _) => "Being taken back",
                    _ => "Unfinished",
                },
                shown_time(began),
                shown_duration(Duration::from_millis(course.took)),
            );
            if let Some(why) = &course.stopped {
                let _ = writeln!(out, "Stopped: {}.\n", escaped(why));
            }
            for why in &course.missed {
                let _ = writeln!(out, "Missed: {}.\n", escaped(why));
            }
        }
    }
    let all = status.references;
    let _ = writeln!(
        out,
        "## References\n\n{} of {} moved ({}%), {} left, {} of them in quarantined files.\n",
        all.moved(),
        all.before,
        percent(all),
        all.now,
        status.quarantined.min(all.now)
    );
    for (by, shifts) in status.by.iter().filter(|(_, shifts)| !shifts.is_empty()) {
        let _ = writeln!(out, "| {by} | before | now |\n| --- | ---: | ---: |");
        for (name, shift) in shifts {
            let name = if name.is_empty() { "(none)" } else { name };
            let _ = writeln!(
                out,
                "| {} | {} | {} |",
                escaped(name),
                shift.before,
                shift.now
            );
        }
        out.push('\n');
    }
    if !status.gates.is_empty() {
        out.push_str("## Gates\n\n| gate | phase | expected | happened | tests | duration |\n");
        out.push_str("| --- | --- | --- | --- | --- | ---: |\n");
    }
    for gate in &status.gates {
        let phases = [
            (Phase::Before, gate.before.as_ref()),
            (Phase::During, gate.during.as_ref()),
            (Phase::After, gate.after.as_ref()),
        ];
        for (at, (phase, said)) in phases.into_iter().enumerate() {
            let expected = gate
                .expected
                .map_or("-".to_owned(), |all| all[at].to_string());
            let Some(said) = said else {
                if phase != Phase::During {
                    let _ = writeln!(
                        out,
                        "| {} | {phase} | {expected} | not asked | | |",
                        escaped(&gate.name)
                    );
                }
                continue;
            };
            let _ = writeln!(
                out,
                "| {} | {phase} | {expected} | {} | {} | {} |",
                escaped(&gate.name),
                happened(said),
                said.counts.map_or(String::new(), tests),
                said.millis
                    .map_or(String::new(), |it| shown_duration(Duration::from_millis(
                        it
                    )))
            );
        }
    }
    for gate in status.gates.iter().filter(|gate| gate.flaky > 0) {
        let _ = writeln!(
            out,
            "\n{} was flaky: it failed and then passed, {} of {} runs.",
            escaped(&gate.name),
            gate.flaky,
            gate.asked
        );
    }
    if !status.gates.is_empty() {
        out.push('\n');
    }
    if !status.files.is_empty() {
        out.push_str(
            "## Quarantined\n\n| file | references | why | log |\n| --- | ---: | --- | --- |\n",
        );
        for blamed in &status.files {
            let why = blamed.why();
            let _ = writeln!(
                out,
                "| {} | {} | {} | {} |",
                escaped(&blamed.file.shown()),
                blamed.references,
                escaped(&why),
                escaped(blamed.log.as_deref().unwrap_or(""))
            );
        }
        out.push('\n');
    }
    if status
        .migration
        .as_ref()
        .is_some_and(|it| it.state != "taken-back")
    {
        out.push_str("## To take it back\n\n```\nrepoint migrate --abort\n```\n");
    }
    out
}

fn happened(said: &Said) -> String {
    let what = match &said.outcome {
        Outcome::Passed => "passed".to_owned(),
        Outcome::Failed(_) => "failed".to_owned(),
        Outcome::Broken(why) => format!("broken: {}", escaped(why)),
    };
    match said.met {
        true => what,
        false => format!("**{what}**"),
    }
}

/// Text that stays one cell of a table, and no markup.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for char in one_line(text).chars() {
        if matches!(char, '|' | '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']') {
            out.push('\\');
        }
        out.push(char);
    }
    out
}

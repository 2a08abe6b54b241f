//! What `migrate --plan` prints.

use std::fmt::Write as _;

use serde_json::json;

use crate::gate::{Command, shown_duration};
use crate::output::summary::counted;
use crate::text::one_line;
use crate::usecase::migrate::Outlook;

/// Version of the JSON.
const VERSION: u32 = 1;

/// For people.
pub(super) fn text(outlook: &Outlook) -> String {
    let mut text = String::new();
    let units: usize = outlook.batches.iter().map(|batch| batch.units.len()).sum();
    let files: usize = outlook
        .batches
        .iter()
        .flat_map(|it| &it.units)
        .map(Vec::len)
        .sum();
    let _ = writeln!(
        text,
        "{} to migrate in {}: {} in {}",
        counted(
            usize::try_from(outlook.references).unwrap_or(usize::MAX),
            "reference"
        ),
        match outlook.batches.len() {
            1 => "1 batch".to_owned(),
            several => format!("{several} batches"),
        },
        counted(files, "file"),
        counted(units, "unit"),
    );
    for (at, batch) in outlook.batches.iter().enumerate() {
        let _ = writeln!(text, "batch {}, {}", at + 1, one_line(&batch.name));
        for unit in &batch.units {
            let files: Vec<String> = unit.iter().map(|file| file.shown()).collect();
            let _ = writeln!(text, "  {}", files.join(" + "));
        }
    }
    if outlook.gates.is_empty() {
        text.push_str("no gates: every batch passes\n");
    } else {
        text.push_str("gates (before, during, after)\n");
    }
    for gate in &outlook.gates {
        let command = match &gate.gate.command {
            Command::Argv(words) => words.join(" "),
            Command::Shell(line) => line.clone(),
        };
        let expected = gate.gate.expected;
        let took = gate.took.map_or("not known".to_owned(), shown_duration);
        let _ = writeln!(
            text,
            "  {}: {}, {}, {}; took {took}: {}",
            one_line(&gate.gate.name),
            expected.before,
            expected.during,
            expected.after,
            one_line(&command)
        );
    }
    match outlook.estimate {
        Some(estimate) => {
            let _ = writeln!(text, "estimate: {}", shown_duration(estimate));
        }
        None => text.push_str("estimate: not known before the gates were asked once\n"),
    }
    let _ = writeln!(
        text,
        "if one file breaks a gate: at most {} in its batch; if ten do: at most {}",
        counted(outlook.search.0, "more run"),
        outlook.search.1
    );
    text
}

/// For programs.
pub(super) fn json(outlook: &Outlook) -> serde_json::Value {
    let batches = outlook
        .batches
        .iter()
        .map(|batch| json!({ "name": batch.name, "units": batch.units }));
    let gates = outlook.gates.iter().map(|gate| {
        let command = match &gate.gate.command {
            Command::Argv(words) => json!(words),
            Command::Shell(line) => json!(line),
        };
        json!({
            "name": gate.gate.name,
            "run": command,
            "before": gate.gate.expected.before,
            "during": gate.gate.expected.during,
            "after": gate.gate.expected.after,
            "took-ms": gate.took.map(|took| took.as_millis() as u64),
        })
    });
    json!({
        "version": VERSION,
        "references": outlook.references,
        "batches": batches.collect::<Vec<_>>(),
        "gates": gates.collect::<Vec<_>>(),
        "estimate-ms": outlook.estimate.map(|it| it.as_millis() as u64),
        "search": { "runs-for-one": outlook.search.0, "runs-for-ten": outlook.search.1 },
    })
}

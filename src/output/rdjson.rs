//! reviewdog's diagnostics as one JSON document. Columns are bytes of UTF-8, from 1.
//!
//! A suggestion is offered only where the whole change of a file is one edit: that one was planned and
//! verified alone. It stands for whole lines, since that is what reviewers can accept.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::hunks::Hunk;
use super::json::{Finding, Plan};
use super::report::Report;
use crate::finding::Level;

/// Prints it.
///
/// # Errors
/// Those of `out`.
pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut diagnostics = Vec::new();
    for failure in &report.failures {
        let mut place = json!({"path": report.from_root(&failure.name)});
        if let Some(start) = failure.start {
            place["range"] = json!({"start": {"line": start.line}});
        }
        diagnostics.push(json!({
            "message": failure.message,
            "location": place,
            "severity": "ERROR",
        }));
    }
    for file in &report.files {
        let path = report.from_root(&file.name);
        diagnostics.extend(file.told().map(|finding| diagnostic(&path, finding)));
        let suggested = file.plan.as_ref().and_then(|plan| suggested(&path, plan));
        diagnostics.extend(suggested);
    }
    let document = json!({
        "source": {"name": "repoint"},
        "diagnostics": diagnostics,
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

fn diagnostic(path: &str, finding: &Finding) -> Value {
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message.push_str(&format!(" ({help})"));
    }
    let mut code = json!({"value": finding.code});
    if let Some(url) = finding.rule.as_ref().and_then(|rule| rule.url.as_ref()) {
        code["url"] = json!(url);
    }
    json!({
        "message": message,
        "location": {"path": path, "range": range(finding)},
        "severity": match finding.level {
            Level::Error => "ERROR",
            Level::Review => "WARNING",
            Level::Note => "INFO",
        },
        "code": code,
    })
}

fn range(finding: &Finding) -> Value {
    let excerpt = &finding.source;
    let range = excerpt.safe_range();
    let bom = if finding.place.start.line == 1 && excerpt.text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let column = |offset: usize| {
        let before = &excerpt.text[..offset];
        match before.rfind('\n') {
            Some(at) => offset - at,
            None => (excerpt.cut + offset + 1).saturating_sub(bom).max(1),
        }
    };
    let start = json!({"line": finding.place.start.line, "column": column(range.start)});
    let lines = excerpt.text[range.clone()].matches('\n').count();
    if finding.place.start.line + lines != finding.place.end.line {
        // Too long to be shown whole, so the end of it is not here.
        return json!({"start": start});
    }
    let end = json!({"line": finding.place.end.line, "column": column(range.end)});
    json!({"start": start, "end": end})
}

fn suggested(path: &str, plan: &Plan) -> Option<Value> {
    let ([_], [hunk]) = (plan.edits.as_slice(), plan.hunks.as_slice()) else {
        return None;
    };
    let (first, old, new) = changed(hunk)?;
    let references = plan.references.iter().filter(|it| it.rewritten);
    let what: Vec<String> = references
        .map(|it| match &it.successor {
            Some(successor) => format!("`{}` becomes `{successor}`", it.old),
            None => format!("`{}` is deprecated", it.old),
        })
        .collect();
    let place = json!({
        "start": {"line": first, "column": 1},
        "end": {"line": first + old.len() - 1, "column": old.last().map_or(0, |it| it.len()) + 1},
    });
    Some(json!({
        "message": what.join("; "),
        "location": {"path": path, "range": place},
        "severity": "INFO",
        "code": {"value": "deprecated"},
        "suggestions": [{"range": place, "text": new.join("\n")}],
    }))
}

/// The lines that change, if they are one block: the number of the first, what goes and what comes.
fn changed(hunk: &Hunk) -> Option<(usize, Vec<&str>, Vec<&str>)> {
    let is_change = |line: &String| line.starts_with(['-', '+', '\\']);
    let start = hunk.lines.iter().position(is_change)?;
    let end = hunk.lines.iter().rposition(is_change)?;
    let block = &hunk.lines[start..=end];
    if !block.iter().all(|line| line.starts_with(['-', '+'])) {
        return None;
    }
    let with = |mark: char| block.iter().filter_map(move |line| line.strip_prefix(mark));
    let (old, new): (Vec<_>, Vec<_>) = (with('-').collect(), with('+').collect());
    (!old.is_empty() && !new.is_empty()).then_some((hunk.old_start + start, old, new))
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::record::{Record, Shape};
    use super::super::sample::{records, rendered_records, snapshot};
    use super::*;

    #[test]
    fn check() {
        let text = rendered_records(&records(Shape::Findings), Format::Rdjson);
        snapshot("rdjson-check", &text);
    }

    #[test]
    fn plan() {
        let text = rendered_records(&records(Shape::Plans), Format::Rdjson);
        snapshot("rdjson-plan", &text);
    }

    #[test]
    fn columns_are_bytes() {
        let text = rendered_records(&records(Shape::Findings), Format::Rdjson);
        let value: Value = serde_json::from_str(&text).expect("JSON");
        let in_macro = &value["diagnostics"][3]["location"]["range"];
        assert_eq!(in_macro["start"]["line"], 6);
        let line = "    weird!(\"漢字\", ";
        assert_eq!(in_macro["start"]["column"], line.len() + 1);
    }

    #[test]
    fn two_edits_have_no_suggestion() {
        let mut all = records(Shape::Plans);
        for record in &mut all {
            if let Record::Plan(plan) = record {
                plan.edits.push(plan.edits[0].clone());
            }
        }
        let text = rendered_records(&all, Format::Rdjson);
        assert!(!text.contains("suggestions"), "{text}");
    }
}

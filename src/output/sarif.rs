//! SARIF 2.1.0, as GitHub code scanning takes it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::{Value, json};

use super::json::{Finding, sha256};
use super::report::{File, Report};
use crate::finding::{Code, Level};

/// How many results code scanning shows of one run.
const MOST: usize = 5_000;

/// What the results may take as JSON. Code scanning takes 10 MB of gzip, and this is less uncompressed.
const MOST_BYTES: usize = 9_000_000;

/// Prints it.
///
/// # Errors
/// Those of `out`.
pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    print_within(report, MOST, MOST_BYTES, out)
}

fn print_within(
    report: &Report,
    most: usize,
    most_bytes: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let all = report.worst_first();
    let codes: BTreeSet<&str> = all.iter().map(|(_, it)| it.code.as_str()).collect();
    let codes: Vec<&str> = codes.into_iter().collect();
    let mut seen = BTreeMap::new();
    let mut results = Vec::new();
    let mut bytes = 0;
    for (file, finding) in all.iter().take(most) {
        let result = result(report, file, finding, &codes, &mut seen);
        bytes += result.to_string().len();
        if bytes > most_bytes {
            break;
        }
        results.push(result);
    }
    let mut notifications: Vec<Value> = report
        .failures
        .iter()
        .map(|failure| {
            let mut place = json!({"artifactLocation": location(&report.from_root(&failure.name))});
            if let Some(start) = failure.start {
                place["region"] = json!({"startLine": start.line, "startColumn": start.column});
            }
            json!({
                "level": "error",
                "message": {"text": failure.message},
                "locations": [{"physicalLocation": place}],
            })
        })
        .collect();
    let rest = all.len() - results.len();
    if rest > 0 {
        notifications.push(json!({
            "level": "warning",
            "message": {"text": format!(
                "{rest} results are left out, the least severe ones: make reports of shares with --partition"
            )},
        }));
    }
    let rules: Vec<Value> = codes.iter().map(|code| rule(code)).collect();
    let header = report.header.as_ref();
    let share = header.and_then(|header| header.share);
    let share = share.map_or(String::new(), |it| format!("{}-{}/", it.number, it.of));
    let tables = header.map_or(String::new(), |header| {
        header
            .rules
            .iter()
            .map(|it| it.replace('/', "-"))
            .collect::<Vec<_>>()
            .join("+")
    });
    let is_done = report.failures.is_empty();
    let sarif = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "repoint",
                "version": header.map_or("", |header| &header.program),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "automationDetails": {"id": format!("repoint/{tables}/{share}")},
            "invocations": [{
                "executionSuccessful": is_done,
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    serde_json::to_writer_pretty(&mut *out, &sarif)?;
    out.write_all(b"\n")
}

fn result(
    report: &Report,
    file: &File,
    finding: &Finding,
    codes: &[&str],
    seen: &mut BTreeMap<String, usize>,
) -> Value {
    let path = report.from_root(&file.name);
    let (start, end) = (finding.place.start, finding.place.end);
    let mut text = finding.message.clone();
    for more in finding.also.iter().chain(&finding.help) {
        text.push_str("; ");
        text.push_str(more);
    }
    let line = finding.source.text.lines().next().unwrap_or_default();
    let hash = sha256(format!("{}\0{}", finding.code, line.trim()).as_bytes());
    let hash = &hash[..16];
    let ordinal = seen.entry(format!("{path}\0{hash}")).or_default();
    *ordinal += 1;
    json!({
        "ruleId": finding.code,
        "ruleIndex": codes.binary_search(&finding.code.as_str()).unwrap_or_default(),
        "level": match finding.level {
            Level::Error => "error",
            Level::Review => "warning",
            Level::Note => "note",
        },
        "message": {"text": text},
        "locations": [{"physicalLocation": {
            "artifactLocation": location(&path),
            "region": {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            },
        }}],
        "partialFingerprints": {"primaryLocationLineHash": format!("{hash}:{ordinal}")},
    })
}

fn rule(name: &str) -> Value {
    let code = Code::ALL.iter().find(|code| code.as_str() == name);
    let help = code.map_or(name, |code| code.explain());
    let help = help.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let help = help.trim();
    let short = help.split_inclusive(". ").next().unwrap_or(help).trim();
    json!({
        "id": name,
        "name": name,
        "shortDescription": {"text": short},
        "fullDescription": {"text": help},
        "help": {"text": help, "markdown": help},
    })
}

/// A relative URI is below the root of the repository; an absolute path is a file URI.
fn location(path: &str) -> Value {
    let encoded = encoded(path);
    if path.starts_with('/') {
        json!({"uri": format!("file://{encoded}")})
    } else {
        json!({"uri": encoded, "uriBaseId": "%SRCROOT%"})
    }
}

/// Everything but unreserved characters and `/` as `%XX`.
fn encoded(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::record::Shape;
    use super::super::sample::{records, rendered_records, snapshot};
    use super::*;

    #[test]
    fn results() {
        let text = rendered_records(&records(Shape::Findings), Format::Sarif);
        snapshot("sarif", &text);
    }

    fn within(most: usize, bytes: usize) -> Value {
        let mut report = Report::default();
        for record in records(Shape::Findings) {
            report.add(&record);
        }
        let mut out = Vec::new();
        print_within(&report, most, bytes, &mut out).expect("a vector takes all");
        serde_json::from_slice(&out).expect("JSON")
    }

    #[test]
    fn the_least_severe_are_cut() {
        let results = |value: &Value| value["runs"][0]["results"].as_array().map(Vec::len);
        let notified = |value: &Value| {
            let all = &value["runs"][0]["invocations"][0]["toolExecutionNotifications"];
            all.as_array().map(Vec::len)
        };
        let whole = within(4, MOST_BYTES);
        assert_eq!((results(&whole), notified(&whole)), (Some(4), Some(1)));
        let cut = within(3, MOST_BYTES);
        assert_eq!((results(&cut), notified(&cut)), (Some(3), Some(2)));
        let levels = cut["runs"][0]["results"].as_array().expect("a list");
        assert!(levels.iter().all(|it| it["level"] == "error"));
        let none = within(4, 10);
        assert_eq!(results(&none), Some(0));
    }

    #[test]
    fn names_are_percent_encoded() {
        assert_eq!(encoded("a b/é%#?.rs"), "a%20b/%C3%A9%25%23%3F.rs");
        assert_eq!(location("/x y")["uri"], "file:///x%20y");
    }
}

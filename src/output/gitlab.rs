//! GitLab Code Quality: one JSON list of issues.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::json::sha256;
use super::report::Report;
use crate::finding::Level;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

/// Prints it.
///
/// # Errors
/// Those of `out`.
pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut seen = BTreeMap::new();
    let mut issues = Vec::new();
    for failure in &report.failures {
        let path = report.from_root(&failure.name);
        issues.push(Issue {
            description: failure.message.clone(),
            check_name: "failure".to_owned(),
            fingerprint: fingerprint(&mut seen, [&path, "failure", ""]),
            severity: "blocker",
            location: Location {
                path,
                lines: Lines {
                    begin: failure.start.map_or(1, |start| start.line),
                },
            },
        });
    }
    for (file, finding) in report.told() {
        let path = report.from_root(&file.name);
        let rule = format!("{} {}", finding.code, finding.rule_id());
        let old = finding.old.as_deref().unwrap_or_default();
        issues.push(Issue {
            description: match &finding.help {
                Some(help) => format!("{} ({help})", finding.message),
                None => finding.message.clone(),
            },
            check_name: finding.code.clone(),
            fingerprint: fingerprint(&mut seen, [&path, &rule, old]),
            severity: match finding.level {
                Level::Error => "major",
                Level::Review => "minor",
                Level::Note => "info",
            },
            location: Location {
                path,
                lines: Lines {
                    begin: finding.place.start.line,
                },
            },
        });
    }
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    out.write_all(b"\n")
}

/// The same in the next run while lines move; unique within a report by an ordinal.
fn fingerprint(seen: &mut BTreeMap<String, usize>, parts: [&str; 3]) -> String {
    let key = parts.join("\0");
    let ordinal = seen.entry(key.clone()).or_default();
    *ordinal += 1;
    sha256(format!("{key}\0{ordinal}").as_bytes())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::Format;
    use super::super::record::{Record, Shape};
    use super::super::sample::{records, rendered_records, snapshot};

    #[test]
    fn issues() {
        let text = rendered_records(&records(Shape::Findings), Format::Gitlab);
        snapshot("gitlab", &text);
    }

    /// What GitLab's documentation asks of each issue.
    #[test]
    fn every_issue_has_what_is_asked_and_a_fingerprint_of_its_own() {
        let mut all = records(Shape::Findings);
        let again = all.iter().find(|it| matches!(it, Record::Finding(_)));
        let again = again.expect("there is one").clone();
        all.insert(1, again);
        let text = rendered_records(&all, Format::Gitlab);
        let issues: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list");
        assert_eq!(issues.len(), 6);
        for issue in &issues {
            for key in ["description", "check_name", "fingerprint"] {
                assert!(issue[key].as_str().is_some_and(|text| !text.is_empty()));
            }
            let severity = issue["severity"].as_str().expect("text");
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
            let path = issue["location"]["path"].as_str().expect("text");
            assert!(!path.starts_with("./"));
            assert!(issue["location"]["lines"]["begin"].as_u64() >= Some(1));
        }
        let unique: BTreeSet<_> = issues.iter().map(|it| it["fingerprint"].as_str()).collect();
        assert_eq!(unique.len(), issues.len());
    }

    #[test]
    fn nothing_is_an_empty_list() {
        let all = records(Shape::Findings);
        let ends = [all[0].clone(), all.last().expect("the end").clone()];
        assert_eq!(rendered_records(&ends, Format::Gitlab), "[]\n");
    }
}

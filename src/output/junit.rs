//! JUnit XML: one suite a folder, one case a file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::level;
use super::report::Report;
use crate::finding::Level;

/// What is said of one file.
#[derive(Default)]
struct Case {
    failing: Vec<String>,
    other: Vec<String>,
    error: Vec<String>,
}

/// Prints it.
///
/// # Errors
/// Those of `out`.
pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut suites: BTreeMap<String, BTreeMap<String, Case>> = BTreeMap::new();
    for file in &report.files {
        let path = report.from_root(&file.name);
        let case = suites
            .entry(folder(&path))
            .or_default()
            .entry(path.clone())
            .or_default();
        for finding in file.told() {
            let start = finding.place.start;
            let mut line = format!(
                "{path}:{}:{}: {}[{}] {}",
                start.line,
                start.column,
                level::name(finding.level),
                finding.code,
                finding.message
            );
            if let Some(help) = &finding.help {
                let _ = write!(line, " ({help})");
            }
            match finding.level {
                Level::Error => case.failing.push(line),
                Level::Review | Level::Note => case.other.push(line),
            }
        }
    }
    for failure in &report.failures {
        let path = report.from_root(&failure.name);
        let place = failure
            .start
            .map_or(String::new(), |it| format!(":{}:{}", it.line, it.column));
        let suite = suites.entry(folder(&path)).or_default();
        let case = suite.entry(path.clone()).or_default();
        case.error
            .push(format!("{path}{place}: {}", failure.message));
    }
    if suites.is_empty() {
        let suite = suites.entry("repoint".to_owned()).or_default();
        suite
            .entry("no deprecated references".to_owned())
            .or_default();
    }
    let cases = || suites.values().flat_map(BTreeMap::values);
    let failed = cases().filter(|case| !case.failing.is_empty()).count();
    let errors = cases().filter(|case| !case.error.is_empty()).count();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"repoint\" tests=\"{}\" failures=\"{failed}\" errors=\"{errors}\">",
        cases().count()
    )?;
    for (name, suite) in &suites {
        let failed = suite
            .values()
            .filter(|case| !case.failing.is_empty())
            .count();
        let errors = suite.values().filter(|case| !case.error.is_empty()).count();
        writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"{errors}\" skipped=\"0\">",
            escaped(name),
            suite.len()
        )?;
        for (path, case) in suite {
            print_case(name, path, case, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn print_case(suite: &str, path: &str, case: &Case, out: &mut dyn Write) -> io::Result<()> {
    let head = format!(
        "    <testcase classname=\"{}\" name=\"{}\" time=\"0\"",
        escaped(suite),
        escaped(path)
    );
    let body = [("failure", &case.failing), ("error", &case.error)];
    if body.iter().all(|(_, lines)| lines.is_empty()) && case.other.is_empty() {
        return writeln!(out, "{head}/>");
    }
    writeln!(out, "{head}>")?;
    for (tag, lines) in body {
        if !lines.is_empty() {
            let count = match lines.len() {
                1 => "1 reference".to_owned(),
                more => format!("{more} references"),
            };
            let message = if tag == "failure" {
                &count
            } else {
                "could not be processed"
            };
            let text = escaped(&lines.join("\n"));
            writeln!(
                out,
                "      <{tag} message=\"{message}\" type=\"repoint\">{text}</{tag}>"
            )?;
        }
    }
    if !case.other.is_empty() {
        let text = escaped(&case.other.join("\n"));
        writeln!(out, "      <system-out>{text}</system-out>")?;
    }
    writeln!(out, "    </testcase>")
}

fn folder(path: &str) -> String {
    match path.rsplit_once('/') {
        Some((folder, _)) if !folder.is_empty() => folder.to_owned(),
        _ => ".".to_owned(),
    }
}

/// Text as XML 1.0 holds it, in content and in attributes; what it forbids is replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // In an attribute they would become spaces.
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\r' => out.push_str("&#13;"),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            char => out.push(char),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::record::Shape;
    use super::super::sample::{records, rendered_records, snapshot};
    use super::*;

    #[test]
    fn cases() {
        let text = rendered_records(&records(Shape::Findings), Format::Junit);
        snapshot("junit", &text);
    }

    #[test]
    fn a_reader_of_junit_reads_it() {
        let text = rendered_records(&records(Shape::Findings), Format::Junit);
        let read = junit_parser::from_reader(text.as_bytes()).expect("it is JUnit");
        assert_eq!((read.tests, read.failures, read.errors), (2, 1, 1));
        let names: Vec<_> = read
            .suites
            .iter()
            .map(|suite| suite.name.as_str())
            .collect();
        assert_eq!(names.len(), 2);
    }

    #[test]
    fn nothing_is_one_passing_case() {
        let all = records(Shape::Findings);
        let ends = [all[0].clone(), all.last().expect("the end").clone()];
        let text = rendered_records(&ends, Format::Junit);
        assert!(
            text.contains("tests=\"1\" failures=\"0\" errors=\"0\""),
            "{text}"
        );
        assert!(
            text.contains("name=\"no deprecated references\" time=\"0\"/>"),
            "{text}"
        );
    }

    #[test]
    fn what_xml_forbids_is_replaced() {
        assert_eq!(
            escaped("a\u{0}\u{1b}\u{ffff}<\n"),
            "a\u{fffd}\u{fffd}\u{fffd}&lt;&#10;"
        );
    }
}

//! A report from a file that holds one, in either JSON form.

use serde_json::Value;

use super::document::Document;
use super::json::VERSION;
use super::record::{Line, Record};

/// The types of records that this version knows; others are left out.
const KNOWN: &[&str] = &[
    "header", "finding", "plan", "failure", "rule", "scope", "baseline", "summary", "end",
];

/// The records of a report, the header first and the end last.
///
/// # Errors
/// It is no report, of a newer version, or cut off: what, in which line, and what to do.
pub fn records(text: &str) -> Result<Vec<Record>, String> {
    let all = match serde_json::from_str::<Value>(text) {
        Ok(value) if value["type"] == "report" => {
            check_version(&value)?;
            let document: Document = serde_json::from_value(value)
                .map_err(|error| format!("is no report of repoint: {error}"))?;
            document.into_records()
        }
        _ => lines(text)?,
    };
    if !matches!(all.first(), Some(Record::Header(_))) {
        return Err(
            "has no header, so it is no report of repoint: write one with --output-format \
             json-lines or json"
                .to_owned(),
        );
    }
    if !matches!(all.last(), Some(Record::End(_))) {
        return Err("is cut off, it has no end: make the report again".to_owned());
    }
    Ok(all)
}

fn lines(text: &str) -> Result<Vec<Record>, String> {
    let mut all = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let wrong = |error: serde_json::Error| {
            format!("line {}: expected a record of a report: {error}", at + 1)
        };
        let value: Value = serde_json::from_str(line).map_err(wrong)?;
        check_version(&value)?;
        if !value["type"]
            .as_str()
            .is_some_and(|kind| KNOWN.contains(&kind))
        {
            continue;
        }
        let line: Line = serde_json::from_value(value).map_err(wrong)?;
        all.push(line.record);
    }
    Ok(all)
}

fn check_version(value: &Value) -> Result<(), String> {
    match value["version"].as_u64() {
        Some(version) if version == u64::from(VERSION) => Ok(()),
        Some(version) => Err(format!(
            "is of version {version}, and this program reads version {VERSION}"
        )),
        None => Err("has no version, so it is no report of repoint".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::record::Shape;
    use super::super::sample;
    use super::*;

    #[test]
    fn both_forms_give_back_what_was_written() {
        for shape in [Shape::Findings, Shape::Plans] {
            let all = sample::records(shape);
            let lines = sample::rendered_records(&all, Format::JsonLines);
            let document = sample::rendered_records(&all, Format::Json);
            assert_eq!(records(&lines).as_ref(), Ok(&all));
            assert_eq!(records(&document).as_ref(), Ok(&all));
            for format in [Format::Html, Format::Full, Format::JsonLines] {
                let later = records(&document).expect("read");
                assert_eq!(
                    sample::rendered_records(&later, format),
                    sample::rendered_records(&all, format)
                );
            }
        }
    }

    #[test]
    fn what_is_unknown_is_left_out() {
        let all = sample::records(Shape::Findings);
        let text = sample::rendered_records(&all, Format::JsonLines);
        let with = text.replacen('{', "{\"later\":[1],", 3);
        let with = with.replacen('\n', "\n{\"version\":1,\"type\":\"later\"}\n", 1);
        assert_eq!(records(&with), Ok(all));
    }

    #[test]
    fn what_is_no_report_is_refused() {
        let all = sample::records(Shape::Findings);
        let text = sample::rendered_records(&all, Format::JsonLines);
        let cut: String = text.split_inclusive('\n').take(3).collect();
        let wrong = |text: &str| records(text).expect_err("it is refused");
        assert!(wrong(&cut).contains("cut off"));
        assert!(wrong(&text[..text.len() - 9]).starts_with("line "));
        assert!(wrong("").contains("no header"));
        assert!(wrong("[]").contains("no version"));
        let newer = text.replace("\"version\":1", "\"version\":2");
        assert!(wrong(&newer).contains("version 2"));
        let headless: String = text.split_inclusive('\n').skip(1).collect();
        assert!(wrong(&headless).contains("no header"));
    }
}

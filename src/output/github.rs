//! Annotations of GitHub actions: workflow commands on standard output, one a line.
//!
//! The runner shows ten errors, ten warnings and ten notices a step, so the worst come first and one
//! notice counts the rest.

use std::io::{self, Write};

use super::json::Finding;
use super::level;
use super::report::Report;
use crate::finding::Level;

/// How many of each kind a step may have.
const MOST: usize = 10;

/// Prints it.
///
/// # Errors
/// Those of `out`.
pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut of_kind: [Vec<String>; 3] = Default::default();
    for failure in &report.failures {
        let path = report.from_root(&failure.name);
        let mut properties = format!("file={}", property(&path));
        if let Some(start) = failure.start {
            properties.push_str(&format!(",line={},col={}", start.line, start.column));
        }
        of_kind[0].push(format!(
            "::error {properties},title=repoint::{}",
            data(&failure.message)
        ));
    }
    for (file, finding) in report.worst_first() {
        let (kind, at) = match finding.level {
            Level::Error => ("error", 0),
            Level::Review => ("warning", 1),
            Level::Note => ("notice", 2),
        };
        let path = report.from_root(&file.name);
        of_kind[at].push(annotation(kind, &path, finding));
    }
    let all: usize = of_kind.iter().map(Vec::len).sum();
    let is_cut = of_kind.iter().any(|some| some.len() > MOST);
    // One notice is kept free for the one that counts.
    let most = |at: usize| MOST - usize::from(is_cut && at == 2);
    let mut printed = 0;
    for (at, some) in of_kind.iter().enumerate() {
        for line in some.iter().take(most(at)) {
            writeln!(out, "{line}")?;
            printed += 1;
        }
    }
    if is_cut {
        let rest = all - printed;
        writeln!(
            out,
            "::notice title=repoint::{rest} more are not shown: GitHub shows {MOST} of each kind a step"
        )?;
    }
    Ok(())
}

fn annotation(kind: &str, path: &str, finding: &Finding) -> String {
    let (start, end) = (finding.place.start, finding.place.end);
    let mut properties = format!("file={},line={}", property(path), start.line);
    properties.push_str(&format!(",endLine={}", end.line));
    if start.line == end.line {
        properties.push_str(&format!(",col={},endColumn={}", start.column, end.column));
    }
    let title = format!("repoint {}[{}]", level::name(finding.level), finding.code);
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message.push_str(&format!(" ({help})"));
    }
    format!(
        "::{kind} {properties},title={}::{}",
        property(&title),
        data(&message)
    )
}

/// A message as a command holds it.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A value of a property as a command holds it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::record::{Record, Shape};
    use super::super::sample::{records, rendered_records, snapshot};
    use super::MOST;

    #[test]
    fn annotations() {
        let text = rendered_records(&records(Shape::Findings), Format::Github);
        snapshot("github", &text);
        assert!(text.lines().all(|line| line.starts_with("::")));
    }

    #[test]
    fn ten_of_a_kind_are_shown_and_the_rest_counted() {
        let sample = records(Shape::Findings);
        let error = sample.iter().find(|it| matches!(it, Record::Finding(_)));
        let of = |count: usize| {
            let mut all = vec![error.expect("there is one").clone(); count];
            all.push(sample.last().expect("the end").clone());
            rendered_records(&all, Format::Github)
        };
        assert_eq!(of(MOST).lines().count(), MOST);
        let cut = of(MOST + 1);
        assert_eq!(cut.lines().count(), MOST + 1);
        assert!(cut.ends_with("::1 more are not shown: GitHub shows 10 of each kind a step\n"));
    }
}

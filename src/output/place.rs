//! How files and places in them are written in lines that people read.

use super::Failed;
use super::json::Name;
use crate::engine::FileReport;
use crate::text::{LineColumn, LineIndex};
pub use crate::text::{one_line, shown};

/// The name of a file that a report holds, as people read it.
pub fn name(name: &Name) -> String {
    shown(&name.to_path())
}

/// Why a file could not be read, parsed or verified, if it could not.
pub fn failed(report: &FileReport) -> Option<Failed> {
    let failure = report.failure.as_ref()?;
    let text = report.source.text();
    let offset = failure.offset.filter(|offset| *offset <= text.len());
    let start =
        offset.map(|offset| LineIndex::new(text).place(text.floor_char_boundary(offset), text));
    Some(Failed {
        path: report.display.clone(),
        message: failure.message.clone(),
        start,
    })
}

/// `error: path:line:col: message`, without the place if there is none. No line end.
pub fn failure_line(failed: &Failed) -> String {
    let path = shown(&failed.path);
    let message = one_line(&failed.message);
    match failed.start {
        Some(LineColumn { line, column }) => format!("error: {path}:{line}:{column}: {message}"),
        None => format!("error: {path}: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::sample;
    use super::*;
    use crate::engine::Failure;

    fn line(display: &str, offset: Option<usize>) -> String {
        let mut report = sample::report();
        report.display = PathBuf::from(display);
        report.failure = Some(Failure {
            message: "expected `;`".to_owned(),
            offset,
        });
        failure_line(&failed(&report).expect("it failed"))
    }

    #[test]
    fn failures_name_their_place() {
        assert_eq!(line("a.rs", Some(8)), "error: a.rs:2:2: expected `;`");
        assert_eq!(line("a.rs", None), "error: a.rs: expected `;`");
        assert_eq!(line("a.rs", Some(9999)), "error: a.rs: expected `;`");
    }

    #[test]
    fn a_cut_character_is_no_panic() {
        assert_eq!(line("a.rs", Some(5)), "error: a.rs:1:5: expected `;`");
    }

    #[test]
    fn no_failure_has_no_line() {
        assert!(failed(&sample::report()).is_none());
    }
}

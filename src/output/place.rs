//! How files and places in them are written in lines that people read.

use crate::engine::FileReport;
use crate::text::{LineColumn, LineIndex};
pub use crate::text::{one_line, shown};

/// `error: path:line:col: message`, for a file that could not be read, parsed, verified or written;
/// without the place if there is none. No line end.
pub fn failure_line(report: &FileReport) -> Option<String> {
    let failure = report.failure.as_ref()?;
    let path = shown(&report.display);
    let message = one_line(&failure.message);
    Some(match failure.offset {
        Some(offset) if offset <= report.source.text().len() => {
            let text = report.source.text();
            let offset = text.floor_char_boundary(offset);
            let LineColumn { line, column } = LineIndex::new(text).place(offset, text);
            format!("error: {path}:{line}:{column}: {message}")
        }
        _ => format!("error: {path}: {message}"),
    })
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
        failure_line(&report).expect("it failed")
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
        assert_eq!(failure_line(&sample::report()), None);
    }
}

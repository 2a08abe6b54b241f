//! How files and places in them are written in lines that people read.

use std::path::Path;

use crate::engine::FileReport;
use crate::text::{LineColumn, LineIndex};

/// A path on one line: bytes that are no text are replaced, and control characters are escaped, so
/// that a name can neither break a line nor command a terminal.
pub fn shown(path: &Path) -> String {
    one_line(&path.to_string_lossy())
}

/// `text` with its control characters escaped.
pub(super) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

/// `error: path:line:col: message`, for a file that could not be read, parsed, verified or written;
/// without the place if there is none. No line end.
pub fn failure_line(report: &FileReport) -> Option<String> {
    let failure = report.failure.as_ref()?;
    let path = shown(&report.display);
    let message = &failure.message;
    Some(match failure.offset {
        Some(offset) if offset <= report.text.len() => {
            let text = &report.text;
            let offset = text.floor_char_boundary(offset);
            let LineColumn { line, column } = LineIndex::new(text).place(offset, text);
            format!("error: {path}:{line}:{column}: {message}")
        }
        _ => format!("error: {path}: {message}"),
    })
}

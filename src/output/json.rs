//! The shapes that all JSON formats are made of.
//!
//! Programs read them: keys are only added, or [`VERSION`] rises. A key is always there; what is
//! not known is `null`. Lines and columns count from 1, columns in characters; bytes count from 0
//! in the file as it is on disk, whatever its encoding; texts are Unicode.

use std::ops::Range;
use std::path::Path;

use serde::Serialize;

use super::FileView;
use super::diagnostic::Diagnostic;
use crate::baseline::{Growth, Standing};
use crate::finding::{Code, Level};
use crate::mapping::Rule;
use crate::text::{LineColumn, LineIndex, Source};

/// Of all shapes together.
pub const VERSION: u32 = 1;

/// The name of a file, so that none is lost.
#[derive(Debug, Serialize)]
pub struct Name {
    /// As shown to people, but nothing is escaped; bytes that are no text are replaced.
    path: String,
    /// The name's bytes, only if some are no text.
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<Vec<u8>>,
}

impl Name {
    /// The name of `path`.
    pub fn of(path: &Path) -> Self {
        let bytes = || path.as_os_str().as_encoded_bytes().to_vec();
        Self {
            path: path.to_string_lossy().into_owned(),
            path_bytes: path.to_str().is_none().then(bytes),
        }
    }
}

/// A range of a file.
#[derive(Debug, Serialize)]
pub struct Place {
    start: LineColumn,
    /// The place after the last character.
    end: LineColumn,
    bytes: Range<usize>,
}

/// What is told of a rule.
#[derive(Debug, Serialize)]
pub struct RuleInfo<'a> {
    id: &'a str,
    note: Option<&'a str>,
    url: Option<&'a str>,
    since: Option<&'a str>,
}

impl<'a> From<&'a Rule> for RuleInfo<'a> {
    fn from(rule: &'a Rule) -> Self {
        Self {
            id: &rule.id,
            note: rule.note.as_deref(),
            url: rule.url.as_deref(),
            since: rule.since.as_deref(),
        }
    }
}

/// A diagnostic, without its file.
#[derive(Debug, Serialize)]
pub struct Finding<'a> {
    code: Code,
    level: Level,
    message: &'a str,
    also: &'a [&'a str],
    help: Option<&'a str>,
    #[serde(flatten)]
    place: Place,
    old: Option<&'a str>,
    successor: Option<&'a str>,
    rule: Option<RuleInfo<'a>>,
    /// `fails`, `held` (by the baseline) or `counted` (only); `null` where nothing is judged.
    standing: Option<Standing>,
    /// How many of its rule the file has and the baseline has, if there are more now.
    growth: Option<Growth>,
    /// Whether the last commit lacks its line, if that was asked.
    new_line: Option<bool>,
}

impl<'a> Finding<'a> {
    /// What is told of a diagnostic of `source`.
    pub fn of(diagnostic: &'a Diagnostic<'a>, source: &Source) -> Self {
        Self {
            code: diagnostic.code,
            level: diagnostic.level,
            message: &diagnostic.message,
            also: &diagnostic.also,
            help: diagnostic.help.as_deref(),
            place: Place {
                start: diagnostic.start,
                end: diagnostic.end,
                bytes: source.byte_range(&diagnostic.range),
            },
            old: diagnostic.path,
            successor: diagnostic.successor,
            rule: diagnostic.rule.map(RuleInfo::from),
            standing: diagnostic.judged.as_ref().map(|judged| judged.standing),
            growth: diagnostic.judged.as_ref().and_then(|judged| judged.growth),
            new_line: diagnostic.judged.as_ref().and_then(|judged| judged.is_new),
        }
    }
}

/// A byte range and what replaces it.
#[derive(Debug, Serialize)]
pub struct Edit<'a> {
    #[serde(flatten)]
    place: Place,
    text: &'a str,
}

/// A place that resolves to a mapped path.
#[derive(Debug, Serialize)]
pub struct Reference<'a> {
    #[serde(flatten)]
    place: Place,
    old: &'a str,
    successor: Option<&'a str>,
    rule: Option<RuleInfo<'a>>,
    /// Whether the edits rewrite it. If not, a finding says why.
    rewritten: bool,
}

/// What would be done to a file. An empty list of edits: nothing.
#[derive(Debug, Serialize)]
pub struct Plan<'a> {
    #[serde(flatten)]
    name: Name,
    /// Of the file, and so of the edits when they are written.
    encoding: &'static str,
    edits: Vec<Edit<'a>>,
    references: Vec<Reference<'a>>,
    findings: Vec<Finding<'a>>,
}

impl<'a> Plan<'a> {
    /// The plan of a file.
    pub fn of(file: &'a FileView<'a>) -> Self {
        let source = &file.report.source;
        let text = source.text();
        let lines = LineIndex::new(text);
        let place = |range: &Range<usize>| Place {
            start: lines.place(range.start, text),
            end: lines.place(range.end, text),
            bytes: source.byte_range(range),
        };
        let plan = &file.report.plan;
        let edits = plan.edits.as_slice().iter().map(|edit| Edit {
            place: place(&edit.range),
            text: &edit.text,
        });
        let references = plan.references.iter().map(|reference| Reference {
            place: place(&reference.range),
            old: &reference.path,
            successor: reference.successor.as_deref(),
            rule: file.rules.get(reference.rule).map(RuleInfo::from),
            rewritten: reference.rewritten,
        });
        let findings = file.diagnostics.iter().map(|d| Finding::of(d, source));
        Self {
            name: Name::of(&file.report.display),
            encoding: source.encoding().name(),
            edits: edits.collect(),
            references: references.collect(),
            findings: findings.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_text_have_no_bytes() {
        let json = serde_json::to_string(&Name::of(Path::new("a\n\"é.rs"))).expect("serialises");
        assert_eq!(json, r#"{"path":"a\n\"é.rs"}"#);
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_have_their_bytes() {
        use std::os::unix::ffi::OsStrExt;
        let path = Path::new(std::ffi::OsStr::from_bytes(b"a\xff"));
        let json = serde_json::to_string(&Name::of(path)).expect("serialises");
        assert_eq!(json, "{\"path\":\"a\u{fffd}\",\"path_bytes\":[97,255]}");
    }
}

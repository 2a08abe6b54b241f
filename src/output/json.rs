//! The shapes that all JSON formats are made of.
//!
//! Programs read them: keys are only added, or [`VERSION`] rises. A key is always there; what is
//! not known is `null`. Lines and columns count from 1, columns in characters; bytes count from 0
//! in the file as it is on disk, whatever its encoding; texts are Unicode.

use std::ops::Range;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FileView;
use super::diagnostic::Diagnostic;
use super::excerpt::Excerpt;
use super::hunks::{CONTEXT, Hunk, hunks};
use crate::baseline::{Growth, Standing};
use crate::finding::Level;
use crate::mapping::Rule;
use crate::text::{LineColumn, LineIndex, Source};

/// Of all shapes together.
pub const VERSION: u32 = 1;

/// The name of a file, so that none is lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Name {
    /// As shown to people, but nothing is escaped; bytes that are no text are replaced.
    pub path: String,
    /// The name's bytes, only if some are no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_bytes: Option<Vec<u8>>,
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

    /// The path of the name.
    #[cfg(unix)]
    pub fn to_path(&self) -> PathBuf {
        use std::os::unix::ffi::OsStringExt;
        match &self.path_bytes {
            Some(bytes) => PathBuf::from(std::ffi::OsString::from_vec(bytes.clone())),
            None => PathBuf::from(&self.path),
        }
    }

    /// The path of the name.
    #[cfg(not(unix))]
    pub fn to_path(&self) -> PathBuf {
        PathBuf::from(&self.path)
    }
}

/// A range of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// Where it starts.
    pub start: LineColumn,
    /// The place after the last character.
    pub end: LineColumn,
    /// Bytes of the file as it is on disk.
    pub bytes: Range<usize>,
}

/// What is told of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleInfo {
    /// Its name.
    pub id: String,
    /// Why.
    pub note: Option<String>,
    /// Where more is said.
    pub url: Option<String>,
    /// Since when the old path is deprecated.
    pub since: Option<String>,
}

impl From<&Rule> for RuleInfo {
    fn from(rule: &Rule) -> Self {
        Self {
            id: rule.id.clone(),
            note: rule.note.clone(),
            url: rule.url.clone(),
            since: rule.since.clone(),
        }
    }
}

/// A diagnostic, without its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Its code.
    pub code: String,
    /// How much it matters.
    pub level: Level,
    /// One sentence.
    pub message: String,
    /// What else is to be said of the same place.
    pub also: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// The deprecated path.
    pub old: Option<String>,
    /// What it becomes.
    pub successor: Option<String>,
    /// The rule behind it.
    pub rule: Option<RuleInfo>,
    /// `fails`, `held` (by the baseline) or `counted` (only); `null` where nothing is judged.
    pub standing: Option<Standing>,
    /// How many of its rule the file has and the baseline has, if there are more now.
    pub growth: Option<Growth>,
    /// Whether the last commit lacks its line, if that was asked.
    pub new_line: Option<bool>,
    /// The lines of the source where it is.
    pub source: Excerpt,
}

impl Finding {
    /// What is told of a diagnostic of `source`.
    pub fn of(diagnostic: &Diagnostic<'_>, source: &Source) -> Self {
        let judged = diagnostic.judged.as_ref();
        Self {
            code: diagnostic.code.as_str().to_owned(),
            level: diagnostic.level,
            message: diagnostic.message.to_string(),
            also: diagnostic.also.iter().map(ToString::to_string).collect(),
            help: diagnostic.help.as_deref().map(ToOwned::to_owned),
            place: Place {
                start: diagnostic.start,
                end: diagnostic.end,
                bytes: source.byte_range(&diagnostic.range),
            },
            old: diagnostic.path.map(ToOwned::to_owned),
            successor: diagnostic.successor.map(ToOwned::to_owned),
            rule: diagnostic.rule.map(RuleInfo::from),
            standing: judged.map(|judged| judged.standing),
            growth: judged.and_then(|judged| judged.growth),
            new_line: judged.and_then(|judged| judged.is_new),
            source: Excerpt::of(source.text(), diagnostic.range.clone()),
        }
    }

    /// Whether it is told to people: what a baseline holds, or is only counted, is not.
    pub fn is_told(&self) -> bool {
        self.standing
            .is_none_or(|standing| standing == Standing::Fails)
    }

    /// The name of the rule, if there is one.
    pub fn rule_id(&self) -> &str {
        self.rule.as_ref().map_or("", |rule| &rule.id)
    }
}

/// A byte range and what replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Edit {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// What stands there afterwards.
    pub text: String,
}

/// A place that resolves to a mapped path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reference {
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// The deprecated path.
    pub old: String,
    /// What it becomes.
    pub successor: Option<String>,
    /// The rule behind it.
    pub rule: Option<RuleInfo>,
    /// Whether the edits rewrite it. If not, a finding says why.
    pub rewritten: bool,
}

/// What a file holds before and after: SHA-256 of its bytes, as 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Contents {
    /// Before.
    pub old: String,
    /// After; the same if nothing changes.
    pub new: String,
}

/// What would be done to a file. An empty list of edits: nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// The file.
    #[serde(flatten)]
    pub name: Name,
    /// Of the file, and so of the edits when they are written.
    pub encoding: String,
    /// What changes.
    pub edits: Vec<Edit>,
    /// References to mapped paths.
    pub references: Vec<Reference>,
    /// What a person should know.
    pub findings: Vec<Finding>,
    /// What the file holds before and after.
    pub sha256: Contents,
    /// The changes with three lines around each.
    pub hunks: Vec<Hunk>,
}

impl Plan {
    /// The plan of a file.
    pub fn of(file: &FileView<'_>) -> Self {
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
            text: edit.text.to_string(),
        });
        let references = plan.references.iter().map(|reference| Reference {
            place: place(&reference.range),
            old: reference.path.clone(),
            successor: reference.successor.clone(),
            rule: file.rules.get(reference.rule).map(RuleInfo::from),
            rewritten: reference.rewritten,
        });
        let findings = file.diagnostics.iter().map(|d| Finding::of(d, source));
        let new = file.report.rewritten.as_deref();
        Self {
            name: Name::of(&file.report.display),
            encoding: source.encoding().name().to_owned(),
            edits: edits.collect(),
            references: references.collect(),
            findings: findings.collect(),
            sha256: Contents {
                old: sha256(source.bytes()),
                new: sha256(new.unwrap_or(source.bytes())),
            },
            hunks: match new {
                Some(_) => hunks(text, &plan.edits.apply(text), CONTEXT),
                None => Vec::new(),
            },
        }
    }
}

/// The SHA-256 of these bytes, as 64 hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    use sha2::{Digest, Sha256};
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Nothing fails that is written into memory.
        let _ = write!(text, "{byte:02x}");
    }
    text
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

//! What a rewrite collects while it goes through a file.

use std::ops::Range;

use super::SourceError;
use crate::finding::{Code, Finding, Level};
use crate::mapping::{Action, Outcome, Table};
use crate::outline::{Declared, Outline};
use crate::path::{Segment, SymbolPath, Syntax};
use crate::plan::{Analysis, Manner, Met, Plan, Reference, Restated};
use crate::text::{Edit, EditConflict, Edits};

/// Edits, references and findings so far, in any order.
#[derive(Debug, Default)]
pub struct PlanBuilder {
    /// What changes.
    pub edits: Vec<Edit>,
    /// References to mapped paths.
    pub references: Vec<Reference>,
    /// What a person should know.
    pub findings: Vec<Finding>,
    /// Changes of bindings beyond "same name, new path".
    pub declared: Vec<Declared>,
    /// Where else names of rewritten references stand.
    pub pieces: Vec<Range<usize>>,
    /// Paths that keep their meaning and are written anew.
    pub restated: Vec<Restated>,
    /// Objects that are replaced or looked up late.
    pub met: Vec<Met>,
    /// Indices of uses in the outline that stay as they are.
    pub staying_uses: Vec<usize>,
}

/// A reference and what the table says of it.
#[derive(Clone, Debug)]
pub struct Subject<'t> {
    /// Bytes of its names.
    pub range: Range<usize>,
    /// What it means.
    pub path: &'t [Segment],
    /// What it becomes.
    pub to: Option<&'t [Segment]>,
    /// Index of the rule.
    pub rule: usize,
}

impl PlanBuilder {
    /// The plan, in order and each finding once, with what it was made of.
    ///
    /// # Errors
    /// Two edits contradict each other.
    pub fn finish(self, outline: Outline, text: &str) -> Result<Analysis, EditConflict> {
        let Self {
            edits,
            mut references,
            mut findings,
            declared,
            mut pieces,
            mut restated,
            mut met,
            ..
        } = self;
        pieces.sort_by_key(|piece| (piece.start, piece.end));
        restated.sort_by_key(|it| (it.range.start, it.range.end));
        references.sort_by_key(|reference| (reference.range.start, reference.range.end));
        findings.sort_by_key(|finding| (finding.range.start, finding.range.end, finding.code));
        findings.dedup();
        met.sort();
        met.dedup();
        Ok(Analysis {
            outline,
            plan: Plan {
                edits: Edits::new(edits, text)?,
                references,
                findings,
                declared,
                pieces,
                restated,
                met,
            },
        })
    }

    /// Records a reference that is rewritten, and the reviews that its rules ask for.
    pub fn rewritten(&mut self, subject: &Subject<'_>, applied: &[usize], table: &Table) {
        self.reference(subject, table.syntax(), true);
        for &index in applied {
            if let Some(message) = &table.rules()[index].review {
                self.findings.push(Finding {
                    code: Code::Review,
                    level: Level::Review,
                    range: subject.range.clone(),
                    path: Some(show(subject.path, table.syntax())),
                    successor: subject.to.map(|to| show(to, table.syntax())),
                    message: message.clone(),
                    help: None,
                    rule: Some(index),
                });
            }
        }
    }

    /// Records a reference that stays, with the finding that says why.
    pub fn refused(&mut self, subject: &Subject<'_>, refusal: Refusal, table: &Table) {
        self.reference(subject, table.syntax(), false);
        self.findings.push(Finding {
            code: refusal.code,
            level: Level::Error,
            range: subject.range.clone(),
            path: Some(show(subject.path, table.syntax())),
            successor: subject.to.map(|to| show(to, table.syntax())),
            message: refusal.message,
            help: refusal.help,
            rule: Some(subject.rule),
        });
    }

    /// Records that an object is replaced, or looked up late.
    pub fn meets(&mut self, path: &[Segment], manner: Manner, syntax: &Syntax) {
        let path = show(path, syntax);
        self.met.push(Met { path, manner });
    }

    /// Records something that is no sure reference, or that a person should look at.
    pub fn remark(
        &mut self,
        code: Code,
        level: Level,
        subject: &Subject<'_>,
        message: String,
        table: &Table,
    ) {
        self.findings.push(Finding {
            code,
            level,
            range: subject.range.clone(),
            path: Some(show(subject.path, table.syntax())),
            successor: subject.to.map(|to| show(to, table.syntax())),
            message,
            help: None,
            rule: Some(subject.rule),
        });
    }

    fn reference(&mut self, subject: &Subject<'_>, syntax: &Syntax, rewritten: bool) {
        self.references.push(Reference {
            range: subject.range.clone(),
            path: show(subject.path, syntax),
            successor: subject.to.map(|to| show(to, syntax)),
            rule: subject.rule,
            rewritten,
        });
    }
}

/// Why a reference cannot be rewritten.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Its code.
    pub code: Code,
    /// One sentence, lower case, no period.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Refusal {
    /// A refusal without further help.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            help: None,
        }
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Why a path without exactly one successor stays: it was removed, or has several.
pub fn no_successor(outcome: &Outcome<'_>, syntax: &Syntax) -> Refusal {
    match outcome {
        Outcome::Alternatives(matched) => {
            let Action::Alternatives(paths) = &matched.rule.action else {
                return Refusal::new(Code::Alternatives, "it has several possible successors");
            };
            let list: Vec<String> = paths
                .iter()
                .map(|path| format!("`{}`", path.display(syntax)))
                .collect();
            Refusal::new(Code::Alternatives, "it has several possible successors")
                .help(format!("choose one of {}", list.join(", ")))
        }
        _ => Refusal::new(Code::Removed, "it is deprecated and has no successor"),
    }
}

/// A path as the language writes it.
pub fn show(path: &[Segment], syntax: &Syntax) -> String {
    SymbolPath::new(path.to_vec()).map_or_else(String::new, |path| path.display(syntax).to_string())
}

/// What is said of edits that contradict each other.
pub fn contradiction(conflict: EditConflict) -> SourceError {
    SourceError {
        message: format!(
            "the edits contradict each other: {conflict} (this is a defect of repoint, please report it)"
        ),
        offset: None,
    }
}

/// How many characters of a line a message quotes.
const QUOTED: usize = 60;

/// The line around a place, trimmed and short enough for a message. Only what is near is looked at: a line may be as
/// long as a file.
pub fn quoted_line(text: &str, at: usize) -> String {
    let at = text.floor_char_boundary(at);
    let from = text.floor_char_boundary(at.saturating_sub(QUOTED));
    let to = text.ceil_char_boundary((at + QUOTED).min(text.len()));
    let is_end = |c: char| matches!(c, '\n' | '\r');
    let start = text[from..at]
        .rfind(is_end)
        .map_or(from, |end| from + end + 1);
    let end = text[at..to].find(is_end).map_or(to, |end| at + end);
    text[start..end].trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::quoted_line;

    #[test]
    fn the_line_around_a_place_is_quoted() {
        let text = "a\n    b = é(c)  \r\nd";
        assert_eq!(quoted_line(text, 6), "b = é(c)");
        assert_eq!(quoted_line(text, text.len()), "d");
        assert_eq!(quoted_line(text, 0), "a");
    }

    #[test]
    fn a_line_as_long_as_a_file_is_cut() {
        let text = "é".repeat(10_000);
        assert!(quoted_line(&text, 10_001).chars().count() <= 61);
    }
}

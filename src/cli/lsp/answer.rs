//! What an editor is told of a text: diagnostics, and the edits of the action.

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionParams, Diagnostic, DiagnosticSeverity, DiagnosticTag,
    DocumentChanges, NumberOrString, OneOf, OptionalVersionedTextDocumentIdentifier,
    TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

use super::position::{Lines, Units};
use crate::engine::FileReport;
use crate::finding::{Code, Level};
use crate::mapping::Rule;
use crate::output::{FileView, Mode};

/// The kind of the action where an editor runs it on saving: `source.fixAll.repoint`.
pub(super) fn fix_all() -> CodeActionKind {
    CodeActionKind::new("source.fixAll.repoint")
}

/// What is said of one text.
pub(super) struct Answer {
    pub diagnostics: Vec<Diagnostic>,
    /// All edits of the file, verified together; empty if there are none.
    pub edits: Vec<TextEdit>,
    /// How many references they rewrite.
    rewritten: usize,
}

/// Turns a report on `text` into what an editor is told.
pub(super) fn answer(report: &FileReport, rules: &[Rule], text: &str, units: Units) -> Answer {
    let lines = Lines::new(text, units);
    let view = FileView::new(report, rules, Mode::Check);
    let mut diagnostics: Vec<Diagnostic> = view
        .diagnostics
        .iter()
        .map(|told| Diagnostic {
            range: lines.range(&told.range),
            severity: Some(match told.level {
                Level::Error => DiagnosticSeverity::ERROR,
                Level::Review => DiagnosticSeverity::WARNING,
                Level::Note => DiagnosticSeverity::INFORMATION,
            }),
            code: Some(NumberOrString::String(told.code.as_str().to_owned())),
            source: Some("repoint".to_owned()),
            message: match &told.help {
                Some(help) => format!("{} ({help})", told.message),
                None => told.message.clone().into_owned(),
            },
            tags: (told.code == Code::Deprecated).then(|| vec![DiagnosticTag::DEPRECATED]),
            ..Diagnostic::default()
        })
        .collect();
    if let Some(failure) = &report.failure {
        let at = failure.offset.unwrap_or(0);
        diagnostics.push(Diagnostic {
            range: lines.range(&(at..at)),
            severity: Some(DiagnosticSeverity::ERROR),
            source: Some("repoint".to_owned()),
            message: failure.message.clone(),
            ..Diagnostic::default()
        });
    }
    let edits = match report.rewritten {
        Some(_) => report.plan.edits.as_slice(),
        None => &[],
    };
    Answer {
        diagnostics,
        edits: edits
            .iter()
            .map(|edit| TextEdit::new(lines.range(&edit.range), edit.text.clone()))
            .collect(),
        rewritten: report
            .plan
            .references
            .iter()
            .filter(|it| it.rewritten)
            .count(),
    }
}

impl Answer {
    /// The action, if there is something to rewrite and it is what is asked for.
    pub fn action(self, uri: &Uri, version: i32, params: &CodeActionParams) -> Option<CodeAction> {
        if self.edits.is_empty() {
            return None;
        }
        let only = params.context.only.as_deref();
        // A kind stands for all below it.
        let asks = |kind: &CodeActionKind| {
            let is_above = |asked: &CodeActionKind| {
                let (asked, kind) = (asked.as_str(), kind.as_str());
                kind == asked
                    || kind
                        .strip_prefix(asked)
                        .is_some_and(|rest| rest.starts_with('.'))
            };
            only.is_none_or(|only| only.iter().any(is_above))
        };
        let kind = [CodeActionKind::QUICKFIX, fix_all()]
            .into_iter()
            .find(asks)?;
        let references = match self.rewritten {
            1 => "1 reference".to_owned(),
            several => format!("{several} references"),
        };
        let fixed = self.diagnostics.into_iter().filter(|it| it.tags.is_some());
        Some(CodeAction {
            title: format!("Rewrite the deprecated paths of this file ({references})"),
            kind: Some(kind),
            diagnostics: Some(fixed.collect()),
            is_preferred: Some(true),
            edit: Some(WorkspaceEdit {
                document_changes: Some(DocumentChanges::Edits(vec![TextDocumentEdit {
                    text_document: OptionalVersionedTextDocumentIdentifier {
                        uri: uri.clone(),
                        version: Some(version),
                    },
                    edits: self.edits.into_iter().map(OneOf::Left).collect(),
                }])),
                ..WorkspaceEdit::default()
            }),
            ..CodeAction::default()
        })
    }
}

//! Python at work on one tree.

use std::path::{Path, PathBuf};

use super::analysis::{self, Standing};
use super::mentions;
use super::notebook::Notebook;
use super::parse::SourceKind;
use super::roots::Roots;
use super::settings::Settings;
use super::survey::Survey;
use super::unit::Setting;
use crate::lang::{RewriteOptions, Session, SourceError};
use crate::mapping::Table;
use crate::plan::{Analysis, Plan};
use crate::project::Project;
use crate::text::{EditConflict, Edits, Encoding};

/// One run over one tree.
pub(super) struct PythonSession<'a> {
    table: &'a Table,
    options: &'a RewriteOptions,
    settings: Settings,
    roots: Roots,
    survey: Survey,
}

impl<'a> PythonSession<'a> {
    /// Opens a project.
    pub(super) fn new(project: &Project, table: &'a Table, options: &'a RewriteOptions) -> Self {
        let settings = Settings::of(options);
        let listed = settings.roots.iter().map(|root| project.root().join(root));
        let roots: Vec<PathBuf> = options.roots.iter().cloned().chain(listed).collect();
        Self {
            table,
            options,
            roots: Roots::new(project.root(), &roots),
            survey: Survey::default(),
            settings,
        }
    }
}

impl Session for PythonSession<'_> {
    fn analyze(
        &self,
        file: &Path,
        text: &str,
        _encoding: Encoding,
    ) -> Result<Analysis, SourceError> {
        if let Some(kind) = mentions::Kind::of(file, self.options.mentions) {
            return Ok(kind.analyze(text, self.table, self.options));
        }
        let homes = self.roots.homes(file);
        let is = |wanted: &str| {
            file.extension()
                .is_some_and(|extension| extension == wanted)
        };
        let standing = Standing {
            file,
            kind: if is("pyi") {
                SourceKind::Stub
            } else {
                SourceKind::Module
            },
            homes: &homes,
            roots: &self.roots,
            survey: &self.survey,
            unread: &[],
            is_doctest: false,
        };
        if !is("ipynb") {
            return self.analysis(text, standing);
        }
        let Some(notebook) = Notebook::read(text)? else {
            return Ok(Analysis::default());
        };
        let standing = Standing {
            kind: SourceKind::Cells,
            unread: notebook.left_out(),
            ..standing
        };
        let analysis = self
            .analysis(notebook.text(), standing)
            .map_err(|error| notebook.outer_error(error))?;
        notebook.outer(analysis).map_err(contradiction)
    }
}

impl PythonSession<'_> {
    /// Reads a text of Python.
    fn analysis(&self, text: &str, standing: Standing<'_>) -> Result<Analysis, SourceError> {
        let setting = Setting {
            table: self.table,
            options: self.options,
            settings: &self.settings,
        };
        let reading = analysis::read(text, standing, setting)?;
        let mut draft = reading.draft;
        draft
            .findings
            .sort_by_key(|finding| (finding.range.start, finding.code));
        draft.findings.dedup();
        draft
            .references
            .sort_by_key(|reference| reference.range.start);
        let edits = Edits::new(draft.edits, text).map_err(contradiction)?;
        Ok(Analysis {
            outline: reading.outline,
            plan: Plan {
                edits,
                references: draft.references,
                findings: draft.findings,
                declared: draft.declared,
            },
        })
    }
}

fn contradiction(conflict: EditConflict) -> SourceError {
    SourceError {
        message: format!(
            "the edits contradict each other: {conflict} (this is a defect of repoint, please report it)"
        ),
        offset: None,
    }
}

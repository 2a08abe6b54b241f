//! Python at work on one tree.

use std::path::{Path, PathBuf};

use super::analysis::{self, Standing};
use super::parse::SourceKind;
use super::roots::Roots;
use super::settings::Settings;
use super::survey::Survey;
use super::unit::Setting;
use crate::lang::{RewriteOptions, Session, SourceError};
use crate::mapping::Table;
use crate::plan::{Analysis, Plan};
use crate::project::Project;
use crate::text::{Edits, Encoding};

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
        let homes = self.roots.homes(file);
        let is = |wanted: &str| {
            file.extension()
                .is_some_and(|extension| extension == wanted)
        };
        let kind = if is("pyi") {
            SourceKind::Stub
        } else {
            SourceKind::Module
        };
        let standing = Standing {
            file,
            kind,
            homes: &homes,
            roots: &self.roots,
            survey: &self.survey,
            in_string: false,
        };
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
        let edits = Edits::new(draft.edits, text).map_err(|conflict| SourceError {
            message: format!("the edits contradict each other: {conflict} (this is a defect of repoint, please report it)"),
            offset: None,
        })?;
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

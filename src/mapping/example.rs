//! What a table says that it does: texts of before and after.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::schema::ExampleTable;
use crate::document::{Place, Problem, Read, Source};

/// A text, and what a table makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The mapping file, as it was named or found.
    pub mapping: PathBuf,
    /// The line of the mapping file, from 1.
    pub line: usize,
    /// The language of the table.
    pub language: &'static str,
    /// What it shows.
    pub name: Option<String>,
    /// The file that holds it, relative to the root of a package; `None` for a module at the root.
    pub file: Option<PathBuf>,
    /// The text.
    pub before: String,
    /// What it becomes; the same if it stays.
    pub after: String,
    /// The codes of its findings; `None` if none but reviews are expected.
    pub findings: Option<Vec<String>>,
}

impl Example {
    /// Those of a file, of which the faulty ones are reported.
    pub(super) fn all(
        tables: Vec<Read<ExampleTable>>,
        source: &Arc<Source>,
        language: &'static str,
        errors: &mut Vec<Problem>,
    ) -> Vec<Self> {
        let mut examples = Vec::new();
        for read in tables {
            let table = read.table;
            if let Some(file) = &table.file
                && !is_below(Path::new(file.get_ref()))
            {
                let place = Place::new(source, file.span());
                let message = "the file of an example lies below the root of its package";
                errors.push(
                    Problem::at(place, message)
                        .help("write a relative path without `..`, as \"src/lib.rs\""),
                );
                continue;
            }
            let before = table.before.into_inner();
            examples.push(Self {
                mapping: source.name.clone(),
                line: source.line(read.span.start),
                language,
                name: table.name,
                file: table.file.map(|file| file.into_inner().into()),
                after: table.after.unwrap_or_else(|| before.clone()),
                before,
                findings: table.findings,
            });
        }
        examples
    }
}

/// Whether a path names something below where it starts.
fn is_below(path: &Path) -> bool {
    let mut parts = path.components().peekable();
    parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
}

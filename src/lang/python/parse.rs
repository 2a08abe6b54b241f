//! Text to tree.

use std::path::Path;

use ruff_python_ast::ModModule;
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse};

use crate::lang::SourceError;

/// What kind of text it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SourceKind {
    /// A module.
    Module,
    /// A stub (`.pyi`).
    Stub,
    /// The cells of a notebook, joined: lines may be commands of IPython.
    Cells,
}

impl SourceKind {
    /// What a file of this name holds.
    pub(super) fn of(file: &Path) -> Self {
        match file.extension() {
            Some(extension) if extension == "pyi" => Self::Stub,
            Some(extension) if extension == "ipynb" => Self::Cells,
            _ => Self::Module,
        }
    }
}

/// Parses a whole text as the newest grammar: no file fails for its version.
///
/// # Errors
/// The first syntax error, with its place; it nests too deep.
pub(super) fn module(text: &str, kind: SourceKind) -> Result<Parsed<ModModule>, SourceError> {
    let mode = match kind {
        SourceKind::Cells => Mode::Ipython,
        SourceKind::Module | SourceKind::Stub => Mode::Module,
    };
    super::nesting_limit::check(text, mode)?;
    let parsed = parse(text, ParseOptions::from(mode)).map_err(|error| SourceError {
        message: format!("is not valid Python: {}", lower(&error.error.to_string())),
        offset: Some(error.location.start().to_usize()),
    })?;
    parsed.try_into_module().ok_or_else(|| SourceError {
        message: "is not a Python module".to_owned(),
        offset: None,
    })
}

/// Messages of the parser start with a capital.
fn lower(message: &str) -> String {
    let mut chars = message.chars();
    let first = chars.next().into_iter().flat_map(char::to_lowercase);
    first
        .chain(chars)
        .collect::<String>()
        .trim_end_matches('.')
        .to_owned()
}

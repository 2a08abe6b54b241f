//! One renderer a file: each turns reports of the engine into text.
//!
//! [`diagnostic`] decides what is said of a file; a [`Renderer`] decides how it looks, and knows
//! nothing of modes. Patches are no renderer: they are made of texts, not of diagnostics. Nothing
//! here decides what is printed where, or the exit status.
//!
//! A new format is one file with a [`Renderer`], and its arm in [`Format::renderer`].

pub mod concise;
pub mod configuration;
pub mod counts;
pub mod diagnostic;
pub mod document;
pub mod excerpt;
pub mod full;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod hunks;
pub mod json;
pub mod json_lines;
pub mod junit;
mod level;
pub mod markdown;
pub mod merge;
pub mod patch;
pub mod place;
pub mod rdjson;
pub mod read;
pub mod record;
pub mod report;
#[cfg(test)]
mod sample;
pub mod sarif;
pub mod schema;
pub mod statistics;
pub mod summary;

use std::io::{self, Write};
use std::path::PathBuf;

pub use diagnostic::{Diagnostic, Mode, diagnostics};

use record::Record;

use crate::engine::FileReport;
use crate::mapping::Rule;
use crate::text::LineColumn;

/// How findings are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Annotated source
    #[default]
    Full,
    /// One line each
    Concise,
    /// One JSON object a line; with `diff`, one a file
    JsonLines,
    /// The same as one JSON document
    Json,
    /// Annotations of GitHub actions
    Github,
    /// GitLab Code Quality
    Gitlab,
    /// SARIF 2.1.0 for code scanning
    Sarif,
    /// reviewdog
    Rdjson,
    /// JUnit XML
    Junit,
    /// A comment on a pull request
    Markdown,
    /// A page to review with
    Html,
}

/// Whether output is painted. Who calls knows the terminal and `--color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// With escape sequences.
    Always,
    /// Plain text.
    Never,
}

/// A file as renderers see it.
#[derive(Debug)]
pub struct FileView<'a> {
    /// What the engine says of it.
    pub report: &'a FileReport,
    /// The rules of the table that the report was made with.
    pub rules: &'a [Rule],
    /// What is to be told, by position.
    pub diagnostics: Vec<Diagnostic<'a>>,
}

impl<'a> FileView<'a> {
    /// Decides what is told. A run has one table a language: `rules` are those of the table that
    /// belongs to the report.
    pub fn new(report: &'a FileReport, rules: &'a [Rule], mode: Mode) -> Self {
        Self {
            report,
            rules,
            diagnostics: diagnostics(report, rules, mode),
        }
    }
}

/// Something that could not be read, parsed, verified or written.
#[derive(Clone, Debug)]
pub struct Failed {
    /// From the current directory if it is below it.
    pub path: PathBuf,
    /// What went wrong and what to do.
    pub message: String,
    /// Where in its text, from 1, if there is such a place.
    pub start: Option<LineColumn>,
}

/// Prints the records of a report one after the other. What is no part of a format is left out there:
/// people are told of failures elsewhere.
pub trait Renderer {
    /// Prints a record; formats that need all of them print at the end.
    ///
    /// # Errors
    /// Those of `out`.
    fn record(&mut self, record: &Record, out: &mut dyn Write) -> io::Result<()>;
}

impl Format {
    /// What prints a report in this format.
    pub fn renderer(self, color: Color) -> Box<dyn Renderer> {
        match self {
            Self::Full => Box::new(full::Full::new(color)),
            Self::Concise => Box::new(concise::Concise::new(color)),
            Self::JsonLines => Box::new(json_lines::JsonLines),
            Self::Json => report::whole(document::print),
            Self::Github => report::whole(github::print),
            Self::Gitlab => report::whole(gitlab::print),
            Self::Sarif => report::whole(sarif::print),
            Self::Rdjson => report::whole(rdjson::print),
            Self::Junit => report::whole(junit::print),
            Self::Markdown => report::whole(markdown::print),
            Self::Html => report::whole(html::print),
        }
    }

    /// Whether it is for people, who are told beside a patch, and of references only that fail the check.
    pub fn is_listing(self) -> bool {
        matches!(self, Self::Full | Self::Concise)
    }

    /// Its name on the command line.
    pub fn name(self) -> String {
        use clap::ValueEnum;
        let value = self.to_possible_value();
        value.map_or(String::new(), |value| value.get_name().to_owned())
    }
}

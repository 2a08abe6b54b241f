//! One renderer a file: each turns reports of the engine into text.
//!
//! [`diagnostic`] decides what is said of a file; a [`Renderer`] decides how it looks, and knows
//! nothing of modes. Patches are no renderer: they are made of texts, not of diagnostics. Nothing
//! here decides what is printed where, or the exit status.
//!
//! A new format is one file with a [`Renderer`], and its arm in [`Format::renderer`].

pub mod concise;
pub mod configuration;
pub mod diagnostic;
pub mod full;
pub mod json;
pub mod json_lines;
mod level;
pub mod patch;
pub mod place;
#[cfg(test)]
mod sample;
pub mod statistics;
pub mod summary;

use std::io::{self, Write};
use std::path::PathBuf;

pub use diagnostic::{Diagnostic, Mode, diagnostics};

use crate::baseline::Verdict;
use crate::engine::{FileReport, RuleCounts, Summary};
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

/// Prints files one after the other. Failures of files are not its business; see
/// [`place::failure_line`].
pub trait Renderer {
    /// Prints a file.
    ///
    /// # Errors
    /// Those of `out`.
    fn file(&mut self, file: &FileView<'_>, out: &mut dyn Write) -> io::Result<()>;

    /// Prints why a file or a folder failed, where that is part of the format: people are told elsewhere.
    ///
    /// # Errors
    /// Those of `out`.
    fn failure(&mut self, failed: &Failed, out: &mut dyn Write) -> io::Result<()> {
        let _ = (failed, out);
        Ok(())
    }

    /// Prints the counts of a run, where that is part of the format; `rules` are empty unless they are
    /// asked for.
    ///
    /// # Errors
    /// Those of `out`.
    fn summary(
        &mut self,
        summary: &Summary,
        rules: &[(&Rule, &RuleCounts)],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let _ = (summary, rules, out);
        Ok(())
    }

    /// Prints what a baseline and scopes say of the run, where that is part of the format: people are told
    /// elsewhere.
    ///
    /// # Errors
    /// Those of `out`.
    fn verdict(&mut self, verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
        let _ = (verdict, out);
        Ok(())
    }

    /// Prints what comes after the last file. Must be called once, even if there was no file.
    ///
    /// # Errors
    /// Those of `out`.
    fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let _ = out;
        Ok(())
    }
}

impl Format {
    /// What prints findings in this format.
    pub fn renderer(self, color: Color) -> Box<dyn Renderer> {
        match self {
            Self::Full => Box::new(full::Full::new(color)),
            Self::Concise => Box::new(concise::Concise::new(color)),
            Self::JsonLines => Box::new(json_lines::Findings),
        }
    }

    /// Whether it tells of references that do not fail the check, each with its standing. What people read
    /// leaves them out, and counts them.
    pub fn tells_all(self) -> bool {
        match self {
            Self::Full | Self::Concise => false,
            Self::JsonLines => true,
        }
    }

    /// What prints plans in place of a patch; `None` if `diff` prints a patch in this format.
    pub fn plan_renderer(self) -> Option<Box<dyn Renderer>> {
        match self {
            Self::Full | Self::Concise => None,
            Self::JsonLines => Some(Box::new(json_lines::Plans)),
        }
    }
}

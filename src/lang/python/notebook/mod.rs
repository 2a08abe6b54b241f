//! Notebooks: the code cells as one module, and what was planned for it as edits of the JSON.
//!
//! - `json`: where the sources of code cells stand in the file;
//! - `literal`: a JSON string as text, byte for byte, and text as a JSON string;
//! - `edits`: edits of the joined text to edits of the file;
//! - `commands`: names that code which is not read may use.
//!
//! Source: the notebook format, versions 4 and 3 (documentation of nbformat). Each cell ends in a
//! newline in the joined text; where its source has none, one is added that stands nowhere in the
//! file. Deliberately absent: outputs, other cells, kernels other than Python, cells that start with
//! `%%`. The JSON is never printed anew: it is edited like any other text.

mod commands;
mod edits;
mod json;
mod literal;
#[cfg(test)]
mod tests;

use std::ops::Range;

use crate::lang::SourceError;
use crate::outline::Outline;
use crate::plan::{Analysis, Plan};
use crate::text::{EditConflict, Edits};

pub(super) use commands::words;
use literal::Run;

/// The code of a notebook.
#[derive(Debug)]
pub(super) struct Notebook<'t> {
    json: &'t str,
    text: String,
    cells: Vec<Cell>,
    /// All with text in them, in order; disjoint in the file and in the joined text.
    literals: Vec<Literal>,
    runs: Vec<Run>,
    left_out: Vec<String>,
}

/// A code cell with a source that is not empty.
#[derive(Debug)]
struct Cell {
    /// Its source in the joined text, without an added newline.
    inner: Range<usize>,
    /// Where it ends with an added newline.
    end: usize,
    /// Indices of its literals.
    literals: Range<usize>,
    /// For a list: the byte after its bracket.
    list: Option<usize>,
}

/// A JSON string that is a source, or a part of one.
#[derive(Debug)]
struct Literal {
    /// In the joined text.
    inner: Range<usize>,
    /// In the file, with quotes.
    outer: Range<usize>,
    /// Indices of its runs.
    runs: Range<usize>,
}

impl<'t> Notebook<'t> {
    /// Reads a notebook; `None` if it is not one of Python, or has no code.
    ///
    /// # Errors
    /// It is no JSON, or no notebook, with the place.
    pub(super) fn read(json: &'t str) -> Result<Option<Self>, SourceError> {
        let mut notebook = Self {
            json,
            text: String::new(),
            cells: Vec::new(),
            literals: Vec::new(),
            runs: Vec::new(),
            left_out: Vec::new(),
        };
        for source in json::sources(json)? {
            notebook.add(&source)?;
        }
        Ok((!notebook.cells.is_empty()).then_some(notebook))
    }

    /// The joined text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The code of cells that are left out.
    pub(super) fn left_out(&self) -> &[String] {
        &self.left_out
    }

    fn add(&mut self, source: &json::Source) -> Result<(), SourceError> {
        let start = self.text.len();
        let (literals, runs) = (self.literals.len(), self.runs.len());
        for outer in &source.literals {
            let (from, first) = (self.text.len(), self.runs.len());
            literal::decode(self.json, outer, &mut self.text, &mut self.runs)?;
            if self.text.len() > from {
                self.literals.push(Literal {
                    inner: from..self.text.len(),
                    outer: outer.clone(),
                    runs: first..self.runs.len(),
                });
            }
        }
        // `%%` rules the whole cell; blank lines before it do not count.
        if self.text[start..].trim_start().starts_with("%%") {
            self.left_out.push(self.text.split_off(start));
            self.literals.truncate(literals);
            self.runs.truncate(runs);
        }
        if self.text.len() == start {
            return Ok(());
        }
        let inner = start..self.text.len();
        if !self.text.ends_with('\n') {
            self.text.push('\n');
        }
        self.cells.push(Cell {
            inner,
            end: self.text.len(),
            literals: literals..self.literals.len(),
            list: source.list,
        });
        Ok(())
    }

    /// What was found out about the joined text, as of the file.
    ///
    /// # Errors
    /// The edits contradict each other in the file.
    pub(super) fn outer(&self, analysis: Analysis) -> Result<Analysis, EditConflict> {
        let Analysis { outline, plan } = analysis;
        Ok(Analysis {
            outline: self.outer_outline(outline),
            plan: Plan {
                edits: Edits::new(self.outer_edits(&plan.edits), self.json)?,
                references: plan
                    .references
                    .into_iter()
                    .map(|mut reference| {
                        reference.range = self.outer_range(&reference.range);
                        reference
                    })
                    .collect(),
                findings: plan
                    .findings
                    .into_iter()
                    .map(|mut finding| {
                        finding.range = self.outer_range(&finding.range);
                        finding
                    })
                    .collect(),
                declared: plan.declared,
                met: plan.met,
                restated: Vec::new(),
                pieces: plan
                    .pieces
                    .iter()
                    .map(|piece| self.outer_range(piece))
                    .collect(),
            },
        })
    }

    fn outer_outline(&self, mut outline: Outline) -> Outline {
        let uses = outline.uses.iter_mut().filter_map(|it| it.range.as_mut());
        for range in uses.chain(&mut outline.places).chain(&mut outline.idle) {
            *range = self.outer_range(range);
        }
        outline
    }

    /// Why the joined text cannot be read, as of the file.
    pub(super) fn outer_error(&self, error: SourceError) -> SourceError {
        SourceError {
            offset: error.offset.map(|at| self.outer_range(&(at..at)).start),
            ..error
        }
    }

    /// The bytes of the file from the first of a range to its last; what is added is at the end of its cell.
    pub(super) fn outer_range(&self, inner: &Range<usize>) -> Range<usize> {
        let start = self
            .cell_at(inner.start)
            .and_then(|cell| Some(self.place(self.literal_from(cell, inner.start)?, inner.start)));
        if inner.is_empty() {
            return start.map_or(0..0, |start| start..start);
        }
        let end = self
            .cell_at(inner.end - 1)
            .and_then(|cell| Some(self.place(self.literal_to(cell, inner.end)?, inner.end)));
        match (start, end) {
            (Some(start), Some(end)) => start..end.max(start),
            _ => 0..0,
        }
    }

    /// The cell whose text this byte is in; the last one behind the end.
    fn cell_at(&self, inner: usize) -> Option<&Cell> {
        let after = self.cells.partition_point(|cell| cell.inner.start <= inner);
        self.cells.get(after.checked_sub(1)?)
    }

    /// The index of the literal that has what follows a place; the last one at the end of the cell.
    fn literal_from(&self, cell: &Cell, inner: usize) -> Option<usize> {
        let literals = &self.literals[cell.literals.clone()];
        let after = literals.partition_point(|literal| literal.inner.start <= inner);
        Some(cell.literals.start + after.checked_sub(1)?)
    }

    /// The index of the literal that has what stands before a place.
    fn literal_to(&self, cell: &Cell, inner: usize) -> Option<usize> {
        let literals = &self.literals[cell.literals.clone()];
        let after = literals.partition_point(|literal| literal.inner.start < inner);
        Some(cell.literals.start + after.saturating_sub(1)).filter(|_| !literals.is_empty())
    }

    /// Where a place of the joined text is in this literal of the file, or the nearest place of it.
    fn place(&self, literal: usize, inner: usize) -> usize {
        let literal = &self.literals[literal];
        let runs = &self.runs[literal.runs.clone()];
        let after = runs.partition_point(|run| run.inner <= inner);
        match after.checked_sub(1) {
            Some(index) => runs[index].place(inner),
            None => literal.outer.start + 1,
        }
    }
}

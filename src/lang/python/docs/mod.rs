//! What the docstrings of a text hold.
//!
//! - `strings`: which string literals are docstrings;
//! - `roles`: roles and directives of Sphinx whose target is an absolute path;
//! - `doctest`: the examples of one docstring as a text of their own, embedded in the file;
//! - `code`: that text read as a module whose unbound names are those of the module around it;
//! - `report`: what becomes of all of it.
//!
//! Deliberately absent: targets that Sphinx looks up relative to the documented object, expected output,
//! `__test__`, and files of prose.

mod code;
mod doctest;
mod report;
mod roles;
mod strings;
#[cfg(test)]
mod tests;

use std::ops::Range;

use ruff_python_ast::ModModule;

pub(super) use code::Code;
use doctest::Doctest;
pub(super) use strings::docstrings;

use crate::text::Embedded;

/// What the docstrings of a text hold, by position. All ranges are bytes of the file's text.
#[derive(Debug, Default)]
pub(super) struct Docs {
    /// The paths of roles and directives.
    targets: Vec<Range<usize>>,
    /// Docstrings with examples.
    doctests: Vec<Doctest>,
    /// All else in them.
    prose: Vec<Range<usize>>,
}

impl Docs {
    /// Reads the docstrings of a module.
    pub(super) fn of(module: &ModModule, text: &str) -> Self {
        let mut docs = Self::default();
        for content in docstrings(module) {
            docs.read(text, content);
        }
        docs
    }

    /// The code of all examples that can be read, and where it stands with its prompts.
    pub(super) fn code(&self) -> impl Iterator<Item = (&Embedded, Vec<Range<usize>>)> {
        let doctests = self.doctests.iter();
        doctests.map(|doctest| (&doctest.code, doctest.readable().collect()))
    }

    fn read(&mut self, text: &str, content: Range<usize>) {
        let Some(inside) = text.get(content.clone()) else {
            return;
        };
        let doctest = Doctest::find(text, content.clone());
        let mut covered: Vec<Range<usize>> = Vec::new();
        if let Some(doctest) = doctest {
            covered.extend(doctest.lines());
            self.doctests.push(doctest);
        }
        for target in roles::targets(inside) {
            let target = content.start + target.start..content.start + target.end;
            if covered.iter().all(|known| !meets(known, &target)) {
                covered.push(target.clone());
                self.targets.push(target);
            }
        }
        covered.sort_by_key(|range| range.start);
        let mut at = content.start;
        for range in covered {
            if at < range.start {
                self.prose.push(at..range.start);
            }
            at = at.max(range.end);
        }
        if at < content.end {
            self.prose.push(at..content.end);
        }
    }
}

fn meets(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

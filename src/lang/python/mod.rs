//! Python.
//!
//! `session` holds what is known of a tree (`roots`: where modules are; `survey`: what other files
//! say), `analysis` goes from text to plan: `parse`, `scopes` (what names are bound to), `unit` (all that
//! is known of one text), `strings`, `rewrite` (to edits and findings). Deliberately absent: types, values, the
//! interpreter, `sys.path`.

mod analysis;
mod annotations;
mod cookie;
mod depth;
mod docs;
mod embedded;
mod exports;
mod mentions;
mod notebook;
mod parse;
mod rewrite;
mod roots;
mod scopes;
mod semantic;
mod session;
mod settings;
mod strings;
mod survey;
mod tree;
mod unit;

use std::path::Path;

use crate::lang::{Language, RewriteOptions, Session, SourceError};
use crate::mapping::{Action, Table};
use crate::path::{PYTHON, Syntax};
use crate::project::{Anchor, Project};
use crate::text::Encoding;

/// The Python language.
#[derive(Clone, Copy, Debug, Default)]
pub struct Python;

impl Language for Python {
    fn syntax(&self) -> &'static Syntax {
        &PYTHON
    }

    /// Also files that are noted and never rewritten: those with entry points, and with `--mentions` prose.
    fn is_source(&self, path: &Path, options: &RewriteOptions) -> bool {
        is_code(path) || is_notebook(path) || mentions::Kind::of(path, options.mentions).is_some()
    }

    /// A file that refers to a path holds its last name: all others may come from elsewhere (the
    /// dots of a relative import, an alias). The exception is a star import of the module that the
    /// path lies in.
    fn anchors(&self, table: &Table) -> Vec<Anchor> {
        let mut anchors = Vec::new();
        for rule in table.rules() {
            if rule.action == Action::Keep {
                continue;
            }
            let word = |name: &str| name.is_ascii().then(|| name.to_owned());
            anchors.push(Anchor {
                word: word(rule.from.last()),
                alongside: Vec::new(),
            });
            if let [.., parent, _] = rule.from.segments() {
                anchors.push(Anchor {
                    word: word(parent),
                    alongside: star_texts(parent),
                });
            }
        }
        anchors.sort();
        anchors.dedup();
        anchors
    }

    fn encoding_of(&self, path: &Path, bytes: &[u8]) -> Result<Encoding, SourceError> {
        // JSON has no cookie.
        if is_notebook(path) {
            return Ok(Encoding::UTF_8);
        }
        if mentions::Kind::of(path, true).is_some() {
            return Ok(mentions::Kind::encoding_of(bytes));
        }
        cookie::encoding_of(bytes)
    }

    fn check_settings(&self, section: &toml::Table) -> Result<(), String> {
        settings::Settings::parse(section).map(|_| ())
    }

    fn open<'a>(
        &'a self,
        project: &'a Project,
        table: &'a Table,
        options: &'a RewriteOptions,
    ) -> Box<dyn Session + 'a> {
        Box::new(session::PythonSession::new(project, table, options))
    }
}

fn is_notebook(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "ipynb")
}

/// Whether a file holds code, by its name.
fn is_code(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "py" || extension == "pyi")
}

/// What a star import of a module looks like. Names of modules are short and common, so the name alone would make
/// most files with a star import candidates. More white space than this is written by nobody, and a file that
/// uses a name which the star brings holds that name anyway.
fn star_texts(module: &str) -> Vec<String> {
    [
        " import *",
        " import*",
        "  import *",
        " import  *",
        "\timport *",
        " import\t*",
        " \\\n",
    ]
    .iter()
    .map(|behind| format!("{module}{behind}"))
    .collect()
}

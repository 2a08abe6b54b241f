//! Python.
//!
//! In the order in which a text goes through:
//!
//! - `session`: one tree, with `settings`; `roots` says where its modules are, `index` what other files say
//!   of a name, `tree` puts both as the questions that a rewrite asks;
//! - `cookie`: bytes to text; `notebook`: the cells of a notebook as one text, and its edits as edits of the JSON;
//! - `analysis`: one text from parse to plan. `nesting_limit` refuses what would overflow the stack, `parse` makes the
//!   tree, `syntax_errors` tells whether it is a valid module;
//! - `moving`: relative imports of a file that moves itself;
//! - `scopes`: what names are bound to; `exports`: `__all__`; `annotations`: strings and comments that hold types;
//! - `unit`: one text with all that was found out so far, which the rest works on;
//! - `docs`, `strings`: references in docstrings and in strings; `embedded` takes over what was found in code
//!   inside of them;
//! - `rewrite`: what becomes of each clause, chain and pair, as edits and findings;
//! - `loads`: which files of the tree a file loads;
//! - `mentions`: text that is no code; `tokens`: what verification compares without all of the above; `directives`:
//!   comments for tools.
//!
//! Deliberately absent: types, values, the interpreter, `sys.path`, what imports do when they are run.

mod analysis;
mod annotations;
mod complexity_limit;
mod cookie;
mod directives;
mod docs;
mod embedded;
mod exports;
mod facts;
mod index;
mod loads;
mod mentions;
mod moving;
mod nesting_limit;
mod notebook;
mod own;
mod parse;
mod rewrite;
mod roots;
mod scopes;
mod session;
mod settings;
mod strings;
mod syntax_errors;
mod targets;
mod tokens;
mod tree;
mod unit;

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use crate::document::Reader;
use crate::lang::{Language, RewriteOptions, Session, SourceError};
use crate::mapping::Table;
use crate::path::{PYTHON, Syntax};
use crate::project::{Anchor, Project};
use crate::text::Encoding;
use crate::tokens::Tokens;

/// The Python language.
#[derive(Clone, Copy, Debug, Default)]
pub struct Python;

impl Language for Python {
    fn syntax(&self) -> &'static Syntax {
        &PYTHON
    }

    /// Also files that are noted and never rewritten: those with entry points, and with `--mentions` prose.
    fn is_source(&self, path: &Path, options: &RewriteOptions) -> bool {
        is_code(path) || is_notebook(path) || mentions::Kind::in_run(path, options).is_some()
    }

    fn script(&self) -> Option<fn(&[u8]) -> bool> {
        Some(is_script)
    }

    fn reads_named(&self, path: &Path) -> bool {
        let extension = path.extension();
        extension.is_some_and(|it| it == "pyx" || it == "pxd") || mentions::Kind::of(path).is_none()
    }

    /// A file that refers to a path holds its last name: all others may come from elsewhere (the
    /// dots of a relative import, an alias). The exception is a star import of the module that the
    /// path lies in.
    fn anchors(&self, table: &Table) -> Vec<Anchor> {
        let mut anchors = Vec::new();
        for rule in table.rules() {
            if !rule.is_looked_for() {
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

    fn comment_sign(&self) -> &'static str {
        "#"
    }

    fn anchors_of_stars(&self) -> Vec<Anchor> {
        let stars = ["import *", "import*", "import  *", "import\t*"].map(str::to_owned);
        vec![Anchor {
            word: Some("import".to_owned()),
            alongside: stars.to_vec(),
        }]
    }

    /// A relative import: with its file elsewhere the dots name another package.
    fn place_anchors(&self) -> Vec<Vec<Anchor>> {
        let dots = ["from .", "from.", "from  .", "from\t."].map(str::to_owned);
        vec![vec![Anchor {
            word: Some("import".to_owned()),
            alongside: dots.to_vec(),
        }]]
    }

    fn encoding_of(&self, path: &Path, bytes: &[u8]) -> Result<Encoding, SourceError> {
        // JSON has no cookie.
        if is_notebook(path) {
            return Ok(Encoding::UTF_8);
        }
        if mentions::Kind::of(path).is_some() {
            return Ok(mentions::Kind::encoding_of(bytes));
        }
        cookie::encoding_of(bytes)
    }

    fn check_settings(&self, section: DeTable<'_>, span: Range<usize>, reader: &mut Reader<'_>) {
        reader.table::<settings::Settings>(section, span);
    }

    fn first_settings(&self, sources: &[PathBuf]) -> toml::Table {
        settings::first(sources)
    }

    fn settings_schema(&self) -> serde_json::Value {
        schemars::schema_for!(settings::Settings).to_value()
    }

    fn tokens(&self, path: &Path, text: &str) -> Tokens {
        tokens::tokens(path, text)
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
        .is_some_and(|extension| extension == "py" || extension == "pyi" || extension == "pyw")
}

/// Whether a file starts with a line that has Python run it: `#!/usr/bin/env python3`. Where the path of the
/// interpreter is long, a shell starts it: `'''exec' /long/python` in the second line.
fn is_script(start: &[u8]) -> bool {
    let mut lines = start.split(|byte| *byte == b'\n');
    let Some(line) = lines.next().and_then(|line| line.strip_prefix(b"#!")) else {
        return false;
    };
    let names = |line: &[u8]| {
        let line = String::from_utf8_lossy(line).into_owned();
        let words = line
            .split([' ', '\t', '\r', '"'])
            .filter(|word| !word.is_empty());
        let words = words.map(|word| word.rsplit('/').next().unwrap_or(word).to_owned());
        words.collect::<Vec<String>>()
    };
    let is_python = |word: &String| word.starts_with("python") || word.starts_with("pypy");
    let words = names(line);
    let runs = |program: &str| words.iter().any(|word| word == program);
    words.iter().any(is_python)
        || (runs("run") && (runs("uv") || runs("pipx")))
        || lines
            .next()
            .is_some_and(|line| line.starts_with(b"'''exec'") && names(line).iter().any(is_python))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_start_with_their_interpreter() {
        for text in [
            "#!/usr/bin/env python3\nimport x",
            "#!/usr/bin/python3.11 -u\r\n",
            "#! /opt/venv/bin/python",
            "#!/usr/bin/env -S uv run --script\n",
            "#!/usr/bin/env pypy3\n",
            "#!/bin/sh\n'''exec' /very/long/bin/python3 \"$0\" \"$@\"\n' '''\n",
        ] {
            assert!(is_script(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "import x",
            "#!/bin/sh\npython x\n",
            "#!/usr/bin/perl\n",
            "\n#!/usr/bin/python",
        ] {
            assert!(!is_script(text.as_bytes()), "{text}");
        }
    }
}

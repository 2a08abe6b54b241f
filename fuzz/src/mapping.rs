//! Mapping tables, from a file to T: whatever is in the file, loading it ends, and says where it is
//! wrong or gives a table that is a function.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use repoint::config::{Config, Reading};
use repoint::engine::Engine;
use repoint::lang::{RewriteOptions, registry};
use repoint::document::{Problem, Problems};
use repoint::mapping::{Action, MappingSource, Tables};
use repoint::mapping::{Outcome as T, Table, load};
use repoint::path::{Namespaces, SYNTAXES, SymbolPath};
use repoint::project::{Configured, Project, Section};

use crate::{Outcome, rewriter, seeds};

/// Rules of a table that are tried.
const RULES: usize = 200;

pub const WORDS: &[&str] = &[
    "[[move]]\n",
    "[[remove]]\n",
    "[[keep]]\n",
    "[rust]\n",
    "[python]\n",
    "language = \"python\"\n",
    "language = \"rust\"\n",
    "name = \"t\"\n",
    "rename = \"uses\"\n",
    "from = \"a.b\"\n",
    "to = \"c\"\n",
    "to = \"a.b.c\"\n",
    "path = \"a.b\"\n",
    "names = [\"A\", \"B\"]\n",
    "kind = \"module\"\n",
    "kind = \"macro\"\n",
    "exact = true\n",
    "override = true\n",
    "alternatives = [\"a\", \"b\"]\n",
    "package = \"p\"\n",
    "mappings = [\"m.toml\"]\n",
    "max-file-size = \"9M\"\n",
    "a::b",
    "::",
    ".",
    ":",
    "=",
    "\"\"\"",
    "'''",
    "{",
    "[",
    "crate",
    "r#try",
    "builtins.list",
    "1e999",
    "\\u0000",
    "\\U0001F980",
];

/// The tables and the configurations of the project.
pub fn seeds() -> Vec<Vec<u8>> {
    let folders = ["mappings", "tests"];
    let files = seeds::files(&folders, &["toml"]);
    files.into_iter().map(|(_, bytes)| bytes).collect()
}

/// Loads `input` as a mapping file, as a configuration and, if it is one line, as `--move`.
///
/// # Panics
/// That panics, what is said of it has no place in it, or T of an accepted table is no function
/// that ends.
pub fn mapping(input: &[u8]) -> Outcome {
    let folder = folder();
    let file = folder.join("m.toml");
    std::fs::write(&file, input).expect("writable");
    configuration(&file);
    let text = std::str::from_utf8(input);
    if let Ok(text) = text
        && !text.contains('\n')
    {
        for language in [None, Some("python"), Some("rust")] {
            let source = MappingSource::Move {
                text: text.to_owned(),
                language: language.map(str::to_owned),
            };
            told(load(&[source], SYNTAXES), text);
        }
    }
    let text = text.unwrap_or_default();
    let sources = match MappingSource::resolve("m.toml", folder) {
        Ok(sources) => sources,
        Err(errors) => {
            errors_have_places(&errors, text);
            return Outcome::Refused;
        }
    };
    match told(load(&sources, SYNTAXES), text) {
        Some(tables) => rewrites(tables.tables()),
        None => Outcome::Refused,
    }
}

/// A folder that stays for as long as the process does.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder").keep();
        folder.canonicalize().expect("it exists")
    })
}

fn configuration(file: &Path) {
    let configured = Configured {
        file: file.to_owned(),
        section: Section::Whole,
    };
    let reading = Reading {
        name: file,
        by: repoint::file::NamedBy::Person,
        root: folder(),
        languages: registry(),
    };
    // Whether it is right is not asked.
    if let Err(problems) = Config::read(&configured, &reading) {
        assert!(!problems.to_string().is_empty(), "an error without words");
    }
}

/// Checks what is said, and T.
fn told(loaded: Result<Tables, Problems>, text: &str) -> Option<Tables> {
    match loaded {
        Ok(tables) => {
            let lines = text.split('\n').count();
            for warning in tables.warnings() {
                has_place(warning, text, lines);
                assert!(!warning.render(false).is_empty(), "a warning without words");
            }
            for table in tables.tables() {
                t_is_a_function(table);
            }
            Some(tables)
        }
        Err(errors) => {
            errors_have_places(&errors, text);
            None
        }
    }
}

fn errors_have_places(errors: &Problems, text: &str) {
    assert!(!errors.errors().is_empty(), "refused without an error");
    let lines = text.split('\n').count();
    for error in errors.errors() {
        has_place(error, text, lines);
    }
    assert!(!errors.to_string().is_empty(), "errors without words");
    for color in [false, true] {
        assert!(!errors.render(color).is_empty(), "errors without words");
    }
}

/// `lines`: how many the text has.
fn has_place(error: &Problem, text: &str, lines: usize) {
    if let Some(span) = error.span() {
        assert!(text.get(span.clone()).is_some(), "{span:?}: {error}");
    }
    let line = error.line();
    assert!(
        line.is_none_or(|line| (1..=lines).contains(&line)),
        "{error}"
    );
}

/// What T makes of a path, T leaves.
fn t_is_a_function(table: &Table) {
    for rule in table.rules().iter().take(RULES) {
        let mut paths = vec![rule.from.clone()];
        match &rule.action {
            Action::Move(to) => paths.push(to.clone()),
            Action::Alternatives(to) => paths.extend(to.iter().cloned()),
            Action::Remove | Action::Keep => {}
        }
        let below: Vec<SymbolPath> = paths.iter().map(|path| path.child("x")).collect();
        for path in paths.iter().chain(&below) {
            for kinds in [Namespaces::ALL, Namespaces(1), Namespaces(2), Namespaces(4)] {
                if let T::Moves(moved) = table.resolve(path.segments(), kinds) {
                    let again = table.resolve(moved.to.segments(), kinds);
                    assert_eq!(again, T::Stays, "T(T({path:?})) of {kinds:?}");
                    let tail = &path.segments()[path.len() - moved.tail..];
                    assert!(moved.to.segments().ends_with(tail), "the tail of {path:?}");
                }
            }
        }
    }
}

/// Rewrites a source that refers to the first rules of each table.
fn rewrites(tables: &[Table]) -> Outcome {
    let project = Project::at(folder().to_owned());
    let options = RewriteOptions::default();
    let root = folder().to_owned();
    let engine = Engine::open(registry(), tables, &project, &options, root.clone());
    let _ = engine.anchors();
    let mut outcome = Outcome::Same;
    for table in tables {
        let syntax = table.syntax();
        let is_rust = syntax.separator == "::";
        let lines = table.rules().iter().take(8).map(|rule| {
            let path = rule.from.display(syntax);
            match rule.from.parent() {
                _ if is_rust => {
                    format!("use {path};\nfn f{}() {{ {path}::x(); }}\n", rule.id.len())
                }
                Some(parent) => {
                    let parent = parent.display(syntax);
                    let name = rule.from.last();
                    format!("from {parent} import {name}\nimport {path}\n{name}({path}.x)\n")
                }
                None => format!("import {path}\n{path}.x()\n"),
            }
        });
        let source: String = lines.collect();
        let file = root.join(if is_rust { "src/lib.rs" } else { "main.py" });
        match rewriter::checked(&engine, table.rules(), &file, source.as_bytes()) {
            Outcome::Left(message) => return Outcome::Left(message),
            Outcome::Changed => outcome = Outcome::Changed,
            Outcome::Refused | Outcome::Same => {}
        }
    }
    outcome
}

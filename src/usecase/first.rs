//! What the first configuration of a tree says: its languages, where their modules start, and a gate for
//! the test runner that it uses. Names of files and a few words in them tell; nothing is run.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::config::SCHEMA_NAME;
use crate::file;
use crate::lang::{Language, RewriteOptions};
use crate::project::{Anchor, Prefilter, Project, Sources, WalkOptions, discover};

/// What was found in a tree.
#[derive(Debug, Default)]
pub struct First {
    /// The languages that have sources, with what should be said to each.
    pub languages: Vec<(&'static str, toml::Table)>,
    /// The runners of its tests, with the command that runs all of them.
    pub runners: Vec<(Runner, Vec<&'static str>)>,
    /// Whether there is a folder `mappings`, which is read without being listed.
    pub has_mappings: bool,
}

/// A program that runs tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runner {
    /// pytest.
    Pytest,
    /// `unittest` of Python's library.
    Unittest,
    /// `cargo test`.
    CargoTest,
    /// cargo-nextest.
    Nextest,
}

impl Runner {
    /// How people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pytest => "pytest",
            Self::Unittest => "unittest",
            Self::CargoTest => "cargo test",
            Self::Nextest => "cargo nextest",
        }
    }

    /// The command that runs all tests of the project at `root`.
    fn argv(self, root: &Path) -> &'static [&'static str] {
        match self {
            Self::Unittest if root.join("tests").is_dir() => {
                &["python3", "-m", "unittest", "discover", "-s", "tests"]
            }
            Self::Pytest => &["python3", "-m", "pytest", "-q"],
            Self::Unittest => &["python3", "-m", "unittest", "discover"],
            Self::CargoTest => &["cargo", "test", "--workspace"],
            Self::Nextest => &["cargo", "nextest", "run", "--workspace"],
        }
    }
}

/// Looks at the tree of a project: its ignore files count as in any other run.
pub fn look(project: &Project, languages: &[&'static dyn Language], walk: &WalkOptions) -> First {
    let root = project.root();
    let options = RewriteOptions::default();
    let mut found = First {
        has_mappings: root.join("mappings").is_dir(),
        ..First::default()
    };
    for language in languages {
        let is_source = |path: &Path| language.is_source(path, &options);
        let holding = |prefilter: &Prefilter| -> Vec<PathBuf> {
            let sources = Sources::named_so(&is_source);
            let walked = discover(&[root.to_owned()], project, walk, sources, prefilter);
            let below = |path: &PathBuf| path.strip_prefix(root).ok().map(Path::to_path_buf);
            walked
                .candidates
                .iter()
                .filter_map(|found| below(&found.path))
                .collect()
        };
        let all = holding(&Prefilter::new(&[Anchor {
            word: None,
            alongside: Vec::new(),
        }]));
        if all.is_empty() {
            continue;
        }
        let name = language.syntax().language;
        found.languages.push((name, language.first_settings(&all)));
        // Which runner is at work shows in what its tests import.
        let imports = |word: &str| !holding(&Prefilter::of_word(word)).is_empty();
        let runner = runner(root, name, &imports);
        found
            .runners
            .extend(runner.map(|runner| (runner, runner.argv(root).to_vec())));
    }
    found
}

/// The runner of the tests of a language; `imports` tells whether one of its sources holds a word.
fn runner(root: &Path, language: &str, imports: &dyn Fn(&str) -> bool) -> Option<Runner> {
    let has = |name: &str| root.join(name).is_file();
    let says = |name: &str, words: &str| {
        file::read(&root.join(name))
            .is_ok_and(|bytes| memchr::memmem::find(&bytes, words.as_bytes()).is_some())
    };
    match language {
        "rust" if !has("Cargo.toml") => None,
        "rust" if has(".config/nextest.toml") => Some(Runner::Nextest),
        "rust" => Some(Runner::CargoTest),
        "python" => {
            let is_configured = has("pytest.ini")
                || has("conftest.py")
                || says("pyproject.toml", "pytest")
                || says("setup.cfg", "[tool:pytest]")
                || says("tox.ini", "pytest");
            if is_configured || imports("pytest") {
                Some(Runner::Pytest)
            } else {
                imports("unittest").then_some(Runner::Unittest)
            }
        }
        _ => None,
    }
}

impl First {
    /// The text of the configuration.
    pub fn text(&self) -> String {
        let mut out = format!(
            "#:schema ./{SCHEMA_NAME}\n\
             # Editors complete and check this file with the schema: `repoint config --schema >{SCHEMA_NAME}`\n\
             # writes it. `repoint config` shows what is in force.\n\n"
        );
        out.push_str(if self.has_mappings {
            "# Mapping tables: files, folders or names of built-in ones. The folder `mappings` is read without\n\
             # being listed.\n\
             # mappings = [\"mappings\"]\n"
        } else {
            "# Mapping tables: files, folders from here, or names of built-in ones, such as\n\
             # \"python/typing-builtins\" or \"rust/std-to-core\". `repoint mapping check` validates them.\n\
             # mappings = [\"mappings\"]\n"
        });
        out.push_str(
            "\n# Which files are read, as patterns of .gitignore; ignore files count without being named.\n\
             # include = [\"app/**\"]\n\
             # exclude = [\"app/vendor/\"]\n\
             \n# Which strings are references: \"known\" (those of mock.patch and the like), \"all\" or \"off\".\n\
             # strings = \"known\"\n",
        );
        for (language, settings) in &self.languages {
            if settings.is_empty() {
                continue;
            }
            let _ = write!(
                out,
                "\n[{language}]\n# Where its modules start.\n{settings}"
            );
        }
        out.push_str(
            "\n# A part of the tree that is counted apart: `repoint check` fails with more references in it.\n\
             # [[scope]]\n\
             # name = \"production\"\n\
             # include = [\"app/**\"]\n\
             # exclude = [\"app/**/testing/**\"]\n\
             # max = 0\n",
        );
        out.push_str(
            "\n# Commands that prove the migration: `repoint gate run` and `repoint migrate` run them, nothing\n\
             # else does. `before`, `during` and `after` say what is expected: \"pass\", \"fail\" or \"any\".\n",
        );
        if self.runners.is_empty() {
            out.push_str(&commented(&gate("tests", &["make", "test"])));
        }
        for (runner, argv) in &self.runners {
            let name = if self.runners.len() == 1 {
                "tests"
            } else {
                runner.name()
            };
            let name = name.replace(' ', "-");
            out.push_str(&gate(&name, argv));
        }
        out.push_str(
            "\n# [migrate]\n\
             # batch = \"folder\"                # priority, owner, folder, rule, or a number of files\n\
             # priority = [\"app/core/**\"]       # earlier patterns first\n",
        );
        out
    }
}

/// A gate whose command passes throughout.
fn gate(name: &str, argv: &[&str]) -> String {
    let argv: Vec<toml::Value> = argv.iter().map(|word| toml::Value::from(*word)).collect();
    format!(
        "[[gate]]\nname = \"{name}\"\nrun = {}\nbefore = \"pass\"\nduring = \"pass\"\nafter = \"pass\"\n",
        toml::Value::Array(argv)
    )
}

fn commented(text: &str) -> String {
    text.lines().map(|line| format!("# {line}\n")).collect()
}

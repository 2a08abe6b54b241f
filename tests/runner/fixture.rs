//! One fixture as data: a tree before, the tree after, and what is said of it.
//!
//! The format is described in `tests/fixtures/README.md`. Anything in a fixture that is not
//! understood is an error: a misspelled file name must not become a test that tests nothing.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::path::Path;

use crate::compile::{self, Target};
use crate::run::Behaviour;
use crate::table;

/// Files by their `/`-separated path.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// A language that has fixtures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Rust,
    Python,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Rust, Self::Python];

    /// The name of the folder below `tests/fixtures`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Python => "python",
        }
    }

    /// What comes before a fixture's name in the name of a trial.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Rust => "",
            Self::Python => "python::",
        }
    }

    /// Of a case of one file: the extension of `input` and `expected`, and its path in the tree.
    fn single_files(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Rust => &[("rs", "src/lib.rs")],
            Self::Python => &[
                ("py", "main.py"),
                ("pyi", "main.pyi"),
                ("ipynb", "main.ipynb"),
            ],
        }
    }
}

/// What a fixture says of both of its states, for a judge that is no part of this crate.
pub enum Claim {
    /// What rustc must accept; empty if the fixture claims nothing.
    Rust(Vec<Target>),
    /// What Python must accept and run.
    Python(Behaviour),
}

/// One folder below `tests/fixtures/LANGUAGE`.
pub struct Fixture {
    /// The mapping table, its own or a shared one, if it is a file.
    pub mapping: Option<Vec<u8>>,
    /// Arguments besides the mapping and the output format.
    pub args: Vec<String>,
    /// The tree that is given.
    pub before: Tree,
    /// The tree that `apply` must leave.
    pub after: Tree,
    /// What `apply` must report, sorted.
    pub findings: Vec<Expected>,
    /// The exit status of `apply`.
    pub status: i32,
    /// The fixture says that the prefilter drops all of its files.
    pub is_unparsed: bool,
    /// What the judge of its language must accept.
    pub claim: Claim,
}

/// A finding without its message.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    pub path: String,
    pub line: usize,
    /// `None` in a fixture where only the line matters.
    pub column: Option<usize>,
    pub level: String,
    pub code: String,
}

impl Expected {
    /// Reads `path:line[:column] level[code]`.
    pub fn parse(line: &str) -> Option<Self> {
        let (place, what) = line.rsplit_once(' ')?;
        let (level, code) = what.strip_suffix(']')?.split_once('[')?;
        let mut parts = place.split(':');
        let path = parts.next()?.to_owned();
        let line = parts.next()?.parse().ok()?;
        let column = match parts.next() {
            Some(column) => Some(column.parse().ok()?),
            None => None,
        };
        (parts.next().is_none() && matches!(level, "error" | "review" | "note")).then(|| Self {
            path,
            line,
            column,
            level: level.to_owned(),
            code: code.to_owned(),
        })
    }

    /// Reads `path:line:column: level[code] message`, as the concise format prints it.
    pub fn parse_concise(line: &str) -> Option<Self> {
        let (place, rest) = line.split_once(": ")?;
        let (what, _message) = rest.split_once(' ')?;
        Self::parse(&format!(
            "{} {what}",
            place.strip_prefix("./").unwrap_or(place)
        ))
    }

    /// Whether an actual finding is the one that is meant.
    pub fn admits(&self, actual: &Self) -> bool {
        self.column
            .is_none_or(|column| Some(column) == actual.column)
            && Self {
                column: actual.column,
                ..self.clone()
            } == *actual
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path, self.line)?;
        if let Some(column) = self.column {
            write!(f, ":{column}")?;
        }
        write!(f, " {}[{}]", self.level, self.code)
    }
}

impl Fixture {
    /// Reads a fixture's folder.
    ///
    /// # Errors
    ///
    /// Names the file that is missing, superfluous or malformed.
    pub fn read(language: Language, folder: &Path) -> Result<Self, String> {
        let mut files = Tree::new();
        collect(folder, folder, &mut files).map_err(|e| format!("{}: {e}", folder.display()))?;
        let text = |files: &mut Tree, name: &str| -> Result<Option<String>, String> {
            let bytes = files.remove(name);
            bytes
                .map(|bytes| String::from_utf8(bytes).map_err(|e| format!("{name}: {e}")))
                .transpose()
        };

        let mapping = table::of(folder)?;
        for file in [table::OWN, table::NAME] {
            files.remove(file);
        }
        let args = text(&mut files, "args")?.unwrap_or_default();
        let args: Vec<String> = args.lines().map(str::to_owned).collect();
        if mapping.is_none() && args.is_empty() {
            return Err("none of mapping, mapping.toml and args".into());
        }

        let findings = text(&mut files, "findings")?.unwrap_or_default();
        let mut findings = findings
            .lines()
            .map(|line| Expected::parse(line).ok_or(format!("findings: `{line}`")))
            .collect::<Result<Vec<_>, _>>()?;
        findings.sort();

        let claim = match language {
            Language::Rust => Claim::Rust(Target::parse_all(text(&mut files, "compile")?)?),
            Language::Python => Claim::Python(Behaviour::parse(
                text(&mut files, "run")?,
                files.remove("uncompilable").is_none(),
            )?),
        };

        let status = match text(&mut files, "status")? {
            Some(status) => status.trim().parse().map_err(|e| format!("status: {e}"))?,
            None => i32::from(findings.iter().any(|finding| finding.level == "error")),
        };

        let is_unparsed = files.remove("unparsed").is_some();
        let mut before = Tree::new();
        let mut after = Tree::new();
        for (extension, path) in language.single_files() {
            if let Some(input) = files.remove(&format!("input.{extension}")) {
                before.insert((*path).to_owned(), input);
                if let Claim::Rust(targets) = &claim {
                    before.insert("Cargo.toml".into(), compile::manifest(targets).into());
                }
            }
            if let Some(expected) = files.remove(&format!("expected.{extension}")) {
                after.insert((*path).to_owned(), expected);
            }
        }
        for (path, bytes) in files {
            if let Some(path) = path.strip_prefix("before/") {
                before.insert(path.to_owned(), bytes);
            } else if let Some(path) = path.strip_prefix("after/") {
                after.insert(path.to_owned(), bytes);
            } else {
                return Err(format!("{path}: not a part of a fixture"));
            }
        }
        for path in after.keys() {
            match before.get(path) {
                None => {
                    return Err(format!(
                        "after/{path}: not in before/, and nothing makes files"
                    ));
                }
                Some(bytes) if *bytes == after[path] => {
                    return Err(format!("after/{path}: the same as before/, leave it out"));
                }
                Some(_) => {}
            }
        }
        if before.is_empty() {
            return Err("neither an input nor before/".into());
        }
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if language == Language::Python && name.ends_with("-stays") && !after.is_empty() {
            return Err("something changes, so the name must not end in `-stays`".into());
        }
        for (path, bytes) in &before {
            after.entry(path.clone()).or_insert_with(|| bytes.clone());
        }
        Ok(Self {
            mapping,
            args,
            before,
            after,
            findings,
            status,
            is_unparsed,
            claim,
        })
    }
}

/// Reads all files below `folder`, but not the journal.
pub fn collect(root: &Path, folder: &Path, into: &mut Tree) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name() == Some(OsStr::new(".repoint")) {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, into)?;
        } else {
            let relative = path.strip_prefix(root).unwrap_or(&path);
            let name: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
            into.insert(name.join("/"), fs::read(&path)?);
        }
    }
    Ok(())
}

/// Writes all files below `folder`.
pub fn write(tree: &Tree, folder: &Path) -> std::io::Result<()> {
    for (path, bytes) in tree {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, bytes)?;
    }
    Ok(())
}

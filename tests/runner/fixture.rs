//! One fixture as data: a tree before, the tree after, and what is said of it.
//!
//! The format is described in `tests/fixtures/README.md`. Anything in a fixture that is not
//! understood is an error: a misspelled file name must not become a test that tests nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

/// Files by their `/`-separated path.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// The manifest around a fixture that is a single file.
const MANIFEST: &str = "[package]\nname = \"krate\"\nversion = \"0.0.0\"\nedition = \"EDITION\"\n\n\
                        [dependencies]\nnew = \"1\"\nold = \"1\"\nother = \"1\"\n";

/// One folder below `tests/fixtures/rust`.
pub struct Fixture {
    /// The folder's name.
    pub name: String,
    /// The mapping table, if it is a file.
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
    /// What rustc must accept; empty if the fixture claims nothing.
    pub targets: Vec<Target>,
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

/// One run of rustc, from a line of the file `compile`.
pub struct Target {
    pub file: String,
    /// The crate's name; libraries are given to the targets after them under it.
    pub name: String,
    /// `lib`, `bin`, or `test` for what `rustc --test` makes.
    pub kind: String,
    pub edition: String,
    /// Local name and name of stub crates that this target sees; `None`: all under their own names.
    pub externs: Option<Vec<(String, String)>>,
    /// `before` or `after` if the claim is made for one state only.
    pub state: Option<String>,
}

impl Target {
    fn parse(line: &str) -> Result<Self, String> {
        let mut target = Self {
            file: "src/lib.rs".into(),
            name: "krate".into(),
            kind: "lib".into(),
            edition: "2021".into(),
            externs: None,
            state: None,
        };
        for word in line.split_whitespace() {
            match word.split_once('=') {
                None => target.file = word.into(),
                Some(("crate", name)) => target.name = name.into(),
                Some(("type", kind @ ("lib" | "bin" | "test"))) => target.kind = kind.into(),
                Some(("edition", edition)) => target.edition = edition.into(),
                Some(("state", state @ ("before" | "after"))) => target.state = Some(state.into()),
                Some(("extern", list)) => {
                    let pairs = list.split(',').filter(|pair| !pair.is_empty());
                    target.externs = Some(
                        pairs
                            .map(|pair| pair.split_once(':').unwrap_or((pair, pair)))
                            .map(|(local, stub)| (local.to_owned(), stub.to_owned()))
                            .collect(),
                    );
                }
                Some(_) => return Err(format!("compile: `{word}` is not understood")),
            }
        }
        Ok(target)
    }
}

impl Fixture {
    /// Reads a fixture's folder.
    ///
    /// # Errors
    ///
    /// Names the file that is missing, superfluous or malformed.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let mut files = Tree::new();
        collect(folder, folder, &mut files).map_err(|e| format!("{}: {e}", folder.display()))?;
        let text = |files: &mut Tree, name: &str| -> Result<Option<String>, String> {
            let bytes = files.remove(name);
            bytes
                .map(|bytes| String::from_utf8(bytes).map_err(|e| format!("{name}: {e}")))
                .transpose()
        };

        let mapping = files.remove("mapping.toml");
        let args = text(&mut files, "args")?.unwrap_or_default();
        let args: Vec<String> = args.lines().map(str::to_owned).collect();
        if mapping.is_none() && args.is_empty() {
            return Err("neither mapping.toml nor args".into());
        }

        let findings = text(&mut files, "findings")?.unwrap_or_default();
        let mut findings = findings
            .lines()
            .map(|line| Expected::parse(line).ok_or(format!("findings: `{line}`")))
            .collect::<Result<Vec<_>, _>>()?;
        findings.sort();

        let targets = match text(&mut files, "compile")? {
            None => Vec::new(),
            Some(lines) if lines.trim().is_empty() => vec![Target::parse("")?],
            Some(lines) => lines.lines().map(Target::parse).collect::<Result<_, _>>()?,
        };

        let status = match text(&mut files, "status")? {
            Some(status) => status.trim().parse().map_err(|e| format!("status: {e}"))?,
            None => i32::from(findings.iter().any(|finding| finding.level == "error")),
        };

        let mut before = Tree::new();
        if let Some(input) = files.remove("input.rs") {
            let edition = targets.first().map_or("2021", |target| &target.edition);
            before.insert(
                "Cargo.toml".into(),
                MANIFEST.replace("EDITION", edition).into(),
            );
            before.insert("src/lib.rs".into(), input);
        }
        let mut after = Tree::new();
        if let Some(expected) = files.remove("expected.rs") {
            after.insert("src/lib.rs".into(), expected);
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
        for (path, bytes) in &before {
            after.entry(path.clone()).or_insert_with(|| bytes.clone());
        }
        Ok(Self {
            name: folder
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            mapping,
            args,
            before,
            after,
            findings,
            status,
            targets,
        })
    }
}

/// Reads all files below `folder`.
pub fn collect(root: &Path, folder: &Path, into: &mut Tree) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
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

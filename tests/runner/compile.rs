//! Gives both states of a fixture to rustc.
//!
//! Only metadata is made: that is all of name resolution and type checking, at a tenth of a second
//! a crate. The foreign crates `old`, `new` and `other` are stubs, compiled once a run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::fixture::{self, Fixture, Tree};

/// The stub crates; a later one may use those before it.
const STUBS: [&str; 3] = ["new", "other", "old"];

/// The manifest around a fixture that is a single file.
const MANIFEST: &str = "[package]\nname = \"krate\"\nversion = \"0.0.0\"\nedition = \"EDITION\"\n\n\
                        [dependencies]\nnew = \"1\"\nold = \"1\"\nother = \"1\"\n";

/// The manifest of a fixture that is a single file, of the edition that its first target has.
pub fn manifest(targets: &[Target]) -> String {
    let edition = targets.first().map_or("2021", |target| &target.edition);
    MANIFEST.replace("EDITION", edition)
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
    /// Reads the file `compile`: no file claims nothing, an empty one the default.
    ///
    /// # Errors
    ///
    /// Names the word that is not understood.
    pub fn parse_all(lines: Option<String>) -> Result<Vec<Self>, String> {
        match lines {
            None => Ok(Vec::new()),
            Some(lines) if lines.trim().is_empty() => Ok(vec![Self::parse("")?]),
            Some(lines) => lines.lines().map(Self::parse).collect(),
        }
    }

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

/// The stub crates, compiled when the first fixture asks for them.
pub struct Stubs {
    sources: PathBuf,
    built: OnceLock<Result<TempDir, String>>,
}

impl Stubs {
    /// Stubs whose sources are in a folder.
    pub fn new(sources: PathBuf) -> Self {
        Self {
            sources,
            built: OnceLock::new(),
        }
    }

    fn folder(&self) -> Result<&Path, String> {
        let built = self.built.get_or_init(|| {
            let folder = TempDir::new().map_err(|e| e.to_string())?;
            for (i, name) in STUBS.iter().enumerate() {
                let mut rustc = rustc(folder.path(), name, "lib", "2021");
                for earlier in &STUBS[..i] {
                    rustc
                        .arg("--extern")
                        .arg(metadata(folder.path(), earlier, earlier));
                }
                run(rustc.arg(self.sources.join(name).with_extension("rs")))?;
            }
            Ok(folder)
        });
        built.as_ref().map(TempDir::path).map_err(Clone::clone)
    }
}

/// Compiles the state before and the state after; once, if both are the same to rustc.
///
/// # Errors
///
/// What rustc said.
pub fn compile(fixture: &Fixture, targets: &[Target], stubs: &Stubs) -> Result<(), String> {
    let is_same =
        fixture.before == fixture.after && targets.iter().all(|target| target.state.is_none());
    for (state, tree) in [("before", &fixture.before), ("after", &fixture.after)] {
        if state == "after" && is_same {
            break;
        }
        compile_state(targets, state, tree, stubs.folder()?)
            .map_err(|error| format!("the tree {state}:\n{error}"))?;
    }
    Ok(())
}

fn compile_state(targets: &[Target], state: &str, tree: &Tree, stubs: &Path) -> Result<(), String> {
    let sources = TempDir::new().map_err(|e| e.to_string())?;
    let output = TempDir::new().map_err(|e| e.to_string())?;
    fixture::write(tree, sources.path()).map_err(|e| e.to_string())?;
    let mut libraries: Vec<&Target> = Vec::new();
    for target in targets {
        if target.state.as_deref().is_some_and(|only| only != state) {
            continue;
        }
        let mut rustc = rustc(output.path(), &target.name, &target.kind, &target.edition);
        rustc.arg("-L").arg(stubs);
        match &target.externs {
            None => {
                for name in STUBS {
                    rustc.arg("--extern").arg(metadata(stubs, name, name));
                }
            }
            Some(externs) => {
                for (local, name) in externs {
                    rustc.arg("--extern").arg(metadata(stubs, local, name));
                }
            }
        }
        for library in &libraries {
            rustc
                .arg("--extern")
                .arg(metadata(output.path(), &library.name, &library.name));
        }
        run(rustc.current_dir(sources.path()).arg(&target.file))
            .map_err(|error| format!("{}: {error}", target.file))?;
        if target.kind == "lib" {
            libraries.push(target);
        }
    }
    Ok(())
}

fn rustc(output: &Path, name: &str, kind: &str, edition: &str) -> Command {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc
        .args([
            "--emit",
            "metadata",
            "--cap-lints",
            "allow",
            "--color",
            "never",
        ])
        .args(["--edition", edition, "--crate-name", name])
        .arg("--out-dir")
        .arg(output)
        .arg("-L")
        .arg(output);
    match kind {
        "test" => rustc.arg("--test"),
        kind => rustc.args(["--crate-type", kind]),
    };
    rustc
}

/// The argument of `--extern` for a crate's metadata under a local name.
fn metadata(folder: &Path, local: &str, name: &str) -> String {
    format!("{local}={}/lib{name}.rmeta", folder.display())
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command
        .output()
        .map_err(|e| format!("cannot run rustc: {e}"))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

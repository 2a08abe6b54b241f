//! Gives both states of a Python fixture to Python.
//!
//! Every source is compiled, and what the file `run` names is run. The foreign packages are stubs: a
//! name that moves is one object under both paths before, and is not to be had under its old path after,
//! so that a reference which was left behind fails.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::fixture::{self, Fixture, Tree};
use crate::python;

/// What a fixture says of its programs.
pub struct Behaviour {
    /// Whether all sources are valid in both states.
    compiles: bool,
    runs: Vec<Run>,
}

/// One line of the file `run`.
struct Run {
    how: How,
    /// `before` or `after` if the claim is made for one state only.
    state: Option<String>,
    /// Files that are not there in the state after: the old modules of a tree that has its own.
    without: Vec<String>,
}

enum How {
    Program(String),
    Module(String),
    Compile(String),
}

impl Behaviour {
    /// Reads the file `run`; no file runs nothing.
    ///
    /// # Errors
    ///
    /// Names the word that is not understood.
    pub fn parse(lines: Option<String>, compiles: bool) -> Result<Self, String> {
        let lines = lines.unwrap_or_default();
        let runs = lines.lines().filter(|line| !line.trim().is_empty());
        Ok(Self {
            compiles,
            runs: runs.map(Run::parse).collect::<Result<_, _>>()?,
        })
    }

    /// Whether there is nothing to judge.
    pub fn is_empty(&self) -> bool {
        !self.compiles && self.runs.is_empty()
    }
}

impl Run {
    fn parse(line: &str) -> Result<Self, String> {
        let mut words = line.split_whitespace();
        let what = words.next().unwrap_or_default();
        let name = words.next().unwrap_or_default().to_owned();
        let how = match what {
            _ if name.is_empty() => return Err(format!("run: `{line}` names nothing")),
            "python" => How::Program(name),
            "module" => How::Module(name),
            "compile" => How::Compile(name),
            _ => return Err(format!("run: `{what}` is not understood")),
        };
        let mut run = Self {
            how,
            state: None,
            without: Vec::new(),
        };
        for word in words {
            match word.split_once('=') {
                Some(("state", state @ ("before" | "after"))) => run.state = Some(state.into()),
                Some(("without", list)) => {
                    run.without = list.split(',').map(str::to_owned).collect();
                }
                _ => return Err(format!("run: `{word}` is not understood")),
            }
        }
        Ok(run)
    }
}

/// Compiles and runs the state before and the state after. `folder` has the stubs and the judge.
///
/// # Errors
///
/// What Python said.
pub fn run(fixture: &Fixture, behaviour: &Behaviour, folder: &Path) -> Result<(), String> {
    for (state, tree) in [("before", &fixture.before), ("after", &fixture.after)] {
        let said = |error: String| format!("the tree {state}:\n{error}");
        // Compiling asks for no stub, so the same tree is not compiled a second time.
        if behaviour.compiles && (state == "before" || fixture.before != fixture.after) {
            let sources: Vec<_> = tree.keys().filter(|path| is_source(path)).collect();
            let room = Room::new(tree, state, folder).map_err(said)?;
            room.compile(sources).map_err(said)?;
        }
        for run in &behaviour.runs {
            if run.state.as_deref().is_none_or(|only| only == state) {
                run_in(run, state, tree, folder).map_err(said)?;
            }
        }
    }
    Ok(())
}

/// Each line has a copy of the tree for itself.
fn run_in(run: &Run, state: &str, tree: &Tree, folder: &Path) -> Result<(), String> {
    let mut tree = tree.clone();
    for path in &run.without {
        if !tree.contains_key(path) {
            return Err(format!("run: without={path}: not in the tree"));
        }
        if state == "after" {
            tree.remove(path);
        }
    }
    let room = Room::new(&tree, state, folder)?;
    match &run.how {
        How::Compile(file) => room.compile([file]),
        How::Module(name) => room.python(["-m", name]),
        How::Program(file) if file.ends_with(".ipynb") => {
            room.python([&room.judge("notebook.py"), file.as_str()])
        }
        How::Program(file) => room.python([file]),
    }
}

fn is_source(path: &str) -> bool {
    let extension = Path::new(path).extension().unwrap_or_default();
    ["py", "pyi", "ipynb"]
        .iter()
        .any(|known| extension == *known)
}

/// A copy of a tree, and what Python finds beside it.
struct Room<'a> {
    tree: TempDir,
    /// Has the stubs and the judge's programs.
    folder: &'a Path,
    path: Vec<PathBuf>,
}

impl<'a> Room<'a> {
    fn new(files: &Tree, state: &str, folder: &'a Path) -> Result<Self, String> {
        let tree = TempDir::new().map_err(|e| e.to_string())?;
        fixture::write(files, tree.path()).map_err(|e| e.to_string())?;
        let mut path = vec![tree.path().to_owned()];
        let src = tree.path().join("src");
        if src.is_dir() && !src.join("__init__.py").exists() {
            path.push(src);
        }
        let stubs: &[&str] = match state {
            "before" => &["old", "kept", "new"],
            _ => &["kept", "new"],
        };
        path.extend(stubs.iter().map(|stub| folder.join("_stub").join(stub)));
        Ok(Self { tree, folder, path })
    }

    fn judge(&self, program: &str) -> String {
        let program = self.folder.join("_judge").join(program);
        program.to_string_lossy().into_owned()
    }

    fn compile(&self, files: impl IntoIterator<Item = impl AsRef<str>>) -> Result<(), String> {
        let files = files.into_iter().map(|file| file.as_ref().to_owned());
        self.python(std::iter::once(self.judge("compile.py")).chain(files))
    }

    fn python(&self, arguments: impl IntoIterator<Item = impl Into<String>>) -> Result<(), String> {
        let arguments: Vec<String> = arguments.into_iter().map(Into::into).collect();
        let server = PathBuf::from(self.judge("server.py"));
        python::run(&server, self.tree.path(), &self.path, &arguments)
    }
}

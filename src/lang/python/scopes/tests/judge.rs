//! Python's own `symtable` and `ast` as judges: which names each scope binds, takes from the module
//! or from a function around it, and how many names are read and bound at all.
//!
//! Its sources are those of `tests/scopes` and some of the standard library; all of that with
//! `REPOINT_STDLIB=all`. `REPOINT_PYTHON` names another interpreter.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ruff_python_parser::parse_module;

use super::super::{Scope, ScopeId, ScopeKind, Scopes};
use super::check_invariants;
use crate::path::Segment;

#[derive(serde::Deserialize)]
struct Verdict {
    path: String,
    text: String,
    is_future: bool,
    reads: usize,
    binds: usize,
    scopes: Vec<(String, usize, Names)>,
}

type Names = BTreeMap<String, String>;

#[test]
fn python_sees_the_same_names_in_tests() {
    let sources = sources_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scopes"));
    compare(&sources, sources.len() / 2);
}

#[test]
fn python_sees_the_same_names_in_its_library() {
    let script = "import sysconfig; print(sysconfig.get_path('stdlib'))";
    let Ok(output) = Command::new(python()).args(["-c", script]).output() else {
        return eprintln!("skipped: no python3");
    };
    let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let mut sources = sources_in(Path::new(&folder));
    sources.retain(|path| {
        !path
            .components()
            .any(|it| it.as_os_str() == "site-packages")
    });
    if std::env::var_os("REPOINT_STDLIB").is_none() {
        let step = sources.len().div_ceil(200).max(1);
        sources = sources.into_iter().step_by(step).collect();
    }
    compare(&sources, sources.len() * 9 / 10);
}

fn python() -> String {
    std::env::var("REPOINT_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

fn sources_in(folder: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|it| it == "py"))
        .collect()
}

/// Compares them all; at least `least` must be readable by both.
fn compare(sources: &[PathBuf], least: usize) {
    let mut complaints = String::new();
    let mut compared = 0;
    for verdict in verdicts(sources) {
        let Ok(parsed) = parse_module(&verdict.text) else {
            continue;
        };
        compared += 1;
        let scopes = Scopes::of(parsed.syntax(), &verdict.text);
        check_invariants(&scopes);
        compare_one(&verdict, &scopes, &mut complaints);
    }
    if compared == 0 && Command::new(python()).arg("-V").output().is_err() {
        return eprintln!("skipped: no python3");
    }
    assert!(compared >= least, "only {compared} sources are readable");
    assert!(complaints.is_empty(), "\n{complaints}");
}

fn verdicts(sources: &[PathBuf]) -> Vec<Verdict> {
    let child = Command::new(python())
        .args(["-W", "ignore", "-c", include_str!("judge.py")])
        .env("PYTHONIOENCODING", "utf-8:surrogatepass")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        return Vec::new();
    };
    let mut list = String::new();
    for source in sources {
        writeln!(list, "{}", source.display()).expect("a string");
    }
    let mut stdin = child.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || stdin.write_all(list.as_bytes()));
    let output = child.wait_with_output().expect("python ends");
    writer.join().expect("no panic").expect("python reads");
    output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect()
}

fn compare_one(verdict: &Verdict, scopes: &Scopes, complaints: &mut String) {
    let mut say = |what: String| {
        writeln!(complaints, "{}: {what}", verdict.path).expect("a string");
    };
    if scopes.chains.len() != verdict.reads {
        say(format!(
            "{} chains, {} reads",
            scopes.chains.len(),
            verdict.reads
        ));
    }
    if scopes.bindings.len() != verdict.binds {
        say(format!(
            "{} bindings, not {}",
            scopes.bindings.len(),
            verdict.binds
        ));
    }
    let mut ours = ours(verdict, scopes);
    for (kind, line, theirs) in &verdict.scopes {
        // Other scopes declare these as names of the module; whether it uses them too is not said.
        let (declared, theirs): (Names, Names) = theirs
            .clone()
            .into_iter()
            .partition(|(_, is)| is == "declared");
        let same_place: Vec<usize> = (0..ours.len())
            .filter(|at| ours[*at].0 == *kind && ours[*at].1 == *line)
            .collect();
        let fits = |names: &Names| match verdict.is_future {
            _ if !declared.is_empty() => {
                let mut names = names.clone();
                names.retain(|name, _| !declared.contains_key(name));
                theirs.iter().all(|(name, is)| names.get(name) == Some(is))
                    && (verdict.is_future || names.len() == theirs.len())
            }
            // Annotations are no code then, and Python does not list their names.
            true => theirs.iter().all(|(name, is)| names.get(name) == Some(is)),
            false => *names == theirs,
        };
        // The two disagree where a generator begins that is the only argument of a call.
        let elsewhere =
            (0..ours.len()).filter(|at| kind == "comprehension" && ours[*at].0 == "comprehension");
        match same_place
            .iter()
            .copied()
            .chain(elsewhere)
            .find(|at| fits(&ours[*at].2))
        {
            Some(at) => drop(ours.swap_remove(at)),
            None => {
                let here: Vec<String> = same_place
                    .iter()
                    .map(|at| difference(&ours[*at].2, &theirs))
                    .collect();
                say(format!("line {line}, {kind}: {}", here.join(" or ")));
            }
        }
    }
    if verdict.scopes.len() != scopes.scopes.len() {
        say(format!(
            "{} scopes, not {}",
            scopes.scopes.len(),
            verdict.scopes.len()
        ));
    }
}

fn difference(ours: &Names, theirs: &Names) -> String {
    let ours: BTreeSet<_> = ours.iter().collect();
    let theirs: BTreeSet<_> = theirs.iter().collect();
    let more: Vec<_> = ours.difference(&theirs).collect();
    let less: Vec<_> = theirs.difference(&ours).collect();
    format!("ours {more:?} theirs {less:?}")
}

fn ours(verdict: &Verdict, scopes: &Scopes) -> Vec<(String, usize, Names)> {
    let starts: Vec<usize> = std::iter::once(0)
        .chain(verdict.text.match_indices('\n').map(|(at, _)| at + 1))
        .collect();
    let mut names: Vec<BTreeSet<Segment>> = vec![BTreeSet::new(); scopes.scopes.len()];
    for chain in &scopes.chains {
        let name = scopes.mangled(chain.scope, &chain.parts[0].name);
        names[chain.scope.index()].insert(name);
    }
    for binding in scopes.bindings.iter().filter(|it| it.name != "*") {
        names[binding.from.index()].insert(binding.name.clone());
    }
    let mut found = Vec::new();
    for ((index, scope), mut names) in (0..).zip(&scopes.scopes).zip(names) {
        names.extend(scope.globals.keys().chain(scope.nonlocals.keys()).cloned());
        names.remove("__class__");
        let line = starts.partition_point(|start| *start <= scope.range.start().to_usize());
        let line = if scope.kind == ScopeKind::Module {
            0
        } else {
            line
        };
        let names = names
            .into_iter()
            .map(|name| {
                (
                    name.to_string(),
                    class_of(scopes, ScopeId(index), scope, &name),
                )
            })
            .collect();
        found.push((kind_of(scope).to_owned(), line, names));
    }
    found
}

fn class_of(scopes: &Scopes, id: ScopeId, scope: &Scope, name: &Segment) -> String {
    let owner = scopes.holder(id, name);
    let class = match owner {
        Some(owner) if owner == id && !(id == ScopeId(0) && scope.bindings.is_empty()) => "local",
        None | Some(ScopeId(0)) => "global",
        Some(_) => "free",
    };
    class.to_owned()
}

fn kind_of(scope: &Scope) -> &'static str {
    match scope.kind {
        ScopeKind::Module => "module",
        ScopeKind::Class => "class",
        ScopeKind::Function => "function",
        ScopeKind::Lambda => "lambda",
        ScopeKind::Comprehension => "comprehension",
        ScopeKind::TypeParameters => "type parameters",
    }
}

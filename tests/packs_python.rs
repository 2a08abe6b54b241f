//! The built-in tables for Python against an interpreter: each new path is there, each old one means
//! the same thing, and none is forgotten. One process of python3 answers for all tables.
//!
//! The test of `python/numpy-2` is left out of a plain `cargo test`: it installs two versions of NumPy. `.ci/run`
//! runs it where there is a Python that the older one is made for.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use repoint::mapping::{Action, MappingSource, Outcome, Rename, Table, builtin_names, load};
use repoint::path::{Namespaces, PYTHON, SymbolPath};

const ABC: &str = "python/collections-abc";
const TYPING: &str = "python/typing-builtins";
const NUMPY: &str = "python/numpy-2";

const AIRFLOW: &str = "python/airflow-3";
const LANGCHAIN: &str = "python/langchain-0.2";

type Answers = BTreeMap<String, BTreeMap<String, Vec<String>>>;

static ANSWERS: LazyLock<Answers> = LazyLock::new(ask);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn table(pack: &str) -> Table {
    let sources = MappingSource::resolve(pack, root()).expect("the pack is built in");
    let tables = load(&sources, &[&PYTHON]).expect("the pack is a table");
    assert!(tables.warnings().is_empty());
    tables.into_tables().pop().expect("it has rules")
}

fn written(path: &SymbolPath) -> String {
    path.display(&PYTHON).to_string()
}

/// What each rule says: the old path and the new one.
fn rows(pack: &str) -> Vec<(String, String)> {
    let table = table(pack);
    let row = |rule: &repoint::mapping::Rule| match &rule.action {
        Action::Move(to) => (written(&rule.from), written(to)),
        other => panic!("{} is no move: {other:?}", rule.id),
    };
    table.rules().iter().map(row).collect()
}

fn ask() -> Answers {
    let tables: BTreeMap<_, _> = [ABC, TYPING].map(|pack| (pack, rows(pack))).into();
    let mut python = Command::new("python3")
        .arg("-B")
        .arg(root().join("tests/packs/look_up.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("these tests need python3 on the PATH");
    let question = serde_json::to_vec(&tables).expect("it serialises");
    let mut stdin = python.stdin.take().expect("a pipe");
    stdin.write_all(&question).expect("python3 reads");
    drop(stdin);
    let output = python.wait_with_output().expect("python3 ends");
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).expect("the answers are JSON")
}

#[track_caller]
fn assert_nothing_is_wrong(pack: &str, questions: usize) {
    let answers = &ANSWERS[pack];
    assert_eq!(answers.len(), questions);
    for (question, paths) in answers {
        assert!(paths.is_empty(), "{pack}: {question}: {paths:?}");
    }
}

#[track_caller]
fn assert_moves(pack: &str, old: &str, new: Option<&str>) {
    let path = SymbolPath::parse(old, &PYTHON).expect("a path");
    let found = match table(pack).resolve(path.segments(), Namespaces::ALL) {
        Outcome::Moves(to) => Some(written(&to.to)),
        _ => None,
    };
    assert_eq!(found.as_deref(), new, "{old}");
}

#[test]
fn each_class_of_collections_abc_has_a_row_and_nothing_else() {
    assert!(rows(ABC).len() >= 25);
    assert_nothing_is_wrong(ABC, 5);
}

#[test]
fn each_alias_of_typing_has_a_row_that_means_the_same() {
    assert!(rows(TYPING).len() >= 38);
    assert_nothing_is_wrong(TYPING, 5);
}

#[test]
fn what_the_packs_leave_out_stays() {
    assert_moves(ABC, "collections.OrderedDict", None);
    assert_moves(ABC, "collections.abc.Mapping", None);
    assert_moves(ABC, "collections.abc", None);
    assert_moves(ABC, "collections.Mapping", Some("collections.abc.Mapping"));
    assert_moves(TYPING, "typing.ByteString", None);
    assert_moves(TYPING, "typing.Hashable", None);
    assert_moves(TYPING, "typing.Optional", None);
    assert_moves(TYPING, "typing.Text", Some("builtins.str"));
    assert_moves(TYPING, "typing.List.append", Some("builtins.list.append"));
}

#[test]
fn a_new_last_name_is_written_out_save_for_set() {
    for rule in table(TYPING).rules() {
        let Action::Move(to) = &rule.action else {
            continue;
        };
        let is_builtin = to.first() == "builtins";
        if rule.from.last() != to.last() && !is_builtin {
            let kept = rule.from.last() == "AbstractSet";
            assert_eq!(rule.rename == Rename::Alias, kept, "{}", rule.id);
        }
    }
}

#[test]
fn numpy_2_says_what_becomes_of_each_name() {
    let table = table(NUMPY);
    let moves = table
        .rules()
        .iter()
        .filter(|rule| matches!(rule.action, Action::Move(_)));
    assert!(moves.count() >= 40);
    assert!(table.rules().len() >= 70);
    assert_moves(NUMPY, "numpy.NaN", Some("numpy.nan"));
    assert_moves(NUMPY, "numpy.float_", Some("numpy.float64"));
    assert_moves(NUMPY, "numpy.AxisError", Some("numpy.exceptions.AxisError"));
    assert_moves(NUMPY, "numpy.NINF", None);
    assert_moves(NUMPY, "numpy.zeros", None);
}

/// Asks NumPy 1.26 about the old paths and the newest about both. Left out of a plain `cargo test`, which
/// needs no network; `.ci/run` installs both and runs it.
#[test]
#[ignore = "needs the package registry, and a Python for which there is NumPy 1.26; .ci/run runs it"]
fn numpy_2_is_looked_up() {
    let table = table(NUMPY);
    let row = |rule: &repoint::mapping::Rule| match &rule.action {
        Action::Move(to) => (written(&rule.from), Some(written(to))),
        _ => (written(&rule.from), None),
    };
    let rows: Vec<_> = table.rules().iter().map(row).collect();
    let question = serde_json::to_vec(&rows).expect("it serialises");
    for numpy in ["numpy==1.26.4", "numpy>=2"] {
        let folder = tempfile::tempdir().expect("a folder");
        let run = |command: &mut Command| {
            assert!(command.status().expect("it runs").success(), "{command:?}");
        };
        run(Command::new("python3")
            .args(["-m", "venv"])
            .arg(folder.path()));
        let python = folder.path().join("bin/python");
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", numpy]));
        let mut script = Command::new(&python)
            .arg("-B")
            .arg(root().join("tests/packs/numpy_2.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it runs");
        let mut stdin = script.stdin.take().expect("a pipe");
        stdin.write_all(&question).expect("it reads");
        drop(stdin);
        let answer = script.wait_with_output().expect("it ends");
        assert!(answer.status.success());
        let wrong: Vec<String> = serde_json::from_slice(&answer.stdout).expect("JSON");
        assert_eq!(wrong, Vec::<String>::new(), "{numpy}");
    }
}

#[test]
fn every_pack_for_python_is_looked_up() {
    let packs: Vec<_> = builtin_names()
        .filter(|name| name.starts_with("python/"))
        .collect();
    assert_eq!(packs, [AIRFLOW, ABC, LANGCHAIN, NUMPY, TYPING]);
}

/// Looks the rows of a table up in wheels of before and after.
fn in_wheels(pack: &str, old: &[&str], new: &[&str]) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut python = Command::new("python3")
        .arg("-B")
        .arg(root().join("tests/packs/wheels.py"))
        .arg(folder.path())
        .args(old)
        .arg("--")
        .args(new)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("these tests need python3 on the PATH");
    let rows: Vec<_> = rows(pack)
        .iter()
        .map(|(old, new)| format!("{old}\t{new}\n"))
        .collect();
    assert!(rows.len() > 40);
    let mut stdin = python.stdin.take().expect("a pipe");
    // One that cannot be there: what looks up everything looks up nothing.
    let odd = "nowhere.at.All\tnowhere.at.Last\n";
    stdin
        .write_all(rows.concat().as_bytes())
        .expect("python3 reads");
    stdin.write_all(odd.as_bytes()).expect("python3 reads");
    drop(stdin);
    let output = python.wait_with_output().expect("python3 ends");
    assert!(output.status.success());
    let missing = String::from_utf8_lossy(&output.stdout);
    let odd = "nowhere.at.All: not there before\nnowhere.at.Last: not there after\n";
    assert_eq!(missing, odd);
}

#[test]
#[ignore = "downloads wheels"]
fn the_rows_of_airflow_3_are_in_the_packages() {
    let new = [
        "apache-airflow-core==3.0.6",
        "apache-airflow-task-sdk==1.0.6",
        "apache-airflow-providers-standard==1.4.1",
    ];
    in_wheels(AIRFLOW, &["apache-airflow==2.10.5"], &new);
}

#[test]
#[ignore = "downloads wheels"]
fn the_rows_of_langchain_0_2_are_in_the_packages() {
    let new = [
        "langchain==0.2.17",
        "langchain-community==0.2.19",
        "langchain-core==0.2.43",
        "langchain-text-splitters==0.2.4",
    ];
    in_wheels(LANGCHAIN, &["langchain==0.1.0"], &new);
}

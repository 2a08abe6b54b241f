//! Units of real trees, by real plans; laws of the pure part; one tree that is large.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::ops::ControlFlow;

use proptest::prelude::*;

use super::*;
use crate::lang::{Ahead, RewriteOptions, registry};
use crate::mapping::{Table, from_moves};
use crate::path::Syntax;
use crate::project::{Candidate, Project, WalkOptions};

const OLD: [(&str, &str); 4] = [
    ("old/__init__.py", ""),
    (
        "old/mod.py",
        "def f(): pass\ndef g(): pass\nclass C:\n    def m(self): pass\n",
    ),
    ("new/__init__.py", ""),
    (
        "new/mod.py",
        "def f(): pass\ndef g(): pass\nclass C:\n    def m(self): pass\n",
    ),
];

/// Engine and tables on a tree.
struct Tried {
    folder: tempfile::TempDir,
    tables: Vec<Table>,
    options: RewriteOptions,
    files: Vec<Candidate>,
}

impl Tried {
    fn new(files: &[(&str, &str)], language: &str, moves: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it exists");
        let mut paths = Vec::new();
        for (name, text) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().expect("below the root")).expect("created");
            fs::write(&path, text).expect("written");
            paths.push(path);
        }
        paths.sort();
        let syntaxes: Vec<&'static Syntax> = registry()
            .iter()
            .map(|language| language.syntax())
            .filter(|syntax| syntax.language == language)
            .collect();
        let candidate = |path: PathBuf| Candidate {
            real: path.clone(),
            path,
            size: 0,
        };
        Self {
            folder,
            tables: from_moves(moves, &syntaxes).expect("a table").into_tables(),
            options: RewriteOptions::default(),
            files: paths.into_iter().map(candidate).collect(),
        }
    }

    /// The units with more than one file, by the names of the files; and how many units there are.
    fn units(&self) -> (Vec<String>, usize) {
        let root = self.folder.path().canonicalize().expect("it exists");
        let project = Project::at(root.clone());
        let engine = Engine::open(
            registry(),
            &self.tables,
            &project,
            &self.options,
            root.clone(),
        );
        let walk = WalkOptions {
            threads: 1,
            ..WalkOptions::default()
        };
        let is_code = |file: &&Candidate| engine.is_source(&file.path);
        let files: Vec<Candidate> = self.files.iter().filter(is_code).cloned().collect();
        let ahead: Vec<Ahead<'_>> = files
            .iter()
            .map(|file| Ahead {
                file: &file.path,
                bytes: None,
            })
            .collect();
        engine.survey(&ahead, &walk).expect("started");
        let mut planned = Vec::new();
        engine
            .run(&files, &walk, |report| {
                assert_eq!(report.failure, None, "{}", report.path.display());
                if report.rewritten.is_some() {
                    planned.push(Planned::of(&report));
                }
                ControlFlow::Continue(())
            })
            .expect("started");
        let around = Tree {
            engine: &engine,
            limit: 1 << 20,
        };
        let units = Engine::on_worker(|| units(&planned, &around)).expect("started");
        let name = |at: &usize| {
            let below = planned[*at].path.strip_prefix(&root);
            below.expect("in the tree").display().to_string()
        };
        let several = units.iter().filter(|unit| unit.len() > 1);
        let several = several.map(|unit| unit.iter().map(name).collect::<Vec<_>>().join(" "));
        (several.collect(), units.len())
    }
}

#[track_caller]
fn python(files: &[(&str, &str)], expected: &[&str]) {
    let all: Vec<(&str, &str)> = OLD.iter().chain(files).copied().collect();
    let tried = Tried::new(&all, "python", &[("old.mod", "new.mod")]);
    assert_eq!(tried.units().0, expected);
}

const LATE: &str = "def run():\n    from old.mod import f\n    return f()\n";
const PATCH: &str = "from unittest import mock\nimport app.a\n\ndef test():\n    with mock.patch(\"old.mod.f\"):\n        app.a.run()\n";

#[track_caller]
fn joined(late: &str, test: &str) {
    python(
        &[
            ("app/__init__.py", ""),
            ("app/a.py", late),
            ("test_a.py", test),
        ],
        &["app/a.py test_a.py"],
    );
}

#[track_caller]
fn apart(late: &str, test: &str) {
    python(
        &[
            ("app/__init__.py", ""),
            ("app/a.py", late),
            ("test_a.py", test),
        ],
        &[],
    );
}

#[test]
fn what_is_looked_up_late_goes_with_what_replaces_it() {
    for late in [
        LATE,
        "import old.mod\n\ndef run():\n    return old.mod.f()\n",
        "from old import mod\n\ndef run():\n    return mod.f()\n",
        "from old import mod as m\n\nrun = lambda: m.f()\n",
        "import old.mod as m\n\nclass A:\n    def run(self):\n        return [m.f() for _ in range(3)]\n",
        "def run():\n    import old.mod\n    return old.mod.f()\n",
        "from importlib import import_module\n\ndef run():\n    return import_module(\"old.mod\").f()\n",
        "from old import mod\n\ndef run():\n    return getattr(mod, \"f\")()\n",
        "async def run():\n    from old.mod import g, f as h\n    return h()\n",
    ] {
        joined(late, PATCH);
    }
}

#[test]
fn what_is_bound_with_the_module_does_not() {
    for early in [
        "from old.mod import f\n\ndef run():\n    return f()\n",
        "from old import mod\n\nf = mod.f\n",
        "from old import mod\n\nclass A:\n    f = mod.f\n",
        "from old import mod\n\ndef run(f=mod.f):\n    return f()\n",
        "from old import mod\n\ndef run():\n    return mod.g()\n",
        "def run():\n    from old.mod import g\n",
        "try:\n    from old.mod import f\nexcept ImportError:\n    f = None\n",
    ] {
        apart(early, PATCH);
    }
}

#[test]
fn every_way_to_replace_counts() {
    let test = |head: &str, body: &str| {
        format!("{head}\nimport app.a\n\ndef test(monkeypatch, mocker):\n    {body}\n")
    };
    for (head, body) in [
        (
            "from unittest.mock import patch",
            "patch(\"old.mod.f\").start()",
        ),
        (
            "from unittest.mock import patch\nimport old.mod",
            "patch.object(old.mod, \"f\")",
        ),
        (
            "from unittest.mock import patch\nfrom old import mod",
            "patch.object(mod, \"f\")",
        ),
        (
            "from unittest.mock import patch",
            "patch.multiple(\"old.mod\", g=1, f=2)",
        ),
        (
            "from unittest.mock import patch\nfrom old import mod",
            "patch.multiple(mod, g=1, f=2)",
        ),
        ("", "monkeypatch.setattr(\"old.mod.f\", 1)"),
        ("import old.mod", "monkeypatch.setattr(old.mod, \"f\", 1)"),
        ("from old import mod", "monkeypatch.delattr(mod, \"f\")"),
        ("", "mocker.patch(\"old.mod.f\")"),
        ("from old import mod", "mocker.spy(mod, \"f\")"),
        ("from old import mod", "mod.f = 1"),
        ("import old.mod", "setattr(old.mod, \"f\", 1)"),
        (
            "import sys",
            "monkeypatch.setitem(sys.modules, \"old.mod\", 1)",
        ),
    ] {
        joined(LATE, &test(head, body));
    }
    let decorated = "from unittest.mock import patch\nimport app.a\n\n@patch(\"old.mod.f\")\ndef test(f): pass\n";
    joined(LATE, decorated);
}

#[test]
fn what_is_the_same_object_by_any_path_does_not_count() {
    let test = |body: &str| {
        format!("from unittest.mock import patch\nimport app.a\n\ndef test():\n    {body}\n")
    };
    // A class has its attributes wherever it was imported from.
    let late = "from old import mod\n\ndef run():\n    return mod.C.m()\n";
    apart(late, &test("patch(\"old.mod.C.m\").start()"));
    joined(late, &test("patch(\"old.mod.C\").start()"));
    apart(
        "from old.mod import C\n\ndef run():\n    return C.m()\n",
        &test("patch(\"old.mod.C\").start()"),
    );
    // A dict is filled in its place.
    apart(LATE, &test("patch.dict(\"old.mod.f\", a=1)"));
}

#[test]
fn only_what_can_be_loaded_counts() {
    let a = ("app/a.py", LATE);
    let init = ("app/__init__.py", "");
    let test = |head: &str| {
        format!(
            "from unittest.mock import patch\n{head}\n\n@patch(\"old.mod.f\")\ndef test(f): pass\n"
        )
    };
    let unrelated = test("import os");
    python(&[init, a, ("test_a.py", &unrelated)], &[]);
    let far = test("from app import d");
    python(
        &[
            init,
            a,
            ("app/b.py", "from . import a\n"),
            ("app/c.py", "def later():\n    import app.b\n"),
            ("app/d.py", "from .c import later\n"),
            ("test_a.py", &far),
        ],
        &["app/a.py test_a.py"],
    );
    let typed = test("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import app.a");
    python(&[init, a, ("test_a.py", &typed)], &[]);
    let package = test("import app.e");
    python(
        &[
            ("app/__init__.py", "from . import a\n"),
            a,
            ("app/e.py", ""),
            ("test_a.py", &package),
        ],
        &["app/a.py test_a.py"],
    );
    let by_name = test("") + "\n@patch(\"app.a.run\")\ndef test_b(f): pass\n";
    python(&[init, a, ("test_a.py", &by_name)], &["app/a.py test_a.py"]);
    let plugins = test("pytest_plugins = [\"app.a\"]");
    python(&[init, a, ("test_a.py", &plugins)], &["app/a.py test_a.py"]);
    // Imports that go round.
    python(
        &[
            init,
            a,
            ("app/b.py", "import app.c\n"),
            ("app/c.py", "import app.b\n"),
            ("test_a.py", &test("import app.b")),
        ],
        &[],
    );
}

#[test]
fn files_of_fixtures_are_loaded_by_tests_and_patch_for_them() {
    let a = ("app/a.py", LATE);
    let init = ("app/__init__.py", "");
    let patch = "from unittest.mock import patch\n\n@patch(\"old.mod.f\")\ndef test(f): pass\n";
    python(
        &[
            init,
            a,
            ("tests/conftest.py", "import app.a\n"),
            ("tests/unit/test_a.py", patch),
        ],
        &["app/a.py tests/unit/test_a.py"],
    );
    let fixture = "import pytest\n\n@pytest.fixture\ndef faked(monkeypatch):\n    monkeypatch.setattr(\"old.mod.f\", 1)\n";
    python(
        &[
            init,
            a,
            ("tests/conftest.py", fixture),
            ("tests/unit/test_a.py", "import app.a\n"),
        ],
        &["app/a.py tests/conftest.py"],
    );
    python(
        &[
            init,
            a,
            ("tests/conftest.py", fixture),
            ("other/test_a.py", "import app.a\n"),
        ],
        &[],
    );
}

#[test]
fn tests_that_patch_the_same_need_not_go_together() {
    python(
        &[
            ("test_a.py", PATCH),
            ("test_b.py", PATCH),
            ("app/__init__.py", ""),
            ("app/a.py", "import old.mod\n"),
        ],
        &[],
    );
    python(
        &[
            ("test_a.py", PATCH),
            ("test_b.py", PATCH),
            ("app/__init__.py", ""),
            ("app/a.py", LATE),
        ],
        &["app/a.py test_a.py test_b.py"],
    );
}

#[test]
fn a_stub_goes_with_its_module() {
    let early = "from old.mod import C\n";
    python(
        &[
            ("app/a.py", early),
            ("app/a.pyi", early),
            ("app/b.pyi", early),
            ("lib/x.py", early),
            ("lib/__init__.py", ""),
            ("lib-stubs/x.pyi", early),
            ("lib-stubs/__init__.pyi", ""),
        ],
        &["app/a.py app/a.pyi", "lib/x.py lib-stubs/x.pyi"],
    );
}

#[test]
fn sources_that_are_shared_by_path_go_with_those_that_share_them() {
    let manifest = |name: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n")
    };
    let code = "use dep::old::F;\npub struct A(F);\n";
    let shared = format!("#[path = \"../../shared/x.rs\"]\nmod x;\nmod own;\n{code}");
    let plain = format!("mod own;\n{code}");
    let tried = Tried::new(
        &[
            ("one/Cargo.toml", &manifest("one")),
            ("one/src/lib.rs", &shared),
            ("one/src/own.rs", code),
            ("two/Cargo.toml", &manifest("two")),
            ("two/src/lib.rs", &shared),
            ("two/src/own.rs", code),
            ("shared/x.rs", code),
            // A library and a program of one package.
            ("three/Cargo.toml", &manifest("three")),
            ("three/src/lib.rs", &plain),
            ("three/src/main.rs", &plain),
            ("three/src/own.rs", code),
        ],
        "rust",
        &[("dep::old", "dep::new")],
    );
    assert_eq!(
        tried.units(),
        (
            vec!["one/src/lib.rs shared/x.rs two/src/lib.rs".to_owned()],
            6
        )
    );
}

/// 2,000 files in layers, 300 tests that patch 50 objects, each looked up late in four files.
#[test]
fn a_large_tree_has_small_units() {
    let mut files: Vec<(String, String)> = Vec::new();
    let objects: String = (0..50).fold(String::new(), |mut text, at| {
        let _ = writeln!(text, "def f{at}(): pass");
        text
    });
    for package in ["old", "new"] {
        files.push((format!("{package}/__init__.py"), String::new()));
        files.push((format!("{package}/mod.py"), objects.clone()));
    }
    files.push(("app/__init__.py".into(), String::new()));
    for at in 0..1700 {
        // Everybody names all of them; four look each of them up late.
        let mut text = String::from("from old.mod import f0, f1, f2, f3\n");
        if at >= 50 {
            let _ = writeln!(text, "from app import m{}", at - 50);
        }
        if at % 425 < 50 {
            let _ = writeln!(text, "def run():\n    from old.mod import f{}\n", at % 50);
        }
        files.push((format!("app/m{at}.py"), text));
    }
    for test in 0..300 {
        let at = 1600 + test % 100;
        let text = format!(
            "from unittest.mock import patch\nfrom app import m{}\n\n@patch(\"old.mod.f{}\")\ndef test(f): pass\n",
            at,
            at % 50
        );
        files.push((format!("tests/test_{test}.py"), text));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let tried = Tried::new(&files, "python", &[("old.mod", "new.mod")]);
    let (several, count) = tried.units();
    let largest = several.iter().map(|unit| unit.split(' ').count()).max();
    assert!(several.len() > 10, "{several:?}");
    assert!(largest < Some(21), "{largest:?}");
    assert_eq!(count, 1550);
}

/// A tree as numbers.
struct Drawn {
    loads: Vec<Vec<usize>>,
    together: Vec<(usize, usize)>,
    /// How often each file was asked.
    asked: RefCell<Vec<usize>>,
}

fn path(at: usize) -> PathBuf {
    PathBuf::from(format!("/p/{at:03}"))
}

fn number(path: &Path) -> usize {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.parse().ok()).expect("a number")
}

impl Around for Drawn {
    fn loads(&self, file: &Path) -> Vec<PathBuf> {
        let at = number(file);
        self.asked.borrow_mut()[at] += 1;
        self.loads[at].iter().map(|at| path(*at)).collect()
    }

    fn served(&self, _file: &Path) -> Vec<PathBuf> {
        Vec::new()
    }

    fn together(&self, file: &Path) -> Vec<PathBuf> {
        let at = number(file);
        let own = self.together.iter().filter(|(one, _)| *one == at);
        own.map(|(_, other)| path(*other)).collect()
    }
}

/// What the units are, said as slowly as it is defined.
fn slow(files: &[Planned], drawn: &Drawn) -> Vec<Unit> {
    let leads = |from: usize, to: usize| {
        let mut seen = vec![false; files.len()];
        let mut open = vec![from];
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut seen[at], true) {
                open.extend(&drawn.loads[at]);
            }
        }
        seen[to]
    };
    let meets = |at: usize, manner: Manner, object: &str| {
        let mut met = files[at].met.iter();
        met.any(|met| met.manner == manner && met.path == object)
    };
    let mut group: Vec<usize> = (0..files.len()).collect();
    let mut join = |one: usize, other: usize| {
        let (one, other) = (group[one], group[other]);
        for at in &mut group {
            if *at == one.max(other) {
                *at = one.min(other);
            }
        }
    };
    for one in 0..files.len() {
        for other in 0..files.len() {
            let replaced = files[one].met.iter();
            let mut replaced = replaced.filter(|met| met.manner == Manner::Replaces);
            let meet = replaced.any(|met| meets(other, Manner::Late, &met.path));
            if meet && leads(one, other) || drawn.together.contains(&(one, other)) {
                join(one, other);
            }
        }
    }
    let mut units: BTreeMap<usize, Unit> = BTreeMap::new();
    for (at, first) in group.into_iter().enumerate() {
        units.entry(first).or_default().push(at);
    }
    units.into_values().collect()
}

proptest! {
    #[test]
    fn units_are_what_they_are_said_to_be(
        edges in prop::collection::vec((0_usize..12, 0_usize..12), 0..30),
        met in prop::collection::vec((0_usize..12, 0_u8..4, any::<bool>()), 0..16),
        together in prop::collection::vec((0_usize..12, 0_usize..12), 0..2),
    ) {
        let mut files: Vec<Planned> = (0..12)
            .map(|at| Planned { path: path(at), met: Vec::new() })
            .collect();
        for (at, object, replaces) in met {
            let manner = if replaces { Manner::Replaces } else { Manner::Late };
            files[at].met.push(Met { path: format!("o.{object}"), manner });
        }
        let mut loads = vec![Vec::new(); 12];
        for (from, to) in edges {
            loads[from].push(to);
        }
        let drawn = Drawn { loads, together, asked: RefCell::new(vec![0; 12]) };
        let found = units(&files, &drawn);
        prop_assert_eq!(&found, &slow(&files, &drawn));
        let mut all: Vec<usize> = found.concat();
        all.sort_unstable();
        prop_assert_eq!(all, (0..12).collect::<Vec<_>>());
        prop_assert!(drawn.asked.borrow().iter().all(|times| *times < 2));
    }
}

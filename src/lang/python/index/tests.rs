//! Trees as data: who reaches `lib.Name`, or what a line of a table says instead.

use std::path::Path;

use rayon::prelude::*;
use ruff_text_size::TextSize;
use rustc_hash::FxHashSet;

use super::reading::with_unit;
use super::{Bound, Brings, Known, Read, ReferenceQuery, Search, Stage, TreeIndex};
use crate::lang::RewriteOptions;
use crate::lang::python::roots::Roots;
use crate::lang::python::settings::Settings;
use crate::lang::python::tree::Tree;
use crate::lang::python::unit::{AnalysisContext, Unit};
use crate::lang::temp_tree::TempTree;
use crate::mapping::{Table, from_moves};
use crate::path::{PYTHON, Segment};
use crate::project::{Project, WalkOptions};

fn names(dotted: &str) -> Vec<Segment> {
    dotted.split('.').map(Segment::new).collect()
}

fn table() -> Table {
    let tables = from_moves(&[("old.gone", "new.gone2")], &[&PYTHON]).expect("a table");
    tables.into_tables().remove(0)
}

/// Runs `ask` with all that a snapshot of the index needs.
fn with<T>(tree: &TempTree, ask: impl FnOnce(&TreeIndex, Search<'_>) -> T) -> T {
    let (table, options) = (table(), RewriteOptions::default());
    let settings = Settings::default();
    let project = Project::at(tree.root().to_owned());
    let walk = WalkOptions {
        threads: 1,
        ..WalkOptions::default()
    };
    let roots = Roots::new(tree.root(), &[]);
    let search = Search {
        project: &project,
        walk: &walk,
        roots: &roots,
        setting: AnalysisContext {
            table: &table,
            options: &options,
            settings: &settings,
        },
    };
    ask(&TreeIndex::default(), search)
}

/// Where `module.Name` is reached, asked by `file`; `=` before the place if its first name is replaced there.
#[track_caller]
fn asked(file: &str, module: &str, files: &[(&str, &str)]) -> String {
    let tree = TempTree::new(files);
    with(&tree, |index, search| {
        let question = ReferenceQuery {
            module: names(module),
            name: Segment::new("Name"),
            starred: true,
        };
        let all: FxHashSet<ReferenceQuery> = [question.clone()].into_iter().collect();
        index.learn(Known {
            stage: Stage::Done,
            answers: search.answer(&all),
        });
        let snapshot = index.snapshot(search.setting);
        let file = tree.path(file);
        let place = snapshot
            .reached(&file, question.clone())
            .unwrap_or_default();
        let replaced = snapshot.replaced(&file, question, &[]).is_some();
        format!(
            "{}{}",
            if replaced { "=" } else { "" },
            place.replace('`', "")
        )
    })
}

#[track_caller]
fn reached(place: &str, text: &str) {
    let found = asked("lib.py", "lib", &[("lib.py", ""), ("user.py", text)]);
    assert_eq!(found, place, "{text}");
}

#[test]
fn imports_and_chains_reach_a_name() {
    reached("user.py:1", "from lib import Name\n");
    reached("user.py:2", "import os\nfrom lib import other, Name as N\n");
    reached("user.py:1", "from lib import *\n");
    reached("user.py:2", "import lib\nlib.Name\n");
    reached(
        "user.py:3",
        "import lib as l\ndef f():\n    return l.Name.x\n",
    );
    reached("=user.py:2", "import lib\nlib.Name = 1\n");
    reached("=user.py:2", "import lib\ndel lib.Name\n");
    reached("user.py:3", "def f():\n    import lib\n    lib.Name()\n");
}

#[test]
fn what_only_looks_alike_does_not() {
    reached("", "from lib2 import Name\n");
    reached("", "from other.lib import Name\n");
    reached("", "from lib import other\n");
    reached("", "from lib import other as Name\n");
    reached("", "import lib\nlib.other.Name\n");
    reached("", "import lib\nx.lib.Name\n");
    reached("", "import lib\ndef f(lib):\n    lib.Name\n");
    reached("", "Name = lib = 1\n");
    reached("", "# lib.Name\n");
    reached("", "import lib\nlib.f(Name=1)\n");
    reached("", "from lib.sub import Name\n");
    reached("", "from lib import Name(\n");
    reached("", "from lib2 import *\nlib.Name\n");
}

#[test]
fn strings_and_pairs_reach_a_name() {
    reached("=user.py:1", "patch('lib.Name')\n");
    reached("user.py:1", "patch('lib.Name.f')\n");
    reached("user.py:1", "run('lib:Name')\n");
    reached("user.py:1", "entry = ['x = lib:Name']\n");
    reached("=user.py:2", "import lib\npatch.object(lib, 'Name')\n");
    reached(
        "=user.py:2",
        "import lib\npatch.object(target=lib, attribute='Name')\n",
    );
    reached(
        "=user.py:2",
        "import lib as l\nmonkeypatch.setattr(l, 'Name', 1)\n",
    );
    reached("user.py:2", "import lib\ngetattr(lib, 'Name')\n");
    reached("=user.py:2", "import lib\npatch.multiple(lib, Name=1)\n");
    reached("=user.py:1", "patch.multiple('lib', Name=1)\n");
    reached("=user.py:2", "import lib\nlib.__dict__['Name'] = 1\n");
    reached("=user.py:2", "import lib\nvars(lib)['Name'] = 1\n");
    reached("user.py:1", "import_module('lib').Name\n");
    reached("=user.py:1", "sys.modules['lib'].Name = 1\n");
    reached("user.py:2", "import lib as l\nx: 'l.Name'\n");
}

#[test]
fn modules_that_are_bound_by_hand_reach_a_name() {
    reached("user.py:3", "import lib\nm = lib\nm.Name\n");
    reached("user.py:2", "lib = pytest.importorskip('lib')\nlib.Name\n");
    reached(
        "user.py:3",
        "from importlib import import_module as load\nm = load('lib')\nm.Name\n",
    );
    reached("=user.py:2", "m: object = sys.modules['lib']\nm.Name = 1\n");
    reached(
        "=user.py:2",
        "m = import_module('lib')\npatch.object(m, 'Name')\n",
    );
    reached("", "m = getLogger('lib')\nm.Name\n");
    reached("", "m = modules('lib')\nm.Name\n");
    reached("", "import lib\nm = lib()\nm.Name\n");
    reached("", "import lib\nm = lib.x\nm.Name\n");
    reached("", "m = import_module('lib')\ndef f(m):\n    m.Name\n");
}

#[test]
fn other_strings_do_not() {
    reached("", "patch('lib.NameX')\n");
    reached("", "patch('other.lib.Name')\n");
    reached("", "patch('lib')\n");
    reached("", "print('see lib.Name there')\n");
    reached("", "import lib\npatch.object(lib, 'other')\n");
    reached("", "import lib\npatch.object(lib.x, 'Name')\n");
    reached("", "patch.object(lib, 'Name')\n");
    reached("", "import_module('lib2').Name\n");
    reached("", "x = {'lib': 'Name'}\n");
}

#[test]
fn relative_imports_reach_a_name() {
    let by = |file, text| {
        let lib = ("pkg/lib.py", "");
        asked(
            "pkg/lib.py",
            "pkg.lib",
            &[("pkg/__init__.py", ""), lib, (file, text)],
        )
    };
    assert_eq!(
        by("pkg/user.py", "from . import lib\nlib.Name\n"),
        "pkg/user.py:2"
    );
    assert_eq!(
        by("pkg/user.py", "from .lib import Name\n"),
        "pkg/user.py:1"
    );
    assert_eq!(
        by("pkg/sub/user.py", "from .. import lib\nlib.Name\n"),
        "pkg/sub/user.py:2"
    );
    assert_eq!(
        by("pkg/sub/user.py", "from ..lib import *\n"),
        "pkg/sub/user.py:1"
    );
    assert_eq!(by("pkg/sub/user.py", "from . import lib\nlib.Name\n"), "");
    assert_eq!(by("pkg/sub/user.py", "from .lib import Name\n"), "");
    assert_eq!(by("user.py", "from ..pkg.lib import Name\n"), "");
    assert_eq!(by("user.py", "from .lib import Name\n"), "");
}

#[test]
fn packages_stars_and_other_names_lead_there() {
    let lib = ("pkg/lib.py", "");
    let init = |text| ("pkg/__init__.py", text);
    let by = |init_text, user| {
        asked(
            "pkg/lib.py",
            "pkg.lib",
            &[lib, init(init_text), ("user.py", user)],
        )
    };
    assert_eq!(by("", "import pkg.lib\npkg.lib.Name\n"), "user.py:2");
    assert_eq!(by("", "import pkg\npkg.lib.Name\n"), "user.py:2");
    assert_eq!(by("from .lib import Name\n", ""), "pkg/__init__.py:1");
    assert_eq!(by("from .lib import *\n", ""), "pkg/__init__.py:1");
    assert_eq!(
        by("from . import lib as l\n", "import pkg\npkg.l.Name\n"),
        "user.py:2"
    );
    assert_eq!(
        by("from . import lib as l\n", "from pkg import l\nl.Name\n"),
        "user.py:2"
    );
    assert_eq!(
        by("from . import lib\n", "from pkg import *\nlib.Name\n"),
        "user.py:2"
    );
    assert_eq!(
        by("from . import lib as l\n", "from pkg import *\nl.Name\n"),
        "user.py:2"
    );
    assert_eq!(
        by("from . import lib as l\n", "import pkg\npkg.m.Name\n"),
        ""
    );
    assert_eq!(by("l = 1\n", "import pkg\npkg.l.Name\n"), "");
    assert_eq!(
        by("from . import other as l\n", "import pkg\npkg.l.Name\n"),
        ""
    );
}

#[test]
fn a_file_itself_and_cycles_of_stars_do_not_count() {
    let own = "import lib\nfrom lib import Name\nlib.Name\npatch('lib.Name')\n";
    assert_eq!(asked("lib.py", "lib", &[("lib.py", own)]), "");
    let other = ("user.py", "from lib import Name\n");
    assert_eq!(
        asked("lib.py", "lib", &[("lib.py", own), other]),
        "user.py:1"
    );
    let stars = [
        ("a.py", "from b import *\n"),
        ("b.py", "from a import *\nlib.Name\n"),
        ("lib.py", ""),
    ];
    assert_eq!(asked("lib.py", "lib", &stars), "");
}

#[test]
fn ignored_folders_and_other_encodings() {
    let ignored = [
        ("lib.py", ""),
        (".ignore", "out\n"),
        ("out/user.py", "from lib import Name\n"),
    ];
    assert_eq!(asked("lib.py", "lib", &ignored), "");
    let tree = [
        ("lib.py", ""),
        ("user.py", "# coding: nonsense\nfrom lib import Name\n"),
    ];
    assert_eq!(asked("lib.py", "lib", &tree), "");
    let tree = [
        ("lib.py", ""),
        ("user.py", "# coding: latin-1\nfrom lib import Name\n"),
    ];
    assert_eq!(asked("lib.py", "lib", &tree), "user.py:2");
}

#[test]
fn stages_say_what_an_unknown_question_means() {
    let tree = TempTree::new(&[("lib.py", "")]);
    with(&tree, |index, search| {
        let question = ReferenceQuery {
            module: names("lib"),
            name: Segment::new("Name"),
            starred: true,
        };
        let snapshot = index.snapshot(search.setting);
        assert!(
            snapshot
                .reached(&tree.path("lib.py"), question.clone())
                .is_some()
        );
        index.learn(Known {
            stage: Stage::Gathering,
            answers: Default::default(),
        });
        let snapshot = index.snapshot(search.setting);
        assert_eq!(
            snapshot.reached(&tree.path("lib.py"), question.clone()),
            None
        );
        assert!(snapshot.into_asked().contains(&question));
        index.learn(Known {
            stage: Stage::Done,
            answers: Default::default(),
        });
        let snapshot = index.snapshot(search.setting);
        assert!(snapshot.reached(&tree.path("lib.py"), question).is_some());
        let script = ReferenceQuery {
            module: names("__main__"),
            name: Segment::new("Name"),
            starred: true,
        };
        assert_eq!(snapshot.reached(Path::new("/x"), script), None);
    });
}

#[track_caller]
fn bound(expected: Bound, init: &str) {
    let tree = TempTree::new(&[
        ("pkg/__init__.py", init),
        ("pkg/thing.py", "__all__ = ['thing']\nthing = other = 1\n"),
        ("main.py", ""),
    ]);
    with(&tree, |index, search| {
        let snapshot = index.snapshot(search.setting);
        let file = tree.path("main.py");
        let tree = Tree {
            roots: search.roots,
            file: &file,
            index: &snapshot,
        };
        with_unit(&file, "", search.roots, search.setting, |unit| {
            let read = Read {
                unit,
                at: TextSize::new(0),
                at_once: true,
            };
            let asked = |package, name| tree.bound(&names(package), &Segment::new(name), read);
            assert_eq!(asked("pkg", "thing"), expected, "{init}");
            assert_eq!(asked("pkg", "absent"), Bound::Nothing);
            assert_eq!(asked("nowhere", "thing"), Bound::Nothing);
        })
        .expect("valid");
    });
}

#[test]
fn a_package_that_binds_the_name_of_its_module() {
    bound(Bound::Surely, "from .thing import thing\n");
    bound(Bound::Surely, "from .thing import other as thing\n");
    bound(Bound::Surely, "from .thing import *\n");
    bound(Bound::Surely, "import pkg.thing\ndef thing(): pass\n");
    bound(
        Bound::Surely,
        "from .thing import thing\nfrom . import thing\n",
    );
    // Whoever loads the module binds the name anew.
    bound(Bound::Perhaps, "def thing(): pass\n");
    bound(Bound::Perhaps, "class thing: pass\nimport pkg.thing\n");
    bound(Bound::Perhaps, "thing = 1\n");
    bound(Bound::Perhaps, "import os as thing\n");
    bound(Bound::Perhaps, "if x:\n    from pkg.thing import thing\n");
    bound(Bound::Perhaps, "from .thing import thing\ndel thing\n");
    bound(Bound::Nothing, "");
    bound(Bound::Nothing, "from . import thing\n");
    bound(Bound::Nothing, "from pkg import thing\n");
    bound(Bound::Nothing, "import pkg.thing\n");
    bound(Bound::Nothing, "import pkg.thing as thing\n");
    bound(Bound::Nothing, "from .thing import other\n");
    bound(Bound::Nothing, "def f():\n    thing = 1\n");
    bound(Bound::Nothing, "thing: int\n");
    bound(
        Bound::Nothing,
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .thing import thing\n",
    );
}

#[track_caller]
fn imports_back(expected: bool, text: &str) {
    let tree = TempTree::new(&[
        ("app/__init__.py", ""),
        ("app/a.py", ""),
        ("app/b.py", text),
    ]);
    with(&tree, |index, search| {
        let snapshot = index.snapshot(search.setting);
        let file = tree.path("app/a.py");
        let roots = search.roots;
        let closes = |to: &str| {
            let own = |unit: &Unit<'_>| snapshot.own_imports(roots, &file, unit.module);
            let mut own = with_unit(&file, "", roots, search.setting, own).expect("valid");
            snapshot.cycle(roots, &file, &mut own, &names(to), Brings::Name)
        };
        let way = expected.then(|| ["app.a", "app.b", "app.a"].map(str::to_owned).to_vec());
        assert_eq!(closes("app.b.f"), way, "{text}");
        assert_eq!(closes("app.nowhere.f"), None);
    });
}

#[test]
fn a_module_that_imports_one_back() {
    imports_back(true, "import app.a\n");
    imports_back(true, "import app.a as x\n");
    imports_back(true, "from app.a import x\n");
    imports_back(true, "from app import a\n");
    imports_back(true, "from . import a\n");
    imports_back(true, "from .a import *\n");
    imports_back(
        true,
        "try:\n    import app.a\nexcept ImportError:\n    pass\n",
    );
    imports_back(true, "class C:\n    import app.a\n");
    imports_back(
        true,
        "if TYPE_CHECKING:\n    pass\nelse:\n    import app.a\n",
    );
    imports_back(false, "import app\n");
    imports_back(false, "import app.a2\n");
    imports_back(false, "from app import b\n");
    imports_back(false, "def f():\n    import app.a\n");
    imports_back(false, "if TYPE_CHECKING:\n    import app.a\n");
    imports_back(false, "if typing.TYPE_CHECKING:\n    from .a import x\n");
    imports_back(false, "import app.a.sub.\n");
}

#[test]
fn all_questions_are_answered_together() {
    let mut files: Vec<(String, String)> = (0..300)
        .map(|i| (format!("pkg/m{i}.py"), format!("import os\nX = {i}\n")))
        .collect();
    for i in 0..20 {
        files.push((format!("pkg/lib{i}.py"), String::new()));
        files.push((
            format!("pkg/user{i}.py"),
            format!("from .lib{i} import Name\n"),
        ));
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    let tree = TempTree::new(&files);
    with(&tree, |_, search| {
        let questions: FxHashSet<ReferenceQuery> = (0..20)
            .map(|i| ReferenceQuery {
                module: names(&format!("pkg.lib{i}")),
                name: Segment::new("Name"),
                starred: true,
            })
            .collect();
        let answers = search.answer(&questions);
        assert!(
            questions
                .par_iter()
                .all(|question| answers[question].len() == 1)
        );
    });
}

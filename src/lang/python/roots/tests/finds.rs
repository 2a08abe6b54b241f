//! What lies at a module's name.

use super::{described, names, roots, tree};
use crate::lang::python::roots::Roots;
use crate::lang::temp_tree::TempTree;

/// Checks what `find` gives for names.
#[track_caller]
fn check(tree: &TempTree, roots: &Roots, expected: &[(&str, &str)]) {
    for (module, expected) in expected {
        let found = roots.find(&names(module));
        assert_eq!(described(tree, found.as_ref()), *expected, "{module}");
    }
}

#[test]
fn packages_modules_and_folders() {
    let tree = tree(&[
        "pkg/__init__.py",
        "pkg/a.py",
        "pkg/a.pyi",
        "pkg/b.pyi",
        "pkg/data.json",
        "pkg/empty/",
        "pkg/sub/__init__.pyi",
        "pkg/dir.py/",
        "pkg/__main__.py",
        "ns/part/c.py",
        "pkg/a.b.py",
        "pkg/bad/__init__.py/",
        "pkg/a/inner.py",
    ]);
    check(
        &tree,
        &roots(&tree, &[]),
        &[
            ("pkg", "package pkg/__init__.py"),
            ("pkg.a", "module pkg/a.py"),
            ("pkg.b", "module pkg/b.pyi"),
            ("pkg.sub", "package pkg/sub/__init__.pyi"),
            ("pkg.__main__", "module pkg/__main__.py"),
            ("pkg.empty", "namespace pkg/empty"),
            ("pkg.bad", "namespace pkg/bad"),
            ("ns", "namespace ns"),
            ("ns.part.c", "module ns/part/c.py"),
            ("pkg.a.inner", "-"),
            ("pkg.a.Name", "-"),
            ("pkg.data", "-"),
            ("pkg.dir", "-"),
            ("pkg.none", "-"),
            ("none.a", "-"),
            ("", "-"),
            ("pkg.", "-"),
            ("pkg...a", "-"),
        ],
    );
    assert!(roots(&tree, &[]).find(&[]).is_none());
}

#[test]
fn extension_modules() {
    let tree = tree(&[
        "a.cpython-311-x86_64-linux-gnu.so",
        "a.cpython-312-x86_64-linux-gnu.so",
        "b.abi3.so",
        "c.so",
        "d.cp311-win_amd64.pyd",
        "e.pyx",
        "f.so",
        "f.pyi",
        "g.so",
        "g.py",
        "h.so.1",
        "i.other.so",
        "j.a.abi3.so",
        "k.pyc",
        "l/__init__.cpython-311-darwin.so",
        "e.pxd",
    ]);
    let roots = roots(&tree, &[]);
    check(
        &tree,
        &roots,
        &[
            ("a", "module a.cpython-311-x86_64-linux-gnu.so"),
            ("b", "module b.abi3.so"),
            ("c", "module c.so"),
            ("d", "module d.cp311-win_amd64.pyd"),
            ("e", "module e.pyx"),
            ("f", "module f.pyi"),
            ("g", "module g.py"),
            ("h", "-"),
            ("i", "-"),
            ("j", "-"),
            ("k", "-"),
            ("l", "package l/__init__.cpython-311-darwin.so"),
        ],
    );
    let text = |module| roots.find(&names(module)).and_then(|found| found.file);
    assert_eq!(text("c"), None);
    assert_eq!(text("e"), None);
    assert_eq!(text("f"), Some(tree.path("f.pyi")));
    assert_eq!(text("l"), None);
}

#[test]
fn every_root_counts() {
    let tree = tree(&[
        "src/pkg/__init__.py",
        "src/ns/a.py",
        "ns/b.py",
        "top.py",
        "lib/deep.py",
        "lib/top.py",
        "src/both.py",
        "both.py",
        "pkg/only_here.py",
        "ns2/x.py",
        "src/ns2/__init__.py",
    ]);
    check(
        &tree,
        &roots(&tree, &[]),
        &[
            ("pkg", "package src/pkg/__init__.py"),
            ("src.pkg", "package src/pkg/__init__.py"),
            ("both", "module src/both.py"),
            ("ns.a", "module src/ns/a.py"),
            ("ns.b", "module ns/b.py"),
            ("top", "module top.py"),
            ("lib.deep", "module lib/deep.py"),
            ("deep", "-"),
            // A regular package hides folders of its name elsewhere.
            ("pkg.only_here", "-"),
            ("ns2.x", "-"),
        ],
    );
    let said = roots(&tree, &["lib"]);
    check(
        &tree,
        &said,
        &[("deep", "module lib/deep.py"), ("top", "module lib/top.py")],
    );
}

#[test]
fn names_that_others_own() {
    let tree = TempTree::new(&[
        (
            "pyproject.toml",
            "[project]\nname = \"mine\"\ndependencies = [\"redis[hiredis]>=4\"]\n",
        ),
        ("redis/__init__.py", ""),
        ("types/mine.py", ""),
        ("distutils.py", ""),
        ("mine/redis/__init__.py", ""),
        ("redis_tools.py", ""),
    ]);
    let unsaid = [
        ("redis", "-"),
        ("types.mine", "-"),
        ("types", "-"),
        ("distutils", "-"),
        ("mine.redis", "package mine/redis/__init__.py"),
        ("redis_tools", "module redis_tools.py"),
    ];
    check(&tree, &roots(&tree, &[]), &unsaid);
    let said = roots(&tree, &["."]);
    let expected = [
        ("redis", "package redis/__init__.py"),
        ("types.mine", "module types/mine.py"),
    ];
    check(&tree, &said, &expected);
    // Said of another folder: the project's root is still only guessed.
    let said = roots(&tree, &["mine"]);
    check(
        &tree,
        &said,
        &[("redis", "package mine/redis/__init__.py"), ("types", "-")],
    );
    let below = roots(&tree, &[]).find_below(tree.root(), &names("types.mine"));
    assert_eq!(described(&tree, below.as_ref()), "module types/mine.py");
}

#[test]
fn stubs_stand_in() {
    let tree = tree(&[
        "foo-stubs/__init__.pyi",
        "foo-stubs/a.pyi",
        "foo-stubs/b.pyi",
        "foo/__init__.py",
        "foo/a.py",
        "bar-stubs/ns/c.pyi",
        "pkg/baz-stubs/__init__.pyi",
        "lone.pyi",
        "lone/in.py",
        "stub/__init__.pyi",
        "stub.py",
        "both/__init__.pyi",
        "both.pyi",
    ]);
    check(
        &tree,
        &roots(&tree, &[]),
        &[
            ("foo", "package foo/__init__.py"),
            ("foo.a", "module foo/a.py"),
            ("foo.b", "module foo-stubs/b.pyi"),
            ("bar", "namespace bar-stubs"),
            ("bar.ns.c", "module bar-stubs/ns/c.pyi"),
            ("pkg.baz", "-"),
            ("lone", "module lone.pyi"),
            ("lone.in", "module lone/in.py"),
            ("stub", "module stub.py"),
            ("both", "package both/__init__.pyi"),
        ],
    );
}

#[test]
fn case_and_composition_of_names() {
    let tree = tree(&[
        "pkg/__init__.py",
        "pkg/Upper.py",
        "pkg/caf\u{65}\u{301}.py",
        "\u{fb01}.py",
    ]);
    check(
        &tree,
        &roots(&tree, &[]),
        &[
            ("pkg.Upper", "module pkg/Upper.py"),
            ("pkg.upper", "-"),
            ("Pkg", "-"),
            ("pkg.caf\u{e9}", "module pkg/caf\u{65}\u{301}.py"),
            ("pkg.cafe", "-"),
            // What an import writes as a ligature is read as two letters, and no file has that name.
            ("fi", "-"),
        ],
    );
}

#[test]
fn a_file_sees_the_project_within_the_project() {
    let tree = tree(&[
        "api/app/__init__.py",
        "api/app/a.py",
        "app/b.py",
        "api/json/x.py",
    ]);
    let roots = roots(&tree, &[]);
    let from = |file: &str, module| {
        let found = roots.find_from(&tree.path(file), &names(module));
        described(&tree, found.as_ref())
    };
    assert_eq!(from("api/app/a.py", "app.a"), "module api/app/a.py");
    assert_eq!(from("api/app/a.py", "api.app.a"), "module api/app/a.py");
    assert_eq!(from("api/main.py", "app.a"), "module api/app/a.py");
    assert_eq!(from("api/main.py", "json.x"), "-");
    assert_eq!(from("top.py", "app.b"), "module app/b.py");
    assert_eq!(from("top.py", "app.a"), "-");
}

#[cfg(unix)]
#[test]
fn links_and_what_is_no_file() {
    let tree = tree(&["pkg/__init__.py", "pkg/a.py", "else/where.py"]);
    let link = |to: &str, at: &str| {
        std::os::unix::fs::symlink(to, tree.path(at)).expect("linked");
    };
    link("..", "pkg/up");
    link("self_link", "self_link");
    link("nothing.py", "broken.py");
    link("../else", "pkg/linked");
    link("a.py", "pkg/alias.py");
    check(
        &tree,
        &roots(&tree, &[]),
        &[
            ("pkg.up.pkg.up.pkg.a", "module pkg/up/pkg/up/pkg/a.py"),
            ("self_link", "-"),
            ("self_link.self_link", "-"),
            ("broken", "-"),
            ("pkg.linked.where", "module pkg/linked/where.py"),
            ("pkg.alias", "module pkg/alias.py"),
        ],
    );
}

#[test]
fn threads_agree() {
    let tree = tree(&["src/pkg/__init__.py", "src/pkg/a.py", "src/pkg/sub/b.py"]);
    let roots = roots(&tree, &[]);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for module in ["pkg.a", "pkg.sub.b", "src.pkg.a"] {
                    assert!(roots.find(&names(module)).is_some(), "{module}");
                }
                assert_eq!(roots.homes(&tree.path("src/pkg/a.py")).len(), 2);
            });
        }
    });
}

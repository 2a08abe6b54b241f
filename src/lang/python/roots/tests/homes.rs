//! Which module names a file has.

use super::{TempTree, roots, shown, tree};
use crate::lang::python::roots::{Home, Roots};

/// Each home as `root: module`, a package with `.` behind, joined by ` | `.
fn homes(tree: &TempTree, roots: &Roots, file: &str) -> String {
    let homes = roots.homes(&tree.path(file));
    let described = homes.iter().map(|home| {
        let root = shown(tree, &home.root);
        let dot = if home.is_package { "." } else { "" };
        format!("{root}: {}{dot}", home.module.join("."))
    });
    described.collect::<Vec<_>>().join(" | ")
}

/// Checks every file of the tree that is listed with its homes.
#[track_caller]
fn check(configured: &[&str], expected: &[(&str, &str)]) {
    let files: Vec<&str> = expected.iter().map(|(file, _)| *file).collect();
    let tree = tree(&files);
    let roots = roots(&tree, configured);
    for (file, expected) in expected {
        assert_eq!(homes(&tree, &roots, file), *expected, "{file}");
    }
}

#[test]
fn a_package_at_the_root() {
    check(
        &[],
        &[
            ("pkg/__init__.py", ".: pkg."),
            ("pkg/a.py", ".: pkg.a"),
            ("pkg/a.pyi", ".: pkg.a"),
            ("pkg/__main__.py", ".: pkg.__main__"),
            ("pkg/sub/__init__.pyi", ".: pkg.sub."),
            ("pkg/sub/b.py", ".: pkg.sub.b"),
            ("top.py", ".: top"),
        ],
    );
}

#[test]
fn src_comes_before_the_root() {
    check(
        &[],
        &[
            ("src/pkg/__init__.py", "src: pkg. | .: src.pkg."),
            ("src/pkg/a.py", "src: pkg.a | .: src.pkg.a"),
            ("src/top.py", "src: top | .: src.top"),
            ("tests/__init__.py", ".: tests."),
            ("tests/test_a.py", ".: tests.test_a"),
            ("other/src.py", ".: other.src | other: src"),
            ("srcs/a.py", ".: srcs.a | srcs: a"),
        ],
    );
}

#[test]
fn a_src_that_is_a_package_is_no_root() {
    check(
        &[],
        &[
            ("src/__init__.py", ".: src."),
            ("src/pkg/__init__.py", ".: src.pkg."),
            ("src/pkg/a.py", ".: src.pkg.a"),
        ],
    );
    check(
        &[],
        &[("src/__init__.pyi", ".: src."), ("src/a.py", ".: src.a")],
    );
}

#[test]
fn a_folder_called_init_makes_no_package() {
    let tree = tree(&["src/__init__.py/", "src/a.py"]);
    let roots = roots(&tree, &[]);
    assert_eq!(homes(&tree, &roots, "src/a.py"), "src: a | .: src.a");
}

#[test]
fn projects_within_the_project() {
    check(
        &[],
        &[
            (
                "libs/one/src/one/__init__.py",
                "libs/one/src: one. | .: libs.one.src.one.",
            ),
            (
                "libs/one/src/ns/b.py",
                "libs/one/src: ns.b | .: libs.one.src.ns.b | libs/one/src/ns: b",
            ),
            ("api/app/__init__.py", ".: api.app. | api: app."),
            ("api/app/models.py", ".: api.app.models | api: app.models"),
            // A `src` in a package is a package's folder.
            ("pkg/__init__.py", ".: pkg."),
            ("pkg/src/c.py", ".: pkg.src.c | pkg/src: c"),
        ],
    );
}

#[test]
fn namespace_packages_are_ordinary() {
    check(
        &[],
        &[
            (
                "src/ns/one/__init__.py",
                "src: ns.one. | .: src.ns.one. | src/ns: one.",
            ),
            (
                "src/ns/one/a.py",
                "src: ns.one.a | .: src.ns.one.a | src/ns: one.a",
            ),
        ],
    );
}

#[test]
fn scripts_have_their_own_folder() {
    check(
        &[],
        &[
            ("scripts/run.py", ".: scripts.run | scripts: run"),
            ("scripts/my-script.py", "scripts: __main__"),
            ("scripts/2024.py", "scripts: __main__"),
            ("scripts/a.b.py", "scripts: __main__"),
            ("scripts/class.py", "scripts: __main__"),
            ("tests/conftest.py", ".: tests.conftest | tests: conftest"),
            ("conftest.py", ".: conftest"),
            // In a package what has no name cannot be imported, and is no script either.
            ("pkg/__init__.py", ".: pkg."),
            ("pkg/0001_initial.py", ""),
            ("pkg/notes.ipynb", "pkg: __main__"),
            ("README.md", ""),
            ("Makefile", ""),
            (".py", ""),
        ],
    );
}

#[test]
fn a_folder_that_is_no_name_ends_the_way() {
    check(
        &[],
        &[
            ("my-app/run.py", "my-app: run"),
            ("my-app/pkg/__init__.py", "my-app: pkg."),
            ("my-app/pkg/a.py", "my-app: pkg.a"),
            ("my-app/ns/a.py", "my-app/ns: a"),
            ("2024/a.py", "2024: a"),
            ("lambda/handler.py", "lambda: handler"),
            (".hidden/a.py", ".hidden: a"),
        ],
    );
}

#[test]
fn a_secondary_name_that_others_own_is_left_out() {
    check(
        &[],
        &[
            ("scripts/random.py", ".: scripts.random"),
            ("conf/logging/__init__.py", ".: conf.logging."),
            // The tree's own top level is kept: relative imports in it mean nothing else.
            ("types/__init__.py", ".: types."),
            (
                "scripts/my_random.py",
                ".: scripts.my_random | scripts: my_random",
            ),
        ],
    );
    check(&["scripts"], &[("scripts/random.py", "scripts: random")]);
}

#[test]
fn stubs_describe_a_package() {
    check(
        &[],
        &[
            ("foo-stubs/__init__.pyi", ".: foo."),
            ("foo-stubs/sub/a.pyi", ".: foo.sub.a"),
            ("typings/bar-stubs/__init__.pyi", "typings: bar."),
            ("typings/bar-stubs/a.pyi", "typings: bar.a"),
            ("typings/part-stubs/ns/a.pyi", "typings: part.ns.a"),
            ("foo_stubs/__init__.pyi", ".: foo_stubs."),
            ("x/my-lib-stubs/a.pyi", "x/my-lib-stubs: a"),
            ("x/-stubs/a.pyi", "x/-stubs: a"),
        ],
    );
    check(
        &["typings"],
        &[("typings/bar-stubs/a.pyi", "typings: bar.a")],
    );
}

#[test]
fn configured_roots_come_deepest_first() {
    check(
        &["lib", "lib/vendor", "./lib/../lib/vendor", "gone"],
        &[
            ("lib/pkg/__init__.py", "lib: pkg."),
            (
                "lib/vendor/six/__init__.py",
                "lib/vendor: six. | lib: vendor.six.",
            ),
            ("lib/ns/a.py", "lib: ns.a | lib/ns: a"),
            // Outside of them all it is as if nothing had been said.
            ("src/pkg/a.py", "src: pkg.a | .: src.pkg.a | src/pkg: a"),
            ("tests/__init__.py", ".: tests."),
            ("libs/a.py", ".: libs.a | libs: a"),
        ],
    );
}

#[test]
fn a_project_that_is_itself_a_package() {
    let tree = tree(&["__init__.py", "a.py", "sub/__init__.py", "src/b.py"]);
    let roots = roots(&tree, &[]);
    let above = tree.root().parent().expect("a folder").display();
    let home = |file| homes(&tree, &roots, file);
    assert_eq!(home("__init__.py"), format!("{above}: tree."));
    assert_eq!(home("a.py"), format!(".: a | {above}: tree.a"));
    assert_eq!(
        home("sub/__init__.py"),
        format!(".: sub. | {above}: tree.sub.")
    );
    assert_eq!(home("src/b.py"), "src: b | .: src.b");
}

#[test]
fn outside_the_project_the_packages_count() {
    let tree = tree(&[
        "other/pkg/__init__.py",
        "other/pkg/a.py",
        "other/b.py",
        "in/c.py",
    ]);
    let roots = Roots::new(&tree.path("in"), &[]);
    assert_eq!(homes(&tree, &roots, "other/pkg/a.py"), "other: pkg.a");
    assert_eq!(homes(&tree, &roots, "other/pkg/__init__.py"), "other: pkg.");
    assert_eq!(homes(&tree, &roots, "other/b.py"), "other: b");
    assert_eq!(homes(&tree, &roots, "in/../other/b.py"), "other: b");
    assert_eq!(homes(&tree, &roots, "in/./c.py"), "in: c");
    let roots = Roots::new(&tree.path("in"), &[tree.path("other/pkg")]);
    assert_eq!(
        homes(&tree, &roots, "other/pkg/a.py"),
        "other/pkg: a | other: pkg.a"
    );
}

#[test]
fn files_need_not_exist() {
    let tree = tree(&["pkg/__init__.py"]);
    let roots = roots(&tree, &[]);
    assert_eq!(homes(&tree, &roots, "pkg/new.py"), ".: pkg.new");
    assert_eq!(
        homes(&tree, &roots, "no/where/new.py"),
        ".: no.where.new | no/where: new"
    );
    let bare = Roots::new(std::path::Path::new("/"), &[]);
    assert!(bare.homes(std::path::Path::new("/")).is_empty());
    assert!(bare.homes(std::path::Path::new("")).is_empty());
    assert_eq!(bare.homes(std::path::Path::new("/a.py")).len(), 1);
}

#[test]
fn very_deep_folders() {
    let tree = tree(&["pkg/__init__.py"]);
    let roots = roots(&tree, &[]);
    let deep = format!("pkg/{}a.py", "d/".repeat(2_000));
    let homes = roots.homes(&tree.path(&deep));
    assert_eq!(homes[0].module.len(), 2_002);
}

#[test]
fn what_dots_mean() {
    let home = |module: &str, is_package| Home {
        module: super::names(module),
        is_package,
        root: "/".into(),
    };
    assert_eq!(home("a.b", false).package(), super::names("a"));
    assert_eq!(home("a.b", true).package(), super::names("a.b"));
    assert!(home("a", false).package().is_empty());
}

#[test]
fn names_taken_apart_by_a_file_system_are_put_together() {
    // `é` as one character, and as a letter and an accent.
    check(
        &[],
        &[(
            "caf\u{65}\u{301}/d\u{65}\u{301}j\u{61}\u{300}.py",
            ".: caf\u{e9}.d\u{e9}j\u{e0} | caf\u{65}\u{301}: d\u{e9}j\u{e0}",
        )],
    );
}

#[cfg(unix)]
#[test]
fn links_to_roots_and_folders() {
    let tree = tree(&["real/pkg/__init__.py", "real/pkg/a.py", "in/b.py"]);
    let link = |to: &str, at: &str| {
        std::os::unix::fs::symlink(tree.path(to), tree.path(at)).expect("linked");
    };
    link("real", "in/linked");
    link("real", "aside");
    link("in", "again");
    let roots = Roots::new(&tree.path("in"), &[tree.path("in/linked")]);
    assert_eq!(homes(&tree, &roots, "real/pkg/a.py"), "real: pkg.a");
    assert_eq!(homes(&tree, &roots, "aside/pkg/a.py"), "real: pkg.a");
    assert_eq!(homes(&tree, &roots, "again/b.py"), "in: b");
}

//! What relative imports mean.

use super::{TempTree, names, roots, tree};
use crate::lang::python::roots::{Relative, Roots};
use crate::path::Segment;

/// A table of moves as the session would ask it: by the longest prefix.
fn successor(moves: &[(&str, &str)], path: &[Segment]) -> Option<Vec<Segment>> {
    moves.iter().find_map(|(from, to)| {
        let rest = path.strip_prefix(names(from).as_slice())?;
        Some([names(to).as_slice(), rest].concat())
    })
}

/// What `import` (as `..a.b`) means in the file: `-`, a module, or several with `|`.
fn meaning(
    tree: &TempTree,
    roots: &Roots,
    (file, import): (&str, &str),
    moves: &[(&str, &str)],
) -> String {
    let module = import.trim_start_matches('.');
    let level = u32::try_from(import.len() - module.len()).expect("few dots");
    let module = if module.is_empty() {
        Vec::new()
    } else {
        names(module)
    };
    let table = |path: &[Segment]| successor(moves, path);
    match roots.relative(&tree.path(file), level, &module, &table) {
        Relative::None => "-".to_owned(),
        Relative::One(module) => module.join("."),
        Relative::Ambiguous(several) => {
            let several: Vec<String> = several.iter().map(|one| one.join(".")).collect();
            several.join(" | ")
        }
    }
}

type Case<'a> = (&'a str, &'a str, &'a str);

/// Cases are file, import, meaning.
#[track_caller]
fn check(files: &[&str], configured: &[&str], moves: &[(&str, &str)], cases: &[Case]) {
    let tree = tree(files);
    let roots = roots(&tree, configured);
    for (file, import, expected) in cases {
        let found = meaning(&tree, &roots, (file, import), moves);
        assert_eq!(found, *expected, "`{import}` in {file}");
    }
}

#[test]
fn dots_in_modules_and_packages() {
    check(
        &[
            "pkg/__init__.py",
            "pkg/a.py",
            "pkg/sub/__init__.py",
            "pkg/sub/b.py",
        ],
        &[],
        &[],
        &[
            ("pkg/a.py", ".", "pkg"),
            ("pkg/a.py", ".gone", "pkg.gone"),
            ("pkg/a.py", "..gone", "-"),
            ("pkg/__init__.py", ".gone", "pkg.gone"),
            ("pkg/__init__.pyi", ".gone", "pkg.gone"),
            ("pkg/sub/b.py", "..gone.x", "pkg.gone.x"),
            ("pkg/sub/b.py", "..", "pkg"),
            ("pkg/sub/b.py", "...gone", "-"),
            ("pkg/sub/__init__.py", ".gone", "pkg.sub.gone"),
            ("pkg/sub/__init__.py", "..gone", "pkg.gone"),
            ("pkg/sub/0001_initial.py", "..gone", "pkg.gone"),
            ("top.py", ".gone", "-"),
            ("pkg/notes.ipynb", ".gone", "-"),
            ("pkg/a.py", "gone", "gone"),
            ("pkg/a.py", "", "-"),
        ],
    );
}

#[test]
fn an_ancestor_that_the_table_speaks_of() {
    let moves = [("app.old", "app.new")];
    let files = [
        "api/app/__init__.py",
        "api/app/a.py",
        "api/app/old.py",
        "api/b.py",
    ];
    check(
        &files,
        &[],
        &moves,
        &[
            ("api/app/a.py", ".old", "app.old"),
            ("api/app/a.py", ".old.deep", "api.app.old.deep"),
            ("api/app/a.py", ".other", "api.app.other"),
            ("api/b.py", ".app.old", "api.app.old"),
        ],
    );
}

#[test]
fn the_new_module_is_enough() {
    let moves = [("app.old", "app.new")];
    let files = ["api/app/a.py", "api/app/new.py"];
    check(&files, &[], &moves, &[("api/app/a.py", ".old", "app.old")]);
    // The new home of another root does not make it this one.
    let files = ["api/app/a.py", "app/new.py"];
    check(
        &files,
        &[],
        &moves,
        &[("api/app/a.py", ".old", "api.app.old")],
    );
}

#[test]
fn several_ancestors_that_the_table_speaks_of() {
    let moves = [("app.old", "app.new"), ("api.app.old", "api.app.new")];
    let files = ["api/app/a.py", "api/app/old.py"];
    let both = "api.app.old | app.old";
    check(&files, &[], &moves, &[("api/app/a.py", ".old", both)]);
    // Said roots end the doubt.
    let cases = [("api/app/a.py", ".old", "app.old")];
    check(&files, &["api"], &moves, &cases);
    let cases = [("api/app/a.py", ".old", "api.app.old")];
    check(&files, &["."], &moves, &cases);
}

#[test]
fn a_configured_root_is_the_only_one() {
    let moves = [("app.old", "app.new")];
    let files = ["api/app/a.py", "api/app/old.py", "api/x-y/pkg/__init__.py"];
    check(
        &files,
        &[".", "gone"],
        &moves,
        &[
            ("api/app/a.py", ".old", "api.app.old"),
            ("api/app/a.py", "....old", "-"),
            // There is no name from the root; the folder of packages is all that is known.
            ("api/x-y/pkg/a.py", ".old", "pkg.old"),
        ],
    );
}

#[test]
fn src_as_a_root_and_as_a_name() {
    let files = ["src/pkg/__init__.py", "src/pkg/a.py", "src/pkg/old.py"];
    let cases = |expected| [("src/pkg/a.py", ".old", expected)];
    check(&files, &[], &[], &cases("pkg.old"));
    check(&files, &[], &[("pkg.old", "pkg.new")], &cases("pkg.old"));
    check(
        &files,
        &[],
        &[("src.pkg.old", "src.pkg.new")],
        &cases("src.pkg.old"),
    );
}

#[test]
fn a_name_that_others_own_is_never_sure() {
    // The table may speak of the library, the folder only bears its name.
    let moves = [("redis.asyncio", "redis.aio"), ("types.old", "types.new")];
    let requirements = [
        ("requirements.txt", "Redis>=4\n"),
        ("services/redis/asyncio.py", ""),
    ];
    let tree = TempTree::new(&requirements);
    let client = ("services/redis/client.py", ".asyncio");
    let found = |configured: &[&str]| meaning(&tree, &roots(&tree, configured), client, &moves);
    assert_eq!(found(&[]), "redis.asyncio | services.redis.asyncio");
    assert_eq!(found(&["services"]), "redis.asyncio");
    // At the top of the tree relative imports in it can mean nothing else.
    let files = ["types/__init__.py", "types/old.py"];
    check(&files, &[], &moves, &[("types/a.py", ".old", "types.old")]);
}

#[test]
fn outside_the_project() {
    let tree = tree(&["other/pkg/__init__.py", "other/ns/a.py", "in/a.py"]);
    let roots = Roots::new(&tree.path("in"), &[]);
    let found = |file, import| meaning(&tree, &roots, (file, import), &[]);
    assert_eq!(found("other/pkg/a.py", ".old"), "pkg.old");
    assert_eq!(found("other/pkg/a.py", "..old"), "-");
    assert_eq!(found("other/ns/a.py", ".old"), "-");
}

#[test]
fn too_many_dots_are_no_panic() {
    let tree = tree(&["pkg/__init__.py"]);
    let roots = roots(&tree, &[]);
    let none = |_: &[Segment]| None;
    for level in [3, u32::MAX] {
        let found = roots.relative(&tree.path("pkg/a.py"), level, &[], &none);
        assert_eq!(found, Relative::None);
    }
    let nowhere = std::path::Path::new("/");
    assert_eq!(roots.relative(nowhere, 1, &[], &none), Relative::None);
}

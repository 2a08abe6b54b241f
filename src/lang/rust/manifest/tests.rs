//! Manifests as data: a tree, and what its package is.

use super::{Edition, Manifests, Package, TargetKind};
use crate::lang::rust::gate::Cfg;
use crate::lang::temp_tree::TempTree;

#[track_caller]
fn load(tree: &TempTree, folder: &str) -> Result<Package, super::ManifestError> {
    let manifests = Manifests::default();
    let folder = tree.path(folder);
    let manifest = manifests.in_folder(&folder)?.expect("there is a manifest");
    Package::load(&manifests, &folder, &manifest)
}

/// `kind name root edition`, one a line, `-` for a crate without a name.
#[track_caller]
fn crates(files: &[(&str, &str)]) -> Vec<String> {
    let tree = TempTree::new(files);
    let package = load(&tree, "").expect("a good manifest");
    let described = package.crates.iter().map(|krate| {
        let root = krate
            .root
            .strip_prefix(tree.root())
            .expect("below the root");
        let name = krate.name.as_deref().unwrap_or("-");
        let (kind, edition) = (krate.kind, krate.edition);
        format!("{kind:?} {name} {} {edition:?}", root.display())
    });
    described.collect()
}

/// The externs of the first crate of a kind, `local` or `local=library`, sorted; `+` before
/// dev-dependencies.
#[track_caller]
fn externs(tree: &TempTree, folder: &str, kind: TargetKind) -> String {
    let package = load(tree, folder).expect("a good manifest");
    let mut of_kind = package.crates.iter().filter(|krate| krate.kind == kind);
    let krate = of_kind.next().expect("a crate of the kind");
    let show = |externs: &Option<super::Externs>, mark: &str| {
        let externs = externs.as_ref().expect("there is a manifest");
        let mut shown: Vec<String> = externs
            .iter()
            .map(|(local, external)| {
                let library = &external.library;
                let name = match local == library {
                    true => format!("{mark}{local}"),
                    false => format!("{mark}{local}={library}"),
                };
                match &external.when {
                    Cfg::All(none) if none.is_empty() => name,
                    when => format!("{name}[{}]", when.show()),
                }
            })
            .collect();
        shown.sort();
        shown
    };
    let mut all = show(&krate.externs, "");
    all.extend(show(&krate.dev_externs, "+"));
    all.join(" ")
}

#[test]
fn finds_targets_by_itself() {
    assert_eq!(
        crates(&[
            (
                "Cargo.toml",
                "[package]\nname = \"my-lib\"\nedition = \"2021\"\n"
            ),
            ("src/lib.rs", ""),
            ("src/main.rs", ""),
            ("src/bin/one.rs", ""),
            ("src/bin/two/main.rs", ""),
            ("src/bin/two/helper.rs", ""),
            ("examples/show/main.rs", ""),
            ("tests/it.rs", ""),
            ("tests/common/mod.rs", ""),
            ("benches/speed.rs", ""),
            ("build.rs", ""),
        ]),
        [
            "Lib my_lib src/lib.rs E2021",
            "Bin - src/main.rs E2021",
            "Bin - src/bin/one.rs E2021",
            "Bin - src/bin/two/main.rs E2021",
            "Example - examples/show/main.rs E2021",
            "Test - tests/it.rs E2021",
            "Bench - benches/speed.rs E2021",
            "BuildScript - build.rs E2021",
        ]
    );
}

#[test]
fn without_a_library_programs_have_names() {
    assert_eq!(
        crates(&[
            (
                "Cargo.toml",
                "[package]\nname = \"my-app\"\nedition = \"2024\"\n"
            ),
            ("src/main.rs", ""),
            ("src/bin/side-kick.rs", ""),
        ]),
        [
            "Bin my_app src/main.rs E2024",
            "Bin side_kick src/bin/side-kick.rs E2024",
        ]
    );
}

#[test]
fn listed_targets_go_before_found_ones() {
    let manifest = r#"
[package]
name = "p"
edition = "2018"
autotests = false
build = "make/b.rs"
[lib]
name = "zed"
path = "lib/zed.rs"
edition = "2015"
[[bin]]
name = "renamed"
path = "src/main.rs"
[[bin]]
name = "tool"
[[test]]
name = "listed"
"#;
    assert_eq!(
        crates(&[
            ("Cargo.toml", manifest),
            ("lib/zed.rs", ""),
            ("src/main.rs", ""),
            ("src/bin/tool.rs", ""),
            ("tests/listed.rs", ""),
            ("tests/not_listed.rs", ""),
            ("build.rs", ""),
            ("make/b.rs", ""),
        ]),
        [
            "Lib zed lib/zed.rs E2015",
            "Bin - src/main.rs E2018",
            "Bin - src/bin/tool.rs E2018",
            "Test - tests/listed.rs E2018",
            "BuildScript - make/b.rs E2018",
        ]
    );
}

#[test]
fn no_edition_means_2015_which_stops_looking_at_a_listed_target() {
    assert_eq!(
        crates(&[
            (
                "Cargo.toml",
                "[package]\nname = \"p\"\nbuild = false\n[[test]]\nname = \"a\"\n"
            ),
            ("src/lib.rs", ""),
            ("build.rs", ""),
            ("tests/a.rs", ""),
            ("tests/b.rs", ""),
        ]),
        ["Lib p src/lib.rs E2015", "Test - tests/a.rs E2015"]
    );
}

#[test]
fn procedural_macros_are_libraries() {
    assert_eq!(
        crates(&[
            (
                "Cargo.toml",
                "[package]\nname = \"p-derive\"\n[lib]\nproc-macro = true\n"
            ),
            ("src/lib.rs", ""),
        ]),
        ["ProcMacro p_derive src/lib.rs E2015"]
    );
}

fn workspace() -> TempTree {
    let root = r#"
[workspace]
members = ["a", "b"]
[workspace.package]
edition = "2021"
[workspace.dependencies]
b = { path = "b" }
other = { package = "real-other", version = "1" }
plain = "1"
"#;
    let a = r#"
[package]
name = "a"
edition.workspace = true
[dependencies]
b = { workspace = true, features = ["x"] }
other.workspace = true
plain = { workspace = true }
two-words = "1"
maybe = { version = "1", optional = true }
implied = { version = "1", optional = true }
alias = { package = "b", path = "../b" }
gone = { path = "../gone" }
[target.'cfg(unix)'.dependencies]
only-unix = "1"
[dev-dependencies]
checker = "1"
[build-dependencies]
maker = { version = "1" }
[features]
full = ["some", "two-words/x"]
some = ["dep:maybe", "implied?/y"]
strong = ["implied/y"]
odd = 3
"#;
    let b = "[package]\nname = \"b\"\n[lib]\nname = \"bee\"\n";
    TempTree::new(&[
        ("Cargo.toml", root),
        ("a/Cargo.toml", a),
        ("a/src/lib.rs", ""),
        ("a/src/main.rs", ""),
        ("a/tests/t.rs", ""),
        ("a/build.rs", ""),
        ("b/Cargo.toml", b),
        ("b/src/lib.rs", ""),
    ])
}

#[test]
fn reads_what_code_can_name() {
    let tree = workspace();
    let parts = [
        "alias=bee",
        "bee",
        "gone",
        "implied[any(feature = \"implied\", feature = \"strong\")]",
        "maybe[any(feature = \"some\", feature = \"full\")]",
        "only_unix[unix]",
        "other=real_other",
        "plain",
        "two_words",
    ];
    let normal = parts.join(" ");
    let beside = format!("a {normal}");
    let all = beside.replace(" gone", " checker gone");
    for (kind, expected) in [
        (TargetKind::Lib, format!("{normal} +checker")),
        (TargetKind::Bin, format!("{beside} +checker")),
        (TargetKind::Test, format!("{all} +checker")),
        (TargetKind::BuildScript, "maker".to_owned()),
    ] {
        assert_eq!(externs(&tree, "a", kind), expected, "{kind:?}");
    }
    let package = load(&tree, "a").expect("a good manifest");
    assert_eq!(package.edition, Edition::E2021);
    let doctest = package.library().expect("it has one").doctest();
    assert_eq!(doctest.name, None);
    assert_eq!(doctest.edition, Edition::E2021);
    let named = doctest.externs.expect("there is a manifest");
    for name in ["a", "bee", "checker"] {
        assert!(named.contains_key(name), "{name}");
    }
    assert!(!named.contains_key("maker"));
}

#[test]
fn broken_manifests_are_named_with_the_line() {
    for (manifest, line, words) in [
        ("[package]\nname = \n", Some(2), "correct the manifest"),
        (
            "[package]\nname = \"p\"\nedition = \"2020\"\n",
            Some(3),
            "expected \"2015\"",
        ),
        (
            "[package]\nname = \"p\"\nedition.workspace = true\n",
            Some(3),
            "[workspace.package]",
        ),
        ("[package]\nversion = \"1.0.0\"\n", None, "expected `name`"),
        ("bin = 3\n", Some(1), "correct the manifest"),
    ] {
        let tree = TempTree::new(&[("Cargo.toml", manifest)]);
        let error = load(&tree, "").expect_err(manifest);
        assert_eq!(error.path, tree.path("Cargo.toml"));
        assert_eq!(error.line, line, "{manifest}: {error}");
        assert!(error.message.contains(words), "{error}");
    }
}

#[test]
fn unknown_keys_are_no_error() {
    assert_eq!(
        crates(&[
            (
                "Cargo.toml",
                "cargo-features = [\"x\"]\n[package]\nname = \"p\"\nfuture = { a = 1 }\n\
                 [lints.rust]\nx = \"deny\"\n[profile.dev]\ndebug = 1\n\
                 [dependencies]\na = { version = \"1\", future = 3 }\n"
            ),
            ("src/lib.rs", ""),
        ]),
        ["Lib p src/lib.rs E2015"]
    );
}

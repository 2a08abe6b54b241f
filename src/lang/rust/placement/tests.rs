//! Trees as data: the files, and where each belongs.

use std::fs;

use super::{Crates, Placement};
use crate::lang::rust::manifest::Edition;
use crate::lang::temp_tree::TempTree;
use crate::path::Segment;

const MANIFEST: (&str, &str) = (
    "Cargo.toml",
    "[package]\nname = \"krate\"\nedition = \"2021\"\n",
);

/// Each place as `root::module::path < owner < root file`, joined by ` | `; `orphan`.
#[track_caller]
fn describe(tree: &TempTree, placement: &Placement) -> String {
    let Placement::Places(places) = placement else {
        return "orphan".to_owned();
    };
    let shown = places.iter().map(|place| {
        let name = place.krate.name.as_deref().unwrap_or("-");
        let module: String = place
            .module
            .iter()
            .map(|name| format!("::{name}"))
            .collect();
        let owners: String = place
            .chain
            .iter()
            .rev()
            .skip(1)
            .map(|(file, _)| {
                let file = file.strip_prefix(tree.root()).unwrap_or(file);
                format!(" < {}", file.display())
            })
            .collect();
        format!("{name}{module}{owners}")
    });
    shown.collect::<Vec<_>>().join(" | ")
}

/// Checks the place of files, by location first.
#[track_caller]
fn places(files: &[(&str, &str)], expected: &[(&str, &str)]) {
    let tree = TempTree::new(files);
    let crates = Crates::new(tree.root());
    for (file, expected) in expected {
        let placement = crates.place(&tree.path(file)).expect("good manifests");
        assert_eq!(describe(&tree, &placement), *expected, "{file}");
    }
}

/// Checks every place of files.
#[track_caller]
fn shared(tree: &TempTree, expected: &[(&str, &str)]) {
    let crates = Crates::new(tree.root());
    for (file, expected) in expected {
        let placement = crates.shared(&tree.path(file)).expect("good manifests");
        assert_eq!(describe(tree, &placement), *expected, "{file}");
    }
}

#[test]
fn both_layouts_of_folders() {
    places(
        &[
            MANIFEST,
            ("src/lib.rs", "pub mod a;\npub(crate) mod b;\nmod r#try;\n"),
            ("src/a.rs", "mod inner;"),
            ("src/a/inner.rs", "mod deep;"),
            ("src/a/inner/deep.rs", ""),
            ("src/b/mod.rs", "mod inner;"),
            ("src/b/inner.rs", ""),
            ("src/try.rs", ""),
        ],
        &[
            ("src/lib.rs", "krate"),
            ("src/a.rs", "krate::a < src/lib.rs"),
            ("src/a/inner.rs", "krate::a::inner < src/a.rs < src/lib.rs"),
            (
                "src/a/inner/deep.rs",
                "krate::a::inner::deep < src/a/inner.rs < src/a.rs < src/lib.rs",
            ),
            ("src/b/mod.rs", "krate::b < src/lib.rs"),
            (
                "src/b/inner.rs",
                "krate::b::inner < src/b/mod.rs < src/lib.rs",
            ),
            ("src/try.rs", "krate::try < src/lib.rs"),
        ],
    );
}

#[test]
fn inline_modules_are_folders() {
    places(
        &[
            MANIFEST,
            (
                "src/lib.rs",
                "mod outer { pub mod mid { mod inner; } }\nmod a;",
            ),
            ("src/outer/mid/inner.rs", ""),
            ("src/a.rs", "mod tests { mod case; }"),
            ("src/a/tests/case.rs", ""),
        ],
        &[
            (
                "src/outer/mid/inner.rs",
                "krate::outer::mid::inner < src/lib.rs",
            ),
            (
                "src/a/tests/case.rs",
                "krate::a::tests::case < src/a.rs < src/lib.rs",
            ),
        ],
    );
}

#[test]
fn undeclared_files_are_orphans() {
    places(
        &[
            MANIFEST,
            (
                "src/lib.rs",
                "// mod a;\n/* mod b; */\nconst S: &str = \"mod c;\";\n/// mod d;\nmod dd {}\n\
                 const R: &str = r#\"mod e;\"#; #[path = \"elsewhere.rs\"] mod f; mod g {}\n\
                 include!(\"included.rs\");",
            ),
            ("src/a.rs", ""),
            ("src/b.rs", ""),
            ("src/c.rs", ""),
            ("src/d.rs", ""),
            ("src/e.rs", ""),
            ("src/f.rs", ""),
            ("src/g.rs", ""),
            ("src/included.rs", ""),
            ("tests/it.rs", ""),
            ("tests/ui/case.rs", "mod sub;"),
            ("tests/ui/sub.rs", ""),
        ],
        &[
            ("src/a.rs", "orphan"),
            ("src/b.rs", "orphan"),
            ("src/c.rs", "orphan"),
            ("src/d.rs", "orphan"),
            ("src/e.rs", "orphan"),
            ("src/f.rs", "orphan"),
            ("src/g.rs", "orphan"),
            ("src/included.rs", "orphan"),
            ("tests/ui/case.rs", "orphan"),
            ("tests/ui/sub.rs", "orphan"),
        ],
    );
}

#[test]
fn orphans_know_their_package() {
    let tree = TempTree::new(&[
        (
            "Cargo.toml",
            "[package]\nname = \"krate\"\nedition = \"2018\"\n[dev-dependencies]\ndev = \"1\"\n",
        ),
        ("src/lib.rs", ""),
        ("tests/ui/case.rs", ""),
    ]);
    let crates = Crates::new(tree.root());
    let placement = crates.place(&tree.path("tests/ui/case.rs")).expect("good");
    let Placement::Orphan {
        package,
        edition,
        externs,
    } = &*placement
    else {
        panic!("{placement:?}");
    };
    assert_eq!(*edition, Edition::E2018);
    let name = package.as_ref().and_then(|package| package.name.as_deref());
    assert_eq!(name, Some("krate"));
    let externs = externs.as_ref().expect("there is a manifest");
    assert!(externs.contains_key("krate") && externs.contains_key("dev"));
}

#[test]
fn macros_and_attributes_declare() {
    places(
        &[
            MANIFEST,
            (
                "src/lib.rs",
                "cfg_if! { if #[cfg(unix)] { mod unix; } else { #[cfg(x)] pub mod other; } }\n\
                 #[cfg_attr(windows, path = \"win.rs\")] mod imp;\n\
                 #[doc = \"x\"] #[path = r\"odd/place.rs\"] pub(in crate) mod here;\n\
                 cfg_rt! { #[path = \"rt.rs\"] mod runtime; }\n\
                 #[path = \"dir\"] mod thread { #[path = \"tls.rs\"] mod local; mod plain; }",
            ),
            ("src/unix.rs", ""),
            ("src/other.rs", ""),
            ("src/win.rs", ""),
            ("src/imp.rs", ""),
            ("src/odd/place.rs", "mod beside;"),
            ("src/odd/beside.rs", ""),
            ("src/rt.rs", ""),
            ("src/dir/tls.rs", ""),
            ("src/dir/plain.rs", ""),
        ],
        &[
            ("src/unix.rs", "krate::unix < src/lib.rs"),
            ("src/other.rs", "krate::other < src/lib.rs"),
            ("src/win.rs", "krate::imp < src/lib.rs"),
            ("src/imp.rs", "krate::imp < src/lib.rs"),
            ("src/odd/place.rs", "krate::here < src/lib.rs"),
            (
                "src/odd/beside.rs",
                "krate::here::beside < src/odd/place.rs < src/lib.rs",
            ),
            ("src/rt.rs", "krate::runtime < src/lib.rs"),
            ("src/dir/tls.rs", "krate::thread::local < src/lib.rs"),
            ("src/dir/plain.rs", "krate::thread::plain < src/lib.rs"),
        ],
    );
}

#[test]
fn path_in_a_named_file_starts_beside_it_and_inside_inline_below_it() {
    places(
        &[
            MANIFEST,
            ("src/lib.rs", "mod a;"),
            (
                "src/a.rs",
                "#[path = \"foo.rs\"] mod c; mod inline { #[path = \"other.rs\"] mod inner; }",
            ),
            ("src/foo.rs", ""),
            ("src/a/inline/other.rs", ""),
            ("src/a/foo.rs", ""),
        ],
        &[
            ("src/foo.rs", "krate::a::c < src/a.rs < src/lib.rs"),
            (
                "src/a/inline/other.rs",
                "krate::a::inline::inner < src/a.rs < src/lib.rs",
            ),
            ("src/a/foo.rs", "orphan"),
        ],
    );
}

#[test]
fn a_file_in_two_crates_has_two_places() {
    places(
        &[
            MANIFEST,
            ("src/lib.rs", "mod a;"),
            ("src/main.rs", "mod a; mod only;"),
            ("src/a.rs", ""),
            ("src/only.rs", ""),
            ("tests/one.rs", "mod common;"),
            ("tests/two.rs", "mod common;"),
            ("tests/three.rs", ""),
            ("tests/common/mod.rs", "mod more;"),
            ("tests/common/more.rs", ""),
            ("examples/show/main.rs", "mod part;"),
            ("examples/show/part.rs", ""),
            ("build.rs", "mod script;"),
            ("script.rs", ""),
        ],
        &[
            ("src/a.rs", "krate::a < src/lib.rs | -::a < src/main.rs"),
            ("src/only.rs", "-::only < src/main.rs"),
            (
                "tests/common/more.rs",
                "-::common::more < tests/common/mod.rs < tests/one.rs | \
                 -::common::more < tests/common/mod.rs < tests/two.rs",
            ),
            ("examples/show/part.rs", "-::part < examples/show/main.rs"),
            ("script.rs", "-::script < build.rs"),
        ],
    );
}

#[test]
fn programs_without_a_library() {
    places(
        &[
            MANIFEST,
            ("src/bin/one.rs", "mod part;"),
            ("src/bin/two.rs", "mod part;"),
            ("src/bin/part.rs", ""),
        ],
        &[(
            "src/bin/part.rs",
            // Cargo takes `part.rs` for a program of its own as well.
            "part | one::part < src/bin/one.rs | two::part < src/bin/two.rs",
        )],
    );
}

#[test]
fn afar_by_path() {
    let tree = TempTree::new(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\"]\n"),
        ("a/Cargo.toml", "[package]\nname = \"a\"\n"),
        ("a/src/lib.rs", "mod x; mod plain;"),
        ("a/src/x.rs", "mod child;"),
        ("a/src/x/child.rs", ""),
        ("a/src/plain.rs", ""),
        ("a/shared/only.rs", "mod kid;"),
        ("a/shared/kid.rs", ""),
        ("b/Cargo.toml", "[package]\nname = \"b\"\n"),
        (
            "b/src/lib.rs",
            "#[path = \"../../a/src/x.rs\"] mod from_a;\n\
             #[path = \"../../a/shared/only.rs\"] mod only;",
        ),
    ]);
    let crates = Crates::new(tree.root());
    let place = |file| describe(&tree, &crates.place(&tree.path(file)).expect("good"));
    assert_eq!(place("a/src/x.rs"), "a::x < a/src/lib.rs");
    assert_eq!(place("a/shared/only.rs"), "b::only < b/src/lib.rs");
    assert_eq!(
        place("a/shared/kid.rs"),
        "b::only::kid < a/shared/only.rs < b/src/lib.rs"
    );
    shared(
        &tree,
        &[
            (
                "a/src/x.rs",
                "a::x < a/src/lib.rs | b::from_a < b/src/lib.rs",
            ),
            ("a/src/plain.rs", "a::plain < a/src/lib.rs"),
            (
                "a/src/x/child.rs",
                "a::x::child < a/src/x.rs < a/src/lib.rs",
            ),
        ],
    );
}

#[test]
fn loops_end() {
    let tree = TempTree::new(&[
        MANIFEST,
        ("src/lib.rs", "mod a;"),
        (
            "src/a.rs",
            "#[path = \"b.rs\"] mod b; #[path = \"a.rs\"] mod me;",
        ),
        ("src/b.rs", "#[path = \"a.rs\"] mod a;"),
        ("src/lone.rs", "#[path = \"lone.rs\"] mod lone;"),
    ]);
    shared(
        &tree,
        &[
            ("src/a.rs", "krate::a < src/lib.rs"),
            ("src/b.rs", "krate::a::b < src/a.rs < src/lib.rs"),
            ("src/lone.rs", "orphan"),
        ],
    );
}

#[cfg(unix)]
#[test]
fn links_are_places_of_the_file() {
    let tree = TempTree::new(&[
        ("a/Cargo.toml", "[package]\nname = \"a\"\n"),
        ("a/src/lib.rs", "mod x;"),
        ("a/src/x.rs", ""),
        ("b/Cargo.toml", "[package]\nname = \"b\"\n"),
        ("b/src/lib.rs", "mod linked;"),
    ]);
    std::os::unix::fs::symlink("../../a/src/x.rs", tree.path("b/src/linked.rs")).expect("linked");
    let both = "a::x < a/src/lib.rs | b::linked < b/src/lib.rs";
    shared(&tree, &[("a/src/x.rs", both)]);
    shared(
        &tree,
        &[(
            "b/src/linked.rs",
            "b::linked < b/src/lib.rs | a::x < a/src/lib.rs",
        )],
    );
}

#[test]
fn folders_without_a_manifest() {
    let tree = TempTree::new(&[
        ("my-tool/src/lib.rs", "mod a;"),
        ("my-tool/src/a.rs", ""),
        ("my-tool/src/b.rs", ""),
        ("flat/main.rs", "mod a;"),
        ("flat/a.rs", ""),
    ]);
    let crates = Crates::new(tree.root());
    for (file, expected) in [
        ("my-tool/src/a.rs", "my_tool::a < my-tool/src/lib.rs"),
        ("my-tool/src/b.rs", "orphan"),
        ("flat/a.rs", "flat::a < flat/main.rs"),
    ] {
        let placement = crates.place(&tree.path(file)).expect("no manifest");
        assert_eq!(describe(&tree, &placement), expected, "{file}");
        if let Placement::Places(places) = &*placement {
            assert_eq!(places[0].krate.edition, Edition::E2021);
            assert_eq!(places[0].krate.externs, None);
        }
    }
    assert_eq!(
        crates.remarks(),
        [
            "no Cargo.toml with a package above flat: its files count as crate `flat`, edition 2021",
            "no Cargo.toml with a package above my-tool: its files count as crate `my_tool`, \
             edition 2021",
        ]
    );
}

#[test]
fn without_any_root_file_location_is_all() {
    places(
        &[("a.rs", ""), ("b/c.rs", ""), ("b/mod.rs", "")],
        &[
            ("a.rs", "tree::a"),
            ("b/c.rs", "tree::b::c"),
            ("b/mod.rs", "tree::b"),
        ],
    );
}

#[test]
fn a_workspace_is_no_package() {
    let tree = TempTree::new(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"a\"]\n"),
        ("a/Cargo.toml", "[package]\nname = \"a\"\n"),
        ("a/src/lib.rs", ""),
        ("scripts/one.rs", ""),
    ]);
    let crates = Crates::new(tree.root());
    let placement = crates.place(&tree.path("scripts/one.rs")).expect("good");
    assert_eq!(describe(&tree, &placement), "tree::scripts::one");
    let placement = crates.place(&tree.path("a/src/lib.rs")).expect("good");
    assert_eq!(describe(&tree, &placement), "a");
}

#[test]
fn a_project_inside_of_a_package() {
    let tree = TempTree::new(&[
        MANIFEST,
        ("src/lib.rs", "mod a;"),
        ("src/a.rs", ""),
        ("src/fixtures/lib.rs", "mod x;"),
        ("src/fixtures/x.rs", ""),
    ]);
    let crates = Crates::new(&tree.path("src"));
    for (file, expected) in [
        ("src/a.rs", "krate::a < src/lib.rs"),
        ("src/fixtures/x.rs", "fixtures::x < src/fixtures/lib.rs"),
    ] {
        let placement = crates.place(&tree.path(file)).expect("good");
        assert_eq!(describe(&tree, &placement), expected, "{file}");
    }
}

#[test]
fn a_broken_manifest_fails_its_files_only() {
    let tree = TempTree::new(&[
        ("good/Cargo.toml", "[package]\nname = \"good\"\n"),
        ("good/src/lib.rs", ""),
        ("bad/Cargo.toml", "[package\n"),
        ("bad/src/lib.rs", ""),
    ]);
    let crates = Crates::new(tree.root());
    let error = crates
        .place(&tree.path("bad/src/lib.rs"))
        .expect_err("broken");
    assert_eq!(
        (error.path, error.line),
        (tree.path("bad/Cargo.toml"), Some(1))
    );
    assert!(crates.place(&tree.path("good/src/lib.rs")).is_ok());
    assert_eq!(crates.packages_with_lib_name("good"), ["good"]);
}

#[test]
fn finds_the_file_of_a_module() {
    let tree = TempTree::new(&[
        MANIFEST,
        (
            "src/lib.rs",
            "mod a; mod outer { mod inner; } submodule!(named);\n\
             #[cfg_attr(unix, path = \"unix.rs\")] #[cfg_attr(not(unix), path = \"win.rs\")] mod imp;",
        ),
        ("src/a/mod.rs", "pub mod b { pub mod c {} }"),
        ("src/outer/inner.rs", ""),
        ("src/unix.rs", ""),
        ("src/win.rs", ""),
        ("src/named.rs", ""),
    ]);
    let crates = Crates::new(tree.root());
    let placement = crates.place(&tree.path("src/lib.rs")).expect("good");
    let Placement::Places(places) = &*placement else {
        panic!("{placement:?}");
    };
    let krate = &places[0].krate;
    let path = |text: &str| -> Vec<Segment> {
        let names = text.split("::").filter(|name| !name.is_empty());
        names.map(Segment::new).collect()
    };
    for (module, file, used) in [
        ("", "src/lib.rs", 0),
        ("a", "src/a/mod.rs", 1),
        ("a::b::c", "src/a/mod.rs", 1),
        ("outer", "src/lib.rs", 0),
        ("outer::inner::x", "src/outer/inner.rs", 2),
        ("gone::x", "src/lib.rs", 0),
        ("imp::x", "src/unix.rs", 1),
        ("named::x", "src/named.rs", 1),
    ] {
        let found = crates.module_file(krate, &path(module));
        assert_eq!(found, Some((tree.path(file), used)), "{module}");
    }
    assert_eq!(crates.module_files(krate, &path("imp")).len(), 2);
}

#[test]
fn tells_packages_with_one_library_name_apart() {
    let tree = TempTree::new(&[
        (
            "v1/Cargo.toml",
            "[package]\nname = \"core-v1\"\n[lib]\nname = \"core_lib\"\n",
        ),
        (
            "v2/Cargo.toml",
            "[package]\nname = \"core-v2\"\n[lib]\nname = \"core_lib\"\n",
        ),
        ("app/Cargo.toml", "[package]\nname = \"core-lib\"\n"),
        ("app/src/main.rs", ""),
        ("bad/Cargo.toml", "="),
    ]);
    let crates = Crates::new(tree.root());
    assert_eq!(
        crates.packages_with_lib_name("core_lib"),
        ["core-v1", "core-v2"]
    );
    assert!(crates.packages_with_lib_name("other").is_empty());
}

#[test]
fn texts_that_no_lexer_takes_still_declare() {
    let tree = TempTree::new(&[
        MANIFEST,
        ("src/lib.rs", "\u{feff}#!/usr/bin/env x\nmod a;\n"),
        ("src/a.rs", "pub mod b;\nfn f( {\n"),
        ("src/a/b.rs", ""),
    ]);
    shared(
        &tree,
        &[("src/a/b.rs", "krate::a::b < src/a.rs < src/lib.rs")],
    );
    fs::write(tree.path("src/a.rs"), "---\nx = 1\n---\nmod b;\n").expect("writable");
    shared(
        &tree,
        &[("src/a/b.rs", "krate::a::b < src/a.rs < src/lib.rs")],
    );
}

#[test]
fn macros_that_make_modules_of_names_are_believed_last() {
    places(
        &[
            MANIFEST,
            (
                "src/lib.rs",
                "#[macro_use] mod crate_root; crate_root!();\n\
                 experimental!(#[doc(hidden)] mod util);\nsubmodule!(pub simd);\n\
                 fn f() { vec![local]; }",
            ),
            (
                "src/crate_root.rs",
                "macro_rules! crate_root { () => { pub mod de; mod private { mod seed; } } }",
            ),
            ("src/de.rs", "mod value;"),
            ("src/de/value.rs", ""),
            ("src/private/seed.rs", ""),
            ("src/util.rs", ""),
            ("src/simd.rs", ""),
            ("src/local.rs", ""),
        ],
        &[
            ("src/de.rs", "krate::de < src/lib.rs"),
            (
                "src/de/value.rs",
                "krate::de::value < src/de.rs < src/lib.rs",
            ),
            ("src/private/seed.rs", "krate::private::seed < src/lib.rs"),
            ("src/util.rs", "krate::util < src/lib.rs"),
            ("src/simd.rs", "krate::simd < src/lib.rs"),
            ("src/local.rs", "orphan"),
        ],
    );
}

//! A mapping, a configuration and all else that a tree says of itself runs no command, names no file
//! to be written, and shows nothing of files outside.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::run::{Done, Run};
use super::tree::{NEW, OLD, SECRET, Tree};

const TABLE: &str =
    "language = 'rust'\nname = 't'\n[[move]]\nfrom = 'old::a::Foo'\nto = 'new::b::Bar'\n";

/// What is outside, in the forms in which somebody may ask for it.
fn secrets(tree: &Tree) {
    tree.write("../outside/secret", &format!("root:{SECRET}:0:0\n"));
    tree.write(
        "../outside/secret.toml",
        &format!("{SECRET} = '{SECRET}'\n"),
    );
}

/// Runs every command that reads, in every format; nothing secret is shown. The last one.
#[track_caller]
fn shows_no_secret(tree: &Tree, arguments: &[&str]) -> Done {
    let before = tree.snapshot();
    let mut last = None;
    for command in ["check", "diff"] {
        for format in ["full", "json-lines", "concise"] {
            let run = Run::bare(tree, command).args(["-v", "--output-format", format]);
            let done = run.args(arguments).done();
            for text in [done.out(), done.err()] {
                assert!(!text.contains(SECRET), "{text}");
            }
            last = Some(done);
        }
    }
    assert_eq!(tree.snapshot(), before);
    last.expect("there were some")
}

#[test]
fn a_configuration_lists_no_table_outside() {
    for listed in [
        "../outside/secret.toml",
        "../outside/secret",
        "../outside",
        "link.toml",
        "folder",
    ] {
        let tree = Tree::new(&[("a.rs", OLD), ("folder/m.toml", TABLE)]);
        secrets(&tree);
        tree.link("link.toml", "../outside/secret.toml");
        tree.link("folder/link.toml", "../link.toml");
        tree.write("repoint.toml", &format!("mappings = ['{listed}']\n"));
        let done = shows_no_secret(&tree, &[]).exits(2);
        done.says(&["the mapping lies outside of the project, at "])
            .says(&["name it on the command line: --mapping "]);
    }
    let tree = Tree::new(&[("a.rs", OLD)]);
    secrets(&tree);
    let absolute = tree.base().join("outside/secret.toml");
    tree.write(
        "repoint.toml",
        &format!("mappings = ['{}']\n", absolute.display()),
    );
    shows_no_secret(&tree, &[]).exits(2);
}

#[test]
fn the_folder_of_tables_leads_nowhere_else() {
    let tree = Tree::new(&[("a.rs", OLD), ("mappings/m.toml", TABLE)]);
    secrets(&tree);
    tree.link("mappings/link.toml", "../../outside/secret.toml");
    shows_no_secret(&tree, &[]).exits(2);
    // Nor does it when a person names it.
    shows_no_secret(&tree, &["-m", "mappings"]).exits(2);
    // A folder elsewhere is not walked, were it the whole disk.
    let tree = Tree::new(&[("a.rs", OLD), ("mappings/m.toml", TABLE)]);
    tree.link("mappings/all", "/");
    let done = shows_no_secret(&tree, &[]).exits(2);
    done.says(&["mappings/all: the mapping lies outside of the project, at /"]);
    let tree = Tree::new(&[("a.rs", OLD), ("../outside/m.toml", TABLE)]);
    tree.link("mappings", "../outside");
    shows_no_secret(&tree, &[]).exits(2);
}

#[test]
fn tables_of_the_project_may_be_links_in_it() {
    let tree = Tree::new(&[("a.rs", OLD), ("mappings/x", ""), ("tables/m.toml", TABLE)]);
    tree.link("mappings/m.toml", "../tables/m.toml");
    assert_eq!(shows_no_secret(&tree, &[]).code, Some(0));
    tree.write(
        "repoint.toml",
        "mappings = ['mappings/m.toml', 'tables/../tables']\n",
    );
    Run::bare(&tree, "check").done().exits(1);
}

#[test]
fn a_table_outside_can_be_named_by_a_person() {
    let tree = Tree::new(&[("a.rs", OLD), ("../outside/m.toml", TABLE)]);
    tree.link("link.toml", "../outside/m.toml");
    for named in ["../outside/m.toml", "../outside", "link.toml"] {
        Run::bare(&tree, "check")
            .args(["-m", named])
            .done()
            .exits(1);
    }
}

#[test]
fn a_configuration_is_no_link_out_unless_a_person_names_it() {
    let tree = Tree::new(&[("a.rs", OLD), ("mappings/m.toml", TABLE)]);
    secrets(&tree);
    fs::remove_file(tree.at("repoint.toml")).expect("removed");
    tree.link("repoint.toml", "../outside/secret.toml");
    let done = shows_no_secret(&tree, &[]).exits(2);
    done.says(&[
        "repoint.toml: is a link that leads out of the project, to ",
        "--config",
    ]);
    // One that a person names has its tables beside it.
    tree.write("../outside/ci.toml", "mappings = ['m.toml']\n");
    tree.write("../outside/m.toml", TABLE);
    let run = Run::bare(&tree, "check").args(["--config", "../outside/ci.toml"]);
    run.done().exits(1);
    // A link in the project is as good as a file.
    fs::remove_file(tree.at("repoint.toml")).expect("removed");
    tree.write("settings.toml", "mappings = ['mappings']\n");
    tree.link("repoint.toml", "settings.toml");
    Run::bare(&tree, "check").done().exits(1);
}

#[test]
fn rust_sources_show_nothing_of_the_files_that_they_name() {
    let source = "#[path = \"../../outside/secret\"]\nmod secret;\n\
                  #[path = \"../../outside/other.rs\"]\nmod other;\n\
                  #[doc = include_str!(\"../../outside/secret\")]\nmod documented {}\n\
                  const S: &str = include_str!(\"../../outside/secret\");\n\
                  use secret::*;\nuse other::*;\nuse old::a::Foo;\n";
    let tree = Tree::new(&[("src/lib.rs", source)]);
    secrets(&tree);
    let other = format!("pub const {SECRET}: u8 = 0;\npub fn f() {{ old::a::Foo }}\n");
    tree.write("../outside/other.rs", &other);
    tree.write(
        "Cargo.toml",
        "[package]\nname = 'p'\nversion = '0.1.0'\nedition = '2021'\n",
    );
    let rule = ["--move", "old::a::Foo=new::b::Bar", "--mentions", "--docs"];
    assert_eq!(shows_no_secret(&tree, &rule).code, Some(0));
    // What a module outside says is no part of the project to be rewritten.
    Run::new(&tree, "apply").done();
    assert_eq!(tree.read("../outside/other.rs"), other);
}

#[test]
fn manifests_show_nothing_of_the_files_that_they_are() {
    for name in ["Cargo.toml", ".cargo/config.toml"] {
        for secret in ["secret", "secret.toml"] {
            let tree = Tree::new(&[("src/lib.rs", OLD)]);
            secrets(&tree);
            tree.link(name, tree.base().join("outside").join(secret));
            shows_no_secret(&tree, &["--move", "old::a::Foo=new::b::Bar"]);
        }
    }
    for name in [
        "pyproject.toml",
        "setup.cfg",
        "requirements.txt",
        "pkg/__init__.py",
    ] {
        for secret in ["secret", "secret.toml"] {
            let tree = Tree::new(&[("pkg/a.py", "from old.a import Foo\nfrom pkg import *\n")]);
            secrets(&tree);
            tree.link(name, tree.base().join("outside").join(secret));
            let rule = [
                "--move",
                "old.a.Foo=new.b.Bar",
                "--lang",
                "python",
                "--mentions",
            ];
            shows_no_secret(&tree, &rule);
        }
    }
}

#[test]
fn patterns_and_roots_reach_no_file_outside() {
    let tree = Tree::new(&[
        ("a.rs", OLD),
        ("b.py", "from old.a import Foo\n"),
        ("../outside/x.rs", OLD),
        ("../outside/y.py", "from old.a import Foo\n"),
    ]);
    let config = "include = ['../outside/**', '/../outside/*.rs', '*.rs', '*.py']\n\
                  exclude = ['!../outside']\n[python]\nroots = ['../outside', '/']\n";
    tree.write("repoint.toml", config);
    let outside = ["../outside/x.rs", "../outside/y.py"].map(|name| tree.read(name));
    let done = Run::new(&tree, "apply").done();
    if done.code == Some(0) {
        assert_eq!(tree.read("a.rs"), NEW);
    }
    let run = Run::bare(&tree, "apply").args(["--move", "old.a.Foo=new.b.Bar"]);
    run.args(["--lang", "python"]).done();
    let now = ["../outside/x.rs", "../outside/y.py"].map(|name| tree.read(name));
    assert_eq!(now, outside);
}

#[test]
fn keys_that_would_run_or_write_something_are_refused() {
    for line in [
        "command = 'touch ran'",
        "output-file = 'ran'",
        "state-dir = '../outside'",
        "[hooks]\npre = 'touch ran'",
        "[alias]\nx = '!touch ran'",
    ] {
        let tree = Tree::new(&[("a.rs", OLD), ("repoint.toml", line)]);
        let done = Run::new(&tree, "apply").done().exits(2);
        done.says(&["unknown key"]).says(&["repoint.toml:1:"]);
        assert_eq!(tree.read("a.rs"), OLD);
    }
    for line in [
        "command = 'touch ran'",
        "output = 'ran'",
        "include = 'x.toml'",
    ] {
        let tree = Tree::new(&[("a.rs", OLD)]);
        tree.write("m.toml", &format!("{line}\n{TABLE}"));
        let run = Run::bare(&tree, "apply").args(["-m", "m.toml"]);
        run.done().exits(2);
        assert_eq!(tree.read("a.rs"), OLD, "{line}");
    }
}

#[test]
fn nothing_that_a_tree_brings_is_run() {
    let tree = Tree::new(&[
        ("src/lib.rs", OLD),
        ("build.rs", "fn main() {}\n"),
        ("pkg/__init__.py", "open('ran', 'w')\n"),
        ("pkg/a.py", "from old.a import Foo\n"),
        ("setup.py", "open('ran', 'w')\nfrom old.a import Foo\n"),
        ("conftest.py", "open('ran', 'w')\n"),
        ("sitecustomize.py", "open('ran', 'w')\n"),
    ]);
    tree.write(
        "Cargo.toml",
        "[package]\nname = 'p'\nversion = '0.1.0'\nedition = '2021'\nbuild = 'build.rs'\n\
         [dependencies]\nold = '1'\nnew = '1'\n",
    );
    let evil = tree.at("tools/evil");
    tree.write(
        &evil,
        &format!("#!/bin/sh\ntouch {}\n", tree.at("ran").display()),
    );
    fs::set_permissions(&evil, Permissions::from_mode(0o755)).expect("set");
    for name in ["cargo", "rustc", "python", "python3", "sh", "less"] {
        tree.link(&format!("tools/{name}"), "evil");
    }
    let evil = evil.display();
    tree.write(
        ".cargo/config.toml",
        &format!("[build]\nrustc-wrapper = '{evil}'\n[alias]\ncheck = '!{evil}'\n"),
    );
    let python = ["--move", "old.a.Foo=new.b.Bar", "--lang", "python"];
    let rust = ["--move", "old::a::Foo=new::b::Bar", "--lang", "rust"];
    for command in ["check", "diff", "apply"] {
        for rule in [python, rust] {
            let run = Run::bare(&tree, command).args(rule);
            let done = run.programs_of(tree.at("tools")).done();
            assert_ne!(done.code, Some(2), "{}", done.err());
            assert!(!tree.at("ran").exists(), "{command}");
        }
    }
    assert_eq!(tree.read("src/lib.rs"), NEW);
}

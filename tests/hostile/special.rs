//! What is no regular file is never opened, whatever it is called, and nothing is waited for.

use super::run::{Run, in_bash};
use super::tree::{NEW, OLD, Tree};

/// What has the name of a source and is none.
fn zoo() -> Tree {
    let tree = Tree::new(&[("a.rs", OLD), ("folder.rs/b.rs", OLD)]);
    tree.fifo("fifo.rs");
    tree.socket("socket.rs");
    tree.link("device.rs", "/dev/zero");
    tree.link("null.rs", "/dev/null");
    tree.link("to-fifo.rs", "fifo.rs");
    tree
}

#[test]
fn in_a_tree_they_are_passed_over() {
    let tree = zoo();
    let done = Run::new(&tree, "check").done().exits(1);
    assert_eq!(done.found(), ["a.rs", "folder.rs/b.rs"]);
    done.says(&["searched 2 files,"]);
    Run::new(&tree, "apply").done().exits(0);
    assert_eq!(tree.read("folder.rs/b.rs"), NEW);
}

#[test]
fn named_they_are_failures_and_the_rest_goes_on() {
    for name in [
        "fifo.rs",
        "socket.rs",
        "device.rs",
        "null.rs",
        "to-fifo.rs",
        "/dev/null",
    ] {
        let tree = zoo();
        for command in ["check", "diff", "apply"] {
            let run = Run::new(&tree, command).memory(6).args([name, "a.rs"]);
            let done = run.done().exits(2);
            done.says(&["error: ", name, "neither a file nor a folder"]);
        }
        assert_eq!(tree.read("a.rs"), NEW, "{name}");
    }
}

#[test]
fn a_folder_with_the_name_of_a_source_is_a_folder() {
    let tree = zoo();
    let done = Run::new(&tree, "check").args(["folder.rs"]).done().exits(1);
    assert_eq!(done.found(), ["folder.rs/b.rs"]);
}

#[test]
fn an_ignore_file_that_is_none_closes_its_folder_only() {
    for (name, of) in [
        ("sub/.gitignore", "sub/.gitignore"),
        ("sub/.ignore", "sub/.ignore"),
        ("sub/.git/info/exclude", "sub/.git/info/exclude"),
    ] {
        let tree = Tree::new(&[("a.rs", OLD), ("sub/b.rs", OLD), ("sub/in/c.rs", OLD)]);
        tree.fifo(name);
        let done = Run::new(&tree, "check").done().exits(2);
        assert_eq!(done.found(), ["a.rs"], "{name}");
        done.says(&["error: ", of, "is a FIFO", "--no-ignore"]);
        let done = Run::new(&tree, "check").args(["--no-ignore"]);
        let done = done.done().exits(1);
        assert_eq!(done.found(), ["a.rs", "sub/b.rs", "sub/in/c.rs"], "{name}");
    }
}

#[test]
fn an_ignore_file_above_that_is_none_closes_what_is_named_below() {
    let tree = Tree::new(&[("sub/b.rs", OLD), ("../outside/x.rs", OLD)]);
    tree.fifo(".gitignore");
    let run = Run::new(&tree, "check").args(["sub", "../outside"]);
    let done = run.done().exits(2);
    assert_eq!(done.found().len(), 1, "{}", done.out());
    done.says(&["error: .gitignore: ", "is a FIFO"]);
    // A named file asks no ignore file.
    let run = Run::new(&tree, "check").args(["sub/b.rs"]);
    assert_eq!(run.done().exits(1).found(), ["sub/b.rs"]);
}

#[test]
fn an_ignore_file_of_a_linked_work_tree_is_looked_at_too() {
    let tree = Tree::new(&[("a.rs", OLD), ("sub/b.rs", OLD)]);
    let store = tree.at("../outside/store");
    std::fs::create_dir(&store).expect("made");
    tree.write("sub/.git", &format!("gitdir: {}\n", store.display()));
    tree.fifo("../outside/store/commondir");
    let done = Run::new(&tree, "check").done().exits(2);
    assert_eq!(done.found(), ["a.rs"]);
}

#[test]
fn an_endless_ignore_file_fills_no_memory() {
    let tree = Tree::new(&[("a.rs", OLD), ("sub/b.rs", OLD)]);
    tree.link("sub/.gitignore", "/dev/zero");
    let done = Run::new(&tree, "check").memory(6).done().exits(2);
    assert_eq!(done.found(), ["a.rs"]);
    done.says(&["error: sub/.gitignore: ", "is a device"]);
}

#[test]
fn ignore_files_that_are_files_links_or_folders_count_as_ever() {
    let tree = Tree::new(&[
        ("a.rs", OLD),
        ("b.rs", OLD),
        ("ignored", "b.rs\n"),
        ("sub/.gitignore/x", ""),
        ("sub/c.rs", OLD),
    ]);
    tree.link(".gitignore", "ignored");
    tree.link("sub/.ignore", "nowhere");
    let done = Run::new(&tree, "check").done().exits(1);
    assert_eq!(done.found(), ["a.rs", "sub/c.rs"]);
}

#[test]
fn files_that_rust_reads_may_be_fifos() {
    for name in ["Cargo.toml", "src/lib.rs", "src/other.rs", "src/notes.md"] {
        let source = "#[doc = include_str!(\"notes.md\")]\nmod other;\n#[path = \"other.rs\"]\n\
                      mod again;\nuse other::*;\nuse old::a::Foo;\n";
        let tree = Tree::new(&[("src/main.rs", source), ("src/bin/b.rs", OLD)]);
        if name != "Cargo.toml" {
            let manifest = "[package]\nname = 'p'\nversion = '0.1.0'\nedition = '2021'\n";
            tree.write("Cargo.toml", manifest);
        }
        tree.fifo(name);
        let done = Run::new(&tree, "check").done();
        if name == "Cargo.toml" {
            done.exits(2)
                .says(&["Cargo.toml: cannot be read: is a FIFO"]);
        } else {
            assert_eq!(
                done.exits(1).found(),
                ["src/bin/b.rs", "src/main.rs"],
                "{name}"
            );
        }
    }
}

#[test]
fn files_that_python_reads_may_be_fifos() {
    for name in [
        "pyproject.toml",
        "setup.cfg",
        "requirements.txt",
        "pkg/__init__.py",
        "pkg/sub.py",
        "pkg/old.py",
    ] {
        let source = "from pkg.sub import *\nfrom pkg.old import Foo\n\n__all__ = ['Foo']\n";
        let tree = Tree::new(&[("pkg/a.py", source), ("b.py", "from pkg.a import *\n")]);
        tree.fifo(name);
        let run =
            Run::bare(&tree, "check").args(["--lang", "python", "--output-format", "concise"]);
        let done = run.args(["--move", "pkg.old.Foo=pkg.new.Foo"]).done();
        assert!(done.out().contains("pkg/a.py:2:"), "{name} {}", done.err());
    }
}

#[test]
fn a_cache_tag_or_a_cargo_configuration_may_be_a_fifo() {
    let tree = Tree::new(&[("a.rs", OLD), ("sub/b.rs", OLD)]);
    tree.fifo("sub/CACHEDIR.TAG");
    let done = Run::new(&tree, "check").done().exits(1);
    assert_eq!(done.found(), ["a.rs", "sub/b.rs"]);
    tree.fifo(".cargo/config.toml");
    let done = Run::new(&tree, "check").done().exits(2);
    assert_eq!(done.found(), ["a.rs", "sub/b.rs"]);
    done.says(&["error: .cargo/config.toml: cannot be read: is a FIFO"]);
}

#[test]
fn a_configuration_or_a_table_of_the_tree_must_be_a_file() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    std::fs::remove_file(tree.at("repoint.toml")).expect("removed");
    tree.fifo("repoint.toml");
    let done = Run::new(&tree, "check").done().exits(2);
    done.says(&["repoint.toml: cannot be read: is a FIFO"]);

    let tree = Tree::new(&[("a.rs", OLD), ("repoint.toml", "mappings = ['m.toml']\n")]);
    tree.fifo("m.toml");
    let done = Run::bare(&tree, "check").done().exits(2);
    done.says(&["m.toml: cannot read the mapping: is a FIFO"]);
    tree.fifo("tables/m.toml");
    let done = Run::bare(&tree, "check").args(["-m", "tables"]);
    done.done()
        .exits(2)
        .says(&["tables/m.toml: cannot read the mapping: is a FIFO"]);
}

const TABLE: &str =
    "language = 'rust'\nname = 't'\n[[move]]\nfrom = 'old::a::Foo'\nto = 'new::b::Bar'\n";

#[test]
fn a_table_that_a_person_names_may_come_out_of_a_pipe() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    let run = Run::bare(&tree, "check").stdin(TABLE);
    let run = run.args(["-m", "/dev/stdin", "--output-format", "concise"]);
    assert_eq!(run.done().exits(1).found(), ["a.rs"]);
    tree.write("../outside/t.toml", TABLE);
    let script = "exec \"$0\" check --output-format concise -m <(cat ../outside/t.toml)";
    assert_eq!(in_bash(&tree, script).exits(1).found(), ["a.rs"]);
}

#[test]
fn an_endless_table_fills_no_memory() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    let run = Run::bare(&tree, "check")
        .memory(6)
        .args(["-m", "/dev/zero"]);
    run.done()
        .exits(2)
        .says(&["/dev/zero: cannot read the mapping: holds more than"]);
}

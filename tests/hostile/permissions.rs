//! What may not be read is named, and the rest goes on. The program runs as a user whom permissions
//! bind.

use super::run::{Done, Run};
use super::tree::{OLD, Tree};
use super::user::is_root;

fn check(tree: &Tree, paths: &[&str]) -> Done {
    let run = Run::new(tree, "check").args(paths);
    run.by_another_user(tree).done()
}

#[test]
fn everything_can_be_read_by_another_user_at_first() {
    let tree = Tree::new(&[("a.rs", OLD), ("sub/b.rs", OLD)]);
    let done = check(&tree, &[]).exits(1);
    assert_eq!(done.found(), ["a.rs", "sub/b.rs"]);
}

#[test]
fn a_file_that_may_not_be_read_is_named() {
    let tree = Tree::new(&[("a.rs", OLD), ("shut.rs", OLD), ("z.rs", OLD)]);
    tree.mode("shut.rs", 0o000);
    for paths in [&[][..], &["shut.rs", "z.rs", "a.rs"]] {
        let done = check(&tree, paths).exits(2);
        assert_eq!(done.found(), ["a.rs", "z.rs"]);
        done.says(&["error: shut.rs: cannot be read: permission denied"])
            .says(&["1 failed"]);
    }
}

#[test]
fn a_file_of_another_user_is_named() {
    let tree = Tree::new(&[("a.rs", OLD), ("private.rs", OLD)]);
    tree.mode("private.rs", 0o600);
    let done = check(&tree, &[]);
    if is_root(&tree) {
        let done = done.exits(2);
        assert_eq!(done.found(), ["a.rs"]);
        done.says(&["error: private.rs: cannot be read: permission denied"]);
    } else {
        // One's own.
        assert_eq!(done.exits(1).found(), ["a.rs", "private.rs"]);
    }
}

#[test]
fn a_folder_that_may_not_be_listed_is_named() {
    // Entered by who knows a name in it, but not listed.
    for mode in [0o000, 0o111] {
        let tree = Tree::new(&[("a.rs", OLD), ("shut/b.rs", OLD), ("z/c.rs", OLD)]);
        tree.mode("shut", mode);
        let done = check(&tree, &[]).exits(2);
        let named = check(&tree, &["shut", "z"]).exits(2);
        let one = check(&tree, &["shut/b.rs"]);
        tree.mode("shut", 0o755);
        assert_eq!(done.found(), ["a.rs", "z/c.rs"]);
        done.says(&["error: shut: cannot be read: permission denied"]);
        assert_eq!(named.found(), ["z/c.rs"]);
        named.says(&["error: shut: cannot be read: permission denied"]);
        assert_eq!(
            one.code,
            Some(if mode == 0 { 2 } else { 1 }),
            "{}",
            one.err()
        );
    }
}

#[test]
fn files_of_a_folder_that_may_not_be_entered_are_named() {
    let tree = Tree::new(&[("a.rs", OLD), ("shut/b.rs", OLD)]);
    tree.mode("shut", 0o444);
    let done = check(&tree, &[]).exits(2);
    tree.mode("shut", 0o755);
    assert_eq!(done.found(), ["a.rs"]);
    done.says(&["error: shut/b.rs: cannot be read: permission denied"]);
}

#[test]
fn an_ignore_file_that_may_not_be_read_closes_its_folder() {
    let tree = Tree::new(&[
        ("a.rs", OLD),
        ("sub/b.rs", OLD),
        ("sub/.gitignore", "b.rs\n"),
    ]);
    assert_eq!(check(&tree, &[]).exits(1).found(), ["a.rs"]);
    tree.mode("sub/.gitignore", 0o000);
    let done = check(&tree, &[]).exits(2);
    assert_eq!(done.found(), ["a.rs"]);
    done.says(&["error: sub/.gitignore: cannot be read: permission denied"]);
}

#[test]
fn an_ignore_file_above_a_work_tree_need_not_be_read() {
    let tree = Tree::new(&[
        (".gitignore", "b.rs\n"),
        ("sub/.git/HEAD", "ref: refs/heads/main\n"),
        ("sub/b.rs", OLD),
        ("none/b.rs", OLD),
    ]);
    tree.mode(".gitignore", 0o000);
    assert_eq!(check(&tree, &["sub"]).exits(1).found(), ["sub/b.rs"]);
    let done = check(&tree, &["none"]).exits(2);
    done.says(&["error: .gitignore: cannot be read: permission denied"]);
}

#[test]
fn a_configuration_or_a_table_that_may_not_be_read_refuses_the_run() {
    let tree = Tree::new(&[("a.rs", OLD), ("m.toml", "")]);
    tree.mode("m.toml", 0o000);
    let run = Run::bare(&tree, "check").args(["-m", "m.toml"]);
    let done = run.by_another_user(&tree).done().exits(2);
    done.says(&["m.toml: cannot read the mapping: ", "ermission denied"]);
    tree.mode("repoint.toml", 0o000);
    let done = check(&tree, &[]).exits(2);
    assert!(done.out.is_empty());
    done.says(&["repoint.toml: cannot be read: ", "ermission denied"]);
}

#[test]
fn apply_leaves_what_it_may_not_read() {
    let tree = Tree::new(&[("shut/b.rs", OLD), ("c.rs", OLD)]);
    tree.mode("shut", 0o000);
    tree.mode("c.rs", 0o000);
    let run = Run::new(&tree, "apply").by_another_user(&tree);
    let done = run.done().exits(2);
    tree.mode("shut", 0o755);
    tree.mode("c.rs", 0o644);
    assert_eq!(
        (tree.read("shut/b.rs"), tree.read("c.rs")),
        (OLD.into(), OLD.into())
    );
    done.says(&["error: c.rs: "]).says(&["error: shut: "]);
}

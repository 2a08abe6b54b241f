//! Each way in which a file can differ.

use super::*;

#[test]
fn each_state_is_told_in_the_order_that_was_asked_for() {
    let tree = Tree::committed(&[
        "clean", "edited", "staged", "both", "b/gone", "again", "out",
    ]);
    tree.write(".gitignore", "ignored\n");
    tree.git(".", &["add", ".gitignore"]);
    tree.commit(".");
    for name in ["edited", "staged", "both", "untracked", "ignored", "added"] {
        tree.write(name, "other");
    }
    tree.git(".", &["add", "staged", "both", "added"]);
    tree.git(".", &["rm", "-q", "--cached", "out"]);
    tree.write("both", "once more");
    fs::remove_file(tree.path("b/gone")).expect("removed");
    fs::remove_file(tree.path("again")).expect("removed");
    tree.write("again", "again");
    let asked = [
        "untracked",
        "both",
        "clean",
        "staged",
        "edited",
        "ignored",
        "added",
        "b/gone",
        "again",
        "out",
        "absent",
        "both",
    ];
    let expected = [
        ("untracked", State::Untracked),
        ("both", State::Unstaged),
        ("staged", State::Staged),
        ("edited", State::Unstaged),
        ("ignored", State::Ignored),
        ("added", State::Staged),
        ("b/gone", State::Unstaged),
        ("out", State::Untracked),
        ("both", State::Unstaged),
    ];
    let expected = expected.map(|(name, state)| (name.to_owned(), state));
    assert_eq!(tree.states(&asked), expected);
}

#[test]
fn what_was_not_asked_for_is_not_told() {
    let tree = Tree::committed(&["a/x", "a/xy", "b/x"]);
    for name in ["a/x", "a/xy", "b/x", "a/new"] {
        tree.write(name, "other");
    }
    let expected = [("a/x".to_owned(), State::Unstaged)];
    assert_eq!(tree.states(&["a/x"]), expected);
    assert_eq!(tree.ask(&[]).expect("nothing to ask"), Status::default());
}

#[test]
fn a_file_that_was_only_touched_is_clean_and_the_index_stays() {
    let tree = Tree::committed(&["a"]);
    tree.touch("a");
    let index = tree.read(".git/index");
    assert_eq!(tree.state("a"), None);
    // A status that may lock would have noted the new time.
    assert_eq!(tree.read(".git/index"), index);
    tree.git(".", &["status"]);
    assert_ne!(tree.read(".git/index"), index, "nothing was held back");
}

#[test]
fn a_lock_of_another_git_does_not_hinder() {
    let tree = Tree::committed(&["a"]);
    tree.write("a", "other");
    tree.write(".git/index.lock", "");
    assert_eq!(tree.state("a"), Some(State::Unstaged));
}

#[cfg(unix)]
#[test]
fn a_mode_and_a_kind_are_changes() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let tree = Tree::committed(&["a", "b"]);
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(tree.path("a"), executable).expect("set");
    fs::remove_file(tree.path("b")).expect("removed");
    symlink("a", tree.path("b")).expect("linked");
    assert_eq!(tree.state("a"), Some(State::Unstaged));
    assert_eq!(tree.state("b"), Some(State::Unstaged));
    tree.git(".", &["add", "a"]);
    assert_eq!(tree.state("a"), Some(State::Staged));
    tree.commit(".");
    // Where git is told that modes mean nothing, they are no change.
    fs::set_permissions(tree.path("a"), fs::Permissions::from_mode(0o644)).expect("set");
    tree.git(".", &["config", "core.fileMode", "false"]);
    assert_eq!(tree.state("a"), None);
}

#[test]
fn a_conflict_is_told() {
    let tree = Tree::committed(&["a", "b"]);
    tree.git(".", &["checkout", "-q", "-b", "theirs"]);
    tree.write("a", "theirs");
    tree.git(".", &["commit", "-q", "-a", "-m", "m"]);
    tree.git(".", &["checkout", "-q", "main"]);
    tree.write("a", "ours");
    tree.git(".", &["commit", "-q", "-a", "-m", "m"]);
    assert!(!tree.try_git(".", &["merge", "theirs"]).0);
    assert_eq!(tree.state("a"), Some(State::Unmerged));
    assert_eq!(tree.state("b"), None);
}

#[test]
fn a_moved_file_is_told_under_both_names() {
    let mut tree = Tree::committed(&["a"]);
    tree.set("GIT_CONFIG_COUNT", "1");
    tree.set("GIT_CONFIG_KEY_0", "status.renames");
    tree.set("GIT_CONFIG_VALUE_0", "copies");
    tree.git(".", &["mv", "a", "b"]);
    // Both at once, so that git sees that they are a pair.
    let expected = ["b", "a"].map(|name| (name.to_owned(), State::Staged));
    assert_eq!(tree.states(&["b", "a"]), expected);
}

#[test]
fn before_the_first_commit_files_are_untracked_or_staged() {
    let tree = Tree::empty();
    tree.init(".");
    tree.write("a", "a");
    tree.write("b", "b");
    tree.git(".", &["add", "a"]);
    assert_eq!(tree.state("a"), Some(State::Staged));
    assert_eq!(tree.state("b"), Some(State::Untracked));
}

#[test]
fn a_file_that_is_only_intended_to_be_added_is_in_no_commit() {
    let tree = Tree::committed(&["a"]);
    tree.write("b", "b");
    tree.git(".", &["add", "--intent-to-add", "b"]);
    assert_eq!(tree.state("b"), Some(State::Unstaged));
}

#[test]
fn where_git_was_told_to_look_away_the_content_tells() {
    for bit in ["--assume-unchanged", "--skip-worktree"] {
        let tree = Tree::committed(&["a", "b/c d", "b/same"]);
        tree.git(".", &["update-index", bit, "a", "b/c d", "b/same"]);
        tree.write("a", "other");
        tree.write("b/c d", "other");
        assert_eq!(tree.git(".", &["status", "--porcelain"]), "", "{bit}");
        let expected = ["a", "b/c d"].map(|name| (name.to_owned(), State::Hidden));
        assert_eq!(tree.states(&["a", "b/c d", "b/same"]), expected, "{bit}");
    }
}

#[test]
fn what_is_in_an_ignored_folder_is_ignored() {
    let tree = Tree::committed(&["a", "kept/tracked"]);
    tree.write(".gitignore", "out/\nkept/\n");
    tree.write("out/deep/b", "b");
    tree.write("kept/c", "c");
    let expected = ["out/deep/b", "kept/c"].map(|name| (name.to_owned(), State::Ignored));
    let asked = ["a", "out/deep/b", "kept/tracked", "kept/c"];
    assert_eq!(tree.states(&asked), expected);
}

#[test]
fn a_work_tree_without_its_repository_is_no_answer() {
    let tree = Tree::empty();
    tree.write(".git", "gitdir: /nonexistent\n");
    tree.write("a", "a");
    assert!(matches!(
        tree.ask(&["a"]),
        Err(GitStatusError::Astray { .. })
    ));
}

#[test]
fn in_a_sparse_checkout_files_that_are_there_count() {
    for index in ["--no-sparse-index", "--sparse-index"] {
        let tree = Tree::committed(&["in/a", "in/b", "out/a", "out/b"]);
        tree.git(".", &["sparse-checkout", "set", "--cone", index, "in"]);
        assert!(!tree.path("out").exists());
        tree.write("in/a", "other");
        tree.write("out/a", "other");
        tree.write("out/b", "out/b");
        tree.write("out/new", "other");
        let asked = ["in/a", "in/b", "out/a", "out/b", "out/new"];
        let expected = [
            ("in/a", State::Unstaged),
            ("out/a", State::Unstaged),
            ("out/new", State::Untracked),
        ];
        let expected = expected.map(|(name, state)| (name.to_owned(), state));
        assert_eq!(tree.states(&asked), expected, "{index}");
    }
}

#[test]
fn line_ends_are_compared_as_git_is_configured() {
    let tree = Tree::committed(&[]);
    tree.git(".", &["config", "core.autocrlf", "true"]);
    tree.write("a", "a\r\n");
    tree.git(".", &["add", "a"]);
    tree.commit(".");
    // So that git looks at the content. (Another length is a change to git in any case.)
    tree.touch("a");
    assert_eq!(tree.state("a"), None);
    tree.git(".", &["config", "core.autocrlf", "false"]);
    assert_eq!(tree.state("a"), Some(State::Unstaged));
}

#[test]
fn hundreds_of_files_in_as_many_folders_are_asked_at_once() {
    let names: Vec<String> = (0..700)
        .map(|n| format!("{n}/{}.rs", "x".repeat(60)))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let tree = Tree::committed(&names);
    for name in names.iter().step_by(3) {
        tree.write(name, "other");
    }
    let told = tree.states(&names);
    let expected = names.iter().step_by(3);
    assert!(told.iter().all(|(_, state)| *state == State::Unstaged));
    assert!(told.iter().map(|(name, _)| name).eq(expected));
}

//! Which repository is asked.

use super::*;

#[test]
fn nothing_is_told_of_files_in_no_repository() {
    let tree = Tree::empty();
    tree.write("a", "a");
    // Unless the machine keeps its temporary folder in a repository.
    if Repository::around(&tree.root).is_none() {
        assert_eq!(tree.states(&["a"]), []);
    }
    tree.init("inner");
    tree.write("inner/a", "a");
    let expected = [("inner/a".to_owned(), State::Untracked)];
    assert_eq!(tree.states(&["a", "inner/a", "absent/folder/x"]), expected);
}

#[test]
fn a_submodule_and_a_nested_repository_are_asked_of_their_own_files() {
    let tree = Tree::empty();
    for folder in ["library", "main", "main/nested"] {
        tree.init(folder);
        tree.write(&format!("{folder}/a"), "a");
        tree.git(folder, &["add", "a"]);
        tree.commit(folder);
    }
    tree.git(
        "main",
        &["submodule", "--quiet", "add", "../library", "sub"],
    );
    tree.commit("main");
    let all = ["main/a", "main/sub/a", "main/nested/a"];
    assert_eq!(tree.states(&all), []);
    for file in all {
        tree.write(file, "other");
    }
    tree.git("main/sub", &["add", "a"]);
    let told = |name: &str, state| (name.to_owned(), state);
    assert_eq!(
        tree.states(&all),
        [
            told("main/a", State::Unstaged),
            told("main/sub/a", State::Staged),
            told("main/nested/a", State::Unstaged),
        ]
    );
    // A commit in the submodule is not yet one of the repository around it, and nothing is lost.
    tree.commit("main/sub");
    assert_eq!(tree.state("main/sub/a"), None);
}

#[test]
fn a_linked_work_tree_is_asked_and_not_the_main_one() {
    let tree = Tree::committed(&["a", "b"]);
    let linked = tree.root.join("linked");
    let linked = linked.to_str().expect("a plain name");
    tree.git(".", &["worktree", "add", "-q", linked]);
    tree.write("a", "other");
    tree.write("linked/b", "other");
    let expected = ["a", "linked/b"].map(|name| (name.to_owned(), State::Unstaged));
    assert_eq!(tree.states(&["a", "b", "linked/a", "linked/b"]), expected);
}

#[test]
fn in_a_bare_repository_there_is_nothing_to_commit_from() {
    let tree = Tree::empty();
    tree.init("main");
    tree.commit("main");
    tree.git("main", &["config", "core.bare", "true"]);
    tree.write("main/a", "a");
    assert_eq!(tree.states(&["main/a"]), []);
    // But there is in the work trees that are linked to it.
    tree.git("main", &["worktree", "add", "-q", "../linked"]);
    tree.write("linked/a", "a");
    assert_eq!(tree.state("linked/a"), Some(State::Untracked));
}

#[test]
fn a_work_tree_that_is_configured_elsewhere_is_asked_there() {
    let tree = Tree::empty();
    tree.init("home/dotfiles");
    tree.git("home/dotfiles", &["config", "core.worktree", "../.."]);
    for file in ["home/a", "home/dotfiles/a", "home/dotfiles/b"] {
        tree.write(file, "a");
    }
    tree.git("home/dotfiles", &["add", ":/dotfiles/a"]);
    tree.commit("home/dotfiles");
    assert_eq!(tree.states(&["home/dotfiles/a"]), []);
    tree.write("home/dotfiles/a", "b");
    assert_eq!(tree.state("home/dotfiles/a"), Some(State::Unstaged));
    assert_eq!(tree.state("home/dotfiles/b"), Some(State::Untracked));
    // And where it does not hold the files at all, they are in none.
    tree.git(
        "home/dotfiles",
        &["config", "core.worktree", "../../../away"],
    );
    fs::create_dir(tree.path("away")).expect("made");
    tree.write("away/dotfiles/a", "a");
    assert_eq!(tree.states(&["home/dotfiles/a"]), []);
}

#[test]
fn what_only_looks_like_a_repository_is_passed_over() {
    let tree = Tree::committed(&["a/x", "b/x", "c/x"]);
    for odd in ["a/.git/HEAD", "b/.git", "c/.git/config"] {
        tree.write(odd, "nothing");
    }
    let all = ["a/x", "b/x", "c/x"];
    assert_eq!(tree.states(&all), []);
    for file in all {
        tree.write(file, "other");
    }
    let expected = all.map(|name| (name.to_owned(), State::Unstaged));
    assert_eq!(tree.states(&all), expected);
}

#[test]
fn each_folder_is_looked_at_once_and_groups_are_the_innermost() {
    let tree = Tree::empty();
    tree.init("one/two");
    tree.init("one");
    let files = ["one/two/x/a", "one/x/a", "one/two/a", "one/a", "b"];
    let paths: Vec<_> = files.iter().map(|name| tree.path(name)).collect();
    let groups = by_repository(&paths).expect("each has its repository");
    let group = |folder, members: [usize; 2]| (tree.path(folder), members.to_vec());
    assert_eq!(
        groups[..2],
        [group("one/two", [0, 2]), group("one", [1, 3])]
    );
}

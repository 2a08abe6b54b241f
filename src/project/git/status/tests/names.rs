//! Names that are read by nobody's rules but git's.

use super::*;

/// Names in which something else could see a pattern, an option, an end or a quote.
const ODD: &[&str] = &[
    "-u",
    "--",
    ":(exclude)x",
    ":!x",
    "*.rs",
    "[ab]",
    "a b ",
    " a",
    "caf\u{e9}.rs",
    "#x",
    "? x",
    "x/#/y",
];
#[cfg(unix)]
const ODDER: &[&str] = &["a\nb", "\n", "a\"b", "a\\b", "\t", "\u{1b}[0m", "a\r\nb"];
#[cfg(not(unix))]
const ODDER: &[&str] = &[];

#[test]
fn odd_names_are_asked_for_and_told_as_they_are() {
    let names = [ODD, ODDER].concat();
    let tree = Tree::committed(&names);
    assert_eq!(tree.states(&names), []);
    for name in &names {
        assert_eq!(tree.state(name), None, "{name:?}");
        tree.write(name, "other");
        assert_eq!(tree.state(name), Some(State::Unstaged), "{name:?}");
    }
    tree.git(".", &["add", "."]);
    let told = tree.states(&names);
    assert!(told.iter().all(|(_, state)| *state == State::Staged));
    assert!(told.iter().map(|(name, _)| name).eq(&names));
    tree.git(".", &["rm", "-q", "-r", "--cached", "."]);
    for name in &names {
        assert_eq!(tree.state(name), Some(State::Untracked), "{name:?}");
    }
}

#[test]
fn a_name_is_no_pattern_for_others() {
    let tree = Tree::committed(&["a", "b"]);
    tree.write("a", "other");
    tree.write("[ab]", "untracked");
    let expected = [("[ab]".to_owned(), State::Untracked)];
    assert_eq!(tree.states(&["[ab]", "b"]), expected);
}

// macOS takes no such names.
#[cfg(all(unix, not(target_vendor = "apple")))]
#[test]
fn names_need_not_be_utf8() {
    use std::os::unix::ffi::OsStrExt;

    let tree = Tree::committed(&["a"]);
    let name = std::ffi::OsStr::from_bytes(b"folder\xff/\xe9.py");
    let path = tree.root.join(name);
    fs::create_dir(path.parent().expect("a folder")).expect("made");
    fs::write(&path, "x").expect("written");
    let told = tree
        .ask_paths(std::slice::from_ref(&path))
        .expect("git answers");
    assert_eq!(told.uncommitted[0].path, path);
    assert_eq!(told.uncommitted[0].state, State::Untracked);
    tree.git(".", &["add", "."]);
    tree.commit(".");
    let told = tree
        .ask_paths(std::slice::from_ref(&path))
        .expect("git answers");
    assert_eq!(told, Status::default());
    // The same of a repository in such a folder, and of a work tree that points into it.
    let main = tree.root.join(std::ffi::OsStr::from_bytes(b"m\xff"));
    tree.init("m");
    tree.commit("m");
    fs::rename(tree.path("m"), &main).expect("moved");
    let added = Command::new("git")
        .env_clear()
        .envs(environment())
        .current_dir(&main)
        .args(["worktree", "add", "-q", "../linked"])
        .status();
    assert!(added.expect("git runs").success());
    tree.write("linked/x", "x");
    tree.write("x", "x");
    fs::rename(tree.path("x"), main.join("x")).expect("moved");
    let asked = [tree.path("linked/x"), main.join("x")];
    let told = tree.ask_paths(&asked).expect("git answers").uncommitted;
    assert!(told.iter().map(|one| &one.path).eq(&asked));
}

#[test]
fn case_is_as_git_says() {
    let tree = Tree::committed(&["dir/Name.py", "other"]);
    tree.write("dir/Name.py", "changed");
    // What a file system without case would give for one name, where git knows another.
    let name = "DIR/name.py";
    if !tree.path(name).exists() {
        assert_eq!(tree.state(name), None);
    }
    tree.git(".", &["config", "core.ignoreCase", "true"]);
    assert_eq!(tree.state(name), Some(State::Unstaged));
    assert_eq!(tree.state("dir/Name.py"), Some(State::Unstaged));
    assert_eq!(tree.state("OTHER"), None);
}

#[test]
fn composed_and_decomposed_are_one_name_where_git_says_so() {
    let tree = Tree::committed(&["caf\u{e9}"]);
    tree.write("caf\u{e9}", "changed");
    tree.git(".", &["config", "core.precomposeUnicode", "true"]);
    // Only macOS's git composes its arguments, so ask for all: of two names the folder is asked.
    let (decomposed, folders) = ("cafe\u{301}", (0..200).map(|n| format!("{n}")));
    let asked: Vec<String> = folders.chain([decomposed.to_owned()]).collect();
    let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
    let expected = [(decomposed.to_owned(), State::Unstaged)];
    assert_eq!(tree.states(&asked), expected);
}

//! Links: none is followed inside of a walked folder, and none of a file leads out of the project.

use super::run::Run;
use super::tree::{NEW, OLD, Tree};

const OUT: &str = "is a link that leads out of the project, to ";

#[test]
fn links_inside_a_walked_folder_are_passed_over() {
    let tree = Tree::new(&[
        ("a.rs", OLD),
        ("../outside/x.rs", OLD),
        ("../outside/lib/y.rs", OLD),
    ]);
    tree.link("x.rs", "../outside/x.rs");
    tree.link("lib", "../outside/lib");
    tree.link("again.rs", "a.rs");
    tree.link("round", ".");
    tree.link("self.rs", "self.rs");
    tree.link("nowhere.rs", "gone.rs");
    let done = Run::new(&tree, "check").done().exits(1);
    assert_eq!(done.found(), ["a.rs"]);
    done.says(&["searched 1 file,"]);
    Run::new(&tree, "apply").done().exits(0);
    assert_eq!(tree.read("a.rs"), NEW);
    assert_eq!(tree.read("../outside/x.rs"), OLD);
    assert_eq!(tree.read("../outside/lib/y.rs"), OLD);
    assert!(tree.at("again.rs").is_symlink());
}

#[test]
fn a_named_link_to_a_folder_means_that_folder() {
    let tree = Tree::new(&[("a.rs", OLD), ("../outside/lib/y.rs", OLD)]);
    tree.link("lib", "../outside/lib");
    let done = Run::new(&tree, "check").args(["lib"]).done().exits(1);
    assert_eq!(done.found(), ["lib/y.rs"]);
    Run::new(&tree, "apply").args(["lib"]).done().exits(0);
    assert_eq!(tree.read("../outside/lib/y.rs"), NEW);
    assert_eq!(tree.read("a.rs"), OLD);
    assert!(tree.at("lib").is_symlink());
}

#[test]
fn a_named_link_to_a_file_of_the_project_is_followed_and_stays() {
    let tree = Tree::new(&[("src/a.rs", OLD), ("sub/x", "")]);
    tree.link("sub/link.rs", "../src/a.rs");
    // The project counts, not where the run starts.
    let run = Run::new(&tree, "apply").from(&tree.at("sub"));
    run.args(["link.rs"]).done().exits(0);
    assert_eq!(tree.read("src/a.rs"), NEW);
    assert!(tree.at("sub/link.rs").is_symlink());
}

#[test]
fn a_named_link_into_a_named_folder_is_followed() {
    let tree = Tree::new(&[("../outside/x.rs", OLD)]);
    tree.link("x.rs", "../outside/x.rs");
    let run = Run::new(&tree, "check").args(["x.rs", "../outside"]);
    let done = run.done().exits(1);
    assert_eq!(done.found().len(), 1);
    done.says(&["searched 1 file,"]);
}

#[test]
fn a_named_link_out_is_a_failure_and_the_rest_goes_on() {
    for command in ["check", "diff", "apply"] {
        let tree = Tree::new(&[("a.rs", OLD), ("../outside/x.rs", OLD)]);
        tree.link("link.rs", "../outside/x.rs");
        tree.link("chain.rs", "link.rs");
        let outside = tree.at("../outside/x.rs").canonicalize().expect("there");
        let outside = outside.to_str().expect("text").to_owned();
        let run = Run::new(&tree, command).args(["link.rs", "chain.rs", "a.rs"]);
        let done = run.done().exits(2);
        let itself = format!("name {outside} itself");
        let done = done.says(&["error: link.rs: ", OUT, &itself]);
        let done = done.says(&["error: chain.rs: ", OUT, &outside]);
        assert_eq!(tree.read("../outside/x.rs"), OLD, "{command}");
        if command == "apply" {
            assert_eq!(tree.read("a.rs"), NEW);
        } else {
            assert!(done.out().contains("a.rs"), "{}", done.out());
            assert_eq!(tree.read("a.rs"), OLD, "{command}");
        }
        assert!(!done.out().contains("link.rs"), "{}", done.out());
    }
}

#[test]
fn what_a_link_out_leads_to_can_be_named_itself() {
    let tree = Tree::new(&[("../outside/x.rs", OLD)]);
    tree.link("link.rs", "../outside/x.rs");
    let run = Run::new(&tree, "apply").args(["../outside/x.rs"]);
    run.done().exits(0);
    assert_eq!(tree.read("../outside/x.rs"), NEW);
}

#[test]
fn a_file_behind_a_link_to_a_folder_is_no_link() {
    let tree = Tree::new(&[("../outside/lib/y.rs", OLD)]);
    tree.link("lib", "../outside/lib");
    let run = Run::new(&tree, "check").args(["lib/y.rs"]);
    assert_eq!(run.done().exits(1).found(), ["lib/y.rs"]);
}

#[test]
fn several_names_of_one_file_are_one_file() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    tree.link("one.rs", "a.rs");
    tree.link("two.rs", "./a.rs");
    for names in [
        &["a.rs", "one.rs"][..],
        &["one.rs", "two.rs"],
        &["./a.rs", "a.rs", "sub/../a.rs"],
        &["two.rs", ".", "one.rs"],
    ] {
        std::fs::create_dir_all(tree.at("sub")).expect("made");
        let done = Run::new(&tree, "check").args(names).done().exits(1);
        assert_eq!(done.found().len(), 1, "{names:?}");
        done.says(&["searched 1 file,"]);
        let done = Run::new(&tree, "diff").args(names).done().exits(0);
        assert_eq!(done.out().matches("diff --git a/a.rs b/a.rs").count(), 1);
        assert_eq!(done.out().matches("diff --git").count(), 1, "{names:?}");
    }
}

#[test]
fn hard_links_are_files_of_their_own() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    tree.hard_link("b.rs", "a.rs");
    let done = Run::new(&tree, "check").done().exits(1);
    assert_eq!(done.found(), ["a.rs", "b.rs"]);
    let done = Run::new(&tree, "diff").done().exits(0);
    assert_eq!(done.out().matches("diff --git").count(), 2);
}

#[test]
fn links_that_lead_nowhere_or_round_are_failures_when_named() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    tree.link("nowhere.rs", "gone.rs");
    tree.link("one.rs", "two.rs");
    tree.link("two.rs", "one.rs");
    let run = Run::new(&tree, "check").args(["nowhere.rs", "one.rs", "a.rs"]);
    let done = run.done().exits(2);
    assert_eq!(done.found(), ["a.rs"]);
    done.says(&["error: nowhere.rs: a symbolic link that leads to nothing"])
        .says(&["error: one.rs: cannot be read: "]);
}

//! `--output-file`: the one write beside sources that a person asks for.

use std::time::Duration;

use super::run::{Run, in_bash, reader_of};
use super::tree::{OLD, Tree};

fn check(tree: &Tree, file: &str) -> Run {
    Run::new(tree, "check").args(["--output-file", file])
}

#[test]
fn a_new_file_is_made_and_an_earlier_report_replaced() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    for _ in 0..2 {
        let done = check(&tree, "report.txt").done().exits(1);
        assert!(done.out.is_empty());
        let report = tree.read("report.txt");
        assert!(report.starts_with("a.rs:1:5: error") && report.lines().count() == 1);
    }
    tree.write("report.txt", &"longer than what comes\n".repeat(100));
    check(&tree, "report.txt").done().exits(1);
    assert_eq!(tree.read("report.txt").lines().count(), 1);
}

#[test]
fn a_refused_run_leaves_the_earlier_report() {
    let tree = Tree::new(&[("report.txt", "earlier")]);
    let run = Run::bare(&tree, "check").args(["--output-file", "report.txt", "-m", "none.toml"]);
    run.done().exits(2);
    assert_eq!(tree.read("report.txt"), "earlier");
}

#[test]
fn a_source_a_table_or_a_folder_is_refused_and_stays() {
    let tree = Tree::new(&[
        ("a.rs", OLD),
        ("b.py", "import x\n"),
        ("folder/x", ""),
        ("m.toml", "language = 'rust'\n"),
    ]);
    tree.link("report.txt", "a.rs");
    let before = tree.snapshot();
    for (file, words) in [
        ("a.rs", "is a source by its name"),
        ("b.py", "is a source by its name"),
        ("new.rs", "is a source by its name"),
        ("report.txt", "is a source by its name"),
        ("m.toml", "is a TOML file"),
        ("repoint.toml", "is a TOML file"),
        ("folder", "is a folder, expected a file"),
    ] {
        for command in ["check", "diff", "apply"] {
            let run = Run::new(&tree, command).args(["--output-file", file]);
            let done = run.done().exits(2);
            done.says(&["error: --output-file ", file, words]);
            assert_eq!(tree.snapshot(), before, "{file}");
        }
    }
}

#[test]
fn nothing_goes_into_a_journal() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    Run::new(&tree, "apply").args(["."]).done().exits(0);
    tree.write("state/journal/1.pack", "kept");
    tree.link("way", ".repoint");
    let before = tree.snapshot();
    for (file, state) in [
        (".repoint/journal/1.pack", ".repoint"),
        (".repoint/new.txt", "elsewhere"),
        ("way/journal/1.pack", "elsewhere"),
        ("state/journal/1.pack", "state"),
        ("state/new.txt", "state"),
    ] {
        let run = check(&tree, file).args(["--state-dir", state]);
        let done = run.done().exits(2);
        done.says(&["--output-file", "keeps its journal"]);
        assert_eq!(tree.snapshot(), before, "{file}");
    }
}

#[test]
fn another_name_of_a_source_is_refused() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    tree.hard_link("report.txt", "a.rs");
    let done = check(&tree, "report.txt").done().exits(2);
    done.says(&["error: --output-file ", "has several names (hard links)"]);
    assert_eq!(tree.read("a.rs"), OLD);
}

#[test]
fn a_link_of_the_project_leads_only_into_the_project() {
    let tree = Tree::new(&[
        ("a.rs", OLD),
        ("inside.txt", ""),
        ("../outside/x.txt", "kept"),
    ]);
    tree.link("out.txt", "../outside/x.txt");
    let done = check(&tree, "out.txt").done().exits(2);
    done.says(&[
        "out.txt: is a link that leads out of the project, to ",
        "itself",
    ]);
    assert_eq!(tree.read("../outside/x.txt"), "kept");
    tree.link("nowhere.txt", "../outside/new.txt");
    check(&tree, "nowhere.txt").done().exits(2);
    assert!(!tree.at("../outside/new.txt").exists());
    tree.link("in.txt", "inside.txt");
    check(&tree, "in.txt").done().exits(1);
    assert!(tree.read("inside.txt").starts_with("a.rs:"));
    assert!(tree.at("in.txt").is_symlink());
}

#[test]
fn a_file_outside_can_be_named_and_so_can_a_link_there() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    tree.link("../outside/link.txt", "real.txt");
    tree.write("../outside/real.txt", "");
    check(&tree, "../outside/link.txt").done().exits(1);
    assert!(tree.read("../outside/real.txt").starts_with("a.rs:"));
}

#[test]
fn pipes_and_devices_are_written_as_by_any_program() {
    let tree = Tree::new(&[("a.rs", OLD)]);
    check(&tree, "/dev/null").done().exits(1);
    let done = check(&tree, "/dev/stdout").done().exits(1);
    assert_eq!(done.found(), ["a.rs"]);
    tree.fifo("pipe");
    let reader = reader_of(tree.at("pipe"));
    check(&tree, "pipe").done().exits(1);
    let read = reader.recv_timeout(Duration::from_secs(60));
    assert!(read.expect("it ends").starts_with(b"a.rs:1:5: "));
    let script = "\"$0\" check --move old::a::Foo=new::B --output-format concise \
                  --output-file >(cat >../outside/report); code=$?; wait $!; \
                  exit $code";
    in_bash(&tree, script).exits(1);
    assert!(tree.read("../outside/report").starts_with("a.rs:"));
}

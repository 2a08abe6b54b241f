//! Reports as people use them: written beside a run, rendered later, joined, reviewed and applied.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

const RULES: &str = "language = \"rust\"\nname = \"t\"\n[[move]]\nfrom = \"old::a::Foo\"\nto = \"new::b::Bar\"\n\
                     [[remove]]\npath = \"old::gone\"\n";

/// A project with three files that change, and one that needs a person.
struct Tree(TempDir);

struct Ended {
    status: i32,
    stdout: String,
    stderr: String,
}

impl Tree {
    fn new() -> Self {
        let tree = Self(TempDir::new().expect("a folder"));
        for name in ["a.rs", "b.rs", "c.rs"] {
            tree.write(name, "use old::a::Foo;\n");
        }
        tree.write("repoint.toml", "");
        tree.write("m.toml", RULES);
        tree.write("stuck.rs", "use old::gone::X;\n");
        tree
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).expect("a file can be written");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).expect("a file can be read")
    }

    #[track_caller]
    fn run(&self, args: &[&str]) -> Ended {
        let mut command = Command::cargo_bin("repoint").expect("it is built");
        let done = command
            .args(args)
            .current_dir(self.path())
            .env_remove("GITHUB_STEP_SUMMARY");
        let done = done.output().expect("it runs");
        Ended {
            status: done.status.code().expect("it ends"),
            stdout: String::from_utf8(done.stdout).expect("text"),
            stderr: String::from_utf8(done.stderr).expect("text"),
        }
    }

    #[track_caller]
    fn ok(&self, args: &[&str], status: i32) -> Ended {
        let ended = self.run(args);
        assert_eq!(
            ended.status, status,
            "{args:?}\n{}\n{}",
            ended.stdout, ended.stderr
        );
        ended
    }

    /// The marks of a dry run as the page exports them, for these files.
    fn marks(&self, files: &[&str]) -> Value {
        let report = self.ok(&["diff", "-m", "m.toml", "--output-format", "json"], 0);
        let report: Value = serde_json::from_str(&report.stdout).expect("JSON");
        let plans = report["plans"].as_array().expect("a list").iter();
        let marked = plans.filter(|plan| files.iter().any(|it| plan["path"] == *it)).map(|plan| {
            json!({"path": plan["path"], "old": plan["sha256"]["old"], "new": plan["sha256"]["new"]})
        });
        json!({
            "version": 1,
            "table_digest": report["header"]["table_digest"],
            "options_digest": report["header"]["options_digest"],
            "files": marked.collect::<Vec<_>>(),
        })
    }

    fn apply(&self, marks: &Value, more: &[&str]) -> Ended {
        self.write("reviewed.json", &marks.to_string());
        let mut args = vec!["apply", "--allow-dirty", "--reviewed", "reviewed.json"];
        if !more.contains(&"--move") {
            args.extend(["-m", "m.toml"]);
        }
        args.extend(more);
        self.run(&args)
    }

    #[track_caller]
    fn is_rewritten(&self, which: [bool; 3]) {
        let is = ["a.rs", "b.rs", "c.rs"]
            .map(|name| self.path().join(name).exists() && self.read(name).contains("new::b::Bar"));
        assert_eq!(is, which);
    }
}

#[test]
fn only_what_was_reviewed_is_written() {
    let tree = Tree::new();
    let marks = tree.marks(&["a.rs", "c.rs"]);
    let ended = tree.apply(&marks, &[]);
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains("1 file would change and is not reviewed"),
        "{}",
        ended.stderr
    );
    tree.is_rewritten([true, false, true]);
}

#[test]
fn other_rules_or_options_refuse_all() {
    let tree = Tree::new();
    let marks = tree.marks(&["a.rs"]);
    let ended = tree.apply(&marks, &["--move", "old::a::Foo=new::b::Other"]);
    assert_eq!(ended.status, 2);
    assert!(ended.stderr.contains("other rules"), "{}", ended.stderr);
    let ended = tree.apply(&marks, &["--docs"]);
    assert_eq!(ended.status, 2);
    assert!(ended.stderr.contains("other options"), "{}", ended.stderr);
    tree.is_rewritten([false; 3]);
}

#[test]
fn a_file_that_has_changed_is_left() {
    let tree = Tree::new();
    let marks = tree.marks(&["a.rs", "b.rs"]);
    tree.write("a.rs", "use old::a::Foo; // edited\n");
    let ended = tree.apply(&marks, &[]);
    assert_eq!(ended.status, 2);
    assert!(
        ended.stderr.contains("a.rs: has changed since"),
        "{}",
        ended.stderr
    );
    tree.is_rewritten([false, true, false]);
}

#[test]
fn a_file_that_would_become_something_else_is_left() {
    let tree = Tree::new();
    let mut marks = tree.marks(&["a.rs", "b.rs"]);
    marks["files"][0]["new"] = marks["files"][0]["old"].clone();
    let ended = tree.apply(&marks, &[]);
    assert_eq!(ended.status, 2);
    assert!(
        ended.stderr.contains("a.rs: would become something else"),
        "{}",
        ended.stderr
    );
    tree.is_rewritten([false, true, false]);
}

#[test]
fn a_file_that_is_gone_or_renamed_is_named() {
    let tree = Tree::new();
    tree.write("b.rs", "// b\nuse old::a::Foo;\n");
    let marks = tree.marks(&["a.rs", "b.rs", "c.rs"]);
    fs::remove_file(tree.path().join("a.rs")).expect("it was there");
    fs::rename(tree.path().join("b.rs"), tree.path().join("d.rs")).expect("it was there");
    let ended = tree.apply(&marks, &[]);
    assert_eq!(ended.status, 2);
    assert!(
        ended.stderr.contains("a.rs: is gone since"),
        "{}",
        ended.stderr
    );
    assert!(
        ended.stderr.contains("b.rs: is gone, and d.rs holds"),
        "{}",
        ended.stderr
    );
    tree.is_rewritten([false, false, true]);
    assert!(tree.read("d.rs").contains("old::a"));
}

#[test]
fn a_file_that_is_not_read_is_named() {
    let tree = Tree::new();
    let marks = tree.marks(&["a.rs", "b.rs"]);
    let ended = tree.apply(&marks, &["a.rs"]);
    assert_eq!(ended.status, 2);
    assert!(
        ended
            .stderr
            .contains("b.rs: was reviewed, and is not among"),
        "{}",
        ended.stderr
    );
    tree.is_rewritten([true, false, false]);
}

#[test]
fn strict_writes_all_or_nothing() {
    let tree = Tree::new();
    let marks = tree.marks(&["a.rs", "b.rs"]);
    tree.write("a.rs", "use old::a::Foo; // edited\n");
    let ended = tree.apply(&marks, &["--strict"]);
    assert_eq!(ended.status, 2);
    assert!(
        ended.stderr.contains("not all is as it was reviewed"),
        "{}",
        ended.stderr
    );
    tree.is_rewritten([false; 3]);
}

#[test]
fn what_holds_no_marks_is_refused() {
    let tree = Tree::new();
    for (change, why) in [
        ("version", "of version 2"),
        ("twice", "twice"),
        ("none", "expected the marks"),
    ] {
        let mut marks = tree.marks(&["a.rs"]);
        match change {
            "version" => marks["version"] = json!(2),
            "twice" => {
                let one = marks["files"][0].clone();
                marks["files"].as_array_mut().expect("a list").push(one);
            }
            _ => marks = json!([]),
        }
        let ended = tree.apply(&marks, &[]);
        assert_eq!(ended.status, 2);
        assert!(ended.stderr.contains(why), "{}", ended.stderr);
    }
    tree.is_rewritten([false; 3]);
}

/// Everything but how long it took.
fn timeless(text: &str) -> String {
    text.lines()
        .filter(|line| !line.contains("\"elapsed\""))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_report_is_rendered_later_as_at_once() {
    let tree = Tree::new();
    for command in ["check", "diff"] {
        let formats = [
            "json-lines",
            "json",
            "github",
            "gitlab",
            "sarif",
            "rdjson",
            "junit",
            "markdown",
            "html",
        ];
        let given: Vec<String> = formats
            .iter()
            .map(|it| format!("--output-format={it}={it}.out"))
            .collect();
        let mut args = vec![command, "-m", "m.toml"];
        args.extend(given.iter().map(String::as_str));
        let at_once = tree.run(&args);
        assert_eq!(
            at_once.status,
            i32::from(command == "check"),
            "{}",
            at_once.stderr
        );
        for source in ["json-lines", "json"] {
            for format in formats {
                let later = tree.ok(
                    &[
                        "report",
                        "render",
                        &format!("{source}.out"),
                        "--output-format",
                        format,
                    ],
                    0,
                );
                assert_eq!(
                    later.stdout,
                    tree.read(&format!("{format}.out")),
                    "{source} as {format}"
                );
            }
        }
        let later = tree.ok(&["report", "render", "json.out"], 0);
        let listing = if command == "check" {
            &at_once.stdout
        } else {
            &at_once.stderr
        };
        assert!(
            listing.starts_with(&later.stdout),
            "{listing}\n{}",
            later.stdout
        );
    }
}

#[test]
fn shares_are_merged_to_what_one_run_gives() {
    let tree = Tree::new();
    let whole = tree.ok(
        &["check", "-m", "m.toml", "--output-format", "json-lines"],
        1,
    );
    let mut files = Vec::new();
    for number in 1..=3 {
        let file = format!("share{number}.json");
        let share = format!("hash:{number}/3");
        let format = format!("json-lines={file}");
        tree.run(&[
            "check",
            "-m",
            "m.toml",
            "--partition",
            &share,
            "--output-format",
            &format,
        ]);
        files.push(file);
    }
    let mut args = vec!["report", "merge"];
    args.extend(files.iter().map(String::as_str));
    let merged = tree.ok(&args, 0);
    assert_eq!(timeless(&merged.stdout), timeless(&whole.stdout));
    args.pop();
    let ended = tree.ok(&args, 2);
    assert!(
        ended.stderr.contains("shares are missing: 3/3"),
        "{}",
        ended.stderr
    );
}

#[test]
fn formats_have_files_of_their_own() {
    let tree = Tree::new();
    let refused = |args: &[&str], why: &str| {
        let mut all = vec!["check", "-m", "m.toml"];
        all.extend(args);
        let ended = tree.ok(&all, 2);
        assert!(ended.stderr.contains(why), "{}", ended.stderr);
    };
    refused(
        &["--output-format=sarif", "--output-format=junit"],
        "only one can go to standard output",
    );
    refused(
        &["--output-format=sarif=x", "--output-format=junit=./x"],
        "two reports cannot go to one file",
    );
    refused(
        &["--output-format=sarif=x", "--output-file=x"],
        "two reports cannot go to one file",
    );
    refused(&["--output-format=sarif=a.rs"], "--output-format sarif=");
    assert!(!tree.path().join("x").exists());
}

#[test]
fn a_report_beside_a_patch_leaves_it_and_a_bare_one_takes_its_place() {
    let tree = Tree::new();
    let patch = tree.ok(&["diff", "-m", "m.toml"], 0).stdout;
    let beside = tree.ok(&["diff", "-m", "m.toml", "--output-format=gitlab=x"], 0);
    assert_eq!(beside.stdout, patch);
    assert!(tree.read("x").starts_with('['));
    let bare = tree.ok(&["diff", "-m", "m.toml", "--output-format=gitlab"], 0);
    assert_eq!(bare.stdout, tree.read("x"));
    let file = [
        "diff",
        "-m",
        "m.toml",
        "--output-format=gitlab",
        "--output-file=y",
    ];
    assert_eq!(tree.ok(&file, 0).stdout, "");
    assert_eq!(tree.read("y"), tree.read("x"));
}

/// The runner refuses a summary of more than 1 MiB.
#[test]
fn the_summary_of_a_step_is_added_to_and_never_too_large() {
    const MOST: usize = 1 << 20;
    for has in [0, MOST - 100, MOST - 20, MOST] {
        let tree = Tree::new();
        tree.write("summary", &"x".repeat(has));
        let mut command = Command::cargo_bin("repoint").expect("it is built");
        command.args(["check", "-m", "m.toml", "--output-format", "github"]);
        command
            .current_dir(tree.path())
            .env("GITHUB_STEP_SUMMARY", "summary");
        assert_eq!(command.output().expect("it runs").status.code(), Some(1));
        let summary = tree.read("summary");
        assert!(summary.len() <= MOST && summary.starts_with(&"x".repeat(has)));
        assert_eq!(
            summary.contains("**repoint**: 4 deprecated references"),
            has == 0
        );
        assert_eq!(summary.contains("left out"), has == MOST - 100);
    }
}

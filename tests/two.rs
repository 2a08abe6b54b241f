//! Two processes at once: each comes wholly before the other or not at all, and who only reads
//! says so when it is in between.
//!
//! A plain `cargo test` tries few instants, `.ci/run` more: `cargo test --test two -- --ignored`.
#![cfg(unix)]

#[path = "stories/memory.rs"]
mod memory;

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

const FILES: usize = 300;

/// Two rules that speak of one import, each in its own way: only one of them can come first.
const RULES: [&str; 2] = ["old::a::Foo=new::b::Foo", "old::a::Foo=third::c::Foo"];

/// A rule that finds what the first one wrote.
const AFTER: &str = "new::b::Foo=last::d::Foo";

struct Tree {
    _folder: TempDir,
    root: PathBuf,
}

impl Tree {
    fn new() -> Self {
        let (folder, root) = memory::folder();
        fs::write(root.join("repoint.toml"), "").expect("a file");
        for index in 0..FILES {
            let text = format!("use old::a::Foo;\npub fn f{index}(_: Foo) {{}}\n");
            fs::write(root.join(format!("f{index:03}.rs")), text).expect("a file");
        }
        Self {
            _folder: folder,
            root,
        }
    }

    fn spawn(&self, command: &str, rule: &str) -> Child {
        let mut program = Command::new(env!("CARGO_BIN_EXE_repoint"));
        program.arg(command);
        if !rule.is_empty() {
            program.args(["--move", rule]);
        }
        program
            .current_dir(&self.root)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program")
    }

    /// The module from which every single file imports.
    #[track_caller]
    fn module(&self) -> String {
        let mut modules: Vec<String> = (0..FILES)
            .map(|index| {
                let path = self.root.join(format!("f{index:03}.rs"));
                let text = fs::read_to_string(path).expect("a file");
                let (import, rest) = text.split_once('\n').expect("two lines");
                assert_eq!(rest, format!("pub fn f{index}(_: Foo) {{}}\n"));
                import.to_owned()
            })
            .collect();
        modules.dedup();
        assert_eq!(modules.len(), 1, "a mix: {modules:?}");
        let entries = fs::read_dir(&self.root).expect("a folder");
        assert_eq!(entries.count(), FILES + 2, "a stray file");
        modules.remove(0)
    }
}

fn ended(child: Child) -> (Option<i32>, String) {
    let Output { status, stderr, .. } = child.wait_with_output().expect("it ends");
    (status.code(), String::from_utf8_lossy(&stderr).into_owned())
}

/// It was refused for the other's sake: that is writing, or has written in between.
#[track_caller]
fn refused(status: Option<i32>, said: &str) {
    assert_eq!(status, Some(2), "{said}");
    let busy = said.contains("has been writing since") && said.contains("(process ");
    let drifted = said.contains("has changed since it was read");
    let overtaken = said.contains("another repoint has written since this one began");
    assert!(busy || drifted || overtaken, "{said}");
}

#[test]
fn two_tables_on_one_tree_do_not_mix() {
    never_mix(2);
}

#[test]
#[ignore = "starts one after the other at instants of a clock; .ci/run runs it"]
fn two_tables_on_one_tree_never_mix() {
    never_mix(std::env::var("REPOINT_ROUNDS").map_or(20, |n| n.parse().expect("a number")));
}

fn never_mix(rounds: u32) {
    let mut first_only = [0, 0];
    let mut both = 0;
    for round in 0..rounds {
        let tree = Tree::new();
        // Every other round there is a state folder already, and so a lock from the start.
        if round % 2 == 0 {
            let (status, said) = ended(tree.spawn("apply", "x::y::Z=x::z::Z"));
            assert_eq!(status, Some(0), "{said}");
            fs::create_dir_all(tree.root.join(".repoint/journal")).expect("a folder");
        }
        let rules = if round % 3 == 0 {
            [RULES[0], AFTER]
        } else {
            RULES
        };
        let one = tree.spawn("apply", rules[0]);
        std::thread::sleep(Duration::from_millis(u64::from(round * 7 % 50)));
        let two = tree.spawn("apply", rules[1]);
        let [one, two] = [ended(one), ended(two)];
        let module = tree.module();
        match (one.0, two.0) {
            (Some(0), Some(0)) => both += 1,
            (Some(0), _) => refused(two.0, &two.1),
            (_, Some(0)) => refused(one.0, &one.1),
            _ => panic!("nobody wrote: {} {}", one.1, two.1),
        }
        let expected: &[&str] = match (one.0, two.0, rules[1] == AFTER) {
            (Some(0), Some(0), true) => &["use last::d::Foo;", "use new::b::Foo;"],
            (Some(0), Some(0), false) => &["use new::b::Foo;", "use third::c::Foo;"],
            (Some(0), _, _) => &["use new::b::Foo;"],
            (_, _, true) => &["use old::a::Foo;"],
            (_, _, false) => &["use third::c::Foo;"],
        };
        assert!(
            expected.contains(&module.as_str()),
            "{module}: {one:?} {two:?}"
        );
        first_only[0] += usize::from(two.0 != Some(0));
        first_only[1] += usize::from(one.0 != Some(0));
    }
    println!("{rounds} rounds: {both} both, {first_only:?} only one");
}

/// Stops a process, or lets it go on.
fn signal(child: &Child, signal: &str) {
    let mut command = Command::new("kill");
    command.args([signal, &child.id().to_string()]);
    assert!(command.status().expect("kill").success());
}

impl Tree {
    /// An apply that is stopped in its course, once a file of the journal is there. There may be
    /// none: what has ended by then is no help.
    fn stopped_at(&self, file: &str) -> Option<Child> {
        let mut child = self.spawn("apply", RULES[0]);
        let path = self.root.join(".repoint/journal").join(file);
        while !path.exists() {
            if child.try_wait().expect("a process").is_some() {
                return None;
            }
            std::thread::sleep(Duration::from_micros(50));
        }
        signal(&child, "-STOP");
        if path.exists() && child.try_wait().expect("a process").is_none() {
            return Some(child);
        }
        signal(&child, "-CONT");
        let (status, said) = ended(child);
        assert_eq!(status, Some(0), "{said}");
        None
    }
}

fn stopped_at(file: &str) -> (Tree, Child) {
    for _ in 0..50 {
        let tree = Tree::new();
        if let Some(child) = tree.stopped_at(file) {
            return (tree, child);
        }
    }
    panic!("50 runs, and none was seen with {file}");
}

#[test]
fn a_plan_that_was_overtaken_is_left() {
    overtaken_is_not_written([2, 12]);
}

#[test]
#[ignore = "stops at instants of a clock; .ci/run runs it"]
fn a_plan_that_was_overtaken_is_not_written() {
    overtaken_is_not_written(1..=24);
}

/// One stops while it plans, before there is any state folder; another one rewrites everything, so
/// that the first one goes on to read what that has made.
fn overtaken_is_not_written(moments: impl IntoIterator<Item = u64>) {
    let mut overtaken = 0;
    for moment in moments {
        let tree = Tree::new();
        let slow = tree.spawn("apply", AFTER);
        std::thread::sleep(Duration::from_millis(moment * 8));
        signal(&slow, "-STOP");
        let (status, said) = ended(tree.spawn("apply", RULES[0]));
        assert_eq!(status, Some(0), "{said}");
        signal(&slow, "-CONT");
        let (status, said) = ended(slow);
        let module = tree.module();
        match (status, module.as_str()) {
            (Some(0), "use new::b::Foo;" | "use last::d::Foo;") => {}
            (_, "use new::b::Foo;") => {
                refused(status, &said);
                overtaken += 1;
            }
            _ => panic!("{module}: {said}"),
        }
    }
    println!("{overtaken} were overtaken");
}

#[test]
fn who_comes_second_is_told_who_was_first() {
    for file in ["1.pack", "1.commit"] {
        let (tree, first) = stopped_at(file);
        for (command, rule) in [("apply", RULES[1]), ("undo", ""), ("recover", "")] {
            let (status, said) = ended(tree.spawn(command, rule));
            assert_eq!(status, Some(2), "{command} at {file}: {said}");
            let holder = format!(
                "`repoint apply` (process {}) has been writing since 2",
                first.id()
            );
            assert!(said.contains(&holder), "{command} at {file}: {said}");
        }
        signal(&first, "-CONT");
        let (status, said) = ended(first);
        assert_eq!(status, Some(0), "{said}");
        assert_eq!(tree.module(), "use new::b::Foo;");
    }
}

#[test]
fn who_only_reads_says_that_somebody_writes() {
    let (tree, writer) = stopped_at("1.commit");
    for command in ["check", "diff"] {
        let (status, said) = ended(tree.spawn(command, RULES[0]));
        assert_eq!(status, Some(2), "{command}: {said}");
        assert!(
            said.contains("transaction 1 is being written"),
            "{command}: {said}"
        );
    }
    signal(&writer, "-CONT");
    let (status, said) = ended(writer);
    assert_eq!(status, Some(0), "{said}");
    for command in ["check", "diff"] {
        let (status, said) = ended(tree.spawn(command, RULES[0]));
        assert_eq!(status, Some(0), "{command}: {said}");
    }
}

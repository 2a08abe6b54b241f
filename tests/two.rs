//! Two processes at once: each comes wholly before the other or not at all, and who only reads
//! says so when it is in between.
#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
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
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            tempfile::tempdir_in(memory)
        } else {
            tempfile::tempdir()
        };
        let folder = folder.expect("a folder");
        let root = folder.path().canonicalize().expect("it is there");
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
        Command::new(env!("CARGO_BIN_EXE_repoint"))
            .args([command, "--move", rule])
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
fn two_tables_on_one_tree_never_mix() {
    let rounds = std::env::var("REPOINT_ROUNDS").map_or(20, |n| n.parse().expect("a number"));
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
        std::thread::sleep(Duration::from_millis((round * 7 % 50) as u64));
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

/// Who reads while another one writes sees one side, or says that somebody is writing.
#[test]
fn who_reads_meanwhile_says_so() {
    let tree = Tree::new();
    let mut writer = tree.spawn("apply", RULES[0]);
    let (mut clean, mut busy) = (0, 0);
    while writer.try_wait().expect("a process").is_none() {
        let (status, said) = ended(tree.spawn("check", RULES[0]));
        match status {
            Some(0 | 1) => clean += 1,
            Some(2) => {
                assert!(said.contains("is being written"), "{said}");
                busy += 1;
            }
            _ => panic!("{said}"),
        }
    }
    println!("{clean} read one side, {busy} were told");
    let (status, said) = ended(writer);
    assert_eq!(status, Some(0), "{said}");
    assert_eq!(tree.module(), "use new::b::Foo;");
    let (status, said) = ended(tree.spawn("check", RULES[0]));
    assert_eq!(status, Some(0), "{said}");
}

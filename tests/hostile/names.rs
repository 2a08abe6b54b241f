//! Names of files and folders: whatever bytes they have, a line stays a line, no terminal is
//! commanded, and programs get every byte.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use rustix::fs::{CWD, Mode, OFlags, mkdirat, openat};
use serde_json::Value;

use super::run::{Run, git_apply};
use super::tree::{NEW, OLD, Tree};

/// Names without their ending, and how people read them.
const NAMES: [(&[u8], &str); 13] = [
    (b"line\nline", "line\\nline"),
    (b"return\rx", "return\\rx"),
    (b"tab\tx", "tab\\tx"),
    (b"esc\x1b[31mred", "esc\\u{1b}[31mred"),
    (b"bell\x07\x7f", "bell\\u{7}\\u{7f}"),
    ("csi\u{9b}1m".as_bytes(), "csi\\u{9b}1m"),
    ("rtl\u{202e}sr.x".as_bytes(), "rtl\\u{202e}sr.x"),
    (b"bytes\xff\xfe", "bytes\u{fffd}\u{fffd}"),
    (b"quote\"'`$(x)", "quote\"'`$(x)"),
    (b"back\\slash", "back\\slash"),
    (b"--output-file=y", "--output-file=y"),
    (b"-r", "-r"),
    (b" space ", " space "),
];

/// A file of each name, and one in a folder of each name; `text` is what they hold. Some systems
/// refuse some names.
fn tree(text: &str) -> (Tree, Vec<(OsString, String)>) {
    let tree = Tree::new(&[]);
    let mut made = Vec::new();
    for (name, shown) in NAMES {
        let file = [name, b".rs"].concat();
        let inside = [b"in ", name, b"/x.rs"].concat();
        let folder = tree.at_bytes(&[b"in ", name].concat());
        for (path, shown) in [
            (file, format!("{shown}.rs")),
            (inside, format!("in {shown}/x.rs")),
        ] {
            let _ = fs::create_dir(&folder);
            if fs::write(tree.at_bytes(&path), text).is_ok() {
                made.push((OsString::from_vec(path), shown));
            }
        }
    }
    assert!(made.len() > 16);
    made.sort();
    (tree, made)
}

/// No byte that commands a terminal, save the ends of lines; the text is valid.
#[track_caller]
fn tame(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).expect("it is text");
    let wild = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202e}');
    assert!(!text.contains(wild), "{text:?}");
}

#[test]
fn one_finding_is_one_line_and_commands_nothing() {
    let (tree, made) = tree(OLD);
    let done = Run::new(&tree, "check").args(["-v"]).done().exits(1);
    tame(&done.out);
    tame(&done.err);
    let lines: Vec<String> = done.out().lines().map(str::to_owned).collect();
    let expected: Vec<String> = made
        .iter()
        .map(|(_, shown)| format!("{shown}:1:5: "))
        .collect();
    assert_eq!(lines.len(), made.len(), "{}", done.out());
    for (line, start) in lines.iter().zip(expected) {
        assert!(line.starts_with(&start), "{line:?} {start:?}");
    }
}

#[test]
fn annotated_source_commands_nothing_and_names_each_file() {
    let (tree, made) = tree(OLD);
    let run = Run::bare(&tree, "check").args(["--move", "old::a::Foo=new::b::Bar"]);
    let done = run.done().exits(1);
    tame(&done.out);
    let out = done.out();
    for (_, shown) in &made {
        assert!(
            out.contains(&format!(" --> {shown}:1:5\n")),
            "{shown}\n{out}"
        );
    }
}

#[test]
fn json_lines_stay_valid_and_no_byte_is_lost() {
    let (tree, made) = tree(OLD);
    for command in ["check", "diff"] {
        let run = Run::bare(&tree, command).args(["--output-format", "json-lines"]);
        let done = run.args(["--move", "old::a::Foo=new::b::Bar"]).done();
        assert_ne!(done.code, Some(2), "{}", done.err());
        let mut names: Vec<OsString> = Vec::new();
        for line in done.out().lines() {
            let value: Value = serde_json::from_str(line).expect("each line is JSON");
            // These are of the run, not of a file.
            if ["header", "summary", "end"]
                .iter()
                .any(|kind| value["type"] == *kind)
            {
                continue;
            }
            let path = value["path"].as_str().expect("a string");
            names.push(match value.get("path_bytes") {
                None => path.into(),
                Some(bytes) => {
                    let bytes: Vec<u8> =
                        serde_json::from_value(bytes.clone()).expect("a list of bytes");
                    assert_eq!(String::from_utf8_lossy(&bytes), path);
                    OsString::from_vec(bytes)
                }
            });
        }
        let made: Vec<OsString> = made.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(names, made, "{command}");
    }
}

#[test]
fn failures_on_standard_error_are_one_line_each_and_command_nothing() {
    // It holds the word, and cannot be parsed.
    let (tree, made) = tree("use old::a::Foo; fn (\n");
    for command in ["check", "apply"] {
        let done = Run::new(&tree, command).done().exits(2);
        tame(&done.err);
        let err = done.err();
        for (_, shown) in &made {
            let start = format!("error: {shown}:2:");
            let lines = err.lines().filter(|line| line.starts_with(&start)).count();
            assert_eq!(lines, 1, "{start}\n{err}");
        }
    }
    // Named, and nothing of the sort.
    let gone: Vec<OsString> = NAMES
        .iter()
        .map(|(name, _)| tree.at_bytes(&[b"gone ", *name, b".rs"].concat()).into())
        .collect();
    let done = Run::new(&tree, "check").args(&gone).done().exits(2);
    tame(&done.err);
    let errors = done
        .err()
        .lines()
        .filter(|line| line.starts_with("error: "))
        .count();
    assert_eq!(errors, NAMES.len());
}

#[test]
fn the_patch_applies_and_gives_what_apply_gives() {
    let (patched, made) = tree(OLD);
    let (applied, _) = tree(OLD);
    let diff = Run::new(&patched, "diff").done().exits(0);
    assert!(
        diff.out
            .iter()
            .all(|byte| !matches!(byte, 0x1b | b'\r' | 0x7f..))
    );
    git_apply(patched.root(), &diff.out);
    Run::new(&applied, "apply").done().exits(0);
    assert_eq!(patched.snapshot(), applied.snapshot());
    for (name, _) in made {
        assert_eq!(applied.read(name), NEW);
    }
}

#[test]
fn names_that_begin_with_a_dash_are_files_where_a_shell_would_give_them() {
    let tree = Tree::new(&[("-r.rs", OLD), ("--strict.rs", OLD)]);
    let run = Run::new(&tree, "check").args(["--", "-r.rs", "--strict.rs"]);
    assert_eq!(run.done().exits(1).found(), ["--strict.rs", "-r.rs"]);
}

#[test]
fn names_that_differ_only_in_case_are_two_files() {
    let tree = Tree::new(&[("Name.rs", OLD)]);
    if tree.at("name.rs").exists() {
        // Here they are one.
        return;
    }
    tree.write("name.rs", OLD);
    tree.write("NAME/x.rs", OLD);
    tree.write("Name/x.rs", OLD);
    let all = ["NAME/x.rs", "Name.rs", "Name/x.rs", "name.rs"];
    assert_eq!(Run::new(&tree, "check").done().exits(1).found(), all);
    Run::new(&tree, "apply").done().exits(0);
    for name in all {
        assert_eq!(tree.read(name), NEW);
    }
}

#[test]
fn the_longest_names_are_written_too() {
    let name = format!("{}.rs", "n".repeat(252));
    let tree = Tree::new(&[(&name, OLD)]);
    let inside = format!("{}/{name}", "d".repeat(255));
    tree.write(&inside, OLD);
    Run::new(&tree, "apply").done().exits(0);
    assert_eq!(
        (tree.read(&name), tree.read(&inside)),
        (NEW.into(), NEW.into())
    );
}

#[test]
fn a_path_longer_than_the_system_takes_is_named_and_the_rest_goes_on() {
    let tree = Tree::new(&[("a.rs", OLD), ("deep/z.rs", OLD)]);
    let name = "d".repeat(200);
    let (flags, mode) = (
        OFlags::RDONLY | OFlags::DIRECTORY,
        Mode::from_raw_mode(0o755),
    );
    let mut folder = openat(CWD, tree.at("deep"), flags, mode).expect("opened");
    for _ in 0..25 {
        mkdirat(&folder, &name, mode).expect("made");
        folder = openat(&folder, &name, flags, mode).expect("opened");
    }
    let create = OFlags::WRONLY | OFlags::CREATE;
    openat(&folder, "b.rs", create, Mode::from_raw_mode(0o644)).expect("made");
    for command in ["check", "apply"] {
        let done = Run::new(&tree, command).done().exits(2);
        done.says(&["error: deep/ddd", "cannot be read: "])
            .says(&["1 failed"]);
    }
    assert_eq!(
        (tree.read("a.rs"), tree.read("deep/z.rs")),
        (NEW.into(), NEW.into())
    );
}

#[test]
fn tables_and_settings_in_folders_of_such_names_are_named_tamely() {
    let tree = Tree::new(&[]);
    for (name, _) in NAMES {
        let table = PathBuf::from(OsStr::from_bytes(name)).join("wrong.toml");
        let folder = tree.at_bytes(name);
        fs::create_dir(&folder).expect("made");
        tree.write(&table, "language = 'rust'\n[[mve]]\n");
        if let Some(table) = table.to_str() {
            let option = format!("--mapping={table}");
            let done = Run::bare(&tree, "check").args([option]).done().exits(2);
            tame(&done.err);
        }
        fs::write(folder.join("repoint.toml"), "nope = 1\n").expect("written");
        let done = Run::new(&tree, "check").from(&folder).done().exits(2);
        tame(&done.err);
        assert!(done.err().contains("unknown key `nope`"), "{}", done.err());
    }
}

#[test]
fn what_messages_say_of_other_files_is_tame() {
    // That a name is reached from another file is said with that file's name.
    let tree = Tree::new(&[("pkg/__init__.py", "")]);
    tree.write("pkg/a.py", "from typing import List\n\nx: List = []\n");
    let other = OsStr::from_bytes(b"x\x1b[31m\ny.py");
    tree.write(other, "from pkg.a import List\n\nprint(List)\n");
    for format in ["concise", "full"] {
        let run = Run::bare(&tree, "diff").args(["--lang", "python", "--output-format", format]);
        let done = run.args(["--move", "typing.List=builtins.list"]).done();
        tame(&done.err);
        tame(&done.out);
        let shown = "`x\\u{1b}[31m\\ny.py:1` reaches `List`";
        assert!(done.err().contains(shown), "{}", done.err());
    }
}

//! The patch against the real `git apply`: with default settings it makes the new bytes, whatever
//! the texts and names are made of.
#![cfg(unix)]

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use bstr::BString;
use proptest::prelude::*;
use repoint::output::patch::{Patch, Section};

const LINES: &[&[u8]] = &[
    b"use old::a::Foo;\n",
    b"use new::b::Bar as Foo;\n",
    b"crlf\r\n",
    b"lone\rcr\n",
    b"cr at the end\r\r\n",
    b"\n",
    b"\r\n",
    b"  trailing  \n",
    b" \t\n",
    b"\x0c\n",
    "\u{b}\u{85}\u{2028}\n".as_bytes(),
    "é 漢字 🦀\n".as_bytes(),
    "\u{feff}bom\n".as_bytes(),
    b"nul\0\n",
    b"- a\n",
    b"--- a/x\n",
    b"+++ b/x\n",
    b"@@ -1 +1 @@\n",
    b"diff --git a/x b/x\n",
    b"\\ No newline at end of file\n",
    b"-- \n",
    b"}\n",
    b"same\n",
    b"latin-1 \xe9\xff\x85\n",
    b"\x1b$B0!\x1b(B \x83\x5c\n",
];

const NAMES: &[&[u8]] = &[
    b"plain",
    b"with space",
    b" leading",
    b"trailing ",
    b"quote\"",
    b"it's",
    b"tab\there",
    b"line\nbreak",
    b"return\r",
    b"back\\slash",
    b"\\303\\251",
    b"bell\x07\x08\x0b\x0c\x1b\x7f",
    b"-dash",
    b"--- a",
    b".hidden",
    "é 漢字 🦀".as_bytes(),
    b"latin\xe9\xff",
    b"b",
    b"x b",
    b"a{b}=>c",
    b"$HOME*?",
];

#[derive(Clone, Debug)]
struct Case {
    name: BString,
    old: BString,
    new: BString,
    executable: bool,
}

fn text() -> impl Strategy<Value = Vec<&'static [u8]>> {
    proptest::collection::vec(proptest::sample::select(LINES), 0..24)
}

/// An old text and a new one: other lines here and there, or another text.
fn texts() -> impl Strategy<Value = (BString, BString)> {
    let change = (any::<prop::sample::Index>(), 0usize..3, text());
    let changes = proptest::collection::vec(change, 0..3);
    (text(), changes, any::<(bool, bool)>(), 0..10u8).prop_map(|(old, changes, cut, odd)| {
        let mut new = old.clone();
        for (at, gone, lines) in changes {
            let at = at.index(new.len() + 1);
            let end = (at + gone).min(new.len());
            new.splice(at..end, lines.into_iter().take(gone + 1));
        }
        if odd == 0 {
            new.clear();
        }
        (joined(&old, cut.0), joined(&new, cut.1))
    })
}

fn joined(lines: &[&[u8]], cut_final_newline: bool) -> BString {
    let mut text = lines.concat();
    if cut_final_newline {
        text.pop();
    }
    text.into()
}

fn cases() -> impl Strategy<Value = Vec<Case>> {
    let name = proptest::sample::select(NAMES);
    let folder = proptest::option::of(proptest::sample::select(NAMES));
    let file = (name, folder, texts(), any::<bool>());
    proptest::collection::vec(file, 1..5).prop_map(|files| {
        let numbered = files.into_iter().enumerate();
        let case = numbered.map(|(i, (name, folder, (old, new), executable))| {
            // Numbers keep names apart.
            let mut path = folder.map_or_else(Vec::new, |folder| {
                [folder, i.to_string().as_bytes(), folder, b"/"].concat()
            });
            path.extend([name, i.to_string().as_bytes(), name].concat());
            Case {
                name: path.into(),
                old,
                new,
                executable,
            }
        });
        case.collect()
    })
}

fn git(folder: &Path, args: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new("git")
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CEILING_DIRECTORIES", std::env::temp_dir())
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("git is installed");
    let mut stdin = child.stdin.take().expect("piped");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || {
        // git may close its end early: its exit status tells what the test needs.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("git ends");
    writer.join().expect("the writer does not panic");
    output
}

#[track_caller]
fn git_ok(folder: &Path, args: &[&str], input: &[u8]) -> Vec<u8> {
    let output = git(folder, args, input);
    assert!(
        output.status.success(),
        "git {args:?}: {}\n{}",
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(input)
    );
    output.stdout
}

fn path_of(root: &Path, name: &[u8]) -> PathBuf {
    root.join(OsStr::from_bytes(name))
}

fn write_old(root: &Path, cases: &[Case]) {
    for case in cases {
        let path = path_of(root, &case.name);
        fs::create_dir_all(path.parent().expect("below the root")).expect("made");
        fs::write(&path, &case.old).expect("written");
        let mode = if case.executable { 0o755 } else { 0o644 };
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
    }
}

#[track_caller]
fn assert_new(root: &Path, cases: &[Case]) {
    for case in cases {
        let path = path_of(root, &case.name);
        let found = fs::read(&path).expect("still there");
        assert_eq!(found, case.new, "{path:?} of {case:?}");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o111 != 0, case.executable, "{path:?}");
    }
}

/// The one patch of all cases; empty if nothing changes.
#[track_caller]
fn patch_of(root: &Path, cases: &[Case]) -> Vec<u8> {
    let section = |case: &Case| {
        let path = path_of(root, &case.name);
        Section::new(&path, root, &case.old, &case.new).expect("the file is there")
    };
    let patches = Patch::group(cases.iter().filter_map(section));
    assert!(patches.len() <= 1, "one root");
    let mut out = Vec::new();
    for patch in patches {
        assert_eq!(patch.root, root);
        patch.write_to(&mut out).expect("a vector takes all");
    }
    out
}

fn folder() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a folder");
    let root = dir.path().canonicalize().expect("real");
    (dir, root)
}

/// What git itself writes before the first hunk of each file.
fn headers(diff: &[u8]) -> Vec<BString> {
    let mut in_header = false;
    let mut headers = Vec::new();
    for line in diff.split_inclusive(|&byte| byte == b'\n') {
        if line.starts_with(b"diff --git ") {
            in_header = true;
        } else if line.starts_with(b"@@ ") {
            in_header = false;
        }
        if in_header {
            headers.push(line.into());
        }
    }
    headers
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn git_apply_makes_the_new_bytes(cases in cases(), sha256 in any::<bool>()) {
        let (_dir, root) = folder();
        let format = if sha256 { "sha256" } else { "sha1" };
        git_ok(&root, &["init", "-q", "--object-format", format], b"");
        write_old(&root, &cases);
        let patch = patch_of(&root, &cases);
        if patch.is_empty() {
            assert!(cases.iter().all(|case| case.old == case.new));
            return Ok(());
        }
        git_ok(&root, &["add", "-A"], b"");
        git_ok(&root, &["apply", "--check"], &patch);
        git_ok(&root, &["apply"], &patch);
        assert_new(&root, &cases);
        let theirs = git_ok(&root, &["diff", "--full-index", "--text"], b"");
        prop_assert_eq!(headers(&patch), headers(&theirs));
        // The ids are right: git finds the old blobs by them.
        write_old(&root, &cases);
        git_ok(&root, &["add", "-A"], b"");
        git_ok(&root, &["apply", "--3way"], &patch);
        assert_new(&root, &cases);
        // And it can be taken back.
        git_ok(&root, &["apply", "--reverse", "--check"], &patch);
    }

    #[test]
    fn git_apply_works_outside_of_a_repository(cases in cases()) {
        let (_dir, root) = folder();
        write_old(&root, &cases);
        let patch = patch_of(&root, &cases);
        if !patch.is_empty() {
            git_ok(&root, &["apply"], &patch);
        }
        assert_new(&root, &cases);
    }
}

fn section(file: &Path, project_root: &Path) -> Section {
    Section::new(file, project_root, b"a\n", b"b\n")
        .expect("the file is there")
        .expect("it changes")
}

#[test]
fn a_linked_file_is_there_once_under_its_real_name() {
    let (_dir, root) = folder();
    git_ok(&root, &["init", "-q"], b"");
    fs::create_dir(root.join("real")).expect("made");
    fs::write(root.join("real/x.rs"), "a\n").expect("written");
    std::os::unix::fs::symlink("real", root.join("dir")).expect("linked");
    std::os::unix::fs::symlink("real/x.rs", root.join("y.rs")).expect("linked");
    let files = ["y.rs", "dir/x.rs", "real/x.rs"];
    let patches = Patch::group(files.map(|file| section(&root.join(file), &root)));
    assert_eq!(patches.len(), 1);
    assert_eq!(patches[0].files(), 1);
    let mut patch = Vec::new();
    patches[0].write_to(&mut patch).expect("a vector takes all");
    assert!(patch.starts_with(b"diff --git a/real/x.rs b/real/x.rs\n"));
    git_ok(&root, &["apply"], &patch);
    assert_eq!(fs::read(root.join("y.rs")).expect("there"), b"b\n");
}

#[test]
fn nested_repositories_have_patches_of_their_own() {
    let (_dir, root) = folder();
    git_ok(&root, &["init", "-q"], b"");
    fs::create_dir_all(root.join("sub/src")).expect("made");
    git_ok(&root.join("sub"), &["init", "-q"], b"");
    fs::write(root.join("sub/src/x.rs"), "a\n").expect("written");
    fs::write(root.join("z.rs"), "a\n").expect("written");
    let files = ["sub/src/x.rs", "z.rs"];
    let patches = Patch::group(files.map(|file| section(&root.join(file), &root)));
    let roots: Vec<_> = patches.iter().map(|patch| patch.root.clone()).collect();
    assert_eq!(roots, [root.clone(), root.join("sub")]);
    for patch in &patches {
        let mut text = Vec::new();
        patch.write_to(&mut text).expect("a vector takes all");
        git_ok(&patch.root, &["apply"], &text);
    }
    assert_eq!(fs::read(root.join("sub/src/x.rs")).expect("there"), b"b\n");
    assert_eq!(fs::read(root.join("z.rs")).expect("there"), b"b\n");
}

#[test]
fn linked_work_trees_are_their_own_root() {
    let (_dir, root) = folder();
    let (main, linked) = (root.join("main"), root.join("linked"));
    fs::create_dir(&main).expect("made");
    git_ok(&main, &["init", "-q", "--object-format", "sha256"], b"");
    let user = ["-c", "user.name=a", "-c", "user.email=a@b"];
    let commit = ["commit", "-q", "--allow-empty", "-m", "first"];
    git_ok(&main, &[&user[..], &commit].concat(), b"");
    git_ok(&main, &["worktree", "add", "-q", "../linked"], b"");
    fs::write(linked.join("x.rs"), "a\n").expect("written");
    let section = section(&linked.join("x.rs"), &root);
    assert_eq!(section.root, linked);
    let id = git_ok(&linked, &["hash-object", "x.rs"], b"");
    let index = format!("index {}..", String::from_utf8_lossy(&id).trim());
    assert!(String::from_utf8_lossy(&section.text).contains(&index));
}

#[test]
fn a_file_outside_of_the_project_is_named_from_the_top() {
    let (_dir, root) = folder();
    fs::create_dir(root.join("project")).expect("made");
    fs::write(root.join("x.rs"), "a\n").expect("written");
    let section = section(&root.join("x.rs"), &root.join("project"));
    assert_eq!(section.root, Path::new("/"));
    git_ok(Path::new("/"), &["apply"], &section.text);
    assert_eq!(fs::read(root.join("x.rs")).expect("there"), b"b\n");
}

#[test]
fn a_file_that_is_not_there_is_named_by_its_folder() {
    let (_dir, root) = folder();
    let section = section(&root.join("new.rs"), &root);
    assert_eq!(section.name, b"new.rs");
    assert!(Section::new(&root.join("no/new.rs"), &root, b"a", b"b").is_err());
}

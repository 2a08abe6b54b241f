//! `repoint diff --split-by`: every patch applies alone by real git, all of them in any order give the tree of
//! `repoint apply`, no two touch one file, and what only works together is in one.
#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const BY: [&str; 7] = ["rule", "owner", "folder", "unit", "1", "2", "100"];

/// Names of folders and files, the last of them no text.
const FOLDERS: [&[u8]; 5] = [
    b"plain",
    b"with space",
    b"q\"uote",
    "\u{fc}ber".as_bytes(),
    b"bytes\xff",
];
const NAMES: [&[u8]; 5] = [
    b"a.rs",
    b"new\nline.rs",
    b"-dash.rs",
    b"tab\t.rs",
    b"back\\slash.rs",
];

struct Tree {
    _folder: TempDir,
    root: PathBuf,
}

impl Tree {
    /// Files in a new git work tree, all of them committed.
    fn new(files: &[(PathBuf, String)]) -> Self {
        let folder = TempDir::new().expect("a folder");
        let root = folder
            .path()
            .canonicalize()
            .expect("it exists")
            .join("tree");
        for (name, text) in files {
            let path = root.join(name);
            fs::create_dir_all(path.parent().expect("below")).expect("created");
            fs::write(path, text).expect("written");
        }
        let tree = Self {
            _folder: folder,
            root,
        };
        tree.git(&["init", "-q"]);
        tree.git(&["add", "-A"]);
        tree.git(&[
            "-c",
            "user.name=x",
            "-c",
            "user.email=x@y",
            "commit",
            "-q",
            "-m",
            "x",
        ]);
        tree
    }

    fn git(&self, args: &[&str]) -> Vec<u8> {
        let output = self.try_git(args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {args:?}: {said}");
        output.stdout
    }

    fn try_git(&self, args: &[&str]) -> Output {
        Command::new("git")
            .args(args)
            .current_dir(&self.root)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE")
            .output()
            .expect("git is installed")
    }

    fn repoint(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_repoint"))
            .args(args)
            .current_dir(&self.root)
            .output()
            .expect("it starts")
    }

    fn contents(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = walkdir::WalkDir::new(&self.root).into_iter().flatten();
        let files = files.filter(|entry| entry.file_type().is_file());
        let files = files.map(|entry| entry.into_path());
        files
            .filter(|path| !path.starts_with(self.root.join(".git")))
            .filter(|path| !path.starts_with(self.root.join(".repoint")))
            .map(|path| (path.clone(), fs::read(path).expect("readable")))
            .collect()
    }

    fn back(&self) {
        self.git(&["checkout", "-q", "--", "."]);
    }

    /// Slices into a folder beside the tree; the patches by name.
    fn slice(&self, by: &str, rules: &[&str]) -> Vec<PathBuf> {
        let folder = self.root.with_file_name("slices");
        let dir = folder.to_str().expect("text");
        let args = [&["diff", "--split-by", by, "--output-dir", dir], rules].concat();
        let output = self.repoint(&args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{said}");
        let named = String::from_utf8(output.stdout).expect("names are text");
        let named: Vec<PathBuf> = named.lines().map(PathBuf::from).collect();
        let there = fs::read_dir(&folder).expect("made").flatten();
        let there: BTreeSet<PathBuf> = there.map(|entry| entry.path()).collect();
        let indices = ["index.md", "index.json"].map(|name| folder.join(name));
        let expected: BTreeSet<PathBuf> = named.iter().cloned().chain(indices).collect();
        assert_eq!(there, expected);
        named
    }
}

/// The files that a patch touches.
fn touched(tree: &Tree, patch: &Path) -> BTreeSet<Vec<u8>> {
    let listed = tree.git(&["apply", "--numstat", "-z", patch.to_str().expect("text")]);
    let entries = listed
        .split(|byte| *byte == 0)
        .filter(|entry| !entry.is_empty());
    let name = |entry: &[u8]| {
        entry
            .splitn(3, |byte| *byte == b'\t')
            .nth(2)
            .map(<[u8]>::to_vec)
    };
    entries.filter_map(name).collect()
}

/// Some orders of so many patches: as they are, the other way round, and turned.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let all: Vec<usize> = (0..count).collect();
    let mut orders = vec![all.clone(), all.iter().rev().copied().collect()];
    for by in [1, count / 2, count / 3 + 1] {
        let mut turned = all.clone();
        turned.rotate_left(by % count.max(1));
        turned.chunks_mut(3).for_each(<[usize]>::reverse);
        orders.push(turned);
    }
    orders
}

#[track_caller]
fn holds(tree: &Tree, rules: &[&str]) {
    let before = tree.contents();
    let applied = tree.repoint(&[&["apply"], rules].concat());
    assert_eq!(
        applied.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&applied.stderr)
    );
    let after = tree.contents();
    assert_ne!(before, after);
    tree.back();
    for by in BY {
        let patches = tree.slice(by, rules);
        assert!(!patches.is_empty());
        assert_eq!(tree.contents(), before, "{by}");
        let mut all = BTreeSet::new();
        for patch in &patches {
            tree.git(&["apply", "--check", patch.to_str().expect("text")]);
            let files = touched(tree, patch);
            assert!(
                !files.is_empty() && all.is_disjoint(&files),
                "{by}: {}",
                patch.display()
            );
            all.extend(files);
        }
        for order in orders(patches.len()) {
            for at in order {
                tree.git(&["apply", patches[at].to_str().expect("text")]);
            }
            assert_eq!(tree.contents(), after, "{by}");
            tree.back();
        }
        let read = |patches: &[PathBuf]| -> Vec<Vec<u8>> {
            patches
                .iter()
                .map(|patch| fs::read(patch).expect("there"))
                .collect()
        };
        let first = (patches.clone(), read(&patches));
        let again = tree.slice(by, rules);
        assert_eq!(first, (again.clone(), read(&again)), "{by}");
    }
}

#[test]
fn slices_of_hostile_names_make_the_tree_of_apply() {
    let mut files = Vec::new();
    for (at, folder) in FOLDERS.iter().enumerate() {
        for (number, name) in NAMES.iter().enumerate() {
            let path = Path::new(OsStr::from_bytes(folder)).join(OsStr::from_bytes(name));
            let rule = ["Foo", "Bar", "Baz"][(at + number) % 3];
            let end = if number % 2 == 0 { "\n" } else { "" };
            files.push((
                path,
                format!("use old::a::{rule};\nfn f(_: {rule}) {{}}{end}"),
            ));
        }
    }
    files.push((
        PathBuf::from("CODEOWNERS"),
        "* @all\nplain/ @org/team @\u{fc}/x\nwith\\ space/ a'b@example.com\nq\"uote/\nbytes*/ @A\nnew* @a\n".to_owned(),
    ));
    let tree = Tree::new(&files);
    let rules = ["Foo", "Bar", "Baz"].map(|name| format!("old::a::{name}=new::b::{name}"));
    let rules: Vec<&str> = rules.iter().flat_map(|rule| ["--move", rule]).collect();
    holds(&tree, &rules);
}

fn text(files: &[(&str, &str)]) -> Vec<(PathBuf, String)> {
    let owned = |(name, text): &(&str, &str)| (PathBuf::from(name), (*text).to_owned());
    files.iter().map(owned).collect()
}

#[test]
fn what_only_works_together_is_in_one_patch() {
    let files = text(&[
        ("old/__init__.py", ""),
        ("old/mod.py", "def f(): return 1\n"),
        ("new/__init__.py", ""),
        ("new/mod.py", "def f(): return 1\n"),
        ("app/__init__.py", ""),
        (
            "app/a.py",
            "def run():\n    from old.mod import f\n    return f()\n",
        ),
        ("app/b.py", "from old.mod import f\n"),
        (
            "tests/test_a.py",
            "from unittest.mock import patch\nimport app.a\n\n@patch(\"old.mod.f\")\ndef test(f): app.a.run()\n",
        ),
        ("tests/test_b.py", "import old.mod\n"),
        (".github/CODEOWNERS", "app/ @app\ntests/ @qa\n"),
    ]);
    let tree = Tree::new(&files);
    let rules = ["--lang", "python", "--move", "old.mod=new.mod"];
    holds(&tree, &rules);
    let unit: BTreeSet<Vec<u8>> = [b"app/a.py".to_vec(), b"tests/test_a.py".to_vec()].into();
    for by in BY {
        let patches = tree.slice(by, &rules);
        let touched: Vec<_> = patches.iter().map(|patch| touched(&tree, patch)).collect();
        let holding = touched.iter().filter(|files| !files.is_disjoint(&unit));
        let holding: Vec<_> = holding.collect();
        assert_eq!(holding.len(), 1, "{by}");
        assert!(holding[0].is_superset(&unit), "{by}");
        if by == "unit" {
            assert_eq!(patches.len(), 3);
        }
    }
}

#[test]
fn a_folder_of_somebody_else_stays_as_it_is() {
    let tree = Tree::new(&text(&[
        ("a.rs", "use old::a::Foo;\n"),
        ("out/mine.txt", "mine\n"),
    ]));
    let before = tree.contents();
    for dir in ["out", "out/mine.txt", ".", ".git/x", ".repoint/x", "a.rs"] {
        let args = [
            "diff",
            "--split-by",
            "unit",
            "--output-dir",
            dir,
            "--move",
            "old::a::Foo=new::b::Foo",
        ];
        let output = tree.repoint(&args);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{dir}: {said}");
        assert!(said.contains("--output-dir"), "{dir}: {said}");
        assert_eq!(output.stdout, b"", "{dir}");
        assert_eq!(tree.contents(), before, "{dir}");
    }
}

#[test]
fn files_in_several_repositories_are_in_patches_of_their_own() {
    let tree = Tree::new(&text(&[
        ("repoint.toml", ""),
        ("a.rs", "use old::a::Foo;\n"),
        ("inner/b.rs", "use old::a::Foo;\n"),
    ]));
    let inner = Tree {
        _folder: TempDir::new().expect("a folder"),
        root: tree.root.join("inner"),
    };
    inner.git(&["init", "-q"]);
    let patches = tree.slice("100", &["--move", "old::a::Foo=new::b::Foo"]);
    assert_eq!(patches.len(), 2);
    let index =
        fs::read_to_string(tree.root.with_file_name("slices").join("index.json")).expect("there");
    let index: serde_json::Value = serde_json::from_str(&index).expect("JSON");
    for slice in index["slices"].as_array().expect("a list") {
        let root = slice["root"]["path"].as_str().expect("a path");
        let place = Tree {
            _folder: TempDir::new().expect("a folder"),
            root: tree.root.join(root),
        };
        let patch = tree
            .root
            .with_file_name("slices")
            .join(slice["patch"].as_str().expect("a name"));
        place.git(&["apply", patch.to_str().expect("text")]);
    }
    for file in ["a.rs", "inner/b.rs"] {
        let text = fs::read_to_string(tree.root.join(file)).expect("there");
        assert_eq!(text, "use new::b::Foo;\n");
    }
}

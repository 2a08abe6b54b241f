//! `repoint diff | git apply` and `repoint apply` make the same tree, byte for byte: a property over
//! generated trees with nasty names, line ends and modes, called from the root and from a subfolder.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use proptest::prelude::*;
use tempfile::TempDir;

/// Lines that change, lines that do not, and what may stand between them.
const LINES: [&str; 14] = [
    "use old::a::Foo;",
    "use old::a::{Foo, X};",
    "use old::a::{self, Foo as F};",
    "pub use old::a::Foo as Public;",
    "fn f(_: old::a::Foo) {} // é ñ \u{1F980}",
    "// old::a::Foo in prose",
    "use old::a::Foo as H; // a lone \r in a comment",
    "struct S;",
    "",
    "    ",
    "\u{c}",
    "const T: &str = \"tab\there\";",
    "#[cfg(x)] use old::a::Foo as G; use other::B;",
    "mod m { use old::a::Foo; }",
];

/// Names of files, without the extension; the last one is no UTF-8.
const NAMES: [&[u8]; 12] = [
    b"plain",
    b"with space",
    b"quote\"quote",
    b"tab\ttab",
    b"line\nline",
    b"back\\slash",
    b"-dash",
    "näme-é".as_bytes(),
    b"'single'",
    b"a b\"c\\d",
    b"ends with space ",
    b"bytes\xff\xfe",
];

#[derive(Clone, Debug)]
struct Source {
    name: usize,
    folder: usize,
    lines: Vec<(usize, usize)>,
    final_newline: bool,
    bom: bool,
    executable: bool,
}

fn source() -> impl Strategy<Value = Source> {
    (
        0..NAMES.len(),
        0usize..3,
        prop::collection::vec((0..LINES.len(), 0usize..2), 0..9),
        any::<bool>(),
        prop::bool::weighted(0.2),
        prop::bool::weighted(0.2),
    )
        .prop_map(
            |(name, folder, lines, final_newline, bom, executable)| Source {
                name,
                folder,
                lines,
                final_newline,
                bom,
                executable,
            },
        )
}

impl Source {
    fn path(&self) -> PathBuf {
        let mut name = OsString::from_vec(NAMES[self.name].to_vec());
        name.push(".rs");
        Path::new(["", "sub", "sub/dee p"][self.folder]).join(name)
    }

    fn text(&self) -> String {
        let mut text = String::new();
        if self.bom {
            text.push('\u{feff}');
        }
        for (i, (line, end)) in self.lines.iter().enumerate() {
            let is_last = i + 1 == self.lines.len();
            text.push_str(LINES[*line]);
            if !is_last || self.final_newline {
                text.push_str(["\n", "\r\n"][*end]);
            }
        }
        // A doc comment must have an item to document.
        text.push_str(if self.final_newline {
            "struct End;\n"
        } else {
            "\nstruct End;"
        });
        text
    }
}

/// A git work tree with these files, committed: else `apply` would not write over them.
fn tree(sources: &[Source]) -> TempDir {
    let dir = TempDir::new().expect("a folder");
    git(dir.path(), &["init", "-q"], None);
    fs::create_dir_all(dir.path().join("sub/dee p")).expect("made");
    fs::write(dir.path().join("repoint.toml"), "# the project's root\n").expect("written");
    for source in sources {
        let path = dir.path().join(source.path());
        fs::write(&path, source.text()).expect("written");
        let mode = if source.executable { 0o755 } else { 0o644 };
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
    }
    for arguments in [&["add", "--all"][..], &["commit", "-q", "-m", "all"]] {
        let output = git(dir.path(), arguments, None);
        assert!(output.status.success(), "{output:?}");
    }
    dir
}

fn git(dir: &Path, arguments: &[&str], input: Option<&[u8]>) -> Output {
    let mut command = Command::new("git");
    command
        .current_dir(dir)
        .args(["-c", "user.name=n", "-c", "user.email=e@example.org"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    run(command, input)
}

fn repoint(dir: &Path, command: &str, paths: &[&str]) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_repoint"));
    process
        .current_dir(dir)
        .arg(command)
        .args(["--move", "old::a::Foo=new::b::Bar", "--color", "never"])
        .args(paths);
    run(process, None)
}

fn run(mut command: Command, input: Option<&[u8]>) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.unwrap_or_default()).expect("taken");
    drop(stdin);
    child.wait_with_output().expect("ended")
}

/// Every file with its bytes and its mode; the repository's own files and the journal are left out.
fn snapshot(dir: &Path) -> BTreeMap<PathBuf, (Vec<u8>, u32)> {
    walkdir::WalkDir::new(dir)
        .into_iter()
        .filter_entry(|entry| {
            ![".git", ".repoint"]
                .map(OsStr::new)
                .contains(&entry.file_name())
        })
        .map(|entry| entry.expect("readable"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(dir).expect("below").to_owned();
            let mode = entry.metadata().expect("there").permissions().mode();
            (path, (fs::read(entry.path()).expect("read"), mode))
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn git_apply_of_the_diff_is_apply(
        mut sources in prop::collection::vec(source(), 1..6),
        from_subfolder in any::<bool>(),
    ) {
        sources.sort_by_key(Source::path);
        sources.dedup_by_key(|source| source.path());
        let (patched, applied) = (tree(&sources), tree(&sources));
        let (folder, paths): (&str, &[&str]) =
            if from_subfolder { ("sub", &["..", "."]) } else { ("", &["."]) };

        let apply = repoint(&applied.path().join(folder), "apply", paths);
        prop_assert_eq!(apply.status.code(), Some(0), "{}", String::from_utf8_lossy(&apply.stderr));
        let before = snapshot(patched.path());
        let diff = repoint(&patched.path().join(folder), "diff", paths);
        prop_assert_eq!(diff.status.code(), Some(0), "{}", String::from_utf8_lossy(&diff.stderr));
        prop_assert_eq!(&before, &snapshot(patched.path()), "diff wrote");
        let after = snapshot(applied.path());
        if diff.stdout.is_empty() {
            prop_assert_eq!(before, after);
            return Ok(());
        }
        let git = git(patched.path(), &["apply"], Some(&diff.stdout));
        prop_assert!(
            git.status.success(),
            "{}\n{}",
            String::from_utf8_lossy(&git.stderr),
            String::from_utf8_lossy(&diff.stdout)
        );
        prop_assert_eq!(snapshot(patched.path()), after);

        let again = repoint(&applied.path().join(folder), "diff", paths);
        prop_assert!(again.stdout.is_empty(), "a second run plans something");
    }
}

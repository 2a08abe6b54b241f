//! Patches: what is made of two texts makes the second of the first.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use bstr::ByteSlice;
use repoint::output::patch::Section;

use crate::applier::applied;
use crate::{Outcome, seeds};

/// What stands between the two texts.
const BETWEEN: &[u8] = b"\0\xff\0";

/// Of as many inputs one is given to git as well, which takes a process.
const GIT_ONE_OF: usize = 128;

pub const WORDS: &[&str] = &[
    "\n",
    "\r\n",
    "\r",
    "\n\n\n\n",
    "\\ No newline at end of file\n",
    "@@ -1 +1 @@\n",
    "--- a/x\n",
    "+++ b/x\n",
    "diff --git a/x b/x\n",
    "-- \n",
    " ",
    "a\n",
    "b\n",
    "\u{feff}",
    "\u{2028}",
];

/// Sources of fixtures before and after, and each with another one.
pub fn seeds() -> Vec<Vec<u8>> {
    let files = seeds::files(&["tests/fixtures"], &["rs", "py", "pyi", "ipynb", "toml"]);
    let mut seeds = Vec::new();
    for (path, bytes) in &files {
        let after = files
            .iter()
            .find(|(other, _)| Some(other) == after(path).as_ref());
        if let Some((_, after)) = after {
            seeds.push([bytes, BETWEEN, after].concat());
        }
    }
    seeds.extend(
        files
            .windows(9)
            .step_by(10)
            .map(|files| [&files[0].1, BETWEEN, &files[8].1].concat()),
    );
    seeds
}

/// Where a fixture has what becomes of a file.
fn after(path: &Path) -> Option<PathBuf> {
    let name = path.to_str()?;
    let after = name
        .replace("/input.", "/expected.")
        .replace("/before/", "/after/");
    (after != name).then(|| after.into())
}

/// The patch of the two texts in `input`, applied to the first, is the second.
///
/// # Panics
/// It is not.
pub fn diff(input: &[u8]) -> Outcome {
    let (old, new) = input
        .split_once_str(BETWEEN)
        .unwrap_or_else(|| input.split_at(input.len() / 2));
    let folder = folder();
    let section = Section::new(&folder.join("x"), folder, old, new).expect("the folder exists");
    let Some(section) = section else {
        assert_eq!(old, new, "no patch of texts that differ");
        return Outcome::Same;
    };
    assert_ne!(old, new, "a patch of equal texts");
    match applied(&section.text, old) {
        Ok(made) => assert_eq!(
            made.as_bstr(),
            new.as_bstr(),
            "the patch makes another text"
        ),
        Err(error) => panic!("the patch cannot be applied: {error}"),
    }
    if input.iter().map(|&byte| usize::from(byte)).sum::<usize>() % GIT_ONE_OF == 0 {
        let made = by_git(&section.text, old);
        assert_eq!(
            made.as_bstr(),
            new.as_bstr(),
            "with git, it makes another text"
        );
    }
    Outcome::Changed
}

/// A folder that stays for as long as the process does.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder").keep();
        folder.canonicalize().expect("it exists")
    })
}

/// What `git apply` makes of `old`.
fn by_git(patch: &[u8], old: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir_in(folder()).expect("a folder");
    let file = folder.path().join("x");
    std::fs::write(&file, old).expect("writable");
    let mut git = Command::new("git")
        .args(["apply", "-"])
        .current_dir(folder.path())
        .env("GIT_CEILING_DIRECTORIES", self::folder())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("git runs");
    let mut stdin = git.stdin.take().expect("it is a pipe");
    // Git that refuses a patch need not read all of it: what it says comes below.
    let _ = stdin.write_all(patch);
    drop(stdin);
    let output = git.wait_with_output().expect("git ends");
    assert!(
        output.status.success(),
        "git refuses the patch: {}",
        output.stderr.as_bstr()
    );
    std::fs::read(&file).expect("readable")
}

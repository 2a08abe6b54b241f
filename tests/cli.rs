//! The command line, as data: each `tests/cmd/*.toml` is a tree of files, a command, and what must
//! come of it: exit status, both streams, and the tree afterwards.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;

/// One case. Everything that is not said does not exist, or does not matter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Case {
    /// What it shows.
    #[allow(dead_code, reason = "for who reads the case")]
    about: String,
    /// The command line.
    args: Vec<String>,
    /// Where it is given, below the tree.
    #[serde(default)]
    cwd: PathBuf,
    /// What it reads.
    #[serde(default)]
    stdin: String,
    /// The tree is a git work tree.
    #[serde(default)]
    git: bool,
    /// It holds whichever languages there are.
    #[serde(default)]
    any_build: bool,
    /// The exit status.
    status: i32,
    /// All of standard output.
    stdout: Option<String>,
    /// What standard output holds, in this order.
    #[serde(default)]
    stdout_has: Vec<String>,
    /// What standard error holds, in this order. `[..]` is the tree.
    #[serde(default)]
    stderr_has: Vec<String>,
    /// What neither stream holds.
    #[serde(default)]
    never: Vec<String>,
    /// Files of the tree.
    #[serde(default)]
    files: BTreeMap<PathBuf, String>,
    /// Files that are no text.
    #[serde(default)]
    bytes: BTreeMap<PathBuf, Vec<u8>>,
    /// Files that are too long to be written down.
    #[serde(default)]
    repeated: BTreeMap<PathBuf, Repeated>,
    /// Empty folders.
    #[serde(default)]
    folders: Vec<PathBuf>,
    /// Symbolic links and what they hold.
    #[serde(default)]
    links: BTreeMap<PathBuf, PathBuf>,
    /// Files that nobody may read.
    #[serde(default)]
    unreadable: Vec<PathBuf>,
    /// Files that change, and what they hold then. All others must stay.
    #[serde(default)]
    after: BTreeMap<PathBuf, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeated {
    #[serde(default)]
    start: String,
    #[serde(default)]
    open: String,
    #[serde(default)]
    middle: String,
    #[serde(default)]
    close: String,
    #[serde(default)]
    end: String,
    times: usize,
}

impl Repeated {
    fn text(&self) -> String {
        let (open, close) = (self.open.repeat(self.times), self.close.repeat(self.times));
        [&*self.start, &open, &self.middle, &close, &self.end].concat()
    }
}

fn main() {
    let arguments = Arguments::from_args();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd");
    let mut files: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("the cases can be listed")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let trials = files.into_iter().map(|file| {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let text = fs::read_to_string(&file).expect("a case can be read");
        let case: Case =
            toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        let ignored = !case.any_build && repoint::lang::registry().is_empty();
        Trial::test(name.into_owned(), move || run(&case)).with_ignored_flag(ignored)
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

fn run(case: &Case) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let root = folder.path().canonicalize()?;
    if !lay_out(case, &root)? {
        return Ok(());
    }
    let before = contents(&root)?;
    let output = Command::cargo_bin("repoint")?
        .args(&case.args)
        .current_dir(root.join(&case.cwd))
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .write_stdin(case.stdin.as_str())
        .output()?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stderr = stderr.replace(&*root.to_string_lossy(), "[..]");
    let all = format!("--- stdout\n{stdout}--- stderr\n{stderr}---");
    let check = |right: bool, what: String| match right {
        true => Ok(()),
        false => Err(Failed::from(format!("{what}\n{all}"))),
    };
    let status = output.status.code();
    check(
        status == Some(case.status),
        format!("status is {status:?} instead of {}", case.status),
    )?;
    if let Some(expected) = &case.stdout {
        check(
            *expected == stdout,
            format!("expected on stdout:\n{expected}"),
        )?;
    }
    for (stream, expected) in [(&*stdout, &case.stdout_has), (&*stderr, &case.stderr_has)] {
        let mut rest = stream;
        for words in expected {
            let at = rest.find(words.as_str());
            check(at.is_some(), format!("expected, in order: {words}"))?;
            rest = &rest[at.unwrap_or_default() + words.len()..];
        }
    }
    for words in &case.never {
        let there = stdout.contains(words) || stderr.contains(words);
        check(!there, format!("not expected: {words}"))?;
    }
    let after = contents(&root)?;
    let mut expected = before;
    for (file, text) in &case.after {
        expected.insert(file.clone(), text.clone().into_bytes());
    }
    for (file, content) in &expected {
        let is = after.get(file);
        let show =
            |bytes: &[u8]| String::from_utf8_lossy(&bytes[..bytes.len().min(2000)]).into_owned();
        check(
            is == Some(content),
            format!(
                "{} should hold:\n{}\nand holds:\n{}",
                file.display(),
                show(content),
                is.map_or_else(|| "nothing".to_owned(), |b| show(b))
            ),
        )?;
    }
    let new: Vec<_> = after
        .keys()
        .filter(|f| !expected.contains_key(*f))
        .collect();
    check(new.is_empty(), format!("new files: {new:?}"))
}

/// Makes the tree; false if this machine, or this user, cannot.
fn lay_out(case: &Case, root: &Path) -> Result<bool, Failed> {
    let write = |file: &Path, content: &[u8]| -> std::io::Result<()> {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(path, content)
    };
    for (file, text) in &case.files {
        write(file, text.as_bytes())?;
    }
    for (file, bytes) in &case.bytes {
        write(file, bytes)?;
    }
    for (file, repeated) in &case.repeated {
        write(file, repeated.text().as_bytes())?;
    }
    for folder in &case.folders {
        fs::create_dir_all(root.join(folder))?;
    }
    if case.git {
        let init = std::process::Command::new("git")
            .args(["init", "--quiet"])
            .current_dir(root)
            .status()?;
        assert!(init.success(), "git makes a work tree");
    }
    for (link, target) in &case.links {
        if !symlink(target, &root.join(link)) {
            return Ok(false);
        }
    }
    for file in &case.unreadable {
        if !make_unreadable(&root.join(file)) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(unix)]
fn symlink(target: &Path, link: &Path) -> bool {
    std::os::unix::fs::symlink(target, link).is_ok()
}

#[cfg(not(unix))]
fn symlink(_: &Path, _: &Path) -> bool {
    false
}

/// False for who may read everything.
#[cfg(unix)]
fn make_unreadable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    fs::set_permissions(file, fs::Permissions::from_mode(0o000)).is_ok()
        && fs::File::open(file).is_err()
}

#[cfg(not(unix))]
fn make_unreadable(_: &Path) -> bool {
    false
}

/// Every file of the tree that can be read, but git's own and the journal.
fn contents(root: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>, Failed> {
    let mut contents = BTreeMap::new();
    let entries = walkdir::WalkDir::new(root)
        .into_iter()
        .filter_entry(|entry| {
            ![".git", ".repoint"]
                .map(OsStr::new)
                .contains(&entry.file_name())
        });
    for entry in entries {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        if let Ok(bytes) = fs::read(entry.path()) {
            contents.insert(entry.path().strip_prefix(root)?.to_owned(), bytes);
        }
    }
    Ok(contents)
}

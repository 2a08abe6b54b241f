//! Runs the built binary on a fixture and compares what it leaves with what it should.
//!
//! Beside the expected tree, findings and exit status, three laws hold for every fixture: a second
//! `apply` changes nothing, `git apply` of the patch that `diff` prints gives the same tree, and
//! `check` fails exactly if there is a reference. At least one file of the fixture is parsed, unless the
//! fixture says otherwise: what the prefilter drops would show nothing of the rewriter.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use similar::TextDiff;
use tempfile::TempDir;

use crate::fixture::{self, Expected, Fixture, Tree};

/// Runs everything; all that is wrong is said at once.
///
/// # Errors
///
/// A readable difference between what was expected and what came.
pub fn rewrite(fixture: &Fixture) -> Result<(), String> {
    let mut wrong = String::new();
    let room = Room::new(fixture)?;
    let first = room.repoint(fixture, "apply")?;
    compare_status(&mut wrong, "apply", fixture.status, &first);
    compare_findings(&mut wrong, fixture, &first);
    compare_trees(&mut wrong, "apply", &fixture.after, &room.tree()?);

    if wrong.is_empty() {
        let second = room.repoint(fixture, "apply")?;
        compare_status(&mut wrong, "the second apply", fixture.status, &second);
        compare_trees(
            &mut wrong,
            "the second apply",
            &fixture.after,
            &room.tree()?,
        );
        compare_patch(&mut wrong, fixture)?;
        compare_check(&mut wrong, fixture)?;
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

fn compare_patch(wrong: &mut String, fixture: &Fixture) -> Result<(), String> {
    let room = Room::new(fixture)?;
    let diff = room.repoint(fixture, "diff")?;
    let status = if fixture.status == 2 { 2 } else { 0 };
    compare_status(wrong, "diff", status, &diff);
    compare_parsed(wrong, fixture, &diff);
    compare_trees(wrong, "diff", &fixture.before, &room.tree()?);
    if !diff.stdout.is_empty() {
        let patch = room.folder.path().join("patch");
        std::fs::write(&patch, &diff.stdout).map_err(|e| e.to_string())?;
        let git = Command::new("git")
            .args(["apply", "--"])
            .arg(&patch)
            .current_dir(room.root())
            .env("GIT_CEILING_DIRECTORIES", room.folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .map_err(|e| format!("cannot run git: {e}"))?;
        compare_status(wrong, "git apply", 0, &git);
    }
    compare_trees(wrong, "diff and git apply", &fixture.after, &room.tree()?);
    Ok(())
}

/// Whether the rewriter saw a file at all, which the detail of `-v` tells.
fn compare_parsed(wrong: &mut String, fixture: &Fixture, output: &Output) {
    let detail = String::from_utf8_lossy(&output.stderr);
    let parsed = detail
        .lines()
        .filter_map(|line| line.strip_suffix(" to be parsed"))
        .find_map(|line| line.rsplit_once(", ")?.1.parse::<usize>().ok());
    match (parsed, fixture.is_unparsed) {
        (None, _) => wrong.push_str("diff -v does not say how many files are to be parsed\n"),
        (Some(0), false) => wrong.push_str(
            "no file is parsed, so nothing is tested: write a word of the rules into a comment, or \
             add the file `unparsed`\n",
        ),
        (Some(1..), true) => wrong.push_str("a file is parsed although there is `unparsed`\n"),
        _ => {}
    }
}

fn compare_check(wrong: &mut String, fixture: &Fixture) -> Result<(), String> {
    let room = Room::new(fixture)?;
    let check = room.repoint(fixture, "check")?;
    let left = fixture
        .findings
        .iter()
        .any(|finding| finding.level == "error");
    let status = match fixture.status {
        2 => 2,
        _ => i32::from(left || fixture.before != fixture.after),
    };
    compare_status(wrong, "check", status, &check);
    compare_trees(wrong, "check", &fixture.before, &room.tree()?);
    Ok(())
}

/// A folder with the mapping and, in a folder of its own, a copy of the tree.
struct Room {
    folder: TempDir,
}

impl Room {
    fn new(fixture: &Fixture) -> Result<Self, String> {
        let folder = TempDir::new().map_err(|e| e.to_string())?;
        let room = Self { folder };
        fixture::write(&fixture.before, &room.root()).map_err(|e| e.to_string())?;
        if let Some(mapping) = &fixture.mapping {
            std::fs::write(room.folder.path().join("mapping.toml"), mapping)
                .map_err(|e| e.to_string())?;
        }
        Ok(room)
    }

    /// The tree's root has a telling name: without a manifest, a crate is named after its folder.
    fn root(&self) -> PathBuf {
        self.folder.path().join("krate")
    }

    fn repoint(&self, fixture: &Fixture, subcommand: &str) -> Result<Output, String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_repoint"));
        command.arg(subcommand);
        if fixture.mapping.is_some() {
            command.args(["-m", "../mapping.toml"]);
        }
        if subcommand == "diff" {
            command.arg("-v");
        } else {
            command.args(["--output-format", "concise"]);
        }
        command
            .args(&fixture.args)
            .arg(".")
            .current_dir(self.root())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .map_err(|e| format!("cannot run repoint: {e}"))
    }

    /// All files, save those in which repoint keeps its own books.
    fn tree(&self) -> Result<Tree, String> {
        let mut tree = Tree::new();
        let root = self.root();
        fixture::collect(&root, &root, &mut tree).map_err(|e| e.to_string())?;
        tree.retain(|path, _| !path.starts_with(".repoint/"));
        Ok(tree)
    }
}

fn compare_status(wrong: &mut String, what: &str, expected: i32, output: &Output) {
    if output.status.code() != Some(expected) {
        let _ = writeln!(
            wrong,
            "{what}: expected exit status {expected}, got {}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

fn compare_findings(wrong: &mut String, fixture: &Fixture, output: &Output) {
    let mut actual = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        match Expected::parse_concise(line) {
            Some(finding) => actual.push(finding),
            None => {
                let _ = writeln!(wrong, "apply printed what is no finding: {line}");
            }
        }
    }
    actual.sort();
    let same = actual.len() == fixture.findings.len()
        && fixture
            .findings
            .iter()
            .zip(&actual)
            .all(|(expected, actual)| expected.admits(actual));
    if !same {
        let lines = |findings: &[Expected]| {
            findings
                .iter()
                .map(|finding| format!("{finding}\n"))
                .collect::<String>()
        };
        difference(
            wrong,
            "findings",
            &lines(&fixture.findings),
            &lines(&actual),
        );
    }
}

fn compare_trees(wrong: &mut String, what: &str, expected: &Tree, actual: &Tree) {
    let paths: BTreeSet<&String> = expected.keys().chain(actual.keys()).collect();
    for path in paths {
        match (expected.get(path), actual.get(path)) {
            (Some(expected), Some(actual)) if expected == actual => {}
            (Some(expected), Some(actual)) => {
                let title = format!("{what}: {path}");
                difference(wrong, &title, &visible(expected), &visible(actual));
            }
            (Some(_), None) => {
                let _ = writeln!(wrong, "{what}: {path} is gone");
            }
            (None, _) => {
                let _ = writeln!(wrong, "{what}: {path} was made, or is unreadable");
            }
        }
    }
}

/// Bytes as text in which a byte order mark and carriage returns can be seen.
fn visible(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .replace('\r', "\\r")
        .replace('\u{feff}', "\\u{feff}")
}

fn difference(wrong: &mut String, title: &str, expected: &str, actual: &str) {
    let diff = TextDiff::from_lines(expected, actual);
    let _ = writeln!(
        wrong,
        "{title}\n{}",
        diff.unified_diff()
            .context_radius(100)
            .header("expected", "actual")
    );
}

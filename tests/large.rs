//! Generated sources that are very large, or that mean very much, and what they cost.
//!
//! Measured on one file in a build without optimisation: 10 MB of lines such as `ABCDEFGH = 100000` take
//! 7 s and 530 MB, a million statements as short as `b=a` (4.4 MB) 42 s and 1.3 GB. So a file needs 50 to 300
//! times its size, about a kilobyte a statement, and that is what `--max-file-size` is for.
//!
//! Four of them are left out of a plain `cargo test`: each takes half a minute or gigabytes in a build without
//! optimisation, and two at once may take more memory than there is. `.ci/run` runs these one after the other:
//! `cargo test --test large -- --ignored --test-threads 1`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const IMPORT: &str = "from old.mod import Name\n";
const MOVED: &str = "from new.home import Name\n";

fn apply(dir: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_repoint"))
        .current_dir(dir)
        .args(["apply", "--lang", "python"])
        .arg("--move=old.mod.Name=new.home.Name")
        .args(more)
        .output()
        .expect("repoint runs")
}

/// A file of an import and `times` lines is refused where it is too large, and rewritten where it is not.
#[track_caller]
fn refused_then_rewritten(line: &str, times: usize) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let file = dir.path().join("big.py");
    let rest = line.repeat(times);
    fs::write(&file, [IMPORT, &rest].concat()).expect("a file is written");

    let refused = apply(dir.path(), &["--max-file-size", "100K"]);
    let message = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{message}");
    assert!(message.contains("error: big.py: "), "{message}");
    assert!(message.contains("--max-file-size"), "{message}");
    let text = fs::read_to_string(&file).expect("the file is readable");
    assert!(text.starts_with(IMPORT), "it was changed");

    let rewritten = apply(dir.path(), &["--max-file-size", "100M"]);
    let message = String::from_utf8_lossy(&rewritten.stderr);
    assert_eq!(rewritten.status.code(), Some(0), "{message}");
    let text = fs::read_to_string(&file).expect("the file is readable");
    assert!(text.strip_prefix(MOVED) == Some(rest.as_str()), "{message}");
}

/// A file is refused by a limit on what its names may mean, which is told, and left as it was.
#[track_caller]
fn refused(language: &str, name: &str, text: &str, moves: &str) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let file = dir.path().join(name);
    fs::write(&file, text).expect("a file is written");
    let output = Command::new(env!("CARGO_BIN_EXE_repoint"))
        .current_dir(dir.path())
        .args(["apply", "--lang", language, "--move", moves])
        .output()
        .expect("repoint runs");
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("would take too long to tell"), "{message}");
    assert!(message.contains("--exclude"), "{message}");
    let after = fs::read_to_string(&file).expect("the file is readable");
    assert!(after == text, "it was changed");
}

#[test]
fn imports_times_uses() {
    let imports = (0..2_000).map(|at| format!("if c{at}:\n    {IMPORT}"));
    let uses = (0..2_000).map(|at| format!("x{at}: Name = Name({at})\n"));
    let text: String = imports.chain(uses).collect();
    refused("python", "broad.py", &text, "old.mod.Name=new.home.Name");
}

/// Small modules of the file are known by their names, so that none is asked.
#[test]
#[ignore = "resolves 4,000 names among 2,000 globs; .ci/run runs it"]
fn globs_of_small_modules_times_uses() {
    let text = globs_times_uses("");
    let dir = tempfile::tempdir().expect("a temporary folder");
    let file = dir.path().join("broad.rs");
    fs::write(&file, &text).expect("a file is written");
    let output = Command::new(env!("CARGO_BIN_EXE_repoint"))
        .current_dir(dir.path())
        .args([
            "apply",
            "--lang",
            "rust",
            "--move",
            "old::m::Name=new::h::Name",
        ])
        .output()
        .expect("repoint runs");
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{message}");
    let after = fs::read_to_string(&file).expect("the file is readable");
    assert!(
        after == text.replace("use old::m::Name", "use new::h::Name"),
        "{message}"
    );
}

/// What a module brings that has a glob of its own is asked for each name.
#[test]
#[ignore = "asks a million modules for a name; .ci/run runs it"]
fn globs_of_modules_with_globs_times_uses() {
    let text = globs_times_uses("pub use std::fmt::*; ");
    refused("rust", "broad.rs", &text, "old::m::Name=new::h::Name");
}

fn globs_times_uses(more: &str) -> String {
    let modules =
        (0..2_000).map(|at| format!("mod g{at} {{ {more}pub struct T{at}; }}\nuse g{at}::*;\n"));
    let uses = (0..2_000).map(|at| format!("fn f{at}(_: T{at}, _: Name) {{}}\n"));
    let import = std::iter::once("use old::m::Name;\n".to_owned());
    import.chain(modules).chain(uses).collect()
}

#[test]
fn a_hundred_thousand_statements() {
    refused_then_rewritten("a=1;b=a;c=b;d=c;e=d\n", 20_000);
}

#[test]
#[ignore = "takes over a gigabyte; .ci/run runs it"]
fn a_million_statements() {
    refused_then_rewritten("a=1;b=a;c=b;d=c;e=d\n", 200_000);
}

#[test]
#[ignore = "takes some gigabytes; .ci/run runs it"]
fn fifty_megabytes() {
    refused_then_rewritten("ABCDEFGH = 100000\n", 2_800_000);
}

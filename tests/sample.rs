//! The sample workspace, which README shows: it compiles before and after, and nothing of the old
//! paths is left. And what is written of it: README's patches of both samples, codes, links.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const SAMPLE: &str = "tests/sample-rust";

/// Its own test is `tests/sample_python.rs`; here only what README shows of it.
const PYTHON_SAMPLE: &str = "tests/sample-python";

fn copy() -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(SAMPLE);
    // As git would see it: no build output of someone who tried the sample by hand.
    for entry in ignore::WalkBuilder::new(&source).build() {
        let entry = entry.expect("the sample is readable");
        let path = entry
            .path()
            .strip_prefix(&source)
            .expect("below the sample");
        if path.starts_with("target") || path.starts_with(".repoint") {
            continue;
        }
        let target = dir.path().join(path);
        if entry.file_type().is_some_and(|kind| kind.is_dir()) {
            fs::create_dir_all(target).expect("a folder is made");
        } else {
            fs::copy(entry.path(), target).expect("a file is copied");
        }
    }
    dir
}

#[track_caller]
fn cargo(dir: &Path, arguments: &[&str], rustflags: &str) {
    let output = Command::new(env!("CARGO"))
        .current_dir(dir)
        .args(arguments)
        .args(["--quiet", "--offline", "--workspace", "--all-features"])
        .env("CARGO_TARGET_DIR", dir.join("target"))
        .env("RUSTFLAGS", rustflags)
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "cargo {arguments:?}:\n{}",
        text(&output)
    );
}

fn repoint(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_repoint"))
        .current_dir(dir)
        .args(arguments)
        .output()
        .expect("repoint runs")
}

fn text(output: &Output) -> String {
    let stdout = String::from_utf8_lossy(&output.stdout);
    format!("{stdout}{}", String::from_utf8_lossy(&output.stderr))
}

#[test]
fn the_sample_compiles_before_and_after_and_no_reference_is_left() {
    let sample = copy();
    let dir = sample.path();
    cargo(dir, &["check", "--all-targets"], "--cap-lints allow");
    cargo(dir, &["test", "--doc"], "--cap-lints allow");
    let before = repoint(dir, &["check"]);
    assert_eq!(before.status.code(), Some(1), "{}", text(&before));

    let apply = repoint(dir, &["apply"]);
    assert_eq!(apply.status.code(), Some(0), "{}", text(&apply));

    let after = repoint(dir, &["check"]);
    assert_eq!(after.status.code(), Some(0), "{}", text(&after));
    let diff = repoint(dir, &["diff"]);
    assert!(diff.stdout.is_empty(), "{}", text(&diff));
    // The old module is deprecated: the compiler finds what repoint would miss.
    cargo(
        dir,
        &["check", "--all-targets"],
        "-D deprecated -D unused_imports",
    );
    cargo(dir, &["test"], "-D deprecated");
}

#[test]
fn the_shims_of_the_sample_stay_as_they_are() {
    let sample = copy();
    let apply = repoint(sample.path(), &["apply"]);
    assert_eq!(apply.status.code(), Some(0), "{}", text(&apply));
    for file in ["shop/src/legacy/mod.rs", "shop/src/money.rs"] {
        let original = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(SAMPLE)
            .join(file);
        let original = fs::read_to_string(original).expect("the sample is readable");
        let found = fs::read_to_string(sample.path().join(file)).expect("the copy is readable");
        assert_eq!(original, found, "{file}");
    }
}

#[test]
fn the_reference_lists_every_code() {
    let findings = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/src/findings.md");
    let findings = fs::read_to_string(findings).expect("the reference is readable");
    let levels = ["error", "review", "note"];
    for code in repoint::finding::Code::ALL {
        let start = format!("| `{}` | ", code.as_str());
        let rows = findings
            .lines()
            .filter_map(|line| line.strip_prefix(&start));
        let rows = rows.filter(|rest| levels.iter().any(|level| rest.starts_with(level)));
        assert_eq!(rows.count(), 1, "{}", code.as_str());
    }
}

/// Links between README and the pages of the reference lead to files, and each page is in the book.
#[test]
fn links_of_the_documentation_lead_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let book = root.join("docs/src");
    let summary = fs::read_to_string(book.join("SUMMARY.md")).expect("the book has a summary");
    let mut pages = vec![root.join("README.md"), root.join("ARCHITECTURE.md")];
    for entry in fs::read_dir(&book).expect("the book is there") {
        let page = entry.expect("an entry").path();
        let name = page
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a name");
        assert!(
            name == "SUMMARY.md" || summary.contains(&format!("({name})")),
            "{name} is not in the book"
        );
        pages.push(page);
    }
    let mut links = 0;
    for page in pages {
        let text = fs::read_to_string(&page).expect("a page is readable");
        for event in pulldown_cmark::Parser::new(&text) {
            let pulldown_cmark::Event::Start(pulldown_cmark::Tag::Link { dest_url, .. }) = event
            else {
                continue;
            };
            if dest_url.contains("://") {
                continue;
            }
            let file = dest_url.split('#').next().unwrap_or_default();
            let folder = page.parent().expect("a page has a folder");
            assert!(
                folder.join(file).exists(),
                "{}: {dest_url} leads nowhere",
                page.display()
            );
            links += 1;
        }
    }
    assert!(links > 20, "{links} links only");
}

/// Each file in a `diff` block of README, and of the pages that walk through the samples, is a part of what one of
/// the commands above it prints.
#[test]
fn readme_shows_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = ["README.md", "docs/src/python.md", "docs/src/rust.md"];
    let pages = pages.map(|page| fs::read_to_string(root.join(page)).expect("a page is readable"));
    let readme = pages.concat();
    let mapping = format!("{SAMPLE}/mappings");
    let commands: [&[&str]; 2] = [
        &["-m", &mapping, SAMPLE],
        &[
            "-m",
            "websocket-ssot",
            "--root",
            PYTHON_SAMPLE,
            PYTHON_SAMPLE,
        ],
    ];
    let blocks = readme.split("\n```diff\n").skip(1);
    let blocks = blocks.filter_map(|rest| rest.split("```").next());
    // A few lines without the name of their file are lines of a patch all the same.
    let (bare, blocks): (Vec<&str>, Vec<&str>) =
        blocks.partition(|block| !block.contains("diff --git "));
    let mut bare: Vec<&str> = bare.iter().flat_map(|block| block.lines()).collect();
    assert!(bare.len() > 3);
    let blocks = blocks.into_iter();
    // Files of one block need not follow each other in the patch.
    let files = blocks.flat_map(|block| block.split("diff --git ").skip(1));
    let mut files: Vec<_> = files.map(|rest| format!("diff --git {rest}")).collect();
    for arguments in commands {
        let command = format!("cargo run --release -- diff {}\n", arguments.join(" "));
        assert!(readme.contains(&command), "README names another command");
        let output = repoint(root, &[&["diff"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        let patch = String::from_utf8_lossy(&output.stdout);
        bare.retain(|line| !patch.lines().any(|printed| printed == *line));
        let shown = files.len();
        files.retain(|file| !patch.contains(file));
        assert!(files.len() < shown, "README shows nothing of: {command}");
    }
    assert_eq!(bare, [""; 0], "README shows lines that are not printed");
    assert_eq!(files, [""; 0], "README shows what is not printed");
}

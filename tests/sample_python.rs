//! The Python sample, which docs/src/python.md walks through: its own tests pass before and after, with the old
//! modules and without, and its own search for deprecated references agrees with `check`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const SAMPLE: &str = "tests/sample-python";

/// The modules that move; they stay until a person deletes them.
const SHIMS: [&str; 3] = [
    "app/websocket_core/manager.py",
    "app/websocket_core/unified_manager.py",
    "app/websocket_core/websocket_manager_factory.py",
];

const GOLDEN_PATH: &[&str] = &["discover", "-t", ".", "-s", "tests/golden"];
const NO_DEPRECATED: &[&str] = &["tests.test_no_deprecated_imports"];

/// The old modules warn when they are imported; this makes the warning an error.
const NO_SHIMS: &[&str] = &["-W", "error:deprecated:DeprecationWarning"];

fn original() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(SAMPLE)
}

/// The sources of a tree, by their path from its root; no build output of someone who tried it.
fn sources(root: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = walkdir::WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.expect("the tree is readable"))
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| entry.path().extension().is_some_and(|it| it != "pyc"))
        .filter(|entry| !entry.path().iter().any(|part| part == ".repoint"))
        .map(|entry| {
            let path = entry.path().strip_prefix(root).expect("below the root");
            let path = path.to_string_lossy().replace('\\', "/");
            (path, fs::read(entry.path()).expect("a readable file"))
        })
        .collect();
    files.sort();
    files
}

fn copy() -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary folder");
    for (path, bytes) in sources(&original()) {
        let target = dir.path().join(path);
        fs::create_dir_all(target.parent().expect("a folder")).expect("a folder is made");
        fs::write(target, bytes).expect("a file is copied");
    }
    dir
}

fn unittest(dir: &Path, options: &[&str], tests: &[&str]) -> Output {
    Command::new("python3")
        .current_dir(dir)
        // No `__pycache__`: it could hide that a module is gone.
        .arg("-B")
        .args(options)
        .args(["-m", "unittest"])
        .args(tests)
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONWARNINGS")
        .output()
        .expect("these tests need python3 on the PATH")
}

#[track_caller]
fn passes(dir: &Path, options: &[&str], tests: &[&str]) {
    let output = unittest(dir, options, tests);
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    // Python before 3.12 is content with no test at all.
    assert!(!said.contains("Ran 0 tests"), "{said}");
}

#[track_caller]
fn repoint(dir: &Path, arguments: &[&str], status: i32) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_repoint"))
        .current_dir(dir)
        .args(arguments)
        .output()
        .expect("repoint runs");
    assert_eq!(output.status.code(), Some(status), "{}", text(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn text(output: &Output) -> String {
    let stdout = String::from_utf8_lossy(&output.stdout);
    format!("{stdout}{}", String::from_utf8_lossy(&output.stderr))
}

/// `file:line` at the start of each line that has it, in order.
fn places(listing: &str) -> Vec<&str> {
    let mut places: Vec<_> = listing
        .lines()
        .filter_map(|line| {
            let (file, rest) = line.split_once(".py:")?;
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            (!file.contains(' ') && digits > 0).then(|| &line[..file.len() + 4 + digits])
        })
        .collect();
    places.sort_unstable();
    places
}

/// What the sample itself finds: how many references it says there are, and where.
#[track_caller]
fn own_findings(dir: &Path) -> (usize, String) {
    let output = unittest(dir, &[], NO_DEPRECATED);
    let said = text(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let (before, listing) = said
        .split_once(" deprecated references\n")
        .unwrap_or_else(|| panic!("it fails for another reason:\n{said}"));
    let count = before.rsplit(' ').next().expect("a word");
    (count.parse().expect("a number"), listing.to_owned())
}

#[test]
fn the_sample_finds_what_check_finds() {
    let sample = copy();
    let dir = sample.path();
    passes(dir, &[], GOLDEN_PATH);
    let (count, own) = own_findings(dir);
    assert!(count >= 25, "the sample has {count} references only");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/src/python.md");
    let page = fs::read_to_string(page).expect("the page is readable");
    let said = format!("AssertionError: {count} deprecated references\n");
    assert!(page.contains(&said), "the page does not say: {said}");

    let found = repoint(dir, &["check", "--output-format", "concise"], 1);
    assert_eq!(places(&found), places(&own));
    assert_eq!(found.lines().count(), count, "{found}");
    assert!(!found.contains(": note["), "{found}");
}

#[test]
fn the_golden_path_passes_before_and_after_and_no_reference_is_left() {
    let sample = copy();
    let dir = sample.path();
    passes(dir, &[], GOLDEN_PATH);
    own_findings(dir);
    // The old modules are in use: to fail where they warn is to fail.
    assert!(!unittest(dir, NO_SHIMS, GOLDEN_PATH).status.success());

    let (count, _) = own_findings(dir);
    let output = Command::new(env!("CARGO_BIN_EXE_repoint"))
        .current_dir(dir)
        .arg("apply")
        .output()
        .expect("repoint runs");
    let said = text(&output);
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(
        said.contains(&format!("{count} references rewritten")),
        "{said}"
    );

    assert_eq!(repoint(dir, &["check"], 0), "");
    assert_eq!(repoint(dir, &["diff"], 0), "");
    passes(dir, NO_SHIMS, GOLDEN_PATH);
    passes(dir, &[], NO_DEPRECATED);

    let once = sources(dir);
    repoint(dir, &["apply"], 0);
    assert!(once == sources(dir), "a second apply changed something");
}

#[test]
fn the_golden_path_passes_without_the_old_modules() {
    let sample = copy();
    let dir = sample.path();
    repoint(dir, &["apply"], 0);
    for shim in SHIMS {
        let there = fs::read(dir.join(shim)).expect("it stays");
        let before = fs::read(original().join(shim)).expect("the sample has it");
        assert!(there == before, "{shim} is an old home and stays as it is");
        fs::remove_file(dir.join(shim)).expect("it can be deleted");
    }
    passes(dir, NO_SHIMS, GOLDEN_PATH);
    passes(dir, &[], NO_DEPRECATED);
    assert_eq!(repoint(dir, &["check"], 0), "");
}

/// What `status` says, as JSON.
#[track_caller]
fn status(dir: &Path) -> serde_json::Value {
    let said = repoint(dir, &["status", "--format", "json"], 0);
    serde_json::from_str(&said).expect("JSON")
}

#[test]
fn migrate_runs_the_story() {
    let sample = copy();
    let dir = sample.path();
    let (count, _) = own_findings(dir);
    // What a deployment asks: refused before, let through after.
    repoint(dir, &["migrate", "--phase", "after"], 2);
    let told = repoint(dir, &["migrate"], 0);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/src/python.md");
    let page = fs::read_to_string(page).expect("the page is readable");
    for line in told.lines().map(without_times) {
        let is_there = page.lines().any(|said| without_times(said) == line);
        assert!(is_there, "the page does not show: {line}");
    }
    repoint(dir, &["migrate", "--phase", "after"], 0);
    assert_eq!(repoint(dir, &["check"], 0), "");

    let status = status(dir);
    assert_eq!(status["references"]["before"], count);
    assert_eq!(status["references"]["now"], 0);
    assert_eq!(status["by"]["scope"]["production"]["now"], 0);
    let gate = |name: &str| {
        let gates = status["gates"].as_array().expect("gates").iter();
        let mut named = gates.filter(|gate| gate["name"] == name);
        named.next().expect("the gate").clone()
    };
    let proof = gate("no-deprecated-imports");
    assert_eq!(proof["before"]["outcome"], "failed");
    assert_eq!(proof["before"]["met"], true);
    assert_eq!(proof["after"]["outcome"], "passed");
    let golden = gate("golden-path");
    for phase in ["before", "after"] {
        assert_eq!(golden[phase]["outcome"], "passed");
        assert_eq!(golden[phase]["counts"]["passed"], 23);
        assert!(golden[phase]["millis"].is_u64());
    }
    // Before, once a batch, after: and it passed in every batch, or it would have been asked again.
    assert_eq!(
        golden["asked"],
        2 + status["migration"]["batches"].as_u64().expect("batches")
    );

    let migrated = sources(dir);
    repoint(dir, &["migrate", "--abort"], 0);
    assert!(sources(dir) == sources(&original()), "it is not as it was");
    repoint(dir, &["migrate"], 0);
    assert!(sources(dir) == migrated, "it is migrated in another way");
}

#[test]
fn a_test_that_patches_and_what_it_patches_never_straddle_batches() {
    let sample = copy();
    let dir = sample.path();
    let config = fs::read_to_string(dir.join("repoint.toml")).expect("readable");
    let config = config.replace("priority = [", "batch = 1\npriority = [");
    fs::write(dir.join("repoint.toml"), config).expect("written");
    // One file a batch where that is possible: the golden path passes in each.
    repoint(dir, &["migrate"], 0);
    let status = status(dir);
    assert_eq!(status["files"].as_array().map(Vec::len), Some(0));
    let batches = status["migration"]["batches"].as_u64().expect("batches");
    let files = status["migration"]["files"].as_u64().expect("files");
    assert!(batches < files, "no unit has several files");

    // Divided by hand it fails: the test replaces what the code no longer looks up.
    let divided = copy();
    let dir = divided.path();
    repoint(dir, &["apply", "tests/golden/test_patches.py"], 0);
    assert!(!unittest(dir, &[], GOLDEN_PATH).status.success());
}

/// A line without its durations, which differ each time.
fn without_times(line: &str) -> String {
    let is_time = |word: &str| {
        let word = word.trim_end_matches(';');
        word.strip_suffix('s')
            .is_some_and(|number| number.parse::<f64>().is_ok())
    };
    let words = line
        .split(' ')
        .map(|word| if is_time(word) { "TIME" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

//! Tests of `driver`, with the line-based language of `fake_language`.

use super::*;
use crate::engine::fake_language::{FakeLanguage, table};
use crate::engine::report::Summary;
use crate::finding::Code;
use crate::lang::registry;

struct Tree {
    folder: tempfile::TempDir,
    files: Vec<Candidate>,
}

fn tree(files: &[(&str, &[u8])]) -> Tree {
    let folder = tempfile::tempdir().expect("a folder");
    let mut paths = Vec::new();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::write(&path, content).expect("written");
        paths.push(path);
    }
    paths.sort();
    let candidate = |path: PathBuf| Candidate {
        real: path.clone(),
        path,
        size: 0,
    };
    Tree {
        folder,
        files: paths.into_iter().map(candidate).collect(),
    }
}

fn run(tree: &Tree, threads: usize) -> Vec<FileReport> {
    let tables = [table(&[
        ("old::Foo", "new::Bar"),
        ("old", "new"),
        ("wide", "ж"),
    ])];
    let project = Project::at(tree.folder.path().to_owned());
    let options = RewriteOptions::default();
    let base = tree.folder.path().to_owned();
    let engine = Engine::open(&[&FakeLanguage], &tables, &project, &options, base);
    let mut reports = Vec::new();
    let walk = WalkOptions {
        threads,
        ..WalkOptions::default()
    };
    engine
        .run(&tree.files, &walk, |report| {
            reports.push(report);
            ControlFlow::Continue(())
        })
        .expect("started");
    reports
}

fn only(text: &[u8]) -> FileReport {
    run(&tree(&[("a.toy", text)]), 1).remove(0)
}

#[track_caller]
fn fails(text: &[u8], words: &str) {
    let report = only(text);
    let message = report.failure.expect("fails").message;
    assert!(message.contains(words), "{message}");
    assert!(report.rewritten.is_none() && report.plan.edits.is_empty());
}

#[test]
fn a_file_is_rewritten_and_verified() {
    let report = only(b"use old::Foo;\nold::Foo::x\n");
    assert_eq!(
        report.rewritten.as_deref(),
        Some(&b"use new::Bar as Foo;\nnew::Bar::x\n"[..])
    );
    assert_eq!(report.failure, None);
    assert_eq!(report.display, Path::new("a.toy"));
}

#[test]
fn a_file_without_edits_has_no_second_text() {
    assert_eq!(only(b"use other::Foo;\n").rewritten, None);
}

#[test]
fn what_cannot_be_read_or_verified_is_a_failure_and_stays() {
    fails(b"use old::Foo;\n?\n", "expected toy");
    fails(b"\xff\n", "is not UTF-8: byte 0xff at offset 0, line 1");
    fails(b"panic\n", "repoint failed on this file: toy panic (");
    fails(b"grow\n", "a second run would edit line 1");
    fails(
        b"~latin-1\nonce\n",
        "would be read in utf-8 and not in iso8859-1",
    );
}

#[test]
fn bytes_outside_of_edits_stay_in_any_encoding() {
    let report = only(b"~latin-1\ndef \xe9\nold::Foo::\xff\n");
    assert_eq!(report.failure, None);
    let range = &report.plan.references[0].range;
    assert_eq!(report.source.text()[range.clone()], *"old::Foo::ÿ");
    assert_eq!(report.source.byte_range(range), 15..26);
    let new = b"~latin-1\ndef \xe9\nnew::Bar::\xff\n";
    assert_eq!(report.rewritten.as_deref(), Some(&new[..]));
}

#[test]
fn what_the_encoding_does_not_have_leaves_the_file_with_a_finding() {
    let bytes = b"~latin-1\nold::Foo\nwide::X\n";
    let report = only(bytes);
    assert_eq!((report.failure.as_ref(), &report.rewritten), (None, &None));
    assert_eq!(report.source.bytes(), bytes);
    let [first, second] = &report.plan.findings[..] else {
        panic!("{:?}", report.plan.findings);
    };
    assert_eq!((first.code, first.range.start), (Code::Encoding, 9));
    assert_eq!((second.code, second.range.start), (Code::Encoding, 18));
    assert!(report.plan.references.iter().all(|r| !r.rewritten));
}

#[test]
fn references_of_a_failed_file_count_as_left() {
    let report = only(b"use old::Foo;\ngrow\n");
    assert!(report.failure.is_some());
    let mut summary = Summary::default();
    summary.count(&report);
    assert_eq!((summary.left, summary.failed, summary.changed), (1, 1, 0));
}

#[test]
fn deep_recursion_fits_the_stack() {
    assert_eq!(only(b"deep 20000\n").failure, None);
}

#[test]
fn reports_come_in_order_whatever_the_threads() {
    let names: Vec<String> = (0..300).map(|i| format!("{i:03}.toy")).collect();
    let files: Vec<_> = names
        .iter()
        .map(|name| (name.as_str(), &b"use old::Foo;\n"[..]))
        .collect();
    let tree = tree(&files);
    for threads in [1, 3] {
        let order: Vec<_> = run(&tree, threads).into_iter().map(|r| r.path).collect();
        assert!(order.iter().eq(tree.files.iter().map(|file| &file.path)));
    }
}

#[test]
fn a_sink_that_breaks_ends_the_run() {
    let tree = tree(&[("a.toy", b"x\n"), ("b.toy", b"x\n")]);
    let tables = [table(&[("old", "new")])];
    let project = Project::at(tree.folder.path().to_owned());
    let options = RewriteOptions::default();
    let engine = Engine::open(
        &[&FakeLanguage],
        &tables,
        &project,
        &options,
        PathBuf::new(),
    );
    let mut seen = 0;
    engine
        .run(&tree.files, &WalkOptions::default(), |_| {
            seen += 1;
            ControlFlow::Break(())
        })
        .expect("started");
    assert_eq!(seen, 1);
}

#[test]
fn a_language_is_told_once_of_its_own_files_ahead() {
    let told = |names: &[&str]| {
        let files: Vec<_> = names.iter().map(|name| (*name, &b"x\n"[..])).collect();
        let tree = tree(&files);
        let tables = [table(&[("old", "new")])];
        let project = Project::at(tree.folder.path().to_owned());
        let options = RewriteOptions::default();
        let is_idle = |it: &&&dyn Language| it.is_source(Path::new("c.py"), &options);
        let idle = registry().iter().find(is_idle).expect("Python");
        let languages: [&dyn Language; 2] = [&FakeLanguage, *idle];
        let engine = Engine::open(&languages, &tables, &project, &options, PathBuf::new());
        let ahead: Vec<_> = tree
            .files
            .iter()
            .map(|file| Ahead {
                file: &file.path,
                bytes: None,
            })
            .collect();
        engine
            .survey(&ahead, &WalkOptions::default())
            .expect("started");
        engine.remarks()
    };
    assert_eq!(told(&["b.toy", "a.toy", "c.py"]), ["a.toy b.toy"]);
    assert_eq!(told(&["c.py"]), [""; 0]);
    assert_eq!(told(&[]), [""; 0]);
    assert_eq!(told(&["boom.toy"]), [""; 0]);
}

#[test]
fn a_file_of_no_language_goes_to_the_only_one_at_work() {
    let tree = tree(&[("script", b"use old::Foo;\n")]);
    assert!(run(&tree, 1)[0].rewritten.is_some());
}

//! Tests of `settled`, with the line-based language of `engine::toy`: it attempts files whose name starts
//! with `ahead`, and counts how often it is asked to analyze a text.

use std::path::Path;

use super::*;
use crate::engine::Engine;
use crate::engine::fake_language::{FakeLanguage, table};
use crate::lang::RewriteOptions;
use crate::project::{Project, WalkOptions};

/// Surveys the tree of one file, lets `between` happen, and gives how often a text was analyzed in the run, and
/// the report.
fn surveyed(
    name: &str,
    text: &[u8],
    between: impl FnOnce(&Path),
) -> (usize, crate::engine::FileReport) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, text).expect("written");
    let tables = [table(&[("old", "new")])];
    let project = Project::at(folder.path().to_owned());
    let options = RewriteOptions::default();
    let engine = Engine::open(
        &[&FakeLanguage],
        &tables,
        &project,
        &options,
        PathBuf::new(),
    );
    let analyzed = || {
        let remarks = engine.remarks();
        let count = remarks
            .iter()
            .find_map(|said| said.strip_prefix("analyzed "));
        count.map_or(0, |count| count.parse().expect("a number"))
    };
    let ahead = Ahead {
        file: &path,
        bytes: None,
    };
    engine
        .survey(&[ahead], &WalkOptions::default())
        .expect("started");
    let before: usize = analyzed();
    between(&path);
    let bytes = std::fs::read(&path).expect("read");
    let report = engine.bytes(&path, bytes).expect("started");
    (analyzed() - before, report)
}

#[test]
fn a_plan_that_stands_is_not_made_again() {
    let (again, report) = surveyed("ahead.toy", b"use old::A;\n", |_| ());
    assert_eq!(again, 0);
    assert_eq!(report.rewritten.as_deref(), Some(&b"use new::A;\n"[..]));
    assert!(report.failure.is_none() && report.plan.edits.as_slice().len() == 1);
    let (again, report) = surveyed("ahead.toy", b"use other::A;\n", |_| ());
    assert_eq!((again, report.rewritten), (0, None));
}

#[test]
fn a_failure_stands_too() {
    let (again, report) = surveyed("ahead.toy", b"? nonsense\n", |_| ());
    assert_eq!(again, 0);
    assert!(
        report
            .failure
            .is_some_and(|it| it.message == "expected toy")
    );
    let (again, report) = surveyed("ahead.toy", b"grow\n", |_| ());
    assert_eq!(again, 0);
    let failure = report.failure.expect("fails");
    assert!(
        failure.message.contains("failed verification"),
        "{}",
        failure.message
    );
    assert!(report.plan.edits.is_empty());
}

#[test]
fn what_may_have_changed_is_planned_again() {
    let (again, _) = surveyed("ahead-doubted.toy", b"use old::A;\n", |_| ());
    assert_eq!(again, 2);
    let edited = |path: &Path| std::fs::write(path, b"use old::B;\n").expect("written");
    let (again, report) = surveyed("ahead.toy", b"use old::A;\n", edited);
    assert_eq!(again, 2);
    assert_eq!(report.rewritten.as_deref(), Some(&b"use new::B;\n"[..]));
    let (again, report) = surveyed("ahead.toy", b"panic\n", |_| ());
    assert_eq!(again, 1);
    assert!(report.failure.is_some());
}

#[test]
fn no_more_is_kept_than_there_is_room_for() {
    let settled = Settled::default();
    let source = Source::of_text("text".to_owned());
    let outcome = || {
        Ok(Settling {
            plan: Plan::default(),
            rewrites: false,
        })
    };
    let keep = |name: &str| settled.keep(Path::new(name), &source, outcome());
    keep("a");
    let one = settled.kept().bytes;
    assert!(one > 0);
    settled.kept().bytes = MOST - one - 1;
    keep("b");
    keep("c");
    assert_eq!(settled.kept().outcomes.len(), 2);
}

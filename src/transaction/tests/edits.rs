//! Somebody changes the tree at every call.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::hook::{Hooked, Unflushed, Verdict};
use super::sample::{Sample, Side, Snapshot, Told, is_temporary};

const FILE: &str = "project/a/mode.rs";

/// A tree with only the files that a change did not touch.
fn without(mut found: Snapshot, touched: &str) -> Snapshot {
    found.retain(|path, _| !path.starts_with(touched) && !is_temporary(path));
    found
}

/// Runs an apply with `edit` before call `at` of the writing. Gives what was said, whether there was
/// such a call, and what it was.
fn run(sample: &Sample, at: usize, edit: impl Fn() + Sync) -> (Told, bool, String) {
    let planned = AtomicUsize::new(usize::MAX);
    let number = AtomicUsize::new(0);
    let disk = Hooked::new(&Unflushed, |call, _| {
        number.store(call + 1, Ordering::Relaxed);
        if Some(at) == call.checked_sub(planned.load(Ordering::Relaxed)) {
            edit();
        }
        Verdict::Go
    });
    let told = sample.write_with(&disk, Side::New, || {
        planned.store(number.load(Ordering::Relaxed), Ordering::Relaxed);
    });
    let calls = disk.calls();
    let call = calls.get(at + planned.load(Ordering::Relaxed));
    (told, call.is_some(), format!("{at} {call:?}"))
}

/// The rest of the tree is as it was, or as it should be, and what was said of the file is true.
fn judge(sample: &Sample, told: &Told, touched: &str, file: &Path, context: &str) {
    let journal = sample.journal(&Unflushed);
    let lock = journal.lock("test").expect(context);
    sample.orderly(&journal, &lock, context);
    let found = sample.snapshot();
    assert!(
        !found.keys().any(|path| is_temporary(path)),
        "{context}: {:?}",
        found.keys()
    );
    let side = match told {
        Told::Old { refused } => {
            assert_eq!(refused, &[file], "{context}");
            Side::Old
        }
        Told::New { left } => {
            assert!(left.is_empty() || left == &[file], "{context}: {left:?}");
            Side::New
        }
        Told::Open => panic!("{context}: not finished"),
    };
    let expected = sample.expected(side, side == Side::New);
    assert_eq!(
        without(found, touched),
        without(expected, touched),
        "{context}"
    );
}

#[test]
fn a_file_that_is_edited_between_planning_and_writing_stops_all_of_it() {
    let sample = Sample::new();
    let file = sample.at(FILE);
    let told = sample.write_with(&Unflushed, Side::New, || {
        fs::write(&file, "edited").expect("an edit");
    });
    let refused = vec![file.clone()];
    assert_eq!(told, Told::Old { refused });
    judge(&sample, &told, FILE, &file, "");
    assert_eq!(fs::read(&file).expect("it is there"), b"edited");
}

/// How often each end was reached.
#[derive(Debug, Default)]
struct Ends {
    refused: usize,
    left: usize,
    later: usize,
    overtaken: usize,
}

/// The one moment in which an edit is overtaken lies between the last look at a file and its
/// rename: no call of a file system does both.
#[test]
fn an_edit_is_kept_whenever_it_comes() {
    let mut ends = Ends::default();
    for at in 0.. {
        let sample = Sample::new();
        let file = sample.at(FILE);
        let (told, reached, context) = run(&sample, at, || {
            fs::write(&file, "edited").expect("an edit");
        });
        if !reached {
            break;
        }
        judge(&sample, &told, FILE, &file, &context);
        let kept = fs::read(&file).expect("it is there") == b"edited";
        match &told {
            Told::Old { .. } => ends.refused += 1,
            Told::New { left } if !left.is_empty() => ends.left += 1,
            Told::New { .. } if kept => ends.later += 1,
            _ => {
                ends.overtaken += 1;
                assert!(
                    context.contains("rename") && context.contains(FILE),
                    "{context}"
                );
                continue;
            }
        }
        assert!(kept, "{context}: {told:?}");
    }
    println!("{ends:?}");
    assert!(
        ends.refused > 30 && ends.left > 1 && ends.later > 5,
        "{ends:?}"
    );
    assert_eq!(ends.overtaken, 1);
}

#[test]
fn a_file_that_is_deleted_stays_so() {
    let (mut refused, mut left) = (0, 0);
    for at in 0.. {
        let sample = Sample::new();
        let file = sample.at(FILE);
        let (told, reached, context) = run(&sample, at, || {
            fs::remove_file(&file).expect("it is there");
        });
        if !reached {
            break;
        }
        judge(&sample, &told, FILE, &file, &context);
        match told {
            Told::Old { .. } => refused += 1,
            Told::New { left: ref these } if !these.is_empty() => left += 1,
            _ if context.contains("rename") && file.exists() => {}
            _ => assert!(!file.exists(), "{context}: {told:?}"),
        }
    }
    assert!(refused > 30 && left > 1, "{refused} {left}");
}

/// What a folder becomes under the transaction's feet.
#[derive(Clone, Copy, Debug)]
enum Swap {
    /// A link to another one, with files of the same names.
    Link,
    /// A file.
    File,
    /// It is gone.
    Gone,
}

fn swap(sample: &Sample, swap: Swap) {
    let folder = sample.at("project/a");
    fs::rename(&folder, sample.at("aside")).expect("it is there");
    match swap {
        Swap::Link => symlink(sample.at("foreign"), &folder).expect("a link"),
        Swap::File => fs::write(&folder, "a file").expect("a file"),
        Swap::Gone => {}
    }
}

/// Files of the same names and contents, which are not to be touched.
fn foreign(sample: &Sample) -> Snapshot {
    let folder = sample.at("foreign");
    for entry in walkdir::WalkDir::new(sample.at("project/a")) {
        let entry = entry.expect("it can be walked");
        let below = entry
            .path()
            .strip_prefix(sample.at("project/a"))
            .expect("below");
        let copy = folder.join(below);
        if entry.file_type().is_dir() {
            fs::create_dir(&copy).expect("a folder");
        } else {
            fs::copy(entry.path(), &copy).expect("a copy");
        }
    }
    only(sample, "foreign")
}

fn only(sample: &Sample, folder: &str) -> Snapshot {
    let mut found = sample.snapshot();
    found.retain(|path, _| path.starts_with(folder));
    found
}

/// Nothing is written behind the link, and the rest is whole.
#[test]
fn a_folder_that_is_swapped_is_left() {
    let mut moments = 0;
    for kind in [Swap::Link, Swap::File, Swap::Gone] {
        for at in 0.. {
            let sample = Sample::new();
            let before = foreign(&sample);
            let (told, reached, context) = run(&sample, at, || swap(&sample, kind));
            let context = format!("{kind:?} {context}: {told:?}");
            assert_eq!(only(&sample, "foreign"), before, "{context}");
            // Temporary files that were in the folder are where the folder is now.
            let journal = sample.journal(&Unflushed);
            let lock = journal.lock("test").expect(&context);
            journal.recover(&lock).expect(&context);
            sample.orderly(&journal, &lock, &context);
            assert_eq!(only(&sample, "foreign"), before, "{context}");
            let rest: Vec<PathBuf> = sample.snapshot().into_keys().collect();
            let stray = rest
                .iter()
                .find(|path| is_temporary(path) && !path.starts_with("aside"));
            assert_eq!(stray, None, "{context}");
            if !reached {
                break;
            }
            moments += 1;
        }
    }
    println!("{moments} moments");
    assert!(moments > 100, "{moments}");
}

/// The same while it is recovered.
#[test]
fn a_folder_that_is_swapped_before_or_in_recovery_is_left() {
    for kind in [Swap::Link, Swap::File, Swap::Gone] {
        for at in 0.. {
            let sample = Sample::new();
            let before = foreign(&sample);
            let renamed = Hooked::new(&Unflushed, |_, call| {
                if call.what == "rename" && call.path.extension() == Some("rs".as_ref()) {
                    Verdict::Fail(std::io::ErrorKind::Other)
                } else {
                    Verdict::Go
                }
            });
            assert_eq!(sample.write(&renamed, Side::New), Told::Open);
            let stages = sample
                .snapshot()
                .into_keys()
                .filter(|path| is_temporary(path));
            for stage in stages.collect::<Vec<_>>() {
                fs::remove_file(sample.base().join(stage)).expect("it is there");
            }
            let disk = Hooked::new(&Unflushed, |number, _| {
                if number == at {
                    swap(&sample, kind);
                }
                Verdict::Go
            });
            let journal = sample.journal(&disk);
            let lock = journal.lock("test").expect("the lock");
            let recovered = journal.recover(&lock);
            let calls = disk.calls();
            let context = format!("{kind:?} {at} {:?}: {recovered:?}", calls.get(at));
            assert_eq!(only(&sample, "foreign"), before, "{context}");
            journal.recover(&lock).expect(&context);
            sample.orderly(&journal, &lock, &context);
            assert_eq!(only(&sample, "foreign"), before, "{context}");
            if at >= calls.len() {
                break;
            }
        }
    }
}

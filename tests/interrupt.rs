//! Ctrl-C during an `apply`: the tree is as it was and nothing is left to clear away, or all is
//! written.
//!
//! A plain `cargo test` sends each signal as soon as the journal begins; `.ci/run` sends them at other
//! instants too: `cargo test --test interrupt -- --ignored`.
#![cfg(unix)]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

const FILES: usize = 600;
const SIGNALS: [Signal; 2] = [Signal::INT, Signal::TERM];
const OLD: &str = "use old::a::Foo;\n";
const NEW: &str = "use new::a::Foo;\n";

fn lay_out(root: &Path) {
    for i in 0..FILES {
        fs::write(root.join(format!("m{i}.rs")), OLD).expect("written");
    }
}

/// How many files are new; any that is neither old nor new is an error.
fn new_files(root: &Path) -> usize {
    let texts = (0..FILES).map(|i| fs::read_to_string(root.join(format!("m{i}.rs"))));
    texts
        .map(|text| text.expect("readable"))
        .filter(|text| match text.as_str() {
            NEW => true,
            OLD => false,
            other => panic!("{other}"),
        })
        .count()
}

/// Starts an `apply`, waits for `sign` in the journal and a moment more, and sends the signal.
/// Returns whether it ended by that signal.
fn interrupted(root: &Path, sign: &str, moment: Duration, signal: Signal) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_repoint"))
        .args(["apply", "-q", "--move", "old::a::Foo=new::a::Foo"])
        .current_dir(root)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let sign = root.join(".repoint/journal").join(sign);
    let start = Instant::now();
    while !sign.exists() && child.try_wait().expect("known").is_none() {
        assert!(start.elapsed() < Duration::from_secs(60), "it hangs");
    }
    std::thread::sleep(moment);
    let pid = Pid::from_child(&child);
    // It may have ended by itself.
    let _ = kill_process(pid, signal);
    let status = child.wait().expect("known");
    match (status.signal(), status.code()) {
        (Some(by), _) if by == signal.as_raw() => true,
        (None, Some(0)) => false,
        other => panic!("it ended otherwise: {other:?}"),
    }
}

/// Whether a signal, a moment after the journal has begun, ended an `apply`.
fn clears_away_or_comes_too_late(moment: Duration, signal: Signal) -> bool {
    let folder = tempfile::tempdir().expect("a folder");
    lay_out(folder.path());
    let by_signal = interrupted(folder.path(), "1.pack", moment, signal);
    let expected = if by_signal { 0 } else { FILES };
    assert_eq!(new_files(folder.path()), expected, "after {moment:?}");
    let journal = fs::read_dir(folder.path().join(".repoint/journal")).expect("there");
    let journal = journal.map(|entry| entry.expect("entry").file_name());
    let mut journal: Vec<_> = journal.map(|n| n.to_string_lossy().into_owned()).collect();
    journal.sort();
    let left: &[&str] = if by_signal {
        &[]
    } else {
        &["1.done", "1.pack"]
    };
    assert_eq!(journal, left, "after {moment:?}");
    let files = fs::read_dir(folder.path()).expect("there").count();
    assert_eq!(files, FILES + 1, "stray files after {moment:?}");
    by_signal
}

#[test]
fn a_signal_at_once_clears_away_or_comes_too_late() {
    for signal in SIGNALS {
        clears_away_or_comes_too_late(Duration::ZERO, signal);
    }
}

#[test]
#[ignore = "sends signals at instants of a clock; .ci/run runs it"]
fn a_signal_clears_away_or_comes_too_late() {
    let mut cleared = 0;
    for (round, signal) in SIGNALS.repeat(6).into_iter().enumerate() {
        let moment = Duration::from_millis(5 * round as u64);
        cleared += usize::from(clears_away_or_comes_too_late(moment, signal));
    }
    assert!(cleared > 0, "no signal came in time");
}

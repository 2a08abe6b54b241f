//! From how a run ended to what it was worth. Pure: what was expected, what was seen, and an outcome.
//!
//! The two expectations are not each other's opposite. Where a gate must pass, whatever does not pass
//! has failed: an import error is what a wrong rewrite looks like. Where it must fail, only tests that
//! ran and failed prove anything: an import error is a gate that could not be asked.

use std::sync::LazyLock;

use regex::Regex;

use super::counts::Counts;
use super::process::End;
use super::runners::{RUNNERS, Runner, WRAPPERS};
use super::{Command, Expectation, Outcome, Phase};

/// What was seen of one run.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    /// What was run.
    pub command: &'a Command,
    /// How it ended.
    pub end: &'a End,
    /// How many tests passed and failed, as far as that is known.
    pub counts: Option<Counts>,
    /// Names of the runners that said so.
    pub runners: &'a [String],
    /// Whether `expect-output` was found; `None` if there is none.
    pub found: Option<bool>,
}

/// How many tests must pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Least {
    /// So many passed in `before`.
    Passed(u64),
    /// One.
    One,
}

impl Least {
    /// For a phase, from the counts of `before`. Only `during` compares: a skip hides a broken import.
    pub fn of(phase: Phase, before: Option<Counts>, allow_fewer: bool) -> Self {
        match before.and_then(|counts| counts.passed) {
            Some(passed) if phase == Phase::During && !allow_fewer => Self::Passed(passed),
            _ => Self::One,
        }
    }
}

/// The outcome of a run of which something is expected.
pub fn outcome(expectation: Expectation, seen: &Seen<'_>, least: Least) -> Outcome {
    match seen.end {
        End::NotStarted(_) | End::Stopped => return Outcome::Broken(seen.end.to_string()),
        End::Exited(status @ (126 | 127)) if matches!(seen.command, Command::Shell(_)) => {
            let what = if *status == 126 {
                "is not executable"
            } else {
                "is not found"
            };
            return Outcome::Broken(format!(
                "a command of the shell {what} (exit status {status})"
            ));
        }
        _ => {}
    }
    match expectation {
        Expectation::Fail => where_fail_is_expected(seen),
        Expectation::Pass | Expectation::Any => where_pass_is_expected(seen, least),
    }
}

fn where_pass_is_expected(seen: &Seen<'_>, least: Least) -> Outcome {
    if *seen.end != End::Exited(0) {
        return Outcome::Failed(with_counts(seen.end.to_string(), seen.counts));
    }
    let Some(counts) = seen.counts else {
        return Outcome::Passed;
    };
    if counts.any_ran() == Some(false) {
        return Outcome::Failed(no_test_ran(counts));
    }
    match (least, counts.passed) {
        (Least::Passed(least), Some(passed)) if passed < least => Outcome::Failed(format!(
            "{passed} tests passed, fewer than the {least} of before ({counts})"
        )),
        _ => Outcome::Passed,
    }
}

fn where_fail_is_expected(seen: &Seen<'_>) -> Outcome {
    let status = match seen.end {
        End::Exited(status) => *status,
        end => {
            return Outcome::Broken(format!(
                "{}, which is no test that fails",
                with_counts(end.to_string(), seen.counts)
            ));
        }
    };
    if status == 0 {
        return match seen.counts {
            Some(counts) if counts.any_ran() == Some(false) => Outcome::Broken(no_test_ran(counts)),
            _ => Outcome::Passed,
        };
    }
    let why = with_counts(seen.end.to_string(), seen.counts);
    if let Some(runner) = runner_of(seen.command, seen.runners) {
        if !runner.failed.contains(&status) {
            return Outcome::Broken(format!(
                "{why}: {} ends with {} if tests fail",
                runner.name, runner.failed[0]
            ));
        }
        if seen.counts.is_none() {
            return Outcome::Broken(format!(
                "{why}: {} did not say how many tests failed, so none may have run",
                runner.name
            ));
        }
    }
    if matches!(status, 126 | 127) && seen.counts.is_none() {
        return Outcome::Broken(format!("{why}: a command is not found or not executable"));
    }
    if let Some(counts) = seen.counts {
        if counts.errors.is_some_and(|errors| errors > 0) {
            return Outcome::Broken(format!("{why}: what could not be run proves nothing"));
        }
        if counts.failed.is_none_or(|failed| failed == 0) {
            return Outcome::Broken(format!("{why}: no test failed"));
        }
    }
    if seen.found == Some(false) {
        return Outcome::Broken(format!(
            "{why}: the output has no match of expect-output, so it failed for another reason"
        ));
    }
    Outcome::Failed(why)
}

/// What a person should know where status and counts do not go together.
pub(super) fn doubt(end: &End, counts: Option<Counts>) -> Option<String> {
    let counts = counts?;
    let is_bad = counts.failed > Some(0) || counts.errors > Some(0);
    (*end == End::Exited(0) && is_bad).then(|| {
        format!(
            "it ends with 0 although its runner says {counts}: a pipe, or a command that follows, hides \
             the status"
        )
    })
}

fn with_counts(end: String, counts: Option<Counts>) -> String {
    match counts {
        Some(counts) => format!("{end}, {counts}"),
        None => end,
    }
}

fn no_test_ran(counts: Counts) -> String {
    match counts.skipped {
        Some(skipped @ 1..) => format!("no test ran: {skipped} skipped"),
        _ => "no test ran".to_owned(),
    }
}

/// The runner whose exit status a command ends with: the one that it names. One that is only heard may
/// have been started by something with statuses of its own.
fn runner_of(command: &Command, heard: &[String]) -> Option<&'static Runner> {
    static COMMANDS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
        RUNNERS
            .iter()
            .map(|runner| {
                let pattern = format!(r"(?:^|[\s/;&|(])(?:{})(?:$|[\s;&|)])", runner.command);
                Regex::new(&pattern).expect("a pattern of the table")
            })
            .collect()
    });
    let line = match command {
        Command::Argv(words) => words.join(" "),
        Command::Shell(line) => line.clone(),
    };
    let first = line.split_whitespace().next().unwrap_or_default();
    let first = first.rsplit('/').next().unwrap_or_default();
    if WRAPPERS.contains(&first) {
        return None;
    }
    let mut named = RUNNERS
        .iter()
        .zip(COMMANDS.iter())
        .filter(|(_, pattern)| pattern.is_match(&line))
        .map(|(runner, _)| runner);
    let runner = named.next()?;
    // Of `cargo nextest run` and of several in one line, it is the one that was heard.
    let heard = |runner: &&Runner| heard.iter().any(|name| name == runner.name);
    match named.next() {
        None => Some(runner),
        Some(second) => [runner, second].into_iter().chain(named).find(heard),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(passed: u64, failed: u64, errors: u64, skipped: u64) -> Option<Counts> {
        Some(Counts {
            passed: Some(passed),
            failed: Some(failed),
            errors: Some(errors),
            skipped: Some(skipped),
        })
    }

    /// The outcomes where pass and where fail is expected, without their reasons.
    fn both(line: &str, end: &End, counts: Option<Counts>, runner: &str) -> (char, char) {
        let command = Command::Argv(line.split(' ').map(str::to_owned).collect());
        let runners = if runner.is_empty() {
            Vec::new()
        } else {
            vec![runner.to_owned()]
        };
        let seen = Seen {
            command: &command,
            end,
            counts,
            runners: &runners,
            found: None,
        };
        let of = |expectation| match outcome(expectation, &seen, Least::One) {
            Outcome::Passed => 'p',
            Outcome::Failed(_) => 'f',
            Outcome::Broken(_) => 'b',
        };
        assert_eq!(of(Expectation::Pass), of(Expectation::Any));
        (of(Expectation::Pass), of(Expectation::Fail))
    }

    #[test]
    fn a_run_is_worth_what_was_asked_of_it() {
        let exit = End::Exited;
        let rows = [
            // Without counts the status decides.
            ("./check.sh", exit(0), None, "", ('p', 'p')),
            ("./check.sh", exit(1), None, "", ('f', 'f')),
            ("./check.sh", exit(127), None, "", ('f', 'b')),
            ("./check.sh", End::Killed(9), None, "", ('f', 'b')),
            ("./check.sh", End::TimedOut(10), None, "", ('f', 'b')),
            ("./check.sh", End::Stopped, None, "", ('b', 'b')),
            (
                "./check.sh",
                End::NotStarted(String::new()),
                None,
                "",
                ('b', 'b'),
            ),
            // Counts do, where they are known.
            ("pytest", exit(0), counts(1, 0, 0, 9), "pytest", ('p', 'p')),
            ("pytest", exit(0), counts(0, 0, 0, 9), "pytest", ('f', 'b')),
            ("pytest", exit(5), counts(0, 0, 0, 0), "pytest", ('f', 'b')),
            ("pytest", exit(1), counts(3, 1, 0, 0), "pytest", ('f', 'f')),
            ("pytest", exit(1), counts(3, 1, 1, 0), "pytest", ('f', 'b')),
            ("pytest", exit(2), counts(0, 0, 1, 0), "pytest", ('f', 'b')),
            ("pytest", exit(2), counts(3, 1, 0, 0), "pytest", ('f', 'b')),
            ("pytest", exit(4), None, "", ('f', 'b')),
            ("pytest", exit(1), None, "", ('f', 'b')),
            (
                "python3 -m unittest",
                exit(1),
                counts(0, 1, 0, 0),
                "unittest",
                ('f', 'f'),
            ),
            (
                "python3 -m unittest",
                exit(1),
                counts(0, 0, 1, 0),
                "unittest",
                ('f', 'b'),
            ),
            // A compile error, a target that is not there, and a test that fails: all 101.
            (
                "cargo test",
                exit(101),
                Some(Counts {
                    errors: Some(1),
                    ..Counts::default()
                }),
                "cargo test",
                ('f', 'b'),
            ),
            ("cargo test", exit(101), None, "", ('f', 'b')),
            ("cargo +nightly test -p a", exit(101), None, "", ('f', 'b')),
            (
                "cargo test",
                exit(101),
                counts(5, 1, 0, 0),
                "cargo test",
                ('f', 'f'),
            ),
            (
                "cargo nextest run",
                exit(100),
                counts(5, 1, 0, 0),
                "nextest",
                ('f', 'f'),
            ),
            ("cargo nextest run", exit(101), None, "", ('f', 'b')),
            // What is not known for sure of go's counts does not hinder.
            (
                "go test ./...",
                exit(1),
                Some(Counts {
                    failed: Some(1),
                    ..Counts::default()
                }),
                "go test",
                ('f', 'f'),
            ),
            (
                "go test ./...",
                exit(0),
                Some(Counts {
                    failed: Some(0),
                    ..Counts::default()
                }),
                "go test",
                ('p', 'p'),
            ),
            (
                "go test ./...",
                exit(1),
                Some(Counts {
                    failed: Some(0),
                    ..Counts::default()
                }),
                "go test",
                ('f', 'b'),
            ),
            // Who runs a runner has a status of its own.
            (
                "make pytest",
                exit(2),
                counts(3, 1, 0, 0),
                "pytest",
                ('f', 'f'),
            ),
            (
                "/usr/bin/make test",
                exit(2),
                counts(3, 1, 0, 0),
                "pytest",
                ('f', 'f'),
            ),
            (
                "./run-tests",
                exit(3),
                counts(3, 1, 0, 0),
                "pytest",
                ('f', 'f'),
            ),
            (
                "make test",
                exit(2),
                counts(3, 0, 1, 0),
                "pytest",
                ('f', 'b'),
            ),
            // A word that only looks like a runner is none.
            (
                "./check --with-pytest-plugin",
                exit(3),
                None,
                "",
                ('f', 'f'),
            ),
            ("cat tests/pytest.ini", exit(1), None, "", ('f', 'f')),
        ];
        for (line, end, counts, runner, expected) in rows {
            let is = both(line, &end, counts, runner);
            assert_eq!(is, expected, "{line}: {end:?} {counts:?}");
        }
    }

    #[test]
    fn the_shell_says_what_it_does_not_find() {
        let command = Command::Shell("nothing-here".to_owned());
        let seen = |end| {
            let seen = Seen {
                command: &command,
                end,
                counts: None,
                runners: &[],
                found: None,
            };
            outcome(Expectation::Pass, &seen, Least::One)
        };
        assert!(matches!(seen(&End::Exited(127)), Outcome::Broken(_)));
        assert!(matches!(seen(&End::Exited(126)), Outcome::Broken(_)));
        assert!(matches!(seen(&End::Exited(125)), Outcome::Failed(_)));
    }

    #[test]
    fn only_during_compares_with_before() {
        let before = counts(7, 0, 0, 0);
        assert_eq!(Least::of(Phase::During, before, false), Least::Passed(7));
        assert_eq!(Least::of(Phase::During, before, true), Least::One);
        assert_eq!(Least::of(Phase::During, None, false), Least::One);
        assert_eq!(Least::of(Phase::After, before, false), Least::One);
        assert_eq!(Least::of(Phase::Before, before, false), Least::One);
    }

    #[test]
    fn status_zero_beside_failures_is_a_doubt() {
        assert!(doubt(&End::Exited(0), counts(1, 1, 0, 0)).is_some());
        assert!(doubt(&End::Exited(0), counts(1, 0, 0, 1)).is_none());
        assert!(doubt(&End::Exited(1), counts(1, 1, 0, 0)).is_none());
        assert!(doubt(&End::Exited(0), None).is_none());
    }
}

//! A gate is asked: its needs, its runs, again if it failed, and what came of it.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use super::counts::Counts;
use super::junit;
use super::needs;
use super::outcome::{Least, Seen, doubt, outcome};
use super::process::{self, End, Watch};
use super::scan;
use super::{Gate, Outcome, Phase, is_met};
use crate::text::shown;

/// How long a gate may take of which no run is recorded and that says nothing itself. A hung one
/// must end some time, in a nightly build too; a suite of tests that needs more says so.
pub const FIRST_LIMIT: Duration = Duration::from_secs(60 * 60);

/// How many times its run of `before` a gate may take ...
pub const TIMES: u32 = 5;

/// ... and how long it may take at least: machines are slow at times.
pub const LEAST_LIMIT: Duration = Duration::from_secs(60);

/// By how much a gate must be slower in all, whatever its share: below that it is chance.
pub const LEAST_SLOWDOWN: Duration = Duration::from_secs(1);

/// Lines of the end of the output that are kept.
const LAST_LINES: usize = 40;

/// What is recorded of the run of `before`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Past {
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// How many tests passed and failed.
    pub counts: Option<Counts>,
}

/// With what a gate is asked.
pub struct Context<'a> {
    /// The log of the first run; that of the second one ends in `.2.log`, and so on.
    pub log: &'a Path,
    /// Its run of `before`, if there is a record.
    pub before: Option<Past>,
    /// Once it is set, the gate is ended and not asked again.
    pub stop: &'a AtomicBool,
    /// Who looks on.
    pub watch: &'a mut dyn Watch,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Run {
    /// How it ended.
    #[serde(flatten)]
    pub end: End,
    /// What it was worth.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// How many tests passed and failed; `None` if no runner said so.
    pub counts: Option<Counts>,
    /// Who said so: names of runners, or `junit`.
    pub runners: Vec<String>,
    /// Whether `expect-output` was found in what it printed; `None` if there is none.
    pub found: Option<bool>,
    /// The name of the file that holds what it printed.
    pub log: String,
    /// What a person should know of the run, a sentence each.
    pub notes: Vec<String>,
    /// The last lines of what it printed, safe to be shown. Not recorded: the log has them.
    #[serde(skip)]
    pub last_lines: Vec<String>,
}

/// What came of a gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Asked {
    /// Every run, the first one first; none if something that it needs is not there.
    pub runs: Vec<Run>,
    /// That of the last run.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// It failed, and then passed.
    pub flaky: bool,
}

impl Asked {
    /// The run that decided.
    pub fn last(&self) -> Option<&Run> {
        self.runs.last()
    }

    /// Whether it was stopped by who runs the program.
    pub fn was_stopped(&self) -> bool {
        self.last().is_some_and(|run| run.end == End::Stopped)
    }

    /// What later runs are measured by.
    pub fn past(&self) -> Option<Past> {
        self.last().map(|run| Past {
            millis: run.millis,
            counts: run.counts,
        })
    }
}

/// Asks a gate: once, and after a failure that was not expected as often again as its `retries` say.
pub fn ask(gate: &Gate, phase: Phase, context: Context<'_>) -> Asked {
    let Context {
        log,
        before,
        stop,
        watch,
    } = context;
    let missing = needs::missing(gate);
    if !missing.is_empty() {
        return Asked {
            runs: Vec::new(),
            outcome: Outcome::Broken(format!(
                "what it needs is not there: {}",
                missing.join("; ")
            )),
            flaky: false,
        };
    }
    let expectation = gate.expected.of(phase);
    let limit = limit(gate, before);
    let least = Least::of(phase, before.and_then(|past| past.counts), gate.allow_fewer);
    let mut runs: Vec<Run> = Vec::new();
    loop {
        let log = numbered(log, runs.len() + 1);
        let mut run = run(gate, limit, &log, stop, watch);
        let seen = Seen {
            command: &gate.command,
            end: &run.end,
            counts: run.counts,
            runners: &run.runners,
            found: run.found,
        };
        run.outcome = outcome(expectation, &seen, least);
        let outcome = run.outcome.clone();
        let failed = matches!(outcome, Outcome::Failed(_)) && !is_met(expectation, &outcome);
        let again = runs.len() < gate.retries as usize && !stop.load(Ordering::Relaxed);
        runs.push(run);
        if !(failed && again) {
            return Asked {
                flaky: runs.len() > 1 && outcome == Outcome::Passed,
                runs,
                outcome,
            };
        }
    }
}

/// How long a gate may take: what it says, else what follows from its run of `before`.
pub fn limit(gate: &Gate, before: Option<Past>) -> Duration {
    let derived = before.map(|past| Duration::from_millis(past.millis).saturating_mul(TIMES));
    gate.timeout
        .or(derived.map(|limit| limit.max(LEAST_LIMIT)))
        .unwrap_or(FIRST_LIMIT)
}

/// Whether a gate has become slower than `times` its duration of before, both the minimum of several
/// runs in milliseconds.
pub fn is_slower(before: u64, now: u64, times: f64) -> bool {
    let more = Duration::from_millis(now.saturating_sub(before));
    #[expect(clippy::cast_precision_loss, reason = "exact up to 285,000 years")]
    let slower = now as f64 > before as f64 * times;
    slower && more >= LEAST_SLOWDOWN
}

/// The name of a gate as the stem of a file: no two gates have the same, and none leaves its folder.
pub fn file_stem(name: &str) -> String {
    use std::fmt::Write as _;

    /// File systems allow 255 bytes, and something is put before and behind it.
    const LONGEST: usize = 150;

    let mut stem = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => stem.push(char::from(byte)),
            _ => {
                let _ = write!(stem, "%{byte:02x}");
            }
        }
    }
    if stem.len() > LONGEST {
        let digest = Sha1::digest(name.as_bytes());
        stem.truncate(LONGEST);
        stem.push('%');
        digest.iter().take(8).for_each(|byte| {
            let _ = write!(stem, "{byte:02x}");
        });
    }
    stem
}

/// The log of the run of a number, from 1.
fn numbered(log: &Path, number: usize) -> PathBuf {
    if number == 1 {
        return log.to_owned();
    }
    log.with_extension(format!("{number}.log"))
}

/// One run, not judged yet.
fn run(gate: &Gate, limit: Duration, log: &Path, stop: &AtomicBool, watch: &mut dyn Watch) -> Run {
    let report = gate
        .junit
        .as_deref()
        .map(|path| (path, junit::Before::look(path)));
    let ran = process::run(gate, limit, log, stop, watch);
    let mut notes = ran.notes;
    let (mut counts, mut runners) = match ran.read.said {
        Some(said) => (
            Some(said.counts),
            said.runners.into_iter().map(str::to_owned).collect(),
        ),
        None => (None, Vec::new()),
    };
    if let Some((path, before)) = report {
        match before.counts(path) {
            Ok(reported) => {
                counts = Some(reported);
                runners = vec!["junit".to_owned()];
            }
            Err(why) => notes.push(format!("{} gives no counts: {why}", shown(path))),
        }
    }
    notes.extend(doubt(&ran.end, counts));
    let lines: Vec<String> = scan::shown(&ran.read.end).collect();
    let from = lines.len().saturating_sub(LAST_LINES);
    Run {
        // Whoever calls this knows what was expected.
        outcome: Outcome::Passed,
        end: ran.end,
        millis: u64::try_from(ran.duration.as_millis()).unwrap_or(u64::MAX),
        counts,
        runners,
        found: ran.read.found,
        log: log
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        notes,
        last_lines: lines[from..].to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_distinct_and_stay_in_their_folder() {
        assert_eq!(file_stem("golden-path_2"), "golden-path_2");
        assert_eq!(file_stem("../a b.c"), "%2e%2e%2fa%20b%2ec");
        assert_eq!(file_stem("\u{e4}"), "%c3%a4");
        let long = |end| format!("{}{end}", "x".repeat(300));
        assert_ne!(file_stem(&long("a")), file_stem(&long("b")));
        assert!(file_stem(&long("a")).len() < 200);
    }

    #[test]
    fn logs_are_numbered_from_the_second_run_on() {
        let log = Path::new("logs/a%2eb.log");
        assert_eq!(numbered(log, 1), log);
        assert_eq!(numbered(log, 2), Path::new("logs/a%2eb.2.log"));
    }

    #[test]
    fn slower_is_by_share_and_by_a_second() {
        assert!(is_slower(2000, 3100, 1.5));
        assert!(!is_slower(2000, 3000, 1.5));
        assert!(!is_slower(100, 900, 1.5));
        assert!(!is_slower(10_000, 12_000, 1.5));
        assert!(!is_slower(3000, 1000, 1.5));
    }

    #[test]
    fn what_is_recorded_is_read_back() {
        let run = |end, outcome: Outcome| Run {
            end,
            outcome,
            millis: 1234,
            counts: Some(Counts {
                passed: Some(2),
                ..Counts::default()
            }),
            runners: vec!["pytest".to_owned()],
            found: Some(true),
            log: "a.log".to_owned(),
            notes: Vec::new(),
            last_lines: Vec::new(),
        };
        let failed = Outcome::Failed("exit status 1".to_owned());
        let runs = vec![
            run(End::Exited(1), failed.clone()),
            run(End::Killed(9), failed.clone()),
            run(End::TimedOut(300), failed),
            run(
                End::NotStarted("gone".to_owned()),
                Outcome::Broken("gone".to_owned()),
            ),
            run(End::Stopped, Outcome::Passed),
        ];
        let asked = Asked {
            runs,
            outcome: Outcome::Passed,
            flaky: true,
        };
        let text = serde_json::to_string(&asked).expect("a text");
        assert!(
            text.contains(r#""end":"timed-out","with":300,"outcome":"failed","why":"exit"#),
            "{text}"
        );
        let read: Asked = serde_json::from_str(&text).expect("a record");
        assert_eq!(read, asked);
    }
}

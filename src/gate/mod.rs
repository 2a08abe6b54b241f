//! Gates: commands of a team with an expectation, its tests, its linter, its deployment check.
//!
//! Here is what a gate is, and what can come of it. `ask` is the way in: it runs a gate as a process
//! (`process`, `group`, `log`), reads what it prints (`scan`, `counts` with the table `runners`,
//! `junit`), and says what that was worth (`outcome`). Nothing here knows of rules, of files that are
//! rewritten, or of configuration files.

mod ask;
mod counts;
mod group;
mod junit;
mod log;
mod needs;
mod outcome;
mod process;
mod runners;
mod scan;

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use ask::{
    Asked, Context, FIRST_LIMIT, LEAST_LIMIT, LEAST_SLOWDOWN, Past, Run, TIMES, ask, file_stem,
    is_slower, limit,
};
pub use counts::Counts;
pub use group::{Group, Leftover, end_leftover};
pub use needs::missing;
pub use outcome::{Least, Seen, outcome};
pub use process::{End, GRACE, Unwatched, Watch};

/// A command and what is expected of it.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Its name, which no other gate has.
    pub name: String,
    /// What is run.
    pub command: Command,
    /// Where it is run: absolute.
    pub cwd: PathBuf,
    /// Variables that it gets beside those of this process.
    pub env: BTreeMap<String, String>,
    /// What is expected before the rewriting, while it goes on, and after it.
    pub expected: Expected,
    /// What a run that fails as expected has to print, so that it failed for its reason.
    pub expect_output: Option<regex::Regex>,
    /// Where the command writes its results as JUnit XML: absolute.
    pub junit: Option<PathBuf>,
    /// How long it may take; without it, as is derived from its run before.
    pub timeout: Option<Duration>,
    /// How often a failure is asked again.
    pub retries: u32,
    /// How many times the duration of `before` it may take in `after`.
    pub max_slowdown: Option<f64>,
    /// Whether fewer passed tests than before are fine in `during`.
    pub allow_fewer: bool,
    /// Words by which people choose gates.
    pub tags: Vec<String>,
    /// What must be there before it is run.
    pub needs: Vec<Need>,
}

/// What is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A program and its arguments, at least the program.
    Argv(Vec<String>),
    /// One string for the shell.
    Shell(String),
}

/// As a person would type it in a shell.
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = match self {
            Self::Shell(text) => return f.write_str(text),
            Self::Argv(words) => words,
        };
        let is_plain = |word: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:=,+@%^".contains(&byte);
            !word.is_empty() && word.bytes().all(plain)
        };
        for (at, word) in words.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            if is_plain(word) {
                write!(f, "{space}{word}")?;
            } else {
                write!(f, "{space}'{}'", word.replace('\'', "'\\''"))?;
            }
        }
        Ok(())
    }
}

/// What is expected of a gate, by phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expected {
    /// Before the rewriting.
    pub before: Expectation,
    /// While it goes on, after each batch.
    pub during: Expectation,
    /// After it.
    pub after: Expectation,
}

/// What is expected of a gate in one phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Expectation {
    /// It passes.
    Pass,
    /// It fails, for its reason.
    Fail,
    /// It is run and recorded, and decides nothing.
    #[default]
    Any,
}

/// When a gate is run.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Before the rewriting
    Before,
    /// While it goes on
    During,
    /// After it
    After,
}

/// Something of the world that a gate needs: a service, a variable, a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// Something listens at this host and port: `tcp:127.0.0.1:5432`.
    Tcp(String),
    /// A variable is set and not empty: `env:STAGING_URL`.
    Env(String),
    /// A file or folder is there, absolute: `path:.venv/bin/python`.
    Path(PathBuf),
}

/// What came of a gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "outcome", content = "why")]
pub enum Outcome {
    /// It passed.
    Passed,
    /// It failed: why, as one sentence.
    Failed(String),
    /// It could not be asked: why, as one sentence.
    Broken(String),
}

impl Expected {
    /// What is expected in a phase.
    pub fn of(self, phase: Phase) -> Expectation {
        match phase {
            Phase::Before => self.before,
            Phase::During => self.during,
            Phase::After => self.after,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "before",
            Self::During => "during",
            Self::After => "after",
        })
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Any => "any",
        })
    }
}

/// What is met by an outcome.
pub fn is_met(expectation: Expectation, outcome: &Outcome) -> bool {
    match expectation {
        Expectation::Any => true,
        Expectation::Pass => *outcome == Outcome::Passed,
        Expectation::Fail => matches!(outcome, Outcome::Failed(_)),
    }
}

/// A duration as people read it: `0.41s`, `12.3s`, `2m 05s`, `1h 02m`.
pub fn shown_duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.2}s", duration.as_secs_f64()),
        10..60 => format!("{:.1}s", duration.as_secs_f64()),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        _ => format!("{}h {:02}m", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_shown_as_they_are_typed() {
        let argv = |words: &[&str]| {
            Command::Argv(words.iter().map(|&word| word.to_owned()).collect()).to_string()
        };
        assert_eq!(argv(&["a", "--b=c", "d/e.py"]), "a --b=c d/e.py");
        assert_eq!(argv(&["a b", "", "it's", "$x"]), r"'a b' '' 'it'\''s' '$x'");
        assert_eq!(Command::Shell("a | b".to_owned()).to_string(), "a | b");
    }

    #[test]
    fn durations_are_as_exact_as_they_are_short() {
        for (millis, shown) in [
            (0, "0.00s"),
            (412, "0.41s"),
            (12_345, "12.3s"),
            (125_000, "2m 05s"),
            (3_720_000, "1h 02m"),
        ] {
            assert_eq!(shown_duration(Duration::from_millis(millis)), shown);
        }
    }
}

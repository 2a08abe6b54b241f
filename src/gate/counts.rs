//! How many tests passed and failed, read from what their runner printed.
//!
//! The lines of each runner are data in `runners`; here they are tried, and summed over several
//! summaries: one a binary, one a call. What was not said is not known, and is never
//! guessed.

use std::fmt;
use std::sync::LazyLock;

use regex::bytes;
use regex::{Captures, Regex};
use serde::{Deserialize, Serialize};

use super::runners::{Bucket, Gives, RUNNERS, Runner};

/// How many tests there were, by what came of them. `None` is what was not said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Counts {
    /// They passed, also those that were expected to fail and passed.
    pub passed: Option<u64>,
    /// They failed.
    pub failed: Option<u64>,
    /// They could not be run: an import, a fixture or a build failed.
    pub errors: Option<u64>,
    /// They were not run, or were expected to fail.
    pub skipped: Option<u64>,
}

impl Counts {
    /// Whether any test ran that was not skipped; `None` if that is not known.
    pub fn any_ran(self) -> Option<bool> {
        let is_known = |number: Option<u64>| number.is_some_and(|number| number > 0);
        if is_known(self.passed) || is_known(self.failed) || is_known(self.errors) {
            return Some(true);
        }
        self.passed.and(self.failed).map(|_| false)
    }

    /// How many were to pass: all but the skipped ones; `None` if that is not known.
    pub fn ran(self) -> Option<u64> {
        let ran = self.passed?.saturating_add(self.failed?);
        Some(ran.saturating_add(self.errors.unwrap_or(0)))
    }

    fn add(&mut self, bucket: Bucket, number: u64) {
        let place = match bucket {
            Bucket::Passed => &mut self.passed,
            Bucket::Failed => &mut self.failed,
            Bucket::Errors => &mut self.errors,
            Bucket::Skipped => &mut self.skipped,
        };
        *place = Some(place.unwrap_or(0).saturating_add(number));
    }

    /// What is not said here is zero: the line says all.
    fn complete(&mut self) {
        for place in [
            &mut self.passed,
            &mut self.failed,
            &mut self.errors,
            &mut self.skipped,
        ] {
            place.get_or_insert(0);
        }
    }

    /// Both together; what one does not know is not known.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let both = |a: Option<u64>, b: Option<u64>| Some(a?.saturating_add(b?));
        Self {
            passed: both(self.passed, other.passed),
            failed: both(self.failed, other.failed),
            errors: both(self.errors, other.errors),
            skipped: both(self.skipped, other.skipped),
        }
    }
}

/// `39 passed, 2 failed, 1 skipped`; zeros are left out, save that of passed tests.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if let Some(passed) = self.passed {
            parts.push(format!("{passed} passed"));
        }
        if let Some(failed @ 1..) = self.failed {
            parts.push(format!("{failed} failed"));
        }
        if let Some(errors @ 1..) = self.errors {
            let plural = if errors == 1 { "" } else { "s" };
            parts.push(format!("{errors} error{plural}"));
        }
        if let Some(skipped @ 1..) = self.skipped {
            parts.push(format!("{skipped} skipped"));
        }
        if parts.is_empty() {
            parts.push("number of tests not known".to_owned());
        }
        f.write_str(&parts.join(", "))
    }
}

/// Counts, and who gave them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub counts: Counts,
    /// Names of rows of the table.
    pub runners: Vec<&'static str>,
}

/// Reads lines as they come.
#[derive(Default)]
pub(super) struct Counter {
    states: Vec<(&'static str, State)>,
}

/// What the lines of one runner said so far.
#[derive(Clone, Copy, Default)]
struct State {
    counts: Counts,
    /// How many ran, by lines that say that and no more.
    total: Option<u64>,
    /// A total that waits for its verdict.
    pending: Option<u64>,
    hidden: bool,
    shown: bool,
    again: bool,
    seen: bool,
}

struct Line {
    runner: &'static Runner,
    pattern: Regex,
    gives: Gives,
}

struct Patterns {
    /// Finds every line that one of the others may match.
    any: bytes::Regex,
    lines: Vec<Line>,
    item: Regex,
    aside: Regex,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| {
    let rows = || {
        RUNNERS
            .iter()
            .flat_map(|runner| runner.lines.iter().map(move |line| (runner, line)))
    };
    let name = Regex::new(r"\(\?<[a-z]+>").expect("a pattern");
    let all: Vec<String> = rows()
        .map(|(_, (pattern, _))| name.replace_all(pattern, "(?:").into_owned())
        .collect();
    Patterns {
        any: bytes::RegexBuilder::new(&all.join("|"))
            .multi_line(true)
            .build()
            .expect("the patterns of the table"),
        lines: rows()
            .map(|(runner, (pattern, gives))| Line {
                runner,
                pattern: Regex::new(pattern).expect("a pattern of the table"),
                gives: *gives,
            })
            .collect(),
        item: Regex::new(r"(?:(?<number>[0-9]+) (?<word>[a-z]+(?: [a-z]+)?)|(?<key>[a-z]+(?: [a-z]+)?)=(?<value>[0-9]+))").expect("a pattern"),
        aside: Regex::new(r" \([^)]*\)").expect("a pattern"),
    }
});

impl Counter {
    /// Reads whole lines without colours.
    pub fn read(&mut self, lines: &[u8]) {
        let patterns = &*PATTERNS;
        for found in patterns.any.find_iter(lines) {
            let Ok(text) = std::str::from_utf8(found.as_bytes()) else {
                continue;
            };
            for line in &patterns.lines {
                if let Some(captures) = line.pattern.captures(text) {
                    self.state(line.runner.name).take(line.gives, &captures);
                }
            }
        }
    }

    fn state(&mut self, runner: &'static str) -> &mut State {
        let at = self.states.iter().position(|(name, _)| *name == runner);
        let at = at.unwrap_or_else(|| {
            self.states.push((runner, State::default()));
            self.states.len() - 1
        });
        &mut self.states[at].1
    }

    /// All that was said; `None` if no runner said anything.
    pub fn finish(self) -> Option<Said> {
        let heard: Vec<_> = self
            .states
            .into_iter()
            .filter(|(_, state)| state.seen)
            .collect();
        let is_shown = |name: &str| {
            RUNNERS.iter().any(|runner| {
                runner.shows.contains(&name) && heard.iter().any(|(other, _)| *other == runner.name)
            })
        };
        let results = heard.iter().filter(|(name, _)| !is_shown(name));
        let counts = results
            .clone()
            .map(|(_, state)| state.counts())
            .reduce(Counts::and)?;
        Some(Said {
            counts,
            runners: results.map(|(name, _)| *name).collect(),
        })
    }
}

impl State {
    fn take(&mut self, gives: Gives, captures: &Captures<'_>) {
        let number = |name: &str| captures.name(name)?.as_str().parse::<u64>().ok();
        match gives {
            Gives::Shown => {
                self.shown = true;
                return;
            }
            Gives::Again => {
                self.again = true;
                return;
            }
            Gives::Total => {
                self.pending = number("total");
                return;
            }
            Gives::Verdict(table) => {
                let Some(total) = self.pending.take() else {
                    return;
                };
                self.add_total(total);
                self.list(captures, table);
            }
            Gives::Rest => self.add_total(number("total").unwrap_or(0)),
            Gives::Numbers => {
                for (name, bucket) in [
                    ("passed", Bucket::Passed),
                    ("failed", Bucket::Failed),
                    ("errors", Bucket::Errors),
                    ("skipped", Bucket::Skipped),
                ] {
                    if let Some(number) = number(name) {
                        self.counts.add(bucket, number);
                    }
                }
            }
            Gives::List(table) => {
                self.list(captures, table);
                self.counts.complete();
            }
            Gives::One(_) if self.again => return,
            Gives::One(bucket) => self.counts.add(bucket, 1),
            Gives::Nothing => self.counts.complete(),
            Gives::Hidden => {
                self.hidden = true;
                self.counts.failed.get_or_insert(0);
            }
        }
        self.seen = true;
    }

    fn add_total(&mut self, total: u64) {
        self.total = Some(self.total.unwrap_or(0).saturating_add(total));
    }

    fn list(&mut self, captures: &Captures<'_>, table: &[(&str, Bucket)]) {
        let patterns = &*PATTERNS;
        let text = captures.name("list").map_or("", |list| list.as_str());
        let text = patterns.aside.replace_all(text, "");
        for item in patterns.item.captures_iter(&text) {
            let of = |a, b| item.name(a).or(item.name(b)).map_or("", |m| m.as_str());
            let (number, word) = (of("number", "value"), of("word", "key"));
            let bucket = table.iter().find(|(name, _)| *name == word);
            if let (Some((_, bucket)), Ok(number)) = (bucket, number.parse()) {
                self.counts.add(*bucket, number);
            }
        }
    }

    fn counts(mut self) -> Counts {
        if let Some(total) = self.total {
            self.counts.complete();
            let Counts {
                failed,
                errors,
                skipped,
                ..
            } = self.counts;
            let others = [failed, errors, skipped].into_iter().flatten();
            let others = others.fold(0, u64::saturating_add);
            // One test may fail more than once, in several of its parts: then nobody knows.
            self.counts.passed = total.checked_sub(others);
        } else if self.hidden && !self.shown {
            self.counts.passed = None;
            self.counts.skipped = None;
        } else if self.counts.passed.is_some() || self.shown {
            self.counts.complete();
        }
        self.counts
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::gate::scan::Scan;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Case {
        about: String,
        runners: Vec<String>,
        passed: Option<u64>,
        failed: Option<u64>,
        errors: Option<u64>,
        skipped: Option<u64>,
        output: String,
    }

    fn cases() -> Vec<Case> {
        #[derive(Deserialize)]
        struct File {
            case: Vec<Case>,
        }
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gate/outputs.toml");
        let text = std::fs::read_to_string(file).expect("the cases can be read");
        let file: File = toml::from_str(&text).expect("cases");
        file.case
    }

    fn read(output: &str, piece: usize) -> Option<Said> {
        let mut scan = Scan::new(None).expect("a scan");
        for piece in output.as_bytes().chunks(piece) {
            scan.feed(piece);
        }
        scan.finish().0.said
    }

    #[test]
    fn every_output_gives_what_it_says_and_no_more() {
        let mut complaints = String::new();
        for case in cases() {
            let expected = Counts {
                passed: case.passed,
                failed: case.failed,
                errors: case.errors,
                skipped: case.skipped,
            };
            let said = read(&case.output, usize::MAX);
            let (counts, runners) = said.map_or_else(Default::default, |s| (s.counts, s.runners));
            if counts != expected || runners != case.runners {
                complaints += &format!(
                    "{}:\n  {counts:?} {runners:?}\n  {expected:?} {:?}\n",
                    case.about, case.runners
                );
            }
        }
        assert!(complaints.is_empty(), "\n{complaints}");
    }

    #[test]
    fn it_does_not_matter_in_which_pieces_output_comes() {
        for case in cases() {
            let whole = read(&case.output, usize::MAX);
            for piece in [1, 7, 100] {
                assert_eq!(read(&case.output, piece), whole, "{}", case.about);
            }
        }
    }

    #[test]
    fn what_is_not_known_stays_unknown_in_a_sum() {
        let all = Counts {
            passed: Some(2),
            failed: Some(1),
            errors: Some(0),
            skipped: Some(0),
        };
        let some = Counts {
            failed: Some(1),
            ..Counts::default()
        };
        assert_eq!(all.and(some).passed, None);
        assert_eq!(all.and(some).failed, Some(2));
        assert_eq!(all.any_ran(), Some(true));
        assert_eq!(Counts::default().any_ran(), None);
        assert_eq!(all.to_string(), "2 passed, 1 failed");
        assert_eq!(Counts::default().to_string(), "number of tests not known");
    }
}

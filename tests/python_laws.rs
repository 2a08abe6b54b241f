//! Laws of Python that hold for any source and any table.
//!
//! `any_source...` throws sources of a grammar at tables of one small vocabulary, so that names clash
//! as often as they can; `mutations...` throws the sources of the fixtures with something broken in
//! them; `programs...` runs what can run before and after and compares what was printed.
//!
//! Nothing panics; what comes out parses and passes verification, differs from what went in by the
//! edits alone, and gives a second run nothing to do; each reference is rewritten or has a finding.
//! A file that verification leaves as it is is a defect: that is counted, and must stay rare.

#[path = "laws/grammar.rs"]
mod grammar;
#[path = "laws/mutation.rs"]
mod mutation;
#[path = "laws/program.rs"]
mod program;
#[path = "laws/room.rs"]
mod room;
#[path = "laws/rules.rs"]
mod rules;
#[path = "runner/table.rs"]
mod table;

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::time::Duration;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use room::{Broken, Room};

/// The share of cases that verification may leave as they are.
const MOST_LEFT: f64 = 0.02;
/// So many of one kind are made small before the smallest is shown.
const MOST_SHOWN: usize = 3;
/// Time of the processor for one source of a fixture, in a build that is not optimised, beside other tests.
const SLOWEST: Duration = Duration::from_secs(1);

/// A source, where it is, and the table for it.
#[derive(Clone)]
struct Case {
    table: String,
    file: &'static str,
    source: String,
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{}\n# {}\n{}", self.table, self.file, self.source)
    }
}

fn case() -> impl Strategy<Value = Case> {
    (rules::table(), grammar::file(), grammar::source()).prop_map(|(table, file, source)| Case {
        table,
        file,
        source,
    })
}

/// What a variable of the environment asks for: more cases than a test run has time for.
fn count(variable: &str, usual: u32) -> u32 {
    let asked = std::env::var(variable).ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
fn any_source_is_rewritten_into_what_the_table_says() {
    let room = Room::generated();
    let mut runner = TestRunner::deterministic();
    let mut tally = Tally::default();
    let mut trees = Vec::new();
    let count = count("REPOINT_LAWS", 3_000);
    for _ in 0..count {
        let tree = case().new_tree(&mut runner).expect("a case can be made");
        let case = tree.current();
        match check(&room, &case) {
            Ok(checked) => tally.count(checked),
            Err(broken) => {
                tally.left.push((broken, case));
                trees.push(tree);
            }
        }
    }
    // Each takes as long as hundreds of cases: only those that are shown are made small.
    if tally.is_shown(count) {
        tally.keep_some_of_each_kind();
        for (at, (broken, case)) in &mut tally.shown {
            let kind = kind(&broken.message);
            let is_alike = |case: &Case| {
                check(&room, case)
                    .err()
                    .filter(|it| self::kind(&it.message) == kind)
            };
            *case = smallest(&mut trees[*at], |case| is_alike(case).is_some());
            if let Some(now) = is_alike(case) {
                *broken = now;
            }
        }
    }
    tally.judge(count, |case| format!("{case:?}"));
    // The grammar is worth nothing if it makes what Python refuses, or what no rule speaks of.
    assert!(tally.unread * 4 < count, "{} were not read", tally.unread);
    assert!(tally.rewritten * 5 > count, "{} rewritten", tally.rewritten);
}

fn check(room: &Room, case: &Case) -> Result<Checked, Broken> {
    // Tables with cycles and the like are nobody's.
    let Some(tables) = room::tables(&case.table) else {
        return Ok(Checked::NoTable);
    };
    room.check(&tables, case.file, case.source.as_bytes())
}

/// The smallest case of a tree that still fails, as far as its parts can be taken away one by one.
fn smallest<T: ValueTree>(tree: &mut T, fails: impl Fn(&T::Value) -> bool) -> T::Value {
    let mut steps = 0;
    let mut smallest = tree.current();
    while steps < 400 && tree.simplify() {
        steps += 1;
        while !fails(&tree.current()) {
            steps += 1;
            if steps >= 400 || !tree.complicate() {
                return smallest;
            }
        }
        smallest = tree.current();
    }
    smallest
}

/// What became of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Checked {
    NoTable,
    /// Not Python, or not to be read as such.
    Unread,
    Same,
    Rewritten,
}

/// What became of many.
struct Tally<T> {
    unread: u32,
    rewritten: u32,
    left: Vec<(Broken, T)>,
    /// Those of them that are shown, with their places; all if there are none.
    shown: Vec<(usize, (Broken, T))>,
}

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Self {
            unread: 0,
            rewritten: 0,
            left: Vec::new(),
            shown: Vec::new(),
        }
    }
}

impl<T: Clone> Tally<T> {
    fn count(&mut self, checked: Checked) {
        self.unread += u32::from(checked == Checked::Unread);
        self.rewritten += u32::from(checked == Checked::Rewritten);
    }

    /// Whether what broke is shown: it is too much, or somebody asks.
    fn is_shown(&self, count: u32) -> bool {
        self.is_too_much(count) || std::env::var_os("REPOINT_LAWS_SHOW").is_some()
    }

    fn is_too_much(&self, count: u32) -> bool {
        let most = f64::from(count) * MOST_LEFT;
        let is_broken = self.left.iter().any(|(broken, _)| broken.is_law);
        is_broken || self.left.len() as f64 > most
    }

    fn keep_some_of_each_kind(&mut self) {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (at, left) in self.left.iter().enumerate() {
            let times = seen.entry(kind(&left.0.message)).or_default();
            *times += 1;
            if *times <= MOST_SHOWN {
                self.shown.push((at, left.clone()));
            }
        }
    }

    /// Fails with the shortest of what broke: at once for a broken law, and if more than a few were left.
    fn judge(&self, count: u32, show: impl Fn(&T) -> String) {
        eprintln!(
            "{count} cases: {} rewritten, {} not read, {} left",
            self.rewritten,
            self.unread,
            self.left.len()
        );
        if !self.is_shown(count) {
            return;
        }
        // The smallest of each kind, broken laws first.
        let mut kinds: BTreeMap<(bool, String), Vec<String>> = BTreeMap::new();
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        for (broken, _) in &self.left {
            *times.entry(kind(&broken.message)).or_default() += 1;
        }
        let shown = self.shown.iter().map(|(_, shown)| shown);
        let shown: Vec<&(Broken, T)> = match self.shown.is_empty() {
            true => self.left.iter().collect(),
            false => shown.collect(),
        };
        for (broken, case) in shown {
            let text = format!("{}{}", broken.message, show(case));
            let kind = (!broken.is_law, kind(&broken.message));
            kinds.entry(kind).or_default().push(text);
        }
        let mut text = String::new();
        for ((_, kind), cases) in &kinds {
            let times = times.get(kind).copied().unwrap_or_default();
            let smallest = cases.iter().min_by_key(|case| (case.len(), *case));
            let smallest = smallest.map_or("", String::as_str);
            let _ = write!(text, "---- {times} such as:\n{smallest}\n");
        }
        assert!(
            !self.is_too_much(count),
            "{} of {count}:\n{text}",
            self.left.len()
        );
        eprintln!("{text}");
    }
}

/// A message without the names and places in it.
fn kind(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    let words = first.split('`').step_by(2).collect::<String>();
    let sentence = words.split(['{', ';']).next().unwrap_or_default();
    sentence.chars().filter(|c| !c.is_ascii_digit()).collect()
}

#[test]
fn mutations_of_the_fixtures_break_no_law() {
    let count = count("REPOINT_MUTATIONS", 2_000);
    let mut tally = Tally::default();
    let mut slow = Vec::new();
    mutation::run(count, |mutant, result, took| {
        match result {
            Ok(checked) => tally.count(checked),
            Err(broken) => tally.left.push((broken, mutant.clone())),
        }
        if took > SLOWEST {
            slow.push((took, mutant));
        }
    });
    tally.judge(count, |mutant| format!("{mutant:?}"));
    assert!(
        tally.rewritten * 20 > count,
        "{} rewritten",
        tally.rewritten
    );
    // One may have met what another test did.
    assert!(slow.len() < 2, "{slow:?}");
}

#[test]
fn programs_print_the_same_before_and_after() {
    program::run(count("REPOINT_PROGRAMS", 3_000));
}

//! A migration that is killed at any instant, its continuation and its abort too: gone on with it ends as the
//! uninterrupted one does, taken back it leaves the tree as it was.
//!
//! A plain `cargo test` kills three. `.ci/run` kills more: `cargo test --test migrate_kill -- --ignored`;
//! `REPOINT_KILLS` says how often, 100 times if it does not. The instants follow from a seed that is printed.
#![cfg(unix)]

#[path = "migrate/town.rs"]
mod town;

use std::process::Stdio;
use std::time::{Duration, Instant};

use town::{Town, breaking};

const FILES: usize = 24;

fn new() -> Town {
    let town = Town::new(FILES, &(breaking() + "[migrate]\nbatch = 8\n"));
    town.breaks(&[&[3], &[17, 20]]);
    town.commit();
    town
}

/// A sequence of numbers below one, from a seed.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Runs a command and kills it, and only it, after a while. Whether it ended by itself first.
fn killed(town: &Town, args: &[&str], after: Duration) -> bool {
    let mut child = town
        .command(args)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    let start = Instant::now();
    while start.elapsed() < after {
        if child.try_wait().expect("a child").is_some() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().expect("killed");
    child.wait().expect("it ends");
    false
}

#[test]
fn killed_it_goes_on_or_is_taken_back() {
    goes_on_or_is_taken_back(3);
}

#[test]
#[ignore = "kills at instants of a clock; .ci/run runs it"]
fn killed_at_any_instant_it_goes_on_or_is_taken_back() {
    let times = std::env::var("REPOINT_KILLS").ok();
    goes_on_or_is_taken_back(times.and_then(|times| times.parse().ok()).unwrap_or(100));
}

fn goes_on_or_is_taken_back(times: usize) {
    let seed = std::env::var("REPOINT_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(20_261_130);
    eprintln!("seed {seed}");
    let mut chance = Chance(seed);
    let whole = new();
    let start = Instant::now();
    whole.migrate(&[]).ends(1);
    let course = start.elapsed();
    let expected = whole.rewritten(FILES);
    let blamed = whole.quarantined();
    assert!(expected.len() < FILES && !expected.is_empty());
    for at in 0..times {
        let town = new();
        let mut ended = killed(&town, &["migrate"], course.mul_f64(chance.next()));
        // Its continuation may be killed as well.
        let began = town
            .root
            .join(".repoint/migrations/1/events.jsonl")
            .exists();
        if began && !ended && chance.next() < 0.5 {
            ended = killed(
                &town,
                &["migrate", "--continue"],
                course.mul_f64(chance.next()),
            );
        }
        let began = town
            .root
            .join(".repoint/migrations/1/events.jsonl")
            .exists();
        if at % 3 == 2 && began {
            killed(
                &town,
                &["migrate", "--abort"],
                course.mul_f64(0.2 * chance.next()),
            );
            let ran = town.migrate(&["--abort"]);
            let state = &town.status()["migration"]["state"];
            assert!(
                ran.status == Some(0) || *state == "taken-back",
                "{}\n{}",
                ran.out,
                ran.err
            );
            assert_eq!(town.rewritten(FILES), [0; 0], "kill {at}");
            assert_eq!(
                town.git(&["status", "--porcelain"]).stdout,
                b"",
                "kill {at}"
            );
            continue;
        }
        if !ended {
            let args: &[&str] = if began { &["--continue"] } else { &[] };
            let ran = town.migrate(args);
            // It may have been killed after its last event.
            let is_over = ran.err.contains("no migration is unfinished");
            assert!(
                ran.status == Some(1) || is_over,
                "kill {at}: {}\n{}",
                ran.out,
                ran.err
            );
        }
        assert_eq!(town.rewritten(FILES), expected, "kill {at}");
        assert_eq!(town.quarantined(), blamed, "kill {at}");
    }
}

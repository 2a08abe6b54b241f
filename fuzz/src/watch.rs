//! Watches workers: counts what they tell, and keeps the inputs that break a law, take too long or
//! end the worker.

mod find;
mod one;

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use self::find::{Find, Kind, kind_of_message};
pub use self::one::{BROKEN, LEFT, SLOW};
use crate::mutation::Inputs;
use crate::worker::Line;
use crate::{Outcome, TARGETS, Target};

/// A worker that says nothing for so long hangs. Wall time, so there is room for a busy machine.
const HANG: Duration = Duration::from_secs(60);

/// Inputs of one kind of find that are made small and written.
const KEPT: usize = 3;

/// What to try, and where to write what was found.
pub struct Run {
    /// Of the generator; the same ones are made of the same seed.
    pub seed: u64,
    /// For each target.
    pub inputs: u64,
    /// Workers at a time.
    pub jobs: u64,
    /// Time of the processor that an input may take.
    pub limit: Duration,
    /// The folder for inputs that were found.
    pub finds: PathBuf,
}

/// What all workers of one target told.
#[derive(Default)]
struct Tally {
    inputs: u64,
    refused: u64,
    same: u64,
    changed: u64,
    longest: Option<(Duration, u64)>,
    /// Inputs whose plan did not pass verification, by what was said.
    left: BTreeMap<String, Vec<u64>>,
    finds: Vec<Find>,
}

impl Run {
    /// Tries all inputs of a target, prints a line of what came out, and says how many finds there
    /// were.
    ///
    /// # Errors
    /// A worker cannot be started, or a find cannot be written.
    pub fn target(&self, target: &'static Target) -> anyhow::Result<usize> {
        let start = Instant::now();
        let shards: Vec<anyhow::Result<Tally>> = std::thread::scope(|scope| {
            let shards: Vec<_> = (0..self.jobs.max(1))
                .map(|shard| scope.spawn(move || self.shard(target, shard)))
                .collect();
            let joined = |shard: std::thread::ScopedJoinHandle<'_, _>| {
                shard
                    .join()
                    .unwrap_or_else(|_| Err(anyhow::anyhow!("a watching thread panicked")))
            };
            shards.into_iter().map(joined).collect()
        });
        let mut all = Tally::default();
        for shard in shards {
            all.join(shard?);
        }
        let seconds = start.elapsed().as_secs_f64();
        self.keep(target, &all)?;
        let (longest, number) = all.longest.unwrap_or_default();
        let left: usize = all.left.values().map(Vec::len).sum();
        println!(
            "{}: {} inputs in {seconds:.0} s ({} refused, {} same, {} changed, {left} did not pass \
             verification), longest {:.2} s (input {number}), {} finds",
            target.name,
            all.inputs,
            all.refused,
            all.same,
            all.changed,
            longest.as_secs_f64(),
            all.finds.len()
        );
        Ok(all.finds.len())
    }

    /// Every `jobs`-th input. A worker that ends is followed by another one behind the input that
    /// it ended with.
    fn shard(&self, target: &'static Target, shard: u64) -> anyhow::Result<Tally> {
        let mut tally = Tally::default();
        let mut next = shard;
        while next < self.inputs {
            let folder = scratch()?;
            let mut worker = self.worker(target, next, folder.path())?;
            let ended = follow(&mut worker, self.limit, &mut tally);
            let Some((at, kind)) = ended? else {
                break;
            };
            tally.inputs += 1;
            tally.finds.push(Find { number: at, kind });
            next = at + self.jobs.max(1);
        }
        Ok(tally)
    }

    fn worker(&self, target: &Target, from: u64, folder: &Path) -> io::Result<Child> {
        Command::new(std::env::current_exe()?)
            .args(["worker", target.name])
            .args(["--seed", &self.seed.to_string()])
            .args(["--from", &from.to_string()])
            .args(["--end", &self.inputs.to_string()])
            .args(["--step", &self.jobs.max(1).to_string()])
            // What laws need on disk goes with the worker, however that ends.
            .env("TMPDIR", folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
    }

    /// Writes the finds, the first few of each kind made small, and one input of each kind that did
    /// not pass verification.
    fn keep(&self, target: &'static Target, tally: &Tally) -> anyhow::Result<()> {
        if tally.finds.is_empty() && tally.left.is_empty() {
            return Ok(());
        }
        std::fs::create_dir_all(&self.finds)?;
        let inputs = Inputs::new(target, self.seed);
        let mut kinds: BTreeMap<String, Vec<&Find>> = BTreeMap::new();
        for find in &tally.finds {
            kinds.entry(find.kind.name()).or_default().push(find);
        }
        for finds in kinds.values() {
            for find in finds.iter().take(KEPT) {
                let input = inputs.get(find.number);
                let small = one::minimized(target, &input, find, self.limit)?;
                let file = self.write(target, find, &small)?;
                println!(
                    "{} input {} of seed {}: {} ({} times such), {} bytes, made {}: {}",
                    target.name,
                    find.number,
                    self.seed,
                    find.kind,
                    finds.len(),
                    input.len(),
                    small.len(),
                    file.display()
                );
            }
        }
        for (message, numbers) in &tally.left {
            // The shortest is read most easily.
            let shortest = numbers
                .iter()
                .min_by_key(|&&number| inputs.get(number).len());
            let number = shortest.copied().unwrap_or_default();
            let kind = Kind::Left(message.clone());
            let find = Find { number, kind };
            let small = one::minimized(target, &inputs.get(number), &find, self.limit)?;
            let file = self.write(target, &find, &small)?;
            println!("  {} times: {message}: {}", numbers.len(), file.display());
        }
        Ok(())
    }

    fn write(&self, target: &Target, find: &Find, input: &[u8]) -> io::Result<PathBuf> {
        let name = format!("{}-{}-{}", target.name, find.kind.word(), find.number);
        let file = self.finds.join(name);
        std::fs::write(&file, input)?;
        let said = format!("seed {}, input {}\n{}\n", self.seed, find.number, find.kind);
        std::fs::write(file.with_extension("txt"), said)?;
        Ok(file)
    }
}

impl Tally {
    fn count(
        &mut self,
        number: u64,
        outcome: Result<Outcome, String>,
        took: Duration,
        limit: Duration,
    ) {
        self.inputs += 1;
        self.longest = self.longest.max(Some((took, number)));
        let mut found = |kind| self.finds.push(Find { number, kind });
        if took > limit {
            found(Kind::Slow(took));
        }
        match outcome {
            Ok(Outcome::Refused) => self.refused += 1,
            Ok(Outcome::Same) => self.same += 1,
            Ok(Outcome::Changed) => self.changed += 1,
            Ok(Outcome::Left(message)) => {
                let kind = kind_of_message(&message);
                self.left.entry(kind).or_default().push(number);
            }
            Err(message) => found(Kind::Broken(message)),
        }
    }

    fn join(&mut self, other: Self) {
        self.inputs += other.inputs;
        self.refused += other.refused;
        self.same += other.same;
        self.changed += other.changed;
        self.longest = self.longest.max(other.longest);
        self.finds.extend(other.finds);
        for (kind, numbers) in other.left {
            self.left.entry(kind).or_default().extend(numbers);
        }
    }
}

/// Counts what a worker tells until it ends. The input that ended it, if one did.
fn follow(
    worker: &mut Child,
    limit: Duration,
    tally: &mut Tally,
) -> anyhow::Result<Option<(u64, Kind)>> {
    let out = worker.stdout.take().expect("it is a pipe");
    let (send, receive) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    let mut at = None;
    let ended = loop {
        match receive.recv_timeout(HANG) {
            Ok(line) => match (Line::parse(&line), at) {
                (Some(Line::At(number)), _) => at = Some(number),
                (Some(Line::Done { outcome, took }), Some(number)) => {
                    tally.count(number, outcome, took, limit);
                    at = None;
                }
                _ => anyhow::bail!("a worker printed {line:?}"),
            },
            Err(RecvTimeoutError::Timeout) => {
                worker.kill()?;
                worker.wait()?;
                break at.map(|at| (at, Kind::Hang));
            }
            Err(RecvTimeoutError::Disconnected) => {
                let status = worker.wait()?;
                break match at {
                    Some(at) => Some((at, Kind::Crash(status.to_string()))),
                    None if status.success() => None,
                    None => anyhow::bail!("a worker ended between two inputs: {status}"),
                };
            }
        }
    };
    reader
        .join()
        .map_err(|_| anyhow::anyhow!("a reading thread panicked"))?;
    Ok(ended)
}

/// A temporary folder, in memory where the system has a place for that: a target may flush what it
/// writes some ten times an input.
fn scratch() -> io::Result<tempfile::TempDir> {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())
}

/// The target of this name.
///
/// # Errors
/// There is none.
pub fn target(name: &str) -> Result<&'static Target, String> {
    let names = || {
        TARGETS
            .iter()
            .map(|target| target.name)
            .collect::<Vec<_>>()
            .join(", ")
    };
    let found = TARGETS.iter().find(|target| target.name == name);
    found.ok_or_else(|| format!("expected one of {}", names()))
}

//! Judges so many programs, on all cores, and writes down what went wrong.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use fastrand::Rng;

use super::reduce::{Case, reduced};
use super::{Files, Kind, Verdict};

/// What to judge, and where to write what was found.
pub struct Run {
    /// The same programs are made of the same seed.
    pub seed: u64,
    /// How many.
    pub count: u64,
    /// The only one to judge, by its number.
    pub only: Option<u64>,
    /// Threads.
    pub jobs: usize,
    /// Finds of one kind that are made small and written; of the others the numbers are said.
    pub kept: usize,
    /// The folder for finds.
    pub finds: PathBuf,
}

/// What became of the programs.
#[derive(Default)]
struct Tally {
    unchanged: u64,
    same: u64,
    /// By the code of the finding.
    told: BTreeMap<&'static str, u64>,
    idle: BTreeMap<String, u64>,
    /// By what they have in common: word, kind, and the numbers of the programs.
    finds: BTreeMap<(&'static str, String), Vec<u64>>,
}

impl Run {
    /// Judges programs of a kind. `open` makes what judges, once for each thread. Whether all is well.
    ///
    /// # Errors
    /// What judges does not work, or a find cannot be written.
    pub fn run<K: Kind>(
        &self,
        open: impl Fn() -> anyhow::Result<K> + Sync,
    ) -> anyhow::Result<bool> {
        let started = Instant::now();
        let batches = match self.only {
            Some(number) => number / K::BATCH..number / K::BATCH + 1,
            None => 0..self.count.div_ceil(K::BATCH),
        };
        let next = Mutex::new(batches);
        let work = || -> anyhow::Result<Tally> {
            let mut judge = open()?;
            let mut tally = Tally::default();
            loop {
                let batch = next.lock().ok().and_then(|mut batches| batches.next());
                let Some(batch) = batch else {
                    return Ok(tally);
                };
                self.batch(&mut judge, batch, &mut tally)?;
            }
        };
        let tallies: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.jobs.max(1)).map(|_| scope.spawn(work)).collect();
            let joined = threads.into_iter().map(|thread| thread.join());
            joined
                .map(|result| result.unwrap_or_else(|_| Err(anyhow::anyhow!("a thread panicked"))))
                .collect()
        });
        let mut all = Tally::default();
        for tally in tallies {
            all.join(tally?);
        }
        println!(
            "{}: seed {}, {} in {:.0} s",
            K::NAME,
            self.seed,
            all,
            started.elapsed().as_secs_f64()
        );
        self.keep(&mut open()?, &all)?;
        Ok(self.is_well::<K>(&all))
    }

    fn batch<K: Kind>(&self, judge: &mut K, batch: u64, tally: &mut Tally) -> anyhow::Result<()> {
        let world = self.world::<K>(batch);
        let end = (batch * K::BATCH + K::BATCH).min(self.count.max(self.only.map_or(0, |n| n + 1)));
        let numbers: Vec<u64> = match self.only {
            Some(number) => vec![number],
            None => (batch * K::BATCH..end).collect(),
        };
        let programs: Vec<Files> = numbers
            .iter()
            .map(|&number| self.program::<K>(&world, number))
            .collect();
        let verdicts = judge.judge(&world, &programs)?;
        anyhow::ensure!(verdicts.len() == programs.len(), "a program was not judged");
        for (number, verdict) in numbers.into_iter().zip(verdicts) {
            tally.count(number, verdict);
        }
        Ok(())
    }

    fn world<K: Kind>(&self, batch: u64) -> K::World {
        K::world(&mut self.rng(K::NAME, "world", batch))
    }

    fn program<K: Kind>(&self, world: &K::World, number: u64) -> Files {
        K::program(world, &mut self.rng(K::NAME, "program", number))
    }

    fn rng(&self, kind: &str, what: &str, number: u64) -> Rng {
        let mut seed = self.seed;
        for byte in kind.bytes().chain(what.bytes()) {
            seed = Rng::with_seed(seed ^ u64::from(byte)).u64(..);
        }
        Rng::with_seed(seed ^ number)
    }

    /// Makes the first finds of each kind small, prints and writes them.
    fn keep<K: Kind>(&self, judge: &mut K, tally: &Tally) -> anyhow::Result<()> {
        for ((word, kind), numbers) in &tally.finds {
            println!("\n{word}: {kind}: {} times", numbers.len());
            let (kept, others) = numbers.split_at(self.kept.min(numbers.len()));
            if !others.is_empty() {
                println!("not made small: {others:?}");
            }
            for &number in kept {
                let world = self.world::<K>(number / K::BATCH);
                let files = self.program::<K>(&world, number);
                let judged = judge.judge(&world, std::slice::from_ref(&files))?.pop();
                // Alone it may go well: then it is the tree around it that matters.
                let is_alone = judged.as_ref().and_then(Verdict::find) == Some((*word, kind));
                let verdict = judged.unwrap_or(Verdict::Unchanged);
                let mut case = Case::<K> {
                    world,
                    files,
                    verdict,
                };
                if is_alone {
                    case = reduced(judge, case)?;
                } else {
                    println!("(not when it is alone in its tree)");
                }
                let folder = self.finds.join(format!("{}-{word}-{number}", K::NAME));
                self.write(&folder, &case, number)?;
                println!("{}", shown(&case));
                println!("# {}", self.command::<K>(number));
                println!("# {}\n", folder.display());
            }
        }
        Ok(())
    }

    fn command<K: Kind>(&self, number: u64) -> String {
        format!(
            "cargo run --release --manifest-path fuzz/Cargo.toml --bin execute -- {} --seed {} --only {number}",
            K::NAME,
            self.seed
        )
    }

    fn write<K: Kind>(&self, folder: &Path, case: &Case<K>, number: u64) -> anyhow::Result<()> {
        if folder.exists() {
            std::fs::remove_dir_all(folder)?;
        }
        let before = folder.join("before");
        for (name, text) in &case.files {
            let file = before.join(name);
            std::fs::create_dir_all(file.parent().unwrap_or(&before))?;
            std::fs::write(file, text)?;
        }
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("table.toml"), K::table(&case.world))?;
        let said = format!("{}\n{}\n", self.command::<K>(number), said(&case.verdict));
        std::fs::write(folder.join("said.txt"), said)?;
        Ok(())
    }

    /// Says what is not as it should be.
    fn is_well<K: Kind>(&self, tally: &Tally) -> bool {
        let faults = tally.times("fault");
        let mut is_well = faults == 0;
        if self.only.is_some() {
            return is_well && tally.times("left") == 0;
        }
        let all = tally.all() as f64;
        let mut bound = |what: &str, share: f64, is_kept: bool| {
            if !is_kept {
                println!("{}: {:.2}% {what}", K::NAME, share * 100.0);
                is_well = false;
            }
        };
        let left = tally.times("left") as f64 / all;
        bound("left by verification", left, left <= K::MOST_LEFT);
        let told = tally.told() as f64 / all;
        bound("left with a finding", told, told <= K::MOST_TOLD);
        let same = tally.same as f64 / all;
        bound("rewritten and the same", same, same >= K::LEAST_SAME);
        is_well
    }
}

impl Tally {
    fn count(&mut self, number: u64, verdict: Verdict) {
        if let Some((word, kind)) = verdict.find() {
            let key = (word, kind.to_owned());
            return self.finds.entry(key).or_default().push(number);
        }
        match verdict {
            Verdict::Idle(why) => *self.idle.entry(why).or_default() += 1,
            Verdict::Unchanged => self.unchanged += 1,
            Verdict::Same => self.same += 1,
            Verdict::Told(code) => *self.told.entry(code).or_default() += 1,
            Verdict::Left(_) | Verdict::Fault(_) => {}
        }
    }

    fn join(&mut self, other: Self) {
        self.unchanged += other.unchanged;
        self.same += other.same;
        for (code, count) in other.told {
            *self.told.entry(code).or_default() += count;
        }
        for (why, count) in other.idle {
            *self.idle.entry(why).or_default() += count;
        }
        for (key, numbers) in other.finds {
            self.finds.entry(key).or_default().extend(numbers);
        }
    }

    /// How many finds of a word there are.
    fn times(&self, word: &str) -> usize {
        let finds = self.finds.iter().filter(|((its, _), _)| *its == word);
        finds.map(|(_, numbers)| numbers.len()).sum()
    }

    fn told(&self) -> u64 {
        self.told.values().sum()
    }

    fn all(&self) -> u64 {
        let finds: usize = self.finds.values().map(Vec::len).sum();
        self.unchanged + self.same + self.told() + self.idle.values().sum::<u64>() + finds as u64
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} programs: {} rewritten and the same, {} unchanged, {} left with a finding, {} left \
             by verification, {} faults",
            self.all(),
            self.same,
            self.unchanged,
            self.told(),
            self.times("left"),
            self.times("fault")
        )?;
        for (why, count) in &self.idle {
            write!(f, ", {count} {why}")?;
        }
        for (code, count) in &self.told {
            write!(f, ", {count} told {code}")?;
        }
        Ok(())
    }
}

fn said(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Fault(fault) => format!("{}\n{}", fault.kind, fault.text),
        Verdict::Left(message) => message.clone(),
        other => format!("{other:?}"),
    }
}

fn shown<K: Kind>(case: &Case<K>) -> String {
    let mut text = K::table(&case.world);
    for (name, source) in &case.files {
        text.push_str(&format!("\n# before: {name}\n{source}"));
    }
    format!("{text}\n{}", said(&case.verdict))
}

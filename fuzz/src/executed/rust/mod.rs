//! Crates of Rust: several files, targets and dependencies, compiled before and after.
//!
//! - `model`, `scope`, `walk`: modules and items, each with a number of its own; what names mean in
//!   them; random paths that mean something.
//! - `generate`, `imports`, `uses`: a program, drawn from the model, and what moves in it.
//! - `render`, `world`: the files, and what is told to repoint.
//! - `judge`: rewrites and compiles; `simpler`: how a program is made small.
//!
//! Every use claims the number of what it names, and the compiler evaluates the claim: a path that
//! leads elsewhere does not compile, even where something else has the name. Old paths are gone from
//! the state after, so nothing can be left silently.

mod generate;
mod imports;
mod judge;
mod model;
mod render;
mod scope;
mod simpler;
mod uses;
mod walk;
mod world;

use fastrand::Rng;

use self::judge::Judge;
use self::world::World;
use super::{Files, Kind, Verdict};

/// The kind, and what judges it: one program each at a time.
pub struct Rust(Vec<Judge>);

impl Rust {
    /// Looks for the compiler.
    ///
    /// # Errors
    /// There is none.
    pub fn open() -> anyhow::Result<Self> {
        (0..Self::WIDTH)
            .map(|_| Judge::open())
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Kind for Rust {
    type World = World;

    const NAME: &'static str = "rust";
    const BATCH: u64 = 1;
    const WIDTH: usize = 2;
    const MOST_LEFT: f64 = 0.001;
    const MOST_TOLD: f64 = 0.3;
    const LEAST_SAME: f64 = 0.4;

    fn world(rng: &mut Rng) -> World {
        generate::world(rng)
    }

    fn program(world: &World, _: &mut Rng) -> Files {
        world.files.clone()
    }

    fn judge(&mut self, world: &World, programs: &[Files]) -> anyhow::Result<Vec<Verdict>> {
        std::thread::scope(|scope| {
            let threads: Vec<_> = programs
                .chunks(programs.len().div_ceil(self.0.len()).max(1))
                .zip(&self.0)
                .map(|(programs, judge)| {
                    scope.spawn(move || {
                        let verdicts = programs.iter().map(|files| judge.verdict(world, files));
                        verdicts.collect::<anyhow::Result<Vec<_>>>()
                    })
                })
                .collect();
            let mut all = Vec::new();
            for thread in threads {
                let verdicts = thread.join();
                all.extend(verdicts.unwrap_or_else(|_| Err(anyhow::anyhow!("a panic")))?);
            }
            Ok(all)
        })
    }

    fn table(world: &World) -> String {
        world.table()
    }

    fn fewer_rules(world: &World) -> Vec<World> {
        let without = |at: usize| {
            let mut world = world.clone();
            world.moves.remove(at);
            world
        };
        match world.moves.len() {
            0 | 1 => Vec::new(),
            count => (0..count).map(without).collect(),
        }
    }

    fn simpler(files: &Files) -> Vec<Files> {
        simpler::simpler(files)
    }
}

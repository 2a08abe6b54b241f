//! Crates of Rust: several files, targets and dependencies, compiled before and after.
//!
//! - `model`, `scope`, `walk`: modules and items, each with a number of its own; what names mean in
//!   them; random paths that mean something.
//! - `generate`, `imports`, `uses`: a program, drawn from the model, and what moves in it.
//! - `render`, `world`: the files, and what is told to repoint.
//! - `judge`: rewrites and compiles.
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
mod uses;
mod walk;
mod world;

use fastrand::Rng;

use self::judge::Judge;
use self::world::World;
use super::{Files, Kind, Verdict};

/// The kind, and what judges it.
pub struct Rust(Judge);

impl Rust {
    /// Looks for the compiler.
    ///
    /// # Errors
    /// There is none.
    pub fn open() -> anyhow::Result<Self> {
        Judge::open().map(Self)
    }
}

impl Kind for Rust {
    type World = World;

    const NAME: &'static str = "rust";
    const BATCH: u64 = 1;
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
        programs
            .iter()
            .map(|files| self.0.verdict(world, files))
            .collect()
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
}

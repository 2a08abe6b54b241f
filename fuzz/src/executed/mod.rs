//! Programs that are generated, rewritten and then executed (or compiled), before and after.
//!
//! No resolver is asked here: what the program itself does says whether a rewrite was right. A
//! [`Kind`] of program makes programs out of random numbers and judges many of them at once; a [`Run`]
//! judges a given number of them on all cores, makes small what went wrong, and writes it down. A
//! program is a function of the seed and of its number, so it is made anew instead of being kept.
//!
//! A new kind is an implementation of [`Kind`] and a subcommand of `bin/execute.rs`.

pub mod python;
mod reduce;
mod run;
pub mod rust;

use std::collections::BTreeMap;

use fastrand::Rng;

pub use self::run::Run;

/// The files of a program: paths below its folder, and texts.
pub type Files = BTreeMap<String, String>;

/// What became of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It says nothing: it does not run as it is.
    Idle(String),
    /// Nothing in it was rewritten, and nothing was to be.
    Unchanged,
    /// It was rewritten, and does what it did.
    Same,
    /// Something in it was left and a finding says so, of this code; apart from that it does what it did.
    Told(&'static str),
    /// The plan of one of its files did not pass verification: the file is left as it is, and the
    /// message says that this is a defect.
    Left(String),
    /// It does something else than before, and nothing was said.
    Fault(Fault),
}

/// A rewrite that was wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// In a few words, the same for all faults that look alike.
    pub kind: String,
    /// What the program did before and after, and how it was rewritten.
    pub text: String,
}

impl Verdict {
    /// What finds have in common, if it is one.
    fn find(&self) -> Option<(&'static str, &str)> {
        match self {
            Self::Left(message) => Some(("left", message)),
            Self::Fault(fault) => Some(("fault", &fault.kind)),
            _ => None,
        }
    }
}

/// A kind of program: how one is made, and how it is judged. One value judges on one thread.
pub trait Kind {
    /// The rules, and what there is to be referred to. Programs that are judged together have one.
    type World: Clone;

    /// On the command line, and in the names of finds.
    const NAME: &'static str;
    /// Programs that are rewritten together.
    const BATCH: u64;
    /// Programs that are judged together while one is made small.
    const WIDTH: usize = 32;
    /// The share of programs that verification may leave as they are.
    const MOST_LEFT: f64;
    /// The share of programs that may be left with a finding: what is left cannot be wrong.
    const MOST_TOLD: f64;
    /// The share of programs that must be rewritten and do the same.
    const LEAST_SAME: f64;

    /// Draws a world.
    fn world(rng: &mut Rng) -> Self::World;

    /// Draws a program in it.
    fn program(world: &Self::World, rng: &mut Rng) -> Files;

    /// Rewrites and runs all of them: a verdict for each.
    ///
    /// # Errors
    /// What judges them (an interpreter, a compiler) does not work.
    fn judge(&mut self, world: &Self::World, programs: &[Files]) -> anyhow::Result<Vec<Verdict>>;

    /// The mapping table.
    fn table(world: &Self::World) -> String;

    /// Worlds with one rule less.
    fn fewer_rules(world: &Self::World) -> Vec<Self::World>;

    /// Programs that are simpler than this one in another way than by having fewer lines.
    fn simpler(_files: &Files) -> Vec<Files> {
        Vec::new()
    }
}

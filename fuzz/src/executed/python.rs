//! Programs of Python, run by an interpreter.
//!
//! What a program refers to are stubs in memory. Before, an object that moves is one object under both
//! paths; after, it is to be had under its new path only. A program shows objects, and each says which
//! one it is. A program in which something was left with an error runs where both paths are: apart from what
//! the finding is about, it must do the same. One with a note that something is not followed runs there only if it
//! does something else where the old paths are gone.
//!
//! A law of its own asks no run: what `ast.unparse` prints of both states differs in paths and imports only.

mod imports;
mod program;
mod server;
mod tree;
mod uses;
mod world;

use std::collections::BTreeMap;

use fastrand::Rng;

use self::server::{Ran, Server, State};
use self::tree::{Rewritten, Tree};
pub use self::world::World;
use super::{Fault, Files, Kind, Verdict};

/// Stands for the folder of a program, and so for its package, in its files.
pub const OWN: &str = "OWN";

/// What judges programs of Python.
pub struct Python {
    tree: Tree,
    server: Server,
}

impl Python {
    /// Starts an interpreter.
    ///
    /// # Errors
    /// There is none, or there is no place for a tree.
    pub fn open() -> anyhow::Result<Self> {
        Ok(Self {
            tree: Tree::new()?,
            server: Server::start()?,
        })
    }
}

impl Kind for Python {
    type World = World;

    const NAME: &'static str = "python";
    const BATCH: u64 = 500;
    const MOST_LEFT: f64 = 0.001;
    const MOST_TOLD: f64 = 0.3;
    const LEAST_SAME: f64 = 0.4;

    fn world(rng: &mut Rng) -> World {
        World::draw(rng)
    }

    fn program(world: &World, rng: &mut Rng) -> Files {
        program::program(&world.moved(), rng)
    }

    fn judge(&mut self, world: &World, programs: &[Files]) -> anyhow::Result<Vec<Verdict>> {
        self.server.world(world)?;
        let rewritten = self.tree.rewrite(&world.table(), programs)?;
        let pairs = programs.iter().zip(rewritten);
        pairs
            .map(|(before, after)| {
                let verdict = self.verdict(before, &after)?;
                // Another program may have left something behind.
                if !matches!(verdict, Verdict::Fault(_)) {
                    return Ok(verdict);
                }
                self.server.afresh()?;
                self.verdict(before, &after)
            })
            .collect()
    }

    fn table(world: &World) -> String {
        world.table()
    }

    fn fewer_rules(world: &World) -> Vec<World> {
        world.fewer_rules()
    }

    fn simpler(files: &Files) -> Vec<Files> {
        program::simpler(files)
    }
}

impl Python {
    fn verdict(&mut self, before: &Files, after: &Rewritten) -> anyhow::Result<Verdict> {
        if let Some(message) = &after.failure {
            if message.starts_with("is not valid Python") {
                return Ok(Verdict::Idle("not Python".to_owned()));
            }
            return Ok(Verdict::Left(message.clone()));
        }
        // Without an edit there is still the question whether something was overlooked.
        let state = match after.left.is_empty() {
            true => State::New,
            false => State::Both,
        };
        let mut told = after.left.first();
        let mut ran = self.server.run(before, &after.files, state)?;
        // What a note speaks of may be left behind, and most times it is not.
        if told.is_none() && !after.not_followed.is_empty() && ran.is_other() {
            told = after.not_followed.first();
            ran = self.server.run(before, &after.files, State::Both)?;
        }
        let (was, is) = (&ran.before, &ran.after);
        if was.iter().any(|line| line.starts_with("!SyntaxError")) {
            return Ok(Verdict::Idle("not Python".to_owned()));
        }
        let fault = |kind: String| {
            let text = report(&ran, before, after);
            Ok(Verdict::Fault(Fault { kind, text }))
        };
        if !ran.printed.is_empty() {
            return fault("more than paths and imports is printed differently".to_owned());
        }
        if fails_before(was, is) {
            return Ok(Verdict::Idle("fail in another way".to_owned()));
        }
        if let Some((at, kind)) = difference(was, is) {
            if ran.unloaded.contains(&at) {
                return Ok(Verdict::Idle("need what another file loads".to_owned()));
            }
            return fault(kind);
        }
        Ok(match told {
            _ if was.iter().all(|line| line.starts_with('!')) => {
                Verdict::Idle("show nothing".to_owned())
            }
            Some(code) => Verdict::Told(code),
            None if *before == after.files => Verdict::Unchanged,
            None => Verdict::Same,
        })
    }
}

/// Whether the traces differ first where the program failed before: at a module that nothing had loaded, or at
/// a name that nothing had bound. What a `finally` shows comes before the failure; then all of that must be
/// shown afterwards as well.
fn fails_before(was: &[String], is: &[String]) -> bool {
    let is_failure = |line: &String| {
        let kinds = ["!AttributeError", "!NameError"];
        kinds.iter().any(|kind| line.starts_with(kind))
    };
    let Some(at) = (0..was.len()).find(|&at| is.get(at) != was.get(at)) else {
        return false;
    };
    if is_failure(&was[at]) {
        return true;
    }
    let in_module = |line: &&String| !line.starts_with('#');
    let mut after = is[at.min(is.len())..].iter().take_while(in_module);
    let before = was[at..].iter().take_while(in_module);
    let shown: Vec<&String> = before.take_while(|line| !is_failure(line)).collect();
    was.get(at + shown.len()).is_some_and(is_failure)
        && shown.iter().all(|line| after.any(|other| other == *line))
}

/// Where two traces differ first, and in what, in words that have no names in them.
fn difference(was: &[String], is: &[String]) -> Option<(usize, String)> {
    let at = (0..was.len().max(is.len())).find(|&at| was.get(at) != is.get(at))?;
    let word = |trace: &[String]| match trace.get(at) {
        None => "the end".to_owned(),
        Some(line) if line.starts_with('!') => line.clone(),
        Some(line) if line.starts_with('#') => "another place".to_owned(),
        Some(_) => "a value".to_owned(),
    };
    Some((at, format!("{} before, {} after", word(was), word(is))))
}

impl Ran {
    /// Whether it does something else after than before, where it did not fail before.
    fn is_other(&self) -> bool {
        !fails_before(&self.before, &self.after) && difference(&self.before, &self.after).is_some()
    }
}

fn report(ran: &Ran, before: &Files, after: &Rewritten) -> String {
    let mut text = String::new();
    for (name, source) in &after.files {
        if before.get(name) != Some(source) {
            text.push_str(&format!("# after: {name}\n{source}\n"));
        }
    }
    text.push_str(&format!(
        "# shown before: {}\n# shown after: {}\n# findings: {:?}",
        ran.before.join(" "),
        ran.after.join(" "),
        after.findings
    ));
    for difference in &ran.printed {
        text.push_str(&format!("\n# {difference}"));
    }
    text
}

/// Paths of files, and texts, with this folder in the place of [`OWN`].
fn placed(files: &Files, folder: &str) -> BTreeMap<String, String> {
    let place =
        |(name, text): (&String, &String)| (format!("{folder}/{name}"), text.replace(OWN, folder));
    files.iter().map(place).collect()
}

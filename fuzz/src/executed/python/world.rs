//! What there is to be imported, and the rules by which it moves.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use fastrand::Rng;
use serde_json::{Map, Value, json};

/// Modules of before. All have the same objects, so that names clash.
pub const MODULES: &[&str] = &[
    "old", "old.a", "old.b", "old.a.c", "kept", "kept.a", "kept.new",
];
/// Of each module. `K` is a class.
pub const OBJECTS: &[&str] = &["f", "g", "K"];

/// Old and new path of modules that may move.
const MODULE_MOVES: &[(&str, &str)] = &[
    ("old.a", "new.a"),
    ("old.a", "new.x.y"),
    ("old.a", "top"),
    ("old.a", "kept.old_a"),
    ("old.a.c", "new.c"),
    ("old.a.c", "old.c"),
    ("old.b", "new.a"),
    ("old.b", "new.b"),
    ("old.b", "old.sub.b"),
    ("old.b", "old.a.b"),
    ("old", "new"),
    ("old", "fresh"),
    ("kept.a", "kept.b"),
];

/// Modules whose objects may move, and those that they may move to.
const HOMES: &[&str] = &[
    "new.home", "new.o", "new", "old.b", "old", "old.a", "kept.n", "kept",
];

/// Rules, and with them what there is before and after.
#[derive(Clone, Debug)]
pub struct World {
    /// By old path.
    rules: BTreeMap<String, Rule>,
    /// `rename = "uses"`.
    renames_uses: bool,
}

#[derive(Clone, Debug)]
struct Rule {
    to: String,
    /// What the table says of it; it may say nothing.
    kind: Option<&'static str>,
}

impl World {
    /// One to four rules of which no two make one thing of two.
    pub fn draw(rng: &mut Rng) -> Self {
        loop {
            let rules = (0..rng.usize(1..=4)).map(|_| match rng.bool() {
                true => module_rule(rng),
                false => object_rule(rng),
            });
            let world = Self {
                rules: rules.collect(),
                renames_uses: rng.u8(..5) == 0,
            };
            if world.keeps_apart() {
                return world;
            }
        }
    }

    /// The mapping table.
    pub fn table(&self) -> String {
        let mut table = "language = \"python\"\nname = \"executed\"\n".to_owned();
        if self.renames_uses {
            table.push_str("rename = \"uses\"\n");
        }
        for (from, Rule { to, kind }) in &self.rules {
            let _ = write!(table, "\n[[move]]\nfrom = \"{from}\"\nto = \"{to}\"\n");
            if let Some(kind) = kind {
                let _ = writeln!(table, "kind = \"{kind}\"");
            }
        }
        table
    }

    /// Worlds with one rule less.
    pub fn fewer_rules(&self) -> Vec<Self> {
        if self.rules.len() < 2 {
            return Vec::new();
        }
        let without = |from: &String| {
            let mut world = self.clone();
            world.rules.remove(from);
            world
        };
        let worlds = self.rules.keys().map(without);
        worlds.filter(Self::keeps_apart).collect()
    }

    /// The modules that a rule speaks of, or of an object in them.
    pub fn moved(&self) -> Vec<&'static str> {
        let is_spoken_of = |module: &&str| {
            let mut rules = self.rules.keys();
            rules.any(|from| {
                from == module
                    || from
                        .rsplit_once('.')
                        .is_some_and(|(home, _)| home == *module)
            })
        };
        MODULES.iter().copied().filter(is_spoken_of).collect()
    }

    /// The names in the paths of the rules.
    pub fn words(&self) -> BTreeSet<&str> {
        let paths = self.rules.iter().flat_map(|(from, rule)| [from, &rule.to]);
        paths.flat_map(|path| path.split('.')).collect()
    }

    /// Where a path leads in the end; `None` if it never ends.
    fn new_path(&self, path: &str) -> Option<String> {
        let mut path = path.to_owned();
        for _ in 0..=self.rules.len() {
            let next = self.next_path(&path);
            if next == path {
                return Some(path);
            }
            path = next;
        }
        None
    }

    /// Where the longest rule leads.
    fn next_path(&self, path: &str) -> String {
        let is_at_or_below = |from: &str| {
            let rest = path.strip_prefix(from);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let rules = self.rules.iter().filter(|(from, _)| is_at_or_below(from));
        let longest = rules.max_by_key(|(from, _)| from.len());
        longest.map_or_else(
            || path.to_owned(),
            |(from, rule)| format!("{}{}", rule.to, &path[from.len()..]),
        )
    }

    /// Whether each module and each object has a path of its own afterwards, and one that ends.
    fn keeps_apart(&self) -> bool {
        let mut seen = BTreeSet::new();
        everything().all(|(path, _)| self.new_path(&path).is_some_and(|new| seen.insert(new)))
            // A name of a package is either a module in it or an object.
            && seen.iter().all(|path| {
                let is_object = OBJECTS.iter().any(|o| path.ends_with(&format!(".{o}")));
                !is_object || !seen.iter().any(|other| other.starts_with(&format!("{path}.")))
            })
            && self.leads_apart(&seen)
    }

    /// Whether nothing else has the path of a module below the name that its package has afterwards: `from package
    /// import module` looks there.
    fn leads_apart(&self, seen: &BTreeSet<String>) -> bool {
        everything().all(|(path, kind)| {
            let Some((package, name)) = path.rsplit_once('.').filter(|_| kind == "module") else {
                return true;
            };
            let below = self.new_path(package).map(|package| format!("{package}.{name}"));
            below.is_none_or(|below| {
                self.new_path(&path).as_ref() == Some(&below) || !seen.contains(&below)
            })
        })
    }

    /// By path, what is there (`module` or an object's kind) and which one it is: what is after, or
    /// what is before, which is all of that under its old path too.
    pub fn stubs(&self, with_old: bool) -> Value {
        let mut stubs = Map::new();
        let mut put = |path: &str, identity: &str, kind: &str| {
            // Packages that the path goes through.
            for (at, _) in path.match_indices('.') {
                let package = &path[..at];
                stubs
                    .entry(package)
                    .or_insert_with(|| json!({"is": package, "kind": "module"}));
            }
            stubs.insert(path.to_owned(), json!({"is": identity, "kind": kind}));
        };
        for (path, kind) in everything() {
            let Some(new) = self.new_path(&path) else {
                continue;
            };
            put(&new, &new, kind);
            if !with_old {
                continue;
            }
            put(&path, &new, kind);
            // `from package import module` looks below the name that the package calls itself by.
            if let Some((package, name)) = path.rsplit_once('.')
                && let Some(package) = self.new_path(package)
                && kind == "module"
            {
                put(&format!("{package}.{name}"), &new, kind);
            }
        }
        Value::Object(stubs)
    }
}

/// Every path of before, and its kind.
fn everything() -> impl Iterator<Item = (String, &'static str)> {
    let kind = |object: &str| if object == "K" { "class" } else { "function" };
    MODULES.iter().flat_map(move |module| {
        let objects = OBJECTS.iter();
        let objects = objects.map(move |object| (format!("{module}.{object}"), kind(object)));
        std::iter::once(((*module).to_owned(), "module")).chain(objects)
    })
}

fn kind(rng: &mut Rng, kind: &'static str) -> Option<&'static str> {
    (rng.u8(..4) > 0).then_some(kind)
}

fn module_rule(rng: &mut Rng) -> (String, Rule) {
    let (from, to) = MODULE_MOVES[rng.usize(..MODULE_MOVES.len())];
    let to = to.to_owned();
    let kind = kind(rng, "module");
    (from.to_owned(), Rule { to, kind })
}

/// An object gets a name of its own where it meets others, and sometimes elsewhere.
fn object_rule(rng: &mut Rng) -> (String, Rule) {
    let module = MODULES[rng.usize(..MODULES.len())];
    let object = OBJECTS[rng.usize(..OBJECTS.len())];
    let home = HOMES[rng.usize(..HOMES.len())];
    let tag = module.replace('.', "_");
    let to = match (home, rng.u8(..3)) {
        ("new.home", _) => format!("{home}.{tag}.{object}"),
        ("new.o" | "kept.n", 0) => format!("{home}.{object}"),
        _ => format!("{home}.{object}_{tag}"),
    };
    let kind = kind(rng, "object");
    (format!("{module}.{object}"), Rule { to, kind })
}

//! Programs that run, before and after.
//!
//! The old and the new modules are stubs that `program.py` makes in memory: in the state before, an
//! object that moves is one under both paths; after, it has its new path only. What a program prints
//! says which objects it met. A program that fails before, or that the rewriter leaves an error or a
//! review in, claims nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use repoint::finding::Level;
use serde_json::{Value, json};

use crate::room::{self, Room};

/// Modules of before, with the objects in each. All have the same objects: names clash.
const MODULES: [&str; 6] = ["old", "old.a", "old.b", "old.a.c", "kept", "kept.a"];
const OBJECTS: [&str; 3] = ["f", "g", "K"];

/// Rules, and what they make of the stubs.
#[derive(Clone, Debug)]
struct World {
    /// Of modules and objects.
    moves: BTreeMap<String, (String, bool)>,
    uses: bool,
}

impl World {
    fn table(&self) -> String {
        let mut table = "language = \"python\"\nname = \"laws\"\n".to_owned();
        if self.uses {
            table.push_str("rename = \"uses\"\n");
        }
        for (from, (to, is_module)) in &self.moves {
            let kind = if *is_module { "module" } else { "object" };
            let _ = write!(
                table,
                "\n[[move]]\nfrom = \"{from}\"\nto = \"{to}\"\nkind = \"{kind}\"\n"
            );
        }
        table
    }

    /// Where a path leads in the end. Tables with cycles were refused, or never asked.
    fn new_path(&self, path: &str) -> String {
        let mut path = path.to_owned();
        for _ in 0..=self.moves.len() {
            path = self.next_path(&path);
        }
        path
    }

    /// Where the longest rule leads.
    fn next_path(&self, path: &str) -> String {
        let mut longest: Option<(&str, &str)> = None;
        for (from, (to, _)) in &self.moves {
            let is_below = path
                .strip_prefix(from.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
            if is_below && longest.is_none_or(|(known, _)| known.len() < from.len()) {
                longest = Some((from, to));
            }
        }
        longest.map_or_else(
            || path.to_owned(),
            |(from, to)| format!("{to}{}", &path[from.len()..]),
        )
    }

    /// Whether no two modules and no two objects get one path: as stubs they would be one, which they are
    /// not before.
    fn keeps_apart(&self) -> bool {
        let mut seen = std::collections::BTreeSet::new();
        MODULES.iter().all(|module| {
            seen.insert(self.new_path(module))
                && OBJECTS
                    .iter()
                    .all(|object| seen.insert(self.new_path(&format!("{module}.{object}"))))
        })
    }

    /// By path: what is there (`module` or an object's kind) and which one it is.
    fn stubs(&self, state: &str) -> Value {
        let mut stubs = serde_json::Map::new();
        let mut put = |path: &str, identity: &str, kind: &str| {
            let stub = json!({"is": identity, "kind": kind});
            stubs.insert(path.to_owned(), stub);
        };
        for module in MODULES {
            let new = self.new_path(module);
            if state == "before" || new == module {
                put(module, &new, "module");
            }
            put(&new, &new, "module");
            // Packages that the new path goes through.
            for (at, _) in new.match_indices('.') {
                put(&new[..at], &new[..at], "module");
            }
            for object in OBJECTS {
                let path = format!("{module}.{object}");
                let new = self.new_path(&path);
                let kind = if object == "K" { "class" } else { "function" };
                if state == "before" || new == path {
                    put(&path, &new, kind);
                }
                put(&new, &new, kind);
                for (at, _) in new.match_indices('.') {
                    put(&new[..at], &new[..at], "module");
                }
            }
        }
        Value::Object(stubs)
    }
}

fn world() -> impl Strategy<Value = World> {
    let module = prop::sample::select(
        &[
            ("old.a", "new.a"),
            ("old.a", "new.x.y"),
            ("old.b", "new.a"),
            ("old.a", "top"),
            ("old.a.c", "new.c"),
            ("old.b", "old.sub.b"),
            ("old", "new"),
            ("old.b", "new.b"),
        ][..],
    )
    .prop_map(|(from, to)| (from.to_owned(), (to.to_owned(), true)));
    let object = (
        prop::sample::select(&["old", "old.a", "old.b", "old.a.c"][..]),
        prop::sample::select(&OBJECTS[..]),
        prop::sample::select(&["new.home", "new.o", "new", "old.b", "kept.n"][..]),
        prop::sample::select(&["", "", "Renamed"][..]),
    )
        .prop_map(|(from, object, to, renamed)| {
            // Each has a name of its own, so that no two become one.
            let name = if renamed.is_empty() && !to.starts_with("old") && to != "new" {
                object.to_owned()
            } else {
                format!("{object}_{}", from.replace('.', "_"))
            };
            let home = if to == "new.home" {
                format!("{to}.{}", from.replace('.', "_"))
            } else {
                to.to_owned()
            };
            (
                format!("{from}.{object}"),
                (format!("{home}.{name}"), false),
            )
        });
    (
        prop::collection::vec(prop_oneof![module, object], 1..4),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(rules, uses)| World {
            moves: rules.into_iter().collect(),
            uses,
        })
        .prop_filter("two things become one", World::keeps_apart)
}

fn module() -> impl Strategy<Value = &'static str> {
    prop::sample::select(
        &[
            "old", "old.a", "old.a", "old.b", "old.a.c", "kept", "kept.a",
        ][..],
    )
}

fn object() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&OBJECTS[..])
}

fn local() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["f", "K", "old", "a", "x", "new"][..])
}

/// An import, and the expressions that it makes possible.
fn import() -> impl Strategy<Value = (String, Vec<String>)> {
    let from = (
        module(),
        prop::collection::vec((object(), prop::option::of(local())), 1..4),
        0..3,
    )
        .prop_map(|(module, names, layout)| {
            let mut clauses = Vec::new();
            let mut bound = Vec::new();
            for (name, alias) in names {
                match alias {
                    Some(alias) => clauses.push(format!("{name} as {alias}")),
                    None => clauses.push(name.to_owned()),
                }
                bound.push(alias.unwrap_or(name).to_owned());
            }
            let import = match layout {
                0 => format!("from {module} import {}", clauses.join(", ")),
                1 => format!(
                    "from {module} import (  # why\n    {},\n)",
                    clauses.join(",\n    # above\n    ")
                ),
                _ => format!("from {module} import \\\n    {}", clauses.join(", ")),
            };
            (import, bound)
        });
    let uses = |path: &str| {
        OBJECTS
            .iter()
            .map(|object| format!("{path}.{object}"))
            .collect::<Vec<_>>()
    };
    let dotted = (module(), module(), any::<bool>()).prop_map(move |(one, two, both)| {
        let mut bound = uses(one);
        let mut import = format!("import {one}");
        if both {
            let _ = write!(import, ", {two}");
            bound.extend(uses(two));
        }
        (import, bound)
    });
    let named = (module(), local())
        .prop_map(move |(module, alias)| (format!("import {module} as {alias}"), uses(alias)));
    let below = (
        prop::sample::select(&[("old", "a"), ("old", "b"), ("old.a", "c"), ("kept", "a")][..]),
        prop::option::of(local()),
    )
        .prop_map(move |((package, name), alias)| match alias {
            Some(alias) => (
                format!("from {package} import {name} as {alias}"),
                uses(alias),
            ),
            None => (format!("from {package} import {name}"), uses(name)),
        });
    prop_oneof![4 => from, 4 => dotted, 1 => named, 2 => below]
}

/// A statement that shows what a path is.
fn show(path: &str, way: usize) -> String {
    let head = path.split('.').next().unwrap_or_default();
    match way {
        0..=3 => format!("show({path})\n"),
        4 => format!("show([{path} for x in (1, 2)])\n"),
        5 => format!("show((lambda y: ({path}, y))(1))\n"),
        6 => format!("print(f\"{{name({path})}} {path}\")\n"),
        7 => format!("def inner(y={path}):\n    show(y, {path})\ninner()\n"),
        8 => format!(
            "class C:\n    y = {path}\n    def m(self): return {path}\nshow(C.y, C().m())\n"
        ),
        9 if head == "old" || head == "kept" => format!("with patch(\"{path}\"): show({path})\n"),
        10 => format!("show({path}); show({head})\n"),
        11 => format!("y = {path}; show(y)\n"),
        12 => format!("def noted(z: \"{path}\"): pass\nshow(eval(noted.__annotations__[\"z\"]))\n"),
        _ => format!("show(({path}\n    ))\n"),
    }
}

fn indented(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| format!("    {line}"))
        .collect()
}

/// An import with uses of it, in a suite or in none. Some uses are of a path that may not be there.
fn part() -> impl Strategy<Value = String> {
    let uses = prop::collection::vec((any::<prop::sample::Index>(), 0..14_usize), 1..4);
    (
        import(),
        uses,
        0..10,
        prop::option::weighted(0.2, (module(), object())),
        any::<bool>(),
    )
        .prop_map(|((import, bound), uses, suite, stray, semicolon)| {
            let mut body = String::new();
            for (index, way) in uses {
                body.push_str(&show(&bound[index.index(bound.len())], way));
            }
            if let Some((module, object)) = stray {
                // What another part may have bound.
                let _ = writeln!(body, "show({module}.{object})");
            }
            let end = if semicolon && !import.contains('#') {
                "; pass\n"
            } else {
                "\n"
            };
            let text = format!("{import}{end}{body}");
            match suite {
                0..=4 => text,
                5 | 6 => format!("def go():\n{}go()\n", indented(&text)),
                7 => format!("if True:\n{}else: pass\n", indented(&text)),
                8 => format!(
                    "try:\n{}except ImportError: print('!failed')\n",
                    indented(&text)
                ),
                _ => format!("def go():\n{}go()\n{text}", indented(&text)),
            }
        })
}

fn program() -> impl Strategy<Value = (World, String)> {
    (world(), prop::collection::vec(part(), 1..4))
        .prop_map(|(world, parts)| (world, parts.concat()))
}

/// A program in both states.
struct Pair {
    table: String,
    before: String,
    after: String,
    request: Value,
}

/// The rewritten programs among `count`, for which the rewriter claims that they do the same.
fn pairs(count: u32) -> Vec<Pair> {
    let room = Room::generated();
    let mut runner = TestRunner::deterministic();
    let mut pairs = Vec::new();
    for _ in 0..count {
        let (world, before) = program()
            .new_tree(&mut runner)
            .expect("a program can be made")
            .current();
        let table = world.table();
        let Some(tables) = room::tables(&table) else {
            continue;
        };
        let report = room.report(&tables, "main.py", before.as_bytes());
        let doubts = report
            .plan
            .findings
            .iter()
            .any(|f| f.level >= Level::Review);
        let (None, false, Some(after)) = (&report.failure, doubts, report.rewritten) else {
            continue;
        };
        let after = String::from_utf8(after).expect("it was UTF-8");
        let request = json!({
            "before": {"source": before, "stubs": world.stubs("before")},
            "after": {"source": after, "stubs": world.stubs("after")},
        });
        pairs.push(Pair {
            table,
            before,
            after,
            request,
        });
    }
    pairs
}

/// Asks Python for what every program prints in both states.
fn traces(pairs: &[Pair]) -> Vec<(String, String)> {
    let judge = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/laws/program.py");
    let name = std::env::var_os("REPOINT_PYTHON").unwrap_or_else(|| "python3".into());
    let mut python = Command::new(name)
        .args(["-B", "-s", "-W", "ignore", judge])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 can be started");
    let mut stdin = python.stdin.take().expect("it is piped");
    let requests: String = pairs
        .iter()
        .map(|pair| format!("{}\n", pair.request))
        .collect();
    // It answers after the last one, so neither waits for the other.
    stdin.write_all(requests.as_bytes()).expect("it reads");
    drop(stdin);
    let output = python.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", output.status);
    let text = String::from_utf8(output.stdout).expect("it prints UTF-8");
    text.lines()
        .map(|line| {
            let answer: Value = serde_json::from_str(line).expect("it prints JSON");
            let of = |state: &str| answer[state].as_str().unwrap_or_default().to_owned();
            (of("before"), of("after"))
        })
        .collect()
}

/// Generates, rewrites and runs programs.
pub fn run(count: u32) {
    let pairs = pairs(count);
    let traces = traces(&pairs);
    assert_eq!(pairs.len(), traces.len());
    let mut ran = 0;
    let mut wrong = Vec::new();
    for (pair, (before, after)) in pairs.iter().zip(&traces) {
        if before.contains("!failed") {
            continue;
        }
        ran += 1;
        if before != after {
            wrong.push(format!(
                "{}\n# before\n{}\n# after\n{}\n# printed before\n{before}\n# printed after\n{after}",
                pair.table, pair.before, pair.after
            ));
        }
    }
    wrong.sort_by_key(String::len);
    eprintln!(
        "{count} programs: {} rewritten, {ran} ran, {} differ",
        pairs.len(),
        wrong.len()
    );
    assert!(
        wrong.is_empty(),
        "{} of {ran}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(6)].join("\n----\n")
    );
    assert!(ran * 10 > count, "only {ran} of {count} say anything");
}

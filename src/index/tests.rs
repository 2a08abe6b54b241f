use std::path::PathBuf;

use super::*;
use crate::facts::{Glob, Kind, Shape};

fn path(text: &str) -> Vec<Segment> {
    text.split('.').map(Segment::new).collect()
}

fn definition(name: &str) -> Definition {
    let is_class = name.starts_with(char::is_uppercase);
    Definition {
        name: Segment::new(name),
        kind: if is_class {
            Kind::Class
        } else {
            Kind::Function
        },
        seen: Seen::Everywhere,
        range: 0..1,
        line: 1,
        lines: 1,
        shape: Shape::default(),
    }
}

fn import(name: &str, target: &str) -> Import {
    Import {
        name: Segment::new(name),
        target: path(target),
        how: How::Import,
        seen: Seen::Everywhere,
        range: 0..1,
    }
}

/// A file of one module, by lines: `def C`, `C = a.b.C`, `* = a.b`, `say a.b.C`.
fn file(index: &mut ProjectIndex, module: &str, lines: &[&str]) {
    let mut facts = ModuleFacts {
        paths: vec![path(module)],
        ..ModuleFacts::default()
    };
    let mut references = Vec::new();
    for line in lines {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["def", name] => facts.definitions.push(definition(name)),
            ["*", "=", target] => facts.globs.push(Glob {
                module: path(target),
                is_public: true,
                how: How::ReExport,
                range: 0..1,
            }),
            [name, "=", target] => facts.imports.push(import(name, target)),
            ["say", said] => references.push(PathReference {
                path: path(said),
                bound: 0,
                range: 0..1,
                is_import: true,
                is_re_export: false,
                is_replacement: false,
                when: When::Load,
            }),
            _ => panic!("{line}"),
        }
    }
    let modules = vec![facts];
    index.add(
        PathBuf::from(format!("/{module}")),
        FileFacts {
            modules,
            references,
        },
    );
}

/// What a path leads to: the path of the definition, by which names.
fn leads(index: &ProjectIndex, said: &str) -> Option<(String, String)> {
    let text = |id: PathId| {
        let names = index.paths.names(id);
        names
            .iter()
            .map(Segment::as_str)
            .collect::<Vec<_>>()
            .join(".")
    };
    let found = index.definition(index.paths.find(&path(said))?)?;
    Some((text(index.path_of(found.definition)?), text(found.by)))
}

#[test]
fn paths_lead_to_definitions_over_re_exports_and_globs() {
    let mut index = ProjectIndex::default();
    let said = [
        ("a.b.C", Some(("a.b.C", "a.b.C"))),
        ("a.b.C.method", Some(("a.b.C", "a.b.C"))),
        ("a.C", Some(("a.b.C", "a.C"))),
        ("a.C.method", Some(("a.b.C", "a.C"))),
        ("star.C", Some(("a.b.C", "star.C"))),
        ("shim.D", Some(("a.b.C", "shim.D"))),
        ("shim.m.C.x", Some(("a.b.C", "shim.m.C"))),
        // A folder without a module of its own.
        ("space.low.E", Some(("space.low.E", "space.low.E"))),
        // A function called like its module, and the module.
        ("pkg.run", Some(("pkg.run.run", "pkg.run"))),
        ("pkg.run.run", Some(("pkg.run.run", "pkg.run.run"))),
        ("pkg.run.other", Some(("pkg.run.other", "pkg.run.other"))),
        // A member of a definition is not the definition; a module is not what has its name.
        ("member.M", None),
        ("pkg.run.gone", None),
        // What was asked for a member still leads to its definition, in a circle as well.
        ("ring.M", None),
        ("ring.D.M", Some(("ring.base.D", "ring.D"))),
        ("ring.D", Some(("ring.base.D", "ring.D"))),
        ("loop.D", Some(("ring.base.D", "loop.D"))),
        // Circles end.
        ("one.X", None),
        ("a.b", None),
        ("a.gone", None),
        ("out.side", None),
    ];
    let all: Vec<String> = said.iter().map(|(path, _)| format!("say {path}")).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    file(&mut index, "a", &["C = a.b.C"]);
    file(&mut index, "a.b", &["def C"]);
    file(&mut index, "star", &["* = a"]);
    file(&mut index, "shim", &["D = star.C", "m = a.b"]);
    file(&mut index, "space.low", &["def E"]);
    file(&mut index, "pkg", &["run = pkg.run.run"]);
    file(&mut index, "pkg.run", &["def run", "def other"]);
    file(&mut index, "member", &["M = a.b.C.M"]);
    file(
        &mut index,
        "ring",
        &["M = ring.D.M", "* = loop", "* = ring.base"],
    );
    file(&mut index, "ring.base", &["def D"]);
    file(&mut index, "loop", &["* = ring"]);
    file(&mut index, "one", &["X = two.X", "* = two"]);
    file(&mut index, "two", &["X = one.X", "* = one"]);
    file(&mut index, "user", &all);
    index.finish();
    for (path, expected) in said {
        let expected = expected.map(|(to, by)| (to.to_owned(), by.to_owned()));
        assert_eq!(leads(&index, path), expected, "{path}");
    }
    let chain = |said: &str| -> Vec<String> {
        let chain = index.chain(&path(said)).into_iter();
        chain.map(|path| path.join(".")).collect()
    };
    assert_eq!(chain("shim.D"), ["shim.D", "star.C", "a.C", "a.b.C"]);
    assert_eq!(chain("shim.m.C.x"), ["shim.m.C.x", "a.b.C.x"]);
    assert_eq!(chain("one.X"), ["one.X", "two.X"]);
    // What leads out of the project is dropped.
    let user = index.file_ids().last().expect("a file");
    assert_eq!(index.said_in(user).len(), said.len() - 1);
    assert!(size_of::<Said>() <= 16);
}

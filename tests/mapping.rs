//! Mapping tables as a user writes them: what is refused, and how it is said.

use std::fs;
use std::path::{Path, PathBuf};

use repoint::mapping::{
    MappingSource, Outcome, Tables, builtin_names, from_moves, json_schema, load,
};
use repoint::path::{Namespaces, PYTHON, RUST, SymbolPath, Syntax};
use repoint::usecase::tables::{Outcome as Example, run_example};

const KNOWN: &[&Syntax] = &[&PYTHON, &RUST];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let folder = root().join("tests/fixtures/mapping").join(folder);
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the folder of fixtures")
        .map(|entry| entry.expect("a fixture").path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// A fixture under its bare name, so that snapshots hold no path of this machine.
fn source(file: &Path) -> MappingSource {
    MappingSource::Toml {
        file: PathBuf::from(file.file_name().expect("a name")),
        text: fs::read_to_string(file).expect("a readable fixture"),
    }
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(format!("mapping-{name}"), text));
}

#[track_caller]
fn resolve(tables: &Tables, language: &str, path: &str) -> String {
    let table = tables.of(language).expect("a table of the language");
    let path = SymbolPath::parse(path, table.syntax()).expect("a path");
    match table.resolve(path.segments(), Namespaces::ALL) {
        Outcome::Stays => "stays".to_owned(),
        Outcome::Moves(to) => to.to.display(table.syntax()).to_string(),
        Outcome::Removed(_) => "removed".to_owned(),
        Outcome::Alternatives(_) => "alternatives".to_owned(),
    }
}

#[test]
fn bad_tables_are_refused_with_every_error() {
    for file in fixtures("bad") {
        let name = file.file_stem().expect("a name").to_string_lossy();
        let errors = load(&[source(&file)], KNOWN).expect_err(&name);
        snapshot(&name, &format!("{errors}\n\n{}", errors.render(false)));
    }
}

#[test]
fn good_tables_are_accepted() {
    for file in fixtures("good") {
        let name = file.file_stem().expect("a name").to_string_lossy();
        match load(&[source(&file)], KNOWN) {
            Ok(tables) => {
                let warns = name == "warns";
                assert_eq!(!tables.warnings().is_empty(), warns, "{name}");
                let warnings: Vec<_> = tables.warnings().iter().map(|w| w.render(false)).collect();
                if warns {
                    snapshot(&name, &warnings.join("\n\n"));
                }
            }
            Err(errors) => panic!("{name}\n{}", errors.render(false)),
        }
    }
}

fn good(name: &str) -> Tables {
    let file = root().join(format!("tests/fixtures/mapping/good/{name}.toml"));
    load(&[source(&file)], KNOWN).expect("a good table")
}

#[test]
fn a_target_below_its_own_path_stays() {
    let tables = good("below-itself");
    let python = |path| resolve(&tables, "python", path);
    assert_eq!(python("pydantic.BaseModel"), "pydantic.v1.BaseModel");
    assert_eq!(python("pydantic"), "pydantic.v1");
    assert_eq!(python("pydantic.v1.BaseModel"), "stays");
    assert_eq!(
        python("pydantic.BaseSettings"),
        "pydantic_settings.BaseSettings"
    );
}

#[test]
fn a_circle_that_eats_names_ends() {
    let tables = good("shrinks");
    assert_eq!(resolve(&tables, "rust", "a::b::b::b::c"), "a::c");
}

#[test]
fn names_colons_and_exceptions() {
    let tables = good("all-keys");
    let python = |path| resolve(&tables, "python", path);
    assert_eq!(python("app.compat.A"), "app.modern.A");
    assert_eq!(python("app.compat.C"), "stays");
    assert_eq!(python("g.h.i.j"), "g.k.i.j");
    assert_eq!(python("typing.List"), "builtins.list");
    assert_eq!(python("app.many.deep"), "alternatives");
    assert_eq!(python("app.ws.factory.FactoryError"), "stays");
    // Exact: what lies below goes with the wider rule.
    assert_eq!(python("app.ws.factory.create"), "app.ws.manager.get");
    assert_eq!(python("app.ws.factory.create.x"), "app.ws.manager.create.x");
    assert_eq!(python("app.ws.legacy"), "removed");
    assert_eq!(python("app.ws.legacy.x"), "stays");
    let object = Namespaces(0b10);
    let table = tables.of("python").expect("python");
    let with_colon = table.rules().iter().find(|r| r.id == "g.h.i.j");
    assert_eq!(with_colon.expect("there").kinds, object);
    let requires: Vec<_> = table.rules().iter().flat_map(|r| &r.requires).collect();
    assert_eq!(requires, ["pydantic-settings>=2"]);
    assert_eq!(tables.mappings()[0].rules, 9);
}

#[test]
fn short_forms_are_rules_one_a_path() {
    let tables = good("short-forms");
    let python = |path| resolve(&tables, "python", path);
    assert_eq!(python("z.X.y"), "home.X.y");
    assert_eq!(python("plain.A"), "other.A");
    assert_eq!(python("a.b.C"), "a.d.C");
    assert_eq!(python("old.A"), "new.X");
    assert_eq!(python("old.B"), "new.B");
    assert_eq!(python("old.C"), "stays");
    assert_eq!(python("p.Thing"), "home.Thing");
    assert_eq!(python("q.Thing"), "home.Thing");
    assert_eq!(python("home.Looked"), "stays");
    let table = tables.of("python").expect("python");
    let ids: Vec<_> = table.rules().iter().map(|rule| rule.id.as_str()).collect();
    let in_order = [
        "z.X",
        "plain",
        "a.b.C",
        "old.A",
        "old.B",
        "p.Thing",
        "q.Thing",
        "home.Looked",
    ];
    assert_eq!(ids, in_order);
    let says = |rule: &repoint::mapping::Rule| rule.word.as_deref() == Some("spelled out");
    assert!(table.rules().iter().all(says));
    let reviewed = SymbolPath::parse("home.Looked.x", &PYTHON).expect("a path");
    assert!(table.reviewing(reviewed.segments()).is_some());
    let other = SymbolPath::parse("home.X", &PYTHON).expect("a path");
    assert!(table.reviewing(other.segments()).is_none());
    let lines: Vec<_> = tables.examples().iter().map(|it| it.line).collect();
    assert_eq!(lines, [23, 28]);
    assert_eq!(tables.examples()[1].before, tables.examples()[1].after);
}

#[test]
fn kinds_tell_rules_for_one_path_apart() {
    let tables = good("kinds-apart");
    let table = tables.of("rust").expect("rust");
    let path = SymbolPath::parse("a::X", &RUST).expect("a path");
    let to = |kinds| match table.resolve(path.segments(), Namespaces(kinds)) {
        Outcome::Moves(to) => to.to.display(&RUST).to_string(),
        _ => String::new(),
    };
    assert_eq!(to(0b001), "b::X");
    assert_eq!(to(0b010), "");
    assert_eq!(to(0b100), "c::x");
}

#[test]
fn the_later_rule_overrides_across_files() {
    let tables = good("override");
    assert_eq!(resolve(&tables, "rust", "a::X"), "c::X");
    assert_eq!(tables.of("rust").expect("rust").rules().len(), 1);
    let file = |name: &str, rule: &str| MappingSource::Toml {
        file: name.into(),
        text: format!("language = \"rust\"\nname = \"t\"\n[[move]]\nfrom = \"a::X\"\n{rule}\n"),
    };
    let first = file("first.toml", "to = \"b::X\"");
    let other = file("other.toml", "to = \"c::X\"");
    let last = file("last.toml", "to = \"d::X\"\noverride = true");
    let errors = load(&[first.clone(), other], KNOWN).expect_err("a conflict");
    snapshot("conflict-across-files", &errors.render(false));
    let tables = load(&[first, last], KNOWN).expect("overridden");
    assert_eq!(resolve(&tables, "rust", "a::X"), "d::X");
}

#[test]
fn moves_on_the_spot() {
    let one = |text: &str, language: Option<&str>| {
        let source = MappingSource::Move {
            text: text.to_owned(),
            language: language.map(str::to_owned),
        };
        load(&[source], KNOWN)
    };
    let tables = one("old::a::Foo=new::b::Bar", None).expect("rust");
    assert_eq!(resolve(&tables, "rust", "old::a::Foo::x"), "new::b::Bar::x");
    assert!(tables.of("python").is_none());
    let tables = one("old.a=new.b", None).expect("a dot is Python's");
    assert_eq!(resolve(&tables, "python", "old.a.c"), "new.b.c");
    let tables = one(" old::a = new::b ", None).expect("blanks are nobody's");
    assert_eq!(resolve(&tables, "rust", "old::a"), "new::b");
    let tables = one("old.a=new.b", Some("python")).expect("python");
    assert_eq!(resolve(&tables, "python", "old.a.c"), "new.b.c");
    let said: Vec<_> = [
        ("old=new", None),
        ("old::a", None),
        (" = new::b", None),
        ("old::a=new::2", None),
        ("old::a=new::b", Some("python")),
        ("a=b", Some("cobol")),
    ]
    .into_iter()
    .map(|(text, language)| {
        let errors = one(text, language).expect_err("an error");
        format!("{errors}\n\n{}", errors.render(false))
    })
    .collect();
    snapshot("on-the-spot", &said.join("\n\n"));
    let tables = from_moves(&[("a.b", "c.d")], &[&PYTHON]).expect("one language is told");
    assert_eq!(resolve(&tables, "python", "a.b"), "c.d");
}

#[test]
fn arguments_are_paths_first_then_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let base = folder.path();
    let text = "language = \"rust\"\nname = \"t\"\n[[move]]\nfrom = \"a\"\nto = \"b\"\n";
    fs::create_dir_all(base.join("maps/inner")).expect("folders");
    fs::create_dir(base.join("empty")).expect("a folder");
    fs::write(base.join(".gitignore"), "maps\n").expect("written");
    fs::write(base.join("maps/b.toml"), text).expect("written");
    fs::write(base.join("maps/a.toml"), text).expect("written");
    fs::write(base.join("maps/inner/c.toml"), text).expect("written");
    fs::write(base.join("maps/readme.md"), "no table").expect("written");
    fs::write(base.join("latin1.toml"), b"# \xe9\n").expect("written");
    let files = |arg: &str| -> Vec<String> {
        let sources = MappingSource::resolve(arg, base).expect("found");
        let name = |source: MappingSource| match source {
            MappingSource::Toml { file, .. } => file.to_string_lossy().replace('\\', "/"),
            MappingSource::Move { text, .. } => text,
            MappingSource::Home(home) => home.home,
        };
        sources.into_iter().map(name).collect()
    };
    assert_eq!(
        files("maps"),
        ["maps/a.toml", "maps/b.toml", "maps/inner/c.toml"]
    );
    assert_eq!(files("maps/b.toml"), ["maps/b.toml"]);
    assert_eq!(files("websocket-ssot"), ["websocket-ssot"]);
    fs::write(base.join("websocket-ssot"), text).expect("written");
    assert!(matches!(
        &MappingSource::resolve("websocket-ssot", base).expect("found")[..],
        [MappingSource::Toml { text: found, .. }] if found == text
    ));
    let said: Vec<_> = ["empty", "latin1.toml", "websocket-sot", "nowhere.toml"]
        .map(|arg| {
            MappingSource::resolve(arg, base)
                .expect_err("an error")
                .render(false)
        })
        .into();
    snapshot("arguments", &said.join("\n\n"));
}

#[test]
fn built_in_tables_are_valid() {
    for name in builtin_names() {
        let sources = MappingSource::resolve(name, Path::new("/nowhere")).expect("built in");
        match load(&sources, KNOWN) {
            Ok(tables) => assert!(tables.warnings().is_empty(), "{name}"),
            Err(errors) => panic!("{name}\n{}", errors.render(false)),
        }
    }
}

/// What the built-in tables say that they do. Those of releases of a library each have an example.
#[test]
fn built_in_examples_hold() {
    for name in builtin_names() {
        let sources = MappingSource::resolve(name, Path::new("/nowhere")).expect("built in");
        let tables = load(&sources, KNOWN).unwrap_or_else(|errors| panic!("{errors}"));
        let is_release = name.ends_with(|c: char| c.is_ascii_digit());
        assert!(!is_release || tables.examples().len() > 1, "{name}");
        for example in tables.examples() {
            let outcome = run_example(example, &tables).expect("it runs");
            let line = example.line;
            assert_eq!(outcome, Example::Holds, "{name}:{line}");
        }
    }
}

#[test]
fn the_websocket_table_leads_to_one_home() {
    let sources = MappingSource::resolve("websocket-ssot", Path::new("/nowhere")).expect("it");
    let tables = load(&sources, KNOWN).expect("valid");
    let home = "app.websocket_core.websocket_manager";
    for (old, new) in [
        (
            "websocket_manager_factory.create_websocket_manager",
            ".get_websocket_manager",
        ),
        ("websocket_manager_factory.FactoryError", ".FactoryError"),
        ("websocket_manager_factory", ""),
        ("manager.WebSocketManager", ".WebSocketManager"),
        (
            "unified_manager.UnifiedWebSocketManager",
            ".WebSocketManager",
        ),
        ("WebSocketManager", ".WebSocketManager"),
    ] {
        let old = format!("app.websocket_core.{old}");
        assert_eq!(resolve(&tables, "python", &old), format!("{home}{new}"));
    }
    let python = |path: &str| resolve(&tables, "python", &format!("app.websocket_core{path}"));
    assert_eq!(
        python(".websocket_manager_factory.WebSocketManagerFactory"),
        "removed"
    );
    for stays in [
        "",
        ".types",
        ".websocket_manager.WebSocketManager",
        ".manager_2",
    ] {
        assert_eq!(python(stays), "stays");
    }
}

#[test]
fn the_schema_is_current() {
    let file = root().join("mappings/schema.json");
    let now = json_schema(KNOWN);
    if std::env::var_os("REPOINT_UPDATE").is_some_and(|value| value == "1") {
        fs::write(&file, &now).expect("the schema can be written");
    }
    let there = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        there == now,
        "mappings/schema.json is not what the code reads; update it with \
         `REPOINT_UPDATE=1 cargo test --test mapping`"
    );
}

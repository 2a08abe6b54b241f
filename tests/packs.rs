//! The built-in tables `std-to-core` and `std-to-alloc` against the compiler: each target is the very
//! item that `std` has, and what stays in `std` has no such target.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use repoint::document::Problems;
use repoint::mapping::{Action, MappingSource, Outcome, Table, Tables, load};
use repoint::path::{Namespaces, RUST, SymbolPath};

const CORE: &str = "rust/std-to-core";
const ALLOC: &str = "rust/std-to-alloc";
const INVENTORY: &str = "tests/packs/std-1.95.0.txt";

/// Macros whose path is a module too, that the packs leave alone; see the head of `std-to-core`.
const LEFT_OUT: [&str; 2] = ["std::env", "std::panic"];

fn tables(packs: &[&str]) -> Result<Tables, Problems> {
    let mut sources = Vec::new();
    for pack in packs {
        sources.extend(MappingSource::resolve(pack, root())?);
    }
    load(&sources, &[&RUST])
}

fn table(packs: &[&str]) -> Table {
    let tables = tables(packs).expect("the packs are a table");
    assert!(tables.warnings().is_empty());
    tables.into_tables().pop().expect("it has rules")
}

/// What the table makes of `path`; `None` if it stays.
fn target(table: &Table, path: &str) -> Option<String> {
    let path = SymbolPath::parse(path, &RUST).expect("a path");
    match table.resolve(path.segments(), Namespaces::ALL) {
        Outcome::Moves(moved) => Some(moved.to.segments().join("::")),
        _ => None,
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The stable paths of `std`: items, or modules.
fn inventory(kind: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(INVENTORY)).expect("the inventory is there");
    let wanted = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .filter(|(of, _)| *of == kind);
    wanted.map(|(_, path)| path.to_owned()).collect()
}

/// Which of these one-line items the compiler refuses; each line is judged by itself.
fn refused(lines: &[String]) -> BTreeSet<usize> {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let source = dir.path().join("probe.rs");
    let mut bad = BTreeSet::new();
    // An early error hides what a later pass would say, so until nothing new is found.
    loop {
        let mut text = "extern crate alloc;\n".to_owned();
        for (i, line) in lines.iter().enumerate() {
            if !bad.contains(&i) {
                text.push_str(line);
            }
            text.push('\n');
        }
        fs::write(&source, text).expect("the probe is written");
        let output = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
            .current_dir(root())
            .args(["--edition", "2021", "--crate-type", "lib"])
            .args(["--emit", "metadata", "--error-format", "json"])
            .args(["-A", "warnings", "-D", "ambiguous_glob_imports"])
            .arg("-o")
            .arg(dir.path().join("probe.rmeta"))
            .arg(&source)
            .output()
            .expect("rustc runs");
        let fresh: BTreeSet<usize> = String::from_utf8_lossy(&output.stderr)
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter(|message| message["level"] == "error")
            .flat_map(|message| message["spans"].as_array().cloned().unwrap_or_default())
            .filter(|span| span["is_primary"] == true)
            .filter_map(|span| usize::try_from(span["line_start"].as_u64()?).ok())
            .filter_map(|line| line.checked_sub(2))
            .filter(|line| !bad.contains(line))
            .collect();
        if fresh.is_empty() {
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "rustc failed elsewhere:\n{said}");
            return bad;
        }
        bad.extend(fresh);
    }
}

/// `r#` where a name of `std` is a keyword.
fn raw(path: &str) -> String {
    path.replace("::try", "::r#try")
}

/// The paths that no stable `use` can name.
fn unimportable(paths: &[String]) -> Vec<&str> {
    let line = |(i, path): (usize, &String)| format!("pub use {} as x{i};", raw(path));
    let lines: Vec<_> = paths.iter().enumerate().map(line).collect();
    refused(&lines).into_iter().map(|i| &*paths[i]).collect()
}

/// The pairs of paths (with one last name) that are two things, or of which one is missing. Two globs
/// may bring one name if it is the same item, in every namespace; else its use is ambiguous.
fn different(pairs: &[(String, String)]) -> BTreeSet<&str> {
    let line = |(i, (old, new)): (usize, &(String, String))| {
        let (old, new) = (raw(old), raw(new));
        let name = old.rsplit("::").next().unwrap_or_default();
        format!(
            "mod m{i} {{ mod a {{ pub use {old}; }} mod b {{ pub use {new}; }} \
             use a::*; use b::*; use self::{name} as x; }}"
        )
    };
    let lines: Vec<_> = pairs.iter().enumerate().map(line).collect();
    let bad: Vec<_> = refused(&lines).into_iter().map(|i| &pairs[i]).collect();
    // Two aliases of one type are as good.
    let alias = |(i, (old, new)): (usize, &&(String, String))| {
        format!("pub fn f{i}(x: {}) -> {} {{ x }}", raw(old), raw(new))
    };
    let lines: Vec<_> = bad.iter().enumerate().map(alias).collect();
    let worse = refused(&lines);
    worse.into_iter().map(|i| &*bad[i].0).collect()
}

fn both() -> Table {
    table(&[CORE, ALLOC])
}

#[track_caller]
fn assert_each_target_is_the_item(table: &Table) {
    let pair = |path: String| target(table, &path).map(|to| (path, to));
    let pairs: Vec<_> = inventory("item").into_iter().filter_map(pair).collect();
    assert!(pairs.len() > 50);
    assert_eq!(different(&pairs), BTreeSet::new());
    let modules = inventory("mod");
    let targets: Vec<_> = modules.iter().filter_map(|m| target(table, m)).collect();
    assert_eq!(unimportable(&targets), [""; 0]);
}

/// Whatever the table leaves in `std` is not in the crate `from`.
#[track_caller]
fn assert_nothing_is_missed(table: &Table, from: &str) {
    let stays = |path: String| {
        let would_be = path.replacen("std", from, 1);
        target(table, &path).is_none().then_some((path, would_be))
    };
    let pairs: Vec<_> = inventory("item").into_iter().filter_map(stays).collect();
    let different = different(&pairs);
    let missed = pairs.iter().map(|(old, _)| &**old);
    let missed: Vec<_> = missed.filter(|old| !different.contains(old)).collect();
    assert_eq!(missed, [""; 0]);
}

#[test]
fn every_target_in_core_is_the_item_of_std() {
    assert_each_target_is_the_item(&table(&[CORE]));
}

#[test]
fn every_target_in_alloc_is_the_item_of_std() {
    assert_each_target_is_the_item(&table(&[ALLOC]));
}

#[test]
fn every_target_of_both_packs_is_the_item_of_std() {
    assert_each_target_is_the_item(&both());
}

#[test]
fn what_std_to_core_leaves_is_not_in_core() {
    assert_nothing_is_missed(&table(&[CORE]), "core");
}

#[test]
fn what_both_packs_leave_is_neither_in_core_nor_in_alloc() {
    assert_nothing_is_missed(&both(), "core");
    assert_nothing_is_missed(&both(), "alloc");
}

#[test]
fn what_is_kept_is_in_std_and_not_in_core() {
    let table = table(&[CORE]);
    let kept = table
        .rules()
        .iter()
        .filter(|rule| rule.action == Action::Keep);
    let kept: Vec<_> = kept.map(|rule| rule.from.segments().join("::")).collect();
    assert!(!kept.is_empty());
    let would_be: Vec<_> = kept
        .iter()
        .map(|path| path.replacen("std", "core", 1))
        .collect();
    assert_eq!(unimportable(&would_be), would_be, "a keep is not needed");
    for path in kept {
        let (module, _) = path.rsplit_once("::").expect("an item of a module");
        assert!(target(&table, module).is_some(), "{path}: no wider rule");
    }
}

#[test]
fn every_rule_speaks_of_something() {
    let known: BTreeSet<_> = inventory("item")
        .into_iter()
        .chain(inventory("mod"))
        .collect();
    let table = both();
    for rule in table
        .rules()
        .iter()
        .filter(|rule| rule.action != Action::Keep)
    {
        let from = rule.from.segments().join("::");
        assert!(known.contains(&from), "{from} is not in std");
    }
    for name in LEFT_OUT {
        assert_eq!(target(&table, name), None);
    }
}

#[test]
fn the_packs_are_named_in_order() {
    let table = both();
    let at = |path| target(&table, path);
    assert_eq!(
        at("std::fmt::format").as_deref(),
        Some("alloc::fmt::format")
    );
    assert_eq!(at("std::fmt::Debug").as_deref(), Some("core::fmt::Debug"));
    assert_eq!(
        at("std::borrow::Borrow").as_deref(),
        Some("core::borrow::Borrow")
    );
    assert_eq!(
        at("std::borrow::Cow").as_deref(),
        Some("alloc::borrow::Cow")
    );
    assert_eq!(at("std::collections::HashMap"), None);
    // The other way round the keeps of `std-to-core` would win unseen.
    let errors = tables(&[ALLOC, CORE]).expect_err("two rules for one path");
    assert!(errors.to_string().contains("std::fmt::format"), "{errors}");
}

#[test]
fn the_inventory_is_what_the_compiler_takes() {
    let all: Vec<_> = inventory("item")
        .into_iter()
        .chain(inventory("mod"))
        .collect();
    assert_eq!(unimportable(&all), [""; 0]);
}

/// Against the documentation's list of all items, where rustup has installed it.
#[test]
fn the_inventory_is_complete() {
    let sysroot = Command::new("rustc")
        .current_dir(root())
        .args(["--print", "sysroot"])
        .output()
        .expect("rustc runs");
    let sysroot = String::from_utf8_lossy(&sysroot.stdout).trim().to_owned();
    let page = Path::new(&sysroot).join("share/doc/rust/html/std/all.html");
    let Ok(page) = fs::read_to_string(&page) else {
        eprintln!("skipped: no documentation in {}", page.display());
        return;
    };
    let known: BTreeSet<_> = inventory("item")
        .into_iter()
        .chain(inventory("mod"))
        .collect();
    let path = |link: &str| {
        let (link, _) = link.split_once('"')?;
        let link = link.strip_suffix(".html")?;
        let (modules, file) = link.rsplit_once('/').unwrap_or(("", link));
        let (kind, name) = file.split_once('.')?;
        let place = format!("std::{modules}").replace('/', "::");
        let place = place.trim_end_matches("::");
        let elsewhere = [
            "std::os",
            "std::arch",
            "std::prelude",
            "std::intrinsics",
            "std::simd",
        ];
        let skip = ["primitive", "keyword", "attribute"].contains(&kind)
            || elsewhere.iter().any(|head| place.starts_with(head));
        (!skip).then(|| format!("{place}::{name}"))
    };
    let all: BTreeSet<_> = page.split("<a href=\"").filter_map(path).collect();
    assert!(all.len() > 900, "the page is written in another way now");
    let unknown: Vec<_> = all
        .into_iter()
        .filter(|path| !known.contains(path))
        .collect();
    let unstable: BTreeSet<_> = unimportable(&unknown).into_iter().collect();
    let missing: Vec<_> = unknown
        .iter()
        .filter(|path| !unstable.contains(&***path))
        .collect();
    assert_eq!(missing, [""; 0]);
}

/// Each row of rand 0.9 is compiled: the old path with rand 0.8, the new one with 0.9.
#[test]
#[ignore = "fetches crates"]
fn the_rows_of_rand_0_9_are_in_the_crates() {
    let sources = MappingSource::resolve("rust/rand-0.9", Path::new("/nowhere")).expect("built in");
    let tables = load(&sources, &[&RUST]).expect("valid");
    let rules = tables.tables()[0].rules();
    let uses = |name: &str, paths: Vec<String>| {
        let lines = paths.iter().enumerate().map(|(at, path)| {
            format!(
                "#[allow(unused_imports, deprecated)]\nuse {} as {name}{at};\n",
                path.replacen("rand", name, 1)
            )
        });
        lines.collect::<String>()
    };
    let written = |path: &SymbolPath| path.display(&RUST).to_string();
    let old = rules.iter().map(|rule| written(&rule.from)).collect();
    let new = rules.iter().filter_map(|rule| match &rule.action {
        Action::Move(to) => Some(written(to)),
        Action::Keep => Some(written(&rule.from)),
        _ => None,
    });
    let folder = tempfile::tempdir().expect("a folder");
    let write = |file: &str, text: &str| {
        fs::create_dir_all(folder.path().join("src")).expect("a folder");
        fs::write(folder.path().join(file), text).expect("written");
    };
    write(
        "Cargo.toml",
        "[package]\nname = \"rows\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[dependencies]\n\
         old = { package = \"rand\", version = \"=0.8.5\" }\nnew = { package = \"rand\", version = \"0.9\" }\n[workspace]\n",
    );
    write(
        "src/lib.rs",
        &(uses("old", old) + &uses("new", new.collect())),
    );
    let output = Command::new(env!("CARGO"))
        .args(["check", "--quiet"])
        .current_dir(folder.path())
        .env("CARGO_TARGET_DIR", folder.path().join("target"))
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

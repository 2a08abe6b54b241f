//! The built-in tables `std-to-core` and `std-to-alloc` against the compiler: each target is the very
//! item that `std` has, and what stays in `std` has no such target.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

const CORE: &str = "mappings/rust/std-to-core.toml";
const ALLOC: &str = "mappings/rust/std-to-alloc.toml";
const INVENTORY: &str = "tests/packs/std-1.95.0.txt";

/// Macros whose path is a module too, that the packs leave alone; see the head of `std-to-core`.
const LEFT_OUT: [&str; 2] = ["std::env", "std::panic"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pack {
    language: String,
    #[serde(rename = "name")]
    _name: String,
    #[serde(rename = "description")]
    _description: String,
    #[serde(rename = "move")]
    moves: Vec<Row>,
    #[serde(default)]
    keep: Vec<Keep>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    from: String,
    to: String,
    #[serde(default)]
    names: Vec<String>,
    #[serde(rename = "kind")]
    _kind: Option<String>,
    #[serde(default, rename = "override")]
    overrides: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keep {
    path: String,
    #[serde(default)]
    names: Vec<String>,
    #[serde(rename = "note")]
    _note: Option<String>,
}

/// One rule of a pack, `names` spread; without a target it keeps.
struct Rule {
    from: String,
    to: Option<String>,
    overrides: bool,
}

fn rules(pack: &str) -> Vec<Rule> {
    let text = fs::read_to_string(root().join(pack)).expect("the pack is there");
    let pack: Pack = toml::from_str(&text).expect("the pack is a mapping table");
    assert_eq!(pack.language, "rust");
    let moves = pack.moves.into_iter().flat_map(|row| {
        let to = spread(&row.to, &row.names).into_iter().map(Some);
        let pairs: Vec<_> = spread(&row.from, &row.names).into_iter().zip(to).collect();
        pairs.into_iter().map(move |(from, to)| Rule {
            from,
            to,
            overrides: row.overrides,
        })
    });
    let keeps = pack.keep.into_iter();
    let keeps = keeps.flat_map(|keep| spread(&keep.path, &keep.names));
    let keeps = keeps.map(|from| Rule {
        from,
        to: None,
        overrides: false,
    });
    moves.chain(keeps).collect()
}

/// A path, or one for each of the names below it.
fn spread(path: &str, names: &[String]) -> Vec<String> {
    if names.is_empty() {
        return vec![path.to_owned()];
    }
    names.iter().map(|name| format!("{path}::{name}")).collect()
}

/// What the rules make of `path`: the longest wins, of two for one path the later.
fn target(rules: &[Rule], path: &str) -> Option<String> {
    let tail = |rule: &Rule| {
        let tail = path.strip_prefix(&rule.from)?;
        (tail.is_empty() || tail.starts_with("::")).then(|| tail.to_owned())
    };
    let (rule, tail) = rules
        .iter()
        .filter_map(|rule| Some((rule, tail(rule)?)))
        .max_by_key(|(rule, _)| rule.from.len())?;
    rule.to.as_ref().map(|to| format!("{to}{tail}"))
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

fn both() -> Vec<Rule> {
    rules(CORE).into_iter().chain(rules(ALLOC)).collect()
}

#[track_caller]
fn assert_each_target_is_the_item(rules: &[Rule]) {
    let pair = |path: String| target(rules, &path).map(|to| (path, to));
    let pairs: Vec<_> = inventory("item").into_iter().filter_map(pair).collect();
    assert!(pairs.len() > 50);
    assert_eq!(different(&pairs), BTreeSet::new());
    let modules = inventory("mod");
    let targets: Vec<_> = modules.iter().filter_map(|m| target(rules, m)).collect();
    assert_eq!(unimportable(&targets), [""; 0]);
}

/// `from` the crate named: whatever the rules leave in `std` is not there.
#[track_caller]
fn assert_nothing_is_missed(rules: &[Rule], from: &str) {
    let stays = |path: String| {
        let would_be = path.replacen("std", from, 1);
        target(rules, &path).is_none().then_some((path, would_be))
    };
    let pairs: Vec<_> = inventory("item").into_iter().filter_map(stays).collect();
    let different = different(&pairs);
    let missed = pairs.iter().map(|(old, _)| &**old);
    let missed: Vec<_> = missed.filter(|old| !different.contains(old)).collect();
    assert_eq!(missed, [""; 0]);
}

#[test]
fn every_target_in_core_is_the_item_of_std() {
    assert_each_target_is_the_item(&rules(CORE));
}

#[test]
fn every_target_in_alloc_is_the_item_of_std() {
    assert_each_target_is_the_item(&rules(ALLOC));
}

#[test]
fn every_target_of_both_packs_is_the_item_of_std() {
    assert_each_target_is_the_item(&both());
}

#[test]
fn what_std_to_core_leaves_is_not_in_core() {
    assert_nothing_is_missed(&rules(CORE), "core");
}

#[test]
fn what_both_packs_leave_is_neither_in_core_nor_in_alloc() {
    assert_nothing_is_missed(&both(), "core");
    assert_nothing_is_missed(&both(), "alloc");
}

#[test]
fn what_is_kept_is_in_std_and_not_in_core() {
    let rules = rules(CORE);
    let kept: Vec<_> = rules.iter().filter(|rule| rule.to.is_none()).collect();
    assert!(!kept.is_empty());
    let would_be: Vec<_> = kept
        .iter()
        .map(|rule| rule.from.replacen("std", "core", 1))
        .collect();
    assert_eq!(unimportable(&would_be), would_be, "a keep is not needed");
    for rule in &kept {
        let wider = rules
            .iter()
            .filter_map(|wider| wider.to.as_ref().map(|_| &wider.from));
        let below = |wider: &String| rule.from.starts_with(&format!("{wider}::"));
        assert!(wider.into_iter().any(below), "{}: no wider rule", rule.from);
    }
}

#[test]
fn every_rule_speaks_of_something() {
    let known: BTreeSet<_> = inventory("item")
        .into_iter()
        .chain(inventory("mod"))
        .collect();
    for rule in both().iter().filter(|rule| rule.to.is_some()) {
        assert!(known.contains(&rule.from), "{} is not in std", rule.from);
    }
    for name in LEFT_OUT {
        assert_eq!(target(&both(), name), None);
    }
}

#[test]
fn the_packs_agree_when_named_together() {
    let core = rules(CORE);
    for rule in rules(ALLOC) {
        let clash = core.iter().any(|other| other.from == rule.from);
        assert_eq!(clash, rule.overrides, "{}: `override` is amiss", rule.from);
    }
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

//! Rewrites published crates and asks the compiler. Needs the registry: runs with
//! `REPOINT_NETWORK=1`, and is ignored without it.
//!
//! A module's file and its one `mod` line are renamed by hand, `repoint apply --move` does the rest:
//! `cargo check` must give no error, a second apply must change nothing, and the way back must
//! give back every byte. A module that moves a level down and up again must compile at each place:
//! all that is relative in it, and to it, counts other levels then. The table of an audit must leave a crate that
//! compiles, and of which a second audit has nothing to move. The crates and modules are
//! data: `real_crates.toml`.
//!
//! Sources come from cargo's own registry cache. What is checked is a copy outside of any work tree;
//! the compiled dependencies are shared below `target/real-crates`.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Output};
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;
use tempfile::TempDir;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    #[serde(rename = "move")]
    moves: Vec<MoveCase>,
    #[serde(rename = "nest")]
    nests: Vec<MoveCase>,
    #[serde(rename = "pack")]
    packs: Vec<PackCase>,
    #[serde(rename = "audit")]
    audits: Vec<AuditCase>,
}

/// A crate of which every definition is to be imported by one path, as `audit --emit-mapping` says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AuditCase {
    #[serde(rename = "crate")]
    package: String,
    version: String,
    /// The table has at least so many rules.
    rules: usize,
    /// Arguments with which `cargo check` accepts the untouched crate.
    check: Vec<String>,
}

/// A module of a crate that is renamed to `<module>_moved`, or moved to `nest::<module>_moved`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MoveCase {
    #[serde(rename = "crate")]
    package: String,
    version: String,
    /// Path from the crate's root.
    module: String,
    /// Arguments with which `cargo check` accepts the untouched crate.
    check: Vec<String>,
}

/// A crate that tables of `mappings/rust` are applied to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackCase {
    #[serde(rename = "crate")]
    package: String,
    version: String,
    mappings: Vec<String>,
    /// So many references stay with an error, for which the exit status is 1.
    #[serde(default)]
    left: usize,
    /// Arguments with which `cargo check` accepts the untouched crate.
    check: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let text = fs::read_to_string(root().join("tests/real_crates.toml"));
    let cases: Cases =
        toml::from_str(&text.expect("the cases are there")).expect("the cases are well formed");
    let moved = cases.moves.iter().chain(&cases.nests);
    let wanted = moved.map(|c| (&c.package, &c.version));
    let wanted = wanted.chain(cases.packs.iter().map(|c| (&c.package, &c.version)));
    let wanted = wanted.chain(cases.audits.iter().map(|c| (&c.package, &c.version)));
    let sources = Arc::new(Sources::new(
        wanted.map(|(package, version)| (package.clone(), version.clone())),
    ));
    let offline = std::env::var_os("REPOINT_NETWORK").is_none_or(|value| value != "1");
    let mut trials = Vec::new();
    for case in cases.moves {
        let sources = Arc::clone(&sources);
        let name = format!("{}::{}", case.package, case.module);
        trials.push(Trial::test(name, move || {
            move_there_and_back(&case, sources.of(&case.package, &case.version)?)
        }));
    }
    for case in cases.nests {
        let sources = Arc::clone(&sources);
        let name = format!("{}::{} a level down", case.package, case.module);
        trials.push(Trial::test(name, move || {
            move_down_and_up(&case, sources.of(&case.package, &case.version)?)
        }));
    }
    for case in cases.packs {
        let sources = Arc::clone(&sources);
        let name = format!("{} {}", case.package, case.mappings.join(" "));
        trials.push(Trial::test(name, move || {
            apply_packs(&case, sources.of(&case.package, &case.version)?)
        }));
    }
    for case in cases.audits {
        let sources = Arc::clone(&sources);
        let name = format!("{} audit", case.package);
        trials.push(Trial::test(name, move || {
            audit(&case, sources.of(&case.package, &case.version)?)
        }));
    }
    let trials = trials.into_iter();
    let trials = trials
        .map(|trial| trial.with_ignored_flag(offline))
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn move_there_and_back(case: &MoveCase, source: &Path) -> Result<(), Failed> {
    let work = WorkCopy::of(source)?;
    let library = case.package.replace('-', "_");
    let old = format!("{library}::{}", case.module);
    let new = format!("{old}_moved");
    let original = work.tree()?;

    work.rename_module(&case.module, &format!("{}_moved", case.module))?;
    work.repoint(["apply", "--move", &format!("{old}={new}"), "."])?;
    let moved = work.tree()?;
    work.check(&case.check, source)?;

    work.repoint(["apply", "--move", &format!("{old}={new}"), "."])?;
    same("a second apply", &moved, &work.tree()?)?;

    work.rename_module(&format!("{}_moved", case.module), &case.module)?;
    work.repoint(["apply", "--move", &format!("{new}={old}"), "."])?;
    let back = work.tree()?;
    same("there and back", &original, &back)
}

fn move_down_and_up(case: &MoveCase, source: &Path) -> Result<(), Failed> {
    let work = WorkCopy::of(source)?;
    let library = case.package.replace('-', "_");
    let old = format!("{library}::{}", case.module);
    let new = format!("{library}::nest::{}_moved", case.module);

    work.nest_module(&case.module)?;
    work.repoint(["apply", "--move", &format!("{old}={new}"), "."])?;
    let moved = work.tree()?;
    work.check(&case.check, source)?;
    work.repoint(["apply", "--move", &format!("{old}={new}"), "."])?;
    same("a second apply", &moved, &work.tree()?)?;

    work.unnest_module(&case.module)?;
    work.repoint(["apply", "--move", &format!("{new}={old}"), "."])?;
    work.check(&case.check, source)
}

fn apply_packs(case: &PackCase, source: &Path) -> Result<(), Failed> {
    let work = WorkCopy::of(source)?;
    let original = work.tree()?;
    let mut tables = Vec::new();
    for name in &case.mappings {
        tables.push("-m".into());
        let table = root().join("mappings/rust").join(format!("{name}.toml"));
        tables.push(table.into_os_string());
    }
    let run = |command: &str| {
        let arguments = [command.into()].into_iter().chain(tables.iter().cloned());
        work.repoint_leaving(arguments.chain([".".into()]), case.left)
    };
    run("apply")?;
    let moved = work.tree()?;
    if moved == original {
        return Err("nothing was rewritten".into());
    }
    work.check(&case.check, source)?;
    run("apply")?;
    same("a second apply", &moved, &work.tree()?)?;
    run("check")
}

/// The table of an audit is valid, what it leaves compiles, and a second audit has nothing more to move.
fn audit(case: &AuditCase, source: &Path) -> Result<(), Failed> {
    let work = WorkCopy::of(source)?;
    let emit = "--emit-mapping=audit.toml";
    work.repoint(["audit", "--lang=rust", emit])?;
    let table = work.dir.path().join("audit.toml");
    let rules = fs::read_to_string(&table)?.matches("[[move]]").count();
    if rules < case.rules {
        return Err(format!("{rules} rules, not {}", case.rules).into());
    }
    work.repoint(["mapping", "check", "audit.toml"])?;
    work.repoint(["apply", "-m", "audit.toml"])?;
    work.check(&case.check, source)?;
    fs::remove_file(&table)?;
    work.repoint(["audit", "--lang=rust", emit])?;
    match fs::read_to_string(&table) {
        Ok(rest) => Err(format!("a second audit still moves:\n{rest}").into()),
        Err(_) => Ok(()),
    }
}

/// A crate's name and version.
type Release = (String, String);

/// Where cargo keeps the sources of the crates; asked for once, when the first test needs them.
struct Sources {
    wanted: BTreeSet<Release>,
    found: OnceLock<Result<BTreeMap<Release, PathBuf>, String>>,
}

impl Sources {
    fn new(wanted: impl Iterator<Item = Release>) -> Self {
        Self {
            wanted: wanted.collect(),
            found: OnceLock::new(),
        }
    }

    fn of(&self, package: &str, version: &str) -> Result<&Path, Failed> {
        let found = self.found.get_or_init(|| self.fetch());
        let found = found.as_ref().map_err(Failed::from)?;
        let key = (package.to_owned(), version.to_owned());
        let path = found.get(&key);
        let path = path.ok_or_else(|| format!("cargo did not fetch {package} {version}"))?;
        Ok(path)
    }

    /// A manifest that depends on all of them, and cargo's word for where their sources are.
    fn fetch(&self) -> Result<BTreeMap<Release, PathBuf>, String> {
        let dir = cache().join("fetch");
        let said = |error: std::io::Error| format!("{}: {error}", dir.display());
        fs::create_dir_all(dir.join("src")).map_err(said)?;
        fs::write(dir.join("src/lib.rs"), "").map_err(said)?;
        let mut manifest = "[package]\nname = \"fetch\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
                            [workspace]\n[dependencies]\n"
            .to_owned();
        for (i, (package, version)) in self.wanted.iter().enumerate() {
            manifest.push_str(&format!(
                "c{i} = {{ package = \"{package}\", version = \"={version}\" }}\n"
            ));
        }
        fs::write(dir.join("Cargo.toml"), manifest).map_err(said)?;
        let output = cargo()
            .current_dir(&dir)
            .args(["metadata", "--format-version", "1"])
            .output()
            .map_err(said)?;
        if !output.status.success() {
            return Err(text_of(&output));
        }
        let metadata: Metadata = serde_json::from_slice(&output.stdout)
            .map_err(|error| format!("cargo metadata: {error}"))?;
        let packages = metadata.packages.into_iter().filter_map(|package| {
            let source = package.manifest_path.parent()?.to_owned();
            Some(((package.name, package.version), source))
        });
        Ok(packages.collect())
    }
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    manifest_path: PathBuf,
}

/// A copy of a crate that may be changed.
struct WorkCopy {
    dir: TempDir,
}

impl WorkCopy {
    fn of(source: &Path) -> Result<Self, Failed> {
        let dir = tempfile::tempdir()?;
        for entry in walkdir::WalkDir::new(source) {
            let entry = entry?;
            let target = dir.path().join(entry.path().strip_prefix(source)?);
            if entry.file_type().is_dir() {
                fs::create_dir_all(&target)?;
            } else {
                // Not `fs::copy`: the registry's files may be read-only.
                fs::write(&target, fs::read(entry.path())?)?;
            }
        }
        // A workspace of its own, whatever lies above.
        let manifest = dir.path().join("Cargo.toml");
        let mut text = fs::read_to_string(&manifest)?;
        if !text.lines().any(|line| line.trim() == "[workspace]") {
            text.push_str("\n[workspace]\n");
        }
        fs::write(&manifest, text)?;
        Ok(Self { dir })
    }

    /// What a person does: the file (and its folder) and the one `mod` line.
    fn rename_module(&self, old: &str, new: &str) -> Result<(), Failed> {
        let (parent, old) = old.rsplit_once("::").unwrap_or(("", old));
        let (_, new) = new.rsplit_once("::").unwrap_or(("", new));
        let src = self.dir.path().join("src");
        let folder = parent.split("::").filter(|name| !name.is_empty());
        let folder = folder.fold(src.clone(), |path, name| path.join(name));
        move_module(&folder, old, &folder, new)?;
        let parents = if parent.is_empty() {
            vec![src.join("lib.rs")]
        } else {
            vec![folder.join("mod.rs"), folder.with_extension("rs")]
        };
        let file = parents.into_iter().find(|file| file.exists());
        let file = file.ok_or_else(|| format!("no file of {parent}"))?;
        let text = fs::read_to_string(&file)?;
        let line = format!("mod {old};");
        let count = text.matches(&line).count();
        if count != 1 {
            return Err(format!("`{line}` stands {count} times in {}", file.display()).into());
        }
        fs::write(&file, text.replace(&line, &format!("mod {new};")))?;
        Ok(())
    }

    /// A top-level module becomes `nest::<module>_moved`, by hand: its file (and folder), and each of its
    /// `mod` lines, which now declares `nest` with the visibility and the conditions of the old one.
    fn nest_module(&self, module: &str) -> Result<(), Failed> {
        let src = self.dir.path().join("src");
        let nest = src.join("nest");
        fs::create_dir(&nest)?;
        // The macros of `#[macro_use] mod` come out of both levels.
        let inner = format!("#[macro_use]\npub mod {module}_moved;\n");
        fs::write(nest.join("mod.rs"), inner)?;
        move_module(&src, module, &nest, &format!("{module}_moved"))?;
        replace_declarations(&src.join("lib.rs"), module, "nest")
    }

    /// The way back.
    fn unnest_module(&self, module: &str) -> Result<(), Failed> {
        let src = self.dir.path().join("src");
        let nest = src.join("nest");
        move_module(&nest, &format!("{module}_moved"), &src, module)?;
        fs::remove_dir_all(&nest)?;
        replace_declarations(&src.join("lib.rs"), "nest", module)
    }

    fn repoint<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Result<(), Failed> {
        self.repoint_leaving(args, 0)
    }

    /// The same, where so many references are to stay with an error.
    fn repoint_leaving<S: AsRef<OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
        left: usize,
    ) -> Result<(), Failed> {
        let output = Command::new(env!("CARGO_BIN_EXE_repoint"))
            .current_dir(self.dir.path())
            .args(args)
            .output()?;
        let errors = text_of(&output).matches("error[").count();
        if output.status.code() == Some(i32::from(left > 0)) && errors == left {
            return Ok(());
        }
        Err(format!("repoint gives {}:\n{}", output.status, text_of(&output)).into())
    }

    fn check(&self, args: &[String], source: &Path) -> Result<(), Failed> {
        let output = cargo_check(self.dir.path(), args)?;
        if output.status.success() {
            return Ok(());
        }
        let untouched = Self::of(source)?;
        let before = cargo_check(untouched.dir.path(), args)?;
        let verdict = if before.status.success() {
            "the untouched crate passes"
        } else {
            "so does the untouched crate"
        };
        Err(format!("cargo check fails ({verdict}):\n{}", text_of(&output)).into())
    }

    /// Every file and its bytes, save what cargo and repoint keep for themselves.
    fn tree(&self) -> Result<BTreeMap<PathBuf, Vec<u8>>, Failed> {
        let mut files = BTreeMap::new();
        for entry in walkdir::WalkDir::new(self.dir.path()) {
            let entry = entry?;
            let path = entry.path().strip_prefix(self.dir.path())?;
            let own = path.starts_with(".repoint") || path == Path::new("Cargo.lock");
            if entry.file_type().is_file() && !own {
                files.insert(path.to_owned(), fs::read(entry.path())?);
            }
        }
        Ok(files)
    }
}

/// Moves the file and the folder of a module, whichever there are.
fn move_module(from: &Path, old: &str, to: &Path, new: &str) -> Result<(), Failed> {
    for (old, new) in [
        (old.to_owned(), new.to_owned()),
        (format!("{old}.rs"), format!("{new}.rs")),
    ] {
        if from.join(&old).exists() {
            fs::rename(from.join(old), to.join(new))?;
        }
    }
    Ok(())
}

/// Declares another module in each place where a file declares `old`.
fn replace_declarations(file: &Path, old: &str, new: &str) -> Result<(), Failed> {
    let text = fs::read_to_string(file)?;
    let line = format!("mod {old};");
    if !text.contains(&line) {
        return Err(format!("no `{line}` in {}", file.display()).into());
    }
    fs::write(file, text.replace(&line, &format!("mod {new};")))?;
    Ok(())
}

fn cargo_check(dir: &Path, args: &[String]) -> std::io::Result<Output> {
    cargo()
        .current_dir(dir)
        .args(["check", "--quiet"])
        .args(args)
        .env("CARGO_TARGET_DIR", cache().join("target"))
        .env("RUSTFLAGS", "--cap-lints allow")
        .output()
}

fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo tells this test of this package is not meant for the crates; the toolchain, which
    // rustup passes on in the environment, is.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(&*name);
        }
    }
    cargo
}

fn same(
    what: &str,
    expected: &BTreeMap<PathBuf, Vec<u8>>,
    found: &BTreeMap<PathBuf, Vec<u8>>,
) -> Result<(), Failed> {
    let names = expected.keys().chain(found.keys());
    let mut other: Vec<_> = names
        .filter(|name| expected.get(*name) != found.get(*name))
        .collect();
    other.sort();
    other.dedup();
    let Some(first) = other.first() else {
        return Ok(());
    };
    let text = |tree: &BTreeMap<PathBuf, Vec<u8>>| {
        let bytes = tree.get(*first).map(Vec::as_slice).unwrap_or_default();
        String::from_utf8_lossy(bytes).into_owned()
    };
    let (expected, found) = (text(expected), text(found));
    let diff = similar::TextDiff::from_lines(&expected, &found);
    let diff = diff.unified_diff().context_radius(1).to_string();
    Err(format!("{what} changes {other:?}; {}:\n{diff}", first.display()).into())
}

fn text_of(output: &Output) -> String {
    let stdout = String::from_utf8_lossy(&output.stdout);
    format!("{stdout}{}", String::from_utf8_lossy(&output.stderr))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn cache() -> PathBuf {
    root().join("target/real-crates")
}

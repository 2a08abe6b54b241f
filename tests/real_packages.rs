//! Rewrites published Python packages and runs their own tests. Needs python3 with pip, and the
//! network: runs with `REPOINT_NETWORK=1`, and is ignored without it.
//!
//! A module's file is renamed by hand, `repoint apply --move` does the rest: of every test of the
//! package must come what came of it before, a second apply must change nothing, LibCST must find
//! that every use means the successor of what it meant (`judge/judge.py`), and, where the row says
//! so, the way back must give back every byte. The packages are data: `real_packages.toml`.
//!
//! What is fetched and installed is kept below `target/real-packages`. What is rewritten is a copy
//! outside of any work tree, and tests run in a copy of that, for they write files too.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use serde::Deserialize;
use tempfile::TempDir;

#[path = "packages/pip.rs"]
mod pip;
#[path = "packages/process.rs"]
mod process;
#[path = "packages/tree.rs"]
mod tree;

use pip::Pip;
use process::{output_of, status_within};

/// Longer than any package's tests take on a slow machine.
const LIMIT: Duration = Duration::from_secs(300);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    /// Requirements of the environment with pip and the judge.
    tools: Vec<String>,
    /// Requirements of every package's tests.
    tests: Vec<String>,
    #[serde(rename = "move")]
    moves: Vec<Case>,
    #[serde(rename = "audit")]
    audits: Vec<Case>,
}

/// A module of a package that is renamed to `<module>_moved`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    package: String,
    version: String,
    /// Absolute path of the module, which may be a package itself.
    module: String,
    /// Where modules start, from the root of the source distribution.
    #[serde(default = "top")]
    root: PathBuf,
    /// What the package and its tests need besides pytest.
    #[serde(default)]
    requirements: Vec<String>,
    /// Arguments with which pytest runs the tests.
    #[serde(default)]
    pytest: Vec<String>,
    /// At least so many tests pass.
    passes: usize,
    /// Further arguments of `repoint apply`.
    #[serde(default)]
    apply: Vec<String>,
    /// Of an audit: the packages whose objects are compared.
    #[serde(default)]
    packages: Vec<String>,
    /// Whether the way back gives back every byte.
    #[serde(default)]
    inverse: bool,
    /// Whether it is migrated in batches too, judged by its own tests.
    #[serde(default)]
    migrate: bool,
}

fn top() -> PathBuf {
    ".".into()
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let text = fs::read_to_string(here().join("tests/real_packages.toml"));
    let cases: Cases =
        toml::from_str(&text.expect("the cases are there")).expect("the cases are well formed");
    let pip = Arc::new(Pip::new(here().join("target/real-packages"), cases.tools));
    let offline = std::env::var_os("REPOINT_NETWORK").is_none_or(|value| value != "1");
    let judge = Arc::clone(&pip);
    let mut trials = vec![Trial::test("judge", move || judge_itself(&judge))];
    for case in cases.moves {
        let pip = Arc::clone(&pip);
        let tests = cases.tests.clone();
        let name = format!("{} {}", case.package, case.module);
        if case.migrate {
            let (pip, tests, case) = (Arc::clone(&pip), tests.clone(), case.clone());
            trials.push(Trial::test(format!("migrate {name}"), move || {
                Package::of(&pip, &tests, &case)?.migrate()
            }));
        }
        trials.push(Trial::test(name, move || {
            Package::of(&pip, &tests, &case)?.move_there_and_back()
        }));
    }
    for case in cases.audits {
        let pip = Arc::clone(&pip);
        let tests = cases.tests.clone();
        trials.push(Trial::test(format!("audit {}", case.package), move || {
            Package::of(&pip, &tests, &case)?.audit()
        }));
    }
    let trials = trials.into_iter();
    let trials = trials
        .map(|trial| trial.with_ignored_flag(offline))
        .collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The judge catches wrong rewrites, and lets right ones pass.
fn judge_itself(pip: &Pip) -> Result<(), Failed> {
    let mut judge = Command::new(pip.tools()?);
    output_of(judge.arg(judge_script()).arg("--self-test"))?;
    Ok(())
}

struct Package<'a> {
    case: &'a Case,
    /// The source distribution as it was published.
    source: PathBuf,
    /// An interpreter with what the tests need.
    python: PathBuf,
    /// An interpreter with what the judge needs.
    judge: PathBuf,
}

impl<'a> Package<'a> {
    /// Fetches and installs what is needed; `tests` is what every package's tests need.
    fn of(pip: &Pip, tests: &[String], case: &'a Case) -> Result<Self, Failed> {
        let requirements = [tests, &case.requirements].concat();
        Ok(Self {
            source: pip.sources(&case.package, &case.version)?,
            python: pip.environment(&requirements)?,
            judge: pip.tools()?.to_owned(),
            case,
        })
    }

    fn move_there_and_back(&self) -> Result<(), Failed> {
        let room = TempDir::new()?;
        let work = room.path().join("work");
        tree::copy(&self.source, &work)?;
        let original = tree::read(&work)?;
        let old = &self.case.module;
        let new = format!("{old}_moved");
        let before = self.test(&work, old, &new)?;
        self.enough_pass(&before)?;
        commit(&work)?;

        self.rename(&work, old, &new)?;
        self.apply(&work, old, &new)?;
        let moved = tree::read(&work)?;
        self.apply(&work, old, &new)?;
        tree::same("a second apply", &moved, &tree::read(&work)?)?;

        self.ask_judge(&work, old, &new)?;
        let after = self.test(&work, &new, old)?;
        self.same_outcomes(&before, &after, &work)?;

        if self.case.inverse {
            self.rename(&work, &new, old)?;
            self.apply(&work, &new, old)?;
            tree::same("there and back", &original, &tree::read(&work)?)?;
        }
        Ok(())
    }

    /// The module has a new home, the old one hands it on, and all that refers to the old one is migrated in
    /// batches of ten files, with the package's own tests as golden path.
    fn migrate(&self) -> Result<(), Failed> {
        let room = TempDir::new()?;
        let work = fs::canonicalize(room.path())?.join("work");
        tree::copy(&self.source, &work)?;
        let old = &self.case.module;
        let new = format!("{old}_moved");
        self.rename(&work, old, &new)?;
        let path = old
            .split('.')
            .fold(work.join(&self.case.root), |at, name| at.join(name));
        let shim = format!("import sys\n\nimport {new}\n\nsys.modules[__name__] = {new}\n");
        fs::write(path.with_extension("py"), shim)?;
        let root = self.case.root.display();
        fs::write(
            work.join("table.toml"),
            format!(
                "language = \"python\"\nname = \"moved\"\n\n[[move]]\nfrom = \"{old}\"\nto = \"{new}\"\nkind = \"module\"\n"
            ),
        )?;
        let words: Vec<String> = [
            &*self.python.display().to_string(),
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
        ]
        .into_iter()
        .map(str::to_owned)
        .chain(self.case.pytest.iter().cloned())
        .map(|word| format!("{word:?}"))
        .collect();
        fs::write(
            work.join("repoint.toml"),
            format!(
                "mappings = [\"table.toml\"]\n\n[python]\nroots = [\"{root}\", \".\"]\n\n[[gate]]\nname = \"golden-path\"\nrun = [{}]\nenv = {{ PYTHONPATH = \"{root}:.\", PYTHONHASHSEED = \"0\" }}\nbefore = \"pass\"\nduring = \"pass\"\nafter = \"pass\"\n\n[migrate]\nbatch = 10\n",
                words.join(", ")
            ),
        )?;
        commit(&work)?;
        let before = tree::read(&work)?;
        let repoint = |args: &[&str]| {
            let mut repoint = Command::new(env!("CARGO_BIN_EXE_repoint"));
            output_of(repoint.current_dir(&work).args(args))
        };
        repoint(&["migrate"])?;
        let status: serde_json::Value =
            serde_json::from_str(&repoint(&["status", "--format", "json"])?)?;
        let gate = &status["gates"][0];
        let passed = |phase: &str| gate[phase]["counts"]["passed"].as_u64().unwrap_or(0);
        let batches = status["migration"]["batches"].as_u64().unwrap_or(0);
        println!(
            "{old}: {} references, {batches} batches, {} tests pass",
            status["references"]["before"],
            passed("after")
        );
        let is_proved = status["references"]["now"] == 0
            && batches > 1
            && passed("before") as usize >= self.case.passes
            && passed("after") == passed("before");
        if !is_proved {
            return Err(format!("not what was expected: {status:#}").into());
        }
        repoint(&["check"])?;
        repoint(&["migrate", "--abort"])?;
        let mut after = tree::read(&work)?;
        after.retain(|name, _| before.contains_key(name));
        tree::same("taken back", &before, &after)
    }

    /// What an audit says of paths is what the objects behind them say (`audit/judge.py`); its table leaves the
    /// outcome of every test, and a second audit has nothing to move.
    fn audit(&self) -> Result<(), Failed> {
        let room = TempDir::new()?;
        let work = fs::canonicalize(room.path())?.join("work");
        tree::copy(&self.source, &work)?;
        let module = &self.case.module;
        let before = self.test(&work, module, "no_such_module")?;
        self.enough_pass(&before)?;
        commit(&work)?;
        let root = self.case.root.display().to_string();
        let repoint = |args: &[&str]| {
            let mut repoint = Command::new(env!("CARGO_BIN_EXE_repoint"));
            repoint.current_dir(&work).args(args);
            let output = repoint.output()?;
            // Sources that hold syntax errors on purpose are named, with status 2; a star that stays gives 1.
            match output.stdout.is_empty()
                && !output.stderr.is_empty()
                && output.status.code() == Some(2)
            {
                true => Err(std::io::Error::other(
                    String::from_utf8_lossy(&output.stderr).into_owned(),
                )),
                false => Ok(output),
            }
        };
        let of = ["audit", "--lang=python", "--root", &root, "--root=."];
        let said = repoint(&[&of[..], &["--all", "--output-format=json"]].concat())?;
        let file = room.path().join("audit.json");
        fs::write(&file, said.stdout)?;
        let mut judge = Command::new(&self.python);
        judge
            .current_dir(&work)
            .arg(here().join("tests/audit/judge.py"));
        judge.arg(&file).arg(&root).args(&self.case.packages);
        judge.env("PYTHONDONTWRITEBYTECODE", "1");
        let judged: serde_json::Value = serde_json::from_str(&output_of(&mut judge)?)?;
        let count = |key: &str| judged[key].as_array().map_or(usize::MAX, Vec::len);
        let paths = judged["paths"].as_u64().unwrap_or(0) as usize;
        println!("{}: {judged}", self.case.package);
        // At least 95% of the paths, and none that is wrong.
        if paths == 0 || 20 * count("lacking") > paths || count("wrong") > 0 {
            return Err(format!("objects say otherwise: {judged:#}").into());
        }
        let table = room.path().join("audit.toml");
        let table_name = table.display().to_string();
        let emit = [&of[..], &["--emit-mapping", &table_name]].concat();
        repoint(&emit)?;
        repoint(&["apply", "-m", &table_name, "--root", &root, "--root=."])?;
        let after = self.test(&work, module, "no_such_module")?;
        self.same_outcomes(&before, &after, &work)?;
        fs::remove_file(&table)?;
        repoint(&emit)?;
        match fs::read_to_string(&table) {
            Ok(rest) => Err(format!("a second audit still moves:\n{rest}").into()),
            Err(_) => Ok(()),
        }
    }

    /// What a person does: the file, or the folder.
    fn rename(&self, work: &Path, old: &str, new: &str) -> Result<(), Failed> {
        let root = work.join(&self.case.root);
        let at = |path: &str| path.split('.').fold(root.clone(), |at, name| at.join(name));
        let mut renamed = 0;
        for ending in ["", "py", "pyi"] {
            let (old, new) = (
                at(old).with_extension(ending),
                at(new).with_extension(ending),
            );
            if old.exists() {
                fs::rename(old, new)?;
                renamed += 1;
            }
        }
        if renamed == 0 {
            return Err(format!("no file of {old} below {}", root.display()).into());
        }
        Ok(())
    }

    fn apply(&self, work: &Path, old: &str, new: &str) -> Result<(), Failed> {
        let mut repoint = Command::new(env!("CARGO_BIN_EXE_repoint"));
        repoint
            .current_dir(work)
            .args(["apply", "--allow-dirty", "--lang", "python", "--move"])
            .arg(format!("{old}={new}"))
            .args(&self.case.apply)
            .arg(".");
        output_of(&mut repoint)?;
        Ok(())
    }

    /// Whether LibCST finds that each use means the successor of what it meant.
    fn ask_judge(&self, work: &Path, old: &str, new: &str) -> Result<(), Failed> {
        let mut judge = Command::new(&self.judge);
        judge.arg(judge_script());
        judge.arg("--before").arg(&self.source);
        judge.arg("--after").arg(work);
        judge.arg("--root").arg(&self.case.root);
        judge.args(["--root", ".", "--move"]);
        let said = output_of(judge.arg(format!("{old}={new}")))?;
        if said.contains(", 0 moved,") {
            return Err(format!("the judge saw nothing that moved: {said}").into());
        }
        println!("{}: {}", self.case.module, said.trim_end());
        Ok(())
    }

    /// Runs the package's tests; `module` must have been loaded from this tree, `gone` must not.
    fn test(&self, work: &Path, module: &str, gone: &str) -> Result<Outcomes, Failed> {
        let room = TempDir::new()?;
        // Of the same name wherever it is, for tests that print it.
        let copy = fs::canonicalize(room.path())?.join("package");
        tree::copy(work, &copy)?;
        let report = room.path().join("outcomes");
        let log = room.path().join("log");
        let plugins = here().join("tests/packages");
        let path = [copy.join(&self.case.root), copy.clone(), plugins];
        let mut pytest = Command::new(&self.python);
        pytest
            .current_dir(&copy)
            .args(["-m", "pytest", "-q", "--color=no"])
            .args(["-p", "no:cacheprovider", "-p", "repoint_outcomes"])
            .args(&self.case.pytest)
            .env("PYTHONPATH", std::env::join_paths(path)?)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONHASHSEED", "0")
            .env("REPOINT_OUTCOMES", &report)
            .env("REPOINT_MODULES", format!("{module} {gone}"))
            .env_remove("PYTEST_ADDOPTS");
        let status = status_within(LIMIT, &mut pytest, &fs::File::create(&log)?)?;
        let log = || fs::read_to_string(&log).unwrap_or_default();
        let outcomes = fs::read(&report)
            .map_err(|_| format!("pytest gives {status} and no outcomes:\n{}", log()))?;
        let mut outcomes: Outcomes = serde_json::from_slice(&outcomes)?;
        outcomes.log = log();
        outcomes.loaded(module, gone, &copy)?;
        Ok(outcomes.named_as(module, &self.case.module))
    }

    /// Some tests measure time, and end now so, now otherwise, on the very same files. One whose
    /// outcome differs is asked twice more in both states, and may agree in any of the rounds.
    fn same_outcomes(
        &self,
        before: &Outcomes,
        after: &Outcomes,
        work: &Path,
    ) -> Result<(), Failed> {
        let old = &self.case.module;
        let new = format!("{old}_moved");
        let mut other = others(before, after);
        for _ in 0..2 {
            if other.is_empty() {
                return Ok(());
            }
            let before = self.test(&self.source, old, &new)?;
            let again = others(&before, &self.test(work, &new, old)?);
            other.retain(|name, _| again.contains_key(name));
        }
        if other.is_empty() {
            return Ok(());
        }
        let lines: Vec<_> = other.iter().map(|(k, v)| format!("{k}: {v}")).collect();
        let (count, some) = (lines.len(), lines[..lines.len().min(20)].join("\n"));
        Err(format!("{count} tests have another outcome:\n{some}\n{}", after.log).into())
    }

    fn enough_pass(&self, outcomes: &Outcomes) -> Result<(), Failed> {
        let passes = outcomes.tests.values();
        let passes = passes.filter(|said| said.iter().all(|said| said == "call passed"));
        let (count, wanted) = (passes.count(), self.case.passes);
        if count < wanted {
            let log = &outcomes.log;
            return Err(format!(
                "{count} tests of the untouched package pass, not {wanted}:\n{log}"
            )
            .into());
        }
        Ok(())
    }
}

/// What the plugin `repoint_outcomes` writes.
#[derive(Deserialize)]
struct Outcomes {
    /// By the name of the test, one or more of `call passed`, `setup failed` and so on.
    tests: BTreeMap<String, Vec<String>>,
    /// Files of modules, of those that were asked for and loaded.
    modules: BTreeMap<String, Option<PathBuf>>,
    #[serde(skip)]
    log: String,
}

impl Outcomes {
    fn loaded(&self, module: &str, gone: &str, tree: &Path) -> Result<(), Failed> {
        let file = |name: &str| self.modules.get(name).and_then(Option::as_ref);
        if !file(module).is_some_and(|file| file.starts_with(tree)) {
            let file = file(module);
            return Err(format!("{module} is loaded from {file:?}:\n{}", self.log).into());
        }
        match file(gone) {
            None => Ok(()),
            Some(file) => Err(format!("{gone} is loaded, from {}", file.display()).into()),
        }
    }

    /// With the names that the tests of a module that moved had before.
    fn named_as(mut self, now: &str, before: &str) -> Self {
        let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
        let (now, before) = (last(now), last(before));
        let tests = self.tests.into_iter();
        self.tests = tests
            .map(|(name, said)| (name.replace(&now, &before), said))
            .collect();
        self
    }
}

/// The tests with another outcome, each with both.
fn others(before: &Outcomes, after: &Outcomes) -> BTreeMap<String, String> {
    let names = before.tests.keys().chain(after.tests.keys());
    names
        .filter(|name| before.tests.get(*name) != after.tests.get(*name))
        .map(|name| {
            let (before, after) = (before.tests.get(name), after.tests.get(name));
            (name.clone(), format!("{before:?} before, {after:?} after"))
        })
        .collect()
}

fn commit(work: &Path) -> Result<(), Failed> {
    git(work, ["init", "--quiet"])?;
    git(work, ["add", "--all", "--force"])?;
    git(work, ["commit", "--quiet", "--message", "as published"])
}

fn git<S: AsRef<OsStr>>(work: &Path, args: impl IntoIterator<Item = S>) -> Result<(), Failed> {
    let mut git = Command::new("git");
    git.current_dir(work)
        .args(["-c", "user.name=test", "-c", "user.email=test@localhost"])
        .args(args)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1");
    output_of(&mut git)?;
    Ok(())
}

fn judge_script() -> PathBuf {
    here().join("tests/judge/judge.py")
}

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

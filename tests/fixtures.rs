//! Runs the fixtures below `tests/fixtures/rust` and `tests/fixtures/python` (the README there says
//! what each file in them means).
//!
//! Each fixture is up to two trials: `rewrite::NAME` runs the built binary on it; `compile::NAME`
//! gives both of its states to rustc, `run::NAME` to Python, with no part of this crate taking part.
//! `print::NAME` asks what prints the trees of both states, for Python of all fixtures at once.
//! `read::tables-are-shared` asks of each language that no mapping table is there twice.
//! For Python, NAME begins with `python::`. So `cargo test --test fixtures R08` runs one row,
//! `cargo test --test fixtures compile::` or `run::` asks only whether the fixtures tell the truth.

#[path = "runner/compile.rs"]
mod compile;
#[path = "runner/fixture.rs"]
mod fixture;
#[path = "runner/once.rs"]
mod once;
#[path = "../fuzz/src/printed.rs"]
mod print_oracle;
#[path = "runner/printed.rs"]
mod printed;
#[path = "runner/python.rs"]
mod python;
#[path = "runner/rewrite.rs"]
mod rewrite;
#[path = "runner/run.rs"]
mod run;
#[path = "runner/table.rs"]
mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::compile::Stubs;
use crate::fixture::{Claim, Fixture, Language};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut all = Vec::new();
    for language in Language::ALL {
        let judge = Arc::new(Judge::new(language));
        match trials(language, &judge) {
            Ok(trials) => all.extend(trials),
            Err(error) => {
                eprintln!("{}: {error}", judge.root.display());
                return ExitCode::FAILURE;
            }
        }
    }
    libtest_mimic::run(&arguments, all).exit_code()
}

/// What the fixtures of a language share.
struct Judge {
    root: PathBuf,
    /// The stub crates of Rust; those of Python are used as they are.
    stubs: Stubs,
}

impl Judge {
    fn new(language: Language) -> Self {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        let root = fixtures.join(language.name());
        let stubs = Stubs::new(root.join("_stub"));
        Self { root, stubs }
    }
}

fn trials(language: Language, judge: &Arc<Judge>) -> std::io::Result<Vec<Trial>> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(&judge.root)? {
        let folder = entry?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if folder.is_dir() && !name.starts_with('_') {
            folders.push(folder);
        }
    }
    folders.sort();
    let mut trials = Vec::new();
    let mut of_python = Vec::new();
    let all = folders.clone();
    trials.push(Trial::test(
        format!("read::{}tables-are-shared", language.prefix()),
        move || once::are_shared(&all).map_err(Failed::from),
    ));
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("{}{name}", language.prefix());
        match Fixture::read(language, &folder) {
            Ok(fixture) => {
                let fixture = Arc::new(fixture);
                if language == Language::Python {
                    of_python.push((name.clone(), Arc::clone(&fixture)));
                }
                trials.extend(trials_of(&name, fixture, judge));
            }
            Err(error) => {
                trials.push(Trial::test(format!("read::{name}"), move || {
                    Err(Failed::from(error))
                }));
            }
        }
    }
    if language == Language::Python {
        trials.push(Trial::test("print::damage-is-seen", || {
            printed::sees_damage().map_err(Failed::from)
        }));
        trials.push(Trial::test("print::python", move || {
            let fixtures = of_python.iter();
            let fixtures = fixtures.map(|(name, fixture)| (name.as_str(), &**fixture));
            printed::python(fixtures).map_err(Failed::from)
        }));
    }
    Ok(trials)
}

fn trials_of(name: &str, fixture: Arc<Fixture>, judge: &Arc<Judge>) -> Vec<Trial> {
    let mut trials = Vec::new();
    let claim = match &fixture.claim {
        Claim::Rust(targets) if !targets.is_empty() => Some("compile"),
        Claim::Python(behaviour) if !behaviour.is_empty() => Some("run"),
        _ => None,
    };
    if let Some(claim) = claim {
        let (fixture, judge) = (Arc::clone(&fixture), Arc::clone(judge));
        trials.push(Trial::test(format!("{claim}::{name}"), move || {
            let judged = match &fixture.claim {
                Claim::Rust(targets) => compile::compile(&fixture, targets, &judge.stubs),
                Claim::Python(behaviour) => run::run(&fixture, behaviour, &judge.root),
            };
            judged.map_err(Failed::from)
        }));
    }
    if printed::has_rust(&fixture) {
        let fixture = Arc::clone(&fixture);
        trials.push(Trial::test(format!("print::{name}"), move || {
            printed::rust(&fixture).map_err(Failed::from)
        }));
    }
    trials.push(Trial::test(format!("rewrite::{name}"), move || {
        rewrite::rewrite(&fixture).map_err(Failed::from)
    }));
    trials
}

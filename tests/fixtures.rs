//! Runs the fixtures below `tests/fixtures/rust` (their README says what each file in them means).
//!
//! Each fixture is up to two trials: `rewrite::NAME` runs the built binary on it, `compile::NAME`
//! gives both of its states to rustc, with no part of this crate taking part. So
//! `cargo test --test fixtures R08` runs one row, `cargo test --test fixtures compile::` asks only
//! whether the fixtures tell the truth.

#[path = "runner/compile.rs"]
mod compile;
#[path = "runner/fixture.rs"]
mod fixture;
#[path = "runner/rewrite.rs"]
mod rewrite;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use crate::compile::Stubs;
use crate::fixture::Fixture;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rust");
    let stubs = Arc::new(Stubs::new(root.join("_stub")));
    let trials = match trials(&root, &stubs) {
        Ok(trials) => trials,
        Err(error) => {
            eprintln!("{}: {error}", root.display());
            return ExitCode::FAILURE;
        }
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(root: &Path, stubs: &Arc<Stubs>) -> std::io::Result<Vec<Trial>> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(root)? {
        let folder = entry?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if folder.is_dir() && !name.starts_with('_') {
            folders.push(folder);
        }
    }
    folders.sort();
    let mut trials = Vec::new();
    for folder in folders {
        match Fixture::read(&folder) {
            Ok(fixture) => trials.extend(trials_of(Arc::new(fixture), stubs)),
            Err(error) => {
                let name = folder.file_name().unwrap_or_default().to_string_lossy();
                trials.push(Trial::test(format!("read::{name}"), move || {
                    Err(Failed::from(error))
                }));
            }
        }
    }
    Ok(trials)
}

fn trials_of(fixture: Arc<Fixture>, stubs: &Arc<Stubs>) -> Vec<Trial> {
    let mut trials = Vec::new();
    if !fixture.targets.is_empty() {
        let (fixture, stubs) = (Arc::clone(&fixture), Arc::clone(stubs));
        trials.push(Trial::test(
            format!("compile::{}", fixture.name),
            move || compile::compile(&fixture, &stubs).map_err(Failed::from),
        ));
    }
    trials.push(Trial::test(
        format!("rewrite::{}", fixture.name),
        move || rewrite::rewrite(&fixture).map_err(Failed::from),
    ));
    trials
}

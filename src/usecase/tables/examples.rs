//! The examples of a table: each is laid out in a folder of its own and goes through the engine as any file does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::engine::Engine;
use crate::finding::Level;
use crate::lang::{Ahead, RewriteOptions, registry};
use crate::mapping::{Action, Example, Table, Tables};
use crate::path::{RUST, SymbolPath};
use crate::project::{Project, WalkOptions};

/// What became of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What the table says.
    Holds,
    /// Another text.
    OtherText(String),
    /// Other findings: their codes and messages.
    OtherFindings(Vec<(&'static str, String)>),
    /// The text was refused: why.
    Refused(String),
}

/// Runs an example of these tables.
///
/// # Errors
/// The folder for it cannot be made, or the workers could not be started.
pub fn run_example(example: &Example, tables: &Tables) -> anyhow::Result<Outcome> {
    let folder = tempfile::tempdir().context("no folder can be made for the example")?;
    let root = folder.path().canonicalize()?;
    let Some(table) = tables.of(example.language) else {
        bail!("there are no rules for {}", example.language);
    };
    let file = root.join(lay_out(example, table, &root)?);
    let project = Project::at(root.clone());
    let options = RewriteOptions::default();
    let engine = Engine::open(
        registry(),
        tables.tables(),
        &project,
        &options,
        root.clone(),
    );
    let bytes = example.before.as_bytes();
    let ahead = Ahead {
        file: &file,
        bytes: Some(bytes),
    };
    engine.survey(&[ahead], &WalkOptions::default())?;
    let report = engine.bytes(&file, bytes.to_vec())?;
    if let Some(failure) = report.failure {
        return Ok(Outcome::Refused(failure.message));
    }
    let got = match report.rewritten {
        Some(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        None => example.before.clone(),
    };
    if got != example.after {
        return Ok(Outcome::OtherText(got));
    }
    let found = report.plan.findings.iter();
    let told: Vec<_> = found
        .filter(|finding| example.findings.is_some() || finding.level == Level::Error)
        .map(|finding| (finding.code.as_str(), finding.message.clone()))
        .collect();
    let mut codes: Vec<&str> = told.iter().map(|(code, _)| *code).collect();
    let mut expected: Vec<&str> = match &example.findings {
        Some(codes) => codes.iter().map(String::as_str).collect(),
        None => Vec::new(),
    };
    codes.sort_unstable();
    expected.sort_unstable();
    Ok(if codes == expected {
        Outcome::Holds
    } else {
        Outcome::OtherFindings(told)
    })
}

/// Writes the text, and what its language needs around it; gives the file, relative to the folder.
fn lay_out(example: &Example, table: &Table, root: &Path) -> anyhow::Result<PathBuf> {
    let is_rust = example.language == RUST.language;
    let default = if is_rust { "src/lib.rs" } else { "example.py" };
    let file = example.file.clone().unwrap_or_else(|| default.into());
    let mut files = vec![(file.clone(), example.before.clone())];
    if is_rust {
        files.push(("Cargo.toml".into(), manifest(table)));
    }
    for (name, text) in files {
        let path = root.join(name);
        let write = || -> std::io::Result<()> {
            fs::create_dir_all(path.parent().unwrap_or(root))?;
            fs::write(&path, text)
        };
        write().with_context(|| format!("{}: cannot be written", path.display()))?;
    }
    Ok(file)
}

/// A package that depends on every crate that the rules name.
fn manifest(table: &Table) -> String {
    let mut crates = BTreeSet::new();
    let mut add = |path: &SymbolPath| {
        let name = path.segments().first().map(|name| name.to_string());
        crates.extend(name.filter(|name| !["std", "core", "alloc"].contains(&name.as_str())));
    };
    for rule in table.rules() {
        add(&rule.from);
        match &rule.action {
            Action::Move(to) => add(to),
            Action::Alternatives(paths) => paths.iter().for_each(&mut add),
            Action::Remove | Action::Keep => {}
        }
    }
    let mut text = String::from(
        "[package]\nname = \"repoint-example\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[dependencies]\n",
    );
    for name in crates {
        text.push_str(&format!("{name} = \"*\"\n"));
    }
    text
}

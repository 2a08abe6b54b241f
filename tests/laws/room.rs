//! Where the laws are checked: a tree, and the engine on it.

use std::path::{Path, PathBuf};

use repoint::engine::Engine;
use repoint::engine::FileReport;
use repoint::finding::Level;
use repoint::lang::python::Python;
use repoint::lang::{Language, RewriteOptions, Strings};
use repoint::mapping::{MappingSource, Table, load};
use repoint::path::PYTHON;
use repoint::project::Project;

use crate::Checked;

/// Says that the program itself is at fault; in every message that does.
const DEFECT: &str = "this is a defect of repoint";
/// What is said after a panic.
const PANIC: &str = "repoint failed on this file";

/// What went wrong.
#[derive(Clone, Debug)]
pub struct Broken {
    pub message: String,
    /// A law, which holds always; else the file was left as it is because its plan did not pass
    /// verification.
    pub is_law: bool,
}

/// A tree of modules, for texts that are nowhere on disk.
pub struct Room {
    _folder: Option<tempfile::TempDir>,
    root: PathBuf,
    options: RewriteOptions,
}

/// The rules in `toml`, if they are a table.
pub fn tables(toml: &str) -> Option<Vec<Table>> {
    let source = MappingSource::Toml {
        file: "laws.toml".into(),
        text: toml.to_owned(),
    };
    Some(load(&[source], &[&PYTHON]).ok()?.into_tables())
}

impl Room {
    /// The tree that the grammar speaks of: packages to import from relatively.
    pub fn generated() -> Self {
        let folder = tempfile::tempdir().expect("a folder for a test");
        let root = folder.path().canonicalize().expect("it exists");
        for file in [
            "pkg/__init__.py",
            "pkg/a/__init__.py",
            "pkg/b.py",
            "main.py",
        ] {
            let file = root.join(file);
            std::fs::create_dir_all(file.parent().expect("it has one")).expect("creatable");
            std::fs::write(file, "").expect("writable");
        }
        Self {
            _folder: Some(folder),
            root,
            options: all_options(),
        }
    }

    /// A tree that is there.
    pub fn at(root: PathBuf) -> Self {
        Self {
            _folder: None,
            root,
            options: all_options(),
        }
    }

    /// Which law is broken by `bytes` as the content of `file`.
    pub fn check(&self, tables: &[Table], file: &str, bytes: &[u8]) -> Result<Checked, Broken> {
        self.ask(tables, |engine| {
            checked(engine, &self.root.join(file), bytes)
        })
    }

    /// The report on a source.
    pub fn report(&self, tables: &[Table], file: &str, bytes: &[u8]) -> FileReport {
        let file = self.root.join(file);
        self.ask(tables, |engine| engine.bytes(&file, bytes.to_vec()))
            .expect("a thread starts")
    }

    fn ask<T>(&self, tables: &[Table], question: impl FnOnce(&Engine<'_>) -> T) -> T {
        let project = Project::at(self.root.clone());
        let languages: [&dyn Language; 1] = [&Python];
        let engine = Engine::open(
            &languages,
            tables,
            &project,
            &self.options,
            self.root.clone(),
        );
        question(&engine)
    }
}

fn all_options() -> RewriteOptions {
    RewriteOptions {
        strings: Strings::All,
        docs: true,
        mentions: true,
        ..RewriteOptions::default()
    }
}

fn law(message: impl Into<String>) -> Broken {
    Broken {
        message: message.into(),
        is_law: true,
    }
}

fn run(engine: &Engine<'_>, file: &Path, bytes: &[u8]) -> Result<FileReport, Broken> {
    engine
        .bytes(file, bytes.to_vec())
        .map_err(|error| law(error.to_string()))
}

/// Both runs of one source.
fn checked(engine: &Engine<'_>, file: &Path, bytes: &[u8]) -> Result<Checked, Broken> {
    let first = run(engine, file, bytes)?;
    if let Some(failure) = &first.failure {
        return match failure.message.as_str() {
            message if message.contains(PANIC) => Err(law(message)),
            message if message.contains(DEFECT) => Err(Broken {
                message: message.to_owned(),
                is_law: false,
            }),
            _ => Ok(Checked::Unread),
        };
    }
    references(&first)?;
    let Some(rewritten) = &first.rewritten else {
        return Ok(Checked::Same);
    };
    outside_of_edits(&first, bytes, rewritten)?;
    let second = run(engine, file, rewritten)?;
    let shown = String::from_utf8_lossy(rewritten);
    if let Some(failure) = &second.failure {
        return Err(law(format!("second run: {}\n{shown}", failure.message)));
    }
    if let Some(again) = &second.rewritten {
        let again = String::from_utf8_lossy(again);
        return Err(law(format!("second run edits:\n{shown}\nto:\n{again}")));
    }
    Ok(Checked::Rewritten)
}

/// `check` exits with 1 for references and errors: edits are made for references only, and one that
/// stays has an error that says why.
fn references(report: &FileReport) -> Result<(), Broken> {
    let plan = &report.plan;
    let rewritten = plan.references.iter().filter(|r| r.rewritten).count();
    if (rewritten > 0) != report.rewritten.is_some() {
        return Err(law(format!(
            "{rewritten} references, edits {:?}",
            plan.edits
        )));
    }
    let is_error = |level| level == Level::Error;
    for reference in plan.references.iter().filter(|r| !r.rewritten) {
        let start = reference.range.start;
        let is_told = |range: &std::ops::Range<usize>| range.start <= start && start <= range.end;
        if !plan
            .findings
            .iter()
            .any(|f| is_error(f.level) && is_told(&f.range))
        {
            return Err(law(format!(
                "{reference:?} stays and nothing is said of it"
            )));
        }
    }
    let errors = plan.findings.iter().any(|f| is_error(f.level));
    if errors && plan.references.is_empty() {
        return Err(law(format!(
            "an error without a reference: {:?}",
            plan.findings
        )));
    }
    Ok(())
}

/// What is not edited is as it was, byte for byte. Offsets are those of the text, so this is asked
/// where text and bytes are the same.
fn outside_of_edits(report: &FileReport, bytes: &[u8], rewritten: &[u8]) -> Result<(), Broken> {
    let text = report.source.text();
    if text.as_bytes() != bytes {
        return Ok(());
    }
    let expected = report.plan.edits.apply(text);
    if expected.as_bytes() == rewritten {
        Ok(())
    } else {
        Err(law("bytes outside of the edits changed"))
    }
}

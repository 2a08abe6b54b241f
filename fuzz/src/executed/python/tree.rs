//! The rewriter on many programs: one tree, one run.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use repoint::engine::{Engine, FileReport};
use repoint::finding::{Code, Level};
use repoint::lang::{Ahead, RewriteOptions, registry};
use repoint::mapping::{MappingSource, load};
use repoint::path::SYNTAXES;
use repoint::project::{Prefilter, Project, Sources, WalkOptions, discover};
use tempfile::TempDir;

use super::{OWN, placed};
use crate::executed::Files;

/// Notes that say of something which is not followed that it may be left behind.
const NOT_FOLLOWED: &[Code] = &[Code::Escapes, Code::String, Code::StringCode, Code::Lazy];

/// A folder for trees, one after the other.
pub struct Tree {
    folder: TempDir,
}

/// What became of a program.
#[derive(Debug, Default)]
pub struct Rewritten {
    /// All of its files, as they are then.
    pub files: Files,
    /// Why one of them failed.
    pub failure: Option<String>,
    /// Codes of errors: something was left.
    pub left: Vec<&'static str>,
    /// Codes of notes: something is not followed.
    pub not_followed: Vec<&'static str>,
    /// All findings: the file, and level and code.
    pub findings: Vec<String>,
}

impl Tree {
    pub fn new() -> anyhow::Result<Self> {
        // In memory, where the system has a place for that.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())?;
        Ok(Self { folder })
    }

    /// Rewrites the programs, each in a folder of its own, by one table.
    pub fn rewrite(&self, table: &str, programs: &[Files]) -> anyhow::Result<Vec<Rewritten>> {
        let root = self.folder.path().canonicalize()?.join("tree");
        if root.exists() {
            std::fs::remove_dir_all(&root)?;
        }
        for (number, files) in programs.iter().enumerate() {
            for (name, text) in placed(files, &folder(number)) {
                let file = root.join(name);
                std::fs::create_dir_all(file.parent().unwrap_or(&root))?;
                std::fs::write(file, text)?;
            }
        }
        let mut all: Vec<Rewritten> = programs
            .iter()
            .map(|files| Rewritten {
                files: files.clone(),
                ..Rewritten::default()
            })
            .collect();
        for report in reports(&root, table)? {
            count(&root, &report, &mut all)?;
        }
        Ok(all)
    }
}

fn folder(number: usize) -> String {
    format!("own{number}")
}

fn count(root: &Path, report: &FileReport, all: &mut [Rewritten]) -> anyhow::Result<()> {
    let path = report.path.strip_prefix(root)?.to_string_lossy();
    let (own, name) = path.split_once('/').unwrap_or_default();
    let number = own
        .strip_prefix("own")
        .and_then(|n| n.parse::<usize>().ok());
    let Some(program) = number.and_then(|number| all.get_mut(number)) else {
        anyhow::bail!("{path} is no file of a program");
    };
    if let Some(failure) = &report.failure {
        program.failure = Some(kind_of(&failure.message));
    }
    for finding in &report.plan.findings {
        let code = finding.code.as_str();
        let level = format!("{:?}", finding.level).to_lowercase();
        program.findings.push(format!("{name} {level}[{code}]"));
        if finding.level == Level::Error {
            program.left.push(code);
        } else if NOT_FOLLOWED.contains(&finding.code) {
            program.not_followed.push(code);
        }
    }
    if let Some(bytes) = &report.rewritten {
        let text = String::from_utf8(bytes.clone())?;
        program
            .files
            .insert(name.to_owned(), text.replace(own, OWN));
    }
    Ok(())
}

/// A message without the names in it.
fn kind_of(message: &str) -> String {
    let words: String = message.split('`').step_by(2).collect::<Vec<_>>().join("_");
    words.chars().filter(|c| !c.is_ascii_digit()).collect()
}

fn reports(root: &Path, table: &str) -> anyhow::Result<Vec<FileReport>> {
    let source = MappingSource::Toml {
        file: PathBuf::from("table.toml"),
        text: table.to_owned(),
    };
    let tables = match load(&[source], SYNTAXES) {
        Ok(loaded) => loaded.into_tables(),
        Err(error) => anyhow::bail!("no table: {error:?}\n{table}"),
    };
    let options = RewriteOptions::default();
    let project = Project::at(root.to_owned());
    let engine = Engine::open(registry(), &tables, &project, &options, root.to_owned());
    let prefilter = Prefilter::new(&engine.anchors());
    let walk = WalkOptions {
        threads: 1,
        ..WalkOptions::default()
    };
    let place_filters = engine.place_filters();
    let is_source = |path: &Path| engine.is_source(path);
    let sources = Sources {
        by_place: Some(&|file| engine.by_place(file, &place_filters)),
        ..Sources::named_so(&is_source)
    };
    let paths = [root.to_owned()];
    let walked = discover(&paths, &project, &walk, sources, &prefilter);
    let ahead: Vec<Ahead<'_>> = walked
        .candidates
        .iter()
        .map(|candidate| Ahead {
            file: &candidate.path,
            bytes: None,
        })
        .collect();
    engine.survey(&ahead, &walk)?;
    let mut reports = Vec::new();
    engine.run(&walked.candidates, &walk, |report| {
        reports.push(report);
        ControlFlow::Continue(())
    })?;
    Ok(reports)
}

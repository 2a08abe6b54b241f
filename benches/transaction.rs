//! What it costs to write files as a transaction: `cargo bench --bench transaction`.
//!
//! The whole way of `apply` over 2,000 files, from the walk to the last byte, with the transaction
//! and, in turn with it, with plain writes in place. Prints the ratio of the two for a tree of small
//! files and for one of files as large as Python's standard library has them on average. Every run
//! starts from the same content. The machine's disk matters: name a folder on it with
//! `REPOINT_BENCH_FOLDER`.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use repoint::engine::{Engine, FileReport};
use repoint::lang::{Ahead, RewriteOptions, registry};
use repoint::mapping::{MappingSource, load};
use repoint::path::SYNTAXES;
use repoint::project::{Prefilter, Project, Sources, WalkOptions, discover};
use repoint::transaction::{About, Action, Change, Journal, OsDisk, TransactionBuilder};

const FILES: usize = 2000;
const ROUNDS: usize = 7;

fn main() {
    let folder = match std::env::var_os("REPOINT_BENCH_FOLDER") {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    };
    let folder = folder.expect("a folder");
    let root = folder.path().canonicalize().expect("it is there");
    for (what, functions) in [("small files", 10), ("files of average size", 150)] {
        let root = root.join(functions.to_string());
        let texts = generate(functions);
        let bytes: usize = texts.iter().map(String::len).sum();
        let mut plain = Duration::MAX;
        let mut transaction = Duration::MAX;
        for _ in 0..ROUNDS {
            lay_out(&root, &texts);
            plain = plain.min(timed(|| apply(&root, Write::Plain)));
            lay_out(&root, &texts);
            transaction = transaction.min(timed(|| apply(&root, Write::Transaction)));
        }
        println!(
            "{what} ({FILES}, {} bytes on average): plain {:.3} s, transaction {:.3} s, ratio {:.2}",
            bytes / FILES,
            plain.as_secs_f64(),
            transaction.as_secs_f64(),
            transaction.as_secs_f64() / plain.as_secs_f64()
        );
    }
}

fn generate(functions: usize) -> Vec<String> {
    let body: String = (0..functions)
        .map(|i| format!("\n\ndef function_{i}(a, b=None):\n    \"\"\"What it does.\"\"\"\n    return Name(a, [b, {i}])\n"))
        .collect();
    (0..FILES)
        .map(|i| format!("import os\nfrom old.home import Name, other_{i}\n{body}"))
        .collect()
}

fn path_of(root: &Path, index: usize) -> PathBuf {
    root.join(format!("p{}/m{index}.py", index % 40))
}

fn lay_out(root: &Path, texts: &[String]) {
    for (index, text) in texts.iter().enumerate() {
        let path = path_of(root, index);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }
    // What is dirty now is not the next run's to flush.
    rustix::fs::sync();
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

#[derive(Clone, Copy)]
enum Write {
    Plain,
    Transaction,
}

fn apply(root: &Path, write: Write) {
    let source = MappingSource::Move {
        text: "old.home.Name=new.home.Name".to_owned(),
        language: Some("python".to_owned()),
    };
    let tables = load(&[source], SYNTAXES)
        .expect("a sound table")
        .into_tables();
    let project = Project::at(root.to_owned());
    let options = RewriteOptions::default();
    let walk = WalkOptions::default();
    let engine = Engine::open(registry(), &tables, &project, &options, root.to_owned());
    let prefilter = Prefilter::new(&engine.anchors());
    let is_source = |path: &Path| engine.is_source(path);
    let found = discover(
        &[root.to_owned()],
        &project,
        &walk,
        Sources::named_so(&is_source),
        &prefilter,
    );
    let ahead: Vec<Ahead<'_>> = found
        .candidates
        .iter()
        .map(|candidate| Ahead {
            file: &candidate.path,
            bytes: None,
        })
        .collect();
    engine.survey(&ahead, &walk).expect("threads");
    let journal = Journal::of_project(&OsDisk, root);
    let mut draft = match write {
        Write::Plain => None,
        Write::Transaction => {
            let lock = journal.lock("bench").expect("nobody else writes");
            Some(
                TransactionBuilder::begin(&journal, lock, vec![root.to_owned()])
                    .expect("it begins"),
            )
        }
    };
    let mut plain = Vec::new();
    let each = |report: FileReport| {
        let new = report.rewritten.expect("every file changes");
        match &mut draft {
            None => plain.push((report.path, new)),
            Some(draft) => {
                let change = Change {
                    path: &report.path,
                    old: Some(report.source.bytes()),
                    new: &new,
                    references: 1,
                    mode: 0,
                };
                draft.add(&change).expect("it is in");
            }
        }
        ControlFlow::Continue(())
    };
    engine.run(&found.candidates, &walk, each).expect("threads");
    let written = match draft {
        None => {
            for (path, new) in &plain {
                fs::write(path, new).expect("written");
            }
            plain.len()
        }
        Some(draft) => {
            let about = About {
                action: Action::Apply,
                tables: Vec::new(),
            };
            draft.commit(about, 1).expect("committed").files
        }
    };
    assert_eq!(written, FILES);
}

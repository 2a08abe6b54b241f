//! How long walk and search take, apart from everything that follows: `cargo bench --bench stages`.
//!
//! The tree is the folder that `REPOINT_CORPUS` names (see `benches/tree.py`), else a generated one
//! of 2,000 files. No word occurs in it, so every file is read and searched to its end.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use divan::Bencher;
use repoint::project::{Anchor, Prefilter, Project, Sources, WalkOptions, Walked, discover};

fn main() {
    divan::main();
}

/// The corpus, made once.
fn corpus() -> &'static Path {
    static CORPUS: OnceLock<(PathBuf, Option<tempfile::TempDir>)> = OnceLock::new();
    let (path, _) = CORPUS.get_or_init(|| match std::env::var_os("REPOINT_CORPUS") {
        Some(folder) => (PathBuf::from(folder), None),
        None => {
            let folder = tempfile::tempdir().expect("a temporary folder");
            generate(folder.path());
            (folder.path().to_path_buf(), Some(folder))
        }
    });
    path
}

fn generate(root: &Path) {
    let lines: String = (0..300)
        .map(|i| {
            format!(
                "    let value_{i} = crate::module_{}::Type{i}::new(self.field, {i});\n",
                i % 7
            )
        })
        .collect();
    for i in 0..2000 {
        let folder = root.join(format!("crate{}/src/part{}", i % 40, i % 8));
        fs::create_dir_all(&folder).expect("a folder");
        let text = &lines[..lines.len() * (i % 10 + 1) / 10];
        fs::write(folder.join(format!("file{i}.rs")), text).expect("a file");
    }
}

/// As many words that no file holds.
fn words(count: usize) -> Vec<Anchor> {
    let stems = [
        "get", "Parse", "node", "Old", "state_of", "Make", "to", "Queue",
    ];
    (0..count)
        .map(|i| Anchor {
            word: Some(format!("{}Zq{i:x}_{}", stems[i % 8], stems[i / 8 % 8])),
            alongside: Vec::new(),
        })
        .collect()
}

fn walk(prefilter: &Prefilter, threads: usize) -> Walked {
    let options = WalkOptions {
        threads,
        ..WalkOptions::default()
    };
    let is_rust = |path: &Path| path.extension().is_some_and(|ending| ending == "rs");
    discover(
        &[corpus().to_path_buf()],
        &Project::at(corpus().to_path_buf()),
        &options,
        Sources::named_so(&is_rust),
        prefilter,
    )
}

/// Finds the files, and asks each for its size only.
#[divan::bench]
fn walk_only(bencher: Bencher) {
    let everything = Prefilter::new(&[Anchor {
        word: None,
        alongside: Vec::new(),
    }]);
    bencher.bench(|| walk(&everything, 0));
}

/// Finds, reads and searches the files.
#[divan::bench(args = [1, 10, 32, 33, 10_000])]
fn walk_and_search(bencher: Bencher, count: usize) {
    let prefilter = Prefilter::new(&words(count));
    bencher.bench(|| walk(&prefilter, 0));
}

/// The same with one thread.
#[divan::bench(args = [1, 10_000])]
fn walk_and_search_in_one_thread(bencher: Bencher, count: usize) {
    let prefilter = Prefilter::new(&words(count));
    bencher.bench(|| walk(&prefilter, 1));
}

/// Makes the searcher.
#[divan::bench(args = [1, 10, 10_000])]
fn compile(bencher: Bencher, count: usize) {
    let anchors = words(count);
    bencher.bench(|| Prefilter::new(&anchors));
}

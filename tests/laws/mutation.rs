//! The sources of the fixtures with something broken in them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use cpu_time::ProcessTime;

use repoint::mapping::{MappingSource, Table, load};
use repoint::path::PYTHON;

use crate::Checked;
use crate::room::{Broken, Room};
use crate::table;

/// A source of a fixture.
struct Seed {
    /// The fixture and the file.
    name: String,
    /// Where the tree of the fixture is.
    root: PathBuf,
    /// The file in the tree.
    file: String,
    bytes: Vec<u8>,
    tables: Rc<Vec<Table>>,
}

/// What was made of a seed.
#[derive(Clone)]
pub struct Mutant {
    name: String,
    bytes: Vec<u8>,
}

impl fmt::Debug for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "\n# {}\n{}",
            self.name,
            String::from_utf8_lossy(&self.bytes)
        )
    }
}

/// A generator of numbers that gives the same ones on every machine (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `end`; 0 if there is nothing below.
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or(0)
    }
}

/// Checks `count` mutants, seeds in turn, and hands on what was found and how long it took.
pub fn run(count: u32, mut each: impl FnMut(Mutant, Result<Checked, Broken>, Duration)) {
    let seeds = seeds();
    assert!(
        seeds.len() > 300,
        "only {} sources of fixtures",
        seeds.len()
    );
    let mut numbers = Numbers(72);
    let step = 7; // without a factor of the number of seeds, a small run sees all kinds of rows
    for at in 0..count as usize {
        let seed = &seeds[at * step % seeds.len()];
        let mut bytes = seed.bytes.clone();
        for _ in 0..=numbers.below(3) {
            mutate(&mut bytes, &mut numbers);
        }
        let mutant = Mutant {
            name: seed.name.clone(),
            bytes,
        };
        let start = ProcessTime::now();
        let result = Room::at(seed.root.clone()).check(&seed.tables, &seed.file, &mutant.bytes);
        each(mutant, result, start.elapsed());
    }
}

/// One change.
fn mutate(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    let at = numbers.below(bytes.len());
    match numbers.below(8) {
        0 => {
            let end = (at + 1 + numbers.below(4)).min(bytes.len());
            bytes.drain(at..end);
        }
        1 => bytes.insert(
            at,
            b"\n\t #\"'()[]{}:;,.\\\r\x0c=@*x\0\xc3\xff"[numbers.below(26)],
        ),
        2 | 3 => lines(bytes, numbers),
        4..=6 => tokens(bytes, numbers),
        _ => bytes.truncate(at),
    }
}

/// Swaps two lines, doubles one, or indents one.
fn lines(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    let mut lines: Vec<Vec<u8>> = bytes
        .split_inclusive(|&b| b == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    let (one, two) = (numbers.below(lines.len()), numbers.below(lines.len()));
    if lines.is_empty() {
        return;
    }
    match numbers.below(4) {
        0 | 1 => lines.swap(one, two),
        2 => lines.insert(two, lines[one].clone()),
        _ => {
            lines[one].splice(0..0, *b"    ");
        }
    }
    *bytes = lines.concat();
}

/// Swaps two words or signs, or puts one over another.
fn tokens(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
    let mut tokens: Vec<Vec<u8>> = bytes
        .chunk_by(|a, b| is_word(a) && is_word(b))
        .map(<[u8]>::to_vec)
        .collect();
    let (one, two) = (numbers.below(tokens.len()), numbers.below(tokens.len()));
    if tokens.is_empty() {
        return;
    }
    match numbers.below(3) {
        0 => tokens.swap(one, two),
        1 => tokens[one] = tokens[two].clone(),
        _ => tokens.insert(one, tokens[two].clone()),
    }
    *bytes = tokens.concat();
}

/// All sources of the fixtures of Python that have rules.
fn seeds() -> Vec<Seed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/python");
    let mut fixtures: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the fixtures")
        .map(|entry| entry.expect("a fixture").path())
        .collect();
    fixtures.sort();
    fixtures
        .iter()
        .flat_map(|fixture| of_fixture(fixture))
        .collect()
}

fn of_fixture(fixture: &Path) -> Vec<Seed> {
    let Some(tables) = rules(fixture).map(Rc::new) else {
        return Vec::new();
    };
    let before = fixture.join("before");
    let (root, is_tree) = if before.is_dir() {
        (before, true)
    } else {
        (fixture.join("none"), false)
    };
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(if is_tree { &root } else { fixture })
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|file| is_tree || file.file_stem().is_some_and(|stem| stem == "input"))
        .filter(|file| {
            file.extension()
                .is_some_and(|e| e == "py" || e == "pyi" || e == "ipynb")
        })
        .collect();
    files.sort();
    let seeds = files.into_iter().filter_map(|path| {
        let file = match path.strip_prefix(&root) {
            Ok(file) => file.to_string_lossy().into_owned(),
            Err(_) => format!("main.{}", path.extension()?.to_string_lossy()),
        };
        let name = fixture.file_name()?.to_string_lossy();
        Some(Seed {
            name: format!("{name}: {file}"),
            root: root.clone(),
            bytes: std::fs::read(&path).ok()?,
            tables: Rc::clone(&tables),
            file,
        })
    });
    seeds.collect()
}

/// The table of a fixture: its mapping, or the moves among its arguments.
fn rules(fixture: &Path) -> Option<Vec<Table>> {
    let mut sources = Vec::new();
    let own = table::of(fixture).expect("the table of a fixture");
    if let Some(text) = own.and_then(|own| String::from_utf8(own).ok()) {
        let file = PathBuf::from("mapping.toml");
        sources.push(MappingSource::Toml { file, text });
    }
    let arguments = std::fs::read_to_string(fixture.join("args")).unwrap_or_default();
    let moves = arguments
        .lines()
        .filter_map(|line| line.strip_prefix("--move="));
    sources.extend(moves.map(|text| MappingSource::Move {
        text: text.to_owned(),
        language: Some("python".to_owned()),
    }));
    Some(load(&sources, &[&PYTHON]).ok()?.into_tables())
}

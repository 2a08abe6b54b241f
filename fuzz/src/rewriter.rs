//! The engine on one text: the laws that hold for the sources of every language.
//!
//! Nothing panics, in the engine or in what prints its reports; what comes out is read in the
//! encoding of what went in, differs from it by the edits alone, and gives a second run nothing to
//! do. A plan that does not pass verification is no broken law: see [`Outcome::Left`].

use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use repoint::engine::{Engine, FileReport};
use repoint::lang::{Ahead, RewriteOptions, Strings, registry};
use repoint::mapping::{MappingSource, Rule, Table, load};
use repoint::output::record::{End, Record, Shape, of_file};
use repoint::output::{Color, FileView, Format, Mode};
use repoint::path::SYNTAXES;
use repoint::project::{Project, WalkOptions};
use tempfile::TempDir;

use crate::Outcome;

/// Bytes in front of a source: which table; which file, and with which options.
pub const HEADER: usize = 2;

/// Says that the program itself is at fault; in every message that does.
const DEFECT: &str = "this is a defect of repoint";
/// What is said after a panic.
const PANIC: &str = "repoint failed on this file";

/// A tree on disk, in which a source takes the place of one of the files.
pub struct Room {
    _folder: TempDir,
    root: PathBuf,
    files: &'static [(&'static str, &'static str)],
    tables: Vec<Vec<Table>>,
}

impl Room {
    /// A tree of eight or more files, each with its text; sources are put in the place of the first
    /// eight. `tables` are the ones that a header chooses from.
    pub fn new(files: &'static [(&'static str, &'static str)], tables: &[&str]) -> Self {
        assert!(files.len() >= 8, "a header has three bits for the file");
        let folder = tempfile::tempdir().expect("a folder for the tree");
        let root = folder.path().canonicalize().expect("it exists");
        for (name, text) in files {
            let file = root.join(name);
            std::fs::create_dir_all(file.parent().expect("below the root")).expect("creatable");
            std::fs::write(file, text).expect("writable");
        }
        let table = |text: &&str| {
            let file = PathBuf::from("table.toml");
            let text = (*text).to_owned();
            let loaded = load(&[MappingSource::Toml { file, text }], SYNTAXES);
            loaded.expect("a table").into_tables()
        };
        Self {
            _folder: folder,
            root,
            files,
            tables: tables.iter().map(table).collect(),
        }
    }

    /// Checks the laws on the source behind the header of `input`.
    ///
    /// # Panics
    /// One is broken.
    pub fn check(&self, input: &[u8]) -> Outcome {
        let Some((&[table, how], bytes)) = input.split_first_chunk::<HEADER>() else {
            return Outcome::Refused;
        };
        let tables = &self.tables[usize::from(table) % self.tables.len()];
        let how = How::of(how);
        let file = self.root.join(self.files[how.file].0);
        let project = Project::at(self.root.clone());
        let engine = Engine::open(
            registry(),
            tables,
            &project,
            &how.options,
            self.root.clone(),
        );
        if how.is_surveyed {
            let walk = WalkOptions {
                threads: 1,
                ..WalkOptions::default()
            };
            let ahead = Ahead {
                file: &file,
                bytes: Some(bytes),
            };
            engine.survey(&[ahead], &walk).expect("a thread starts");
        }
        checked(&engine, tables[0].rules(), &file, bytes)
    }
}

/// What the second byte of a header says.
struct How {
    file: usize,
    options: RewriteOptions,
    is_surveyed: bool,
}

impl How {
    fn of(byte: u8) -> Self {
        let is = |bit: u8| byte >> bit & 1 == 1;
        Self {
            file: usize::from(byte & 7),
            options: RewriteOptions {
                strings: match byte >> 3 & 3 {
                    0 => Strings::Off,
                    1 => Strings::All,
                    _ => Strings::Known,
                },
                docs: is(5),
                mentions: is(6),
                ..RewriteOptions::default()
            },
            is_surveyed: is(7),
        }
    }
}

/// The header of a seed: `table`, and the file of this index with the usual options and all there is.
pub fn headers(table: usize, file: usize) -> [[u8; HEADER]; 2] {
    let table = u8::try_from(table).expect("fewer than 256 tables");
    let file = u8::try_from(file).expect("eight files");
    [[table, 0b1001_0000 | file], [table, 0b1110_1000 | file]]
}

/// Whether a table has a rule of whose old path every name stands in `bytes`.
pub fn speaks_of(table: &str, bytes: &[u8], separator: &str) -> bool {
    let paths = table.lines().filter_map(|line| {
        let path = line
            .strip_prefix("from = ")
            .or(line.strip_prefix("path = "))?;
        Some(path.trim_matches('"'))
    });
    let mut paths = paths.map(|path| path.split(separator));
    paths.any(|mut names| names.all(|name| bytes.contains_str(name)))
}

/// Checks the laws on `bytes` as the content of `file`. `rules` are those of its table.
///
/// # Panics
/// One is broken.
pub fn checked(engine: &Engine<'_>, rules: &[Rule], file: &Path, bytes: &[u8]) -> Outcome {
    let run = |bytes: &[u8]| {
        let report = engine.bytes(file, bytes.to_vec());
        report.expect("a thread starts")
    };
    let first = run(bytes);
    places(&first);
    render(&first, rules);
    if let Some(failure) = &first.failure {
        let message = &failure.message;
        assert!(!message.contains(PANIC), "{message}");
        assert!(first.rewritten.is_none(), "failed and rewritten: {message}");
        if message.contains(DEFECT) {
            return Outcome::Left(message.clone());
        }
        return Outcome::Refused;
    }
    assert_eq!(
        first.rewritten.is_some(),
        first.plan.references.iter().any(|r| r.rewritten),
        "references {:?}, edits {:?}",
        first.plan.references,
        first.plan.edits
    );
    let Some(rewritten) = &first.rewritten else {
        return Outcome::Same;
    };
    outside_of_edits(&first, bytes, rewritten);
    let second = run(rewritten);
    if let Some(failure) = &second.failure {
        panic!("second run: {}\n{}", failure.message, rewritten.as_bstr());
    }
    assert_eq!(
        second.source.encoding(),
        first.source.encoding(),
        "another encoding"
    );
    let expected = first.plan.edits.apply(first.source.text());
    assert_eq!(second.source.text(), expected, "another text");
    // What cannot be printed panics inside, and cargo-fuzz lets nothing panic.
    #[cfg(not(feature = "libfuzzer"))]
    if file.extension().is_some_and(|extension| extension == "rs")
        && let Some(Err(difference)) =
            crate::printed::print_the_same(first.source.text(), &expected)
    {
        panic!("the tree {difference}\n{expected}");
    }
    if let Some(again) = &second.rewritten {
        let (once, twice) = (rewritten.as_bstr(), again.as_bstr());
        panic!("second run edits: it makes\n{twice}\n---- of\n{once}");
    }
    Outcome::Changed
}

/// Every place of a report is one of the text.
fn places(report: &FileReport) {
    let text = report.source.text();
    let is_place = |range: &Range<usize>| text.get(range.clone()).is_some();
    let mut end = 0;
    for edit in report.plan.edits.as_slice() {
        assert!(is_place(&edit.range) && edit.range.start >= end, "{edit:?}");
        end = edit.range.end;
    }
    for reference in &report.plan.references {
        assert!(is_place(&reference.range), "{reference:?}");
    }
    for finding in &report.plan.findings {
        assert!(is_place(&finding.range), "{finding:?}");
    }
    let offset = report.failure.as_ref().and_then(|failure| failure.offset);
    // A language may say that the end is missing.
    assert!(
        offset.is_none_or(|at| at <= text.len()),
        "{:?}",
        report.failure
    );
}

/// Prints a report in each format that costs little: a page and SARIF hold much that is the same for all.
fn render(report: &FileReport, rules: &[Rule]) {
    const FORMATS: [Format; 9] = [
        Format::Full,
        Format::Concise,
        Format::JsonLines,
        Format::Json,
        Format::Github,
        Format::Gitlab,
        Format::Rdjson,
        Format::Junit,
        Format::Markdown,
    ];
    for (mode, shape) in [
        (Mode::Check, Shape::Findings),
        (Mode::Rewrite, Shape::Plans),
    ] {
        let view = FileView::new(report, rules, mode);
        for format in FORMATS {
            let mut renderer = format.renderer(Color::Never);
            let mut print = |record: &Record| renderer.record(record, &mut io::sink());
            let printed = of_file(&view, shape, &mut print)
                .and_then(|()| print(&Record::End(End { exit: 0 })));
            printed.expect("a sink takes everything");
        }
    }
}

/// What is not edited is as it was, byte for byte and in the same order.
fn outside_of_edits(report: &FileReport, bytes: &[u8], rewritten: &[u8]) {
    let edits = report.plan.edits.as_slice();
    let (mut at, mut rest) = (0, rewritten);
    for (number, edit) in edits.iter().enumerate() {
        let gone = report.source.byte_range(&edit.range);
        let kept = &bytes[at..gone.start];
        // Not told by the place: the first edit may insert at the very start.
        let found = match number {
            0 => rest.starts_with(kept).then_some(0),
            _ => rest.find(kept),
        };
        let found = found.unwrap_or_else(|| panic!("bytes before {edit:?} changed"));
        rest = &rest[found + kept.len()..];
        at = gone.end;
    }
    assert!(
        rest.ends_with(&bytes[at..]),
        "bytes behind all edits changed"
    );
}

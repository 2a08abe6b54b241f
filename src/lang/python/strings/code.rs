//! Import statements in longer strings: templates, generated code, scripts for `-c`. Notes,
//! or rewritten if all strings are asked for, as far as a line alone tells what it means.

use std::ops::Range;

use super::decide::{Moved, Verdict, refused_outcome, renamed};
use super::plan::{Pen, one};
use super::text::{HOLE, Text};
use super::written::Written;
use super::{Fate, Found};
use crate::finding::Code;
use crate::lang::Strings;
use crate::mapping::{Outcome, Table};
use crate::path::{Namespaces, Segment, is_identifier};
use crate::text::Edit;

const SAYS: &str = "code in a string imports a deprecated path";

/// What an import statement in a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Statement {
    /// `from a.b import c, d as e`, with the names; a star has none.
    From(Written, Vec<Imported>),
    /// `import a.b`, and whether `as` follows.
    Plain(Written, bool),
    /// `from a.b import {names}`: what is imported cannot be told.
    Open(Written),
}

impl Statement {
    /// Where its module stands.
    pub(super) fn place(&self) -> Range<usize> {
        let (Self::From(module, _) | Self::Plain(module, _) | Self::Open(module)) = self;
        module.places.first().map_or(0, |place| place.start)..module.end
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Imported {
    name: Segment,
    place: Range<usize>,
    has_alias: bool,
}

/// Whether a text may hold an import statement.
pub(in crate::lang::python) fn is_code(flat: &str) -> bool {
    !statements(flat).is_empty()
}

/// Decides on each string that holds code.
pub(super) fn plan(found: &Found, pen: &mut Pen<'_, '_>) {
    for plain in &found.plain {
        let rewrites = match plain.fate {
            Some(Fate::Read) => continue,
            Some(Fate::Noted) => false,
            None => pen.mode() == Strings::All,
        };
        let flat = plain.text.flat();
        for statement in statements(&flat) {
            let rewrites = rewrites && !is_prose(&flat, statement.place().start);
            match &statement {
                Statement::From(module, names) => from(&plain.text, module, names, rewrites, pen),
                Statement::Open(module) => open(&plain.text, module, pen),
                Statement::Plain(name, has_alias) => {
                    let rewrites = rewrites && *has_alias;
                    plain_import(&plain.text, name, rewrites, pen);
                }
            }
        }
    }
}

fn open(text: &Text, module: &Written, pen: &mut Pen<'_, '_>) {
    let range = text.near(module.places[0].start..module.end);
    let judged = one(
        &module.names,
        range,
        ask(&module.names, pen.unit.setting.table),
    );
    pen.noted(&judged, Code::StringCode, SAYS);
}

fn from(text: &Text, module: &Written, names: &[Imported], rewrites: bool, pen: &mut Pen<'_, '_>) {
    let table = pen.unit.setting.table;
    let range = text.near(module.places[0].start..module.end);
    let mut asked: Vec<(Vec<Segment>, Verdict)> = Vec::new();
    if names.is_empty() {
        asked.push((module.names.clone(), ask(&module.names, table)));
    }
    for name in names {
        let mut path = module.names.clone();
        path.push(name.name.clone());
        let verdict = ask(&path, table);
        asked.push((path, verdict));
    }
    let edits = rewrites
        .then(|| from_edits(text, module, names, &asked))
        .flatten();
    for (at, (path, verdict)) in asked.into_iter().enumerate() {
        let mut judged = one(&path, range.clone(), verdict);
        // Each name is a use of its own.
        if let Some(name) = names.get(at) {
            judged.uses[0].1 = text.near(name.place.clone());
        }
        match (&mut judged.verdict, &edits) {
            (Verdict::Stays(_), _) if rewrites => pen.add_uses(&judged, false),
            (Verdict::Stays(_) | Verdict::MayMove(..), _) => {}
            (Verdict::Moves(moved), Some(edits)) => {
                moved.edits.clone_from(edits);
                let moved = moved.clone();
                pen.rewrite(&judged, &moved);
            }
            (_, _) => {
                if rewrites {
                    pen.add_uses(&judged, true);
                }
                pen.noted(&judged, Code::StringCode, SAYS);
            }
        }
    }
}

/// The edits of a from-import of which every name moves to one module.
fn from_edits(
    text: &Text,
    module: &Written,
    names: &[Imported],
    asked: &[(Vec<Segment>, Verdict)],
) -> Option<Vec<Edit>> {
    let mut home: Option<&[Segment]> = None;
    let mut edits = Vec::new();
    for (at, (_, verdict)) in asked.iter().enumerate() {
        let Verdict::Moves(moved) = verdict else {
            return None;
        };
        let Some(name) = names.get(at) else {
            home = Some(&moved.to);
            continue;
        };
        let (last, parent) = moved.to.split_last()?;
        if parent.is_empty() || home.is_some_and(|home| home != parent) {
            return None;
        }
        home = Some(parent);
        if *last != name.name {
            let new = match name.has_alias {
                true => last.to_string(),
                false => format!("{last} as {}", name.name),
            };
            edits.push(Edit::replace(text.place(name.place.clone())?, new));
        }
    }
    edits.extend(renamed(text, &module.names, &module.places, home?)?);
    Some(edits)
}

/// `import a.b as c`. Without an alias it is only noted: what follows it in the text uses its names.
fn plain_import(text: &Text, name: &Written, rewrites: bool, pen: &mut Pen<'_, '_>) {
    let range = text.near(name.places[0].start..name.end);
    let mut judged = one(&name.names, range, ask(&name.names, pen.unit.setting.table));
    let edits = match &judged.verdict {
        Verdict::Moves(moved) if rewrites => renamed(text, &name.names, &name.places, &moved.to),
        _ => None,
    };
    match (&mut judged.verdict, edits) {
        (Verdict::Stays(_), _) if rewrites => pen.add_uses(&judged, false),
        (Verdict::Stays(_) | Verdict::MayMove(..), _) => {}
        (Verdict::Moves(moved), Some(edits)) => {
            moved.edits = edits;
            let moved = moved.clone();
            pen.rewrite(&judged, &moved);
        }
        _ => {
            if rewrites {
                pen.add_uses(&judged, true);
            }
            pen.noted(&judged, Code::StringCode, SAYS);
        }
    }
}

/// The import statements that stand at the start of a line, after a semicolon or a quote.
pub(super) fn statements(flat: &str) -> Vec<Statement> {
    let mut found = Vec::new();
    if !flat.contains("import") {
        return found;
    }
    for word in ["from", "import"] {
        let mut from = 0;
        while let Some(at) = flat[from..].find(word) {
            let start = from + at;
            from = start + word.len();
            let is_start = begins_statement(&flat[..start]);
            let rest = &flat[from..];
            let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            if blank == 0 || !is_start {
                continue;
            }
            let statement = match word {
                "from" => from_statement(flat, from + blank),
                _ => plain_statements(flat, from + blank, &mut found),
            };
            found.extend(statement);
        }
    }
    found
}

fn begins_statement(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let line = line.trim_end_matches([' ', '\t']);
    line.is_empty()
        || line.ends_with([';', ':', '"', '\''])
        || line.ends_with(">>>")
        || line.ends_with("...")
}

/// Whether the statement whose module stands at a byte is part of a sentence: behind a colon in a line that
/// no word like `try` starts.
fn is_prose(flat: &str, at: usize) -> bool {
    let line = flat[..at].rsplit('\n').next().unwrap_or_default();
    let line = line.trim_end_matches([' ', '\t']);
    let before = line.strip_suffix("from").or(line.strip_suffix("import"));
    let before = before.unwrap_or(line).trim_end_matches([' ', '\t']);
    before.ends_with(':') && !is_compound(before)
}

/// Whether the first word of a line, behind a quote perhaps, is that of a compound statement.
fn is_compound(line: &str) -> bool {
    const WORDS: [&str; 14] = [
        "if", "elif", "else", "try", "except", "finally", "with", "for", "while", "def", "class",
        "match", "case", "async",
    ];
    let starts = line.rsplit(['"', '\'', ';']);
    starts.take(2).any(|part| {
        let part = part.trim_start().trim_start_matches(">>>").trim_start();
        let word = part.split(|c: char| !c.is_ascii_alphabetic()).next();
        word.is_some_and(|word| WORDS.contains(&word))
    })
}

fn from_statement(flat: &str, start: usize) -> Option<Statement> {
    let module = Written::at(flat, start).filter(|module| module.module == module.names.len())?;
    let rest = flat[module.end..]
        .strip_prefix([' ', '\t'])?
        .trim_start_matches([' ', '\t']);
    let list = rest.strip_prefix("import")?;
    if list.starts_with(|c: char| c == '_' || c.is_alphanumeric()) {
        return None;
    }
    let at = flat.len() - list.len();
    let open = list.trim_start_matches([' ', '\t']);
    if open.starts_with('*') {
        return Some(Statement::From(module, Vec::new()));
    }
    let (mut at, end) = match open.strip_prefix('(') {
        Some(inner) => {
            let start = flat.len() - inner.len();
            (start, start + inner.find(')')?)
        }
        None => (at, at + line_end(list)),
    };
    let mut names = Vec::new();
    for part in flat[at..end].split(',') {
        let is_blank = |c: char| c.is_whitespace() || c == '\\';
        let place = at + (part.len() - part.trim_start_matches(is_blank).len());
        at += part.len() + 1;
        let mut words = part.split(is_blank).filter(|word| !word.is_empty());
        let Some(name) = words.next() else {
            continue;
        };
        let name = name.trim_end_matches(['"', '\'', '`']);
        if name.contains(HOLE) {
            return Some(Statement::Open(module));
        }
        if !is_identifier(name) {
            return None;
        }
        names.push(Imported {
            name: Segment::new(name),
            place: place..place + name.len(),
            has_alias: words.next() == Some("as"),
        });
    }
    (!names.is_empty()).then_some(Statement::From(module, names))
}

/// Where a statement ends: at a line end that no backslash continues, a `;` or a comment.
fn line_end(text: &str) -> usize {
    let ends = text.match_indices(['\n', ';', '#']);
    let mut ends = ends
        .filter(|(at, end)| *end != "\n" || !text[..*at].trim_end_matches('\r').ends_with('\\'));
    ends.next().map_or(text.len(), |(at, _)| at)
}

/// `import a, b.c as d`: appends all but the last.
fn plain_statements(flat: &str, start: usize, found: &mut Vec<Statement>) -> Option<Statement> {
    let mut at = start;
    loop {
        let mut name = Written::at(flat, at)?;
        name.names.truncate(name.module);
        name.places.truncate(name.module);
        name.end = name.places.last()?.end;
        let line = flat[name.end..].lines().next().unwrap_or_default();
        let mut clause = line.split([',', ';', '#']);
        let mut words = clause.next().unwrap_or_default().split_whitespace();
        let has_alias = words.next() == Some("as");
        let statement = Statement::Plain(name.clone(), has_alias);
        let comma = line
            .find([',', ';', '#'])
            .filter(|at| line[*at..].starts_with(','));
        let Some(comma) = comma else {
            return Some(statement);
        };
        found.push(statement);
        let next = name.end + comma + 1;
        let blank = flat[next..].len() - flat[next..].trim_start_matches([' ', '\t']).len();
        at = next + blank;
    }
}

/// What the table says of a path whose edits are not known yet.
fn ask(path: &[Segment], table: &Table) -> Verdict {
    match table.resolve(path, Namespaces::ALL) {
        Outcome::Moves(moved) => Verdict::Moves(Moved {
            path: path.to_vec(),
            to: moved.to.segments().to_vec(),
            rule: moved.first.index,
            applied: moved.applied.clone(),
            edits: Vec::new(),
        }),
        other => refused_outcome(path, &other, table),
    }
}

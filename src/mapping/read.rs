//! From the text of a mapping file to its rules as written, with every fault of the form.
//! The keys and their types stand in `schema` alone.

use std::borrow::Cow;
use std::sync::Arc;

use serde_spanned::Spanned;
use toml::de::{DeTable, DeValue};

use super::schema::{ExampleTable, KeepRule, MappingFile, MoveRule, RemoveRule};
use crate::document::{Problem, Read, Reader, Source, kind_of, parse};

/// A file as written. What had a fault is in the list of errors instead.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// The keys of the file itself.
    pub(super) head: Option<MappingFile>,
    pub(super) moves: Vec<Read<MoveRule>>,
    /// The pairs of `[moves]`.
    pub(super) pairs: Vec<(Spanned<String>, Spanned<String>)>,
    pub(super) examples: Vec<Read<ExampleTable>>,
    pub(super) removes: Vec<Read<RemoveRule>>,
    pub(super) keeps: Vec<Read<KeepRule>>,
    /// A rule could not be read at all.
    pub(super) lost: bool,
}

/// Reads a mapping file.
pub(super) fn read(source: &Arc<Source>, errors: &mut Vec<Problem>) -> Written {
    let mut written = Written::default();
    let Some(mut table) = parse(source, errors) else {
        quote_paths(source, errors);
        written.lost = true;
        return written;
    };
    let mut reader = Reader::new(source, errors);
    written.pairs = pairs(source, &mut table, &mut reader, &mut written.lost);
    let examples = reader.tables(&mut table, "example", "example");
    written.examples = examples.into_iter().flatten().collect();
    let moves = reader.tables(&mut table, "move", "rule");
    let removes = reader.tables(&mut table, "remove", "rule");
    let keeps = reader.tables(&mut table, "keep", "rule");
    written.moves = kept(moves, &mut written.lost);
    written.removes = kept(removes, &mut written.lost);
    written.keeps = kept(keeps, &mut written.lost);
    let head = reader.table::<MappingFile>(table, 0..0);
    written.head = head.map(|head| head.table);
    written
}

/// Those that could be read; `lost` is set if one could not.
fn kept<T>(tables: Vec<Option<Read<T>>>, lost: &mut bool) -> Vec<Read<T>> {
    *lost |= tables.iter().any(Option::is_none);
    tables.into_iter().flatten().collect()
}

/// Takes `[moves]` out of `file`.
fn pairs(
    source: &Source,
    file: &mut DeTable<'_>,
    reader: &mut Reader<'_>,
    lost: &mut bool,
) -> Vec<(Spanned<String>, Spanned<String>)> {
    let is_there = file.contains_key("moves");
    if let Some((key, DeValue::Array(_))) =
        file.get_key_value("moves").map(|(k, v)| (k, v.get_ref()))
    {
        let problem = Problem::at(
            reader.place(key.span()),
            "`moves` is one table of pairs, this is a list",
        );
        reader.wrong(problem.help(
            "write `[moves]` with lines `\"old.path\" = \"new.path\"`, or a `[[move]]` for each rule",
        ));
        file.remove("moves");
        *lost = true;
        return Vec::new();
    }
    let Some((table, span)) = reader.take_section(file, "moves") else {
        *lost |= is_there;
        return Vec::new();
    };
    if table.is_empty() {
        let problem = Problem::at(reader.place(span), "`[moves]` is empty");
        reader.wrong(problem.help("write a pair below it, `\"old.path\" = \"new.path\"`"));
        *lost = true;
    }
    let mut pairs = Vec::new();
    for (key, value) in table {
        let span = value.span();
        match value.into_inner() {
            DeValue::String(new) => {
                let old = Spanned::new(key.span(), key.into_inner().into_owned());
                pairs.push((old, Spanned::new(span, new.into_owned())));
            }
            DeValue::Table(below) if goes_on(source, &key) => {
                for (path, place) in taken_apart(&key, &below) {
                    let message = format!(
                        "the key `{path}` is not quoted, so TOML takes it apart at its dots"
                    );
                    let problem = Problem::at(reader.place(place), message);
                    reader.wrong(problem.help(format!("write `\"{path}\" = ...`")));
                }
                *lost = true;
            }
            other => {
                let kind = kind_of(other.type_str());
                let message = format!("the new path is a string, this is {kind}");
                let problem = Problem::at(reader.place(span), message);
                reader.wrong(problem.help("a rule with more keys is a `[[move]]`"));
                *lost = true;
            }
        }
    }
    pairs.sort_by_key(|(old, _)| old.span().start);
    pairs
}

/// Whether a dot or the end of a header follows a key: what is in its table is not written behind it.
fn goes_on(source: &Source, key: &Spanned<Cow<'_, str>>) -> bool {
    let rest = source.text.get(key.span().end..).unwrap_or_default();
    rest.trim_start_matches([' ', '\t']).starts_with(['.', ']'])
}

/// The paths of which TOML has made tables in tables, each with the place of its last name, in order.
fn taken_apart(
    key: &Spanned<Cow<'_, str>>,
    below: &DeTable<'_>,
) -> Vec<(String, std::ops::Range<usize>)> {
    let mut found = Vec::new();
    let mut open = vec![(key.get_ref().to_string(), below)];
    while let Some((path, table)) = open.pop() {
        for (key, value) in table {
            let path = format!("{path}.{}", key.get_ref());
            match value.get_ref() {
                DeValue::Table(table) => open.push((path, table)),
                _ => found.push((path, key.span())),
            }
        }
    }
    found.sort_by_key(|(_, place)| place.start);
    found
}

/// The longest key, in bytes, that a message writes out.
const LONGEST: usize = 200;

/// Adds what to do where a path with `::` is a key without quotes, of which the parser only says that it
/// expected something else. Once a line, which may have as many faults as characters.
fn quote_paths(source: &Source, errors: &mut [Problem]) {
    let mut said = None;
    for error in errors {
        let start = source.line_start(error.position());
        if said.replace(start) == Some(start) {
            continue;
        }
        let rest = source.text.get(start..).unwrap_or_default();
        let key = rest.split(['=', '\n']).next().unwrap_or_default().trim();
        let is_path = key.contains("::") && !key.contains(['"', '\'', '#', '[']);
        if is_path && key.len() <= LONGEST && error.advice().is_none() {
            *error = error
                .clone()
                .help(format!("quote the key: `\"{key}\" = ...`"));
        }
    }
}

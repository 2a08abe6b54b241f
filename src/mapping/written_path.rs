//! Paths as mapping tables write them, with a caret under each name that is none.

use std::ops::Range;
use std::sync::Arc;

use serde_spanned::Spanned;

use crate::document::{Place, Problem, Source};
use crate::path::{Namespaces, Segment, SymbolPath, Syntax, is_identifier};

/// The kind that stands right of a colon (`pkg.mod:Name`).
const OBJECT: &str = "object";
/// The kind of a path with a colon and nothing on one side of it (`pkg.mod:`, `:pkg.mod`, as LibCST writes modules).
const MODULE: &str = "module";

/// A path, and what its way of writing says of it.
#[derive(Debug)]
pub(super) struct WrittenPath {
    pub(super) path: SymbolPath,
    /// What it is, if a colon tells.
    pub(super) kind: Option<Namespaces>,
    /// How many of its names are the module, if a colon tells.
    pub(super) module: Option<usize>,
}

/// The kind of `syntax` that is called `name`.
pub(super) fn kind_named(syntax: &Syntax, name: &str) -> Option<Namespaces> {
    let bit = syntax.kinds.iter().position(|kind| *kind == name)?;
    Some(Namespaces(1 << bit))
}

/// Reads the path in `text`; reports each name of it that is none.
pub(super) fn read_path(
    text: &Spanned<String>,
    syntax: &Syntax,
    source: &Arc<Source>,
    errors: &mut Vec<Problem>,
) -> Option<WrittenPath> {
    let whole = text.get_ref().as_str();
    // `pkg.mod:Name`: languages with objects write modules and objects apart that way.
    let colon = kind_named(syntax, OBJECT)
        .filter(|_| !syntax.separator.contains(':'))
        .and_then(|kind| Some((whole.find(':')?, kind)));
    let is_module = |at: usize| whole.len() > 1 && (at == 0 || at + 1 == whole.len());
    let module_kind = colon
        .filter(|(at, _)| is_module(*at))
        .and_then(|_| kind_named(syntax, MODULE));
    let mut module = None;
    let mut segments = Vec::new();
    let before = errors.len();
    let mut part = |range: Range<usize>| {
        let mut offset = range.start;
        for name in whole[range].split(syntax.separator) {
            if syntax.is_name(name) {
                segments.push(syntax.name(name));
            } else {
                let place = Place::new(source, caret(text, offset, name.len(), source));
                errors.push(bad_name(name, place, syntax));
            }
            offset += name.len() + syntax.separator.len();
        }
    };
    match colon {
        Some((0, _)) if module_kind.is_some() => part(1..whole.len()),
        Some((at, _)) if module_kind.is_some() => part(0..at),
        Some((at, _)) => {
            part(0..at);
            module = Some(whole[..at].split(syntax.separator).count());
            part(at + 1..whole.len());
        }
        None => part(0..whole.len()),
    }
    if errors.len() > before {
        return None;
    }
    Some(WrittenPath {
        path: SymbolPath::new(segments)?,
        kind: module_kind.or(colon.map(|(_, kind)| kind)),
        module,
    })
}

/// Reads one name.
pub(super) fn read_name(
    text: &Spanned<String>,
    syntax: &Syntax,
    source: &Arc<Source>,
    errors: &mut Vec<Problem>,
) -> Option<Segment> {
    let name = text.get_ref().as_str();
    if syntax.is_name(name) {
        return Some(syntax.name(name));
    }
    let place = Place::new(source, caret(text, 0, name.len(), source));
    errors.push(bad_name(name, place, syntax));
    None
}

/// The bytes of `len` bytes at `offset` of a string's value, in the source; the whole string if
/// escapes make them differ.
fn caret(text: &Spanned<String>, offset: usize, len: usize, source: &Source) -> Range<usize> {
    let span = text.span();
    let written = source.text.get(span.clone()).unwrap_or_default();
    // Behind the quotes, and the line end after three of them; at once on a command line. Not searched: a path may have thousands of
    // faults, and be long.
    let value = text.get_ref().as_bytes();
    let starts = [0, 1, 3, 4, 5];
    let is_value = |start: &usize| {
        let rest = written.as_bytes().get(*start..);
        rest.is_some_and(|rest| rest.starts_with(value))
    };
    match starts.into_iter().find(is_value) {
        Some(start) if !value.is_empty() => {
            let start = span.start + start + offset;
            start..start + len
        }
        _ => span,
    }
}

fn bad_name(name: &str, place: Place, syntax: &Syntax) -> Problem {
    let Syntax {
        language,
        separator,
        ..
    } = *syntax;
    if name.is_empty() {
        return Problem::at(place.label("a name is missing here"), "a name is missing").help(
            format!("write names joined by `{separator}`, none in front"),
        );
    }
    if is_identifier(syntax.strip_raw(name)) {
        let error = Problem::at(
            place.label("a keyword"),
            format!("`{name}` is a keyword of {language}, nothing can be called so"),
        );
        return if syntax.never_raw.contains(&name) {
            error.help("paths are absolute: they start with the name of the library")
        } else {
            error
        };
    }
    Problem::at(
        place.label("no identifier"),
        format!("`{name}` is no identifier of {language}"),
    )
    .help(format!("names are joined by `{separator}` in {language}"))
}

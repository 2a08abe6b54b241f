//! The law of names: where a scope no longer binds a name, nothing may be left that asks for it.
//!
//! In the edited text each token of such a name is a use or a place of the outline: then the other
//! laws say what it means. One that the outline does not know of (something to delete, a word of
//! a macro, a line that is not read) may need what went. Names are told by their text, so a token of
//! another scope counts too: the outline has all of those in code that is read.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Difference, Side, VerifyError, head, line_at, scope};
use crate::outline::Binding;
use crate::tokens::{Kind, Token};

pub(super) fn check(before: Side<'_>, after: Side<'_>) -> Result<(), VerifyError> {
    let gone = gone(before, after);
    if gone.is_empty() {
        return Ok(());
    }
    let outline = &after.analysis.outline;
    let uses = outline.uses.iter().filter_map(|it| it.range.as_ref());
    let known: FxHashSet<usize> = uses.chain(&outline.places).map(|it| it.start).collect();
    // What deleted nothing before is no matter of what went.
    let idle = |side: Side<'_>| -> FxHashMap<String, usize> {
        let mut counts = FxHashMap::default();
        for range in &side.analysis.outline.idle {
            let name = side.text.get(range.clone()).unwrap_or_default();
            *counts.entry(name.to_owned()).or_default() += 1;
        }
        counts
    };
    let (were, are) = (idle(before), idle(after));
    let is_idle = |name: &str, at: usize| {
        let mut places = outline.idle.iter();
        are.get(name) <= were.get(name) && places.any(|range| range.start == at)
    };
    for token in after.tokens.code.iter() {
        let found = words(after.text, token).find_map(|word| gone.get_key_value(word));
        let Some((name, of)) = found else {
            continue;
        };
        let at = token.range.start;
        if token.kind == Kind::Name && (known.contains(&at) || is_idle(name, at)) {
            continue;
        }
        return Err(VerifyError {
            difference: Difference::Name {
                scope: scope(of),
                name: (*name).to_owned(),
                line: line_at(after.text, token.range.start),
            },
            offset: None,
        });
    }
    Ok(())
}

/// The names in a token that may be looked up.
fn words<'t>(text: &'t str, token: &Token) -> impl Iterator<Item = &'t str> {
    let is_asked = matches!(token.kind, Kind::Name | Kind::Unread);
    let text = text.get(token.range.clone()).filter(|_| is_asked);
    let text = text.unwrap_or_default().trim_start_matches("r#");
    let is_part = |c: char| c == '_' || c.is_alphanumeric();
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find(is_part)?;
            let is_attribute = rest[..start].ends_with('.');
            let word = &rest[start..];
            let end = word.find(|c| !is_part(c)).unwrap_or(word.len());
            rest = &word[end..];
            if !is_attribute {
                return Some(&word[..end]);
            }
        }
    })
}

/// The names that a scope binds no more, with the scope.
fn gone<'b>(before: Side<'b>, after: Side<'b>) -> FxHashMap<&'b str, &'b str> {
    fn key(binding: &Binding) -> (&str, &str) {
        (&binding.scope, head(&binding.name))
    }
    let outline = &after.analysis.outline;
    let bound: FxHashSet<(&str, &str)> = outline.bindings.iter().map(key).collect();
    let mut gone = FxHashMap::default();
    for (scope, name) in before.analysis.outline.bindings.iter().map(key) {
        let defined = || {
            let names = outline.definitions.get(scope);
            names.is_some_and(|names| names.iter().any(|own| own == name))
        };
        if !matches!(name, "*" | "_") && !bound.contains(&(scope, name)) && !defined() {
            gone.insert(name, scope);
        }
    }
    gone
}

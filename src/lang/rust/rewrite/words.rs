//! Names of a text by its tokens, for what must account for every place of a name.
//!
//! The walk makes a path or a definition of each name in code of the tree. In macros and attributes it need
//! not, and strings of macros may capture names: there each token is asked for.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Rewrite;
use crate::lang::rust::at::At;
use crate::lang::rust::tokens;
use crate::path::Segment;
use crate::tokens::Kind;

/// The names of a text.
pub(super) struct Words<'t> {
    /// Where each stands that is looked up, and whether the tree makes it a use or a definition.
    places: FxHashMap<&'t str, Vec<(usize, bool)>>,
    /// Names that strings hold and that code reads there (`"{NAME}"`, unknown attributes), with the place of one.
    in_strings: FxHashMap<&'t str, usize>,
}

impl<'t> Words<'t> {
    /// Those of the text that is rewritten.
    pub(super) fn of(rewrite: &Rewrite<'t, '_>) -> Self {
        let mut places: FxHashMap<&str, Vec<(usize, bool)>> = FxHashMap::default();
        for token in tokens::code(rewrite.text) {
            let is_known = match token.kind {
                Kind::Name => false,
                Kind::Known => true,
                _ => continue,
            };
            let start = token.range.start;
            let name = rewrite.text.get(token.range).unwrap_or_default();
            let name = name.trim_start_matches("r#");
            places.entry(name).or_default().push((start, is_known));
        }
        let text = |at: &At| {
            let range = at.range();
            (range.start, rewrite.text.get(range).unwrap_or_default())
        };
        let mut in_strings = FxHashMap::default();
        for (at, literal) in rewrite.found.texts.iter().map(text) {
            let captured = |(start, _): &(usize, &str)| literal[..*start].ends_with(['{', '$']);
            let names = words(literal).filter(captured);
            in_strings.extend(names.map(|(start, word)| (word, at + start)));
        }
        let odd = rewrite.found.odd_strings.iter().map(|(at, ..)| at);
        let attributes = rewrite.found.attribute_texts.iter().chain(odd);
        for (at, literal) in attributes.map(text) {
            in_strings.extend(words(literal).map(|(start, word)| (word, at + start)));
        }
        Self { places, in_strings }
    }

    /// A place of the name that the walk does not have: it is neither part of the tree nor the start of a path.
    pub(super) fn stray(&self, rewrite: &Rewrite<'_, '_>, name: &Segment) -> Option<usize> {
        let starts = starts(rewrite, name, |_| true);
        let places = self.places.get(name.as_str()).into_iter().flatten();
        let mut stray = places.filter(|(start, is_known)| !is_known && !starts.contains(start));
        let first = stray.next().map(|(start, _)| *start);
        first.or_else(|| self.in_strings.get(name.as_str()).copied())
    }

    /// A place in a macro, an attribute or a string where the name may mean something else than `to`.
    pub(super) fn other(
        &self,
        rewrite: &Rewrite<'_, '_>,
        name: &Segment,
        to: &[Segment],
    ) -> Option<usize> {
        let starts = starts(rewrite, name, |path| path.starts_with(to));
        let places = self.places.get(name.as_str()).into_iter().flatten();
        let mut other = places.filter(|(start, is_known)| !is_known && !starts.contains(start));
        let first = other.next().map(|(start, _)| *start);
        first.or_else(|| self.in_strings.get(name.as_str()).copied())
    }
}

/// Where paths start that are written with this name first, of those whose meaning is asked for.
fn starts(
    rewrite: &Rewrite<'_, '_>,
    name: &Segment,
    is_asked: impl Fn(&[Segment]) -> bool,
) -> FxHashSet<usize> {
    let sites = rewrite.sites_named(name);
    let asked = sites.filter(|site| is_asked(&site.path));
    asked
        .filter_map(|site| Some(site.names.first()?.at.range().start))
        .collect()
}

/// The whole words of a text, each with where it starts.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c == '_' || c.is_alphanumeric();
    let mut at = 0;
    text.split(move |c| !is_part(c)).map(move |word| {
        let start = at;
        at += word.len()
            + text[start + word.len()..]
                .chars()
                .next()
                .map_or(0, char::len_utf8);
        (start, word)
    })
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_whole_and_know_their_place() {
        let found: Vec<_> = words("{Foo} FooBar é{Foo_")
            .filter(|(_, word)| !word.is_empty())
            .collect();
        assert_eq!(found, [(1, "Foo"), (6, "FooBar"), (13, "é"), (16, "Foo_")]);
    }
}

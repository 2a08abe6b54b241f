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
    /// Names that strings hold and that code reads there: `"{NAME}"`, unknown attributes.
    in_strings: FxHashSet<&'t str>,
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
        let text = |at: &At| rewrite.text.get(at.range()).unwrap_or_default();
        let mut in_strings = FxHashSet::default();
        for literal in rewrite.found.texts.iter().map(text) {
            in_strings.extend(words(literal).filter_map(|(start, word)| {
                literal[..start].ends_with(['{', '$']).then_some(word)
            }));
        }
        let odd = rewrite.found.odd_strings.iter().map(|(at, ..)| at);
        let attributes = rewrite.found.attribute_texts.iter().chain(odd);
        for literal in attributes.map(text) {
            in_strings.extend(words(literal).map(|(_, word)| word));
        }
        Self { places, in_strings }
    }

    /// Whether every place of the name is one that the walk has: part of the tree, or the start of a path.
    pub(super) fn is_accounted_for(&self, rewrite: &Rewrite<'_, '_>, name: &Segment) -> bool {
        let starts = starts(rewrite, name, |_| true);
        let places = self.places.get(name.as_str());
        let mut places = places.into_iter().flatten();
        !self.in_strings.contains(name.as_str())
            && places.all(|(start, is_known)| *is_known || starts.contains(start))
    }

    /// Whether the name is only used as what `to` names: no local, definition or token may mean something else.
    pub(super) fn only_means(
        &self,
        rewrite: &Rewrite<'_, '_>,
        name: &Segment,
        to: &[Segment],
    ) -> bool {
        let starts = starts(rewrite, name, |path| path.starts_with(to));
        let places = self.places.get(name.as_str());
        let mut places = places.into_iter().flatten();
        !self.in_strings.contains(name.as_str()) && places.all(|(start, _)| starts.contains(start))
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

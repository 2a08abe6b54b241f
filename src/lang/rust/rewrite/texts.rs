//! Paths in text: string literals in macro calls, and strings of attributes that are not edited.

use std::ops::Range;

use super::Rewrite;
use crate::finding::{Code, Level};
use crate::lang::plan_builder::{PlanBuilder, Refusal, Subject};
use crate::lang::rust::resolve::{Role, ScopeId, Written};
use crate::mapping::Outcome;
use crate::path::{Namespaces, Segment, is_identifier};

impl Rewrite<'_, '_> {
    /// A raw or escaped string of a known attribute: never edited, and an error if it names a mapped
    /// path.
    pub fn odd_string(
        &self,
        range: Range<usize>,
        text: &str,
        scope: ScopeId,
        draft: &mut PlanBuilder,
    ) {
        for (_, segments) in absolute_paths(text) {
            let written = Written {
                leading: false,
                segments,
            };
            let resolver = self.resolver;
            let found = resolver.path(
                &self.found.scopes,
                scope,
                &written,
                Namespaces::ALL,
                Role::Path,
            );
            let Some((_, path)) = found else {
                continue;
            };
            if let Outcome::Moves(to) = resolver.table.resolve(&path, Namespaces::ALL) {
                let subject = Subject {
                    range: range.clone(),
                    path: &path,
                    to: Some(to.to.segments()),
                    rule: to.first.index,
                };
                let refusal = Refusal::new(
                    Code::String,
                    "the path stands in a raw or escaped string, which is not edited",
                )
                .help("rewrite the string by hand");
                draft.refused(&subject, refusal, resolver.table);
            }
        }
    }

    /// Literals in macro calls that mention a mapped path.
    pub fn texts(&self, draft: &mut PlanBuilder) {
        for at in &self.found.texts {
            let range = at.range();
            let Some(text) = self.text.get(range.clone()) else {
                continue;
            };
            for (at, path) in absolute_paths(text) {
                let Outcome::Moves(to) = self.resolver.table.resolve(&path, Namespaces::ALL) else {
                    continue;
                };
                let subject = Subject {
                    range: range.start + at.start..range.start + at.end,
                    path: &path,
                    to: Some(to.to.segments()),
                    rule: to.first.index,
                };
                draft.remark(
                    Code::Text,
                    Level::Note,
                    &subject,
                    "a deprecated path in text".to_owned(),
                    self.resolver.table,
                );
            }
        }
    }
}

/// Chains of two and more names in text, with their places.
pub fn absolute_paths(text: &str) -> Vec<(Range<usize>, Vec<Segment>)> {
    let mut found = Vec::new();
    if !text.contains("::") {
        return found;
    }
    let is_part = |c: char| c == '_' || c == ':' || c.is_alphanumeric();
    let mut start = 0;
    for piece in text.split_inclusive(|c: char| !is_part(c)) {
        let word = piece.trim_end_matches(|c: char| !is_part(c));
        let chain = word.trim_matches(':');
        if chain.contains("::") {
            let at = start + (word.len() - word.trim_start_matches(':').len());
            let segments: Vec<Segment> = chain.split("::").map(Segment::new).collect();
            if segments.iter().all(|name| is_identifier(name)) {
                found.push((at..at + chain.len(), segments));
            }
        }
        start += piece.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_in_text_have_their_places() {
        let text = "see old::a::Foo, or ::b::c: é x:y";
        let found: Vec<&str> = absolute_paths(text)
            .into_iter()
            .map(|(range, _)| &text[range])
            .collect();
        assert_eq!(found, ["old::a::Foo", "b::c"]);
    }
}

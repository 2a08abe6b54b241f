//! `rename = "uses"`: the uses of an import take the new name, where that is certain.
//!
//! Certain means that every place in the file that holds one of the two names is known: the number of
//! times that the word stands in the text is the number of places that the walk resolved to this
//! import. A word in a comment, a string, a macro token or a derive is one too many, and so is
//! another file that sees the name through this one.

use super::Rewrite;
use super::fate::{Fates, LeafKey, Next};
use crate::lang::rust::resolve::{LeafKind, Reach, Via};
use crate::lang::rust::visit::{Context, Mode};
use crate::path::{Namespaces, Segment};

impl Rewrite<'_, '_> {
    /// The name that an import can take with all its uses.
    pub(super) fn new_name(&self, key: LeafKey, to: &[Segment], fates: &Fates) -> Option<Segment> {
        let (scope, ordinal) = key;
        let here = self.found.scopes.get(scope);
        let leaf = &here.names.leaves[ordinal];
        let name = to.last()?;
        let item = leaf.item.and_then(|item| here.names.items.get(item))?;
        let is_plain = leaf.kind == LeafKind::Name
            && !leaf.aliased
            && leaf.reach == Reach::Private
            && !item.context.in_tokens;
        if !is_plain || self.is_mentioned_below(scope, &leaf.name) {
            return None;
        }
        let is_head = |via: Via| via == Via::Import(scope, ordinal);
        let others = self.found.scopes.iter().any(|(id, other)| {
            (0..other.names.leaves.len()).any(|o| {
                let fate = fates.get((id, o));
                fate.and_then(|fate| fate.head.as_ref())
                    .is_some_and(|head| is_head(head.via))
            })
        });
        if others {
            return None;
        }
        let mut uses = 1;
        for site in &self.found.sites {
            if !is_head(site.head.via) {
                continue;
            }
            if site.mode != Mode::Code || site.context != Context::Path || site.in_macro {
                return None;
            }
            if !self.is_free(site.scope, name, to) {
                return None;
            }
            uses += 1;
        }
        let taken = self.means_it_already(name, to)?;
        let is_certain = words(self.text, &leaf.name) == uses
            && words(self.text, name) == taken
            && self.is_free(scope, name, to);
        is_certain.then(|| name.clone())
    }

    /// Whether `name` means nothing in this scope, or already what it will mean.
    fn is_free(&self, scope: usize, name: &Segment, to: &[Segment]) -> bool {
        let written = crate::lang::rust::resolve::Written {
            leading: false,
            segments: vec![name.clone()],
        };
        let role = crate::lang::rust::resolve::Role::Path;
        let found = self
            .resolver
            .path(&self.found.scopes, scope, &written, Namespaces::ALL, role);
        found.is_none_or(|(_, path)| path == to)
    }

    /// How many places hold `name` and mean `to` by it: imports of it and their uses.
    fn means_it_already(&self, name: &Segment, to: &[Segment]) -> Option<usize> {
        let mut count = 0;
        for (id, scope) in self.found.scopes.iter() {
            for (ordinal, leaf) in scope.names.leaves.iter().enumerate() {
                if leaf.name != *name {
                    continue;
                }
                let meaning = self.resolver.leaf(&self.found.scopes, id, ordinal)?;
                if meaning != to || leaf.aliased {
                    return None;
                }
                count += 1;
            }
        }
        for site in &self.found.sites {
            let holds = site
                .written
                .segments
                .iter()
                .filter(|part| *part == name)
                .count();
            if holds > 0 {
                let through = site.written.segments[0] == *name && site.path.starts_with(to);
                if !through || holds > 1 {
                    return None;
                }
                count += 1;
            }
        }
        Some(count)
    }

    /// Decides which imports take their new name.
    pub(super) fn rename_uses(&self, fates: &mut Fates) {
        let mut renamed = Vec::new();
        for (key, fate) in fates.iter() {
            let Next::Moves(to) = &fate.next else {
                continue;
            };
            let leaf = &self.found.scopes.get(key.0).names.leaves[key.1];
            if fate.wants_uses
                && to.last() != Some(&leaf.name)
                && let Some(name) = self.new_name(key, to, fates)
            {
                renamed.push((key, name));
            }
        }
        for (key, name) in renamed {
            fates.rename(key, name);
        }
    }
}

/// How often `word` stands in `text` as a whole word.
fn words(text: &str, word: &str) -> usize {
    let is_part = |c: char| c == '_' || c.is_alphanumeric();
    text.match_indices(word)
        .filter(|(at, _)| {
            !text[..*at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn only_whole_words_count() {
        assert_eq!(words("Foo FooBar xFoo Foo_ (Foo) éFoo Foo", "Foo"), 3);
    }
}

//! `rename = "uses"`: the uses of an import take the new name, where that is certain.
//!
//! Certain means that every place in the file that holds one of the two names is known: the number of
//! times that the word stands in the text is the number of places that the walk resolved to this
//! import. A word in a comment, a string, a macro token or a derive is one too many, and so is
//! another file that sees the name through this one.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Rewrite;
use super::fate::{Fates, LeafKey, Next};
use crate::lang::rust::resolve::{LeafKind, Reach, Via};
use crate::lang::rust::visit::{Context, Mode};
use crate::path::{Namespaces, Segment};

impl Rewrite<'_, '_> {
    /// The name that an import can take with all its uses.
    fn new_name(
        &self,
        key: LeafKey,
        to: &[Segment],
        starts: &FxHashSet<LeafKey>,
        counts: &FxHashMap<&str, usize>,
        leaves: &FxHashMap<&Segment, Vec<LeafKey>>,
    ) -> Option<Segment> {
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
        if starts.contains(&key) {
            return None;
        }
        let mut uses = 1;
        for site in self.sites_through(key) {
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
        let count = |word: &Segment| counts.get(word.as_str()).copied().unwrap_or_default();
        // The cheap question first: where many imports bind one name, it is the last one.
        if count(&leaf.name) != uses {
            return None;
        }
        let taken = self.means_it_already(name, to, leaves)?;
        let is_certain = count(name) == taken && self.is_free(scope, name, to);
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
    fn means_it_already(
        &self,
        name: &Segment,
        to: &[Segment],
        leaves: &FxHashMap<&Segment, Vec<LeafKey>>,
    ) -> Option<usize> {
        let mut count = 0;
        for &(id, ordinal) in leaves.get(name).into_iter().flatten() {
            let leaf = &self.found.scopes.get(id).names.leaves[ordinal];
            let meaning = self.resolver.leaf(&self.found.scopes, id, ordinal)?;
            if meaning != to || leaf.aliased {
                return None;
            }
            count += 1;
        }
        for site in self.sites_holding(name) {
            let holds = site.written.segments.iter();
            let holds = holds.filter(|part| *part == name).count();
            let through = site.written.segments[0] == *name && site.path.starts_with(to);
            if !through || holds > 1 {
                return None;
            }
            count += 1;
        }
        Some(count)
    }

    /// Decides which imports take their new name.
    pub(super) fn rename_uses(&self, fates: &mut Fates) {
        if !fates.iter().any(|(_, fate)| fate.wants_uses) {
            return;
        }
        // Imports that other imports start at.
        let heads = fates.iter().filter_map(|(_, fate)| fate.head.as_ref());
        let starts: FxHashSet<LeafKey> = heads
            .filter_map(|head| match head.via {
                Via::Import(scope, ordinal) => Some((scope, ordinal)),
                _ => None,
            })
            .collect();
        let counts = words(self.text);
        let mut leaves: FxHashMap<&Segment, Vec<LeafKey>> = FxHashMap::default();
        for (id, scope) in self.found.scopes.iter() {
            for (ordinal, leaf) in scope.names.leaves.iter().enumerate() {
                leaves.entry(&leaf.name).or_default().push((id, ordinal));
            }
        }
        let mut renamed = Vec::new();
        for (key, fate) in fates.iter() {
            let Next::Moves(to) = &fate.next else {
                continue;
            };
            let leaf = &self.found.scopes.get(key.0).names.leaves[key.1];
            if fate.wants_uses
                && to.last() != Some(&leaf.name)
                && let Some(name) = self.new_name(key, to, &starts, &counts, &leaves)
            {
                renamed.push((key, name));
            }
        }
        for (key, name) in renamed {
            fates.rename(key, name);
        }
    }
}

/// How often each whole word stands in a text.
fn words(text: &str) -> FxHashMap<&str, usize> {
    let is_part = |c: char| c == '_' || c.is_alphanumeric();
    let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
    for word in text.split(|c| !is_part(c)) {
        *counts.entry(word).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn only_whole_words_count() {
        assert_eq!(words("Foo FooBar xFoo Foo_ (Foo) éFoo Foo")["Foo"], 3);
    }
}

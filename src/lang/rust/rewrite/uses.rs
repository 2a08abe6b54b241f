//! `rename = "uses"`: the uses of an import take the new name, where that is certain.
//!
//! Certain means that every place that may mean the import is known. What resolves to it is renamed, in code,
//! in links of documentation and in macros of which it is known that they only evaluate their tokens. What resolves
//! elsewhere stays, whatever it is called: the import of another function, a field, a method, a comment.
//! A token of an unknown macro, the string of an attribute or another file that sees the name through
//! this one let the name stay.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Rewrite;
use super::fate::{Fates, LeafKey, Next};
use super::words::Words;
use crate::lang::rust::resolve::{LeafKind, Reach, Via};
use crate::lang::rust::visit::{Context, Mode};
use crate::path::{Namespaces, Segment};

/// What is asked of names, each answered once.
struct Names<'t> {
    words: Words<'t>,
    /// Imports that other imports start at.
    starts: FxHashSet<LeafKey>,
    /// How many imports of a scope bind a name.
    bound: FxHashMap<(usize, Segment), usize>,
    /// Whether every place of a name is known.
    known: FxHashMap<Segment, bool>,
    /// Whether a name means one thing wherever it stands.
    single: FxHashMap<(Segment, Vec<Segment>), bool>,
}

impl Rewrite<'_, '_> {
    /// The name that an import can take with all its uses.
    fn new_name(&self, key: LeafKey, to: &[Segment], names: &mut Names<'_>) -> Option<Segment> {
        let (scope, ordinal) = key;
        let here = self.found.scopes.get(scope);
        let leaf = &here.names.leaves[ordinal];
        let name = to.last()?;
        let item = leaf.item.and_then(|item| here.names.items.get(item))?;
        let is_plain = leaf.kind == LeafKind::Name
            && !leaf.aliased
            && leaf.reach == Reach::Private
            && !item.context.in_tokens;
        let is_alone = names.bound.get(&(scope, leaf.name.clone())) == Some(&1);
        if !is_plain || !is_alone || names.starts.contains(&key) {
            return None;
        }
        let words = &names.words;
        let known = names.known.entry(leaf.name.clone());
        let single = names.single.entry((name.clone(), to.to_vec()));
        if !*known.or_insert_with(|| words.is_accounted_for(self, &leaf.name))
            || !*single.or_insert_with(|| words.only_means(self, name, to))
            || self.is_mentioned_below(scope, &leaf.name)
        {
            return None;
        }
        for site in self.sites_through(key) {
            let is_own = site.head.via == Via::Import(scope, ordinal)
                && site.written.segments[0] == leaf.name;
            let is_plain = match site.context {
                Context::Path => !site.in_macro,
                Context::Link => true,
                _ => false,
            };
            if !is_own
                || !is_plain
                || site.mode != Mode::Code
                || !self.is_free(site.scope, name, to)
            {
                return None;
            }
        }
        self.is_free(scope, name, to).then(|| name.clone())
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

    /// Decides which imports take their new name.
    pub(super) fn rename_uses(&self, fates: &mut Fates) {
        if !fates.iter().any(|(_, fate)| fate.wants_uses) {
            return;
        }
        let heads = fates.iter().filter_map(|(_, fate)| fate.head.as_ref());
        let starts = heads.flat_map(|head| head.imports());
        let mut names = Names {
            words: Words::of(self),
            starts: starts.collect(),
            bound: FxHashMap::default(),
            known: FxHashMap::default(),
            single: FxHashMap::default(),
        };
        for (id, scope) in self.found.scopes.iter() {
            for leaf in &scope.names.leaves {
                *names.bound.entry((id, leaf.name.clone())).or_default() += 1;
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
                && let Some(name) = self.new_name(key, to, &mut names)
            {
                renamed.push((key, name));
            }
        }
        for (key, name) in renamed {
            fates.rename(key, name);
        }
    }
}

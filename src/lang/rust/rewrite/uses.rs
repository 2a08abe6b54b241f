//! `rename = "uses"`: the uses of an import take the new name, where that is certain.
//!
//! Certain means that every place that may mean the import is known. What resolves to it is renamed, in code,
//! in links of documentation and in macros of which it is known that they only evaluate their tokens. What resolves
//! elsewhere stays, whatever it is called: the import of another function, a field, a method, a comment.
//! A token of an unknown macro, the string of an attribute or another file that sees the name through
//! this one let the name stay.

use std::cell::OnceCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Rewrite;
use super::actions::{Decisions, ImportAction, LeafKey};
use super::words::Words;
use crate::lang::plan_builder::quoted_line;
use crate::lang::rust::at::At;
use crate::lang::rust::expand::evaluates;
use crate::lang::rust::resolve::{Entry, LeafKind, Reach, ScopeId, Via, What};
use crate::lang::rust::visit::{Call, Context, Mode, Site};
use crate::path::{Namespaces, Segment};

/// What is asked of names, each answered once.
struct Names<'t> {
    words: Words<'t>,
    /// Imports that other imports start at.
    starts: FxHashSet<LeafKey>,
    /// How many imports of a scope bind a name.
    bound: FxHashMap<(usize, Segment), usize>,
    /// A place of a name that is not known, if there is one.
    known: FxHashMap<Segment, Option<usize>>,
    /// Where new names are used for what no path leads to, by each scope that such a use is in.
    strangers: FxHashMap<(Segment, ScopeId), At>,
    /// A macro that is called in a scope or inside of it, and that another file may define; asked for late.
    macros: OnceCell<FxHashMap<ScopeId, Segment>>,
    /// A place in tokens where a name may mean something else than this path.
    single: FxHashMap<(Segment, Vec<Segment>), Option<usize>>,
}

impl Rewrite<'_, '_> {
    /// The name that an import can take with all its uses.
    ///
    /// # Errors
    /// It keeps its own: why.
    fn new_name(
        &self,
        key: LeafKey,
        to: &[Segment],
        names: &mut Names<'_>,
    ) -> Result<Segment, String> {
        let (scope, ordinal) = key;
        let here = self.found.scopes.get(scope);
        let leaf = &here.names.leaves[ordinal];
        let (old, new) = (&leaf.name, to.last().unwrap_or(&leaf.name));
        let item = leaf.item.and_then(|item| here.names.items.get(item));
        let Some(item) = item.filter(|_| leaf.kind == LeafKind::Name) else {
            return Err("it is not imported by its own path".to_owned());
        };
        if leaf.aliased {
            return Err("it has a name of its own".to_owned());
        }
        if !self.found.includes.is_empty() {
            return Err("a file that is included may use it".to_owned());
        }
        if here
            .names
            .get(old)
            .iter()
            .any(|entry| !matches!(entry.what, What::Import(_)))
        {
            return Err("it is defined here too".to_owned());
        }
        let is_definition = |entry: &Entry| !matches!(entry.what, What::Import(_));
        if here.names.get(new).iter().any(is_definition) {
            return Err(format!("`{new}` is defined here"));
        }
        if *self.word(new) != **new {
            return Err(format!("`{new}` is a keyword"));
        }
        // Without it the glob shows others the old name.
        let is_shown = |glob: &&usize| here.names.leaves[**glob].reach != Reach::Private;
        let mut globs = here.names.globs.iter().filter(is_shown);
        let may_bring = |glob: &usize| {
            let base = self.resolver.leaf(&self.found.scopes, scope, *glob);
            base.is_none_or(|base| {
                self.resolver
                    .knows(&[base.as_slice(), std::slice::from_ref(old)].concat())
            })
        };
        if globs.any(may_bring) {
            return Err("a glob brings it too".to_owned());
        }
        if leaf.reach != Reach::Private {
            return Err("it is offered to others".to_owned());
        }
        if item.context.in_tokens {
            return Err("it is imported inside of a macro".to_owned());
        }
        if names.bound.get(&(scope, old.clone())) != Some(&1) {
            return Err("another import binds it too".to_owned());
        }
        if names.starts.contains(&key) {
            return Err("another import starts at it".to_owned());
        }
        let words = &names.words;
        let stray = names.known.entry(old.clone());
        if let Some(at) = *stray.or_insert_with(|| words.stray(self, old)) {
            let line = quoted_line(self.text, at);
            return Err(format!("`{line}` is not read as code"));
        }
        let other = names.single.entry((new.clone(), to.to_vec()));
        if let Some(at) = *other.or_insert_with(|| words.other(self, new, to)) {
            let line = quoted_line(self.text, at);
            return Err(format!("`{line}` may mean another `{new}`"));
        }
        if self.is_mentioned_otherwise(scope, old) {
            return Err("a module below this one uses it".to_owned());
        }
        for site in self.sites_through(key) {
            let via = site.head.via;
            let name = &site.names[site.head.taken - 1];
            let is_own = name.text == *old
                && self.text.get(name.at.range()) == Some(old.as_str())
                && (via == Via::Import(scope, ordinal)
                    || via == Via::OuterImport(scope, ordinal) && self.has_one_glob(site));
            let is_plain = match site.context {
                Context::Path => !site.in_macro,
                Context::Link => true,
                _ => false,
            };
            let is_plain = is_plain && !site.is_shorthand;
            if !is_own || !is_plain || site.mode != Mode::Code {
                let line = quoted_line(self.text, site.names[0].at.range().start);
                return Err(format!("`{line}` is no plain use of it"));
            }
            if site.is_captured || !self.is_free(site.scope, new, to) {
                let line = quoted_line(self.text, site.names[0].at.range().start);
                return Err(format!("`{line}` stands where `{new}` is something else"));
            }
        }
        if !self.is_free(scope, new, to) {
            return Err(format!("`{new}` is something else here"));
        }
        if let Some(at) = names.strangers.get(&(new.clone(), scope)) {
            let line = quoted_line(self.text, at.range().start);
            return Err(format!("`{line}` means another `{new}`"));
        }
        let macros = names.macros.get_or_init(|| self.macros_of_other_files());
        let call = macros.get(&scope);
        if let Some(call) = call.filter(|_| self.is_said_elsewhere(old, new)) {
            return Err(format!(
                "`{call}!` is a macro of another file that may use it"
            ));
        }
        Ok(new.clone())
    }

    /// Whether a path that starts at an import of a module around its own gets it by a relative path, or by the one
    /// glob that its module has: with several, another may bring the new name.
    fn has_one_glob(&self, site: &Site) -> bool {
        let scopes = &self.found.scopes;
        let mut around = scopes.outwards(site.scope);
        site.head.taken > 1 || around.all(|id| scopes.get(id).names.globs.len() < 2)
    }

    /// By each scope in which or inside of which there is one, a call of a macro that another file of the crate may
    /// define.
    fn macros_of_other_files(&self) -> FxHashMap<ScopeId, Segment> {
        let mut macros = FxHashMap::default();
        let Some(krate) = self.resolver.home.krate else {
            return macros;
        };
        let mut seen: FxHashSet<(ScopeId, &Segment)> = FxHashSet::default();
        for Call { name, scope, .. } in &self.found.calls {
            if !seen.insert((*scope, name))
                || evaluates(name)
                || !self.resolver.tree.defines_macro(krate, name)
            {
                continue;
            }
            for around in self.found.scopes.outwards(*scope) {
                macros.entry(around).or_insert_with(|| name.clone());
            }
        }
        macros
    }

    /// Whether another file of the crate holds the old name or the new one: a macro of it may use the first or define
    /// the second, and what it writes is looked up here.
    fn is_said_elsewhere(&self, old: &Segment, new: &Segment) -> bool {
        let (tree, file) = (self.resolver.tree, self.resolver.home.file);
        let is_said = |krate| {
            let mut words = [old, new].into_iter();
            words.any(|word| tree.mentions_elsewhere(krate, file, word))
        };
        self.resolver.home.krate.is_some_and(is_said)
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
        match found {
            Some((_, path)) => path == to,
            // What a block defines has no path.
            None => {
                let scopes = &self.found.scopes;
                let mut around = scopes.outwards(scope);
                around.all(|id| scopes.get(id).names.get(name).is_empty())
            }
        }
    }

    /// Decides which imports take their new name.
    pub(super) fn rename_uses(&self, decisions: &mut Decisions) {
        if !decisions.iter().any(|(_, decision)| decision.wants_uses) {
            return;
        }
        let heads = decisions
            .iter()
            .filter_map(|(_, decision)| decision.head.as_ref());
        let starts = heads.flat_map(|head| head.imports());
        let mut names = Names {
            words: Words::of(self),
            starts: starts.collect(),
            bound: FxHashMap::default(),
            known: FxHashMap::default(),
            strangers: FxHashMap::default(),
            macros: OnceCell::new(),
            single: FxHashMap::default(),
        };
        for (name, scope, at) in &self.found.strangers {
            for around in self.found.scopes.outwards(*scope) {
                let known = names.strangers.entry((name.clone(), around));
                known.or_insert_with(|| at.clone());
            }
        }
        for (id, scope) in self.found.scopes.iter() {
            for leaf in &scope.names.leaves {
                *names.bound.entry((id, leaf.name.clone())).or_default() += 1;
            }
        }
        let mut renamed = Vec::new();
        for (key, decision) in decisions.iter() {
            let ImportAction::Retarget(to) = &decision.next else {
                continue;
            };
            let leaf = &self.found.scopes.get(key.0).names.leaves[key.1];
            if decision.wants_uses && to.last() != Some(&leaf.name) {
                renamed.push((key, self.new_name(key, to, &mut names)));
            }
        }
        for (key, name) in renamed {
            decisions.rename(key, name);
        }
    }
}

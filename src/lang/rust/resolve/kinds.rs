//! A module and something else of one name (`mod join; pub use join::join;`, a module beside a macro):
//! which of them a path means that says the whole name of a rule.
//!
//! A rule speaks of all namespaces unless it says otherwise, but the tree may know better: if the
//! rule's path is a module of it, a call or a macro call of that name is no reference.

use super::displaced::supers_of;
use super::names::{Entry, MACRO, Reach, TYPE, VALUE, What, Written};
use super::resolver::Resolver;
use super::scopes::Scopes;
use crate::mapping::Outcome;
use crate::path::{Namespaces, Segment};

/// What a path is that a rule names as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// What the rule speaks of.
    Reference,
    /// Something else of the same name.
    Other,
    /// One or the other, or both.
    Either,
}

impl Resolver<'_> {
    /// What `path` means that may be any of `kinds`.
    pub fn sense(&self, scopes: &Scopes, path: &[Segment], kinds: Namespaces) -> Sense {
        let (first, to) = match self.table.resolve(path, kinds) {
            Outcome::Moves(to) => (to.first, Some(to.to)),
            Outcome::Removed(matched) | Outcome::Alternatives(matched) => (matched, None),
            Outcome::Stays => return self.sense_of_target(scopes, path, kinds),
        };
        let is_whole = first.len == path.len();
        if !is_whole || first.rule.kinds != Namespaces::ALL || path.len() < 2 {
            return Sense::Reference;
        }
        let Some(old) = self.entries_at(scopes, path) else {
            return Sense::Reference;
        };
        let new = to.and_then(|to| self.entries_at(scopes, to.segments()));
        let modules = || {
            let all = old.iter().chain(new.iter().flatten());
            all.filter(|entry| entry.what == What::Module)
        };
        if modules().next().is_none() {
            return Sense::Reference;
        }
        if !kinds.meets(TYPE) {
            return Sense::Other;
        }
        let others = VALUE.union(MACRO);
        let has_other = old
            .iter()
            .any(|entry| entry.what != What::Module && entry.kinds.meets(others))
            || (path.len() == 2 && self.exports_macro(path))
            || path
                .split_last()
                .is_some_and(|(name, module)| self.brings(scopes, module, name, others));
        if !has_other || kinds == TYPE {
            return Sense::Reference;
        }
        let is_outside = path[0] != self.home.root;
        if is_outside && modules().all(|entry| entry.reach == Reach::Private) {
            return Sense::Other;
        }
        Sense::Either
    }

    /// What a path means that may be where a rule leads: read as before the rewrite.
    fn sense_of_target(&self, scopes: &Scopes, path: &[Segment], kinds: Namespaces) -> Sense {
        if kinds.meets(TYPE) || path.len() < 2 || !self.table.leads_to_new(path) {
            return Sense::Reference;
        }
        let is_module = |path: &[Segment]| {
            self.entries_at(scopes, path)
                .is_some_and(|entries| entries.iter().any(|entry| entry.what == What::Module))
        };
        // A rule that says of which kind it speaks does not speak of the module.
        let speaks_of_all = |old: &Vec<Segment>| {
            let outcome = self.table.resolve(old, kinds);
            matches!(outcome, Outcome::Moves(to) if to.first.rule.kinds == Namespaces::ALL)
        };
        let mut sources = self.table.sources(path);
        sources.retain(speaks_of_all);
        if !sources.is_empty() && (is_module(path) || sources.iter().any(|old| is_module(old))) {
            Sense::Other
        } else {
            Sense::Reference
        }
    }

    /// Whether an import in the module `from` may mean one thing as a type and another as a value: only where its
    /// last name is looked up in a module around it, which shows it private names. Told before another file is
    /// read; `path` is what the import means first.
    pub(super) fn may_differ_by_kind(
        &self,
        from: &[Segment],
        written: &Written,
        path: &[Segment],
    ) -> bool {
        let is_around = |module: &[Segment]| from.starts_with(module);
        let segments = written.segments.as_slice();
        let (mut base, taken) = match segments.first().map(Segment::as_str) {
            Some("crate") if !written.leading => (from[..from.len().min(1)].to_vec(), 1),
            Some("self" | "super") if !written.leading => {
                let (taken, supers) = supers_of(written);
                (from[..from.len().saturating_sub(supers)].to_vec(), taken)
            }
            _ => return true,
        };
        let Some((_, above)) = segments[taken..].split_last() else {
            return true;
        };
        base.extend_from_slice(above);
        is_around(&base)
            || path
                .split_last()
                .is_some_and(|(_, module)| is_around(module))
    }

    /// Whether nothing of what a path names, where all of that is known, is a type, or is a value: what has the
    /// name in that kind is elsewhere.
    pub(super) fn defines_none(
        &self,
        scopes: &Scopes,
        path: &[Segment],
        kinds: Namespaces,
    ) -> bool {
        if kinds != TYPE && kinds != VALUE {
            return false;
        }
        let entries = self.entries_at(scopes, path).unwrap_or_default();
        let is_other =
            |entry: &Entry| !matches!(entry.what, What::Import(_)) && !entry.kinds.meets(kinds);
        !entries.is_empty() && entries.iter().all(is_other)
    }

    /// Whether an import of this path brings nothing of this kind, as the tree tells of its old or its
    /// new place.
    pub(super) fn brings_none(&self, scopes: &Scopes, path: &[Segment], kinds: Namespaces) -> bool {
        if self.defines_none(scopes, path, kinds) {
            return true;
        }
        if kinds == TYPE {
            return self.brings_no_type(scopes, path);
        }
        match self.table.resolve(path, kinds) {
            Outcome::Moves(to) => self.defines_none(scopes, to.to.segments(), kinds),
            _ => false,
        }
    }

    /// Whether an import of this path brings no type and no module, as the tree tells of its old or its
    /// new place: what goes on from its name means another binding.
    pub(super) fn brings_no_type(&self, scopes: &Scopes, path: &[Segment]) -> bool {
        if !self.knows(path) {
            return false;
        }
        // A rule of types alone says that there is one, beside whatever else has the name.
        let says_type = |path: &[Segment]| {
            let outcome = self.table.resolve(path, TYPE);
            matches!(outcome, Outcome::Moves(to) if to.first.len == path.len() && !to.first.rule.kinds.meets(VALUE))
        };
        if says_type(path) || self.table.sources(path).iter().any(|old| says_type(old)) {
            return false;
        }
        let moved = match self.table.resolve(path, VALUE) {
            Outcome::Moves(to) => self.entries_at(scopes, to.to.segments()),
            _ => None,
        };
        let all = [self.entries_at(scopes, path), moved];
        let mut defined = all
            .iter()
            .flatten()
            .flatten()
            .filter(|entry| !matches!(entry.what, What::Import(_)))
            .peekable();
        defined.peek().is_some() && defined.all(|entry| !entry.kinds.meets(TYPE))
    }

    /// In which kinds the tree defines what is at one of these paths; `None` where that is not known.
    pub fn kinds_at(&self, scopes: &Scopes, paths: &[&[Segment]]) -> Option<Namespaces> {
        let entries = paths
            .iter()
            .filter_map(|path| self.entries_at(scopes, path));
        let defined = entries
            .flatten()
            .filter(|entry| !matches!(entry.what, What::Import(_)));
        defined.map(|entry| entry.kinds).reduce(Namespaces::union)
    }

    /// What the tree binds to this path: in this crate, or in the library of this package.
    fn entries_at(&self, scopes: &Scopes, path: &[Segment]) -> Option<Vec<Entry>> {
        let (name, module) = path.split_last()?;
        if let Some(entries) = self.entries_in(scopes, module, name) {
            return Some(entries);
        }
        let library = self.home.library?;
        if library.name.as_ref() != module.first() {
            return None;
        }
        let names = self.tree.module(library, &module[1..])?;
        Some(names.entries.get(name).cloned().unwrap_or_default())
    }

    fn exports_macro(&self, path: &[Segment]) -> bool {
        let krate = match (self.home.krate, self.home.library) {
            (Some(krate), _) if path[0] == self.home.root => krate,
            (_, Some(library)) => library,
            _ => return false,
        };
        self.tree.exports_macro(krate, &path[1])
    }
}

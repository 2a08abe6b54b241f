//! `self` and `super` in a module that a rule moves to another parent: where they lead away from the
//! module, they lead elsewhere once its file is moved.
//!
//! Both states of the tree are known: the file at its old place, where such a path is right and would
//! be wrong afterwards, and at its new place, where it leads nowhere and would have led somewhere.
//! A file whose new place is taken by another module is not going to move: it is a shim.

use std::rc::Rc;

use super::head::{Head, Role, Via};
use super::known::KnownModule;
use super::names::{MACRO, What, Written};
use super::resolver::{MAX_GLOBS, Resolver};
use super::scopes::{ScopeId, Scopes};
use crate::mapping::Outcome;
use crate::path::{Namespaces, Segment};

use super::names::TYPE;

/// A module that a rule moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Displacement {
    /// Where it was.
    pub old: Vec<Segment>,
    /// Where it will be.
    pub new: Vec<Segment>,
    /// The text is there already.
    pub is_there: bool,
    /// Index of the rule.
    pub rule: usize,
}

impl Resolver<'_> {
    /// Whether a path that starts at `head` in `scope` never leaves the module `from` that a rule moves:
    /// `super::a::X` in `a` does, and comes back to it by the name that goes.
    pub fn stays_inside(
        &self,
        scopes: &Scopes,
        scope: ScopeId,
        head: &Head,
        from: &[Segment],
    ) -> bool {
        scopes.get(scope).path.starts_with(from) && self.starts_inside(scopes, head, from, 0)
    }

    fn starts_inside(&self, scopes: &Scopes, head: &Head, from: &[Segment], depth: usize) -> bool {
        let around = &head.base[..head.base.len() - 1];
        match head.via {
            Via::Relative => head.base.starts_with(from),
            Via::Module | Via::Definition | Via::OuterDefinition => around.starts_with(from),
            // As far as the glob itself does.
            Via::Glob(id, glob) if around.starts_with(from) && depth < MAX_GLOBS => {
                let leaf = &scopes.get(id).names.leaves[glob];
                let role = Role::Use(id, glob);
                !leaf.is_absolute()
                    && self
                        .head(scopes, id, &leaf.written, TYPE, role)
                        .is_some_and(|head| self.starts_inside(scopes, &head, from, depth + 1))
            }
            _ => false,
        }
    }

    /// How the module of a scope moves, if a rule says so.
    pub fn displacement(&self, scopes: &Scopes, scope: ScopeId) -> Option<Rc<Displacement>> {
        let id = scopes.get(scope).module;
        if let Some(known) = self.displacements.borrow().get(&id) {
            return known.clone();
        }
        let found = self
            .displacement_of(scopes, &scopes.get(id).path)
            .map(Rc::new);
        self.displacements.borrow_mut().insert(id, found.clone());
        found
    }

    fn displacement_of(&self, scopes: &Scopes, module: &[Segment]) -> Option<Displacement> {
        self.home.krate?;
        if !self.table.touches(module.iter().map(Segment::as_str)) {
            return None;
        }
        if let Outcome::Moves(to) = self.table.resolve(module, TYPE) {
            let new = to.to.segments().to_vec();
            // What the rule itself speaks of, with all that lies below it.
            let whole = &new[..(new.len() + to.first.len).saturating_sub(module.len())];
            let goes = new[0] == module[0] && !self.has_module(scopes, whole);
            return goes.then(|| Displacement {
                old: module.to_vec(),
                new,
                is_there: false,
                rule: to.first.index,
            });
        }
        let mut came = self.table.sources(module);
        came.retain(|old| old[0] == module[0]);
        let [old] = came.as_slice() else {
            return None;
        };
        match self.table.resolve(old, TYPE) {
            Outcome::Moves(to) if to.to.segments() == module => Some(Displacement {
                old: old.clone(),
                new: module.to_vec(),
                is_there: true,
                rule: to.first.index,
            }),
            _ => None,
        }
    }

    /// Where a path with so many `super` leads, if that is not where it will lead with the file at its
    /// new place. `next` is the name behind them.
    pub(super) fn displaced(
        &self,
        scopes: &Scopes,
        scope: ScopeId,
        supers: usize,
        next: Option<&Segment>,
    ) -> Option<Vec<Segment>> {
        if supers == 0 {
            return None;
        }
        let home = self.displacement(scopes, scope)?;
        let base = self.led_away(&home, supers)?;
        if !home.is_there {
            return Some(base);
        }
        let now = &home.new[..home.new.len().saturating_sub(supers)];
        let is_lost = match next {
            Some(name) => {
                self.binds(scopes, now, name) == Some(false)
                    && self.binds(scopes, &base, name) == Some(true)
            }
            None => self.is_just_moved(scopes, scope, now),
        };
        is_lost.then_some(base)
    }

    /// Where so many `super` led from the old place, if they did not stay inside of what moves.
    fn led_away(&self, home: &Displacement, supers: usize) -> Option<Vec<Segment>> {
        let before = home.old.len().checked_sub(supers).filter(|len| *len > 0)?;
        let base = home.old[..before].to_vec();
        let carried = match self.table.resolve(&base, TYPE) {
            Outcome::Moves(to) => to.to.segments().to_vec(),
            _ => base.clone(),
        };
        let after = home.new.len().checked_sub(supers);
        (after.map(|len| &home.new[..len]) != Some(carried.as_slice())).then_some(base)
    }

    /// Whether a module of this crate binds a name; `None` if that is not known.
    fn binds(&self, scopes: &Scopes, module: &[Segment], name: &Segment) -> Option<bool> {
        let known = self.module_itself(scopes, module)?;
        let kinds = Namespaces::ALL;
        if self
            .in_known(scopes, module, &known, name, kinds, module, 0)
            .is_some()
        {
            return Some(true);
        }
        if let (Some(krate), true) = (self.home.krate, module.len() == 1)
            && MACRO.meets(kinds)
            && self.tree.exports_macro(krate, name)
        {
            return Some(true);
        }
        let is_opaque = match &known {
            KnownModule::Here(id) => scopes.get(*id).names.globs.iter().any(|&glob| {
                self.leaf(scopes, *id, glob)
                    .is_none_or(|base| !self.sees(scopes, &base))
            }),
            KnownModule::Elsewhere(names, _) => !names.globs.is_empty(),
        };
        (!is_opaque).then_some(false)
    }

    /// Whether a file at its new place seems not to be adapted to it: an import of it leads nowhere,
    /// or its parent holds nothing else than modules.
    fn is_just_moved(&self, scopes: &Scopes, scope: ScopeId, parent: &[Segment]) -> bool {
        let only_modules = self.entries_of(scopes, parent).is_some_and(|whats| {
            !whats.is_empty() && whats.iter().all(|what| *what == What::Module)
        });
        only_modules
            || scopes
                .get(scopes.get(scope).module)
                .names
                .leaves
                .iter()
                .any(|leaf| {
                    let written = &leaf.written;
                    let (taken, supers) = supers_of(written);
                    supers > 0
                        && written.segments.get(taken).is_some()
                        && self
                            .displaced(scopes, scope, supers, written.segments.get(taken))
                            .is_some()
                })
    }

    /// What all names of a module are that has no globs.
    fn entries_of(&self, scopes: &Scopes, module: &[Segment]) -> Option<Vec<What>> {
        match self.module_itself(scopes, module)? {
            KnownModule::Here(id) => {
                let names = &scopes.get(id).names;
                let whats = names.iter().map(|(_, entry)| entry.what);
                names.globs.is_empty().then(|| whats.collect())
            }
            KnownModule::Elsewhere(names, _) => {
                let whats = names.entries.values().flatten().map(|entry| entry.what);
                names.globs.is_empty().then(|| whats.collect())
            }
        }
    }
}

/// How many names `self` and `super` take, and how many `super` are among them.
pub(super) fn supers_of(written: &Written) -> (usize, usize) {
    let names = &written.segments;
    let start = usize::from(names.first().is_some_and(|name| name == "self"));
    let supers = names[start..]
        .iter()
        .take_while(|name| *name == "super")
        .count();
    (start + supers, supers)
}

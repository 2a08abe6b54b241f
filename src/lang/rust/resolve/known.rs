//! What modules of this crate bind, in this file and in others, and what their globs bring.

use std::rc::Rc;
use std::sync::Arc;

use super::extern_items::extern_crates;
use super::glob_index::Question;
use super::head::{Role, Via};
use super::names::{Entry, Names, Reach, TYPE, What};
use super::outer::OuterScope;
use super::resolver::{Bound, MAX_GLOBS, Resolver};
use super::scopes::{ScopeId, Scopes};
use super::tree::OuterNames;
use crate::lang::rust::manifest::Edition;
use crate::mapping::Outcome;
use crate::path::{Namespaces, Segment};

/// What a module brings by a glob of its own is a name of that module to those outside of it.
pub(super) fn as_public(
    found: Bound,
    module: &[Segment],
    name: &Segment,
    is_inside: bool,
) -> Bound {
    if is_inside {
        return found;
    }
    let mut own = module.to_vec();
    own.push(name.clone());
    Bound::Import(own, Via::OuterDefinition)
}

/// A module whose names are known.
pub(super) enum KnownModule {
    Here(ScopeId),
    /// With the path under which it is in the tree.
    Elsewhere(Arc<OuterNames>, Vec<Segment>),
}

impl Resolver<'_> {
    /// Whether what a module binds is known: a glob of it is not opaque.
    pub fn sees(&self, scopes: &Scopes, module: &[Segment]) -> bool {
        self.module_at(scopes, module).is_some()
    }

    /// Whether the tree has a module of this very name.
    pub fn has_module(&self, scopes: &Scopes, module: &[Segment]) -> bool {
        self.module_itself(scopes, module).is_some()
    }

    /// Whether a module has a name of these kinds, by itself or by a glob of its own.
    pub(super) fn brings(
        &self,
        scopes: &Scopes,
        module: &[Segment],
        name: &Segment,
        kinds: Namespaces,
    ) -> bool {
        self.module_at(scopes, module).is_some_and(|known| {
            self.in_known(scopes, module, &known, name, kinds, module, 0)
                .is_some()
        })
    }

    /// Modules were asked so often for names that the answers are not whole any more.
    pub fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    /// Names that a glob of this module brings, as far as they are written in it; `None` if it is
    /// opaque, or brings what other globs bring.
    pub fn names_of(&self, scopes: &Scopes, module: &[Segment]) -> Option<Vec<Segment>> {
        match self.module_at(scopes, module)? {
            KnownModule::Here(id) => {
                let names = &scopes.get(id).names;
                let all = names.iter().map(|(name, _)| name.clone()).collect();
                names.globs.is_empty().then_some(all)
            }
            KnownModule::Elsewhere(names, _) => {
                let all = names.entries.keys().cloned().collect();
                names.globs.is_empty().then_some(all)
            }
        }
    }

    /// Who sees `name` of a module of this crate: the widest of what binds it. `None` if the module
    /// is not known; `Some(None)` if it is, and binds no such name itself.
    pub fn reach_in(
        &self,
        scopes: &Scopes,
        module: &[Segment],
        name: &str,
    ) -> Option<Option<Reach>> {
        let entries = self.entries_in(scopes, module, name)?;
        let reaches = entries.iter().map(|entry| entry.reach);
        Some(reaches.max_by_key(|reach| *reach as u8))
    }

    /// What a module of this crate binds to `name`; `None` if the module is not known.
    pub fn entries_in(
        &self,
        scopes: &Scopes,
        module: &[Segment],
        name: &str,
    ) -> Option<Vec<Entry>> {
        Some(match self.module_at(scopes, module)? {
            KnownModule::Here(id) => scopes.get(id).names.get(name).to_vec(),
            KnownModule::Elsewhere(names, _) => {
                names.entries.get(name).cloned().unwrap_or_default()
            }
        })
    }

    /// Whether a glob around a scope leads to a module with a type or module of this name, whatever that means:
    /// a crate of the name is then ambiguous (E0659).
    pub fn is_globbed_name(&self, scopes: &Scopes, scope: ScopeId, name: &str) -> bool {
        let is_type = |entry: &Entry| entry.kinds.meets(TYPE);
        scopes.outwards(scope).any(|id| {
            let key = (id, Segment::new(name));
            if let Some(known) = self.globbed.borrow().get(&key) {
                return *known;
            }
            let is_globbed = scopes.get(id).names.globs.iter().any(|&glob| {
                let base = self.leaf(scopes, id, glob);
                let entries = base.and_then(|base| self.entries_in(scopes, &base, name));
                entries.is_some_and(|entries| entries.iter().any(is_type))
            });
            self.globbed.borrow_mut().insert(key, is_globbed);
            is_globbed
        })
    }

    /// Whether a module of this crate binds `name` to an external crate.
    /// Under a `cfg` it does so only sometimes, which does not count.
    pub fn binds_crate(&self, scopes: &Scopes, module: &[Segment], name: &str) -> bool {
        let is_always = |leaf: &super::names::Leaf| leaf.condition.is_empty();
        match self.module_at(scopes, module) {
            Some(KnownModule::Here(id)) => {
                let names = &scopes.get(id).names;
                extern_crates(names.get(name), &names.leaves).any(is_always)
            }
            Some(KnownModule::Elsewhere(names, _)) => {
                extern_crates(names.get(name), &names.leaves).any(is_always)
            }
            None => false,
        }
    }

    /// What the module at this absolute path binds `name` to.
    pub(super) fn in_module(
        &self,
        scopes: &Scopes,
        module: &[Segment],
        name: &Segment,
        kinds: Namespaces,
        role: Role,
        depth: usize,
    ) -> Option<Bound> {
        if let Some(id) = scopes.module(module) {
            let names = &scopes.get(id).names;
            if let Some(bound) = self.in_names(scopes, id, names, name, kinds, role) {
                return Some(bound);
            }
            let key = (module.to_vec(), name.clone());
            if !self.asked.borrow_mut().insert(key) {
                return None;
            }
            let found = self.by_globs(scopes, id, module, name, kinds, true, depth);
            if depth == 0 {
                self.asked.borrow_mut().clear();
            }
            return found;
        }
        let known = self.module_at(scopes, module)?;
        self.in_known(scopes, module, &known, name, kinds, module, depth)
    }

    /// What names of this file bind `name` to, without globs.
    pub(super) fn in_names(
        &self,
        scopes: &Scopes,
        id: ScopeId,
        names: &Names,
        name: &Segment,
        kinds: Namespaces,
        role: Role,
    ) -> Option<Bound> {
        let entries = names.get(name);
        let defined = entries
            .iter()
            .filter(|entry| entry.kinds.meets(kinds))
            .find_map(|entry| match entry.what {
                What::Module => Some(Bound::Module),
                What::Definition => Some(Bound::Definition),
                What::Import(_) => None,
            });
        if defined.is_some() {
            return defined;
        }
        entries.iter().find_map(|entry| {
            let What::Import(ordinal) = entry.what else {
                return None;
            };
            let leaf = &names.leaves[ordinal];
            if !entry.kinds.meets(kinds) || role == Role::Use(id, ordinal) {
                return None;
            }
            // `use h::h;` binds no module `h`: its own head would be ambiguous (E0659). The head of
            // `h::X` is the crate.
            let own_head = !leaf.written.leading
                && self.home.edition > Edition::E2015
                && leaf.written.segments.len() > 1
                && leaf.written.segments[0] == *name;
            let is_block = scopes.get(id).module != id;
            if own_head && kinds == TYPE && !is_block {
                return None;
            }
            let mut path = self.leaf(scopes, id, ordinal)?;
            if kinds == TYPE && self.brings_no_type(scopes, &path) {
                path = self.leaf_as(scopes, id, ordinal, TYPE)?;
            } else if self.may_differ_by_kind(&scopes.get(id).path, &leaf.written, &path)
                && self.defines_none(scopes, &path, kinds)
            {
                path = self.leaf_as(scopes, id, ordinal, kinds).unwrap_or(path);
            }
            // In a block it may be a module of the tree, or under a name of its own what a rule speaks of.
            let is_told = leaf.aliased && self.knows(&path);
            if own_head && kinds == TYPE && !is_told && !self.sees(scopes, &path) {
                return None;
            }
            // `use self::h::h;` beside a module `h` that a rule moves: the import brings no module,
            // or the two would clash (E0255).
            let here = scopes.get(id);
            let below_own_name = here.module == id
                && path.len() > here.path.len() + 1
                && path.starts_with(&here.path)
                && path[here.path.len()] == *name;
            if below_own_name && kinds == TYPE && self.knows(&path[..=here.path.len()]) {
                return None;
            }
            Some(Bound::Import(path, Via::Import(id, ordinal)))
        })
    }

    /// A module by its absolute path, of this file or of another one of this crate. Where the tree
    /// has only the old or only the new home of a module that a rule moves, the other name stands
    /// for it: a plan must read the same before and after the files are moved.
    pub(super) fn module_at(&self, scopes: &Scopes, path: &[Segment]) -> Option<KnownModule> {
        if let Some(known) = self.module_itself(scopes, path) {
            return Some(known);
        }
        if let Outcome::Moves(to) = self.table.resolve(path, TYPE)
            && let Some(known) = self.module_itself(scopes, to.to.segments())
        {
            return Some(known);
        }
        self.table
            .sources(path)
            .iter()
            .find_map(|old| self.module_itself(scopes, old))
    }

    pub(super) fn module_itself(&self, scopes: &Scopes, path: &[Segment]) -> Option<KnownModule> {
        if let Some(id) = scopes.module(path) {
            return Some(KnownModule::Here(id));
        }
        let krate = if path.first() == Some(&self.home.root) {
            self.home.krate?
        } else {
            self.home
                .library
                .filter(|library| library.name.as_ref() == path.first())?
        };
        self.tree
            .module(krate, &path[1..])
            .map(|names| KnownModule::Elsewhere(names, path.to_vec()))
    }

    /// What a known module binds `name` to for someone in the module `from`, globs included.
    #[expect(clippy::too_many_arguments, reason = "all of it is the question")]
    pub(super) fn in_known(
        &self,
        scopes: &Scopes,
        module: &[Segment],
        known: &KnownModule,
        name: &Segment,
        kinds: Namespaces,
        from: &[Segment],
        depth: usize,
    ) -> Option<Bound> {
        // A module that was asked already on the way here, or by another way, has nothing to add.
        let key = (module.to_vec(), name.clone());
        if !self.asked.borrow_mut().insert(key) {
            return None;
        }
        let found = self.in_known_once(scopes, module, known, name, kinds, from, depth);
        if depth == 0 {
            self.asked.borrow_mut().clear();
        }
        found
    }

    #[expect(clippy::too_many_arguments, reason = "all of it is the question")]
    pub(super) fn in_known_once(
        &self,
        scopes: &Scopes,
        module: &[Segment],
        known: &KnownModule,
        name: &Segment,
        kinds: Namespaces,
        from: &[Segment],
        depth: usize,
    ) -> Option<Bound> {
        if depth > MAX_GLOBS || self.is_exhausted() {
            return None;
        }
        self.left.update(|left| left - 1);
        let real = match known {
            KnownModule::Here(id) => Rc::clone(&scopes.get(*id).path),
            KnownModule::Elsewhere(_, path) => path.as_slice().into(),
        };
        let is_inside = from.starts_with(module) || from.starts_with(&real);
        match known {
            KnownModule::Here(id) => {
                let names = Rc::clone(&scopes.get(*id).names);
                match self.in_names(scopes, *id, &names, name, kinds, Role::Path) {
                    Some(Bound::Import(path, via)) => {
                        let Via::Import(_, ordinal) = via else {
                            return None;
                        };
                        let reach = names.leaves[ordinal].reach;
                        let via = Via::OuterImport(*id, ordinal);
                        self.through(module, name, path, reach, is_inside, via)
                    }
                    Some(bound) => Some(bound),
                    None => self.by_globs(scopes, *id, module, name, kinds, is_inside, depth),
                }
            }
            KnownModule::Elsewhere(names, module) => {
                let outer = OuterScope {
                    module,
                    names: Arc::clone(names),
                };
                self.in_outer(scopes, &outer, name, kinds, is_inside, depth)
            }
        }
    }

    /// What the globs of a module of this file bring as `name`.
    #[expect(clippy::too_many_arguments, reason = "all of it is the question")]
    fn by_globs(
        &self,
        scopes: &Scopes,
        id: ScopeId,
        module: &[Segment],
        name: &Segment,
        kinds: Namespaces,
        is_inside: bool,
        depth: usize,
    ) -> Option<Bound> {
        let mut question = Question {
            name,
            from: 0,
            except: None,
            only_shown: !is_inside,
            resolves: true,
        };
        loop {
            let candidate = self.next_glob(scopes, id, question)?;
            question.from = candidate.glob + 1;
            let base = &candidate.module;
            let via = Via::OuterImport(id, candidate.glob);
            let found = self.in_glob(scopes, base, name, kinds, module, depth, via);
            if let Some(found) = found {
                return Some(as_public(found, module, name, is_inside));
            }
        }
    }

    /// What a glob of `base`, standing in another module, brings as `name`.
    #[expect(clippy::too_many_arguments, reason = "all of it is the question")]
    pub(super) fn in_glob(
        &self,
        scopes: &Scopes,
        base: &[Segment],
        name: &Segment,
        kinds: Namespaces,
        from: &[Segment],
        depth: usize,
        via: Via,
    ) -> Option<Bound> {
        let mut path = base.to_vec();
        path.push(name.clone());
        match self.module_at(scopes, base) {
            Some(known) => {
                match self.in_known(scopes, base, &known, name, kinds, from, depth + 1)? {
                    // A public name of that module comes by this very glob.
                    Bound::Import(path, inner)
                        if matches!(via, Via::OuterImport(..)) && inner != Via::OuterDefinition =>
                    {
                        Some(Bound::Import(path, inner))
                    }
                    Bound::Import(path, _) => Some(Bound::Import(path, via)),
                    Bound::Module | Bound::Definition => Some(Bound::Import(path, via)),
                }
            }
            None => self
                .knows_brought(base, name)
                .then_some(Bound::Import(path, via)),
        }
    }

    /// A name that a glob brings and that is an import there. A public one is a name of that module
    /// in its own right (re-exports are not followed), unless the module is around us.
    pub(super) fn through(
        &self,
        module: &[Segment],
        name: &Segment,
        path: Vec<Segment>,
        reach: Reach,
        is_inside: bool,
        via: Via,
    ) -> Option<Bound> {
        let mut own = module.to_vec();
        own.push(name.clone());
        // A rule may speak of the re-export itself: then that is what it is for those inside too.
        let is_named = reach != Reach::Private && self.table.leads_to_old(&own) && path != own;
        if is_inside && !is_named {
            return Some(Bound::Import(path, via));
        }
        if reach == Reach::Private {
            return None;
        }
        Some(Bound::Import(own, Via::OuterDefinition))
    }
}

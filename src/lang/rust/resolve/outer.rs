//! Imports of modules in other files: what they mean, and when a path goes through them.

use std::sync::Arc;

use super::glob_index::MOST_NESTED;
use super::head::{Head, Role, Via};
use super::known::{KnownModule, as_public};
use super::names::{Entry, LeafKind, Reach, TYPE, What, Written};
use super::resolver::{Bound, MAX_GLOBS, Resolver};
use super::scopes::Scopes;
use super::tree::OuterNames;
use crate::lang::rust::manifest::Edition;
use crate::mapping::Outcome;
use crate::path::{Namespaces, Segment};

/// A module of another file.
pub(super) struct OuterScope<'m> {
    pub(super) module: &'m [Segment],
    pub(super) names: Arc<OuterNames>,
}

/// What binds a name in a module of another file.
enum Elsewhere {
    /// A private import, which means this.
    Private(Vec<Segment>),
    /// A definition, or an import that others see.
    Other,
    /// None but a glob, if anything does.
    Unbound,
}

impl Resolver<'_> {
    /// `a::b::X` where `a` is a module around `from`, in which the path stands, and `b` a private import of
    /// it, and so on: what the path means in the end, if rules speak of that.
    pub(super) fn through_aliases(
        &self,
        scopes: &Scopes,
        from: &[Segment],
        head: Head,
        written: &Written,
        kinds: Namespaces,
        role: Role,
    ) -> Head {
        if matches!(head.via, Via::Displaced | Via::Ambiguous | Via::MacroUse) {
            return head;
        }
        let touches = |path: &[Segment]| self.table.touches(path.iter().map(Segment::as_str));
        let mut last = head.clone();
        // A module that moves may be at either of its places, and must read the same in both.
        let mut is_moving = false;
        for _ in 0..MAX_GLOBS {
            if last.taken == written.segments.len() || !from.starts_with(&last.base) {
                break;
            }
            is_moving |= touches(&last.base);
            let aliases = last.imports().collect();
            let next = self.through_private(scopes, from, last.clone(), written, kinds, role);
            if next.taken == last.taken {
                break;
            }
            last = Head { aliases, ..next };
        }
        if last.taken == head.taken {
            return head;
        }
        let path = [&last.base, &written.segments[last.taken..]].concat();
        let is_known = self.knows(&path) || (!is_moving && touches(&path));
        if is_known { last } else { head }
    }

    /// `super::a`, `crate::b::a` where `a` is a private import of that module: the name is an alias
    /// that only those inside, as `from` is, can use, and means what it imports.
    pub(super) fn through_private(
        &self,
        scopes: &Scopes,
        from: &[Segment],
        head: Head,
        written: &Written,
        kinds: Namespaces,
        role: Role,
    ) -> Head {
        let mut base = head.base.clone();
        let mut taken = head.taken;
        // Only a module around this one shows it what is private there.
        while let Some(name) = written.segments.get(taken)
            && from.starts_with(&base)
        {
            let is_last = written.segments.len() == taken + 1;
            let kinds = if is_last { kinds } else { TYPE };
            // A function that a rule speaks of leaves the name as a type to what else brings it.
            let is_free = || {
                let child = [base.as_slice(), std::slice::from_ref(name)].concat();
                kinds == TYPE && self.brings_no_type(scopes, &child)
            };
            if (!self.knows_below(&base, name) || is_free())
                && let next = written.segments.get(taken + 1)
                && let Some((base, via)) = self.private_in(scopes, &base, name, kinds, role, next)
            {
                return Head {
                    taken: taken + 1,
                    base,
                    via,
                    aliases: Vec::new(),
                };
            }
            base.push(name.clone());
            taken += 1;
            // A module that moves may be at either of its places, and must read the same in both.
            if self.table.touches(base.iter().map(Segment::as_str)) {
                break;
            }
        }
        head
    }

    /// What a private import of a module around this one means, if it binds `name` so.
    fn private_in(
        &self,
        scopes: &Scopes,
        module: &[Segment],
        name: &Segment,
        kinds: Namespaces,
        role: Role,
        next: Option<&Segment>,
    ) -> Option<(Vec<Segment>, Via)> {
        match self.module_itself(scopes, module)? {
            KnownModule::Here(id) => {
                let names = std::rc::Rc::clone(&scopes.get(id).names);
                match self.in_names(scopes, id, &names, name, kinds, role) {
                    Some(Bound::Import(path, Via::Import(_, ordinal)))
                        if names.leaves[ordinal].reach == Reach::Private =>
                    {
                        Some((path, Via::OuterImport(id, ordinal)))
                    }
                    Some(_) => None,
                    None => {
                        let globs = names
                            .globs
                            .iter()
                            .filter(|&&glob| role != Role::Use(id, glob));
                        let globs = globs.filter_map(|&glob| {
                            let base = self.leaf(scopes, id, glob)?;
                            Some((base, names.leaves[glob].reach, Via::Glob(id, glob)))
                        });
                        let brought =
                            self.private_glob(scopes, globs.clone(), module, name, kinds)?;
                        let next = next.filter(|_| self.is_of_unknown_kind(scopes, &brought.0));
                        let bases = globs.map(|(base, ..)| base);
                        let other =
                            next.and_then(|next| self.told_by_glob(scopes, bases, name, next));
                        Some(other.map_or(brought, |other| (other, Via::Ambiguous)))
                    }
                }
            }
            KnownModule::Elsewhere(names, module) => {
                let outer = OuterScope {
                    module: &module,
                    names,
                };
                match self.bound_elsewhere(scopes, &outer, name, kinds) {
                    Elsewhere::Private(path) => return Some((path, Via::Elsewhere)),
                    Elsewhere::Other => return None,
                    Elsewhere::Unbound => {}
                }
                let globs = outer.names.globs.iter().filter_map(|&glob| {
                    let base = self.outer_leaf(scopes, &outer, glob, TYPE, 0)?;
                    let reach = outer.names.leaves[glob].reach;
                    Some((base, reach, Via::OuterDefinition))
                });
                let (path, via) = self.private_glob(scopes, globs, &module, name, kinds)?;
                // A glob that moves as a whole carries it.
                let (name, base) = path.split_last()?;
                let carried = match self.table.resolve(base, TYPE) {
                    Outcome::Moves(to) => [to.to.segments(), std::slice::from_ref(name)].concat(),
                    _ => return Some((path, via)),
                };
                let follows = matches!(
                    self.table.resolve(&path, kinds),
                    Outcome::Moves(to) if to.to.segments() == carried
                );
                Some((path, if follows { Via::Elsewhere } else { via }))
            }
        }
    }

    /// What a private glob of a module around this one brings as `name`, if no other glob does. Nothing
    /// carries it: only where that is told by `via` does it follow what becomes of the glob.
    fn private_glob(
        &self,
        scopes: &Scopes,
        globs: impl Iterator<Item = (Vec<Segment>, Reach, Via)>,
        module: &[Segment],
        name: &Segment,
        kinds: Namespaces,
    ) -> Option<(Vec<Segment>, Via)> {
        let mut guess = None;
        for (base, reach, via) in globs {
            let path = [base.as_slice(), std::slice::from_ref(name)].concat();
            let found = match self.module_at(scopes, &base) {
                Some(known) => match self.in_known(scopes, &base, &known, name, kinds, module, 0) {
                    Some(
                        Bound::Module | Bound::Definition | Bound::Import(_, Via::OuterDefinition),
                    ) => Some((path, via)),
                    Some(Bound::Import(path, via)) => Some((path, via)),
                    None => {
                        if reach == Reach::Private && self.is_lost_child(&path, kinds, true) {
                            guess.get_or_insert((path, via));
                        }
                        None
                    }
                },
                None => self.knows_brought(&base, name).then_some((path, via)),
            };
            if found.is_some() {
                return found.filter(|_| reach == Reach::Private);
            }
        }
        guess
    }

    /// What binds `name` as one of `kinds` in a module of another file, apart from its globs.
    fn bound_elsewhere(
        &self,
        scopes: &Scopes,
        outer: &OuterScope<'_>,
        name: &Segment,
        kinds: Namespaces,
    ) -> Elsewhere {
        let mut found = Elsewhere::Unbound;
        for entry in outer.names.get(name) {
            let What::Import(ordinal) = entry.what else {
                if entry.kinds.meets(kinds) {
                    return Elsewhere::Other;
                }
                continue;
            };
            if !entry.kinds.meets(kinds) {
                continue;
            }
            match self.outer_leaf(scopes, outer, ordinal, kinds, 0) {
                Some(path)
                    if entry.reach == Reach::Private && !matches!(found, Elsewhere::Private(_)) =>
                {
                    found = Elsewhere::Private(path);
                }
                Some(_) if matches!(found, Elsewhere::Unbound) => found = Elsewhere::Other,
                // It brings nothing of these kinds.
                _ => {}
            }
        }
        found
    }

    pub(super) fn in_outer(
        &self,
        scopes: &Scopes,
        outer: &OuterScope<'_>,
        name: &Segment,
        kinds: Namespaces,
        is_inside: bool,
        depth: usize,
    ) -> Option<Bound> {
        // What is private there does not come out, nor what is of another crate only.
        let is_near = outer.module[0] == self.home.root;
        let is_visible = |reach: Reach| match reach {
            Reach::Public => true,
            Reach::Restricted => is_near,
            Reach::Private => is_inside,
        };
        let seen = |entry: &&Entry| entry.kinds.meets(kinds) && is_visible(entry.reach);
        let entries = || outer.names.get(name).iter().filter(seen);
        for entry in entries() {
            match entry.what {
                What::Module => return Some(Bound::Module),
                What::Definition => return Some(Bound::Definition),
                What::Import(_) => {}
            }
        }
        let imported = entries().find_map(|entry| {
            let What::Import(ordinal) = entry.what else {
                return None;
            };
            let path = self.outer_leaf(scopes, outer, ordinal, kinds, depth)?;
            Some((path, outer.names.leaves[ordinal].reach))
        });
        if let Some((path, reach)) = imported {
            let via = Via::Elsewhere;
            return self.through(outer.module, name, path, reach, is_inside, via);
        }
        outer.names.globs.iter().find_map(|&glob| {
            if outer.names.leaves[glob].reach == Reach::Private && !is_inside {
                return None;
            }
            let base = self.outer_leaf(scopes, outer, glob, TYPE, depth)?;
            let via = Via::Elsewhere;
            let found = self.in_glob(scopes, &base, name, kinds, outer.module, depth, via)?;
            Some(as_public(found, outer.module, name, is_inside))
        })
    }

    /// What an import in a module of another file brings as one of `kinds`: with a function beside a
    /// glob that brings a module of its name, one import brings both. `None`: nothing of these kinds,
    /// or that is not known.
    pub(super) fn outer_leaf(
        &self,
        scopes: &Scopes,
        outer: &OuterScope<'_>,
        ordinal: usize,
        kinds: Namespaces,
        depth: usize,
    ) -> Option<Vec<Segment>> {
        let leaf = &outer.names.leaves[ordinal];
        if leaf.kind != LeafKind::Name {
            return self.outer_meaning(scopes, outer, ordinal, TYPE, depth);
        }
        let path = self.outer_meaning(scopes, outer, ordinal, Namespaces::ALL, depth)?;
        if !self.knows(&path) && !self.may_differ_by_kind(outer.module, &leaf.written, &path) {
            return Some(path);
        }
        if !self.brings_none(scopes, &path, kinds) {
            return Some(path);
        }
        let in_kind = self
            .outer_meaning(scopes, outer, ordinal, kinds, depth)
            .filter(|path| !self.brings_none(scopes, path, kinds));
        let brings_no_type = || kinds == TYPE && self.brings_no_type(scopes, &path);
        if in_kind.is_none() && !brings_no_type() {
            return Some(path);
        }
        in_kind
    }

    fn outer_meaning(
        &self,
        scopes: &Scopes,
        outer: &OuterScope<'_>,
        ordinal: usize,
        kinds: Namespaces,
        depth: usize,
    ) -> Option<Vec<Segment>> {
        let key = (outer.module.to_vec(), ordinal, kinds.0);
        if let Some(known) = self.outer_meanings.borrow().get(&key) {
            return known.clone();
        }
        // What means itself means nothing.
        self.outer_meanings.borrow_mut().insert(key.clone(), None);
        self.resolving.update(|count| count + 1);
        let meaning = self.outer_meaning_once(scopes, outer, ordinal, kinds, depth);
        self.resolving.update(|count| count - 1);
        self.outer_meanings
            .borrow_mut()
            .insert(key, meaning.clone());
        meaning
    }

    fn outer_meaning_once(
        &self,
        scopes: &Scopes,
        outer: &OuterScope<'_>,
        ordinal: usize,
        kinds: Namespaces,
        depth: usize,
    ) -> Option<Vec<Segment>> {
        if depth > MAX_GLOBS {
            return None;
        }
        let leaf = &outer.names.leaves[ordinal];
        let segments = &leaf.written.segments;
        let first = segments.first()?;
        if leaf.kind == LeafKind::ExternCrate {
            return Some(vec![self.extern_crate(first)]);
        }
        let (taken, base) = match first.as_str() {
            _ if leaf.written.leading && self.home.edition > Edition::E2015 => {
                let library = self.root_extern(scopes, first);
                (1, vec![library.unwrap_or_else(|| self.extern_crate(first))])
            }
            "crate" => (1, vec![outer.module[0].clone()]),
            "self" | "super" => {
                let mut base = outer.module.to_vec();
                let mut taken = usize::from(first == "self");
                while segments.get(taken).is_some_and(|name| name == "super") {
                    taken += 1;
                    base.pop();
                }
                if base.is_empty() {
                    return None;
                }
                (taken, base)
            }
            _ if self.home.edition == Edition::E2015 => {
                let head = self.root_path(scopes, first, Role::Path)?;
                (head.taken, head.base)
            }
            _ => {
                let is_prefix = segments.len() > 1 || leaf.kind != LeafKind::Name;
                let kinds = if is_prefix { TYPE } else { kinds };
                (
                    1,
                    self.outer_plain(scopes, outer, first, ordinal, kinds, depth),
                )
            }
        };
        let mut head = Head {
            taken,
            base,
            via: Via::Elsewhere,
            aliases: Vec::new(),
        };
        // Private names of the modules around it are aliases for that module too. One may stand for
        // another, in a chain of any length.
        if self.resolving.get() < MOST_NESTED {
            let from = outer.module;
            let role = Role::Path;
            if matches!(first.as_str(), "crate" | "self" | "super") {
                head = self.through_private(scopes, from, head, &leaf.written, kinds, role);
            }
            head = self.through_aliases(scopes, from, head, &leaf.written, kinds, role);
        }
        let mut base = head.base;
        base.extend_from_slice(&segments[head.taken..]);
        Some(base)
    }

    /// A plain first name in an import of another file.
    pub(super) fn outer_plain(
        &self,
        scopes: &Scopes,
        outer: &OuterScope<'_>,
        name: &Segment,
        ordinal: usize,
        kinds: Namespaces,
        depth: usize,
    ) -> Vec<Segment> {
        let mut child = outer.module.to_vec();
        child.push(name.clone());
        for entry in outer.names.entries.get(name).into_iter().flatten() {
            match entry.what {
                What::Module | What::Definition if entry.kinds.meets(kinds) => return child,
                What::Import(other) if other != ordinal => {
                    if let Some(path) = self.outer_leaf(scopes, outer, other, kinds, depth + 1) {
                        return path;
                    }
                }
                _ => {}
            }
        }
        if self.home.external(name).is_none() && self.knows(&child) {
            return child;
        }
        vec![self.extern_crate(name)]
    }
}

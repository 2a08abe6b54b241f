//! What is done when all is read: declarations are followed, all is put in source order, and the
//! first name of each chain is resolved.

use rustc_hash::FxHashMap;

use super::builder::Builder;
use super::flow::{Origin, Solved, Sources};
use super::names::mangled_segment;
use super::{
    BindingId, BindingKind, Context, NameReference, Resolution, ScopeId, ScopeKind, Scopes,
};
use crate::path::Segment;

impl Builder<'_> {
    pub(super) fn finish(mut self) -> Scopes {
        let solved = self.flow.solve();
        self.follow_declarations();
        let order = self.sort_bindings();
        self.sort_scopes();
        self.name_scopes();
        self.list_bindings();
        self.settle(&solved, &order);
        self.resolve(&solved, &order);
        self.scopes.part_deletions();
        self.scopes.find_dynamic();
        self.scopes.sort_reads();
        self.scopes
    }

    /// Gives each binding the scope whose name it binds. `nonlocal` looks for what the others bind,
    /// so it comes last.
    pub(super) fn follow_declarations(&mut self) {
        let mut local: rustc_hash::FxHashSet<(ScopeId, Segment)> = Default::default();
        let mut nonlocal = Vec::new();
        for (index, binding) in self.scopes.bindings.iter_mut().enumerate() {
            let scope = &self.scopes.scopes[binding.scope.index()];
            if scope.globals.contains_key(&binding.name) && scope.parent.is_some() {
                binding.scope = ScopeId(0);
                self.foreign[index] = true;
            } else if scope.nonlocals.contains_key(&binding.name) {
                nonlocal.push(index);
            } else {
                local.insert((binding.scope, binding.name.clone()));
            }
        }
        for index in nonlocal {
            let binding = &self.scopes.bindings[index];
            let owner = self.scopes.outward(binding.scope).skip(1).find(|scope| {
                is_function(self.scopes.scope(*scope).kind)
                    && local.contains(&(*scope, binding.name.clone()))
            });
            if let Some(owner) = owner {
                self.scopes.bindings[index].scope = owner;
                self.foreign[index] = true;
            }
        }
    }

    /// Puts the bindings in source order; gives the new number of each.
    pub(super) fn sort_bindings(&mut self) -> Vec<BindingId> {
        let start = |index: &usize| self.scopes.bindings[*index].range.start();
        let mut sorted: Vec<usize> = (0..self.scopes.bindings.len()).collect();
        if !sorted.is_sorted_by_key(start) {
            sorted.sort_by_key(start);
        }
        let mut order = vec![BindingId(0); sorted.len()];
        for (new, old) in (0..).zip(&sorted) {
            order[*old] = BindingId(new);
        }
        permute(&mut self.scopes.bindings, &order);
        permute(&mut self.foreign, &order);
        let clauses = self
            .scopes
            .imports
            .iter_mut()
            .flat_map(|it| &mut it.clauses);
        for clause in clauses {
            clause.binding = order[clause.binding.index()];
        }
        order
    }

    /// Puts the scopes in source order; outer ones are made first.
    fn sort_scopes(&mut self) {
        let start = |index: &usize| self.scopes.scopes[*index].range.start();
        let mut sorted: Vec<usize> = (0..self.scopes.scopes.len()).collect();
        if sorted.is_sorted_by_key(start) {
            return;
        }
        sorted.sort_by_key(start);
        let mut order = vec![BindingId(0); sorted.len()];
        for (new, old) in (0..).zip(&sorted) {
            order[*old] = BindingId(new);
        }
        permute(&mut self.scopes.scopes, &order);
        let renumber = |scope: &mut ScopeId| *scope = ScopeId(order[scope.index()].0);
        let scopes = &mut self.scopes;
        scopes
            .scopes
            .iter_mut()
            .flat_map(|it| &mut it.parent)
            .for_each(renumber);
        scopes
            .blocks
            .iter_mut()
            .for_each(|it| renumber(&mut it.scope));
        scopes
            .imports
            .iter_mut()
            .for_each(|it| renumber(&mut it.scope));
        scopes
            .chains
            .iter_mut()
            .for_each(|it| renumber(&mut it.scope));
        scopes.strings.iter_mut().for_each(|it| renumber(&mut it.1));
        for binding in &mut scopes.bindings {
            renumber(&mut binding.scope);
            renumber(&mut binding.from);
        }
        let live = self.pending.iter_mut().flat_map(|it| &mut it.live);
        live.for_each(|it| renumber(&mut it.0));
    }

    /// Gives each scope its key.
    fn name_scopes(&mut self) {
        let mut children = vec![0_usize; self.scopes.scopes.len()];
        for index in 1..self.scopes.scopes.len() {
            let Some(parent) = self.scopes.scopes[index].parent else {
                continue;
            };
            let number = children[parent.index()];
            children[parent.index()] += 1;
            let scope = &self.scopes.scopes[index];
            let key = super::keys::of(&self.scopes.scope(parent).key, scope.kind, number);
            self.scopes.scopes[index].key = key;
        }
    }

    pub(super) fn list_bindings(&mut self) {
        for (id, binding) in (0..).map(BindingId).zip(&self.scopes.bindings) {
            let scope = &mut self.scopes.scopes[binding.scope.index()];
            if matches!(binding.kind, BindingKind::Star(_)) {
                scope.stars.push(id);
            } else {
                scope
                    .bindings
                    .entry(binding.name.clone())
                    .or_default()
                    .push(id);
            }
        }
    }

    /// Finds the names of the module that may be unbound at its end.
    fn settle(&mut self, solved: &Solved, order: &[BindingId]) {
        let Some(module) = self.scopes.scopes.first() else {
            return;
        };
        let names: Vec<Segment> = module.bindings.keys().cloned().collect();
        let mut unsettled = rustc_hash::FxHashSet::default();
        for name in names {
            let variable = self.flow.variable(ScopeId(0), &name);
            let sources = self.flow.current(variable);
            let found = self.found(&sources, solved, order);
            let is_deleted = self.scopes.scopes[0].bindings[&name].iter().any(|id| {
                self.foreign[id.index()] && self.scopes.binding(*id).kind == BindingKind::Deletion
            });
            if found.unbound || is_deleted {
                unsettled.insert(name);
            }
        }
        self.scopes.scopes[0].unsettled = unsettled;
    }
}

/// What a set of sources comes to.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) bindings: Vec<BindingId>,
    pub(super) unbound: bool,
    pub(super) is_all: bool,
}

impl Builder<'_> {
    pub(super) fn found(&self, sources: &Sources, solved: &Solved, order: &[BindingId]) -> Found {
        let mut found = Found::default();
        for origin in solved.origins(sources) {
            match origin {
                Origin::Unbound => found.unbound = true,
                Origin::Binding(id) => found.bindings.push(order[id.index()]),
                // Joins are solved.
                Origin::All | Origin::Join(_) => {
                    found.is_all = true;
                    found.unbound = true;
                }
            }
        }
        found
    }

    /// Resolves what was read.
    fn resolve(&mut self, solved: &Solved, order: &[BindingId]) {
        let foreign = self.foreign_bindings();
        // By holder: what a read finds there is the same for all.
        let mut lazily: FxHashMap<(ScopeId, Segment), Resolution> = FxHashMap::default();
        // By holder and the one binding that is found: most reads find one, and many the same.
        let mut alone: FxHashMap<(ScopeId, BindingId, bool), Resolution> = FxHashMap::default();
        for pending in std::mem::take(&mut self.pending) {
            let chain = &self.scopes.chains[pending.chain];
            let scope = chain.scope;
            let name = &chain.parts[0].name;
            let name = mangled_segment(name, self.scopes.scope(scope).class.as_deref());
            let holder = self.scopes.holder(scope, &name);
            let at = holder.unwrap_or(ScopeId(0));
            let live = |at: ScopeId| -> Option<Found> {
                let (_, sources) = pending.live.iter().find(|(scope, _)| *scope == at)?;
                let mut found = self.found(sources, solved, order);
                if !foreign.is_empty()
                    && let Some(more) = foreign.get(&(at, name.clone()))
                {
                    found.bindings.extend(&more.bindings);
                    found.unbound |= more.unbound;
                }
                (!found.is_all).then_some(found)
            };
            let reach = match live(at) {
                None => lazily
                    .entry((at, name.clone()))
                    .or_insert_with(|| self.scopes.reach_of(scope, &name))
                    .clone(),
                Some(found) => {
                    let may_fall = found.unbound && at != ScopeId(0);
                    let mut reach = match found.bindings[..] {
                        [id] if self.scopes.binding(id).name == name => alone
                            .entry((at, id, found.unbound))
                            .or_insert_with(|| {
                                self.scopes.only(at, &name, found.bindings, found.unbound)
                            })
                            .clone(),
                        _ => self.scopes.only(at, &name, found.bindings, found.unbound),
                    };
                    if may_fall && self.scopes.scope(at).kind == ScopeKind::Class {
                        let global = match live(ScopeId(0)) {
                            Some(found) => {
                                let unbound = found.unbound;
                                self.scopes.only(ScopeId(0), &name, found.bindings, unbound)
                            }
                            None => self.scopes.all_in(ScopeId(0), &name),
                        };
                        reach = reach.or(&global);
                    }
                    reach
                }
            };
            self.scopes.chains[pending.chain].reach = reach;
        }
    }

    /// What other code may do to a name at a time that is not known.
    fn foreign_bindings(&self) -> FxHashMap<(ScopeId, Segment), Found> {
        let mut foreign: FxHashMap<(ScopeId, Segment), Found> = FxHashMap::default();
        for (id, binding) in (0..).map(BindingId).zip(&self.scopes.bindings) {
            if self.foreign[id.index()] {
                let key = (binding.scope, binding.name.clone());
                let found = foreign.entry(key).or_default();
                match binding.kind {
                    BindingKind::Annotation => {}
                    BindingKind::Deletion => found.unbound = true,
                    _ => found.bindings.push(id),
                }
            }
        }
        foreign
    }

    /// What follows the walk of expressions that stood in strings: what is new has the numbers from
    /// these on.
    pub(super) fn finish_expressions(mut self, scopes: usize, bindings: usize) -> Scopes {
        for index in scopes..self.scopes.scopes.len() {
            let Some(parent) = self.scopes.scopes[index].parent else {
                continue;
            };
            let siblings = self.scopes.scopes[1..index].iter();
            let number = siblings.filter(|it| it.parent == Some(parent)).count();
            let kind = self.scopes.scopes[index].kind;
            self.scopes.scopes[index].key =
                super::keys::of(&self.scopes.scope(parent).key, kind, number);
        }
        for index in bindings..self.scopes.bindings.len() {
            let binding = &self.scopes.bindings[index];
            let (name, scope) = (binding.name.clone(), binding.scope);
            let owner = self.scopes.holder(scope, &name).unwrap_or(scope);
            let declares = self.scopes.scope(scope).declares(&name);
            let scope = if declares { owner } else { scope };
            self.scopes.bindings[index].scope = scope;
            let bindings = &mut self.scopes.scopes[scope.index()].bindings;
            bindings
                .entry(name)
                .or_default()
                .push(BindingId(index as u32));
        }
        for pending in std::mem::take(&mut self.pending) {
            let chain = &self.scopes.chains[pending.chain];
            let reach = self.scopes.lookup(chain.scope, &chain.parts[0].name);
            self.scopes.chains[pending.chain].reach = reach;
        }
        self.scopes.sort_reads();
        self.scopes
    }
}

impl Scopes {
    /// Takes the names that are deleted out of those that are read.
    fn part_deletions(&mut self) {
        let is_deleted = |chain: &NameReference| chain.context == Context::Unbind;
        if self.chains.iter().any(is_deleted) {
            let chains = std::mem::take(&mut self.chains);
            (self.deletions, self.chains) = chains.into_iter().partition(is_deleted);
        }
    }

    /// Puts chains and strings in source order.
    fn sort_reads(&mut self) {
        for chains in [&mut self.chains, &mut self.deletions] {
            chains.sort_by_key(|chain| chain.parts[0].range.start());
        }
        self.strings.sort_by_key(|(start, _)| *start);
        self.strings.dedup_by_key(|(start, _)| *start);
    }
}

fn is_function(kind: ScopeKind) -> bool {
    !matches!(kind, ScopeKind::Module | ScopeKind::Class)
}

/// Moves each item to its new place.
fn permute<T>(items: &mut Vec<T>, order: &[BindingId]) {
    let mut placed: Vec<(BindingId, T)> = order.iter().copied().zip(items.drain(..)).collect();
    placed.sort_by_key(|(new, _)| *new);
    items.extend(placed.into_iter().map(|(_, item)| item));
}

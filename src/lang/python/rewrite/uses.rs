//! `rename = "uses"`: the uses of a name take its new one, where that is certain.

use ruff_text_size::TextSize;
use rustc_hash::FxHashSet;

use super::Rewrite;
use super::actions::{Decisions, ImportAction, ReferenceAction};
use super::facts::{ChainFact, Facts, Form, Key, Sense};
use crate::finding::{Code, Finding, Level};
use crate::lang::plan_builder::{PlanBuilder, Refusal, show};
use crate::lang::python::scopes::{BindingId, ScopeKind};
use crate::lang::python::strings::Pair;
use crate::lang::python::unit::bytes;
use crate::path::{Namespaces, Segment};
use crate::text::Edit;

use super::verdict::Verdict;

impl Rewrite<'_, '_> {
    /// Renames the uses of every import whose rule asks for it, and notes where that cannot be.
    pub(super) fn rename_uses(
        &mut self,
        facts: &Facts,
        decisions: &Decisions,
        draft: &mut PlanBuilder,
    ) {
        for &key in &facts.order {
            let (Some(fact), ImportAction::Retarget(to)) =
                (facts.clause(key), decisions.clause(key))
            else {
                continue;
            };
            let Some(moved) = fact.verdict.moved() else {
                continue;
            };
            let clause = &self.unit.scopes.import(key.0).clauses[key.1 as usize];
            let binding = clause.binding;
            let name = self.unit.scopes.binding(binding).name.clone();
            let Some(new) = to.last().cloned() else {
                continue;
            };
            if fact.form != Form::From || new == name || to.len() == 1 {
                continue;
            }
            if !self.wants_uses(&moved.applied) {
                continue;
            }
            if clause.alias.is_some() {
                // `X as X` says that others take it from here; any other alias was chosen.
                if clause.path.last() == Some(&name) {
                    let reason = format!("`{name} as {name}` offers it to others");
                    self.kept_names.insert(key, (name, reason));
                }
                continue;
            }
            match self.renaming(binding, &name, &new, facts, decisions) {
                Ok(edits) => {
                    draft.edits.extend(edits);
                    self.renamed.insert(binding);
                }
                Err(reason) => {
                    self.kept_names.insert(key, (name, reason));
                }
            }
        }
    }

    /// Whether the name that a binding binds can go if all chains that start at it do: nothing but these reads it.
    pub(super) fn may_lose_name(&self, binding: BindingId) -> bool {
        self.why_name_stays(binding).is_none()
    }

    /// Why the name that a binding binds cannot go, even if all chains that start at it do.
    fn why_name_stays(&self, binding: BindingId) -> Option<String> {
        let scopes = &self.unit.scopes;
        let bound = scopes.binding(binding);
        let name = &bound.name;
        let scope = scopes.scope(bound.scope);
        let all = scope.bindings.get(name).map_or(&[][..], Vec::as_slice);
        if all != [binding] {
            let other = all.iter().find(|other| **other != binding);
            let line = other.map(|other| self.line_of(scopes.binding(*other).range.start()));
            return Some(format!("`{}` binds it too", line.unwrap_or_default()));
        }
        if self.is_declared(name) || bound.from != bound.scope {
            return Some("`global` or `nonlocal` declares it".to_owned());
        }
        if !scopes.dynamic.is_empty() {
            return Some("code looks names up by their text (`eval`, `locals()`)".to_owned());
        }
        if self.unit.unread.contains(name) {
            return Some("code that is not read here uses it".to_owned());
        }
        if scope.parent.is_some() && self.is_read_unbound(bound.scope, name) {
            return Some("it is read where nothing has bound it".to_owned());
        }
        if scope.kind == ScopeKind::Class {
            return Some("it is an attribute of a class".to_owned());
        }
        if let Some(star) = scope.stars.first() {
            let line = self.line_of(scopes.binding(*star).range.start());
            return Some(format!("`{line}` may bind it too"));
        }
        (scope.kind == ScopeKind::Module)
            .then(|| self.module_exposes(name, false))
            .flatten()
            .map(|refusal| refusal.message)
    }

    /// The edits that rename every use of a binding.
    ///
    /// # Errors
    /// One may be missed or captured: why.
    fn renaming(
        &self,
        binding: BindingId,
        name: &Segment,
        new: &Segment,
        facts: &Facts,
        decisions: &Decisions,
    ) -> Result<Vec<Edit>, String> {
        let scopes = &self.unit.scopes;
        let bound = scopes.binding(binding);
        if let Some(other) = scopes.scope(bound.scope).bindings.get(new) {
            let other = other.first().map(|id| scopes.binding(*id).range.start());
            let line = other.map(|start| self.line_of(start));
            return Err(format!("`{}` binds `{new}`", line.unwrap_or_default()));
        }
        if self.is_noticed(bound.scope, new) {
            return Err(format!(
                "`{new}` is noticed by others if this module binds it"
            ));
        }
        if let Some(reason) = self.why_name_stays(binding) {
            return Err(reason);
        }
        if decisions.adds.iter().any(|add| add.head() == Some(new)) {
            return Err(format!("another new import binds `{new}`"));
        }
        let mut edits = Vec::new();
        // All others neither read the name nor could be captured by the new one.
        let mut chains = [self.chains_named(name), self.chains_named(new)].concat();
        chains.sort_unstable();
        chains.dedup();
        // What is written out starts at another name.
        let leaves = |index: usize| {
            let at = facts
                .chains
                .binary_search_by_key(&index, |chain| chain.index);
            at.is_ok_and(
                |at| matches!(&decisions.chains[at], ReferenceAction::Writes(names) if names[0] != *name),
            )
        };
        for index in chains {
            let chain = &scopes.chains[index];
            let line = || self.line_of(chain.parts[0].range.start());
            if !chain.reach.bindings.contains(&binding) {
                // A read of the new name that is found further out would be captured.
                let captured = chain.parts[0].name == *new
                    && self.is_below(chain.scope, bound.scope)
                    && !scopes.bound_between(chain.scope, bound.scope, new);
                if captured {
                    return Err(format!("`{}` reads another `{new}`", line()));
                }
                if chain.parts[0].name == *name && !chain.reach.stars.is_empty() {
                    return Err(format!("`{}` may read it", line()));
                }
                continue;
            }
            if leaves(index) {
                continue;
            }
            if chain.fixed {
                return Err(format!("`{}` cannot be edited in place", line()));
            }
            if chain.reach.bindings.len() > 1 {
                return Err(format!("`{}` may read another `{name}`", line()));
            }
            if scopes.bound_between(chain.scope, bound.scope, new) {
                return Err(format!(
                    "`{}` stands where `{new}` is something else",
                    line()
                ));
            }
            edits.push(Edit::replace(bytes(chain.parts[0].range), new.as_str()));
        }
        Ok(edits)
    }

    /// The line around a place, as a message quotes it.
    fn line_of(&self, at: TextSize) -> String {
        crate::lang::plan_builder::quoted_line(self.unit.text, at.to_usize())
    }

    /// Whether the uses of a clause are renamed.
    pub(super) fn renamed_key(&self, key: Key) -> bool {
        let clause = &self.unit.scopes.import(key.0).clauses[key.1 as usize];
        self.renamed.contains(&clause.binding)
    }

    /// A module of which something moves, handed on as an object: what is read from it is not followed (row
    /// P52).
    pub(super) fn note_escapes(
        &self,
        facts: &Facts,
        decisions: &Decisions,
        draft: &mut PlanBuilder,
    ) {
        let table = self.table();
        let mut handed_on = None;
        for (fact, next) in facts.chains.iter().zip(&decisions.chains) {
            // What goes along with the module is read from the same object.
            let holds = |sense: &&Sense| match next {
                ReferenceAction::Stays => table.old_children(&sense.path).next().is_some(),
                ReferenceAction::Follows | ReferenceAction::Writes(_) => {
                    self.parted_by_star(&sense.path).next().is_some()
                }
                ReferenceAction::Refused(_) | ReferenceAction::Silent => false,
            };
            let is_whole = fact.pairs.is_empty();
            let Some(Sense { path, .. }) = fact.senses.iter().find(holds).filter(|_| is_whole)
            else {
                continue;
            };
            let named = fact.keys().any(|key| {
                !matches!(
                    decisions.clause(key),
                    ImportAction::Refused(_) | ImportAction::Blocked(_)
                ) && facts.clause(key).is_some_and(|clause| {
                    clause
                        .path
                        .as_ref()
                        .is_some_and(|own| own.starts_with(path) || path.starts_with(own))
                })
            });
            let range = self.chain_range(fact);
            let handed_on =
                handed_on.get_or_insert_with(|| super::escapes::handed_on(self.unit.module));
            let start = range.start as u32;
            if !named
                || !handed_on.contains(&start)
                || self.looked_up.contains(&start)
                || self.unit.kept.keeps(range.start)
            {
                continue;
            }
            draft.findings.push(Finding {
                code: Code::Escapes,
                level: Level::Note,
                range,
                path: Some(show(path, table.syntax())),
                successor: None,
                message: "a module of which something moved is handed on as an object".to_owned(),
                help: Some("what is read from it there is not followed: look for it".to_owned()),
                rule: None,
            });
        }
    }

    /// `getattr(old, "gone")` and the like: the object is known, the name is looked up by code.
    pub(super) fn refuse_lookups(
        &self,
        pairs: &[Pair],
        facts: &Facts,
        decisions: &Decisions,
        draft: &mut PlanBuilder,
    ) {
        for pair in pairs {
            if !pair.dynamic && !pair.is_read {
                continue;
            }
            let start = |fact: &ChainFact| {
                let chain = &self.unit.scopes.chains[fact.index];
                chain.parts[0].range.start().to_u32()
            };
            let Ok(at) = facts.chains.binary_search_by_key(&pair.chain, start) else {
                continue;
            };
            let (fact, next) = (&facts.chains[at], &decisions.chains[at]);
            let parts = self.unit.scopes.chains[fact.index].parts.len();
            // The path of a chain ends in the first name that is its pair.
            let named = usize::from(!fact.pairs.is_empty());
            for sense in &fact.senses {
                let mut path = sense.path.clone();
                path.truncate((path.len() + pair.parts).saturating_sub(parts + named));
                let object = Verdict::of(self.table(), &path, Namespaces::ALL);
                path.push(pair.name.clone());
                let verdict = Verdict::of(self.table(), &path, Namespaces::ALL);
                if !pair.dynamic {
                    self.refuse_rest(pair, &path, &verdict, draft);
                    continue;
                }
                let moves_along =
                    matches!(next, ReferenceAction::Writes(_) | ReferenceAction::Follows)
                        && match (object.moved(), verdict.moved()) {
                            (Some(object), Some(whole)) => {
                                whole.to.split_last() == Some((&pair.name, &object.to))
                            }
                            _ => false,
                        };
                let Some(subject) = verdict.subject(&path, pair.range.clone()) else {
                    continue;
                };
                if moves_along || self.unit.kept.keeps(pair.range.start) {
                    continue;
                }
                let refusal = Refusal::new(Code::Dynamic, "the name is looked up by code")
                    .help("write it by hand");
                draft.refused(&subject, refusal, self.table());
            }
        }
    }

    /// What is read of an attribute at `path` in its turn, where the attribute is one of a variable: it must go with
    /// the attribute, since it is not followed further.
    fn refuse_rest(
        &self,
        pair: &Pair,
        path: &[Segment],
        verdict: &Verdict,
        draft: &mut PlanBuilder,
    ) {
        let new = verdict.moved().map_or(path, |moved| &moved.to);
        let follows = [new, &pair.rest].concat();
        let path = [path, &pair.rest].concat();
        let verdict = Verdict::of(self.table(), &path, Namespaces::ALL);
        let parts = verdict.moved().map_or(&path, |moved| &moved.to) != &follows;
        let Some(subject) = verdict.subject(&path, pair.range.clone()).filter(|_| parts) else {
            return;
        };
        if !self.unit.kept.keeps(pair.range.start) {
            let message = "it is read of a variable, and moves elsewhere than what that holds";
            let refusal = Refusal::new(Code::Dynamic, message).help("write it by hand");
            draft.refused(&subject, refusal, self.table());
        }
    }

    /// `global old` above `import old.gone`: what the new import binds must be global too.
    pub(super) fn extend_globals(
        &self,
        facts: &Facts,
        decisions: &Decisions,
        draft: &mut PlanBuilder,
    ) {
        let scopes = &self.unit.scopes;
        let mut said: FxHashSet<(usize, Segment)> = FxHashSet::default();
        let mut extend = |key: Key, root: &Segment| {
            let import = scopes.import(key.0);
            let clause = &import.clauses[key.1 as usize];
            let binding = scopes.binding(clause.binding);
            let declaring = scopes.scope(binding.from);
            if binding.from == binding.scope || binding.name == *root {
                return;
            }
            for declared in [&declaring.globals, &declaring.nonlocals] {
                let Some(places) = declared.get(&binding.name) else {
                    continue;
                };
                if declared.contains_key(root) {
                    continue;
                }
                let Some(place) = places.first() else {
                    continue;
                };
                let at = bytes(*place).end;
                if said.insert((at, root.clone())) {
                    draft.edits.push(Edit::insert(at, format!(", {root}")));
                }
            }
        };
        for &key in &facts.order {
            if let (Some(fact), ImportAction::Retarget(to)) =
                (facts.clause(key), decisions.clause(key))
                && fact.is_dotted()
                && let Some(root) = to.first()
            {
                extend(key, root);
            }
        }
        for add in &decisions.adds {
            if let Some(head) = add.head() {
                extend(add.beside, head);
            }
        }
    }
}

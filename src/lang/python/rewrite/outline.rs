//! The outline of a text: what verification compares.

use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::FxHashSet;

use super::Rewrite;
use super::actions::{Decisions, ImportAction, ReferenceAction};
use super::facts::{ChainFact, Facts, Key};
use crate::lang::python::scopes::{Binding, BindingKind, NameReference};
use crate::lang::python::unit::{bytes, known_modules};
use crate::outline::{Meaning, Outline, Use};
use crate::path::{Known, Namespaces, Segment};

impl Rewrite<'_, '_> {
    /// Uses of names, bindings by import, and definitions; strings are added by others.
    pub(super) fn outline(&self, facts: &Facts, decisions: &Decisions) -> Outline {
        let mut outline = Outline::default();
        let mut known = facts.chains.iter().zip(&decisions.chains).peekable();
        for (index, chain) in self.unit.scopes.chains.iter().enumerate() {
            match known.next_if(|(fact, _)| fact.index == index) {
                Some((fact, next)) => {
                    self.imported(fact, next, facts, decisions, &mut outline.uses)
                }
                None if let Some(used) = self.implied_use(index, facts, decisions) => {
                    outline.uses.push(used);
                }
                None if self.unit.is_unbound_type(chain) => {}
                None => outline.uses.push(self.other(chain)),
            }
        }
        for &key in &facts.order {
            let Some(fact) = facts.clause(key) else {
                continue;
            };
            // One that goes may be the twin of one that moves, and verification cannot tell them apart.
            let stays = !matches!(
                decisions.clause(key),
                ImportAction::Retarget(_) | ImportAction::Remove
            );
            let mut binding = self.outline_binding(key, fact.path.as_deref(), stays);
            if fact.form != super::facts::Form::From {
                binding.namespaces = crate::lang::python::unit::MODULE;
            }
            outline.bindings.push(binding);
        }
        outline.definitions = self.definitions();
        (outline.places, outline.idle) = self.places();
        outline
    }

    /// Where names are bound and deleted, and apart from these the `del`s of what their scope binds nowhere.
    fn places(&self) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
        let scopes = &self.unit.scopes;
        let binds =
            |kind: &BindingKind| !matches!(kind, BindingKind::Deletion | BindingKind::Annotation);
        let bound: FxHashSet<(u32, &Segment)> = scopes
            .bindings
            .iter()
            .filter(|binding| binds(&binding.kind))
            .map(|binding| (binding.scope.0, &binding.name))
            .collect();
        let written = scopes.bindings.iter().filter(|binding| {
            !matches!(binding.kind, BindingKind::Import(..) | BindingKind::Star(_))
        });
        let (idle, places): (Vec<_>, Vec<_>) = written.partition(|binding| {
            binding.kind == BindingKind::Deletion
                && !bound.contains(&(binding.scope.0, &binding.name))
        });
        let ranges = |bindings: Vec<&Binding>| {
            let ranges = bindings.into_iter().map(|binding| bytes(binding.range));
            ranges.collect()
        };
        (ranges(places), ranges(idle))
    }

    /// A chain that starts at an import: one use for each path that it may mean.
    fn imported(
        &self,
        fact: &ChainFact,
        next: &ReferenceAction,
        facts: &Facts,
        decisions: &Decisions,
        uses: &mut Vec<Use>,
    ) {
        let range = self.chain_range(fact);
        // Each thing that it may mean then is one use.
        let mut ends: Vec<&[Segment]> = Vec::new();
        for (key, at) in self.reaching(fact, facts, decisions) {
            let sense = &fact.senses[at];
            let stays = match next {
                ReferenceAction::Writes(_) => false,
                ReferenceAction::Refused(_) => true,
                ReferenceAction::Stays | ReferenceAction::Follows | ReferenceAction::Silent => {
                    // What goes while a name follows it has a twin, which brings the same.
                    !matches!(decisions.clause(key), ImportAction::Remove)
                        && !matches!(
                            self.chain_through(key, sense, facts, decisions),
                            ReferenceAction::Follows
                        )
                }
            };
            let end = match sense.verdict.moved() {
                Some(moved) if !stays => moved.to.as_slice(),
                _ => sense.path.as_slice(),
            };
            if ends.contains(&end) {
                continue;
            }
            ends.push(end);
            uses.push(Use {
                meaning: Meaning::Path(sense.path.clone()),
                namespaces: Namespaces::ALL,
                known: known_modules(sense.modules),
                stays,
                range: Some(range.clone()),
            });
        }
        if fact.mixed {
            let first = &self.unit.scopes.chains[fact.index].parts[0];
            uses.push(Use {
                meaning: Meaning::Opaque(vec![first.name.clone()]),
                namespaces: Namespaces::ALL,
                known: Known::NOTHING,
                stays: true,
                range: Some(range),
            });
        }
    }

    /// The clauses whose binding reaches a chain when all is done, each with what the chain means by it: not
    /// those that bind another name then.
    fn reaching(
        &self,
        fact: &ChainFact,
        facts: &Facts,
        decisions: &Decisions,
    ) -> Vec<(Key, usize)> {
        let leaves = |key: &Key| {
            let root = facts.clause(*key).filter(|fact| fact.is_dotted());
            let root = root.and_then(|fact| fact.path.as_ref()?.first());
            match (decisions.clause(*key), root) {
                (ImportAction::Retarget(to), Some(root)) => {
                    to.first() != Some(root) || decisions.aliases.contains_key(key)
                }
                _ => false,
            }
        };
        let mut reaching = fact.reached.clone();
        reaching.retain(|(key, _)| !leaves(key));
        match reaching.is_empty() {
            true => fact.reached.clone(),
            false => reaching,
        }
    }

    /// A name that no import of the file is behind: one of the builtins if nothing binds it.
    fn other(&self, chain: &NameReference) -> Use {
        let name = chain.parts[0].name.clone();
        let builtin = chain.reach.bindings.is_empty() && chain.reach.stars.is_empty();
        let meaning = if builtin {
            let rest = chain.names().cloned();
            Meaning::Own(
                std::iter::once(Segment::new_static("builtins"))
                    .chain(rest)
                    .collect(),
            )
        } else {
            Meaning::Opaque(vec![name])
        };
        Use {
            meaning,
            namespaces: Namespaces::ALL,
            known: Known::NOTHING,
            stays: true,
            range: Some(bytes(chain.range())),
        }
    }

    /// Names that the file binds otherwise than by imports, by scope.
    fn definitions(&self) -> BTreeMap<String, Vec<Segment>> {
        let mut definitions: BTreeMap<String, Vec<Segment>> = BTreeMap::new();
        for binding in &self.unit.scopes.bindings {
            // What is deleted was bound elsewhere, or not at all.
            if matches!(
                binding.kind,
                BindingKind::Import(..) | BindingKind::Star(_) | BindingKind::Deletion
            ) {
                continue;
            }
            let scope = self.unit.scopes.scope(binding.scope);
            definitions
                .entry(scope.key.clone())
                .or_default()
                .push(binding.name.clone());
        }
        definitions
    }
}

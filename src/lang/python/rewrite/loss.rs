//! What chains lose when an import of their package leaves: the package itself, or a package on the way to what
//! the import names. Nothing is lost where every way through that import goes through another one too.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Rewrite;
use super::actions::{Decisions, ImportAction, ReferenceAction};
use super::facts::{ChainFact, Facts, Form, Key, key_of, shared};
use crate::lang::python::scopes::{BindingId, LastImports};
use crate::lang::python::unit::binds_root;
use crate::path::Segment;

/// A chain that loses what it needs.
pub(super) struct LeftOver {
    /// Its place in [`Facts::chains`].
    pub(super) chain: usize,
    /// What it means by the clause that leaves.
    pub(super) path: Vec<Segment>,
    /// The names of that which the clause brings.
    pub(super) needed: Vec<Segment>,
}

impl Rewrite<'_, '_> {
    /// Chains that start at the root that a clause binds, keep their text, and lose what they need with it.
    pub(super) fn left_over(
        &self,
        key: Key,
        path: &[Segment],
        facts: &Facts,
        decisions: &Decisions,
    ) -> Vec<LeftOver> {
        let scopes = &self.unit.scopes;
        let binding = scopes.import(key.0).clauses[key.1 as usize].binding;
        let bound = scopes.binding(binding);
        let same = scopes.scope(bound.scope).bindings.get(&bound.name);
        let is_alone = !same.into_iter().flatten().any(|&other| {
            other != binding
                && key_of(self.unit, other).is_some_and(|other| binds_root_of(self, other, facts))
        });
        let helps = |other: BindingId, needed: &[Segment]| match key_of(self.unit, other) {
            // Whatever it is, the name is bound to it.
            None => true,
            Some(other) => self.brings(other, needed, facts, decisions) && other != key,
        };
        let added = |key: Key, needed: &[Segment]| {
            decisions.adds.iter().any(|add| {
                add.beside == key
                    && add.form == Form::Dotted
                    && add.alias.is_none()
                    && add.module.starts_with(needed)
            })
        };
        // By the number of names that are needed.
        let mut ways: FxHashMap<usize, FxHashSet<BindingId>> = FxHashMap::default();
        let mut is_lost = |chain: &ChainFact, needed: &[Segment]| {
            if added(key, needed) || self.brings(key, needed, facts, decisions) {
                return false;
            }
            if is_alone {
                return true;
            }
            let start = scopes.chains[chain.index].parts[0].range.start();
            let before = match self.last_imports(facts).before_read(start.to_u32()) {
                Some(before) if bound.from == bound.scope => before,
                // A quoted name is read at no known time.
                _ => {
                    return !chain.reached.iter().any(|(other, _)| {
                        let import = scopes.import(other.0);
                        let is_there = self.is_around(import.block, scopes.import(key.0).block)
                            && (import.range.start() <= start || *other < key);
                        if !is_there {
                            return false;
                        }
                        let clause = &scopes.import(other.0).clauses[other.1 as usize];
                        helps(clause.binding, needed) || added(*other, needed)
                    });
                }
            };
            let ways = ways.entry(needed.len()).or_insert_with(|| {
                self.last_imports(facts).ways_from(binding, |other| {
                    !helps(other, needed)
                        && !key_of(self.unit, other).is_some_and(|other| added(other, needed))
                })
            });
            let is_later = before.later && bound.range.start() > start && !ways.is_empty();
            is_later || before.bindings.iter().any(|id| ways.contains(id))
        };
        let mut left = Vec::new();
        for &at in facts.users(key) {
            let (chain, next) = (&facts.chains[at], &decisions.chains[at]);
            let own = chain.reached.iter().find(|(reached, _)| *reached == key);
            let (Some((_, sense)), false) = (own, matches!(next, ReferenceAction::Writes(_)))
            else {
                continue;
            };
            let whole = chain.senses[*sense].needed();
            let needed = shared(path, whole);
            if is_lost(chain, needed) {
                left.push(LeftOver {
                    chain: at,
                    path: whole.to_vec(),
                    needed: needed.to_vec(),
                });
            }
        }
        left
    }

    /// Whether a clause binds a root, and brings these names with it, when all is done.
    fn brings(&self, key: Key, needed: &[Segment], facts: &Facts, decisions: &Decisions) -> bool {
        match (decisions.clause(key), facts.clause(key)) {
            (ImportAction::Retarget(to), Some(fact)) => {
                fact.form != Form::Dotted
                    || to.starts_with(needed) && !decisions.aliases.contains_key(&key)
            }
            (ImportAction::Remove, _) | (_, None) => false,
            (_, Some(fact)) => {
                !matches!(fact.form, Form::Dotted | Form::Undotted)
                    || fact
                        .path
                        .as_ref()
                        .is_none_or(|path| path.starts_with(needed))
            }
        }
    }

    /// The last imports of every package that a dotted import binds.
    fn last_imports(&self, facts: &Facts) -> &LastImports {
        self.last.get_or_init(|| {
            let dotted = facts.order.iter().filter_map(|key| facts.clause(*key));
            let dotted = dotted.filter(|fact| fact.is_dotted());
            let packages = dotted.filter_map(|fact| fact.path.as_ref()?.first().cloned());
            LastImports::of(self.unit.module, self.unit.text, packages.collect())
        })
    }

    /// Whether an import that stays, and may have been run before a chain, brings the module that an import of
    /// `path` would be added for.
    pub(super) fn is_brought(
        &self,
        chain: &ChainFact,
        key: Key,
        module: &[Segment],
        facts: &Facts,
        decisions: &Decisions,
    ) -> bool {
        chain.reached.iter().any(|(other, _)| {
            *other != key
                && facts
                    .clause(*other)
                    .is_some_and(|fact| fact.form == Form::Dotted)
                && self.brings(*other, module, facts, decisions)
        })
    }
}

/// Whether a clause is `import a` or `import a.b`.
fn binds_root_of(rewrite: &Rewrite<'_, '_>, key: Key, facts: &Facts) -> bool {
    binds_root(rewrite.unit.scopes.import(key.0), key.1 as usize)
        || facts
            .clause(key)
            .is_some_and(|fact| matches!(fact.form, Form::Dotted | Form::Undotted))
}

//! The top package that `import a.b` binds beside bringing `a.b` (row P22).

use super::Rewrite;
use super::facts::{Facts, Form, Key};
use super::fate::{Add, Blocks, ChainNext, Fates, Next};
use super::verdict::Verdict;
use crate::finding::Code;
use crate::lang::python::unit::MODULE;
use crate::path::Segment;

impl Rewrite<'_, '_> {
    /// Where an `import a.b` leaves, and uses of `a` are left that nothing else brings, something must.
    pub(super) fn keep_roots(&self, facts: &Facts, fates: &mut Fates, blocks: &mut Blocks) {
        for &key in &facts.order {
            let Some(fact) = facts.clause(key) else {
                continue;
            };
            let (Form::Dotted, Some(path)) = (fact.form, &fact.path) else {
                continue;
            };
            let root = &path[0];
            let goes = match fates.clause(key) {
                Next::Swaps(to) if to.first() != Some(root) => false,
                Next::Goes => true,
                _ => continue,
            };
            let left = self.left_over(key, path, facts, fates);
            if goes {
                if !left.is_empty() {
                    fates.clauses.insert(key, Next::Stays);
                }
                continue;
            }
            let root_moves = Verdict::of(self.table(), &path[..1], MODULE).len() > 0;
            if self.is_read_unbound(key, root) || (root_moves && !left.is_empty()) {
                blocks
                    .clauses
                    .insert(key, super::fate::another_binding(root));
                continue;
            }
            let exposed = self
                .exposes(key)
                .filter(|_| !self.is_bound_besides(key, facts, fates));
            match exposed {
                Some(refusal) if refusal.code == Code::BoundElsewhere => {
                    blocks.clauses.insert(key, refusal);
                    continue;
                }
                Some(_) => self.add_root(key, &[], root, fates),
                None => {}
            }
            if !left.is_empty() && self.is_global(key) {
                blocks
                    .clauses
                    .insert(key, super::fate::another_binding(root));
                continue;
            }
            for chain in left {
                let path = facts.chains[chain].sense().path.clone();
                self.add_root(key, &path, root, fates);
            }
        }
        fates.adds.sort_by_key(|add| add.beside);
    }

    /// Whether the name is read where it is this scope's and nothing has bound it: without the import the read
    /// would find another scope's.
    fn is_read_unbound(&self, key: Key, root: &Segment) -> bool {
        let scopes = &self.unit.scopes;
        let clause = &scopes.import(key.0).clauses[key.1 as usize];
        let scope = scopes.binding(clause.binding).scope;
        scopes.chains.iter().any(|chain| {
            chain.parts[0].name == *root
                && chain.reach.bindings.is_empty()
                && chain.reach.stars.is_empty()
                && scopes.owner(chain.scope, root) == Some(scope)
        })
    }

    /// Whether a clause binds a name of another scope than its own (`global`).
    fn is_global(&self, key: Key) -> bool {
        let scopes = &self.unit.scopes;
        let clause = &scopes.import(key.0).clauses[key.1 as usize];
        let binding = scopes.binding(clause.binding);
        binding.from != binding.scope
    }

    /// Chains that start at the clause's root, keep their text, and lose what they need with it: the root,
    /// or a package between the root and what the clause names, which was loaded on the way.
    fn left_over(&self, key: Key, path: &[Segment], facts: &Facts, fates: &Fates) -> Vec<usize> {
        let others = |chain: &super::facts::ChainFact, needed: &[Segment]| {
            chain.reached.iter().any(|(other, _)| {
                *other != key
                    && match (fates.clause(*other), facts.clause(*other)) {
                        (Next::Swaps(to), Some(fact)) => {
                            fact.form != Form::Dotted || to.starts_with(needed)
                        }
                        (Next::Goes, _) | (_, None) => false,
                        (_, Some(fact)) => {
                            !matches!(fact.form, Form::Dotted | Form::Undotted)
                                || fact
                                    .path
                                    .as_ref()
                                    .is_none_or(|path| path.starts_with(needed))
                        }
                    }
            })
        };
        let added = |chain: &super::facts::ChainFact, needed: &[Segment]| {
            fates.adds.iter().any(|add| {
                add.form == Form::Dotted
                    && add.alias.is_none()
                    && add.module.starts_with(needed)
                    && chain.is_reached_by(add.beside)
                    && !add.parent
            })
        };
        let stays = |next: &ChainNext| !matches!(next, ChainNext::Writes(_));
        facts
            .chains
            .iter()
            .enumerate()
            .filter(|(at, chain)| {
                chain.is_reached_by(key) && stays(&fates.chains[*at]) && {
                    let needed = shared(path, &chain.sense().path);
                    !others(chain, needed) && !added(chain, needed)
                }
            })
            .map(|(at, _)| at)
            .collect()
    }

    /// Whether another import of the same scope keeps binding the clause's root.
    fn is_bound_besides(&self, key: Key, facts: &Facts, fates: &Fates) -> bool {
        let scopes = &self.unit.scopes;
        let clause = &scopes.import(key.0).clauses[key.1 as usize];
        let binding = scopes.binding(clause.binding);
        let same = scopes.scope(binding.scope).bindings.get(&binding.name);
        same.into_iter().flatten().any(|&other| {
            super::facts::key_of(self.unit, other).is_some_and(|other| {
                other != key
                    && scopes.import(other.0).block == scopes.import(key.0).block
                    && match (fates.clause(other), facts.clause(other)) {
                        (Next::Stays, Some(_)) => true,
                        (Next::Swaps(to), Some(fact)) => {
                            fact.form != Form::Dotted || to.first() == Some(&binding.name)
                        }
                        _ => false,
                    }
            })
        })
    }

    /// Adds the import that keeps a root bound: of the module that the chain names, if one is known, else
    /// of the root alone.
    fn add_root(&self, key: Key, chain: &[Segment], root: &Segment, fates: &mut Fates) {
        let module = (2..=chain.len())
            .rev()
            .map(|len| &chain[..len])
            .find(|path| self.tree.is_module(path) || self.is_imported_elsewhere(path));
        let (module, parent) = match module {
            Some(module) => (module.to_vec(), false),
            None => (vec![root.clone()], true),
        };
        // A root that moves itself is bound under its old name.
        let moved = Verdict::of(self.table(), &module, MODULE);
        let add = match moved.moved().filter(|_| parent) {
            Some(moved) => Add {
                beside: key,
                form: Form::Alias,
                module: moved.to.clone(),
                alias: Some(root.clone()),
                parent,
            },
            None => Add {
                beside: key,
                form: Form::Dotted,
                module,
                alias: None,
                parent,
            },
        };
        if fates.adds.contains(&add) {
            return;
        }
        let covered = fates.adds.iter().any(|known| {
            known.beside == key
                && known.form == Form::Dotted
                && known.alias.is_none()
                && add.form == Form::Dotted
                && known.module.starts_with(&add.module)
        });
        if !covered {
            fates.adds.push(add);
        }
    }

    /// Whether an import statement of the file shows that a module lies at this path.
    fn is_imported_elsewhere(&self, path: &[Segment]) -> bool {
        self.is_imported_as_module(path)
    }
}

/// The names that two paths of one root begin with.
fn shared<'p>(one: &'p [Segment], other: &[Segment]) -> &'p [Segment] {
    let len = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    &one[..len]
}

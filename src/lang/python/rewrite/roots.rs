//! The top package that `import a.b` binds beside bringing `a.b`.

use super::Rewrite;
use super::actions::{Add, Blocks, Decisions, ImportAction};
use super::facts::{Facts, Form, Key};
use super::verdict::Verdict;
use crate::finding::Code;
use crate::lang::python::scopes::NameReference;
use crate::lang::python::unit::MODULE;
use crate::path::Segment;

impl Rewrite<'_, '_> {
    /// Where an `import a.b` leaves, and uses of `a` are left that nothing else brings, something must.
    pub(super) fn keep_roots(&self, facts: &Facts, decisions: &mut Decisions, blocks: &mut Blocks) {
        for &key in &facts.order {
            let Some(fact) = facts.clause(key) else {
                continue;
            };
            let (Form::Dotted, Some(path)) = (fact.form, &fact.path) else {
                continue;
            };
            let root = &path[0];
            let (goes, keeps_root) = match decisions.clause(key) {
                // `import a.new as a_new` binds another name.
                ImportAction::Retarget(to) => {
                    let keeps = to.first() == Some(root) && !decisions.aliases.contains_key(&key);
                    (false, keeps)
                }
                ImportAction::Remove => (true, false),
                _ => continue,
            };
            let left = self.left_over(key, path, facts, decisions);
            if goes {
                if !left.is_empty() {
                    decisions.clauses.insert(key, ImportAction::Keep);
                }
                continue;
            }
            if keeps_root && left.is_empty() {
                continue;
            }
            if decisions.aliases.contains_key(&key) && !self.is_only_root(key) {
                blocks
                    .clauses
                    .insert(key, super::decide::another_binding(root));
                continue;
            }
            let root_moves = Verdict::of(self.table(), &path[..1], MODULE).len() > 0;
            let import = self.unit.scopes.import(key.0);
            let binding = import.clauses[key.1 as usize].binding;
            let scope = self.unit.scopes.binding(binding).scope;
            if !keeps_root && self.is_read_unbound(scope, root)
                || (root_moves && (!left.is_empty() || self.is_held_alone(key, facts, decisions)))
            {
                blocks
                    .clauses
                    .insert(key, super::decide::another_binding(root));
                continue;
            }
            let exposed = self.exposes(key).filter(|refusal| {
                // Others see what is bound in the end, and code that looks names up what is bound by then.
                let at_end = refusal.code == Code::BoundElsewhere && !self.is_deleted_later(key);
                !keeps_root && !self.is_bound_besides(key, at_end, facts, decisions)
            });
            match exposed {
                Some(refusal) if refusal.code == Code::BoundElsewhere => {
                    blocks.clauses.insert(key, refusal);
                    continue;
                }
                // What is bound again would be another package than where an import of it stays.
                Some(_) if root_moves && self.is_held_besides(key, facts, decisions) => {
                    blocks
                        .clauses
                        .insert(key, super::decide::another_binding(root));
                    continue;
                }
                Some(_) => self.add_root(key, &[], root, decisions),
                None => {}
            }
            if !left.is_empty() && self.is_global(key) {
                blocks
                    .clauses
                    .insert(key, super::decide::another_binding(root));
                continue;
            }
            for left in left {
                let chain = &facts.chains[left.chain];
                // Where an import of the module stays, only what this one brought is missing.
                let module = self.module_to_add(&left.path).unwrap_or_default().to_vec();
                let path = match self.is_brought(chain, key, &module, facts, decisions) {
                    true => left.needed,
                    false => left.path,
                };
                self.add_root(key, &path, root, decisions);
            }
        }
        decisions.adds.sort_by_key(|add| add.beside);
    }

    /// Whether nothing reads or deletes a name between two imports.
    fn is_quiet(&self, first: Key, second: Key) -> bool {
        let scopes = &self.unit.scopes;
        let between = scopes.import(first.0).range.end()..scopes.import(second.0).range.start();
        let has_one = |chains: &[NameReference]| {
            let next = chains.partition_point(|chain| chain.range().start() < between.start);
            let next = chains.get(next);
            next.is_some_and(|chain| between.contains(&chain.range().start()))
        };
        !has_one(&scopes.chains) && !has_one(&scopes.deletions)
    }

    /// Whether a `del` undoes what a clause binds.
    fn is_deleted_later(&self, key: Key) -> bool {
        let clause = &self.unit.scopes.import(key.0).clauses[key.1 as usize];
        self.is_deleted(clause.binding).is_some()
    }

    /// Whether a clause binds a name of another scope than its own (`global`).
    fn is_global(&self, key: Key) -> bool {
        let scopes = &self.unit.scopes;
        let clause = &scopes.import(key.0).clauses[key.1 as usize];
        let binding = scopes.binding(clause.binding);
        binding.from != binding.scope
    }

    /// Whether all that binds the name which a clause binds are imports of that very package.
    pub(super) fn is_only_root(&self, key: Key) -> bool {
        let scopes = &self.unit.scopes;
        let binding = scopes.binding(scopes.import(key.0).clauses[key.1 as usize].binding);
        self.binds_roots_only(binding.scope, &binding.name)
    }

    /// Whether an `import root` of the same scope stays with an error. Without a dotted import beside it that would be
    /// another import: of one name, which it can keep.
    fn is_held_alone(&self, key: Key, facts: &Facts, decisions: &Decisions) -> bool {
        self.held_besides(key, facts, decisions).any(|len| len == 1)
    }

    /// Whether an import of the same root in the same scope stays with an error.
    fn is_held_besides(&self, key: Key, facts: &Facts, decisions: &Decisions) -> bool {
        self.held_besides(key, facts, decisions).next().is_some()
    }

    /// The lengths of the paths of other imports of a root, in the same scope, that stay with an error.
    fn held_besides(
        &self,
        key: Key,
        facts: &Facts,
        decisions: &Decisions,
    ) -> impl Iterator<Item = usize> {
        let scopes = &self.unit.scopes;
        let clause = &scopes.import(key.0).clauses[key.1 as usize];
        let binding = scopes.binding(clause.binding);
        let same = scopes.scope(binding.scope).bindings.get(&binding.name);
        let others = same.into_iter().flatten();
        others.filter_map(move |&other| {
            let other = super::facts::key_of(self.unit, other).filter(|other| *other != key)?;
            let fact = facts.clause(other).filter(|fact| fact.is_dotted())?;
            let is_held = matches!(
                decisions.clause(other),
                ImportAction::Refused(_) | ImportAction::Blocked(_)
            );
            fact.path.as_ref().map(Vec::len).filter(|_| is_held)
        })
    }

    /// Whether another import of the same scope keeps binding the clause's root: one that is added beside it, one that
    /// has run before it, or at least one that has in the end.
    fn is_bound_besides(
        &self,
        key: Key,
        at_end: bool,
        facts: &Facts,
        decisions: &Decisions,
    ) -> bool {
        let scopes = &self.unit.scopes;
        let clause = &scopes.import(key.0).clauses[key.1 as usize];
        let binding = scopes.binding(clause.binding);
        let is_added = |add: &Add| {
            add.beside == key && add.form == Form::Dotted && add.head() == Some(&binding.name)
        };
        if decisions.adds.iter().any(is_added) {
            return true;
        }
        let same = scopes.scope(binding.scope).bindings.get(&binding.name);
        same.into_iter().flatten().any(|&other| {
            super::facts::key_of(self.unit, other).is_some_and(|other| {
                let (block, own) = (scopes.import(other.0).block, scopes.import(key.0).block);
                let is_there = match other < key {
                    true => self.is_around(block, own),
                    false => block == own && (at_end || self.is_quiet(key, other)),
                };
                other != key
                    && is_there
                    && match (decisions.clause(other), facts.clause(other)) {
                        (
                            ImportAction::Keep
                            | ImportAction::Refused(_)
                            | ImportAction::Blocked(_),
                            Some(_),
                        ) => true,
                        (ImportAction::Retarget(to), Some(fact)) => {
                            fact.form != Form::Dotted
                                || to.first() == Some(&binding.name)
                                    && !decisions.aliases.contains_key(&other)
                        }
                        _ => false,
                    }
            })
        })
    }

    /// Adds the import that keeps a root bound: of the module that the chain names, if one is known, else
    /// of the root alone.
    fn add_root(&self, key: Key, chain: &[Segment], root: &Segment, decisions: &mut Decisions) {
        let (module, parent) = match self.module_to_add(chain) {
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
        if decisions.adds.contains(&add) {
            return;
        }
        let covered = decisions.adds.iter().any(|known| {
            known.beside == key
                && known.form == Form::Dotted
                && known.alias.is_none()
                && add.form == Form::Dotted
                && known.module.starts_with(&add.module)
        });
        if !covered {
            decisions.adds.push(add);
        }
    }

    /// The module below the root that a chain names, if one is known.
    fn module_to_add<'p>(&self, chain: &'p [Segment]) -> Option<&'p [Segment]> {
        (2..=chain.len())
            .rev()
            .map(|len| &chain[..len])
            .find(|path| self.tree.is_module(path) || self.is_imported_as_module(path))
    }
}

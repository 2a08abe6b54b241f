//! Modules that an import loads besides binding a name: with `import a` and `from a.m import V`, `a.m.Z` works since
//! the second statement loads `a.m`. Where that one leaves, an import of the module comes (row P23).

use super::Rewrite;
use super::facts::{ChainFact, ClauseFact, Facts, Form, Key};
use super::fate::{Add, ChainNext, Fates, Next};
use super::verdict::Verdict;
use crate::lang::python::scopes::BlockId;
use crate::lang::python::unit::MODULE;
use crate::path::Segment;

impl Rewrite<'_, '_> {
    /// Adds imports of modules that only imports loaded which do so no more.
    pub(super) fn keep_loaded(&self, facts: &Facts, fates: &mut Fates) {
        let before = fates.adds.len();
        for &key in &facts.order {
            let Some(fact) = facts.clause(key) else {
                continue;
            };
            let after = match fates.clause(key) {
                Next::Swaps(to) => self.loaded(fact, to).to_vec(),
                Next::Goes => Vec::new(),
                _ => continue,
            };
            let Some(path) = &fact.path else { continue };
            let module = self.loaded(fact, path);
            // What moves itself is no concern of what stays.
            let moves = Verdict::of(self.table(), module, MODULE).len() > 0;
            if module.len() < 2 || moves || after.starts_with(module) {
                continue;
            }
            let needs = |(at, chain): &(usize, &ChainFact)| {
                !matches!(fates.chains[*at], ChainNext::Writes(_))
                    && self.starts_above(chain, module, facts, fates)
                    && !self.is_loaded(key, chain, module, facts, fates)
            };
            let mut chains = facts.chains.iter().enumerate();
            if let Some((_, chain)) = chains.find(needs) {
                let add = self.loading(key, chain, module, facts, fates);
                if !fates.adds.contains(&add) {
                    fates.adds.push(add);
                }
            }
        }
        if fates.adds.len() > before {
            fates.adds.sort_by_key(|add| add.beside);
        }
    }

    /// Whether a chain goes from a package, which an import that stays binds, to a module or on.
    fn starts_above(
        &self,
        chain: &ChainFact,
        module: &[Segment],
        facts: &Facts,
        fates: &Fates,
    ) -> bool {
        chain.through.iter().any(|(key, sense)| {
            let stays = !matches!(fates.clause(*key), Next::Swaps(_) | Next::Goes);
            let value = facts.clause(*key).and_then(|fact| fact.value.as_ref());
            stays
                && chain.senses[*sense].path.starts_with(module)
                && value.is_some_and(|value| value.len() < module.len())
        })
    }

    /// The module that a clause loads when it names this path.
    fn loaded<'p>(&self, fact: &ClauseFact, path: &'p [Segment]) -> &'p [Segment] {
        let is_module = || {
            self.tree.is_module(path)
                || self.is_imported_as_module(path)
                || self.table().old_children(path).next().is_some()
        };
        match fact.form {
            Form::From if !is_module() => &path[..path.len().saturating_sub(1)],
            _ => path,
        }
    }

    /// Whether something that stays loads the module, wherever the clause was run, before the chain is read.
    fn is_loaded(
        &self,
        key: Key,
        chain: &ChainFact,
        module: &[Segment],
        facts: &Facts,
        fates: &Fates,
    ) -> bool {
        let scopes = &self.unit.scopes;
        let own = scopes.import(key.0).block;
        let read = &scopes.chains[chain.index];
        let is_before = |other: Key| {
            let import = scopes.import(other.0);
            let runs_first = import.range.end() <= read.parts[0].range.start();
            self.is_around(import.block, own) && (import.scope != read.scope || runs_first)
        };
        let by_clause = facts.order.iter().any(|&other| {
            let Some(fact) = facts.clause(other) else {
                return false;
            };
            let path = match fates.clause(other) {
                Next::Swaps(to) => Some(to),
                Next::Goes => None,
                _ => fact.path.as_ref(),
            };
            let loads = path.is_some_and(|path| self.loaded(fact, path).starts_with(module));
            // What the chain goes through is there.
            let is_through = || chain.keys().any(|key| key == other);
            loads && (is_through() || is_before(other))
        });
        by_clause
            || fates.adds.iter().any(|add| {
                add.module.starts_with(module) && (is_before(add.beside) || add.beside == key)
            })
    }

    /// The import that loads a module which the clause loaded for a chain.
    fn loading(
        &self,
        key: Key,
        chain: &ChainFact,
        module: &[Segment],
        facts: &Facts,
        fates: &Fates,
    ) -> Add {
        let scopes = &self.unit.scopes;
        let import = scopes.import(key.0);
        let block = |key: Key| -> BlockId { scopes.import(key.0).block };
        // Beside an import that binds the package, if one stands in the same block.
        let binds = |other: &Key| {
            let root = facts
                .clause(*other)
                .is_some_and(|fact| matches!(fact.form, Form::Dotted | Form::Undotted));
            root && !matches!(fates.clause(*other), Next::Swaps(_) | Next::Goes)
        };
        let beside = chain
            .keys()
            .find(|other| binds(other) && block(*other) == block(key));
        let bound = chain
            .keys()
            .any(|other| binds(&other) && scopes.import(other.0).scope == import.scope);
        let mut alias = None;
        if !bound {
            let mut name = module.join("_");
            while scopes.owner(import.scope, &name).is_some() {
                name.insert(0, '_');
            }
            alias = Some(Segment::new(name));
        }
        Add {
            beside: beside.unwrap_or(key),
            form: if bound { Form::Dotted } else { Form::Alias },
            module: module.to_vec(),
            alias,
            parent: false,
        }
    }
}

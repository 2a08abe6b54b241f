//! Modules that an import loads besides binding a name: with `import a` and `from a.m import V`, `a.m.Z` works since
//! the second statement loads `a.m`. Where that one leaves, an import of the module comes.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Rewrite;
use super::actions::{Add, Decisions, ImportAction, ReferenceAction};
use super::facts::{ChainFact, ClauseFact, Facts, Form, Key};
use super::verdict::Verdict;
use crate::lang::python::complexity_limit::DEEPEST;
use crate::lang::python::scopes::{BlockId, BlockKind, ScopeId};
use crate::lang::python::unit::MODULE;
use crate::path::Segment;

/// So many chains of one module are looked at: all of them start at an import of the package.
const MOST: usize = 64;

/// What chains go through below the package that their head is, with the chains.
type Needed<'f> = FxHashMap<&'f [Segment], Vec<&'f ChainFact>>;

/// Imports that load such a module afterwards.
type Loaders<'f> = FxHashMap<&'f [Segment], Vec<Key>>;

impl Rewrite<'_, '_> {
    /// Adds imports of modules that only imports loaded which do so no more.
    pub(super) fn keep_loaded(&self, facts: &Facts, decisions: &mut Decisions) {
        let leaves = |key: &Key| {
            matches!(
                decisions.clause(*key),
                ImportAction::Retarget(_) | ImportAction::Remove
            )
        };
        if !facts.order.iter().any(leaves) {
            return;
        }
        let roots = facts.order.iter().filter(|key| leaves(key));
        let roots = roots.filter_map(|key| facts.clause(*key)?.path.as_ref()?.first());
        let needed = needed(facts, decisions, &roots.collect());
        let mut loaders = None;
        let mut seen: FxHashSet<(u32, &[Segment])> = FxHashSet::default();
        let mut adds: Vec<Add> = Vec::new();
        for &key in facts.order.iter().filter(|key| leaves(key)) {
            let Some(fact) = facts.clause(key) else {
                continue;
            };
            let own = fact
                .path
                .as_deref()
                .and_then(|path| self.loads(fact, path, &needed));
            let Some(module) = own.filter(|module| module.len() > 1) else {
                continue;
            };
            let block = self.unit.scopes.import(key.0).block;
            // What moves itself is no concern of what stays.
            let moves = || Verdict::of(self.table(), module, MODULE).len() > 0;
            let (Some(chains), true) = (needed.get(module), seen.insert((block.0, module))) else {
                continue;
            };
            if moves() {
                continue;
            }
            let loaders = loaders.get_or_insert_with(|| self.loaders(&needed, facts, decisions));
            let lost = chains.iter().take(MOST).find(|chain| {
                let added = |add: &Add| {
                    add.module.starts_with(module)
                        && (add.beside == key || self.is_before(add.beside, key, chain))
                };
                !self.comes_too_late(key, chain)
                    && !self.is_loaded(key, chain, loaders.get(module))
                    && !decisions.adds.iter().chain(&adds).any(added)
            });
            if let Some(chain) = lost {
                adds.push(self.loading(key, chain, module, facts, decisions));
            }
        }
        if !adds.is_empty() {
            decisions.adds.extend(adds);
            decisions.adds.sort_by_key(|add| add.beside);
        }
        self.keep_loaded_along(facts, decisions);
    }

    /// The same for chains that follow an import which moves: with `import old` and `import old.a.c` of which the
    /// last goes elsewhere, nothing loads the new `old.a` any more.
    fn keep_loaded_along(&self, facts: &Facts, decisions: &mut Decisions) {
        let needed = self.needed_along(facts, decisions);
        if needed.is_empty() {
            return;
        }
        let mut after: FxHashMap<&[Segment], Vec<Key>> = FxHashMap::default();
        let mut adds: Vec<Add> = Vec::new();
        let mut leaving: Vec<(Key, Vec<Segment>, &[&ChainFact])> = Vec::new();
        for &key in &facts.order {
            let (Some(fact), ImportAction::Retarget(to)) =
                (facts.clause(key), decisions.clause(key))
            else {
                continue;
            };
            let Some(path) = fact.path.as_deref() else {
                continue;
            };
            let longest = path.len() - usize::from(fact.form == Form::From);
            let mut lens = (2..=longest.min(DEEPEST)).rev();
            let Some((module, chains)) = lens.find_map(|len| {
                let module = &path[..len];
                Some((module, needed.get(module)?.as_slice()))
            }) else {
                continue;
            };
            let verdict = Verdict::of(self.table(), module, MODULE);
            let Some(new) = verdict.moved().map(|moved| &moved.to) else {
                continue;
            };
            if !to.starts_with(new) {
                leaving.push((key, new.clone(), chains));
            }
        }
        if leaving.is_empty() {
            return;
        }
        for &key in &facts.order {
            let path = match decisions.clause(key) {
                ImportAction::Retarget(to) => Some(to.as_slice()),
                ImportAction::Remove => None,
                _ => facts.clause(key).and_then(|fact| fact.path.as_deref()),
            };
            let path = path.unwrap_or_default();
            for len in 1..=path.len().min(DEEPEST) {
                after.entry(&path[..len]).or_default().push(key);
            }
        }
        for (key, new, chains) in leaving {
            let loaders = after.get(new.as_slice());
            let is_lost = chains.iter().any(|chain| {
                !self.comes_too_late(key, chain) && !self.is_loaded(key, chain, loaders)
            });
            let is_added = |add: &Add| add.module.starts_with(&new);
            if is_lost && !decisions.adds.iter().chain(&adds).any(is_added) {
                adds.push(Add {
                    beside: key,
                    form: Form::Alias,
                    alias: Some(self.free_name(key, &new)),
                    module: new,
                    parent: false,
                });
            }
        }
        if !adds.is_empty() {
            decisions.adds.extend(adds);
            decisions.adds.sort_by_key(|add| add.beside);
        }
    }

    /// A name made of a module's that nothing binds where a clause stands.
    fn free_name(&self, key: Key, module: &[Segment]) -> Segment {
        let scopes = &self.unit.scopes;
        let mut name = module.join("_");
        while scopes.owner(scopes.import(key.0).scope, &name).is_some() {
            name.insert(0, '_');
        }
        Segment::new(name)
    }

    /// The longest module that is needed, of those that a clause loads when it names this path.
    fn loads<'f>(
        &self,
        fact: &ClauseFact,
        path: &[Segment],
        needed: &Needed<'f>,
    ) -> Option<&'f [Segment]> {
        if let Some((whole, _)) = needed.get_key_value(path)
            && (fact.form != Form::From || self.is_loadable(path))
        {
            return Some(whole);
        }
        let longest = match fact.form {
            Form::From => path.len().saturating_sub(1),
            _ => path.len(),
        };
        (2..=longest.min(DEEPEST))
            .rev()
            .find_map(|len| needed.get_key_value(&path[..len]))
            .map(|(known, _)| *known)
    }

    /// Whether what a from-import names is a module, as far as is known.
    fn is_loadable(&self, path: &[Segment]) -> bool {
        self.tree.is_module(path)
            || self.is_imported_as_module(path)
            || self.table().old_children(path).next().is_some()
    }

    /// The imports that load what is needed, when all is done.
    fn loaders<'f>(
        &self,
        needed: &Needed<'f>,
        facts: &Facts,
        decisions: &Decisions,
    ) -> Loaders<'f> {
        let mut loaders: Loaders<'f> = FxHashMap::default();
        for &key in &facts.order {
            let Some(fact) = facts.clause(key) else {
                continue;
            };
            let path = match decisions.clause(key) {
                ImportAction::Retarget(to) => Some(to),
                ImportAction::Remove => None,
                _ => fact.path.as_ref(),
            };
            let longest = path.and_then(|path| self.loads(fact, path, needed));
            let longest = longest.unwrap_or_default();
            // A module loads the packages that it is in.
            for len in 2..=longest.len() {
                if let Some((module, _)) = needed.get_key_value(&longest[..len]) {
                    loaders.entry(*module).or_default().push(key);
                }
            }
        }
        loaders
    }

    /// Whether a clause stands behind a chain of the same module, in no loop: what it loads was not there for that.
    fn comes_too_late(&self, key: Key, chain: &ChainFact) -> bool {
        let scopes = &self.unit.scopes;
        let read = &scopes.chains[chain.index];
        let import = scopes.import(key.0);
        let outward = |block: &BlockId| scopes.block(*block).parent;
        let mut around = std::iter::successors(Some(import.block), outward);
        import.scope == read.scope
            && import.scope == ScopeId(0)
            && read.range().end() <= import.range.start()
            && !around.any(|block| scopes.block(block).kind == BlockKind::Loop)
    }

    /// Whether one of these imports was run when a chain is read, wherever the clause `key` was.
    fn is_loaded(&self, key: Key, chain: &ChainFact, loaders: Option<&Vec<Key>>) -> bool {
        // What the chain goes through is there.
        let is_through = |loader: Key| chain.keys().any(|key| key == loader);
        loaders
            .into_iter()
            .flatten()
            .any(|&loader| is_through(loader) || self.is_before(loader, key, chain))
    }

    /// Whether a clause runs wherever `key` does, and before a chain is read.
    fn is_before(&self, other: Key, key: Key, chain: &ChainFact) -> bool {
        let scopes = &self.unit.scopes;
        let read = &scopes.chains[chain.index];
        let import = scopes.import(other.0);
        let runs_first = import.range.end() <= read.parts[0].range.start();
        self.is_around(import.block, scopes.import(key.0).block)
            && (import.scope != read.scope || runs_first)
    }

    /// The import that loads a module which the clause loaded for a chain.
    fn loading(
        &self,
        key: Key,
        chain: &ChainFact,
        module: &[Segment],
        facts: &Facts,
        decisions: &Decisions,
    ) -> Add {
        let scopes = &self.unit.scopes;
        let import = scopes.import(key.0);
        let binds = |other: &Key| {
            let form = facts.clause(*other).map(|fact| fact.form);
            matches!(form, Some(Form::Dotted | Form::Undotted))
                && !matches!(
                    decisions.clause(*other),
                    ImportAction::Retarget(_) | ImportAction::Remove
                )
        };
        // Beside an import that binds the package, if one stands in the same block.
        let beside = chain
            .keys()
            .find(|other| binds(other) && scopes.import(other.0).block == import.block);
        let bound = chain
            .keys()
            .any(|other| binds(&other) && scopes.import(other.0).scope == import.scope);
        let alias = (!bound).then(|| self.free_name(key, module));
        Add {
            beside: beside.unwrap_or(key),
            form: if bound { Form::Dotted } else { Form::Alias },
            module: module.to_vec(),
            alias,
            parent: false,
        }
    }
}

/// The modules below some roots that chains go to, or through, from a package that an import which stays binds.
fn needed<'f>(facts: &'f Facts, decisions: &Decisions, roots: &FxHashSet<&Segment>) -> Needed<'f> {
    let mut needed: Needed<'f> = FxHashMap::default();
    for (chain, next) in facts.chains.iter().zip(&decisions.chains) {
        if matches!(next, ReferenceAction::Writes(_)) {
            continue;
        }
        for (key, sense) in &chain.through {
            let stays = !matches!(
                decisions.clause(*key),
                ImportAction::Retarget(_) | ImportAction::Remove
            );
            let value = facts.clause(*key).and_then(|fact| fact.value.as_ref());
            let (Some(value), true) = (value, stays) else {
                continue;
            };
            let path = chain.senses[*sense].needed();
            if !roots.contains(&path[0]) {
                continue;
            }
            for len in value.len() + 1..=path.len().min(DEEPEST) {
                let chains = needed.entry(&path[..len]).or_default();
                if chains.len() < MOST {
                    chains.push(chain);
                }
            }
        }
    }
    needed
}

impl Rewrite<'_, '_> {
    /// The modules on the way of chains that follow an import which moves with what is read from it, or are written
    /// anew and have their module along with the package.
    fn needed_along<'f>(&self, facts: &'f Facts, decisions: &Decisions) -> Needed<'f> {
        let mut needed: Needed<'f> = FxHashMap::default();
        for (chain, next) in facts.chains.iter().zip(&decisions.chains) {
            if !matches!(next, ReferenceAction::Follows | ReferenceAction::Writes(_)) {
                continue;
            }
            for (key, sense) in &chain.through {
                let value = facts.clause(*key).and_then(|fact| fact.value.as_ref());
                let (Some(value), ImportAction::Retarget(_)) = (value, decisions.clause(*key))
                else {
                    continue;
                };
                if matches!(next, ReferenceAction::Writes(_))
                    && !self.is_carried(*key, chain, facts)
                {
                    continue;
                }
                let path = &chain.senses[*sense].path;
                for len in value.len() + 1..=path.len().min(DEEPEST) {
                    let chains = needed.entry(&path[..len]).or_default();
                    if chains.len() < MOST {
                        chains.push(chain);
                    }
                }
            }
        }
        needed
    }

    /// Whether a chain is read from a module below the package that a dotted import binds, by the rule that moves the
    /// package: nothing else brings that module.
    fn is_carried(&self, key: Key, chain: &ChainFact, facts: &Facts) -> bool {
        let fact = facts.clause(key).filter(|fact| fact.is_dotted());
        let (Some(fact), Some(moved)) = (fact, chain.sense().verdict.moved()) else {
            return false;
        };
        fact.verdict
            .moved()
            .is_some_and(|own| own.rule == moved.rule)
    }
}

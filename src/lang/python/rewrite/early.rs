//! Chains that may be read before the import that brings their module has run, while another one loads it: with `import
//! a.b`, `from a.m import V` and only later `import a.m`, `a.m.Z` is there from the second statement on. Written anew
//! such a chain would start at a name that only the last one binds.

use std::cell::OnceCell;

use rustc_hash::FxHashMap;

use super::Rewrite;
use super::actions::{Blocks, Decisions, ImportAction, ReferenceAction};
use super::facts::{ChainFact, Facts, Form, Key, shared};
use super::verdict::Verdict;
use crate::finding::Code;
use crate::lang::plan_builder::Refusal;
use crate::lang::python::complexity_limit::DEEPEST;
use crate::lang::python::unit::MODULE;
use crate::path::Segment;

/// By each module, or what may be one, the clauses that load it.
struct Loaders<'f>(FxHashMap<&'f [Segment], Vec<Key>>);

impl<'f> Loaders<'f> {
    fn of(facts: &'f Facts) -> Self {
        let mut loaders: FxHashMap<&[Segment], Vec<Key>> = FxHashMap::default();
        for key in &facts.order {
            let path = facts.clause(*key).and_then(|fact| fact.path.as_deref());
            let path = path.unwrap_or_default();
            for len in 1..=path.len().min(DEEPEST) {
                loaders.entry(&path[..len]).or_default().push(*key);
            }
        }
        Self(loaders)
    }

    fn of_module(&self, module: &[Segment]) -> &[Key] {
        self.0.get(module).map_or(&[], Vec::as_slice)
    }
}

/// A module that is read early.
struct Early<'f> {
    module: &'f [Segment],
    /// The clauses that load it, and will load neither it nor its successor.
    leaving: Vec<Key>,
}

impl Rewrite<'_, '_> {
    /// Blocks such chains, and what loads their module and would do so no more.
    pub(super) fn block_early(&self, facts: &Facts, decisions: &Decisions, blocks: &mut Blocks) {
        let loaders = OnceCell::new();
        for (at, chain) in facts.chains.iter().enumerate() {
            let ReferenceAction::Writes(names) = &decisions.chains[at] else {
                continue;
            };
            if decisions.reuses.contains_key(&at) || chain.through.len() == chain.reached.len() {
                continue;
            }
            let Some(early) = self.read_early(chain, &names[0], facts, decisions, &loaders) else {
                continue;
            };
            let module = early.module.join(".");
            let message = format!(
                "it may be read before `import {module}` has run: another import loads `{module}` too"
            );
            let refusal = Refusal::new(Code::Binding, message)
                .help("import it at the top, or write this one by hand");
            for key in early.leaving {
                let message = format!("`{module}` may be read before `import {module}` has run");
                let held = Refusal::new(Code::Binding, message)
                    .help("import it at the top, or write this one by hand");
                blocks.clauses.entry(key).or_insert(held);
            }
            blocks.chains.insert(at, refusal);
        }
    }

    /// The module that another import than those of it loads for a chain, where none of these has surely run.
    fn read_early<'f>(
        &self,
        chain: &'f ChainFact,
        head: &Segment,
        facts: &'f Facts,
        decisions: &Decisions,
        loaders: &OnceCell<Loaders<'f>>,
    ) -> Option<Early<'f>> {
        let start = self.chain_range(chain).start;
        let mut module: &[Segment] = &[];
        for (key, sense) in &chain.through {
            let fact = facts.clause(*key).filter(|fact| fact.is_dotted())?;
            if self.runs_before(*key, start) {
                return None;
            }
            let path = &chain.senses[*sense].path;
            let own = shared(path, fact.path.as_deref()?);
            module = if own.len() > module.len() {
                own
            } else {
                module
            };
        }
        let is_through = |key| chain.keys().any(|through| through == key);
        // All others bind the root of the old path, and may leave the new one unbound, or without its module.
        let home = self.home_of(facts, chain);
        let brings_home = |key| {
            home.is_none_or(|(old, new)| {
                let Some(fact) = facts.clause(key) else {
                    return false;
                };
                let brought = fact
                    .path
                    .as_deref()
                    .is_some_and(|path| path.starts_with(old));
                let brings = match decisions.clause(key) {
                    ImportAction::Retarget(to) => to.starts_with(new),
                    _ => fact
                        .path
                        .as_deref()
                        .is_some_and(|path| path.starts_with(new)),
                };
                !brought || brings
            })
        };
        let binds_head = |key| match facts.clause(key).map(|fact| fact.form) {
            Some(Form::Dotted | Form::Undotted) => {
                self.will_be(key, facts, decisions)
                    .is_some_and(|value| value.first() == Some(head))
                    && brings_home(key)
            }
            _ => self.local_name(&key) == *head,
        };
        let others = chain.reached.iter().map(|(key, _)| *key);
        // In code that runs at another time those of one block have run together, and the first stands for all.
        let is_later = |key: Key| {
            let scopes = &self.unit.scopes;
            let clause = &scopes.import(key.0).clauses[key.1 as usize];
            scopes.binding(clause.binding).scope != scopes.chains[chain.index].scope
        };
        let runs_along = |key: Key| {
            let block = |key: Key| self.unit.scopes.import(key.0).block;
            let fact = facts.clause(key).filter(|fact| fact.is_dotted());
            let path = fact.and_then(|fact| fact.path.as_deref());
            path.is_some_and(|path| path.starts_with(module))
                && is_later(key)
                && chain.keys().any(|through| block(through) == block(key))
        };
        let others: Vec<Key> = others
            .filter(|key| !is_through(*key) && !runs_along(*key))
            .collect();
        if module.is_empty() || others.iter().all(|key| binds_head(*key)) {
            return None;
        }
        // What loads its successor loaded it before, or does so after this rewrite.
        let successor = Verdict::of(self.table(), module, MODULE);
        let successor = successor.moved().map(|moved| moved.to.as_slice());
        let all = loaders.get_or_init(|| Loaders::of(facts));
        let modules = [Some(module), successor].into_iter().flatten();
        let keys: Vec<Key> = match module.len() {
            // The package itself is there as soon as one of them binds it.
            1 => others,
            _ => {
                let keys = modules.flat_map(|module| all.of_module(module)).copied();
                keys.filter(|key| !is_through(*key)).collect()
            }
        };
        let mut named = self.named_modules.iter();
        let is_named = named.any(|path| path.starts_with(module));
        if keys.is_empty() && !is_named {
            return None;
        }
        let loads = |path: &[Segment]| {
            path.starts_with(module) || successor.is_some_and(|module| path.starts_with(module))
        };
        let leaves = |key: &Key| match decisions.clause(*key) {
            ImportAction::Retarget(to) => !loads(to),
            ImportAction::Remove => true,
            ImportAction::Keep | ImportAction::Refused(_) | ImportAction::Blocked(_) => false,
        };
        let leaving = keys.into_iter().filter(leaves).collect();
        Some(Early { module, leaving })
    }

    /// The old and the new path of the module that a chain is read from, where the new one is below its head.
    fn home_of<'f>(
        &self,
        facts: &Facts,
        chain: &'f ChainFact,
    ) -> Option<(&'f [Segment], &'f [Segment])> {
        let sense = chain.sense();
        let moved = sense.verdict.moved()?;
        let home = self.module_len(facts, chain, moved).ok()?;
        let behind = moved.to.len() - home.len;
        let old = sense.path.len().checked_sub(behind)?;
        (home.len > 1 && home.is_module && old > 0)
            .then(|| (&sense.path[..old], &moved.to[..home.len]))
    }
}

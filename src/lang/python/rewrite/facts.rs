//! The clauses and chains of a text with the absolute paths that they mean, before anything is decided.

use std::cell::OnceCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::kinds::{TargetKind, of_alias, of_bound};
use super::verdict::Verdict;
use crate::lang::plan_builder::Refusal;
use crate::lang::python::index::Read;
use crate::lang::python::scopes::{
    BindingId, BindingKind, Context, ImportId, ImportKind, NameReference, Scope, ScopeId, ScopeKind,
};
use crate::lang::python::strings::Pair;
use crate::lang::python::tree::Tree;
use crate::lang::python::unit::{MODULE, Unit, binds_root};
use crate::path::{Namespaces, Segment};

/// A clause of an import statement.
pub(super) type Key = (ImportId, u32);

/// A clause and what it names.
#[derive(Debug)]
pub(super) struct ClauseFact {
    /// What it names, absolute; `None` if that cannot be told.
    pub(super) path: Option<Vec<Segment>>,
    /// What the name that it binds stands for.
    pub(super) value: Option<Vec<Segment>>,
    /// It is `import a.b` without `as`, or `import a`: chains may be written out.
    pub(super) form: Form,
    /// What the table says of the path.
    pub(super) verdict: Verdict,
    /// Whether it moves to an attribute of an object: what `is_nested` found.
    pub(super) nested: OnceCell<bool>,
}

impl ClauseFact {
    /// It is `import a.b`, whose path is no name that it binds.
    pub(super) fn is_dotted(&self) -> bool {
        self.form == Form::Dotted
    }

    /// How many names of what it names are modules by the statement alone, whatever their packages bind.
    fn modules_by_statement(&self) -> usize {
        match self.form {
            Form::From | Form::Star => {
                let own = self.path.as_deref().unwrap_or_default();
                own.len()
                    .saturating_sub(usize::from(self.form == Form::From))
            }
            Form::Dotted | Form::Undotted | Form::Alias => 1,
        }
    }

    /// How many names of a path that starts at what it binds are modules for sure.
    fn modules_of(&self, path: &[Segment]) -> usize {
        let own = self.path.as_deref().unwrap_or_default();
        match self.form {
            Form::From => own.len().saturating_sub(1),
            _ => shared(own, path).len(),
        }
    }
}

/// The form of a clause, as far as its uses care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Form {
    /// `import a.b`: binds `a`.
    Dotted,
    /// `import a`: binds what it names.
    Undotted,
    /// `import a.b as c`.
    Alias,
    /// `from a import b`, with `as` or without.
    From,
    /// `from a import *`.
    Star,
}

/// A chain that starts at an imported name.
#[derive(Debug)]
pub(super) struct ChainFact {
    /// Its index in the scopes.
    pub(super) index: usize,
    /// The clauses whose binding reaches it, each with the place in [`ChainFact::senses`] of what the chain means
    /// by it.
    pub(super) reached: Vec<(Key, usize)>,
    /// Those of them that bring what it names.
    pub(super) through: Vec<(Key, usize)>,
    /// What it may mean; never empty, each path once. The name of a pair is part of it.
    pub(super) senses: Vec<Sense>,
    /// Something else than these imports can be behind its name.
    pub(super) mixed: bool,
    /// The string that is its last name. `patch.multiple(mod, A=..., B=...)` has several: the first is
    /// part of the path, the others go with it.
    pub(super) pairs: Vec<Pair>,
    /// What `module_len` found. It goes through all clauses of the chain, and is asked for each of them.
    pub(super) module: OnceCell<Result<TargetKind, Refusal>>,
}

/// One thing that a chain may mean.
#[derive(Debug)]
pub(super) struct Sense {
    /// The absolute path.
    pub(super) path: Vec<Segment>,
    /// What the table says of it.
    pub(super) verdict: Verdict,
    /// How many of its first names an import shows to be modules.
    pub(super) modules: usize,
    /// How many of its first names are a package, if it means what that binds and not the module of that name.
    pub(super) package: Option<usize>,
}

impl Sense {
    /// What of it imports must bring: what a package binds, it brings itself.
    pub(super) fn needed(&self) -> &[Segment] {
        &self.path[..self.package.unwrap_or(self.path.len())]
    }
}

impl ChainFact {
    /// What it means, where it is known to mean one thing.
    pub(super) fn sense(&self) -> &Sense {
        &self.senses[0]
    }

    /// The clauses that bring what it names.
    pub(super) fn keys(&self) -> impl Iterator<Item = Key> {
        self.through.iter().map(|(key, _)| *key)
    }
}

/// Everything that decisions are made of.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// By clause.
    pub(super) clauses: FxHashMap<Key, ClauseFact>,
    /// The keys of the clauses in source order.
    pub(super) order: Vec<Key>,
    /// In source order.
    pub(super) chains: Vec<ChainFact>,
    /// Paths of which the text puts another object in the place: it assigns to them, or names them where they are
    /// patched.
    pub(super) put_anew: FxHashSet<Vec<Segment>>,
    /// By clause, the chains that its binding reaches.
    users: FxHashMap<Key, Vec<usize>>,
}

impl Facts {
    /// Collects them.
    pub(super) fn of(unit: &Unit<'_>, tree: &Tree<'_>, pairs: &[Pair]) -> Self {
        let mut facts = Self::default();
        let roots = roots(unit);
        for (number, import) in unit.scopes.imports.iter().enumerate() {
            let id = ImportId(number as u32);
            for clause in 0..import.clauses.len() {
                facts.order.push((id, clause as u32));
                facts.clauses.insert(
                    (id, clause as u32),
                    clause_fact(unit, tree, id, clause, &roots),
                );
            }
        }
        let mut by_chain: FxHashMap<u32, Vec<Pair>> = FxHashMap::default();
        for pair in pairs.iter().filter(|pair| !pair.dynamic) {
            by_chain.entry(pair.chain).or_default().push(pair.clone());
        }
        for (index, chain) in unit.scopes.chains.iter().enumerate() {
            let pairs = by_chain.remove(&chain.parts[0].range.start().to_u32());
            let fact = facts.chain_fact(unit, tree, index, chain, pairs.unwrap_or_default());
            facts.chains.extend(fact);
        }
        for fact in &facts.chains {
            let own = &unit.scopes.chains[fact.index];
            if own.context != Context::Load || fact.pairs.iter().any(|pair| !pair.is_read) {
                let paths = fact.senses.iter().map(|sense| sense.path.clone());
                facts.put_anew.extend(paths);
            }
        }
        for (at, chain) in facts.chains.iter().enumerate() {
            for (key, _) in &chain.reached {
                let users = facts.users.entry(*key).or_default();
                if users.last() != Some(&at) {
                    users.push(at);
                }
            }
        }
        facts
    }

    fn chain_fact(
        &self,
        unit: &Unit<'_>,
        tree: &Tree<'_>,
        index: usize,
        chain: &NameReference,
        pairs: Vec<Pair>,
    ) -> Option<ChainFact> {
        let pairs = self.mapped_first(unit, chain, pairs);
        let mut senses: Vec<Sense> = Vec::new();
        let mut reached = Vec::new();
        for id in &chain.reach.bindings {
            let Some(key) = key_of(unit, *id) else {
                continue;
            };
            let value = self.clauses.get(&key).and_then(|fact| fact.value.as_ref());
            let Some(value) = value else { continue };
            let attributes = chain.parts[1..].iter().map(|part| &part.name);
            let names = value.iter().chain(attributes);
            let names = names.chain(pairs.first().map(|pair| &pair.name));
            let path: Vec<Segment> = names.cloned().collect();
            let modules = self
                .clauses
                .get(&key)
                .map_or(0, |fact| fact.modules_of(&path));
            let shown = self
                .clauses
                .get(&key)
                .map_or(0, ClauseFact::modules_by_statement);
            let verdict = |path: &[Segment]| {
                let table = unit.setting.table;
                let verdict = Verdict::below(table, path, Namespaces::ALL, modules);
                // What a clause names is what it was when that ran.
                let (at, scope) = match verdict.len() <= value.len() {
                    true => {
                        let import = unit.scopes.import(key.0);
                        (import.range.start(), import.scope)
                    }
                    false => (chain.parts[0].range.start(), chain.scope),
                };
                let read = Read {
                    unit,
                    at,
                    at_once: runs_at_once(unit, scope),
                };
                of_bound(tree, read, path, shown, verdict)
            };
            let at = match senses.iter().position(|sense| sense.path == path) {
                Some(at) => {
                    if senses[at].modules < modules {
                        (senses[at].verdict, senses[at].package) = verdict(&path);
                        senses[at].modules = modules;
                    }
                    at
                }
                None => {
                    let (verdict, package) = verdict(&path);
                    senses.push(Sense {
                        verdict,
                        path,
                        modules,
                        package,
                    });
                    senses.len() - 1
                }
            };
            reached.push((key, at));
        }
        let of = |key: &(Key, usize)| {
            let import = unit.scopes.import(key.0.0);
            unit.scopes
                .binding(import.clauses[key.0.1 as usize].binding)
                .scope
        };
        let is_later = reached.first().is_some_and(|key| of(key) != chain.scope);
        (!senses.is_empty()).then(|| ChainFact {
            index,
            through: self.through(unit, &senses, &reached, is_later),
            mixed: reached.len() < chain.reach.bindings.len(),
            reached,
            senses,
            pairs,
            module: OnceCell::new(),
        })
    }

    /// Of several attributes that are named of one object, one that the table speaks of comes first: what becomes of
    /// the chain is asked by that one, and of the others whether they go with it.
    fn mapped_first(
        &self,
        unit: &Unit<'_>,
        chain: &NameReference,
        mut pairs: Vec<Pair>,
    ) -> Vec<Pair> {
        if pairs.len() < 2 {
            return pairs;
        }
        let attributes: Vec<&Segment> = chain.parts[1..].iter().map(|part| &part.name).collect();
        let keys = chain.reach.bindings.iter();
        let values = keys.filter_map(|id| self.clauses.get(&key_of(unit, *id)?)?.value.as_ref());
        let objects: Vec<Vec<Segment>> = values
            .map(|value| {
                value
                    .iter()
                    .chain(attributes.iter().copied())
                    .cloned()
                    .collect()
            })
            .collect();
        let is_mapped = |pair: &Pair| {
            objects.iter().any(|object| {
                let path = [&object[..], std::slice::from_ref(&pair.name)].concat();
                let verdict = Verdict::of(unit.setting.table, &path, Namespaces::ALL);
                !matches!(verdict, Verdict::Stays)
            })
        };
        if let Some(at) = pairs.iter().position(is_mapped) {
            pairs[..=at].rotate_right(1);
        }
        pairs
    }

    /// The clauses that bring what a path names: of those `import a`, `import a.b`, `import a.b.c` by which it means
    /// one thing, those with the longest part of it; all others as they are. For code that runs at another time
    /// the first of a block is enough, which loads packages on its way too.
    fn through(
        &self,
        unit: &Unit<'_>,
        senses: &[Sense],
        reached: &[(Key, usize)],
        is_later: bool,
    ) -> Vec<(Key, usize)> {
        let brings = |(key, sense): &(Key, usize), by_part: bool| -> usize {
            let path = &senses[*sense].path;
            match self.clauses.get(key) {
                Some(ClauseFact {
                    form: Form::Dotted,
                    path: Some(module),
                    ..
                }) if is_later || by_part => shared(module, path).len(),
                Some(ClauseFact {
                    form: Form::Dotted | Form::Undotted,
                    path: Some(module),
                    ..
                }) if path.starts_with(module) => module.len(),
                Some(ClauseFact {
                    form: Form::Dotted, ..
                }) => 0,
                // What the name stands for, and nothing besides.
                Some(ClauseFact {
                    value: Some(value), ..
                }) => value.len(),
                _ => 0,
            }
        };
        // A function that binds the name for others (`global`) may never run.
        let is_own = |(key, _): &&(Key, usize)| {
            let clause = &unit.scopes.import(key.0).clauses[key.1 as usize];
            let binding = unit.scopes.binding(clause.binding);
            binding.from == binding.scope
        };
        let own: Vec<(Key, usize)> = reached.iter().filter(is_own).copied().collect();
        let told: FxHashSet<usize> = own.iter().map(|one| one.1).collect();
        let is_told_by_own = told.len() == senses.len();
        let reached = if is_told_by_own { &own[..] } else { reached };
        let most = |by_part: bool| {
            let mut most = vec![0; senses.len()];
            for one in reached {
                most[one.1] = most[one.1].max(brings(one, by_part));
            }
            most
        };
        // Where no import names all of a package that is read, one that goes through it brings it.
        let (whole, part) = (most(false), most(true));
        let mut through = reached.to_vec();
        through.retain(|one| match whole[one.1] {
            0 => brings(one, true) == part[one.1],
            most => brings(one, false) == most,
        });
        let block = |key: Key| unit.scopes.import(key.0).block;
        let first = through[0].0;
        let is_dotted = |key| self.clause(key).is_some_and(ClauseFact::is_dotted);
        let mut all = through.iter();
        if is_later
            && senses.len() == 1
            && all.all(|(key, _)| is_dotted(*key) && block(*key) == block(first))
        {
            through.truncate(1);
        }
        through
    }

    /// Places of the chains that a clause's binding reaches, in order.
    pub(super) fn users(&self, key: Key) -> &[usize] {
        self.users.get(&key).map_or(&[], Vec::as_slice)
    }

    /// The fact of a clause.
    pub(super) fn clause(&self, key: Key) -> Option<&ClauseFact> {
        self.clauses.get(&key)
    }
}

/// The names that two paths begin with.
pub(super) fn shared<'p>(one: &'p [Segment], other: &[Segment]) -> &'p [Segment] {
    let len = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    &one[..len]
}

/// The clause behind a binding, if it is one of a name by import.
pub(super) fn key_of(unit: &Unit<'_>, binding: BindingId) -> Option<Key> {
    match unit.scopes.binding(binding).kind {
        BindingKind::Import(import, clause) => Some((import, clause)),
        _ => None,
    }
}

fn clause_fact(
    unit: &Unit<'_>,
    tree: &Tree<'_>,
    id: ImportId,
    number: usize,
    roots: &Roots,
) -> ClauseFact {
    let import = unit.scopes.import(id);
    let clause = &import.clauses[number];
    let form = match &import.kind {
        ImportKind::From { .. } if clause.path.first().is_some_and(|name| name == "*") => {
            Form::Star
        }
        ImportKind::From { .. } => Form::From,
        ImportKind::Plain if clause.alias.is_some() => Form::Alias,
        ImportKind::Plain if binds_root(import, number) => Form::Dotted,
        ImportKind::Plain if is_dotted_too(unit, clause, roots) => Form::Dotted,
        ImportKind::Plain => Form::Undotted,
    };
    let path = unit.clause_path(id, number);
    let kinds = match form {
        Form::From => Namespaces::ALL,
        Form::Dotted | Form::Undotted | Form::Alias | Form::Star => MODULE,
    };
    let verdict = match &path {
        Some(path) if !path.is_empty() => {
            let modules = path.len() - usize::from(form == Form::From);
            let table = unit.setting.table;
            let verdict = Verdict::below(table, path, kinds, modules);
            let read = Read {
                unit,
                at: import.range.start(),
                at_once: runs_at_once(unit, import.scope),
            };
            match form {
                Form::From => of_bound(tree, read, path, modules, verdict).0,
                Form::Alias => of_alias(tree, read, path, verdict),
                Form::Dotted | Form::Undotted | Form::Star => verdict,
            }
        }
        _ => Verdict::Stays,
    };
    ClauseFact {
        value: unit.value_path(id, number),
        path,
        form,
        verdict,
        nested: OnceCell::new(),
    }
}

/// Whether code of a scope runs while the module is imported.
fn runs_at_once(unit: &Unit<'_>, scope: ScopeId) -> bool {
    let scopes = &unit.scopes;
    let outward = |scope: &&Scope| scope.parent.map(|parent| scopes.scope(parent));
    let mut around = std::iter::successors(Some(scopes.scope(scope)), outward);
    around.all(|scope| matches!(scope.kind, ScopeKind::Module | ScopeKind::Class))
}

/// Names that dotted imports bind, by scope.
type Roots = FxHashSet<(ScopeId, Segment)>;

fn roots(unit: &Unit<'_>) -> Roots {
    let imports = unit.scopes.imports.iter();
    let clauses = imports.flat_map(|import| {
        let clauses = import.clauses.iter().enumerate();
        clauses.filter(|(number, _)| binds_root(import, *number))
    });
    clauses
        .map(|(_, clause)| {
            let binding = unit.scopes.binding(clause.binding);
            (binding.scope, binding.name.clone())
        })
        .collect()
}

/// Whether a dotted import binds the name of `import a` in the same scope too: then `a` cannot be kept as an
/// alias of something else.
fn is_dotted_too(
    unit: &Unit<'_>,
    clause: &crate::lang::python::scopes::ImportAlias,
    roots: &Roots,
) -> bool {
    let binding = unit.scopes.binding(clause.binding);
    roots.contains(&(binding.scope, binding.name.clone()))
}

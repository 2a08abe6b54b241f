//! Names of the file that stand for the start of a new path already: `np.NaN` becomes `np.nan`, and no
//! import is added.
//!
//! A name is reused only where it surely stands for that at the use: the chain starts at it already, or all that
//! binds it are imports of the very same, and one of them runs before the use on every way there. Where the new
//! path goes on through a module below what the name stands for, that module must be loaded for sure too: the
//! chain went through it before, an import that runs before the use brings it, or it comes along with its package
//! as it did under its old name.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, ModModule, Stmt};
use ruff_text_size::Ranged;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Rewrite;
use super::actions::{Decisions, ImportAction};
use super::facts::{ChainFact, Facts, Form, Key, key_of};
use super::kinds::{TargetKind, looks_like_class};
use super::verdict::Moved;
use crate::lang::python::complexity_limit::DEEPEST;
use crate::lang::python::scopes::{BindingId, BindingKind, ScopeId};
use crate::lang::python::unit::bytes;
use crate::path::Segment;

/// How many imports of one path, or of one name, are looked at for a use: who has more repeats them.
const ENOUGH: usize = 32;

/// The imports of a file by what they bring.
#[derive(Debug, Default)]
pub(super) struct Heads {
    /// By what the name that they bind stands for.
    by_value: FxHashMap<Vec<Segment>, Vec<Key>>,
    /// By each module that they load.
    by_module: FxHashMap<Vec<Segment>, Vec<Key>>,
}

/// A chain that keeps, or takes, a name that is there.
#[derive(Debug)]
pub(super) struct Reuse {
    /// What it is written as.
    pub(super) names: Vec<Segment>,
    /// The imports that it needs.
    pub(super) needs: Vec<Key>,
}

/// Where a new path is to be written.
#[derive(Clone, Copy)]
struct Use<'s> {
    /// The scope that evaluates it.
    scope: ScopeId,
    /// The byte.
    at: usize,
    /// The new path.
    path: &'s [Segment],
    /// How many names of it must be brought.
    module: usize,
}

impl Heads {
    pub(super) fn of(rewrite: &Rewrite<'_, '_>, facts: &Facts, decisions: &Decisions) -> Self {
        let mut heads = Self::default();
        let add = |list: &mut FxHashMap<Vec<Segment>, Vec<Key>>, path: Vec<Segment>, key: Key| {
            let keys = list.entry(path).or_default();
            if keys.len() < ENOUGH {
                keys.push(key);
            }
        };
        for &key in &facts.order {
            let Some(fact) = facts.clause(key) else {
                continue;
            };
            let import = rewrite.unit.scopes.import(key.0);
            let moves = matches!(
                decisions.clause(key),
                ImportAction::Retarget(_) | ImportAction::Remove
            );
            if import.unreachable || fact.form == Form::Star || moves && fact.is_dotted() {
                continue;
            }
            if let Some(value) = rewrite.will_be(key, facts, decisions)
                && !rewrite.may_be_renamed(key, facts, decisions)
            {
                add(&mut heads.by_value, value, key);
            }
            if let (Some(path), false) = (&fact.path, moves) {
                let module = path.len() - usize::from(fact.form == Form::From);
                for len in 1..=module.min(DEEPEST) {
                    add(&mut heads.by_module, path[..len].to_vec(), key);
                }
            }
        }
        heads
    }
}

impl Rewrite<'_, '_> {
    /// Whether a clause may bind another name than it did, since its rule asks for that.
    fn may_be_renamed(&self, key: Key, facts: &Facts, decisions: &Decisions) -> bool {
        let clause = &self.unit.scopes.import(key.0).clauses[key.1 as usize];
        let fact = facts.clause(key).filter(|fact| fact.form == Form::From);
        let moved = fact.and_then(|fact| fact.verdict.moved());
        matches!(decisions.clause(key), ImportAction::Retarget(_))
            && clause.alias.is_none()
            && moved.is_some_and(|moved| {
                moved.to.last() != clause.path.last() && self.wants_uses(&moved.applied)
            })
    }

    /// How a chain that moves is written with a name that is there; `None` if none can surely be used.
    pub(super) fn reuse(
        &self,
        chain: &ChainFact,
        moved: &Moved,
        home: TargetKind,
        facts: &Facts,
        decisions: &Decisions,
        heads: &Heads,
    ) -> Option<Reuse> {
        let own = &self.unit.scopes.chains[chain.index];
        let wanted = Use {
            scope: own.scope,
            at: self.chain_range(chain).start,
            path: &moved.to,
            module: home.len,
        };
        // What is stored to or patched as an attribute: a name of the object itself would not see that.
        let whole_too = !facts.put_anew.contains(&chain.sense().path) && !self.is_compared(chain);
        let most = moved.to.len() - usize::from(!whole_too);
        // `import a.b` that moves takes its chains along.
        let moves_along = chain.keys().any(|key| {
            facts.clause(key).is_some_and(|fact| fact.is_dotted())
                && matches!(decisions.clause(key), ImportAction::Retarget(_))
        });
        let own = self.own_head(chain, wanted, most, facts, decisions, heads);
        if own.is_some() || moves_along || chain.mixed {
            return own;
        }
        let old = &chain.sense().path;
        self.other_head(wanted, old, most, facts, decisions, heads)
    }

    /// The chain keeps its first name.
    fn own_head(
        &self,
        chain: &ChainFact,
        wanted: Use<'_>,
        most: usize,
        facts: &Facts,
        decisions: &Decisions,
        heads: &Heads,
    ) -> Option<Reuse> {
        let own = &self.unit.scopes.chains[chain.index];
        let (first, _) = chain.reached.first()?;
        let value = self.will_be(*first, facts, decisions)?;
        let same = chain.reached.iter().all(|(key, _)| {
            let fact = facts.clause(*key);
            let stays = fact.is_some_and(|fact| !fact.is_dotted())
                || !matches!(decisions.clause(*key), ImportAction::Retarget(_));
            stays && self.will_be(*key, facts, decisions).as_ref() == Some(&value)
        });
        if !same || value.len() > most || !wanted.path.starts_with(&value) {
            return None;
        }
        let module = &wanted.path[..wanted.module];
        let old = &chain.sense().path;
        let mut needs: Vec<Key> = chain.keys().collect();
        let is_named = |key: &Key| {
            facts
                .clause(*key)
                .is_some_and(|fact| matches!(fact.form, Form::Alias | Form::From))
        };
        let is_brought = value.len() >= module.len()
            || old.len() > module.len() && old.starts_with(module)
            || needs.iter().all(|key| self.comes_along(*key, chain, facts));
        if !is_brought {
            // Other imports of the same root are found below, without those that need not stay.
            if !needs.iter().all(is_named) {
                return None;
            }
            needs.push(self.loader(module, wanted, heads)?);
        }
        let names = std::iter::once(&own.parts[0].name).chain(&wanted.path[value.len()..]);
        Some(Reuse {
            names: names.cloned().collect(),
            needs,
        })
    }

    /// Whether all that can be behind a chain's name besides its imports is `None`, which has no attributes: the chain
    /// fails then, whichever attribute it names (`except ImportError: np = None`).
    pub(super) fn is_else_none(&self, chain: &ChainFact) -> bool {
        let scopes = &self.unit.scopes;
        let own = &scopes.chains[chain.index];
        let nones = || self.nones.get_or_init(|| nones(self.unit.module));
        let mut others = own.reach.bindings.iter();
        own.parts.len() > 1
            && others.all(|id| {
                let binding = scopes.binding(*id);
                match binding.kind {
                    BindingKind::Import(..) => true,
                    BindingKind::Assignment => nones().contains(&binding.range.start().to_u32()),
                    _ => false,
                }
            })
    }

    /// The chain takes another name: that of the longest part of the new path, but a module's rather than that of
    /// the object itself. A name that was bound to an object is a copy, and the chain reads the module: only a class
    /// is the same for both, which nothing puts another one in the place of.
    fn other_head(
        &self,
        wanted: Use<'_>,
        old: &[Segment],
        most: usize,
        facts: &Facts,
        decisions: &Decisions,
        heads: &Heads,
    ) -> Option<Reuse> {
        let whole = wanted.path.len();
        let last = (most == whole && whole > wanted.module).then_some(whole);
        let lens = (1..=most.min(whole - usize::from(last.is_some())))
            .rev()
            .chain(last);
        for len in lens {
            let value = &wanted.path[..len];
            for &key in heads.by_value.get(value).into_iter().flatten() {
                let module = &wanted.path[..wanted.module];
                let loader = if len >= wanted.module {
                    None
                } else {
                    match self.loader(module, wanted, heads) {
                        Some(loader) => Some(loader),
                        None => break,
                    }
                };
                // What loads the module may bind the same name: then that is all it takes.
                let brings_both = |loader: &Key| {
                    self.will_be(*loader, facts, decisions).as_deref() == Some(value)
                };
                let key = loader.filter(brings_both).unwrap_or(key);
                let name = self.local_name(&key);
                if name.starts_with("__")
                    || !self.stands_for(key, &name, value, wanted, facts, decisions)
                    || len > wanted.module && !self.is_lasting(wanted, old, len, facts)
                    || self.is_seen_by_others(key) && self.is_name_put_anew(&name)
                {
                    continue;
                }
                let mut needs = vec![key];
                needs.extend(loader.filter(|loader| *loader != key));
                let names = std::iter::once(name).chain(wanted.path[len..].iter().cloned());
                return Some(Reuse {
                    names: names.collect(),
                    needs,
                });
            }
        }
        None
    }

    /// Whether the first names of a new path are a class that is always the same one.
    fn is_lasting(&self, wanted: Use<'_>, old: &[Segment], len: usize, facts: &Facts) -> bool {
        let after = wanted.path.len() - len;
        let Some(from) = old.len().checked_sub(after).map(|len| &old[..len]) else {
            return false;
        };
        let to = &wanted.path[..len];
        let is_class = |path: &[Segment]| {
            let name = path.last();
            looks_like_class(path) && name.is_some_and(|name| name.chars().any(char::is_lowercase))
        };
        len == wanted.module + 1
            && (is_class(from) || is_class(to))
            && !self.is_put_anew(from, to, facts)
    }

    /// Whether a clause binds a name of the module.
    fn is_seen_by_others(&self, key: Key) -> bool {
        let clause = &self.unit.scopes.import(key.0).clauses[key.1 as usize];
        self.unit.scopes.binding(clause.binding).scope == ScopeId(0)
    }

    /// An import that surely has loaded a module before a use.
    fn loader(&self, module: &[Segment], wanted: Use<'_>, heads: &Heads) -> Option<Key> {
        let keys = heads.by_module.get(module)?;
        keys.iter()
            .copied()
            .find(|key| self.runs_before(*key, wanted.at))
    }

    /// Whether an import has run whenever the code at a byte does: it stands before, in the same block or in one
    /// around it.
    pub(super) fn runs_before(&self, key: Key, at: usize) -> bool {
        let scopes = &self.unit.scopes;
        let import = scopes.import(key.0);
        let block = bytes(scopes.block(import.block).range);
        import.range.end().to_usize() <= at && block.contains(&at)
    }

    /// Whether the name that a clause binds surely stands for `value` at a use.
    fn stands_for(
        &self,
        key: Key,
        name: &Segment,
        value: &[Segment],
        wanted: Use<'_>,
        facts: &Facts,
        decisions: &Decisions,
    ) -> bool {
        let scopes = &self.unit.scopes;
        if !self.runs_before(key, wanted.at) || self.unit.unread.contains(name) {
            return false;
        }
        let Some(holder) = scopes.owner(wanted.scope, name) else {
            return false;
        };
        let clause = &scopes.import(key.0).clauses[key.1 as usize];
        if scopes.binding(clause.binding).scope != holder || !scopes.scope(holder).stars.is_empty()
        {
            return false;
        }
        let all = scopes.scope(holder).bindings.get(name);
        let all = all.map_or(&[][..], Vec::as_slice);
        let same = |id: &BindingId| {
            let binding = scopes.binding(*id);
            binding.from == binding.scope
                && key_of(self.unit, *id)
                    .and_then(|key| self.will_be(key, facts, decisions))
                    .is_some_and(|own| own == value)
        };
        all.len() <= ENOUGH && all.iter().all(same)
    }

    /// What the name that a clause binds will stand for; `None` if that is not known, or the name goes.
    pub(super) fn will_be(
        &self,
        key: Key,
        facts: &Facts,
        decisions: &Decisions,
    ) -> Option<Vec<Segment>> {
        let fact = facts.clause(key)?;
        if decisions.written_out.contains(&key) || decisions.aliases.contains_key(&key) {
            return None;
        }
        match (decisions.clause(key), fact.form) {
            (ImportAction::Retarget(to), Form::Dotted) => to.first().map(|root| vec![root.clone()]),
            (ImportAction::Retarget(to), _) => Some(to.clone()),
            _ => fact.value.clone(),
        }
    }
}

/// Where names stand that are assigned `None`.
fn nones(module: &ModModule) -> FxHashSet<u32> {
    let mut found = Nones::default();
    for statement in &module.body {
        found.visit_stmt(statement);
    }
    found.0
}

#[derive(Default)]
struct Nones(FxHashSet<u32>);

impl<'a> Visitor<'a> for Nones {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let (targets, value) = match statement {
            Stmt::Assign(assign) => (&assign.targets[..], Some(&assign.value)),
            Stmt::AnnAssign(assign) => {
                (std::slice::from_ref(&*assign.target), assign.value.as_ref())
            }
            _ => (&[][..], None),
        };
        if value.is_some_and(|value| value.is_none_literal_expr()) {
            let names = targets
                .iter()
                .filter(|target| matches!(target, Expr::Name(_)));
            self.0.extend(names.map(|name| name.start().to_u32()));
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

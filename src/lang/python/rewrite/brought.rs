//! What a chain needs and has without another import: by a clause of the file, or along with a package.

use rustc_hash::FxHashMap;

use super::Rewrite;
use super::access::Access;
use super::actions::{Decisions, ImportAction};
use super::facts::{ChainFact, ClauseFact, Facts, Form, Key};
use super::kinds::TargetKind;
use crate::lang::python::complexity_limit::DEEPEST;
use crate::lang::python::scopes::ScopeId;
use crate::path::Segment;

/// What clauses bring afterwards, by scope: those of the very path, and dotted ones of something below it.
#[derive(Debug, Default)]
pub(super) struct Brought(FxHashMap<(ScopeId, Vec<Segment>), Vec<Key>>);

impl Brought {
    pub(super) fn of(rewrite: &Rewrite<'_, '_>, facts: &Facts, decisions: &Decisions) -> Self {
        let mut brought = Self::default();
        for &key in &facts.order {
            let path = match (decisions.clause(key), facts.clause(key)) {
                (ImportAction::Remove, _) | (_, None) => continue,
                (ImportAction::Retarget(to), _) => Some(to),
                (_, Some(fact)) => fact.path.as_ref(),
            };
            let Some(path) = path else { continue };
            let clause = &rewrite.unit.scopes.import(key.0).clauses[key.1 as usize];
            let scope = rewrite.unit.scopes.binding(clause.binding).scope;
            let is_dotted = facts.clause(key).is_some_and(ClauseFact::is_dotted);
            let first = if is_dotted { 1 } else { path.len() };
            let around = first..path.len().min(DEEPEST).max(first);
            for len in around.chain([path.len()]) {
                let below = brought.0.entry((scope, path[..len].to_vec()));
                below.or_default().push(key);
            }
        }
        brought
    }
}

impl Rewrite<'_, '_> {
    /// Whether a module that no clause names comes along with the package that the clause binds, as it did
    /// before: what loaded it under its old name is an import of the module, and moves with the same rule.
    pub(super) fn comes_along(&self, key: Key, chain: &ChainFact, facts: &Facts) -> bool {
        let sense = chain.sense();
        let (Some(fact), Some(moved)) = (facts.clause(key), sense.verdict.moved()) else {
            return false;
        };
        let Some(path) = &fact.path else {
            return false;
        };
        let Ok(TargetKind {
            len: module,
            is_module: true,
        }) = self.module_len(facts, chain, moved)
        else {
            return false;
        };
        let rest = moved.to.len() - module;
        let old_module = &sense.path[..sense.path.len().saturating_sub(rest)];
        let speaks_of_module =
            moved.len <= old_module.len() && !self.table().rules()[moved.rule].exact;
        let brings_module = match fact.form {
            Form::Dotted | Form::Undotted => moved.to.first() == path.first(),
            // The module is reached through what the name stands for, or not at all.
            Form::Alias => moved.to.starts_with(path),
            Form::From | Form::Star => false,
        };
        brings_module
            && fact.verdict.len() == 0
            && speaks_of_module
            && !path.starts_with(old_module)
            // What looks its names up may have imported the module by that name.
            && !self.tree.gives_on_demand(&old_module[..old_module.len() - 1])
    }

    /// Whether what a clause's chains need is bound already wherever the clause itself is: by the clause, or by
    /// another import that runs before every user.
    pub(super) fn has_access(
        &self,
        access: &Access,
        key: Key,
        first_user: Option<usize>,
        brought: &Brought,
        facts: &Facts,
        decisions: &Decisions,
    ) -> bool {
        let scopes = &self.unit.scopes;
        let wanted = &access.group.module;
        let own_block = scopes.import(key.0).block;
        let others = brought.0.get(&(access.group.scope, wanted.clone()));
        // Without users only the clause itself counts.
        let others = others
            .filter(|_| first_user.is_some())
            .into_iter()
            .flatten();
        std::iter::once(&key).chain(others).any(|&other| {
            let Some(fact) = facts.clause(other) else {
                return false;
            };
            let import = scopes.import(other.0);
            let clause = &import.clauses[other.1 as usize];
            let path = match decisions.clause(other) {
                ImportAction::Retarget(to) => Some(to),
                ImportAction::Remove => None,
                ImportAction::Keep | ImportAction::Refused(_) | ImportAction::Blocked(_) => {
                    fact.path.as_ref()
                }
            };
            let name = decisions
                .aliases
                .get(&other)
                .unwrap_or(&scopes.binding(clause.binding).name);
            let form = if decisions.aliases.contains_key(&other) {
                Form::Alias
            } else {
                fact.form
            };
            // `import a.b.c` brings `a.b` too.
            let path = match (path, access.form, form) {
                (Some(path), Form::Dotted, Form::Dotted) => path.get(..wanted.len()),
                (path, _, _) => path.map(Vec::as_slice),
            };
            let fits = match (access.form, form, &access.alias) {
                (Form::Dotted, Form::Dotted | Form::Undotted, _) => {
                    // `import a` that moves is `import b as a`: no chain can start at `b`.
                    fact.form == Form::Dotted
                        || !matches!(decisions.clause(other), ImportAction::Retarget(_))
                }
                (_, Form::From | Form::Alias, Some(alias)) => name == alias,
                (Form::From, Form::From, None) => access.group.module.last() == Some(name),
                _ => false,
            };
            let here = scopes.binding(clause.binding).scope == access.group.scope;
            let before = other == key
                || (self.is_around(import.block, own_block)
                    && first_user.is_some_and(|user| import.range.end().to_usize() <= user));
            path == Some(wanted.as_slice()) && fits && here && before
        })
    }
}

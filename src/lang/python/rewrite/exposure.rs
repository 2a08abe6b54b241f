//! Who else sees the name that an import binds.

use super::Rewrite;
use super::actions::{Blocks, Decisions, ReferenceAction};
use super::facts::{Facts, Key};
use crate::finding::Code;
use crate::lang::plan_builder::Refusal;
use crate::lang::python::own::Own;
use crate::lang::python::scopes::{BindingId, ScopeId, ScopeKind};
use crate::path::Segment;

impl Rewrite<'_, '_> {
    /// Why the name that a clause binds cannot go: something besides this file's own uses needs it.
    pub(super) fn exposes(&self, key: Key) -> Option<Refusal> {
        let scopes = &self.unit.scopes;
        let import = scopes.import(key.0);
        let clause = import.clauses.get(key.1 as usize)?;
        let binding = scopes.binding(clause.binding);
        let scope = scopes.scope(binding.scope);
        let seen = match scope.kind {
            ScopeKind::Module => self.module_exposes(
                &binding.name,
                clause
                    .alias
                    .as_ref()
                    .is_some_and(|(alias, _)| clause.path.last() == Some(alias)),
            ),
            ScopeKind::Class => Some(Refusal::new(
                Code::BoundElsewhere,
                format!("`{}` is an attribute of the class", binding.name),
            )),
            _ if self.is_nonlocal_below(binding.scope, &binding.name) => Some(
                Refusal::new(
                    Code::Binding,
                    format!("`nonlocal {}` needs what the import binds", binding.name),
                )
                .help("give the other binding another name, or write this one by hand"),
            ),
            _ if self.is_dynamic_below(binding.scope) => Some(Refusal::new(
                Code::Dynamic,
                "code of this scope looks names up by their text",
            )),
            _ => None,
        };
        seen.or_else(|| self.is_deleted(clause.binding))
            .or_else(|| self.is_shield(binding.scope, &binding.name))
    }

    /// Why a name of a function cannot go that is read before it is bound: another scope's name would be found.
    fn is_shield(&self, scope: ScopeId, name: &Segment) -> Option<Refusal> {
        let is_outer = |scope| self.unit.scopes.owner(scope, name).is_some();
        let around = self.unit.scopes.scope(scope).parent?;
        (self.is_read_unbound(scope, name) && is_outer(around)).then(|| {
            Refusal::new(
                Code::Binding,
                format!("`{name}` is read before it is bound here"),
            )
            .help("give it another name, or write this one by hand")
        })
    }

    /// Whether a function in a scope declares a name of it as `nonlocal`.
    fn is_nonlocal_below(&self, scope: ScopeId, name: &Segment) -> bool {
        let mut scopes = self.unit.scopes.scopes.iter().enumerate();
        self.is_declared(name)
            && scopes.any(|(at, inner)| {
                inner.nonlocals.contains_key(name) && self.is_below(ScopeId(at as u32), scope)
            })
    }

    /// Whether code of a scope, or of one in it, uses names that are not written.
    pub(super) fn is_dynamic_below(&self, scope: ScopeId) -> bool {
        let mut dynamic = self.unit.scopes.dynamic.iter();
        dynamic.any(|inner| self.is_below(*inner, scope))
    }

    /// Why a binding cannot go that a `del` undoes: the name would not be bound there.
    pub(super) fn is_deleted(&self, binding: BindingId) -> Option<Refusal> {
        let deletions = &self.unit.scopes.deletions;
        let reached = || {
            let bindings = deletions.iter().flat_map(|it| &it.reach.bindings);
            bindings.copied().collect()
        };
        if !self.deleted.get_or_init(reached).contains(&binding) {
            return None;
        }
        let name = &self.unit.scopes.binding(binding).name;
        Some(
            Refusal::new(
                Code::Binding,
                format!("`del {name}` needs what the import binds"),
            )
            .help("take the `del` out by hand"),
        )
    }

    /// Why a name of the module cannot go.
    pub(super) fn module_exposes(&self, name: &Segment, named_twice: bool) -> Option<Refusal> {
        if self.exports.contains(name) {
            return Some(
                Refusal::new(Code::Export, format!("`{name}` is in `__all__`"))
                    .help("bind the name by hand, or take it out of the exports"),
            );
        }
        if named_twice || self.unit.is_package {
            return Some(Refusal::new(
                Code::Export,
                format!("`{name}` is a name that this module offers to others"),
            ));
        }
        self.is_needed_besides(name)
    }

    /// Why a name of the module is needed by something that is no use of it in this file.
    pub(super) fn is_needed_besides(&self, name: &Segment) -> Option<Refusal> {
        if self.doctest_names.contains(name) {
            return Some(Refusal::new(
                Code::Export,
                format!("a doctest, or whoever runs this string, uses `{name}`"),
            ));
        }
        if self.unit.unread.contains(name) {
            return Some(Refusal::new(
                Code::Dynamic,
                format!("code that is not read here uses `{name}`"),
            ));
        }
        if self.is_looked_up(name) {
            return Some(Refusal::new(
                Code::Dynamic,
                "code of this module looks names up by their text",
            ));
        }
        let starred = self.is_starred(name);
        let place = self
            .unit
            .modules
            .iter()
            .find_map(|module| self.tree.is_reached(module, name, starred))?;
        Some(
            Refusal::new(
                Code::BoundElsewhere,
                format!("{place} reaches `{name}` through this file"),
            )
            .help("change that file first"),
        )
    }

    /// Whether code of this module may look a name of it up by its text.
    pub(super) fn is_looked_up(&self, name: &Segment) -> bool {
        let own = || self.own.get_or_init(|| Own::of(self.unit));
        self.unit.scopes.dynamic_globals || own().reaches(name)
    }

    /// Whether a star import of this module brings a name.
    pub(super) fn is_starred(&self, name: &Segment) -> bool {
        self.exports.contains(name) || (self.exports.is_empty() && !name.starts_with('_'))
    }

    /// Chains of the module's names that would be written in another way, while another file patches what
    /// they are written as: its patch would be of no effect.
    pub(super) fn block_replaced(&self, facts: &Facts, decisions: &Decisions, blocks: &mut Blocks) {
        for (at, (chain, next)) in facts.chains.iter().zip(&decisions.chains).enumerate() {
            let own = &self.unit.scopes.chains[chain.index];
            let names: Vec<Segment> = own.names().cloned().collect();
            if !matches!(next, ReferenceAction::Writes(written) if *written != names) {
                continue;
            }
            if !self.starts_at_global(chain) {
                continue;
            }
            if self.is_patched_here(&names[0]) {
                let refusal = Refusal::new(
                    Code::BoundElsewhere,
                    format!(
                        "this file patches `{}` by the name of its own module, and would patch what is not used",
                        names[0]
                    ),
                )
                .help("change both by hand");
                blocks.chains.insert(at, refusal);
                continue;
            }
            let starred = self.is_starred(&names[0]);
            let replaced = |module: &Vec<Segment>| self.tree.is_replaced(module, &names, starred);
            if let Some(place) = self.unit.modules.iter().find_map(replaced) {
                let refusal = Refusal::new(
                    Code::BoundElsewhere,
                    format!(
                        "{place} patches `{}` in this file, and would patch what is not used",
                        names.join(".")
                    ),
                )
                .help("change both by hand");
                blocks.chains.insert(at, refusal);
            }
        }
    }

    /// Chains of a function whose text `eval` and the like see, that start at a name of a function around it: such code
    /// sees the name because it is written there.
    pub(super) fn block_captured(&self, facts: &Facts, decisions: &Decisions, blocks: &mut Blocks) {
        let scopes = &self.unit.scopes;
        for (at, (chain, next)) in facts.chains.iter().zip(&decisions.chains).enumerate() {
            let own = &scopes.chains[chain.index];
            let name = &own.parts[0].name;
            let leaves =
                matches!(next, ReferenceAction::Writes(names) if names.first() != Some(name));
            if !leaves || !scopes.scope(own.scope).dynamic {
                continue;
            }
            let is_around = |id: &BindingId| {
                let scope = scopes.binding(*id).scope;
                scope != own.scope && scopes.scope(scope).kind != ScopeKind::Module
            };
            if own.reach.bindings.iter().any(is_around) {
                let refusal = Refusal::new(
                    Code::Dynamic,
                    format!("code of this scope looks names up by their text, and sees `{name}` by this use"),
                )
                .help("write it by hand");
                blocks.chains.insert(at, refusal);
            }
        }
    }
}

//! Who else sees the name that an import binds (rows P45, P46).

use super::Rewrite;
use super::facts::Key;
use crate::finding::Code;
use crate::lang::draft::Refusal;
use crate::lang::python::scopes::ScopeKind;
use crate::path::Segment;

impl Rewrite<'_, '_> {
    /// Why the name that a clause binds cannot go: something besides this file's own uses needs it.
    pub(super) fn exposes(&self, key: Key) -> Option<Refusal> {
        let scopes = &self.unit.scopes;
        let import = scopes.import(key.0);
        let clause = import.clauses.get(key.1 as usize)?;
        let binding = scopes.binding(clause.binding);
        let scope = scopes.scope(binding.scope);
        match scope.kind {
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
            _ if scope.dynamic => Some(Refusal::new(
                Code::Dynamic,
                "code of this scope looks names up by their text",
            )),
            _ => None,
        }
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
        if self.doctest_names.contains(name) {
            return Some(Refusal::new(
                Code::Export,
                format!("a doctest, or whoever runs this string, uses `{name}`"),
            ));
        }
        let reached = self
            .unit
            .modules
            .iter()
            .any(|module| self.tree.is_reached(module, name));
        reached.then(|| {
            Refusal::new(
                Code::BoundElsewhere,
                format!("another file reaches `{name}` through this one"),
            )
            .help("change that file first")
        })
    }
}

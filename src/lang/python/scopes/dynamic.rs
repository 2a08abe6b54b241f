//! Code that may use names which are not written: by `eval`, `exec`, `locals`, `globals`, `vars` and `dir`.

use super::{ScopeId, ScopeKind, Scopes};

/// What looks names up by their text, or gives all of them, however it is used.
pub(super) const LOOKS_UP: &[&str] = &["exec", "eval", "locals", "globals"];

/// Those of them that see the names of the module from everywhere.
const SEES_GLOBALS: &[&str] = &["exec", "eval", "globals"];

impl Scopes {
    /// Code of this scope uses such a builtin.
    pub(super) fn is_dynamic(&mut self, scope: ScopeId, builtin: &str) {
        let mut scope = scope;
        self.scopes[scope.index()].dynamic = true;
        // A comprehension may be part of the code around it (PEP 709).
        while self.scope(scope).kind == ScopeKind::Comprehension
            && let Some(parent) = self.scope(scope).parent
        {
            scope = parent;
            self.scopes[scope.index()].dynamic = true;
        }
        self.dynamic_globals |= scope == ScopeId(0) || SEES_GLOBALS.contains(&builtin);
    }

    /// Marks the scopes that hand such a builtin on without a call (`map(eval, lines)`), and lists all.
    pub(super) fn find_dynamic(&mut self) {
        let handed_on = |name: &str| LOOKS_UP.iter().find(|builtin| **builtin == name);
        let found: Vec<(ScopeId, &'static str)> = self
            .chains
            .iter()
            .filter(|chain| chain.reach.bindings.is_empty())
            .filter_map(|chain| Some((chain.scope, *handed_on(&chain.parts[0].name)?)))
            .collect();
        for (scope, builtin) in found {
            self.is_dynamic(scope, builtin);
        }
        let scopes = (0..).map(ScopeId).zip(&self.scopes);
        let dynamic = scopes.filter(|(_, scope)| scope.dynamic);
        self.dynamic = dynamic.map(|(id, _)| id).collect();
    }
}

//! What other files can see of a module's private names.

use super::Rewrite;
use crate::lang::rust::resolve::ScopeId;
use crate::path::Segment;

impl Rewrite<'_, '_> {
    /// Whether a module inside this one, here or in another file, may reach `name` through `super`,
    /// through its path or through a glob. Errs on the side of yes.
    pub(super) fn is_mentioned_below(&self, scope: ScopeId, name: &Segment) -> bool {
        let is_module = self.found.scopes.get(scope).module == scope;
        is_module
            && (self
                .index
                .reached(self.found)
                .through_imports
                .contains(name)
                || self.is_mentioned_otherwise(scope, name))
    }

    /// The same of what is not known to go through the import.
    pub(super) fn is_mentioned_otherwise(&self, scope: ScopeId, name: &Segment) -> bool {
        let here = self.found.scopes.get(scope);
        if here.module != scope {
            return false;
        }
        let reached = self.index.reached(self.found);
        reached.elsewhere.contains(name)
            || reached
                .by_path
                .contains(&(here.path.to_vec(), name.clone()))
            || self.is_mentioned_in_files_below(scope, name)
    }

    /// The same for modules in other files only.
    pub(super) fn is_mentioned_in_files_below(&self, scope: ScopeId, name: &Segment) -> bool {
        let here = self.found.scopes.get(scope);
        let Some(krate) = self.resolver.home.krate else {
            return false;
        };
        self.resolver
            .tree
            .mentions_below(krate, &here.path[1..], name)
    }
}

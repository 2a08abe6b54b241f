//! Whether a rewritten import closes a cycle that was not there before (row P72).
//!
//! Only what runs while modules are imported counts: not the branches of type checkers, not functions.
//! What a module imported under its old name is no news.

use super::Rewrite;
use super::facts::{Form, Key};
use super::verdict::Verdict;
use crate::lang::python::survey::{imported, runs_on_import};
use crate::lang::python::unit::MODULE;
use crate::path::Segment;

impl Rewrite<'_, '_> {
    /// The new module, if it imports this one while it is imported itself, this statement runs when this
    /// module is imported, and the two did not import each other before. The clause named `from`, and
    /// will name `to`.
    pub(super) fn closes_cycle(
        &self,
        key: Key,
        form: Form,
        from: &[Segment],
        to: &[Segment],
    ) -> Option<String> {
        let import = self.unit.scopes.import(key.0);
        if !runs_on_import(self.unit, import) {
            return None;
        }
        // `from a import b` loads `a`, and `a.b` if that is a module.
        let is_from = form == Form::From;
        let parent = is_from.then(|| &to[..to.len() - 1]);
        let whole = (!is_from || self.tree.is_module(to)).then_some(to);
        let mut known = None;
        for module in parent.into_iter().chain(whole) {
            if module.is_empty() || !self.tree.imports(module, &self.unit.modules) {
                continue;
            }
            let known = known.get_or_insert_with(|| imported(self.unit));
            let old = from.len().checked_sub(to.len() - module.len());
            let old = old.map(|len| &from[..len]).filter(|old| !old.is_empty());
            let was_there = old.is_some_and(|old| self.was_cycle(old, module));
            if !was_there && !known.iter().any(|known| known == module) {
                return Some(module.join("."));
            }
        }
        None
    }

    /// Whether this module and an old one imported each other before.
    fn was_cycle(&self, old: &[Segment], new: &[Segment]) -> bool {
        if self.unit.modules.iter().any(|own| own == old) {
            return false;
        }
        if self.tree.is_module(old) {
            // What closes the circle is the way back from the new module: that was there only if the old
            // one led to it. An old module that imports this one itself is another circle.
            return self.tree.imports(old, &[new.to_vec()]);
        }
        // The old module is gone. If it is the new one under another name, it imported what that imports:
        // where it was in this tree, or this module moved along with it.
        let table = self.table();
        let is_renamed =
            matches!(Verdict::of(table, old, MODULE), Verdict::Moves(moved) if moved.to == new);
        let was_here = self.tree.is_module(&old[..1]);
        let moved_along = || {
            let mut own = self.unit.modules.iter();
            own.any(|own| table.sources(own).iter().any(|source| source[0] == old[0]))
        };
        is_renamed && (was_here || moved_along())
    }
}

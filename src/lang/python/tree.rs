//! What a rewrite asks of the tree around a file.

use std::path::Path;

use ruff_python_ast::ModModule;

use super::index::{Bound, Brings, OwnImports, Read, ReferenceQuery, Snapshot};
use super::roots::{Kind, Roots};
use crate::path::Segment;

/// The tree, as one file sees it.
#[derive(Clone, Copy)]
pub(super) struct Tree<'a> {
    /// Where modules are.
    pub(super) roots: &'a Roots,
    /// The file.
    pub(super) file: &'a Path,
    /// What other files say.
    pub(super) index: &'a Snapshot<'a>,
}

impl Tree<'_> {
    /// Whether a module lies at this path.
    pub(super) fn is_module(&self, path: &[Segment]) -> bool {
        !path.is_empty() && self.roots.find_from(self.file, path).is_some()
    }

    /// Whether a module that is no package lies at this path: nothing below it is a module.
    pub(super) fn is_file_module(&self, path: &[Segment]) -> bool {
        !path.is_empty()
            && self
                .roots
                .find_from(self.file, path)
                .is_some_and(|found| matches!(found.kind, Kind::Module(_)))
    }

    /// What a package binds the name of one of its modules to, besides the module.
    pub(super) fn bound(&self, package: &[Segment], name: &Segment, read: Read<'_>) -> Bound {
        self.index.bound(self, package, name, read)
    }

    /// Whether a package has a `__getattr__` that gives names which it does not bind.
    pub(super) fn gives_on_demand(&self, package: &[Segment]) -> bool {
        self.index.gives_on_demand(self, package)
    }

    /// Whether a star import of a module of the tree brings a name.
    pub(super) fn brings_by_star(&self, module: &[Segment], name: &Segment) -> bool {
        self.index.brings_by_star(self, module, name, 0)
    }

    /// Where another file reaches a name through a module, if one does. `starred`: a star import
    /// of the module brings the name.
    pub(super) fn is_reached(
        &self,
        module: &[Segment],
        name: &Segment,
        starred: bool,
    ) -> Option<String> {
        self.index
            .reached(self.file, question(module, name, starred))
    }

    /// Whether another file uses a name that a star import of the module would bring, wherever it has the name from.
    pub(super) fn is_read_by_star(&self, module: &[Segment], name: &Segment) -> bool {
        self.index.named(self.file, question(module, name, true))
    }

    /// Where another file replaces what the names, read in a module, mean: it patches the first or what
    /// lies below it.
    pub(super) fn is_replaced(
        &self,
        module: &[Segment],
        names: &[Segment],
        starred: bool,
    ) -> Option<String> {
        let (name, rest) = names.split_first()?;
        self.index
            .replaced(self.file, question(module, name, starred), rest)
    }

    /// What a text of the file loads while it is imported.
    pub(super) fn own_imports(&self, module: &ModModule) -> OwnImports {
        self.index.own_imports(self.roots, self.file, module)
    }

    /// The cycle that a new import in the file closes, as modules from the file back to itself.
    pub(super) fn cycle(
        &self,
        own: &mut OwnImports,
        to: &[Segment],
        brings: Brings,
    ) -> Option<Vec<String>> {
        let snapshot = self.index;
        snapshot.cycle(self.roots, self.file, own, to, brings)
    }
}

fn question(module: &[Segment], name: &Segment, starred: bool) -> ReferenceQuery {
    ReferenceQuery {
        module: module.to_vec(),
        name: name.clone(),
        starred,
    }
}

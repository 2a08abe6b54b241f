//! What a rewrite asks of the tree around a file.

use std::path::Path;

use super::roots::{Kind, Roots};
use super::survey::Survey;
use crate::path::Segment;

/// The tree, as one file sees it.
#[derive(Clone, Copy)]
pub(super) struct Tree<'a> {
    /// Where modules are.
    pub(super) roots: &'a Roots,
    /// The file.
    pub(super) file: &'a Path,
    /// What other files say.
    pub(super) survey: &'a Survey,
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

    /// Whether a package binds the name of one of its modules to something else (row P40).
    pub(super) fn rebinds(&self, package: &[Segment], name: &Segment) -> bool {
        self.survey.rebinds(self, package, name)
    }

    /// Whether another file reaches a name through a module (row P46).
    pub(super) fn is_reached(&self, module: &[Segment], name: &Segment) -> bool {
        self.survey.is_reached(self.file, module, name)
    }

    /// Whether a module imports one of these modules while it is itself imported (row P72).
    pub(super) fn imports(&self, module: &[Segment], back: &[Vec<Segment>]) -> bool {
        self.survey.imports(self, module, back)
    }
}

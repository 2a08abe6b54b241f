//! What other files of the tree say: asked while files are planned, answered by one look over the tree.

use std::path::Path;

use super::tree::Tree;
use crate::path::Segment;

/// Questions about other files, and the answers.
#[derive(Debug, Default)]
pub(super) struct Survey {}

impl Survey {
    pub(super) fn rebinds(&self, _tree: &Tree<'_>, _package: &[Segment], _name: &Segment) -> bool {
        false
    }

    pub(super) fn is_reached(&self, _file: &Path, _module: &[Segment], _name: &Segment) -> bool {
        false
    }

    pub(super) fn imports(
        &self,
        _tree: &Tree<'_>,
        _module: &[Segment],
        _back: &[Vec<Segment>],
    ) -> bool {
        false
    }
}

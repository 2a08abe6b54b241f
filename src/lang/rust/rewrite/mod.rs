//! From what was resolved to edits and findings.
//!
//! In order: what becomes of each import (`fate`), what a path is written as in its place
//! (`render`), the `use` items, each composed as meaning and emitted once (`items`, `groups`), and
//! the paths outside them (`sites`). Only names of paths are ever edited.

mod draft;
mod exposed;
mod fate;
mod globs;
mod groups;
mod items;
mod keep;
mod merge;
mod names_edit;
mod render;
mod sites;
mod uses;

pub use draft::{Draft, show};
pub use fate::Fates;
pub use keep::KeptLines;
pub use sites::absolute_paths;

use super::resolve::Resolver;
use super::visit::Found;
use crate::lang::RewriteOptions;

/// What all parts of a rewrite read.
pub struct Rewrite<'r, 'a> {
    /// The text.
    pub text: &'r str,
    /// Where it stands, and what names mean.
    pub resolver: &'r Resolver<'a>,
    /// What the walk found.
    pub found: &'r Found,
    /// Lines with a `repoint: keep` comment.
    pub kept: &'r KeptLines,
    /// How far the rewrite goes.
    pub options: &'r RewriteOptions,
}

impl Rewrite<'_, '_> {
    /// Plans the rewrite of imports and paths into `draft`.
    pub fn run(&self, draft: &mut Draft) -> Fates {
        let mut fates = self.fates(draft);
        let added = self.globs(&fates, draft);
        let dropped = self.sites(&fates, &added, draft);
        for key in dropped {
            fates.drop_unused(key);
        }
        self.drop_empty_globs(&mut fates, &added, draft);
        self.items(&fates, &added, draft);
        fates
    }
}

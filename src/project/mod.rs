//! The tree on disk: the project's root, the walk, the prefilter, git.

mod anchor;
pub mod git;

use std::path::{Path, PathBuf};

pub use anchor::Anchor;

/// A project: its root, absolute and without symbolic links.
#[derive(Clone, Debug)]
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The project with this root.
    pub fn at(root: PathBuf) -> Self {
        Self { root }
    }

    /// The root, absolute.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

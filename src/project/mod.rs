//! The tree on disk: the project's root, the walk, the prefilter, git, owners.
//!
//! Nothing here knows a language, parses a source or writes; no process is started but git, to ask for
//! the status of files.

mod anchor;
mod configured;
pub mod git;
mod globs;
mod ignorefiles;
mod normal;
mod owners;
mod partition;
mod places;
mod prefilter;
mod root;
mod runs;
mod search;
mod skip;
mod walk;
mod words;

use std::path::{Path, PathBuf};

pub use anchor::{Anchor, Place};
pub use configured::{
    CONFIG_NAME, Configured, Section, configured_at, configured_in, nearest_configured,
};
pub use globs::{GlobError, Globs};
pub use ignorefiles::{OddIgnoreFile, keep_out, odd_around};
pub use normal::normalized;
pub use owners::Owners;
pub use partition::{Partition, PartitionError};
pub use places::Places;
pub use prefilter::Prefilter;
pub use root::{Located, TwoProjects};
pub use walk::{ByPlace, Candidate, Sources, WalkOptions, Walked, discover};

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

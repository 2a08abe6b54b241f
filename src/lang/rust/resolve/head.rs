//! What the first names of a path mean together, and how that was found.

use super::scopes::ScopeId;
use crate::path::Segment;

/// What kind of path is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The path of an import, of this scope and ordinal: it does not see what it binds itself.
    Use(ScopeId, usize),
    /// Any other path.
    Path,
}

/// How a head was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// `crate`.
    Crate,
    /// `self` and `super`.
    Relative,
    /// `super` that leads elsewhere once the file is moved: only an absolute path goes on meaning it.
    Displaced,
    /// A crate by its name; the path starts with `::` or not.
    Extern,
    /// An import of this file.
    Import(ScopeId, usize),
    /// An import of another module of this file, through a glob or a relative path.
    OuterImport(ScopeId, usize),
    /// An import of another file: that file's own plan rewrites it.
    Elsewhere,
    /// A `mod` of a module of this crate, or what a rule says is one.
    Module,
    /// Any other definition: a plain name for it is no reference.
    Definition,
    /// A public name of another module, however that module comes by it.
    OuterDefinition,
    /// A macro that no module brings: `#[macro_use]`, or the textual scope of an exported one.
    MacroUse,
    /// A glob of this file, that brings it or may bring it.
    Glob(ScopeId, usize),
    /// It may be a child module or a crate.
    Ambiguous,
}

/// The first names of a path, and what they mean together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many of the written names it takes.
    pub taken: usize,
    /// What they mean: an absolute path.
    pub base: Vec<Segment>,
    /// How that was found.
    pub via: Via,
    /// Imports that it goes through before that, of this file.
    pub aliases: Vec<(ScopeId, usize)>,
}

impl Head {
    /// The imports of this file that it goes through.
    pub fn imports(&self) -> impl Iterator<Item = (ScopeId, usize)> + '_ {
        let last = match self.via {
            Via::Import(scope, ordinal) | Via::OuterImport(scope, ordinal) => {
                Some((scope, ordinal))
            }
            _ => None,
        };
        self.aliases.iter().copied().chain(last)
    }
}

//! Names to absolute paths: the scopes of a file, the modules around it, and how a head is found.
//!
//! A path is textual: what is written, after aliases bound in the same file. Re-exports are not
//! followed; globs inside the tree are, as far as the name they bring is not a public re-export.
//! Nothing here knows what a rule makes of a path, but the table is asked whether it knows one:
//! that decides what an opaque glob or an unbound name can be.

mod displaced;
mod extern_items;
mod glob_index;
mod head;
mod home;
mod kinds;
mod known;
mod names;
mod outer;
mod prelude;
mod resolver;
mod rules;
mod scopes;
mod shadowed;
mod std_traits;
mod tree;
mod word_index;

pub use head::{Head, Role, Via};
pub use home::CrateContext;
pub use kinds::Sense;
pub use names::{
    Entry, Leaf, LeafKind, MACRO, Names, Reach, TYPE, Tree, UseItem, VALUE, What, Written,
    has_no_prelude, named_macros,
};
pub use prelude::{is_primitive, is_standard_crate};
pub use resolver::Resolver;
pub use scopes::{ScopeId, Scopes};
pub use std_traits::may_be_trait;
pub use tree::{ModuleTree, sources};

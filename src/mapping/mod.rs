//! Mapping tables: the TOML files that users write, and the function T on paths that they mean.

mod rule;
mod table;

pub use rule::{Action, Origin, Rename, Rule};
pub use table::{Matched, Move, Outcome, Table};

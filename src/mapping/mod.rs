//! Mapping tables: the TOML files that users write, and the function T on paths that they mean.
//!
//! `source` finds the texts, `schema` says what the keys are, `read` reports every fault of the
//! form, `load` and `make` make rules of what was read, `check` and `ends` prove that the rules are a table.
//! `several` has the values that have a short form, `example` what a table says that it does.
//! A [`Table`] with two rules for one path, with a target that is gone, or for which T would not
//! end cannot be made. Nothing here knows which languages there are: they are passed in.

mod builtin;
mod check;
mod ends;
mod example;
mod load;
mod make;
#[cfg(test)]
mod property_tests;
mod read;
mod rows;
mod rule;
mod schema;
mod several;
mod source;
mod table;
mod version;
mod written_path;

pub use builtin::{builtin, builtin_names};
pub use example::Example;
pub use load::{Mapping, Tables, from_moves, load};
pub use rule::{Action, Origin, Rename, Rule};
pub use schema::json_schema;
pub use source::{HomeSource, MappingSource};
pub use table::{Matched, Move, Outcome, Table};
pub use version::Version;

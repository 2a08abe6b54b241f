//! What is done with mapping tables themselves: their examples are run, lists of other programs become tables,
//! a first one is written.

mod examples;
mod first_table;
mod import;

pub use examples::{Outcome, run_example};
pub use first_table::first_table;
pub use import::{ImportError, ImportForm, Imported, import};

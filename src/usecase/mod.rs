//! What a command does, with values in and values out: no console, no arguments, no exit of the process.
//!
//! | module | |
//! | --- | --- |
//! | `run` | what a run over sources needs |
//! | `planning`, `files`, `doubts` | every file of a run through the engine; what looks like a mistake after it |
//! | `writer`, `apply` | what changes goes into one transaction |
//! | `gates` | which gates are meant by names and tags |
//! | `units` | which files only work when they change together |
//! | `slices` | a change in patches that are reviewed apart |
//! | `migrate` | batches, gates and the search for who breaks them |
//! | `status` | how far a migration is |
//! | `audit` | by how many paths definitions are imported, copies, modules that only hand on |
//! | `homes` | what a tree says against the one path of a definition |
//! | `state` | what was interrupted, and who else writes |
//! | `judge`, `verdict` | a check against a baseline and scopes, and what is said of it |
//! | `ratchet` | the file of the baseline |
//! | `tables` | examples of tables, tables of lists, a first table |
//! | `first` | what the first configuration of a tree says |
//! | `listener`, `exit` | what is said meanwhile, and what it was worth |

mod apply;
pub mod audit;
mod digests;
mod doubts;
mod exit;
mod files;
mod first;
mod gates;
pub mod homes;
mod judge;
mod listener;
pub mod migrate;
mod planning;
mod ratchet;
mod reviewed;
mod run;
pub mod slices;
pub mod state;
pub mod status;
pub mod tables;
mod units;
mod verdict;
mod writer;

pub use apply::{Applied, Terms, apply};
pub use doubts::{of_rules, say_nothing_matched};
pub use exit::Exit;
pub use files::{Tally, over};
pub use first::{First, Runner, look};
pub use gates::{Choice, MANUAL, choose};
pub use judge::Judge;
pub use listener::{Listener, Progress};
pub use planning::Planning;
pub use ratchet::{Conflicts, baseline_file, read_baseline, replace, text_over};
pub use reviewed::{Marks, Reviewed};
pub use run::{Input, Loaded, Place, RuleChoice, Run};
pub use state::Watch;
pub use units::{Planned, Unit, units_of};
pub use verdict::said as say_ratchet;
pub use verdict::say as say_verdict;

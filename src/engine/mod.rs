//! The engine: file in, verified plan out, over a whole tree and in parallel.
//!
//! Nothing here knows which language a file is in, and nothing here writes.

mod catch_panic;
mod driver;
mod facts;
#[cfg(test)]
mod fake_language;
mod planned;
mod read;
mod report;
mod reviews;
mod settled;
mod statistics;
mod verify;

pub use driver::{Active, Engine, PlaceFilters, StartError};
pub use facts::{Unread, facts};
pub use report::{Failure, FileReport, Summary};
pub use statistics::RuleCounts;
pub use verify::{Difference, Side, VerifyError, verify};

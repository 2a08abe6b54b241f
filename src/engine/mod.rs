//! The engine: file in, verified plan out, over a whole tree and in parallel.
//!
//! Nothing here knows which language a file is in, and nothing here writes.

mod driver;
mod planned;
mod read;
mod report;
mod settled;
mod shield;
mod statistics;
#[cfg(test)]
mod toy;
mod verify;

pub use driver::{Active, Engine, StartError};
pub use report::{Failure, FileReport, Summary};
pub use statistics::RuleCounts;
pub use verify::{Difference, Side, VerifyError, verify};

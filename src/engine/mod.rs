//! The engine: file in, verified plan out, over a whole tree and in parallel.
//!
//! Nothing here knows which language a file is in, and nothing here writes.

mod report;

pub use report::{Failure, FileReport, Summary};

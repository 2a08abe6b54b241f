//! repoint rewrites deprecated import paths to the one path that is the single source of truth.
//!
//! The library does the work, the binary calls [`cli::main`]. Modules lie on floors, and each uses only
//! those below it; `ARCHITECTURE.md` says which, and where to start reading.

// All that is printed goes through the streams that the command line opens.
#![cfg_attr(not(test), warn(clippy::print_stdout, clippy::print_stderr))]

pub mod baseline;
pub mod cli;
pub mod config;
pub mod document;
pub mod engine;
pub mod explain;
pub mod facts;
pub mod file;
pub mod finding;
pub mod gate;
pub mod index;
pub mod lang;
pub mod mapping;
pub mod outline;
pub mod output;
pub mod path;
pub mod plan;
pub mod project;
pub mod record;
pub mod text;
pub mod tokens;
pub mod transaction;
pub mod usecase;

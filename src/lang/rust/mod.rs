//! Rust.

pub mod docs;

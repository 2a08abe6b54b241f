//! Rust.

pub mod manifest;
mod memo;
pub mod placement;

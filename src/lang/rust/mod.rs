//! Rust.

pub mod manifest;
mod memo;
pub mod placement;
#[cfg(test)]
mod scratch;

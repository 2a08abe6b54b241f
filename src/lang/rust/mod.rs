//! Rust.

mod at;
mod attributes;
mod expand;
mod manifest;
mod memo;
mod parse;
mod placement;
mod resolve;
mod visit;

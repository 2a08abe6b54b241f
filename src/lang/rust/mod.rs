//! Rust.

mod at;
mod attributes;
mod docs;
mod expand;
mod manifest;
mod memo;
mod parse;
mod placement;
mod resolve;
mod rewrite;
mod visit;

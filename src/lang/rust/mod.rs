//! Rust.

mod at;
mod attributes;
mod expand;
mod parse;
mod resolve;
mod visit;

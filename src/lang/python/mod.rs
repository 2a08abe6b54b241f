//! Python.
#![allow(dead_code, unused_imports)]

mod parse;
mod scopes;
mod settings;
mod strings;
mod unit;

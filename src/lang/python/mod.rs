//! Python.
#![allow(dead_code, unused_imports)]

mod parse;
mod roots;
mod scopes;
mod settings;
mod unit;

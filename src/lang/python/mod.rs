//! Python. What is here so far: in which encoding a source is.
#![allow(dead_code, reason = "the language is not registered yet")]

pub(crate) mod cookie;

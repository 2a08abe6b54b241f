//! Python.
#![allow(dead_code, unused_imports)]

mod scopes;

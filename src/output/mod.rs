//! One renderer a file: each turns reports of the engine into text.
//!
//! [`diagnostic`] decides what is said of a file; a [`Renderer`] decides how it looks, and knows
//! nothing of modes. Patches are no renderer: they are made of texts, not of diagnostics. Nothing
//! here decides what is printed where, or the exit status.

pub mod patch;
pub mod place;

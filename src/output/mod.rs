//! One renderer a file: each turns reports of the engine into text.

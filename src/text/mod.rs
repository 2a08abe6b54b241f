//! Source text: its lines, byte edits of it, and text embedded in it.
//!
//! Everything is addressed by byte ranges of the original text. Nothing here knows a language.

mod edit;
mod embedded;
mod lines;

pub use edit::{Edit, EditConflict, Edits};
pub use embedded::{Embedded, Piece};
pub use lines::{LineColumn, LineIndex, newline_of};

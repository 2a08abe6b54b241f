//! Source text: its bytes and its encoding, its lines, edits of it, and text embedded in it.
//!
//! Everything is addressed by byte ranges of the original text, in UTF-8. Only a [`Source`] knows
//! where that is in the file. Nothing here knows a language.

mod edit;
mod embedded;
mod encoding;
mod lines;
mod shown;
mod source;

pub use edit::{Edit, EditConflict, Edits};
pub use embedded::{Embedded, Piece};
pub use encoding::{Encoding, Undecodable, Unencodable};
pub use lines::{LineColumn, LineIndex, newline_of};
pub use shown::{one_line, shown};
pub use source::{EditUnencodable, Source};

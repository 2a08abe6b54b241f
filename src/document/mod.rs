//! TOML documents that people write: from a text to tables, and everything that is wrong with it, each with
//! its place, an excerpt of the text and advice.
//!
//! What documents there are, which keys they have and what those mean is the matter of those who read them.

mod excerpt;
mod keys;
mod problem;
mod reader;

pub(crate) use keys::keyed;
pub use keys::{Keyed, Keys, nearest, schema_text};
pub use problem::{Place, Problem, Problems, Severity, Source};
pub use reader::{Read, Reader, kind_of, parse, places};

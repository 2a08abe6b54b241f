//! References in strings.
use crate::path::Segment;
use std::ops::Range;
/// A chain and a string that are one path: `patch.object(mod, "Name")` (row P55).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lang::python) struct Pair {
    /// First byte of the chain's first name.
    pub(in crate::lang::python) chain: u32,
    /// The name in the string.
    pub(in crate::lang::python) name: Segment,
    /// Where it stands, without the quotes.
    pub(in crate::lang::python) range: Range<usize>,
    /// The name is looked up by code: never rewritten (row P52).
    pub(in crate::lang::python) dynamic: bool,
}

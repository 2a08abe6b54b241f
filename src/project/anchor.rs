//! What a file must contain to be worth parsing.

/// A word that a file must contain to refer to some rule's path, and byte strings of which one must
/// stand in the same file for the word to count (none: the word alone counts).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Anchor {
    /// An identifier, found at word boundaries; `None` means that every file is a candidate.
    pub word: Option<String>,
    /// One of these must be there too, if there are any.
    pub alongside: Vec<String>,
}

/// A place in the tree at which a file may be worth parsing whatever words of rules it holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Names of folders, one in the other; the last one may be that of the file without its ending.
    pub names: Vec<String>,
}

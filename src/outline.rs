//! The neutral outline of a file that verification compares: what is used and what is bound, each
//! with the absolute path that it means.
//!
//! A language's resolver makes it; the engine compares the one of before with the one of after and
//! needs no word of the language for it.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::path::{Known, Namespaces, Segment};

/// What a name or a chain of names means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Meaning {
    /// An absolute path that the mapping table applies to.
    Path(Vec<Segment>),
    /// An absolute path that is no reference: the file's own definition, or a path inside a moved
    /// module that stays inside it.
    Own(Vec<Segment>),
    /// Nothing with an absolute path (a local, a type parameter, a name of the prelude): its text.
    Opaque(Vec<Segment>),
}

/// One use outside imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// What it means.
    pub meaning: Meaning,
    /// Which kinds of things the last name can be.
    pub namespaces: Namespaces,
    /// What is known of the first names of what it means.
    pub known: Known,
    /// It has a finding that keeps its text as it is.
    pub stays: bool,
    /// Where it stands, or its first name, if that was asked for (candidates only).
    pub range: Option<Range<usize>>,
}

/// One name bound in a scope by an import.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binding {
    /// The scope: its kind and position among its siblings, as a stable text.
    pub scope: String,
    /// The bound name; `*` for a glob, `_` for an anonymous one.
    pub name: Segment,
    /// Who sees it, as the language writes it; empty for private.
    pub visibility: String,
    /// Conditions on it (attributes), as text.
    pub condition: String,
    /// What it means.
    pub meaning: Meaning,
    /// Which kinds of things it can be.
    pub namespaces: Namespaces,
    /// What is known of the first names of what it means.
    pub known: Known,
    /// It has a finding that keeps its text as it is.
    pub stays: bool,
}

/// A change of the bindings that a plan declares beyond "same name, new path".
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Declared {
    /// A binding that is new.
    Added(Binding),
    /// A binding that goes, with its meaning of before.
    Removed(Binding),
}

/// What a file uses and binds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// In source order.
    pub uses: Vec<Use>,
    /// In any order.
    pub bindings: Vec<Binding>,
    /// Names that the file defines, by scope; an edit must not change them.
    pub definitions: BTreeMap<String, Vec<Segment>>,
    /// Where names stand that the file binds, declares or deletes otherwise than by imports; what has
    /// nothing to delete is not among them. In any order.
    pub places: Vec<Range<usize>>,
    /// Where names are deleted that their scope binds nowhere. In any order.
    pub idle: Vec<Range<usize>>,
    /// What makes the file invalid although it parses, a sentence each, in any order; an edit must not
    /// add to it.
    pub invalid: Vec<String>,
}

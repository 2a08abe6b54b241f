//! What may become of clauses and chains, and what is known of that while it is decided (`decide`).

use rustc_hash::{FxHashMap, FxHashSet};

use super::facts::{Form, Key};
use crate::lang::plan_builder::Refusal;
use crate::path::Segment;

/// What must stay, and why.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// Clauses.
    pub(super) clauses: FxHashMap<Key, Refusal>,
    /// Chains, by their place in [`Facts::chains`].
    pub(super) chains: FxHashMap<usize, Refusal>,
    /// Clauses whose uses cannot all take a name that is there: they bring their own.
    pub(super) apart: FxHashSet<Key>,
}

/// What becomes of a clause.
#[derive(Clone, Debug)]
pub(super) enum ImportAction {
    /// No rule speaks of it, or what it brings is kept, or a comment keeps it.
    Keep,
    /// It imports this instead, under the name that it bound (a dotted one under its own).
    Retarget(Vec<Segment>),
    /// It goes: nothing needs it any more, or another one brings the same.
    Remove,
    /// It stays, that is an error, and so it is for the chains that need it.
    Refused(Refusal),
    /// It stays for one of its chains, which is an error; the others need not wait for it.
    Blocked(Refusal),
}

/// What becomes of a chain.
#[derive(Clone, Debug)]
pub(super) enum ReferenceAction {
    /// It keeps its text and its meaning.
    Stays,
    /// It keeps its text, and means what the table says since its import does.
    Follows,
    /// It is written like this.
    Writes(Vec<Segment>),
    /// It stays, and that is an error.
    Refused(Refusal),
    /// It stays, and what stands in its way was said of its import, or a comment keeps it.
    Silent,
}

/// A statement that comes beside one that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Add {
    /// The clause that it stands beside.
    pub(super) beside: Key,
    /// `import a.b`, `import a.b as c`, or `from a import b`.
    pub(super) form: Form,
    /// The module.
    pub(super) module: Vec<Segment>,
    /// The name after `as`.
    pub(super) alias: Option<Segment>,
    /// It only keeps a top package bound, which deserves a review.
    pub(super) parent: bool,
}

impl Add {
    /// The name that it binds.
    pub(super) fn head(&self) -> Option<&Segment> {
        match (&self.alias, self.form) {
            (Some(alias), _) => Some(alias),
            (None, Form::From) => self.module.last(),
            (None, _) => self.module.first(),
        }
    }
}

/// What becomes of everything.
#[derive(Debug, Default)]
pub(super) struct Decisions {
    /// By clause; each has one.
    pub(super) clauses: FxHashMap<Key, ImportAction>,
    /// In the order of [`Facts::chains`].
    pub(super) chains: Vec<ReferenceAction>,
    /// In source order of the clauses that they stand beside.
    pub(super) adds: Vec<Add>,
    /// Dotted clauses that get an `as`, since the head of their new path is not free.
    pub(super) aliases: FxHashMap<Key, Segment>,
    /// From-clauses whose name goes: what they name is written out at each use.
    pub(super) written_out: FxHashSet<Key>,
    /// Chains that are written with a name that is there, with the clauses that they need for it.
    pub(super) reuses: FxHashMap<usize, Vec<Key>>,
}

impl Decisions {
    /// What becomes of a clause.
    pub(super) fn clause(&self, key: Key) -> &ImportAction {
        self.clauses.get(&key).unwrap_or(&ImportAction::Keep)
    }
}

//! What the table says of a path, and what follows from where the path stands.

use crate::lang::plan_builder::{Refusal, Subject, no_successor};
use crate::lang::python::unit::known_modules;
use crate::mapping::{Matched, Outcome, Table};
use crate::path::{Namespaces, Segment};

/// What the table says of a path.
#[derive(Clone, Debug)]
pub(in crate::lang::python) enum Verdict {
    /// Nothing.
    Stays,
    /// It has a successor.
    Moves(Moved),
    /// A rule speaks of it, and it cannot be rewritten.
    Blocked {
        /// The rule's index.
        rule: usize,
        /// How many names the rule speaks of.
        len: usize,
        /// Why.
        refusal: Refusal,
    },
}

/// A successor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lang::python) struct Moved {
    /// The whole new path.
    pub(in crate::lang::python) to: Vec<Segment>,
    /// How many trailing names no rule touched.
    pub(in crate::lang::python) tail: usize,
    /// Index of the first rule.
    pub(in crate::lang::python) rule: usize,
    /// How many names of the old path it speaks of.
    pub(in crate::lang::python) len: usize,
    /// Every rule that was applied.
    pub(in crate::lang::python) applied: Vec<usize>,
}

impl Verdict {
    /// Asks the table.
    pub(in crate::lang::python) fn of(table: &Table, path: &[Segment], kinds: Namespaces) -> Self {
        Self::below(table, path, kinds, 0)
    }

    /// The same of a path whose first names are known to be so many modules: no rule for an object speaks of these
    /// (`from p.x import y` means the module `p.x`).
    pub(in crate::lang::python) fn below(
        table: &Table,
        path: &[Segment],
        kinds: Namespaces,
        modules: usize,
    ) -> Self {
        match table.resolve_known(path, kinds, known_modules(modules)) {
            Outcome::Stays => Self::Stays,
            Outcome::Moves(moved) => Self::Moves(Moved {
                to: moved.to.segments().to_vec(),
                tail: moved.tail,
                rule: moved.first.index,
                len: moved.first.len,
                applied: moved.applied,
            }),
            ref outcome @ (Outcome::Removed(Matched { index, len, .. })
            | Outcome::Alternatives(Matched { index, len, .. })) => Self::Blocked {
                rule: index,
                len,
                refusal: no_successor(outcome, table.syntax()),
            },
        }
    }

    /// The successor, if there is one.
    pub(in crate::lang::python) fn moved(&self) -> Option<&Moved> {
        match self {
            Self::Moves(moved) => Some(moved),
            Self::Stays | Self::Blocked { .. } => None,
        }
    }

    /// The first rule that speaks of the path.
    pub(in crate::lang::python) fn rule(&self) -> Option<usize> {
        match self {
            Self::Stays => None,
            Self::Moves(moved) => Some(moved.rule),
            Self::Blocked { rule, .. } => Some(*rule),
        }
    }

    /// How many names of the path the rule behind it speaks of; 0 if there is none.
    pub(in crate::lang::python) fn len(&self) -> usize {
        match self {
            Self::Stays => 0,
            Self::Moves(moved) => moved.len,
            Self::Blocked { len, .. } => *len,
        }
    }

    /// As something to report at a place; `None` if no rule speaks of the path.
    pub(in crate::lang::python) fn subject<'s>(
        &'s self,
        path: &'s [Segment],
        range: std::ops::Range<usize>,
    ) -> Option<Subject<'s>> {
        let (to, rule) = match self {
            Self::Stays => return None,
            Self::Moves(moved) => (Some(moved.to.as_slice()), moved.rule),
            Self::Blocked { rule, .. } => (None, *rule),
        };
        Some(Subject {
            range,
            path,
            to,
            rule,
        })
    }
}

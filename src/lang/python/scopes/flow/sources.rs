//! Where the value of a name may come from at one point: a small set, or everything.

use std::rc::Rc;

use super::super::BindingId;

/// A set that grows beyond this becomes [`Sources::all`]: otherwise a name that is bound in each of
/// 20,000 `if`s would cost their square.
pub(super) const MOST: usize = 64;

/// One element of [`Sources`], packed: the two constants, then loops (even) and bindings (odd).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Source(u32);

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Origin {
    /// Nothing has bound the name, or it was deleted.
    Unbound,
    /// Every binding of the name that there is.
    All,
    /// Whatever reaches the head of a loop from its body.
    Join(usize),
    /// A binding.
    Binding(BindingId),
}

impl Source {
    const UNBOUND: Self = Self(0);
    const ALL: Self = Self(1);

    pub(super) fn join(index: usize) -> Self {
        Self(u32::try_from(index * 2 + 2).unwrap_or(Self::ALL.0))
    }

    fn binding(id: BindingId) -> Self {
        Self(id.0.checked_mul(2).map_or(Self::ALL.0, |at| at + 3))
    }

    pub(super) fn origin(self) -> Origin {
        match self {
            Self::UNBOUND => Origin::Unbound,
            Self::ALL => Origin::All,
            Self(even) if even % 2 == 0 => Origin::Join(even as usize / 2 - 1),
            Self(odd) => Origin::Binding(BindingId((odd - 3) / 2)),
        }
    }
}

/// A set of sources: sorted, each once; shared, since most sets are copied often and never change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Sources(Rc<[Source]>);

impl Sources {
    /// Bound by nothing.
    pub(super) fn unbound() -> Self {
        Self(Rc::from([Source::UNBOUND]))
    }

    /// Anything.
    pub(super) fn all() -> Self {
        Self(Rc::from([Source::ALL]))
    }

    /// No source at all: what a join starts with.
    pub(super) fn none() -> Self {
        Self(Rc::from([]))
    }

    /// Bound by this one alone.
    pub(super) fn binding(id: BindingId) -> Self {
        Self(Rc::from([Source::binding(id)]))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Source> {
        self.0.iter().copied()
    }

    /// The elements.
    pub(in super::super) fn origins(&self) -> impl Iterator<Item = Origin> {
        self.0.iter().map(|source| source.origin())
    }

    pub(super) fn contains(&self, source: Source) -> bool {
        self.0.binary_search(&source).is_ok()
    }

    fn is_all(&self) -> bool {
        self.0.contains(&Source::ALL)
    }

    /// The elements of both.
    pub(super) fn union(&self, other: &Self) -> Self {
        if Rc::ptr_eq(&self.0, &other.0) || other.0.iter().all(|&one| self.contains(one)) {
            return self.clone();
        }
        if self.0.is_empty() {
            return other.clone();
        }
        if self.is_all() || other.is_all() {
            return Self::all();
        }
        self.with(other.iter())
    }

    /// With these too.
    pub(super) fn with(&self, more: impl IntoIterator<Item = Source>) -> Self {
        let mut sources = self.0.to_vec();
        sources.extend(more);
        sources.sort_unstable();
        sources.dedup();
        if sources.len() > MOST || sources.contains(&Source::ALL) {
            return Self::all();
        }
        Self(sources.into())
    }

    /// Without one.
    pub(super) fn without(&self, source: Source) -> Self {
        if self.contains(source) {
            Self(self.iter().filter(|one| *one != source).collect())
        } else {
            self.clone()
        }
    }
}

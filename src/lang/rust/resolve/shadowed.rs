//! A name that an import brings from a crate outside of the tree, in front of a module of the tree that has the
//! name too. If it brings a function, a path through the name leads to the module; only that crate tells.

use super::head::{Head, Role, Via};
use super::known::KnownModule;
use super::names::{Entry, TYPE, What};
use super::outer::OuterScope;
use super::prelude::is_standard_crate;
use super::resolver::Resolver;
use super::scopes::{ScopeId, Scopes};
use crate::path::Segment;

/// A chain of re-exports is followed so far.
const MAX_RE_EXPORTS: usize = 8;

impl Resolver<'_> {
    /// Whether nobody here knows of which kind this is: an item of another crate, or a re-export of one. The
    /// standard library has no function beside a module, and a crate is a module.
    pub(super) fn is_of_unknown_kind(&self, scopes: &Scopes, path: &[Segment]) -> bool {
        let mut path = path.to_vec();
        for _ in 0..MAX_RE_EXPORTS {
            let library = self.home.library.and_then(|library| library.name.as_ref());
            let is_near = path[0] == self.home.root || library == Some(&path[0]);
            if !is_near {
                return path.len() > 1 && !is_standard_crate(path[0].as_str());
            }
            match self.re_exported(scopes, &path) {
                Some(next) => path = next,
                None => return false,
            }
        }
        false
    }

    /// What the import means that is all that binds a path of this crate.
    fn re_exported(&self, scopes: &Scopes, path: &[Segment]) -> Option<Vec<Segment>> {
        let (name, module) = path.split_last()?;
        let only = |entries: &[Entry]| match entries {
            [entry] => match entry.what {
                What::Import(ordinal) => Some(ordinal),
                What::Module | What::Definition => None,
            },
            _ => None,
        };
        match self.module_at(scopes, module)? {
            KnownModule::Here(id) => {
                let ordinal = only(scopes.get(id).names.get(name))?;
                self.leaf(scopes, id, ordinal)
            }
            KnownModule::Elsewhere(names, module) => {
                let ordinal = only(names.get(name))?;
                let module = module.as_slice();
                let outer = OuterScope { module, names };
                self.outer_leaf(scopes, &outer, ordinal, TYPE, 0)
            }
        }
    }

    /// What `name` means in the scopes around `scope` as the start of `name::next`, if rules speak of that.
    pub(super) fn shadowed(
        &self,
        scopes: &Scopes,
        scope: ScopeId,
        name: &Segment,
        role: Role,
        next: &Segment,
    ) -> Option<Head> {
        let around = scopes.outwards(scope).nth(1)?;
        let head = self.plain(scopes, around, name, TYPE, role, Some(next))?;
        self.is_told_of(scopes, &head.base, next).then_some(Head {
            via: Via::Ambiguous,
            ..head
        })
    }

    /// Whether rules speak of `next` in this module: by its own path, or because the module moves and has it.
    pub(super) fn is_told_of(&self, scopes: &Scopes, module: &[Segment], next: &Segment) -> bool {
        if !self.knows(module) {
            return false;
        }
        let path = [module, std::slice::from_ref(next)].concat();
        self.knows(&path)
            || self.table.touches(module.iter().map(Segment::as_str))
                && self.defines_lost(scopes, module, next) == Some(true)
    }

    /// The first of these modules that binds `name` to a module in which rules speak of `next`.
    pub(super) fn told_by_glob(
        &self,
        scopes: &Scopes,
        bases: impl Iterator<Item = Vec<Segment>>,
        name: &Segment,
        next: &Segment,
    ) -> Option<Vec<Segment>> {
        let mut children = bases.map(|base| [base.as_slice(), std::slice::from_ref(name)].concat());
        children.find(|child| self.sees(scopes, child) && self.is_told_of(scopes, child, next))
    }
}

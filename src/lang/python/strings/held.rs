//! Variables that hold one value all their life: what is read of such a variable is read of the value.
//!
//! Followed is what is certain: a local name of a function that one statement binds, and of which every read is of
//! an attribute and reaches that statement alone. A name of a module may be read by other files, one that
//! is handed on by anything: these are not followed.

use ruff_python_ast::Expr;
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};

use super::find::Finder;
use super::read::unwound;
use super::{Name, Pair};
use crate::lang::python::scopes::{
    Binding, BindingId, BindingKind, NameReference, ScopeKind, Scopes,
};
use crate::lang::python::unit::{Unit, bytes};

/// The attributes that are read of each held value, one list a read, by the range of the value.
pub(super) fn held(
    unit: &Unit<'_>,
    values: &[(&Expr, u32)],
) -> FxHashMap<TextRange, Vec<Vec<Name>>> {
    let scopes = &unit.scopes;
    let mut by_name: FxHashMap<u32, TextRange> = FxHashMap::default();
    by_name.extend(values.iter().map(|(value, name)| (*name, value.range())));
    let mut of: FxHashMap<BindingId, TextRange> = FxHashMap::default();
    if !by_name.is_empty() {
        for (id, binding) in (0..).map(BindingId).zip(&scopes.bindings) {
            if let Some(value) = by_name.get(&binding.range.start().to_u32())
                && is_single(scopes, binding)
            {
                of.insert(id, *value);
            }
        }
    }
    if of.is_empty() {
        return FxHashMap::default();
    }
    let mut reads: FxHashMap<TextRange, Vec<Vec<Name>>> = FxHashMap::default();
    let mut unsure: FxHashSet<TextRange> = FxHashSet::default();
    for chain in scopes.chains.iter().chain(&scopes.deletions) {
        for value in chain.reach.bindings.iter().filter_map(|id| of.get(id)) {
            match attributes(chain) {
                Some(read) => reads.entry(*value).or_default().push(read),
                None => {
                    unsure.insert(*value);
                }
            }
        }
    }
    reads.retain(|value, _| !unsure.contains(value));
    reads
}

/// Whether a binding is the only one of a function's local name.
fn is_single(scopes: &Scopes, binding: &Binding) -> bool {
    let scope = scopes.scope(binding.scope);
    let all = scope.bindings.get(&binding.name);
    binding.kind == BindingKind::Assignment
        && scope.kind == ScopeKind::Function
        && !scope.dynamic
        && all.is_some_and(|all| all.len() == 1)
}

/// The attributes that a chain reads of its first name, if that is all that it does.
fn attributes(chain: &NameReference) -> Option<Vec<Name>> {
    let sure = !chain.fixed && chain.reach.bindings.len() == 1 && chain.reach.stars.is_empty();
    let read: Vec<Name> = chain.parts[1..]
        .iter()
        .map(|part| Name {
            name: part.name.clone(),
            range: bytes(part.range),
        })
        .collect();
    (sure && !read.is_empty()).then_some(read)
}

impl<'u> Finder<'u, '_> {
    /// Names that are read of a variable which holds an object: a pair each, as if a call named them.
    pub(super) fn held_objects(&mut self, values: &[(&'u Expr, u32)]) {
        for (value, _) in values {
            let Some(reads) = self.held.get(&value.range()) else {
                continue;
            };
            let (base @ Expr::Name(_), attributes) = unwound(value) else {
                continue;
            };
            let pairs = reads.iter().filter_map(|read| {
                let (first, rest) = read.split_first()?;
                Some(Pair {
                    chain: base.range().start().to_u32(),
                    parts: 1 + attributes.len(),
                    name: first.name.clone(),
                    range: first.range.clone(),
                    is_read: true,
                    rest: rest.iter().map(|name| name.name.clone()).collect(),
                    dynamic: false,
                })
            });
            self.found.pairs.extend(pairs);
        }
    }
}

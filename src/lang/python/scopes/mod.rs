//! What the names of one text are bound to, by Python's own rules.
//!
//! [`Scopes::of`] walks a syntax tree once and answers for every name that is read: which bindings can
//! reach it. `model` says what is recorded, and the invariants; `lookup` asks questions that come later
//! (quoted annotations, doctests, a name that an edit would add).
//!
//! Sources of the rules: The Python Language Reference, "Naming and binding" (4.2), "Class
//! definitions" (8.8), "Annotation scopes" (4.2.4), PEP 572, PEP 695, PEP 709. Deliberately absent:
//! types, values, attributes of instances, files.

mod builder;
mod comprehensions;
mod conditions;
mod definitions;
mod dynamic;
mod expressions;
mod finish;
mod flow;
mod imports;
mod keys;
mod last;
mod lookup;
mod model;
mod names;
mod patterns;
mod statements;

pub(super) use last::LastImports;
pub(super) use lookup::Quoted;
pub(super) use model::{
    Binding, BindingId, BindingKind, Bindings, Block, BlockId, BlockKind, Context, Import,
    ImportAlias, ImportId, ImportKind, NameReference, Part, Resolution, Scope, ScopeId, ScopeKind,
    Scopes,
};

#[cfg(test)]
mod tests;

//! Names of scopes that outlive edits.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::ScopeKind;

/// Longer keys are written as a hash: scopes may be nested some thousand deep.
const LONGEST: usize = 200;

/// The key of the scope that is the so manieth among its siblings.
pub(super) fn of(parent: &str, kind: ScopeKind, number: usize) -> String {
    let kind = match kind {
        ScopeKind::Module => "module",
        ScopeKind::Class => "class",
        ScopeKind::Function => "def",
        ScopeKind::Lambda => "lambda",
        ScopeKind::Comprehension => "for",
        ScopeKind::TypeParameters => "types",
    };
    if parent.is_empty() {
        return format!("{kind}.{number}");
    }
    if parent.len() > LONGEST {
        let mut hasher = FxHasher::default();
        hasher.write(parent.as_bytes());
        return format!("#{:016x}/{kind}.{number}", hasher.finish());
    }
    format!("{parent}/{kind}.{number}")
}

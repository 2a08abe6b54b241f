//! Tests of the whole: sources with marks (`tests/scopes`), Python as judge, and size.

mod judge;
mod marks;
mod size;
mod strings;

use ruff_python_parser::parse_module;

use super::{BindingId, Resolution, ScopeId, Scopes};

/// The scopes of a source that parses.
#[track_caller]
fn scopes_of(text: &str) -> Scopes {
    let parsed = parse_module(text).expect("the source parses");
    let scopes = Scopes::of(parsed.syntax(), text);
    check_invariants(&scopes);
    scopes
}

/// What `model` promises of every value.
#[track_caller]
fn check_invariants(scopes: &Scopes) {
    let starts = |id: &BindingId| scopes.binding(*id).range.start();
    let bindings = scopes.bindings.iter().map(|it| it.range.start());
    assert!(bindings.is_sorted(), "bindings are in source order");
    assert!(scopes.scopes.iter().map(|it| it.range.start()).is_sorted());
    assert!(scopes.blocks.iter().map(|it| it.range.start()).is_sorted());
    assert!(scopes.imports.iter().map(|it| it.range.start()).is_sorted());
    let chains: Vec<_> = scopes.chains.iter().map(|it| it.range().start()).collect();
    assert!(
        chains.is_sorted_by(|one, next| one < next),
        "each name is one chain"
    );
    assert!(scopes.strings.is_sorted_by(|one, next| one.0 < next.0));
    // The same large set is shared by many: a look at small ones is enough.
    for chain in scopes
        .chains
        .iter()
        .filter(|it| it.reach.bindings.len() < 100)
    {
        let Resolution {
            bindings, stars, ..
        } = &chain.reach;
        assert!(
            bindings.is_sorted_by(|one, next| one < next)
                && bindings.iter().map(starts).is_sorted()
        );
        assert!(stars.is_sorted_by(|one, next| one < next));
        assert!(bindings.iter().all(|id| scopes.binding(*id).kind.binds()));
    }
    let mut keys: Vec<&str> = scopes.scopes.iter().map(|it| it.key.as_str()).collect();
    keys.sort_unstable();
    assert!(
        keys.is_sorted_by(|one, next| one < next),
        "keys are different"
    );
    for (index, scope) in scopes.scopes.iter().enumerate() {
        assert!(scope.parent.is_none_or(|parent| parent.index() < index));
        for id in scope.bindings.values().flatten().chain(&scope.stars) {
            assert_eq!(scopes.binding(*id).scope, ScopeId(index as u32));
        }
    }
    for import in &scopes.imports {
        let block = scopes.block(import.block);
        assert!(block.statements.contains(&import.range));
        for clause in &import.clauses {
            assert!(std::ptr::eq(
                scopes.clause(clause.binding).expect("a clause").1,
                clause
            ));
        }
    }
}

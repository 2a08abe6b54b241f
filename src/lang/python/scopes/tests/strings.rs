//! What a string literal belongs to, and code in strings.

use ruff_python_parser::parse_expression;

use super::super::{BlockId, Quoted, ScopeId, ScopeKind};
use super::scopes_of;

#[test]
fn every_string_and_part_has_its_scope() {
    let text = "a = 'x' 'y'\ndef f(b='d'):\n    return lambda: f'{'in'}' t'z' if 1 else \"\"\n";
    let text = text.replace("t'z'", "'z'");
    let scopes = scopes_of(&text);
    #[track_caller]
    fn is(scopes: &super::Scopes, text: &str, part: &str, kind: ScopeKind) {
        let at = text.find(part).expect("a part") as u32;
        let scope = scopes.scope_of_string(at).expect("a string");
        assert_eq!(scopes.scope(scope).kind, kind, "{part}");
    }
    is(&scopes, &text, "'x'", ScopeKind::Module);
    is(&scopes, &text, "'y'", ScopeKind::Module);
    is(&scopes, &text, "'d'", ScopeKind::Module);
    is(&scopes, &text, "f'", ScopeKind::Lambda);
    is(&scopes, &text, "'in'", ScopeKind::Lambda);
    is(&scopes, &text, "'z'", ScopeKind::Lambda);
    is(&scopes, &text, "\"\"", ScopeKind::Lambda);
    assert_eq!(scopes.strings.len(), 7);
}

#[test]
fn a_quoted_expression_joins_the_chains() {
    let text = "import a\nx: '                        '\nb\n";
    let mut scopes = scopes_of(text);
    let source = format!("({}[a.c for d in d])", " ".repeat(12));
    let expression = parse_expression(&source).expect("an expression");
    scopes.add_quoted([Quoted {
        expression: expression.expr(),
        scope: ScopeId(0),
        block: BlockId(0),
        fixed: false,
    }]);
    let found: Vec<String> = scopes
        .chains
        .iter()
        .map(|it| it.names().cloned().collect::<Vec<_>>().join("."))
        .collect();
    assert_eq!(found, ["a.c", "d", "b"]);
    let chain = scopes.chain_at(14).expect("a chain");
    assert_eq!(scopes.scope(chain.scope).kind, ScopeKind::Comprehension);
    assert_eq!(chain.reach.bindings.len(), 1);
    assert!(!chain.reach.unbound);
}

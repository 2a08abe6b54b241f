//! Shapes of tests whose subject is an old path itself: comparisons, imports of which only the success counts,
//! and blocks that expect a warning or an error. One walk, nothing decided.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{ExceptHandler, Expr, ExprCall, ModModule, Stmt, StmtWith};
use ruff_text_size::{Ranged, TextRange};

/// Errors that an import of a path that is gone raises.
const IMPORT_ERRORS: [&str; 3] = ["ImportError", "ModuleNotFoundError", "AttributeError"];

/// What was seen.
#[derive(Debug, Default)]
pub(in crate::lang::python) struct Guards<'a> {
    /// Pairs that a comparison holds to be the same, or not.
    pub(in crate::lang::python) pairs: Vec<(&'a Expr, &'a Expr)>,
    /// Bodies that only see whether imports work: of `try` with a handler for that, and of tests that do
    /// nothing else.
    pub(in crate::lang::python) attempts: Vec<TextRange>,
    /// Bodies of `with` that expect what comes of an old path.
    pub(in crate::lang::python) expected: Vec<TextRange>,
    /// Bodies of `with` that do if it is imported in them.
    pub(in crate::lang::python) expected_imports: Vec<TextRange>,
}

impl<'a> Guards<'a> {
    /// Walks a module.
    pub(in crate::lang::python) fn of(module: &'a ModModule) -> Self {
        let mut guards = Self::default();
        guards.visit_body(&module.body);
        guards
    }

    fn call(&mut self, call: &'a ExprCall) {
        const SAME: [&str; 14] = [
            "assertIs",
            "assertIsNot",
            "assertEqual",
            "assertEquals",
            "assertNotEqual",
            "assertNotEquals",
            "assertIsInstance",
            "issubclass",
            "assert_is",
            "assert_is_not",
            "assert_equal",
            "assertIsSubclass",
            "assert_equals",
            "is_",
        ];
        if let [one, other, ..] = &*call.arguments.args
            && SAME.contains(&last_name(&call.func))
        {
            self.pairs.push((one, other));
        }
    }

    fn with(&mut self, with: &'a StmtWith) {
        let Some(body) = around(&with.body) else {
            return;
        };
        for item in &with.items {
            let Expr::Call(call) = &item.context_expr else {
                continue;
            };
            let first = call.arguments.find_positional(0);
            match last_name(&call.func) {
                "deprecated_call" => self.expected.push(body),
                "warns" | "assertWarns" | "assertWarnsRegex" => {
                    match first.is_none_or(|first| any_name(first, is_deprecation)) {
                        true => self.expected.push(body),
                        false => self.expected_imports.push(body),
                    }
                }
                "raises" | "assertRaises" | "assertRaisesRegex" => {
                    let is_import = |name: &str| IMPORT_ERRORS.contains(&name);
                    if first.is_some_and(|first| any_name(first, is_import)) {
                        self.expected.push(body);
                    }
                }
                "catch_warnings" if call.arguments.find_keyword("record").is_some() => {
                    self.expected_imports.push(body);
                }
                _ => {}
            }
        }
    }
}

fn is_deprecation(name: &str) -> bool {
    name.contains("Deprecat")
        || name.contains("RemovedIn")
        || matches!(name, "Warning" | "FutureWarning" | "ImportWarning")
}

/// The last name of a callee.
fn last_name(callee: &Expr) -> &str {
    match callee {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => "",
    }
}

/// Whether an expression, or an item of a tuple, ends in such a name.
fn any_name(expr: &Expr, is: impl Fn(&str) -> bool + Copy) -> bool {
    match expr {
        Expr::Tuple(tuple) => tuple.elts.iter().any(|item| any_name(item, is)),
        other => is(last_name(other)),
    }
}

fn around(body: &[Stmt]) -> Option<TextRange> {
    let (first, last) = (body.first()?, body.last()?);
    Some(TextRange::new(first.start(), last.end()))
}

/// Whether a handler is for imports that fail.
fn is_for_imports(handler: &ExceptHandler) -> bool {
    let ExceptHandler::ExceptHandler(handler) = handler;
    let is =
        |name: &str| IMPORT_ERRORS.contains(&name) || matches!(name, "Exception" | "BaseException");
    handler
        .type_
        .as_deref()
        .is_none_or(|kind| any_name(kind, is))
}

/// Whether a body does nothing but import.
fn only_imports(body: &[Stmt]) -> bool {
    let is_text =
        |stmt: &Stmt| matches!(stmt, Stmt::Expr(stmt) if stmt.value.is_string_literal_expr());
    let is_import = |stmt: &Stmt| matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_));
    body.iter().any(is_import)
        && body
            .iter()
            .all(|stmt| is_import(stmt) || is_text(stmt) || stmt.is_pass_stmt())
}

impl<'a> Visitor<'a> for Guards<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        match stmt {
            Stmt::Try(attempt) if attempt.handlers.iter().any(is_for_imports) => {
                self.attempts.extend(around(&attempt.body));
            }
            Stmt::FunctionDef(function)
                if function.name.as_str().starts_with("test") && only_imports(&function.body) =>
            {
                self.attempts.extend(around(&function.body));
            }
            Stmt::With(with) => self.with(with),
            _ => {}
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Compare(compare) => {
                let operands = std::iter::once(&*compare.left).chain(&compare.comparators);
                let next = compare.comparators.iter().zip(&compare.ops);
                for (left, (right, op)) in operands.zip(next) {
                    use ruff_python_ast::CmpOp::{Eq, Is, IsNot, NotEq};
                    if matches!(op, Eq | NotEq | Is | IsNot) {
                        self.pairs.push((left, right));
                    }
                }
            }
            Expr::Call(call) => self.call(call),
            _ => {}
        }
        walk_expr(self, expr);
    }
}

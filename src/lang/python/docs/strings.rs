//! Which string literals are docstrings: the first statement of a module, class or function (The Python
//! Language Reference, 8.7), and those behind an assignment, which documentation tools read as the
//! attribute's (PEP 224, Sphinx's autodoc).

use std::ops::Range;

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, ModModule, Stmt};

use crate::lang::python::unit::bytes;

/// What stands between the quotes of each docstring; of several literals in a row each one.
pub(in crate::lang::python) fn docstrings(module: &ModModule) -> Vec<Range<usize>> {
    let mut finder = Finder {
        found: Vec::new(),
        starts_scope: true,
    };
    finder.visit_body(&module.body);
    finder.found.sort_by_key(|range| range.start);
    finder.found
}

struct Finder {
    found: Vec<Range<usize>>,
    /// The next body is that of a module, class or function.
    starts_scope: bool,
}

impl Finder {
    fn add(&mut self, statement: &Stmt) {
        let Stmt::Expr(expression) = statement else {
            return;
        };
        if let Expr::StringLiteral(literal) = expression.value.as_ref() {
            let parts = literal.value.iter();
            self.found
                .extend(parts.map(|part| bytes(part.content_range())));
        }
    }
}

impl<'a> Visitor<'a> for Finder {
    fn visit_body(&mut self, body: &'a [Stmt]) {
        let starts_scope = std::mem::take(&mut self.starts_scope);
        if let Some(first) = body.first().filter(|_| starts_scope) {
            self.add(first);
        }
        for pair in body.windows(2) {
            if matches!(
                pair[0],
                Stmt::Assign(_) | Stmt::AnnAssign(_) | Stmt::TypeAlias(_)
            ) {
                self.add(&pair[1]);
            }
        }
        for statement in body {
            self.visit_stmt(statement);
        }
    }

    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.starts_scope = true;
                self.visit_body(&function.body);
            }
            Stmt::ClassDef(class) => {
                self.starts_scope = true;
                self.visit_body(&class.body);
            }
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

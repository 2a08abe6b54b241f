//! The names that a module says it exports: `__all__`, in the forms that type checkers agree on
//! (typing specification, "Library interface").

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, ModModule, Stmt};
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::FxHashSet;

use crate::path::Segment;

/// The names in `__all__`; empty if there is none.
pub(super) fn of(module: &ModModule) -> FxHashSet<Segment> {
    places(module).into_iter().map(|(name, _)| name).collect()
}

/// The same, with the strings that say them.
pub(super) fn places(module: &ModModule) -> Vec<(Segment, TextRange)> {
    let mut exports = Exports::default();
    for statement in &module.body {
        exports.visit_stmt(statement);
    }
    exports.names
}

#[derive(Default)]
struct Exports {
    names: Vec<(Segment, TextRange)>,
}

impl Exports {
    /// Every string in a value, however the list is put together.
    fn add(&mut self, value: &Expr) {
        match value {
            Expr::List(list) => list.elts.iter().for_each(|item| self.add(item)),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|item| self.add(item)),
            Expr::Set(set) => set.elts.iter().for_each(|item| self.add(item)),
            Expr::BinOp(sum) => {
                self.add(&sum.left);
                self.add(&sum.right);
            }
            Expr::Starred(starred) => self.add(&starred.value),
            Expr::Call(call) => call.arguments.args.iter().for_each(|item| self.add(item)),
            Expr::StringLiteral(text) => {
                let name = Segment::new(text.value.to_str());
                self.names.push((name, text.range()));
            }
            _ => {}
        }
    }
}

fn is_all(target: &Expr) -> bool {
    matches!(target, Expr::Name(name) if name.id == "__all__")
}

impl<'a> Visitor<'a> for Exports {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Assign(assign) if assign.targets.iter().any(is_all) => self.add(&assign.value),
            Stmt::AugAssign(assign) if is_all(&assign.target) => self.add(&assign.value),
            Stmt::AnnAssign(assign) if is_all(&assign.target) => {
                if let Some(value) = &assign.value {
                    self.add(value);
                }
            }
            Stmt::Expr(expression) => {
                if let Expr::Call(call) = expression.value.as_ref()
                    && let Expr::Attribute(method) = call.func.as_ref()
                    && is_all(&method.value)
                    && matches!(method.attr.as_str(), "append" | "extend" | "insert")
                {
                    call.arguments.args.iter().for_each(|item| self.add(item));
                }
            }
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

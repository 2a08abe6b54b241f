//! Where a name or a chain is handed on as a value: given to a call, returned, bound to another name, put
//! into a collection, iterated. What becomes of it there is not followed.
//!
//! Said by what hands nothing on: a value that nobody uses, one that is only compared or tested, the callee of a
//! call, a decorator, an annotation. Everything else does.

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Decorator, Expr, ExprContext, ModModule, Stmt, UnaryOp};
use ruff_text_size::Ranged;
use rustc_hash::FxHashSet;

/// Where the first names of such chains start.
pub(super) fn handed_on(module: &ModModule) -> FxHashSet<u32> {
    let mut found = HandedOn::default();
    for statement in &module.body {
        found.visit_stmt(statement);
    }
    found.0
}

#[derive(Default)]
struct HandedOn(FxHashSet<u32>);

impl HandedOn {
    /// An expression that keeps nothing of a chain.
    fn snapshot(&mut self, expression: &Expr) {
        match expression {
            Expr::Name(_) => {}
            Expr::Attribute(_) => {
                let base = first(expression);
                if !base.is_name_expr() {
                    self.visit_expr(base);
                }
            }
            other => self.visit_expr(other),
        }
    }

    /// An expression of which only the truth counts.
    fn test(&mut self, expression: &Expr) {
        match expression {
            Expr::BoolOp(choice) => choice.values.iter().for_each(|item| self.test(item)),
            Expr::UnaryOp(unary) if unary.op == UnaryOp::Not => self.test(&unary.operand),
            Expr::If(choice) => {
                self.test(&choice.test);
                self.test(&choice.body);
                self.test(&choice.orelse);
            }
            other => self.snapshot(other),
        }
    }
}

/// The leftmost name or value of a chain.
fn first(mut chain: &Expr) -> &Expr {
    while let Expr::Attribute(attribute) = chain {
        chain = &attribute.value;
    }
    chain
}

impl<'a> Visitor<'a> for HandedOn {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Expr(alone) => self.snapshot(&alone.value),
            Stmt::Assert(assert) => {
                self.test(&assert.test);
                assert.msg.iter().for_each(|value| self.visit_expr(value));
            }
            Stmt::While(held) => {
                self.test(&held.test);
                self.visit_body(&held.body);
                self.visit_body(&held.orelse);
            }
            Stmt::If(choice) => {
                self.test(&choice.test);
                self.visit_body(&choice.body);
                for clause in &choice.elif_else_clauses {
                    clause.test.iter().for_each(|test| self.test(test));
                    self.visit_body(&clause.body);
                }
            }
            Stmt::ClassDef(class) => {
                for decorator in &class.decorator_list {
                    self.visit_decorator(decorator);
                }
                class.bases().iter().for_each(|base| self.snapshot(base));
                for keyword in class.keywords() {
                    self.visit_expr(&keyword.value);
                }
                self.visit_body(&class.body);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_decorator(&mut self, decorator: &'a Decorator) {
        self.snapshot(&decorator.expression);
    }

    fn visit_annotation(&mut self, annotation: &'a Expr) {
        self.snapshot(annotation);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) => {
                if name.ctx == ExprContext::Load {
                    self.0.insert(name.range.start().to_u32());
                }
            }
            Expr::Attribute(attribute) => {
                let base = first(expression);
                match base {
                    Expr::Name(_) if attribute.ctx == ExprContext::Load => {
                        self.0.insert(base.start().to_u32());
                    }
                    Expr::Name(_) => {}
                    other => self.visit_expr(other),
                }
            }
            Expr::Call(call) => {
                self.snapshot(&call.func);
                self.visit_arguments(&call.arguments);
            }
            Expr::Compare(compare) => {
                self.snapshot(&compare.left);
                compare
                    .comparators
                    .iter()
                    .for_each(|item| self.snapshot(item));
            }
            Expr::UnaryOp(unary) if unary.op == UnaryOp::Not => self.test(&unary.operand),
            Expr::If(choice) => {
                self.test(&choice.test);
                self.visit_expr(&choice.body);
                self.visit_expr(&choice.orelse);
            }
            _ => walk_expr(self, expression),
        }
    }
}

//! Where a name or a chain is handed on as a value: given to a call, returned, bound to another name, put
//! into a collection. What becomes of it there is not followed (row P52).

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_keyword, walk_stmt};
use ruff_python_ast::{Expr, Keyword, ModModule, Stmt};
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
    fn give(&mut self, value: &Expr) {
        match value {
            Expr::Name(_) | Expr::Attribute(_) => {
                self.0.insert(first(value).start().to_u32());
            }
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|item| self.give(item)),
            Expr::Starred(starred) => self.give(&starred.value),
            Expr::If(choice) => {
                self.give(&choice.body);
                self.give(&choice.orelse);
            }
            Expr::BoolOp(choice) => choice.values.iter().for_each(|item| self.give(item)),
            _ => {}
        }
    }
}

/// The leftmost name of a chain.
fn first(mut chain: &Expr) -> &Expr {
    while let Expr::Attribute(attribute) = chain {
        chain = &attribute.value;
    }
    chain
}

impl<'a> Visitor<'a> for HandedOn {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Assign(assign) => self.give(&assign.value),
            Stmt::AnnAssign(assign) => assign.value.iter().for_each(|value| self.give(value)),
            Stmt::Return(returned) => returned.value.iter().for_each(|value| self.give(value)),
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Call(call) => call.arguments.args.iter().for_each(|item| self.give(item)),
            Expr::List(list) => list.elts.iter().for_each(|item| self.give(item)),
            Expr::Set(set) => set.elts.iter().for_each(|item| self.give(item)),
            Expr::Dict(dict) => dict.items.iter().for_each(|item| self.give(&item.value)),
            Expr::Named(named) => self.give(&named.value),
            Expr::Yield(given) => given.value.iter().for_each(|value| self.give(value)),
            Expr::Lambda(lambda) => self.give(&lambda.body),
            _ => {}
        }
        walk_expr(self, expression);
    }

    fn visit_keyword(&mut self, keyword: &'a Keyword) {
        self.give(&keyword.value);
        walk_keyword(self, keyword);
    }
}

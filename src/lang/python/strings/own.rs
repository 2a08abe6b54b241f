//! Expressions that give the name of this very module, or of a package around it: `__name__`,
//! `__package__`, `__spec__.parent`, `__name__.rpartition(".")[0]`.

use ruff_python_ast::{Expr, ExprCall, UnaryOp};

use super::read::Reader;
use crate::path::Segment;

impl Reader<'_, '_> {
    /// The path that such an expression gives; `None` for any other.
    pub(super) fn own_path(&self, expr: &Expr) -> Option<Vec<Segment>> {
        match expr {
            Expr::Name(_) => {
                let chain = self.chain(expr)?;
                let is_bound = !chain.reach.bindings.is_empty() || !chain.reach.stars.is_empty();
                self.own_name(&chain.parts[0].name).filter(|_| !is_bound)
            }
            Expr::Attribute(attribute) => {
                let chain = self.chain(&attribute.value)?;
                let is_spec = chain.parts[0].name == "__spec__"
                    && chain.reach.bindings.is_empty()
                    && chain.reach.stars.is_empty();
                let name = match attribute.attr.as_str() {
                    "name" => "__name__",
                    "parent" => "__package__",
                    _ => return None,
                };
                self.own_name(name).filter(|_| is_spec)
            }
            Expr::Subscript(subscript) => {
                let Expr::Call(call) = &*subscript.value else {
                    return None;
                };
                let Expr::Attribute(method) = &*call.func else {
                    return None;
                };
                // Only the name itself is cut, so that this goes no deeper.
                let is_plain = matches!(&*method.value, Expr::Name(_) | Expr::Attribute(_));
                let own = is_plain.then(|| self.own_path(&method.value)).flatten()?;
                let at = index(&subscript.slice)?;
                cut(&own, method.attr.as_str(), call, at)
            }
            _ => None,
        }
    }

    /// `__name__` and `__package__` of this file.
    fn own_name(&self, name: &str) -> Option<Vec<Segment>> {
        let module = self.unit.modules.first()?;
        let package = |package: &[Segment]| (!package.is_empty()).then(|| package.to_vec());
        match name {
            "__name__" => Some(module.clone()),
            "__package__" if self.unit.is_package => Some(module.clone()),
            "__package__" => package(&module[..module.len().checked_sub(1)?]),
            _ => None,
        }
    }
}

/// What is left of a name that is cut at its dots.
fn cut(own: &[Segment], method: &str, call: &ExprCall, at: i64) -> Option<Vec<Segment>> {
    let is_dot =
        |value: &Expr| matches!(value, Expr::StringLiteral(dot) if dot.value.to_str() == ".");
    let [dot, rest @ ..] = &*call.arguments.args else {
        return None;
    };
    if !is_dot(dot) || !call.arguments.keywords.is_empty() {
        return None;
    }
    let most = match rest {
        [] => None,
        [most] => Some(index(most)?),
        _ => return None,
    };
    let kept = match (method, most, at) {
        ("rpartition", None, 0) | ("rsplit", Some(1), 0) => &own[..own.len().checked_sub(1)?],
        ("split", None | Some(1), 0) | ("partition", None, 0) => own.get(..1)?,
        ("rpartition", None, 2 | -1) | ("rsplit" | "split", None, -1) | ("rsplit", Some(1), -1) => {
            own.get(own.len().checked_sub(1)?..)?
        }
        _ => return None,
    };
    // `"a".rsplit(".", 1)[0]` is "a", and `"a".rpartition(".")[0]` is nothing.
    (!kept.is_empty()).then(|| kept.to_vec())
}

fn index(value: &Expr) -> Option<i64> {
    match value {
        Expr::NumberLiteral(number) => number.value.as_int()?.as_i64(),
        Expr::UnaryOp(unary) if unary.op == UnaryOp::USub => index(&unary.operand).map(|at| -at),
        _ => None,
    }
}

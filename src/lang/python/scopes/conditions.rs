//! Expressions that are evaluated in part: what is bound depends on how they turn out.

use ruff_python_ast::{BoolOp, Expr, ExprCompare, ExprIf, UnaryOp};

use super::builder::Builder;
use super::flow::{Delta, Mark};

impl Builder<'_> {
    /// Walks a condition. Gives what holds after `mark` if it is true, and if it is false, and goes
    /// back to the mark.
    pub(super) fn condition(&mut self, test: &Expr, mark: Mark) -> (Delta, Delta) {
        match test {
            Expr::UnaryOp(not) if not.op == UnaryOp::Not => {
                let (holds, fails) = self.condition(&not.operand, mark);
                (fails, holds)
            }
            Expr::BoolOp(it) => self.operands(it.op, &it.values, mark),
            _ => {
                let dead = self.flow.is_dead();
                self.expression(test);
                let delta = self.flow.take(mark, dead);
                (delta.clone(), delta)
            }
        }
    }

    /// Each operand but the last may decide.
    fn operands(&mut self, op: BoolOp, values: &[Expr], mark: Mark) -> (Delta, Delta) {
        let dead = self.flow.is_dead();
        let mut decided = Vec::new();
        let mut last = self.flow.seen_from(mark);
        for (number, value) in values.iter().enumerate() {
            if number > 0 {
                self.flow.apply(&last);
            }
            let (holds, fails) = self.condition(value, mark);
            let (on, off) = match op {
                BoolOp::And => (holds, fails),
                BoolOp::Or => (fails, holds),
            };
            decided.push(off);
            last = on;
        }
        self.flow.meet(&decided);
        let decided = self.flow.take(mark, dead);
        match op {
            BoolOp::And => (last, decided),
            BoolOp::Or => (decided, last),
        }
    }

    /// A condition whose outcome is a value like others.
    pub(super) fn either_way(&mut self, test: &Expr) {
        let mark = self.flow.mark();
        let (holds, fails) = self.condition(test, mark);
        self.flow.meet(&[holds, fails]);
    }

    /// `a if b else c`.
    pub(super) fn ternary(&mut self, ternary: &ExprIf) {
        let (mark, dead) = (self.flow.mark(), self.flow.is_dead());
        let (holds, fails) = self.condition(&ternary.test, mark);
        self.flow.apply(&holds);
        self.expression(&ternary.body);
        let body = self.flow.take(mark, dead);
        self.flow.apply(&fails);
        self.expression(&ternary.orelse);
        let orelse = self.flow.take(mark, dead);
        self.flow.meet(&[body, orelse]);
    }

    /// `a < b < c`: the last ones are evaluated only if all before hold.
    pub(super) fn comparison(&mut self, comparison: &ExprCompare) {
        self.expression(&comparison.left);
        let Some((first, rest)) = comparison.comparators.split_first() else {
            return;
        };
        self.expression(first);
        let (mark, dead) = (self.flow.mark(), self.flow.is_dead());
        let mut ways = vec![self.flow.seen_from(mark)];
        for comparator in rest {
            self.expression(comparator);
            ways.push(self.flow.seen_from(mark));
        }
        if ways.len() > 1 {
            self.flow.back(mark, dead);
            self.flow.meet(&ways);
        }
    }
}

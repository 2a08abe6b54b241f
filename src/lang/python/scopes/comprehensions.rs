//! Comprehensions and generators.

use ruff_python_ast::{Comprehension, Expr, ExprGenerator};
use ruff_text_size::TextRange;

use super::builder::Builder;
use super::{BindingKind, ScopeKind};

impl Builder<'_> {
    /// A comprehension runs at once. Its first iterable is evaluated in the scope around it.
    pub(super) fn comprehension<'e>(
        &mut self,
        range: TextRange,
        generators: &'e [Comprehension],
        parts: impl IntoIterator<Item = &'e Expr>,
    ) {
        self.expressions(generators.first().map(|first| &first.iter));
        self.in_scope(ScopeKind::Comprehension, range, |builder| {
            builder.generators(generators, parts);
        });
    }

    /// A generator runs when it is asked for.
    pub(super) fn generator(&mut self, generator: &ExprGenerator) {
        let generators = &generator.generators;
        self.expressions(generators.first().map(|first| &first.iter));
        self.later(|builder| {
            builder.in_scope(ScopeKind::Comprehension, generator.range, |builder| {
                builder.generators(generators, [generator.elt.as_ref()]);
            });
        });
    }

    /// Each `for` is a loop in the one before, and the parts stand in the innermost.
    fn generators<'e>(
        &mut self,
        generators: &'e [Comprehension],
        parts: impl IntoIterator<Item = &'e Expr>,
    ) {
        let mut marks = Vec::new();
        for (number, generator) in generators.iter().enumerate() {
            if number > 0 {
                self.expression(&generator.iter);
            }
            marks.push((self.flow.mark(), self.flow.is_dead()));
            self.flow.begin_loop();
            self.target(&generator.target, BindingKind::Target);
            for test in &generator.ifs {
                let (mark, dead) = (self.flow.mark(), self.flow.is_dead());
                let (holds, fails) = self.condition(test, mark);
                self.flow.apply(&fails);
                self.flow.repeat();
                self.flow.back(mark, dead);
                self.flow.apply(&holds);
            }
        }
        self.expressions(parts);
        while let Some((mark, dead)) = marks.pop() {
            self.flow.repeat();
            self.flow.back(mark, dead);
            self.flow.breaks();
            self.flow.end_loop();
        }
    }
}

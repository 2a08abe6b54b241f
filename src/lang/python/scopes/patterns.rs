//! `match` and its patterns.

use ruff_python_ast::{Identifier, Pattern, StmtMatch};

use super::builder::Builder;
use super::{BindingKind, BlockKind};

impl Builder<'_> {
    /// A case that is not taken may have bound names already.
    pub(super) fn match_statement(&mut self, statement: &StmtMatch) {
        self.expression(&statement.subject);
        let (mark, dead) = (self.flow.mark(), self.flow.is_dead());
        let mut ways = Vec::new();
        let mut next = self.flow.seen_from(mark);
        for (number, case) in (0..).zip(&statement.cases) {
            self.flow.apply(&next);
            self.pattern(&case.pattern);
            let bound = self.flow.take(mark, dead);
            let mut missed = vec![next];
            self.flow.apply(&bound);
            if let Some(guard) = &case.guard {
                let (holds, fails) = self.condition(guard, mark);
                missed.push(fails);
                self.flow.apply(&holds);
            } else {
                missed.push(bound);
            }
            let is_last = case.guard.is_none() && case.pattern.is_irrefutable();
            self.suite(BlockKind::Case(number), &case.body, statement.range);
            ways.push(self.flow.take(mark, dead));
            self.flow.meet(&missed);
            next = self.flow.take(mark, dead);
            next.dead |= is_last;
        }
        ways.push(next);
        self.flow.meet(&ways);
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::MatchValue(value) => self.expression(&value.value),
            Pattern::MatchSingleton(_) => {}
            Pattern::MatchSequence(sequence) => {
                sequence.patterns.iter().for_each(|one| self.pattern(one));
            }
            Pattern::MatchMapping(mapping) => {
                for (key, pattern) in mapping.keys.iter().zip(&mapping.patterns) {
                    self.expression(key);
                    self.pattern(pattern);
                }
                self.capture(mapping.rest.as_ref());
            }
            Pattern::MatchClass(class) => {
                self.expression(&class.cls);
                for pattern in &class.arguments.patterns {
                    self.pattern(pattern);
                }
                for keyword in &class.arguments.keywords {
                    self.pattern(&keyword.pattern);
                }
            }
            Pattern::MatchStar(star) => self.capture(star.name.as_ref()),
            Pattern::MatchAs(it) => {
                if let Some(pattern) = &it.pattern {
                    self.pattern(pattern);
                }
                self.capture(it.name.as_ref());
            }
            Pattern::MatchOr(it) => self.alternatives(&it.patterns),
        }
    }

    /// One of them matches; those before may have bound the same names.
    fn alternatives(&mut self, patterns: &[Pattern]) {
        let (mark, dead) = (self.flow.mark(), self.flow.is_dead());
        let mut ways = Vec::new();
        for pattern in patterns {
            self.pattern(pattern);
            ways.push(self.flow.take(mark, dead));
        }
        self.flow.meet(&ways);
    }

    fn capture(&mut self, name: Option<&Identifier>) {
        if let Some(name) = name {
            self.bind(name, BindingKind::Capture);
        }
    }
}

//! Paths that a `case` compares with: `case old.gone.X:`. One name alone would bind it instead.

use ruff_python_ast::visitor::{Visitor, walk_pattern};
use ruff_python_ast::{Expr, Pattern};
use ruff_text_size::Ranged;
use rustc_hash::FxHashSet;

use super::Rewrite;
use super::facts::ChainFact;

impl Rewrite<'_, '_> {
    /// Whether a chain is such a path.
    pub(super) fn is_compared(&self, chain: &ChainFact) -> bool {
        let values = self.values.get_or_init(|| {
            let mut found = Values::default();
            found.visit_body(&self.unit.module.body);
            found.0
        });
        let first = &self.unit.scopes.chains[chain.index].parts[0];
        values.contains(&first.range.start().to_u32())
    }
}

/// Where the first names of such paths start.
#[derive(Default)]
struct Values(FxHashSet<u32>);

impl<'a> Visitor<'a> for Values {
    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        if let Pattern::MatchValue(value) = pattern {
            let mut at = value.value.as_ref();
            while let Expr::Attribute(attribute) = at {
                at = &attribute.value;
            }
            self.0.insert(at.start().to_u32());
        }
        walk_pattern(self, pattern);
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

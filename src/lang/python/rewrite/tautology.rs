//! Tests of an old path that test nothing once it is rewritten: a review each.
//!
//! - a comparison whose two sides become one;
//! - an import that is only there to see whether it works;
//! - a block that expects a warning or an error of what is rewritten in it.

use ruff_python_ast::Expr;
use ruff_text_size::{Ranged, TextRange};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Rewrite;
use super::actions::{Decisions, ImportAction, ReferenceAction};
use super::facts::{ChainFact, Facts, Form, Key};
use super::guards::Guards;
use crate::finding::{Code, Finding, Level};
use crate::lang::plan_builder::PlanBuilder;
use crate::lang::python::scopes::{BindingId, ScopeKind};
use crate::lang::python::unit::{Unit, bytes};
use crate::path::Segment;

impl Rewrite<'_, '_> {
    /// Reviews comparisons, and imports of which only the success counts.
    pub(super) fn review_tautologies(
        &self,
        facts: &Facts,
        decisions: &Decisions,
        draft: &mut PlanBuilder,
    ) {
        if !draft.references.iter().any(|reference| reference.rewritten) {
            return;
        }
        let guards = Guards::of(self.unit.module);
        if !guards.pairs.is_empty() {
            self.review_comparisons(&guards, facts, decisions, draft);
        }
        if !guards.attempts.is_empty() {
            self.review_attempts(&guards, facts, decisions, draft);
        }
    }

    fn review_comparisons(
        &self,
        guards: &Guards<'_>,
        facts: &Facts,
        decisions: &Decisions,
        draft: &mut PlanBuilder,
    ) {
        let mut by_start: FxHashMap<u32, usize> = FxHashMap::default();
        for (at, fact) in facts.chains.iter().enumerate() {
            let chain = &self.unit.scopes.chains[fact.index];
            by_start.insert(chain.parts[0].range.start().to_u32(), at);
        }
        let meaning = |expr: &Expr| {
            let first = first_of_chain(expr)?;
            let at = *by_start.get(&first.start().to_u32())?;
            let fact = &facts.chains[at];
            // The whole operand, not what the chain is called or asked with.
            let is_whole = self.unit.scopes.chains[fact.index].range() == expr.range();
            (is_whole && fact.senses.len() == 1 && !fact.mixed)
                .then(|| (fact, self.becomes(at, fact, decisions)))
        };
        for (one, other) in &guards.pairs {
            let (Some((one, one_next)), Some((other, other_next))) = (meaning(one), meaning(other))
            else {
                continue;
            };
            if one.sense().path == other.sense().path || one_next != other_next {
                continue;
            }
            let old = match one.sense().path == one_next {
                true => other,
                false => one,
            };
            let sense = old.sense();
            let range = self.chain_range(old);
            if let Some(subject) = sense.verdict.subject(&sense.path, range) {
                let message =
                    "both sides of the comparison are the same object now: it compares nothing";
                let message = message.to_owned();
                draft.remark(
                    Code::Tautology,
                    Level::Review,
                    &subject,
                    message,
                    self.table(),
                );
            }
        }
    }

    /// What a chain of one sense means afterwards.
    fn becomes(&self, at: usize, fact: &ChainFact, decisions: &Decisions) -> Vec<Segment> {
        let moves = matches!(
            decisions.chains[at],
            ReferenceAction::Writes(_) | ReferenceAction::Follows
        );
        let moved = fact.sense().verdict.moved().filter(|_| moves);
        moved.map_or_else(|| fact.sense().path.clone(), |moved| moved.to.clone())
    }

    fn review_attempts(
        &self,
        guards: &Guards<'_>,
        facts: &Facts,
        decisions: &Decisions,
        draft: &mut PlanBuilder,
    ) {
        let scopes = &self.unit.scopes;
        let mut used: Option<FxHashSet<BindingId>> = None;
        for &key in &facts.order {
            let (Some(fact), ImportAction::Retarget(_)) =
                (facts.clause(key), decisions.clause(key))
            else {
                continue;
            };
            let import = scopes.import(key.0);
            let is_attempt = guards
                .attempts
                .iter()
                .any(|body| body.contains_range(import.range));
            let Some(path) = fact
                .path
                .as_ref()
                .filter(|_| is_attempt && fact.form != Form::Star)
            else {
                continue;
            };
            let used = used.get_or_insert_with(|| {
                let reached = scopes
                    .chains
                    .iter()
                    .flat_map(|chain| chain.reach.bindings.iter());
                reached.copied().collect()
            });
            let binding = import.clauses[key.1 as usize].binding;
            if used.contains(&binding) || self.is_offered(key, binding) {
                continue;
            }
            let Some(subject) = fact.verdict.subject(path, self.place_of(key)) else {
                continue;
            };
            let message = format!(
                "`{}` is not used: the import only tests whether the path is there",
                scopes.binding(binding).name
            );
            draft.remark(
                Code::Tautology,
                Level::Review,
                &subject,
                message,
                self.table(),
            );
            if let Some(finding) = draft.findings.last_mut() {
                finding.help = Some("keep the old path here, or delete the test".to_owned());
            }
        }
    }

    /// Whether an import may be there for others than the code of this file.
    fn is_offered(&self, key: Key, binding: BindingId) -> bool {
        let scopes = &self.unit.scopes;
        let bound = scopes.binding(binding);
        let scope = scopes.scope(bound.scope);
        let same = scope.bindings.get(&bound.name);
        let is_only = same.is_none_or(|same| same.len() == 1);
        match scope.kind {
            // Bound by another arm of the fallback too: it is there to be used.
            ScopeKind::Module => !is_only || self.exposes(key).is_some(),
            ScopeKind::Class => true,
            _ => !is_only || scope.dynamic,
        }
    }
}

/// The first name of an expression that is a chain of names.
fn first_of_chain(mut expr: &Expr) -> Option<&Expr> {
    while let Expr::Attribute(attribute) = expr {
        expr = &attribute.value;
    }
    expr.is_name_expr().then_some(expr)
}

/// Reviews what was rewritten where a warning or an error is expected.
pub(in crate::lang::python) fn review_expected(unit: &Unit<'_>, draft: &mut PlanBuilder) {
    if !draft.references.iter().any(|reference| reference.rewritten) {
        return;
    }
    let guards = Guards::of(unit.module);
    if guards.expected.is_empty() && guards.expected_imports.is_empty() {
        return;
    }
    let imports: Vec<TextRange> = unit
        .scopes
        .imports
        .iter()
        .map(|import| import.range)
        .collect();
    let holds =
        |ranges: &[TextRange], at: usize| ranges.iter().any(|range| bytes(*range).contains(&at));
    let known: FxHashSet<usize> = draft
        .findings
        .iter()
        .filter(|finding| finding.code == Code::Tautology)
        .map(|finding| finding.range.start)
        .collect();
    let mut reviews = Vec::new();
    for reference in draft
        .references
        .iter()
        .filter(|reference| reference.rewritten)
    {
        let at = reference.range.start;
        let is_expected = holds(&guards.expected, at)
            || (holds(&guards.expected_imports, at) && holds(&imports, at));
        if !is_expected || known.contains(&at) {
            continue;
        }
        reviews.push(Finding {
            code: Code::Tautology,
            level: Level::Review,
            range: reference.range.clone(),
            path: Some(reference.path.clone()),
            successor: reference.successor.clone(),
            message: "a warning or an error is expected here, which the new path may not give"
                .to_owned(),
            help: Some("keep the old path here, or delete the test".to_owned()),
            rule: Some(reference.rule),
        });
    }
    draft.findings.extend(reviews);
}

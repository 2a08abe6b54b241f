//! What came of each rule in a run.

use rustc_hash::FxHashSet;

use super::report::FileReport;
use crate::finding::Level;

/// Counts of one rule. What a chain of rules does counts for its first one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleCounts {
    /// References to the rule's path or to what lies below it.
    pub references: usize,
    /// Files that hold one.
    pub files: usize,
    /// References that are rewritten.
    pub rewritten: usize,
    /// Findings of level review.
    pub reviews: usize,
    /// References that stay.
    pub left: usize,
}

impl RuleCounts {
    /// Counts a report in; `counts` has one element a rule of the report's table.
    pub fn count(counts: &mut [Self], report: &FileReport) {
        let mut seen = FxHashSet::default();
        for reference in &report.plan.references {
            let Some(rule) = counts.get_mut(reference.rule) else {
                continue;
            };
            rule.references += 1;
            rule.files += usize::from(seen.insert(reference.rule));
            if reference.rewritten {
                rule.rewritten += 1;
            } else {
                rule.left += 1;
            }
        }
        for finding in &report.plan.findings {
            if finding.level == Level::Review
                && let Some(rule) = finding.rule.and_then(|rule| counts.get_mut(rule))
            {
                rule.reviews += 1;
            }
        }
    }
}

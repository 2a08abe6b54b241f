//! What `check` says of a plan: every reference is an error, the rewritable ones too.

use crate::finding::{Code, Finding, Level};
use crate::plan::Plan;

/// The findings of `plan` with one [`Code::Deprecated`] for each reference that would be
/// rewritten, by position.
pub fn deprecations(plan: &Plan) -> Vec<Finding> {
    let rewritable = plan
        .references
        .iter()
        .filter(|reference| reference.rewritten)
        .map(|reference| Finding {
            code: Code::Deprecated,
            level: Level::Error,
            range: reference.range.clone(),
            path: Some(reference.path.clone()),
            successor: reference.successor.clone(),
            message: match &reference.successor {
                Some(successor) => format!("`{}` is now `{successor}`", reference.path),
                None => format!("`{}` is deprecated", reference.path),
            },
            help: Some("`repoint apply` rewrites it".to_owned()),
            rule: Some(reference.rule),
        });
    let mut findings: Vec<Finding> = rewritable.chain(plan.findings.iter().cloned()).collect();
    findings.sort_by_key(|finding| (finding.range.start, finding.range.end));
    findings
}

/// How many references of `plan` stay as they are.
pub fn references_left(plan: &Plan) -> usize {
    plan.references
        .iter()
        .filter(|reference| !reference.rewritten)
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Reference;

    fn reference(at: usize, rewritten: bool) -> Reference {
        Reference {
            range: at..at + 3,
            path: "a::B".to_owned(),
            successor: Some("c::B".to_owned()),
            rule: 0,
            rewritten,
        }
    }

    #[test]
    fn only_what_would_be_rewritten_is_added() {
        let plan = Plan {
            references: vec![reference(9, true), reference(2, true), reference(5, false)],
            ..Plan::default()
        };
        let places: Vec<_> = deprecations(&plan).iter().map(|f| f.range.start).collect();
        assert_eq!(places, [2, 9]);
        assert_eq!(references_left(&plan), 1);
    }
}

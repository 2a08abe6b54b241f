//! What rules that only review say of a text: a `[[keep]]` with a `review`. The path stays, so no plan
//! speaks of it; the facts of the text say where it is used.

use std::path::Path;

use super::driver::Active;
use crate::finding::{Code, Finding, Level};
use crate::path::SymbolPath;
use crate::plan::Plan;

/// The comment that keeps a line as it is, and silences a review of it.
const KEEP: &str = "repoint: keep";

/// Adds a review for each place that says a path of such a rule.
pub(super) fn add(active: &Active<'_>, path: &Path, text: &str, plan: &mut Plan) {
    let table = active.table;
    if !table.has_reviews_alone() {
        return;
    }
    // The text was parsed before; what has no facts all the same has nothing to review.
    let Ok(facts) = active.session.facts(path, text) else {
        return;
    };
    for reference in facts.references {
        let Some(found) = table.reviewing(&reference.path) else {
            continue;
        };
        // What goes on from a name that an import binds was told there.
        if found.len <= reference.bound {
            continue;
        }
        let range = reference.range.start as usize..reference.range.end as usize;
        let line = line_of(text, range.start);
        if text[line.clone()].contains(KEEP) {
            // So the comment is not for nothing.
            plan.findings.retain(|finding| {
                finding.code != Code::UnusedKeep || !line.contains(&finding.range.start)
            });
            continue;
        }
        let shown = SymbolPath::new(reference.path[..found.len].to_vec());
        plan.findings.push(Finding {
            code: Code::Review,
            level: Level::Review,
            range,
            path: shown.map(|path| path.display(table.syntax()).to_string()),
            successor: None,
            message: found.rule.reviews_alone().unwrap_or_default().to_owned(),
            help: None,
            rule: Some(found.index),
        });
    }
    plan.findings
        .sort_by_key(|finding| (finding.range.start, finding.range.end, finding.code));
    plan.findings.dedup();
}

/// Bytes of the line around a place.
fn line_of(text: &str, at: usize) -> std::ops::Range<usize> {
    let at = text.floor_char_boundary(at);
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    start..end
}

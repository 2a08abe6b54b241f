//! One text from its bytes to a verified plan.

use std::path::Path;

use super::driver::Active;
use super::read;
use super::report::Failure;
use super::reviews;
use super::verify::{Side, verify};
use crate::finding::{Code, Finding, Level};
use crate::plan::{Analysis, Plan};
use crate::text::{EditUnencodable, Source};

/// A plan that verified.
pub(super) struct Planned {
    pub(super) plan: Plan,
    /// The bytes with all edits made; `None` if there are none.
    pub(super) rewritten: Option<Vec<u8>>,
}

/// Why a file is left as it is.
pub(super) struct Failed {
    /// What is still true of the file: its references, none of them rewritten.
    pub(super) plan: Plan,
    pub(super) failure: Failure,
}

/// Plans a text and verifies the plan.
///
/// # Errors
/// The text cannot be read, or the plan failed verification.
pub(super) fn plan(
    active: &Active<'_>,
    path: &Path,
    source: &Source,
) -> Result<Planned, Box<Failed>> {
    let text = source.text();
    let mut before = active.session.analyze(path, text).map_err(|error| {
        Box::new(Failed {
            plan: Plan::default(),
            failure: Failure {
                message: error.message,
                offset: error.offset,
            },
        })
    })?;
    reviews::add(active, path, text, &mut before.plan);
    if before.plan.edits.is_empty() {
        return Ok(Planned {
            plan: before.plan,
            rewritten: None,
        });
    }
    let rewritten = before.plan.edits.apply(text);
    if let Err(failure) = check(active, path, source, &before, &rewritten) {
        return Err(Box::new(Failed {
            plan: withdrawn(before.plan),
            failure,
        }));
    }
    let edits = &before.plan.edits;
    let bytes = match source.apply(edits, rewritten) {
        Ok(bytes) => bytes,
        Err(error) => {
            return Ok(Planned {
                plan: unwritable(before.plan, &error),
                rewritten: None,
            });
        }
    };
    match read::read_back(active.language, path, source, edits, &bytes) {
        Ok(()) => Ok(Planned {
            plan: before.plan,
            rewritten: Some(bytes),
        }),
        Err(failure) => Err(Box::new(Failed {
            plan: withdrawn(before.plan),
            failure,
        })),
    }
}

fn check(
    active: &Active<'_>,
    path: &Path,
    source: &Source,
    before: &Analysis,
    rewritten: &str,
) -> Result<(), Failure> {
    let after = active.session.analyze(path, rewritten).map_err(|error| {
        Failure::of(format!(
            "the rewritten text cannot be read: {}; the file is left as it is (this is a \
                 defect of repoint, please report it with the file and the rule)",
            error.message
        ))
    })?;
    let tokens = |text| active.language.tokens(path, text);
    verify(
        Side {
            text: source.text(),
            analysis: before,
            tokens: &tokens(source.text()),
        },
        Side {
            text: rewritten,
            analysis: &after,
            tokens: &tokens(rewritten),
        },
        active.table,
    )
    .map_err(|error| Failure {
        message: error.to_string(),
        offset: error.offset,
    })
}

/// The plan of a file whose encoding does not have what the plan writes: a finding for each
/// reference that is left for it. Names of other scripts are rare, so all of it is left.
fn unwritable(plan: Plan, error: &EditUnencodable) -> Plan {
    let findings = plan.references.iter().filter(|r| r.rewritten);
    let findings: Vec<Finding> = findings
        .map(|reference| Finding {
            code: Code::Encoding,
            level: Level::Error,
            range: reference.range.clone(),
            path: Some(reference.path.clone()),
            successor: reference.successor.clone(),
            message: format!("the file is left as it is: {error}"),
            help: Some("convert the file to UTF-8".to_owned()),
            rule: Some(reference.rule),
        })
        .collect();
    let mut plan = withdrawn(plan);
    plan.findings.extend(findings);
    plan.findings
        .sort_by_key(|finding| (finding.range.start, finding.range.end));
    plan
}

/// The plan of a file that is left as it is: its references stay, and what was to be said of edits
/// goes unsaid.
fn withdrawn(mut plan: Plan) -> Plan {
    plan.edits = Default::default();
    plan.declared.clear();
    plan.met.clear();
    for reference in &mut plan.references {
        reference.rewritten = false;
    }
    plan.findings
        .retain(|finding| finding.level != Level::Review);
    plan
}

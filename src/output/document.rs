//! A report as one JSON document: the records of each type in a list of their own.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::json::{Plan, VERSION};
use super::record::{Counts, End, FailureOf, FindingOf, Header, Record, RuleLine};
use super::report::Report;
use crate::baseline::{Ratchet, ScopeCount};

/// The whole report.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Document {
    /// Of all shapes together.
    pub version: u32,
    /// `report`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it is about.
    pub header: Option<Header>,
    /// What is told, file by file; empty if there are plans.
    pub findings: Vec<FindingOf>,
    /// What would be done to each file (`diff`).
    pub plans: Vec<Plan>,
    /// What failed.
    pub failures: Vec<FailureOf>,
    /// Counts of each rule.
    pub rules: Vec<RuleLine>,
    /// Scopes.
    pub scopes: Vec<ScopeCount>,
    /// What the baseline says.
    pub baseline: Option<Ratchet>,
    /// The counts of the run.
    pub summary: Option<Counts>,
    /// How it ended.
    pub end: Option<End>,
}

/// Prints it.
///
/// # Errors
/// Those of `out`.
pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut findings = Vec::new();
    let mut plans = Vec::new();
    for file in &report.files {
        match &file.plan {
            Some(plan) => plans.push(plan.clone()),
            None => findings.extend(file.findings().iter().map(|finding| FindingOf {
                name: file.name.clone(),
                finding: finding.clone(),
            })),
        }
    }
    let document = Document {
        version: VERSION,
        kind: "report".to_owned(),
        header: report.header.clone(),
        findings,
        plans,
        failures: report.failures.clone(),
        rules: report.rules.clone(),
        scopes: report.scopes.clone(),
        baseline: report.baseline.clone(),
        summary: report.summary,
        end: report.end,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

impl Document {
    /// Its records, in the order of a stream.
    pub fn into_records(self) -> Vec<Record> {
        let mut all = Vec::new();
        all.extend(self.header.map(Record::Header));
        all.extend(self.findings.into_iter().map(Record::Finding));
        all.extend(self.plans.into_iter().map(Record::Plan));
        all.extend(self.scopes.into_iter().map(Record::Scope));
        all.extend(self.baseline.map(Record::Baseline));
        all.extend(self.failures.into_iter().map(Record::Failure));
        all.extend(self.rules.into_iter().map(Record::Rule));
        all.extend(self.summary.map(Record::Summary));
        all.extend(self.end.map(Record::End));
        all
    }
}

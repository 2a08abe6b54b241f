//! A page to review a dry run with: one file that needs no network and no server.
//!
//! The script and the style are files of this folder, put together here, since a page that was opened from
//! a disk loads no modules. The policy in the head allows these two by their digests, and nothing else.
//! What sources and names say is JSON, and in packed chunks: the script sets it as text only.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::hunks::Hunk;
use super::json::{Finding, Plan, RuleInfo, VERSION};
use super::report::{File, Report};
use super::{level, markdown};
use crate::finding::Level;

/// The parts of the script, in their order: later ones use what earlier ones say.
const SCRIPT: &[&str] = &[
    include_str!("data.js"),
    include_str!("marks.js"),
    include_str!("tree.js"),
    include_str!("view.js"),
    include_str!("keys.js"),
];

const STYLE: &str = include_str!("page.css");

/// Files that are packed together.
const CHUNK: usize = 200;

/// What a page may be large; browsers take long for more.
const MOST_BYTES: usize = 50 << 20;

#[derive(Serialize)]
struct Page<'a> {
    version: u32,
    /// Of the whole report: marks are kept under it.
    digest: String,
    table_digest: &'a str,
    options_digest: &'a str,
    verdict: String,
    chunk: usize,
    rules: Vec<RuleCount>,
    failures: Vec<String>,
    files: Vec<Indexed>,
    chunks: Vec<String>,
}

#[derive(Serialize)]
struct RuleCount {
    id: String,
    references: usize,
}

/// What is known of a file before it is opened.
#[derive(Serialize)]
struct Indexed {
    root: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<Vec<u8>>,
    old: String,
    new: String,
    errors: usize,
    reviews: usize,
    failed: bool,
    rules: BTreeSet<String>,
    codes: BTreeSet<String>,
    /// Of each hunk the number of its group: equal changes have equal numbers.
    groups: Vec<usize>,
}

/// What is shown of a file.
#[derive(Serialize)]
struct Content {
    hunks: Vec<ShownHunk>,
    findings: Vec<ShownFinding>,
}

#[derive(Serialize)]
struct ShownHunk {
    header: String,
    lines: Vec<String>,
    rules: Vec<RuleInfo>,
}

#[derive(Serialize)]
struct ShownFinding {
    /// The hunk that it stands at, from 1; 0 for none.
    hunk: usize,
    line: usize,
    level: &'static str,
    code: String,
    message: String,
    help: Option<String>,
}

/// Prints it.
///
/// # Errors
/// Those of `out`.
pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    print_within(report, MOST_BYTES, out)
}

fn print_within(report: &Report, most: usize, out: &mut dyn Write) -> io::Result<()> {
    let page = page(report)?;
    let mut data = escaped(&serde_json::to_string(&page)?);
    if data.len() > most {
        let empty = Page {
            verdict: format!(
                "{}. The page would be too large: make reports of shares with --partition",
                page.verdict
            ),
            files: Vec::new(),
            chunks: Vec::new(),
            ..page
        };
        data = escaped(&serde_json::to_string(&empty)?);
    }
    let script = format!("\"use strict\";\n(() => {{\n{}}})();\n", SCRIPT.concat());
    let [script_hash, style_hash] =
        [script.as_bytes(), STYLE.as_bytes()].map(|text| STANDARD.encode(Sha256::digest(text)));
    let html = include_str!("page.html")
        .replace("{script-hash}", &script_hash)
        .replace("{style-hash}", &style_hash)
        .replace("{style}", STYLE);
    // What comes from sources is put in last and never looked through.
    let (before, rest) = html.split_once("{data}").unwrap_or((&html, ""));
    let (between, after) = rest.split_once("{script}").unwrap_or((rest, ""));
    for part in [before, &data, between, &script, after] {
        out.write_all(part.as_bytes())?;
    }
    Ok(())
}

/// JSON that no script element ends in: it holds no `<`.
fn escaped(json: &str) -> String {
    json.replace('<', "\\u003c")
}

fn page(report: &Report) -> io::Result<Page<'_>> {
    let mut groups = BTreeMap::new();
    let mut rules: BTreeMap<String, usize> = BTreeMap::new();
    let mut files = Vec::new();
    let mut contents = Vec::new();
    for file in &report.files {
        let (indexed, content) = told(report, file, &mut groups);
        let references = file.plan.iter().flat_map(|plan| &plan.references);
        let ids = references
            .filter_map(|it| it.rule.as_ref())
            .map(|rule| rule.id.clone());
        let ids: Vec<String> = match &file.plan {
            Some(_) => ids.collect(),
            None => file
                .told()
                .filter_map(|it| it.rule.as_ref())
                .map(|it| it.id.clone())
                .collect(),
        };
        for id in ids {
            *rules.entry(id).or_default() += 1;
        }
        files.push(indexed);
        contents.push(content);
    }
    let mut chunks = Vec::new();
    let mut digest = Sha256::new();
    for chunk in contents.chunks(CHUNK) {
        let json = serde_json::to_vec(chunk)?;
        digest.update(&json);
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&json)?;
        chunks.push(STANDARD.encode(packed.finish()?));
    }
    digest.update(serde_json::to_vec(&files)?);
    let header = report.header.as_ref();
    Ok(Page {
        version: VERSION,
        digest: STANDARD.encode(digest.finalize()),
        table_digest: header.map_or("", |header| &header.table_digest),
        options_digest: header.map_or("", |header| &header.options_digest),
        verdict: markdown::sentence(report),
        chunk: CHUNK,
        rules: rules
            .into_iter()
            .map(|(id, references)| RuleCount { id, references })
            .collect(),
        failures: report
            .failures
            .iter()
            .map(|failure| format!("{}: {}", report.from_root(&failure.name), failure.message))
            .collect(),
        files,
        chunks,
    })
}

fn told(report: &Report, file: &File, groups: &mut BTreeMap<String, usize>) -> (Indexed, Content) {
    let findings: Vec<&Finding> = file.told().collect();
    let count = |level: Level| findings.iter().filter(|it| it.level == level).count();
    let errors = count(Level::Error);
    let root = report.from_root(&file.name);
    let plan = file.plan.as_ref();
    let hunks = plan.map_or(&[][..], |plan| plan.hunks.as_slice());
    let mut shown = Vec::new();
    let mut of_group = Vec::new();
    for hunk in hunks {
        let rules = plan.map_or_else(Vec::new, |plan| rules_of(plan, hunk));
        let own: Vec<_> = findings.iter().filter(|it| holds(hunk, it)).collect();
        let mut key: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        key.extend(
            hunk.lines
                .iter()
                .filter(|it| !it.starts_with(' '))
                .map(String::as_str),
        );
        key.extend(
            own.iter()
                .flat_map(|it| [it.code.as_str(), it.message.as_str()]),
        );
        let header = hunk.header();
        if errors > 0 {
            // Where there is an error, each change is looked at.
            key.extend([root.as_str(), header.as_str()]);
        }
        let key = format!("{key:?}");
        let next = groups.len();
        of_group.push(*groups.entry(key).or_insert(next));
        shown.push(ShownHunk {
            header,
            lines: hunk.lines.clone(),
            rules,
        });
    }
    let path_bytes = file.name.path_bytes.as_ref();
    let prefix = report
        .header
        .as_ref()
        .and_then(|header| header.prefix.as_deref());
    let indexed = Indexed {
        path_bytes: path_bytes.map(|bytes| [prefix.unwrap_or("").as_bytes(), bytes].concat()),
        old: plan.map_or(String::new(), |plan| plan.sha256.old.clone()),
        new: plan.map_or(String::new(), |plan| plan.sha256.new.clone()),
        errors,
        reviews: count(Level::Review),
        failed: report
            .failures
            .iter()
            .any(|failure| failure.name == file.name),
        rules: shown
            .iter()
            .flat_map(|hunk| hunk.rules.iter().map(|rule| rule.id.clone()))
            .chain(findings.iter().map(|it| it.rule_id().to_owned()))
            .filter(|id| !id.is_empty())
            .collect(),
        codes: findings.iter().map(|it| it.code.clone()).collect(),
        groups: of_group,
        root,
    };
    let findings = findings.iter().map(|finding| ShownFinding {
        hunk: hunks
            .iter()
            .position(|it| holds(it, finding))
            .map_or(0, |at| at + 1),
        line: finding.place.start.line,
        level: level::name(finding.level),
        code: finding.code.clone(),
        message: finding.message.clone(),
        help: finding.help.clone(),
    });
    let findings = findings.collect();
    (
        indexed,
        Content {
            hunks: shown,
            findings,
        },
    )
}

fn holds(hunk: &Hunk, finding: &Finding) -> bool {
    (hunk.old_start..hunk.old_start + hunk.old_lines).contains(&finding.place.start.line)
}

/// The rules of the references that a hunk rewrites, each once.
fn rules_of(plan: &Plan, hunk: &Hunk) -> Vec<RuleInfo> {
    let lines = hunk.old_start..hunk.old_start + hunk.old_lines;
    let mut rules: Vec<RuleInfo> = Vec::new();
    for reference in &plan.references {
        if let Some(rule) = &reference.rule
            && reference.rewritten
            && lines.contains(&reference.place.start.line)
            && !rules.contains(rule)
        {
            rules.push(rule.clone());
        }
    }
    rules
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::record::Shape;
    use super::super::sample::{records, rendered_records};
    use super::*;

    fn report() -> Report {
        let mut report = Report::default();
        for record in records(Shape::Plans) {
            report.add(&record);
        }
        report
    }

    /// The one element with this start, its content.
    fn inside<'a>(html: &'a str, start: &str, end: &str) -> &'a str {
        assert_eq!(html.matches(start).count(), 1, "{start}");
        let (_, rest) = html.split_once(start).expect("it is there");
        rest.split_once(end).expect("it ends").0
    }

    #[test]
    fn the_policy_allows_the_script_and_the_style_that_are_there() {
        let html = rendered_records(&records(Shape::Plans), Format::Html);
        let policy = inside(
            &html,
            "http-equiv=\"Content-Security-Policy\" content=\"",
            "\"",
        );
        for (kind, text) in [
            ("script", inside(&html, "<script>", "</script>")),
            ("style", inside(&html, "<style>", "</style>")),
        ] {
            let hash = STANDARD.encode(Sha256::digest(text.as_bytes()));
            assert!(
                policy.contains(&format!("{kind}-src 'sha256-{hash}'")),
                "{kind}: {policy}"
            );
        }
        assert!(policy.starts_with("default-src 'none';"));
        assert!(!html.contains(" style=") && !html.contains(" onclick="));
    }

    #[test]
    fn what_sources_say_ends_no_element() {
        let html = rendered_records(&records(Shape::Plans), Format::Html);
        let data = inside(&html, "type=\"application/json\">", "</script>");
        assert!(!data.contains('<'));
        let value: serde_json::Value = serde_json::from_str(data).expect("JSON");
        let failure = value["failures"][0].as_str().expect("text");
        assert!(failure.contains("<script>alert(1)</script>"), "{failure}");
    }

    #[test]
    fn equal_changes_are_one_group_but_never_across_errors() {
        let mut report = report();
        let mut again = report.files[0].clone();
        again.name.path = "src/other.rs".to_owned();
        report.files.push(again);
        let all = page(&report).expect("it is made");
        // The sample has an error in each file.
        assert_ne!(all.files[0].groups, all.files[1].groups);
        for file in &mut report.files {
            let plan = file.plan.as_mut().expect("plans");
            plan.findings
                .retain(|finding| finding.level != Level::Error);
        }
        let all = page(&report).expect("it is made");
        assert_eq!(all.files[0].groups, all.files[1].groups);
    }

    #[test]
    fn what_is_too_large_says_so() {
        let mut out = Vec::new();
        print_within(&report(), 10, &mut out).expect("a vector takes all");
        let html = String::from_utf8(out).expect("text");
        assert!(html.contains("make reports of shares"));
        assert!(html.contains("\"files\":[]"));
    }
}

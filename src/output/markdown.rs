//! A comment on a pull request: the verdict first, then what needs a person, then the diffs, folded.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::json::Plan;
use super::level;
use super::report::Report;
use super::summary::counted;
use crate::finding::Level;

/// What a comment may be long, in UTF-16 units and in bytes; GitHub takes 65,536.
const MOST: usize = 65_000;

/// What is kept free for the line that counts what is left out.
const REST: usize = 200;

/// Prints it.
///
/// # Errors
/// Those of `out`.
pub fn print(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(within(report, MOST).as_bytes())
}

/// The comment, at most so many bytes long: what is as long in bytes is no longer in UTF-16 units.
pub fn within(report: &Report, most: usize) -> String {
    let mut text = Limited::new(most);
    text.add(&format!("**repoint**: {}\n", sentence(report)));
    text.add(&table(report));
    if !report.failures.is_empty() {
        text.add("\n**Failed**\n\n");
        for failure in &report.failures {
            let place = failure
                .start
                .map_or(String::new(), |start| format!(":{}", start.line));
            let path = format!("{}{place}", report.from_root(&failure.name));
            text.add(&format!("- {}: {}\n", code(&path), code(&failure.message)));
        }
    }
    let needs = |level: Level| level != Level::Note;
    let person: Vec<_> = report.worst_first();
    let person = person.iter().filter(|(_, finding)| needs(finding.level));
    for (at, (file, finding)) in person.enumerate() {
        if at == 0 {
            text.add("\n**Needs a person**\n\n");
        }
        let path = report.from_root(&file.name);
        let path = format!("{path}:{}", finding.place.start.line);
        text.add(&format!(
            "- {} {}: {}\n",
            level::name(finding.level),
            code(&path),
            code(&finding.message)
        ));
    }
    for file in &report.files {
        let plan = file.plan.as_ref().filter(|plan| !plan.hunks.is_empty());
        if let Some(plan) = plan {
            text.add(&diff(&report.from_root(&file.name), plan));
        }
    }
    text.end()
}

/// What came of the run, in one sentence.
pub fn sentence(report: &Report) -> String {
    let [errors, reviews, _] = report.counts();
    let failed = report.failures.len();
    let changed = report.files.iter().filter(|file| {
        let plan = file.plan.as_ref();
        plan.is_some_and(|plan| !plan.edits.is_empty())
    });
    let changed = changed.count();
    let mut parts = Vec::new();
    if failed > 0 {
        parts.push(format!("{} failed", counted(failed, "file")));
    }
    if changed > 0 {
        parts.push(format!("{} would change", counted(changed, "file")));
    }
    if errors > 0 {
        let is_check = report
            .header
            .as_ref()
            .is_some_and(|it| it.command == "check");
        let noun = if is_check {
            "deprecated reference"
        } else {
            "reference"
        };
        let left = if is_check { "" } else { " left" };
        parts.push(format!("{}{left}", counted(errors, noun)));
    }
    if reviews > 0 {
        parts.push(format!("{} to review", counted(reviews, "place")));
    }
    if parts.is_empty() {
        return "no deprecated references".to_owned();
    }
    parts.join(", ")
}

/// Counts by rule, and by scope.
fn table(report: &Report) -> String {
    let mut of_rule: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (_, finding) in report.told() {
        of_rule.entry(finding.rule_id()).or_default()[match finding.level {
            Level::Error => 0,
            Level::Review => 1,
            Level::Note => 2,
        }] += 1;
    }
    let mut text = String::new();
    if !of_rule.is_empty() {
        text.push_str("\n| rule | errors | reviews | notes |\n| --- | ---: | ---: | ---: |\n");
        for (rule, [errors, reviews, notes]) in of_rule {
            let rule = if rule.is_empty() {
                "(none)".to_owned()
            } else {
                cell(rule)
            };
            let _ = writeln!(text, "| {rule} | {errors} | {reviews} | {notes} |");
        }
    }
    if !report.scopes.is_empty() {
        text.push_str("\n| scope | references | allowed |\n| --- | ---: | ---: |\n");
        for scope in &report.scopes {
            let max = scope.max.map_or("any".to_owned(), |max| max.to_string());
            let _ = writeln!(
                text,
                "| {} | {} | {max} |",
                cell(&scope.name),
                scope.references
            );
        }
    }
    text
}

fn diff(path: &str, plan: &Plan) -> String {
    let lines: Vec<String> = plan
        .hunks
        .iter()
        .flat_map(|hunk| std::iter::once(hunk.header()).chain(hunk.lines.iter().cloned()))
        .collect();
    let lines = lines.join("\n");
    let fence = "`".repeat(longest_run(&lines).max(2) + 1);
    let edits = counted(plan.edits.len(), "edit");
    // GitHub reads Markdown in a summary only where no tag is before it, so the name is a tag too.
    let path = html(path);
    format!(
        "\n<details><summary><code>{path}</code>: {edits}</summary>\n\n{fence}diff\n{lines}\n{fence}\n\n</details>\n"
    )
}

fn longest_run(text: &str) -> usize {
    text.split(|char| char != '`')
        .map(str::len)
        .max()
        .unwrap_or(0)
}

/// Text as code, on one line, whatever is in it.
fn code(text: &str) -> String {
    let text = crate::text::one_line(text);
    let fence = "`".repeat(longest_run(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{space}{text}{space}{fence}")
}

/// The same within a table, where a bar ends a cell even in code.
fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}

fn html(text: &str) -> String {
    crate::text::one_line(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A text that takes whole blocks while there is room.
struct Limited {
    text: String,
    most: usize,
    left_out: usize,
}

impl Limited {
    fn new(most: usize) -> Self {
        Self {
            text: String::new(),
            most: most.saturating_sub(REST),
            left_out: 0,
        }
    }

    fn add(&mut self, block: &str) {
        if self.left_out == 0 && self.text.len() + block.len() <= self.most {
            self.text.push_str(block);
        } else {
            self.left_out += 1;
        }
    }

    fn end(mut self) -> String {
        if self.left_out > 0 {
            let blocks = counted(self.left_out, "block");
            let _ = writeln!(
                self.text,
                "\n{blocks} more are left out: a comment has no room for them"
            );
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::super::Format;
    use super::super::record::Shape;
    use super::super::sample::{records, rendered_records, snapshot};
    use super::*;

    #[test]
    fn check() {
        let text = rendered_records(&records(Shape::Findings), Format::Markdown);
        snapshot("markdown-check", &text);
    }

    #[test]
    fn plan() {
        let text = rendered_records(&records(Shape::Plans), Format::Markdown);
        snapshot("markdown-plan", &text);
    }

    fn report() -> Report {
        let mut report = Report::default();
        for record in records(Shape::Plans) {
            report.add(&record);
        }
        report
    }

    #[test]
    fn it_is_cut_at_whole_blocks() {
        let whole = within(&report(), MOST);
        assert!(!whole.contains("left out"));
        assert_eq!(within(&report(), whole.len() + REST), whole);
        let cut = within(&report(), whole.len() + REST - 1);
        assert!(cut.ends_with("\n1 block more are left out: a comment has no room for them\n"));
        assert!(!cut.contains("<details>"), "{cut}");
    }

    /// A reader of Markdown finds no tags and no links in what a source or a name says.
    #[test]
    fn nothing_hostile_leaves_its_code() {
        use pulldown_cmark::{Event, Options, Parser};
        let text = rendered_records(&records(Shape::Plans), Format::Markdown);
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
            if let Event::Html(html) | Event::InlineHtml(html) = &event {
                assert!(!html.contains("script"), "{html}");
            }
        }
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(cell("a|b"), "`a\\|b`");
    }
}

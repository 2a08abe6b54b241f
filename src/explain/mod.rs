//! What codes, exit statuses and errors of tables mean, why, and what to do: for `repoint explain`, and for the
//! table of codes in the documentation, which is made of it.
//!
//! The texts stand in `entries.toml`, beside the doc comments of the codes.

use std::fmt::Write as _;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::document::nearest;
use crate::finding::Code;

/// All that can be explained.
static ENTRIES: LazyLock<Entries> = LazyLock::new(|| {
    toml::from_str(include_str!("entries.toml")).expect("the entries are tested to be read")
});

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entries {
    code: Vec<CodeEntry>,
    status: Vec<Entry>,
    table: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CodeEntry {
    name: String,
    levels: Vec<String>,
    language: Option<String>,
    meaning: String,
    example: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    title: String,
    text: String,
    example: String,
}

/// The explanation of a code, an exit status (`1` or `exit-1`) or an error of a table; `None` if nothing is
/// called so.
pub fn explain(name: &str) -> Option<String> {
    let name = name.trim().to_lowercase();
    let entries = &*ENTRIES;
    if let Some(entry) = entries.code.iter().find(|entry| entry.name == name) {
        let code = Code::ALL.iter().find(|code| code.as_str() == name)?;
        return Some(of_code(*code, entry));
    }
    let status = format!("exit-{name}");
    let all = entries.status.iter().chain(&entries.table);
    let entry = all
        .into_iter()
        .find(|entry| entry.name == name || entry.name == status)?;
    Some(format!(
        "{}: {}\n\n{}\n\n{}",
        entry.name,
        entry.title,
        entry.text.trim().replace('\n', " "),
        indented(&entry.example)
    ))
}

fn of_code(code: Code, entry: &CodeEntry) -> String {
    let language = entry.language.as_deref();
    let of = language.map_or(String::new(), |language| format!(", {language}"));
    format!(
        "{} ({}{of})\n\n{}\n\n{}\n\n{}\n\nTo leave the line as it is, end it with a comment: repoint: keep - reason",
        entry.name,
        entry.levels.join(", "),
        code.explain()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
        sentence(&entry.meaning),
        indented(&entry.example)
    )
}

/// A meaning as a sentence of its own.
fn sentence(meaning: &str) -> String {
    let mut letters = meaning.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string());
    let text = format!("{}{}", first.unwrap_or_default(), letters.as_str());
    if text.ends_with('.') {
        text
    } else {
        format!("{text}.")
    }
}

fn indented(example: &str) -> String {
    let lines = example.trim().lines();
    let lines: Vec<_> = lines
        .map(|line| format!("    {line}").trim_end().to_owned())
        .collect();
    lines.join("\n")
}

/// The name that was probably meant.
pub fn meant(name: &str) -> Option<&'static str> {
    nearest(name, names())
}

/// The names of all that can be explained.
pub fn names() -> impl Iterator<Item = &'static str> {
    let entries = &*ENTRIES;
    let codes = entries.code.iter().map(|entry| entry.name.as_str());
    let others = entries.status.iter().chain(&entries.table);
    codes.chain(others.map(|entry| entry.name.as_str()))
}

/// A line for each, in three groups.
pub fn list() -> String {
    let mut text = String::from("Codes of findings:\n");
    let entries = &*ENTRIES;
    for entry in &entries.code {
        let code = Code::ALL.iter().find(|code| code.as_str() == entry.name);
        let first = code.map_or("", |code| code.explain());
        let first = first.split_whitespace().collect::<Vec<_>>().join(" ");
        let end = first.find(". ").map_or(first.len(), |at| at + 1);
        let _ = writeln!(
            text,
            "  {:<20} {}",
            entry.name,
            first[..end].trim_end_matches('.')
        );
    }
    for (title, entries) in [
        ("Exit statuses", &entries.status),
        ("Errors of mapping tables", &entries.table),
    ] {
        let _ = writeln!(text, "\n{title}:");
        for entry in entries {
            let _ = writeln!(text, "  {:<20} {}", entry.name, entry.title);
        }
    }
    text
}

/// The table of codes for the documentation, in Markdown.
pub fn markdown() -> String {
    let mut text = String::from("| code | level | of | meaning |\n| --- | --- | --- | --- |\n");
    for entry in &ENTRIES.code {
        let of = entry.language.as_deref().unwrap_or_default();
        let of = if of.is_empty() {
            String::new()
        } else {
            format!("{of} ")
        };
        let (name, levels) = (&entry.name, entry.levels.join(", "));
        let _ = writeln!(text, "| `{name}` | {levels} | {of}| {} |", entry.meaning);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_is_explained_with_an_example_and_nothing_else_is() {
        let codes: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        let entries: BTreeSet<_> = ENTRIES
            .code
            .iter()
            .map(|entry| entry.name.as_str())
            .collect();
        assert_eq!(codes, entries);
        for name in names() {
            let text = explain(name).expect("an explanation");
            assert!(text.starts_with(name), "{name}");
            assert!(text.contains("\n    "), "{name} has no example");
        }
        assert_eq!(names().count(), names().collect::<BTreeSet<_>>().len());
    }

    #[test]
    fn statuses_have_short_names_and_slips_a_suggestion() {
        assert_eq!(explain("1"), explain("exit-1"));
        assert_eq!(explain("nothing"), None);
        assert_eq!(meant("shadwo"), Some("shadow"));
        assert_eq!(meant("qqq"), None);
    }
}

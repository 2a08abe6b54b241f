//! The documentation says what is: its tables are made of the program, its links lead somewhere, and the commands
//! in it are commands.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// README and every page of the book.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md"), root().join("CHANGELOG.md")];
    for entry in walkdir::WalkDir::new(root().join("docs/src")).sort_by_file_name() {
        let entry = entry.expect("the docs can be walked");
        if entry.path().extension().is_some_and(|ext| ext == "md") {
            pages.push(entry.into_path());
        }
    }
    assert!(pages.len() > 10);
    pages
}

fn text(page: &Path) -> String {
    fs::read_to_string(page).unwrap_or_else(|error| panic!("{}: {error}", page.display()))
}

fn events(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES)
}

#[test]
fn the_table_of_codes_is_current() {
    let page = root().join("docs/src/findings.md");
    let (start, end) = ("--test docs -->\n\n", "\n<!-- end -->");
    let there = text(&page);
    let from = there.find(start).expect("the mark") + start.len();
    let to = there[from..].find(end).expect("the other mark") + from;
    let now = format!(
        "{}{}{}",
        &there[..from],
        repoint::explain::markdown(),
        &there[to..]
    );
    if std::env::var_os("REPOINT_UPDATE").is_some_and(|value| value == "1") {
        fs::write(&page, &now).expect("the page can be written");
    }
    assert!(
        text(&page) == now,
        "docs/src/findings.md is not what `repoint explain` says; update it with \
         `REPOINT_UPDATE=1 cargo test --test docs`"
    );
}

/// The anchor that renderers of Markdown give a heading.
fn anchor(heading: &str) -> String {
    let words = heading.to_lowercase();
    let kept = words
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn anchors(page: &Path) -> BTreeSet<String> {
    let text = text(page);
    let mut anchors = BTreeSet::new();
    let mut heading: Option<String> = None;
    for event in events(&text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => anchors.extend(heading.take().map(|it| anchor(&it))),
            Event::Text(words) | Event::Code(words) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&words);
                }
            }
            _ => {}
        }
    }
    anchors
}

#[test]
fn links_lead_somewhere() {
    let mut wrong = Vec::new();
    let mut links = 0;
    for page in pages() {
        let text = text(&page);
        for event in events(&text) {
            let (Event::Start(Tag::Link { dest_url, .. })
            | Event::Start(Tag::Image { dest_url, .. })) = event
            else {
                continue;
            };
            if dest_url.contains("://") || dest_url.starts_with("mailto:") {
                continue;
            }
            links += 1;
            let (file, fragment) = dest_url.split_once('#').unwrap_or((&dest_url, ""));
            let target = match file {
                "" => page.clone(),
                file => page.parent().unwrap_or(root()).join(file),
            };
            let leads =
                target.exists() && (fragment.is_empty() || anchors(&target).contains(fragment));
            if !leads {
                wrong.push(format!("{}: {dest_url}", page.display()));
            }
        }
    }
    assert!(links > 10);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The commands of a block of shell or YAML: what follows a prompt or `run:`, or a line that starts with the
/// program's name.
fn commands(block: &str, language: &str) -> Vec<String> {
    // What a workflow puts in stands for a number.
    let mut joined = block.replace("\\\n", " ");
    while let Some((before, rest)) = joined.split_once("${{") {
        let after = rest.split_once("}}").map_or("", |(_, after)| after);
        joined = format!("{before}1{after}");
    }
    let lines = joined.lines().filter_map(|line| {
        let line = line.trim();
        match language {
            "console" => line.strip_prefix("$ "),
            "yaml" => line
                .strip_prefix("- run: ")
                .or(line.strip_prefix("run: "))
                .or(Some(line)),
            _ => Some(line),
        }
    });
    let mut found = Vec::new();
    for line in lines {
        let line = line.split(" #").next().unwrap_or_default();
        for part in line
            .split(['|', ';', '(', ')'])
            .flat_map(|part| part.split("&&"))
        {
            let words: Vec<&str> = part.split_whitespace().collect();
            let at = words.iter().position(|word| *word == "repoint");
            // Nothing but settings of the environment stands before a command.
            if let Some(at) = at.filter(|at| words[..*at].iter().all(|word| word.contains('='))) {
                let words = words[at + 1..].iter();
                let words = words
                    .take_while(|word| !word.starts_with(['<', '>']) && !word.starts_with("2>"));
                found.push(words.copied().collect::<Vec<_>>().join(" "));
            }
        }
    }
    found
}

#[test]
fn commands_are_commands() {
    let mut found = BTreeSet::new();
    for page in pages() {
        let text = text(&page);
        let mut language = None;
        for event in events(&text) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(name))) => {
                    language = Some(name.to_string());
                }
                Event::End(TagEnd::CodeBlock) => language = None,
                Event::Text(block) => {
                    if let Some(language @ ("console" | "sh" | "yaml" | "toml" | "bash")) =
                        language.as_deref()
                    {
                        found.extend(commands(&block, language));
                    }
                }
                _ => {}
            }
        }
    }
    assert!(found.len() > 8, "{found:?}");
    let mut wrong = Vec::new();
    for command in &found {
        let words = command
            .split_whitespace()
            .map(|word| word.trim_matches(['\'', '"']));
        // The help is the answer only if all that stands before it is sound.
        let output = Command::new(env!("CARGO_BIN_EXE_repoint"))
            .args(words.take_while(|word| *word != "--"))
            .arg("--help")
            .output()
            .expect("the program runs");
        if !output.status.success() {
            wrong.push(format!(
                "repoint {command}\n{}",
                String::from_utf8_lossy(&output.stderr)
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

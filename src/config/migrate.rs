//! `[migrate]`: how a migration goes. What batches and units are is not known here.

use std::time::Duration;

use super::Said;
use super::check::Checker;
use super::schema::MigrateTable;
use crate::document::nearest;
use crate::project::Globs;

/// The message of a batch's commit, if nothing else is said.
pub const MESSAGE: &str = "Move {rules} ({files} files)";

/// What may stand in braces in a message.
const PLACEHOLDERS: [&str; 2] = ["rules", "files"];

/// How a migration goes, as far as that is said.
#[derive(Clone, Debug, Default)]
pub struct Migrate {
    /// What a batch is.
    pub batch: Option<Said<Batch>>,
    /// Files of earlier patterns come first; files in none come last.
    pub priority: Option<Said<Vec<Pattern>>>,
    /// A formatter and its arguments, run with the files of a batch; at least the program.
    pub format: Option<Said<Vec<String>>>,
    /// What becomes of a batch that breaks a gate.
    pub search: Option<Said<Search>>,
    /// How long a search may take.
    pub max_search: Option<Said<Duration>>,
    /// One git commit a batch.
    pub commit: Option<Said<bool>>,
    /// The message of that commit, with `{rules}` and `{files}`.
    pub message: Option<Said<String>>,
}

/// What a batch is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Batch {
    /// The files of one pattern of `priority`.
    #[default]
    Priority,
    /// The files of one owner (CODEOWNERS).
    Owner,
    /// The files of one folder.
    Folder,
    /// The files in which one rule of the table is the first with a reference.
    Rule,
    /// So many files, at least 1.
    Files(usize),
}

/// What becomes of a batch that breaks a gate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Search {
    /// The guilty units are searched for.
    #[default]
    Unit,
    /// It is quarantined whole.
    Batch,
}

/// A pattern of files.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As written.
    pub text: String,
    /// Compiled, relative to the project's root.
    pub globs: Globs,
}

impl Checker<'_> {
    /// Checks `[migrate]`; what is wrong is reported, and left out.
    pub(super) fn migrate(&mut self, table: MigrateTable) -> Migrate {
        let batch = table
            .batch
            .as_ref()
            .and_then(|value| self.batch(value.get_ref(), value.span()));
        let priority = table.priority.as_ref().map(|list| {
            let patterns = list.get_ref().iter().filter_map(|text| {
                let globs = self.glob(text)?;
                Some(Pattern {
                    text: text.get_ref().clone(),
                    globs,
                })
            });
            patterns.collect()
        });
        let format = table.format.as_ref().and_then(|list| {
            let argv: Vec<String> = list.get_ref().iter().map(|word| word.get_ref().clone()).collect();
            if argv.first().is_none_or(String::is_empty) {
                self.wrong(list.span(), "`format`: expected a program and its arguments, such as [\"ruff\", \"format\"]");
                return None;
            }
            Some(argv)
        });
        let search = table.search.as_ref().and_then(|word| {
            self.choice(
                "search",
                word,
                &[("unit", Search::Unit), ("batch", Search::Batch)],
            )
        });
        let max_search = table
            .max_search
            .as_ref()
            .and_then(|text| self.duration("max-search", text));
        let message = table.message.as_ref().and_then(|text| {
            if text.get_ref().trim().is_empty() {
                let problem = self.at(
                    text.span(),
                    "`message`: git makes no commit without a message",
                );
                self.problem(problem.help(format!("leave it out for `{MESSAGE}`")));
                return None;
            }
            let unknown = unknown_placeholder(text.get_ref());
            let Some(unknown) = unknown else {
                return Some(text.get_ref().clone());
            };
            let problem = self.at(
                text.span(),
                format!("`message`: `{{{unknown}}}` is not known"),
            );
            let near = nearest(unknown, PLACEHOLDERS).unwrap_or("rules` and `{files}");
            let near = if near.contains('`') {
                "`{rules}` and `{files}` are replaced".to_owned()
            } else {
                format!("did you mean `{{{near}}}`?")
            };
            self.problem(problem.help(near));
            None
        });
        Migrate {
            batch: self.said(table.batch.as_ref(), batch),
            priority: self.said(table.priority.as_ref(), priority),
            format: self.said(table.format.as_ref(), format),
            search: self.said(table.search.as_ref(), search),
            max_search: self.said(table.max_search.as_ref(), max_search),
            commit: self.plain(table.commit),
            message: self.said(table.message.as_ref(), message),
        }
    }

    fn batch(&mut self, value: &toml::Value, span: std::ops::Range<usize>) -> Option<Batch> {
        let words = [
            ("priority", Batch::Priority),
            ("owner", Batch::Owner),
            ("folder", Batch::Folder),
            ("rule", Batch::Rule),
        ];
        let expected = "`batch`: expected `priority`, `owner`, `folder`, `rule` or a number of files, at least 1";
        match value {
            toml::Value::Integer(files) if *files >= 1 => {
                usize::try_from(*files).ok().map(Batch::Files)
            }
            toml::Value::String(word) => {
                let found = words.iter().find(|(name, _)| name == word);
                if found.is_none() {
                    let near = nearest(word, words.iter().map(|(name, _)| *name));
                    let problem = self.at(span, expected);
                    self.problem(
                        problem.help_if(near.map(|near| format!("did you mean `{near}`?"))),
                    );
                }
                found.map(|(_, batch)| *batch)
            }
            _ => {
                self.wrong(span, expected);
                None
            }
        }
    }
}

/// The first word in braces that nothing stands for.
fn unknown_placeholder(message: &str) -> Option<&str> {
    let mut rest = message;
    while let Some((_, after)) = rest.split_once('{') {
        let (word, after) = after.split_once('}')?;
        if !PLACEHOLDERS.contains(&word) {
            return Some(word);
        }
        rest = after;
    }
    None
}

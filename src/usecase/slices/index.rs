//! What is told of slices beside their patches: who reviews what, in which order, with counts and findings. For people
//! as Markdown, for programs as JSON, of which keys are only added, or [`VERSION`] rises.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{By, Slice, SlicedFile};
use crate::finding::{Code, Level};
use crate::output::diagnostic::Diagnostic;
use crate::output::json::Name;
use crate::output::place::{one_line, shown};
use crate::output::summary::counted;
use crate::text::LineColumn;

/// Of `index.json`.
pub(super) const VERSION: u32 = 1;

/// By which an earlier index is known.
pub(super) const FORMAT: &str = "repoint-slices";

/// Something that a person should know of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    code: Code,
    level: Level,
    start: LineColumn,
    message: String,
    help: Option<String>,
    old: Option<String>,
    successor: Option<String>,
}

impl Told {
    pub(super) fn of(diagnostic: &Diagnostic<'_>) -> Self {
        Self {
            code: diagnostic.code,
            level: diagnostic.level,
            start: diagnostic.start,
            message: diagnostic.message.clone().into_owned(),
            help: diagnostic.help.clone().map(|help| help.into_owned()),
            old: diagnostic.path.map(str::to_owned),
            successor: diagnostic.successor.map(str::to_owned),
        }
    }
}

/// What the slices are of.
#[derive(Clone, Debug)]
pub struct About {
    /// What a slice is.
    pub by: By,
    /// Names of tables, and rules of the command line.
    pub rules: Vec<String>,
    /// The file that says who owns what, below the project's root.
    pub owners: Option<String>,
}

/// Slices with their files.
#[derive(Clone, Copy, Debug)]
pub struct Index<'i> {
    /// What they are of.
    pub about: &'i About,
    /// Every file that changes.
    pub files: &'i [SlicedFile],
    /// The slices, in the order to review them in.
    pub slices: &'i [Slice],
    /// Files that stay as they are, of which something is told.
    pub left: &'i [(PathBuf, Vec<Told>)],
}

/// How an index starts: all that an older or a newer program needs to know of it.
#[derive(Debug, Deserialize)]
pub(super) struct Head {
    pub(super) format: String,
    pub(super) version: u32,
    #[serde(default)]
    pub(super) slices: Vec<PatchName>,
}

/// The one key of a slice that names a file.
#[derive(Debug, Deserialize)]
pub(super) struct PatchName {
    pub(super) patch: String,
}

#[derive(Serialize)]
struct Json<'i> {
    format: &'static str,
    version: u32,
    by: String,
    rules: &'i [String],
    owners: Option<&'i str>,
    slices: Vec<JsonSlice<'i>>,
    left: Vec<JsonFile<'i>>,
}

#[derive(Serialize)]
struct JsonSlice<'i> {
    patch: &'i str,
    title: &'i str,
    root: Name,
    owners: Vec<Owned<'i>>,
    references: usize,
    findings: Counts,
    files: Vec<JsonFile<'i>>,
}

#[derive(Serialize)]
struct JsonFile<'i> {
    #[serde(flatten)]
    name: Name,
    rule: Option<&'i str>,
    owners: &'i [String],
    references: usize,
    findings: &'i [Told],
}

/// How many files of a slice someone owns; `None` for those that nobody does.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Owned<'i> {
    owner: Option<&'i str>,
    files: usize,
}

/// How many findings there are of each level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
struct Counts {
    error: usize,
    review: usize,
    note: usize,
}

impl Counts {
    fn of<'t>(told: impl Iterator<Item = &'t Told>) -> Self {
        let mut counts = Self::default();
        for told in told {
            match told.level {
                Level::Error => counts.error += 1,
                Level::Review => counts.review += 1,
                Level::Note => counts.note += 1,
            }
        }
        counts
    }

    /// `2 left, 1 review`; nothing without any.
    fn shown(self) -> String {
        let mut parts = Vec::new();
        if self.error > 0 {
            parts.push(format!("{} left", self.error));
        }
        if self.review > 0 {
            parts.push(counted(self.review, "review"));
        }
        if self.note > 0 {
            parts.push(counted(self.note, "note"));
        }
        parts.join(", ")
    }
}

impl Index<'_> {
    fn files_of<'s>(&'s self, slice: &'s Slice) -> impl Iterator<Item = &'s SlicedFile> {
        slice.files.iter().map(|at| &self.files[*at])
    }

    fn counts(&self, slice: &Slice) -> Counts {
        Counts::of(self.files_of(slice).flat_map(|file| &file.told))
    }

    fn references(&self, slice: &Slice) -> usize {
        self.files_of(slice).map(|file| file.rewritten).sum()
    }

    /// Who owns files of a slice, most files first.
    fn owned<'s>(&'s self, slice: &'s Slice) -> Vec<Owned<'s>> {
        let mut all: Vec<Owned<'_>> = Vec::new();
        for file in self.files_of(slice) {
            let owners = file.owners.iter().map(|owner| Some(owner.as_str()));
            let nobody = file.owners.is_empty().then_some(None);
            for owner in owners.chain(nobody) {
                match all.iter_mut().find(|known| known.owner == owner) {
                    Some(known) => known.files += 1,
                    None => all.push(Owned { owner, files: 1 }),
                }
            }
        }
        all.sort_by_key(|owned| (owned.owner.is_none(), std::cmp::Reverse(owned.files)));
        all
    }

    /// `index.json`.
    ///
    /// # Errors
    /// None that is known: all of it is text and numbers.
    pub fn json(&self) -> serde_json::Result<String> {
        let slices = self.slices.iter().map(|slice| JsonSlice {
            patch: &slice.patch,
            title: &slice.title,
            root: Name::of(&slice.root),
            owners: self.owned(slice),
            references: self.references(slice),
            findings: self.counts(slice),
            files: self
                .files_of(slice)
                .map(|file| JsonFile {
                    name: Name::of(&file.name),
                    rule: file.rule.as_ref().map(|(_, id)| id.as_str()),
                    owners: &file.owners,
                    references: file.rewritten,
                    findings: &file.told,
                })
                .collect(),
        });
        let left = self.left.iter().map(|(path, told)| JsonFile {
            name: Name::of(path),
            rule: None,
            owners: &[],
            references: 0,
            findings: told,
        });
        let json = Json {
            format: FORMAT,
            version: VERSION,
            by: self.by(),
            rules: &self.about.rules,
            owners: self.about.owners.as_deref(),
            slices: slices.collect(),
            left: left.collect(),
        };
        serde_json::to_string_pretty(&json).map(|mut text| {
            text.push('\n');
            text
        })
    }

    /// `index.md`.
    pub fn markdown(&self) -> String {
        let mut text = String::new();
        let files: usize = self.slices.iter().map(|slice| slice.files.len()).sum();
        let references: usize = self.slices.iter().map(|slice| self.references(slice)).sum();
        let _ = write!(
            text,
            "# Slices by {}\n\n{}, {}, {}. Each patch applies alone and in any order, since no two touch one \
             file; this is an order to review them in.\n",
            self.by(),
            counted(self.slices.len(), "slice"),
            counted(files, "file"),
            counted(references, "reference"),
        );
        let roots: Vec<&Path> = self
            .slices
            .iter()
            .map(|slice| slice.root.as_path())
            .collect();
        match roots.as_slice() {
            [] => {}
            [first, rest @ ..] if rest.iter().all(|root| root == first) => {
                let _ = match first.as_os_str() == "." {
                    true => writeln!(text, "\nApply with `git apply` at the root of the project."),
                    false => writeln!(
                        text,
                        "\nApply with `git apply` in {}, from the root of the project.",
                        code(&shown(first))
                    ),
                };
            }
            _ => text.push_str("\nApply with `git apply` in the folder that is named, from the root of the project.\n"),
        }
        if !self.slices.is_empty() {
            text.push_str("\n| | patch | reviewers | files | references | to look at |\n|--:|---|---|--:|--:|---|\n");
        }
        for (at, slice) in self.slices.iter().enumerate() {
            let _ = writeln!(
                text,
                "| {} | [{}](<{}>) | {} | {} | {} | {} |",
                at + 1,
                slice.patch,
                slice.patch,
                cell(&self.reviewers(slice)),
                slice.files.len(),
                self.references(slice),
                self.counts(slice).shown(),
            );
        }
        for (at, slice) in self.slices.iter().enumerate() {
            let _ = writeln!(text, "\n## {}. {}\n", at + 1, code(&one_line(&slice.title)));
            if !roots.iter().all(|root| *root == slice.root) {
                let _ = writeln!(text, "In {}.\n", code(&shown(&slice.root)));
            }
            for file in self.files_of(slice) {
                let _ = writeln!(
                    text,
                    "- {}: {}",
                    code(&shown(&file.name)),
                    counted(file.rewritten, "reference")
                );
                list(&mut text, &file.told);
            }
        }
        if !self.left.is_empty() {
            text.push_str("\n## In no slice\n\nThese files stay as they are.\n\n");
            for (path, told) in self.left {
                let _ = writeln!(text, "- {}", code(&shown(path)));
                list(&mut text, told);
            }
        }
        text
    }

    fn reviewers(&self, slice: &Slice) -> String {
        if self.about.owners.is_none() {
            return String::new();
        }
        let owned = self.owned(slice);
        let all: Vec<String> = owned
            .iter()
            .map(|owned| {
                let who = owned.owner.map_or_else(|| "nobody".to_owned(), one_line);
                match owned.files == slice.files.len() {
                    true => who,
                    false => format!("{who} ({})", counted(owned.files, "file")),
                }
            })
            .collect();
        all.join(", ")
    }

    fn by(&self) -> String {
        match self.about.by {
            By::Rule => "rule".to_owned(),
            By::Owner => "owner".to_owned(),
            By::Folder => "folder".to_owned(),
            By::Unit => "unit".to_owned(),
            By::Files(most) => counted(most.get(), "file"),
        }
    }
}

/// Findings as a list below a file.
fn list(text: &mut String, told: &[Told]) {
    for told in told {
        let level = match told.level {
            Level::Error => "left",
            Level::Review => "review",
            Level::Note => "note",
        };
        let old = told
            .old
            .as_ref()
            .map(|old| format!("{}: ", code(&one_line(old))));
        let help = told
            .help
            .as_ref()
            .map(|help| format!(" ({})", one_line(help)));
        let _ = writeln!(
            text,
            "  - {level} at {}:{} [{}]: {}{}{}",
            told.start.line,
            told.start.column,
            told.code.as_str(),
            old.unwrap_or_default(),
            prose(&one_line(&told.message)),
            prose(&help.unwrap_or_default()),
        );
    }
}

/// Text as code: between more backticks than it has in a row.
fn code(text: &str) -> String {
    let mut most = 0;
    let mut now = 0;
    for byte in text.bytes() {
        now = if byte == b'`' { now + 1 } else { 0 };
        most = most.max(now);
    }
    let fence = "`".repeat(most + 1);
    match text.starts_with('`') || text.ends_with('`') {
        true => format!("{fence} {text} {fence}"),
        false => format!("{fence}{text}{fence}"),
    }
}

/// A message: it has code between backticks of its own, and nothing else that Markdown knows.
fn prose(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut is_code = false;
    let mut before = ' ';
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        is_code ^= character == '`';
        let after = rest.clone().next().unwrap_or(' ');
        // Inside of a word it means itself.
        let is_inner = before.is_alphanumeric() && after.is_alphanumeric();
        let is_special = match character {
            '_' => !is_inner,
            '<' | '>' | '*' | '[' | ']' | '\\' => true,
            _ => false,
        };
        if !is_code && is_special {
            escaped.push('\\');
        }
        escaped.push(character);
        before = character;
    }
    escaped
}

/// Text in a cell of a table.
fn cell(text: &str) -> String {
    prose(text).replace('|', "\\|")
}

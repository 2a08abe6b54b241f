//! How many findings there are of each rule, file, folder, owner or code, as a table.

use std::collections::BTreeMap;

use crate::finding::Level;
use crate::output::FileView;
use crate::text::one_line;

/// What findings are counted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum CountBy {
    /// The rule
    #[default]
    Rule,
    /// The file
    File,
    /// The folder of the file
    Folder,
    /// Who owns the file, by CODEOWNERS
    Owner,
    /// The code of the finding
    Code,
}

/// Errors, reviews, notes and files of each.
#[derive(Debug, Default)]
pub struct Counts {
    rows: BTreeMap<String, Row>,
    /// All findings.
    all: usize,
}

#[derive(Debug, Default)]
struct Row {
    levels: [usize; 3],
    files: usize,
    last: Option<std::path::PathBuf>,
}

impl Counts {
    /// How many findings were counted.
    pub fn all(&self) -> usize {
        self.all
    }

    /// Counts the findings of a file. `owners` are who owns it.
    pub fn add(&mut self, view: &FileView<'_>, by: CountBy, owners: &[String]) {
        let file = &view.report.display;
        for diagnostic in view.diagnostics.iter().filter(|told| told.is_told()) {
            self.all += 1;
            let folder = || match file.parent().filter(|above| !above.as_os_str().is_empty()) {
                Some(above) => above.to_string_lossy().into_owned(),
                None => ".".to_owned(),
            };
            let key = match by {
                CountBy::Rule => diagnostic.rule.map_or("-", |rule| &rule.id).to_owned(),
                CountBy::File => file.to_string_lossy().into_owned(),
                CountBy::Folder => folder(),
                CountBy::Owner if owners.is_empty() => "-".to_owned(),
                CountBy::Owner => owners.join(" "),
                CountBy::Code => diagnostic.code.as_str().to_owned(),
            };
            let row = self.rows.entry(key).or_default();
            row.levels[match diagnostic.level {
                Level::Error => 0,
                Level::Review => 1,
                Level::Note => 2,
            }] += 1;
            if row.last.as_ref() != Some(file) {
                row.files += 1;
                row.last = Some(file.clone());
            }
        }
    }

    /// The table, those with the most errors first; empty if nothing was counted.
    pub fn table(&self, by: CountBy) -> String {
        let mut rows: Vec<_> = self.rows.iter().collect();
        if rows.is_empty() {
            return String::new();
        }
        rows.sort_by(|(a, one), (b, other)| (other.levels, a).cmp(&(one.levels, b)));
        let heads = ["errors", "reviews", "notes", "files"];
        let what = match by {
            CountBy::Rule => "rule",
            CountBy::File => "file",
            CountBy::Folder => "folder",
            CountBy::Owner => "owner",
            CountBy::Code => "code",
        };
        let mut text = format!("{}  {what}\n", heads.join("  "));
        for (key, row) in rows {
            let [errors, reviews, notes] = row.levels;
            for (head, number) in heads.iter().zip([errors, reviews, notes, row.files]) {
                text.push_str(&format!("{number:>width$}  ", width = head.len()));
            }
            text.push_str(&one_line(key));
            text.push('\n');
        }
        text
    }
}

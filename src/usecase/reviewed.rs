//! Which files a person has reviewed, and whether what would be written is what was seen.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use serde::{Deserialize, Serialize};

use super::files::Tally;
use super::listener::Listener;
use super::run::Run;
use crate::engine::FileReport;
use crate::finding::Level;
use crate::output::json::{Name, VERSION, sha256};
use crate::output::summary::counted;

/// The marks that the review page exports. Keys that are unknown are left out.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Marks {
    version: u32,
    table_digest: String,
    options_digest: String,
    files: Vec<Marked>,
}

/// A file whose changes are all reviewed.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Marked {
    /// From the project root.
    #[serde(flatten)]
    name: Name,
    /// SHA-256 of what it held.
    old: String,
    /// SHA-256 of what it is to hold.
    new: String,
}

/// What a run does with marks.
#[derive(Debug)]
pub struct Reviewed {
    root: PathBuf,
    files: BTreeMap<PathBuf, (Marked, bool)>,
    /// What is not listed: files that would change, and what is found in all that is not listed.
    unlisted: Unlisted,
    /// Files that are not listed, by what they hold before and after.
    others: BTreeMap<(String, String), PathBuf>,
    refused: usize,
}

#[derive(Debug, Default)]
struct Unlisted {
    changed: usize,
    rewritten: usize,
    left: usize,
    errors: usize,
}

impl Marks {
    /// Reads them.
    ///
    /// # Errors
    /// They are none, or of another version.
    pub fn read(text: &str) -> anyhow::Result<Self> {
        let marks: Self = serde_json::from_str(text)
            .map_err(|error| anyhow!("expected the marks that the review page exports: {error}"))?;
        if marks.version != VERSION {
            bail!(
                "is of version {}, and this program reads version {VERSION}",
                marks.version
            );
        }
        Ok(marks)
    }

    /// Holds them against a run.
    ///
    /// # Errors
    /// They were made for other rules or other options, or name a file twice.
    pub fn hold(self, run: &Run) -> anyhow::Result<Reviewed> {
        if self.table_digest != run.table_digest() {
            bail!("was made for other rules, so nothing is written; review the dry run of these");
        }
        if self.options_digest != run.options_digest() {
            bail!("was made with other options, so nothing is written; pass the same ones");
        }
        let mut files = BTreeMap::new();
        for marked in self.files {
            let path = marked.name.to_path();
            let shown = crate::output::place::shown(&path);
            if files.insert(path, (marked, false)).is_some() {
                bail!("names {shown} twice; export the marks again");
            }
        }
        Ok(Reviewed {
            root: run.place.project.root().to_owned(),
            files,
            unlisted: Unlisted::default(),
            others: BTreeMap::new(),
            refused: 0,
        })
    }
}

impl Reviewed {
    /// Whether a file may be written: it is listed, and what it holds and is to hold is what was seen. What is
    /// listed and differs is named.
    pub fn allows(&mut self, report: &FileReport, listener: &dyn Listener) -> bool {
        let digest = |bytes: &[u8]| sha256(bytes);
        let old = digest(report.source.bytes());
        let new = report.rewritten.as_deref().map(digest);
        let path = below(&report.path, &self.root);
        let Some((marked, seen)) = self.files.get_mut(&path) else {
            self.unlisted.count(report);
            if let Some(new) = new {
                self.others.insert((old, new), report.path.clone());
            }
            return false;
        };
        *seen = true;
        let why = match new {
            _ if marked.old != old => "has changed since it was reviewed",
            None => "would not change any more",
            Some(new) if marked.new != new => {
                "would become something else than what was reviewed: another file has changed"
            }
            Some(_) => return true,
        };
        self.refused += 1;
        listener.failure(&report.path, &format!("{why}; it is left, review it again"));
        false
    }

    /// Names what is listed and was not met, and counts what is not listed. Whether all that is listed could
    /// be written.
    pub fn end(&mut self, tally: &mut Tally, listener: &dyn Listener) -> bool {
        let unseen = self.files.iter().filter(|(_, (_, seen))| !seen);
        for (path, (marked, _)) in unseen {
            self.refused += 1;
            let file = self.root.join(path);
            let renamed = self.others.get(&(marked.old.clone(), marked.new.clone()));
            let why = match renamed {
                Some(to) if !file.exists() => format!(
                    "is gone, and {} holds what it held: it was renamed; review that one",
                    listener.shown(to)
                ),
                _ if !file.exists() => "is gone since it was reviewed".to_owned(),
                _ => "was reviewed, and is not among the files that are read or change; name it, \
                      or review it again"
                    .to_owned(),
            };
            listener.failure(&file, &why);
        }
        tally.summary.failed += self.refused;
        tally.summary.changed -= self.unlisted.changed;
        tally.summary.rewritten -= self.unlisted.rewritten;
        tally.summary.left -= self.unlisted.left;
        tally.errors -= self.unlisted.errors;
        if self.unlisted.changed > 0 {
            listener.note(&format!(
                "{} would change and {} not reviewed: left",
                counted(self.unlisted.changed, "file"),
                if self.unlisted.changed == 1 {
                    "is"
                } else {
                    "are"
                }
            ));
        }
        self.refused == 0
    }
}

impl Unlisted {
    fn count(&mut self, report: &FileReport) {
        self.changed += usize::from(report.rewritten.is_some());
        for reference in &report.plan.references {
            if reference.rewritten {
                self.rewritten += 1;
            } else {
                self.left += 1;
            }
        }
        let findings = report.plan.findings.iter();
        self.errors += findings.filter(|it| it.level == Level::Error).count();
    }
}

/// A file from the project root, also if it was reached by a link.
fn below(path: &Path, root: &Path) -> PathBuf {
    if let Ok(below) = path.strip_prefix(root) {
        return below.to_owned();
    }
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    real.strip_prefix(root).unwrap_or(&real).to_owned()
}

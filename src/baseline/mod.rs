//! The baseline: how many references of each rule each file may still have. A ratchet, whose counts only
//! shrink unless a person lets them grow.
//!
//! Here is the format of the file (`read`, `write`), what a run is compared to (`compare`), and what is said
//! of the references of a file (`standing`). No source is read here, and nothing decides an exit status.

mod compare;
mod read;
mod standing;
mod write;

use std::collections::BTreeMap;
use std::path::Path;

pub use compare::{Compared, Gone, Grown, Ids, Moved, Part, Stale, Update, compare, merged};
pub use read::{conflict, parse, resolve};
pub use standing::{Growth, Judged, OverMax, Ratchet, ScopeCount, Standing, Verdict};

/// The name of the file, which lies beside the configuration.
pub const BASELINE_NAME: &str = "repoint-baseline.toml";

/// The version of its format.
const VERSION: i64 = 1;

/// Counts of references by rule, of one file.
pub type Counts = BTreeMap<String, usize>;

/// Counts of references by file, its name relative to the project's root with `/`, and by the id of the
/// rule. No count is 0, and no file is without counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    files: BTreeMap<String, Counts>,
}

impl Baseline {
    /// The counts of a file.
    pub fn of(&self, file: &str) -> Option<&Counts> {
        self.files.get(file)
    }

    /// How many references of the rule the file may have.
    pub fn count(&self, file: &str, id: &str) -> usize {
        let counts = self.files.get(file);
        counts
            .and_then(|counts| counts.get(id))
            .copied()
            .unwrap_or(0)
    }

    /// All files with their counts, in the order of their names.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Counts)> {
        self.files
            .iter()
            .map(|(file, counts)| (file.as_str(), counts))
    }

    /// Sets a count; 0 takes the entry out.
    pub fn set(&mut self, file: &str, id: &str, count: usize) {
        if count > 0 {
            let counts = self.files.entry(file.to_owned()).or_default();
            counts.insert(id.to_owned(), count);
        } else if let Some(counts) = self.files.get_mut(file) {
            counts.remove(id);
            if counts.is_empty() {
                self.files.remove(file);
            }
        }
    }

    /// How many entries there are.
    pub fn entries(&self) -> usize {
        self.files.values().map(BTreeMap::len).sum()
    }

    /// How many references they allow.
    pub fn references(&self) -> usize {
        self.files.values().flat_map(BTreeMap::values).sum()
    }
}

impl FromIterator<(String, Counts)> for Baseline {
    fn from_iter<I: IntoIterator<Item = (String, Counts)>>(files: I) -> Self {
        let mut baseline = Self::default();
        for (file, counts) in files {
            for (id, count) in counts {
                baseline.set(&file, &id, count);
            }
        }
        baseline
    }
}

/// How a baseline calls a file (absolute) of the project with this root (without links): bytes that are no
/// text are replaced.
pub fn name_of(file: &Path, root: &Path) -> String {
    let real;
    let below = match file.strip_prefix(root) {
        Ok(below) => below,
        // It was reached by a link.
        Err(_) => {
            real = file.canonicalize().unwrap_or_else(|_| file.to_owned());
            real.strip_prefix(root).unwrap_or(&real)
        }
    };
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}

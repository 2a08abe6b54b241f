//! Plans that were made and verified while a language looked around in the tree.
//!
//! A language may have to plan a text to know what the plan depends on (`Session::survey`). Where that
//! was nothing, or nothing that turned out otherwise, the run need not do the same once more. Kept are
//! plans, which are small, not texts and outlines, and not more than [`MOST`] bytes of them; what has
//! no room is planned again. A plan is only used for the very bytes that it was made of.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rustc_hash::FxHashMap;

use super::catch_panic::catch_panic;
use super::driver::Active;
use super::planned::{Failed, Planned, plan};
use super::read;
use crate::file;
use crate::lang::Ahead;
use crate::outline::Declared;
use crate::plan::Plan;
use crate::text::Source;

/// Bytes of plans that are kept, as they are estimated.
const MOST: usize = 16 << 20;

/// Outcomes by file.
#[derive(Default)]
pub(super) struct Settled {
    kept: Mutex<Kept>,
    /// Seeded anew in each process.
    hasher: RandomState,
}

#[derive(Default)]
struct Kept {
    outcomes: FxHashMap<PathBuf, Entry>,
    /// Bytes of all of them, and of those that were taken or replaced: what is full stays full.
    bytes: usize,
}

struct Entry {
    text: Fingerprint,
    outcome: Result<Settling, Box<Failed>>,
}

/// A plan that verified.
struct Settling {
    plan: Plan,
    /// It changes the file.
    rewrites: bool,
}

/// What tells texts apart: length and hash of the bytes.
type Fingerprint = (usize, u64);

impl Settled {
    /// Plans a text, and keeps the outcome while there is room. What cannot be read, and what
    /// panics, is left to the run, which names it.
    pub(super) fn attempt(&self, active: &Active<'_>, ahead: &Ahead<'_>) {
        // An earlier attempt knew less.
        self.kept().outcomes.remove(ahead.file);
        let _ = catch_panic(|| {
            let bytes = match ahead.bytes {
                Some(bytes) => Some(bytes.to_vec()),
                None => file::read(ahead.file).ok(),
            };
            let read = bytes.map(|bytes| read::source(active.language, ahead.file, bytes));
            let Some(Ok(source)) = read else {
                return;
            };
            if self.kept().bytes >= MOST {
                let _ = active.session.analyze(ahead.file, source.text());
                return;
            }
            let outcome = plan(active, ahead.file, &source).map(|planned| Settling {
                plan: planned.plan,
                rewrites: planned.rewritten.is_some(),
            });
            self.keep(ahead.file, &source, outcome);
        });
    }

    /// What became of a text when it was planned ahead, if that still holds.
    pub(super) fn take(
        &self,
        active: &Active<'_>,
        path: &Path,
        source: &Source,
    ) -> Option<Result<Planned, Box<Failed>>> {
        let entry = self.kept().outcomes.remove(path)?;
        if entry.text != self.fingerprint(source) || !active.session.stands(path) {
            return None;
        }
        let Settling { plan, rewrites } = match entry.outcome {
            Ok(settling) => settling,
            Err(failed) => return Some(Err(failed)),
        };
        let rewritten = if rewrites {
            let text = plan.edits.apply(source.text());
            Some(source.apply(&plan.edits, text).ok()?)
        } else {
            None
        };
        Some(Ok(Planned { plan, rewritten }))
    }

    fn keep(&self, path: &Path, source: &Source, outcome: Result<Settling, Box<Failed>>) {
        let plan = match &outcome {
            Ok(settling) => &settling.plan,
            Err(failed) => &failed.plan,
        };
        let bytes = path.as_os_str().len() + size_of::<Entry>() + weight(plan);
        let text = self.fingerprint(source);
        let mut kept = self.kept();
        kept.bytes = kept.bytes.saturating_add(bytes);
        if kept.bytes < MOST {
            kept.outcomes
                .insert(path.to_owned(), Entry { text, outcome });
        }
    }

    fn fingerprint(&self, source: &Source) -> Fingerprint {
        let bytes = source.bytes();
        (bytes.len(), self.hasher.hash_one(bytes))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// About how many bytes a plan takes.
fn weight(plan: &Plan) -> usize {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let edits = plan.edits.as_slice();
    let edits = edits.iter().map(|edit| edit.text.len());
    let references = plan.references.iter();
    let references = references.map(|it| it.path.len() + length(&it.successor));
    let findings = plan
        .findings
        .iter()
        .map(|it| it.message.len() + length(&it.path) + length(&it.successor) + length(&it.help));
    let declared = plan.declared.iter().map(|it| {
        let (Declared::Added(binding) | Declared::Removed(binding)) = it;
        binding.scope.len() + 256
    });
    let texts: usize = edits
        .chain(references)
        .chain(findings)
        .chain(declared)
        .sum();
    texts
        + size_of_val(&*plan.references)
        + size_of_val(&*plan.findings)
        + size_of_val(&*plan.declared)
        + size_of_val(plan.edits.as_slice())
}

#[cfg(test)]
mod tests;

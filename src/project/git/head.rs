//! Which lines of a file the last commit does not have.
//!
//! Git is asked for objects alone (`cat-file`): no filter, no driver of diffs and no hook is reached, and
//! nothing is fetched. What the difference is, is found here.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;
use similar::{Algorithm, DiffTag, capture_diff_slices_deadline};

use super::Repository;
use super::status::{Object, object_at_head};

/// How long two texts are compared before their difference is only rough.
const PATIENCE: Duration = Duration::from_millis(200);

/// So many files are asked for; each starts git.
const MOST_FILES: usize = 500;

/// Asks about files, one after the other.
#[derive(Debug, Default)]
pub struct Head {
    asked: usize,
    /// Roots of work trees that have no commit, or no git that answers.
    without: FxHashMap<PathBuf, bool>,
}

/// Lines of a file, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLines(Vec<Range<usize>>);

impl NewLines {
    /// Whether one of these lines is among them.
    pub fn has(&self, first: usize, last: usize) -> bool {
        self.0
            .iter()
            .any(|range| range.start <= last && first < range.end)
    }
}

impl Head {
    /// The lines of a file (absolute), which holds `bytes` now, that the last commit does not have. `None` if
    /// there is no commit to ask, or too many files were asked for already.
    pub fn new_lines(&mut self, file: &Path, bytes: &[u8]) -> Option<NewLines> {
        let file = file.canonicalize().ok()?;
        let repository = Repository::around(file.parent()?)?;
        if self.asked >= MOST_FILES || self.without.contains_key(&repository.root) {
            return None;
        }
        self.asked += 1;
        let now: Vec<&[u8]> = lines(bytes);
        match object_at_head(&repository.root, file.strip_prefix(&repository.root).ok()?) {
            Object::Is(then) => Some(NewLines(added(&lines(&then), &now))),
            Object::IsNot => Some(NewLines(std::iter::once(1..now.len() + 1).collect())),
            Object::Unknown => {
                self.without.insert(repository.root, true);
                None
            }
        }
    }
}

/// The lines without their ends: a checkout may have changed those.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes
        .split(|byte| *byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .collect()
}

fn added(then: &[&[u8]], now: &[&[u8]]) -> Vec<Range<usize>> {
    let deadline = Instant::now() + PATIENCE;
    capture_diff_slices_deadline(Algorithm::Myers, then, now, Some(deadline))
        .iter()
        .filter(|change| matches!(change.tag(), DiffTag::Insert | DiffTag::Replace))
        .map(|change| change.new_range().start + 1..change.new_range().end + 1)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_or_changed_is_new() {
        let new = NewLines(added(&lines(b"a\r\nb\r\nc\r\n"), &lines(b"a\nx\nb\nC\n")));
        let has: Vec<bool> = (1..=4).map(|line| new.has(line, line)).collect();
        assert_eq!(has, [false, true, false, true]);
        assert!(new.has(1, 2) && !new.has(5, 9));
    }
}

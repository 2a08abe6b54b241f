//! What only exists in the work tree is not written over unasked.
//!
//! A file with changes that no commit holds is refused, as cargo refuses it. Changes that repoint
//! made itself are none of these: the journal tells them by the content that an apply wrote, if the
//! file was clean then. That goes for applies only: what an undo restored may be anybody's.

use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

use super::builder::{Target, TransactionBuilder};
use super::digest::Digest;
use super::journal::{Journal, JournalError, Status};
use super::record::Action;
use crate::project::git::status::{self, GitStatusError, State};

/// Which changes may be written over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allow {
    /// None.
    Clean,
    /// Those that are staged, all of them.
    Staged,
    /// Any.
    Dirty,
}

/// Why a draft must not be committed.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// Files have changes that are in no commit: which, and what changes.
    #[error("{} in no commit", match .0.len() {
        1 => "1 file has changes that are".to_owned(),
        files => format!("{files} files have changes that are"),
    })]
    Uncommitted(Vec<(PathBuf, State)>),
    /// There are work trees, and no git that could be asked.
    #[error("git is not installed, so changes that are in no commit cannot be told")]
    WithoutGit,
    /// Git does not say.
    #[error(transparent)]
    Git(#[from] GitStatusError),
    /// The journal does not say what repoint wrote.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl TransactionBuilder<'_> {
    /// Asks git which files of the draft have changes that are in no commit.
    ///
    /// # Errors
    /// There are such files that `allow` does not cover; or nothing is known of them, unless all is
    /// allowed.
    pub fn guard(&mut self, allow: Allow) -> Result<(), GuardError> {
        let of = |target: &Target| (target.path.clone(), target.entry.old.map(|old| old.digest));
        let files: Vec<_> = self.targets.iter().map(of).collect();
        self.dirty = guard(self.journal, &files, allow)?;
        Ok(())
    }
}

/// Asks git which files (links resolved, with what they hold) have changes that are in no commit and that
/// repoint did not make. Gives their positions.
///
/// # Errors
/// There are such files that `allow` does not cover; or nothing is known of them, unless all is allowed.
pub fn guard(
    journal: &Journal<'_>,
    files: &[(PathBuf, Option<Digest>)],
    allow: Allow,
) -> Result<Vec<usize>, GuardError> {
    let paths: Vec<PathBuf> = files.iter().map(|(path, _)| path.clone()).collect();
    let said = match status::uncommitted(&paths) {
        Ok(said) if !said.without_git => said,
        // Whatever is unknown counts as somebody's work, now and later.
        _ if allow == Allow::Dirty => return Ok((0..files.len()).collect()),
        Ok(_) => return Err(GuardError::WithoutGit),
        Err(error) => return Err(error.into()),
    };
    if said.uncommitted.is_empty() {
        return Ok(Vec::new());
    }
    let own = written(journal)?;
    let indices = paths.iter().enumerate();
    let indices: FxHashMap<&Path, usize> = indices
        .map(|(index, path)| (path.as_path(), index))
        .collect();
    let mut dirty = Vec::new();
    let mut refused = Vec::new();
    for file in said.uncommitted {
        let Some(&index) = indices.get(file.path.as_path()) else {
            continue;
        };
        let old = files[index].1;
        let is_own = |old| own.get(&file.path).is_some_and(|all| all.contains(&old));
        if file.state != State::Unmerged && old.is_some_and(is_own) {
            continue;
        }
        dirty.push(index);
        let needed = match file.state {
            State::Staged => Allow::Staged,
            _ => Allow::Dirty,
        };
        if allow < needed {
            refused.push((file.path, file.state));
        }
    }
    dirty.sort_unstable();
    if refused.is_empty() {
        Ok(dirty)
    } else {
        Err(GuardError::Uncommitted(refused))
    }
}

/// By file, every content that an apply wrote where nothing of anybody else was.
fn written(journal: &Journal<'_>) -> Result<FxHashMap<PathBuf, FxHashSet<Digest>>, JournalError> {
    let mut written: FxHashMap<PathBuf, FxHashSet<Digest>> = FxHashMap::default();
    for (id, status) in journal.list()? {
        let Status::Done(done) = status else {
            continue;
        };
        if done.record.action != Action::Apply {
            continue;
        }
        // What a damaged pack does not say is not known, and what one of elsewhere says is not so.
        let Ok(mut pack) = journal.own_pack(id) else {
            continue;
        };
        let (entries, _) = pack.entries(Some(&done.record.pack));
        let is_own = |index: &usize| {
            done.record.dirty.binary_search(index).is_err()
                && done.left.binary_search(index).is_err()
        };
        for entry in entries.iter().filter(|entry| is_own(&entry.index)) {
            let path = entry.name.under(&journal.root);
            written.entry(path).or_default().insert(entry.new.digest);
        }
    }
    Ok(written)
}

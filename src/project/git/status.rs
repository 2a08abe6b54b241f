//! Which files have changes that git does not hold: what is asked before files are written.
//!
//! Git itself is asked, in the innermost work tree of each file, so what it says is what the user
//! sees there: the index, attributes and line ends, sparse checkouts, a user's own configuration.
//! `git status` leaves out what it is told to look away from. Work can be lost there all the same, so
//! ignored files are asked for too, and a file with `assume-unchanged` or `skip-worktree` is held against
//! the index by its content. Nothing is said of files that are in no work tree.
//!
//! How git is started, and what keeps it from running commands or from being misled, is in
//! `process`. What may follow from an answer is the caller's.

mod hidden;
mod pathspecs;
mod porcelain;
mod process;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use rustc_hash::{FxHashMap, FxHashSet};
use unicode_normalization::UnicodeNormalization;

use self::porcelain::Entry;
use self::process::{Git, Reading, WorkTree};
use super::Repository;
use crate::file;

/// How a file differs from what git holds of it; the greater, the less git holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// The index differs from the last commit, and the work tree does not differ from the index.
    Staged,
    /// The work tree differs from the index, in content, in kind or in mode, whatever the index
    /// holds; `git add --intent-to-add` too.
    Unstaged,
    /// Git is told to look away from it (`assume-unchanged` or `skip-worktree`), and the work tree differs
    /// from the index.
    Hidden,
    /// Git holds nothing of it, and does not ignore it. Also a file that was taken out of the
    /// index and is there still.
    Untracked,
    /// Git holds nothing of it, and ignores it.
    Ignored,
    /// A merge left it in conflict.
    Unmerged,
}

/// A file with changes that are in no commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncommitted {
    /// The file, as it was asked for.
    pub path: PathBuf,
    /// What git says of it.
    pub state: State,
}

/// What git says of a set of files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Those with uncommitted changes, in the order in which they were asked for.
    pub uncommitted: Vec<Uncommitted>,
    /// There are git work trees, but there is no git that could be asked: nothing is known.
    pub without_git: bool,
}

/// Why nothing is known of the files, although there is a git.
#[derive(Debug, thiserror::Error)]
pub enum GitStatusError {
    /// It could not be started.
    #[error(
        "git cannot be started to ask for uncommitted changes in {}: {source}; check the `git` that PATH names",
        root.display()
    )]
    NotStarted {
        /// The work tree.
        root: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It refused, or broke off.
    #[error(
        "git cannot tell the uncommitted changes in {}: {message}; run `git status` there and put that right first",
        root.display()
    )]
    Failed {
        /// The work tree.
        root: PathBuf,
        /// The first line that it wrote to standard error, else how it ended.
        message: String,
    },
    /// The file `.git` names a folder that is not there: a work tree whose repository is elsewhere.
    #[error(
        "{}: leads to no repository, so uncommitted changes cannot be told; make the repository \
         reachable, as `git worktree repair` does, or remove the file",
        root.join(".git").display()
    )]
    Astray {
        /// The work tree.
        root: PathBuf,
    },
    /// It said something that has no meaning here.
    #[error(
        "git said of the uncommitted changes in {} what is not understood: `{text}`; git 2.26 or newer is expected",
        root.display()
    )]
    NotUnderstood {
        /// The work tree.
        root: PathBuf,
        /// What it said, or the head of it.
        text: String,
    },
}

/// A file of the last commit.
pub(super) enum Object {
    /// Its bytes.
    Is(Vec<u8>),
    /// The commit has no such file.
    IsNot,
    /// There is no commit, or no git that answers.
    Unknown,
}

/// The bytes of a file, named from the root of a work tree, in the last commit.
pub(super) fn object_at_head(root: &Path, name: &Path) -> Object {
    let git = Git::in_path();
    match git.object(root, "HEAD", Some(name)) {
        Some(bytes) => Object::Is(bytes),
        None if git.object(root, "HEAD^{commit}", None).is_some() => Object::IsNot,
        None => Object::Unknown,
    }
}

/// Asks git which of these files have uncommitted changes. The files are absolute, without symbolic
/// links, and need not exist. Git is started a few times for each work tree, and never writes.
///
/// # Errors
/// If a git is there that does not answer, or a work tree has lost its repository. That there is no git is
/// no error.
pub fn uncommitted(files: &[PathBuf]) -> Result<Status, GitStatusError> {
    uncommitted_by(&Git::in_path(), files)
}

fn uncommitted_by(git: &Git, files: &[PathBuf]) -> Result<Status, GitStatusError> {
    let mut states: Vec<Option<State>> = vec![None; files.len()];
    for (root, members) in by_repository(files)? {
        let reading = match git.read(&root)? {
            Reading::WorkTree(reading) => reading,
            Reading::NoWorkTree => continue,
            Reading::NoGit => {
                return Ok(Status {
                    without_git: true,
                    ..Status::default()
                });
            }
        };
        let names: Vec<Cow<'_, [u8]>> = members
            .iter()
            .map(|&index| name_below(&root, &files[index]))
            .collect();
        let mut answer = ask(git, &reading, &names)?;
        answer.add_hidden(git, &names)?;
        for (&index, name) in members.iter().zip(&names) {
            states[index] = answer.of(name);
        }
    }
    let uncommitted = files.iter().zip(states).filter_map(|(path, state)| {
        Some(Uncommitted {
            path: path.clone(),
            state: state?,
        })
    });
    Ok(Status {
        uncommitted: uncommitted.collect(),
        without_git: false,
    })
}

/// The files of each work tree, as indices; those in none are left out. In the order in which the
/// files are.
///
/// # Errors
/// A work tree has lost its repository.
fn by_repository(files: &[PathBuf]) -> Result<Vec<(PathBuf, Vec<usize>)>, GitStatusError> {
    // For each folder that was looked at, which of the groups its files are in.
    let mut known: FxHashMap<&Path, Option<usize>> = FxHashMap::default();
    let mut groups: Vec<(PathBuf, Vec<usize>)> = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let mut passed = Vec::new();
        let mut found = None;
        for folder in file.ancestors().skip(1) {
            if let Some(group) = known.get(folder) {
                found = *group;
                break;
            }
            passed.push(folder);
            if let Some(repository) = Repository::at(folder) {
                groups.push((repository.root, Vec::new()));
                found = Some(groups.len() - 1);
                break;
            }
            // What is no repository is passed over, but a file that names one must lead there.
            if names_repository(&folder.join(".git")) {
                let root = folder.to_owned();
                return Err(GitStatusError::Astray { root });
            }
        }
        known.extend(passed.into_iter().map(|folder| (folder, found)));
        if let Some(group) = found {
            groups[group].1.push(index);
        }
    }
    Ok(groups)
}

/// Whether this is a file as linked work trees and submodules have it.
fn names_repository(git: &Path) -> bool {
    git.is_file() && file::read(git).is_ok_and(|text| text.starts_with(b"gitdir: "))
}

/// The name of a file as git writes it, from the root: `/` between the parts.
fn name_below<'a>(root: &Path, file: &'a Path) -> Cow<'a, [u8]> {
    // It is below: the root was found from the file upwards.
    let below = file.strip_prefix(root).unwrap_or(file);
    let bytes = <[u8]>::from_path(below).map_or_else(
        || Cow::Owned(below.to_string_lossy().into_owned().into_bytes()),
        Cow::Borrowed,
    );
    if std::path::MAIN_SEPARATOR == '/' {
        bytes
    } else {
        Cow::Owned(bytes.replace(std::path::MAIN_SEPARATOR_STR, "/"))
    }
}

/// What git said of one work tree, by name from the root.
struct Answer<'a> {
    tree: &'a WorkTree,
    files: FxHashMap<Vec<u8>, State>,
    /// Folders of which nothing is tracked and that git does not look into, with a `/` at the end.
    folders: Vec<(Vec<u8>, State)>,
}

fn ask<'a>(
    git: &Git,
    tree: &'a WorkTree,
    names: &[Cow<'_, [u8]>],
) -> Result<Answer<'a>, GitStatusError> {
    let output = git.status(tree, &pathspecs::covering(names))?;
    let mut answer = Answer {
        tree,
        files: FxHashMap::default(),
        folders: Vec::new(),
    };
    for entry in porcelain::entries(&output) {
        let Entry { name, state } =
            entry.map_err(|text| tree.not_understood(&text.to_str_lossy()))?;
        // Git's own root may lie above, if it takes no `.git` for a repository that looks like one.
        let Some(name) = name.strip_prefix(tree.prefix.as_slice()) else {
            continue;
        };
        let key = tree.key(name).into_owned();
        if key.ends_with(b"/") {
            answer.folders.push((key, state));
            continue;
        }
        let known = answer.files.entry(key).or_insert(state);
        // `git rm --cached` gives two entries: taken out of the index, and untracked.
        *known = state.max(*known);
    }
    Ok(answer)
}

impl Answer<'_> {
    /// Adds what `git status` does not tell, because git is told to look away from it.
    fn add_hidden(&mut self, git: &Git, names: &[Cow<'_, [u8]>]) -> Result<(), GitStatusError> {
        let list = git.index(self.tree, &pathspecs::covering(names))?;
        let asked: FxHashSet<Cow<'_, [u8]>> =
            names.iter().map(|name| self.tree.key(name)).collect();
        for entry in hidden::entries(&list) {
            let entry = entry.map_err(|text| self.tree.not_understood(&text.to_str_lossy()))?;
            let Some(name) = entry.name.strip_prefix(self.tree.prefix.as_slice()) else {
                continue;
            };
            let key = self.tree.key(name);
            if asked.contains(&key) && !entry.is_on_disk(&self.tree.root, name) {
                self.files.insert(key.into_owned(), State::Hidden);
            }
        }
        Ok(())
    }

    fn of(&self, name: &[u8]) -> Option<State> {
        let key = self.tree.key(name);
        self.files.get(key.as_ref()).copied().or_else(|| {
            let mut around = self
                .folders
                .iter()
                .filter(|(folder, _)| key.starts_with(folder));
            around.next().map(|(_, state)| *state)
        })
    }
}

impl WorkTree {
    /// What is the same for all spellings that this repository takes for one name.
    fn key<'n>(&self, name: &'n [u8]) -> Cow<'n, [u8]> {
        let mut key = Cow::Borrowed(name);
        if self.precompose
            && let Ok(text) = name.to_str()
        {
            key = Cow::Owned(text.nfc().collect::<String>().into_bytes());
        }
        if self.ignore_case {
            // As git: only ASCII letters have a case.
            key = Cow::Owned(key.to_ascii_lowercase());
        }
        key
    }

    fn not_understood(&self, text: &str) -> GitStatusError {
        GitStatusError::NotUnderstood {
            root: self.root.clone(),
            text: process::printable(text),
        }
    }
}

//! Writing: a set of files, all of it or nothing of it.
//!
//! Every new content is first written in full beside its file, under a name that no language reads;
//! then each file is compared with what was planned from, and only if all are as they were is the
//! first one replaced, by a rename. A file is at every moment wholly old or wholly new. What is
//! deliberately not here yet: a journal that survives a crash between two renames.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;
use tempfile::{NamedTempFile, TempPath};

/// Prefix and suffix of the files that hold new content until the rename. The suffix is no
/// source's, the leading dot hides them from a walk.
const STAGED: (&str, &str) = (".repoint-", ".tmp");

/// What becomes of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The file, absolute. If it is a symbolic link its target is written and the link stays.
    pub path: PathBuf,
    /// The content that the change was planned from.
    pub old: Vec<u8>,
    /// The content that it gets.
    pub new: Vec<u8>,
}

/// Why one file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct WriteError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong.
    #[source]
    pub problem: Problem,
}

/// What keeps a file from being written.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Someone changed it since it was read.
    #[error("has changed since it was read; run repoint again")]
    Drifted,
    /// Two changes of the set speak of one file and disagree.
    #[error("is to be written twice with different content, through two names; name it once")]
    Twice,
    /// It, or the folder that it lies in, cannot be read or written.
    #[error("cannot be {doing}: {source}; check the permissions of the file and of its folder")]
    Io {
        /// What was tried: a participle.
        doing: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// A file that was already replaced could not be given its old content back.
    #[error("has its new content, and cannot be given the old one back: {0}")]
    NotRestored(io::Error),
}

/// A set of changes that was not made.
#[derive(Debug, thiserror::Error)]
#[error("nothing was written: {} of the files cannot be", errors.len())]
pub struct CommitError {
    /// Why, a file each; never empty.
    pub errors: Vec<WriteError>,
}

/// Makes all changes, or none. Contents that do not change are not written.
///
/// # Errors
/// Every file that could not be written; the others are as they were, save those that are named as
/// [`Problem::NotRestored`].
pub fn commit(changes: &[Change]) -> Result<(), CommitError> {
    let mut staged: Vec<Staged<'_>> = Vec::new();
    let mut errors = Vec::new();
    let mut targets: FxHashMap<PathBuf, &Change> = FxHashMap::default();
    for change in changes.iter().filter(|change| change.old != change.new) {
        match stage(change, &mut targets) {
            Ok(fresh) => staged.extend(fresh),
            Err(problem) => errors.push(at(&change.path, problem)),
        }
    }
    for staged in &staged {
        if let Err(problem) = undrifted(staged) {
            errors.push(at(&staged.change.path, problem));
        }
    }
    if !errors.is_empty() {
        return Err(CommitError { errors });
    }
    replace_all(staged)
}

/// New content that lies beside its file.
struct Staged<'a> {
    change: &'a Change,
    /// The file itself, links resolved.
    target: PathBuf,
    content: TempPath,
}

/// `None` if another name of the same file is already staged with the same content.
fn stage<'a>(
    change: &'a Change,
    targets: &mut FxHashMap<PathBuf, &'a Change>,
) -> Result<Option<Staged<'a>>, Problem> {
    let target = fs::canonicalize(&change.path).map_err(io_while("found"))?;
    if let Some(other) = targets.insert(target.clone(), change) {
        return if other.new == change.new {
            Ok(None)
        } else {
            Err(Problem::Twice)
        };
    }
    let content = write_beside(&target, &change.new).map_err(io_while("written"))?;
    Ok(Some(Staged {
        change,
        target,
        content,
    }))
}

fn undrifted(staged: &Staged<'_>) -> Result<(), Problem> {
    let now = fs::read(&staged.target).map_err(io_while("read"))?;
    if now == staged.change.old {
        Ok(())
    } else {
        Err(Problem::Drifted)
    }
}

/// Renames each new content over its file. When one cannot be, those before it get their old
/// content back.
fn replace_all(staged: Vec<Staged<'_>>) -> Result<(), CommitError> {
    let mut done: Vec<(PathBuf, &Change)> = Vec::new();
    for Staged {
        change,
        target,
        content,
    } in staged
    {
        match content.persist(&target) {
            Ok(()) => done.push((target, change)),
            Err(error) => {
                let mut errors = vec![at(&change.path, io_while("replaced")(error.error))];
                for (target, change) in done {
                    let restored = write_beside(&target, &change.old)
                        .and_then(|content| content.persist(&target).map_err(|e| e.error));
                    if let Err(error) = restored {
                        errors.push(at(&change.path, Problem::NotRestored(error)));
                    }
                }
                return Err(CommitError { errors });
            }
        }
    }
    Ok(())
}

/// Writes `content` to a new file in the folder of `target`, with the permissions of `target`.
fn write_beside(target: &Path, content: &[u8]) -> io::Result<TempPath> {
    // A file without write permission says that it is not to be written; a rename would not ask.
    File::options().write(true).open(target)?;
    let folder = target.parent().unwrap_or(Path::new("/"));
    let (prefix, suffix) = STAGED;
    let mut file: NamedTempFile = tempfile::Builder::new()
        .prefix(prefix)
        .suffix(suffix)
        .tempfile_in(folder)?;
    file.write_all(content)?;
    let metadata = fs::metadata(target)?;
    keep_owner(file.as_file(), &metadata);
    file.as_file().set_permissions(metadata.permissions())?;
    file.as_file().sync_all()?;
    Ok(file.into_temp_path())
}

/// Root may give a file away, others may not: who cannot owns the new file, as with any editor.
#[cfg(unix)]
fn keep_owner(file: &File, like: &Metadata) {
    use std::os::unix::fs::{MetadataExt, fchown};

    let _ = fchown(file, Some(like.uid()), Some(like.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_file: &File, _like: &Metadata) {}

fn at(path: &Path, problem: Problem) -> WriteError {
    WriteError {
        path: path.to_owned(),
        problem,
    }
}

fn io_while(doing: &'static str) -> impl Fn(io::Error) -> Problem {
    move |source| Problem::Io { doing, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &Path, old: &str, new: &str) -> Change {
        Change {
            path: path.to_owned(),
            old: old.into(),
            new: new.into(),
        }
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, content) in files {
            fs::write(folder.path().join(name), content).expect("written");
        }
        folder
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .expect("readable")
            .map(|entry| entry.expect("entry").file_name().to_string_lossy().into())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_gets_its_new_content_and_nothing_is_left_behind() {
        let folder = folder(&[("a.rs", "old")]);
        let a = folder.path().join("a.rs");
        commit(&[change(&a, "old", "new")]).expect("written");
        assert_eq!(fs::read_to_string(&a).expect("there"), "new");
        assert_eq!(names(folder.path()), ["a.rs"]);
    }

    #[test]
    fn a_file_that_drifted_keeps_all_files_as_they_are() {
        let folder = folder(&[("a.rs", "old"), ("b.rs", "edited meanwhile")]);
        let (a, b) = (folder.path().join("a.rs"), folder.path().join("b.rs"));
        let error = commit(&[change(&a, "old", "new"), change(&b, "old", "new")])
            .expect_err("b has drifted");
        assert!(matches!(
            error.errors[..],
            [WriteError {
                problem: Problem::Drifted,
                ..
            }]
        ));
        assert!(error.errors[0].path.ends_with("b.rs"));
        assert_eq!(fs::read_to_string(&a).expect("there"), "old");
        assert_eq!(names(folder.path()), ["a.rs", "b.rs"]);
    }

    #[test]
    fn a_missing_file_is_named_and_not_made() {
        let folder = folder(&[]);
        let a = folder.path().join("a.rs");
        assert!(commit(&[change(&a, "old", "new")]).is_err());
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn two_names_of_one_file_must_agree() {
        let folder = folder(&[("a.rs", "old")]);
        let a = folder.path().join("a.rs");
        let dotted = folder.path().join(".").join("a.rs");
        assert!(commit(&[change(&a, "old", "x"), change(&dotted, "old", "y")]).is_err());
        commit(&[change(&a, "old", "x"), change(&dotted, "old", "x")]).expect("they agree");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let folder = folder(&[("real.rs", "old")]);
        let (real, link) = (folder.path().join("real.rs"), folder.path().join("l.rs"));
        fs::set_permissions(&real, fs::Permissions::from_mode(0o751)).expect("set");
        symlink("real.rs", &link).expect("linked");
        commit(&[change(&link, "old", "new")]).expect("written");
        assert_eq!(fs::read_to_string(&real).expect("there"), "new");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        let mode = fs::metadata(&real).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o751);
    }
}

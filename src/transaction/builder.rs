//! A transaction that is being put together: nothing of the tree has changed.

use std::fs::{self, Metadata};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

use super::digest::Digest;
use super::journal::{Journal, JournalError, io_error};
use super::lock::Lock;
use super::name::Name;
use super::pack::{Contents, Entry, PackWriter, stage_of};
use super::problem::{AddError, Problem, io_while};
use super::record::Id;
use super::replaceable::replaceable;

/// What becomes of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<'a> {
    /// The file, absolute. If it is a symbolic link its target is written and the link stays.
    pub path: &'a Path,
    /// The content that the change was planned from; `None` if the file is to be made.
    pub old: Option<&'a [u8]>,
    /// The content that it gets.
    pub new: &'a [u8],
    /// References that are rewritten in it.
    pub references: usize,
    /// Permissions that a file which is to be made gets, as unix has them; it gets neither
    /// set-user-ID nor set-group-ID.
    pub mode: u32,
}

/// What was found when a file was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is in.
    New {
        /// Names that the file has beside this one. They will not follow it.
        hard_links: u64,
    },
    /// It is in already, by another name, or nothing of it changes.
    Already,
}

/// A file of a draft.
#[derive(Debug)]
pub(super) struct Target {
    pub path: PathBuf,
    pub entry: Entry,
}

/// A transaction that is being put together.
pub struct TransactionBuilder<'j> {
    pub(super) journal: &'j Journal<'j>,
    pub(super) id: Id,
    pub(super) pack: PackWriter<'j>,
    token: String,
    pub(super) targets: Vec<Target>,
    pub(super) dirty: Vec<usize>,
    pub(super) seen: FxHashMap<PathBuf, usize>,
    bounds: FxHashSet<PathBuf>,
    /// Held to the end.
    pub(super) lock: Lock,
}

impl<'j> TransactionBuilder<'j> {
    /// Starts a transaction. Only files below one of `bounds` (absolute, without links) will be
    /// written.
    ///
    /// # Errors
    /// The journal cannot be written, or a transaction is still to be finished.
    pub fn begin(
        journal: &'j Journal<'j>,
        lock: Lock,
        bounds: Vec<PathBuf>,
    ) -> Result<Self, JournalError> {
        let files = journal.files()?;
        if let Some((id, _)) = files.iter().find(|(_, files)| files.is_open()) {
            return Err(JournalError::Unfinished(*id));
        }
        let id = files.keys().last().map_or(1, |last| last.saturating_add(1));
        let path = journal.file(id, "pack");
        let token = token();
        let (seal, root) = (journal.seal(), &journal.root);
        let pack = PackWriter::create(journal.disk, &path, token.clone(), seal, root)
            .map_err(|source| io_error(&path, "created", source))?;
        Ok(Self {
            journal,
            id,
            pack,
            token,
            targets: Vec::new(),
            dirty: Vec::new(),
            seen: FxHashMap::default(),
            bounds: bounds.into_iter().collect(),
            lock,
        })
    }

    /// The number that it will have.
    pub fn id(&self) -> Id {
        self.id
    }

    /// Whether nothing would be written.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// The files that would be written, links resolved, in the order in which they came.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.targets.iter().map(|target| target.path.as_path())
    }

    /// Takes a file in. Its contents go to the pack; they are not held.
    ///
    /// # Errors
    /// The file cannot be written, which leaves the draft as it was; or the journal cannot be.
    pub fn add(&mut self, change: &Change<'_>) -> Result<Added, AddError> {
        if change.old == Some(change.new) {
            return Ok(Added::Already);
        }
        let path = self.resolved(change)?;
        if let Some(other) = self.seen.get(&path) {
            let other = &self.targets[*other].entry;
            return if other.new.digest == Digest::of(change.new) {
                Ok(Added::Already)
            } else {
                Err(Problem::Twice.into())
            };
        }
        let metadata = match change.old {
            Some(_) => Some(may_be_written(&path)?),
            None => {
                writable_folder(path.parent().unwrap_or(&path), None)?;
                replaceable(&path)?;
                None
            }
        };
        let temporary = stage_of(&path, &self.token, self.targets.len());
        if let Err(error) = fs::symlink_metadata(temporary)
            && error.kind() == ErrorKind::InvalidFilename
        {
            return Err(Problem::TooLong.into());
        }
        let name = Name::new(&path, &self.journal.root).map_err(|_| Problem::Name)?;
        if name.is_reserved() {
            return Err(Problem::Reserved.into());
        }
        let contents = Contents {
            name,
            mode: metadata.as_ref().map_or(change.mode, mode_of),
            references: change.references,
            old: change.old,
            new: change.new,
        };
        let packed = self.pack.add(contents);
        let entry = packed
            .map_err(|source| io_error(&self.journal.file(self.id, "pack"), "written", source))?;
        self.seen.insert(path.clone(), self.targets.len());
        self.targets.push(Target { path, entry });
        let hard_links = metadata.as_ref().map_or(0, other_names);
        Ok(Added::New { hard_links })
    }

    /// Gives it up: nothing is left of it.
    ///
    /// # Errors
    /// The pack cannot be removed; the next run does.
    pub fn discard(self) -> Result<(), JournalError> {
        self.pack.abandon();
        self.journal.remove(self.id, "pack")
    }

    /// Where the file is, links resolved; a file that is to be made has only a folder.
    fn resolved(&self, change: &Change<'_>) -> Result<PathBuf, Problem> {
        let path = match (change.old, change.path.parent(), change.path.file_name()) {
            (None, Some(folder), Some(name)) => fs::canonicalize(folder).map(|f| f.join(name)),
            _ => fs::canonicalize(change.path),
        };
        let path = path.map_err(io_while("found"))?;
        // An undo is bound to each of its files, and they may be many.
        if path.ancestors().any(|part| self.bounds.contains(part)) {
            Ok(path)
        } else {
            Err(Problem::Outside(path))
        }
    }
}

/// What is said of a file that is there (its path without links), if it may be written: asked before anything
/// is done with it.
///
/// # Errors
/// Why it may not.
pub fn may_be_written(path: &Path) -> Result<Metadata, Problem> {
    let metadata = writable(path)?;
    writable_folder(path.parent().unwrap_or(path), Some(&metadata))?;
    replaceable(path)?;
    Ok(metadata)
}

/// Part of the names of temporary files: no two transactions have the same.
fn token() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

/// What is said of the file, if it may be replaced. A rename asks nobody, so a file that nobody may
/// write would not keep its owner's word if this did not.
fn writable(path: &Path) -> Result<Metadata, Problem> {
    let metadata = fs::symlink_metadata(path).map_err(io_while("found"))?;
    if !metadata.is_file() {
        return Err(Problem::NotAFile);
    }
    if metadata.permissions().readonly() {
        return Err(Problem::ReadOnly);
    }
    #[cfg(unix)]
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK)
        .map_err(|error| io_while("written")(error.into()))?;
    Ok(metadata)
}

/// Whether files can be made and replaced in a folder; `file` is the one that will be.
#[cfg(unix)]
fn writable_folder(folder: &Path, file: Option<&Metadata>) -> Result<(), Problem> {
    use std::os::unix::fs::MetadataExt;

    use rustix::fs::Access;

    let metadata = fs::metadata(folder).map_err(io_while("found"))?;
    if metadata.permissions().readonly() {
        return Err(Problem::ReadOnlyFolder);
    }
    rustix::fs::access(folder, Access::WRITE_OK | Access::EXEC_OK)
        .map_err(|error| io_while("replaced in its folder")(error.into()))?;
    // In a sticky folder only the owners of the file and of the folder may rename over it.
    let sticky = metadata.mode() & 0o1000 != 0;
    let user = rustix::process::geteuid().as_raw();
    let owns = |uid: u32| user == 0 || user == uid;
    if sticky && !owns(metadata.uid()) && !file.is_none_or(|file| owns(file.uid())) {
        return Err(Problem::ReadOnlyFolder);
    }
    Ok(())
}

#[cfg(not(unix))]
fn writable_folder(_folder: &Path, _file: Option<&Metadata>) -> Result<(), Problem> {
    Ok(())
}

#[cfg(unix)]
pub(super) fn mode_of(metadata: &Metadata) -> u32 {
    use std::os::unix::fs::MetadataExt;
    metadata.mode() & 0o7777
}

#[cfg(not(unix))]
pub(super) fn mode_of(_metadata: &Metadata) -> u32 {
    0o644
}

#[cfg(unix)]
fn other_names(metadata: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    metadata.nlink().saturating_sub(1)
}

#[cfg(not(unix))]
fn other_names(_metadata: &Metadata) -> u64 {
    0
}

#[cfg(all(test, unix))]
mod tests;

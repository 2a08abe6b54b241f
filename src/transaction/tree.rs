//! The files of a transaction where they are now: found again without following a link.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::digest::Digest;
use super::disk::Disk;
use super::name::Name;

/// Why a file is left as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Left {
    /// Its content is neither what it had nor what it was to get.
    #[error("has been edited since")]
    Edited,
    /// It, or its folder, does not exist.
    #[error("is not there any more")]
    Gone,
    /// It is a folder, a link or something else now.
    #[error("is no regular file any more")]
    NotAFile,
    /// A folder above it has become a link.
    #[error("lies behind a link now, which is not followed")]
    Linked,
    /// A folder above it cannot be looked at: why. It may be there.
    #[error("lies in a folder that cannot be reached: {0}")]
    Unreachable(String),
    /// It is not below the project's root, and the journal is not the folder that was written to.
    #[error("lies outside of the project, and the journal is a copy from elsewhere")]
    Outside,
    /// It is git's or repoint's own, whatever the journal says.
    #[error("lies in a folder .git or .repoint, where repoint writes nothing")]
    Reserved,
    /// Another transaction has rewritten it since.
    #[error("was rewritten since by transaction {0}: undo that one first")]
    Rewritten(super::record::Id),
    /// It was not there before.
    #[error("was not there before: remove it by hand")]
    Made,
    /// Both sides changed the same lines.
    #[error("was edited in the lines that were rewritten: merge by hand")]
    Conflict,
    /// Its three versions cannot be merged at all: why.
    #[error("cannot be merged: {0}")]
    NotMerged(String),
    /// What it had is not what was written to the journal.
    #[error("cannot be restored: its content in the journal is damaged")]
    Damaged,
    /// It cannot be read or written: why.
    #[error("{0}")]
    Refused(String),
}

/// The project's tree.
pub(super) struct Tree<'a> {
    disk: &'a dyn Disk,
    root: &'a Path,
    /// Whether files outside of the root may be touched.
    trusted: bool,
    /// Folders that were found to be where they seem to be. One that is another now, as when it was
    /// replaced by a link, is looked at again.
    folders: FxHashMap<PathBuf, Identity>,
}

/// What tells a folder from others.
#[cfg(unix)]
type Identity = (u64, u64);

/// There is nothing that does.
#[cfg(not(unix))]
type Identity = std::convert::Infallible;

/// What has the name of a file.
pub(super) enum Found {
    Missing,
    File(Digest, Box<Metadata>),
    Other,
}

impl<'a> Tree<'a> {
    pub fn new(disk: &'a dyn Disk, root: &'a Path, trusted: bool) -> Self {
        Self {
            disk,
            root,
            trusted,
            folders: FxHashMap::default(),
        }
    }

    /// Where the file is, unless it must not be touched there.
    pub fn locate(&mut self, name: &Name) -> Result<PathBuf, Left> {
        if name.is_reserved() {
            return Err(Left::Reserved);
        }
        if name.is_outside() && !self.trusted {
            return Err(Left::Outside);
        }
        let path = name.under(self.root);
        let folder = path.parent().unwrap_or(self.root);
        let metadata = fs::metadata(folder).map_err(|error| unreached(&error))?;
        if !metadata.is_dir() {
            return Err(Left::Gone);
        }
        let identity = identity(&metadata);
        if identity.is_some() && self.folders.get(folder) == identity.as_ref() {
            return Ok(path);
        }
        let real = fs::canonicalize(folder).map_err(|error| unreached(&error))?;
        if real != folder {
            return Err(Left::Linked);
        }
        if let Some(identity) = identity {
            self.folders.insert(folder.to_owned(), identity);
        }
        Ok(path)
    }

    /// What is there.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn look(&self, path: &Path) -> io::Result<Found> {
        let metadata = match self.disk.metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if is_nothing(&error) => return Ok(Found::Missing),
            Err(error) => return Err(error),
        };
        if !metadata.is_file() {
            return Ok(Found::Other);
        }
        let file = match self.disk.open(path) {
            // It went between the two calls.
            Err(error) if is_nothing(&error) => return Ok(Found::Missing),
            file => file?,
        };
        let (digest, _) = Digest::of_reader(file)?;
        Ok(Found::File(digest, Box::new(metadata)))
    }
}

/// Whether there is nothing of that name: a folder above it may be a file now, and what is too long
/// cannot be there.
pub(super) fn is_nothing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidFilename
    )
}

fn unreached(error: &io::Error) -> Left {
    if is_nothing(error) {
        Left::Gone
    } else {
        Left::Unreachable(error.to_string())
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_metadata: &Metadata) -> Option<Identity> {
    None
}

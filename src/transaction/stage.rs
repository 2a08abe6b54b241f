//! New content beside its file, ready to be renamed over it.

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

use super::builder::mode_of;
use super::digest::{Digest, pass_on};
use super::disk::Disk;
use super::pack::{Entry, Pack, PackError, stage_of, unlike_itself};
use super::tree::is_nothing;

/// Writes the new content of an entry beside `target`, with the permissions, owner and attributes
/// of the file there, or those that it had. Nothing is flushed.
///
/// # Errors
/// The pack is damaged, or the temporary file cannot be written; it is removed then, if that can be.
pub(super) fn stage(
    disk: &dyn Disk,
    pack: &mut Pack,
    entry: &Entry,
    target: &Path,
    present: Option<&Metadata>,
) -> Result<PathBuf, PackError> {
    let path = stage_of(target, &pack.head.token, entry.index);
    let written = write(disk, pack, entry, &path, target, present);
    if written.is_err() {
        let _ = disk.remove(&path);
    }
    written.map(|()| path)
}

fn write(
    disk: &dyn Disk,
    pack: &mut Pack,
    entry: &Entry,
    path: &Path,
    target: &Path,
    present: Option<&Metadata>,
) -> Result<(), PackError> {
    let mut file = disk.create(path).map_err(PackError::Write)?;
    let content = pack.content(&entry.new)?;
    let (digest, _) =
        pass_on(content, |bytes| disk.write(&mut file, bytes)).map_err(PackError::Write)?;
    if digest != entry.new.digest {
        return Err(unlike_itself(&entry.new));
    }
    let permitted = match present {
        Some(metadata) => disk.imitate(&file, target, metadata),
        None => disk.set_mode(&file, entry.mode & 0o777),
    };
    permitted.map_err(PackError::Write)
}

/// Whether the temporary file of an entry is there in full, as [`stage`] would make it now: it was
/// made like what the file was then. Its permissions come last, so without them it is not.
///
/// # Errors
/// That cannot be told.
pub(super) fn is_staged(
    disk: &dyn Disk,
    path: &Path,
    entry: &Entry,
    target: &Path,
    present: Option<&Metadata>,
) -> io::Result<bool> {
    let metadata = match disk.metadata(path) {
        Err(error) if is_nothing(&error) => return Ok(false),
        metadata => metadata?,
    };
    if !metadata.is_file() || mode_of(&metadata) != present.map_or(entry.mode, mode_of) {
        return Ok(false);
    }
    if present.is_some_and(|present| !is_alike((&metadata, path), (present, target))) {
        return Ok(false);
    }
    let (digest, _) = Digest::of_reader(disk.open(path)?)?;
    Ok(digest == entry.new.digest)
}

/// Gives new content that was staged a while ago the permissions and the owner that the file has now:
/// somebody may have changed them since. What the system refuses stays as it was staged, which was right
/// then.
pub(super) fn follow(disk: &dyn Disk, staged: &Path, target: &Path) {
    let (Ok(metadata), Ok(present)) = (disk.metadata(staged), disk.metadata(target)) else {
        return;
    };
    if present.is_file()
        && !is_permitted_alike(&metadata, &present)
        && let Ok(file) = disk.open(staged)
    {
        let _ = disk.imitate(&file, target, &present);
    }
}

#[cfg(unix)]
fn is_permitted_alike(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    let key = |metadata: &Metadata| (metadata.mode(), metadata.uid(), metadata.gid());
    key(one) == key(other)
}

#[cfg(not(unix))]
fn is_permitted_alike(one: &Metadata, other: &Metadata) -> bool {
    one.permissions() == other.permissions()
}

/// Whether two files have the same owner, group and attributes. What could not be given to the one
/// makes them differ, which costs no more than to try again.
#[cfg(unix)]
fn is_alike(one: (&Metadata, &Path), other: (&Metadata, &Path)) -> bool {
    use std::collections::BTreeMap;
    use std::os::unix::fs::MetadataExt;

    let owner = |metadata: &Metadata| (metadata.uid(), metadata.gid());
    let attributes = |path: &Path| -> io::Result<BTreeMap<_, _>> {
        let names = xattr::list(path)?;
        names
            .map(|name| xattr::get(path, &name).map(|value| (name, value)))
            .collect()
    };
    owner(one.0) == owner(other.0)
        && match (attributes(one.1), attributes(other.1)) {
            (Ok(one), Ok(other)) => one == other,
            // They are not kept here.
            (Err(_), Err(_)) => true,
            _ => false,
        }
}

#[cfg(not(unix))]
fn is_alike(_one: (&Metadata, &Path), _other: (&Metadata, &Path)) -> bool {
    true
}

/// Removes a temporary file, if there is one.
///
/// # Errors
/// It is there and cannot be removed.
pub(super) fn clear(disk: &dyn Disk, path: &Path) -> io::Result<()> {
    match disk.remove(path) {
        Err(error) if !is_nothing(&error) => Err(error),
        _ => Ok(()),
    }
}

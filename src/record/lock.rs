//! One migration at a time: a lock of the operating system, held from its first event to its last.
//!
//! Whoever writes the tree by another command asks for it too, and is refused meanwhile.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

/// The right to migrate, as long as it is held.
#[derive(Debug)]
pub struct MigrationLock {
    _file: File,
}

/// Takes the lock of the state folder; `None` if somebody else has it.
///
/// # Errors
/// The folder cannot be made, or the file in it.
pub fn take_lock(state: &Path) -> io::Result<Option<MigrationLock>> {
    let folder = state.join("migrations");
    fs::create_dir_all(&folder)?;
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(folder.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(MigrationLock { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whether somebody migrates in this state folder now.
///
/// # Errors
/// That cannot be told.
pub fn is_migrating(state: &Path) -> io::Result<bool> {
    let file = match File::open(state.join("migrations").join("lock")) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

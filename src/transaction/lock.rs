//! One writer at a time: a lock of the operating system on the state folder.
//!
//! The system gives it back when its holder ends, however that ends. What the file says is for
//! people only.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::record::now;

/// How long a second writer waits.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often it asks meanwhile.
const INTERVAL: Duration = Duration::from_millis(20);

/// The right to write, as long as it is held.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Who holds the lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// Since when: seconds since 1970, UTC.
    pub since: i64,
    /// The subcommand.
    pub command: String,
}

/// What came of asking for the lock.
pub(super) enum Asked {
    Held(Lock),
    /// Somebody else has it; who that is, if it can be told.
    Busy(Option<Holder>),
}

/// Takes the lock that the file at `path` stands for, and makes the file if there is none.
pub(super) fn take(path: &Path, command: &str) -> io::Result<Asked> {
    let mut file = open(path, OpenOptions::new().write(true).create(true))?;
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                std::thread::sleep(INTERVAL);
            }
            Err(TryLockError::WouldBlock) => return Ok(Asked::Busy(holder(&mut file))),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    // That nobody can be told who holds it is no reason not to go on.
    let _ = say(&mut file, command);
    Ok(Asked::Held(Lock { _file: file }))
}

/// Who holds the lock now: `None` if nobody does, or none was ever taken.
pub(super) fn held(path: &Path) -> io::Result<Option<Option<Holder>>> {
    let mut file = match open(path, &mut OpenOptions::new()) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(holder(&mut file))),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.custom_flags(flags.bits().cast_signed());
    }
    options.open(path)
}

fn say(file: &mut File, command: &str) -> io::Result<()> {
    let holder = Holder {
        pid: std::process::id(),
        since: now(),
        command: command.to_owned(),
    };
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&serde_json::to_vec(&holder)?)
}

fn holder(file: &mut File) -> Option<Holder> {
    let mut text = Vec::new();
    file.rewind().ok()?;
    file.take(4096).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

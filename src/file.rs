//! Reading files of a tree that nobody vouches for.
//!
//! What a tree holds is opened only if it is a regular file, without ever waiting for it, and is read
//! up to a limit: a FIFO, a device or a file that grows without end can neither stop a run nor fill
//! the memory. Nothing here writes.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Bytes of the largest file that is read beside the sources of a run: a manifest, a mapping, a module
/// that a source refers to. Far more than any of them has.
pub const LIMIT: u64 = 64 << 20;

/// Who says that a file is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamedBy {
    /// A person, on the command line: pipes (`<(...)`, `/dev/stdin`) are read as by any program.
    Person,
    /// The tree: only a regular file is opened.
    Tree,
}

/// A thing in a file system that is no file to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is a {0}, expected a regular file")]
struct Irregular(&'static str);

/// Opens a regular file, behind links.
///
/// # Errors
/// It cannot be opened, is a folder ([`ErrorKind::IsADirectory`]) or no regular file.
pub fn open(path: &Path) -> io::Result<(File, Metadata)> {
    // Opening alone does something to some devices, so the kind is asked before and after.
    check(&fs::metadata(path)?)?;
    opened(path, Link::Follow)
}

/// Opens what was just seen to be a regular file and no link, unless it is something else by now.
///
/// # Errors
/// As for [`open`]; a link is one too.
pub fn open_seen(path: &Path) -> io::Result<(File, Metadata)> {
    opened(path, Link::Refuse)
}

/// The bytes of a regular file of at most [`LIMIT`] bytes.
///
/// # Errors
/// As for [`open`]; it cannot be read, or is larger ([`ErrorKind::FileTooLarge`]).
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let (file, metadata) = open(path)?;
    at_most(file, metadata.len(), LIMIT)
}

/// As [`read`], for what [`open_seen`] opens, with a limit in bytes.
///
/// # Errors
/// As for [`open_seen`] and [`read`].
pub fn read_seen(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let (file, metadata) = open_seen(path)?;
    at_most(file, metadata.len(), limit)
}

/// The text of a regular file of at most [`LIMIT`] bytes.
///
/// # Errors
/// As for [`read`]; it is not UTF-8 ([`ErrorKind::InvalidData`]).
pub fn read_to_string(path: &Path) -> io::Result<String> {
    text(read(path)?)
}

/// The bytes of a file that `by` named, at most [`LIMIT`].
///
/// # Errors
/// As for [`read`].
pub fn read_named(path: &Path, by: NamedBy) -> io::Result<Vec<u8>> {
    match by {
        NamedBy::Tree => read(path),
        NamedBy::Person => at_most(File::open(path)?, 0, LIMIT),
    }
}

/// Bytes as text.
///
/// # Errors
/// They are not UTF-8.
pub fn text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes)
        .map_err(|_| io::Error::new(ErrorKind::InvalidData, "the file is not UTF-8"))
}

/// What becomes of a last name that is a link.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    Follow,
    Refuse,
}

fn opened(path: &Path, link: Link) -> io::Result<(File, Metadata)> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        use std::os::unix::fs::OpenOptionsExt;

        // A FIFO that took the file's place would wait for a writer, a terminal become ours.
        let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
        if link == Link::Refuse {
            flags |= OFlags::NOFOLLOW;
        }
        options.custom_flags(flags.bits().cast_signed());
    }
    #[cfg(not(unix))]
    let _ = link;
    let file = options.open(path)?;
    let metadata = file.metadata()?;
    check(&metadata)?;
    Ok((file, metadata))
}

fn check(metadata: &Metadata) -> io::Result<()> {
    let kind = metadata.file_type();
    if kind.is_file() {
        return Ok(());
    }
    if kind.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    Err(io::Error::other(Irregular(name_of(kind))))
}

#[cfg(unix)]
fn name_of(kind: fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;

    if kind.is_fifo() {
        "FIFO"
    } else if kind.is_socket() {
        "socket"
    } else {
        "device"
    }
}

#[cfg(not(unix))]
fn name_of(_kind: fs::FileType) -> &'static str {
    "special file"
}

/// All of a file, whose size is said to be `size`; some files say 0 and hold something all the same.
fn at_most(file: File, size: u64, limit: u64) -> io::Result<Vec<u8>> {
    let too_large = || {
        io::Error::new(
            ErrorKind::FileTooLarge,
            format!("holds more than {limit} bytes"),
        )
    };
    if size > limit {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(too_large());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_the_limit() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let file = dir.path().join("a");
        fs::write(&file, "12345").expect("written");
        assert_eq!(read(&file).expect("read"), b"12345");
        assert_eq!(read_seen(&file, 5).expect("read"), b"12345");
        let error = read_seen(&file, 4).expect_err("too large");
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        assert_eq!(error.to_string(), "holds more than 4 bytes");
        // What is larger than it said when it was opened.
        let grown = at_most(File::open(&file).expect("open"), 2, 4);
        assert_eq!(
            grown.expect_err("too large").kind(),
            ErrorKind::FileTooLarge
        );
    }

    #[test]
    fn a_folder_is_no_file() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for error in [
            open(dir.path()).expect_err("a folder"),
            read_to_string(dir.path()).expect_err("a folder"),
        ] {
            assert_eq!(error.kind(), ErrorKind::IsADirectory);
        }
    }

    #[cfg(unix)]
    #[test]
    fn nothing_but_regular_files_is_opened_and_nothing_is_waited_for() {
        use std::os::unix::fs::symlink;

        let dir = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| dir.path().join(name);
        rustix::fs::mkfifoat(
            rustix::fs::CWD,
            at("fifo"),
            rustix::fs::Mode::from_raw_mode(0o644),
        )
        .expect("made");
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).expect("bound");
        symlink("/dev/zero", at("zero")).expect("linked");
        symlink("fifo", at("link")).expect("linked");
        for (name, kind) in [
            ("fifo", "FIFO"),
            ("link", "FIFO"),
            ("socket", "socket"),
            ("zero", "device"),
        ] {
            let expected = format!("is a {kind}, expected a regular file");
            assert_eq!(
                read(&at(name)).expect_err("no file").to_string(),
                expected,
                "{name}"
            );
        }
        // As when the file was swapped between the look and the opening.
        let error = open_seen(&at("fifo")).expect_err("no file");
        assert_eq!(error.to_string(), "is a FIFO, expected a regular file");
        fs::write(at("a"), "x").expect("written");
        symlink("a", at("b")).expect("linked");
        assert_eq!(read(&at("b")).expect("followed"), b"x");
        assert!(open_seen(&at("b")).is_err());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_person_may_name_what_has_no_end_but_not_all_of_it_is_read() {
        let error = read_named(Path::new("/dev/zero"), NamedBy::Person).expect_err("endless");
        assert_eq!(error.kind(), ErrorKind::FileTooLarge);
        // A size of 0 says nothing.
        assert!(!read(Path::new("/proc/self/stat")).expect("read").is_empty());
    }
}

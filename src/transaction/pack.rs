//! The pack: one file that holds what every file of a transaction had, and what it gets.
//!
//! ```text
//! {"repoint":"pack","version":1,"token":"9f86d081884c7d65", ...}
//! {"path":"app/a.py","old":{"length":11,"digest":"..."},"new":{...}, ...}
//! <bytes of old><bytes of new>
//! {"path": ...
//! ```
//!
//! A line of JSON a file, and behind it the contents as they are. It is written while the files are
//! planned, so no content stays in memory, and it is read the same way: contents are passed over
//! until they are asked for, and held against their digest then. A reader believes nothing: the
//! pack may be cut off, damaged, or made by somebody else.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::digest::Digest;
use super::disk::Disk;
use super::name::Name;

/// The version of the format that this program writes, and the only one that it reads.
pub(super) const VERSION: u32 = 1;

/// Longest line in bytes: a path of the longest that systems allow, as numbers, is below it.
const LONGEST_LINE: u64 = 1 << 16;

/// The first line of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// Always `pack`.
    repoint: String,
    version: u32,
    /// Part of the names of the temporary files: 16 hexadecimal digits that no other transaction has.
    pub token: String,
    /// Of the journal's folder and the project's: see [`seal`](super::journal::Journal::seal).
    pub seal: Option<String>,
    /// The project's root, for people.
    pub root: String,
}

/// A content in the pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Blob {
    /// Where it starts in the pack.
    pub offset: u64,
    /// Bytes.
    pub length: u64,
    /// What it must be.
    pub digest: Digest,
}

/// One file of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Which one, from 0.
    pub index: usize,
    /// The file, links resolved.
    pub name: Name,
    /// Its permissions, as unix has them, without set-id bits: who makes it again may be another.
    pub mode: u32,
    /// References that were rewritten in it.
    pub references: usize,
    /// What it had; `None` if it was not there.
    pub old: Option<Blob>,
    /// What it gets.
    pub new: Blob,
}

/// What the record says of its pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackSum {
    /// Bytes.
    pub length: u64,
    /// Files.
    pub entries: usize,
    /// Of all lines, one after the other, without their ends.
    pub digest: Digest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    path: Name,
    mode: u32,
    references: usize,
    old: Option<BlobLine>,
    new: BlobLine,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BlobLine {
    length: u64,
    digest: Digest,
}

/// What one file has and gets, to be packed.
pub(super) struct Contents<'a> {
    pub name: Name,
    pub mode: u32,
    pub references: usize,
    pub old: Option<&'a [u8]>,
    pub new: &'a [u8],
}

/// A pack that is being written.
pub(super) struct PackWriter<'d> {
    disk: &'d dyn Disk,
    out: BufWriter<Sink<'d>>,
    lines: Sha256,
    at: u64,
    entries: usize,
}

/// A file that is written through the disk.
struct Sink<'d> {
    disk: &'d dyn Disk,
    file: File,
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.write(&mut self.file, bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'d> PackWriter<'d> {
    /// Starts a pack at `path`, where nothing is.
    pub fn create(
        disk: &'d dyn Disk,
        path: &Path,
        token: String,
        seal: Option<String>,
        root: &Path,
    ) -> io::Result<Self> {
        let file = disk.create(path)?;
        let mut writer = Self {
            disk,
            out: BufWriter::with_capacity(256 << 10, Sink { disk, file }),
            lines: Sha256::new(),
            at: 0,
            entries: 0,
        };
        writer.line(&Head {
            repoint: "pack".to_owned(),
            version: VERSION,
            token,
            seal,
            root: root.display().to_string(),
        })?;
        Ok(writer)
    }

    /// Adds a file.
    pub fn add(&mut self, contents: Contents<'_>) -> io::Result<Entry> {
        let digested = |bytes: &[u8]| BlobLine {
            length: bytes.len() as u64,
            digest: Digest::of(bytes),
        };
        let line = Line {
            path: contents.name,
            mode: contents.mode,
            references: contents.references,
            old: contents.old.map(digested),
            new: digested(contents.new),
        };
        self.line(&line)?;
        let entry = line.at(self.entries, self.at);
        for bytes in [contents.old.unwrap_or_default(), contents.new] {
            self.out.write_all(bytes)?;
            self.at += bytes.len() as u64;
        }
        self.entries += 1;
        Ok(entry)
    }

    /// Waits until all of it is on the medium.
    pub fn finish(mut self) -> io::Result<PackSum> {
        self.out.flush()?;
        self.disk.flush(&self.out.get_ref().file)?;
        Ok(PackSum {
            length: self.at,
            entries: self.entries,
            digest: Digest::from_hash(self.lines),
        })
    }

    /// Gives up what is not written yet.
    pub fn abandon(self) {
        // A buffer that is dropped is written.
        let _ = self.out.into_parts();
    }

    fn line(&mut self, line: &impl Serialize) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        self.lines.update(&text);
        text.push(b'\n');
        self.at += text.len() as u64;
        self.out.write_all(&text)
    }
}

impl Line {
    /// `offset`: where the contents start.
    fn at(&self, index: usize, offset: u64) -> Entry {
        let blob = |line: &BlobLine, offset| Blob {
            offset,
            length: line.length,
            digest: line.digest,
        };
        let old_length = self.old.as_ref().map_or(0, |old| old.length);
        Entry {
            index,
            name: self.path.clone(),
            mode: self.mode & 0o777,
            references: self.references,
            old: self.old.as_ref().map(|old| blob(old, offset)),
            new: blob(&self.new, offset.saturating_add(old_length)),
        }
    }
}

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// It cannot be read.
    #[error("cannot be read: {0}")]
    Io(io::Error),
    /// What is in it cannot be put where it belongs.
    #[error("cannot be written: {0}")]
    Write(io::Error),
    /// It was written by another version of the program.
    #[error("has version {0} of the format, and this repoint knows version {VERSION} only")]
    Version(u32),
    /// It is not what was written.
    #[error("is damaged at byte {at}: {problem}")]
    Damaged {
        /// Where.
        at: u64,
        /// What is wrong.
        problem: String,
    },
}

// Its message says the cause already, so it is no source beside.
impl From<io::Error> for PackError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A pack that is read.
pub(super) struct Pack {
    reader: BufReader<File>,
    /// Its first line.
    pub head: Head,
    start: u64,
    length: u64,
    lines: Sha256,
}

impl Pack {
    /// Opens the pack at `path`.
    pub fn open(disk: &dyn Disk, path: &Path) -> Result<Self, PackError> {
        let file = disk.open(path)?;
        let length = file.metadata()?.len();
        let mut reader = BufReader::new(file);
        let mut lines = Sha256::new();
        let (line, start) = next_line(&mut reader, 0)?;
        let (version, head) = read_head(&line)?;
        if version != VERSION {
            return Err(PackError::Version(version));
        }
        lines.update(&line);
        let head = head.map_err(|problem| damaged(0, problem))?;
        if head.token.len() != 16 || !head.token.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(damaged(0, "its token is none"));
        }
        Ok(Self {
            reader,
            head,
            start,
            length,
            lines,
        })
    }

    /// The files in it up to the first damage, and that. With a `sum`, also whether it is the pack
    /// that the record speaks of.
    pub fn entries(&mut self, sum: Option<&PackSum>) -> (Vec<Entry>, Option<PackError>) {
        let mut entries = Vec::new();
        let mut lines = self.lines.clone();
        let mut at = self.start;
        if let Err(error) = self.reader.seek(SeekFrom::Start(at)) {
            return (entries, Some(error.into()));
        }
        while at < self.length {
            match self.entry(entries.len(), at, &mut lines) {
                Ok((entry, next)) => {
                    entries.push(entry);
                    at = next;
                }
                Err(error) => return (entries, Some(error)),
            }
        }
        let found = PackSum {
            length: at,
            entries: entries.len(),
            digest: Digest::from_hash(lines),
        };
        let other = sum
            .filter(|sum| **sum != found)
            .map(|_| damaged(at, "it is not the one that the record was written for"));
        (entries, other)
    }

    fn entry(
        &mut self,
        index: usize,
        at: u64,
        lines: &mut Sha256,
    ) -> Result<(Entry, u64), PackError> {
        let (text, start) = next_line(&mut self.reader, at)?;
        let line: Line = serde_json::from_slice(&text).map_err(|error| damaged(at, error))?;
        lines.update(&text);
        let entry = line.at(index, start);
        let end = entry.new.offset.checked_add(entry.new.length);
        let end = end.filter(|end| *end <= self.length);
        let end = end.ok_or_else(|| damaged(at, "a content is cut off"))?;
        let over = i64::try_from(end - start).map_err(|error| damaged(at, error))?;
        self.reader.seek_relative(over)?;
        Ok((entry, end))
    }

    /// A content, to be read once. Who reads must hold it against the digest.
    pub fn content(&mut self, blob: &Blob) -> Result<impl Read + '_, PackError> {
        self.reader.seek(SeekFrom::Start(blob.offset))?;
        Ok((&mut self.reader).take(blob.length))
    }

    /// A whole content, held against its digest.
    pub fn bytes(&mut self, blob: &Blob) -> Result<Vec<u8>, PackError> {
        let mut bytes = Vec::new();
        self.content(blob)?.read_to_end(&mut bytes)?;
        if Digest::of(&bytes) == blob.digest {
            Ok(bytes)
        } else {
            Err(unlike_itself(blob))
        }
    }
}

/// The error of a content that is not what its digest says.
pub(super) fn unlike_itself(blob: &Blob) -> PackError {
    damaged(blob.offset, "a content is not what was written")
}

fn damaged(at: u64, problem: impl ToString) -> PackError {
    PackError::Damaged {
        at,
        problem: problem.to_string(),
    }
}

/// A line without its end, and where the next byte is.
fn next_line(reader: &mut impl BufRead, at: u64) -> Result<(Vec<u8>, u64), PackError> {
    let mut line = Vec::new();
    let read = reader.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    if line.pop() == Some(b'\n') {
        Ok((line, at + read as u64))
    } else {
        Err(damaged(at, "expected a whole line of JSON"))
    }
}

/// The version first: a later one may have other keys.
fn read_head(line: &[u8]) -> Result<(u32, serde_json::Result<Head>), PackError> {
    #[derive(Deserialize)]
    struct Versioned {
        repoint: String,
        version: u32,
    }
    match serde_json::from_slice::<Versioned>(line) {
        Ok(found) if found.repoint == "pack" => Ok((found.version, serde_json::from_slice(line))),
        Ok(_) => Err(damaged(0, "it is no pack")),
        Err(error) => Err(damaged(0, error)),
    }
}

/// Where the temporary file of an entry is: in the folder of its file, under a name that is no
/// source's and that a walk does not see.
pub(super) fn stage_of(target: &Path, token: &str, index: usize) -> PathBuf {
    target.with_file_name(format!(".repoint-{token}-{index}.tmp"))
}

/// All temporary files of a transaction in the folder of a file, as a shell names them.
pub(super) fn stages_beside(target: &Path, token: &str) -> PathBuf {
    target.with_file_name(format!(".repoint-{token}-*.tmp"))
}

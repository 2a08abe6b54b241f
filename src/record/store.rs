//! The files of records.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::event::{Event, Line, VERSION};
use super::state::State;

/// Longest record in bytes that is read.
const LONGEST: u64 = 1 << 30;

/// All records of a project.
#[derive(Clone, Debug)]
pub struct Records {
    folder: PathBuf,
}

/// A record that is being written.
#[derive(Debug)]
pub struct Record {
    number: u64,
    folder: PathBuf,
    file: File,
    state: State,
}

/// Why a record cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// It cannot be read or written.
    #[error("{}: cannot be {verb}: {why}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        verb: &'static str,
        /// What the system said.
        why: io::Error,
    },
    /// A line is no event.
    #[error("{}:{line}: is no event of a migration: {why}; remove the folder {} to forget this migration, its transactions stay in the journal", path.display(), folder(path).display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// It was written by a later repoint.
    #[error("{}: has version {version} of the format, and this repoint knows version {VERSION} only: use the repoint that wrote it", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u64,
    },
}

fn folder(path: &Path) -> &Path {
    path.parent().unwrap_or(path)
}

impl Records {
    /// Those in a state folder.
    pub fn of(state: &Path) -> Self {
        Self {
            folder: state.join("migrations"),
        }
    }

    /// The number of the newest one.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn newest(&self) -> Result<Option<u64>, RecordError> {
        Ok(self.numbers()?.pop())
    }

    /// The newest one that may have to be taken back: that changed the tree, or is unfinished.
    ///
    /// # Errors
    /// A record cannot be read, or is none that this program knows.
    pub fn in_force(&self) -> Result<Option<State>, RecordError> {
        for number in self.numbers()?.into_iter().rev() {
            let state = self.read(number)?;
            if state.attempts > 0 || state.is_unfinished() {
                return Ok(Some(state));
            }
        }
        Ok(None)
    }

    /// The numbers of all, the oldest first.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn numbers(&self) -> Result<Vec<u64>, RecordError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(failed(&self.folder, "read", source)),
        };
        let mut numbers = Vec::new();
        for entry in entries {
            let name = entry
                .map_err(|source| failed(&self.folder, "read", source))?
                .file_name();
            let number = name.to_str().and_then(|name| {
                let number: u64 = name.parse().ok()?;
                (number.to_string() == name).then_some(number)
            });
            // One that was cut off before its first event never began.
            numbers.extend(number.filter(|number| self.file(*number).is_file()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// What a record says.
    ///
    /// # Errors
    /// It cannot be read, or is no record that this program knows.
    pub fn read(&self, number: u64) -> Result<State, RecordError> {
        let path = self.file(number);
        let mut text = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(LONGEST).read_to_end(&mut text))
            .map_err(|source| failed(&path, "read", source))?;
        Ok(fold(&text, number, &path)?.0)
    }

    /// Begins a new record with its first event.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(&self, first: Event) -> Result<Record, RecordError> {
        let mut number = self.newest()?.map_or(1, |newest| newest.saturating_add(1));
        fs::create_dir_all(&self.folder).map_err(|it| failed(&self.folder, "created", it))?;
        let folder = loop {
            let folder = self.folder.join(number.to_string());
            match fs::create_dir(&folder) {
                Ok(()) => break folder,
                // It was cut off before its first event.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    if !self.file(number).exists() {
                        break folder;
                    }
                    number += 1;
                }
                Err(source) => return Err(failed(&folder, "created", source)),
            }
        };
        let logs = folder.join("logs");
        fs::create_dir_all(&logs).map_err(|source| failed(&logs, "created", source))?;
        let path = self.file(number);
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(&path)
            .map_err(|source| failed(&path, "created", source))?;
        let mut record = Record {
            number,
            folder,
            file,
            state: State::default(),
        };
        record.append(first)?;
        record.flush()?;
        Ok(record)
    }

    /// Opens a record to go on with it. A last line that was cut off is removed.
    ///
    /// # Errors
    /// It cannot be read or written, or is no record that this program knows.
    pub fn open(&self, number: u64) -> Result<Record, RecordError> {
        let path = self.file(number);
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .open(&path)
            .map_err(|source| failed(&path, "read", source))?;
        let mut text = Vec::new();
        (&mut file)
            .take(LONGEST)
            .read_to_end(&mut text)
            .map_err(|source| failed(&path, "read", source))?;
        let (state, whole) = fold(&text, number, &path)?;
        if whole < text.len() {
            file.set_len(whole as u64)
                .and_then(|()| file.seek(SeekFrom::End(0)).map(|_| ()))
                .map_err(|source| failed(&path, "written", source))?;
        }
        let folder = self.folder.join(number.to_string());
        let logs = folder.join("logs");
        fs::create_dir_all(&logs).map_err(|source| failed(&logs, "created", source))?;
        Ok(Record {
            number,
            folder,
            file,
            state,
        })
    }

    fn file(&self, number: u64) -> PathBuf {
        self.folder.join(number.to_string()).join("events.jsonl")
    }
}

/// The state after all whole lines, and how many bytes those are.
fn fold(text: &[u8], number: u64, path: &Path) -> Result<(State, usize), RecordError> {
    let mut state = State {
        number,
        ..State::default()
    };
    let mut whole = 0;
    for (at, line) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        if line.last() != Some(&b'\n') {
            break;
        }
        let wrong = |why: String| RecordError::Line {
            path: path.to_owned(),
            line: at + 1,
            why,
        };
        let value: serde_json::Value =
            serde_json::from_slice(line).map_err(|error| wrong(error.to_string()))?;
        if at == 0 {
            // The version first: a later one may have other events.
            match value
                .pointer("/version")
                .and_then(serde_json::Value::as_u64)
            {
                Some(version) if version == u64::from(VERSION) => {}
                Some(version) => {
                    return Err(RecordError::Version {
                        path: path.to_owned(),
                        version,
                    });
                }
                None => return Err(wrong("it says no version".to_owned())),
            }
        }
        let line_read: Line =
            serde_json::from_value(value).map_err(|error| wrong(error.to_string()))?;
        state.see(line_read);
        whole += line.len();
    }
    Ok((state, whole))
}

impl Record {
    /// Its number.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder of the gates' logs.
    pub fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// Whether the file that is written to is still the one of this name: somebody may have cleaned up.
    pub fn is_there(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let path = self.folder.join("events.jsonl");
            let (there, own) = (fs::symlink_metadata(path), self.file.metadata());
            matches!((there, own), (Ok(there), Ok(own)) if (there.dev(), there.ino()) == (own.dev(), own.ino()))
        }
        #[cfg(not(unix))]
        self.folder.join("events.jsonl").exists()
    }

    /// What all events came to so far.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Writes an event. Whoever is killed after this has written it.
    ///
    /// # Errors
    /// It cannot be written: the disk is full.
    pub fn append(&mut self, event: Event) -> Result<(), RecordError> {
        let line = Line { at: now(), event };
        let path = self.folder.join("events.jsonl");
        let mut text =
            serde_json::to_vec(&line).map_err(|error| failed(&path, "written", error.into()))?;
        text.push(b'\n');
        let before = self.file.metadata().map(|metadata| metadata.len());
        if let Err(source) = self.file.write_all(&text) {
            // The part of a line would keep the next one from being read.
            if let Ok(before) = before {
                let _ = self.file.set_len(before);
            }
            return Err(failed(&path, "written", source));
        }
        self.state.see(line);
        Ok(())
    }

    /// Waits until all events are on the medium.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn flush(&mut self) -> Result<(), RecordError> {
        self.file
            .sync_data()
            .map_err(|source| failed(&self.folder.join("events.jsonl"), "flushed", source))
    }
}

fn failed(path: &Path, verb: &'static str, why: io::Error) -> RecordError {
    RecordError::Io {
        path: path.to_owned(),
        verb,
        why,
    }
}

/// Milliseconds since 1970, UTC.
fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}

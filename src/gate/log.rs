//! What a gate prints, in one file while it runs.
//!
//! Of a flood the head and the tail are kept, with a line between them that says how much was left
//! out. The tail goes round in a file without a name, so it fills neither memory nor disk, and nothing
//! lies about if the program is killed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Bytes that are kept of the beginning, and as many of the end: 64 MiB in all.
pub const HALF: u64 = 32 << 20;

/// The file that is written.
pub(super) struct Log {
    file: File,
    folder: PathBuf,
    /// Bytes of the head, at most `half`.
    head: u64,
    half: u64,
    tail: Option<Tail>,
    /// Why the file ends before the output does.
    problem: Option<String>,
}

/// The last bytes of the output, going round in a file of `half` bytes.
struct Tail {
    file: File,
    /// All bytes that went into it.
    written: u64,
}

impl Log {
    /// A new file in place of one that is there; a link there is replaced, not followed. The folder is
    /// made.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn create(path: &Path, half: u64) -> io::Result<Self> {
        let folder = path.parent().unwrap_or(path).to_owned();
        fs::create_dir_all(&folder)?;
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        // Reading is for copying from one half to the other.
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create_new(true).open(path)?;
        Ok(Self {
            file,
            folder,
            head: 0,
            half,
            tail: None,
            problem: None,
        })
    }

    /// Writes what was printed. A disk that is full stops the log, not the gate.
    pub fn write(&mut self, bytes: &[u8]) {
        if self.problem.is_none()
            && let Err(error) = self.try_write(bytes)
        {
            self.problem = Some(error.to_string());
        }
    }

    fn try_write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let room = usize::try_from(self.half - self.head).unwrap_or(usize::MAX);
        let (head, mut rest) = bytes.split_at(room.min(bytes.len()));
        if !head.is_empty() {
            self.file.write_all(head)?;
            self.head += head.len() as u64;
        }
        while !rest.is_empty() {
            let tail = match &mut self.tail {
                Some(tail) => tail,
                none => none.insert(Tail {
                    file: tempfile::tempfile_in(&self.folder)?,
                    written: 0,
                }),
            };
            let at = tail.written % self.half;
            let room = usize::try_from(self.half - at).unwrap_or(usize::MAX);
            let (now, later) = rest.split_at(room.min(rest.len()));
            if at == 0 {
                tail.file.rewind()?;
            }
            tail.file.write_all(now)?;
            tail.written += now.len() as u64;
            rest = later;
        }
        Ok(())
    }

    /// Puts the tail behind the head. Why the file does not hold what it should, if so.
    pub fn finish(mut self) -> Option<String> {
        if let Err(error) = self.join() {
            self.problem.get_or_insert_with(|| error.to_string());
        }
        self.problem
    }

    fn join(&mut self) -> io::Result<()> {
        let Some(tail) = &mut self.tail else {
            return Ok(());
        };
        let left_out = tail.written.saturating_sub(self.half);
        if left_out > 0 {
            let line = format!("\n[repoint: {left_out} bytes were left out here]\n");
            self.file.write_all(line.as_bytes())?;
            // What was written next would stand here: the oldest byte.
            let oldest = tail.written % self.half;
            tail.file.seek(SeekFrom::Start(oldest))?;
            io::copy(&mut tail.file, &mut self.file)?;
            tail.file.rewind()?;
            io::copy(&mut (&mut tail.file).take(oldest), &mut self.file)?;
        } else {
            tail.file.rewind()?;
            io::copy(&mut tail.file, &mut self.file)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn kept(pieces: &[&str]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("logs/a.log");
        let mut log = Log::create(&path, 8).expect("a log");
        for piece in pieces {
            log.write(piece.as_bytes());
        }
        assert_eq!(log.finish(), None);
        fs::read_to_string(path).expect("a text")
    }

    #[test]
    fn little_output_is_kept_as_it_is() {
        assert_eq!(kept(&[]), "");
        assert_eq!(kept(&["abc", "", "de"]), "abcde");
        assert_eq!(kept(&["12345678"]), "12345678");
        assert_eq!(kept(&["1234567", "89"]), "123456789");
        assert_eq!(kept(&["12345678abcdefgh"]), "12345678abcdefgh");
    }

    #[test]
    fn of_a_flood_head_and_tail_are_kept() {
        let middle = |n| format!("\n[repoint: {n} bytes were left out here]\n");
        assert_eq!(
            kept(&["12345678abcdefghi"]),
            format!("12345678{}bcdefghi", middle(1))
        );
        assert_eq!(
            kept(&["12345678", "abcdefgh", "ijklmnop", "qrs"]),
            format!("12345678{}lmnopqrs", middle(11))
        );
        assert_eq!(
            kept(&["12345678", "abcdefgh", "ijklmnop"]),
            format!("12345678{}ijklmnop", middle(8))
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_its_place_is_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mine, log) = (folder.path().join("mine"), folder.path().join("log"));
        fs::write(&mine, "precious").expect("a file");
        std::os::unix::fs::symlink(&mine, &log).expect("a link");
        let mut made = Log::create(&log, 8).expect("a log");
        made.write(b"new");
        assert_eq!(made.finish(), None);
        assert_eq!(fs::read_to_string(&mine).expect("a text"), "precious");
        assert_eq!(fs::read_to_string(&log).expect("a text"), "new");
    }
}

//! Reads files and searches them: what one thread does.

use std::borrow::Cow;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::prefilter::{Prefilter, Seen};
use super::walk::{Candidate, reason};
use crate::file;

/// Bytes read at once: nearly every source file in one piece, and no more than a core's own cache.
const BUFFER: usize = 256 * 1024;

/// What one thread found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) candidates: Vec<Candidate>,
    pub(super) failures: Vec<(PathBuf, String)>,
    pub(super) searched: usize,
}

/// One thread's buffer and results. Nothing is allocated for a file that does not match.
pub(super) struct Searcher<'a> {
    prefilter: &'a Prefilter,
    max_file_size: u64,
    progress: Option<&'a AtomicUsize>,
    buffer: Vec<u8>,
    pub(super) found: Found,
}

impl<'a> Searcher<'a> {
    pub(super) fn new(
        prefilter: &'a Prefilter,
        max_file_size: u64,
        progress: Option<&'a AtomicUsize>,
    ) -> Self {
        Self {
            prefilter,
            max_file_size,
            progress,
            buffer: Vec::new(),
            found: Found::default(),
        }
    }

    /// Searches a regular file; `real` is its path without symbolic links.
    pub(super) fn search(&mut self, path: &Path, real: Cow<'_, Path>) {
        let matching_size = if self.prefilter.matches_everything() {
            file::open_seen(&real).map(|(_, metadata)| Some(metadata.len()))
        } else {
            self.matching_size(&real)
        };
        self.found.searched += 1;
        if let Some(progress) = self.progress {
            progress.fetch_add(1, Ordering::Relaxed);
        }
        match matching_size {
            Ok(None) => {}
            Ok(Some(size)) if size > self.max_file_size => self.fail(
                path.to_path_buf(),
                format!(
                    "{size} bytes are more than --max-file-size allows ({}): raise it, or leave \
                     the file out with --exclude",
                    self.max_file_size
                ),
            ),
            Ok(Some(size)) => self.found.candidates.push(Candidate {
                path: path.to_path_buf(),
                real: real.into_owned(),
                size,
            }),
            Err(error) => self.fail_to_read(path.to_path_buf(), &error),
        }
    }

    pub(super) fn fail(&mut self, path: PathBuf, message: String) {
        self.found.failures.push((path, message));
    }

    pub(super) fn fail_to_read(&mut self, path: PathBuf, error: &io::Error) {
        self.fail(path, format!("cannot be read: {}", reason(error)));
    }

    /// The size of the file, if it matches.
    fn matching_size(&mut self, path: &Path) -> io::Result<Option<u64>> {
        if self.buffer.is_empty() {
            self.buffer = vec![0; BUFFER.max(self.prefilter.smallest_piece())];
        }
        let (file, metadata) = file::open_seen(path)?;
        // A size of 0 may be said of what holds something.
        let most = metadata.len().max(self.max_file_size);
        if !self.matches(&file, most)? {
            return Ok(None);
        }
        Ok(Some(file.metadata()?.len()))
    }

    /// Whether what `reader` gives matches; it should give at most so many bytes. The buffer must be
    /// there.
    fn matches(&mut self, reader: impl Read, most: u64) -> io::Result<bool> {
        let mut reader = reader.take(most.saturating_add(1));
        let mut seen = Seen::default();
        let mut filled = 0;
        loop {
            match reader.read(&mut self.buffer[filled..]) {
                Ok(0) if reader.limit() == 0 => {
                    return Err(io::Error::other(format!(
                        "it grew beyond {most} bytes while it was read"
                    )));
                }
                Ok(0) => return Ok(self.prefilter.search(&self.buffer[..filled], &mut seen)),
                Ok(read) => filled += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if filled == self.buffer.len() {
                match self.prefilter.search_piece(&self.buffer, &mut seen) {
                    Ok(()) => return Ok(true),
                    Err(keep) => {
                        self.buffer.copy_within(filled - keep.., 0);
                        filled = keep;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Anchor;

    #[test]
    fn what_never_ends_is_read_up_to_a_limit() {
        let word = Some("Foo".to_owned());
        let filter = Prefilter::new(&[Anchor {
            word,
            alongside: Vec::new(),
        }]);
        let mut searcher = Searcher::new(&filter, 9, None);
        searcher.buffer = vec![0; BUFFER];
        let error = searcher
            .matches(io::repeat(b' '), 1 << 20)
            .expect_err("it has no end");
        assert_eq!(
            reason(&error),
            "it grew beyond 1048576 bytes while it was read"
        );
        let all = &b"x Foo"[..];
        assert!(searcher.matches(all, 5).expect("it ends"));
    }
}

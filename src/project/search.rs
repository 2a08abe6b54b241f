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

/// Bytes at the start of a file that tell whether it is a script.
const START: usize = 256;

/// Tells by its start whether a file is a source.
pub(super) type ByStart<'s> = &'s (dyn Fn(&[u8]) -> bool + Sync);

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
    /// Another filter for the next file: it is a candidate if either matches.
    also: Option<&'a Prefilter>,
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
            also: None,
            found: Found::default(),
        }
    }

    /// Searches a regular file; `real` is its path without symbolic links. With `by_start` its start tells
    /// whether it is a source at all.
    pub(super) fn search(
        &mut self,
        path: &Path,
        real: Cow<'_, Path>,
        by_start: Option<ByStart<'_>>,
    ) {
        let matching_size = match by_start.map(|is_source| starts(&real, is_source)) {
            // What cannot be opened is no source that anybody knows of.
            Some(Ok(false) | Err(_)) => return,
            Some(Ok(true)) | None if self.prefilter.matches_everything() => {
                file::open_seen(&real).map(|(_, metadata)| Some(metadata.len()))
            }
            Some(Ok(true)) | None => self.matching_size(&real),
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

    /// Sets the other filter.
    pub(super) fn also(&mut self, filter: Option<&'a Prefilter>) {
        self.also = filter;
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
        if !self.matches(&file, metadata.len(), most)? {
            match self.also {
                // Few files have such a place: they are read once more.
                // One that is too large for it would have to be parsed for nothing else: it is left out.
                Some(also) => match file::read_seen(path, self.max_file_size) {
                    Ok(text) if also.matches(&text) => {}
                    Ok(_) | Err(_) => return Ok(None),
                },
                None => return Ok(None),
            }
        }
        Ok(Some(file.metadata()?.len()))
    }

    /// Whether what `reader` gives matches: `size` bytes, as it says, and at most `most`. The buffer must be
    /// there.
    fn matches(&mut self, reader: impl Read, size: u64, most: u64) -> io::Result<bool> {
        let mut reader = reader.take(most.saturating_add(1));
        let mut seen = Seen::default();
        let mut filled = 0;
        // A file that fits and came whole is not asked for its end: that is a call a file.
        let whole = usize::try_from(size).ok();
        let whole = whole.filter(|size| (1..self.buffer.len()).contains(size));
        loop {
            let is_first = filled == 0;
            match reader.read(&mut self.buffer[filled..]) {
                Ok(read) if is_first && whole == Some(read) => {
                    return Ok(self.prefilter.search(&self.buffer[..read], &mut seen));
                }
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

/// Whether the start of a file is that of a source.
fn starts(path: &Path, is_source: ByStart<'_>) -> io::Result<bool> {
    let (file, _) = file::open_seen(path)?;
    let mut start = [0; START];
    let mut filled = 0;
    while filled < START {
        match (&file).read(&mut start[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(is_source(&start[..filled]))
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
            .matches(io::repeat(b' '), 0, 1 << 20)
            .expect_err("it has no end");
        assert_eq!(
            reason(&error),
            "it grew beyond 1048576 bytes while it was read"
        );
        let all = &b"x Foo"[..];
        for size in [0, 5, 7] {
            assert!(searcher.matches(all, size, 5).expect("it ends"), "{size}");
        }
    }
}

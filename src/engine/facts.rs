//! The facts of many files, in parallel.

use rayon::prelude::*;

use super::catch_panic::catch_panic;
use super::driver::{StartError, defect, pool};
use super::read;
use super::report::Failure;
use crate::facts::FileFacts;
use crate::lang::{Language, Session};
use crate::project::{Candidate, WalkOptions};
use crate::text::{LineColumn, LineIndex};

/// So many files a thread are read before the next are handed on.
const FILES_A_THREAD: usize = 64;

/// Why there are no facts of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// What went wrong and what to do: lower case, no period.
    pub message: String,
    /// Where in its text, if there is such a place.
    pub start: Option<LineColumn>,
}

impl From<Failure> for Unread {
    fn from(failure: Failure) -> Self {
        Self {
            message: failure.message,
            start: None,
        }
    }
}

/// Reads what each of `files` (sorted) says by itself, and hands that on in the same order.
///
/// # Errors
/// The workers could not be started.
pub fn facts(
    language: &dyn Language,
    session: &dyn Session,
    files: &[Candidate],
    walk: &WalkOptions,
    mut each: impl FnMut(&Candidate, Result<FileFacts, Unread>),
) -> Result<(), StartError> {
    let pool = pool(walk.threads)?;
    for chunk in files.chunks(pool.current_num_threads() * FILES_A_THREAD) {
        let read: Vec<_> = pool.install(|| {
            let files = chunk.par_iter().with_max_len(1);
            let read = files.map(|file| of(language, session, file, walk.max_file_size));
            read.collect()
        });
        for (file, facts) in chunk.iter().zip(read) {
            each(file, facts);
        }
    }
    Ok(())
}

fn of(
    language: &dyn Language,
    session: &dyn Session,
    file: &Candidate,
    limit: u64,
) -> Result<FileFacts, Unread> {
    let facts = || {
        let bytes = read::bytes(&file.real, limit)?;
        let source = read::source(language, &file.path, bytes)?;
        let text = source.text();
        session.facts(&file.path, text).map_err(|error| Unread {
            start: error
                .offset
                .map(|offset| LineIndex::new(text).place(offset, text)),
            message: error.message,
        })
    };
    catch_panic(facts).unwrap_or_else(|panic| Err(defect(&panic).into()))
}

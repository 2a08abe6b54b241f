//! The facts of many files, in parallel.

use std::path::Path;

use rayon::prelude::*;

use super::catch_panic::catch_panic;
use super::driver::{StartError, defect, pool};
use super::read;
use super::report::Failure;
use crate::facts::FileFacts;
use crate::lang::{Language, Session};
use crate::project::{Candidate, WalkOptions};

/// So many files a thread are read before the next are handed on.
const FILES_A_THREAD: usize = 64;

/// Reads what each of `files` (sorted) says by itself, and hands that on in the same order.
///
/// # Errors
/// The workers could not be started.
pub fn facts(
    language: &dyn Language,
    session: &dyn Session,
    files: &[Candidate],
    walk: &WalkOptions,
    mut each: impl FnMut(&Candidate, Result<FileFacts, Failure>),
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
) -> Result<FileFacts, Failure> {
    let source = |path: &Path| {
        let bytes = read::bytes(&file.real, limit)?;
        read::source(language, path, bytes)
    };
    let facts = || {
        let source = source(&file.path)?;
        session
            .facts(&file.path, source.text())
            .map_err(|error| Failure {
                message: error.message,
                offset: error.offset,
            })
    };
    catch_panic(facts).unwrap_or_else(|panic| Err(defect(&panic)))
}

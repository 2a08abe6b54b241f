//! From files to verified plans, many at a time.
//!
//! Reads and analyzes; never writes. One bad file never ends the run: it becomes a report with a
//! failure. Reports come in the order of the files whatever the threads, and only the files in
//! flight are held.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use rayon::prelude::*;

use super::catch_panic::catch_panic;
use super::planned::{Planned, plan};
use super::read;
use super::report::{Failure, FileReport};
use super::settled::Settled;
use crate::lang::{Ahead, Doubt, Language, RewriteOptions, Session};
use crate::mapping::Table;
use crate::plan::Plan;
use crate::project::{Anchor, Candidate, Prefilter, Project, WalkOptions};
use crate::text::Source;

/// Stack of a worker in bytes. Parsers and syntax trees recurse once a level of nesting, and
/// languages refuse what needs more than three quarters of this; only pages that are touched cost
/// memory.
const STACK: usize = 256 << 20;

/// Reports that are held before they are handed on: at most this many files a thread.
const FILES_A_THREAD: usize = 64;

/// A language that has a table in this run.
pub struct Active<'a> {
    pub(super) language: &'a dyn Language,
    pub(super) table: &'a Table,
    pub(super) session: Box<dyn Session + 'a>,
}

impl Active<'_> {
    /// The rules that the reports of this language speak of.
    pub fn table(&self) -> &Table {
        self.table
    }

    /// What is odd about the rules of these indices, seen from the tree.
    pub fn doubts(&self, rules: &[usize]) -> Vec<Doubt> {
        self.session.doubts(rules)
    }

    /// What a comment to the end of a line starts with.
    pub fn comment_sign(&self) -> &'static str {
        self.language.comment_sign()
    }

    /// The language's name.
    pub fn name(&self) -> &'static str {
        self.language.syntax().language
    }
}

/// What files are searched for that lie at places of which a language speaks, by language.
#[derive(Debug)]
pub struct PlaceFilters(Vec<Vec<Prefilter>>);

/// All languages at work on one tree.
pub struct Engine<'a> {
    active: Vec<Active<'a>>,
    /// Languages without a table: their files are nobody's.
    idle: Vec<&'a dyn Language>,
    options: &'a RewriteOptions,
    base: PathBuf,
    /// What was planned while the languages looked around.
    settled: Settled,
    looked_at: Arc<AtomicUsize>,
}

/// The workers could not be started.
#[derive(Debug, thiserror::Error)]
#[error("cannot start worker threads: {0}; each needs 256 MiB of address space")]
pub struct StartError(#[from] rayon::ThreadPoolBuildError);

impl<'a> Engine<'a> {
    /// Opens the project in every language of `languages` that one of `tables` is for. `base`,
    /// absolute, is the folder that displayed paths are relative to where they are below it.
    pub fn open(
        languages: &[&'a dyn Language],
        tables: &'a [Table],
        project: &'a Project,
        options: &'a RewriteOptions,
        base: PathBuf,
    ) -> Self {
        let mut active = Vec::new();
        let mut idle = Vec::new();
        for &language in languages {
            let name = language.syntax().language;
            match tables.iter().find(|t| t.syntax().language == name) {
                Some(table) => active.push(Active {
                    language,
                    table,
                    session: language.open(project, table, options),
                }),
                None => idle.push(language),
            }
        }
        Self {
            active,
            idle,
            options,
            base,
            settled: Settled::default(),
            looked_at: Arc::default(),
        }
    }

    /// The languages at work.
    pub fn active(&self) -> &[Active<'a>] {
        &self.active
    }

    /// Whether a file of this name is a source of a language at work.
    pub fn is_source(&self, path: &Path) -> bool {
        self.active
            .iter()
            .any(|a| a.language.is_source(path, self.options))
    }

    /// Whether a language at work has sources without an extension, told by their start.
    pub fn has_scripts(&self) -> bool {
        self.active.iter().any(|a| a.language.script().is_some())
    }

    /// Whether a file without an extension that starts so is a source of a language at work.
    pub fn is_script(&self, start: &[u8]) -> bool {
        let mut scripts = self.active.iter().filter_map(|a| a.language.script());
        scripts.any(|is_script| is_script(start))
    }

    /// Whether a file that is no source by its name is read if a person names it.
    pub fn is_source_if_named(&self, path: &Path) -> bool {
        let of = |language: &dyn Language| language.is_source(path, self.options);
        !self.idle.iter().any(|language| of(*language))
            && self
                .language_of(path)
                .is_some_and(|active| of(active.language) || active.language.reads_named(path))
    }

    /// What files are searched for that may be worth parsing for their place.
    pub fn place_filters(&self) -> PlaceFilters {
        let sets = |active: &Active<'_>| {
            let sets = active.language.place_anchors();
            sets.iter().map(|set| Prefilter::new(set)).collect()
        };
        PlaceFilters(self.active.iter().map(sets).collect())
    }

    /// What a file (absolute) is searched for, besides the words of references, if its place alone may be a reason
    /// to rewrite it.
    pub fn by_place<'f>(&self, file: &Path, filters: &'f PlaceFilters) -> Option<&'f Prefilter> {
        let mut all = self.active.iter().zip(&filters.0);
        // One language's place says nothing of another's file.
        let (active, sets) = match self.active.as_slice() {
            [_] => all.next()?,
            _ => {
                let its = self.language_of(file)?;
                all.find(|(active, _)| std::ptr::eq(*active, its))?
            }
        };
        sets.get(active.session.place(file)?)
    }

    /// Words of which one occurs in each file that is worth parsing.
    pub fn anchors(&self) -> Vec<Anchor> {
        let mut anchors: Vec<Anchor> = self
            .active
            .iter()
            .flat_map(|active| active.language.anchors(active.table))
            .collect();
        anchors.sort();
        anchors.dedup();
        anchors
    }

    /// Sentences of the languages to say once a run, after its end.
    pub fn remarks(&self) -> Vec<String> {
        let mut remarks: Vec<String> = self
            .active
            .iter()
            .flat_map(|active| active.session.remarks())
            .collect();
        remarks.sort();
        remarks.dedup();
        remarks
    }

    /// The language that a file belongs to: the first whose source its name is. A file that is no
    /// language's source by its name was named by a person, or is a script: with one language at work it is
    /// that one's, else the one's that has scripts.
    pub fn language_of(&self, path: &Path) -> Option<&Active<'a>> {
        let by_name = self
            .active
            .iter()
            .find(|a| a.language.is_source(path, self.options));
        match self.active.as_slice() {
            [only]
                if by_name.is_none()
                    && !self.idle.iter().any(|l| l.is_source(path, self.options)) =>
            {
                Some(only)
            }
            _ if by_name.is_none() && path.extension().is_none() => {
                self.active.iter().find(|a| a.language.script().is_some())
            }
            _ => by_name,
        }
    }

    /// How many texts [`survey`](Self::survey) has looked at so far, for a display of progress.
    pub fn looked_at(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.looked_at)
    }

    /// Lets every language look around in the tree for what plans of these texts depend on. To be
    /// called once, before [`run`](Self::run) or [`bytes`](Self::bytes), with all texts of the run.
    ///
    /// # Errors
    /// The workers could not be started.
    pub fn survey(&self, ahead: &[Ahead<'_>], walk: &WalkOptions) -> Result<(), StartError> {
        if ahead.is_empty() {
            return Ok(());
        }
        pool(walk.threads)?.install(|| {
            for (at, active) in self.active.iter().enumerate() {
                let is_own = |file: &Ahead<'_>| {
                    let language = self.language_of(file.file);
                    language.is_some_and(|its| std::ptr::eq(its, &raw const self.active[at]))
                };
                let own: Vec<Ahead<'_>> =
                    ahead.iter().filter(|file| is_own(file)).copied().collect();
                if !own.is_empty() {
                    // After a panic less is known, which languages allow for; the file that made it
                    // is named when it is analyzed.
                    let attempt = |file: &Ahead<'_>| {
                        self.settled.attempt(active, file);
                        self.looked_at.fetch_add(1, Ordering::Relaxed);
                    };
                    let _ = catch_panic(|| active.session.survey(&own, walk, &attempt));
                }
            }
        });
        Ok(())
    }

    /// Analyzes `bytes` as the content of `path` (absolute, need not exist), and verifies the plan,
    /// on a thread with the stack that this needs.
    ///
    /// # Errors
    /// The thread could not be started.
    pub fn bytes(&self, path: &Path, bytes: Vec<u8>) -> Result<FileReport, StartError> {
        Ok(pool(1)?.install(|| self.analyzed(path, bytes)))
    }

    /// Reads and analyzes a file of at most `limit` bytes.
    fn file(&self, file: &Candidate, limit: u64) -> FileReport {
        match read::bytes(&file.real, limit) {
            Ok(bytes) => self.analyzed(&file.path, bytes),
            Err(failure) => self.failed(&file.path, Source::default(), failure),
        }
    }

    fn analyzed(&self, path: &Path, bytes: Vec<u8>) -> FileReport {
        let Some(active) = self.language_of(path) else {
            let names: Vec<_> = self.active.iter().map(Active::name).collect();
            let message = format!(
                "cannot tell its language: it is no source of {} by its name; leave it out, or name \
                 the language with --lang",
                names.join(" or ")
            );
            return self.failed(path, Source::default(), Failure::of(message));
        };
        let source = match catch_panic(|| read::source(active.language, path, bytes)) {
            Ok(Ok(source)) => source,
            Ok(Err(failure)) => return self.failed(path, Source::default(), failure),
            Err(panic) => return self.failed(path, Source::default(), defect(&panic)),
        };
        let planned = || match self.settled.take(active, path, &source) {
            Some(planned) => planned,
            None => plan(active, path, &source),
        };
        match catch_panic(planned) {
            Ok(Ok(Planned { plan, rewritten })) => FileReport {
                rewritten,
                ..self.report(path, source, plan)
            },
            Ok(Err(failed)) => FileReport {
                failure: Some(failed.failure),
                ..self.report(path, source, failed.plan)
            },
            Err(panic) => self.failed(path, source, defect(&panic)),
        }
    }

    /// Works through `files` (sorted), which the walk with these options found, and hands the
    /// reports to `sink` in the same order. The run ends early when `sink` breaks.
    ///
    /// # Errors
    /// The workers could not be started.
    pub fn run(
        &self,
        files: &[Candidate],
        walk: &WalkOptions,
        mut sink: impl FnMut(FileReport) -> ControlFlow<()>,
    ) -> Result<(), StartError> {
        if files.is_empty() {
            return Ok(());
        }
        let pool = pool(walk.threads)?;
        let limit = walk.max_file_size;
        let chunk = pool.current_num_threads() * FILES_A_THREAD;
        std::thread::scope(|scope| {
            // One chunk is handed on while the next one is in work.
            let (send, receive) = mpsc::sync_channel::<Vec<FileReport>>(0);
            scope.spawn(move || {
                for files in files.chunks(chunk) {
                    let reports = pool.install(|| {
                        files
                            .par_iter()
                            .with_max_len(1)
                            .map(|file| self.file(file, limit))
                            .collect()
                    });
                    if send.send(reports).is_err() {
                        break;
                    }
                }
            });
            for report in receive.into_iter().flatten() {
                if sink(report).is_break() {
                    break;
                }
            }
        });
        Ok(())
    }

    /// The files of the tree (absolute, without links) that are loaded when a file is, which is read if it has at
    /// most `limit` bytes. To be asked on a worker, see [`on_worker`](Self::on_worker).
    pub fn loads(&self, file: &Path, limit: u64) -> Vec<PathBuf> {
        let loads = || {
            let active = self.language_of(file)?;
            let bytes = read::bytes(&real(file), limit).ok()?;
            let source = read::source(active.language, file, bytes).ok()?;
            Some(active.session.loads(file, source.text()))
        };
        // A file that makes the program panic is named when it is planned.
        let found = catch_panic(loads).ok().flatten().unwrap_or_default();
        found.iter().map(|file| real(file)).collect()
    }

    /// Files that are run with what a file (absolute) puts in place.
    pub fn served(&self, file: &Path) -> Vec<PathBuf> {
        let of = |active: &Active<'_>| active.session.served(file);
        self.language_of(file).map_or_else(Vec::new, of)
    }

    /// Other files (absolute) that are one thing with a file, so that all of them change or none.
    pub fn together(&self, file: &Path) -> Vec<PathBuf> {
        let of = |active: &Active<'_>| active.session.together(file);
        self.language_of(file).map_or_else(Vec::new, of)
    }

    /// Does `work` on a thread with the stack that reading sources needs.
    ///
    /// # Errors
    /// The thread could not be started.
    pub fn on_worker<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, StartError> {
        Ok(pool(1)?.install(work))
    }

    fn report(&self, path: &Path, source: Source, plan: Plan) -> FileReport {
        let display = path.strip_prefix(&self.base).unwrap_or(path);
        FileReport {
            path: path.to_owned(),
            display: display.to_owned(),
            source,
            plan,
            rewritten: None,
            failure: None,
        }
    }

    /// The report of a file (absolute) that nothing is planned for: its text alone.
    pub fn unplanned(&self, path: &Path) -> FileReport {
        let bytes = match crate::file::read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let failure = Failure::of(format!("cannot be read: {error}"));
                return self.failed(path, Source::default(), failure);
            }
        };
        let source = match self.language_of(path) {
            Some(active) => read::source(active.language, path, bytes),
            None => Source::decode(bytes, crate::text::Encoding::UTF_8)
                .map_err(|error| Failure::of(error.to_string())),
        };
        match source {
            Ok(source) => self.report(path, source, Plan::default()),
            Err(failure) => self.failed(path, Source::default(), failure),
        }
    }

    /// The report of a file that is left as it is.
    pub fn failed(&self, path: &Path, source: Source, failure: Failure) -> FileReport {
        FileReport {
            failure: Some(failure),
            ..self.report(path, source, Plan::default())
        }
    }
}

/// What is said of a file on which the program panicked.
pub(super) fn defect(panic: &str) -> Failure {
    Failure::of(format!(
        "repoint failed on this file: {panic}; the file is left as it is (this is a defect of \
         repoint, please report it with the file)"
    ))
}

/// A path without links; as it is if there is nothing.
fn real(file: &Path) -> PathBuf {
    fs::canonicalize(file).unwrap_or_else(|_| file.to_owned())
}

pub(super) fn pool(threads: usize) -> Result<rayon::ThreadPool, rayon::ThreadPoolBuildError> {
    let build = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .stack_size(STACK)
            .thread_name(|i| format!("repoint-{i}"))
            .build()
    };
    // Where address space is limited there are fewer workers, never smaller stacks.
    build(threads).or_else(|_| build(1))
}

#[cfg(test)]
mod tests;

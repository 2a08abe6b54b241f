//! The walk: from the paths of the command line to the files that are worth parsing.
//!
//! The walker's threads read and search the files themselves, each with a buffer of its own; their
//! results are joined and sorted at the end. Symbolic links inside a tree are not followed, and
//! nothing but regular files is ever opened.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};

use super::Project;
use super::git::Repository;
use super::globs::Globs;
use super::ignorefiles::{keep_out, odd_around};
use super::partition::Partition;
use super::prefilter::Prefilter;
use super::search::{Found, Searcher};
use super::skip::{is_cache, is_own_folder, vendored};
use crate::text::shown;

/// Which files are looked at, and how.
#[derive(Clone, Debug)]
pub struct WalkOptions {
    /// Do not honour .gitignore, .ignore and .git/info/exclude.
    pub no_ignore: bool,
    /// Look at hidden files and folders too.
    pub hidden: bool,
    /// If there are any, only files that match one.
    pub include: Globs,
    /// No files and folders that match one.
    pub exclude: Globs,
    /// Bytes; a larger file that would have to be parsed is a failure.
    pub max_file_size: u64,
    /// Number of threads; 0 for as many as the machine offers.
    pub threads: usize,
    /// Only this share of the files.
    pub partition: Option<Partition>,
    /// Counted up by one for each file that was searched.
    pub progress: Option<Arc<AtomicUsize>>,
}

impl Default for WalkOptions {
    fn default() -> Self {
        Self {
            no_ignore: false,
            hidden: false,
            include: Globs::default(),
            exclude: Globs::default(),
            max_file_size: 4 * 1024 * 1024,
            threads: 0,
            partition: None,
            progress: None,
        }
    }
}

/// Tells a source from its first bytes.
pub type ByStart<'a> = &'a (dyn Fn(&[u8]) -> bool + Sync);

/// Which files are sources.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// By its name.
    pub by_name: &'a (dyn Fn(&Path) -> bool + Sync),
    /// A file without an extension by how it starts: a script.
    pub by_start: Option<ByStart<'a>>,
    /// A file in which what its place alone says may have to be rewritten, and what is searched for in it then,
    /// besides all else.
    pub by_place: Option<ByPlace<'a>>,
    /// A file that a person names, and that is none by its name.
    pub if_named: &'a (dyn Fn(&Path) -> bool + Sync),
}

/// What a file must hold to be a candidate by its place, if it can be one.
pub type ByPlace<'a> = &'a (dyn Fn(&Path) -> Option<&'a Prefilter> + Sync);

impl<'a> Sources<'a> {
    /// Those that are sources by their name.
    pub fn named_so(by_name: &'a (dyn Fn(&Path) -> bool + Sync)) -> Self {
        Self {
            by_name,
            by_start: None,
            by_place: None,
            if_named: by_name,
        }
    }

    fn is_named_source(&self, path: &Path) -> bool {
        (self.by_name)(path) || (self.if_named)(path)
    }

    /// Whether only its start tells whether it is one.
    fn may_be_script(&self, path: &Path) -> bool {
        self.by_start.is_some() && path.extension().is_none() && !(self.by_name)(path)
    }
}

/// A file that may hold a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Absolute, as it was found: links are not resolved.
    pub path: PathBuf,
    /// The same file without any symbolic link: where its bytes are.
    pub real: PathBuf,
    /// Bytes.
    pub size: u64,
}

/// What a walk found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// Each file once, by path.
    pub candidates: Vec<Candidate>,
    /// Source files that were searched.
    pub searched: usize,
    /// Files and folders that could not be looked at, and why, by path: absolute paths; lower
    /// case, no period.
    pub failures: Vec<(PathBuf, String)>,
}

/// Walks the paths, searches each source file, and returns those that match.
///
/// A file that is named is read even if it is ignored, hidden or left out by a pattern. A named link
/// to a folder means that folder; one to a file is followed if the file lies in the project or in a
/// named folder, else it is a failure, as is a name that is no source, or nothing at all. Of a file without an
/// extension in a folder its start tells what it is, by the read that searches it. Folders are walked
/// with all ignore files in and above them but the user's own; those that say of themselves that
/// they are caches, and vendored crates, are not entered unless they are named. A file that several
/// paths reach is searched once.
pub fn discover<'a>(
    paths: &[PathBuf],
    project: &'a Project,
    options: &'a WalkOptions,
    sources: Sources<'a>,
    prefilter: &'a Prefilter,
) -> Walked {
    let mut searcher = Searcher::new(prefilter, options.max_file_size, None);
    let (folders, files) = sort_out(paths, project, sources, &mut searcher);
    let mut found = searcher.found;
    let walk = Walk {
        project,
        options,
        sources,
        prefilter,
        vendored: if folders.is_empty() {
            HashSet::new()
        } else {
            vendored(project.root(), &mut found.failures)
        },
        named: files.iter().map(|file| file.real.clone()).collect(),
        linked: folders.iter().any(|folder| folder.path != folder.real),
        folders,
        found: Mutex::new(found),
    };
    walk.search_named(&files);
    let (inside, outside): (Vec<_>, Vec<_>) = walk
        .folders
        .iter()
        .partition(|folder| Repository::around(&folder.real).is_some());
    walk.search_folders(&inside, true);
    walk.search_folders(&outside, false);
    let mut found = walk
        .found
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    found
        .candidates
        .sort_unstable_by(|a, b| bytes(&a.path).cmp(bytes(&b.path)));
    found
        .failures
        .sort_unstable_by(|a, b| (bytes(&a.0), &a.1).cmp(&(bytes(&b.0), &b.1)));
    found.failures.dedup();
    Walked {
        candidates: found.candidates,
        searched: found.searched,
        failures: found.failures,
    }
}

fn bytes(path: &Path) -> &[u8] {
    path.as_os_str().as_encoded_bytes()
}

/// Why an operation failed: lower case, without the number of the system's error.
pub(super) fn reason(error: &io::Error) -> String {
    let kind = error.kind().to_string();
    if kind.starts_with("uncategorized") || kind.starts_with("other") {
        return error.to_string();
    }
    kind
}

/// A file or folder of the command line.
struct Named {
    path: PathBuf,
    real: PathBuf,
    /// Whether its last name is a symbolic link.
    is_link: bool,
}

/// Tells folders from files; each real one once.
fn sort_out(
    paths: &[PathBuf],
    project: &Project,
    sources: Sources<'_>,
    searcher: &mut Searcher<'_>,
) -> (Vec<Named>, Vec<Named>) {
    let mut folders = Vec::new();
    let mut files = Vec::new();
    for given in paths {
        let fail = |error: io::Error| (given.clone(), error);
        let looked = std::path::absolute(given).map_err(fail).and_then(|path| {
            let metadata = fs::metadata(&path).map_err(|error| (path.clone(), error))?;
            let real = path.canonicalize().map_err(|error| (path.clone(), error))?;
            let is_link = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink());
            let named = Named {
                path,
                real,
                is_link,
            };
            Ok((named, metadata))
        });
        match looked {
            Ok((named, metadata)) if metadata.is_dir() => folders.push(named),
            Ok((named, metadata)) if !metadata.is_file() => {
                searcher.fail(named.path, "neither a file nor a folder".to_owned());
            }
            Ok((named, _)) if !sources.is_named_source(&named.path) => searcher.fail(
                named.path,
                "not a source file: its name belongs to no language that is asked for".to_owned(),
            ),
            Ok((named, _)) => files.push(named),
            Err((path, error)) if error.kind() == io::ErrorKind::NotFound => {
                let message = if fs::symlink_metadata(&path).is_ok() {
                    "a symbolic link that leads to nothing"
                } else {
                    "no such file or folder"
                };
                searcher.fail(path, message.to_owned());
            }
            Err((path, error)) => searcher.fail_to_read(path, &error),
        }
    }
    files.retain(|file| {
        let followed = !file.is_link || within(&file.real, project, &folders);
        if !followed {
            let to = shown(&file.real);
            let message =
                format!("is a link that leads out of the project, to {to}; name {to} itself");
            searcher.fail(file.path.clone(), message);
        }
        followed
    });
    for named in [&mut folders, &mut files] {
        // Of several names for one thing, its own comes first.
        named.sort_by(|a, b| {
            (&a.real, a.path != a.real, &a.path).cmp(&(&b.real, b.path != b.real, &b.path))
        });
        named.dedup_by(|a, b| a.real == b.real);
    }
    (folders, files)
}

/// Whether a file, without links, lies in the project or in one of the folders.
fn within(real: &Path, project: &Project, folders: &[Named]) -> bool {
    real.starts_with(project.root()) || folders.iter().any(|folder| real.starts_with(&folder.real))
}

/// All that the threads of one walk share.
struct Walk<'a> {
    project: &'a Project,
    options: &'a WalkOptions,
    sources: Sources<'a>,
    prefilter: &'a Prefilter,
    /// Folders that cargo takes crates from.
    vendored: HashSet<PathBuf>,
    /// Real paths of the files that were named, which are not searched again.
    named: HashSet<PathBuf>,
    folders: Vec<Named>,
    /// Whether a folder was named through a symbolic link.
    linked: bool,
    /// What the threads that have ended found.
    found: Mutex<Found>,
}

impl Walk<'_> {
    fn searcher(&self) -> Searcher<'_> {
        Searcher::new(
            self.prefilter,
            self.options.max_file_size,
            self.options.progress.as_deref(),
        )
    }

    fn join(&self, found: &mut Found) {
        let mut all = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        all.candidates.append(&mut found.candidates);
        all.failures.append(&mut found.failures);
        all.searched += std::mem::take(&mut found.searched);
    }

    fn fail(&self, path: PathBuf, message: String) {
        let mut all = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        all.failures.push((path, message));
    }

    /// Whether the file belongs to the share that is asked for.
    fn is_shared(&self, real: &Path) -> bool {
        let partition = self.options.partition;
        partition.is_none_or(|partition| partition.holds(real, self.project.root()))
    }

    /// What else makes a file a candidate.
    fn also(&self, file: &Path) -> Option<&Prefilter> {
        self.sources.by_place?(file)
    }

    fn search_named(&self, files: &[Named]) {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut searcher = self.searcher();
            while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                if self.is_shared(&file.real) {
                    searcher.also(self.also(&file.path));
                    searcher.search(&file.path, Cow::Borrowed(&file.real), None);
                }
            }
            self.join(&mut searcher.found);
        };
        let offered = || thread::available_parallelism().map_or(1, usize::from);
        let threads = match self.options.threads {
            0 => offered(),
            threads => threads,
        };
        // A thread is worth it for some tens of files.
        thread::scope(|scope| {
            for _ in 1..threads.min(files.len() / 32) {
                scope.spawn(work);
            }
            work();
        });
    }

    fn search_folders(&self, folders: &[&Named], in_git: bool) {
        let mut folders = folders.to_vec();
        if !self.options.no_ignore {
            folders.retain(|folder| match odd_around(&folder.real) {
                Some(odd) => {
                    self.fail(odd.file, odd.message);
                    false
                }
                None => true,
            });
        }
        let Some((first, others)) = folders.split_first() else {
            return;
        };
        let mut builder = WalkBuilder::new(&first.path);
        for other in others {
            builder.add(&other.path);
        }
        let odd = (!self.options.no_ignore).then(|| keep_out(&mut builder));
        builder
            .standard_filters(!self.options.no_ignore)
            .hidden(!self.options.hidden)
            .git_global(false)
            // Outside git its ignore files count all the same. Inside, the walker must see where a
            // work tree begins: what stands above it, in a home folder perhaps, does not count.
            .require_git(in_git)
            .follow_links(false)
            .threads(self.options.threads)
            .build_parallel()
            .visit(&mut Builder(self));
        let odd =
            odd.map(|odd| std::mem::take(&mut *odd.lock().unwrap_or_else(PoisonError::into_inner)));
        for odd in odd.into_iter().flatten() {
            if self.enters(&odd.folder) {
                self.fail(odd.file, odd.message);
            }
        }
    }

    /// The path without symbolic links, of something found in a folder that was named.
    fn real<'p>(&self, path: &'p Path) -> Cow<'p, Path> {
        if !self.linked {
            return Cow::Borrowed(path);
        }
        let around = self.folders.iter().filter_map(|folder| {
            let rest = path.strip_prefix(&folder.path).ok()?;
            Some((folder, rest))
        });
        match around.min_by_key(|(_, rest)| rest.as_os_str().len()) {
            Some((folder, rest)) if folder.path != folder.real => {
                Cow::Owned(folder.real.join(rest))
            }
            _ => Cow::Borrowed(path),
        }
    }

    fn enters(&self, folder: &Path) -> bool {
        if is_own_folder(folder) {
            return false;
        }
        let real = self.real(folder);
        let again = self.folders.len() > 1 && self.folders.iter().any(|named| *named.real == *real);
        !again
            && !self.vendored.contains(&*real)
            && !self.options.exclude.matches(&real, true)
            && !is_cache(folder)
    }

    fn reads(&self, file: &Path) -> bool {
        if !(self.sources.by_name)(file) && !self.sources.may_be_script(file) {
            return false;
        }
        let real = self.real(file);
        let WalkOptions {
            include, exclude, ..
        } = self.options;
        (self.named.is_empty() || !self.named.contains(&*real))
            && !exclude.matches(&real, false)
            && (include.is_empty() || include.matches_around(&real))
            && self.is_shared(&real)
    }
}

struct Builder<'w, 'a>(&'w Walk<'a>);

impl<'w> ParallelVisitorBuilder<'w> for Builder<'w, '_> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 'w> {
        Box::new(Visitor {
            walk: self.0,
            searcher: self.0.searcher(),
        })
    }
}

/// One thread of a walk.
struct Visitor<'w, 'a> {
    walk: &'w Walk<'a>,
    searcher: Searcher<'w>,
}

impl Drop for Visitor<'_, '_> {
    fn drop(&mut self) {
        self.walk.join(&mut self.searcher.found);
    }
}

impl ParallelVisitor for Visitor<'_, '_> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        match entry {
            Ok(entry) => self.visit_entry(&entry),
            Err(error) => {
                self.fail(&error, None);
                WalkState::Continue
            }
        }
    }
}

impl Visitor<'_, '_> {
    fn visit_entry(&mut self, entry: &DirEntry) -> WalkState {
        if let Some(error) = entry.error() {
            self.fail(error, Some(entry.path()));
        }
        let kind = entry.file_type();
        let path = entry.path();
        if kind.is_some_and(|kind| kind.is_dir()) {
            if entry.depth() > 0 && !self.walk.enters(path) {
                return WalkState::Skip;
            }
        } else if kind.is_some_and(|kind| kind.is_file()) && self.walk.reads(path) {
            let walk = self.walk;
            self.searcher.also(walk.also(path));
            let by_start = walk.sources.by_start;
            let by_start = by_start.filter(|_| walk.sources.may_be_script(path));
            self.searcher.search(path, walk.real(path), by_start);
        }
        WalkState::Continue
    }

    /// Records what could not be read. A line of an ignore file that is no pattern is passed over,
    /// as git does.
    fn fail(&mut self, error: &ignore::Error, path: Option<&Path>) {
        match error {
            ignore::Error::Partial(errors) => {
                for error in errors {
                    self.fail(error, path);
                }
            }
            ignore::Error::WithPath { path, err } => self.fail(err, Some(path)),
            ignore::Error::WithLineNumber { err, .. } | ignore::Error::WithDepth { err, .. } => {
                self.fail(err, path);
            }
            ignore::Error::Io(error) => {
                let path = path.unwrap_or(self.walk.project.root()).to_path_buf();
                self.searcher.fail_to_read(path, error);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "walk_tests.rs"]
mod tests;

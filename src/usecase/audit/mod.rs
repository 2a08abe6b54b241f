//! The audit of a project: by how many paths its definitions are imported, which of them are copies, which
//! modules only hand on.
//!
//! Deliberately absent: packages outside of the project, what strings say, and any edit.

mod copies;
mod cycles;
mod emit;
mod shims;
mod symbols;

use std::path::{Path, PathBuf};

use serde::Serialize;

pub use self::copies::{Copies, Copy, Likeness, MOST_UNLIKE};
pub use self::cycles::Cycle;
pub use self::emit::{HEAD, To, table};
pub use self::shims::{Shim, User};
pub use self::symbols::{PathUse, Symbol, Way};
use super::listener::{Listener, Progress};
use super::run::Place;
use crate::config::Home;
use crate::engine;
use crate::index::ProjectIndex;
use crate::lang::{Language, RewriteOptions};
use crate::mapping::Table;
use crate::output::Failed;
use crate::output::summary::counted;
use crate::path::{Segment, SymbolPath, Syntax};
use crate::project::{Anchor, Candidate, Prefilter, Sources, WalkOptions, Walked, discover};

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Symbols as people call them: a name, a path, or a file or folder (absolute) that defines them. All, if there
    /// is none.
    pub symbols: Vec<Wanted>,
    /// Name every copy, and every symbol of tests too.
    pub all: bool,
}

/// A symbol that is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The last name, or a whole path, of the definition or by which it is imported.
    Named(String),
    /// Everything that is defined there.
    At(PathBuf),
}

/// What was found in the sources of one language.
#[derive(Debug, Serialize)]
pub struct Audit {
    /// The language.
    pub language: &'static str,
    /// How many files were read.
    pub files: usize,
    /// How many could not be.
    pub failures: usize,
    /// Definitions that are imported by more than one path, those that most files have to change for first.
    pub fragmented: Vec<Symbol>,
    /// Definitions of one name and kind.
    pub duplicates: Vec<Copies>,
    /// Modules that do nothing but hand on.
    pub shims: Vec<Shim>,
    /// Cycles that imports of the canonical paths would close.
    pub cycles: Vec<Cycle>,
    #[serde(skip)]
    pub(super) syntax: &'static Syntax,
}

/// Audits the sources of each language that has some.
///
/// # Errors
/// The workers could not be started.
pub fn audit<'p>(
    place: &'p Place,
    languages: &[&'static dyn Language],
    rewrite: &RewriteOptions,
    walk: &WalkOptions,
    question: &Question,
    listener: &dyn Listener,
) -> Result<Vec<Audit>, engine::StartError> {
    let mut audits = Vec::new();
    for language in languages {
        let Some((index, failures)) = index(place, *language, rewrite, walk, listener)? else {
            continue;
        };
        let homes = place.config.homes.iter().map(|said| &said.value);
        let is_own = |home: &&Home| home.syntax.language == language.syntax().language;
        let path = |home: &'p Home| home.path.segments();
        let view = View {
            index: &index,
            root: place.project.root(),
            syntax: language.syntax(),
            homes: homes.filter(is_own).map(path).collect(),
        };
        audits.push(of(&view, failures, question));
    }
    Ok(audits)
}

/// Reads all sources of a language; `None` if there are none.
fn index(
    place: &Place,
    language: &'static dyn Language,
    rewrite: &RewriteOptions,
    walk: &WalkOptions,
    listener: &dyn Listener,
) -> Result<Option<(ProjectIndex, usize)>, engine::StartError> {
    listener.progress(Progress::Started);
    let every = Prefilter::new(&[Anchor {
        word: None,
        alongside: Vec::new(),
    }]);
    let walked = sources(place, language, rewrite, walk, &every);
    let mut failures = walked.failures.len();
    for (path, message) in &walked.failures {
        listener.failure(path, message);
    }
    if walked.candidates.is_empty() {
        listener.progress(Progress::Stopped);
        return Ok(None);
    }
    listener.progress(Progress::Expected(walked.candidates.len()));
    let index = indexed(
        place,
        language,
        rewrite,
        walk,
        &walked.candidates,
        |failed| {
            listener.progress(Progress::Parsed);
            if let Some(failed) = failed {
                failures += 1;
                listener.failed(failed);
            }
        },
    )?;
    listener.progress(Progress::Stopped);
    listener.detail(&format!(
        "{}: {}, {}, {}",
        language.syntax().language,
        counted(index.files.len(), "file"),
        counted(index.modules.len(), "module"),
        counted(index.definitions.len(), "definition")
    ));
    Ok(Some((index, failures)))
}

/// All sources of a language in the project that match.
pub(super) fn sources(
    place: &Place,
    language: &'static dyn Language,
    rewrite: &RewriteOptions,
    walk: &WalkOptions,
    filter: &Prefilter,
) -> Walked {
    let is_source = |path: &Path| language.is_source(path, rewrite);
    let root = [place.project.root().to_owned()];
    let sources = Sources::named_so(&is_source);
    discover(&root, &place.project, walk, sources, filter)
}

/// The index of these files. `each` hears of every file, and why it could not be read.
pub(super) fn indexed(
    place: &Place,
    language: &'static dyn Language,
    rewrite: &RewriteOptions,
    walk: &WalkOptions,
    files: &[Candidate],
    mut each: impl FnMut(Option<Failed>),
) -> Result<ProjectIndex, engine::StartError> {
    let table = Table::empty(language.syntax());
    let session = language.open(&place.project, &table, rewrite);
    let mut index = ProjectIndex::default();
    engine::facts(
        language,
        &*session,
        files,
        walk,
        |file, facts| match facts {
            Ok(facts) => {
                index.add(file.path.clone(), facts);
                each(None);
            }
            Err(unread) => {
                let path = file.path.strip_prefix(&place.cwd).unwrap_or(&file.path);
                each(Some(Failed {
                    path: path.to_owned(),
                    message: unread.message,
                    start: unread.start,
                }));
            }
        },
    )?;
    index.finish();
    Ok(index)
}

/// An index, and how people read what is in it.
struct View<'i> {
    index: &'i ProjectIndex,
    root: &'i Path,
    syntax: &'static Syntax,
    /// Paths that the configuration says are the ones to use.
    homes: Vec<&'i [Segment]>,
}

impl View<'_> {
    /// A path as the language writes it.
    fn text(&self, path: &[Segment]) -> String {
        SymbolPath::new(path.to_vec())
            .map(|path| path.display(self.syntax).to_string())
            .unwrap_or_default()
    }

    /// A file, relative to the project.
    fn file(&self, file: &Path) -> PathBuf {
        file.strip_prefix(self.root).unwrap_or(file).to_owned()
    }
}

/// Folders and files whose definitions nobody means to import from elsewhere.
fn is_aside(file: &Path) -> bool {
    const FOLDERS: [&str; 7] = [
        "tests",
        "test",
        "testing",
        "examples",
        "example",
        "migrations",
        "benches",
    ];
    let is_one = |part: std::path::Component<'_>| {
        let name = part.as_os_str().to_str().unwrap_or_default();
        FOLDERS.contains(&name)
    };
    let name = file
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or_default();
    file.parent()
        .is_some_and(|folder| folder.components().any(is_one))
        || name.starts_with("test_")
        || name.ends_with("_test")
        || name == "conftest"
        || name == "tests"
}

fn of(view: &View<'_>, failures: usize, question: &Question) -> Audit {
    let symbols = symbols::of(view);
    let is_wanted = |symbol: &Symbol| {
        question.symbols.is_empty() || question.symbols.iter().any(|it| symbol.is_meant(it, view))
    };
    let names_some = !question.symbols.is_empty();
    let duplicates = copies::of(view, &symbols, question.all || names_some)
        .into_iter()
        .filter(|copies| {
            !names_some
                || copies.all.iter().any(|copy| {
                    let symbol = symbols.get(&copy.id);
                    question.symbols.iter().any(|it| match symbol {
                        Some(symbol) => symbol.is_meant(it, view),
                        None => copy.is_meant(it, view),
                    })
                })
        })
        .collect();
    let mut fragmented: Vec<Symbol> = symbols
        .into_values()
        .filter(|symbol| {
            let is_shown = names_some || question.all || !is_aside(&symbol.file);
            (symbol.is_fragmented() || names_some || question.all && symbol.paths.len() > 1)
                && is_shown
                && is_wanted(symbol)
        })
        .collect();
    fragmented.sort_by(|a, b| (b.to_touch, &a.path).cmp(&(a.to_touch, &b.path)));
    Audit {
        language: view.syntax.language,
        files: view.index.files.len(),
        failures,
        cycles: cycles::of(view, &fragmented),
        fragmented,
        duplicates,
        shims: shims::of(view),
        syntax: view.syntax,
    }
}

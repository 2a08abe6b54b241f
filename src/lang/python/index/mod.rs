//! What other files of the tree say: asked while files are planned.
//!
//! Three kinds of questions. [`Snapshot::bound`] is about one file that is known by its module
//! name; it is read when that is asked, once (`modules`). [`Snapshot::cycle`] is about all that a module leads to, which is
//! read when a new import is planned, once (`graph`). [`Snapshot::reached`] is about all files, so it
//! is asked ahead: every file is planned once in a gathering mode in which questions are
//! recorded, and answered with no (a plan that was told right stands, and is not made again); then one walk over the project finds the files that may say
//! something (`search`), these are read (`reading`, `mentions`), and what they say is matched with the questions
//! (`answers`). A question that only comes up because of an answer is gathered in a second round.
//! After [`ROUNDS`] what is still unknown counts as reached, which is the safe side.
//!
//! A tree without such questions is never walked for them. What is kept is questions and places,
//! never texts. Deliberately absent: what is done with a module that is handed on as an argument or in a
//! container, strings that are put together at run time.

mod answers;
mod edges;
mod graph;
mod labels;
mod loading;
mod mentions;
mod modules;
mod reading;
mod search;
mod skim;
#[cfg(test)]
mod tests;

use std::cell::{Cell, OnceCell, RefCell};
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};

use ruff_python_ast::ModModule;
use rustc_hash::{FxHashMap, FxHashSet};

use self::edges::World;
use self::graph::Graph;
use self::modules::Modules;
use super::roots::Roots;
use super::unit::{AnalysisContext, Unit};
use crate::path::Segment;

pub(super) use answers::{Answer, ReferenceSite};
pub(super) use graph::{Brings, OwnImports};
pub(super) use mentions::{IMPORTERS, REPLACERS};
pub(super) use modules::{Bound, Read};
pub(super) use search::Search;

/// How often files are planned to learn what they ask.
pub(super) const ROUNDS: usize = 3;

/// Whether another file reaches a name through a module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ReferenceQuery {
    /// The module.
    pub(super) module: Vec<Segment>,
    /// The name.
    pub(super) name: Segment,
    /// A star import of the module brings it.
    pub(super) starred: bool,
}

/// What is known of the tree; shared by the threads.
#[derive(Default)]
pub(super) struct TreeIndex {
    /// Replaced as a whole between rounds, and read once a file.
    known: RwLock<Arc<Known>>,
    modules: Modules,
    graph: Graph,
    /// Applications with a label of their own, once somebody looked.
    labels: OnceLock<FxHashSet<Vec<Segment>>>,
    /// By file: what was asked when it was last planned ahead.
    attempts: Mutex<FxHashMap<PathBuf, Asked>>,
}

/// What was asked while one file was planned ahead.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// By the plan of the text as it is.
    pub(super) questions: FxHashSet<ReferenceQuery>,
    /// Those of them that had no answer yet, and were answered with no.
    open: FxHashSet<ReferenceQuery>,
    /// The plan of the text that it becomes asked more, to which nothing leads a search.
    asked_more: bool,
    /// It asked for the labels of applications before they were known.
    labels: bool,
}

/// Answers so far.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// What a question that has no answer means.
    pub(super) stage: Stage,
    /// By question; a question that nothing reaches has an empty one.
    pub(super) answers: FxHashMap<ReferenceQuery, Answer>,
}

/// How far the index is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    /// Questions come in: one without an answer is recorded, and answered with no.
    Gathering,
    /// All that will be known is, or nobody looked: one without an answer is answered with yes.
    #[default]
    Done,
}

/// The index as the planning of one file sees it.
pub(super) struct Snapshot<'s> {
    index: &'s TreeIndex,
    known: Arc<Known>,
    setting: AnalysisContext<'s>,
    asked: RefCell<FxHashSet<ReferenceQuery>>,
    asks_labels: Cell<bool>,
    real: OnceCell<PathBuf>,
}

/// Where the import statements of a text start that run while its module is imported.
pub(super) fn loading_statements(module: &ModModule) -> FxHashSet<u32> {
    let running = loading::of(module);
    running.iter().map(|it| it.at.to_u32()).collect()
}

/// Paths that hold one of these names, of objects that a text puts another one in the place of: it assigns to them, or
/// names them where they are patched.
pub(super) fn replaced(unit: &Unit<'_>, names: FxHashSet<Segment>) -> FxHashSet<Vec<Segment>> {
    let wanted = reading::Wanted {
        names,
        ..reading::Wanted::default()
    };
    let found = mentions::of(unit, &wanted).into_iter();
    found
        .filter(|(_, _, writes)| *writes)
        .map(|(path, ..)| path)
        .collect()
}

/// Runs `work` on one file. If it panics the file says nothing, and the index of all others goes on: when
/// such a file is analyzed the engine names it.
pub(super) fn unless_it_panics<T: Default>(work: impl FnOnce() -> T) -> T {
    std::panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_default()
}

impl TreeIndex {
    /// A look for one file.
    pub(super) fn snapshot<'s>(&'s self, setting: AnalysisContext<'s>) -> Snapshot<'s> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        Snapshot {
            index: self,
            known: Arc::clone(&known),
            setting,
            asked: RefCell::default(),
            asks_labels: Cell::default(),
            real: OnceCell::new(),
        }
    }

    /// Notes what was asked while a file was planned, if questions are gathered: first for the text as it
    /// is, then for what it becomes.
    pub(super) fn note(&self, file: &Path, snapshot: Snapshot<'_>) {
        if snapshot.known.stage != Stage::Gathering {
            return;
        }
        let known = Arc::clone(&snapshot.known);
        let labels = snapshot.asks_labels.get();
        let questions = snapshot.into_asked();
        let is_open = |question: &&ReferenceQuery| !known.answers.contains_key(*question);
        let mut attempts = self.attempts();
        match attempts.get_mut(file) {
            Some(asked) => {
                let mut open = questions.iter().filter(is_open);
                asked.asked_more |= !open.all(|question| asked.open.contains(question));
                asked.labels |= labels;
            }
            None => {
                let asked = Asked {
                    open: questions.iter().filter(is_open).cloned().collect(),
                    questions,
                    asked_more: false,
                    labels,
                };
                attempts.insert(file.to_owned(), asked);
            }
        }
    }

    /// Forgets what was asked for a file, which is to be planned again.
    pub(super) fn forget(&self, file: &Path) {
        self.attempts().remove(file);
    }

    /// What the plan of a file asked when it was last planned ahead.
    pub(super) fn asked(&self, file: &Path) -> FxHashSet<ReferenceQuery> {
        let attempts = self.attempts();
        attempts
            .get(file)
            .map(|asked| asked.questions.clone())
            .unwrap_or_default()
    }

    /// Whether the last plan ahead of a file was told what is known now: each question that had no answer
    /// then has got the answer no.
    pub(super) fn stands(&self, file: &Path) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let is_no = |question| known.answers.get(question).is_some_and(Answer::is_empty);
        let no_labels = || self.labels.get().is_some_and(FxHashSet::is_empty);
        self.attempts().get(file).is_some_and(|asked| {
            let told = !asked.labels || no_labels();
            told && !asked.asked_more && asked.open.iter().all(is_no)
        })
    }

    fn attempts(&self) -> MutexGuard<'_, FxHashMap<PathBuf, Asked>> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces what is known.
    pub(super) fn learn(&self, known: Known) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
    }
}

impl Snapshot<'_> {
    /// What was asked, as far as it depends on other files.
    pub(super) fn into_asked(self) -> FxHashSet<ReferenceQuery> {
        self.asked.into_inner()
    }

    /// What a text of `file` (absolute) loads while it is imported.
    pub(super) fn own_imports(&self, roots: &Roots, file: &Path, module: &ModModule) -> OwnImports {
        self.index.graph.own(self.world(roots), file, module)
    }

    /// The cycle that a new import in `file` closes, as modules from the file back to itself, see [`Graph::cycle`].
    pub(super) fn cycle(
        &self,
        roots: &Roots,
        file: &Path,
        own: &mut OwnImports,
        to: &[Segment],
        brings: Brings,
    ) -> Option<Vec<String>> {
        let world = self.world(roots);
        self.index.graph.cycle(world, file, own, to, brings)
    }

    fn world<'w>(&'w self, roots: &'w Roots) -> World<'w> {
        World {
            roots,
            table: self.setting.table,
        }
    }

    /// Where a file besides `file` (absolute) reaches the name, if one does.
    pub(super) fn reached(&self, file: &Path, question: ReferenceQuery) -> Option<String> {
        self.ask(file, question, |_| true)
    }

    /// Whether a file besides `file` names the name, instead of having it by a star only.
    pub(super) fn named(&self, file: &Path, question: ReferenceQuery) -> bool {
        let found = self.ask(file, question, |reach| !reach.by_star);
        found.is_some()
    }

    /// Where a file besides `file` replaces what the names mean in the module: assigns to it, or names it in a
    /// string, as those do that patch it. The first name is the question's; what is replaced may
    /// be any object on the way.
    pub(super) fn replaced(
        &self,
        file: &Path,
        question: ReferenceQuery,
        rest: &[Segment],
    ) -> Option<String> {
        self.ask(file, question, |reach| {
            reach.writes && rest.starts_with(&reach.rest)
        })
    }

    fn ask(
        &self,
        file: &Path,
        question: ReferenceQuery,
        counts: impl Fn(&ReferenceSite) -> bool,
    ) -> Option<String> {
        // What runs as a script is no module that others import.
        if question.module.is_empty() || question.module == ["__main__"] {
            return None;
        }
        let Some(answer) = self.known.answers.get(&question) else {
            self.asked.borrow_mut().insert(question);
            return (self.known.stage == Stage::Done).then(|| "another file".to_owned());
        };
        self.asked.borrow_mut().insert(question);
        let real = self.real.get_or_init(|| reading::real(file));
        answer
            .iter()
            .find(|reach| *reach.file != **real && counts(reach))
            .map(|reach| format!("`{}:{}`", reach.shown, reach.line))
    }
}

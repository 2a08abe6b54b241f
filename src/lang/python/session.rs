//! Python at work on one tree.

use std::path::{Path, PathBuf, is_separator};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::analysis::{self, FileContext};
use super::facts;
use super::index::{Known, ROUNDS, ReferenceQuery, Search, Snapshot, Stage, TreeIndex};
use super::loads;
use super::mentions;
use super::moving;
use super::notebook::Notebook;
use super::parse::SourceKind;
use super::roots::{Home, Roots};
use super::settings::Settings;
use super::targets;
use super::unit::AnalysisContext;
use crate::facts::FileFacts;
use crate::lang::plan_builder::contradiction;
use crate::lang::{Ahead, Attempt, Doubt, RewriteOptions, Session, SourceError};
use crate::mapping::{Action, Table};
use crate::path::Segment;
use crate::plan::Analysis;
use crate::project::{Project, WalkOptions};

/// One run over one tree.
pub(super) struct PythonSession<'a> {
    project: &'a Project,
    table: &'a Table,
    options: &'a RewriteOptions,
    settings: Settings,
    roots: Roots,
    index: TreeIndex,
    /// Last names of old and new paths that may be modules below others: only in files and folders of such
    /// names do relative imports change with the place.
    places: FxHashSet<Segment>,
}

impl<'a> PythonSession<'a> {
    /// Opens a project.
    pub(super) fn new(project: &'a Project, table: &'a Table, options: &'a RewriteOptions) -> Self {
        let settings = Settings::of(options);
        let listed = settings.roots.iter().map(|root| project.root().join(root));
        let roots: Vec<PathBuf> = options.roots.iter().cloned().chain(listed).collect();
        Self {
            project,
            table,
            options,
            roots: Roots::new(project.root(), &roots).speaking_of(paths(table)),
            index: TreeIndex::default(),
            places: places(table),
            settings,
        }
    }

    fn setting(&self) -> AnalysisContext<'_> {
        AnalysisContext {
            table: self.table,
            options: self.options,
            settings: &self.settings,
        }
    }

    /// What the planning of a text asks of other files. One that cannot be read asks nothing.
    fn questions(&self, ahead: &Ahead<'_>, attempt: Attempt<'_>) -> FxHashSet<ReferenceQuery> {
        self.index.forget(ahead.file);
        attempt(ahead);
        self.index.asked(ahead.file)
    }
}

impl Session for PythonSession<'_> {
    /// Rounds of questions and answers. Only texts that were told yes can have more to ask.
    fn survey(&self, ahead: &[Ahead<'_>], walk: &WalkOptions, attempt: Attempt<'_>) {
        let search = Search {
            project: self.project,
            walk,
            roots: &self.roots,
            setting: self.setting(),
        };
        let mut answers = FxHashMap::default();
        self.index.learn(Known {
            stage: Stage::Gathering,
            answers: FxHashMap::default(),
        });
        let mut open: Vec<&Ahead<'_>> = ahead.iter().collect();
        for _ in 0..ROUNDS {
            let asked: Vec<(&Ahead<'_>, FxHashSet<ReferenceQuery>)> = open
                .par_iter()
                .with_max_len(1)
                .map(|ahead| (*ahead, self.questions(ahead, attempt)))
                .collect();
            let all = asked.iter().flat_map(|(_, questions)| questions);
            let new: FxHashSet<ReferenceQuery> = all
                .filter(|question| !answers.contains_key(*question))
                .cloned()
                .collect();
            if new.is_empty() {
                break;
            }
            let found = search.answer(&new);
            let told =
                |question: &ReferenceQuery| found.get(question).is_some_and(|it| !it.is_empty());
            open = asked
                .iter()
                .filter(|(_, questions)| questions.iter().any(told))
                .map(|(ahead, _)| *ahead)
                .collect();
            answers.extend(found);
            self.index.learn(Known {
                stage: Stage::Gathering,
                answers: answers.clone(),
            });
        }
        self.index.learn_labels(&search);
        self.index.learn(Known {
            stage: Stage::Done,
            answers,
        });
    }

    fn analyze(&self, file: &Path, text: &str) -> Result<Analysis, SourceError> {
        let snapshot = self.index.snapshot(self.setting());
        let analysis = self.plan(file, text, &snapshot);
        self.index.note(file, snapshot);
        analysis
    }

    fn place(&self, file: &Path) -> Option<usize> {
        // Asked of every file of a tree: bytes are split where a path would be taken apart and put together.
        let is_place = |name: &[u8]| {
            let stem = name.split(|byte| *byte == b'.').next().unwrap_or(name);
            std::str::from_utf8(stem).is_ok_and(|stem| self.places.contains(stem))
        };
        let root = self.project.root().as_os_str().as_encoded_bytes();
        let file_name = file.as_os_str().as_encoded_bytes();
        let below = file_name.strip_prefix(root).unwrap_or(file_name);
        let moves = !self.places.is_empty()
            && below
                .split(|byte| is_separator(char::from(*byte)))
                .any(is_place)
            && self
                .roots
                .homes(file)
                .iter()
                .any(|home| moving::is_about(home, self.table));
        moves.then_some(0)
    }

    fn stands(&self, file: &Path) -> bool {
        self.index.stands(file)
    }

    fn loads(&self, file: &Path, text: &str) -> Vec<PathBuf> {
        if mentions::Kind::in_run(file, self.options).is_some() {
            return Vec::new();
        }
        loads::of(file, text, &self.roots, self.project.root())
    }

    fn facts(&self, file: &Path, text: &str) -> Result<FileFacts, SourceError> {
        if mentions::Kind::in_run(file, self.options).is_some() {
            return Ok(FileFacts::default());
        }
        let snapshot = self.index.snapshot(self.setting());
        let homes = self.roots.homes(file);
        let standing = self.standing(file, &homes, &snapshot);
        if standing.kind != SourceKind::Cells {
            return facts::of(text, standing, self.setting());
        }
        // Ranges of a notebook's code are not those of its file: nobody imports from it, and it is not edited.
        match Notebook::read(text)? {
            Some(notebook) => facts::of(notebook.text(), standing, self.setting())
                .map_err(|error| notebook.outer_error(error)),
            None => Ok(FileFacts::default()),
        }
    }

    fn served(&self, file: &Path) -> Vec<PathBuf> {
        loads::served(file)
    }

    fn together(&self, file: &Path) -> Vec<PathBuf> {
        loads::twin(file, &self.roots).into_iter().collect()
    }

    fn doubts(&self, rules: &[usize]) -> Vec<Doubt> {
        let targets = targets::doubts(&self.roots, self.table, rules);
        self.missing_roots().chain(targets).collect()
    }
}

impl PythonSession<'_> {
    fn missing_roots(&self) -> impl Iterator<Item = Doubt> {
        let roots = self.settings.roots.iter();
        let missing = roots.filter(|root| !self.project.root().join(root).is_dir());
        missing.map(|root| Doubt {
            rule: None,
            message: format!(
                "`roots` of [python] in the configuration lists `{root}`, which is no folder"
            ),
        })
    }

    /// Where the text of a file stands.
    fn standing<'s>(
        &'s self,
        file: &'s Path,
        homes: &'s [Home],
        index: &'s Snapshot<'s>,
    ) -> FileContext<'s> {
        FileContext {
            file,
            kind: SourceKind::of(file),
            homes,
            roots: &self.roots,
            index,
            unread: &[],
            is_doctest: false,
            in_string: false,
        }
    }

    /// Plans a file of whatever kind.
    fn plan(
        &self,
        file: &Path,
        text: &str,
        snapshot: &Snapshot<'_>,
    ) -> Result<Analysis, SourceError> {
        if let Some(kind) = mentions::Kind::in_run(file, self.options) {
            return Ok(kind.analyze(text, self.table, self.options));
        }
        let homes = self.roots.homes(file);
        let standing = self.standing(file, &homes, snapshot);
        if standing.kind != SourceKind::Cells {
            return self.plan_code(text, standing);
        }
        let Some(notebook) = Notebook::read(text)? else {
            return Ok(Analysis::default());
        };
        let standing = FileContext {
            unread: notebook.left_out(),
            ..standing
        };
        let analysis = self
            .plan_code(notebook.text(), standing)
            .map_err(|error| notebook.outer_error(error))?;
        notebook.outer(analysis).map_err(contradiction)
    }

    /// Plans a text of Python.
    fn plan_code(&self, text: &str, standing: FileContext<'_>) -> Result<Analysis, SourceError> {
        let reading = analysis::read(text, standing, self.setting())?;
        reading
            .draft
            .finish(reading.outline, text)
            .map_err(contradiction)
    }
}

/// The paths that the rules have on either side.
fn paths(table: &Table) -> impl Iterator<Item = &[Segment]> {
    table.rules().iter().flat_map(|rule| {
        let to = match &rule.action {
            Action::Move(to) => Some(to.segments()),
            _ => None,
        };
        std::iter::once(rule.from.segments()).chain(to)
    })
}

/// See [`PythonSession::places`]. What is renamed at the top takes all along that its imports can name.
fn places(table: &Table) -> FxHashSet<Segment> {
    let mut places = FxHashSet::default();
    for rule in table.rules() {
        if let Action::Move(to) = &rule.action {
            let (from, to) = (rule.from.segments(), to.segments());
            if from.len() > 1 || to.len() > 1 {
                places.extend(from.last().into_iter().chain(to.last()).cloned());
            }
        }
    }
    places
}

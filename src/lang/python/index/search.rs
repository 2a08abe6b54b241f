//! The walk for the files that may answer, and their reading.
//!
//! A file reaches `a.b.Name` in one of these ways, and must hold these words:
//! - an import, a chain or a string that writes the module out, absolute or relative: `b`;
//! - an import of another file's star, and then `b.Name`, or `Name`: `import *`;
//! - another name under which a third file hands the module on: that name, and the third file's own. Such names are
//!   only known when the third file, which holds `b`, was read; if there are any, there is
//!   another walk.

use std::path::{Path, PathBuf};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::answers::{self, Answer, Exports};
use super::reading::{self, Facts, Wanted};
use super::{ReferenceQuery, unless_it_panics};
use crate::lang::python::complexity_limit::DEEPEST;
use crate::lang::python::roots::Roots;
use crate::lang::python::unit::AnalysisContext;
use crate::lang::python::{is_code, is_script};
use crate::path::Segment;
use crate::project::{Anchor, Prefilter, Project, Sources, WalkOptions, discover};

/// How often other names are followed.
const WALKS: usize = 3;

/// What a search needs.
#[derive(Clone, Copy)]
pub(in crate::lang::python) struct Search<'a> {
    /// The tree.
    pub(in crate::lang::python) project: &'a Project,
    /// How it is walked. Patterns of files to look at, and shares, are of no account: a reference
    /// counts wherever it is.
    pub(in crate::lang::python) walk: &'a WalkOptions,
    /// Where modules are.
    pub(in crate::lang::python) roots: &'a Roots,
    /// Rules, options, configuration.
    pub(in crate::lang::python) setting: AnalysisContext<'a>,
}

impl Search<'_> {
    /// Answers every question. A file that cannot be read or parsed says nothing.
    pub(in crate::lang::python) fn answer(
        &self,
        questions: &FxHashSet<ReferenceQuery>,
    ) -> FxHashMap<ReferenceQuery, Answer> {
        let mut wanted = wanted(questions);
        let mut anchors = anchors(&wanted);
        let mut exports = Exports::default();
        let mut facts: Vec<Facts> = Vec::new();
        let mut read: FxHashSet<PathBuf> = FxHashSet::default();
        let modules = questions.iter().map(|question| question.module.as_slice());
        let modules = modules.collect();
        for _ in 0..WALKS {
            let files: Vec<PathBuf> = self
                .walked(&anchors)
                .into_iter()
                .filter(|file| read.insert(file.clone()))
                .collect();
            let found: Vec<Facts> = files
                .par_iter()
                .with_max_len(1)
                .map(|file| self.facts(file, &wanted))
                .collect();
            found.iter().for_each(|facts| exports.add(facts));
            facts.extend(found);
            let mut aliases = exports.aliases(&modules);
            aliases.retain(|(name, _)| wanted.words.insert(name.clone()));
            if aliases.is_empty() {
                break;
            }
            anchors = aliases.iter().map(beside).collect();
        }
        answers::answers(questions, &exports, &facts)
    }

    fn facts(&self, file: &Path, wanted: &Wanted) -> Facts {
        unless_it_panics(|| {
            reading::facts(file, self.project.root(), wanted, self.roots, self.setting)
        })
    }

    /// Files of the project that hold an anchor, without links.
    pub(super) fn walked(&self, anchors: &[Anchor]) -> Vec<PathBuf> {
        let walk = WalkOptions {
            include: Default::default(),
            partition: None,
            progress: None,
            ..self.walk.clone()
        };
        let sources = Sources {
            by_start: Some(&is_script),
            ..Sources::named_so(&is_code)
        };
        let walked = discover(
            &[self.project.root().to_owned()],
            self.project,
            &walk,
            sources,
            &Prefilter::new(anchors),
        );
        let files = walked.candidates.into_iter();
        files.map(|candidate| candidate.real).collect()
    }
}

fn wanted(questions: &FxHashSet<ReferenceQuery>) -> Wanted {
    let mut wanted = Wanted::default();
    for question in questions {
        wanted.names.insert(question.name.clone());
        wanted.words.extend(question.module.last().cloned());
        let module = &question.module;
        let around = (1..=module.len().min(DEEPEST)).map(|len| module[..len].to_vec());
        wanted.modules.extend(around);
    }
    wanted
}

/// How the star of a star import is written.
const STARS: [&str; 4] = ["import *", "import*", "import  *", "import\t*"];

fn anchors(wanted: &Wanted) -> Vec<Anchor> {
    let mut anchors: Vec<Anchor> = wanted
        .words
        .iter()
        .map(|name| Anchor {
            word: word(name),
            alongside: Vec::new(),
        })
        .collect();
    anchors.push(Anchor {
        word: Some("import".to_owned()),
        alongside: STARS.map(str::to_owned).to_vec(),
    });
    anchors.sort();
    anchors
}

/// A name of a module, beside the last name of the module that gives it, or the dots of an import in the
/// same package.
fn beside((name, module): &(Segment, Segment)) -> Anchor {
    Anchor {
        word: word(name),
        alongside: match module.is_ascii() {
            true => [&**module, "from .", "from.", "from  .", "from\t."]
                .map(str::to_owned)
                .to_vec(),
            false => Vec::new(),
        },
    }
}

/// A name that is not plain ASCII can be written in several ways.
fn word(name: &Segment) -> Option<String> {
    name.is_ascii().then(|| name.to_string())
}

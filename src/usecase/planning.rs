//! Which files of a run are to be planned, and their plans.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::listener::{Listener, Progress};
use super::run::Run;
use crate::engine::{Engine, FileReport, StartError};
use crate::lang::{Ahead, registry};
use crate::output::summary::counted;
use crate::project::{Candidate, Prefilter, Sources, discover};

/// The files of a tree that may hold a reference, and an engine that has looked around in the tree for
/// what their plans depend on.
pub struct Planning<'e, 'r> {
    run: &'r Run,
    engine: &'e Engine<'r>,
    /// The files, by their paths.
    pub candidates: Vec<Candidate>,
    /// How many files were searched.
    pub searched: usize,
    /// How many files and folders could not be.
    pub failed: usize,
}

impl<'e, 'r> Planning<'e, 'r> {
    /// Walks the tree.
    ///
    /// # Errors
    /// The workers could not be started.
    pub fn open(
        run: &'r Run,
        engine: &'e Engine<'r>,
        paths: &[PathBuf],
        listener: &dyn Listener,
    ) -> Result<Self, StartError> {
        let started = Instant::now();
        let prefilter = Prefilter::new(&engine.anchors());
        let place_filters = engine.place_filters();
        listener.progress(Progress::Started);
        let (paths, idle) = split_idle(paths, engine);
        for path in idle {
            listener.detail(&format!(
                "{}: no rules for its language",
                listener.shown(path)
            ));
        }
        let by_start = |start: &[u8]| engine.is_script(start);
        let sources = Sources {
            by_name: &|path| engine.is_source(path),
            by_start: engine.has_scripts().then_some(&by_start),
            by_place: Some(&|file| engine.by_place(file, &place_filters)),
            if_named: &|path| engine.is_source_if_named(path),
        };
        let walked = discover(&paths, &run.place.project, &run.walk, sources, &prefilter);
        for (path, message) in &walked.failures {
            listener.failure(path, message);
        }
        listener.detail(&format!(
            "searched {} in {:.3} s, {} to be parsed",
            counted(walked.searched, "file"),
            started.elapsed().as_secs_f64(),
            walked.candidates.len()
        ));
        listener.progress(Progress::Expected(walked.candidates.len()));
        let ahead: Vec<Ahead<'_>> = walked
            .candidates
            .iter()
            .map(|candidate| Ahead {
                file: &candidate.path,
                bytes: None,
            })
            .collect();
        listener.progress(Progress::LooksAhead(engine.looked_at()));
        engine.survey(&ahead, &run.walk)?;
        Ok(Self {
            run,
            engine,
            searched: walked.searched,
            failed: walked.failures.len(),
            candidates: walked.candidates,
        })
    }

    /// Reads, plans and verifies files, in their order, until `each` breaks.
    ///
    /// # Errors
    /// The workers could not be started.
    pub fn plan(
        &self,
        files: &[Candidate],
        each: impl FnMut(FileReport) -> ControlFlow<()>,
    ) -> Result<(), StartError> {
        self.engine.run(files, &self.run.walk, each)
    }
}

/// Sets files apart that a person, or a hook, names although no rule is for their language.
fn split_idle<'p>(paths: &'p [PathBuf], engine: &Engine<'_>) -> (Vec<PathBuf>, Vec<&'p Path>) {
    let mut kept = Vec::new();
    let mut idle = Vec::new();
    for path in paths {
        let known = registry()
            .iter()
            .any(|language| language.is_source(path, &crate::lang::RewriteOptions::default()));
        if known && !engine.is_source(path) && path.is_file() {
            idle.push(path.as_path());
        } else {
            kept.push(path.clone());
        }
    }
    (kept, idle)
}

//! Rewrites the files of a run: every one is planned and verified before the first is written.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::exit::Exit;
use super::files::{self, Tally};
use super::judge::Judge;
use super::listener::Listener;
use super::ratchet::text_over;
use super::reviewed::Reviewed;
use super::run::Run;
use super::state;
use super::writer::Writer;
use crate::baseline::Update;
use crate::engine::{FileReport, Summary};
use crate::mapping::Rule;
use crate::output::{FileView, Mode};
use crate::transaction::{Allow, CommitError, Committed, Journal};

/// How the files may be written.
#[derive(Clone, Debug)]
pub struct Terms {
    /// Which changes that are in no commit may be written over.
    pub allow: Allow,
    /// How many transactions the journal keeps.
    pub keep: usize,
    /// Set when whoever waits wants no commit any more.
    pub stop: Arc<AtomicBool>,
}

/// What came of it.
#[derive(Debug)]
pub struct Applied {
    /// What was found, corrected by what was not written.
    pub tally: Tally,
    /// What the writing was worth.
    pub exit: Exit,
    /// Whether the counts are true: of a transaction that is not finished nothing is known but what was
    /// said already.
    pub is_known: bool,
    /// Whether it was stopped before anything was written.
    pub is_stopped: bool,
}

/// Plans all files, hands each report to `each`, and writes what changes, or nothing; of what changes only
/// what was reviewed, if that is asked for.
///
/// # Errors
/// Nothing was written: the journal cannot be used, or `each` failed.
pub fn apply(
    run: &Run,
    journal: &Journal<'_>,
    terms: &Terms,
    mut reviewed: Option<Reviewed>,
    listener: &dyn Listener,
    mut each: impl FnMut(&FileReport, &[Rule]) -> anyhow::Result<()>,
) -> anyhow::Result<Applied> {
    let is_asked = || terms.stop.load(Ordering::Relaxed);
    let mut writer = Writer::open(journal, run, listener)?;
    // The baseline shrinks with the files that it speaks of.
    let mut judge = run.baseline.as_ref().map(|_| Judge::counting(run));
    let mut tally = files::over(run, listener, |report, rules| {
        each(&report, rules)?;
        let is_allowed = match &mut reviewed {
            Some(reviewed) => reviewed.allows(&report, listener),
            None => true,
        };
        let is_taken = is_allowed && writer.add(&report, listener)?;
        if let Some(judge) = &mut judge {
            let view = FileView::new(&report, rules, Mode::Check);
            if is_taken {
                judge.count_left(&view);
            } else {
                judge.count(&view);
            }
        }
        Ok(if is_asked() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })?;
    let unwritten = |mut tally: Tally, exit: Exit| {
        withdraw(&mut tally.summary);
        Applied {
            tally,
            exit,
            is_known: true,
            is_stopped: false,
        }
    };
    if is_asked() {
        writer.discard();
        listener.error("nothing was written: interrupted");
        return Ok(Applied {
            is_stopped: true,
            ..unwritten(tally, Exit::Failed)
        });
    }
    writer.unwritten.correct(&mut tally.summary);
    let is_as_reviewed = match &mut reviewed {
        Some(reviewed) => reviewed.end(&mut tally, listener),
        None => true,
    };
    if run.strict && tally.summary.failed > 0 {
        writer.discard();
        listener.error(if is_as_reviewed {
            "nothing was written: files failed, and --strict asks for all or nothing"
        } else {
            "nothing was written: not all is as it was reviewed, and --strict asks for all or nothing"
        });
        return Ok(unwritten(tally, writer.recovered));
    }
    if tally.is_doubted(run) {
        writer.discard();
        listener.error("nothing was written: --strict takes warnings for errors");
        return Ok(unwritten(tally, writer.recovered));
    }
    if let Err(error) = writer.guard(terms.allow, listener) {
        writer.discard();
        listener.error(&format!("{error:#}"));
        return Ok(unwritten(tally, Exit::Failed));
    }
    if let (Some(judge), Some(loaded)) = (&judge, &run.baseline) {
        let next = judge.updated(&loaded.baseline, Update::Shrink);
        if next != loaded.baseline {
            let text = text_over(&next, Some(&loaded.text));
            writer.add_text(&loaded.file, &loaded.text, &text, listener)?;
        }
    }
    let started = Instant::now();
    let committed = writer.commit(run, terms.keep);
    tally.summary.elapsed += started.elapsed();
    let mut applied = Applied {
        tally,
        exit: Exit::Failed,
        is_known: true,
        is_stopped: false,
    };
    match committed {
        Ok(committed) => applied.exit = said(committed, &mut applied.tally.summary, listener),
        Err(error) => {
            applied.is_known = refused(&error, &mut applied.tally.summary, listener);
            applied.is_stopped = matches!(error, CommitError::Stopped);
        }
    }
    applied.exit = applied.exit.max(writer.recovered);
    Ok(applied)
}

/// Names what was left in the very moment, and says how to take the rest back.
fn said(committed: Option<Committed>, summary: &mut Summary, listener: &dyn Listener) -> Exit {
    let Some(committed) = committed else {
        return Exit::Clean;
    };
    state::say_left(&committed.left, listener);
    summary.changed -= committed.left.len();
    summary.rewritten -= committed.left_references;
    summary.left += committed.left_references;
    summary.failed += committed.left.len();
    if let Some(id) = committed.id {
        listener.note(&format!(
            "this is transaction {id}: `repoint undo {id}` takes it back"
        ));
    }
    Exit::failed_if(!committed.left.is_empty())
}

/// Says why there is no transaction, or none that is finished. Whether it is known what was written.
fn refused(error: &CommitError, summary: &mut Summary, listener: &dyn Listener) -> bool {
    let is_known = match error {
        CommitError::Refused(errors) => {
            for failed in errors {
                listener.failure(&failed.path, &failed.problem.to_string());
            }
            summary.failed += errors.len();
            true
        }
        CommitError::Unfinished(finished) => {
            state::say_left(&finished.left, listener);
            state::say_failed(&finished.failed, listener);
            false
        }
        CommitError::Unknown(_) => false,
        CommitError::NotStaged { .. } | CommitError::Stopped | CommitError::Journal(_) => true,
    };
    listener.error(&error.to_string());
    if is_known {
        withdraw(summary);
    }
    is_known
}

/// What was to be rewritten was not.
fn withdraw(summary: &mut Summary) {
    summary.left += summary.rewritten;
    summary.rewritten = 0;
    summary.changed = 0;
}

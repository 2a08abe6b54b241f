//! `repoint apply`: rewrite the files.

use std::ops::ControlFlow;
use std::time::Instant;

use super::args::ApplyArgs;
use super::console::Console;
use super::doubts;
use super::exit::Exit;
use super::files::{self, Tally};
use super::interrupt;
use super::resolve::{Input, Refusal, Run};
use super::state;
use super::stdout::Output;
use super::writer::Writer;
use crate::engine::Summary;
use crate::output::summary::{Task, line};
use crate::output::{FileView, Mode, Renderer};
use crate::transaction::{CommitError, Committed};

/// Findings go to standard output; 1 if errors remain. Every file is planned and verified before
/// the first one is written.
pub(super) fn run(args: &ApplyArgs, console: &Console) -> Result<Exit, Refusal> {
    let run = Run::resolve(&args.run, console)?;
    let mut out = Output::open(run.output_file.as_deref(), console)?;
    let (tally, written) = match &run.input {
        Input::Text { bytes, .. } => (text(&run, bytes, console, &mut out)?, Exit::Clean.into()),
        Input::Paths(_) => {
            let mut renderer = run.format.renderer(out.color());
            let (tally, written) = tree(args, &run, console, &mut *renderer, &mut out)?;
            // After all is written: what failed there is told too.
            out.write(|out| tally.finish(&run, &mut *renderer, console, out))?;
            (tally, written)
        }
    };
    out.flush()?;
    // Of a transaction that is not finished nothing is known but what was said already.
    if written.is_known {
        doubts::say_nothing_matched(&run, &tally, console);
        console.summary(&line(&tally.summary, Task::Apply));
    }
    let exit = Exit::left_if(tally.leaves()).max(tally.failures(&run));
    let exit = exit.max(written.exit);
    Ok(if run.exit_zero { exit.forgive() } else { exit })
}

/// What came of writing.
struct Written {
    exit: Exit,
    /// Whether the counts of the run are true.
    is_known: bool,
}

impl From<Exit> for Written {
    fn from(exit: Exit) -> Self {
        Self {
            exit,
            is_known: true,
        }
    }
}

fn tree(
    args: &ApplyArgs,
    run: &Run,
    console: &Console,
    renderer: &mut dyn Renderer,
    out: &mut Output,
) -> anyhow::Result<(Tally, Written)> {
    let interrupt = interrupt::wanted();
    let journal = state::journal(&args.run.state, &run.place)?.stopped_by(interrupt.asked());
    let mut writer = Writer::open(&journal, run, console)?;
    let mut tally = files::over(run, console, |report, rules| {
        let view = FileView::new(&report, rules, Mode::Rewrite);
        // That nobody reads the findings any more is no reason to leave the tree half done.
        out.write(|out| renderer.file(&view, out))?;
        writer.add(&report, console)?;
        Ok(if interrupt.is_asked() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })?;
    if interrupt.is_asked() {
        writer.discard();
        out.flush()?;
        console.error("nothing was written: interrupted");
        interrupt.end();
    }
    writer.unwritten.correct(&mut tally.summary);
    if run.strict && tally.summary.failed > 0 {
        writer.discard();
        console.error("nothing was written: files failed, and --strict asks for all or nothing");
        withdraw(&mut tally.summary);
        return Ok((tally, writer.recovered.into()));
    }
    if tally.is_doubted(run) {
        writer.discard();
        console.error("nothing was written: --strict takes warnings for errors");
        withdraw(&mut tally.summary);
        return Ok((tally, writer.recovered.into()));
    }
    if let Err(error) = writer.guard(&args.guard, console) {
        writer.discard();
        console.error(&format!("{error:#}"));
        withdraw(&mut tally.summary);
        return Ok((tally, Exit::Failed.into()));
    }
    let started = Instant::now();
    let committed = writer.commit(run, args.keep.keep);
    tally.summary.elapsed += started.elapsed();
    let mut written: Written = match committed {
        Ok(committed) => said(committed, &mut tally.summary, console).into(),
        Err(error) => {
            let is_known = refused(&error, &mut tally.summary, console);
            if matches!(error, CommitError::Stopped) {
                out.flush()?;
                interrupt.end();
            }
            Written {
                exit: Exit::Failed,
                is_known,
            }
        }
    };
    written.exit = written.exit.max(writer.recovered);
    Ok((tally, written))
}

/// Names what was left in the very moment, and says how to take the rest back.
fn said(committed: Option<Committed>, summary: &mut Summary, console: &Console) -> Exit {
    let Some(committed) = committed else {
        return Exit::Clean;
    };
    state::say_left(&committed.left, console);
    summary.changed -= committed.left.len();
    summary.rewritten -= committed.left_references;
    summary.left += committed.left_references;
    summary.failed += committed.left.len();
    if let Some(id) = committed.id {
        console.note(&format!(
            "this is transaction {id}: `repoint undo {id}` takes it back"
        ));
    }
    Exit::failed_if(!committed.left.is_empty())
}

/// Says why there is no transaction, or none that is finished. Whether it is known what was written.
fn refused(error: &CommitError, summary: &mut Summary, console: &Console) -> bool {
    let is_known = match error {
        CommitError::Refused(errors) => {
            for failed in errors {
                console.failure(&failed.path, &failed.problem.to_string());
            }
            summary.failed += errors.len();
            true
        }
        CommitError::Unfinished(finished) => {
            state::say_left(&finished.left, console);
            state::say_failed(&finished.failed, console);
            false
        }
        CommitError::Unknown(_) => false,
        CommitError::NotStaged { .. } | CommitError::Stopped | CommitError::Journal(_) => true,
    };
    console.error(&error.to_string());
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

/// The whole text goes to standard output, as it was if it failed; findings to standard error.
fn text(run: &Run, bytes: &[u8], console: &Console, out: &mut Output) -> anyhow::Result<Tally> {
    let mut renderer = run.format.renderer(console.stderr_color());
    let mut rewritten = None;
    let tally = files::over(run, console, |report, rules| {
        let view = FileView::new(&report, rules, Mode::Rewrite);
        console.print(|err| renderer.file(&view, err));
        rewritten = report.rewritten;
        Ok(ControlFlow::Continue(()))
    })?;
    console.print(|err| tally.finish(run, &mut *renderer, console, err));
    let text = rewritten.as_deref().unwrap_or(bytes);
    out.write(|out| out.write_all(text))?;
    Ok(tally)
}

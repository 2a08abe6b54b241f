//! `repoint apply`: rewrite the files.

use std::ops::ControlFlow;
use std::time::Instant;

use super::args::ApplyArgs;
use super::console::Console;
use super::exit::Exit;
use super::files::{self, Tally};
use super::resolve::{Input, Refusal, Run};
use super::stdout::Output;
use crate::engine::Summary;
use crate::output::summary::{Task, line};
use crate::output::{FileView, Mode};
use crate::transaction::{Change, commit};

/// Findings go to standard output; 1 if errors remain. Every file is planned and verified before
/// the first one is written.
pub(super) fn run(args: &ApplyArgs, console: &Console) -> Result<Exit, Refusal> {
    let run = Run::resolve(&args.run, console)?;
    let mut out = Output::open(run.output_file.as_deref(), console)?;
    let tally = match &run.input {
        Input::Text { bytes, .. } => text(&run, bytes, console, &mut out)?,
        Input::Paths(_) => tree(&run, console, &mut out)?,
    };
    out.flush()?;
    console.summary(&line(&tally.summary, Task::Apply));
    let exit = Exit::left_if(tally.leaves()).max(tally.failures());
    Ok(if run.exit_zero { exit.forgive() } else { exit })
}

fn tree(run: &Run, console: &Console, out: &mut Output) -> anyhow::Result<Tally> {
    let mut renderer = run.format.renderer(out.color());
    let mut changes = Vec::new();
    let mut tally = files::over(run, console, |report, rules| {
        let view = FileView::new(&report, rules, Mode::Rewrite);
        // That nobody reads the findings any more is no reason to leave the tree half done.
        out.write(|out| renderer.file(&view, out))?;
        if let Some(new) = report.rewritten {
            changes.push(Change {
                path: report.path,
                old: report.source.into_bytes(),
                new,
            });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    out.write(|out| renderer.finish(out))?;
    if run.strict && tally.summary.failed > 0 {
        console.error("nothing was written: files failed, and --strict asks for all or nothing");
        withdraw(&mut tally.summary);
        return Ok(tally);
    }
    let started = Instant::now();
    let committed = commit(&changes);
    tally.summary.elapsed += started.elapsed();
    if let Err(error) = committed {
        for failed in &error.errors {
            console.failure(&failed.path, &failed.problem.to_string());
        }
        console.error(&error.to_string());
        withdraw(&mut tally.summary);
        tally.summary.failed += error.errors.len();
    }
    Ok(tally)
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
    console.print(|err| renderer.finish(err));
    let text = rewritten.as_deref().unwrap_or(bytes);
    out.write(|out| out.write_all(text))?;
    Ok(tally)
}

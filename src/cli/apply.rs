//! `repoint apply`: rewrite the files.

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, anyhow, bail};

use super::args::ApplyArgs;
use super::console::Console;
use super::interrupt;
use super::journal;
use super::resolve::{self, Refusal};
use super::sheets::{Sheets, rewrite};
use super::stdout::Output;
use crate::output::place::shown;
use crate::output::record::Shape;
use crate::output::summary::{Task, line};
use crate::usecase::{self, Applied, Conflicts, Exit, Input, Marks, Reviewed, Run, Tally, Terms};

/// Findings go to standard output; 1 if errors remain. Every file is planned and verified before
/// the first one is written.
pub(super) fn run(args: &ApplyArgs, console: &Console) -> Result<Exit, Refusal> {
    if args.dry_run {
        return Err(anyhow!(
            "`apply` writes: `repoint diff`, with the same options, shows what it would do"
        )
        .into());
    }
    let mut run = Run::resolve(&args.run, console)?;
    run.baseline = resolve::baseline(&run.place, Conflicts::Refuse)?;
    let reviewed = match &args.reviewed {
        Some(file) => Some(reviewed(file, &run)?),
        None => None,
    };
    let mut out = Output::open(run.output_file.as_deref(), console)?;
    let is_text = matches!(run.input, Input::Text { .. });
    let mut sheets = Sheets::open(&run, "apply", is_text, &mut out, console)?;
    let applied = match &run.input {
        Input::Text { bytes, .. } => Applied {
            tally: text(&run, bytes, console, &mut sheets, &mut out)?,
            exit: Exit::Clean,
            is_known: true,
            is_stopped: false,
        },
        Input::Paths(_) => {
            let applied = tree(args, &run, reviewed, console, &mut sheets, &mut out)?;
            // After all is written: what failed there is told too.
            sheets.counts(&applied.tally, &run, &mut out, console)?;
            applied
        }
    };
    out.flush()?;
    if applied.is_known {
        usecase::say_nothing_matched(&run, &applied.tally, console);
        console.summary(&line(&applied.tally.summary, Task::Apply));
    }
    let tally = &applied.tally;
    let exit = Exit::left_if(tally.leaves()).max(tally.failures(&run));
    let exit = exit.max(applied.exit);
    let exit = if run.exit_zero { exit.forgive() } else { exit };
    sheets.end(exit, &mut out, console)?;
    Ok(exit)
}

/// What was reviewed, if it was for this run.
fn reviewed(file: &Path, run: &Run) -> anyhow::Result<Reviewed> {
    let name = format!("--reviewed {}", shown(file));
    if let Input::Text { .. } = run.input {
        bail!("{name}: is about files; leave it out for a text on standard input");
    }
    let text = std::fs::read_to_string(file).with_context(|| format!("{name}: cannot be read"))?;
    let marks = Marks::read(&text).and_then(|marks| marks.hold(run));
    marks.map_err(|error| anyhow!("{name}: {error}"))
}

fn tree(
    args: &ApplyArgs,
    run: &Run,
    reviewed: Option<Reviewed>,
    console: &Console,
    sheets: &mut Sheets,
    out: &mut Output,
) -> anyhow::Result<Applied> {
    let interrupt = interrupt::wanted();
    let journal = journal::journal(&args.run.state, &run.place)?.stopped_by(interrupt.asked());
    let terms = Terms {
        allow: args.guard.allow(),
        keep: args.keep.keep,
        stop: interrupt.asked(),
    };
    let applied = usecase::apply(run, &journal, &terms, reviewed, console, |report, rules| {
        // That nobody reads the findings any more is no reason to leave the tree half done.
        sheets.file(&rewrite(report, rules), Shape::Findings, out, console)
    })?;
    if applied.is_stopped {
        out.flush()?;
        interrupt.end();
    }
    Ok(applied)
}

/// The whole text goes to standard output, as it was if it failed; findings to standard error.
fn text(
    run: &Run,
    bytes: &[u8],
    console: &Console,
    sheets: &mut Sheets,
    out: &mut Output,
) -> anyhow::Result<Tally> {
    let mut rewritten = None;
    let tally = usecase::over(run, console, |report, rules| {
        sheets.file(&rewrite(&report, rules), Shape::Findings, out, console)?;
        rewritten = report.rewritten;
        Ok(ControlFlow::Continue(()))
    })?;
    sheets.counts(&tally, run, out, console)?;
    let text = rewritten.as_deref().unwrap_or(bytes);
    out.write(|out| out.write_all(text))?;
    Ok(tally)
}

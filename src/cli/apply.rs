//! `repoint apply`: rewrite the files.

use std::ops::ControlFlow;

use anyhow::anyhow;

use super::args::ApplyArgs;
use super::console::Console;
use super::finish::finish;
use super::interrupt;
use super::journal;
use super::resolve::{self, Refusal};
use super::stdout::Output;
use crate::output::summary::{Task, line};
use crate::output::{FileView, Mode, Renderer};
use crate::usecase::{self, Applied, Conflicts, Exit, Input, Run, Tally, Terms};

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
    let mut out = Output::open(run.output_file.as_deref(), console)?;
    let applied = match &run.input {
        Input::Text { bytes, .. } => Applied {
            tally: text(&run, bytes, console, &mut out)?,
            exit: Exit::Clean,
            is_known: true,
            is_stopped: false,
        },
        Input::Paths(_) => {
            let mut renderer = run.format.renderer(out.color());
            let applied = tree(args, &run, console, &mut *renderer, &mut out)?;
            // After all is written: what failed there is told too.
            out.write(|out| finish(&applied.tally, &run, &mut *renderer, console, out))?;
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
    Ok(if run.exit_zero { exit.forgive() } else { exit })
}

fn tree(
    args: &ApplyArgs,
    run: &Run,
    console: &Console,
    renderer: &mut dyn Renderer,
    out: &mut Output,
) -> anyhow::Result<Applied> {
    let interrupt = interrupt::wanted();
    let journal = journal::journal(&args.run.state, &run.place)?.stopped_by(interrupt.asked());
    let terms = Terms {
        allow: args.guard.allow(),
        keep: args.keep.keep,
        stop: interrupt.asked(),
    };
    let applied = usecase::apply(run, &journal, &terms, console, |report, rules| {
        let view = FileView::new(report, rules, Mode::Rewrite);
        // That nobody reads the findings any more is no reason to leave the tree half done.
        out.write(|out| renderer.file(&view, out))
    })?;
    if applied.is_stopped {
        out.flush()?;
        interrupt.end();
    }
    Ok(applied)
}

/// The whole text goes to standard output, as it was if it failed; findings to standard error.
fn text(run: &Run, bytes: &[u8], console: &Console, out: &mut Output) -> anyhow::Result<Tally> {
    let mut renderer = run.format.renderer(console.stderr_color());
    let mut rewritten = None;
    let tally = usecase::over(run, console, |report, rules| {
        let view = FileView::new(&report, rules, Mode::Rewrite);
        console.print(|err| renderer.file(&view, err));
        rewritten = report.rewritten;
        Ok(ControlFlow::Continue(()))
    })?;
    console.print(|err| finish(&tally, run, &mut *renderer, console, err));
    let text = rewritten.as_deref().unwrap_or(bytes);
    out.write(|out| out.write_all(text))?;
    Ok(tally)
}

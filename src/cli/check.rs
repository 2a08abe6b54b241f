//! `repoint check`: report every deprecated reference.

use std::ops::ControlFlow;

use super::args::CheckArgs;
use super::console::Console;
use super::finish::finish;
use super::journal;
use super::resolve::Refusal;
use super::stdout::Output;
use crate::output::summary::{Task, line};
use crate::output::{FileView, Mode};
use crate::usecase::{self, Exit, Input, Run, Watch};

/// Findings go to standard output; 1 if there is a reference.
pub(super) fn run(args: &CheckArgs, console: &Console) -> Result<Exit, Refusal> {
    let run = Run::resolve(&args.run, console)?;
    let journal = journal::journal(&args.run.state, &run.place)?;
    let watch = match &run.input {
        Input::Paths(_) => Some(Watch::begin(&journal, console)),
        Input::Text { .. } => None,
    };
    let mut out = Output::open(run.output_file.as_deref(), console)?;
    let mut renderer = run.format.renderer(out.color());
    let tally = usecase::over(&run, console, |report, rules| {
        let view = FileView::new(&report, rules, Mode::Check);
        out.write(|out| renderer.file(&view, out))?;
        Ok(if out.is_closed() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    })?;
    out.write(|out| finish(&tally, &run, &mut *renderer, console, out))?;
    out.flush()?;
    if !out.is_closed() {
        console.summary(&line(&tally.summary, Task::Check));
    }
    let state = watch.map_or(Exit::Clean, |watch| watch.end(console));
    let left = Exit::left_if(tally.leaves() || tally.summary.rewritten > 0);
    let exit = left.max(tally.failures(&run)).max(state);
    Ok(if run.exit_zero { exit.forgive() } else { exit })
}

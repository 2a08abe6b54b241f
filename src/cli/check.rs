//! `repoint check`: report every deprecated reference.

use std::ops::ControlFlow;

use super::args::CheckArgs;
use super::console::Console;
use super::finish::finish;
use super::journal;
use super::resolve::{self, Refusal};
use super::stdout::Output;
use crate::baseline::Verdict;
use crate::engine::FileReport;
use crate::mapping::Rule;
use crate::output::summary::{Task, judged_line, line};
use crate::output::{FileView, Mode, Renderer};
use crate::usecase::{self, Conflicts, Exit, Input, Judge, Run, Tally, Watch, say_verdict};

/// Findings go to standard output; 1 if there is a reference that neither the baseline nor a scope allows.
pub(super) fn run(args: &CheckArgs, console: &Console) -> Result<Exit, Refusal> {
    let mut run = Run::resolve(&args.run, console)?;
    run.tells_homes = true;
    if !args.no_baseline {
        run.baseline = resolve::baseline(&run.place, Conflicts::Refuse)?;
    }
    let journal = journal::journal(&args.run.state, &run.place)?;
    let watch = match &run.input {
        Input::Paths(_) => Some(Watch::begin(&journal, console)),
        Input::Text { .. } => None,
    };
    let mut out = Output::open(run.output_file.as_deref(), console)?;
    let mut renderer = run.format.renderer(out.color());
    let (tally, verdict) = match Judge::of(&run) {
        None => (plain(&run, &mut *renderer, console, &mut out)?, None),
        Some(judge) => {
            let (tally, verdict) = judged_by(judge, &run, &mut *renderer, console, &mut out)?;
            (tally, Some(verdict))
        }
    };
    if let Some(verdict) = &verdict {
        out.write(|out| renderer.verdict(verdict, out))?;
    }
    out.write(|out| finish(&tally, &run, &mut *renderer, console, out))?;
    out.flush()?;
    let left = match &verdict {
        None => Exit::left_if(tally.leaves() || tally.summary.rewritten > 0),
        Some(verdict) => say_verdict(verdict, &run, console),
    };
    if !out.is_closed() {
        console.summary(&match &verdict {
            Some(verdict) => judged_line(&tally.summary, verdict),
            None => line(&tally.summary, Task::Check),
        });
    }
    let state = watch.map_or(Exit::Clean, |watch| watch.end(console));
    let exit = left.max(tally.failures(&run)).max(state);
    Ok(if run.exit_zero { exit.forgive() } else { exit })
}

/// Every reference fails: each file is printed as it comes.
fn plain(
    run: &Run,
    renderer: &mut dyn Renderer,
    console: &Console,
    out: &mut Output,
) -> anyhow::Result<Tally> {
    usecase::over(run, console, |report, rules| {
        let view = FileView::new(&report, rules, Mode::Check);
        out.write(|out| renderer.file(&view, out))?;
        Ok(flow(out))
    })
}

/// A baseline or scopes say which references fail. Files are printed as they come, unless what fails is known
/// at the end only: then those with findings are kept until then.
fn judged_by(
    mut judge: Judge<'_>,
    run: &Run,
    renderer: &mut dyn Renderer,
    console: &Console,
    out: &mut Output,
) -> anyhow::Result<(Tally, Verdict)> {
    let needs_all = judge.needs_all();
    let mut kept: Vec<(FileReport, &[Rule])> = Vec::new();
    let tally = usecase::over(run, console, |report, rules| {
        let mut view = FileView::new(&report, rules, Mode::Check);
        judge.count(&view);
        if !needs_all {
            print(&mut judge, &mut view, run, renderer, out)?;
        } else if !view.diagnostics.is_empty() {
            let of_run = run.tables.iter().map(|table| table.rules());
            let rules = of_run.into_iter().find(|own| std::ptr::eq(*own, rules));
            kept.push((report, rules.unwrap_or_default()));
        }
        Ok(flow(out))
    })?;
    for failed in console.failures() {
        judge.unread(&run.place.cwd.join(&failed.path));
    }
    for (report, rules) in &kept {
        let mut view = FileView::new(report, rules, Mode::Check);
        print(&mut judge, &mut view, run, renderer, out)?;
    }
    Ok((tally, judge.verdict()))
}

fn print(
    judge: &mut Judge<'_>,
    view: &mut FileView<'_>,
    run: &Run,
    renderer: &mut dyn Renderer,
    out: &mut Output,
) -> anyhow::Result<()> {
    judge.settle(view);
    if !run.format.tells_all() {
        view.diagnostics.retain(|diagnostic| diagnostic.is_told());
    }
    out.write(|out| renderer.file(view, out))?;
    Ok(())
}

fn flow(out: &Output) -> ControlFlow<()> {
    if out.is_closed() {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}

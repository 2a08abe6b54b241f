//! `repoint check`: report every deprecated reference.

use std::ops::ControlFlow;

use super::args::CheckArgs;
use super::console::Console;
use super::journal;
use super::resolve::{self, Refusal};
use super::sheets::Sheets;
use super::stdout::Output;
use crate::baseline::Verdict;
use crate::engine::FileReport;
use crate::mapping::Rule;
use crate::output::record::{Record, Shape};
use crate::output::summary::{Task, judged_line, line};
use crate::output::{FileView, Mode};
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
    let mut sheets = Sheets::open(&run, "check", false, &mut out, console)?;
    let (tally, verdict) = match Judge::of(&run) {
        None => (plain(&run, &mut sheets, console, &mut out)?, None),
        Some(judge) => {
            let (tally, verdict) = judged_by(judge, &run, &mut sheets, console, &mut out)?;
            (tally, Some(verdict))
        }
    };
    if let Some(verdict) = &verdict {
        for scope in &verdict.scopes {
            sheets.record(&Record::Scope(scope.clone()), &mut out, console)?;
        }
        if let Some(baseline) = &verdict.baseline {
            sheets.record(&Record::Baseline(baseline.clone()), &mut out, console)?;
        }
    }
    sheets.counts(&tally, &run, &mut out, console)?;
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
    let exit = if run.exit_zero { exit.forgive() } else { exit };
    sheets.end(exit, &mut out, console)?;
    Ok(exit)
}

/// Every reference fails: each file is printed as it comes.
fn plain(
    run: &Run,
    sheets: &mut Sheets,
    console: &Console,
    out: &mut Output,
) -> anyhow::Result<Tally> {
    usecase::over(run, console, |report, rules| {
        let view = FileView::new(&report, rules, Mode::Check);
        sheets.file(&view, Shape::Findings, out, console)?;
        Ok(flow(out))
    })
}

/// A baseline or scopes say which references fail. Files are printed as they come, unless what fails is known
/// at the end only: then those with findings are kept until then.
fn judged_by(
    mut judge: Judge<'_>,
    run: &Run,
    sheets: &mut Sheets,
    console: &Console,
    out: &mut Output,
) -> anyhow::Result<(Tally, Verdict)> {
    let needs_all = judge.needs_all();
    let mut kept: Vec<(FileReport, &[Rule])> = Vec::new();
    let tally = usecase::over(run, console, |report, rules| {
        let mut view = FileView::new(&report, rules, Mode::Check);
        judge.count(&view);
        if !needs_all {
            print(&mut judge, &mut view, sheets, console, out)?;
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
        print(&mut judge, &mut view, sheets, console, out)?;
    }
    Ok((tally, judge.verdict()))
}

fn print(
    judge: &mut Judge<'_>,
    view: &mut FileView<'_>,
    sheets: &mut Sheets,
    console: &Console,
    out: &mut Output,
) -> anyhow::Result<()> {
    judge.settle(view);
    sheets.file(view, Shape::Findings, out, console)
}

fn flow(out: &Output) -> ControlFlow<()> {
    if out.is_closed() {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}

//! `repoint check`: report every deprecated reference.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use anyhow::bail;

use super::args::{CheckArgs, ChoiceArgs};
use super::console::Console;
use super::journal;
use super::resolve::{self, Refusal};
use super::sheets::Sheets;
use super::stdout::Output;
use crate::baseline::Verdict;
use crate::document::nearest;
use crate::engine::FileReport;
use crate::finding::Level;
use crate::mapping::{Rule, Table};
use crate::output::counts::{CountBy, Counts};
use crate::output::record::{Record, Shape};
use crate::output::summary::{Task, counted, judged_line, line};
use crate::output::{FileView, Format, Mode};
use crate::project::Owners;
use crate::usecase::{
    self, Conflicts, Exit, Input, Judge, RuleChoice, Run, Tally, Watch, say_verdict,
};

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
    choose(&args.choice, &mut run)?;
    let mut telling = Telling::open(&args.choice, &run, &mut out, console)?;
    let (tally, verdict) = match Judge::of(&run) {
        None => (plain(&run, &mut telling, console, &mut out)?, None),
        Some(judge) => {
            let (tally, verdict) = judged_by(judge, &run, &mut telling, console, &mut out)?;
            (tally, Some(verdict))
        }
    };
    let mut sheets = telling.end(&run, console, &mut out)?;
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

/// Rules that count, of those that there are.
fn choose(choice: &ChoiceArgs, run: &mut Run) -> anyhow::Result<()> {
    let rules = run.tables.iter().flat_map(Table::rules);
    let ids: BTreeSet<&str> = rules.map(|rule| rule.id.as_str()).collect();
    for id in choice.only.iter().chain(&choice.skip) {
        if !ids.contains(id.as_str()) {
            let near = nearest(id, ids.iter().copied());
            let help = near.map_or(
                "`repoint mapping show` prints the rules of a table".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            bail!("there is no rule `{id}` in the tables in force: {help}");
        }
    }
    run.chosen = RuleChoice {
        only: choice.only.clone(),
        skip: choice.skip.clone(),
    };
    // A part of the rules lacks the references of the others.
    run.is_narrowed |= !run.chosen.is_all();
    Ok(())
}

/// So many findings end in a table of their counts.
const LONG: usize = 50;

/// What of the findings is told, and where.
struct Telling<'r> {
    choice: &'r ChoiceArgs,
    sheets: Sheets,
    counts: Counts,
    owners: Option<Owners>,
    /// How many findings `--level` and `--code` hide.
    hidden: usize,
}

impl<'r> Telling<'r> {
    fn open(
        choice: &'r ChoiceArgs,
        run: &Run,
        out: &mut Output,
        console: &Console,
    ) -> anyhow::Result<Self> {
        let owners = match choice.by {
            CountBy::Owner => Owners::find(run.place.project.root()),
            _ => None,
        };
        for warning in owners.iter().flat_map(Owners::warnings) {
            console.warn(warning);
        }
        let mut sheets = Sheets::open(run, "check", false, out, console)?;
        if choice.summary {
            sheets.without_listing();
        }
        Ok(Self {
            choice,
            sheets,
            counts: Counts::default(),
            owners,
            hidden: 0,
        })
    }

    /// Tells what is found in a file. What is hidden, or held by a baseline, counts all the same.
    fn file(
        &mut self,
        view: &mut FileView<'_>,
        console: &Console,
        out: &mut Output,
    ) -> anyhow::Result<()> {
        let before = view.diagnostics.len();
        let ChoiceArgs { level, codes, .. } = self.choice;
        let least = level.map(Level::from);
        view.diagnostics.retain(|diagnostic| {
            least.is_none_or(|least| diagnostic.level >= least)
                && (codes.is_empty() || codes.contains(&diagnostic.code))
        });
        self.hidden += before - view.diagnostics.len();
        let owners = self.owners.as_ref();
        let owners = owners.map(|owners| owners.of(&view.report.path));
        self.counts
            .add(view, self.choice.by, owners.as_deref().unwrap_or_default());
        self.sheets.file(view, Shape::Findings, out, console)
    }

    /// Tells what comes after the last file: counts, if they were asked for or the list was long.
    fn end(self, run: &Run, console: &Console, out: &mut Output) -> anyhow::Result<Sheets> {
        let is_long = run.format == Format::Full && self.counts.all() > LONG;
        if self.choice.summary || is_long {
            let table = self.counts.table(self.choice.by);
            out.write(|out| out.write_all(table.as_bytes()))?;
        }
        if self.hidden > 0 {
            let findings = counted(self.hidden, "finding");
            console.note(&format!(
                "{findings} hidden by --level or --code; they count all the same"
            ));
        }
        Ok(self.sheets)
    }
}

/// Every reference fails: each file is printed as it comes.
fn plain(
    run: &Run,
    telling: &mut Telling<'_>,
    console: &Console,
    out: &mut Output,
) -> anyhow::Result<Tally> {
    usecase::over(run, console, |report, rules| {
        telling.file(
            &mut FileView::new(&report, rules, Mode::Check),
            console,
            out,
        )?;
        Ok(flow(out))
    })
}

/// A baseline or scopes say which references fail. Files are printed as they come, unless what fails is known
/// at the end only: then those with findings are kept until then.
fn judged_by(
    mut judge: Judge<'_>,
    run: &Run,
    telling: &mut Telling<'_>,
    console: &Console,
    out: &mut Output,
) -> anyhow::Result<(Tally, Verdict)> {
    let needs_all = judge.needs_all();
    let mut kept: Vec<(FileReport, &[Rule])> = Vec::new();
    let tally = usecase::over(run, console, |report, rules| {
        let mut view = FileView::new(&report, rules, Mode::Check);
        judge.count(&view);
        if !needs_all {
            judge.settle(&mut view);
            telling.file(&mut view, console, out)?;
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
        judge.settle(&mut view);
        telling.file(&mut view, console, out)?;
    }
    Ok((tally, judge.verdict()))
}

fn flow(out: &Output) -> ControlFlow<()> {
    if out.is_closed() {
        ControlFlow::Break(())
    } else {
        ControlFlow::Continue(())
    }
}

//! `repoint diff`: print what `apply` would do.

use std::ops::ControlFlow;

use super::args::DiffArgs;
use super::console::Console;
use super::journal;
use super::resolve::Refusal;
use super::sheets::{Sheets, rewrite};
use super::slices;
use super::stdout::Output;
use crate::engine::FileReport;
use crate::output::patch::{Patch, Section};
use crate::output::record::Shape;
use crate::output::summary::{Task, line};
use crate::usecase::{self, Exit, Input, Run, Tally, Watch};

/// The patch goes to standard output, everything else to standard error; 1 if that is asked for
/// and there is a patch or an error.
pub(super) fn run(args: &DiffArgs, console: &Console) -> Result<Exit, Refusal> {
    if let (Some(by), Some(folder)) = (args.split.split_by, &args.split.output_dir) {
        return slices::run(args, by, folder, console);
    }
    let run = Run::resolve(&args.run, console)?;
    let journal = journal::journal(&args.run.state, &run.place)?;
    let watch = match &run.input {
        Input::Paths(_) => Some(Watch::begin(&journal, console)),
        Input::Text { .. } => None,
    };
    let mut out = Output::open(run.output_file.as_deref(), console)?;
    let is_beside = run.format.is_listing();
    let mut sheets = Sheets::open(&run, "diff", is_beside, &mut out, console)?;
    let tally = if is_beside {
        patch(&run, args, &mut sheets, console, &mut out)?
    } else {
        let tally = usecase::over(&run, console, |report, rules| {
            let view = rewrite(&report, rules);
            sheets.file(&view, Shape::Plans, &mut out, console)?;
            Ok(if out.is_closed() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        })?;
        sheets.counts(&tally, &run, &mut out, console)?;
        tally
    };
    out.flush()?;
    if !out.is_closed() {
        usecase::say_nothing_matched(&run, &tally, console);
        console.summary(&line(&tally.summary, Task::Diff));
    }
    let state = watch.map_or(Exit::Clean, |watch| watch.end(console));
    let left = args.exit_code && (tally.leaves() || tally.summary.changed > 0);
    let exit = Exit::left_if(left).max(tally.failures(&run)).max(state);
    let exit = if run.exit_zero { exit.forgive() } else { exit };
    sheets.end(exit, &mut out, console)?;
    Ok(exit)
}

/// Columns of `--stat`, as git has them where the output is no terminal.
const WIDTH: usize = 80;

fn patch(
    run: &Run,
    args: &DiffArgs,
    sheets: &mut Sheets,
    console: &Console,
    out: &mut Output,
) -> anyhow::Result<Tally> {
    let mut sections = Vec::new();
    let mut unplaced = 0;
    let mut tally = usecase::over(run, console, |report, rules| {
        sheets.file(&rewrite(&report, rules), Shape::Plans, out, console)?;
        match section(run, &report, args.context) {
            Ok(section) => sections.extend(section),
            Err(error) => {
                unplaced += 1;
                console.failure(&report.path, &format!("cannot be found again: {error}"));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    tally.summary.failed += unplaced;
    sheets.counts(&tally, run, out, console)?;
    if run.strict && tally.summary.failed > 0 {
        console.error("no patch: files failed, and --strict asks for all or nothing");
        return Ok(tally);
    }
    if tally.is_doubted(run) {
        console.error("no patch: --strict takes warnings for errors");
        return Ok(tally);
    }
    let patches = Patch::group(sections);
    for patch in &patches {
        out.write(|out| match args.stat {
            true => out.write_all(patch.stat(WIDTH).as_bytes()),
            false => patch.write_to(out),
        })?;
    }
    if args.stat {
        return Ok(tally);
    }
    hint(&patches, run, console);
    Ok(tally)
}

fn section(run: &Run, report: &FileReport, context: usize) -> std::io::Result<Option<Section>> {
    let Some(new) = &report.rewritten else {
        return Ok(None);
    };
    let root = run.place.project.root();
    Section::with_context(&report.path, root, report.source.bytes(), new, context)
}

/// `git apply` silently changes nothing from another folder of the repository, so who is not at
/// the place, or has several, is told.
fn hint(patches: &[Patch], run: &Run, console: &Console) {
    let cwd = run.place.cwd.canonicalize();
    let cwd = cwd.as_deref().unwrap_or(&run.place.cwd);
    match patches {
        [] => {}
        [only] if only.root == cwd => {}
        [only] => console.note(&only.hint()),
        several => {
            console.note(&format!(
                "there are patches for {} repositories, one after the other: make and apply each \
                 in its own, with the other paths left out",
                several.len()
            ));
            for patch in several {
                console.note(&format!("{} (files: {})", patch.hint(), patch.files()));
            }
        }
    }
}

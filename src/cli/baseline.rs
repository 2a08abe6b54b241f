//! `repoint baseline`: write or update what may stay for now.

use std::ops::ControlFlow;

use super::args::{BaselineArgs, UpdateArgs};
use super::console::Console;
use super::journal;
use super::resolve::{self, Refusal};
use crate::baseline::{Baseline, Grown, Part, Update, Verdict};
use crate::output::summary::counted;
use crate::output::{FileView, Mode};
use crate::usecase::{
    self, Conflicts, Exit, Input, Judge, Run, Watch, baseline_file, replace, say_ratchet, text_over,
};

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Write one, or shrink the one that there is.
    Write,
    Prune,
    AcceptNew,
    Check,
}

impl Wanted {
    fn of(args: &UpdateArgs) -> Self {
        match (args.prune, args.accept_new, args.check) {
            (true, ..) => Self::Prune,
            (_, true, _) => Self::AcceptNew,
            (.., true) => Self::Check,
            _ => Self::Write,
        }
    }
}

/// Counts the references of the run, and writes the baseline of them; 1 if they have grown and that was not
/// asked for, or if the baseline is not current.
pub(super) fn run(args: &BaselineArgs, console: &Console) -> Result<Exit, Refusal> {
    let wanted = Wanted::of(&args.update);
    let mut run = Run::resolve(&args.run, console)?;
    run.tells_homes = true;
    if let Input::Text { .. } = run.input {
        return Err(anyhow::anyhow!("a baseline is of files: `-` cannot be its path").into());
    }
    let conflicts = match wanted {
        Wanted::Prune => Conflicts::Resolve,
        _ => Conflicts::Refuse,
    };
    run.baseline = resolve::baseline(&run.place, conflicts)?;
    let journal = journal::journal(&args.run.state, &run.place)?;
    let watch = Watch::begin(&journal, console);
    let mut judge = Judge::counting(&run);
    let tally = usecase::over(&run, console, |report, rules| {
        judge.count(&FileView::new(&report, rules, Mode::Check));
        Ok(ControlFlow::Continue(()))
    })?;
    for failed in console.failures() {
        judge.unread(&run.place.cwd.join(&failed.path));
    }
    let state = watch.end(console).max(tally.failures(&run));
    let exit = match &run.baseline {
        None => first(&judge, wanted, &run, console)?,
        Some(_) => {
            let rules = &args.run.rules;
            let prune = if rules.mappings.is_empty() && rules.moves.is_empty() {
                Update::Prune
            } else {
                // What other tables are about is none of theirs.
                Update::Shrink
            };
            next(&judge, wanted, prune, &run, console)?
        }
    };
    Ok(exit.max(state))
}

/// There is no baseline yet.
fn first(judge: &Judge<'_>, wanted: Wanted, run: &Run, console: &Console) -> anyhow::Result<Exit> {
    let file = baseline_file(&run.place);
    let baseline = judge.updated(&Baseline::default(), Update::AcceptNew);
    let name = console.shown(&file);
    if wanted == Wanted::Prune {
        anyhow::bail!("{name}: there is no baseline to prune; `repoint baseline` writes one");
    }
    if baseline.entries() == 0 {
        console.summary("there are no references: no baseline is needed");
        return Ok(Exit::Clean);
    }
    if wanted == Wanted::Check {
        console.error(&format!(
            "{name}: there is no baseline, and {}; `repoint baseline` writes one",
            counted(baseline.references(), "reference")
        ));
        return Ok(Exit::left_if(true));
    }
    write(&file, &text_over(&baseline, None), &name)?;
    console.summary(&format!("wrote {name}: {}", size(&baseline)));
    Ok(Exit::Clean)
}

/// There is one.
fn next(
    judge: &Judge<'_>,
    wanted: Wanted,
    prune: Update,
    run: &Run,
    console: &Console,
) -> anyhow::Result<Exit> {
    let Some(loaded) = &run.baseline else {
        return Ok(Exit::Clean);
    };
    let name = console.shown(&loaded.file);
    let verdict = judge.verdict();
    let Verdict {
        baseline: Some(ratchet),
        ..
    } = &verdict
    else {
        return Ok(Exit::Clean);
    };
    say_ratchet(ratchet, console);
    let update = match wanted {
        Wanted::AcceptNew | Wanted::Check => Update::AcceptNew,
        Wanted::Prune | Wanted::Write => prune,
    };
    let updated = judge.updated(&loaded.baseline, update);
    let text = text_over(&updated, Some(&loaded.text));
    let has_grown = !ratchet.grown.is_empty();
    if wanted == Wanted::Check {
        grown(&ratchet.grown, console);
        if updated == loaded.baseline && !has_grown {
            console.summary(&format!("{name} is current: {}", size(&updated)));
            return Ok(Exit::Clean);
        }
        console.error(&format!(
            "{name} is not current: {} grown, {} too high, {} moved or of no rule{}",
            entries(ratchet.grown.len(), "has", "have"),
            entries(ratchet.stale.len(), "is", "are"),
            entries(ratchet.moved.len() + ratchet.unknown.len(), "is", "are"),
            match run.part() {
                Part::Whole => "",
                Part::Some => " (of the files that were read)",
            }
        ));
        return Ok(Exit::left_if(true));
    }
    if wanted == Wanted::Write && has_grown {
        grown(&ratchet.grown, console);
        console.error(&format!(
            "{name}: {} grown, so nothing was written; --accept-new takes in what is new, --prune only takes out \
             what is gone",
            entries(ratchet.grown.len(), "has", "have"),
        ));
        return Ok(Exit::left_if(true));
    }
    if text == loaded.text {
        console.summary(&format!("{name} is current: {}", size(&updated)));
    } else {
        write(&loaded.file, &text, &name)?;
        console.summary(&format!(
            "wrote {name}: {}, from {}",
            size(&updated),
            counted(loaded.baseline.references(), "reference")
        ));
    }
    if updated.entries() == 0 {
        console.note(&format!("{name} holds nothing any more: it can be removed"));
    }
    if wanted == Wanted::Prune && has_grown {
        console.note(&format!(
            "{} grown and stayed as it was: `repoint check` shows what is new",
            entries(ratchet.grown.len(), "has", "have")
        ));
    }
    Ok(Exit::Clean)
}

/// Names entries that have grown.
fn grown(grown: &[Grown], console: &Console) {
    let named = console.named(grown.len());
    for entry in &grown[..named] {
        console.error(&format!(
            "{}: {} to `{}`, the baseline has {}",
            entry.file,
            counted(entry.now, "reference"),
            entry.id,
            entry.then
        ));
    }
    let more = grown.len() - named;
    if more > 0 {
        console.error(&format!("and {more} more; -v names them all"));
    }
}

fn write(file: &std::path::Path, text: &str, name: &str) -> anyhow::Result<()> {
    use anyhow::Context;

    replace(file, text).with_context(|| format!("{name}: cannot be written"))
}

fn entries(count: usize, one: &str, more: &str) -> String {
    match count {
        1 => format!("1 entry {one}"),
        count => format!("{count} entries {more}"),
    }
}

/// `12 references in 3 files`.
fn size(baseline: &Baseline) -> String {
    format!(
        "{} in {}",
        counted(baseline.references(), "reference"),
        counted(baseline.files().count(), "file")
    )
}

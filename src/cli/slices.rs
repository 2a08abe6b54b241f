//! `repoint diff --split-by`: the patch in parts, one file each, and an index of them.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::bail;

use super::args::DiffArgs;
use super::console::Console;
use super::journal;
use super::output_file;
use super::resolve::Refusal;
use super::sheets::statistics;
use super::stdout::Output;
use crate::output::patch::{Patch, Section};
use crate::output::place::shown;
use crate::output::record::{self, Shape};
use crate::output::summary::{Task, counted, line};
use crate::output::{FileView, Mode};
use crate::project::Owners;
use crate::usecase::slices::{self, About, By, Folder, Index, SlicedFile};
use crate::usecase::{self, Exit, Input, Planned, Run, Tally, Watch};

/// Names of patches go to standard output, everything else to standard error; 1 as for the whole patch.
pub(super) fn run(args: &DiffArgs, by: By, dir: &Path, console: &Console) -> Result<Exit, Refusal> {
    let run = Run::resolve(&args.run, console)?;
    let folder = run.place.cwd.join(dir);
    let checked = checked(&run, &folder)?;
    let journal = journal::journal(&args.run.state, &run.place)?;
    let watch = Watch::begin(&journal, console);
    let owners = Owners::find(run.place.project.root());
    for warning in owners.iter().flat_map(Owners::warnings) {
        console.warn(warning);
    }
    let mut parts = Parts::default();
    let tally = collect(&run, owners.as_ref(), console, &mut parts)?;
    let is_refused = (run.strict && tally.summary.failed > 0) || tally.is_doubted(&run);
    if is_refused {
        console.error("no patch: --strict takes failures and warnings for errors");
    } else {
        let units = usecase::units_of(&run, &parts.planned).map_err(anyhow::Error::from)?;
        let all = slices::slices(&parts.files, &units, by, run.place.project.root());
        let about = About {
            by,
            rules: run.names.clone(),
            owners: owners.as_ref().map(|owners| shown(owners.file())),
        };
        let index = Index {
            about: &about,
            files: &parts.files,
            slices: &all,
            left: &parts.left,
        };
        let patches: Vec<(String, Vec<u8>)> = all
            .iter()
            .map(|slice| (slice.patch.clone(), parts.patch(&slice.files)))
            .collect();
        let json = index.json().map_err(anyhow::Error::from)?;
        checked.write(&patches, &json, &index.markdown())?;
        let mut out = Output::open(None, console)?;
        for (name, _) in &patches {
            let named = shown(&dir.join(name));
            out.write(|out| writeln!(out, "{named}"))?;
        }
        out.flush()?;
        console.note(&format!(
            "{} in {}; index.md says who reviews what",
            counted(all.len(), "slice"),
            shown(dir)
        ));
    }
    usecase::say_nothing_matched(&run, &tally, console);
    console.summary(&line(&tally.summary, Task::Diff));
    let left = args.exit_code && (tally.leaves() || tally.summary.changed > 0);
    let exit = Exit::left_if(left)
        .max(tally.failures(&run))
        .max(watch.end(console));
    Ok(if run.exit_zero { exit.forgive() } else { exit })
}

/// What the slices are made of.
#[derive(Default)]
struct Parts {
    files: Vec<SlicedFile>,
    planned: Vec<Planned>,
    left: Vec<(PathBuf, Vec<slices::Told>)>,
}

impl Parts {
    /// The patch of some files. One that was reached by two names is in it once.
    fn patch(&self, files: &[usize]) -> Vec<u8> {
        let sections = files.iter().map(|at| self.files[*at].section.clone());
        let mut patch = Vec::new();
        for part in Patch::group(sections) {
            // Nothing fails that is written into memory.
            let _ = part.write_to(&mut patch);
        }
        patch
    }
}

/// Refuses what does not go together, and a folder that is somebody else's.
fn checked(run: &Run, folder: &Path) -> anyhow::Result<Folder> {
    if let Input::Text { .. } = run.input {
        bail!(
            "--split-by: one text on standard input has no parts; leave out the option, or name files"
        );
    }
    if !run.format.is_listing() || !run.reports.is_empty() {
        bail!("--split-by: writes patches and index.json; leave out --output-format");
    }
    output_file::check_folder(folder)?;
    Folder::look(folder).map_err(|error| error.context("--output-dir"))
}

/// Takes all files through; says findings as `diff` does.
fn collect(
    run: &Run,
    owners: Option<&Owners>,
    console: &Console,
    parts: &mut Parts,
) -> anyhow::Result<Tally> {
    let root = run.place.project.root();
    let mut renderer = run.format.renderer(console.stderr_color());
    let mut unplaced = 0;
    let mut tally = usecase::over(run, console, |report, rules| {
        let view = FileView::new(&report, rules, Mode::Rewrite);
        record::of_file(&view, Shape::Plans, |record| {
            console.print(|err| renderer.record(record, err));
            anyhow::Ok(())
        })?;
        let section = match &report.rewritten {
            Some(new) => Section::new(&report.path, root, report.source.bytes(), new),
            None => Ok(None),
        };
        match section {
            Ok(Some(section)) => {
                // Which table is told by its rules.
                let table = run
                    .tables
                    .iter()
                    .position(|table| std::ptr::eq(table.rules(), rules));
                let before = run.tables[..table.unwrap_or_default()].iter();
                let before = before.map(|table| table.rules().len()).sum();
                parts.planned.push(Planned::of(&report));
                let file = SlicedFile::new(&report, section, rules, before, root, owners);
                parts.files.push(file);
            }
            Ok(None) => {
                let told = slices::told(&report, rules);
                if !told.is_empty() {
                    let name = report.path.strip_prefix(root).unwrap_or(&report.path);
                    parts.left.push((name.to_owned(), told));
                }
            }
            Err(error) => {
                unplaced += 1;
                console.failure(&report.path, &format!("cannot be found again: {error}"));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    tally.summary.failed += unplaced;
    statistics(&tally, run, console);
    Ok(tally)
}

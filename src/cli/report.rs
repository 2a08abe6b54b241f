//! `repoint report`: what an earlier run said, in another format, or of all shares together.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use super::console::Console;
use super::report_args::{FormatArg, MergeArgs, RenderArgs, ReportOutputArgs};
use super::resolve::{self, Refusal};
use super::sheets::Sheets;
use super::stdout::Output;
use crate::output::merge::merge;
use crate::output::read;
use crate::output::record::Record;
use crate::output::{Format, place};
use crate::usecase::{Exit, Place};

/// Prints a report again. The exit status says whether it could be read, not what it says.
pub(super) fn render(args: &RenderArgs, console: &Console) -> Result<Exit, Refusal> {
    let records = records(&args.file)?;
    print(&records, &args.output, Format::Full, console)
}

/// Joins reports.
pub(super) fn merged(args: &MergeArgs, console: &Console) -> Result<Exit, Refusal> {
    let mut reports = Vec::new();
    for file in &args.files {
        reports.push((place::shown(file), records(file)?));
    }
    let records = merge(reports).map_err(|error| anyhow!(error))?;
    print(&records, &args.output, Format::JsonLines, console)
}

fn records(file: &Path) -> anyhow::Result<Vec<Record>> {
    let name = place::shown(file);
    let text = std::fs::read_to_string(file).with_context(|| format!("{name}: cannot be read"))?;
    read::records(&text).map_err(|error| anyhow!("{name}: {error}"))
}

fn print(
    records: &[Record],
    args: &ReportOutputArgs,
    default: Format,
    console: &Console,
) -> Result<Exit, Refusal> {
    let place = Place::find(&[], None)?;
    let state = place.project.root().join(crate::transaction::STATE_FOLDER);
    let chosen = resolve::formats(&args.formats, args.output_file.as_deref(), &place, &state)?;
    let mut out = Output::open(args.output_file.as_deref(), console)?;
    let format = chosen.bare.unwrap_or(default);
    let mut sheets = Sheets::again(format, &chosen.files, &out, console)?;
    for record in records {
        if let (Record::Failure(failure), true) = (record, format.is_listing()) {
            console.failed(crate::output::Failed {
                path: failure.name.to_path(),
                message: failure.message.clone(),
                start: failure.start,
            });
        }
        sheets.record(record, &mut out, console)?;
    }
    sheets.close(&mut out, console)?;
    Ok(Exit::Clean)
}

/// The formats that were asked for.
#[derive(Debug)]
pub(super) struct Chosen {
    /// The one that takes the place of the listing.
    pub bare: Option<Format>,
    /// Those with a file of their own; absolute.
    pub files: Vec<(Format, PathBuf)>,
}

impl Chosen {
    /// Sorts them.
    ///
    /// # Errors
    /// Two have no file, or two have one.
    pub fn of(args: &[FormatArg], output_file: Option<&Path>, cwd: &Path) -> anyhow::Result<Self> {
        let mut chosen = Self {
            bare: None,
            files: Vec::new(),
        };
        let main = output_file.map(|file| cwd.join(file));
        for arg in args {
            let Some(file) = &arg.file else {
                if let Some(other) = chosen.bare.replace(arg.format) {
                    return Err(anyhow!(
                        "--output-format {} and {}: only one can go to standard output; write \
                         {}=FILE",
                        other.name(),
                        arg.format.name(),
                        other.name()
                    ));
                }
                continue;
            };
            let path = cwd.join(file);
            let real = super::state_folder::real(&path);
            let is_same = |other: &PathBuf| super::state_folder::real(other) == real;
            if chosen
                .files
                .iter()
                .map(|(_, file)| file)
                .chain(&main)
                .any(is_same)
            {
                return Err(anyhow!(
                    "{}: two reports cannot go to one file; name another",
                    place::shown(file)
                ));
            }
            chosen.files.push((arg.format, path));
        }
        Ok(chosen)
    }
}

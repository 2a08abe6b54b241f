//! The places that a report is written to: standard output or what stands for it, and a file a format.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::console::Console;
use super::stdout::Output;
use crate::output::record::{self, End, Header, Record, Shape};
use crate::output::report::Report;
use crate::output::{FileView, Format, Mode, Renderer, markdown, statistics};
use crate::usecase::{Exit, Run, Tally};

/// What a step summary of GitHub may hold.
const MOST_SUMMARY: u64 = 1 << 20;

/// One format and where it goes.
struct Sheet {
    format: Format,
    renderer: Box<dyn Renderer>,
    to: To,
}

enum To {
    /// The result of the command.
    Result,
    /// Beside the result: standard error.
    Beside,
    File(Output),
}

/// Every format of a run.
pub(super) struct Sheets {
    sheets: Vec<Sheet>,
    /// Kept for the summary of a step, if there is one.
    summary: Option<Report>,
}

impl Sheets {
    /// Makes the files, and writes the header. `has_result`: the listing goes beside something else.
    ///
    /// # Errors
    /// A file cannot be made.
    pub fn open(
        run: &Run,
        command: &str,
        is_beside: bool,
        out: &mut Output,
        console: &Console,
    ) -> anyhow::Result<Self> {
        let (to, color) = if is_beside {
            (To::Beside, console.stderr_color())
        } else {
            (To::Result, out.color())
        };
        let mut sheets = Self::of(run.format, to, color, &run.reports, console)?;
        sheets.record(&Record::Header(header(run, command)), out, console)?;
        Ok(sheets)
    }

    /// The same for a report that was made earlier.
    ///
    /// # Errors
    /// A file cannot be made.
    pub fn again(
        format: Format,
        files: &[(Format, std::path::PathBuf)],
        out: &Output,
        console: &Console,
    ) -> anyhow::Result<Self> {
        Self::of(format, To::Result, out.color(), files, console)
    }

    fn of(
        format: Format,
        to: To,
        color: crate::output::Color,
        files: &[(Format, std::path::PathBuf)],
        console: &Console,
    ) -> anyhow::Result<Self> {
        let mut sheets = vec![Sheet {
            format,
            renderer: format.renderer(color),
            to,
        }];
        for (format, file) in files {
            let out = Output::open(Some(file), console)?;
            sheets.push(Sheet {
                format: *format,
                renderer: format.renderer(out.color()),
                to: To::File(out),
            });
        }
        let is_github = sheets.iter().any(|sheet| sheet.format == Format::Github);
        Ok(Self {
            sheets,
            summary: is_github.then(Report::default),
        })
    }

    /// Leaves the listing out: something else is the result of the command.
    pub fn without_listing(&mut self) {
        self.sheets.retain(|sheet| matches!(sheet.to, To::File(_)));
    }

    /// Writes a record everywhere.
    ///
    /// # Errors
    /// Those of writing.
    pub fn record(
        &mut self,
        record: &Record,
        out: &mut Output,
        console: &Console,
    ) -> anyhow::Result<()> {
        if let Some(summary) = &mut self.summary {
            summary.add(record);
        }
        for sheet in &mut self.sheets {
            let renderer = &mut sheet.renderer;
            match &mut sheet.to {
                To::Result => out.write(|out| renderer.record(record, out))?,
                To::Beside => console.print(|err| renderer.record(record, err)),
                To::File(file) => file.write(|out| renderer.record(record, out))?,
            }
        }
        Ok(())
    }

    /// Writes what is said of a file.
    ///
    /// # Errors
    /// Those of writing.
    pub fn file(
        &mut self,
        view: &FileView<'_>,
        shape: Shape,
        out: &mut Output,
        console: &Console,
    ) -> anyhow::Result<()> {
        record::of_file(view, shape, |record| self.record(record, out, console))
    }

    /// Writes failures and counts, and prints the counts of each rule for people, if that was asked for.
    ///
    /// # Errors
    /// Those of writing.
    pub fn counts(
        &mut self,
        tally: &Tally,
        run: &Run,
        out: &mut Output,
        console: &Console,
    ) -> anyhow::Result<()> {
        for failed in console.failures() {
            self.record(&Record::of_failure(&failed), out, console)?;
        }
        if run.statistics {
            let rules = tally.by_rule(run);
            for (rule, counts) in &rules {
                self.record(&Record::of_rule(rule, counts), out, console)?;
            }
        }
        statistics(tally, run, console);
        self.record(&Record::of_summary(&tally.summary), out, console)
    }

    /// Writes the end.
    ///
    /// # Errors
    /// Those of writing.
    pub fn end(mut self, exit: Exit, out: &mut Output, console: &Console) -> anyhow::Result<()> {
        let end = End { exit: exit as u8 };
        self.record(&Record::End(end), out, console)?;
        self.close(out, console)
    }

    /// Writes what is held back.
    ///
    /// # Errors
    /// Those of writing.
    pub fn close(mut self, out: &mut Output, console: &Console) -> anyhow::Result<()> {
        for sheet in &mut self.sheets {
            if let To::File(file) = &mut sheet.to {
                file.flush()?;
            }
        }
        if let Some(report) = &self.summary
            && let Some(file) = std::env::var_os("GITHUB_STEP_SUMMARY")
            && let Err(error) = append(Path::new(&file), report)
        {
            console.warn(&format!("GITHUB_STEP_SUMMARY cannot be written: {error}"));
        }
        out.flush()
    }
}

/// Prints the counts of each rule for people, if that was asked for.
pub(super) fn statistics(tally: &Tally, run: &Run, console: &Console) {
    if run.statistics && !matches!(run.format, Format::JsonLines | Format::Json) {
        let rules = tally.by_rule(run);
        console.say(statistics::table(rules.iter().copied()).trim_end());
    }
}

/// Adds the report to the summary of a step, as far as there is room.
fn append(file: &Path, report: &Report) -> io::Result<()> {
    let has = fs::metadata(file).map_or(0, |metadata| metadata.len());
    let room = usize::try_from(MOST_SUMMARY.saturating_sub(has)).unwrap_or(0);
    let text = markdown::within(report, room);
    if text.len() > room {
        return Ok(());
    }
    let mut file = fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(file)?;
    file.write_all(text.as_bytes())
}

fn header(run: &Run, command: &str) -> Header {
    let root = run.place.project.root();
    let cwd = run.place.cwd.canonicalize();
    let cwd = cwd.as_deref().unwrap_or(&run.place.cwd);
    let prefix = cwd.strip_prefix(root).ok().map(|below| {
        let names = below
            .iter()
            .map(|name| format!("{}/", name.to_string_lossy()));
        names.collect()
    });
    Header {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        command: command.to_owned(),
        rules: run.names.clone(),
        table_digest: run.table_digest(),
        options_digest: run.options_digest(),
        root: root.to_string_lossy().into_owned(),
        prefix,
        share: run.walk.partition.map(|partition| {
            let (number, of) = partition.numbers();
            record::Share { number, of }
        }),
    }
}

/// What a rewrite tells of a file.
pub(super) fn rewrite<'a>(
    report: &'a crate::engine::FileReport,
    rules: &'a [crate::mapping::Rule],
) -> FileView<'a> {
    FileView::new(report, rules, Mode::Rewrite)
}

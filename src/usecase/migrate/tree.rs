//! Files are rewritten, and formatted, as one transaction.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use super::ground::Contents;
use super::plan::Plan;
use super::{Halt, Migration};
use crate::gate::{Command, Context, Expected, Gate, Outcome, Phase, ask};
use crate::output::place::{failed, shown};
use crate::project::Candidate;
use crate::record::{Action, Event};
use crate::transaction::{Edited, Id};
use crate::usecase::planning::Planning;
use crate::usecase::writer::Writer;

/// Bytes of arguments that one call of a formatter gets: less than any system allows.
const MOST_ARGUMENTS: usize = 64 << 10;

impl Migration<'_> {
    /// Plans files once more, from what they hold now, and rewrites them as one transaction. A file that is
    /// as it should be already is not part of it.
    ///
    /// # Errors
    /// Nothing was written; or files were left that somebody edited in that very moment.
    pub(super) fn write(
        &mut self,
        planning: &Planning<'_, '_>,
        plan: &Plan,
        files: &[&PathBuf],
    ) -> Result<(), Halt> {
        if files.is_empty() {
            return Ok(());
        }
        let candidates: Vec<Candidate> = files
            .iter()
            .filter_map(|file| Some(plan.files.get(*file)?.candidate.clone()))
            .collect();
        let (attempt, journal) = self.ground.next();
        let mut writer = Writer::open(&journal, self.run, self.ground.audience)?;
        let mut broken = Ok(());
        planning.plan(&candidates, |report| {
            if let Some(failed) = failed(&report) {
                let shown = self.ground.audience.shown(&report.path);
                self.ground.audience.failed(failed);
                broken = Err(Halt::Stop(format!(
                    "{shown} can no longer be rewritten: nothing of the batch was written"
                )));
                return ControlFlow::Break(());
            }
            match writer.add(&report, self.ground.audience) {
                Ok(_) => ControlFlow::Continue(()),
                Err(error) => {
                    broken = Err(error.into());
                    ControlFlow::Break(())
                }
            }
        })?;
        if broken.is_ok() && writer.unwritten.any() {
            broken = Err(Halt::Stop(
                "files of the batch cannot be written: nothing of it was".to_owned(),
            ));
        }
        if broken.is_ok() {
            broken = writer
                .guard(self.order.allow, self.ground.audience)
                .map_err(Halt::from);
        }
        if broken.is_err() {
            writer.discard();
            return broken;
        }
        self.ground.begin(
            attempt,
            Action::Write,
            self.ground.written(files.iter().copied()),
        )?;
        let committed = writer.commit(self.run, usize::MAX);
        self.ground.committed(attempt, committed)?;
        if let Some(format) = self.order.format.clone()
            && let Some(standing) = self.ground.record.state().standing.last().cloned()
        {
            self.format(&format, standing.transaction)?;
        }
        Ok(())
    }

    /// Runs the formatter over the files of a transaction. What it makes of them becomes the transaction.
    fn format(&mut self, argv: &[String], transaction: Id) -> Result<(), Halt> {
        let Some(standing) = self.ground.record.state().standing.last().cloned() else {
            return Ok(());
        };
        let root = self.ground.root.clone();
        let files: Vec<PathBuf> = standing
            .files
            .iter()
            .map(|file| file.under(&root))
            .collect();
        let read = |files: &[PathBuf]| -> Result<Contents, Halt> {
            let mut contents = Contents::new();
            for file in files {
                let content = fs::read(file).map_err(|error| {
                    Halt::Stop(format!("{}: cannot be read: {error}", shown(file)))
                })?;
                contents.insert(file.clone(), content);
            }
            Ok(contents)
        };
        let rewritten = read(&files)?;
        self.ground
            .record
            .append(Event::FormatBegin { transaction })?;
        self.ground.record.flush()?;
        for files in chunks(&files) {
            self.run_formatter(argv, files)?;
        }
        let formatted = read(&files).map_err(|halt| match halt {
            Halt::Stop(why) => {
                Halt::Stop(format!("after the formatter `{}`: {why}", argv.join(" ")))
            }
            other => other,
        })?;
        let changed = formatted
            .iter()
            .filter(|(file, content)| rewritten.get(*file) != Some(content))
            .count();
        if changed > 0 {
            self.ground.take_back(transaction, Edited::Overwrite)?;
            self.ground.rewrite_as(&files, &formatted)?;
        }
        self.ground.record.append(Event::FormatEnd { changed })?;
        Ok(())
    }

    fn run_formatter(&mut self, argv: &[String], files: &[PathBuf]) -> Result<(), Halt> {
        let mut words = argv.to_vec();
        for file in files {
            match file.to_str() {
                Some(file) => words.push(file.to_owned()),
                None => self.ground.audience.warn(&format!(
                    "{}: not formatted, since its name is no Unicode",
                    shown(file)
                )),
            }
        }
        let gate = Gate {
            name: "format".to_owned(),
            command: Command::Argv(words),
            cwd: self.run.place.config_folder.clone(),
            env: BTreeMap::new(),
            expected: Expected::default(),
            expect_output: None,
            junit: None,
            timeout: None,
            retries: 0,
            max_slowdown: None,
            allow_fewer: true,
            tags: Vec::new(),
            needs: Vec::new(),
        };
        let log = self.ground.record.logs().join("format.log");
        let mut watcher = super::asking::Watcher {
            record: Some(&mut self.ground.record),
            audience: self.ground.audience,
            failed: None,
        };
        let asked = ask(
            &gate,
            Phase::During,
            Context {
                log: &log,
                before: None,
                stop: &self.ground.stop,
                watch: &mut watcher,
            },
        );
        if let Some(error) = watcher.failed {
            return Err(error.into());
        }
        if asked.was_stopped() {
            return Err(Halt::Interrupted);
        }
        match asked.outcome {
            Outcome::Passed => Ok(()),
            Outcome::Failed(why) | Outcome::Broken(why) => Err(Halt::Stop(format!(
                "the formatter `{}` failed: {why}; what it printed is in {}",
                argv.join(" "),
                shown(&log)
            ))),
        }
    }
}

fn chunks(files: &[PathBuf]) -> Vec<&[PathBuf]> {
    let mut chunks = Vec::new();
    let mut from = 0;
    let mut bytes = 0;
    for (at, file) in files.iter().enumerate() {
        let own = file.as_os_str().len() + 1;
        if at > from && bytes + own > MOST_ARGUMENTS {
            chunks.push(&files[from..at]);
            (from, bytes) = (at, 0);
        }
        bytes += own;
    }
    chunks.push(&files[from..]);
    chunks
}

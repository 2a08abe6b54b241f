//! Changes of the tree: each is a transaction that carries the number of the migration and of the change, and
//! stands in the record before and after it. So a later run knows of each whether it happened.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::news::News;
use super::plan::Plan;
use super::{Halt, Migration};
use crate::gate::{Command, Context, Expected, Gate, Outcome, Phase, ask};
use crate::output::place::{failed, shown};
use crate::output::summary::counted;
use crate::project::Candidate;
use crate::record::{Action, Event, Written};
use crate::transaction::{
    About, Action as Made, AddError, Change, CommitError, Committed, Digest, Draft, Edited, Extent,
    Id, Journal, Left, Tag, UndoError,
};
use crate::usecase::planning::Planning;
use crate::usecase::state;
use crate::usecase::writer::Writer;

/// Bytes of arguments that one call of a formatter gets: less than any system allows.
const MOST_ARGUMENTS: usize = 64 << 10;

impl Migration<'_> {
    /// The journal for the next change, and the number of that.
    fn next(&self) -> (u64, Journal<'static>) {
        let attempt = self.record.state().attempts + 1;
        (attempt, self.journal_of(attempt))
    }

    /// The journal whose transactions carry the number of a change.
    pub(super) fn journal_of(&self, attempt: u64) -> Journal<'static> {
        self.journal
            .clone()
            .tagged(Tag {
                migration: self.record.number(),
                attempt,
            })
            .stopped_by(std::sync::Arc::clone(&self.stop))
    }

    fn begin(&mut self, attempt: u64, action: Action, files: Vec<Written>) -> Result<(), Halt> {
        self.record.append(Event::AttemptBegin {
            attempt,
            action,
            files,
        })?;
        Ok(self.record.flush()?)
    }

    fn end(
        &mut self,
        attempt: u64,
        transaction: Option<Id>,
        left: Vec<Written>,
    ) -> Result<(), Halt> {
        self.record.append(Event::AttemptEnd {
            attempt,
            transaction,
            left,
        })?;
        Ok(self.record.flush()?)
    }

    /// How the record writes paths.
    pub(super) fn written<'p>(&self, files: impl IntoIterator<Item = &'p PathBuf>) -> Vec<Written> {
        let root = self.run.place.project.root();
        files
            .into_iter()
            .map(|file| Written::new(file, root))
            .collect()
    }

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
        let (attempt, journal) = self.next();
        let mut writer = Writer::open(&journal, self.run, self.audience)?;
        let mut broken = Ok(());
        planning.plan(&candidates, |report| {
            if let Some(failed) = failed(&report) {
                let shown = self.audience.shown(&report.path);
                self.audience.failed(failed);
                broken = Err(Halt::Stop(format!(
                    "{shown} can no longer be rewritten: nothing of the batch was written"
                )));
                return ControlFlow::Break(());
            }
            match writer.add(&report, self.audience) {
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
                .guard(self.order.allow, self.audience)
                .map_err(Halt::from);
        }
        if broken.is_err() {
            writer.discard();
            return broken;
        }
        self.begin(attempt, Action::Write, self.written(files.iter().copied()))?;
        let committed = writer.commit(self.run, usize::MAX);
        self.committed(attempt, committed)?;
        if let Some(format) = self.order.format.clone()
            && let Some(standing) = self.record.state().standing.last().cloned()
        {
            self.format(&format, standing.transaction)?;
        }
        Ok(())
    }

    fn committed(
        &mut self,
        attempt: u64,
        committed: Result<Option<Committed>, CommitError>,
    ) -> Result<(), Halt> {
        let committed = match committed {
            Ok(committed) => committed,
            Err(CommitError::Stopped) => {
                self.end(attempt, None, Vec::new())?;
                return Err(Halt::Interrupted);
            }
            Err(error @ (CommitError::Unfinished(_) | CommitError::Unknown(_))) => {
                // Whether it happened is told by the journal, when the migration goes on.
                if let CommitError::Unfinished(finished) = &error {
                    state::say_left(&finished.left, self.audience);
                    state::say_failed(&finished.failed, self.audience);
                }
                return Err(Halt::Stop(error.to_string()));
            }
            Err(error) => {
                if let CommitError::Refused(errors) = &error {
                    for failed in errors {
                        let problem = failed.problem.to_string();
                        self.audience.failure(&failed.path, &problem);
                    }
                }
                self.end(attempt, None, Vec::new())?;
                return Err(Halt::Stop(error.to_string()));
            }
        };
        let Some(committed) = committed else {
            return self.end(attempt, None, Vec::new());
        };
        let left: Vec<PathBuf> = committed
            .left
            .iter()
            .map(|(path, _)| path.clone())
            .collect();
        self.end(attempt, committed.id, self.written(&left))?;
        if left.is_empty() {
            return Ok(());
        }
        state::say_left(&committed.left, self.audience);
        Err(Halt::Stop(format!(
            "{} edited while the batch was written, and left",
            match left.len() {
                1 => "1 file was".to_owned(),
                several => format!("{several} files were"),
            }
        )))
    }

    /// Takes a transaction back, all of it.
    ///
    /// # Errors
    /// A file of it was edited since: nothing of it is taken back.
    pub(super) fn take_back(&mut self, transaction: Id, edited: Edited) -> Result<(), Halt> {
        let (attempt, journal) = self.next();
        let standing = self.record.state().standing.iter();
        let files = standing
            .filter(|it| it.transaction == transaction)
            .flat_map(|it| it.files.clone())
            .collect();
        let (lock, _) = state::open(&journal, "migrate", self.audience)?;
        self.begin(attempt, Action::TakeBack(transaction), files)?;
        let undone = match journal.undo(lock, transaction, edited, Extent::Whole, usize::MAX) {
            Ok(undone) => undone,
            Err(UndoError::Already { by, .. }) => return self.end(attempt, Some(by), Vec::new()),
            Err(UndoError::Commit(CommitError::Stopped)) => {
                self.end(attempt, None, Vec::new())?;
                return Err(Halt::Interrupted);
            }
            Err(UndoError::Commit(
                error @ (CommitError::Unfinished(_) | CommitError::Unknown(_)),
            )) => return Err(Halt::Stop(error.to_string())),
            Err(error) => {
                self.end(attempt, None, Vec::new())?;
                return Err(Halt::Stop(format!(
                    "transaction {transaction} cannot be taken back: {error}"
                )));
            }
        };
        let left: Vec<PathBuf> = undone.left.iter().map(|(path, _)| path.clone()).collect();
        self.end(
            attempt,
            undone.id.filter(|_| left.is_empty()),
            self.written(&left),
        )?;
        if left.is_empty() {
            return Ok(());
        }
        for (path, why) in &undone.left {
            self.audience.failure(path, &why.to_string());
        }
        Err(Halt::Stop(not_taken_back(transaction, &undone.left)))
    }

    /// Takes back what stands of a batch, the newest first; all of it, or what `stays` does not hold as a
    /// whole.
    pub(super) fn take_back_batch(
        &mut self,
        batch: usize,
        stays: impl Fn(&[Written]) -> bool,
    ) -> Result<(), Halt> {
        let standing = self.record.state().standing.iter().rev();
        let going: Vec<Id> = standing
            .filter(|it| it.batch == batch && !stays(&it.files))
            .map(|it| it.transaction)
            .collect();
        for transaction in going {
            self.take_back(transaction, Edited::Leave)?;
        }
        Ok(())
    }

    /// Runs the formatter over the files of a transaction. What it makes of them becomes the transaction.
    fn format(&mut self, argv: &[String], transaction: Id) -> Result<(), Halt> {
        let Some(standing) = self.record.state().standing.last().cloned() else {
            return Ok(());
        };
        let root = self.run.place.project.root().to_owned();
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
        self.record.append(Event::FormatBegin { transaction })?;
        self.record.flush()?;
        for files in chunks(&files) {
            self.run_formatter(argv, files)?;
        }
        let formatted = read(&files)?;
        let changed = formatted
            .iter()
            .filter(|(file, content)| rewritten.get(*file) != Some(content))
            .count();
        if changed > 0 {
            self.take_back(transaction, Edited::Overwrite)?;
            self.rewrite_as(&files, &formatted)?;
        }
        self.record.append(Event::FormatEnd { changed })?;
        Ok(())
    }

    fn run_formatter(&mut self, argv: &[String], files: &[PathBuf]) -> Result<(), Halt> {
        let mut words = argv.to_vec();
        for file in files {
            match file.to_str() {
                Some(file) => words.push(file.to_owned()),
                None => self.audience.warn(&format!(
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
        let log = self.record.logs().join("format.log");
        let mut watcher = super::asking::Watcher {
            record: Some(&mut self.record),
            audience: self.audience,
            failed: None,
        };
        let asked = ask(
            &gate,
            Phase::During,
            Context {
                log: &log,
                before: None,
                stop: &self.stop,
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

    /// Writes these contents as one transaction.
    fn rewrite_as(&mut self, files: &[PathBuf], contents: &Contents) -> Result<(), Halt> {
        let (attempt, journal) = self.next();
        let (lock, _) = state::open(&journal, "migrate", self.audience)?;
        let bounds = files.iter().filter_map(|file| file.canonicalize().ok());
        let mut draft = Draft::begin(&journal, lock, bounds.collect())
            .map_err(|it| Halt::Stop(it.to_string()))?;
        for (file, new) in contents {
            let old = fs::read(file)
                .map_err(|error| Halt::Stop(format!("{}: cannot be read: {error}", shown(file))))?;
            let change = Change {
                path: file,
                old: Some(&old),
                new,
                references: 0,
                mode: 0,
            };
            if let Err(error) = draft.add(&change) {
                let why = match error {
                    AddError::File(problem) => format!("{}: {problem}", shown(file)),
                    AddError::Journal(error) => error.to_string(),
                };
                let _ = draft.discard();
                return Err(Halt::Stop(why));
            }
        }
        self.begin(attempt, Action::Write, self.written(files))?;
        let about = About {
            action: Made::Apply,
            tables: self.run.names.clone(),
        };
        let committed = draft.commit(about, usize::MAX).map(Some);
        self.committed(attempt, committed)
    }

    /// The first file of what stands of a batch that does not hold what was written: somebody, or a gate,
    /// has changed it.
    pub(super) fn changed_since(&self, written: &BTreeMap<PathBuf, Digest>) -> Option<PathBuf> {
        let holds = |(file, digest): (&PathBuf, &Digest)| {
            let now = fs::read(file).map(|content| Digest::of(&content));
            now.ok() == Some(*digest)
        };
        let mut changed = written.iter().filter(|it| !holds(*it));
        changed.next().map(|(file, _)| file.clone())
    }

    /// What the files hold that stand of a batch.
    pub(super) fn digests(&self, batch: usize) -> BTreeMap<PathBuf, Digest> {
        let root = self.run.place.project.root();
        let standing = self.record.state().standing.iter();
        let files = standing
            .filter(|it| it.batch == batch)
            .flat_map(|it| &it.files);
        let files = files.map(|file| file.under(root));
        files
            .filter_map(|file| {
                let digest = Digest::of(&fs::read(&file).ok()?);
                Some((file, digest))
            })
            .collect()
    }

    /// Takes back all transactions that stand, the newest first.
    pub(super) fn take_back_all(&mut self) -> Result<(), Halt> {
        let standing = self.record.state().standing.iter().rev();
        let all: Vec<Id> = standing.map(|it| it.transaction).collect();
        if !all.is_empty() {
            self.audience.news(News::TakingBack {
                transactions: all.len(),
            });
        }
        for transaction in all {
            self.take_back(transaction, Edited::Leave)?;
        }
        Ok(())
    }
}

type Contents = BTreeMap<PathBuf, Vec<u8>>;

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

fn not_taken_back(transaction: Id, left: &[(PathBuf, Left)]) -> String {
    format!(
        "transaction {transaction} was not taken back, since {} edited after it was written; `repoint undo \
         {transaction} --3way` merges, `repoint undo {transaction} --force` overwrites; then go on",
        match left {
            [(only, _)] => format!("{} was", shown(Path::new(only))),
            several => format!("{} were", counted(several.len(), "file")),
        }
    )
}

//! `repoint log`: list the transactions.

use std::io::Write;

use serde::Serialize;

use super::args::LogArgs;
use super::console::Console;
use super::journal;
use super::resolve::Refusal;
use super::stdout::Output;
use crate::output::json::VERSION;
use crate::output::place::one_line;
use crate::output::summary::counted;
use crate::transaction::{Action, Done, Fate, Past, Record, Status, shown_time};
use crate::usecase::{Exit, state};

/// One line each on standard output, the newest first; how large the journal is on standard error.
pub(super) fn run(args: &LogArgs, console: &Console) -> Result<Exit, Refusal> {
    let journal = journal::journal_alone(&args.journal)?;
    let history = journal.history().map_err(anyhow::Error::new)?;
    let mut out = Output::open(None, console)?;
    let mut listed = 0;
    for past in history.past.iter().rev() {
        let Some(entry) = Entry::of(past) else {
            continue;
        };
        listed += 1;
        out.write(|out| match args.json {
            true => entry.json(out),
            false => writeln!(out, "{}", entry.line()),
        })?;
    }
    out.flush()?;
    state::note_leftover(&journal, console);
    if listed == 0 {
        console.note(&format!(
            "nothing was written yet: no transaction is in {}",
            console.shown(journal.folder())
        ));
        return Ok(Exit::Clean);
    }
    let size = journal.size().map_err(anyhow::Error::new)?;
    console.summary(&format!(
        "{} in {}, {}",
        counted(listed, "transaction"),
        console.shown(journal.folder()),
        indicatif::HumanBytes(size)
    ));
    Ok(Exit::Clean)
}

/// A transaction as it is listed.
struct Entry<'a> {
    past: &'a Past,
    /// `None` if it cannot be read.
    record: Option<&'a Record>,
    /// Files that it left.
    left: usize,
    state: State<'a>,
}

#[derive(Clone, Copy)]
enum State<'a> {
    Done,
    Undone,
    UndoneInPart,
    Unfinished,
    Damaged(&'a str),
}

impl<'a> Entry<'a> {
    /// `None` for one that never began.
    fn of(past: &'a Past) -> Option<Self> {
        let (record, left, state) = match &past.status {
            Status::Prepared => return None,
            Status::Committed(record) => (Some(record), 0, State::Unfinished),
            Status::Damaged(problem) => (None, 0, State::Damaged(problem)),
            Status::Done(Done { record, left }) => {
                let state = match past.fate {
                    Fate::Stands => State::Done,
                    Fate::Undone(_) => State::Undone,
                    Fate::InPart(_) => State::UndoneInPart,
                };
                (Some(record), left.len(), state)
            }
        };
        let left = left + record.map_or(0, not_undone);
        Some(Self {
            past,
            record,
            left,
            state,
        })
    }

    fn undone_by(&self) -> Option<u64> {
        match self.past.fate {
            Fate::Stands => None,
            Fate::Undone(by) | Fate::InPart(by) => Some(by),
        }
    }

    fn line(&self) -> String {
        let id = self.past.id;
        let Some(record) = self.record else {
            return format!("{id}  {}", self.state());
        };
        let what = match record.action {
            Action::Apply => "apply".to_owned(),
            Action::Undo { of, .. } => format!("undo of {of}"),
        };
        let mut state = self.state();
        if self.left > 0 {
            state.push_str(&format!(", {} left", self.left));
        }
        format!(
            "{id}  {}  {what}  {}  {}, {}  {state}",
            shown_time(record.time),
            one_line(&record.tables.join(", ")),
            counted(record.files, "file"),
            counted(record.references, "reference"),
        )
    }

    fn state(&self) -> String {
        let by = self.undone_by().unwrap_or_default();
        match self.state {
            State::Done => "done".to_owned(),
            State::Undone => format!("undone by {by}"),
            State::UndoneInPart => format!("undone in part by {by}"),
            State::Unfinished => "unfinished".to_owned(),
            State::Damaged(why) => format!("damaged: {}", one_line(why)),
        }
    }

    fn json(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let record = self.record;
        let (action, of) = match record.map(|record| record.action) {
            Some(Action::Apply) => (Some("apply"), None),
            Some(Action::Undo { of, .. }) => (Some("undo"), Some(of)),
            None => (None, None),
        };
        let (state, problem) = match self.state {
            State::Done => ("done", None),
            State::Undone => ("undone", None),
            State::UndoneInPart => ("undone-in-part", None),
            State::Unfinished => ("unfinished", None),
            State::Damaged(why) => ("damaged", Some(why)),
        };
        let line = Line {
            version: VERSION,
            kind: "transaction",
            id: self.past.id,
            time: record.map(|record| record.time),
            action,
            of,
            tables: record.map(|record| record.tables.as_slice()),
            files: record.map(|record| record.files),
            references: record.map(|record| record.references),
            left: record.map(|_| self.left),
            state,
            undone_by: self.undone_by(),
            problem,
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")
    }
}

/// Of how many files an undo did not take anything back.
fn not_undone(record: &Record) -> usize {
    match record.action {
        Action::Apply => 0,
        Action::Undo { left, .. } => left,
    }
}

/// A transaction for programs: see [`json`](crate::output::json) for what holds of all lines.
#[derive(Serialize)]
struct Line<'a> {
    version: u32,
    #[serde(rename = "type")]
    kind: &'static str,
    id: u64,
    /// Seconds since 1970, UTC.
    time: Option<i64>,
    /// `apply` or `undo`.
    action: Option<&'static str>,
    /// What was undone.
    of: Option<u64>,
    tables: Option<&'a [String]>,
    files: Option<usize>,
    references: Option<usize>,
    /// Files that were left as they are.
    left: Option<usize>,
    /// `done`, `undone`, `undone-in-part`, `unfinished` or `damaged`.
    state: &'static str,
    undone_by: Option<u64>,
    /// Why it is damaged.
    problem: Option<&'a str>,
}

//! `repoint gate`: run the gates alone, or list them.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use clap::builder::styling::Style;
use clap_cargo::style;

use super::args::{GateChoiceArgs, GateListArgs, GateRunArgs};
use super::console::Console;
use super::interrupt;
use super::journal;
use super::resolve::Refusal;
use super::stdout::Output;
use crate::gate::{
    Asked, Context, Expectation, Gate, Outcome, Phase, Watch, ask, file_stem, is_met, missing,
    shown_duration,
};
use crate::output::Color;
use crate::output::summary::counted;
use crate::text::one_line;
use crate::usecase::{Choice, Exit, Place, choose};

/// The folder with the log of each gate, beside the journal.
const LOGS: &str = "gates";

/// Lines of the output that are shown of a gate that is not as expected.
const SHOWN: usize = 20;

impl GateChoiceArgs {
    fn choice(&self) -> Choice<'_> {
        Choice {
            names: &self.names,
            tags: &self.tags,
            skip_tags: &self.skip_tags,
        }
    }
}

/// One line a gate on standard output, more of those that are not as expected on standard error; 1 if
/// an expectation is missed, 2 if a gate could not be asked.
pub(super) fn run(args: &GateRunArgs, console: &Console) -> Result<Exit, Refusal> {
    let place = Place::find(&[], args.config.as_deref())?;
    place.say_warnings(console);
    let all: Vec<&Gate> = place.config.gates().collect();
    let gates = choose(&all, args.choice.choice())?;
    let logs = journal::journal(&args.state, &place)?
        .folder_beside(LOGS)
        .map_err(anyhow::Error::new)?;
    let mut out = Output::open(None, console)?;
    let table = Table::of(&gates, out.color());
    let interrupt = interrupt::wanted();
    // The gate has a session of its own: the terminal's Ctrl-C does not reach it.
    interrupt.note();
    let stop = interrupt.asked();
    let mut exit = Exit::Clean;
    let mut missed = 0;
    for (at, gate) in gates.iter().enumerate() {
        let log = log_of(gate, &logs)?;
        let title = format!("{} ({} of {})", one_line(&gate.name), at + 1, gates.len());
        let mut looker = Looker { console, title };
        let asked = one(gate, args.phase, &log, &stop, &mut looker);
        if asked.was_stopped() || stop.load(Ordering::Relaxed) {
            console.error(&format!("stopped while the gate {} ran", gate.name));
            console.clear();
            out.flush()?;
            interrupt.end();
            return Ok(Exit::Failed);
        }
        let expectation = gate.expected.of(args.phase);
        out.write(|out| {
            writeln!(out, "{}", table.line(gate, expectation, &asked))?;
            // One is seen as it ends, not all in the end.
            out.flush()
        })?;
        say_notes(gate, &asked, console);
        if !is_met(expectation, &asked.outcome) {
            missed += 1;
            say_missed(gate, expectation, &asked, &logs, console);
            exit = exit.max(match asked.outcome {
                Outcome::Broken(_) => Exit::Failed,
                _ => Exit::Left,
            });
        }
    }
    console.clear();
    out.flush()?;
    let verdict = match missed {
        0 => "all as expected".to_owned(),
        missed => format!("{missed} not as expected"),
    };
    console.summary(&format!(
        "{} of the phase `{}`, {verdict}; logs are in {}",
        counted(gates.len(), "gate"),
        args.phase,
        console.shown(&logs)
    ));
    Ok(exit)
}

fn one(gate: &Gate, phase: Phase, log: &Path, stop: &AtomicBool, looker: &mut Looker<'_>) -> Asked {
    ask(
        gate,
        phase,
        Context {
            log,
            // Nothing is recorded: the gate stands for itself.
            before: None,
            stop,
            watch: looker,
        },
    )
}

/// Where a gate's output goes. Logs of an earlier run are not taken for this one's.
fn log_of(gate: &Gate, logs: &Path) -> anyhow::Result<std::path::PathBuf> {
    let stem = file_stem(&gate.name);
    let numbered = |name: &str| {
        let rest = name.strip_prefix(&*stem)?.strip_prefix('.')?;
        let number = rest.strip_suffix("log")?.trim_end_matches('.');
        number
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then_some(())
    };
    let entries = fs::read_dir(logs).with_context(|| format!("{}", logs.display()))?;
    for entry in entries.flatten() {
        if entry.file_name().to_str().and_then(numbered).is_some() {
            // One that cannot be removed is replaced, or said then.
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(logs.join(format!("{stem}.log")))
}

/// Shows what runs, and with -v what it prints.
struct Looker<'a> {
    console: &'a Console,
    title: String,
}

impl Watch for Looker<'_> {
    fn wants_lines(&self) -> bool {
        self.console.is_verbose()
    }

    fn line(&mut self, line: &str) {
        self.console.say(&format!("  | {line}"));
    }

    fn elapsed(&mut self, elapsed: Duration) {
        let since = shown_duration(Duration::from_secs(elapsed.as_secs()));
        let since = since.replace(".00s", "s").replace(".0s", "s");
        self.console.busy(&format!("{} {since}", self.title));
    }
}

/// How the lines of gates stand below each other.
struct Table {
    width: usize,
    color: Color,
}

impl Table {
    fn of(gates: &[&Gate], color: Color) -> Self {
        let width = |gate: &&Gate| one_line(&gate.name).chars().count();
        Self {
            width: gates.iter().map(width).max().unwrap_or(0),
            color,
        }
    }

    fn line(&self, gate: &Gate, expectation: Expectation, asked: &Asked) -> String {
        let (verdict, style) = match (expectation, &asked.outcome) {
            (Expectation::Any, _) => ("-", Style::new()),
            (_, outcome) if is_met(expectation, outcome) => ("ok", style::GOOD),
            (_, Outcome::Broken(_)) => ("broken", style::ERROR),
            _ => ("missed", style::ERROR),
        };
        let outcome = word(&asked.outcome);
        let mut rest = match expectation {
            Expectation::Any => outcome.to_owned(),
            _ if is_met(expectation, &asked.outcome) => format!("{outcome} as expected"),
            _ => format!("{outcome}, expected {expectation}"),
        };
        if asked.flaky {
            rest += &format!(
                ", flaky: passed when asked again ({} runs)",
                asked.runs.len()
            );
        }
        if !asked.flaky && asked.runs.len() > 1 {
            rest += &format!(" ({} runs)", asked.runs.len());
        }
        if let Some(run) = asked.last() {
            if let Some(counts) = run.counts {
                rest += &format!("  {counts}");
            }
            rest += &format!("  {}", shown_duration(Duration::from_millis(run.millis)));
        }
        let name = one_line(&gate.name);
        let gap = " ".repeat(self.width - name.chars().count());
        let space = " ".repeat("missed".len() - verdict.len());
        match self.color {
            Color::Always => format!("{space}{style}{verdict}{style:#} {name}{gap}  {rest}"),
            Color::Never => format!("{space}{verdict} {name}{gap}  {rest}"),
        }
    }
}

fn word(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed(_) => "failed",
        Outcome::Broken(_) => "broken",
    }
}

fn say_notes(gate: &Gate, asked: &Asked, console: &Console) {
    let Some(run) = asked.last() else {
        return;
    };
    for note in &run.notes {
        console.warn(&format!("{}: {note}", gate.name));
    }
}

/// Why, the end of what it printed, and where all of it is.
fn say_missed(
    gate: &Gate,
    expectation: Expectation,
    asked: &Asked,
    logs: &Path,
    console: &Console,
) {
    let why = match &asked.outcome {
        Outcome::Passed => format!("it passed, and was expected to {expectation}"),
        Outcome::Failed(why) | Outcome::Broken(why) => why.clone(),
    };
    console.error(&format!("{}: {why}", gate.name));
    let Some(run) = asked.last() else {
        return;
    };
    // With -v all of it was seen.
    if !console.is_verbose() {
        let from = run.last_lines.len().saturating_sub(SHOWN);
        for line in &run.last_lines[from..] {
            console.say(format!("  | {line}").trim_end());
        }
    }
    if !run.log.is_empty() {
        console.say(&format!("  log: {}", console.shown(&logs.join(&run.log))));
    }
}

/// What there is, on standard output.
pub(super) fn list(args: &GateListArgs, console: &Console) -> Result<Exit, Refusal> {
    let place = Place::find(&[], args.config.as_deref())?;
    place.say_warnings(console);
    let gates: Vec<&Gate> = place.config.gates().collect();
    if gates.is_empty() {
        console
            .note("there are no gates: add a [[gate]] with `name` and `run` to the configuration");
        return Ok(Exit::Clean);
    }
    let mut rows =
        vec![["NAME", "BEFORE", "DURING", "AFTER", "TAGS", "COMMAND"].map(str::to_owned)];
    rows.extend(gates.iter().map(|gate| {
        let expected = |phase| gate.expected.of(phase).to_string();
        let tags = match gate.tags.as_slice() {
            [] => "-".to_owned(),
            tags => one_line(&tags.join(",")),
        };
        [
            one_line(&gate.name),
            expected(Phase::Before),
            expected(Phase::During),
            expected(Phase::After),
            tags,
            one_line(&gate.command.to_string()),
        ]
    }));
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut out = Output::open(None, console)?;
    for (at, row) in rows.iter().enumerate() {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            line += cell;
            line += &" ".repeat(width - cell.chars().count() + 2);
        }
        out.write(|out| writeln!(out, "{}", line.trim_end()))?;
        for why in at
            .checked_sub(1)
            .map(|at| missing(gates[at]))
            .unwrap_or_default()
        {
            out.write(|out| writeln!(out, "  not there: {why}"))?;
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}

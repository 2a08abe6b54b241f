//! `repoint migrate`: batches, judged by gates.

mod lines;
mod outlook;
mod teller;

pub(in crate::cli) use lines::tests;

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context as _, anyhow};
use clap::Parser as _;

use super::args::{Cli, Command, MigrateArgs, TagArgs};
use super::console::Console;
use super::interrupt;
use super::journal;
use super::resolve::{self, Refusal};
use super::stdout::Output;
use crate::baseline::Part;
use crate::config::{MESSAGE, Search};
use crate::gate::Gate;
use crate::output::place::shown;
use crate::project::Owners;
use crate::record::Written;
use crate::transaction::{Allow, Journal};
use crate::usecase::migrate::{
    Migrated, Order, Quarantined, TakesBack, Wish, Wrote, begun_with, migrate, take_back,
};
use crate::usecase::{self, Choice, Conflicts, Exit, Run, choose};
use lines::{Ending, Extent};
use teller::Teller;

/// How long a search in one batch may take, if nothing else is said.
const MAX_SEARCH: std::time::Duration = std::time::Duration::from_secs(2 * 60 * 60);

/// What happens goes to standard output, a line each; 1 if references are left or files are quarantined.
/// `words` are the arguments as they were written, the subcommand among them.
pub(super) fn run(
    args: &MigrateArgs,
    words: &[OsString],
    console: &Console,
) -> Result<Exit, Refusal> {
    if args.course.abort {
        return abort(args, console);
    }
    if args.course.goes_on {
        return goes_on(args, console);
    }
    let run = resolved(args, console)?;
    let order = order(args, words, &run, console)?;
    let journal = journal::journal(&args.run.state, &run.place)?;
    if args.course.plan {
        let outlook = usecase::migrate::outlook(&run, &order, &journal, console)?;
        let mut out = Output::open(None, console)?;
        out.write(|out| match args.course.json {
            true => writeln!(out, "{}", outlook::json(&outlook)),
            false => out.write_all(outlook::text(&outlook).as_bytes()),
        })?;
        out.flush()?;
        return Ok(Exit::Clean);
    }
    let wish = args.course.phase.map_or(Wish::All, Wish::Only);
    begun(&run, &order, wish, &journal, console)
}

/// The run, if its options mean something for a migration.
fn resolved(args: &MigrateArgs, console: &Console) -> Result<Run, Refusal> {
    let output = &args.run.output;
    let refused = [
        ("--output-file", output.output_file.is_some()),
        ("--output-format", !output.formats.is_empty()),
        ("--statistics", output.statistics),
        ("--partition", args.run.files.partition.is_some()),
        ("--stdin-filename", args.run.files.stdin_filename.is_some()),
    ];
    if let Some((option, _)) = refused.iter().find(|(_, is_given)| *is_given) {
        return Err(anyhow!(
            "{option} means nothing for a migration: see `repoint status` for its figures"
        )
        .into());
    }
    for path in &args.run.paths {
        if path.as_os_str() == "-" {
            return Err(anyhow!("a migration is of files, not of standard input").into());
        }
        if path.symlink_metadata().is_err() {
            return Err(anyhow!("{}: no such file or folder", shown(path)).into());
        }
    }
    let mut run = Run::resolve(&args.run, console)?;
    run.baseline = resolve::baseline(&run.place, Conflicts::Refuse)?;
    Ok(run)
}

fn begun(
    run: &Run,
    order: &Order,
    wish: Wish,
    journal: &Journal<'static>,
    console: &Console,
) -> Result<Exit, Refusal> {
    let interrupt = interrupt::wanted();
    interrupt.note();
    let teller = Teller::new(console);
    let migrated = migrate(run, order, wish, journal, &interrupt.asked(), &teller)?;
    teller.finish();
    let extent = match run.part() {
        Part::Whole => Extent::Whole,
        Part::Some => Extent::Part,
    };
    let ending = match wish {
        Wish::Only(phase) => Ending::Phase(phase),
        Wish::All | Wish::Continue { .. } => Ending::Migrated(extent),
    };
    said(&migrated, ending, journal, console);
    Ok(match run.exit_zero {
        true => migrated.exit.forgive(),
        false => migrated.exit,
    })
}

/// Goes on as it was begun: in the same folder, with the same arguments. Of the new ones only those count that
/// say how to go on.
fn goes_on(args: &MigrateArgs, console: &Console) -> Result<Exit, Refusal> {
    let (root, journal) = alone(args)?;
    let (folder, words) = begun_with(&root, &journal)?;
    let program = [OsString::from("repoint")];
    let cli = Cli::try_parse_from(program.iter().chain(&words)).map_err(|error| {
        anyhow!("what the migration was begun with is not understood any more: {error}")
    })?;
    let Command::Migrate(mut own) = cli.command else {
        return Err(anyhow!("the record names another command than `migrate`").into());
    };
    // Paths are relative to where it was begun.
    std::env::set_current_dir(&folder)
        .with_context(|| format!("{}: where the migration was begun", shown(&folder)))?;
    own.guard.allow_dirty |= args.guard.allow_dirty;
    own.guard.allow_staged |= args.guard.allow_staged;
    own.course.retry_quarantined |= args.course.retry_quarantined;
    let run = resolved(&own, console)?;
    let order = order(&own, &words, &run, console)?;
    let wish = Wish::Continue {
        accepts_changes: args.course.accept_changes,
    };
    begun(&run, &order, wish, &journal, console)
}

/// Takes back, whatever the rules and the configuration say by now.
fn abort(args: &MigrateArgs, console: &Console) -> Result<Exit, Refusal> {
    let (root, journal) = alone(args)?;
    let interrupt = interrupt::wanted();
    interrupt.note();
    let teller = Teller::new(console);
    let migrated = take_back(&root, &journal, &interrupt.asked(), &teller)?;
    teller.finish();
    said(&migrated, Ending::TakenBack, &journal, console);
    Ok(migrated.exit)
}

/// The project's root and journal, without its configuration.
fn alone(args: &MigrateArgs) -> anyhow::Result<(PathBuf, Journal<'static>)> {
    journal::alone(&args.run.state, args.run.rules.config.as_deref())
}

fn order(
    args: &MigrateArgs,
    words: &[OsString],
    run: &Run,
    console: &Console,
) -> Result<Order, Refusal> {
    let order = order_of(run, console);
    let migrate = &run.place.config.migrate;
    let message = migrate.message.as_ref().map_or(MESSAGE, |it| &it.value);
    Ok(Order {
        gates: chosen(&order.gates, &args.gates, console)?,
        commit: match args.course.commit {
            true => Some(message.to_owned()),
            false => order.commit,
        },
        allow: args.guard.allow(),
        takes_back: match args.course.take_back_on_failure {
            true => TakesBack::OnFailure,
            false => TakesBack::Never,
        },
        quarantined: match args.course.retry_quarantined {
            true => Quarantined::TriedAgain,
            false => Quarantined::LeftOut,
        },
        arguments: words.iter().map(|word| Written::word(word)).collect(),
        ..order
    })
}

/// How the configuration says that a migration is to go.
pub(super) fn order_of(run: &Run, console: &Console) -> Order {
    let config = &run.place.config;
    let migrate = &config.migrate;
    let message = migrate.message.as_ref().map_or(MESSAGE, |it| &it.value);
    let commits = migrate.commit.as_ref().is_some_and(|it| it.value);
    let owners = Owners::find(run.place.project.root());
    for warning in owners.iter().flat_map(Owners::warnings) {
        console.warn(warning);
    }
    Order {
        gates: config.gates().cloned().collect(),
        scopes: config.scopes().cloned().collect(),
        batch: migrate
            .batch
            .as_ref()
            .map(|it| it.value)
            .unwrap_or_default(),
        priority: migrate
            .priority
            .as_ref()
            .map_or(Vec::new(), |it| it.value.clone()),
        format: migrate.format.as_ref().map(|it| it.value.clone()),
        search: migrate.search.as_ref().map_or(Search::Unit, |it| it.value),
        max_search: migrate
            .max_search
            .as_ref()
            .map_or(MAX_SEARCH, |it| it.value),
        commit: commits.then(|| message.to_owned()),
        allow: Allow::Clean,
        takes_back: TakesBack::Never,
        quarantined: Quarantined::LeftOut,
        arguments: Vec::new(),
        owner: Box::new(move |file| match &owners {
            Some(owners) => owners.of(file).join(" "),
            None => String::new(),
        }),
    }
}

/// The gates with the tags that are wanted, and those that are named. A configuration without gates is fine:
/// nothing judges then.
///
/// # Errors
/// A tag or a name is no gate's, or no gate is left by tags.
fn chosen(gates: &[Gate], args: &TagArgs, console: &Console) -> anyhow::Result<Vec<Gate>> {
    let all: Vec<&Gate> = gates.iter().collect();
    let has_any = |names, tags: &[String], skip_tags| {
        let choice = Choice {
            names,
            tags,
            skip_tags,
        };
        choose(&all, choice)
    };
    let mut meant: Vec<&Gate> = Vec::new();
    if !args.names.is_empty() {
        meant = has_any(&args.names, &[], &[])?;
    }
    let is_manual = |gate: &Gate| gate.tags.iter().any(|tag| tag == usecase::MANUAL);
    if !args.tags.is_empty() || !all.iter().all(|gate| is_manual(gate)) {
        meant.extend(has_any(&[], &args.tags, &args.skip_tags)?);
    }
    if meant.is_empty() {
        console.warn("no gate judges this migration: every batch passes");
    }
    let is_meant = |gate: &&Gate| meant.iter().any(|one| one.name == gate.name);
    Ok(gates.iter().filter(is_meant).cloned().collect())
}

/// What it came to, and the one command that goes on.
fn said(migrated: &Migrated, ending: Ending, journal: &Journal<'_>, console: &Console) {
    for why in &migrated.missed {
        console.error(why);
    }
    if let Some(number) = migrated.number {
        let record = journal.folder().join("migrations").join(number.to_string());
        if record.is_dir() {
            console.note(&format!(
                "the record is in {}; `repoint status` shows it",
                console.shown(&record)
            ));
        }
        match (ending, migrated.is_unfinished) {
            (Ending::TakenBack, true) => console.note("`repoint migrate --abort` goes on with taking back"),
            (Ending::TakenBack, false) => {}
            (_, true) => console.note(
                "`repoint migrate --continue` goes on, `repoint migrate --abort` takes back what it wrote",
            ),
            (_, false) if migrated.exit == Exit::Failed => console.note(match migrated.wrote {
                Wrote::Nothing => "nothing was written: once that is mended, `repoint migrate` begins anew",
                Wrote::Files => "`repoint migrate --abort` takes back what it wrote",
                Wrote::TakenBack => "all that it wrote is taken back",
            }),
            _ => {}
        }
    }
    console.summary(&lines::end(ending, migrated.exit as u8, migrated.left));
    if migrated.is_interrupted {
        interrupt::wanted().end();
    }
}

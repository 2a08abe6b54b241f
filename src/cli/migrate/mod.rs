//! `repoint migrate`: batches, judged by gates.

mod lines;
mod outlook;
mod teller;

pub(in crate::cli) use lines::tests;

use super::args::{MigrateArgs, TagArgs};
use super::console::Console;
use super::interrupt;
use super::journal;
use super::resolve::Refusal;
use super::stdout::Output;
use lines::Ending;
use teller::Teller;

use crate::config::{MESSAGE, Search};
use crate::gate::Gate;
use crate::project::Owners;
use crate::transaction::Allow;
use crate::usecase::migrate::{Migrated, Order, Quarantined, TakesBack, Wish, migrate};
use crate::usecase::{self, Choice, Exit, Run, choose};

/// How long a search in one batch may take, if nothing else is said.
const MAX_SEARCH: std::time::Duration = std::time::Duration::from_secs(2 * 60 * 60);

/// What happens goes to standard output, a line each; 1 if references are left or files are quarantined.
pub(super) fn run(args: &MigrateArgs, console: &Console) -> Result<Exit, Refusal> {
    let run = Run::resolve(&args.run, console)?;
    let order = order(args, &run, console)?;
    let interrupt = interrupt::wanted();
    let journal = journal::journal(&args.run.state, &run.place)?;
    if args.course.plan {
        let outlook = usecase::migrate::outlook(&run, &order, &journal, console)?;
        let mut out = Output::open(run.output_file.as_deref(), console)?;
        out.write(|out| match args.course.json {
            true => writeln!(out, "{}", outlook::json(&outlook)),
            false => out.write_all(outlook::text(&outlook).as_bytes()),
        })?;
        out.flush()?;
        return Ok(Exit::Clean);
    }
    let wish = match &args.course {
        course if course.abort => Wish::Abort,
        course if course.goes_on => Wish::Continue {
            accepts_changes: course.accept_changes,
        },
        course => course.phase.map_or(Wish::All, Wish::Only),
    };
    interrupt.note();
    let teller = Teller::new(console);
    let migrated = migrate(&run, &order, wish, &journal, &interrupt.asked(), &teller)?;
    teller.finish();
    said(
        &migrated,
        wish,
        &journal.folder().join("migrations"),
        console,
    );
    if migrated.is_interrupted {
        interrupt.end();
    }
    Ok(migrated.exit)
}

fn order(args: &MigrateArgs, run: &Run, console: &Console) -> Result<Order, Refusal> {
    let order = order_of(run, console);
    let migrate = &run.place.config.migrate;
    let message = migrate.message.as_ref().map_or(MESSAGE, |it| &it.value);
    Ok(Order {
        gates: chosen(&order.gates, &args.gates)?,
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
        owner: Box::new(move |file| match &owners {
            Some(owners) => owners.of(file).join(" "),
            None => String::new(),
        }),
    }
}

/// The gates with the tags that are wanted. A configuration without gates is fine: nothing judges then.
///
/// # Errors
/// A tag is no gate's, or no gate is left.
fn chosen(gates: &[Gate], args: &TagArgs) -> anyhow::Result<Vec<Gate>> {
    let all: Vec<&Gate> = gates.iter().collect();
    if all.is_empty() && args.tags.is_empty() {
        return Ok(Vec::new());
    }
    let choice = Choice {
        names: &[],
        tags: &args.tags,
        skip_tags: &args.skip_tags,
    };
    Ok(choose(&all, choice)?.into_iter().cloned().collect())
}

/// What it came to, and the one command that goes on.
fn said(migrated: &Migrated, wish: Wish, records: &std::path::Path, console: &Console) {
    for why in &migrated.missed {
        console.error(why);
    }
    let (left, quarantined) = migrated.left;
    if let Some(number) = migrated.number {
        console.note(&format!(
            "the record is in {}; `repoint status` shows it",
            console.shown(&records.join(number.to_string()))
        ));
        let is_stopped = migrated.exit == Exit::Failed && wish != Wish::Abort;
        if is_stopped {
            console.note(
                "`repoint migrate --continue` goes on, `repoint migrate --abort` takes back what it wrote",
            );
        }
    }
    console.summary(&lines::end(
        wish_name(wish),
        migrated.exit as u8,
        left,
        quarantined,
    ));
}

fn wish_name(wish: Wish) -> Ending {
    match wish {
        Wish::Abort => Ending::TakenBack,
        Wish::Only(phase) => Ending::Phase(phase),
        Wish::All | Wish::Continue { .. } => Ending::Migrated,
    }
}

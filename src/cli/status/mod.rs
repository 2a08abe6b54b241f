//! `repoint status`: how far the migration is.

mod markdown;
mod text;

use std::io::IsTerminal as _;

use super::args::StatusArgs;
use super::console::Console;
use super::journal;
use super::migrate::order_of;
use super::resolve::Refusal;
use super::stdout::Output;
use crate::usecase::status::{By, status};
use crate::usecase::{Exit, Run};

/// Version of the JSON.
const VERSION: u32 = 1;

/// How it is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum StatusFormat {
    /// For people at a terminal
    #[default]
    Text,
    /// For programs; versioned
    Json,
    /// For a ticket or a pull request: what was expected, what happened, how to take it back
    Markdown,
}

/// Goes to standard output; always 0 if it can be told.
pub(super) fn run(args: &StatusArgs, console: &Console) -> Result<Exit, Refusal> {
    let run = Run::resolve(&args.run, console)?;
    let journal = journal::journal(&args.run.state, &run.place)?;
    let order = order_of(&run, console);
    let all = [By::Scope, By::Rule, By::Folder, By::Owner];
    let by = match (&args.by[..], args.format) {
        ([], StatusFormat::Json) => &all[..],
        ([], _) if order.scopes.is_empty() => &all[1..2],
        ([], _) => &all[..2],
        (by, _) => by,
    };
    let status = status(&run, &order, &journal, by, console)?;
    let mut out = Output::open(run.output_file.as_deref(), console)?;
    let color = out.color();
    let width = std::io::stdout()
        .is_terminal()
        .then(terminal_size::terminal_size)
        .flatten()
        .map(|(width, _)| usize::from(width.0));
    out.write(|out| match args.format {
        StatusFormat::Text => out.write_all(text::text(&status, color, width).as_bytes()),
        StatusFormat::Markdown => out.write_all(markdown::markdown(&status).as_bytes()),
        StatusFormat::Json => {
            let mut value = serde_json::to_value(&status)?;
            if let Some(object) = value.as_object_mut() {
                object.insert("version".to_owned(), VERSION.into());
            }
            writeln!(out, "{value}")
        }
    })?;
    out.flush()?;
    Ok(Exit::Clean)
}

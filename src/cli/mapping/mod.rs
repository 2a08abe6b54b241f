//! `repoint mapping`: work on mapping tables.

mod import;
mod init;
mod list;
mod test;

use super::args::{MappingCheckArgs, MappingCommand};
use super::console::Console;
use super::resolve::{Refusal, load_tables};
use crate::engine::Engine;
use crate::lang::{RewriteOptions, registry};
use crate::output::summary::counted;
use crate::usecase::{Exit, Place, of_rules};

/// Does what is asked of tables.
pub(super) fn run(command: &MappingCommand, console: &Console) -> Result<Exit, Refusal> {
    match command {
        MappingCommand::Check(args) => check(args, console),
        MappingCommand::List(args) => list::list(args, console),
        MappingCommand::Show(args) => list::show(args, console),
        MappingCommand::Test(args) => test::test(args, console),
        MappingCommand::Init(args) => init::init(args, console),
        MappingCommand::Import(args) => import::import(args, console),
    }
}

/// Validates tables, all of them as one, and looks up their targets in the tree around the current
/// directory; 2 if something is wrong.
fn check(args: &MappingCheckArgs, console: &Console) -> Result<Exit, Refusal> {
    let place = Place::find(&[], args.config.as_deref())?;
    place.say_warnings(console);
    let sources = place.sources(&args.files)?;
    let tables = load_tables(&sources, console)?;
    for mapping in tables.mappings() {
        console.detail(&format!("{} ({})", mapping.file.display(), mapping.name));
    }
    let rules: usize = tables
        .tables()
        .iter()
        .map(|table| table.rules().len())
        .sum();
    let options = RewriteOptions {
        sections: place.config.tables(),
        ..RewriteOptions::default()
    };
    let engine = Engine::open(
        registry(),
        tables.tables(),
        &place.project,
        &options,
        place.cwd.clone(),
    );
    let mut doubted = 0;
    for active in engine.active() {
        let all: Vec<usize> = (0..active.table().rules().len()).collect();
        for doubt in of_rules(active, &all) {
            console.warn(&doubt);
            doubted += 1;
        }
    }
    console.summary(&format!(
        "mapping tables are valid: {}, {}, {}",
        counted(tables.mappings().len(), "file"),
        counted(rules, "rule"),
        counted(tables.warnings().len() + doubted, "warning")
    ));
    Ok(Exit::Clean)
}

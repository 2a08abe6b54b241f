//! `repoint mapping`: work on mapping tables.

use super::args::MappingCheckArgs;
use super::console::Console;
use super::exit::Exit;
use super::resolve::{Place, Refusal, load_tables};

/// Validates tables, all of them as one; 2 if something is wrong.
pub(super) fn check(args: &MappingCheckArgs, console: &Console) -> Result<Exit, Refusal> {
    let place = Place::find(args.config.as_deref())?;
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
    console.summary(&format!(
        "mapping tables are valid: {} files, {rules} rules, {} warnings",
        tables.mappings().len(),
        tables.warnings().len()
    ));
    Ok(Exit::Clean)
}

//! `repoint recover`: finish what was interrupted.

use super::args::RecoverArgs;
use super::console::Console;
use super::journal;
use super::resolve::Refusal;
use crate::usecase::{Exit, state};

/// What was done is said on standard error; 2 if files were left, or cannot be replaced yet, or if
/// temporary files may lie where a folder went.
pub(super) fn run(args: &RecoverArgs, console: &Console) -> Result<Exit, Refusal> {
    let journal = journal::journal_alone(&args.journal)?.trusting(args.trust.trust);
    let recovered = if journal.exists() {
        let lock = journal.lock("recover").map_err(anyhow::Error::new)?;
        journal.recover(&lock).map_err(anyhow::Error::new)?
    } else {
        Vec::new()
    };
    if recovered.is_empty() {
        console.note("nothing was interrupted");
    }
    let mut exit = Exit::Clean;
    for recovered in &recovered {
        exit = exit.max(state::say_recovered(recovered, console)?);
    }
    Ok(exit)
}

//! Which journal the arguments mean.

use std::path::{Path, PathBuf};

use anyhow::Context;

use super::args::{JournalArgs, StateArgs};
use super::state_folder;
use crate::project::Project;
use crate::transaction::{Journal, OsDisk};
use crate::usecase::Place;

/// The journal of the project, or of the folder that was named.
///
/// # Errors
/// That folder is not repoint's own.
pub(super) fn journal(args: &StateArgs, place: &Place) -> anyhow::Result<Journal<'static>> {
    journal_at(args, place.project.root(), &place.cwd)
}

/// The journal for a command that needs no rules. The configuration is not read: what is wrong in it
/// must keep nobody from going back.
///
/// # Errors
/// There is no current directory, or no configuration file of the name that was given; or the folder
/// that was named is not repoint's own.
pub(super) fn journal_alone(args: &JournalArgs) -> anyhow::Result<Journal<'static>> {
    Ok(alone(&args.state, args.config.as_deref())?.1)
}

/// The project's root around the current directory, and its journal. The configuration is not read.
///
/// # Errors
/// As those of [`journal_alone`].
pub(super) fn alone(
    state: &StateArgs,
    config: Option<&Path>,
) -> anyhow::Result<(PathBuf, Journal<'static>)> {
    let cwd = std::env::current_dir().context("the current directory cannot be found")?;
    if let Some(file) = config.filter(|file| !cwd.join(file).is_file()) {
        anyhow::bail!("{}: no such file", file.display());
    }
    let project = Project::discover(&cwd, config);
    let journal = journal_at(state, project.root(), &cwd)?;
    Ok((project.root().to_owned(), journal))
}

fn journal_at(args: &StateArgs, root: &Path, cwd: &Path) -> anyhow::Result<Journal<'static>> {
    let Some(folder) = &args.state_dir else {
        return Ok(Journal::of_project(&OsDisk, root));
    };
    let folder = cwd.join(folder);
    state_folder::check(&folder, root)?;
    Ok(Journal::elsewhere(&OsDisk, root, &folder))
}

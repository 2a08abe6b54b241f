//! `--output-file`: the one file beside sources that a person asks repoint to write.
//!
//! A report replaces an earlier report. What can be nothing of the kind is refused before anything is
//! done, since the file is emptied when the run starts.

use std::fs::{self, Metadata};
use std::path::{Component, Path, PathBuf};

use anyhow::bail;

use super::state_folder;
use crate::lang::{RewriteOptions, registry};
use crate::output::place::shown;
use crate::project::Project;
use crate::transaction::STATE_FOLDER;

/// Refuses a file (absolute) that a report must not replace: what is in the state folder (absolute;
/// need not exist), or in any other of that name; a source, a table or settings, what has
/// other names (hard links), a link that leads out of the project it lies in. Pipes, terminals and
/// `/dev/stdout` are written as by any program.
///
/// # Errors
/// Says what the file is and what to do.
pub(super) fn check(
    file: &Path,
    option: &str,
    project: &Project,
    state: &Path,
) -> anyhow::Result<()> {
    let space = if option.ends_with('=') { "" } else { " " };
    let name = format!("{option}{space}{}", shown(file));
    let without_links = state_folder::real(file);
    if without_links.starts_with(state_folder::real(state))
        || [file, &without_links].into_iter().any(is_in_state_folder)
    {
        bail!("{name}: lies in a folder where repoint keeps its journal; name a file elsewhere");
    }
    let Some(real) = real(file, project, &name)? else {
        return refuse_source(file, &name);
    };
    let metadata = match fs::metadata(&real) {
        Ok(metadata) => metadata,
        // Whoever opens it says why it cannot be.
        Err(_) => return Ok(()),
    };
    if metadata.is_dir() {
        bail!("{name}: is a folder, expected a file");
    }
    if is_disk(&metadata) {
        bail!("{name}: is a block device, expected a file");
    }
    if !metadata.is_file() {
        return Ok(());
    }
    refuse_source(file, &name)?;
    refuse_source(&real, &name)?;
    if real
        .extension()
        .is_some_and(|extension| extension == "toml")
    {
        bail!("{name}: is a TOML file, which holds rules or settings and no report; name another");
    }
    if names_of(&metadata) > 1 {
        bail!(
            "{name}: has several names (hard links), and the others would change too; remove it first"
        );
    }
    Ok(())
}

/// Refuses a folder (absolute; need not exist) where patches would be taken for something else.
///
/// # Errors
/// Says what is there and what to do.
pub(super) fn check_folder(folder: &Path) -> anyhow::Result<()> {
    let without_links = state_folder::real(folder);
    let is_git = |part: Component<'_>| part.as_os_str().eq_ignore_ascii_case(".git");
    for path in [folder, &without_links] {
        if is_in_state_folder(path) || path.components().any(is_git) {
            bail!(
                "--output-dir {}: lies in a folder where repoint or git keeps its own; name a folder elsewhere",
                shown(folder)
            );
        }
    }
    Ok(())
}

fn is_in_state_folder(file: &Path) -> bool {
    let is_one = |part: Component<'_>| part.as_os_str().eq_ignore_ascii_case(STATE_FOLDER);
    file.components().any(is_one)
}

/// The file without links; `None` if there is nothing yet.
fn real(file: &Path, project: &Project, name: &str) -> anyhow::Result<Option<PathBuf>> {
    let is_link = match fs::symlink_metadata(file) {
        Ok(metadata) => metadata.is_symlink(),
        Err(_) => return Ok(None),
    };
    let Ok(real) = file.canonicalize() else {
        // Names of open files, as `/dev/stdout` is one, lead to what has no name.
        if fs::metadata(file).is_ok() {
            return Ok(Some(file.to_owned()));
        }
        if is_link {
            bail!(
                "{name}: is a symbolic link that leads to nothing; remove it, or name the file itself"
            );
        }
        return Ok(None);
    };
    let around = file.parent().and_then(|folder| folder.canonicalize().ok());
    let is_own = around.is_some_and(|folder| folder.starts_with(project.root()));
    if is_link && is_own && !real.starts_with(project.root()) {
        let to = shown(&real);
        bail!("{name}: is a link that leads out of the project, to {to}; name {to} itself");
    }
    Ok(Some(real))
}

fn refuse_source(file: &Path, name: &str) -> anyhow::Result<()> {
    let options = RewriteOptions::default();
    if registry()
        .iter()
        .any(|language| language.is_source(file, &options))
    {
        bail!("{name}: is a source by its name; name another file");
    }
    Ok(())
}

#[cfg(unix)]
fn names_of(metadata: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    metadata.nlink()
}

#[cfg(not(unix))]
fn names_of(_metadata: &Metadata) -> u64 {
    1
}

#[cfg(unix)]
fn is_disk(metadata: &Metadata) -> bool {
    use std::os::unix::fs::FileTypeExt;
    metadata.file_type().is_block_device()
}

#[cfg(not(unix))]
fn is_disk(_metadata: &Metadata) -> bool {
    false
}

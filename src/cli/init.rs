//! `repoint init`: the first configuration of a project. The only command that writes one, and never over
//! another.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, anyhow};

use super::args::InitArgs;
use super::console::Console;
use super::resolve::Refusal;
use crate::lang::registry;
use crate::project::{CONFIG_NAME, Project, WalkOptions, configured_in, nearest_configured};
use crate::usecase::{Exit, look};

/// Writes `repoint.toml` into the folder, unless something configures that already.
pub(super) fn run(args: &InitArgs, console: &Console) -> Result<Exit, Refusal> {
    let cwd = std::env::current_dir().context("the current directory cannot be found")?;
    let named = cwd.join(&args.folder);
    let folder = named
        .canonicalize()
        .ok()
        .filter(|folder| folder.is_dir())
        .ok_or_else(|| anyhow!("{}: no such folder", console.shown(&named)))?;
    let file = folder.join(CONFIG_NAME);
    if let Some(there) = configured_in(&folder).first() {
        let header = there.section.header();
        let section = if header.is_empty() {
            header
        } else {
            format!(" ({header})")
        };
        return Err(anyhow!(
            "{}{section}: the project is configured already; `repoint config` shows what is in force",
            console.shown(&there.file)
        )
        .into());
    }
    let project = Project::at(folder.clone());
    let walk = WalkOptions::default();
    let first = look(&project, registry(), &walk);
    write(&folder, &file, &first.text())
        .with_context(|| format!("{}: cannot be written", console.shown(&file)))?;
    let languages: Vec<_> = first.languages.iter().map(|(name, _)| *name).collect();
    let runners: Vec<_> = first
        .runners
        .iter()
        .map(|(runner, _)| runner.name())
        .collect();
    console.summary(&format!(
        "wrote {}: {}, {}",
        console.shown(&file),
        match &languages[..] {
            [] => "no sources found".to_owned(),
            found => format!("sources in {}", found.join(" and ")),
        },
        match &runners[..] {
            [] => "no test runner found".to_owned(),
            found => format!("a gate for {}", found.join(" and for ")),
        }
    ));
    let above = folder.parent().map(nearest_configured).unwrap_or_default();
    if let Some(above) = above.first() {
        console.note(&format!(
            "{} no longer counts here: the nearest configuration wins whole",
            console.shown(&above.file)
        ));
    }
    Ok(Exit::Clean)
}

/// Puts the whole file there at once, and only if nothing is there.
fn write(folder: &Path, file: &Path, text: &str) -> std::io::Result<()> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".repoint-init-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As for any new file: what the umask leaves of it.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut beside = builder.tempfile_in(folder)?;
    beside.write_all(text.as_bytes())?;
    beside.as_file().sync_all()?;
    beside.persist_noclobber(file)?;
    Ok(())
}

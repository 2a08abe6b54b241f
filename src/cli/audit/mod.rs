//! `repoint audit`: what is imported by several paths, copies, and modules that only hand on.

mod markdown;
mod text;

use serde::Serialize;

use super::args::{AuditArgs, AuditTarget};
use super::console::Console;
use super::output_file;
use super::resolve::{Audited, Refusal};
use super::stdout::Output;
use crate::transaction::STATE_FOLDER;
use crate::usecase::Exit;
use crate::usecase::audit::{Audit, HEAD, To, audit, table};

/// Version of the JSON.
const VERSION: u32 = 1;

/// How it is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum AuditFormat {
    /// For people at a terminal
    #[default]
    Table,
    /// For programs; versioned
    Json,
    /// For a ticket or a pull request
    Markdown,
}

/// The JSON.
#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    audits: &'a [Audit],
}

/// Goes to standard output; 0, or 2 if a file could not be read.
pub(super) fn run(args: &AuditArgs, console: &Console) -> Result<Exit, Refusal> {
    let audited = Audited::resolve(args, console)?;
    let mut audits = audit(
        &audited.place,
        &audited.languages,
        &audited.rewrite,
        &audited.walk,
        &audited.question,
        console,
    )
    .map_err(anyhow::Error::from)?;
    if audits.is_empty() {
        console.warn("no source was read: the project has none of these languages");
    }
    for audit in &mut audits {
        if args.unused {
            audit.shims.retain(|shim| shim.is_unused);
            audit.fragmented.clear();
            audit.duplicates.clear();
            audit.cycles.clear();
        }
    }
    let failed = audits.iter().any(|audit| audit.failures > 0);
    if let Some(file) = &args.emit_mapping {
        emit(file.as_deref(), args, &audits, &audited, console)?;
        return Ok(Exit::failed_if(failed));
    }
    let folder = audited.place.project.root().join(STATE_FOLDER);
    if let Some(file) = &args.output_file {
        let file = audited.place.cwd.join(file);
        output_file::check(&file, "--output-file", &audited.place.project, &folder)?;
    }
    let mut out = Output::open(args.output_file.as_deref(), console)?;
    let color = out.color();
    out.write(|out| match args.output_format {
        AuditFormat::Table => out.write_all(text::text(&audits, color).as_bytes()),
        AuditFormat::Markdown => out.write_all(markdown::markdown(&audits).as_bytes()),
        AuditFormat::Json => {
            let report = Report {
                version: VERSION,
                audits: &audits,
            };
            let text = serde_json::to_string(&report)?;
            writeln!(out, "{text}")
        }
    })?;
    out.flush()?;
    Ok(Exit::failed_if(failed))
}

/// Writes a table of what was found, or prints it.
fn emit(
    file: Option<&std::path::Path>,
    args: &AuditArgs,
    audits: &[Audit],
    audited: &Audited,
    console: &Console,
) -> Result<(), Refusal> {
    let to = match args.to {
        None => To::Canonical,
        Some(AuditTarget::Definition) => To::Definition,
        Some(AuditTarget::Public) => To::Public,
    };
    let tables: Vec<String> = audits.iter().filter_map(|audit| table(audit, to)).collect();
    let text = match &tables[..] {
        [] => {
            console.note("nothing is imported by more than one path: there is no table to write");
            return Ok(());
        }
        [only] => only,
        _ => {
            return Err(anyhow::anyhow!(
                "a table is of one language, and there is something to move in several: say which \
                 with --lang"
            )
            .into());
        }
    };
    let file = file.map(|file| audited.place.cwd.join(file));
    if let Some(file) = &file
        && let Ok(there) = crate::file::read(file)
        && !there.starts_with(HEAD.as_bytes())
    {
        return Err(anyhow::anyhow!(
            "--emit-mapping {}: is there already, and is no table that an audit wrote; name another",
            console.shown(file)
        )
        .into());
    }
    let mut out = Output::open(file.as_deref(), console)?;
    out.write(|out| out.write_all(text.as_bytes()))?;
    out.flush()?;
    Ok(())
}

//! Which tables there are, and what is in one.

use crate::cli::args::{MappingListArgs, MappingShowArgs};
use crate::cli::console::Console;
use crate::cli::resolve::Refusal;
use crate::cli::stdout::Output;
use crate::document::Problems;
use crate::mapping::{Mapping, MappingSource, builtin, builtin_names, load};
use crate::output::summary::counted;
use crate::path::SYNTAXES;
use crate::usecase::{Exit, Place};

/// A line a table: those that are in force here first, then those that come with the program.
pub(super) fn list(args: &MappingListArgs, console: &Console) -> Result<Exit, Refusal> {
    let place = Place::find(&[], args.config.as_deref())?;
    let mut rows = Vec::new();
    // That a project has no tables of its own is no error here.
    if place.config.mappings.is_some() || place.project.root().join("mappings").is_dir() {
        let sources = place.sources(&[])?;
        let tables = load(&sources, SYNTAXES).map_err(|errors| Refusal::Wrong(vec![errors]))?;
        let own = tables.mappings().iter();
        rows.extend(own.map(|it| (console.shown(&it.file), it.clone())));
    }
    let own = rows.len();
    for name in builtin_names() {
        let tables =
            load(&built_in(name)?, SYNTAXES).map_err(|errors| Refusal::Wrong(vec![errors]))?;
        rows.extend(
            tables
                .mappings()
                .iter()
                .map(|it| (name.to_owned(), it.clone())),
        );
    }
    let width = rows
        .iter()
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    let mut out = Output::open(None, console)?;
    out.write(|out| {
        let (own, built_in) = rows.split_at(own);
        for (title, rows) in [("in force here", own), ("built in", built_in)] {
            if !rows.is_empty() {
                writeln!(out, "{title}:")?;
            }
            for (name, mapping) in rows {
                writeln!(out, "  {name:width$}  {}", said(mapping))?;
            }
        }
        Ok(())
    })?;
    out.flush()?;
    console.note("`repoint mapping show NAME` prints one, `-m NAME` uses it");
    Ok(Exit::Clean)
}

fn said(mapping: &Mapping) -> String {
    let description = mapping.description.as_deref().unwrap_or(&mapping.name);
    let first = description.lines().next().unwrap_or_default();
    format!(
        "{}, {}: {first}",
        mapping.language,
        counted(mapping.rules, "rule")
    )
}

fn built_in(name: &str) -> Result<Vec<MappingSource>, Refusal> {
    let text = builtin(name).unwrap_or_default().to_owned();
    Ok(vec![MappingSource::Toml {
        file: name.into(),
        text,
    }])
}

/// Prints the text of a table, as it is.
pub(super) fn show(args: &MappingShowArgs, console: &Console) -> Result<Exit, Refusal> {
    let cwd = std::env::current_dir().map_err(anyhow::Error::from)?;
    let sources = MappingSource::resolve(&args.name, &cwd)
        .map_err(|errors: Problems| Refusal::Wrong(vec![errors]))?;
    let mut out = Output::open(None, console)?;
    out.write(|out| {
        for (at, source) in sources.iter().enumerate() {
            if let MappingSource::Toml { file, text } = source {
                if sources.len() > 1 {
                    let blank = if at > 0 { "\n" } else { "" };
                    writeln!(out, "{blank}# {}", console.shown(file))?;
                }
                out.write_all(text.as_bytes())?;
            }
        }
        Ok(())
    })?;
    out.flush()?;
    Ok(Exit::Clean)
}

//! Writes a first table.

use std::io::Write;

use anyhow::{Context, anyhow, bail};

use crate::cli::args::MappingInitArgs;
use crate::cli::console::Console;
use crate::cli::resolve::Refusal;
use crate::lang::registry;
use crate::path::{SYNTAXES, Syntax};
use crate::project::WalkOptions;
use crate::usecase::tables::first_table;
use crate::usecase::{Exit, Place, look};

/// Writes `mappings/NAME.toml` at the root of the project, unless it is there.
pub(super) fn init(args: &MappingInitArgs, console: &Console) -> Result<Exit, Refusal> {
    let place = Place::find(&[], None)?;
    let name = args.name.strip_suffix(".toml").unwrap_or(&args.name);
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.starts_with('.') || !name.chars().all(is_plain) {
        return Err(anyhow!(
            "{}: expected a name of letters, digits, `-`, `_` and `.`, which becomes mappings/NAME.toml",
            args.name
        )
        .into());
    }
    let syntax = syntax(args, &place)?;
    let folder = place.project.root().join("mappings");
    let file = folder.join(format!("{name}.toml"));
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(&folder)?;
        let mut new = std::fs::OpenOptions::new();
        let mut new = new.write(true).create_new(true).open(&file)?;
        new.write_all(first_table(name, syntax).as_bytes())
    };
    write().with_context(|| format!("{}: cannot be written", console.shown(&file)))?;
    console.summary(&format!("wrote {}", console.shown(&file)));
    if let Some(listed) = &place.config.mappings {
        let shown: Vec<_> = listed.value.iter().map(String::as_str).collect();
        console.note(&format!(
            "the configuration lists its tables ({}); add this one there if it is not among them",
            shown.join(", ")
        ));
    }
    Ok(Exit::Clean)
}

/// The language that was named, or the only one of the sources.
fn syntax(args: &MappingInitArgs, place: &Place) -> anyhow::Result<&'static Syntax> {
    let named = |name: &str| SYNTAXES.iter().copied().find(|it| it.language == name);
    if let Some(syntax) = args.lang.as_deref().and_then(named) {
        return Ok(syntax);
    }
    let walk = WalkOptions::default();
    let found = look(&place.project, registry(), &walk);
    let mut languages = found.languages.iter().map(|(name, _)| *name);
    match (languages.next().and_then(named), languages.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => {
            bail!("no sources found that tell the language of the paths: name it with --lang")
        }
        _ => bail!("there are sources of several languages: name the one of the paths with --lang"),
    }
}

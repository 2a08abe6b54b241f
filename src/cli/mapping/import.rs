//! Makes a table of a list.

use std::path::Path;

use anyhow::{anyhow, bail};

use crate::cli::args::MappingImportArgs;
use crate::cli::console::Console;
use crate::cli::resolve::Refusal;
use crate::cli::stdout::Output;
use crate::file::{NamedBy, read_named};
use crate::mapping::{MappingSource, load};
use crate::output::summary::counted;
use crate::path::{PYTHON, RUST, SYNTAXES, Syntax};
use crate::usecase::Exit;
use crate::usecase::tables::{ImportForm, import as import_list};

/// Prints the table; 2 if the list, or the table that it makes, is wrong.
pub(super) fn import(args: &MappingImportArgs, console: &Console) -> Result<Exit, Refusal> {
    let shown = console.shown(&args.file);
    let form = form(&args.file)?;
    let bytes =
        read_named(&args.file, NamedBy::Person).map_err(|error| anyhow!("{shown}: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        anyhow!(
            "{shown}: is not UTF-8 (byte {})",
            error.utf8_error().valid_up_to()
        )
    })?;
    let stem = args.file.file_stem().unwrap_or_default().to_string_lossy();
    let name = args.name.as_deref().unwrap_or(&stem);
    let syntax = syntax(args, &text);
    let imported = match import_list(&text, form, name, syntax) {
        Ok(imported) => imported,
        Err(errors) => {
            for error in &errors {
                console.error(&format!("{shown}: {error}"));
            }
            return Ok(Exit::Failed);
        }
    };
    // What is wrong between rows (a circle, two rules for one path) shows in the table.
    let source = MappingSource::Toml {
        file: format!("table of {shown}").into(),
        text: imported.text.clone(),
    };
    let tables = load(&[source], SYNTAXES).map_err(|errors| Refusal::Wrong(vec![errors]))?;
    for warning in tables.warnings() {
        console.warning(&warning.render(console.colored()));
    }
    for column in &imported.ignored {
        console.note(&format!("`{column}` is no key of a rule and was left out"));
    }
    let mut out = Output::open(None, console)?;
    out.write(|out| out.write_all(imported.text.as_bytes()))?;
    out.flush()?;
    console.summary(&counted(imported.rules, "rule"));
    Ok(Exit::Clean)
}

fn form(file: &Path) -> anyhow::Result<ImportForm> {
    let extension = file
        .extension()
        .map(|it| it.to_string_lossy().to_lowercase());
    Ok(match extension.as_deref() {
        Some("csv" | "tsv") => ImportForm::Csv,
        Some("json") => ImportForm::Json,
        _ => bail!(
            "{}: expected a file that ends in .csv, .tsv or .json",
            file.display()
        ),
    })
}

/// The language that was named; else `::` tells Rust.
fn syntax(args: &MappingImportArgs, text: &str) -> &'static Syntax {
    let named = args.lang.as_deref();
    let named = named.and_then(|name| SYNTAXES.iter().copied().find(|it| it.language == name));
    named.unwrap_or(if text.contains("::") { &RUST } else { &PYTHON })
}

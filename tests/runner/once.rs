//! Each mapping table of the fixtures is there once.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::table::{NAME, OWN, name_in, read, shared};

/// Whether each content is in one file: no two of the fixtures of a language have a table with the
/// same rules for themselves, and each shared one is named by two at least.
///
/// # Errors
///
/// A line for each table that is there twice, or shared by nobody.
pub fn are_shared(folders: &[PathBuf]) -> Result<(), String> {
    // By rules, whoever has them; by name, how often a shared one is asked for.
    let mut holders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = String::new();
    for folder in folders {
        if let Some(table) = read(&folder.join(OWN))? {
            let holder = folder.file_name().unwrap_or_default().to_string_lossy();
            let holder = format!("{holder}/{OWN}");
            holders.entry(rules(&table)).or_default().push(holder);
        }
        if let Some(names) = read(&folder.join(NAME))? {
            *times.entry(name_in(&names)?).or_default() += 1;
        }
    }
    let shared = match folders.first() {
        Some(folder) => shared(folder)?,
        None => return Err("no fixture".to_owned()),
    };
    let entries = fs::read_dir(&shared).map_err(|e| format!("{}: {e}", shared.display()))?;
    for entry in entries {
        let file = entry.map_err(|e| e.to_string())?.path();
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        if times.get(name.as_ref()).copied().unwrap_or_default() < 2 {
            let _ = writeln!(wrong, "{}: fewer than two name it", file.display());
        }
        let table = fs::read(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        let holder = format!("{} for `{NAME}`", file.display());
        holders.entry(rules(&table)).or_default().push(holder);
    }
    for holders in holders.into_values().filter(|holders| holders.len() > 1) {
        let _ = writeln!(
            wrong,
            "the same rules, which belong into one file of {}: {}",
            shared.display(),
            holders.join(", ")
        );
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// What a table says, without its comments, its layout and its name. One that is no TOML is itself.
fn rules(table: &[u8]) -> String {
    let text = String::from_utf8_lossy(table);
    match text.parse::<toml::Table>() {
        Ok(mut table) => {
            table.remove("name");
            format!("{table:?}")
        }
        Err(_) => text.into_owned(),
    }
}

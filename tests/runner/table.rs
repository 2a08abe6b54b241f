//! The mapping table of a fixture: a file of its own, or one that several share.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The table of a fixture itself.
pub const OWN: &str = "mapping.toml";
/// Names a shared table.
pub const NAME: &str = "mapping";

/// The table of a fixture's folder, if it has one.
///
/// # Errors
///
/// It has two, names none that is there, or cannot be read.
pub fn of(folder: &Path) -> Result<Option<Vec<u8>>, String> {
    let own = read(&folder.join(OWN))?;
    let Some(names) = read(&folder.join(NAME))? else {
        return Ok(own);
    };
    if own.is_some() {
        return Err(format!("{OWN} and {NAME}: one of them is to go"));
    }
    let name = name_in(&names)?;
    let file = shared(folder)?.join(format!("{name}.toml"));
    match read(&file)? {
        Some(table) => Ok(Some(table)),
        None => Err(format!("{NAME}: there is no {}", file.display())),
    }
}

/// The one line of the file that names a table which is neither empty nor a comment.
///
/// # Errors
///
/// There is none, or there are several.
pub fn name_in(bytes: &[u8]) -> Result<String, String> {
    let text = std::str::from_utf8(bytes).map_err(|e| format!("{NAME}: {e}"))?;
    let mut names = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    match (names.next(), names.next()) {
        (Some(name), None) => Ok(name.to_owned()),
        _ => Err(format!("{NAME}: one line is to name a table")),
    }
}

/// The folder of the tables that fixtures of its language share.
///
/// # Errors
///
/// The fixture is in no such folder.
pub fn shared(folder: &Path) -> Result<PathBuf, String> {
    let language = folder.parent();
    let fixtures = language.and_then(Path::parent);
    let name = language.and_then(Path::file_name);
    match (fixtures, name) {
        (Some(fixtures), Some(name)) => Ok(fixtures.join("mappings").join(name)),
        _ => Err(format!("{}: not a fixture", folder.display())),
    }
}

/// The content of a file, if it is there.
///
/// # Errors
///
/// It cannot be read.
pub fn read(file: &Path) -> Result<Option<Vec<u8>>, String> {
    match fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", file.display())),
    }
}

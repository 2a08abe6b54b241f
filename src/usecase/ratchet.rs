//! The file of the baseline: where it is, reading it, and putting a new one in its place.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::run::{Loaded, Place};
use crate::baseline::{BASELINE_NAME, Baseline, conflict, parse, resolve};
use crate::document::{Problem, Problems};
use crate::file;

/// What becomes of conflicts that a merge left in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflicts {
    /// They are an error.
    Refuse,
    /// The entries of both sides count.
    Resolve,
}

/// The file of a project: beside its configuration, else at its root.
pub fn baseline_file(place: &Place) -> PathBuf {
    place.config_folder.join(BASELINE_NAME)
}

/// Reads the baseline of a project, if there is one.
///
/// # Errors
/// It cannot be read, is a link out of the project, or is no baseline that counts.
pub fn read_baseline(place: &Place, conflicts: Conflicts) -> Result<Option<Loaded>, Problems> {
    let file = baseline_file(place);
    if file.symlink_metadata().is_err() {
        return Ok(None);
    }
    let name = file.strip_prefix(&place.cwd).unwrap_or(&file);
    let wrong = |message: String| Problems::from(Problem::whole(Some(name), message));
    // Messages show lines of it.
    let real = file
        .canonicalize()
        .map_err(|error| wrong(format!("cannot be read: {error}")))?;
    if !real.starts_with(place.project.root()) && !real.starts_with(&place.config_folder) {
        return Err(wrong("is a link that leads out of the project".to_owned()));
    }
    let text =
        file::read_to_string(&real).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    let baseline = if conflicts == Conflicts::Resolve && conflict(&text).is_some() {
        resolve(name, &text)?
    } else {
        parse(name, text.clone())?
    };
    Ok(Some(Loaded {
        file: real,
        text,
        baseline,
    }))
}

/// The text of a baseline, with the line ends of what it replaces.
pub fn text_over(baseline: &Baseline, old: Option<&str>) -> String {
    let text = baseline.text();
    if old.is_some_and(|old| old.contains("\r\n")) {
        text.replace('\n', "\r\n")
    } else {
        text
    }
}

/// Puts a text in the place of a file (absolute, no link) at once: whoever reads it has the old one or the
/// new one, whatever happens.
///
/// # Errors
/// Nothing was changed.
pub fn replace(file: &Path, text: &str) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".repoint-baseline-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As for any new file: what the umask leaves of it.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut beside = builder.tempfile_in(folder)?;
    beside.write_all(text.as_bytes())?;
    if let Ok(metadata) = fs::metadata(file) {
        beside.as_file().set_permissions(metadata.permissions())?;
    }
    beside.as_file().sync_all()?;
    beside.persist(file)?;
    // The name is on the medium once its folder is.
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    Ok(())
}

//! `--state-dir`: a folder of repoint's own, and nobody else's.
//!
//! What is written there is locked, ignored by git and pruned. So a folder in which somebody else
//! has put anything is refused before anything is done, by commands that only read too.

use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use anyhow::bail;

use crate::output::place::shown;
use crate::transaction::{Holder, IGNORE_ALL};

/// Longest lock in bytes that is looked at.
const LONGEST_LOCK: u64 = 4096;

/// Refuses a folder (absolute; need not exist) that cannot be the state folder of the project at
/// `root` alone.
///
/// # Errors
/// Says what the folder is and what to do.
pub(super) fn check(folder: &Path, root: &Path) -> anyhow::Result<()> {
    let name = format!("--state-dir {}", shown(folder));
    let real = real(folder);
    if root.starts_with(&real) {
        bail!(
            "{name}: is the project's root or around it; name a folder of its own, as .repoint is"
        );
    }
    if real.components().any(is_git) {
        bail!("{name}: lies in a folder .git; name a folder of its own elsewhere");
    }
    if !real.is_dir() {
        if real.exists() {
            bail!("{name}: is no folder; name one, or a name that is free");
        }
        return Ok(());
    }
    // What was put beside a journal later is nobody's harm: it is neither read nor written.
    let is_ours = real.join("journal").is_dir() && ignores_all(&real.join(".gitignore"));
    // A folder that cannot be listed is said by who needs what is in it.
    for entry in fs::read_dir(&real).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_own = match entry.file_name().to_str() {
            Some("journal") => is_journal(&path),
            Some("lock") => is_lock(&path),
            Some(".gitignore") => ignores_all(&path),
            Some(".gitignore.tmp") => text(&path).is_some_and(|text| IGNORE_ALL.starts_with(&text)),
            // Of a file system that has its root here.
            Some("lost+found") => true,
            _ => is_ours,
        };
        if !is_own {
            bail!(
                "{name}: holds {}, which is not repoint's; name an empty folder, or a name that is \
                 free",
                shown(&path)
            );
        }
    }
    Ok(())
}

/// The folder without links as far as it exists.
pub(super) fn real(folder: &Path) -> PathBuf {
    for above in folder.ancestors() {
        if let (Ok(real), Ok(rest)) = (above.canonicalize(), folder.strip_prefix(above)) {
            // An empty rest would end it with a slash.
            return if rest.as_os_str().is_empty() {
                real
            } else {
                real.join(rest)
            };
        }
    }
    folder.to_owned()
}

fn is_git(part: Component<'_>) -> bool {
    part.as_os_str().eq_ignore_ascii_case(".git")
}

/// Whether there are files of transactions alone. A link is for the journal to refuse.
fn is_journal(path: &Path) -> bool {
    if path.is_symlink() {
        return true;
    }
    let Ok(entries) = fs::read_dir(path) else {
        return path.is_dir();
    };
    entries.flatten().all(|entry| {
        let name = entry.file_name();
        let parts = name.to_str().and_then(|name| name.split_once('.'));
        parts.is_some_and(|(id, what)| {
            let what = what.strip_suffix(".tmp").unwrap_or(what);
            id.bytes().all(|byte| byte.is_ascii_digit())
                && matches!(what, "pack" | "commit" | "done")
        })
    })
}

fn ignores_all(path: &Path) -> bool {
    text(path).is_some_and(|text| text == IGNORE_ALL)
}

/// Whether it is empty, says who holds it, or holds null bytes alone: a power cut leaves those.
fn is_lock(path: &Path) -> bool {
    text(path).is_some_and(|text| {
        text.iter().all(|byte| *byte == 0) || serde_json::from_slice::<Holder>(&text).is_ok()
    })
}

/// What a regular file holds; a pipe would keep its reader waiting.
fn text(path: &Path) -> Option<Vec<u8>> {
    let metadata = path.symlink_metadata().ok()?;
    if !metadata.is_file() {
        return None;
    }
    let mut text = Vec::new();
    let file = fs::File::open(path).ok()?;
    file.take(LONGEST_LOCK).read_to_end(&mut text).ok()?;
    Some(text)
}

//! The folder of slices: a new one, an empty one, or one that holds an earlier output and nothing else.
//!
//! `index.json` names every patch, and is written before them: whatever stops in between, all that is there is known
//! to the next run.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use super::index::{FORMAT, Head, VERSION};
use crate::file;
use crate::output::place::{one_line, shown};

/// For programs.
const JSON: &str = "index.json";

/// For people.
const MARKDOWN: &str = "index.md";

/// A folder that can be written to.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// What an earlier output left in it.
    old: BTreeSet<String>,
}

impl Folder {
    /// Looks at the folder (absolute; need not exist), and changes nothing.
    ///
    /// # Errors
    /// It is no folder, holds something else, or what a newer version has written; names it and says what to do.
    pub fn look(path: &Path) -> anyhow::Result<Self> {
        let name = shown(path);
        let mut old = BTreeSet::new();
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if fs::symlink_metadata(path).is_ok() {
                    bail!(
                        "{name}: is a symbolic link that leads to nothing; remove it, or name the folder itself"
                    );
                }
                return Ok(Self {
                    path: path.to_owned(),
                    old,
                });
            }
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                bail!("{name}: is no folder; name one, or a name that is free")
            }
            Err(error) => return Err(error).context(format!("{name}: cannot be read")),
        };
        let known = known(path, &name)?;
        for entry in entries {
            let entry = entry.with_context(|| format!("{name}: cannot be read"))?;
            let file = entry.file_name();
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            match file
                .to_str()
                .filter(|file| is_file && known.contains(*file))
            {
                Some(file) => old.insert(file.to_owned()),
                None => bail!(
                    "{name}: holds `{}`, which is of no earlier output of slices; name a new folder or an \
                     empty one",
                    one_line(&file.to_string_lossy())
                ),
            };
        }
        Ok(Self {
            path: path.to_owned(),
            old,
        })
    }

    /// Writes patches and their index in place of what was there.
    ///
    /// # Errors
    /// Something cannot be written; what is there then is known to the next run.
    pub fn write(
        &self,
        patches: &[(String, Vec<u8>)],
        json: &str,
        markdown: &str,
    ) -> anyhow::Result<()> {
        let folder = shown(&self.path);
        fs::create_dir_all(&self.path).with_context(|| format!("{folder}: cannot be made"))?;
        let failed = |file: &str| format!("{folder}: {file} cannot be written");
        for file in self.old.iter().filter(|file| *file != JSON) {
            match fs::remove_file(self.path.join(file)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error)
                        .with_context(|| format!("{folder}: {file} cannot be removed"));
                }
                _ => {}
            }
        }
        // At once: an index that is cut off would know of nothing.
        let mut index =
            tempfile::NamedTempFile::new_in(&self.path).with_context(|| failed(JSON))?;
        io::Write::write_all(&mut index, json.as_bytes()).with_context(|| failed(JSON))?;
        share(index.as_file()).with_context(|| failed(JSON))?;
        index
            .persist(self.path.join(JSON))
            .with_context(|| failed(JSON))?;
        let all = patches
            .iter()
            .map(|(file, patch)| (file.as_str(), patch.as_slice()));
        for (file, content) in all.chain([(MARKDOWN, markdown.as_bytes())]) {
            let written = fs::File::create_new(self.path.join(file))
                .and_then(|mut out| io::Write::write_all(&mut out, content));
            written.with_context(|| failed(file))?;
        }
        Ok(())
    }
}

/// Lets others read it, as they may read any new file: temporary ones are shut.
#[cfg(unix)]
fn share(file: &fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn share(_file: &fs::File) -> io::Result<()> {
    Ok(())
}

/// The files of an earlier output, by its index; none without one.
fn known(path: &Path, name: &str) -> anyhow::Result<BTreeSet<String>> {
    let bytes = match file::read(&path.join(JSON)) {
        Ok(bytes) => bytes,
        Err(_) => return Ok(BTreeSet::new()),
    };
    let Ok(head) = serde_json::from_slice::<Head>(&bytes) else {
        return Ok(BTreeSet::new());
    };
    if head.format != FORMAT {
        return Ok(BTreeSet::new());
    }
    if head.version > VERSION {
        bail!(
            "{name}: {JSON} is of version {}, and this repoint knows up to {VERSION}; name a new folder",
            head.version
        );
    }
    let patches = head.slices.into_iter().map(|slice| slice.patch);
    let patches = patches.filter(|patch| patch.ends_with(".patch"));
    Ok(patches.chain([JSON, MARKDOWN].map(str::to_owned)).collect())
}

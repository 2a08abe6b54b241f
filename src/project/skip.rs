//! Folders that hold no sources of the project: caches by their tag, vendored crates by cargo's
//! configuration. Never by name, save the ones of git and of repoint itself.

use std::collections::HashSet;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::walk::reason;
use crate::file;

/// The first bytes of a file `CACHEDIR.TAG`: <https://bford.info/cachedir/>.
const CACHE_SIGNATURE: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";

/// Whether the folder is of the tools' own making, whatever it holds.
pub(super) fn is_own_folder(folder: &Path) -> bool {
    folder
        .file_name()
        .is_some_and(|name| name == ".git" || name == ".repoint")
}

/// Whether the folder says of itself that it is a cache, as cargo's `target` does.
pub(super) fn is_cache(folder: &Path) -> bool {
    let Ok((mut file, _)) = file::open(&folder.join("CACHEDIR.TAG")) else {
        return false;
    };
    let mut start = [0; CACHE_SIGNATURE.len()];
    file.read_exact(&mut start).is_ok() && start == CACHE_SIGNATURE
}

/// The folders that cargo takes crates from instead of a registry: `directory` of each
/// `[source.*]` in `.cargo/config.toml` at the project root and above, without symbolic links.
/// A configuration that cannot be read is a failure, since what it would say is unknown.
pub(super) fn vendored(root: &Path, failures: &mut Vec<(PathBuf, String)>) -> HashSet<PathBuf> {
    let mut folders = HashSet::new();
    for parent in root.ancestors() {
        // The one without ending comes first if there are both, as in cargo.
        for name in ["config", "config.toml"] {
            let file = parent.join(".cargo").join(name);
            let text = match file::read_to_string(&file) {
                Ok(text) => text,
                Err(error) => {
                    let absent = [ErrorKind::NotFound, ErrorKind::NotADirectory];
                    if !absent.contains(&error.kind()) {
                        failures.push((file, format!("cannot be read: {}", reason(&error))));
                    }
                    continue;
                }
            };
            match text.parse::<toml::Table>() {
                Ok(table) => {
                    let sources = table.get("source").and_then(|source| source.as_table());
                    for source in sources.into_iter().flat_map(|sources| sources.values()) {
                        let directory = source.get("directory").and_then(|value| value.as_str());
                        let folder = directory.map(|directory| parent.join(directory));
                        // One that does not exist need not be avoided.
                        folders.extend(folder.and_then(|folder| folder.canonicalize().ok()));
                    }
                }
                Err(error) => failures.push((
                    file,
                    format!(
                        "is no valid TOML: {}",
                        error.message().trim().replace('\n', ", ")
                    ),
                )),
            }
            break;
        }
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn only_the_signature_makes_a_cache() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let tag = dir.path().join("CACHEDIR.TAG");
        assert!(!is_cache(dir.path()));
        fs::write(&tag, "Signature: 8a477f597d28d172").expect("written");
        assert!(!is_cache(dir.path()));
        fs::write(&tag, [CACHE_SIGNATURE, b"\n# more\n"].concat()).expect("written");
        assert!(is_cache(dir.path()));
    }

    #[test]
    fn vendored_folders_come_from_the_root_and_above() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let base = dir.path().canonicalize().expect("it exists");
        let root = base.join("project");
        for folder in [".cargo", "crates", "project/.cargo", "project/vendor"] {
            fs::create_dir_all(base.join(folder)).expect("written");
        }
        let config =
            |folder: &str, text: &str| fs::write(base.join(folder), text).expect("written");
        config(
            "project/.cargo/config.toml",
            "[source.crates-io]\nreplace-with = 'v'\n[source.v]\ndirectory = 'vendor'\n",
        );
        config(
            ".cargo/config",
            "[source.w]\ndirectory = 'crates'\n[source.gone]\ndirectory = 'x'\n",
        );
        let mut failures = Vec::new();
        let found = vendored(&root, &mut failures);
        assert_eq!(failures, []);
        assert_eq!(
            found,
            HashSet::from([root.join("vendor"), base.join("crates")])
        );

        config("project/.cargo/config.toml", "[source");
        vendored(&root, &mut failures);
        assert_eq!(failures.len(), 1);
        assert_eq!(failures[0].0, root.join(".cargo/config.toml"));
    }
}

//! Folders of sources without a manifest: the files count as a crate named after the folder.

use std::path::{Path, PathBuf};

use crate::lang::rust::manifest::{Krate, Package};
use crate::path::Segment;

/// The crate of loose files in `folder`: the nearest folder upwards, not above `lowest`, that has
/// a root file (`lib.rs` or `main.rs`, in it or in its `src`); `lowest` if none has.
pub(super) fn package(folder: &Path, lowest: &Path) -> Package {
    for above in folder.ancestors() {
        if !above.starts_with(lowest) {
            break;
        }
        for sources in [above.join("src"), above.to_owned()] {
            let roots: Vec<PathBuf> = ["lib.rs", "main.rs"]
                .iter()
                .map(|name| sources.join(name))
                .filter(|root| root.is_file())
                .collect();
            if !roots.is_empty() {
                return Package::loose(above, name_of(above), roots);
            }
        }
    }
    Package::loose(lowest, name_of(lowest), Vec::new())
}

/// The folder's name as a crate name; a `src` is called as the folder around it.
fn name_of(folder: &Path) -> Segment {
    let named = match folder.file_name() {
        Some(name) if name == "src" => folder.parent().and_then(Path::file_name).or(Some(name)),
        name => name,
    };
    let name = named.map(|name| name.to_string_lossy().replace('-', "_"));
    Segment::new(name.as_deref().unwrap_or("crate"))
}

/// The file that holds module `path` of a crate without a root file, by location, and how many
/// names lead to it.
pub(super) fn by_location(krate: &Krate, path: &[Segment]) -> Option<(PathBuf, usize)> {
    let folder = krate.root.parent()?;
    for used in (1..=path.len()).rev() {
        for sources in [folder.join("src"), folder.to_owned()] {
            let mut module = sources;
            module.extend(path[..used].iter().map(|name| name.as_str()));
            let mut name = module.clone().into_os_string();
            name.push(".rs");
            let inside = module.join("mod.rs");
            for file in [PathBuf::from(name), inside] {
                if file.is_file() {
                    return Some((file, used));
                }
            }
        }
    }
    None
}

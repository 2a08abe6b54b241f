//! The files of the project that inputs are made of.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// Every file with one of these extensions below `folders` of the project, sorted by path.
///
/// # Panics
/// There is none, or one cannot be read.
pub fn files(folders: &[&str], extensions: &[&str]) -> Vec<(PathBuf, Vec<u8>)> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut paths: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| WalkDir::new(project.join(folder)))
        .map(|entry| entry.expect("a folder of the project").into_path())
        .filter(|path| path.is_file() && has_extension(path, extensions))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no {extensions:?} below {folders:?}");
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).expect("a file of the project");
        (path, bytes)
    };
    paths.into_iter().map(read).collect()
}

fn has_extension(path: &Path, extensions: &[&str]) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| extensions.contains(&extension))
}

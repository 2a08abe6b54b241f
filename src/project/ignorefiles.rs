//! Ignore files that cannot be read. The walker of the `ignore` crate opens whatever bears such a name,
//! and would wait for a FIFO, read a device to no end, or go on without one that may not be read. So
//! folders that hold such a file are not entered.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ignore::{DirEntry, WalkBuilder};

use super::walk::reason;
use crate::file;

/// A folder that is not entered, and what of it, why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OddIgnoreFile {
    /// The folder.
    pub folder: PathBuf,
    /// The file in it, or in the folder of its repository.
    pub file: PathBuf,
    /// What is wrong with the file, and what to do: lower case, no period.
    pub message: String,
    /// It is a file that may not be read.
    is_shut: bool,
}

/// Keeps a walk out of the folders below its roots whose ignore files cannot be read; for the roots
/// there is [`odd_around`]. Returns where those folders are listed.
pub fn keep_out(walk: &mut WalkBuilder) -> Arc<Mutex<Vec<OddIgnoreFile>>> {
    let listed: Arc<Mutex<Vec<OddIgnoreFile>>> = Arc::default();
    let seen = Arc::clone(&listed);
    walk.filter_entry(move |entry: &DirEntry| {
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        if !is_folder || entry.depth() == 0 {
            return true;
        }
        let odd = odd_in(entry.path());
        let enters = odd.is_none();
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.extend(odd);
        enters
    });
    listed
}

/// The first ignore file that cannot be read in the folder or above it, where the walker reads them too.
pub fn odd_around(folder: &Path) -> Option<OddIgnoreFile> {
    let real = folder.canonicalize();
    let real = real.as_deref().unwrap_or(folder);
    let mut in_work_tree = true;
    real.ancestors().find_map(|folder| {
        let above = !in_work_tree;
        in_work_tree &= folder.join(".git").symlink_metadata().is_err();
        // What stands above a work tree does not count in it, but a FIFO is opened all the same.
        odd_in(folder).filter(|odd| !(above && odd.is_shut && odd.file.ends_with(".gitignore")))
    })
}

fn odd_in(folder: &Path) -> Option<OddIgnoreFile> {
    let odd = |file: PathBuf| {
        // Most folders have none, and what may not be looked at is not opened by the walker either.
        fs::metadata(&file).ok()?;
        let error = file::open(&file).err()?;
        // A folder of the name costs the walker nothing.
        (error.kind() != ErrorKind::IsADirectory).then(|| OddIgnoreFile {
            folder: folder.to_owned(),
            is_shut: error.kind() == ErrorKind::PermissionDenied,
            message: format!(
                "cannot be read: {}; what is to be ignored is unknown: mend it, or use --no-ignore",
                reason(&error)
            ),
            file,
        })
    };
    let names = [".gitignore", ".ignore"].map(|name| folder.join(name));
    names.into_iter().chain(of_git(folder)).find_map(odd)
}

/// What the walker reads of a repository: `info/exclude`, in the folder that linked work trees and
/// submodules name.
fn of_git(folder: &Path) -> Vec<PathBuf> {
    let git = folder.join(".git");
    let Ok(metadata) = git.metadata() else {
        return Vec::new();
    };
    if metadata.is_dir() {
        return vec![git.join("info/exclude")];
    }
    let Ok(text) = file::read_to_string(&git) else {
        return Vec::new();
    };
    let first = text.lines().next().unwrap_or_default();
    let Some(named) = first.strip_prefix("gitdir: ") else {
        return Vec::new();
    };
    // As the walker does, which takes a relative name from where the program was started.
    let named = Path::new(named);
    let common = named.join("commondir");
    let shared = file::read_to_string(&common).unwrap_or_default();
    let shared = named.join(shared.lines().next().unwrap_or_default());
    vec![common, shared.join("info/exclude")]
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn fifo(path: &Path) {
        let mode = rustix::fs::Mode::from_raw_mode(0o644);
        rustix::fs::mkfifoat(rustix::fs::CWD, path, mode).expect("made");
    }

    #[test]
    fn each_file_that_the_walker_reads_is_looked_at() {
        for name in [".gitignore", ".ignore", ".git/info/exclude"] {
            let dir = tempfile::tempdir().expect("a temporary folder");
            let root = dir.path().canonicalize().expect("it exists");
            fs::create_dir_all(root.join(".git/info")).expect("made");
            fs::create_dir(root.join("sub")).expect("made");
            assert_eq!(odd_around(&root.join("sub")), None);
            fs::write(root.join(name), "x\n").expect("written");
            assert_eq!(odd_around(&root.join("sub")), None, "{name}");
            fs::remove_file(root.join(name)).expect("removed");
            fifo(&root.join(name));
            let odd = odd_around(&root.join("sub")).expect("it is odd");
            assert_eq!((odd.folder, odd.file), (root.clone(), root.join(name)));
            assert!(
                odd.message.starts_with("cannot be read: is a FIFO, "),
                "{}",
                odd.message
            );
        }
    }

    #[test]
    fn a_linked_work_tree_is_followed_to_what_it_names() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let root = dir.path().canonicalize().expect("it exists");
        fs::create_dir_all(root.join("real/info")).expect("made");
        let named = format!("gitdir: {}\n", root.join("real").display());
        fs::write(root.join(".git"), named).expect("written");
        fs::write(root.join("real/commondir"), ".\n").expect("written");
        assert_eq!(odd_around(&root), None);
        fifo(&root.join("real/info/exclude"));
        assert!(odd_around(&root).is_some());
        fs::remove_file(root.join("real/commondir")).expect("removed");
        fifo(&root.join("real/commondir"));
        let odd = odd_around(&root).expect("it is odd");
        assert_eq!(odd.file, root.join("real/commondir"));
    }

    #[test]
    fn a_folder_or_nothing_of_the_name_is_not_odd() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(dir.path().join(".gitignore")).expect("made");
        std::os::unix::fs::symlink("nowhere", dir.path().join(".ignore")).expect("linked");
        assert_eq!(odd_around(dir.path()), None);
    }
}

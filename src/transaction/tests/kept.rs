//! A tree that is as it was, as often as it is asked for: what led to it is done once.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use super::sample::Sample;

/// What has a name in the tree.
enum Node {
    /// By the system's number, which the journal knows.
    Folder(u64),
    Link(PathBuf),
    File(u32, Vec<u8>),
}

/// A sample, and all that is in it.
pub struct Kept<M> {
    make: M,
    sample: Sample,
    nodes: BTreeMap<PathBuf, Node>,
}

impl<M: Fn() -> Sample> Kept<M> {
    pub fn new(make: M) -> Self {
        let sample = make();
        let nodes = nodes(sample.base());
        Self {
            make,
            sample,
            nodes,
        }
    }

    /// The sample as it was made. Folders stay; if one is another now, all is made anew.
    pub fn again(&mut self) -> &Sample {
        if self.has_its_folders() {
            self.clear();
            self.fill();
        } else {
            self.sample = (self.make)();
            self.nodes = nodes(self.sample.base());
        }
        &self.sample
    }

    fn has_its_folders(&self) -> bool {
        self.nodes.iter().all(|(path, node)| match node {
            Node::Folder(number) => path
                .symlink_metadata()
                .is_ok_and(|metadata| metadata.is_dir() && metadata.ino() == *number),
            _ => true,
        })
    }

    /// Removes everything but its folders.
    fn clear(&self) {
        let walk = walkdir::WalkDir::new(self.sample.base()).min_depth(1);
        for entry in walk.contents_first(true) {
            let entry = entry.expect("it can be walked");
            if !entry.file_type().is_dir() {
                fs::remove_file(entry.path()).expect("it can be removed");
            } else if !self.nodes.contains_key(entry.path()) {
                fs::remove_dir(entry.path()).expect("it is empty");
            }
        }
    }

    fn fill(&self) {
        for (path, node) in &self.nodes {
            match node {
                Node::Folder(_) => {}
                Node::Link(target) => symlink(target, path).expect("a link"),
                Node::File(mode, content) => {
                    fs::write(path, content).expect("a file");
                    let mode = fs::Permissions::from_mode(*mode);
                    fs::set_permissions(path, mode).expect("permissions");
                }
            }
        }
    }
}

fn nodes(base: &Path) -> BTreeMap<PathBuf, Node> {
    let walk = walkdir::WalkDir::new(base).min_depth(1).into_iter();
    let node = |entry: walkdir::DirEntry| {
        let path = entry.into_path();
        let metadata = path.symlink_metadata().expect("it is there");
        let node = if metadata.is_dir() {
            Node::Folder(metadata.ino())
        } else if metadata.is_symlink() {
            Node::Link(fs::read_link(&path).expect("a link"))
        } else {
            let content = fs::read(&path).expect("a file");
            Node::File(metadata.mode() & 0o7777, content)
        };
        (path, node)
    };
    walk.map(|entry| node(entry.expect("it can be walked")))
        .collect()
}

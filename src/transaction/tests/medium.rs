//! A disk that knows what would be left after a power cut.
//!
//! The model is harsher than any file system: what was written to a file since its last flush may be
//! lost, torn or zeros, its permissions too; of what was done to names since the last flush of their
//! folder any part may be undone, in any order, save that a rename is one thing. What a flush of a
//! whole file system keeps beyond the files that were named is kept by luck only.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use super::super::disk::Disk;
use super::hook::Unflushed;

/// A file by its number, or what else has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    File(usize),
    Folder,
    Link(PathBuf),
}

/// What a file has now, and on the medium.
#[derive(Clone, Debug, Default)]
struct Inode {
    now: (u32, Vec<u8>),
    kept: (u32, Vec<u8>),
}

/// Something that was done to names.
#[derive(Clone, Debug)]
enum Act {
    Add(PathBuf, Node),
    Rename(PathBuf, PathBuf, Node),
    Remove(PathBuf),
}

impl Act {
    /// The folder; a rename stays in its own.
    fn folder(&self) -> Option<&Path> {
        let (Self::Add(path, _) | Self::Rename(_, path, _) | Self::Remove(path)) = self;
        path.parent()
    }

    fn done_to(&self, names: &mut BTreeMap<PathBuf, Node>) {
        match self {
            Self::Add(path, node) => {
                names.insert(path.clone(), node.clone());
            }
            Self::Rename(from, to, node) => {
                if names.get(from) == Some(node) {
                    names.remove(from);
                }
                names.insert(to.clone(), node.clone());
            }
            Self::Remove(path) => {
                names.remove(path);
            }
        }
    }
}

#[derive(Debug, Default)]
struct Model {
    /// By the system's number of a file that is there.
    numbers: HashMap<u64, usize>,
    inodes: Vec<Inode>,
    now: BTreeMap<PathBuf, Node>,
    kept: BTreeMap<PathBuf, Node>,
    pending: Vec<Act>,
}

/// The medium below `base`.
pub struct Medium {
    base: PathBuf,
    model: Mutex<Model>,
}

impl Medium {
    /// All that is there is on the medium.
    pub fn new(base: &Path) -> Self {
        let mut model = Model::default();
        for entry in walkdir::WalkDir::new(base).min_depth(1) {
            let entry = entry.expect("it can be walked");
            let path = entry.into_path();
            let metadata = path.symlink_metadata().expect("it is there");
            let node = if metadata.is_dir() {
                Node::Folder
            } else if metadata.is_symlink() {
                Node::Link(fs::read_link(&path).expect("a link"))
            } else {
                let content = (
                    metadata.mode() & 0o7777,
                    fs::read(&path).expect("it can be read"),
                );
                model.number(
                    &metadata,
                    Inode {
                        now: content.clone(),
                        kept: content,
                    },
                )
            };
            model.now.insert(path, node);
        }
        model.kept = model.now.clone();
        Self {
            base: base.to_owned(),
            model: Mutex::new(model),
        }
    }

    fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock().expect("no test panics in it")
    }

    /// Cuts the power: makes of the tree what it is when it comes back.
    pub fn cut(&self, chance: &mut Chance) {
        let model = self.model();
        let mut names = model.kept.clone();
        let luck = chance.below(4);
        for act in &model.pending {
            // Sometimes all is lost, sometimes nothing.
            let kept = match luck {
                0 => false,
                1 => true,
                _ => chance.below(2) == 0,
            };
            if kept {
                act.done_to(&mut names);
            }
        }
        // What is in a folder that is lost is lost.
        let whole = names.clone();
        names.retain(|path, _| {
            let mut above = path.ancestors().skip(1);
            let mut inside = above.by_ref().take_while(|folder| *folder != self.base);
            inside.all(|folder| whole.get(folder) == Some(&Node::Folder))
        });
        self.clear(&names);
        for (path, node) in &names {
            match node {
                Node::Folder => match fs::create_dir(path) {
                    Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                        panic!("{}: {error}", path.display())
                    }
                    _ => {}
                },
                Node::Link(target) => symlink(target, path).expect("a link"),
                Node::File(number) => {
                    let (mode, content) = left_of(&model.inodes[*number], chance);
                    fs::write(path, content).expect("a file");
                    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a mode");
                }
            }
        }
    }

    /// Removes everything but folders that stay: they are known by their number.
    fn clear(&self, names: &BTreeMap<PathBuf, Node>) {
        for entry in walkdir::WalkDir::new(&self.base)
            .min_depth(1)
            .contents_first(true)
        {
            let entry = entry.expect("it can be walked");
            if !entry.file_type().is_dir() {
                fs::remove_file(entry.path()).expect("it can be removed");
            } else if names.get(entry.path()) != Some(&Node::Folder) {
                fs::remove_dir(entry.path()).expect("it is empty");
            }
        }
    }
}

/// What is left of a content.
fn left_of(inode: &Inode, chance: &mut Chance) -> (u32, Vec<u8>) {
    let (mode, now) = &inode.now;
    if inode.now == inode.kept {
        return inode.now.clone();
    }
    let mode = if chance.below(2) == 0 {
        *mode
    } else {
        inode.kept.0
    };
    let content = match chance.below(4) {
        0 => inode.kept.1.clone(),
        1 => now[..chance.below(now.len() + 1)].to_vec(),
        2 => vec![0; now.len()],
        _ => now.clone(),
    };
    (mode, content)
}

impl Model {
    fn number(&mut self, metadata: &Metadata, inode: Inode) -> Node {
        self.inodes.push(inode);
        let number = self.inodes.len() - 1;
        self.numbers.insert(metadata.ino(), number);
        Node::File(number)
    }

    fn inode(&mut self, file: &File) -> &mut Inode {
        let metadata = file.metadata().expect("it is open");
        let number = self.numbers[&metadata.ino()];
        &mut self.inodes[number]
    }

    fn act(&mut self, act: Act) {
        act.done_to(&mut self.now);
        self.pending.push(act);
    }

    fn flush_folder(&mut self, folder: &Path) {
        let (flushed, pending) = std::mem::take(&mut self.pending)
            .into_iter()
            .partition(|act| act.folder() == Some(folder));
        self.pending = pending;
        let flushed: Vec<Act> = flushed;
        for act in flushed {
            act.done_to(&mut self.kept);
        }
    }
}

impl Disk for Medium {
    fn create_folder(&self, path: &Path) -> io::Result<()> {
        Unflushed.create_folder(path)?;
        self.model().act(Act::Add(path.to_owned(), Node::Folder));
        Ok(())
    }

    fn create(&self, path: &Path) -> io::Result<File> {
        let file = Unflushed.create(path)?;
        let metadata = file.metadata()?;
        let mode = metadata.mode() & 0o7777;
        let inode = Inode {
            now: (mode, Vec::new()),
            kept: (mode, Vec::new()),
        };
        let mut model = self.model();
        let node = model.number(&metadata, inode);
        model.act(Act::Add(path.to_owned(), node));
        Ok(file)
    }

    fn open(&self, path: &Path) -> io::Result<File> {
        Unflushed.open(path)
    }

    fn metadata(&self, path: &Path) -> io::Result<Metadata> {
        Unflushed.metadata(path)
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        Unflushed.write(file, bytes)?;
        self.model().inode(file).now.1.extend_from_slice(bytes);
        Ok(())
    }

    fn imitate(&self, file: &File, like: &Path, metadata: &Metadata) -> io::Result<()> {
        Unflushed.imitate(file, like, metadata)?;
        self.model().inode(file).now.0 = file.metadata()?.mode() & 0o7777;
        Ok(())
    }

    fn set_mode(&self, file: &File, mode: u32) -> io::Result<()> {
        Unflushed.set_mode(file, mode)?;
        self.model().inode(file).now.0 = file.metadata()?.mode() & 0o7777;
        Ok(())
    }

    fn flush(&self, file: &File) -> io::Result<()> {
        let mut model = self.model();
        let inode = model.inode(file);
        inode.kept = inode.now.clone();
        Ok(())
    }

    fn flush_folder(&self, folder: &Path) -> io::Result<()> {
        Unflushed.flush_folder(folder)?;
        self.model().flush_folder(folder);
        Ok(())
    }

    fn flush_all(&self, files: &[&Path]) -> io::Result<()> {
        let mut model = self.model();
        for path in files {
            if let Some(Node::File(number)) = model.now.get(*path).cloned() {
                let inode = &mut model.inodes[number];
                inode.kept = inode.now.clone();
            }
            if let Some(folder) = path.parent() {
                model.flush_folder(folder);
            }
        }
        Ok(())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        Unflushed.rename(from, to)?;
        let mut model = self.model();
        let node = model.now[from].clone();
        model.act(Act::Rename(from.to_owned(), to.to_owned(), node));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        Unflushed.remove(path)?;
        self.model().act(Act::Remove(path.to_owned()));
        Ok(())
    }
}

/// Numbers that seem to be random and are the same every time: SplitMix64 (Steele, Lea and Flood,
/// 2014).
pub struct Chance(pub u64);

impl Chance {
    /// From 0, less than `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        usize::try_from(z % end.max(1) as u64).unwrap_or(0)
    }
}

//! What modules in other files bind, read only when a glob or a `super` leads there.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rustc_hash::FxHashMap;
use syn::Item;

use super::names::{Entry, Names};
use crate::lang::rust::at::bare;
use crate::lang::rust::expand::Expansions;
use crate::lang::rust::manifest::Krate;
use crate::lang::rust::parse::parse_file;
use crate::lang::rust::placement::{Crates, Placement};
use crate::path::Segment;

/// Binds of the modules of one file, by their path below the file's own module.
type FileModules = FxHashMap<Vec<Segment>, Arc<OuterNames>>;

/// What a module in another file binds: as [`Names`], but to be shared between threads.
#[derive(Debug)]
pub struct OuterNames {
    /// What each name is.
    pub entries: FxHashMap<Segment, Vec<Entry>>,
    /// Its imports.
    pub leaves: Vec<super::names::Leaf>,
    /// Which of them are globs.
    pub globs: Vec<usize>,
    /// Modules that are only there under `cfg(test)`.
    pub test_modules: Vec<Segment>,
}

/// The modules of a tree of files. Shared by the threads; each file is read at most once.
pub struct ModuleTree {
    crates: Arc<Crates>,
    files: Mutex<FxHashMap<PathBuf, Option<Arc<FileModules>>>>,
}

impl ModuleTree {
    /// The tree of these crates.
    pub fn new(crates: Arc<Crates>) -> Self {
        Self {
            crates,
            files: Mutex::default(),
        }
    }

    /// What the module at `path` below the root of `krate` binds; `None` if it cannot be read.
    pub fn module(&self, krate: &Krate, path: &[Segment]) -> Option<Arc<OuterNames>> {
        let (file, taken) = self.crates.module_file(krate, path)?;
        self.file(&file)?.get(&path[taken..]).cloned()
    }

    /// Whether the module at `path` below the root of `krate` is only there under `cfg(test)`.
    pub fn is_test_module(&self, krate: &Krate, path: &[Segment]) -> bool {
        (0..path.len()).any(|len| {
            self.module(krate, &path[..len])
                .is_some_and(|parent| parent.test_modules.contains(&path[len]))
        })
    }

    /// Whether a file of a module below this one has one of each of these words. Reads the files as
    /// text: this is asked rarely, and a wrong yes only leaves an import in place or adds one.
    pub fn mentions_below(&self, krate: &Krate, path: &[Segment], words: &[&[&str]]) -> bool {
        let Some((file, taken)) = self.crates.module_file(krate, path) else {
            return false;
        };
        let Some(mut folder) = file.parent().map(Path::to_owned) else {
            return false;
        };
        let owns_folder =
            file == krate.root || file.file_name().is_some_and(|file| file == "mod.rs");
        if !owns_folder && let Some(stem) = file.file_stem() {
            folder.push(stem);
        }
        folder.extend(path[taken..].iter().map(Segment::as_str));
        let is_below = |other: &Path| {
            let Ok(placement) = self.crates.place(other) else {
                return true;
            };
            match &*placement {
                Placement::Places(places) => places
                    .iter()
                    .any(|place| place.krate.root == krate.root && place.module.starts_with(path)),
                Placement::Orphan { .. } => false,
            }
        };
        sources(&folder)
            .filter(|other| *other != file)
            .any(|other| has_words(&other, words) && is_below(&other))
    }

    /// Whether another file in the folder of the crate's root has this word.
    pub fn mentions_elsewhere(&self, krate: &Krate, file: Option<&Path>, word: &str) -> bool {
        let Some(folder) = krate.root.parent() else {
            return true;
        };
        sources(folder)
            .filter(|other| Some(other.as_path()) != file)
            .any(|other| has_words(&other, &[&[word]]))
    }

    fn file(&self, path: &Path) -> Option<Arc<FileModules>> {
        // A poisoned lock only means that another file's reading panicked: the map is whole.
        let lock = |files: &'_ Mutex<_>| -> Option<Option<Arc<FileModules>>> {
            let files: std::sync::MutexGuard<'_, FxHashMap<PathBuf, Option<Arc<FileModules>>>> =
                files
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
            files.get(path).cloned()
        };
        if let Some(known) = lock(&self.files) {
            return known;
        }
        // Read without the lock: two threads may read the same file, which is cheaper than waiting.
        let read = std::fs::read_to_string(path)
            .ok()
            .and_then(|text| parse_file(&text).ok())
            .map(|file| Arc::new(modules_of(&file.items)));
        self.files
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .insert(path.to_owned(), read.clone());
        read
    }
}

/// The Rust files below a folder.
fn sources(folder: &Path) -> impl Iterator<Item = PathBuf> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
}

/// Whether a file has one of each of these words.
fn has_words(file: &Path, words: &[&[&str]]) -> bool {
    let Ok(text) = std::fs::read(file) else {
        return false;
    };
    let has = |word: &&str| memchr::memmem::find(&text, word.as_bytes()).is_some();
    words.iter().all(|choice| choice.iter().any(has))
}

fn modules_of(items: &[Item]) -> FileModules {
    let mut modules = FileModules::default();
    let mut expansions = Expansions::default();
    add_modules(items, Vec::new(), &mut expansions, &mut modules);
    modules
}

fn add_modules(
    items: &[Item],
    path: Vec<Segment>,
    expansions: &mut Expansions,
    modules: &mut FileModules,
) {
    for item in items {
        if let Item::Mod(item) = item
            && let Some((_, items)) = &item.content
        {
            let mut inner = path.clone();
            inner.push(bare(&item.ident));
            add_modules(items, inner, expansions, modules);
        }
    }
    let names = Names::of_items(items, expansions);
    modules
        .entry(path)
        .or_insert_with(|| Arc::new(names.into()));
}

impl From<Names> for OuterNames {
    fn from(names: Names) -> Self {
        let mut entries: FxHashMap<Segment, Vec<_>> = FxHashMap::default();
        for (name, entry) in names.iter() {
            entries.entry(name.clone()).or_default().push(entry.clone());
        }
        Self {
            entries,
            leaves: names.leaves,
            globs: names.globs,
            test_modules: names.test_modules,
        }
    }
}

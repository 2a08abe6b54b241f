//! What modules in other files bind, read only when a glob or a `super` leads there.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};
use syn::Item;

use super::names::{Entry, Leaf, MacroUse, Names, What, has_no_prelude};
use super::word_index::Indices;
use crate::file;
use crate::lang::rust::at::bare;
use crate::lang::rust::expand::Expansions;
use crate::lang::rust::gate::{Cfg, Gate};
use crate::lang::rust::manifest::Krate;
use crate::lang::rust::parse::parse_file;
use crate::lang::rust::placement::{Crates, Placement};
use crate::mapping::{Action, Table};
use crate::path::Segment;

/// Binds of the modules of one file, by their path below the file's own module.
type FileModules = FxHashMap<Vec<Segment>, Arc<OuterNames>>;

/// What a module in another file binds: as [`Names`], but to be shared between threads.
#[derive(Debug)]
pub struct OuterNames {
    /// What each name is.
    pub entries: FxHashMap<Segment, Vec<Entry>>,
    /// Its imports.
    pub leaves: Vec<Leaf>,
    /// Which of them are globs.
    pub globs: Vec<usize>,
    /// Modules that are only there under a condition.
    pub gated_modules: Vec<(Segment, Cfg)>,
    /// Modules with `#[no_implicit_prelude]`.
    pub bare_modules: Vec<Segment>,
    /// What `#[macro_use]` on `extern crate` brings.
    pub macro_uses: Vec<MacroUse>,
    /// What the attributes inside of the module say: its condition, and whether it has a prelude.
    pub inside: (Option<Cfg>, bool),
}

/// The modules of a tree of files. Shared by the threads; each file is read at most once.
pub struct ModuleTree {
    crates: Arc<Crates>,
    files: Mutex<FxHashMap<PathBuf, Option<Arc<FileModules>>>>,
    modules: Mutex<FxHashMap<ModuleKey, Option<Arc<OuterNames>>>>,
    below: Mutex<FxHashMap<ModuleKey, Arc<FilesBelow>>>,
    answers: Mutex<FxHashMap<(Question, ModuleKey, Segment), bool>>,
    words: Indices,
    root_names: OnceLock<FxHashSet<Segment>>,
}

/// The root file of a crate, and a module's path below it.
type ModuleKey = (PathBuf, Vec<Segment>);

/// Files with the module that each is.
type FilesBelow = Vec<(PathBuf, Vec<Segment>)>;

/// What is asked about the text of other files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Question {
    Mentioned,
    Globbed,
    Elsewhere,
    Macro,
    Definition,
}

/// A poisoned lock only means that another file's reading panicked: the map is whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a glob in the module `own` leads to `wanted`, both below the crate's root, as far as that
/// is written from `crate`, `self` or `super`.
fn leads_to(glob: &Leaf, own: &[Segment], wanted: &[Segment]) -> bool {
    let mut base = own.to_vec();
    let mut names = glob.written.segments.as_slice();
    while let Some((first, rest)) = names.split_first() {
        match first.as_str() {
            "crate" => base.clear(),
            "super" if base.pop().is_none() => return false,
            "self" | "super" => {}
            _ => break,
        }
        names = rest;
    }
    base.extend_from_slice(names);
    base == wanted
}

impl ModuleTree {
    /// The tree of these crates.
    pub fn new(crates: Arc<Crates>) -> Self {
        Self {
            crates,
            files: Mutex::default(),
            modules: Mutex::default(),
            below: Mutex::default(),
            answers: Mutex::default(),
            words: Indices::default(),
            root_names: OnceLock::new(),
        }
    }

    /// What the module at `path` below the root of `krate` binds; `None` if it cannot be read.
    pub fn module(&self, krate: &Krate, path: &[Segment]) -> Option<Arc<OuterNames>> {
        let key = (krate.root.clone(), path.to_vec());
        if let Some(known) = locked(&self.modules).get(&key) {
            return known.clone();
        }
        let found = self
            .crates
            .module_file(krate, path)
            .and_then(|(file, taken)| self.file(&file)?.get(&path[taken..]).cloned());
        locked(&self.modules).insert(key, found.clone());
        found
    }

    /// Under which conditions the module at `path` below the root of `krate` is there, and whether it
    /// is in one that has no prelude. What the module says inside of itself does not count.
    pub fn around(&self, krate: &Krate, path: &[Segment]) -> (Gate, bool) {
        let features = krate.required_features.iter();
        let mut gate = Gate::of(features.map(|name| Cfg::feature(name)));
        let mut no_prelude = false;
        for len in 0..path.len() {
            let Some(parent) = self.module(krate, &path[..len]) else {
                continue;
            };
            let (cfg, bare) = &parent.inside;
            if let Some(cfg) = cfg {
                gate = gate.with(cfg.clone());
            }
            no_prelude |= *bare || parent.bare_modules.contains(&path[len]);
            if let Some(cfg) = parent.condition_of(&path[len]) {
                gate = gate.with(cfg);
            }
        }
        (gate, no_prelude)
    }

    /// Whether a file of a module below this one has the word and looks upwards at all. Reads the
    /// files as text: a wrong yes only leaves an import in place.
    pub fn mentions_below(&self, krate: &Krate, path: &[Segment], word: &str) -> bool {
        self.asked(Question::Mentioned, krate, path, word, || {
            self.below(krate, path)
                .iter()
                .any(|(file, _)| has_words(file, &[&[word], &["super", "crate"]]))
        })
    }

    /// Whether a module below this one, in another file, globs it, and that file has the word without
    /// binding it.
    pub fn is_globbed_below(&self, krate: &Krate, path: &[Segment], word: &str) -> bool {
        self.asked(Question::Globbed, krate, path, word, || {
            self.below(krate, path).iter().any(|(file, module)| {
                has_words(file, &[&[word]])
                    && self.file(file).is_some_and(|modules| {
                        modules.iter().any(|(inner, names)| {
                            let own: Vec<Segment> = module.iter().chain(inner).cloned().collect();
                            !names.entries.contains_key(word)
                                && names
                                    .globs
                                    .iter()
                                    .any(|&glob| leads_to(&names.leaves[glob], &own, path))
                        })
                    })
            })
        })
    }

    /// Whether a rule leads from or to this name at the root of a crate: most macros are none of those.
    pub fn is_root_name(&self, table: &Table, name: &str) -> bool {
        let names = self.root_names.get_or_init(|| {
            let mut names = FxHashSet::default();
            for rule in table.rules() {
                let to = match &rule.action {
                    Action::Move(to) => Some(to.segments()),
                    _ => None,
                };
                for path in [Some(rule.from.segments()), to].into_iter().flatten() {
                    if let [_, name] = path {
                        names.insert(name.clone());
                    }
                }
            }
            names
        });
        names.contains(name)
    }

    /// Whether a file in the folder of the crate's root seems to export a macro of this name.
    pub fn exports_macro(&self, krate: &Krate, name: &str) -> bool {
        self.asked(Question::Macro, krate, &[], name, || {
            let folder = krate.root.parent().unwrap_or(&krate.root).to_owned();
            let definition = format!("macro_rules! {name}");
            sources(folder)
                .any(|file| has_words(&file, &[&[definition.as_str()], &["macro_export"]]))
        })
    }

    /// Whether a file in the folder of the crate's root defines a macro of this name, for whomever.
    pub fn defines_macro(&self, krate: &Krate, name: &str) -> bool {
        self.asked(Question::Definition, krate, &[], name, || {
            let folder = krate.root.parent().unwrap_or(&krate.root).to_owned();
            let definition = format!("macro_rules! {name}");
            sources(folder).any(|file| has_words(&file, &[&[definition.as_str()]]))
        })
    }

    /// Whether another file in the folder of the crate's root has this word.
    pub fn mentions_elsewhere(&self, krate: &Krate, file: Option<&Path>, word: &str) -> bool {
        let Some(folder) = krate.root.parent() else {
            return true;
        };
        let own: Vec<Segment> = file
            .map(|file| Segment::new(file.to_string_lossy()))
            .into_iter()
            .collect();
        self.asked(Question::Elsewhere, krate, &own, word, || {
            let index = self.words.get_or(folder, Arc::default);
            if let Some(answer) = index.is_elsewhere(folder, file, word) {
                return answer;
            }
            sources(folder.to_owned())
                .filter(|other| Some(other.as_path()) != file)
                .any(|other| has_words(&other, &[&[word]]))
        })
    }

    /// The answer to a question about files, which is looked for once.
    fn asked(
        &self,
        question: Question,
        krate: &Krate,
        path: &[Segment],
        word: &str,
        look: impl FnOnce() -> bool,
    ) -> bool {
        let module = (krate.root.clone(), path.to_vec());
        let key = (question, module, Segment::new(word));
        if let Some(known) = locked(&self.answers).get(&key) {
            return *known;
        }
        let answer = look();
        locked(&self.answers).insert(key, answer);
        answer
    }

    /// Files of modules below this one, each with its module path, without the module's own file:
    /// what lies in the folder where children are, and what `mod` items say of other places.
    fn below(&self, krate: &Krate, path: &[Segment]) -> Arc<FilesBelow> {
        let key = (krate.root.clone(), path.to_vec());
        if let Some(known) = locked(&self.below).get(&key) {
            return Arc::clone(known);
        }
        let found = Arc::new(self.files_below(krate, path));
        locked(&self.below).insert(key, Arc::clone(&found));
        found
    }

    fn files_below(&self, krate: &Krate, path: &[Segment]) -> FilesBelow {
        let found = self.crates.module_file(krate, path);
        let folder = found.as_ref().and_then(|(file, taken)| {
            let mut folder = file.parent()?.to_owned();
            let owns_folder =
                *file == krate.root || file.file_name().is_some_and(|name| name == "mod.rs");
            if !owns_folder {
                folder.push(file.file_stem()?);
            }
            folder.extend(path[*taken..].iter().map(Segment::as_str));
            Some(folder)
        });
        let own = found.map(|(file, _)| file);
        let declared = self.crates.files_below(krate, path);
        let known: FxHashSet<PathBuf> = declared.iter().map(|(file, _)| file.clone()).collect();
        let by_folder = folder
            .into_iter()
            .flat_map(sources)
            .filter(|file| Some(file) != own.as_ref() && !known.contains(file))
            .filter_map(|file| {
                let placement = self.crates.place(&file).ok()?;
                let Placement::Places(places) = &*placement else {
                    return None;
                };
                let place = places.iter().find(|place| {
                    place.krate.root == krate.root && place.module.starts_with(path)
                })?;
                Some((file, place.module.clone()))
            });
        let by_folder: FilesBelow = by_folder.collect();
        [declared, by_folder].concat()
    }

    fn file(&self, path: &Path) -> Option<Arc<FileModules>> {
        if let Some(known) = locked(&self.files).get(path) {
            return known.clone();
        }
        // Read without the lock: two threads may read the same file, which is cheaper than waiting.
        let read = file::read_to_string(path)
            .ok()
            .and_then(|text| parse_file(&text).ok())
            .map(|file| Arc::new(modules_of(&file)));
        locked(&self.files).insert(path.to_owned(), read.clone());
        read
    }
}

/// The Rust files below a folder.
pub fn sources(folder: PathBuf) -> impl Iterator<Item = PathBuf> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
}

/// Whether a file has one of each of these words.
fn has_words(file: &Path, words: &[&[&str]]) -> bool {
    let Ok(text) = file::read(file) else {
        return false;
    };
    let has = |word: &&str| memchr::memmem::find(&text, word.as_bytes()).is_some();
    words.iter().all(|choice| choice.iter().any(has))
}

fn modules_of(file: &syn::File) -> FileModules {
    let mut modules = FileModules::default();
    let mut expansions = Expansions::default();
    add_modules(
        &file.items,
        &file.attrs,
        Vec::new(),
        &mut expansions,
        &mut modules,
    );
    modules
}

fn add_modules(
    items: &[Item],
    attrs: &[syn::Attribute],
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
            // What stands at an inline module is known to the module around it.
            add_modules(items, &[], inner, expansions, modules);
        }
    }
    let names = Names::of_items(items, expansions);
    modules.entry(path).or_insert_with(|| {
        let inside = (Cfg::of(attrs), has_no_prelude(attrs));
        Arc::new(OuterNames::new(names, inside))
    });
}

impl OuterNames {
    fn new(names: Names, inside: (Option<Cfg>, bool)) -> Self {
        let mut entries: FxHashMap<Segment, Vec<_>> = FxHashMap::default();
        for (name, entry) in names.iter() {
            entries.entry(name.clone()).or_default().push(entry.clone());
        }
        Self {
            entries,
            leaves: names.leaves,
            globs: names.globs,
            gated_modules: names.gated_modules,
            bare_modules: names.bare_modules,
            macro_uses: names.macro_uses,
            inside,
        }
    }

    /// What binds `name`, in order.
    pub fn get(&self, name: &str) -> &[Entry] {
        self.entries.get(name).map_or(&[], Vec::as_slice)
    }

    /// Under which condition a module of this one is there; `None`: always, as far as this one says.
    fn condition_of(&self, name: &Segment) -> Option<Cfg> {
        let gated = self.gated_modules.iter().filter(|(of, _)| of == name);
        let is_module = |entry: &&Entry| entry.what == What::Module;
        let all = self.entries.get(name).into_iter().flatten();
        // Under two conditions a module may be declared twice.
        if gated.clone().count() < all.filter(is_module).count() {
            return None;
        }
        gated.map(|(_, cfg)| cfg.clone()).reduce(Cfg::or)
    }
}

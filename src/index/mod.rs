//! The index of a project: the facts of all its files of one language, put together, and what follows from
//! them about a path: which definition it leads to, and over which re-exports.
//!
//! Memory grows with the facts alone: paths are numbers, a use is 16 bytes, and the uses of packages outside of
//! the project are dropped.

mod names;
mod resolve;
#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::ops::Range;
use std::path::PathBuf;

use rustc_hash::{FxHashMap, FxHashSet};

pub use self::names::{PathId, Paths};
pub use self::resolve::Found;
use crate::facts::{Definition, FileFacts, How, Import, ModuleFacts, PathReference, Seen, When};
use crate::path::Segment;

/// A file of the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

/// What a module binds to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// A definition: its index in [`ProjectIndex::definitions`].
    Definition(u32),
    /// A name of another module: its index in [`ProjectIndex::imports`].
    Import(u32),
}

/// A module of the index.
#[derive(Debug)]
pub struct Module {
    /// Its file.
    pub file: FileId,
    /// Its paths, the one that people use first.
    pub paths: Vec<PathId>,
    /// See [`ModuleFacts`].
    pub seen: Seen,
    /// See [`ModuleFacts`].
    pub is_stub: bool,
    /// See [`ModuleFacts`].
    pub only_hands_on: bool,
    /// Modules of which it takes all names.
    pub globs: Vec<Globbed>,
    /// The names that it imports: indices of [`ProjectIndex::imports`].
    pub imports: Range<u32>,
}

/// A definition of the index.
#[derive(Debug)]
pub struct Defined {
    /// Its module: an index of [`ProjectIndex::modules`].
    pub module: u32,
    /// Where and what it is.
    pub definition: Definition,
}

/// A name that a module binds to something of another module.
#[derive(Debug)]
pub struct Imported {
    /// Its module: an index of [`ProjectIndex::modules`].
    pub module: u32,
    /// What it says.
    pub target: PathId,
    /// How.
    pub how: How,
    /// See [`Import`].
    pub seen: Seen,
    /// Bytes of what says it.
    pub range: Range<u32>,
}

/// A module of which another one takes all names; see [`Glob`](crate::facts::Glob).
#[derive(Clone, Debug)]
pub struct Globbed {
    /// Its path.
    pub module: PathId,
    /// Others see these names as the other module's.
    pub is_public: bool,
    /// How.
    pub how: How,
    /// Bytes of what says it.
    pub range: Range<u32>,
}

/// A place of a file that says a path.
#[derive(Clone, Copy, Debug)]
pub struct Said {
    /// The path.
    pub path: PathId,
    /// Where it starts, in bytes.
    pub start: u32,
    /// How many names are not said here; see [`PathReference`].
    pub bound: u16,
    /// It is part of an import statement.
    pub is_import: bool,
    /// It only hands the name on.
    pub is_re_export: bool,
    /// It puts something else at the path.
    pub is_replacement: bool,
    /// When it takes effect.
    pub when: When,
}

/// A definition, and how many names stand for it.
type Led = (u32, usize);

/// All files of one language.
#[derive(Debug, Default)]
pub struct ProjectIndex {
    /// Every path of the index.
    pub paths: Paths,
    /// The files, in the order in which they were added.
    pub files: Vec<PathBuf>,
    /// The modules.
    pub modules: Vec<Module>,
    /// What they define.
    pub definitions: Vec<Defined>,
    /// What they import.
    pub imports: Vec<Imported>,
    said: Vec<Said>,
    /// By file: its places in `said`.
    said_of: Vec<Range<u32>>,
    module_at: FxHashMap<PathId, Vec<u32>>,
    bound_at: FxHashMap<PathId, Vec<Bound>>,
    leads_to: FxHashMap<PathId, Option<Found>>,
    /// What paths on the way lead to; only whole answers.
    led: RefCell<FxHashMap<Vec<Segment>, Option<Led>>>,
}

impl ProjectIndex {
    /// Adds the facts of a file (absolute). Files are to be added in the order of their paths.
    pub fn add(&mut self, file: PathBuf, facts: FileFacts) {
        let id = FileId(self.files.len() as u32);
        self.files.push(file);
        for module in facts.modules {
            self.add_module(id, module);
        }
        let start = self.said.len() as u32;
        for reference in facts.references {
            let said = self.said(reference);
            self.said.push(said);
        }
        self.said_of.push(start..self.said.len() as u32);
    }

    /// Drops what leads out of the project, and follows every path that is said. To be called once, after the last
    /// file.
    pub fn finish(&mut self) {
        self.prefer_code_to_stubs();
        let roots: FxHashSet<PathId> = self
            .module_at
            .keys()
            .filter_map(|path| self.paths.upwards(*path).last())
            .collect();
        let mut kept = Vec::with_capacity(self.said.len() / 2);
        for range in &mut self.said_of {
            let start = kept.len() as u32;
            let own = &self.said[range.start as usize..range.end as usize];
            kept.extend(own.iter().filter(|said| {
                let root = self.paths.upwards(said.path).last();
                root.is_some_and(|root| roots.contains(&root))
            }));
            *range = start..kept.len() as u32;
        }
        kept.shrink_to_fit();
        self.said = kept;
        let paths: FxHashSet<PathId> = self.said.iter().map(|said| said.path).collect();
        let mut paths: Vec<PathId> = paths.into_iter().collect();
        paths.sort_unstable();
        for path in paths {
            self.follow(path);
        }
        self.led.take();
    }

    /// A name of a module and of its stub is what the module says.
    fn prefer_code_to_stubs(&mut self) {
        let (modules, definitions, imports) = (&self.modules, &self.definitions, &self.imports);
        let is_stub = |bound: &Bound| {
            let module = match bound {
                Bound::Definition(definition) => definitions[*definition as usize].module,
                Bound::Import(import) => imports[*import as usize].module,
            };
            modules[module as usize].is_stub
        };
        for bound in self.bound_at.values_mut() {
            if bound.iter().any(is_stub) && !bound.iter().all(is_stub) {
                bound.retain(|bound| !is_stub(bound));
            }
        }
    }

    /// The places of a file that say paths of the project.
    pub fn said_in(&self, file: FileId) -> &[Said] {
        let range = &self.said_of[file.0 as usize];
        &self.said[range.start as usize..range.end as usize]
    }

    /// All files.
    pub fn file_ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.files.len() as u32).map(FileId)
    }

    /// The path of a file.
    pub fn file(&self, file: FileId) -> &std::path::Path {
        &self.files[file.0 as usize]
    }

    /// The module of a file itself, if it can be imported.
    pub fn module_of(&self, file: FileId) -> Option<&Module> {
        // Modules are added by file, the file's own first.
        let at = self.modules.partition_point(|module| module.file < file);
        self.modules.get(at).filter(|module| module.file == file)
    }

    /// The modules at a path: several for a module and its stub.
    pub fn modules_at(&self, path: PathId) -> impl Iterator<Item = &Module> {
        let all = self.module_at.get(&path).into_iter().flatten();
        all.map(|module| &self.modules[*module as usize])
    }

    /// Whether a path is that of a module.
    pub fn is_module(&self, path: PathId) -> bool {
        self.module_at.contains_key(&path)
    }

    /// What binds a path in its module, by itself.
    pub fn bound_at(&self, path: PathId) -> &[Bound] {
        self.bound_at.get(&path).map_or(&[], Vec::as_slice)
    }

    /// Every name that a module binds, in no order.
    pub fn bound(&self) -> impl Iterator<Item = (PathId, Bound)> {
        let all = self.bound_at.iter();
        all.flat_map(|(path, bound)| bound.iter().map(|bound| (*path, *bound)))
    }

    /// The path of a definition: of the first of its twins.
    pub fn path_of(&self, definition: u32) -> Option<PathId> {
        let defined = self.definitions.get(definition as usize)?;
        let module = self.modules.get(defined.module as usize)?;
        let mut path = self.paths.names(*module.paths.first()?);
        path.push(defined.definition.name.clone());
        self.paths.find(&path)
    }

    fn add_module(&mut self, file: FileId, facts: ModuleFacts) {
        let number = self.modules.len() as u32;
        let paths: Vec<PathId> = facts
            .paths
            .iter()
            .map(|path| self.paths.add(path))
            .collect();
        for path in &paths {
            self.module_at.entry(*path).or_default().push(number);
        }
        let first = self.imports.len() as u32;
        for import in facts.imports {
            self.add_import(number, &paths, import);
        }
        for definition in facts.definitions {
            let bound = Bound::Definition(self.definitions.len() as u32);
            self.bind(&paths, &definition.name, bound);
            self.definitions.push(Defined {
                module: number,
                definition,
            });
        }
        let globs = facts.globs.iter();
        let globs = globs
            .map(|glob| Globbed {
                module: self.paths.add(&glob.module),
                is_public: glob.is_public,
                how: glob.how,
                range: glob.range.clone(),
            })
            .collect();
        self.modules.push(Module {
            file,
            paths,
            seen: facts.seen,
            is_stub: facts.is_stub,
            only_hands_on: facts.only_hands_on,
            globs,
            imports: first..self.imports.len() as u32,
        });
    }

    fn add_import(&mut self, module: u32, paths: &[PathId], import: Import) {
        let bound = Bound::Import(self.imports.len() as u32);
        self.bind(paths, &import.name, bound);
        let target = self.paths.add(&import.target);
        self.imports.push(Imported {
            module,
            target,
            how: import.how,
            seen: import.seen,
            range: import.range,
        });
    }

    fn bind(&mut self, modules: &[PathId], name: &Segment, bound: Bound) {
        for module in modules {
            let path = self.paths.below(*module, name);
            self.bound_at.entry(path).or_default().push(bound);
        }
    }

    fn said(&mut self, reference: PathReference) -> Said {
        Said {
            path: self.paths.add(&reference.path),
            start: reference.range.start,
            bound: u16::try_from(reference.bound).unwrap_or(u16::MAX),
            is_import: reference.is_import,
            is_re_export: reference.is_re_export,
            is_replacement: reference.is_replacement,
            when: reference.when,
        }
    }
}

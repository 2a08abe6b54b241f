//! What one file loads while it is imported: from its import statements to files of the tree, as they are and as the
//! table makes them.

use std::path::Path;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::loading::{self, Loaded};
use super::reading::source;
use super::skim::skim;
use super::unless_it_panics;
use crate::lang::python::parse::{self, SourceKind};
use crate::lang::python::roots::{Kind, Relative, Roots, View};
use crate::lang::python::unit::{MODULE, known_modules};
use crate::mapping::{Outcome, Table};
use crate::path::{Namespaces, Segment};

/// A file, by its number.
pub(super) type Node = u32;

/// What the graphs are made of.
#[derive(Clone, Copy)]
pub(super) struct World<'a> {
    pub(super) roots: &'a Roots,
    pub(super) table: &'a Table,
}

/// The files that were seen, by their numbers, and what lies at the names of modules.
#[derive(Default)]
pub(super) struct Files {
    nodes: FxHashMap<Arc<Path>, Node>,
    files: Vec<Arc<Path>>,
    /// By what a file sees.
    views: FxHashMap<View, FxHashMap<Vec<Segment>, Option<Place>>>,
}

impl Files {
    /// The number of a file.
    pub(super) fn node(&mut self, file: &Path) -> Node {
        if let Some(node) = self.nodes.get(file) {
            return *node;
        }
        let file: Arc<Path> = file.into();
        let node = self.files.len() as Node;
        self.files.push(Arc::clone(&file));
        self.nodes.insert(file, node);
        node
    }

    /// The file of a number.
    pub(super) fn file(&self, node: Node) -> Arc<Path> {
        Arc::clone(&self.files[node as usize])
    }
}

/// What one file loads, in source order.
#[derive(Clone, Default)]
pub(super) struct Edges {
    /// As it is.
    pub(super) now: Arc<[Node]>,
    /// As the table makes it.
    pub(super) then: Arc<[Node]>,
}

/// What lies at a module's name.
#[derive(Clone, Debug)]
enum Place {
    /// Nothing that is read.
    Bare,
    Module(Node),
    Package(Node),
}

/// What a file loads. A stub is not run, and what cannot be read loads nothing.
pub(super) fn of(world: World<'_>, files: &mut Files, file: &Path) -> Edges {
    if SourceKind::of(file) != SourceKind::Module {
        return Edges::default();
    }
    let running = unless_it_panics(|| {
        let source = source(file)?;
        let text = source.text();
        let skimmed = skim(text);
        let skimmed = skimmed.and_then(|text| parse::module(&text, SourceKind::Module).ok());
        let parsed = match skimmed {
            Some(parsed) => parsed,
            None => parse::module(text, SourceKind::Module).ok()?,
        };
        Some(loading::of(parsed.syntax()))
    });
    let mut reader = Reader::new(world, files, file);
    let (mut now, mut then) = (Vec::new(), Vec::new());
    for it in running.unwrap_or_default() {
        let Some(loaded) = reader.absolute(it.loaded) else {
            continue;
        };
        let after = reader.after(&loaded);
        let before = reader.before(&loaded);
        let targets = reader.targets(before.as_ref().unwrap_or(&loaded));
        match after {
            Some(after) => then.extend(reader.targets(&after)),
            None => then.extend(&targets),
        }
        now.extend(targets);
    }
    let now: Arc<[Node]> = distinct(now).into();
    let then: Arc<[Node]> = distinct(then).into();
    Edges {
        then: if now == then { Arc::clone(&now) } else { then },
        now,
    }
}

/// Finds what the statements of one file mean.
pub(super) struct Reader<'r> {
    world: World<'r>,
    files: &'r mut Files,
    file: &'r Path,
    node: Node,
    view: View,
}

impl<'r> Reader<'r> {
    pub(super) fn new(world: World<'r>, files: &'r mut Files, file: &'r Path) -> Self {
        Self {
            node: files.node(file),
            view: world.roots.view(file),
            world,
            files,
            file,
        }
    }

    /// A clause without dots; `None` if these lead nowhere, or to several places.
    pub(super) fn absolute(&self, loaded: Loaded) -> Option<Loaded> {
        let Loaded::From {
            level: level @ 1..,
            module,
            name,
        } = loaded
        else {
            return Some(loaded);
        };
        match (self.world.roots).relative(self.file, level, &module, &|_| None) {
            Relative::One(module) => Some(Loaded::From {
                level: 0,
                module,
                name,
            }),
            Relative::None | Relative::Ambiguous(_) => None,
        }
    }

    /// What a clause becomes, if the table changes it.
    fn after(&self, loaded: &Loaded) -> Option<Loaded> {
        match loaded {
            Loaded::Module(path) => self.moved(path, MODULE, path.len()).map(Loaded::Module),
            Loaded::From {
                module, name: None, ..
            } => {
                let module = self.moved(module, MODULE, module.len())?;
                Some(star(module))
            }
            Loaded::From {
                module,
                name: Some(name),
                ..
            } => {
                let path = below(module, name);
                let to = self.moved(&path, Namespaces::ALL, module.len())?;
                Some(loaded_name(to))
            }
        }
    }

    /// What a clause loaded that speaks of a module by a name from before it was renamed.
    pub(super) fn before(&mut self, loaded: &Loaded) -> Option<Loaded> {
        let (module, name) = match loaded {
            Loaded::Module(path) => (path, None),
            Loaded::From { module, name, .. } => (module, name.as_ref()),
        };
        if let Some(renamed) = self.renamed(module) {
            return Some(match (loaded, name) {
                (Loaded::Module(_), _) => Loaded::Module(renamed),
                (_, Some(name)) => loaded_name(below(&renamed, name)),
                (_, None) => star(renamed),
            });
        }
        self.renamed(&below(module, name?)).map(loaded_name)
    }

    /// The new name of a module of this tree, or of one that moved along with this file, if only that is there.
    fn renamed(&mut self, module: &[Segment]) -> Option<Vec<Segment>> {
        let top = module.first()?;
        let to = self.moved(module, MODULE, module.len())?;
        if self.place(module).is_some() || self.place(&to).is_none() {
            return None;
        }
        let moved_along = || {
            let homes = self.world.roots.homes(self.file);
            let sources = |home: &Vec<Segment>| self.world.table.sources(home);
            let mut sources = homes.iter().flat_map(|home| sources(&home.module));
            sources.any(|source| source[0] == *top)
        };
        let is_ours = moved_along() || self.place(&module[..1]).is_some();
        is_ours.then_some(to)
    }

    fn moved(&self, path: &[Segment], kinds: Namespaces, modules: usize) -> Option<Vec<Segment>> {
        let table = self.world.table;
        match table.resolve_known(path, kinds, known_modules(modules)) {
            Outcome::Moves(moved) => Some(moved.to.segments().to_vec()),
            _ => None,
        }
    }

    /// The files that a clause without dots loads, the outermost packages first.
    pub(super) fn targets(&mut self, loaded: &Loaded) -> Vec<Node> {
        let (module, name) = match loaded {
            Loaded::Module(path) => (path, None),
            Loaded::From { module, name, .. } => (module, name.as_ref()),
        };
        let mut found = Vec::new();
        let mut last = None;
        for end in 1..=module.len() {
            let Some(place) = self.place(&module[..end]) else {
                return found;
            };
            found.extend(self.loads(&place));
            last = Some(place);
        }
        let Loaded::From { .. } = loaded else {
            return found;
        };
        if let Some(place) = name.and_then(|name| self.place(&below(module, name))) {
            found.extend(self.loads(&place));
        } else if let Some(Place::Package(package)) = last
            && package != self.node
            && !found.contains(&package)
        {
            found.push(package);
        }
        found
    }

    /// The file to load for a module, if it is not loaded before this one is.
    fn loads(&self, place: &Place) -> Option<Node> {
        match place {
            Place::Module(node) => (*node != self.node).then_some(*node),
            Place::Package(node) => {
                let file = self.files.file(*node);
                let is_around = file
                    .parent()
                    .is_some_and(|folder| self.file.starts_with(folder));
                (!is_around).then_some(*node)
            }
            Place::Bare => None,
        }
    }

    fn place(&mut self, module: &[Segment]) -> Option<Place> {
        let known = self.files.views.get(&self.view);
        if let Some(known) = known.and_then(|known| known.get(module)) {
            return known.clone();
        }
        let found = self.world.roots.find_in_view(&self.view, module);
        let place = found.map(|found| match (found.kind, found.file) {
            (Kind::Package(_), Some(file)) => Place::Package(self.files.node(&file)),
            (Kind::Module(_), Some(file)) => Place::Module(self.files.node(&file)),
            _ => Place::Bare,
        });
        let views = &mut self.files.views;
        let known = views.entry(self.view.clone()).or_default();
        known.insert(module.to_vec(), place.clone());
        place
    }
}

/// The import of the last name of a path from the others.
pub(super) fn loaded_name(mut path: Vec<Segment>) -> Loaded {
    match path.pop() {
        Some(name) if path.is_empty() => Loaded::Module(vec![name]),
        name => Loaded::From {
            level: 0,
            module: path,
            name,
        },
    }
}

pub(super) fn star(module: Vec<Segment>) -> Loaded {
    Loaded::From {
        level: 0,
        module,
        name: None,
    }
}

fn below(module: &[Segment], name: &Segment) -> Vec<Segment> {
    [module, std::slice::from_ref(name)].concat()
}

/// Each node once, where it stands first.
fn distinct(mut nodes: Vec<Node>) -> Vec<Node> {
    let mut seen = FxHashSet::default();
    nodes.retain(|node| seen.insert(*node));
    nodes
}

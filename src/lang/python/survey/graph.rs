//! Which files load which while they are imported: as the tree is now, and as the table makes it. Both are graphs of
//! files, of which a part is read when a rewrite asks whether a new import closes a cycle; each file is read once.
//!
//! A file loads the modules that its statements name, and the packages around these. It does not load a package that it
//! is in: that is loaded before the file is. It depends on such a package only if it takes something from it that
//! is no module below it.
//!
//! Deliberately absent: imports by calls, and new imports for names that are written out with their module
//! (`import a`, `a.b.f`) in other files than the one that is planned.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use ruff_python_ast::ModModule;
use ruff_text_size::TextSize;
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

/// So many modules of a cycle are named at most.
const MOST_NAMED: usize = 12;

/// A file, by its number.
type Node = u32;

/// What the graphs are made of.
#[derive(Clone, Copy)]
pub(super) struct World<'a> {
    pub(super) roots: &'a Roots,
    pub(super) table: &'a Table,
}

/// Both graphs, as far as they are known; shared by the threads.
#[derive(Default)]
pub(super) struct Graph(Mutex<Inner>);

/// What a new import brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lang::python) enum Brings {
    /// The module at the path.
    Module,
    /// The last name of the path, from the others.
    Name,
    /// All names of the module at the path.
    Star,
}

/// What a file that is planned loads, and what is known of it.
#[derive(Debug, Default)]
pub(in crate::lang::python) struct OwnImports {
    /// Where statements start that run while it is imported.
    starts: FxHashSet<TextSize>,
    /// What it loads now.
    now: FxHashSet<Node>,
    /// Files that do not lead to it.
    apart: FxHashSet<Node>,
}

impl OwnImports {
    /// Whether the statement that starts here runs while the file is imported.
    pub(in crate::lang::python) fn runs(&self, at: TextSize) -> bool {
        self.starts.contains(&at)
    }
}

/// Which graph.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// The tree as it is.
    Now,
    /// With all imports as the table makes them.
    Then,
}

#[derive(Default)]
struct Inner {
    nodes: FxHashMap<Arc<Path>, Node>,
    files: Vec<Arc<Path>>,
    /// By node, once the file was read.
    edges: Vec<Option<Edges>>,
    /// What lies at a module's name, as seen from these folders.
    views: FxHashMap<View, FxHashMap<Vec<Segment>, Option<Place>>>,
    now: Components,
    then: Components,
}

/// What one file loads, in source order.
#[derive(Clone, Default)]
struct Edges {
    now: Arc<[Node]>,
    then: Arc<[Node]>,
}

/// What lies at a module's name.
#[derive(Clone, Debug)]
enum Place {
    /// Nothing that is read.
    Bare,
    Module(Node),
    Package(Node),
}

/// Cycles that touch, by node; exact for each node that has one.
#[derive(Default)]
struct Components {
    of: FxHashMap<Node, u32>,
    next: u32,
}

impl Graph {
    /// What the text of a file loads.
    pub(super) fn own(&self, world: World<'_>, file: &Path, module: &ModModule) -> OwnImports {
        let running = loading::of(module);
        self.with(|inner| {
            let mut reader = Reader::new(world, inner, file);
            let mut own = OwnImports::default();
            for it in running {
                own.starts.insert(it.at);
                if let Some(loaded) = reader.absolute(it.loaded) {
                    let loaded = reader.before(&loaded).unwrap_or(loaded);
                    own.now.extend(reader.targets(&loaded));
                }
            }
            own
        })
    }

    /// The modules on the way from a file back to it, if it will load what is at this path, did not do so, and that makes a cycle which was not there. The file comes first and last.
    pub(super) fn cycle(
        &self,
        world: World<'_>,
        file: &Path,
        own: &mut OwnImports,
        to: &[Segment],
        brings: Brings,
    ) -> Option<Vec<String>> {
        let loaded = match brings {
            Brings::Module => Loaded::Module(to.to_vec()),
            Brings::Name => loaded_name(to.to_vec()),
            Brings::Star => star(to.to_vec()),
        };
        self.with(|inner| {
            let node = inner.node(file);
            let targets = Reader::new(world, inner, file).targets(&loaded);
            let mut found = None;
            // The deepest module says most.
            for target in targets.into_iter().rev() {
                // Each cycle is told once.
                if own.now.insert(target)
                    && found.is_none()
                    && inner.leads(world, target, node, &mut own.apart)
                    && inner.component(world, When::Now, target)
                        != inner.component(world, When::Now, node)
                {
                    found = Some(inner.way(world, target, node));
                }
            }
            let mut way = found?;
            way.insert(0, node);
            Some(named(world.roots, inner, &way))
        })
    }

    /// Whether one of these clauses of a file loads another file, or leads to it, as the tree is now.
    pub(super) fn leads(
        &self,
        world: World<'_>,
        file: &Path,
        clauses: Vec<Loaded>,
        to: &Path,
    ) -> bool {
        self.with(|inner| {
            let to = inner.node(to);
            let mut reader = Reader::new(world, inner, file);
            let mut open = Vec::new();
            for loaded in clauses {
                if let Some(loaded) = reader.absolute(loaded) {
                    let loaded = reader.before(&loaded).unwrap_or(loaded);
                    open.extend(reader.targets(&loaded));
                }
            }
            let mut seen = FxHashSet::from_iter(open.iter().copied());
            while let Some(node) = open.pop() {
                if node == to {
                    return true;
                }
                let next = inner.edges(world, node, When::Now);
                open.extend(next.iter().filter(|next| seen.insert(**next)));
            }
            false
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The modules by their names; of a long way the first and the last ones.
fn named(roots: &Roots, inner: &Inner, way: &[Node]) -> Vec<String> {
    let name = |node: &Node| {
        let file = &inner.files[*node as usize];
        let homes = roots.homes(file);
        match homes.first() {
            Some(home) => home.module.join("."),
            None => file.display().to_string(),
        }
    };
    if way.len() <= MOST_NAMED {
        return way.iter().map(name).collect();
    }
    let (first, last) = (&way[..MOST_NAMED / 2], &way[way.len() - MOST_NAMED / 2..]);
    let between = format!("({} more)", way.len() - MOST_NAMED);
    let first = first.iter().map(name).chain([between]);
    first.chain(last.iter().map(name)).collect()
}

impl Inner {
    fn node(&mut self, file: &Path) -> Node {
        if let Some(node) = self.nodes.get(file) {
            return *node;
        }
        let file: Arc<Path> = file.into();
        let node = self.files.len() as Node;
        self.files.push(Arc::clone(&file));
        self.edges.push(None);
        self.nodes.insert(file, node);
        node
    }

    fn edges(&mut self, world: World<'_>, node: Node, when: When) -> Arc<[Node]> {
        let edges = match &self.edges[node as usize] {
            Some(edges) => edges.clone(),
            None => {
                let file = Arc::clone(&self.files[node as usize]);
                let edges = self.read(world, &file);
                self.edges[node as usize] = Some(edges.clone());
                edges
            }
        };
        match when {
            When::Now => edges.now,
            When::Then => edges.then,
        }
    }

    /// What a file loads. A stub is not run, and what cannot be read loads nothing.
    fn read(&mut self, world: World<'_>, file: &Path) -> Edges {
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
        let mut reader = Reader::new(world, self, file);
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

    /// The number of the cycles that a node is part of: two nodes have the same if each leads to the other.
    fn component(&mut self, world: World<'_>, when: When, start: Node) -> u32 {
        if let Some(known) = self.components(when).of.get(&start) {
            return *known;
        }
        // All that a known node leads to is known, so nothing there leads to one that is not.
        let mut graph = DiGraph::<Node, ()>::new();
        let mut places: FxHashMap<Node, NodeIndex> = FxHashMap::default();
        places.insert(start, graph.add_node(start));
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            for &next in &*self.edges(world, node, when) {
                if self.components(when).of.contains_key(&next) {
                    continue;
                }
                let place = *places.entry(next).or_insert_with(|| {
                    open.push(next);
                    graph.add_node(next)
                });
                graph.add_edge(places[&node], place, ());
            }
        }
        let components = self.components(when);
        for component in kosaraju_scc(&graph) {
            let number = components.next;
            components.next += 1;
            let nodes = component.into_iter().map(|place| (graph[place], number));
            components.of.extend(nodes);
        }
        components.of[&start]
    }

    fn components(&mut self, when: When) -> &mut Components {
        match when {
            When::Now => &mut self.now,
            When::Then => &mut self.then,
        }
    }

    /// Whether `from`, which `to` is about to load, leads to it. `apart` are nodes that do not.
    fn leads(
        &mut self,
        world: World<'_>,
        from: Node,
        to: Node,
        apart: &mut FxHashSet<Node>,
    ) -> bool {
        if self.component(world, When::Then, from) == self.component(world, When::Then, to) {
            return true;
        }
        if self.edges(world, to, When::Then).contains(&from) || apart.contains(&from) {
            return false;
        }
        // An import that the graph does not have.
        let mut seen = FxHashSet::from_iter([from]);
        let mut open = vec![from];
        while let Some(node) = open.pop() {
            if node == to {
                return true;
            }
            for &next in &*self.edges(world, node, When::Then) {
                if !apart.contains(&next) && seen.insert(next) {
                    open.push(next);
                }
            }
        }
        apart.extend(seen);
        false
    }

    /// The shortest way from a node to one that it leads to, with both.
    fn way(&mut self, world: World<'_>, from: Node, to: Node) -> Vec<Node> {
        let mut before: FxHashMap<Node, Node> = FxHashMap::default();
        let mut layer = vec![from];
        before.insert(from, from);
        while !layer.is_empty() && !before.contains_key(&to) {
            let mut next = Vec::new();
            for node in layer {
                for &target in &*self.edges(world, node, When::Then) {
                    before.entry(target).or_insert_with(|| {
                        next.push(target);
                        node
                    });
                }
            }
            layer = next;
        }
        let mut way = vec![to];
        let mut at = to;
        while at != from {
            let Some(previous) = before.get(&at) else {
                break;
            };
            at = *previous;
            way.push(at);
        }
        way.reverse();
        way
    }
}

/// Finds what the statements of one file mean.
struct Reader<'r> {
    world: World<'r>,
    inner: &'r mut Inner,
    file: &'r Path,
    node: Node,
    view: View,
}

impl<'r> Reader<'r> {
    fn new(world: World<'r>, inner: &'r mut Inner, file: &'r Path) -> Self {
        Self {
            node: inner.node(file),
            view: world.roots.view(file),
            world,
            inner,
            file,
        }
    }

    /// A clause without dots; `None` if these lead nowhere, or to several places.
    fn absolute(&self, loaded: Loaded) -> Option<Loaded> {
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
    fn before(&mut self, loaded: &Loaded) -> Option<Loaded> {
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
    fn targets(&mut self, loaded: &Loaded) -> Vec<Node> {
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
                let folder = self.inner.files[*node as usize].parent();
                let is_around = folder.is_some_and(|folder| self.file.starts_with(folder));
                (!is_around).then_some(*node)
            }
            Place::Bare => None,
        }
    }

    fn place(&mut self, module: &[Segment]) -> Option<Place> {
        let known = self.inner.views.get(&self.view);
        if let Some(known) = known.and_then(|known| known.get(module)) {
            return known.clone();
        }
        let found = self.world.roots.find_in_view(&self.view, module);
        let place = found.map(|found| match (found.kind, found.file) {
            (Kind::Package(_), Some(file)) => Place::Package(self.inner.node(&file)),
            (Kind::Module(_), Some(file)) => Place::Module(self.inner.node(&file)),
            _ => Place::Bare,
        });
        let views = &mut self.inner.views;
        let known = views.entry(self.view.clone()).or_default();
        known.insert(module.to_vec(), place.clone());
        place
    }
}

/// The import of the last name of a path from the others.
fn loaded_name(mut path: Vec<Segment>) -> Loaded {
    match path.pop() {
        Some(name) if path.is_empty() => Loaded::Module(vec![name]),
        name => Loaded::From {
            level: 0,
            module: path,
            name,
        },
    }
}

fn star(module: Vec<Segment>) -> Loaded {
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

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

use super::edges::{self, Edges, Files, Node, Reader, World, loaded_name, star};
use super::loading::{self, Loaded};
use crate::lang::python::roots::Roots;
use crate::path::Segment;

/// So many modules of a cycle are named at most.
const MOST_NAMED: usize = 12;

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
    files: Files,
    /// By node, once the file was read.
    edges: FxHashMap<Node, Edges>,
    now: Components,
    then: Components,
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
            let mut reader = Reader::new(world, &mut inner.files, file);
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

    /// The modules on the way from a file back to it, if it will load what is at this path, did not do so,
    /// and that makes a cycle which was not there. The file comes first and last.
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
            let node = inner.files.node(file);
            let targets = Reader::new(world, &mut inner.files, file).targets(&loaded);
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
            let to = inner.files.node(to);
            let mut reader = Reader::new(world, &mut inner.files, file);
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
        let file = inner.files.file(*node);
        let homes = roots.homes(&file);
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
    fn edges(&mut self, world: World<'_>, node: Node, when: When) -> Arc<[Node]> {
        let edges = self.edges.entry(node).or_insert_with(|| {
            let file = self.files.file(node);
            edges::of(world, &mut self.files, &file)
        });
        match when {
            When::Now => Arc::clone(&edges.now),
            When::Then => Arc::clone(&edges.then),
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

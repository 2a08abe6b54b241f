//! Which files only work when they change together: pure, from what is planned and a way to ask what files load.
//!
//! Two files are one unit if they are one thing in two files (a stub and its module), or if the first replaces an
//! object while it runs that the second looks up late, and the first can load the second, over any number of files:
//! with one of them rewritten, the one would replace what the other does not look at. Two files that replace the same
//! object do not meet in it. Everything else is a unit by itself.
//!
//! What files load is only asked where there is such a pair. Each file is asked once; then one pass over the graph
//! finds all that is reached, whatever the number of pairs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::unionfind::UnionFind;
use rustc_hash::{FxHashMap, FxHashSet};

use super::run::Run;
use crate::engine::{Engine, FileReport, StartError};
use crate::plan::{Manner, Met};

/// A file that changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Planned {
    /// Absolute, without links: what it is known by to [`Around`].
    pub path: PathBuf,
    /// The objects that it replaces or looks up late, by their old paths.
    pub met: Vec<Met>,
}

/// Files that change together, by index in what was planned; ascending, never empty.
pub type Unit = Vec<usize>;

/// What is known of the tree around the files.
pub trait Around {
    /// The files that a file loads, directly.
    fn loads(&self, file: &Path) -> Vec<PathBuf>;
    /// Files that are run with what a file puts in place.
    fn served(&self, file: &Path) -> Vec<PathBuf>;
    /// Other files that are one thing with a file.
    fn together(&self, file: &Path) -> Vec<PathBuf>;
}

impl Planned {
    /// Of a file that was planned.
    pub fn of(report: &FileReport) -> Self {
        let real = fs::canonicalize(&report.path);
        Self {
            path: real.unwrap_or_else(|_| report.path.clone()),
            met: report.plan.met.clone(),
        }
    }
}

/// The units of files that a run has planned, see [`units`].
///
/// # Errors
/// A thread could not be started.
pub fn units_of(run: &Run, files: &[Planned]) -> Result<Vec<Unit>, StartError> {
    let engine = Engine::open(
        &run.languages,
        &run.tables,
        &run.place.project,
        &run.rewrite,
        run.place.cwd.clone(),
    );
    let around = Tree {
        engine: &engine,
        limit: run.walk.max_file_size,
    };
    Engine::on_worker(|| units(files, &around))
}

/// The tree as the languages see it.
struct Tree<'e> {
    engine: &'e Engine<'e>,
    limit: u64,
}

impl Around for Tree<'_> {
    fn loads(&self, file: &Path) -> Vec<PathBuf> {
        self.engine.loads(file, self.limit)
    }

    fn served(&self, file: &Path) -> Vec<PathBuf> {
        self.engine.served(file)
    }

    fn together(&self, file: &Path) -> Vec<PathBuf> {
        self.engine.together(file)
    }
}

/// The units of files. Disjoint, and every file is in one; in order of their first files.
pub fn units(files: &[Planned], around: &dyn Around) -> Vec<Unit> {
    let mut by_path: FxHashMap<&Path, usize> = FxHashMap::default();
    let mut joined = UnionFind::new(files.len());
    for (at, file) in files.iter().enumerate() {
        // One file may be there by two names.
        joined.union(at, *by_path.entry(&file.path).or_insert(at));
    }
    let mut twins: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        for twin in around.together(&file.path) {
            // What is not planned itself may still be what two files have in common.
            let known = by_path.get(twin.as_path()).copied();
            let other = known.unwrap_or_else(|| *twins.entry(twin).or_insert(at));
            joined.union(at, other);
        }
    }
    let pairs = Pairs::of(files);
    if !pairs.sources.is_empty() {
        let reach = Reach::of(files, &pairs, around);
        for (object, sources) in &pairs.sources {
            let Some(targets) = pairs.targets.get(object) else {
                continue;
            };
            for &source in sources {
                for &target in targets {
                    if source != target && reach.leads(source, target) {
                        joined.union(source, target);
                    }
                }
            }
        }
    }
    let mut units: BTreeMap<usize, Unit> = BTreeMap::new();
    let mut firsts: FxHashMap<usize, usize> = FxHashMap::default();
    for at in 0..files.len() {
        let first = *firsts.entry(joined.find(at)).or_insert(at);
        units.entry(first).or_default().push(at);
    }
    units.into_values().collect()
}

/// Who replaces what others look up late.
struct Pairs<'f> {
    sources: BTreeMap<&'f str, Vec<usize>>,
    targets: BTreeMap<&'f str, Vec<usize>>,
}

impl<'f> Pairs<'f> {
    /// Of objects that are met in both ways, by different files.
    fn of(files: &'f [Planned]) -> Self {
        let by = |manner: Manner| {
            let mut by: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for (at, file) in files.iter().enumerate() {
                for met in file.met.iter().filter(|met| met.manner == manner) {
                    let all = by.entry(met.path.as_str()).or_default();
                    if all.last() != Some(&at) {
                        all.push(at);
                    }
                }
            }
            by
        };
        let (mut sources, mut targets) = (by(Manner::Replaces), by(Manner::Late));
        sources.retain(|object, sources| {
            let targets = targets.get(object);
            targets.is_some_and(|targets| targets.len() > 1 || targets != sources)
        });
        targets.retain(|object, _| sources.contains_key(object));
        Self { sources, targets }
    }
}

/// Which of some files can be loaded by which others.
struct Reach {
    /// By file that is planned, the strong component that it is in.
    components: FxHashMap<usize, usize>,
    /// By component, one bit a target.
    reached: Vec<Vec<u64>>,
    /// By file, its bit.
    bits: FxHashMap<usize, usize>,
}

impl Reach {
    fn of(files: &[Planned], pairs: &Pairs<'_>, around: &dyn Around) -> Self {
        let mut graph: DiGraph<(), ()> = DiGraph::new();
        let mut nodes: FxHashMap<PathBuf, NodeIndex> = FxHashMap::default();
        let mut open: Vec<PathBuf> = Vec::new();
        // A replacing file with what is run with it is a node of its own, so that none reaches through it what
        // only itself serves.
        let mut own: FxHashMap<usize, NodeIndex> = FxHashMap::default();
        let mut node = |graph: &mut DiGraph<(), ()>, open: &mut Vec<PathBuf>, path: &Path| {
            *nodes.entry(path.to_owned()).or_insert_with(|| {
                open.push(path.to_owned());
                graph.add_node(())
            })
        };
        let sources: FxHashSet<usize> = pairs.sources.values().flatten().copied().collect();
        let mut sources: Vec<usize> = sources.into_iter().collect();
        sources.sort_unstable();
        for &source in &sources {
            let start = graph.add_node(());
            let path = &files[source].path;
            for first in around.served(path).iter().chain([path]) {
                let first = node(&mut graph, &mut open, first);
                graph.add_edge(start, first, ());
            }
            own.insert(source, start);
        }
        while let Some(path) = open.pop() {
            let from = node(&mut graph, &mut open, &path);
            for loaded in around.loads(&path) {
                let to = node(&mut graph, &mut open, &loaded);
                graph.add_edge(from, to, ());
            }
        }
        let mut bits: FxHashMap<usize, usize> = FxHashMap::default();
        let mut targets: FxHashMap<NodeIndex, usize> = FxHashMap::default();
        for &target in pairs.targets.values().flatten() {
            if let Some(&at) = nodes.get(&files[target].path) {
                let next = bits.len();
                let bit = *bits.entry(target).or_insert(next);
                targets.insert(at, bit);
            }
        }
        // Components come after all that they lead to.
        let order = petgraph::algo::kosaraju_scc(&graph);
        let mut component_of = vec![0; graph.node_count()];
        for (component, nodes) in order.iter().enumerate() {
            for node in nodes {
                component_of[node.index()] = component;
            }
        }
        let words = bits.len().div_ceil(64);
        let mut reached: Vec<Vec<u64>> = Vec::with_capacity(order.len());
        for (component, nodes) in order.iter().enumerate() {
            let mut all = vec![0_u64; words];
            for &node in nodes {
                if let Some(bit) = targets.get(&node) {
                    all[bit / 64] |= 1 << (bit % 64);
                }
                for next in graph.neighbors(node) {
                    let next = component_of[next.index()];
                    if next != component {
                        for (word, more) in all.iter_mut().zip(&reached[next]) {
                            *word |= more;
                        }
                    }
                }
            }
            reached.push(all);
        }
        Self {
            components: own
                .into_iter()
                .map(|(source, node)| (source, component_of[node.index()]))
                .collect(),
            reached,
            bits,
        }
    }

    fn leads(&self, source: usize, target: usize) -> bool {
        let (Some(component), Some(bit)) = (self.components.get(&source), self.bits.get(&target))
        else {
            return false;
        };
        self.reached[*component][bit / 64] & (1 << (bit % 64)) != 0
    }
}

#[cfg(test)]
mod tests;

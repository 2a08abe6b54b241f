//! Paths outside imports by what they are asked for: their first name, the import that they go through.
//! Made when the first question comes, so that no question goes over all paths.

use std::cell::OnceCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Rewrite;
use super::actions::LeafKey;
use crate::lang::rust::resolve::{LeafKind, TYPE, Via};
use crate::lang::rust::visit::{Call, Found, Site};
use crate::mapping::Outcome;
use crate::path::Segment;

/// Positions of paths in [`Found::sites`].
#[derive(Debug, Default)]
pub struct SiteIndex {
    by_head: OnceCell<Heads>,
    relative: OnceCell<FxHashSet<Vec<Segment>>>,
    imported: OnceCell<FxHashSet<Segment>>,
    calls: OnceCell<FxHashMap<Segment, Vec<usize>>>,
    reached: OnceCell<Reached>,
    in_moved: OnceCell<FxHashSet<(Vec<Segment>, Segment)>>,
}

/// Names of modules around that paths reach.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// By `crate`, `self` or `super`: the module, and the name in it.
    pub(super) by_path: FxHashSet<(Vec<Segment>, Segment)>,
    /// Through imports of other modules of the file.
    pub(super) through_imports: FxHashSet<Segment>,
    /// Through imports of other files.
    pub(super) elsewhere: FxHashSet<Segment>,
}

#[derive(Debug, Default)]
struct Heads {
    named: FxHashMap<Segment, Vec<usize>>,
    through: FxHashMap<LeafKey, Vec<usize>>,
    /// Those that start at a crate by its name.
    crates: FxHashMap<Segment, Vec<usize>>,
}

/// The import or glob that a path starts at.
fn start_of(via: Via) -> Option<LeafKey> {
    match via {
        Via::Import(scope, ordinal)
        | Via::OuterImport(scope, ordinal)
        | Via::Glob(scope, ordinal) => Some((scope, ordinal)),
        _ => None,
    }
}

impl SiteIndex {
    /// What the paths of the file reach of modules around them.
    pub(super) fn reached(&self, found: &Found) -> &Reached {
        self.reached.get_or_init(|| {
            let mut reached = Reached::default();
            for site in &found.sites {
                let (names, taken) = (&site.written.segments, site.head.taken);
                match site.head.via {
                    Via::Relative | Via::Crate => {
                        let base = site.head.base.clone();
                        let next = names.get(taken);
                        reached
                            .by_path
                            .extend(next.map(|name| (base, name.clone())));
                    }
                    Via::OuterImport(..) => {
                        reached.through_imports.insert(names[taken - 1].clone());
                    }
                    Via::Elsewhere => {
                        reached.elsewhere.insert(names[taken - 1].clone());
                    }
                    _ => {}
                }
            }
            reached
        })
    }

    fn heads(&self, found: &Found) -> &Heads {
        self.by_head.get_or_init(|| {
            let mut heads = Heads::default();
            for (at, site) in found.sites.iter().enumerate() {
                let first = &site.written.segments[0];
                heads.named.entry(first.clone()).or_default().push(at);
                if let Some(key) = start_of(site.head.via) {
                    heads.through.entry(key).or_default().push(at);
                }
                if site.head.via == Via::Extern && site.head.base == std::slice::from_ref(first) {
                    heads.crates.entry(first.clone()).or_default().push(at);
                }
            }
            heads
        })
    }
}

impl Rewrite<'_, '_> {
    fn sites_at(&self, positions: Option<&Vec<usize>>) -> impl Iterator<Item = &Site> {
        let positions = positions.map_or(&[][..], Vec::as_slice);
        positions.iter().map(|at| &self.found.sites[*at])
    }

    /// The paths that are written with this first name.
    pub(super) fn sites_named(&self, name: &str) -> impl Iterator<Item = &Site> {
        self.sites_at(self.index.heads(self.found).named.get(name))
    }

    /// The paths that start at an import or a glob, from wherever.
    pub(super) fn sites_through(&self, key: LeafKey) -> impl Iterator<Item = &Site> {
        self.sites_at(self.index.heads(self.found).through.get(&key))
    }

    /// The paths that start at a crate, by its own name.
    pub(super) fn sites_of_crate(&self, name: &str) -> impl Iterator<Item = &Site> {
        self.sites_at(self.index.heads(self.found).crates.get(name))
    }

    /// Whether a path from `crate`, `self` or `super` means `path` or something below it.
    pub(super) fn is_named_relatively(&self, path: &[Segment]) -> bool {
        let relative = self.index.relative.get_or_init(|| {
            let sites = self.found.sites.iter();
            let sites = sites.filter(|site| matches!(site.head.via, Via::Relative | Via::Crate));
            sites
                .flat_map(|site| (1..=site.path.len()).map(|len| site.path[..len].to_vec()))
                .collect()
        });
        relative.contains(path)
    }

    /// Whether a path or an import of the file names a child of a module of which rules speak, by the old
    /// path of that module or by the new one.
    pub(super) fn is_reached_in_moved(&self, module: &[Segment], name: &Segment) -> bool {
        let reached = self.index.in_moved.get_or_init(|| {
            let mut reached = FxHashSet::default();
            let table = self.resolver.table;
            let mut note = |path: &[Segment]| {
                for len in 1..path.len() {
                    let (module, name) = (&path[..len], &path[len]);
                    // The file of the module is at its old place or at its new one.
                    match table.resolve(module, TYPE) {
                        Outcome::Moves(to) => {
                            reached.insert((to.to.segments().to_vec(), name.clone()));
                        }
                        _ if table.leads_to_new(module) => {}
                        _ => continue,
                    }
                    reached.insert((module.to_vec(), name.clone()));
                }
            };
            for site in &self.found.sites {
                note(&site.path);
            }
            let scopes = &self.found.scopes;
            for (id, scope) in scopes.iter() {
                for ordinal in 0..scope.names.leaves.len() {
                    if let Some(path) = self.resolver.leaf(scopes, id, ordinal) {
                        note(&path);
                    }
                }
            }
            reached
        });
        !reached.is_empty() && reached.contains(&(module.to_vec(), name.clone()))
    }

    /// Whether an import of the file is of something of this name.
    pub(super) fn is_imported(&self, name: &Segment) -> bool {
        let imported = self.index.imported.get_or_init(|| {
            let scopes = self.found.scopes.iter();
            let leaves = scopes.flat_map(|(_, scope)| &scope.names.leaves);
            let named = leaves.filter(|leaf| leaf.kind == LeafKind::Name);
            let last = named.filter_map(|leaf| leaf.written.segments.last());
            last.cloned().collect()
        });
        imported.contains(name)
    }

    /// The calls of a macro by this name.
    pub(super) fn calls_of(&self, name: &Segment) -> impl Iterator<Item = &Call> {
        let calls = self.index.calls.get_or_init(|| {
            let mut calls: FxHashMap<Segment, Vec<usize>> = FxHashMap::default();
            for (at, call) in self.found.calls.iter().enumerate() {
                calls.entry(call.name.clone()).or_default().push(at);
            }
            calls
        });
        let positions = calls.get(name).map_or(&[][..], Vec::as_slice);
        positions.iter().map(|at| &self.found.calls[*at])
    }
}

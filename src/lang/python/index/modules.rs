//! Questions about one module: what it binds, and what its package does. Each file is read once.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ruff_text_size::TextSize;
use rustc_hash::FxHashSet;

use super::Snapshot;
use super::loading::{self, Loaded, Running};
use super::reading::{is_for_type_checkers, source, with_unit};
use crate::lang::concurrent_cache::ConcurrentCache;
use crate::lang::python::exports;
use crate::lang::python::parse::{self, SourceKind};
use crate::lang::python::roots::{Kind, Roots};
use crate::lang::python::scopes::{BindingKind, ImportId, Scopes};
use crate::lang::python::tree::Tree;
use crate::lang::python::unit::{MODULE, Unit, known_modules};
use crate::mapping::Outcome;
use crate::path::Segment;

/// What was learned of files, by their paths.
#[derive(Default)]
pub(super) struct Modules {
    said: ConcurrentCache<Arc<Said>>,
    names: ConcurrentCache<Arc<Names>>,
}

/// The names that a module binds at its top level.
#[derive(Debug, Default)]
struct Names {
    bound: FxHashSet<Segment>,
    /// There may be more: a star import, a `__getattr__`, a text that cannot be read.
    is_open: bool,
}

/// What a module says at its top level.
#[derive(Debug, Default)]
struct Said {
    /// What it binds, in source order.
    top: Vec<Top>,
    /// What its imports load that always run, in source order, with their places.
    loads: Vec<(Vec<Segment>, TextSize)>,
    /// The same of all that run while it is imported.
    running: Vec<Running>,
    /// Names that it offers to a star import.
    offers: FxHashSet<Segment>,
    /// Modules that it takes stars from, and offers what they bring.
    stars: Vec<Vec<Segment>>,
}

/// One binding of a module's own names.
#[derive(Debug)]
struct Top {
    /// The name; `*` for a star import.
    name: Segment,
    at: TextSize,
    /// No block stands around it.
    always: bool,
    what: What,
}

impl Top {
    fn binds(&self, name: &Segment) -> bool {
        self.name == *name || matches!(self.what, What::Star(_))
    }
}

/// What a name is bound to.
#[derive(Debug, PartialEq, Eq)]
enum What {
    /// What lies at this path.
    Import(Vec<Segment>),
    /// All names of this module.
    Star(Vec<Segment>),
    /// A function or a class.
    Definition,
    /// Something else.
    Other,
    /// Nothing any more.
    Deleted,
}

/// Where the name of a module is read as one of its package.
#[derive(Clone, Copy)]
pub(in crate::lang::python) struct Read<'u> {
    /// The text.
    pub(in crate::lang::python) unit: &'u Unit<'u>,
    /// The place in it.
    pub(in crate::lang::python) at: TextSize,
    /// It is read while the text's module is imported, not in a function.
    pub(in crate::lang::python) at_once: bool,
}

/// What a package binds the name of one of its modules to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::lang::python) enum Bound {
    /// To the module alone.
    Nothing,
    /// To an object, whenever the package is loaded.
    Surely,
    /// To something else, at times.
    Perhaps,
}

/// So many star imports are followed from module to module.
const DEEPEST: usize = 8;

impl Snapshot<'_> {
    /// What a package binds the name of one of its modules to, besides the module, when it is read. The module may
    /// have another name by now.
    pub(in crate::lang::python) fn bound(
        &self,
        tree: &Tree<'_>,
        package: &[Segment],
        name: &Segment,
        read: Read<'_>,
    ) -> Bound {
        let Some(init) = self.package(tree, package) else {
            return Bound::Nothing;
        };
        let is_own = init == tree.file;
        let said = match is_own {
            true => Arc::new(said(read.unit)),
            false => self.said(tree, &init),
        };
        let (bound, first) = self.bound_in(tree, &said, package, name);
        let is_inside = init.parent().is_some_and(|it| tree.file.starts_with(it));
        if bound == Bound::Nothing || !read.at_once || !is_inside {
            return bound;
        }
        // What runs while the package is loaded may come before the package binds the name.
        let is_before = match is_own {
            true => read.at < first,
            false => {
                let before = said.running.iter().filter(|running| running.at <= first);
                let before: Vec<Loaded> = before.map(|running| running.loaded.clone()).collect();
                let world = self.world(tree.roots);
                self.index.graph.leads(world, &init, before, tree.file)
            }
        };
        match is_before {
            true => Bound::Nothing,
            false => bound,
        }
    }

    /// What a package binds the name to in the end, and where it does so first.
    fn bound_in(
        &self,
        tree: &Tree<'_>,
        said: &Said,
        package: &[Segment],
        name: &Segment,
    ) -> (Bound, TextSize) {
        let module = [package, std::slice::from_ref(name)].concat();
        let renamed = self.renamed(&module);
        let is_it = |path: &[Segment]| path == module || renamed.as_deref() == Some(path);
        let comes_of_it = |path: &[Segment]| (1..=path.len()).any(|len| is_it(&path[..len]));
        let is_there = tree.is_module(&module);
        let mut loads = said.loads.iter();
        let first_load = loads.find(|(path, _)| comes_of_it(path)).map(|(_, at)| *at);
        let mut bound = Bound::Nothing;
        let mut first = None;
        for top in said.top.iter().filter(|top| top.binds(name)) {
            let own = match &top.what {
                What::Deleted => false,
                What::Import(value) if is_it(value) => continue,
                What::Import(value) => comes_of_it(value),
                What::Star(from) => {
                    let from = match tree.is_module(from) {
                        true => from.clone(),
                        false => self.renamed(from).unwrap_or_else(|| from.clone()),
                    };
                    if !self.brings_by_star(tree, &from, name, 0) {
                        continue;
                    }
                    comes_of_it(&from)
                }
                What::Definition => true,
                What::Other => false,
            };
            // Where the module is not there, what comes from elsewhere may be the one that took its place.
            if !is_there && !own {
                continue;
            }
            first.get_or_insert(top.at);
            // The first import of a module binds its name in the package, over what was bound.
            let is_last = first_load.is_some_and(|at| at <= top.at);
            let is_object = !matches!(top.what, What::Other | What::Deleted);
            if top.always && is_last && is_object {
                bound = Bound::Surely;
            } else if bound == Bound::Nothing || top.what == What::Deleted {
                bound = Bound::Perhaps;
            }
        }
        (bound, first.unwrap_or_default())
    }

    /// Whether a package has a `__getattr__` of its own.
    pub(in crate::lang::python) fn gives_on_demand(
        &self,
        tree: &Tree<'_>,
        package: &[Segment],
    ) -> bool {
        let Some(init) = self.package(tree, package) else {
            return false;
        };
        let said = self.said(tree, &init);
        said.top.iter().any(|top| top.name == "__getattr__")
    }

    /// The `__init__` of a package, under its old name or its new one.
    fn package(&self, tree: &Tree<'_>, package: &[Segment]) -> Option<PathBuf> {
        if package.is_empty() {
            return None;
        }
        let find = |path: &[Segment]| tree.roots.find_from(tree.file, path);
        let found = find(package).or_else(|| find(&self.renamed(package)?))?;
        match found.kind {
            Kind::Package(_) => found.file,
            Kind::Module(_) | Kind::Namespace(_) => None,
        }
    }

    /// What the table makes of a module.
    fn renamed(&self, module: &[Segment]) -> Option<Vec<Segment>> {
        let known = known_modules(module.len());
        match self.setting.table.resolve_known(module, MODULE, known) {
            Outcome::Moves(moved) => Some(moved.to.segments().to_vec()),
            _ => None,
        }
    }

    /// Whether a star import of a module, if it is one of the tree, brings a name. Those of other trees are not
    /// known: then it is taken for one that does not.
    pub(in crate::lang::python) fn brings_by_star(
        &self,
        tree: &Tree<'_>,
        module: &[Segment],
        name: &Segment,
        depth: usize,
    ) -> bool {
        if module.is_empty() || depth > DEEPEST {
            return false;
        }
        let found = tree.roots.find_from(tree.file, module);
        let Some(file) = found.and_then(|found| found.file) else {
            return false;
        };
        let said = self.said(tree, &file);
        let mut stars = said.stars.iter();
        said.offers.contains(name)
            || stars.any(|module| self.brings_by_star(tree, module, name, depth + 1))
    }

    /// Whether a module lies at a path, and has these names.
    pub(in crate::lang::python) fn leads(
        &self,
        roots: &Roots,
        from: &Path,
        module: &[Segment],
        names: &[&Segment],
    ) -> bool {
        let Some(found) = roots.find_from(from, module) else {
            return false;
        };
        names.iter().all(|name| {
            let below: Vec<Segment> = module.iter().chain([*name]).cloned().collect();
            roots.find_from(from, &below).is_some()
                || found.file.as_ref().is_some_and(|file| {
                    let names = self
                        .index
                        .modules
                        .names
                        .get_or(file, || Arc::new(names_of(file)));
                    names.is_open || names.bound.contains(*name)
                })
        })
    }

    fn said(&self, tree: &Tree<'_>, file: &Path) -> Arc<Said> {
        self.index.modules.said.get_or(file, || {
            let read = || {
                let source = source(file)?;
                with_unit(file, source.text(), tree.roots, self.setting, said)
            };
            Arc::new(read().unwrap_or_default())
        })
    }
}

/// What a module says.
fn said(unit: &Unit<'_>) -> Said {
    let (offers, stars) = offered(unit);
    Said {
        top: top(unit),
        loads: loads(unit),
        running: loading::of(unit.module),
        offers,
        stars,
    }
}

/// What a module binds while it is imported.
fn top(unit: &Unit<'_>) -> Vec<Top> {
    let own = unit.scopes.bindings.iter();
    let own = own.filter(|binding| binding.scope.index() == 0);
    let mut top: Vec<Top> = own
        .filter_map(|binding| {
            let what = match binding.kind {
                BindingKind::Annotation => return None,
                BindingKind::Deletion => What::Deleted,
                BindingKind::Function | BindingKind::Class => What::Definition,
                BindingKind::Import(import, clause) => {
                    if is_for_type_checkers(unit, unit.scopes.import(import)) {
                        return None;
                    }
                    What::Import(unit.value_path(import, clause as usize)?)
                }
                BindingKind::Star(import) => What::Star(unit.clause_path(import, 0)?),
                _ => What::Other,
            };
            Some(Top {
                name: binding.name.clone(),
                at: binding.range.start(),
                always: unit.scopes.block(binding.block).parent.is_none(),
                what,
            })
        })
        .collect();
    top.sort_by_key(|top| top.at);
    top
}

/// What the imports of a module load that always run.
fn loads(unit: &Unit<'_>) -> Vec<(Vec<Segment>, TextSize)> {
    let mut loads = Vec::new();
    for (number, import) in unit.scopes.imports.iter().enumerate() {
        let always = unit.scopes.block(import.block).parent.is_none();
        if !always || import.is_lazy || import.unreachable {
            continue;
        }
        for clause in 0..import.clauses.len() {
            let path = unit.clause_path(ImportId(number as u32), clause);
            loads.extend(path.map(|path| (path, import.range.start())));
        }
    }
    loads.sort_by_key(|load| load.1);
    loads
}

/// The names that a module offers to star imports, and the modules from which it takes more.
fn offered(unit: &Unit<'_>) -> (FxHashSet<Segment>, Vec<Vec<Segment>>) {
    let exports = exports::of(unit.module);
    let top = unit.scopes.bindings.iter();
    let top = top.filter(|binding| binding.scope.index() == 0 && binding.kind.binds());
    let mut offers = FxHashSet::default();
    let mut stars = Vec::new();
    for binding in top {
        match binding.kind {
            BindingKind::Star(import) => stars.extend(unit.clause_path(import, 0)),
            _ if exports.is_empty() && !binding.name.starts_with('_') => {
                offers.insert(binding.name.clone());
            }
            _ => {}
        }
    }
    if !exports.is_empty() {
        return (exports, Vec::new());
    }
    (offers, stars)
}

/// The names that the module of a file binds. Its imports are not followed, so that nothing leads back here.
fn names_of(file: &Path) -> Names {
    let open = Names {
        is_open: true,
        ..Names::default()
    };
    let Some(source) = source(file) else {
        return open;
    };
    let Ok(parsed) = parse::module(source.text(), SourceKind::of(file)) else {
        return open;
    };
    let scopes = Scopes::of(parsed.syntax(), source.text());
    let top = scopes
        .bindings
        .iter()
        .filter(|binding| binding.scope.index() == 0);
    let mut names = Names::default();
    for binding in top {
        names.is_open |=
            matches!(binding.kind, BindingKind::Star(_)) || binding.name == "__getattr__";
        names.bound.insert(binding.name.clone());
    }
    names
}

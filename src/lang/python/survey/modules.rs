//! Questions about one module: what it binds, and what its package does. Each file is read once.

use std::path::Path;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::Look;
use super::reading::{is_other, source, with_unit};
use crate::lang::memo::Memo;
use crate::lang::python::exports;
use crate::lang::python::parse::{self, SourceKind};
use crate::lang::python::roots::{Found, Kind, Roots};
use crate::lang::python::scopes::{BindingKind, Scopes};
use crate::lang::python::tree::Tree;
use crate::lang::python::unit::Unit;
use crate::path::Segment;

/// What was learned of files, by their paths.
#[derive(Default)]
pub(super) struct Modules {
    said: Memo<Arc<Said>>,
    names: Memo<Arc<Names>>,
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
    /// Names that it binds to something else than a module below it.
    others: FxHashSet<Segment>,
    /// Names that it offers to a star import.
    offers: FxHashSet<Segment>,
    /// Modules that it takes stars from, and offers what they bring.
    stars: Vec<Vec<Segment>>,
}

/// So many star imports are followed from module to module.
const DEEPEST: usize = 8;

impl Look<'_> {
    /// Whether a package has a module of this name, and binds the name to something else.
    pub(in crate::lang::python) fn rebinds(
        &self,
        tree: &Tree<'_>,
        package: &[Segment],
        name: &Segment,
    ) -> bool {
        if package.is_empty() {
            return false;
        }
        let module = [package, std::slice::from_ref(name)].concat();
        let Some(Found {
            kind: Kind::Package(_),
            file: Some(init),
        }) = tree.roots.find_from(tree.file, package)
        else {
            return false;
        };
        tree.is_module(&module) && self.said(tree, &init).others.contains(name)
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
                        .survey
                        .modules
                        .names
                        .get_or(file, || Arc::new(names_of(file)));
                    names.is_open || names.bound.contains(*name)
                })
        })
    }

    fn said(&self, tree: &Tree<'_>, file: &Path) -> Arc<Said> {
        self.survey.modules.said.get_or(file, || {
            let read = || {
                let source = source(file)?;
                with_unit(file, source.text(), tree.roots, self.setting, |unit| {
                    let top = unit.scopes.bindings.iter();
                    let others = top.filter(|binding| binding.scope.index() == 0);
                    let others = others.filter(|binding| is_other(unit, binding));
                    let (offers, stars) = offered(unit);
                    Said {
                        others: others.map(|binding| binding.name.clone()).collect(),
                        offers,
                        stars,
                    }
                })
            };
            Arc::new(read().unwrap_or_default())
        })
    }
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

//! From what is written to the absolute path that it means.

use std::cell::RefCell;
use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};

use super::names::{Entry, Leaf, LeafKind, Names, Reach, TYPE, What, Written};
use super::scopes::{ScopeId, Scopes};
use super::tree::{ModuleTree, OuterNames};
use crate::lang::rust::manifest::{Edition, Externs, Krate};
use crate::mapping::Table;
use crate::path::{Namespaces, Segment};

/// Globs that bring globs are followed this far; a cycle of globs is legal.
const MAX_GLOBS: usize = 16;

/// Where a text stands: its crate and what it can name.
#[derive(Debug)]
pub struct Home<'a> {
    /// Its crate; `None` for a file in no module tree.
    pub krate: Option<&'a Krate>,
    /// The first name of paths in this crate: the name that rules have for it, or `crate`, which no
    /// rule can have.
    pub root: Segment,
    /// The module of the file below the crate's root.
    pub module: Vec<Segment>,
    /// The edition it is compiled with.
    pub edition: Edition,
    /// Crates it can name: local name to library name. `None`: nothing is known.
    pub externs: Option<&'a Externs>,
    /// Further ones that only code under `cfg(test)` can name.
    pub dev_externs: Option<&'a Externs>,
    /// The library of the package, where the text is in another of its targets.
    pub library: Option<&'a Krate>,
    /// All of it is only there for tests.
    pub test: bool,
    /// The file, if the text is one.
    pub file: Option<&'a Path>,
}

impl Home<'_> {
    /// The library that `local` names as an external crate, if a manifest says so.
    pub fn external(&self, local: &str) -> Option<&Segment> {
        self.externs
            .and_then(|map| map.get(local))
            .or_else(|| self.dev_externs.and_then(|map| map.get(local)))
            // How the standard library's own dependencies name it: it is `core` all the same.
            .filter(|library| !library.starts_with("rustc_std_workspace_"))
    }

    /// Under which local name the library `name` can be written here, if a manifest says so.
    /// `test`: for code that is only there for tests.
    pub fn local_name(&self, name: &str, test: bool) -> Option<&Segment> {
        [self.externs, self.dev_externs.filter(|_| test)]
            .into_iter()
            .flatten()
            .find_map(|map| {
                let locals = map.iter().filter(|(_, library)| *library == name);
                // Several local names are possible; its own one is the first choice.
                locals
                    .map(|(local, _)| local)
                    .min_by_key(|local| (*local != name, *local))
            })
    }
}

/// What kind of path is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The path of an import, of this scope and ordinal: it does not see what it binds itself.
    Use(ScopeId, usize),
    /// Any other path.
    Path,
}

/// How a head was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// `crate`.
    Crate,
    /// `self` and `super`.
    Relative,
    /// A crate by its name; the path starts with `::` or not.
    Extern,
    /// An import of this file.
    Import(ScopeId, usize),
    /// An import of another module of this file, through a glob or a relative path.
    OuterImport(ScopeId, usize),
    /// An import of another file: that file's own plan rewrites it.
    Elsewhere,
    /// A `mod` of a module of this crate, or what a rule says is one.
    Module,
    /// Any other definition: a plain name for it is no reference.
    Definition,
    /// A public name of another module, however that module comes by it.
    OuterDefinition,
    /// A glob of this file, that brings it or may bring it.
    Glob(ScopeId, usize),
    /// It may be a child module or a crate.
    Ambiguous,
}

/// The first names of a path, and what they mean together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many of the written names it takes.
    pub taken: usize,
    /// What they mean: an absolute path.
    pub base: Vec<Segment>,
    /// How that was found.
    pub via: Via,
}

/// Resolves the paths of one text.
pub struct Resolver<'a> {
    /// Where the text stands.
    pub home: Home<'a>,
    /// Which names rules know.
    pub table: &'a Table,
    /// Modules in other files.
    pub tree: &'a ModuleTree,
    /// What was found for imports; `None` inside marks one that is being resolved.
    meanings: RefCell<Meanings>,
    /// What imports of other files mean.
    outer_meanings: RefCell<OuterMeanings>,
    /// Modules that are asked for a name right now: globs may go in circles.
    asked: RefCell<FxHashSet<(Vec<Segment>, Segment)>>,
}

/// Meanings of imports in other files, by module and ordinal.
type OuterMeanings = FxHashMap<(Vec<Segment>, usize), Option<Vec<Segment>>>;

/// Meanings of imports, by scope and ordinal.
type Meanings = FxHashMap<(ScopeId, usize), Option<Vec<Segment>>>;

/// What binds a name in a module.
enum Bound {
    Module,
    Definition,
    /// An import that means this path, and whether everyone sees it.
    Import(Vec<Segment>, Via),
}

impl<'a> Resolver<'a> {
    /// A resolver for a text at `home`.
    pub fn new(home: Home<'a>, table: &'a Table, tree: &'a ModuleTree) -> Self {
        Self {
            home,
            table,
            tree,
            meanings: RefCell::default(),
            outer_meanings: RefCell::default(),
            asked: RefCell::default(),
        }
    }

    /// The absolute path that `written` means in `scope`, and its head. `None`: it has none that is
    /// known (a local type, a name of the prelude, what an opaque glob brings).
    pub fn path(
        &self,
        scopes: &Scopes,
        scope: ScopeId,
        written: &Written,
        kinds: Namespaces,
        role: Role,
    ) -> Option<(Head, Vec<Segment>)> {
        let head = self.head(scopes, scope, written, kinds, role)?;
        let mut path = head.base.clone();
        path.extend_from_slice(&written.segments[head.taken..]);
        Some((head, path))
    }

    /// What an import means; `None` if that is not known, or if it means itself.
    pub fn leaf(&self, scopes: &Scopes, scope: ScopeId, ordinal: usize) -> Option<Vec<Segment>> {
        if let Some(known) = self.meanings.borrow().get(&(scope, ordinal)) {
            return known.clone();
        }
        self.meanings.borrow_mut().insert((scope, ordinal), None);
        let leaf = &scopes.get(scope).names.leaves[ordinal];
        let meaning = if leaf.kind == LeafKind::ExternCrate {
            Some(vec![self.extern_crate(&leaf.written.segments[0])])
        } else if leaf.written.segments.is_empty() {
            // `use *;` of edition 2015: the crate's root.
            Some(vec![self.home.root.clone()])
        } else {
            let kinds = match leaf.kind {
                LeafKind::Name => Namespaces::ALL,
                _ => TYPE,
            };
            self.path(
                scopes,
                scope,
                &leaf.written,
                kinds,
                Role::Use(scope, ordinal),
            )
            .map(|(_, path)| path)
        };
        self.meanings
            .borrow_mut()
            .insert((scope, ordinal), meaning.clone());
        meaning
    }

    fn extern_crate(&self, name: &Segment) -> Segment {
        if name == "self" {
            return self.home.root.clone();
        }
        self.home.external(name).unwrap_or(name).clone()
    }

    /// Whether what a module binds is known: a glob of it is not opaque.
    pub fn sees(&self, scopes: &Scopes, module: &[Segment]) -> bool {
        self.module_at(scopes, module).is_some()
    }

    /// Whether the tree has a module of this very name.
    pub fn has_module(&self, scopes: &Scopes, module: &[Segment]) -> bool {
        self.module_itself(scopes, module).is_some()
    }

    /// Names that a glob of this module brings, as far as they are written in it; `None` if it is
    /// opaque, or brings what other globs bring.
    pub fn names_of(&self, scopes: &Scopes, module: &[Segment]) -> Option<Vec<Segment>> {
        match self.module_at(scopes, module)? {
            KnownModule::Here(id) => {
                let names = &scopes.get(id).names;
                let all = names.iter().map(|(name, _)| name.clone()).collect();
                names.globs.is_empty().then_some(all)
            }
            KnownModule::Elsewhere(names, _) => {
                let all = names.entries.keys().cloned().collect();
                names.globs.is_empty().then_some(all)
            }
        }
    }

    /// Who sees `name` of a module of this crate: the widest of what binds it. `None` if the module
    /// is not known; `Some(None)` if it is, and binds no such name itself.
    pub fn reach_in(
        &self,
        scopes: &Scopes,
        module: &[Segment],
        name: &str,
    ) -> Option<Option<Reach>> {
        let entries = self.entries_in(scopes, module, name)?;
        let reaches = entries.iter().map(|entry| entry.reach);
        Some(reaches.max_by_key(|reach| *reach as u8))
    }

    /// What a module of this crate binds to `name`; `None` if the module is not known.
    pub(super) fn entries_in(
        &self,
        scopes: &Scopes,
        module: &[Segment],
        name: &str,
    ) -> Option<Vec<Entry>> {
        Some(match self.module_at(scopes, module)? {
            KnownModule::Here(id) => scopes.get(id).names.get(name).to_vec(),
            KnownModule::Elsewhere(names, _) => {
                names.entries.get(name).cloned().unwrap_or_default()
            }
        })
    }

    /// Whether a module of this crate binds `name` to an external crate.
    pub fn binds_crate(&self, scopes: &Scopes, module: &[Segment], name: &str) -> bool {
        let is_crate =
            |leaf: &super::names::Leaf| leaf.kind == LeafKind::ExternCrate && leaf.name == name;
        match self.module_at(scopes, module) {
            Some(KnownModule::Here(id)) => scopes.get(id).names.leaves.iter().any(is_crate),
            Some(KnownModule::Elsewhere(names, _)) => names.leaves.iter().any(is_crate),
            None => false,
        }
    }

    /// What the first names of `written` mean in `scope`.
    pub fn head(
        &self,
        scopes: &Scopes,
        scope: ScopeId,
        written: &Written,
        kinds: Namespaces,
        role: Role,
    ) -> Option<Head> {
        let segments = &written.segments;
        let first = segments.first()?;
        let old_edition = self.home.edition == Edition::E2015;
        if written.leading {
            return if old_edition {
                self.root_path(scopes, first, role)
            } else {
                Some(self.by_crate_name(first))
            };
        }
        match first.as_str() {
            "crate" => {
                let head = Head {
                    taken: 1,
                    base: vec![self.home.root.clone()],
                    via: Via::Crate,
                };
                return Some(self.through_private(scopes, scope, head, written, kinds, role));
            }
            "self" | "super" => {
                let head = self.relative(scopes, scope, segments)?;
                return Some(self.through_private(scopes, scope, head, written, kinds, role));
            }
            "Self" => return None,
            _ => {}
        }
        if old_edition && matches!(role, Role::Use(..)) {
            return self.root_path(scopes, first, role);
        }
        let kinds = if segments.len() > 1 { TYPE } else { kinds };
        self.plain(scopes, scope, first, kinds, role, segments.get(1))
    }

    fn relative(&self, scopes: &Scopes, scope: ScopeId, segments: &[Segment]) -> Option<Head> {
        let mut base = scopes.get(scope).path.to_vec();
        let mut taken = usize::from(segments[0] == "self");
        while segments.get(taken).is_some_and(|name| name == "super") {
            taken += 1;
            base.pop();
        }
        // An orphan file does not know its own module, so `super` leads nowhere.
        if base.is_empty() || self.home.krate.is_none() {
            return None;
        }
        Some(Head {
            taken,
            base,
            via: Via::Relative,
        })
    }

    /// `super::a` where `a` is a private import of that module: the name is an alias that only
    /// those inside can use, and means what it imports.
    fn through_private(
        &self,
        scopes: &Scopes,
        scope: ScopeId,
        head: Head,
        written: &Written,
        kinds: Namespaces,
        role: Role,
    ) -> Head {
        let Some(name) = written.segments.get(head.taken) else {
            return head;
        };
        let is_last = written.segments.len() == head.taken + 1;
        let kinds = if is_last { kinds } else { TYPE };
        let from = &scopes.get(scope).path;
        if !from.starts_with(&head.base) || self.knows_below(&head.base, name) {
            return head;
        }
        let found = match self.module_itself(scopes, &head.base) {
            Some(KnownModule::Here(id)) => {
                let names = std::rc::Rc::clone(&scopes.get(id).names);
                match self.in_names(scopes, id, &names, name, kinds, role) {
                    Some(Bound::Import(path, Via::Import(_, ordinal)))
                        if names.leaves[ordinal].reach == Reach::Private =>
                    {
                        Some((path, Via::OuterImport(id, ordinal)))
                    }
                    _ => None,
                }
            }
            Some(KnownModule::Elsewhere(names, module)) => {
                let outer = OuterScope {
                    module: &module,
                    names,
                };
                self.private_elsewhere(scopes, &outer, name, kinds)
                    .map(|path| (path, Via::Elsewhere))
            }
            None => None,
        };
        match found {
            Some((base, via)) => Head {
                taken: head.taken + 1,
                base,
                via,
            },
            None => head,
        }
    }

    /// Whether rules speak of the name as a child of the module, which then is what it is.
    fn knows_below(&self, module: &[Segment], name: &Segment) -> bool {
        let mut path = module.to_vec();
        path.push(name.clone());
        self.table.leads_to_old(&path)
    }

    fn private_elsewhere(
        &self,
        scopes: &Scopes,
        outer: &OuterScope<'_>,
        name: &Segment,
        kinds: Namespaces,
    ) -> Option<Vec<Segment>> {
        let entries = outer.names.entries.get(name)?;
        let mut found = None;
        for entry in entries.iter().filter(|entry| entry.kinds.meets(kinds)) {
            let What::Import(ordinal) = entry.what else {
                return None;
            };
            if entry.reach == Reach::Private {
                found = found.or(Some(ordinal));
            }
        }
        self.outer_leaf(scopes, outer, found?, 0)
    }

    fn by_crate_name(&self, name: &Segment) -> Head {
        Head {
            taken: 1,
            base: vec![self.home.external(name).unwrap_or(name).clone()],
            via: Via::Extern,
        }
    }

    /// Paths of imports and those with `::` in edition 2015: from the crate's root, which sees other
    /// crates through its `extern crate` items.
    fn root_path(&self, scopes: &Scopes, name: &Segment, role: Role) -> Option<Head> {
        let root = [self.home.root.clone()];
        let found = self.in_module(scopes, &root, name, TYPE, role, 0);
        let head = |base, via| Head {
            taken: 1,
            base,
            via,
        };
        match found {
            Some(Bound::Import(path, via)) => Some(head(path, via)),
            Some(Bound::Module) => Some(head(self.in_root(name), Via::Module)),
            Some(Bound::Definition) => Some(head(self.in_root(name), Via::OuterDefinition)),
            None => {
                let child = self.in_root(name);
                if self.knows(&child) {
                    return Some(head(child, Via::Module));
                }
                if self.home.external(name).is_some() || self.knows_crate(name) {
                    return Some(self.by_crate_name(name));
                }
                Some(head(child, Via::Module))
            }
        }
    }

    fn in_root(&self, name: &Segment) -> Vec<Segment> {
        vec![self.home.root.clone(), name.clone()]
    }

    /// A plain name: the scopes outwards, then crates, then what the table says.
    fn plain(
        &self,
        scopes: &Scopes,
        scope: ScopeId,
        name: &Segment,
        kinds: Namespaces,
        role: Role,
        next: Option<&Segment>,
    ) -> Option<Head> {
        let is_prefix = next.is_some();
        let head = |base, via| {
            Some(Head {
                taken: 1,
                base,
                via,
            })
        };
        let mut guess = None;
        for id in scopes.outwards(scope) {
            let here = scopes.get(id);
            let is_module = here.module == id;
            let below = || {
                let mut path = here.path.to_vec();
                path.push(name.clone());
                path
            };
            match self.in_names(scopes, id, &here.names, name, kinds, role) {
                Some(Bound::Module) if is_module => return head(below(), Via::Module),
                Some(Bound::Definition) if is_module => return head(below(), Via::Definition),
                // What a block defines has no path.
                Some(Bound::Module | Bound::Definition) => return None,
                Some(Bound::Import(path, via)) => return head(path, via),
                None => {}
            }
            for &glob in &here.names.globs {
                // A module of that name never hides a primitive type.
                if role == Role::Use(id, glob) || is_primitive(name) {
                    continue;
                }
                let Some(base) = self.leaf(scopes, id, glob) else {
                    continue;
                };
                let mut path = base.clone();
                path.push(name.clone());
                if let Some(known) = self.module_at(scopes, &base) {
                    let inside = self.in_known(scopes, &base, &known, name, kinds, &here.path, 0);
                    match inside {
                        Some(
                            Bound::Module
                            | Bound::Definition
                            | Bound::Import(_, Via::OuterDefinition),
                        ) => return head(path, Via::Glob(id, glob)),
                        Some(Bound::Import(path, via)) => return head(path, via),
                        None => {
                            if is_prefix && self.knows(&path) {
                                guess.get_or_insert((path, Via::Module));
                            }
                        }
                    }
                } else if self.knows_brought(&base, name) {
                    return head(path, Via::Glob(id, glob));
                }
            }
        }
        if let Some(library) = self.root_extern(scopes, name)
            && kinds.meets(TYPE)
        {
            return head(vec![library], Via::Extern);
        }
        let mut child = scopes.get(scope).path.to_vec();
        child.push(name.clone());
        let is_child = self.home.krate.is_some() && self.is_lost_child(&child, kinds, is_prefix);
        if self.home.external(name).is_some() {
            if is_child && kinds == TYPE && self.table.leads_to_old(&child) {
                return match next.map(|next| self.defines_lost(scopes, &child, next)) {
                    Some(Some(true)) => head(child, Via::Module),
                    Some(Some(false)) => Some(self.by_crate_name(name)),
                    _ => head(child, Via::Ambiguous),
                };
            }
            return kinds.meets(TYPE).then(|| self.by_crate_name(name));
        }
        if matches!(
            name.as_str(),
            "std" | "core" | "alloc" | "proc_macro" | "test"
        ) && is_prefix
        {
            return Some(self.by_crate_name(name));
        }
        if is_child {
            if is_prefix && self.home.externs.is_none() && self.knows_crate(name) {
                return head(child, Via::Ambiguous);
            }
            return head(child, Via::Module);
        }
        if let Some((path, via)) = guess {
            return head(path, via);
        }
        let imports_a_crate = matches!(role, Role::Use(..));
        if imports_a_crate || (is_prefix && self.knows_crate(name)) {
            return Some(self.by_crate_name(name));
        }
        None
    }

    /// Whether the new home of a module that is gone binds `name`; `None` if the tree has no such
    /// home. That tells the module from a crate of the same name.
    fn defines_lost(&self, scopes: &Scopes, child: &[Segment], name: &Segment) -> Option<bool> {
        self.module_at(scopes, child)?;
        let bound = self.reach_in(scopes, child, name).flatten().is_some();
        // A glob of the new home may bring it: then nothing is told.
        match self.names_of(scopes, child) {
            Some(_) => Some(bound),
            None => bound.then_some(true),
        }
    }

    /// The crate that an `extern crate` at this crate's root binds to `name`: since edition 2018 all
    /// modules see it.
    fn root_extern(&self, scopes: &Scopes, name: &str) -> Option<Segment> {
        if self.home.edition == Edition::E2015 {
            return None;
        }
        let find = |leaves: &[Leaf]| {
            leaves
                .iter()
                .find(|leaf| leaf.kind == LeafKind::ExternCrate && leaf.name == name)
                .map(|leaf| self.extern_crate(&leaf.written.segments[0]))
        };
        match self.module_itself(scopes, std::slice::from_ref(&self.home.root))? {
            KnownModule::Here(id) => find(&scopes.get(id).names.leaves),
            KnownModule::Elsewhere(names, _) => find(&names.leaves),
        }
    }

    /// Whether nothing binds a child of this module but a rule speaks of it.
    fn is_lost_child(&self, child: &[Segment], kinds: Namespaces, is_prefix: bool) -> bool {
        if is_prefix {
            return self.knows(child);
        }
        // A plain name alone may be anything of the prelude, so the rule must name it exactly.
        let name = &child[child.len() - 1];
        !is_prelude(name)
            && self.table.leads_to_old(child)
            && matches!(
                self.table.resolve(child, kinds),
                crate::mapping::Outcome::Moves(ref to) if to.first.len == child.len()
            )
    }

    fn knows(&self, path: &[Segment]) -> bool {
        self.table.leads_to_old(path) || self.table.leads_to_new(path)
    }

    /// Whether rules know a name that an opaque glob of `base` may bring, under the old name of the
    /// module or under the new one: a plan must read the same before and after.
    fn knows_brought(&self, base: &[Segment], name: &Segment) -> bool {
        let below = |module: &[Segment]| {
            let mut path = module.to_vec();
            path.push(name.clone());
            self.knows(&path)
        };
        if is_primitive(name) {
            return false;
        }
        let moved = match self.table.resolve(base, TYPE) {
            crate::mapping::Outcome::Moves(to) => below(to.to.segments()),
            _ => false,
        };
        moved || below(base) || self.table.sources(base).iter().any(|old| below(old))
    }

    fn knows_crate(&self, name: &Segment) -> bool {
        *name != self.home.root && self.knows(std::slice::from_ref(name))
    }

    /// What the module at this absolute path binds `name` to.
    fn in_module(
        &self,
        scopes: &Scopes,
        module: &[Segment],
        name: &Segment,
        kinds: Namespaces,
        role: Role,
        depth: usize,
    ) -> Option<Bound> {
        if let Some(id) = scopes.module(module) {
            let names = &scopes.get(id).names;
            return self.in_names(scopes, id, names, name, kinds, role);
        }
        let known = self.module_at(scopes, module)?;
        self.in_known(scopes, module, &known, name, kinds, module, depth)
    }

    /// What names of this file bind `name` to, without globs.
    fn in_names(
        &self,
        scopes: &Scopes,
        id: ScopeId,
        names: &Names,
        name: &Segment,
        kinds: Namespaces,
        role: Role,
    ) -> Option<Bound> {
        let entries = names.get(name);
        let defined = entries
            .iter()
            .filter(|entry| entry.kinds.meets(kinds))
            .find_map(|entry| match entry.what {
                What::Module => Some(Bound::Module),
                What::Definition => Some(Bound::Definition),
                What::Import(_) => None,
            });
        if defined.is_some() {
            return defined;
        }
        entries.iter().find_map(|entry| {
            let What::Import(ordinal) = entry.what else {
                return None;
            };
            let leaf = &names.leaves[ordinal];
            if !entry.kinds.meets(kinds) || role == Role::Use(id, ordinal) {
                return None;
            }
            // `use h::h;` binds no module `h`: its own head would be ambiguous (E0659). The head of
            // `h::X` is the crate.
            let own_head = !leaf.written.leading
                && self.home.edition > Edition::E2015
                && leaf.written.segments.len() > 1
                && leaf.written.segments[0] == *name;
            if own_head && kinds == TYPE {
                return None;
            }
            let path = self.leaf(scopes, id, ordinal)?;
            Some(Bound::Import(path, Via::Import(id, ordinal)))
        })
    }

    /// A module by its absolute path, of this file or of another one of this crate. Where the tree
    /// has only the old or only the new home of a module that a rule moves, the other name stands
    /// for it: a plan must read the same before and after the files are moved.
    fn module_at(&self, scopes: &Scopes, path: &[Segment]) -> Option<KnownModule> {
        if let Some(known) = self.module_itself(scopes, path) {
            return Some(known);
        }
        if let crate::mapping::Outcome::Moves(to) = self.table.resolve(path, TYPE)
            && let Some(known) = self.module_itself(scopes, to.to.segments())
        {
            return Some(known);
        }
        self.table
            .sources(path)
            .iter()
            .find_map(|old| self.module_itself(scopes, old))
    }

    fn module_itself(&self, scopes: &Scopes, path: &[Segment]) -> Option<KnownModule> {
        if let Some(id) = scopes.module(path) {
            return Some(KnownModule::Here(id));
        }
        if path.first() != Some(&self.home.root) {
            return None;
        }
        let krate = self.home.krate?;
        self.tree
            .module(krate, &path[1..])
            .map(|names| KnownModule::Elsewhere(names, path.to_vec()))
    }

    /// What a known module binds `name` to for someone in the module `from`, globs included.
    #[expect(clippy::too_many_arguments, reason = "all of it is the question")]
    fn in_known(
        &self,
        scopes: &Scopes,
        module: &[Segment],
        known: &KnownModule,
        name: &Segment,
        kinds: Namespaces,
        from: &[Segment],
        depth: usize,
    ) -> Option<Bound> {
        // A module that was asked already on the way here, or by another way, has nothing to add.
        let key = (module.to_vec(), name.clone());
        if !self.asked.borrow_mut().insert(key) {
            return None;
        }
        let found = self.in_known_once(scopes, module, known, name, kinds, from, depth);
        if depth == 0 {
            self.asked.borrow_mut().clear();
        }
        found
    }

    #[expect(clippy::too_many_arguments, reason = "all of it is the question")]
    fn in_known_once(
        &self,
        scopes: &Scopes,
        module: &[Segment],
        known: &KnownModule,
        name: &Segment,
        kinds: Namespaces,
        from: &[Segment],
        depth: usize,
    ) -> Option<Bound> {
        if depth > MAX_GLOBS {
            return None;
        }
        let real = match known {
            KnownModule::Here(id) => std::rc::Rc::clone(&scopes.get(*id).path),
            KnownModule::Elsewhere(_, path) => path.as_slice().into(),
        };
        let is_inside = from.starts_with(module) || from.starts_with(&real);
        match known {
            KnownModule::Here(id) => {
                let names = std::rc::Rc::clone(&scopes.get(*id).names);
                match self.in_names(scopes, *id, &names, name, kinds, Role::Path) {
                    Some(Bound::Import(path, via)) => {
                        let Via::Import(_, ordinal) = via else {
                            return None;
                        };
                        let reach = names.leaves[ordinal].reach;
                        let via = Via::OuterImport(*id, ordinal);
                        self.through(module, name, path, reach, is_inside, via)
                    }
                    Some(bound) => Some(bound),
                    None => names.globs.iter().find_map(|&glob| {
                        if names.leaves[glob].reach == Reach::Private && !is_inside {
                            return None;
                        }
                        let base = self.leaf(scopes, *id, glob)?;
                        let via = Via::OuterImport(*id, glob);
                        let found = self.in_glob(scopes, &base, name, kinds, module, depth, via)?;
                        Some(as_public(found, module, name, is_inside))
                    }),
                }
            }
            KnownModule::Elsewhere(names, module) => {
                let outer = OuterScope {
                    module,
                    names: std::sync::Arc::clone(names),
                };
                self.in_outer(scopes, &outer, name, kinds, is_inside, depth)
            }
        }
    }

    fn in_outer(
        &self,
        scopes: &Scopes,
        outer: &OuterScope<'_>,
        name: &Segment,
        kinds: Namespaces,
        is_inside: bool,
        depth: usize,
    ) -> Option<Bound> {
        let entries = outer.names.entries.get(name).map_or(&[][..], Vec::as_slice);
        let mut imported = None;
        for entry in entries.iter().filter(|entry| entry.kinds.meets(kinds)) {
            match entry.what {
                What::Module => return Some(Bound::Module),
                What::Definition => return Some(Bound::Definition),
                What::Import(ordinal) => imported = imported.or(Some(ordinal)),
            }
        }
        if let Some(ordinal) = imported {
            let leaf = &outer.names.leaves[ordinal];
            let path = self.outer_leaf(scopes, outer, ordinal, depth)?;
            let via = Via::Elsewhere;
            return self.through(outer.module, name, path, leaf.reach, is_inside, via);
        }
        outer.names.globs.iter().find_map(|&glob| {
            if outer.names.leaves[glob].reach == Reach::Private && !is_inside {
                return None;
            }
            let base = self.outer_leaf(scopes, outer, glob, depth)?;
            let via = Via::Elsewhere;
            let found = self.in_glob(scopes, &base, name, kinds, outer.module, depth, via)?;
            Some(as_public(found, outer.module, name, is_inside))
        })
    }

    /// What a glob of `base`, standing in another module, brings as `name`.
    #[expect(clippy::too_many_arguments, reason = "all of it is the question")]
    fn in_glob(
        &self,
        scopes: &Scopes,
        base: &[Segment],
        name: &Segment,
        kinds: Namespaces,
        from: &[Segment],
        depth: usize,
        via: Via,
    ) -> Option<Bound> {
        let mut path = base.to_vec();
        path.push(name.clone());
        match self.module_at(scopes, base) {
            Some(known) => {
                match self.in_known(scopes, base, &known, name, kinds, from, depth + 1)? {
                    Bound::Import(path, inner) if matches!(via, Via::OuterImport(..)) => {
                        Some(Bound::Import(path, inner))
                    }
                    Bound::Import(path, _) => Some(Bound::Import(path, via)),
                    Bound::Module | Bound::Definition => Some(Bound::Import(path, via)),
                }
            }
            None => self
                .knows_brought(base, name)
                .then_some(Bound::Import(path, via)),
        }
    }

    /// A name that a glob brings and that is an import there. A public one is a name of that module
    /// in its own right (re-exports are not followed), unless the module is around us.
    fn through(
        &self,
        module: &[Segment],
        name: &Segment,
        path: Vec<Segment>,
        reach: Reach,
        is_inside: bool,
        via: Via,
    ) -> Option<Bound> {
        if is_inside {
            return Some(Bound::Import(path, via));
        }
        if reach == Reach::Private {
            return None;
        }
        let mut own = module.to_vec();
        own.push(name.clone());
        Some(Bound::Import(own, Via::OuterDefinition))
    }

    /// What an import in a module of another file means.
    fn outer_leaf(
        &self,
        scopes: &Scopes,
        outer: &OuterScope<'_>,
        ordinal: usize,
        depth: usize,
    ) -> Option<Vec<Segment>> {
        let key = (outer.module.to_vec(), ordinal);
        if let Some(known) = self.outer_meanings.borrow().get(&key) {
            return known.clone();
        }
        // What means itself means nothing.
        self.outer_meanings.borrow_mut().insert(key.clone(), None);
        let meaning = self.outer_leaf_once(scopes, outer, ordinal, depth);
        self.outer_meanings
            .borrow_mut()
            .insert(key, meaning.clone());
        meaning
    }

    fn outer_leaf_once(
        &self,
        scopes: &Scopes,
        outer: &OuterScope<'_>,
        ordinal: usize,
        depth: usize,
    ) -> Option<Vec<Segment>> {
        if depth > MAX_GLOBS {
            return None;
        }
        let leaf = &outer.names.leaves[ordinal];
        let segments = &leaf.written.segments;
        let first = segments.first()?;
        if leaf.kind == LeafKind::ExternCrate {
            return Some(vec![self.extern_crate(first)]);
        }
        let (taken, mut base) = match first.as_str() {
            _ if leaf.written.leading && self.home.edition > Edition::E2015 => {
                (1, vec![self.extern_crate(first)])
            }
            "crate" => (1, vec![self.home.root.clone()]),
            "self" | "super" => {
                let mut base = outer.module.to_vec();
                let mut taken = usize::from(first == "self");
                while segments.get(taken).is_some_and(|name| name == "super") {
                    taken += 1;
                    base.pop();
                }
                if base.is_empty() {
                    return None;
                }
                (taken, base)
            }
            _ if self.home.edition == Edition::E2015 => {
                let head = self.root_path(scopes, first, Role::Path)?;
                (head.taken, head.base)
            }
            _ => (1, self.outer_plain(scopes, outer, first, ordinal, depth)),
        };
        base.extend_from_slice(&segments[taken..]);
        Some(base)
    }

    /// A plain first name in an import of another file.
    fn outer_plain(
        &self,
        scopes: &Scopes,
        outer: &OuterScope<'_>,
        name: &Segment,
        ordinal: usize,
        depth: usize,
    ) -> Vec<Segment> {
        let mut child = outer.module.to_vec();
        child.push(name.clone());
        for entry in outer.names.entries.get(name).into_iter().flatten() {
            match entry.what {
                What::Module | What::Definition if entry.kinds.meets(TYPE) => return child,
                What::Import(other) if other != ordinal => {
                    if let Some(path) = self.outer_leaf(scopes, outer, other, depth + 1) {
                        return path;
                    }
                }
                _ => {}
            }
        }
        if self.home.external(name).is_none() && self.knows(&child) {
            return child;
        }
        vec![self.extern_crate(name)]
    }
}

/// What a module brings by a glob of its own is a name of that module to those outside of it.
fn as_public(found: Bound, module: &[Segment], name: &Segment, is_inside: bool) -> Bound {
    if is_inside {
        return found;
    }
    let mut own = module.to_vec();
    own.push(name.clone());
    Bound::Import(own, Via::OuterDefinition)
}

/// A module whose names are known.
enum KnownModule {
    Here(ScopeId),
    /// With the path under which it is in the tree.
    Elsewhere(std::sync::Arc<OuterNames>, Vec<Segment>),
}

/// A module of another file.
struct OuterScope<'m> {
    module: &'m [Segment],
    names: std::sync::Arc<OuterNames>,
}

/// Types that every module sees, whatever modules of the same name a glob brings.
pub fn is_primitive(name: &str) -> bool {
    matches!(
        name,
        "bool"
            | "char"
            | "str"
            | "f32"
            | "f64"
            | "i8"
            | "i16"
            | "i32"
            | "i64"
            | "i128"
            | "isize"
            | "u8"
            | "u16"
            | "u32"
            | "u64"
            | "u128"
            | "usize"
    )
}

/// Names of the standard prelude that a lone plain name most likely means.
fn is_prelude(name: &str) -> bool {
    matches!(
        name,
        "Option"
            | "Some"
            | "None"
            | "Result"
            | "Ok"
            | "Err"
            | "Vec"
            | "String"
            | "Box"
            | "ToString"
            | "ToOwned"
            | "Clone"
            | "Copy"
            | "Send"
            | "Sync"
            | "Sized"
            | "Drop"
            | "Fn"
            | "FnMut"
            | "FnOnce"
            | "AsyncFn"
            | "AsyncFnMut"
            | "AsyncFnOnce"
            | "drop"
            | "Iterator"
            | "IntoIterator"
            | "DoubleEndedIterator"
            | "ExactSizeIterator"
            | "Extend"
            | "FromIterator"
            | "Default"
            | "Eq"
            | "Ord"
            | "PartialEq"
            | "PartialOrd"
            | "AsRef"
            | "AsMut"
            | "From"
            | "Into"
            | "TryFrom"
            | "TryInto"
            | "Debug"
            | "Hash"
    )
}

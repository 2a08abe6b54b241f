//! From what is written to the absolute path that it means.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::displaced::{Displacement, supers_of};
use super::glob_index::{Candidate, GlobIndex, Question};
use super::head::{Head, Role, Via};
use super::home::CrateContext;
use super::names::{Entry, LeafKind, MACRO, Reach, TYPE, What, Written};
use super::prelude::{is_primitive, is_standard_crate};
use super::scopes::{ScopeId, Scopes};
use super::tree::ModuleTree;
use crate::lang::rust::manifest::Edition;
use crate::mapping::Table;
use crate::path::{Namespaces, Segment};

/// Globs that bring globs are followed this far; a cycle of globs is legal.
pub(super) const MAX_GLOBS: usize = 16;

/// So often may modules of the tree be asked for a name that a glob may bring, for one file. A file of
/// 20,000 names with some globs of such modules asks 200,000 times; at the limit it takes about a second.
const MOST_ASKED: usize = 1_000_000;

/// Resolves the paths of one text.
pub struct Resolver<'a> {
    /// Where the text stands.
    pub home: CrateContext<'a>,
    /// Which names rules know.
    pub table: &'a Table,
    /// Modules in other files.
    pub tree: &'a ModuleTree,
    /// How modules of this file move, by their scope.
    pub(super) displacements: RefCell<FxHashMap<ScopeId, Option<Rc<Displacement>>>>,
    /// What was found for imports; `None` inside marks one that is being resolved.
    pub(super) meanings: RefCell<Meanings>,
    /// The same as types, of those that bring something else first.
    pub(super) types: RefCell<Meanings>,
    /// And as values.
    pub(super) values: RefCell<Meanings>,
    /// How many imports are being resolved right now.
    pub(super) resolving: Cell<usize>,
    /// By scope, which globs may bring which names.
    pub(super) globs: RefCell<FxHashMap<ScopeId, GlobIndex>>,
    /// Whether the globs of a scope lead to a type or module of a name, asked for crates of that name.
    pub(super) globbed: RefCell<FxHashMap<(ScopeId, Segment), bool>>,
    /// How many modules may still be asked for a name.
    pub(super) left: Cell<usize>,
    /// What imports of other files mean.
    pub(super) outer_meanings: RefCell<OuterMeanings>,
    /// Modules that are asked for a name right now: globs may go in circles.
    pub(super) asked: RefCell<FxHashSet<(Vec<Segment>, Segment)>>,
}

/// Meanings of imports in other files, by module and ordinal, and the kinds that are meant.
type OuterMeanings = FxHashMap<(Vec<Segment>, usize, u8), Option<Vec<Segment>>>;

/// Meanings of imports, by scope and ordinal.
type Meanings = FxHashMap<(ScopeId, usize), Option<Vec<Segment>>>;

/// What binds a name in a module.
pub(super) enum Bound {
    Module,
    Definition,
    /// An import that means this path, and whether everyone sees it.
    Import(Vec<Segment>, Via),
}

impl<'a> Resolver<'a> {
    /// A resolver for a text at `home`.
    pub fn new(home: CrateContext<'a>, table: &'a Table, tree: &'a ModuleTree) -> Self {
        Self {
            home,
            table,
            tree,
            displacements: RefCell::default(),
            meanings: RefCell::default(),
            types: RefCell::default(),
            values: RefCell::default(),
            resolving: Cell::default(),
            globs: RefCell::default(),
            globbed: RefCell::default(),
            left: Cell::new(MOST_ASKED),
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
        self.resolving.update(|count| count + 1);
        let leaf = &scopes.get(scope).names.leaves[ordinal];
        if leaf.kind == LeafKind::Glob {
            self.begins(scopes, scope, ordinal);
        }
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
        self.resolving.update(|count| count - 1);
        if leaf.kind == LeafKind::Glob {
            self.ends(scopes, scope, ordinal, meaning.as_ref());
        }
        self.meanings
            .borrow_mut()
            .insert((scope, ordinal), meaning.clone());
        meaning
    }

    /// What an import brings as a type or a module, or as a value, where that is something else than
    /// what it brings first: with a function `b` beside a glob that brings a module `b`, `use crate::b;`
    /// brings both.
    pub fn leaf_as(
        &self,
        scopes: &Scopes,
        scope: ScopeId,
        ordinal: usize,
        kinds: Namespaces,
    ) -> Option<Vec<Segment>> {
        let key = (scope, ordinal);
        let memo = if kinds == TYPE {
            &self.types
        } else {
            &self.values
        };
        if let Some(known) = memo.borrow().get(&key) {
            return known.clone();
        }
        memo.borrow_mut().insert(key, None);
        let leaf = &scopes.get(scope).names.leaves[ordinal];
        let found = match leaf.kind {
            LeafKind::Name => self.path(
                scopes,
                scope,
                &leaf.written,
                kinds,
                Role::Use(scope, ordinal),
            ),
            _ => None,
        };
        let path = found
            .map(|(_, path)| path)
            .filter(|path| !self.brings_none(scopes, path, kinds));
        memo.borrow_mut().insert(key, path.clone());
        path
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
        let head = self.first_head(scopes, scope, written, kinds, role)?;
        let from = &scopes.get(scope).path;
        Some(self.through_aliases(scopes, from, head, written, kinds, role))
    }

    fn first_head(
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
                Some(self.by_prelude(scopes, first))
            };
        }
        match first.as_str() {
            "crate" => {
                let head = Head {
                    taken: 1,
                    base: vec![self.home.root.clone()],
                    via: Via::Crate,
                    aliases: Vec::new(),
                };
                let from = &scopes.get(scope).path;
                return Some(self.through_private(scopes, from, head, written, kinds, role));
            }
            "self" | "super" => {
                let mut head = self.relative(scopes, scope, segments)?;
                let (taken, supers) = supers_of(written);
                let displaced = self.displaced(scopes, scope, supers, segments.get(taken));
                if let Some(base) = &displaced {
                    head.base.clone_from(base);
                }
                let from = &scopes.get(scope).path;
                let mut head = self.through_private(scopes, from, head, written, kinds, role);
                if displaced.is_some() {
                    head.via = Via::Displaced;
                }
                return Some(head);
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

    pub(super) fn relative(
        &self,
        scopes: &Scopes,
        scope: ScopeId,
        segments: &[Segment],
    ) -> Option<Head> {
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
            aliases: Vec::new(),
        })
    }

    /// Whether rules speak of the name as a child of the module, which then is what it is.
    pub(super) fn knows_below(&self, module: &[Segment], name: &Segment) -> bool {
        let mut path = module.to_vec();
        path.push(name.clone());
        self.table.leads_to_old(&path)
    }

    pub(super) fn by_crate_name(&self, name: &Segment) -> Head {
        Head {
            taken: 1,
            base: vec![self.home.external(name).unwrap_or(name).clone()],
            via: Via::Extern,
            aliases: Vec::new(),
        }
    }

    /// A crate behind `::`: `extern crate a as b` and `extern crate self as me` at the root name crates
    /// for that too.
    fn by_prelude(&self, scopes: &Scopes, name: &Segment) -> Head {
        match self.root_extern(scopes, name) {
            Some(library) => Head {
                taken: 1,
                base: vec![library],
                via: Via::Extern,
                aliases: Vec::new(),
            },
            None => self.by_crate_name(name),
        }
    }

    /// Whether a name of the root is one in its own right, that a rule speaks of: a public import of
    /// it is not followed. A crate is called by its name there, whoever sees that.
    fn is_own_name_of_root(&self, scopes: &Scopes, root: &[Segment], name: &Segment) -> bool {
        if !self.knows_below(root, name) || self.binds_crate(scopes, root, name) {
            return false;
        }
        let is_shown =
            |entry: Entry| matches!(entry.what, What::Import(_)) && entry.reach != Reach::Private;
        let entries = self.entries_in(scopes, root, name).unwrap_or_default();
        entries.into_iter().any(is_shown)
    }

    /// Paths of imports and those with `::` in edition 2015: from the crate's root, which sees other
    /// crates through its `extern crate` items.
    pub(super) fn root_path(&self, scopes: &Scopes, name: &Segment, role: Role) -> Option<Head> {
        let root = [self.home.root.clone()];
        if self.is_own_name_of_root(scopes, &root, name) {
            return Some(Head {
                taken: 1,
                base: self.in_root(name),
                via: Via::OuterDefinition,
                aliases: Vec::new(),
            });
        }
        let found = self.in_module(scopes, &root, name, TYPE, role, 0);
        let head = |base, via| Head {
            taken: 1,
            base,
            via,
            aliases: Vec::new(),
        };
        match found {
            // What a glob of the root brings is a name of the root, too.
            Some(Bound::Import(..))
                if self.knows_below(&root, name)
                    && self
                        .entries_in(scopes, &root, name)
                        .is_some_and(|entries| entries.is_empty()) =>
            {
                Some(head(self.in_root(name), Via::OuterDefinition))
            }
            Some(Bound::Import(path, via)) => Some(head(path, via)),
            Some(Bound::Module) => Some(head(self.in_root(name), Via::Module)),
            Some(Bound::Definition) => Some(head(self.in_root(name), Via::OuterDefinition)),
            None => {
                let child = self.in_root(name);
                if self.knows(&child) {
                    return Some(head(child, Via::OuterDefinition));
                }
                if self.home.external(name).is_some() || self.knows_crate(name) {
                    return Some(self.by_crate_name(name));
                }
                Some(head(child, Via::Module))
            }
        }
    }

    pub(super) fn in_root(&self, name: &Segment) -> Vec<Segment> {
        vec![self.home.root.clone(), name.clone()]
    }

    /// A plain name: the scopes outwards, then crates, then what the table says.
    pub(super) fn plain(
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
                aliases: Vec::new(),
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
                Some(Bound::Import(path, via)) => {
                    let behind = next.filter(|_| self.is_of_unknown_kind(scopes, &path));
                    let behind =
                        behind.and_then(|next| self.shadowed(scopes, id, name, role, next));
                    return behind.or_else(|| head(path, via));
                }
                None => {}
            }
            let mut question = Question {
                name,
                from: 0,
                except: match role {
                    Role::Use(asking, ordinal) if asking == id => Some(ordinal),
                    _ => None,
                },
                only_shown: false,
                resolves: true,
            };
            // A module of that name never hides a primitive type.
            while let Some(candidate) = (!is_primitive(name))
                .then(|| self.next_glob(scopes, id, question))
                .flatten()
            {
                let Candidate {
                    glob,
                    module,
                    in_tree,
                } = candidate;
                question.from = glob + 1;
                let mut path = module.to_vec();
                path.push(name.clone());
                if !in_tree {
                    return head(path, Via::Glob(id, glob));
                }
                let Some(known) = self.module_at(scopes, &module) else {
                    continue;
                };
                match self.in_known(scopes, &module, &known, name, kinds, &here.path, 0) {
                    Some(
                        Bound::Module | Bound::Definition | Bound::Import(_, Via::OuterDefinition),
                    ) => return head(path, Via::Glob(id, glob)),
                    Some(Bound::Import(path, via)) => return head(path, via),
                    None => {
                        if self.is_lost_child(&path, kinds, is_prefix) {
                            guess.get_or_insert((path, Via::Glob(id, glob)));
                        }
                    }
                }
            }
        }
        if kinds == MACRO
            && !is_prefix
            && let Some(found) = self.by_macro_use(scopes, name)
        {
            return Some(found);
        }
        if scopes.get(scope).no_prelude {
            // A module that names no crates sees what its scopes bind, and a child that is gone.
            let mut child = scopes.get(scope).path.to_vec();
            child.push(name.clone());
            let is_child =
                self.home.krate.is_some() && self.is_lost_child(&child, kinds, is_prefix);
            return match guess {
                _ if is_child => head(child, Via::Module),
                Some((path, via)) => head(path, via),
                None => None,
            };
        }
        if let Some(library) = self.root_extern(scopes, name)
            && kinds.meets(TYPE)
        {
            return head(vec![library], Via::Extern);
        }
        let mut child = scopes.get(scope).path.to_vec();
        child.push(name.clone());
        // `use a as b;`: the name alone is a path.
        let is_path =
            is_prefix || (matches!(role, Role::Use(..)) && self.table.leads_to_new(&child));
        let is_child = self.home.krate.is_some() && self.is_lost_child(&child, kinds, is_path);
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
        if is_standard_crate(name.as_str()) && is_prefix {
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
    pub(super) fn defines_lost(
        &self,
        scopes: &Scopes,
        child: &[Segment],
        name: &Segment,
    ) -> Option<bool> {
        self.module_at(scopes, child)?;
        let bound = self.reach_in(scopes, child, name).flatten().is_some();
        // A glob of the new home may bring it: then nothing is told.
        match self.names_of(scopes, child) {
            Some(_) => Some(bound),
            None => bound.then_some(true),
        }
    }
}

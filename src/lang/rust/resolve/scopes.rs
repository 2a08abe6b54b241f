//! The scopes of one file in which items bind names: its modules and its blocks.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::names::Names;
use crate::lang::rust::gate::Gate;
use crate::path::Segment;

/// Index of a scope.
pub type ScopeId = usize;

/// One module or block.
#[derive(Debug)]
pub struct Scope {
    /// The scope around a block; `None` for a module, which sees nothing of what is around it.
    pub parent: Option<ScopeId>,
    /// The innermost module: this scope itself if it is one.
    pub module: ScopeId,
    /// Absolute path of that module, its crate first.
    pub path: Rc<[Segment]>,
    /// What its items bind.
    pub names: Rc<Names>,
    /// The conditions under which it is there.
    pub gate: Gate,
    /// Crates have no names here: `#![no_implicit_prelude]`.
    pub no_prelude: bool,
    /// A stable name: the same scope has it before and after an edit.
    pub key: Rc<str>,
}

/// All scopes of a file; the first one is the file's own module.
#[derive(Debug, Default)]
pub struct Scopes {
    list: Vec<Scope>,
    /// Modules by absolute path; those inside blocks have none.
    modules: FxHashMap<Rc<[Segment]>, ScopeId>,
}

impl Scopes {
    /// Adds a module that can be named by its path.
    pub fn add_module(
        &mut self,
        path: Vec<Segment>,
        names: Names,
        key: String,
        gate: Gate,
        no_prelude: bool,
    ) -> ScopeId {
        let id = self.list.len();
        let path: Rc<[Segment]> = path.into();
        self.modules.entry(Rc::clone(&path)).or_insert(id);
        self.list.push(Scope {
            parent: None,
            module: id,
            path,
            names: Rc::new(names),
            gate,
            no_prelude,
            key: key.into(),
        });
        id
    }

    /// Adds a block, or any other scope inside `parent`.
    pub fn add_block(&mut self, parent: ScopeId, names: Names, key: String, gate: Gate) -> ScopeId {
        let id = self.list.len();
        let module = self.list[parent].module;
        self.list.push(Scope {
            parent: Some(parent),
            module,
            path: Rc::clone(&self.list[parent].path),
            names: Rc::new(names),
            gate,
            no_prelude: self.list[parent].no_prelude,
            key: key.into(),
        });
        id
    }

    /// The scope with this index.
    pub fn get(&self, id: ScopeId) -> &Scope {
        &self.list[id]
    }

    /// The module of this file with this absolute path.
    pub fn module(&self, path: &[Segment]) -> Option<ScopeId> {
        self.modules.get(path).copied()
    }

    /// Every scope with its index.
    pub fn iter(&self) -> impl Iterator<Item = (ScopeId, &Scope)> {
        self.list.iter().enumerate()
    }

    /// `scope` and the scopes around it, innermost first, up to its module.
    pub fn outwards(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> {
        std::iter::successors(Some(scope), |&id| self.list[id].parent)
    }
}

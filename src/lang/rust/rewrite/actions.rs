//! What becomes of each import: values, decided by `imports` and `decide`.

use rustc_hash::FxHashMap;

use crate::lang::rust::resolve::{Head, ScopeId};
use crate::path::Segment;

/// An import: its scope and its ordinal there.
pub type LeafKey = (ScopeId, usize);

/// What becomes of one import.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What it means; `None` if that is not known.
    pub old: Option<Vec<Segment>>,
    /// How its first names are written.
    pub head: Option<Head>,
    /// What is done.
    pub next: ImportAction,
    /// Its rule asks for the uses to be renamed.
    pub wants_uses: bool,
    /// The name that it and its uses take.
    pub renamed: Option<Segment>,
    /// Why it keeps its name although the rule asks for another.
    pub kept_name: Option<String>,
}

/// What is done with an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportAction {
    /// Nothing; no rule speaks of it.
    Keep,
    /// Nothing, although a rule speaks of it: a finding or a comment says why.
    Blocked,
    /// It imports this path instead.
    Retarget(Vec<Segment>),
    /// It goes, and another `use` item of the scope, by its position, imports this path instead.
    Merge(Vec<Segment>, usize),
    /// Nothing: its first names come to mean the new path. If that is the work of another file, it
    /// means the old one until that file is written.
    Follow(Vec<Segment>, Carrier),
    /// It goes: the name means this path without it.
    Remove(Vec<Segment>),
    /// It goes: nothing uses it any more.
    RemoveUnused,
}

/// Whose rewrite makes a name mean the new path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// This file's.
    ThisFile,
    /// Another file's.
    OtherFile,
}

impl Decision {
    /// Whether what it imports is not changed.
    pub fn stays(&self) -> bool {
        matches!(
            self.next,
            ImportAction::Keep
                | ImportAction::Blocked
                | ImportAction::Follow(_, Carrier::OtherFile)
        )
    }

    /// What the bound name means afterwards.
    pub fn after(&self) -> Option<&[Segment]> {
        match &self.next {
            ImportAction::Retarget(to)
            | ImportAction::Merge(to, _)
            | ImportAction::Follow(to, _)
            | ImportAction::Remove(to) => Some(to),
            ImportAction::Keep | ImportAction::Blocked | ImportAction::RemoveUnused => {
                self.old.as_deref()
            }
        }
    }
}

/// The decisions of all imports of a file.
#[derive(Debug, Default)]
pub struct Decisions {
    pub(super) list: FxHashMap<LeafKey, Decision>,
}

impl Decisions {
    /// The decision of an import.
    pub fn get(&self, key: LeafKey) -> Option<&Decision> {
        self.list.get(&key)
    }

    /// Every import with its decision.
    pub fn iter(&self) -> impl Iterator<Item = (LeafKey, &Decision)> {
        self.list.iter().map(|(key, decision)| (*key, decision))
    }

    /// Gives an import and its uses another name, or says why not.
    pub fn rename(&mut self, key: LeafKey, name: Result<Segment, String>) {
        if let Some(decision) = self.list.get_mut(&key) {
            match name {
                Ok(name) => decision.renamed = Some(name),
                Err(reason) => decision.kept_name = Some(reason),
            }
        }
    }

    /// Lets an import join another item.
    pub fn join(&mut self, key: LeafKey, item: usize) {
        if let Some(decision) = self.list.get_mut(&key)
            && let ImportAction::Retarget(to) = &decision.next
        {
            decision.next = ImportAction::Merge(to.clone(), item);
        }
    }

    /// Lets an import go whose name means `to` without it.
    pub fn let_go(&mut self, key: LeafKey, to: Vec<Segment>) {
        if let Some(decision) = self.list.get_mut(&key) {
            decision.next = ImportAction::Remove(to);
        }
    }

    /// Lets an import go that nothing uses any more.
    pub fn drop_unused(&mut self, key: LeafKey) {
        if let Some(decision) = self.list.get_mut(&key) {
            decision.next = ImportAction::RemoveUnused;
        }
    }
}

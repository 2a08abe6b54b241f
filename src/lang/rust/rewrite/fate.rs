//! What becomes of each import.

use rustc_hash::FxHashMap;

use super::Rewrite;
use super::draft::{Draft, Refusal, Subject};
use crate::finding::Code;
use crate::lang::rust::resolve::{Head, Leaf, LeafKind, Role, ScopeId, TYPE, Tree, Via, What};
use crate::mapping::{Matched, Outcome};
use crate::outline::{Binding, Declared, Meaning};
use crate::path::{Namespaces, Segment};

/// An import: its scope and its ordinal there.
pub type LeafKey = (ScopeId, usize);

/// What becomes of one import.
#[derive(Clone, Debug)]
pub struct Fate {
    /// What it means; `None` if that is not known.
    pub old: Option<Vec<Segment>>,
    /// How its first names are written.
    pub head: Option<Head>,
    /// What is done.
    pub next: Next,
}

/// What is done with an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing; no rule speaks of it.
    Stays,
    /// Nothing, although a rule speaks of it: a finding or a comment says why.
    Kept,
    /// It imports this path instead.
    Moves(Vec<Segment>),
    /// It goes: the name means this path without it.
    Goes(Vec<Segment>),
    /// It goes: nothing uses it any more.
    Unused,
}

impl Fate {
    /// Whether what it imports is not changed.
    pub fn stays(&self) -> bool {
        matches!(self.next, Next::Stays | Next::Kept)
    }

    /// What the bound name means afterwards.
    pub fn after(&self) -> Option<&[Segment]> {
        match &self.next {
            Next::Moves(to) | Next::Goes(to) => Some(to),
            Next::Stays | Next::Kept | Next::Unused => self.old.as_deref(),
        }
    }
}

/// The fates of all imports of a file.
#[derive(Debug, Default)]
pub struct Fates {
    list: FxHashMap<LeafKey, Fate>,
}

impl Fates {
    /// The fate of an import.
    pub fn get(&self, key: LeafKey) -> Option<&Fate> {
        self.list.get(&key)
    }

    /// Lets an import go that nothing uses any more.
    pub fn drop_unused(&mut self, key: LeafKey) {
        if let Some(fate) = self.list.get_mut(&key) {
            fate.next = Next::Unused;
        }
    }
}

impl Rewrite<'_, '_> {
    /// Decides on every import of the file.
    pub(super) fn fates(&self, draft: &mut Draft) -> Fates {
        let mut fates = Fates::default();
        for (id, scope) in self.found.scopes.iter() {
            let places = leaf_places(&scope.names);
            for (ordinal, leaf) in scope.names.leaves.iter().enumerate() {
                let fate = self.fate(id, ordinal, leaf, &places, draft);
                fates.list.insert((id, ordinal), fate);
            }
            self.drop_duplicates(id, &mut fates, draft);
        }
        fates
    }

    fn fate(
        &self,
        scope: ScopeId,
        ordinal: usize,
        leaf: &Leaf,
        places: &FxHashMap<usize, std::ops::Range<usize>>,
        draft: &mut Draft,
    ) -> Fate {
        let scopes = &self.found.scopes;
        let old = self.resolver.leaf(scopes, scope, ordinal);
        let kinds = match leaf.kind {
            LeafKind::Name => Namespaces::ALL,
            _ => TYPE,
        };
        let head = (leaf.kind != LeafKind::ExternCrate)
            .then(|| {
                let role = Role::Use(scope, ordinal);
                self.resolver.head(scopes, scope, &leaf.written, kinds, role)
            })
            .flatten();
        let mut fate = Fate {
            old,
            head,
            next: Next::Stays,
        };
        let Some(path) = fate.old.clone() else {
            return fate;
        };
        let module = std::rc::Rc::clone(&scopes.get(scope).path);
        let table = self.resolver.table;
        let outcome = table.resolve(&path, kinds);
        let range = || places.get(&ordinal).cloned().unwrap_or(0..0);
        let (matched, to, applied) = match &outcome {
            Outcome::Stays => return fate,
            Outcome::Moves(to) => (to.first, Some(to.to.segments()), to.applied.as_slice()),
            Outcome::Removed(matched) | Outcome::Alternatives(matched) => (*matched, None, &[][..]),
        };
        if self.stays_inside(&module, fate.head.as_ref(), &matched)
            || !self.means_this_package(&path, &matched)
        {
            return fate;
        }
        let range = range();
        let subject = Subject {
            range: range.clone(),
            path: &path,
            to,
            rule: matched.index,
        };
        fate.next = Next::Kept;
        if self.kept.keeps(range.start) {
            return fate;
        }
        let refusal = match to {
            None => Some(no_successor(&outcome, table.syntax())),
            Some(_) if leaf.kind == LeafKind::ExternCrate => Some(
                Refusal::new(Code::ExternCrate, "the crate itself is deprecated").help(
                    "change the dependency in Cargo.toml, then this item",
                ),
            ),
            Some(_) if fate.head.as_ref().is_some_and(|head| head.via == Via::Ambiguous) => {
                Some(unresolved())
            }
            Some(to) => self.refuses_use(scope, leaf, fate.head.as_ref(), to),
        };
        match (refusal, to) {
            (Some(refusal), _) => draft.refused(&subject, refusal, table),
            (None, Some(to)) => {
                draft.rewritten(&subject, applied, table);
                self.review_kept_name(leaf, to, &matched, &subject, draft);
                fate.next = if self.would_import_itself(&module, leaf, to, scope) {
                    draft.declared.push(Declared::Removed(self.binding(scope, leaf, &path)));
                    Next::Goes(to.to_vec())
                } else {
                    Next::Moves(to.to_vec())
                };
            }
            (None, None) => {}
        }
        fate
    }

    /// `rename = "uses"` is not done for Rust: the local name stays, and a person is told.
    fn review_kept_name(
        &self,
        leaf: &Leaf,
        to: &[Segment],
        matched: &Matched<'_>,
        subject: &Subject<'_>,
        draft: &mut Draft,
    ) {
        let renamed = to.last() != subject.path.last();
        let wants = matched.rule.rename == crate::mapping::Rename::Uses;
        if wants && renamed && !leaf.aliased && leaf.kind == LeafKind::Name {
            draft.remark(
                Code::KeptName,
                crate::finding::Level::Review,
                subject,
                format!("the local name `{}` was kept: uses are not renamed in Rust", leaf.name),
                self.resolver.table,
            );
        }
    }

    /// Whether a relative path stays inside the module that the rule moves.
    fn stays_inside(&self, module: &[Segment], head: Option<&Head>, matched: &Matched<'_>) -> bool {
        let relative = head.is_some_and(|head| {
            matches!(
                head.via,
                Via::Relative | Via::Module | Via::Definition | Via::OuterDefinition
            )
        });
        relative && module.starts_with(matched.rule.from.segments())
    }

    /// Whether the rule speaks of this package, where it names one and the path is of this crate.
    pub(super) fn means_this_package(&self, path: &[Segment], matched: &Matched<'_>) -> bool {
        let (Some(package), Some(krate)) = (&matched.rule.package, self.resolver.home.krate) else {
            return true;
        };
        path.first() != Some(&self.resolver.home.root)
            || krate.package.as_ref().is_none_or(|own| own == package)
    }

    /// Whether the import would bring what its own module defines: the new home's own import of the
    /// old path (row R65).
    fn would_import_itself(
        &self,
        module: &[Segment],
        leaf: &Leaf,
        to: &[Segment],
        scope: ScopeId,
    ) -> bool {
        let here = self.found.scopes.get(scope);
        if here.module != scope {
            return false;
        }
        match leaf.kind {
            LeafKind::Glob => to == module,
            LeafKind::Name => {
                to.len() == module.len() + 1
                    && to.starts_with(module)
                    && to.last() == Some(&leaf.name)
                    && here
                        .names
                        .get(&leaf.name)
                        .iter()
                        .any(|entry| matches!(entry.what, What::Definition | What::Module))
            }
            LeafKind::SelfModule | LeafKind::ExternCrate => false,
        }
    }

    /// Of imports of one name from one path only the first stays, where all else is equal (E0252).
    fn drop_duplicates(&self, scope: ScopeId, fates: &mut Fates, draft: &mut Draft) {
        let names = &self.found.scopes.get(scope).names;
        let is_candidate = |leaf: &Leaf| {
            matches!(leaf.kind, LeafKind::Name | LeafKind::SelfModule) && leaf.name != "_"
        };
        let mut goes = Vec::new();
        for (ordinal, leaf) in names.leaves.iter().enumerate() {
            let Some(Next::Moves(to)) = fates.get((scope, ordinal)).map(|fate| &fate.next) else {
                continue;
            };
            if !is_candidate(leaf) {
                continue;
            }
            let twin = names.leaves.iter().enumerate().any(|(other, twin)| {
                let fate = fates.get((scope, other));
                other != ordinal
                    && is_candidate(twin)
                    && twin.name == leaf.name
                    && twin.condition == leaf.condition
                    && twin.visibility == leaf.visibility
                    && fate.is_some_and(|fate| match &fate.next {
                        // Of two that move, the first one stays.
                        Next::Moves(twin) => other < ordinal && twin == to,
                        Next::Stays => fate.old.as_ref() == Some(to),
                        _ => false,
                    })
            });
            if twin {
                goes.push((ordinal, to.clone()));
            }
        }
        for (ordinal, to) in goes {
            if let Some(fate) = fates.list.get_mut(&(scope, ordinal)) {
                let old = fate.old.clone().unwrap_or_default();
                draft.declared.push(Declared::Removed(self.binding(
                    scope,
                    &names.leaves[ordinal],
                    &old,
                )));
                fate.next = Next::Goes(to);
            }
        }
    }

    /// The binding that an import makes, for the outline.
    pub fn binding(&self, scope: ScopeId, leaf: &Leaf, path: &[Segment]) -> Binding {
        Binding {
            scope: self.found.scopes.get(scope).key.to_string(),
            name: leaf.name.clone(),
            visibility: leaf.visibility.clone(),
            condition: leaf.condition.clone(),
            meaning: Meaning::Path(path.to_vec()),
            namespaces: match leaf.kind {
                LeafKind::Name => Namespaces::ALL,
                _ => TYPE,
            },
            stays: false,
        }
    }
}

/// Why a path without exactly one successor stays.
pub(super) fn no_successor(outcome: &Outcome<'_>, syntax: &crate::path::Syntax) -> Refusal {
    match outcome {
        Outcome::Alternatives(matched) => {
            let crate::mapping::Action::Alternatives(paths) = &matched.rule.action else {
                return Refusal::new(Code::Alternatives, "it has several possible successors");
            };
            let list: Vec<String> = paths
                .iter()
                .map(|path| format!("`{}`", path.display(syntax)))
                .collect();
            Refusal::new(Code::Alternatives, "it has several possible successors")
                .help(format!("choose one of {}", list.join(", ")))
        }
        _ => Refusal::new(Code::Removed, "it is deprecated and has no successor"),
    }
}

/// Why a path whose first name may be two things stays.
pub(super) fn unresolved() -> Refusal {
    Refusal::new(
        Code::Unresolved,
        "its first name may be a module of this crate or another crate",
    )
    .help("write it from `crate::` or from `::`")
}

/// Where each leaf stands: its names within the innermost brace.
fn leaf_places(
    names: &crate::lang::rust::resolve::Names,
) -> FxHashMap<usize, std::ops::Range<usize>> {
    fn add(
        tree: &Tree,
        start: Option<usize>,
        places: &mut FxHashMap<usize, std::ops::Range<usize>>,
    ) {
        match tree {
            Tree::Path(name, rest) => {
                let start = start.unwrap_or_else(|| name.at.range().start);
                add(rest, Some(start), places);
            }
            Tree::Leaf(ordinal, name, _) => {
                let range = name.at.range();
                places.insert(*ordinal, start.unwrap_or(range.start)..range.end);
            }
            Tree::Group { items, .. } => {
                for item in items {
                    add(item, None, places);
                }
            }
        }
    }
    let mut places = FxHashMap::default();
    for item in &names.items {
        add(&item.tree, None, &mut places);
    }
    for (ordinal, at) in &names.extern_crates {
        places.insert(*ordinal, at.range());
    }
    places
}

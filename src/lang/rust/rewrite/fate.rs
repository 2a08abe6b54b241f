//! What becomes of each import.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::Rewrite;
use super::draft::{Draft, Refusal, Subject};
use super::globs::Added;
use crate::finding::Code;
use crate::lang::rust::resolve::{
    Head, Leaf, LeafKind, Role, ScopeId, Sense, TYPE, Tree, Via, What,
};
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
    /// Its rule asks for the uses to be renamed.
    pub wants_uses: bool,
    /// The name that it and its uses take.
    pub renamed: Option<Segment>,
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
    /// It goes, and another `use` item of the scope, by its position, imports this path instead.
    Joins(Vec<Segment>, usize),
    /// Nothing: its first names come to mean the new path. If that is the work of another file, it
    /// means the old one until that file is written.
    Follows(Vec<Segment>, Carrier),
    /// It goes: the name means this path without it.
    Goes(Vec<Segment>),
    /// It goes: nothing uses it any more.
    Unused,
}

/// Whose rewrite makes a name mean the new path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// This file's.
    ThisFile,
    /// Another file's.
    OtherFile,
}

impl Fate {
    /// Whether what it imports is not changed.
    pub fn stays(&self) -> bool {
        matches!(
            self.next,
            Next::Stays | Next::Kept | Next::Follows(_, Carrier::OtherFile)
        )
    }

    /// What the bound name means afterwards.
    pub fn after(&self) -> Option<&[Segment]> {
        match &self.next {
            Next::Moves(to) | Next::Joins(to, _) | Next::Follows(to, _) | Next::Goes(to) => {
                Some(to)
            }
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

    /// Every import with its fate.
    pub fn iter(&self) -> impl Iterator<Item = (LeafKey, &Fate)> {
        self.list.iter().map(|(key, fate)| (*key, fate))
    }

    /// Gives an import and its uses another name.
    pub fn rename(&mut self, key: LeafKey, name: Segment) {
        if let Some(fate) = self.list.get_mut(&key) {
            fate.renamed = Some(name);
        }
    }

    /// Lets an import join another item.
    pub fn join(&mut self, key: LeafKey, item: usize) {
        if let Some(fate) = self.list.get_mut(&key)
            && let Next::Moves(to) = &fate.next
        {
            fate.next = Next::Joins(to.clone(), item);
        }
    }

    /// Lets an import go that nothing uses any more.
    pub fn drop_unused(&mut self, key: LeafKey) {
        if let Some(fate) = self.list.get_mut(&key) {
            fate.next = Next::Unused;
        }
    }
}

/// What is told of an import that a rule speaks of.
struct Report<'t> {
    outcome: Outcome<'t>,
    matched: Matched<'t>,
    place: Range<usize>,
    refusal: Option<Refusal>,
}

impl<'a> Rewrite<'_, 'a> {
    /// Decides on every import of the file.
    pub(super) fn fates(&self, draft: &mut Draft) -> Fates {
        let mut fates = Fates::default();
        let mut reports: Vec<(LeafKey, Report<'a>)> = Vec::new();
        for (id, scope) in self.found.scopes.iter() {
            let places = leaf_places(&scope.names);
            for (ordinal, leaf) in scope.names.leaves.iter().enumerate() {
                let (fate, report) = self.fate(id, ordinal, leaf, &places);
                fates.list.insert((id, ordinal), fate);
                reports.extend(report.map(|report| ((id, ordinal), report)));
            }
        }
        self.follow(&mut fates, &mut reports);
        self.refuse_items(&mut fates, &mut reports);
        self.rename_uses(&mut fates);
        for (key, report) in reports {
            self.report(key, report, &mut fates, draft);
        }
        for (id, _) in self.found.scopes.iter() {
            self.drop_duplicates(id, &mut fates, draft);
        }
        self.declare_renamed(&fates, draft);
        self.join_items(&mut fates);
        fates
    }

    /// What takes another name is a binding that goes and one that comes.
    fn declare_renamed(&self, fates: &Fates, draft: &mut Draft) {
        for (key, fate) in fates.iter() {
            let (Some(name), Some(old), Next::Moves(to)) = (&fate.renamed, &fate.old, &fate.next)
            else {
                continue;
            };
            let leaf = &self.found.scopes.get(key.0).names.leaves[key.1];
            draft
                .declared
                .push(Declared::Removed(self.binding(key.0, leaf, old)));
            let mut added = self.binding(key.0, leaf, to);
            added.name = name.clone();
            draft.declared.push(Declared::Added(added));
        }
    }

    /// Imports whose first names already come to mean the new path need nothing. One may follow
    /// another, so this goes round until nothing changes.
    fn follow(&self, fates: &mut Fates, reports: &mut Vec<(LeafKey, Report<'_>)>) {
        let none = Added::default();
        loop {
            let mut following = Vec::new();
            for (key, _) in reports.iter() {
                let Some(fate) = fates.get(*key) else {
                    continue;
                };
                let (Next::Moves(to), Some(head)) = (&fate.next, &fate.head) else {
                    continue;
                };
                let is_import = matches!(
                    head.via,
                    Via::Import(..) | Via::OuterImport(..) | Via::Elsewhere | Via::Glob(..)
                );
                let leaf = &self.found.scopes.get(key.0).names.leaves[key.1];
                let mut now = self.head_after(head, key.0, fates, &none);
                now.extend_from_slice(&leaf.written.segments[head.taken..]);
                if is_import && now == *to {
                    let carrier = self.carrier(head.via, fates);
                    following.push((*key, Next::Follows(to.clone(), carrier)));
                }
            }
            if following.is_empty() {
                return;
            }
            for (key, next) in following {
                if let Some(fate) = fates.list.get_mut(&key) {
                    fate.next = next;
                }
                reports.retain(|(other, _)| *other != key);
            }
        }
    }

    /// Whose rewrite changes what the first names of a path mean.
    pub(super) fn carrier(&self, via: Via, fates: &Fates) -> Carrier {
        let (Via::Import(scope, ordinal) | Via::OuterImport(scope, ordinal)) = via else {
            return if via == Via::Elsewhere {
                Carrier::OtherFile
            } else {
                Carrier::ThisFile
            };
        };
        match fates.get((scope, ordinal)).map(|fate| &fate.next) {
            Some(Next::Follows(_, carrier)) => *carrier,
            _ => Carrier::ThisFile,
        }
    }

    /// An item that cannot be composed as decided keeps all its imports.
    fn refuse_items(&self, fates: &mut Fates, reports: &mut [(LeafKey, Report<'_>)]) {
        for (scope, refusals) in self.refused_items(fates) {
            for (ordinal, refusal) in refusals {
                let Some(fate) = fates.list.get_mut(&(scope, ordinal)) else {
                    continue;
                };
                if fate.stays() {
                    continue;
                }
                fate.next = Next::Kept;
                for (key, report) in reports.iter_mut() {
                    if *key == (scope, ordinal) {
                        report.refusal.get_or_insert_with(|| refusal.clone());
                    }
                }
            }
        }
    }

    fn report(&self, key: LeafKey, report: Report<'_>, fates: &mut Fates, draft: &mut Draft) {
        let Some(fate) = fates.list.get_mut(&key) else {
            return;
        };
        let Some(path) = fate.old.clone() else {
            return;
        };
        let table = self.resolver.table;
        let here = self.found.scopes.get(key.0);
        let leaf = &here.names.leaves[key.1];
        let (to, applied) = match &report.outcome {
            Outcome::Moves(to) => (Some(to.to.segments()), to.applied.as_slice()),
            _ => (None, &[][..]),
        };
        let subject = Subject {
            range: report.place.clone(),
            path: &path,
            to,
            rule: report.matched.index,
        };
        if let Some(refusal) = report.refusal {
            draft.refused(&subject, refusal, table);
            return;
        }
        let Some(to) = to else {
            return;
        };
        draft.rewritten(&subject, applied, table);
        if fate.renamed.is_none() {
            self.review_kept_name(leaf, to, &report.matched, &subject, draft);
        }
        if self.is_defined_too(&here.path, leaf, to, key.0) || self.is_brought_by_glob(key, to) {
            draft
                .declared
                .push(Declared::Removed(self.binding(key.0, leaf, &path)));
            fate.next = Next::Goes(to.to_vec());
        }
    }

    /// Whether an aliased import comes to say what the glob right before it brings already: the way
    /// back from an import that was put beside a glob.
    fn is_brought_by_glob(&self, (scope, ordinal): LeafKey, to: &[Segment]) -> bool {
        let names = &self.found.scopes.get(scope).names;
        let leaf = &names.leaves[ordinal];
        let Some((last, parent)) = to.split_last() else {
            return false;
        };
        let Some(item) = leaf.item else {
            return false;
        };
        let is_alone = names
            .leaves
            .iter()
            .filter(|other| other.item == leaf.item)
            .count()
            == 1;
        leaf.kind == LeafKind::Name
            && leaf.aliased
            && leaf.name == *last
            && is_alone
            && names.globs.iter().any(|&glob| {
                let other = &names.leaves[glob];
                other.item.is_some_and(|before| before + 1 == item)
                    && other.visibility == leaf.visibility
                    && other.condition == leaf.condition
                    && self
                        .resolver
                        .leaf(&self.found.scopes, scope, glob)
                        .is_some_and(|base| base == parent)
            })
    }

    fn fate(
        &self,
        scope: ScopeId,
        ordinal: usize,
        leaf: &Leaf,
        places: &FxHashMap<usize, Range<usize>>,
    ) -> (Fate, Option<Report<'a>>) {
        let scopes = &self.found.scopes;
        let old = self.resolver.leaf(scopes, scope, ordinal);
        let kinds = match leaf.kind {
            LeafKind::Name => Namespaces::ALL,
            _ => TYPE,
        };
        let head = (leaf.kind != LeafKind::ExternCrate)
            .then(|| {
                let role = Role::Use(scope, ordinal);
                self.resolver
                    .head(scopes, scope, &leaf.written, kinds, role)
            })
            .flatten();
        let mut fate = Fate {
            old,
            head,
            next: Next::Stays,
            wants_uses: false,
            renamed: None,
        };
        let Some(path) = fate.old.clone() else {
            return (fate, None);
        };
        let module = std::rc::Rc::clone(&scopes.get(scope).path);
        let table: &'a crate::mapping::Table = self.resolver.table;
        let outcome = table.resolve(&path, kinds);
        let (matched, to) = match &outcome {
            Outcome::Stays => return (fate, None),
            Outcome::Moves(to) => (to.first, Some(to.to.segments().to_vec())),
            Outcome::Removed(matched) | Outcome::Alternatives(matched) => (*matched, None),
        };
        if self.stays_inside(&module, fate.head.as_ref(), &matched)
            || !self.means_this_package(&path, &matched)
        {
            return (fate, None);
        }
        let sense = self.sense_of_import((scope, ordinal), &path, kinds);
        if sense == Sense::Other {
            return (fate, None);
        }
        let place = places.get(&ordinal).cloned().unwrap_or(0..0);
        fate.wants_uses = matched.rule.rename == crate::mapping::Rename::Uses;
        fate.next = Next::Kept;
        if self.kept.keeps(place.start) {
            return (fate, None);
        }
        let refusal = match &to {
            None => Some(no_successor(&outcome, table.syntax())),
            Some(_) if sense == Sense::Either => Some(two_namespaces()),
            Some(_) if leaf.kind == LeafKind::ExternCrate => Some(
                Refusal::new(Code::ExternCrate, "the crate itself is deprecated")
                    .help("change the dependency in Cargo.toml, then this item"),
            ),
            Some(_)
                if fate
                    .head
                    .as_ref()
                    .is_some_and(|head| head.via == Via::Ambiguous) =>
            {
                Some(unresolved())
            }
            Some(_) if self.is_foreign_use(scope, leaf, fate.head.as_ref()) => Some(
                Refusal::new(
                    Code::Macro,
                    "what this path means is decided where the macro is used",
                )
                .help("write it from `$crate::`, or from `::` and the crate's name"),
            ),
            Some(to) => self.refuses_use(scope, leaf, fate.head.as_ref(), to),
        };
        if let (None, Some(to)) = (&refusal, to) {
            // The new home brings what it stands for from the old path: that is its definition.
            let is_home = self.imports_for_itself(&module, leaf, &to)
                && if leaf.kind == LeafKind::Glob {
                    self.resolver.has_module(scopes, &path)
                } else {
                    !self.is_defined_too(&module, leaf, &to, scope)
                };
            if is_home {
                fate.next = Next::Follows(to, Carrier::OtherFile);
                return (fate, None);
            }
            fate.next = Next::Moves(to);
        }
        let report = Report {
            outcome,
            matched,
            place,
            refusal,
        };
        (fate, Some(report))
    }

    /// `rename = "uses"` was asked for and is not certain: a person is told.
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
                format!(
                    "the local name `{}` was kept: not all of its uses can be renamed surely",
                    leaf.name
                ),
                self.resolver.table,
            );
        }
    }

    /// What an import means whose name may be a module or something else: its uses tell.
    fn sense_of_import(&self, key: LeafKey, path: &[Segment], kinds: Namespaces) -> Sense {
        let sense = self.resolver.sense(&self.found.scopes, path, kinds);
        if sense != Sense::Either {
            return sense;
        }
        let through = Via::Import(key.0, key.1);
        let as_module = self
            .found
            .sites
            .iter()
            .any(|site| site.head.via == through && site.written.segments.len() > 1);
        match (as_module, self.found.other_uses.contains(&key)) {
            (true, false) => Sense::Reference,
            (false, true) => Sense::Other,
            _ => Sense::Either,
        }
    }

    /// Whether an import stands in a macro for other crates, and its path depends on them.
    fn is_foreign_use(&self, scope: ScopeId, leaf: &Leaf, head: Option<&Head>) -> bool {
        let names = &self.found.scopes.get(scope).names;
        leaf.item
            .and_then(|item| names.items.get(item))
            .is_some_and(|item| item.context.foreign && !item.context.dollar_crate)
            && head.is_none_or(|head| head.via != Via::Extern)
    }

    /// Whether a relative path stays inside the module that the rule moves.
    fn stays_inside(&self, module: &[Segment], head: Option<&Head>, matched: &Matched<'_>) -> bool {
        let relative = head.is_some_and(|head| {
            matches!(
                head.via,
                Via::Relative
                    | Via::Module
                    | Via::Definition
                    | Via::OuterDefinition
                    | Via::Glob(..)
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

    /// Whether the import would bind the very name that its new path says.
    fn imports_for_itself(&self, module: &[Segment], leaf: &Leaf, to: &[Segment]) -> bool {
        match leaf.kind {
            LeafKind::Glob => to == module,
            LeafKind::Name => to
                .split_last()
                .is_some_and(|(last, parent)| parent == module && *last == leaf.name),
            LeafKind::SelfModule | LeafKind::ExternCrate => false,
        }
    }

    /// Whether the import would bring what its own module defines: the new home's own import of the
    /// old path (row R65).
    fn is_defined_too(
        &self,
        module: &[Segment],
        leaf: &Leaf,
        to: &[Segment],
        scope: ScopeId,
    ) -> bool {
        let here = self.found.scopes.get(scope);
        if here.module != scope || !self.imports_for_itself(module, leaf, to) {
            return false;
        }
        leaf.kind == LeafKind::Glob
            || here
                .names
                .get(&leaf.name)
                .iter()
                .any(|entry| matches!(entry.what, What::Definition | What::Module))
    }

    /// Of imports of one name from one path only the first stays, where all else is equal (E0252).
    fn drop_duplicates(&self, scope: ScopeId, fates: &mut Fates, draft: &mut Draft) {
        let names = &self.found.scopes.get(scope).names;
        // Tokens are one scope here, and may be many where the macro is used.
        let is_candidate = |leaf: &Leaf| {
            let item = leaf.item.and_then(|item| names.items.get(item));
            matches!(leaf.kind, LeafKind::Name | LeafKind::SelfModule)
                && leaf.name != "_"
                && !item.is_some_and(|item| item.context.in_tokens)
        };
        let bound = |ordinal: usize, fates: &Fates| {
            let renamed = fates
                .get((scope, ordinal))
                .and_then(|fate| fate.renamed.clone());
            renamed.unwrap_or_else(|| names.leaves[ordinal].name.clone())
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
                    && bound(other, fates) == bound(ordinal, fates)
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

/// Why a path stays whose name is that of a module and of something else.
pub(super) fn two_namespaces() -> Refusal {
    Refusal::new(
        Code::Unresolved,
        "the name is that of a module and of something else, and the rule speaks of both",
    )
    .help("say `kind = \"type\"` in the rule if it means the module")
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
fn leaf_places(names: &crate::lang::rust::resolve::Names) -> FxHashMap<usize, Range<usize>> {
    fn add(tree: &Tree, start: Option<usize>, places: &mut FxHashMap<usize, Range<usize>>) {
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

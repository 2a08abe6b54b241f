//! What becomes of each import.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::Rewrite;
use super::globs::Added;
use super::tree::leaf_places;
use crate::finding::Code;
use crate::lang::draft::{Draft, Refusal, Subject};
use crate::lang::rust::resolve::{Head, Leaf, LeafKind, ScopeId, TYPE, Via};
use crate::mapping::{Matched, Outcome};
use crate::outline::{Binding, Declared, Meaning};
use crate::path::{Known, Namespaces, Segment};

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
    /// Why it keeps its name although the rule asks for another.
    pub kept_name: Option<String>,
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

    /// Gives an import and its uses another name, or says why not.
    pub fn rename(&mut self, key: LeafKey, name: Result<Segment, String>) {
        if let Some(fate) = self.list.get_mut(&key) {
            match name {
                Ok(name) => fate.renamed = Some(name),
                Err(reason) => fate.kept_name = Some(reason),
            }
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

    /// Lets an import go whose name means `to` without it.
    pub fn let_go(&mut self, key: LeafKey, to: Vec<Segment>) {
        if let Some(fate) = self.list.get_mut(&key) {
            fate.next = Next::Goes(to);
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
pub(super) struct Report<'t> {
    pub(super) outcome: Outcome<'t>,
    pub(super) matched: Matched<'t>,
    pub(super) place: Range<usize>,
    pub(super) refusal: Option<Refusal>,
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
        loop {
            let mut carriers = FxHashMap::default();
            let following: FxHashMap<LeafKey, Next> = reports
                .iter()
                .filter_map(|(key, report)| {
                    let next = self.following(*key, report, fates, &mut carriers)?;
                    Some((*key, next))
                })
                .collect();
            if following.is_empty() {
                return;
            }
            reports.retain(|(key, _)| !following.contains_key(key));
            for (key, next) in following {
                if let Some(fate) = fates.list.get_mut(&key) {
                    fate.next = next;
                }
            }
        }
    }

    /// How an import follows the import or the glob that it starts at, if it does. One that was refused
    /// for what its name may mean follows an import of this file all the same: that one was judged, and
    /// it brings no more than that one does.
    fn following(
        &self,
        key: LeafKey,
        report: &Report<'_>,
        fates: &Fates,
        carriers: &mut FxHashMap<LeafKey, Carrier>,
    ) -> Option<Next> {
        let fate = fates.get(key)?;
        let head = fate.head.as_ref()?;
        let (to, is_refused) = match (&fate.next, &report.outcome) {
            (Next::Moves(to), _) => (to.as_slice(), false),
            (Next::Kept, Outcome::Moves(to)) => (to.to.segments(), true),
            _ => return None,
        };
        let may_follow = match head.via {
            Via::Import(scope, ordinal) | Via::OuterImport(scope, ordinal) => {
                let leaf = &self.found.scopes.get(scope).names.leaves[ordinal];
                !is_refused || leaf.kind != LeafKind::Glob
            }
            Via::Elsewhere | Via::Glob(..) => !is_refused,
            _ => false,
        };
        if !may_follow {
            return None;
        }
        let leaf = &self.found.scopes.get(key.0).names.leaves[key.1];
        let mut now = self.head_after(head, TYPE, key.0, fates, &Added::default());
        now.extend_from_slice(&leaf.written.segments[head.taken..]);
        if now != to {
            return None;
        }
        let carrier = self.carrier_of(head.via, fates, carriers);
        let is_carried = !is_refused || carrier == Carrier::ThisFile;
        is_carried.then(|| Next::Follows(to.to_vec(), carrier))
    }

    /// Imports that would follow what another file brings here by a glob, and start at an explicit import
    /// that is put beside that glob.
    pub(super) fn follow_added(&self, fates: &mut Fates, added: &Added) {
        for ((scope, ordinal), fate) in &mut fates.list {
            let Some(head) = fate.head.as_ref().filter(|head| head.via == Via::Elsewhere) else {
                continue;
            };
            let written = &self.found.scopes.get(*scope).names.leaves[*ordinal].written;
            let is_plain = head.taken == 1 && !written.leading;
            let mut around = self.found.scopes.outwards(*scope);
            if is_plain
                && around.any(|id| {
                    let name = &written.segments[0];
                    added.get(id, name, &head.base).is_some()
                })
                && let Next::Follows(_, carrier) = &mut fate.next
            {
                *carrier = Carrier::ThisFile;
            }
        }
    }

    /// Whose rewrite changes what the first names of a path mean.
    pub(super) fn carrier(&self, via: Via, fates: &Fates) -> Carrier {
        self.carrier_of(via, fates, &mut FxHashMap::default())
    }

    /// The same, where much was found out already: one import may start at another in a long chain.
    fn carrier_of(
        &self,
        via: Via,
        fates: &Fates,
        known: &mut FxHashMap<LeafKey, Carrier>,
    ) -> Carrier {
        let (Via::Import(scope, ordinal)
        | Via::OuterImport(scope, ordinal)
        | Via::Glob(scope, ordinal)) = via
        else {
            return self.carrier_once(via, fates, known);
        };
        if let Some(carrier) = known.get(&(scope, ordinal)) {
            return *carrier;
        }
        let carrier = self.carrier_once(via, fates, known);
        known.insert((scope, ordinal), carrier);
        carrier
    }

    fn carrier_once(
        &self,
        via: Via,
        fates: &Fates,
        known: &mut FxHashMap<LeafKey, Carrier>,
    ) -> Carrier {
        let (Via::Import(scope, ordinal)
        | Via::OuterImport(scope, ordinal)
        | Via::Glob(scope, ordinal)) = via
        else {
            return if via == Via::Elsewhere {
                Carrier::OtherFile
            } else {
                Carrier::ThisFile
            };
        };
        let Some(fate) = fates.get((scope, ordinal)) else {
            return Carrier::ThisFile;
        };
        match (&fate.next, &fate.head) {
            (Next::Follows(_, carrier), _) => *carrier,
            // It may come to follow in its turn.
            (Next::Moves(to), Some(head)) if head.via != via => {
                let leaf = &self.found.scopes.get(scope).names.leaves[ordinal];
                let mut now = self.head_after(head, TYPE, scope, fates, &Added::default());
                now.extend_from_slice(&leaf.written.segments[head.taken..]);
                if now == *to {
                    self.carrier_of(head.via, fates, known)
                } else {
                    Carrier::ThisFile
                }
            }
            _ => Carrier::ThisFile,
        }
    }

    /// An item that cannot be composed as decided keeps all its imports.
    fn refuse_items(&self, fates: &mut Fates, reports: &mut [(LeafKey, Report<'_>)]) {
        let refused = self.refused_items(fates);
        if refused.is_empty() {
            return;
        }
        let places = reports.iter().enumerate();
        let places: FxHashMap<LeafKey, usize> = places.map(|(at, (key, _))| (*key, at)).collect();
        for (scope, refusals) in refused {
            for (ordinal, refusal) in refusals {
                let Some(fate) = fates.list.get_mut(&(scope, ordinal)) else {
                    continue;
                };
                if fate.stays() {
                    continue;
                }
                fate.next = Next::Kept;
                if let Some(at) = places.get(&(scope, ordinal)) {
                    reports[*at].1.refusal.get_or_insert(refusal);
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
        if self.is_in_foreign_item(key.0, leaf) {
            self.review_callers(&subject, draft);
        }
        if fate.renamed.is_none() {
            let reason = fate.kept_name.as_deref();
            self.review_kept_name(leaf, reason, &report.matched, &subject, draft);
        }
        if self.is_defined_too(&here.path, leaf, to, key.0) || self.is_brought_by_glob(key, to) {
            draft
                .declared
                .push(Declared::Removed(self.binding(key.0, leaf, &path)));
            fate.next = Next::Goes(to.to_vec());
        }
    }

    /// `rename = "uses"` was asked for and is not certain: a person is told.
    fn review_kept_name(
        &self,
        leaf: &Leaf,
        reason: Option<&str>,
        matched: &Matched<'_>,
        subject: &Subject<'_>,
        draft: &mut Draft,
    ) {
        let renamed = subject.to.and_then(<[Segment]>::last) != subject.path.last();
        let wants = matched.rule.rename == crate::mapping::Rename::Uses;
        if wants && renamed && !leaf.aliased && leaf.kind == LeafKind::Name {
            draft.remark(
                Code::KeptName,
                crate::finding::Level::Review,
                subject,
                format!(
                    "the local name `{}` was kept: {}",
                    leaf.name,
                    reason.unwrap_or("not all of its uses can be renamed surely")
                ),
                self.resolver.table,
            );
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
            known: Known::NOTHING,
            stays: false,
        }
    }
}

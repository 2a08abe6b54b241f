//! Decides on every import of a file, and tells of those that a rule speaks of.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::Rewrite;
use super::actions::{Carrier, Decisions, ImportAction, LeafKey};
use super::globs::Added;
use super::tree::leaf_places;
use crate::finding::Code;
use crate::lang::plan_builder::{PlanBuilder, Refusal, Subject};
use crate::lang::rust::resolve::{Leaf, LeafKind, ScopeId, TYPE, Via};
use crate::mapping::{Matched, Outcome};
use crate::outline::{Binding, Declared, Meaning};
use crate::path::{Known, Namespaces, Segment};

/// What is told of an import that a rule speaks of.
pub(super) struct Report<'t> {
    pub(super) outcome: Outcome<'t>,
    pub(super) matched: Matched<'t>,
    pub(super) place: Range<usize>,
    pub(super) refusal: Option<Refusal>,
}

impl<'a> Rewrite<'_, 'a> {
    /// Decides on every import of the file.
    pub(super) fn decisions(&self, draft: &mut PlanBuilder) -> Decisions {
        let mut decisions = Decisions::default();
        let mut reports: Vec<(LeafKey, Report<'a>)> = Vec::new();
        for (id, scope) in self.found.scopes.iter() {
            let places = leaf_places(&scope.names);
            for (ordinal, leaf) in scope.names.leaves.iter().enumerate() {
                let (decision, report) = self.decision(id, ordinal, leaf, &places);
                decisions.list.insert((id, ordinal), decision);
                reports.extend(report.map(|report| ((id, ordinal), report)));
            }
        }
        self.follow(&mut decisions, &mut reports);
        self.refuse_items(&mut decisions, &mut reports);
        self.rename_uses(&mut decisions);
        for (key, report) in reports {
            self.report(key, report, &mut decisions, draft);
        }
        for (id, _) in self.found.scopes.iter() {
            self.drop_duplicates(id, &mut decisions, draft);
        }
        self.declare_renamed(&decisions, draft);
        self.join_items(&mut decisions);
        decisions
    }

    /// What takes another name is a binding that goes and one that comes.
    fn declare_renamed(&self, decisions: &Decisions, draft: &mut PlanBuilder) {
        for (key, decision) in decisions.iter() {
            let (Some(name), Some(old), ImportAction::Retarget(to)) =
                (&decision.renamed, &decision.old, &decision.next)
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
    fn follow(&self, decisions: &mut Decisions, reports: &mut Vec<(LeafKey, Report<'_>)>) {
        loop {
            let mut carriers = FxHashMap::default();
            let following: FxHashMap<LeafKey, ImportAction> = reports
                .iter()
                .filter_map(|(key, report)| {
                    let next = self.following(*key, report, decisions, &mut carriers)?;
                    Some((*key, next))
                })
                .collect();
            if following.is_empty() {
                return;
            }
            reports.retain(|(key, _)| !following.contains_key(key));
            for (key, next) in following {
                if let Some(decision) = decisions.list.get_mut(&key) {
                    decision.next = next;
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
        decisions: &Decisions,
        carriers: &mut FxHashMap<LeafKey, Carrier>,
    ) -> Option<ImportAction> {
        let decision = decisions.get(key)?;
        let head = decision.head.as_ref()?;
        let (to, is_refused) = match (&decision.next, &report.outcome) {
            (ImportAction::Retarget(to), _) => (to.as_slice(), false),
            (ImportAction::Blocked, Outcome::Moves(to)) => (to.to.segments(), true),
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
        let mut now = self.head_after(head, TYPE, key.0, decisions, &Added::default());
        now.extend_from_slice(&leaf.written.segments[head.taken..]);
        if now != to {
            return None;
        }
        let carrier = self.carrier_of(head.via, decisions, carriers);
        let is_carried = !is_refused || carrier == Carrier::ThisFile;
        is_carried.then(|| ImportAction::Follow(to.to_vec(), carrier))
    }

    /// Imports that would follow what another file brings here by a glob, and start at an explicit import
    /// that is put beside that glob.
    pub(super) fn follow_added(&self, decisions: &mut Decisions, added: &Added) {
        for ((scope, ordinal), decision) in &mut decisions.list {
            let Some(head) = decision
                .head
                .as_ref()
                .filter(|head| head.via == Via::Elsewhere)
            else {
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
                && let ImportAction::Follow(_, carrier) = &mut decision.next
            {
                *carrier = Carrier::ThisFile;
            }
        }
    }

    /// Whose rewrite changes what the first names of a path mean.
    pub(super) fn carrier(&self, via: Via, decisions: &Decisions) -> Carrier {
        self.carrier_of(via, decisions, &mut FxHashMap::default())
    }

    /// The same, where much was found out already: one import may start at another in a long chain.
    fn carrier_of(
        &self,
        via: Via,
        decisions: &Decisions,
        known: &mut FxHashMap<LeafKey, Carrier>,
    ) -> Carrier {
        let (Via::Import(scope, ordinal)
        | Via::OuterImport(scope, ordinal)
        | Via::Glob(scope, ordinal)) = via
        else {
            return self.carrier_once(via, decisions, known);
        };
        if let Some(carrier) = known.get(&(scope, ordinal)) {
            return *carrier;
        }
        let carrier = self.carrier_once(via, decisions, known);
        known.insert((scope, ordinal), carrier);
        carrier
    }

    fn carrier_once(
        &self,
        via: Via,
        decisions: &Decisions,
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
        let Some(decision) = decisions.get((scope, ordinal)) else {
            return Carrier::ThisFile;
        };
        match (&decision.next, &decision.head) {
            (ImportAction::Follow(_, carrier), _) => *carrier,
            // It may come to follow in its turn.
            (ImportAction::Retarget(to), Some(head)) if head.via != via => {
                let leaf = &self.found.scopes.get(scope).names.leaves[ordinal];
                let mut now = self.head_after(head, TYPE, scope, decisions, &Added::default());
                now.extend_from_slice(&leaf.written.segments[head.taken..]);
                if now == *to {
                    self.carrier_of(head.via, decisions, known)
                } else {
                    Carrier::ThisFile
                }
            }
            _ => Carrier::ThisFile,
        }
    }

    /// An item that cannot be composed as decided keeps all its imports.
    fn refuse_items(&self, decisions: &mut Decisions, reports: &mut [(LeafKey, Report<'_>)]) {
        let refused = self.refused_items(decisions);
        if refused.is_empty() {
            return;
        }
        let places = reports.iter().enumerate();
        let places: FxHashMap<LeafKey, usize> = places.map(|(at, (key, _))| (*key, at)).collect();
        for (scope, refusals) in refused {
            for (ordinal, refusal) in refusals {
                let Some(decision) = decisions.list.get_mut(&(scope, ordinal)) else {
                    continue;
                };
                if decision.stays() {
                    continue;
                }
                decision.next = ImportAction::Blocked;
                if let Some(at) = places.get(&(scope, ordinal)) {
                    reports[*at].1.refusal.get_or_insert(refusal);
                }
            }
        }
    }

    fn report(
        &self,
        key: LeafKey,
        report: Report<'_>,
        decisions: &mut Decisions,
        draft: &mut PlanBuilder,
    ) {
        let Some(decision) = decisions.list.get_mut(&key) else {
            return;
        };
        let Some(path) = decision.old.clone() else {
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
        if decision.renamed.is_none() {
            let reason = decision.kept_name.as_deref();
            self.review_kept_name(leaf, reason, &report.matched, &subject, draft);
        }
        if self.is_defined_too(&here.path, leaf, to, key.0) || self.is_brought_by_glob(key, to) {
            draft
                .declared
                .push(Declared::Removed(self.binding(key.0, leaf, &path)));
            decision.next = ImportAction::Remove(to.to_vec());
        }
    }

    /// `rename = "uses"` was asked for and is not certain: a person is told.
    fn review_kept_name(
        &self,
        leaf: &Leaf,
        reason: Option<&str>,
        matched: &Matched<'_>,
        subject: &Subject<'_>,
        draft: &mut PlanBuilder,
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

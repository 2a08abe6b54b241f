//! Imports whose last use went: those that go, and those that something still needs of which the
//! compiler does not count it as a use.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Rewrite;
use super::actions::{Decision, Decisions, ImportAction, LeafKey};
use super::globs::Added;
use super::items::Composer;
use super::tree::leaves_of;
use crate::lang::plan_builder::PlanBuilder;
use crate::lang::rust::at::At;
use crate::lang::rust::gate::Gate;
use crate::lang::rust::resolve::{LeafKind, Reach, ScopeId, TYPE, UseItem};
use crate::lang::rust::visit::Context;
use crate::outline::Declared;
use crate::path::Segment;
use crate::text::{Edit, newline_of};

/// Imports that stay although no code uses them in every build: only documentation does, or code under
/// a condition such as `test`.
pub(super) type Idle = FxHashSet<LeafKey>;

/// How an import is used.
#[derive(Clone, Copy, Debug, Default)]
struct Uses {
    /// Code that used it and does so no more.
    gone: bool,
    /// Code that goes on using it.
    code: bool,
    /// Code that goes on using it and is not always there: that of tests, of a feature.
    at_times: bool,
    /// Links that go on using it.
    link: bool,
}

impl Rewrite<'_, '_> {
    /// Lets the imports go that no use is left of. `went` says of every path whether it no longer goes
    /// through its old first names. Gives those that stay
    /// all the same, for documentation or for some builds.
    pub(super) fn idle_imports(
        &self,
        went: &[bool],
        decisions: &mut Decisions,
        draft: &mut PlanBuilder,
    ) -> Idle {
        let mut idle = Idle::default();
        // One that goes may have been the last use of another.
        loop {
            let uses = self.uses_of_imports(went, decisions);
            let mut unused = Vec::new();
            for (key, uses) in uses {
                if !uses.gone || uses.code || !self.may_go(key, decisions) {
                    continue;
                }
                if uses.at_times || uses.link || self.is_linked(key) {
                    idle.insert(key);
                } else {
                    unused.push(key);
                }
            }
            unused.sort_unstable();
            for &(scope, ordinal) in &unused {
                let leaf = &self.found.scopes.get(scope).names.leaves[ordinal];
                let old = decisions
                    .get((scope, ordinal))
                    .and_then(|decision| decision.old.clone());
                if let Some(old) = old {
                    let binding = self.binding(scope, leaf, &old);
                    draft.declared.push(Declared::Removed(binding));
                }
                decisions.drop_unused((scope, ordinal));
            }
            if unused.is_empty() {
                return idle;
            }
        }
    }

    /// How imports are used by paths and by other imports, of those that a use was taken from.
    fn uses_of_imports(&self, went: &[bool], decisions: &Decisions) -> FxHashMap<LeafKey, Uses> {
        let mut uses: FxHashMap<LeafKey, Uses> = FxHashMap::default();
        let sites = || self.found.sites.iter().zip(went.iter().copied());
        let leaves = || {
            decisions.iter().filter_map(|((scope, ordinal), decision)| {
                Some((decision.head.as_ref()?, scope, ordinal, decision))
            })
        };
        for (site, gone) in sites() {
            for key in site.head.imports().filter(|_| gone) {
                uses.entry(key).or_default().gone |= site.context != Context::Link;
            }
        }
        for (head, scope, _, decision) in leaves() {
            if self.leaves_first_names(decision, scope, decisions) {
                for key in head.imports() {
                    uses.entry(key).or_default().gone = true;
                }
            }
        }
        for (site, _) in sites().filter(|(_, gone)| !gone) {
            for key in site.head.imports() {
                let Some(uses) = uses.get_mut(&key) else {
                    continue;
                };
                if site.context == Context::Link {
                    uses.link = true;
                } else {
                    uses.note(self.is_there_with(key, &site.gate));
                }
            }
        }
        for (head, scope, ordinal, decision) in leaves() {
            if self.leaves_first_names(decision, scope, decisions) {
                continue;
            }
            for key in head.imports() {
                if let Some(uses) = uses.get_mut(&key) {
                    let leaf = &self.found.scopes.get(scope).names.leaves[ordinal];
                    uses.note(self.is_there_with(key, &self.gate_of(scope, leaf)));
                }
            }
        }
        for key in &self.found.other_uses {
            if let Some(uses) = uses.get_mut(key) {
                uses.code = true;
            }
        }
        uses
    }

    /// Whether code under these conditions is there wherever an import is.
    fn is_there_with(&self, (scope, ordinal): LeafKey, gate: &Gate) -> bool {
        let leaf = &self.found.scopes.get(scope).names.leaves[ordinal];
        self.gate_of(scope, leaf).is_within(gate)
    }

    /// Whether an import that is rewritten no longer goes through the import that it started at.
    fn leaves_first_names(
        &self,
        decision: &Decision,
        scope: ScopeId,
        decisions: &Decisions,
    ) -> bool {
        match (&decision.next, &decision.head) {
            (ImportAction::Remove(_) | ImportAction::Merge(..) | ImportAction::RemoveUnused, _) => {
                true
            }
            (ImportAction::Retarget(to), Some(head)) => {
                !to.starts_with(&self.head_after(head, TYPE, scope, decisions, &Added::default()))
            }
            _ => false,
        }
    }

    /// Whether an import whose last use was rewritten can go: it is private, it is no trait, nothing
    /// else can reach its name, and it is no reference itself.
    fn may_go(&self, (scope, ordinal): LeafKey, decisions: &Decisions) -> bool {
        let here = self.found.scopes.get(scope);
        let leaf = &here.names.leaves[ordinal];
        decisions
            .get((scope, ordinal))
            .is_some_and(|decision| decision.next == ImportAction::Keep)
            && leaf.reach == Reach::Private
            && matches!(leaf.kind, LeafKind::Name | LeafKind::SelfModule)
            && leaf.name != "_"
            // The methods of a trait are used without its name.
            && !(leaf.kind == LeafKind::Name && leaf.name.starts_with(char::is_uppercase))
            && !self.found.mentions.contains(&leaf.name)
            && !self.is_named_in_strings(&leaf.name)
            && (here.module != scope || !self.is_reached_from_below(scope, &leaf.name))
    }

    /// Whether a path of this file that is not known to go through the import names it as a child of
    /// its module, or another file may.
    fn is_reached_from_below(&self, scope: ScopeId, name: &Segment) -> bool {
        let here = self.found.scopes.get(scope);
        let child = [&*here.path, std::slice::from_ref(name)].concat();
        self.is_named_relatively(&child) || self.is_mentioned_in_files_below(scope, name)
    }

    /// Whether a string that may hold code has a path that starts at `name`.
    fn is_named_in_strings(&self, name: &Segment) -> bool {
        let found = self.found;
        let texts = found.attribute_texts.iter();
        let texts = texts.filter_map(|at| self.text.get(at.range()));
        let odd = found.odd_strings.iter().map(|(_, text, _)| text.as_str());
        texts.chain(odd).any(|text| starts_a_path(text, name))
    }

    /// Whether a link in documentation goes through an import.
    fn is_linked(&self, (scope, ordinal): LeafKey) -> bool {
        let scopes = &self.found.scopes;
        let name = &scopes.get(scope).names.leaves[ordinal].name;
        let sees = |from: ScopeId| {
            scopes.outwards(from).any(|outer| outer == scope)
                || (scopes.get(from).path.starts_with(&scopes.get(scope).path)
                    && scopes.get(from).names.get(name).is_empty())
        };
        let by_name = |(link, from): &(Segment, ScopeId)| link == name && sees(*from);
        if self.found.link_names.iter().any(by_name) {
            return true;
        }
        let in_string = |(at, from): &(At, ScopeId)| {
            let text = self.text.get(at.range()).unwrap_or_default();
            sees(*from) && (starts_a_path(text, name) || text.contains(&format!("{name}`]")))
        };
        if self.found.doc_literals.iter().any(in_string) {
            return true;
        }
        self.found.unread_docs.iter().any(|(comments, from)| {
            let says = |range: &std::ops::Range<usize>| self.text[range.clone()].contains(&**name);
            sees(*from)
                && comments.iter().any(says)
                && crate::lang::rust::docs::parse(self.text, comments)
                    .links
                    .iter()
                    .any(|link| link.path.split("::").next() == Some(name))
        })
    }
}

impl Uses {
    fn note(&mut self, always: bool) {
        self.code |= always;
        self.at_times |= !always;
    }
}

/// Whether a text has `name::` as it stands at the start of a path.
fn starts_a_path(text: &str, name: &str) -> bool {
    let is_part = |c: char| c == '_' || c == ':' || c.is_alphanumeric();
    text.match_indices(&format!("{name}::"))
        .any(|(at, _)| !text[..at].ends_with(is_part))
}

impl Composer<'_, '_, '_> {
    /// `#[allow(unused_imports)]` before an item of which an import is idle now: the compiler would
    /// begin to warn of it.
    pub(super) fn allowance(&self, item: &UseItem) -> Option<Edit> {
        let is_idle = |ordinal: &usize| self.idle.contains(&(self.scope, *ordinal));
        if item.context.in_tokens || !leaves_of(&item.tree).iter().any(is_idle) {
            return None;
        }
        let text = self.rewrite.text;
        let start = item.start.range().start;
        let attributes = &text[start..item.body.range().start];
        if attributes.contains("allow(unused") || text.contains("#![allow(unused") {
            return None;
        }
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let indent = &text[line_start..start];
        let behind = if indent.trim().is_empty() {
            format!("{}{indent}", newline_of(text))
        } else {
            " ".to_owned()
        };
        Some(Edit::insert(
            start,
            format!("#[allow(unused_imports)]{behind}"),
        ))
    }
}

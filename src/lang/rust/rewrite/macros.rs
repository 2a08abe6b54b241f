//! Paths in the tokens of macros: a plain one means what the module makes of it in which the macro is
//! used, and one that goes on with a variable may be any path below.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::Rewrite;

use super::refusals::{decided_by_callers, leaves_dollar_crate};
use super::tree::leaf_places;
use crate::finding::{Code, Level};
use crate::lang::plan_builder::{PlanBuilder, Refusal, Subject};
use crate::lang::rust::expand::OpenEnd;
use crate::lang::rust::resolve::{Leaf, Role, ScopeId, TYPE, Via};
use crate::lang::rust::visit::{Mode, Site};
use crate::mapping::{Action, Outcome};
use crate::path::{Namespaces, Segment};

/// What is known of the places where a macro of this file is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Used {
    /// All of them are in the module that defines it.
    Here,
    /// All of them are in this file, and the path means the same in each.
    Alike,
    /// Some are elsewhere, or the path means something else there.
    Elsewhere,
}

impl Rewrite<'_, '_> {
    /// Where the macro is used that the path stands in.
    pub(super) fn used(&self, site: &Site) -> Used {
        let (Some(name), Some(krate)) = (&site.definition, self.resolver.home.krate) else {
            return Used::Alike;
        };
        let scopes = &self.found.scopes;
        let is_imported = self.is_imported(name);
        let elsewhere = || {
            let call = Segment::new(format!("{name}!"));
            let file = self.resolver.home.file;
            self.resolver.tree.mentions_elsewhere(krate, file, &call)
        };
        if is_imported || self.found.indirect_calls.contains(name) || elsewhere() {
            return Used::Elsewhere;
        }
        let module = scopes.get(site.scope).module;
        let mut used = Used::Here;
        for call in self.calls_of(name) {
            let found =
                self.resolver
                    .path(scopes, call.scope, &site.written, site.kinds, Role::Path);
            if found.is_none_or(|(_, path)| path != site.path) {
                return Used::Elsewhere;
            }
            if scopes.get(call.scope).module != module {
                used = Used::Alike;
            }
        }
        used
    }

    /// Whether a relative path means something in this file: one in a macro means what it means where that
    /// is used.
    pub(super) fn may_stand_here(&self, site: &Site) -> bool {
        match site.mode {
            Mode::Code => true,
            Mode::Definition | Mode::Exported => {
                let name = site.definition.as_ref();
                name.is_some_and(|name| self.calls_of(name).next().is_some())
            }
            Mode::Quote | Mode::Text => false,
        }
    }

    /// Why a path in macro tokens stays, if it must.
    pub(super) fn refuses_macro(&self, site: &Site, is_own_target: bool) -> Option<Refusal> {
        let by_name = site.head.via == Via::Extern;
        match site.mode {
            Mode::Exported if site.dollar_crate && is_own_target => None,
            Mode::Exported | Mode::Definition if site.dollar_crate && !is_own_target => {
                Some(leaves_dollar_crate())
            }
            Mode::Exported | Mode::Quote if !by_name => Some(decided_by_callers()),
            Mode::Definition
                if self.depends_on_callers(site) && self.used(site) == Used::Elsewhere =>
            {
                Some(decided_by_callers())
            }
            _ => None,
        }
    }

    /// Whether a path in the body of a macro is resolved where the macro is used.
    fn depends_on_callers(&self, site: &Site) -> bool {
        let is_absolute = site.dollar_crate
            || site.leading.is_some()
            || matches!(site.head.via, Via::Crate | Via::Extern | Via::MacroUse);
        !is_absolute && !self.is_bound_in_tokens(site)
    }

    /// Whether a macro that is called among the items around `scope` may define `name`.
    pub(super) fn may_be_made(&self, scope: ScopeId, name: &Segment) -> bool {
        if self.found.item_tokens.is_empty() && self.found.made_by_macros.is_empty() {
            return false;
        }
        let around: Vec<ScopeId> = self.found.scopes.outwards(scope).collect();
        let in_tokens = around
            .iter()
            .any(|&id| self.found.item_tokens.contains(&(id, name.clone())));
        in_tokens
            || self.found.calls.iter().any(|call| {
                let made = (call.name.clone(), name.clone());
                call.is_item
                    && around.contains(&call.scope)
                    && self.found.made_by_macros.contains(&made)
            })
    }

    /// Why a path that goes on with a variable stays: a rule, other than the one that moves all of
    /// them, speaks of what the variable may be. With that rule.
    pub(super) fn refuses_open(&self, site: &Site) -> Option<(usize, Refusal)> {
        let open = site.open.as_ref()?;
        let table = self.resolver.table;
        let mut path = site.path.clone();
        path.push(Segment::new_static("_"));
        let whole = match table.resolve(&path, Namespaces::ALL) {
            Outcome::Moves(to) => to.to.segments()[..to.to.segments().len() - 1].to_vec(),
            _ => site.path.clone(),
        };
        path.pop();
        let rule = self.rule_below(&mut path, whole, &open.parts, open)?;
        let refusal = Refusal::new(
            Code::Macro,
            "the path goes on with what only the caller knows, and rules speak of paths below it",
        )
        .help("write the paths out, or move all that lies below by one rule");
        Some((rule, refusal))
    }

    /// A rule that makes something else of a path below `path` than `whole` with the same end.
    fn rule_below(
        &self,
        path: &mut Vec<Segment>,
        whole: Vec<Segment>,
        parts: &[Option<Segment>],
        open: &OpenEnd,
    ) -> Option<usize> {
        let table = self.resolver.table;
        let (first, rest) = match parts.split_first() {
            Some((first, rest)) => (first.as_ref(), rest),
            None if open.more => (None, parts),
            None => return None,
        };
        let children: Vec<Segment> = match first {
            Some(name) => vec![name.clone()],
            None => table.old_children(path).cloned().collect(),
        };
        for child in children {
            path.push(child.clone());
            let mut now = whole.clone();
            now.push(child);
            let differs = match table.resolve(path, Namespaces::ALL) {
                Outcome::Moves(to) => (to.to.segments() != now).then_some(to.first.index),
                Outcome::Removed(matched) | Outcome::Alternatives(matched) => Some(matched.index),
                // A rule keeps it, where the one above would move it.
                Outcome::Stays if now != *path => table
                    .rules()
                    .iter()
                    .position(|rule| rule.from.segments() == *path),
                Outcome::Stays => None,
            };
            let found = differs.or_else(|| self.rule_below(path, now, rest, open));
            path.pop();
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Paths in macros that mean nothing here, and may be deprecated ones where the macro is used.
    pub(super) fn loose(&self, draft: &mut PlanBuilder) {
        let own = self.resolver.home.root.clone();
        let rules = self.resolver.table.rules();
        let imports = self.loose_imports();
        let is_none = self.found.loose.is_empty() && imports.is_empty();
        if is_none || self.resolver.home.krate.is_none() {
            return;
        }
        // By the first name of what a module of this crate would have to say.
        let mut ends: FxHashMap<&Segment, Vec<(usize, &[Segment])>> = FxHashMap::default();
        for (index, rule) in rules.iter().enumerate() {
            let from = rule.from.segments();
            if from[0] != own || rule.action == Action::Keep {
                continue;
            }
            for start in 1..from.len() {
                ends.entry(&from[start])
                    .or_default()
                    .push((index, &from[start..]));
            }
        }
        for loose in &self.found.loose {
            // How far `super` leads is known where the macro is used.
            let written = loose.names.iter().map(|name| &name.text);
            let written: Vec<&Segment> = written
                .skip_while(|name| matches!(name.as_str(), "self" | "super"))
                .collect();
            if written.is_empty() {
                continue;
            }
            let known = ends.get(written[0]).map_or(&[][..], Vec::as_slice);
            let meant = known
                .iter()
                .find(|(rule, end)| self.may_mean(loose.is_open, &written, *rule, end));
            if let Some((rule, _)) = meant {
                let first = loose.names[0].at.range();
                let last = loose.names[loose.names.len() - 1].at.range();
                if self.report_loose(first.start..last.end, *rule, draft) {
                    draft.staying_uses.push(loose.index);
                }
            }
        }
        for (written, range) in imports {
            let known = ends.get(written[0]).map_or(&[][..], Vec::as_slice);
            let meant = known
                .iter()
                .find(|(rule, end)| self.may_mean(false, &written, *rule, end));
            if let Some((rule, _)) = meant {
                self.report_loose(range, *rule, draft);
            }
        }
    }

    /// Imports in tokens that lead out of the crate from where the macro stands: what follows their `super`, and
    /// their place.
    fn loose_imports(&self) -> Vec<(Vec<&Segment>, Range<usize>)> {
        let scopes = &self.found.scopes;
        let mut imports = Vec::new();
        for (id, scope) in scopes.iter() {
            let in_tokens = |leaf: &Leaf| {
                let item = leaf.item.and_then(|item| scope.names.items.get(item));
                item.is_some_and(|item| item.context.in_tokens)
            };
            let mut places = None;
            for (ordinal, leaf) in scope.names.leaves.iter().enumerate() {
                let names = &leaf.written.segments;
                if names.first().is_none_or(|name| name != "super")
                    || !in_tokens(leaf)
                    || self.resolver.leaf(scopes, id, ordinal).is_some()
                {
                    continue;
                }
                let rest: Vec<&Segment> =
                    names.iter().skip_while(|name| *name == "super").collect();
                let places = places.get_or_insert_with(|| leaf_places(&scope.names));
                if let (Some(place), false) = (places.get(&ordinal), rest.is_empty()) {
                    imports.push((rest, place.clone()));
                }
            }
        }
        imports
    }

    /// Whether a path in a macro says the end of a rule's path: what is below a module of this crate.
    fn may_mean(&self, is_open: bool, written: &[&Segment], rule: usize, end: &[Segment]) -> bool {
        let common = end.iter().zip(written).take_while(|(a, b)| a == *b).count();
        let is_all = common == end.len() || (is_open && common == written.len());
        // One name is found through an import, which keeps it, unless it is that of a child module.
        let is_module = || {
            let rule = &self.resolver.table.rules()[rule];
            let to = match &rule.action {
                Action::Move(to) => Some(to.segments()),
                _ => None,
            };
            let scopes = &self.found.scopes;
            let is_one = |path: &[Segment]| self.resolver.has_module(scopes, path);
            is_one(rule.from.segments()) || to.is_some_and(is_one)
        };
        is_all && (end.len() > 1 || is_module())
    }

    /// Says that callers decide what stands at a place; whether nothing kept that.
    fn report_loose(&self, range: Range<usize>, rule: usize, draft: &mut PlanBuilder) -> bool {
        let table = self.resolver.table;
        let from = table.rules()[rule].from.segments();
        if self.kept.keeps(range.start) {
            return false;
        }
        let to = match table.resolve(from, TYPE) {
            Outcome::Moves(to) => Some(to.to.segments().to_vec()),
            _ => None,
        };
        let subject = Subject {
            range,
            path: from,
            to: to.as_deref(),
            rule,
        };
        draft.refused(&subject, decided_by_callers(), table);
        true
    }

    /// What a macro writes for other crates needs their dependencies: a person has to see to that.
    pub(super) fn review_callers(&self, subject: &Subject<'_>, draft: &mut PlanBuilder) {
        let Some(root) = subject.to.and_then(<[Segment]>::first) else {
            return;
        };
        let is_built_in = matches!(root.as_str(), "std" | "core" | "proc_macro");
        if *root != subject.path[0] && !is_built_in {
            let message =
                format!("the crates that this code becomes part of must depend on `{root}`");
            draft.remark(
                Code::Macro,
                Level::Review,
                subject,
                message,
                self.resolver.table,
            );
        }
    }
}

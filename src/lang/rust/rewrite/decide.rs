//! What the table says of one import, and whether that can be done.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::Rewrite;
use super::actions::{Carrier, Decision, ImportAction, LeafKey};
use super::imports::Report;
use super::refusals::{other_namespaces, two_namespaces, unresolved};
use crate::finding::Code;
use crate::lang::plan_builder::Refusal;
use crate::lang::plan_builder::no_successor;
use crate::lang::rust::resolve::{
    Entry, Head, Leaf, LeafKind, Reach, Role, ScopeId, Sense, TYPE, VALUE, Via, What,
};
use crate::mapping::{Matched, Outcome};
use crate::path::{Namespaces, Segment};

impl<'a> Rewrite<'_, 'a> {
    pub(super) fn decision(
        &self,
        scope: ScopeId,
        ordinal: usize,
        leaf: &Leaf,
        places: &FxHashMap<usize, Range<usize>>,
    ) -> (Decision, Option<Report<'a>>) {
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
        let mut decision = Decision {
            old,
            head,
            next: ImportAction::Keep,
            wants_uses: false,
            renamed: None,
            kept_name: None,
        };
        let Some(path) = decision.old.clone() else {
            return (decision, None);
        };
        let module = std::rc::Rc::clone(&scopes.get(scope).path);
        let table: &'a crate::mapping::Table = self.resolver.table;
        let is_displaced = decision
            .head
            .as_ref()
            .is_some_and(|head| head.via == Via::Displaced);
        let outcome = match table.resolve(&path, kinds) {
            Outcome::Stays if is_displaced => self.as_displaced(scope, &path),
            outcome => outcome,
        };
        if outcome == Outcome::Stays
            && let Some((other, report)) = self.moves_in_part((scope, ordinal), &path, places)
        {
            decision.old = Some(other);
            decision.next = ImportAction::Blocked;
            return (decision, Some(report));
        }
        let (matched, to) = match &outcome {
            Outcome::Stays => return (decision, None),
            Outcome::Moves(to) => (to.first, Some(to.to.segments().to_vec())),
            Outcome::Removed(matched) | Outcome::Alternatives(matched) => (*matched, None),
        };
        if !self.means_this_package(&path, &matched) {
            return (decision, None);
        }
        let from = matched.rule.from.segments();
        let is_inside = |head: &Head| self.resolver.stays_inside(scopes, scope, head, from);
        if decision.head.as_ref().is_some_and(is_inside) {
            // It moves along with the module, and so does what is said through it.
            if let Some(to) = to {
                decision.next = ImportAction::Follow(to, Carrier::OtherFile);
            }
            return (decision, None);
        }
        let sense = self.sense_of_import((scope, ordinal), &path, kinds);
        if sense == Sense::Other {
            return (decision, None);
        }
        let narrow = self.narrow_sense((scope, ordinal), &path, &matched);
        if narrow == Sense::Other {
            return (decision, None);
        }
        let place = places.get(&ordinal).cloned().unwrap_or(0..0);
        decision.wants_uses = matched.rule.rename == crate::mapping::Rename::Uses;
        decision.next = ImportAction::Blocked;
        if self.kept.keeps(place.start) {
            return (decision, None);
        }
        let refusal = match &to {
            None => Some(no_successor(&outcome, table.syntax())),
            Some(_) if sense == Sense::Either => Some(two_namespaces()),
            Some(_) if narrow == Sense::Either => Some(other_namespaces()),
            Some(to) if self.stays_in_part((scope, ordinal), &path, to) => Some(other_namespaces()),
            Some(_) if leaf.kind == LeafKind::ExternCrate => Some(
                Refusal::new(Code::ExternCrate, "the crate itself is deprecated")
                    .help("change the dependency in Cargo.toml, then this item"),
            ),
            Some(_)
                if decision
                    .head
                    .as_ref()
                    .is_some_and(|head| head.via == Via::Ambiguous) =>
            {
                Some(unresolved())
            }
            Some(_) if self.is_foreign_use(scope, leaf, decision.head.as_ref()) => Some(
                Refusal::new(
                    Code::Macro,
                    "what this path means is decided where the macro is used",
                )
                .help("write it from `$crate::`, or from `::` and the crate's name"),
            ),
            Some(to) => self
                .refuses_version(&outcome)
                .or_else(|| self.refuses_use(scope, leaf, decision.head.as_ref(), to))
                .or_else(|| self.refuses_hidden(scope, to).filter(|_| is_displaced)),
        };
        if let (None, Some(to)) = (&refusal, to) {
            // The new home brings what it stands for from the old path: that is its definition.
            let is_home = self.is_item_of_module(scope, leaf)
                && self.imports_for_itself(&module, leaf, &to)
                && if leaf.kind == LeafKind::Glob {
                    self.resolver.has_module(scopes, &path)
                } else {
                    !self.is_defined_too(&module, leaf, &to, scope)
                };
            if is_home {
                decision.next = ImportAction::Follow(to, Carrier::OtherFile);
                return (decision, None);
            }
            decision.next = ImportAction::Retarget(to);
        }
        let report = Report {
            outcome,
            matched,
            place,
            refusal,
        };
        (decision, Some(report))
    }

    /// A public import that stays, of a name that it brings as a type and as a value from two paths, of
    /// which one moves: both would have to be written.
    fn moves_in_part(
        &self,
        key: LeafKey,
        path: &[Segment],
        places: &FxHashMap<usize, Range<usize>>,
    ) -> Option<(Vec<Segment>, Report<'a>)> {
        let scopes = &self.found.scopes;
        let leaf = &scopes.get(key.0).names.leaves[key.1];
        if leaf.kind != LeafKind::Name || leaf.reach == Reach::Private {
            return None;
        }
        let table: &'a crate::mapping::Table = self.resolver.table;
        [TYPE, VALUE].into_iter().find_map(|kinds| {
            let other = self.resolver.leaf_as(scopes, key.0, key.1, kinds)?;
            let outcome = table.resolve(&other, kinds);
            let Outcome::Moves(to) = &outcome else {
                return None;
            };
            let matched = to.first;
            let place = places.get(&key.1).cloned().unwrap_or(0..0);
            let is_same = other == path || to.to.segments() == path;
            let is_other = !is_same && !self.kept.keeps(place.start);
            (is_other && self.means_this_package(&other, &matched)).then(|| {
                let report = Report {
                    outcome,
                    matched,
                    place,
                    refusal: Some(other_namespaces()),
                };
                (other, report)
            })
        })
    }

    /// The same of one that moves: the other path stays, and what starts at it would lose it. Paths of
    /// this file are written from the other path where they stand.
    fn stays_in_part(&self, key: LeafKey, path: &[Segment], to: &[Segment]) -> bool {
        let scopes = &self.found.scopes;
        let leaf = &scopes.get(key.0).names.leaves[key.1];
        let is_other = |kinds| {
            let other = self.resolver.leaf_as(scopes, key.0, key.1, kinds);
            other.is_some_and(|other| {
                // Where the new home is read through, it is the same thing by its new path.
                let is_same = other == path || other == to;
                !is_same && self.resolver.table.resolve(&other, kinds) == Outcome::Stays
            })
        };
        let as_type = is_other(TYPE);
        let here = &scopes.get(key.0).path;
        let is_shown = || {
            leaf.reach != Reach::Private
                || self.is_mentioned_in_files_below(key.0, &leaf.name)
                || self.is_reached_in_moved(here, &leaf.name)
        };
        as_type && self.is_first_name_of_import(key) || (as_type || is_other(VALUE)) && is_shown()
    }

    /// What an import means whose name may be a module or something else: its uses tell.
    pub(super) fn sense_of_import(
        &self,
        key: LeafKey,
        path: &[Segment],
        kinds: Namespaces,
    ) -> Sense {
        let sense = self.resolver.sense(&self.found.scopes, path, kinds);
        if sense != Sense::Either {
            return sense;
        }
        let through = Via::Import(key.0, key.1);
        let as_module = self
            .sites_through(key)
            .any(|site| site.head.via == through && site.written.segments.len() > 1);
        let leaf = &self.found.scopes.get(key.0).names.leaves[key.1];
        let is_called = self
            .sites_through(key)
            .any(|site| site.written.segments.len() == site.head.taken && !site.kinds.meets(TYPE));
        let otherwise = is_called
            || self.found.other_uses.contains(&key)
            || self.found.token_heads.contains(&leaf.name);
        match (as_module, otherwise) {
            (true, false) => Sense::Reference,
            (false, true) => Sense::Other,
            _ => Sense::Either,
        }
    }

    /// What an import is to a rule that speaks of one kind of names only: it may bring the name in
    /// other kinds too, and those would be lost. What uses it tells, or the tree.
    fn narrow_sense(&self, key: LeafKey, path: &[Segment], matched: &Matched<'_>) -> Sense {
        let kinds = matched.rule.kinds;
        let leaf = &self.found.scopes.get(key.0).names.leaves[key.1];
        let is_whole = matched.len == path.len();
        if kinds == Namespaces::ALL || leaf.kind != LeafKind::Name || !is_whole {
            return Sense::Reference;
        }
        let others = Namespaces(!kinds.0);
        let has_other = match path.split_last() {
            Some((name, module)) => self
                .resolver
                .entries_in(&self.found.scopes, module, name)
                .map(|entries| {
                    let is_near = path[0] == self.resolver.home.root;
                    let is_other = |entry: &Entry| {
                        !matches!(entry.what, What::Import(_))
                            && entry.kinds.meets(others)
                            && (is_near || entry.reach == Reach::Public)
                    };
                    entries.iter().any(is_other)
                }),
            None => None,
        };
        if has_other == Some(false) {
            return Sense::Reference;
        }
        let through = Via::Import(key.0, key.1);
        let (mut as_said, mut otherwise) = (false, self.found.other_uses.contains(&key));
        for site in self.sites_through(key) {
            if site.head.via != through {
                continue;
            }
            let used = if site.written.segments.len() > site.head.taken {
                TYPE
            } else {
                site.kinds
            };
            otherwise |= !used.meets(kinds);
            as_said |= used.meets(kinds) && used != Namespaces::ALL;
        }
        if !TYPE.meets(kinds) {
            otherwise |= self.is_first_name_of_import(key);
        }
        let here = &self.found.scopes.get(key.0).path;
        let is_shown = leaf.reach != Reach::Private
            || self.is_mentioned_below(key.0, &leaf.name)
            || self.is_reached_in_moved(here, &leaf.name);
        let in_tokens = self.found.token_heads.contains(&leaf.name);
        match (otherwise, as_said) {
            (true, false) if !is_shown && !in_tokens => Sense::Other,
            (true, _) => Sense::Either,
            // The tree has something else of the name, and no use says which is meant.
            (false, false) if has_other == Some(true) => Sense::Either,
            (false, _) if is_shown && (has_other == Some(true) || !is_one_thing(path, kinds)) => {
                Sense::Either
            }
            (false, _) => Sense::Reference,
        }
    }

    /// Whether another import of the file goes on from this one, as from a module or a type.
    fn is_first_name_of_import(&self, key: LeafKey) -> bool {
        let scopes = &self.found.scopes;
        let name = &scopes.get(key.0).names.leaves[key.1].name;
        scopes.iter().any(|(id, scope)| {
            let leaves = scope.names.leaves.iter().enumerate();
            leaves.into_iter().any(|(ordinal, other)| {
                let role = Role::Use(id, ordinal);
                other.written.segments.contains(name)
                    && self
                        .resolver
                        .head(scopes, id, &other.written, TYPE, role)
                        .is_some_and(|head| {
                            let goes_on = other.written.segments.len() > head.taken
                                || other.kind != LeafKind::Name;
                            goes_on && head.imports().any(|import| import == key)
                        })
            })
        })
    }

    /// Whether an import stands in a macro for other crates, and its path depends on them.
    pub(super) fn is_foreign_use(&self, scope: ScopeId, leaf: &Leaf, head: Option<&Head>) -> bool {
        self.is_in_foreign_item(scope, leaf) && head.is_none_or(|head| head.via != Via::Extern)
    }

    /// Whether the rule speaks of this package, where it names one and the path is of this crate.
    pub(super) fn means_this_package(&self, path: &[Segment], matched: &Matched<'_>) -> bool {
        let (Some(package), Some(krate)) = (&matched.rule.package, self.resolver.home.krate) else {
            return true;
        };
        path.first() != Some(&self.resolver.home.root)
            || krate.package.as_ref().is_none_or(|own| own == package)
    }

    /// Whether an import stands among the items of a module, not in a block or in tokens.
    fn is_item_of_module(&self, scope: ScopeId, leaf: &Leaf) -> bool {
        let here = self.found.scopes.get(scope);
        let item = leaf.item.and_then(|item| here.names.items.get(item));
        here.module == scope && item.is_some_and(|item| !item.context.in_tokens)
    }

    /// Whether the import would bind the very name that its new path says.
    pub(super) fn imports_for_itself(
        &self,
        module: &[Segment],
        leaf: &Leaf,
        to: &[Segment],
    ) -> bool {
        match leaf.kind {
            LeafKind::Glob => to == module,
            LeafKind::Name => to
                .split_last()
                .is_some_and(|(last, parent)| parent == module && *last == leaf.name),
            LeafKind::SelfModule | LeafKind::ExternCrate | LeafKind::Empty => false,
        }
    }
}

/// Whether the spelling of a name says that it is of these kinds only: a constant, a type.
fn is_one_thing(path: &[Segment], kinds: Namespaces) -> bool {
    let Some(name) = path.last() else {
        return false;
    };
    let is_upper = |c: char| c.is_uppercase();
    let is_constant = !name.contains(char::is_lowercase) && name.contains(is_upper);
    let is_type = name.starts_with(is_upper) && !is_constant;
    (is_constant && kinds == VALUE) || (is_type && kinds == TYPE)
}

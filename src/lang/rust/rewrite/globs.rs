//! Names that a glob import brings and that it does not bring any more: explicit imports beside it.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Rewrite;
use super::actions::{Decisions, ImportAction, LeafKey};
use super::refusals::{made_by_macro, other_namespaces, starts_at_glob};
use crate::finding::{Code, Level};
use crate::lang::plan_builder::{PlanBuilder, Subject};
use crate::lang::rust::resolve::{
    Entry, LeafKind, Reach, ScopeId, TYPE, Via, What, is_primitive, may_be_trait,
};
use crate::lang::rust::visit::Context;
use crate::mapping::Outcome;
use crate::outline::{Binding, Declared, Meaning};
use crate::path::{Known, Namespaces, Segment};

/// A public glob of another crate gets at most so many explicit imports beside it. One that re-exports
/// a whole crate is a facade, and which of the names it should go on showing is for a person to say.
const MOST_BESIDE: usize = 8;

/// One explicit import that is put beside a glob.
#[derive(Clone, Debug)]
pub struct AddedImport {
    /// The name it binds.
    pub name: Segment,
    /// Only this module sees it, whoever sees the glob.
    pub private: bool,
    /// What the name meant.
    pub old: Vec<Segment>,
    /// What it imports.
    pub to: Vec<Segment>,
}

/// The imports that are added, by the glob that they stand beside.
#[derive(Debug, Default)]
pub struct Added {
    list: FxHashMap<LeafKey, Vec<AddedImport>>,
    /// Where those of a name stand in the list, by scope.
    by_name: FxHashMap<(ScopeId, Segment), Vec<(LeafKey, usize)>>,
}

impl Added {
    /// What an added import in `scope` makes of `name`, that meant `old`.
    pub fn get(&self, scope: ScopeId, name: &str, old: &[Segment]) -> Option<&[Segment]> {
        if self.by_name.is_empty() {
            return None;
        }
        let places = self.by_name.get(&(scope, Segment::new(name)))?;
        places
            .iter()
            .filter_map(|(key, at)| self.list.get(key)?.get(*at))
            .find(|import| import.old == old)
            .map(|import| import.to.as_slice())
    }

    fn insert(&mut self, key: LeafKey, imports: Vec<AddedImport>) {
        for (at, import) in imports.iter().enumerate() {
            let named = self.by_name.entry((key.0, import.name.clone()));
            named.or_default().push((key, at));
        }
        self.list.insert(key, imports);
    }

    /// What is added beside a glob.
    pub fn beside(&self, key: LeafKey) -> &[AddedImport] {
        self.list.get(&key).map_or(&[], Vec::as_slice)
    }
}

impl Rewrite<'_, '_> {
    /// Decides which names each glob needs beside it.
    pub(super) fn globs(&self, decisions: &Decisions, draft: &mut PlanBuilder) -> Added {
        let mut added = Added::default();
        for (id, scope) in self.found.scopes.iter() {
            let mut globs = scope.names.globs.clone();
            globs.sort_by_key(|&glob| std::cmp::Reverse(scope.names.leaves[glob].reach as u8));
            for &ordinal in &globs {
                let imports = self.beside_glob(id, ordinal, decisions, &added, draft);
                if !imports.is_empty() {
                    added.insert((id, ordinal), imports);
                }
            }
        }
        added
    }

    fn review_facade(&self, key: LeafKey, base: &[Segment], count: usize, draft: &mut PlanBuilder) {
        let range = self.glob_place(key.0, key.1);
        if self.kept.keeps(range.start) {
            return;
        }
        draft.findings.push(crate::finding::Finding {
            code: Code::Glob,
            level: Level::Review,
            range,
            path: Some(crate::lang::plan_builder::show(
                base,
                self.resolver.table.syntax(),
            )),
            successor: None,
            message: format!("this glob re-exports up to {count} names that have moved"),
            help: Some("re-export the new paths by hand if they belong here".to_owned()),
            rule: None,
        });
    }

    /// Lets private globs go that bring nothing but names that are imported explicitly now. Gives
    /// those of which the file needs nothing else.
    pub(super) fn drop_empty_globs(
        &self,
        decisions: &mut Decisions,
        added: &Added,
        draft: &mut PlanBuilder,
    ) -> Vec<LeafKey> {
        let mut empty: Vec<LeafKey> = Vec::new();
        let mut idle: Vec<LeafKey> = Vec::new();
        // Globs that other imports start at.
        let heads = decisions
            .iter()
            .filter_map(|(_, decision)| decision.head.as_ref());
        let starts: FxHashSet<LeafKey> = heads
            .filter_map(|head| match head.via {
                Via::Glob(scope, ordinal) | Via::OuterImport(scope, ordinal) => {
                    Some((scope, ordinal))
                }
                _ => None,
            })
            .collect();
        // Those through which an import is written anew.
        let goes_on: FxHashSet<LeafKey> = decisions
            .iter()
            .filter_map(
                |(_, decision)| match (&decision.next, decision.head.as_ref()?.via) {
                    (
                        ImportAction::Retarget(to),
                        Via::Glob(scope, ordinal) | Via::OuterImport(scope, ordinal),
                    ) => {
                        let base = decisions.get((scope, ordinal))?.old.as_ref()?;
                        to.starts_with(base).then_some((scope, ordinal))
                    }
                    _ => None,
                },
            )
            .collect();
        for (&(scope, ordinal), imports) in &added.list {
            let here = self.found.scopes.get(scope);
            let leaf = &here.names.leaves[ordinal];
            let Some(base) = decisions
                .get((scope, ordinal))
                .and_then(|decision| decision.old.clone())
            else {
                continue;
            };
            if leaf.reach != Reach::Private {
                continue;
            }
            let Some(mut others) = self.resolver.names_of(&self.found.scopes, &base) else {
                continue;
            };
            others.retain(|name| !imports.iter().any(|import| import.name == *name));
            if goes_on.contains(&(scope, ordinal)) {
                continue;
            }
            if others.is_empty() {
                draft
                    .declared
                    .push(Declared::Removed(self.binding(scope, leaf, &base)));
                empty.push((scope, ordinal));
            } else if !self.needs_one_of((scope, ordinal), &others, imports, &starts) {
                idle.push((scope, ordinal));
            }
        }
        for key in empty {
            decisions.drop_unused(key);
        }
        idle
    }

    /// Whether the file may need one of these names, which a glob brings beside what is imported
    /// explicitly now. A trait is needed without being named.
    fn needs_one_of(
        &self,
        key: LeafKey,
        names: &[Segment],
        explicit: &[AddedImport],
        starts: &FxHashSet<LeafKey>,
    ) -> bool {
        let through_it =
            |via: Via| via == Via::Glob(key.0, key.1) || via == Via::OuterImport(key.0, key.1);
        names
            .iter()
            .any(|name| name.starts_with(char::is_uppercase) || self.found.mentions.contains(name))
            || self.found.other_uses.contains(&key)
            || self.sites_through(key).any(|site| {
                let name = &site.written.segments[0];
                through_it(site.head.via) && !explicit.iter().any(|import| import.name == *name)
            })
            || starts.contains(&key)
    }

    fn beside_glob(
        &self,
        scope: ScopeId,
        ordinal: usize,
        decisions: &Decisions,
        added: &Added,
        draft: &mut PlanBuilder,
    ) -> Vec<AddedImport> {
        let table = self.resolver.table;
        let Some(decision) = decisions.get((scope, ordinal)) else {
            return Vec::new();
        };
        let (Some(base), Some(after)) = (&decision.old, decision.after()) else {
            return Vec::new();
        };
        let here = self.found.scopes.get(scope);
        let leaf = &here.names.leaves[ordinal];
        // What is inside a module sees what that module defines whatever becomes of paths to it.
        let is_inside = here.path.starts_with(base)
            && decision
                .head
                .as_ref()
                .is_some_and(|head| matches!(head.via, Via::Relative | Via::Module));
        if leaf.kind != LeafKind::Glob || decision.next == ImportAction::Blocked {
            return Vec::new();
        }
        // Rules below the new module count too: the glob comes to stand for it.
        let mut names: Vec<&Segment> = table
            .old_children(base)
            .chain(table.old_children(after))
            .filter(|name| !is_primitive(name))
            .filter(|name| {
                let is_shown = leaf.reach != Reach::Private
                    && (self.is_moving_child(base, name) || self.is_gone(base, name));
                !is_inside || is_shown || self.is_reexport(base, name)
            })
            .collect();
        names.sort();
        names.dedup();
        let is_foreign = !self.resolver.sees(&self.found.scopes, base);
        if leaf.reach != Reach::Private && is_foreign && names.len() > MOST_BESIDE {
            self.review_facade((scope, ordinal), base, names.len(), draft);
            return Vec::new();
        }
        let mut imports = Vec::new();
        for name in names {
            let old = [base.as_slice(), std::slice::from_ref(name)].concat();
            let brought = [after, std::slice::from_ref(name)].concat();
            let (to, matched) = match table.resolve(&old, Namespaces::ALL) {
                Outcome::Moves(to) => (to.to.segments().to_vec(), Some(to.first)),
                Outcome::Stays => (old.clone(), None),
                Outcome::Removed(_) | Outcome::Alternatives(_) => continue,
            };
            // Under another name it is there for this module alone, which says the new one.
            let stands_there = to.split_last().is_some_and(|(last, parent)| {
                *parent == *here.path && (last == name || leaf.reach == Reach::Private)
            });
            let is_bound = if leaf.reach == Reach::Private {
                !here.names.get(name).is_empty()
            } else {
                self.is_bound_as(scope, name, &old, &to)
            };
            let is_start = is_bound && self.starts_at_glob(scope, name, decisions);
            if to == brought
                || stands_there
                || (is_bound && !is_start)
                || added.get(scope, name, &old).is_some_and(|there| {
                    // Two globs that are there together bring one name (E0252).
                    let twin = here.names.globs.iter().any(|&glob| {
                        let is_there = |import: &AddedImport| import.name == *name;
                        here.names.leaves[glob].condition == leaf.condition
                            && added.beside((scope, glob)).iter().any(is_there)
                    });
                    there == to && twin
                })
                || self.is_renamed_in_place(scope, ordinal, name, &old, after, &to)
            {
                continue;
            }
            let Some(reach) = self.reach_through_glob(&here.path, leaf.reach, base, name, &to)
            else {
                continue;
            };
            let rule = matched.map_or(0, |matched| matched.index);
            let place = self.glob_place(scope, ordinal);
            let subject = Subject {
                range: place.clone(),
                path: &old,
                to: Some(&to),
                rule,
            };
            if is_start {
                if !self.kept.keeps(place.start) {
                    draft.refused(&subject, starts_at_glob(), table);
                }
                continue;
            }
            // An import beside the glob would bring the new path in all that a name can be.
            let is_narrow = matched.is_some_and(|matched| matched.rule.kinds != Namespaces::ALL);
            if is_narrow && self.is_more_through_glob((scope, ordinal), name, &old) {
                if reach != Reach::Private && !self.kept.keeps(place.start) {
                    draft.refused(&subject, other_namespaces(), table);
                }
                continue;
            }
            let is_mentioned = self.is_mentioned(scope, name, &old);
            if reach == Reach::Private && !is_mentioned {
                let may_be_trait = name.starts_with(char::is_uppercase)
                    && may_be_trait(&old)
                    && matched.is_some_and(|matched| matched.rule.kinds.meets(TYPE));
                if may_be_trait && !self.kept.keeps(place.start) {
                    draft.remark(
                        Code::Glob,
                        Level::Review,
                        &subject,
                        format!(
                            "this glob may bring `{name}`, and if that is a trait, nothing needs to name it"
                        ),
                        table,
                    );
                }
                continue;
            }
            if self.kept.keeps(place.start) {
                continue;
            }
            if self.may_be_made(scope, name) {
                draft.refused(&subject, made_by_macro(), table);
                continue;
            }
            let refusal = self
                .refuses_version(&table.resolve(&old, Namespaces::ALL))
                .or_else(|| self.refuses_use(scope, leaf, decision.head.as_ref(), &to));
            if let Some(refusal) = refusal {
                draft.refused(&subject, refusal, table);
                continue;
            }
            if let Some(matched) = matched {
                draft.rewritten(&subject, &[matched.index], table);
            }
            draft.declared.push(Declared::Added(Binding {
                scope: here.key.to_string(),
                name: name.clone(),
                visibility: if reach == Reach::Private {
                    String::new()
                } else {
                    leaf.visibility.clone()
                },
                condition: leaf.condition.clone(),
                meaning: Meaning::Path(to.clone()),
                namespaces: Namespaces::ALL,
                known: Known::NOTHING,
                stays: false,
            }));
            imports.push(AddedImport {
                name: name.clone(),
                private: reach == Reach::Private,
                old,
                to,
            });
        }
        imports
    }

    /// Whether an import that binds a name of this module starts at what a glob brings by that name: the
    /// path cannot be read through the import itself. `use crate::x::y::x;` beside a glob.
    fn starts_at_glob(&self, scope: ScopeId, name: &Segment, decisions: &Decisions) -> bool {
        let here = self.found.scopes.get(scope);
        let depth = here.path.len();
        here.names.get(name).iter().any(|entry| {
            let What::Import(ordinal) = entry.what else {
                return false;
            };
            let decision = decisions.get((scope, ordinal));
            let old = decision.and_then(|decision| decision.old.as_ref());
            old.is_some_and(|path| {
                path.len() > depth + 1 && path.starts_with(&here.path) && path[depth] == *name
            })
        }) && here
            .names
            .get(name)
            .iter()
            .all(|entry| matches!(entry.what, What::Import(_)))
    }

    /// Whether a scope binds a name in a kind in which what has moved has it too: a function leaves a
    /// module of its name to the glob.
    fn is_bound_as(&self, scope: ScopeId, name: &Segment, old: &[Segment], to: &[Segment]) -> bool {
        let scopes = &self.found.scopes;
        let moved = self.resolver.kinds_at(scopes, &[old, to]);
        let moved = moved.unwrap_or(Namespaces::ALL);
        scopes.get(scope).names.get(name).iter().any(|entry| {
            let kinds = match entry.what {
                What::Import(ordinal) => {
                    let path = self.resolver.leaf(scopes, scope, ordinal);
                    path.and_then(|path| self.resolver.kinds_at(scopes, &[&path]))
                        .unwrap_or(entry.kinds)
                }
                _ => entry.kinds,
            };
            kinds.meets(moved)
        })
    }

    /// Whether a module that lies in another one goes from there, or has gone already: what brings all
    /// names of that one does not bring it then.
    fn is_moving_child(&self, module: &[Segment], name: &Segment) -> bool {
        let scopes = &self.found.scopes;
        let path = [module, std::slice::from_ref(name)].concat();
        let Outcome::Moves(to) = self.resolver.table.resolve(&path, TYPE) else {
            return false;
        };
        let to = to.to.segments();
        let has = |path: &[Segment]| self.resolver.has_module(scopes, path);
        to[0] == path[0] && has(&path) != has(to)
    }

    /// Whether something of this name has gone from a module to its new home.
    fn is_gone(&self, module: &[Segment], name: &Segment) -> bool {
        let scopes = &self.found.scopes;
        let path = [module, std::slice::from_ref(name)].concat();
        let Outcome::Moves(to) = self.resolver.table.resolve(&path, Namespaces::ALL) else {
            return false;
        };
        let is_empty = |entries: Option<Vec<Entry>>| entries.is_some_and(|all| all.is_empty());
        is_empty(self.resolver.entries_in(scopes, module, name))
            && self
                .resolver
                .kinds_at(scopes, &[to.to.segments()])
                .is_some()
    }

    /// Whether a module shows others a name that it only imports itself.
    fn is_reexport(&self, module: &[Segment], name: &Segment) -> bool {
        let entries = self
            .resolver
            .entries_in(&self.found.scopes, module, name)
            .unwrap_or_default();
        let is_shown =
            |entry: &Entry| matches!(entry.what, What::Import(_)) && entry.reach != Reach::Private;
        !entries.is_empty() && entries.iter().all(is_shown)
    }

    /// Whether something of this name comes through a glob of which the rule does not speak.
    fn is_more_through_glob(&self, key: LeafKey, name: &Segment, old: &[Segment]) -> bool {
        self.sites_named(name).any(|site| {
            site.head.via == Via::Glob(key.0, key.1)
                && site.path.starts_with(old)
                && self.resolver.table.resolve(&site.path, site.kinds) == Outcome::Stays
        })
    }

    /// Whether a private glob brings the new name as well, and all that is said through it are paths
    /// with further names, which can be rewritten where they stand.
    fn is_renamed_in_place(
        &self,
        scope: ScopeId,
        ordinal: usize,
        name: &Segment,
        old: &[Segment],
        after: &[Segment],
        to: &[Segment],
    ) -> bool {
        let names = &self.found.scopes.get(scope).names;
        let in_place = to.split_last().is_some_and(|(_, parent)| parent == after);
        let mut heads = self
            .sites_named(name)
            .filter(|site| site.head.taken == 1 && site.path.starts_with(old));
        in_place
            && names.leaves[ordinal].reach == Reach::Private
            && !self.found.token_heads.contains(name)
            && heads.all(|site| {
                site.head.via == Via::Glob(scope, ordinal) && site.written.segments.len() > 1
            })
            && !self.is_globbed_below(scope, name)
    }

    /// Whether a module below, in another file, globs this one and mentions the name.
    fn is_globbed_below(&self, scope: ScopeId, name: &Segment) -> bool {
        let here = self.found.scopes.get(scope);
        let Some(krate) = self.resolver.home.krate.filter(|_| here.module == scope) else {
            return false;
        };
        self.resolver
            .tree
            .is_globbed_below(krate, &here.path[1..], name)
    }

    /// Who sees a name that a glob brings: no one that does not see both. `None`: the glob does not
    /// bring it, since the module is known and does not show it.
    fn reach_through_glob(
        &self,
        here: &[Segment],
        glob: Reach,
        base: &[Segment],
        name: &Segment,
        to: &[Segment],
    ) -> Option<Reach> {
        let scopes = &self.found.scopes;
        let Some(old) = self.resolver.entries_in(scopes, base, name) else {
            return Some(glob);
        };
        let new = to
            .split_last()
            .and_then(|(last, module)| self.resolver.entries_in(scopes, module, last))
            .unwrap_or_default();
        // A function of the same name as the module comes by the glob all the same.
        let is_module = |entry: &&Entry| entry.what == What::Module;
        let has_module = old.iter().chain(&new).any(|entry| is_module(&entry));
        let seen = |entries: &[Entry]| {
            entries
                .iter()
                .filter(|entry| !has_module || is_module(entry))
                .map(|entry| entry.reach)
                .max_by_key(|reach| *reach as u8)
        };
        let entry = seen(&old).or_else(|| seen(&new))?;
        // What is private to the root is seen in the whole crate.
        let entry = match entry {
            Reach::Private if base.len() == 1 => Reach::Restricted,
            entry => entry,
        };
        if entry == Reach::Private {
            return here.starts_with(base).then_some(Reach::Private);
        }
        Some(if entry == Reach::Restricted && glob == Reach::Public {
            Reach::Private
        } else {
            glob
        })
    }

    /// Whether something in or below `scope` uses a name that a glob brings, or tokens mention it.
    fn is_mentioned(&self, scope: ScopeId, name: &Segment, old: &[Segment]) -> bool {
        if self.found.token_heads.contains(name) {
            return true;
        }
        let through_glob = |via: Via| {
            matches!(
                via,
                Via::Glob(..)
                    | Via::OuterDefinition
                    | Via::OuterImport(..)
                    | Via::Elsewhere
                    | Via::Module
            )
        };
        let is_below = |id: ScopeId| {
            let module = &self.found.scopes.get(scope).path;
            self.found.scopes.outwards(id).any(|outer| outer == scope)
                || self.found.scopes.get(id).path.starts_with(module)
        };
        let in_sites = self.sites_named(name).any(|site| {
            // A link is rewritten where it stands: an import for it alone would be an unused one.
            site.head.taken == 1
                && site.context != Context::Link
                && through_glob(site.head.via)
                && site.path.starts_with(old)
                && is_below(site.scope)
        });
        in_sites || self.is_globbed_below(scope, name)
    }

    fn glob_place(&self, scope: ScopeId, ordinal: usize) -> std::ops::Range<usize> {
        let names = &self.found.scopes.get(scope).names;
        let item = names.leaves[ordinal]
            .item
            .and_then(|item| names.items.get(item));
        item.and_then(|item| super::tree::place_of(&item.tree, ordinal))
            .unwrap_or(0..0)
    }
}

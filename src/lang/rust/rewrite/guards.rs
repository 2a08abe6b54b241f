//! When a path outside imports must not be edited, although a rule moves it.

use super::Rewrite;
use crate::finding::Code;
use crate::lang::draft::Refusal;
use crate::lang::rust::manifest::Edition;
use crate::lang::rust::resolve::{Leaf, LeafKind, Via};
use crate::lang::rust::visit::{Mode, Site};
use crate::mapping::Outcome;
use crate::path::Segment;

impl Rewrite<'_, '_> {
    /// Why nothing of this package can take the new path: its compilers may not know it yet.
    pub(super) fn refuses_version(&self, outcome: &Outcome<'_>) -> Option<Refusal> {
        let Outcome::Moves(to) = outcome else {
            return None;
        };
        let own = self.resolver.home.krate?.rust_version?;
        let rules = self.resolver.table.rules();
        let asked = to.applied.iter().filter_map(|&rule| rules[rule].available);
        let needed = asked.max().filter(|needed| *needed > own)?;
        Some(
            Refusal::new(
                Code::RustVersion,
                format!("the new path exists since Rust {needed}, and this package is for {own}"),
            )
            .help("raise `rust-version` in Cargo.toml first"),
        )
    }

    /// Whether what the path means is decided elsewhere, so that an import here cannot help it.
    pub(super) fn is_foreign(&self, site: &Site) -> bool {
        match site.mode {
            Mode::Exported | Mode::Quote => {
                site.head.via != Via::Extern && !self.is_bound_in_tokens(site)
            }
            _ => false,
        }
    }

    /// Whether the path starts at a name that the tokens around it import themselves.
    pub(super) fn is_bound_in_tokens(&self, site: &Site) -> bool {
        let (Via::Import(scope, ordinal) | Via::Glob(scope, ordinal)) = site.head.via else {
            return false;
        };
        let names = &self.found.scopes.get(scope).names;
        names.leaves[ordinal]
            .item
            .and_then(|item| names.items.get(item))
            .is_some_and(|item| item.context.in_tokens)
    }

    /// Whether the macro that the path stands in is only used in the module that defines it, so that
    /// a relative path means there what it means here.
    pub(super) fn is_used_here_only(&self, site: &Site) -> bool {
        let Some(name) = &site.definition else {
            return false;
        };
        let scopes = &self.found.scopes;
        let module = scopes.get(site.scope).module;
        let calls_elsewhere = self
            .found
            .calls
            .iter()
            .any(|(called, from)| called == name && *from != module);
        let is_exported = scopes.iter().any(|(_, scope)| {
            scope
                .names
                .leaves
                .iter()
                .any(|leaf| leaf.written.segments.last() == Some(name))
        });
        let Some(krate) = self.resolver.home.krate else {
            return false;
        };
        let elsewhere = || {
            let file = self.resolver.home.file;
            self.resolver.tree.mentions_elsewhere(krate, file, name)
        };
        !calls_elsewhere && !is_exported && !elsewhere()
    }

    /// Why a path stays that may go through another binding than the one that was found: the name is
    /// imported twice under conditions, or two globs may bring it.
    pub(super) fn refuses_binding(&self, site: &Site) -> Option<Refusal> {
        match site.head.via {
            Via::Import(scope, ordinal) => {
                let names = &self.found.scopes.get(scope).names;
                let leaf = &names.leaves[ordinal];
                let in_tokens = |leaf: &Leaf| {
                    leaf.item
                        .and_then(|item| names.items.get(item))
                        .is_some_and(|item| item.context.in_tokens)
                };
                let twice = names.leaves.iter().enumerate().any(|(other, twin)| {
                    other != ordinal
                        && twin.name == leaf.name
                        && twin.kind != LeafKind::Glob
                        && (twin.condition != leaf.condition || in_tokens(twin))
                        && self.resolver.leaf(&self.found.scopes, scope, other)
                            != self.resolver.leaf(&self.found.scopes, scope, ordinal)
                });
                twice.then(|| {
                    Refusal::new(
                        Code::Unresolved,
                        "its first name is imported from several paths",
                    )
                    .help("import the new path under the same condition, and name it here")
                })
            }
            Via::Glob(scope, own) => {
                let names = &self.found.scopes.get(scope).names;
                let is_opaque = |glob: usize| {
                    self.resolver
                        .leaf(&self.found.scopes, scope, glob)
                        .is_none_or(|base| !self.resolver.sees(&self.found.scopes, &base))
                };
                let opaque = names.globs.iter().filter(|&&glob| is_opaque(glob)).count();
                (is_opaque(own) && opaque > 1).then(|| {
                    Refusal::new(
                        Code::Glob,
                        "more than one glob import may bring its first name",
                    )
                    .help("import the name explicitly")
                })
            }
            _ => None,
        }
    }

    /// `pub(in path)` takes an ancestor only, from `crate`, `self` or `super` (E0742).
    pub(super) fn refuses_visibility(
        &self,
        site: &Site,
        target: &[Segment],
        words: &[String],
    ) -> Result<(), Refusal> {
        let module = &self.found.scopes.get(site.scope).path;
        let starts = words
            .first()
            .is_some_and(|first| matches!(first.as_str(), "crate" | "self" | "super"));
        let edition_2015 = self.resolver.home.edition == Edition::E2015;
        if module.starts_with(target) && (starts || edition_2015) {
            return Ok(());
        }
        Err(Refusal::new(
            Code::Visibility,
            "the new path is no ancestor of this module",
        )
        .help("widen the visibility, for example to `pub(crate)`"))
    }
}

/// Why a path in macro tokens stays, if it must.
pub(super) fn refuses_macro(site: &Site, is_own_target: bool) -> Option<Refusal> {
    let by_name = site.head.via == Via::Extern;
    match site.mode {
        Mode::Exported if site.dollar_crate && is_own_target => None,
        Mode::Exported | Mode::Definition if site.dollar_crate && !is_own_target => Some(
            Refusal::new(
                Code::Macro,
                "`$crate` would have to become another crate, which the callers may not have",
            )
            .help("re-export the new path from this crate, and name it here by `$crate`"),
        ),
        Mode::Exported | Mode::Quote if !by_name => Some(
            Refusal::new(
                Code::Macro,
                "what this path means is decided where the macro is used",
            )
            .help("write it from `$crate::`, or from `::` and the crate's name"),
        ),
        _ => None,
    }
}

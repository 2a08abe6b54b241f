//! When a path outside imports must not be edited, although a rule moves it.

use super::Rewrite;
use super::refusals::made_by_macro;
use crate::finding::Code;
use crate::lang::plan_builder::Refusal;
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
                if self.may_be_made(site.scope, &site.written.segments[0]) {
                    return Some(made_by_macro());
                }
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
        let scopes = &self.found.scopes;
        let home = self.resolver.displacement(scopes, site.scope);
        let module = match &home {
            Some(home) => home.new.as_slice(),
            None => &scopes.get(site.scope).path,
        };
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

//! `super` in a module that moves, where it leads out of it: written from `crate`, it means the same
//! before and after the file is moved.

use super::Rewrite;
use crate::finding::Code;
use crate::lang::plan_builder::{PlanBuilder, Refusal, Subject};
use crate::lang::rust::resolve::{Reach, ScopeId};
use crate::lang::rust::visit::{Context, Mode, Site};
use crate::mapping::{Matched, Move, Outcome, Table};
use crate::path::{Segment, SymbolPath};

impl<'a> Rewrite<'_, 'a> {
    /// What the table comes to say of a path that no rule moves, but the module that it stands in: it
    /// goes on meaning what it meant.
    pub(super) fn as_displaced(&self, scope: ScopeId, path: &[Segment]) -> Outcome<'a> {
        let table: &'a Table = self.resolver.table;
        let home = self.resolver.displacement(&self.found.scopes, scope);
        match (home, SymbolPath::new(path.to_vec())) {
            (Some(home), Some(to)) => Outcome::Moves(Move {
                to,
                tail: 0,
                first: Matched {
                    index: home.rule,
                    rule: &table.rules()[home.rule],
                    len: path.len(),
                },
                applied: Vec::new(),
            }),
            _ => Outcome::Stays,
        }
    }

    /// Refuses `pub(in path)` in a module that moves to where `path` is no ancestor (E0742).
    pub(super) fn refuse_lost_ancestor(&self, site: &Site, draft: &mut PlanBuilder) {
        if site.context != Context::Visibility || site.mode != Mode::Code {
            return;
        }
        let Some(home) = self.resolver.displacement(&self.found.scopes, site.scope) else {
            return;
        };
        let path = &site.path;
        if home.is_there || home.new.starts_with(path) || !home.old.starts_with(path) {
            return;
        }
        let subject = Subject {
            range: site.names[0].at.range().start..site.names[site.names.len() - 1].at.range().end,
            path,
            to: None,
            rule: home.rule,
        };
        let message = "this is no ancestor of the new place of the module";
        let refusal = Refusal::new(Code::Visibility, message)
            .help("widen the visibility, for example to `pub(crate)`");
        draft.refused(&subject, refusal, self.resolver.table);
    }

    /// Why a module cannot name `path` once it is at its new place, if it cannot: something on the way
    /// is private to a module that it leaves.
    pub(super) fn refuses_hidden(&self, scope: ScopeId, path: &[Segment]) -> Option<Refusal> {
        let scopes = &self.found.scopes;
        let home = self.resolver.displacement(scopes, scope)?;
        if path[0] != self.resolver.home.root {
            return None;
        }
        let hidden = (1..path.len()).find(|&at| {
            !home.new.starts_with(&path[..at])
                && self.resolver.reach_in(scopes, &path[..at], &path[at])
                    == Some(Some(Reach::Private))
        })?;
        Some(
            Refusal::new(
                Code::Visibility,
                format!(
                    "`{}` is private to a module that the new place of this one is not in",
                    path[hidden]
                ),
            )
            .help("widen its visibility, for example to `pub(crate)`"),
        )
    }
}

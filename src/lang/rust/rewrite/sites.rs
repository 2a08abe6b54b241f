//! Paths outside imports.

use super::Rewrite;
use super::actions::{Carrier, Decisions, ImportAction};
use super::globs::Added;
use super::macros::Used;
use super::names_edit::rename;
use super::refusals::{two_namespaces, unresolved};
use super::render::Spot;
use crate::finding::{Code, Finding, Level};
use crate::lang::Strings;
use crate::lang::plan_builder::no_successor;
use crate::lang::plan_builder::{PlanBuilder, Refusal, Subject, show};
use crate::lang::rust::resolve::{MACRO, Role, Sense, TYPE, Via};
use crate::lang::rust::visit::{Context, Mode, Site};
use crate::mapping::Outcome;
use crate::path::Segment;
use crate::plan::Restated;
use crate::text::Edit;

impl Rewrite<'_, '_> {
    /// Plans every path outside imports; says of each whether it no longer goes through its old first
    /// names.
    pub(super) fn sites(
        &self,
        decisions: &Decisions,
        added: &Added,
        draft: &mut PlanBuilder,
    ) -> Vec<bool> {
        let sites = self.found.sites.iter();
        sites
            .map(|site| self.site(site, decisions, added, draft))
            .collect()
    }

    /// Plans one path; true if the text no longer goes through its old first names.
    fn site(
        &self,
        site: &Site,
        decisions: &Decisions,
        added: &Added,
        draft: &mut PlanBuilder,
    ) -> bool {
        let table = self.resolver.table;
        let is_displaced = site.head.via == Via::Displaced;
        // What a variable stands for is no name of a rule.
        let mut whole = site.path.clone();
        whole.extend(site.open.as_ref().map(|_| Segment::new_static("_")));
        let mut outcome = table.resolve(&whole, site.kinds);
        if is_displaced && outcome == Outcome::Stays {
            if !self.may_stand_here(site) {
                return false;
            }
            outcome = self.as_displaced(site.scope, &site.path);
        }
        let rest = &site.written.segments[site.head.taken..];
        let head_kinds = if rest.is_empty() && site.open.is_none() {
            site.kinds
        } else {
            TYPE
        };
        let after = self.head_after(&site.head, head_kinds, site.scope, decisions, added);
        let now: Vec<Segment> = after.iter().chain(rest).cloned().collect();
        let (mut target, mut tail, matched, applied) = match &outcome {
            Outcome::Stays if now == site.path => {
                self.refuse_lost_ancestor(site, draft);
                self.report_open(site, draft);
                return false;
            }
            // The head moves, and this path below it does not.
            Outcome::Stays => (site.path.clone(), rest.len(), None, Vec::new()),
            Outcome::Moves(to) => (
                to.to.segments().to_vec(),
                if to.applied.is_empty() {
                    rest.len()
                } else {
                    to.tail
                },
                Some(to.first),
                to.applied.clone(),
            ),
            Outcome::Removed(matched) | Outcome::Alternatives(matched) => {
                (site.path.clone(), rest.len(), Some(*matched), Vec::new())
            }
        };
        if site.open.is_some() && matches!(outcome, Outcome::Moves(_)) {
            target.pop();
            tail = tail.saturating_sub(1);
        }
        if matched.is_some_and(|matched| !self.means_this_package(&site.path, &matched)) {
            return false;
        }
        let moves = matches!(outcome, Outcome::Moves(_));
        let follows = now == target && !is_displaced && !self.is_foreign(site);
        let renamed = match site.head.via {
            Via::Import(scope, ordinal) | Via::OuterImport(scope, ordinal) => decisions
                .get((scope, ordinal))
                .and_then(|decision| decision.renamed.as_ref()),
            _ => None,
        };
        if follows && (moves || matched.is_none()) {
            if let Some(name) = renamed {
                let place = site.names[site.head.taken - 1].at.range();
                draft.edits.push(Edit::replace(place, self.word(name)));
            }
            // Another file's import carries it: until that file is rewritten it means the old path.
            let is_plain = site.head.taken == 1 && site.leading.is_none();
            let name = match site.head.via {
                Via::Glob(..) => site.head.base.last(),
                Via::Elsewhere if is_plain => site.written.segments.first(),
                _ => None,
            };
            let is_beside_glob = name.is_some_and(|name| {
                let mut around = self.found.scopes.outwards(site.scope);
                around.any(|id| added.get(id, name, &site.head.base).is_some())
            });
            if moves
                && !is_beside_glob
                && self.carrier(site.head.via, decisions) == Carrier::OtherFile
            {
                draft.staying_uses.push(site.index);
            }
            return false;
        }
        let tail = tail.min(rest.len());
        let names = &site.names[..site.names.len() - tail];
        let range = self.site_start(site)..names[names.len() - 1].at.range().end;
        let stays = |draft: &mut PlanBuilder| draft.staying_uses.push(site.index);
        // The import that it goes through stays: that finding is enough.
        let head_is_kept = match site.head.via {
            Via::Import(scope, ordinal) | Via::OuterImport(scope, ordinal) => decisions
                .get((scope, ordinal))
                .is_some_and(|decision| decision.next == ImportAction::Blocked),
            _ => false,
        };
        if head_is_kept || self.kept.keeps(range.start) {
            stays(draft);
            return false;
        }
        if site.mode != Mode::Text && self.report_open(site, draft) {
            return false;
        }
        let subject = Subject {
            range: range.clone(),
            path: &site.path,
            to: moves.then_some(target.as_slice()),
            rule: matched.map_or(0, |matched| matched.index),
        };
        if site.mode == Mode::Text {
            stays(draft);
            if moves {
                let message = format!(
                    "`{}` is made into text here",
                    show(&site.path, table.syntax())
                );
                draft.remark(Code::Text, Level::Note, &subject, message, table);
            }
            return false;
        }
        if !moves && matched.is_some() {
            stays(draft);
            draft.refused(&subject, no_successor(&outcome, table.syntax()), table);
            // Its first names may come to mean something else, so it may need an edit to stay.
            if now == site.path {
                return false;
            }
        }
        if site.context == Context::AttributeString && self.options.strings == Strings::Off {
            stays(draft);
            if moves {
                let message = "a deprecated path in a string, which is left alone".to_owned();
                draft.remark(Code::String, Level::Note, &subject, message, table);
            }
            return false;
        }
        // Through an import that was decided on, or by its own kinds, it means what the rule says.
        let unsure = moves
            && !matches!(site.head.via, Via::Import(..))
            && self
                .resolver
                .sense(&self.found.scopes, &site.path, site.kinds)
                == Sense::Either;
        if unsure {
            stays(draft);
            draft.refused(&subject, two_namespaces(), table);
            return false;
        }
        let planned = match self.refuses_version(&outcome) {
            Some(refusal) => Err(refusal),
            None => self.site_edits(site, &after, &target, tail, renamed),
        };
        match planned {
            Ok(edits) => {
                let first = site.names[0].at.range();
                let keeps_head = !edits.iter().any(|edit| edit.range.start <= first.start);
                draft.edits.extend(edits);
                if moves {
                    draft.rewritten(&subject, &applied, table);
                    if matches!(site.mode, Mode::Quote) {
                        self.review_callers(&subject, draft);
                    }
                } else {
                    let path = target[..target.len() - tail].to_vec();
                    draft.restated.push(Restated { range, path });
                }
                !keeps_head
            }
            Err(refusal) => {
                // In a macro for others it goes where its import goes, as far as this crate sees.
                if now != target {
                    stays(draft);
                    // Its import may come to mean something else: it must not follow.
                    if now != site.path
                        && let Ok(edits) =
                            self.site_edits(site, &after, &site.path, rest.len(), None)
                    {
                        draft.edits.extend(edits);
                    }
                }
                if matched.is_some() {
                    draft.refused(&subject, refusal, table);
                } else {
                    // Its import moves and it cannot follow: the text would change its meaning.
                    // Verification will see that and leave the whole file.
                    draft.findings.push(Finding {
                        code: refusal.code,
                        level: Level::Error,
                        range,
                        path: Some(show(&site.path, table.syntax())),
                        successor: None,
                        message: refusal.message,
                        help: refusal.help,
                        rule: None,
                    });
                }
                false
            }
        }
    }

    /// Reports a path that goes on with a variable and may be a mapped one; whether it was.
    fn report_open(&self, site: &Site, draft: &mut PlanBuilder) -> bool {
        if site.mode == Mode::Text {
            return false;
        }
        let Some((rule, refusal)) = self.refuses_open(site) else {
            return false;
        };
        let range = self.site_start(site)..site.names[site.names.len() - 1].at.range().end;
        draft.staying_uses.push(site.index);
        if !self.kept.keeps(range.start) {
            let subject = Subject {
                range,
                path: &site.path,
                to: None,
                rule,
            };
            draft.refused(&subject, refusal, self.resolver.table);
        }
        true
    }

    fn site_edits(
        &self,
        site: &Site,
        after: &[Segment],
        target: &[Segment],
        tail: usize,
        renamed: Option<&Segment>,
    ) -> Result<Vec<Edit>, Refusal> {
        let is_own_target = target[0] == self.resolver.home.root;
        if site.head.via == Via::Ambiguous {
            return Err(match site.kinds {
                MACRO if site.names.len() == 1 => Refusal::new(
                    Code::Unresolved,
                    "a macro of this crate has the same name, and may be the one that is called",
                )
                .help("call it by its path"),
                _ => unresolved(),
            });
        }
        if site.head.via == Via::Displaced
            && let Some(refusal) = self.refuses_hidden(site.scope, target)
        {
            return Err(refusal);
        }
        if let Some(refusal) = self.refuses_macro(site, is_own_target) {
            return Err(refusal);
        }
        if let Some(refusal) = self.refuses_binding(site) {
            return Err(refusal);
        }
        let prefix = &target[..target.len() - tail];
        let more = tail > 0;
        let spot = Spot {
            scope: site.scope,
            role: Role::Path,
            written: &site.written,
            head: Some(&site.head),
            after: Some(after),
            renamed,
            absolute: site.mode == Mode::Definition && self.used(site) != Used::Here,
            gate: site.gate.clone(),
            hidden: &site.hidden,
            by_name: matches!(site.mode, Mode::Exported | Mode::Quote)
                && site.head.via == Via::Extern,
            foreign: site.mode == Mode::Quote,
        };
        if prefix.is_empty() {
            return Err(Refusal::new(
                Code::Unresolved,
                "nothing would be left of this path",
            ));
        }
        let words = self.render(&spot, prefix, more)?;
        if site.context == Context::Visibility {
            self.refuses_visibility(site, target, &words.names)?;
            // `pub(super)`: a longer path needs an `in`.
            if site.is_short_visibility && words.names.len() > 1 {
                let place = site.names[0].at.range();
                let text = format!("in {}", words.names.join("::"));
                return Ok(vec![Edit::replace(place, text)]);
            }
        }
        if site.context == Context::MacroUse && words.names.len() > 1 {
            return Err(Refusal::new(
                Code::ExternCrate,
                "`#[macro_use]` brings macros of this crate's root only",
            )
            .help("take the name out of the list, and import the new path where it is used"));
        }
        let is_macro_use = site.head.via == Via::MacroUse;
        if site.context == Context::Tokens && !is_macro_use && words.names.len() + tail < 2 {
            return Err(Refusal::new(
                Code::Macro,
                "a single name in macro tokens may mean something else",
            ));
        }
        let names = &site.names[..site.names.len() - tail];
        let mut edits = rename(names, &words.names, site.plain, self.text)?;
        let first = site.names[0].at.range().start;
        match (&site.leading, words.leading) {
            (Some(colons), false) => {
                let start = colons.range().start;
                edits.push(Edit::delete(start..first));
                merge_front(&mut edits);
            }
            (None, true) => {
                // Before names that are put at the same place.
                edits.insert(0, Edit::insert(first, "::"));
                merge_front(&mut edits);
            }
            _ => {}
        }
        Ok(edits)
    }

    /// Where a reference starts: `::` and the `$` of `$crate` are part of it.
    fn site_start(&self, site: &Site) -> usize {
        let first = match &site.leading {
            Some(colons) => colons.range().start,
            None => site.names[0].at.range().start,
        };
        let has_dollar = site.dollar_crate && self.text[..first].ends_with('$');
        first - usize::from(has_dollar)
    }
}

/// An edit of `::` in front and one of the first name touch: they must be one.
fn merge_front(edits: &mut Vec<Edit>) {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    if edits.len() > 1 && edits[0].range.end == edits[1].range.start {
        let second = edits.remove(1);
        edits[0].range.end = second.range.end;
        edits[0].text.push_str(&second.text);
    }
}

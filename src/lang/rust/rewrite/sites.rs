//! Paths outside imports.

use rustc_hash::FxHashMap;

use super::Rewrite;
use super::draft::{Draft, Refusal, Subject, show};
use super::fate::{Carrier, Fates, LeafKey, Next, no_successor, two_namespaces, unresolved};
use super::globs::Added;
use super::names_edit::rename;
use super::render::Spot;
use crate::finding::{Code, Finding, Level};
use crate::lang::Strings;
use crate::lang::rust::resolve::{Leaf, LeafKind, Reach, Role, Sense, Via};
use crate::lang::rust::visit::{Context, Mode, Site};
use crate::mapping::Outcome;
use crate::outline::Declared;
use crate::path::{Namespaces, Segment};
use crate::text::Edit;

impl Rewrite<'_, '_> {
    /// Plans every path outside imports; gives the imports that nothing uses after it.
    pub(super) fn sites(&self, fates: &Fates, added: &Added, draft: &mut Draft) -> Vec<LeafKey> {
        let mut uses: FxHashMap<LeafKey, (usize, usize)> = FxHashMap::default();
        for site in &self.found.sites {
            let rewritten = self.site(site, fates, added, draft);
            if let Via::Import(scope, ordinal) = site.head.via {
                let (all, gone) = uses.entry((scope, ordinal)).or_default();
                *all += 1;
                *gone += usize::from(rewritten);
            }
        }
        let mut unused: Vec<LeafKey> = uses
            .into_iter()
            .filter(|(_, (all, gone))| all == gone)
            .map(|(key, _)| key)
            .filter(|key| !self.found.other_uses.contains(key) && self.may_go(*key, fates))
            .collect();
        unused.sort_unstable();
        for &(scope, ordinal) in &unused {
            let leaf = &self.found.scopes.get(scope).names.leaves[ordinal];
            if let Some(old) = fates
                .get((scope, ordinal))
                .and_then(|fate| fate.old.as_ref())
            {
                draft
                    .declared
                    .push(Declared::Removed(self.binding(scope, leaf, old)));
            }
        }
        unused
    }

    /// Whether an import whose last use was rewritten can go (design 4.6): it is private, nothing
    /// else can reach its name, and it is no reference itself.
    fn may_go(&self, (scope, ordinal): LeafKey, fates: &Fates) -> bool {
        let here = self.found.scopes.get(scope);
        let leaf = &here.names.leaves[ordinal];
        let heads_another = || {
            self.found.scopes.iter().any(|(id, other)| {
                (0..other.names.leaves.len()).any(|o| {
                    fates
                        .get((id, o))
                        .and_then(|fate| fate.head.as_ref())
                        .is_some_and(|head| head.via == Via::Import(scope, ordinal))
                })
            })
        };
        fates
            .get((scope, ordinal))
            .is_some_and(|fate| fate.next == Next::Stays)
            && leaf.reach == Reach::Private
            && matches!(leaf.kind, LeafKind::Name | LeafKind::SelfModule)
            && leaf.name != "_"
            && !self.found.mentions.contains(&leaf.name)
            && !heads_another()
            && (here.module != scope || !self.is_mentioned_below(scope, &leaf.name))
    }

    /// Plans one path; true if the text no longer goes through its old first names.
    fn site(&self, site: &Site, fates: &Fates, added: &Added, draft: &mut Draft) -> bool {
        let table = self.resolver.table;
        let outcome = table.resolve(&site.path, site.kinds);
        let after = self.head_after(&site.head, site.scope, fates, added);
        let rest = &site.written.segments[site.head.taken..];
        let now: Vec<Segment> = after.iter().chain(rest).cloned().collect();
        let (target, tail, matched, applied) = match &outcome {
            Outcome::Stays if now == site.path => return false,
            // The head moves, and this path below it does not.
            Outcome::Stays => (site.path.clone(), rest.len(), None, Vec::new()),
            Outcome::Moves(to) => (
                to.to.segments().to_vec(),
                to.tail,
                Some(to.first),
                to.applied.clone(),
            ),
            Outcome::Removed(matched) | Outcome::Alternatives(matched) => {
                (site.path.clone(), rest.len(), Some(*matched), Vec::new())
            }
        };
        if matched.is_some_and(|matched| !self.means_this_package(&site.path, &matched)) {
            return false;
        }
        let moves = matches!(outcome, Outcome::Moves(_));
        let follows = now == target && !self.is_foreign(site);
        let renamed = match site.head.via {
            Via::Import(scope, ordinal) => fates
                .get((scope, ordinal))
                .and_then(|fate| fate.renamed.as_ref()),
            _ => None,
        };
        if follows && (moves || matched.is_none()) {
            if let Some(name) = renamed {
                let place = site.names[0].at.range();
                draft.edits.push(Edit::replace(place, self.word(name)));
            }
            // Another file's import carries it: until that file is rewritten it means the old path.
            if moves && self.carrier(site.head.via, fates) == Carrier::OtherFile {
                draft.staying_uses.push(site.index);
            }
            return false;
        }
        let tail = tail.min(rest.len());
        let names = &site.names[..site.names.len() - tail];
        let range = self.site_start(site)..names[names.len() - 1].at.range().end;
        let stays = |draft: &mut Draft| draft.staying_uses.push(site.index);
        // The import that it goes through stays: that finding is enough.
        let head_is_kept = match site.head.via {
            Via::Import(scope, ordinal) => fates
                .get((scope, ordinal))
                .is_some_and(|fate| fate.next == Next::Kept),
            _ => false,
        };
        if head_is_kept || self.kept.keeps(range.start) {
            stays(draft);
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
        match self.site_edits(site, &after, &target, tail, renamed) {
            Ok(edits) => {
                let first = site.names[0].at.range();
                let keeps_head = !edits.iter().any(|edit| edit.range.start <= first.start);
                draft.edits.extend(edits);
                if moves {
                    draft.rewritten(&subject, &applied, table);
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

    /// Whether what the path means is decided elsewhere, so that an import here cannot help it.
    fn is_foreign(&self, site: &Site) -> bool {
        match site.mode {
            Mode::Exported | Mode::Quote => {
                site.head.via != Via::Extern && !self.is_bound_in_tokens(site)
            }
            _ => false,
        }
    }

    /// Whether the path starts at a name that the tokens around it import themselves.
    fn is_bound_in_tokens(&self, site: &Site) -> bool {
        let Via::Import(scope, ordinal) = site.head.via else {
            return false;
        };
        let names = &self.found.scopes.get(scope).names;
        names.leaves[ordinal]
            .item
            .and_then(|item| names.items.get(item))
            .is_some_and(|item| item.context.in_tokens)
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
            return Err(unresolved());
        }
        if let Some(refusal) = refuses_macro(site, is_own_target) {
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
            absolute: site.mode == Mode::Definition && !self.is_used_here_only(site),
            test: site.test,
            by_name: matches!(site.mode, Mode::Exported | Mode::Quote)
                && site.head.via == Via::Extern,
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
        }
        if site.context == Context::Tokens && words.names.len() + tail < 2 {
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
                edits.push(Edit::insert(first, "::"));
                merge_front(&mut edits);
            }
            _ => {}
        }
        Ok(edits)
    }

    /// Whether the macro that the path stands in is only used in the module that defines it, so that
    /// a relative path means there what it means here.
    fn is_used_here_only(&self, site: &Site) -> bool {
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

    /// Where a reference starts: `::` and the `$` of `$crate` are part of it.
    fn site_start(&self, site: &Site) -> usize {
        let first = match &site.leading {
            Some(colons) => colons.range().start,
            None => site.names[0].at.range().start,
        };
        let has_dollar = site.dollar_crate && self.text[..first].ends_with('$');
        first - usize::from(has_dollar)
    }

    /// Why a path stays that may go through another binding than the one that was found: the name is
    /// imported twice under conditions, or two globs may bring it.
    fn refuses_binding(&self, site: &Site) -> Option<Refusal> {
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
    fn refuses_visibility(
        &self,
        site: &Site,
        target: &[Segment],
        words: &[String],
    ) -> Result<(), Refusal> {
        let module = &self.found.scopes.get(site.scope).path;
        let starts = words
            .first()
            .is_some_and(|first| matches!(first.as_str(), "crate" | "self" | "super"));
        let edition_2015 =
            self.resolver.home.edition == crate::lang::rust::manifest::Edition::E2015;
        if module.starts_with(target) && (starts || edition_2015) {
            return Ok(());
        }
        Err(Refusal::new(
            Code::Visibility,
            "the new path is no ancestor of this module",
        )
        .help("widen the visibility, for example to `pub(crate)`"))
    }

    /// A raw or escaped string of a known attribute: never edited, and an error if it names a mapped
    /// path.
    pub fn odd_string(
        &self,
        range: std::ops::Range<usize>,
        text: &str,
        scope: crate::lang::rust::resolve::ScopeId,
        draft: &mut Draft,
    ) {
        for (_, segments) in absolute_paths(text) {
            let written = crate::lang::rust::resolve::Written {
                leading: false,
                segments,
            };
            let resolver = self.resolver;
            let found = resolver.path(
                &self.found.scopes,
                scope,
                &written,
                Namespaces::ALL,
                Role::Path,
            );
            let Some((_, path)) = found else {
                continue;
            };
            if let Outcome::Moves(to) = resolver.table.resolve(&path, Namespaces::ALL) {
                let subject = Subject {
                    range: range.clone(),
                    path: &path,
                    to: Some(to.to.segments()),
                    rule: to.first.index,
                };
                let refusal = Refusal::new(
                    Code::String,
                    "the path stands in a raw or escaped string, which is not edited",
                )
                .help("rewrite the string by hand");
                draft.refused(&subject, refusal, resolver.table);
            }
        }
    }

    /// Literals in macro calls that mention a mapped path.
    pub fn texts(&self, draft: &mut Draft) {
        for at in &self.found.texts {
            let range = at.range();
            let Some(text) = self.text.get(range.clone()) else {
                continue;
            };
            for (at, path) in absolute_paths(text) {
                let Outcome::Moves(to) = self.resolver.table.resolve(&path, Namespaces::ALL) else {
                    continue;
                };
                let subject = Subject {
                    range: range.start + at.start..range.start + at.end,
                    path: &path,
                    to: Some(to.to.segments()),
                    rule: to.first.index,
                };
                draft.remark(
                    Code::Text,
                    Level::Note,
                    &subject,
                    "a deprecated path in text".to_owned(),
                    self.resolver.table,
                );
            }
        }
    }
}

/// Why a path in macro tokens stays, if it must.
fn refuses_macro(site: &Site, is_own_target: bool) -> Option<Refusal> {
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

/// An edit of `::` in front and one of the first name touch: they must be one.
fn merge_front(edits: &mut Vec<Edit>) {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    if edits.len() > 1 && edits[0].range.end == edits[1].range.start {
        let second = edits.remove(1);
        edits[0].range.end = second.range.end;
        edits[0].text.push_str(&second.text);
    }
}

/// Chains of two and more names in text, with their places.
pub fn absolute_paths(text: &str) -> Vec<(std::ops::Range<usize>, Vec<Segment>)> {
    let mut found = Vec::new();
    if !text.contains("::") {
        return found;
    }
    let is_part = |c: char| c == '_' || c == ':' || c.is_alphanumeric();
    let mut start = 0;
    for piece in text.split_inclusive(|c: char| !is_part(c)) {
        let word = piece.trim_end_matches(|c: char| !is_part(c));
        let chain = word.trim_matches(':');
        if chain.contains("::") {
            let at = start + (word.len() - word.trim_start_matches(':').len());
            let segments: Vec<Segment> = chain.split("::").map(Segment::new).collect();
            if segments.iter().all(|name| crate::path::is_identifier(name)) {
                found.push((at..at + chain.len(), segments));
            }
        }
        start += piece.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_in_text_have_their_places() {
        let text = "see old::a::Foo, or ::b::c: é x:y";
        let found: Vec<&str> = absolute_paths(text)
            .into_iter()
            .map(|(range, _)| &text[range])
            .collect();
        assert_eq!(found, ["old::a::Foo", "b::c"]);
    }
}

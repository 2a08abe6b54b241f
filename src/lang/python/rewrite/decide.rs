//! What becomes of each clause and of each chain.
//!
//! Decisions depend on each other: a clause can only move if no chain needs the old one, a chain can only
//! be written out if its new head is free, and two arms of a fallback must not become equal. So
//! everything is decided under a set of [`Blocks`], conflicts are looked for, each becomes a
//! block, and that is repeated until there is none. Blocks only grow, so it ends.

use rustc_hash::{FxHashMap, FxHashSet};

use super::access::Accesses;
use super::actions::{Blocks, Decisions, ImportAction, ReferenceAction};
use super::facts::{ChainFact, ClauseFact, Facts, Form, Key, Sense};
use super::verdict::{Moved, Verdict};
use super::{Rewrite, fallback};
use crate::finding::Code;
use crate::lang::plan_builder::Refusal;
use crate::lang::python::scopes::BindingKind;
use crate::lang::python::unit::bytes;
use crate::path::Segment;

impl<'a> Rewrite<'_, 'a> {
    /// Decides everything under blocks that are known, and adds those that are found.
    pub(super) fn decisions(&self, facts: &Facts, blocks: &mut Blocks) -> Decisions {
        loop {
            let size =
                |blocks: &Blocks| blocks.clauses.len() + blocks.chains.len() + blocks.apart.len();
            let before = size(blocks);
            let decisions = self.decide(facts, blocks);
            if size(blocks) == before {
                return decisions;
            }
        }
    }

    /// One round; what cannot be is added to `blocks`.
    fn decide(&self, facts: &Facts, blocks: &mut Blocks) -> Decisions {
        let mut decisions = Decisions::default();
        for &key in &facts.order {
            let next = facts.clause(key).map_or(ImportAction::Keep, |fact| {
                self.clause_alone(key, fact, facts, blocks)
            });
            decisions.clauses.insert(key, next);
        }
        self.hold_needed(facts, blocks, &mut decisions);
        self.block_overtaken(facts, &decisions, blocks);
        self.find_written_out(facts, blocks, &mut decisions);
        let is_dotted = |fact: &ChainFact| {
            let mut clauses = fact.keys().filter_map(|key| facts.clause(key));
            clauses.any(ClauseFact::is_dotted)
        };
        for (at, fact) in facts.chains.iter().enumerate() {
            let next = self.chain_alone(at, fact, facts, blocks, &decisions);
            // What it means by other clauses must not change either.
            if let ReferenceAction::Refused(refusal) = &next
                && (fact.senses.len() > 1
                    || is_dotted(fact) && !self.is_sure(fact)
                    || self.takes_along(fact, facts, &decisions))
            {
                blocks.chains.entry(at).or_insert_with(|| refusal.clone());
            }
            decisions.chains.push(next);
        }
        self.block_torn(facts, &decisions, blocks);
        let accesses = Accesses::find(self, facts, &mut decisions, blocks);
        self.leave(facts, &mut decisions, blocks);
        accesses.add(self, facts, &mut decisions);
        self.keep_roots(facts, &mut decisions, blocks);
        self.block_replaced(facts, &decisions, blocks);
        self.block_torn_from_store(facts, &decisions, blocks);
        self.block_early(facts, &decisions, blocks);
        self.block_captured(facts, &decisions, blocks);
        self.drop_twins(facts, &mut decisions);
        fallback::block_equal_arms(self, facts, &decisions, blocks);
        self.keep_loaded(facts, &mut decisions);
        self.keep_implied(facts, &mut decisions);
        decisions
    }

    /// From-clauses whose name goes: a builtin needs no import, no import brings an attribute of an object, and one
    /// whose uses are renamed may find its new name in the file.
    fn find_written_out(&self, facts: &Facts, blocks: &Blocks, decisions: &mut Decisions) {
        let mut known = None;
        for &key in &facts.order {
            let (Some(fact), ImportAction::Retarget(to)) =
                (facts.clause(key), decisions.clause(key))
            else {
                continue;
            };
            let Some(moved) = fact.verdict.moved().filter(|_| fact.form == Form::From) else {
                continue;
            };
            let mut joins = || {
                let known = known.get_or_insert_with(|| self.named_as_they_are(facts, decisions));
                known.contains(&(to.as_slice(), self.unit.scopes.import(key.0).scope))
            };
            if self.is_builtin(to)
                || self.is_nested(fact, moved)
                || self.wants_uses(&moved.applied)
                    && !blocks.apart.contains(&key)
                    && joins()
                    && self.is_joining(key, facts)
            {
                decisions.written_out.insert(key);
            }
        }
    }

    /// What from-imports bring under its own name, and stays; with the scope.
    fn named_as_they_are<'f>(
        &self,
        facts: &'f Facts,
        decisions: &Decisions,
    ) -> FxHashSet<(&'f [Segment], crate::lang::python::scopes::ScopeId)> {
        let scopes = &self.unit.scopes;
        let named = facts.order.iter().filter_map(|key| {
            let fact = facts.clause(*key)?;
            let path = fact.path.as_deref()?;
            let stays =
                fact.form == Form::From && matches!(decisions.clause(*key), ImportAction::Keep);
            (stays && path.last() == Some(&self.local_name(key)))
                .then(|| (path, scopes.import(key.0).scope))
        });
        named.collect()
    }

    /// Whether a clause gets another name and its rule asks for its uses to get it too, which is certain: they may
    /// take that of another import then.
    pub(super) fn is_joining(&self, key: Key, facts: &Facts) -> bool {
        let Some(fact) = facts.clause(key) else {
            return false;
        };
        let Some(moved) = fact.verdict.moved() else {
            return false;
        };
        let clause = &self.unit.scopes.import(key.0).clauses[key.1 as usize];
        let is_other = moved.to.last() != clause.path.last() && moved.to.len() > 1;
        fact.form == Form::From
            && is_other
            && clause.alias.is_none()
            && !self.is_builtin(&moved.to)
            && !self.is_nested(fact, moved)
            && self.wants_uses(&moved.applied)
            && self.may_lose_name(clause.binding)
    }

    /// What the table alone says of a clause.
    fn clause_alone(
        &self,
        key: Key,
        fact: &ClauseFact,
        facts: &Facts,
        blocks: &Blocks,
    ) -> ImportAction {
        let Some(path) = &fact.path else {
            return ImportAction::Keep;
        };
        let place = self.place_of(key).start;
        if fact.verdict.len() == 0 || self.is_inside(key, path, &fact.verdict) {
            return ImportAction::Keep;
        }
        if self.unit.kept.keeps(place) {
            return ImportAction::Keep;
        }
        if let Some(refusal) = blocks.clauses.get(&key) {
            return ImportAction::Refused(refusal.clone());
        }
        match &fact.verdict {
            Verdict::Stays => ImportAction::Keep,
            Verdict::Blocked { refusal, .. } => ImportAction::Refused(refusal.clone()),
            Verdict::Moves(moved) => match self.refuses_clause(key, fact, moved, facts, blocks) {
                Some(refusal) => ImportAction::Refused(refusal),
                None => ImportAction::Retarget(moved.to.clone()),
            },
        }
    }

    /// Why a clause cannot move, whatever its uses are.
    fn refuses_clause(
        &self,
        key: Key,
        fact: &ClauseFact,
        moved: &Moved,
        facts: &Facts,
        blocks: &Blocks,
    ) -> Option<Refusal> {
        let module: &[Segment] = match fact.form {
            Form::From => &moved.to[..moved.to.len() - 1],
            _ => &moved.to,
        };
        let is_own = self.unit.modules.iter().any(|own| own == module);
        if is_own && !(fact.form == Form::From && self.tree.is_module(&moved.to)) {
            return Some(
                Refusal::new(Code::SelfImport, "the new home is this very file")
                    .help("use the name that the file defines, and take the import out"),
            );
        }
        if fact.form == Form::Star
            && let Some(refusal) = self.star_loses(key, fact.path.as_deref()?)
        {
            return Some(refusal);
        }
        let clause = self.unit.scopes.import(key.0).clauses.get(key.1 as usize)?;
        if fact.form == Form::From && self.is_builtin(&moved.to) {
            return None;
        }
        if self.is_nested(fact, moved) {
            return (moved.tail > 0).then(|| {
                Refusal::new(
                    Code::AmbiguousKind,
                    "the import takes it for a module, and its new path is an object",
                )
                .help("say `kind = \"module\"` or `kind = \"object\"` in the rule")
            });
        }
        if let Some((alias, _)) = &clause.alias
            && self.unit.is_stub
            && clause.path.last() == Some(alias)
            && moved.to.last() != Some(alias)
        {
            return Some(Refusal::new(
                Code::Export,
                format!("a stub exports `{alias} as {alias}` only, and the new name is another"),
            ));
        }
        if fact.form == Form::From
            && let Some(refusal) = self.is_overtaken(key, facts, blocks)
        {
            return Some(refusal);
        }
        let binding = self
            .unit
            .scopes
            .import(key.0)
            .clauses
            .get(key.1 as usize)?
            .binding;
        let binding = self.unit.scopes.binding(binding);
        if fact.form == Form::Dotted
            && fact.path.as_ref()?.first() != moved.to.first()
            && !self.is_only_root(key)
        {
            return Some(another_binding(&binding.name));
        }
        None
    }

    /// Whether a binding is `import NAME` or `import NAME.more`: all of these bind one and the same object.
    pub(super) fn binds_same_root(
        &self,
        binding: crate::lang::python::scopes::BindingId,
        name: &str,
    ) -> bool {
        self.unit
            .scopes
            .clause(binding)
            .is_some_and(|(import, clause)| {
                import.kind == crate::lang::python::scopes::ImportKind::Plain
                    && clause.alias.is_none()
                    && clause.path.first().is_some_and(|first| first == name)
            })
    }

    /// A clause that moves, while a chain needs what it brings now: it stays, without a word if a rule
    /// keeps what the chain names.
    fn hold_needed(&self, facts: &Facts, blocks: &Blocks, decisions: &mut Decisions) {
        for (at, chain) in facts.chains.iter().enumerate() {
            // One that stays means what it meant by whatever reaches it.
            if let Some(refusal) = blocks.chains.get(&at) {
                for (key, _) in &chain.reached {
                    let is_named = facts.clause(*key).is_some_and(|fact| !fact.is_dotted());
                    if is_named && matches!(decisions.clause(*key), ImportAction::Retarget(_)) {
                        decisions
                            .clauses
                            .insert(*key, ImportAction::Blocked(refusal.clone()));
                    }
                }
            }
            for (key, sense) in &chain.through {
                let sense = &chain.senses[*sense];
                let (Some(fact), ImportAction::Retarget(_) | ImportAction::Keep) =
                    (facts.clause(*key), decisions.clause(*key))
                else {
                    continue;
                };
                if fact.verdict.moved().is_none() || !brings(fact, &sense.path) {
                    continue;
                }
                let held = match (&sense.verdict, blocks.chains.get(&at)) {
                    (_, Some(refusal)) => Some(ImportAction::Blocked(refusal.clone())),
                    // It needs the package alone.
                    (Verdict::Stays, _) if sense.package.is_some() && fact.is_dotted() => {
                        let stays = fact.verdict.moved().map(|moved| moved.to.first());
                        (stays != Some(sense.path.first()))
                            .then(|| ImportAction::Blocked(needs_package()))
                    }
                    (Verdict::Stays, _) => Some(ImportAction::Keep),
                    (Verdict::Blocked { refusal, len, .. }, _) if *len > fact.verdict.len() => {
                        Some(ImportAction::Blocked(refusal.clone()))
                    }
                    _ => None,
                };
                if let Some(held) = held {
                    decisions.clauses.insert(*key, held);
                }
            }
        }
    }

    /// What becomes of a chain, given what becomes of its clauses. New heads are found later.
    fn chain_alone(
        &self,
        at: usize,
        chain: &ChainFact,
        facts: &Facts,
        blocks: &Blocks,
        decisions: &Decisions,
    ) -> ReferenceAction {
        let place = self.chain_range(chain).start;
        if let Some(refusal) = blocks.chains.get(&at) {
            return ReferenceAction::Refused(refusal.clone());
        }
        let mut nexts = chain
            .through
            .iter()
            .map(|(key, sense)| self.chain_through(*key, &chain.senses[*sense], facts, decisions));
        let Some(first) = nexts.next() else {
            return ReferenceAction::Stays;
        };
        let mut next = first;
        for other in nexts {
            let text_stays = |next: &ReferenceAction| {
                matches!(
                    next,
                    ReferenceAction::Stays | ReferenceAction::Follows | ReferenceAction::Silent
                )
            };
            next = match (next, other) {
                (a, b) if text_stays(&a) && text_stays(&b) => match (a, b) {
                    (ReferenceAction::Stays, b) => b,
                    (a, _) => a,
                },
                (a, b) if std::mem::discriminant(&a) == std::mem::discriminant(&b) => a,
                _ => return ReferenceAction::Refused(several_bindings()),
            };
        }
        let writes = matches!(
            next,
            ReferenceAction::Writes(_) | ReferenceAction::Refused(_)
        );
        if writes && self.unit.kept.keeps(place) {
            return ReferenceAction::Silent;
        }
        if matches!(next, ReferenceAction::Writes(_))
            && !(chain.senses.len() == 1 && self.is_sure(chain))
        {
            let name = &self.unit.scopes.chains[chain.index].parts[0].name;
            return ReferenceAction::Refused(another_binding(name));
        }
        next
    }

    /// Whether a clause that moves gives its name another meaning, while a chain needs what it is now.
    fn takes_along(&self, chain: &ChainFact, facts: &Facts, decisions: &Decisions) -> bool {
        chain.reached.iter().any(|(key, _)| {
            let is_named = facts.clause(*key).is_some_and(|fact| !fact.is_dotted());
            is_named
                && !decisions.written_out.contains(key)
                && matches!(decisions.clause(*key), ImportAction::Retarget(_))
        })
    }

    /// Whether nothing else than imports is behind a chain's name, as far as that matters.
    fn is_sure(&self, chain: &ChainFact) -> bool {
        (!chain.mixed || self.is_else_none(chain))
            && !self.is_starred_over(chain)
            && !self.is_submodule(chain)
    }

    /// Whether a chain starts at a name of this package that is one of its modules too: the name is bound to that as
    /// soon as something loads it.
    fn is_submodule(&self, chain: &ChainFact) -> bool {
        let name = &self.unit.scopes.chains[chain.index].parts[0].name;
        self.unit.is_package
            && self.starts_at_global(chain)
            && self.unit.modules.iter().any(|own| {
                let module = [own, std::slice::from_ref(name)].concat();
                self.tree.is_module(&module)
                    && chain
                        .senses
                        .iter()
                        .any(|sense| !sense.path.starts_with(&module))
            })
    }

    /// Whether a star import of a module of the tree binds a chain's name anew, behind the imports of the chain, or
    /// where none of these has surely run before the chain is read.
    fn is_starred_over(&self, chain: &ChainFact) -> bool {
        let scopes = &self.unit.scopes;
        let own = &scopes.chains[chain.index];
        let name = &own.parts[0].name;
        let first = chain
            .reached
            .first()
            .map(|(key, _)| scopes.import(key.0).range.start());
        let start = own.range().start().to_usize();
        let mut reached = chain.reached.iter();
        let is_early = !reached.any(|(key, _)| self.runs_before(*key, start));
        own.reach.stars.iter().any(|star| {
            let BindingKind::Star(import) = scopes.binding(*star).kind else {
                return false;
            };
            let is_later = first.is_some_and(|first| first < scopes.import(import).range.start());
            let module = || self.unit.clause_path(import, 0);
            (is_later || is_early)
                && module().is_some_and(|module| self.tree.brings_by_star(&module, name))
        })
    }

    /// What becomes of a chain in one sense that it has, given what becomes of the clause behind that.
    pub(super) fn chain_through(
        &self,
        key: Key,
        sense: &Sense,
        facts: &Facts,
        decisions: &Decisions,
    ) -> ReferenceAction {
        let Some(fact) = facts.clause(key) else {
            return ReferenceAction::Stays;
        };
        let Sense { path, verdict, .. } = sense;
        let value = fact.value.as_deref().unwrap_or_default();
        let next = decisions.clause(key);
        // What a rule says of the import itself was said there.
        let spoken = fact.form != Form::Dotted && verdict.len() <= fact.verdict.len();
        match (verdict, next) {
            (Verdict::Stays, _) => ReferenceAction::Stays,
            (Verdict::Blocked { .. }, ImportAction::Refused(_) | ImportAction::Blocked(_))
                if spoken =>
            {
                ReferenceAction::Silent
            }
            (Verdict::Blocked { refusal, .. }, _) => ReferenceAction::Refused(refusal.clone()),
            (Verdict::Moves(_), _) if self.is_inside(key, path, verdict) => ReferenceAction::Stays,
            (Verdict::Moves(moved), ImportAction::Retarget(to))
                if fact.form != Form::Dotted
                    && moved.to.len() == to.len() + path.len() - value.len()
                    && moved.to.starts_with(to)
                    && moved.to[to.len()..] == path[value.len()..]
                    && !decisions.written_out.contains(&key) =>
            {
                ReferenceAction::Follows
            }
            // Another import brings the same.
            (Verdict::Moves(_), ImportAction::Remove) if spoken => ReferenceAction::Follows,
            (Verdict::Moves(_), ImportAction::Refused(_) | ImportAction::Blocked(_)) if spoken => {
                ReferenceAction::Silent
            }
            (Verdict::Moves(_), ImportAction::Refused(refusal))
                if fact.form == Form::Dotted && brings(fact, path) =>
            {
                ReferenceAction::Refused(refusal.clone())
            }
            (Verdict::Moves(_), ImportAction::Keep)
                if spoken && self.unit.kept.keeps(self.place_of(key).start) =>
            {
                ReferenceAction::Silent
            }
            // Where it leads; how it is written is found with its head.
            (Verdict::Moves(moved), _) => ReferenceAction::Writes(moved.to.clone()),
        }
    }

    /// What is written out is so for all uses or for none: one that stays keeps the import.
    fn block_torn(&self, facts: &Facts, decisions: &Decisions, blocks: &mut Blocks) {
        for (at, chain) in facts.chains.iter().enumerate() {
            let ReferenceAction::Refused(refusal) = &decisions.chains[at] else {
                continue;
            };
            for key in chain.keys() {
                if decisions.written_out.contains(&key)
                    && matches!(decisions.clause(key), ImportAction::Retarget(_))
                {
                    blocks.clauses.entry(key).or_insert_with(|| refusal.clone());
                }
            }
        }
    }

    /// Clauses whose last use this rewrite takes go, unless something exposes their names.
    fn leave(&self, facts: &Facts, decisions: &mut Decisions, blocks: &mut Blocks) {
        let mut used: FxHashMap<Key, (usize, usize)> = FxHashMap::default();
        for (at, (fact, next)) in facts.chains.iter().zip(&decisions.chains).enumerate() {
            let reuses = decisions.reuses.get(&at);
            for key in fact.keys() {
                let (before, after) = used.entry(key).or_default();
                *before += 1;
                let leaves = reuses.is_some()
                    || matches!(next, ReferenceAction::Writes(_))
                        && !self.comes_along(key, fact, facts);
                *after += usize::from(!leaves);
            }
            for key in reuses.into_iter().flatten() {
                used.entry(*key).or_default().1 += 1;
            }
        }
        let name_of = |key: &Key| {
            let scopes = &self.unit.scopes;
            let clause = &scopes.import(key.0).clauses[key.1 as usize];
            let binding = scopes.binding(clause.binding);
            (binding.scope, &binding.name)
        };
        let is_held = |key: &&Key| {
            facts.clause(**key).is_some_and(ClauseFact::is_dotted)
                && matches!(
                    decisions.clause(**key),
                    ImportAction::Refused(_) | ImportAction::Blocked(_)
                )
        };
        let held: FxHashSet<_> = facts.order.iter().filter(is_held).map(name_of).collect();
        for &key in &facts.order {
            let Some(fact) = facts.clause(key) else {
                continue;
            };
            let (before, after) = used.get(&key).copied().unwrap_or_default();
            match decisions.clause(key) {
                ImportAction::Retarget(_)
                    if decisions.written_out.contains(&key) && self.is_joining(key, facts) =>
                {
                    if before == 0 || after > 0 {
                        blocks.apart.insert(key);
                    } else {
                        decisions.clauses.insert(key, ImportAction::Remove);
                    }
                }
                ImportAction::Retarget(to) if decisions.written_out.contains(&key) => {
                    let refusal = if before == 0 {
                        let reason = match self.is_builtin(to) {
                            true => "a builtin needs no import",
                            false => "no import brings an attribute of an object",
                        };
                        Some(
                            Refusal::new(
                                Code::Export,
                                format!("nothing in this file uses it, and {reason}"),
                            )
                            .help("take the import out if nothing else needs it"),
                        )
                    } else if after > 0 {
                        Some(Refusal::new(
                            Code::Export,
                            "a use of it is kept, and that needs the import",
                        ))
                    } else {
                        self.exposes(key)
                    };
                    match refusal {
                        // The uses need it no more, but code that is no use does.
                        Some(refusal) if matches!(refusal.code, Code::Binding | Code::Dynamic) => {
                            decisions
                                .clauses
                                .insert(key, ImportAction::Blocked(refusal));
                        }
                        Some(refusal) => {
                            blocks.clauses.entry(key).or_insert(refusal);
                        }
                        None => {
                            decisions.clauses.insert(key, ImportAction::Remove);
                        }
                    }
                }
                ImportAction::Keep if before > 0 && after == 0 && self.exposes(key).is_none() => {
                    let kept = self.unit.kept.keeps(self.place_of(key).start);
                    // It may be why another import of that name stays.
                    let is_reason = !fact.is_dotted() && held.contains(&name_of(&key));
                    if !kept && !is_reason && fact.form != Form::Star {
                        decisions.clauses.insert(key, ImportAction::Remove);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a reference stands in a moved module, and stays inside of it: then it is none.
    fn is_inside(&self, key: Key, path: &[Segment], verdict: &Verdict) -> bool {
        let scopes = &self.unit.scopes;
        let is_relative = matches!(
            scopes.import(key.0).kind,
            crate::lang::python::scopes::ImportKind::From { level: 1.., .. }
        );
        let (true, Verdict::Moves(moved)) = (is_relative, verdict) else {
            return false;
        };
        let rule = &self.table().rules()[moved.rule];
        let from = rule.from.segments();
        !rule.exact
            && path.starts_with(from)
            && self.unit.modules.iter().any(|own| {
                own.starts_with(from) && (own.len() > from.len() || self.unit.is_package)
            })
    }

    /// Where a clause is reported.
    pub(super) fn place_of(&self, key: Key) -> std::ops::Range<usize> {
        let import = self.unit.scopes.import(key.0);
        import
            .clauses
            .get(key.1 as usize)
            .map_or_else(|| bytes(import.range), |clause| bytes(clause.path_range))
    }

    /// Where a chain stands.
    pub(super) fn chain_range(&self, chain: &ChainFact) -> std::ops::Range<usize> {
        bytes(self.unit.scopes.chains[chain.index].range())
    }
}

/// Whether a chain needs what a clause brings, and not merely the top package that it binds.
pub(super) fn brings(fact: &ClauseFact, chain: &[Segment]) -> bool {
    fact.form != Form::Dotted
        || fact
            .path
            .as_ref()
            .is_some_and(|path| chain.starts_with(path))
}

fn needs_package() -> Refusal {
    Refusal::new(
        Code::AmbiguousKind,
        "the file uses what the package binds by the name of the module, and the import brings both",
    )
    .help("import the package by itself")
}

/// Why a chain stays whose name may be something else.
pub(super) fn another_binding(name: &str) -> Refusal {
    Refusal::new(
        Code::Binding,
        format!("`{name}` is bound to something else too"),
    )
    .help("give the other binding another name, or write this one by hand")
}

fn several_bindings() -> Refusal {
    Refusal::new(
        Code::Binding,
        "it is reached by several imports that would become different things",
    )
    .help("write it by hand")
}

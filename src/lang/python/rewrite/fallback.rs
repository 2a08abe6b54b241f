//! Arms of a fallback that a rewrite would make equal.

use ruff_text_size::TextRange;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Rewrite;
use super::actions::{Blocks, Decisions, ImportAction};
use super::facts::{Facts, Form, Key, Sense};
use crate::finding::Code;
use crate::lang::plan_builder::Refusal;
use crate::lang::python::scopes::{BlockId, BlockKind, ScopeId, Scopes};
use crate::path::Segment;

/// An import as it will be.
struct Arm {
    /// The clause, or the one that it is added beside.
    key: Key,
    /// It is other than before.
    changed: bool,
    /// What tells two imports apart: scope, name, what it brings.
    same: (ScopeId, Segment, Vec<Segment>),
    block: BlockId,
}

/// Blocks each clause that would bring, in one arm, what another arm brings under the same name.
pub(super) fn block_equal_arms(
    rewrite: &Rewrite<'_, '_>,
    facts: &Facts,
    decisions: &Decisions,
    blocks: &mut Blocks,
) {
    let arms = arms(rewrite, facts, decisions);
    let mut alike: FxHashMap<&(ScopeId, Segment, Vec<Segment>), Vec<&Arm>> = FxHashMap::default();
    for arm in &arms {
        alike.entry(&arm.same).or_default().push(arm);
    }
    let mut blocked: FxHashSet<Key> = FxHashSet::default();
    for arms in alike.into_values() {
        if arms.len() < 2 || !arms.iter().any(|arm| arm.changed) {
            continue;
        }
        let meeting = Meeting::of(&rewrite.unit.scopes, facts, &arms);
        let changed = arms.iter().filter(|arm| arm.changed);
        blocked.extend(
            changed
                .filter(|arm| meeting.has_alternative(arm))
                .map(|arm| arm.key),
        );
    }
    if blocked.is_empty() {
        return;
    }
    let refusal = Refusal::new(
        Code::Fallback,
        "another arm would import the same: nothing would be left to fall back to",
    )
    .help("take the fallback out by hand, or keep it with a `keep` rule or comment");
    for key in &blocked {
        let clause = blocks.clauses.entry(*key);
        clause.or_insert_with(|| refusal.clone());
    }
    // Chains that are written out go through their clause, which itself may be no reference.
    blocked.retain(|key| {
        facts
            .clause(*key)
            .is_none_or(|fact| fact.verdict.len() == 0)
    });
    let moves = |sense: &Sense| sense.verdict.moved().is_some();
    for (at, chain) in facts.chains.iter().enumerate() {
        let is_blocked = !blocked.is_empty() && chain.keys().any(|key| blocked.contains(&key));
        if is_blocked && chain.senses.iter().any(moves) {
            let chain = blocks.chains.entry(at);
            chain.or_insert_with(|| refusal.clone());
        }
    }
}

/// What an arm was before. Two that import the same already are no concern of this rewrite.
type Before<'f> = (Option<&'f [Segment]>, Option<Form>);

/// How an arm is seen from a block around it: what it was, and whether that changes.
type Seen<'f> = (Before<'f>, bool);

/// The parts of something that arms are in, at most two for each of how they are seen: `None` is the block itself.
type Parts<'f> = FxHashMap<Seen<'f>, Vec<Option<BlockId>>>;

/// Arms that import the same afterwards, by the blocks around them. Two of them meet in the innermost block that both
/// are in, and they are alternatives if there they are in different arms of one statement, or one of them is in what
/// `suppress` makes optional.
struct Meeting<'f> {
    scopes: &'f Scopes,
    facts: &'f Facts,
    /// By the block and its statement.
    in_statements: FxHashMap<(BlockId, TextRange), Parts<'f>>,
    /// By the block.
    within: FxHashMap<BlockId, Parts<'f>>,
    /// By the block: those in what is optional.
    optional: FxHashMap<BlockId, Parts<'f>>,
}

impl<'f> Meeting<'f> {
    fn of(scopes: &'f Scopes, facts: &'f Facts, arms: &[&Arm]) -> Self {
        let mut meeting = Self {
            scopes,
            facts,
            in_statements: FxHashMap::default(),
            within: FxHashMap::default(),
            optional: FxHashMap::default(),
        };
        let add = |parts: &mut Parts<'f>, seen: Seen<'f>, part: Option<BlockId>| {
            let known = parts.entry(seen).or_default();
            if known.len() < 2 && !known.contains(&part) {
                known.push(part);
            }
        };
        for arm in arms {
            let seen = meeting.seen(arm);
            for (block, part) in blocks_up(scopes, arm.block) {
                add(meeting.within.entry(block).or_default(), seen, part);
                let Some(inner) = part else { continue };
                let statement = scopes.block(inner).statement;
                let parts = meeting.in_statements.entry((block, statement));
                add(parts.or_default(), seen, part);
                if meeting.is_optional(inner) {
                    add(meeting.optional.entry(block).or_default(), seen, part);
                }
            }
        }
        meeting
    }

    fn seen(&self, arm: &Arm) -> Seen<'f> {
        let fact = self.facts.clause(arm.key);
        let path = fact.and_then(|fact| fact.path.as_deref());
        ((path, fact.map(|fact| fact.form)), arm.changed)
    }

    fn is_optional(&self, block: BlockId) -> bool {
        let kind = self.scopes.block(block).kind;
        matches!(kind, BlockKind::With { suppresses: true })
    }

    /// Whether there is an alternative to an arm, one of the two changes, and they were not equal before.
    fn has_alternative(&self, arm: &Arm) -> bool {
        let (before, changed) = self.seen(arm);
        let is_elsewhere = |parts: Option<&Parts<'f>>, own: Option<BlockId>| {
            parts.into_iter().flatten().any(|((other, moves), parts)| {
                *other != before && (changed || *moves) && parts.iter().any(|part| *part != own)
            })
        };
        blocks_up(self.scopes, arm.block).any(|(block, part)| {
            let statement = part.map(|inner| self.scopes.block(inner).statement);
            let arms = statement.and_then(|statement| self.in_statements.get(&(block, statement)));
            let optional = match part.is_some_and(|inner| self.is_optional(inner)) {
                true => self.within.get(&block),
                false => self.optional.get(&block),
            };
            is_elsewhere(arms, part) || is_elsewhere(optional, part)
        })
    }
}

/// A block and those around it, inner first, each with the part of it that leads inwards.
fn blocks_up(scopes: &Scopes, block: BlockId) -> impl Iterator<Item = (BlockId, Option<BlockId>)> {
    std::iter::successors(Some((block, None)), |(block, _)| {
        Some((scopes.block(*block).parent?, Some(*block)))
    })
}

fn arms(rewrite: &Rewrite<'_, '_>, facts: &Facts, decisions: &Decisions) -> Vec<Arm> {
    let scopes = &rewrite.unit.scopes;
    let mut arms = Vec::new();
    for &key in &facts.order {
        let Some(fact) = facts.clause(key) else {
            continue;
        };
        let (path, changed) = match decisions.clause(key) {
            ImportAction::Retarget(to) => (to.clone(), true),
            ImportAction::Remove => continue,
            _ => match &fact.path {
                Some(path) => (path.clone(), false),
                None => continue,
            },
        };
        let import = scopes.import(key.0);
        let binding = scopes.binding(import.clauses[key.1 as usize].binding);
        let name = match fact.form {
            Form::Dotted => Segment::new(path.join(".")),
            _ => binding.name.clone(),
        };
        arms.push(Arm {
            key,
            changed,
            same: (binding.scope, name, path),
            block: import.block,
        });
    }
    for add in decisions.adds.iter().filter(|add| !add.parent) {
        let import = scopes.import(add.beside.0);
        let binding = scopes.binding(import.clauses[add.beside.1 as usize].binding);
        let name = match (&add.alias, add.form) {
            (Some(alias), _) => alias.clone(),
            (None, Form::From) => add.module.last().cloned().unwrap_or_default(),
            (None, _) => Segment::new(add.module.join(".")),
        };
        arms.push(Arm {
            key: add.beside,
            changed: true,
            same: (binding.scope, name, add.module.clone()),
            block: import.block,
        });
    }
    arms
}

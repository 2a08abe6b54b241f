//! Arms of a fallback that a rewrite would make equal (rows P15, P17).

use rustc_hash::FxHashMap;

use super::Rewrite;
use super::facts::{Facts, Form, Key, Sense};
use super::fate::{Blocks, Fates, Next};
use crate::finding::Code;
use crate::lang::draft::Refusal;
use crate::lang::python::scopes::{BlockId, BlockKind, ScopeId};
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
    fates: &Fates,
    blocks: &mut Blocks,
) {
    let arms = arms(rewrite, facts, fates);
    let mut known: FxHashMap<&(ScopeId, Segment, Vec<Segment>), Vec<&Arm>> = FxHashMap::default();
    for one in &arms {
        let others = known.entry(&one.same).or_default();
        for other in others.iter().copied() {
            if !(one.changed || other.changed)
                || one.key == other.key
                || !rewrite.are_alternatives(one.block, other.block)
                || were_equal(facts, one.key, other.key)
            {
                continue;
            }
            for arm in [one, other] {
                if arm.changed {
                    let refusal = Refusal::new(
                        Code::Fallback,
                        "another arm would import the same: nothing would be left to fall back to",
                    )
                    .help(
                        "take the fallback out by hand, or keep it with a `keep` rule or comment",
                    );
                    blocks.clauses.entry(arm.key).or_insert(refusal.clone());
                    block_chains(facts, arm.key, &refusal, blocks);
                }
            }
        }
        others.push(one);
    }
}

/// Chains that are written out go through their clause, which itself may be no reference.
fn block_chains(facts: &Facts, key: Key, refusal: &Refusal, blocks: &mut Blocks) {
    let speaks = facts.clause(key).is_some_and(|fact| fact.verdict.len() > 0);
    for (at, chain) in facts.chains.iter().enumerate() {
        let moves = |sense: &Sense| sense.verdict.moved().is_some();
        if !speaks && chain.keys().any(|one| one == key) && chain.senses.iter().any(moves) {
            blocks.chains.entry(at).or_insert_with(|| refusal.clone());
        }
    }
}

/// Two arms that import the same already are no concern of this rewrite.
fn were_equal(facts: &Facts, one: Key, other: Key) -> bool {
    match (facts.clause(one), facts.clause(other)) {
        (Some(one), Some(other)) => one.path == other.path && one.form == other.form,
        _ => false,
    }
}

fn arms(rewrite: &Rewrite<'_, '_>, facts: &Facts, fates: &Fates) -> Vec<Arm> {
    let scopes = &rewrite.unit.scopes;
    let mut arms = Vec::new();
    for &key in &facts.order {
        let Some(fact) = facts.clause(key) else {
            continue;
        };
        let (path, changed) = match fates.clause(key) {
            Next::Swaps(to) => (to.clone(), true),
            Next::Goes => continue,
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
    for add in fates.adds.iter().filter(|add| !add.parent) {
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

impl Rewrite<'_, '_> {
    /// Whether two blocks are arms of one statement, or one of them is what `suppress` makes optional.
    fn are_alternatives(&self, one: BlockId, other: BlockId) -> bool {
        if one == other {
            return false;
        }
        let (one, other) = (self.blocks_up(one), self.blocks_up(other));
        let common = one.iter().find(|block| other.contains(block)).copied();
        let below = |chain: &[BlockId]| -> Option<BlockId> {
            let end = chain.iter().position(|block| Some(*block) == common)?;
            end.checked_sub(1).map(|at| chain[at])
        };
        let scopes = &self.unit.scopes;
        let suppresses = |block: Option<BlockId>| {
            block.is_some_and(|block| {
                matches!(
                    scopes.block(block).kind,
                    BlockKind::With { suppresses: true }
                )
            })
        };
        match (below(&one), below(&other)) {
            (Some(a), Some(b)) if scopes.block(a).statement == scopes.block(b).statement => {
                !matches!(scopes.block(a).kind, BlockKind::Module)
            }
            (a, b) => suppresses(a) || suppresses(b),
        }
    }

    fn blocks_up(&self, block: BlockId) -> Vec<BlockId> {
        let mut chain = Vec::new();
        let mut at = Some(block);
        while let Some(block) = at {
            chain.push(block);
            at = self.unit.scopes.block(block).parent;
        }
        chain
    }
}

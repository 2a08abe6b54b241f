//! Objects that are read late: something puts another one in their place while the program runs, so it matters that
//! each use reads the attribute of the module, and not a name that was bound to the object once.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Rewrite;
use super::actions::{Blocks, Decisions, ReferenceAction};
use super::facts::{ChainFact, Facts};
use super::kinds::TargetKind;
use super::verdict::Moved;
use crate::finding::Code;
use crate::lang::plan_builder::Refusal;
use crate::lang::python::complexity_limit::DEEPEST;
use crate::lang::python::index;
use crate::lang::python::own::Own;
use crate::lang::python::scopes::BindingId;
use crate::mapping::Action;
use crate::path::Segment;

impl Rewrite<'_, '_> {
    /// Whether something, here or in another file, puts another object in the place of what lies at a path: assigns to
    /// the module's attribute, or patches it by its old or its new path.
    pub(super) fn is_put_anew(&self, from: &[Segment], to: &[Segment], facts: &Facts) -> bool {
        [from, to]
            .into_iter()
            .any(|path| facts.put_anew.contains(path) || self.replaced().contains(path))
            || [from, to].into_iter().any(|path| match path {
                [module @ .., name] if !module.is_empty() => {
                    let names = std::slice::from_ref(name);
                    self.tree.is_replaced(module, names, false).is_some()
                }
                _ => false,
            })
    }

    /// Chains that would be written anew while others stay which mean the same object, and one of them puts another in
    /// its place: who reads it must do so where that is done.
    pub(super) fn block_torn_from_store(
        &self,
        facts: &Facts,
        decisions: &Decisions,
        blocks: &mut Blocks,
    ) {
        if facts.put_anew.is_empty() {
            return;
        }
        let mut torn: FxHashMap<&[Segment], (Option<Refusal>, Vec<usize>)> = FxHashMap::default();
        for (at, (chain, next)) in facts.chains.iter().zip(&decisions.chains).enumerate() {
            let stays = match next {
                ReferenceAction::Refused(refusal) => Some(refusal.clone()),
                ReferenceAction::Silent => Some(stays_elsewhere()),
                ReferenceAction::Writes(_) => None,
                ReferenceAction::Stays | ReferenceAction::Follows => continue,
            };
            for sense in &chain.senses {
                for len in 1..=sense.path.len().min(DEEPEST) {
                    let path = &sense.path[..len];
                    if !facts.put_anew.contains(path) {
                        continue;
                    }
                    let (refusal, written) = torn.entry(path).or_default();
                    match &stays {
                        Some(stays) => *refusal = refusal.take().or_else(|| Some(stays.clone())),
                        None => written.push(at),
                    }
                }
            }
        }
        for (refusal, written) in torn.into_values() {
            let Some(refusal) = refusal else { continue };
            for at in written {
                blocks.chains.entry(at).or_insert_with(|| refusal.clone());
            }
        }
    }

    /// What must be brought for a chain that goes to, or through, what this file puts another object in the place of:
    /// no more than what holds that. `None`: nothing does.
    pub(super) fn read_where_put(
        &self,
        facts: &Facts,
        chain: &ChainFact,
        moved: &Moved,
        home: TargetKind,
    ) -> Option<TargetKind> {
        let path = &chain.sense().path;
        let is_put = |len: &usize| facts.put_anew.contains(&path[..*len]);
        // The last name of a pair is an attribute in any case.
        let pair = (!chain.pairs.is_empty()).then_some(path.len());
        let Some(first) = (1..=path.len().min(DEEPEST)).find(is_put).or(pair) else {
            return Some(home);
        };
        let len = (moved.to.len() + first).checked_sub(path.len() + 1)?;
        if len >= home.len {
            return Some(home);
        }
        (len > 0).then_some(TargetKind {
            len,
            is_module: true,
        })
    }

    /// Paths of this file that it stores to or patches.
    fn replaced(&self) -> &FxHashSet<Vec<Segment>> {
        self.replaced.get_or_init(|| {
            let rules = self.table().rules().iter();
            let lasts = rules.flat_map(|rule| {
                let to = match &rule.action {
                    Action::Move(to) => to.segments().last(),
                    _ => None,
                };
                rule.from.segments().last().into_iter().chain(to)
            });
            index::replaced(self.unit, lasts.cloned().collect())
        })
    }

    /// Whether a name of the module is put anew: by this file through the module's own name, or by another one.
    pub(super) fn is_name_put_anew(&self, name: &Segment) -> bool {
        self.is_patched_here(name)
            || self.unit.modules.iter().any(|module| {
                let names = std::slice::from_ref(name);
                let starred = self.is_starred(name);
                self.tree.is_replaced(module, names, starred).is_some()
            })
    }

    /// Whether this file patches a name of its own module, or below it, by the module's name.
    pub(super) fn is_patched_here(&self, name: &Segment) -> bool {
        self.own.get_or_init(|| Own::of(self.unit)).replaces(name)
    }

    /// Whether a chain starts at a name of the module.
    pub(super) fn starts_at_global(&self, chain: &ChainFact) -> bool {
        let own = &self.unit.scopes.chains[chain.index];
        let is_global = |id: &BindingId| self.unit.scopes.binding(*id).scope.index() == 0;
        own.reach.bindings.iter().any(is_global)
    }
}

fn stays_elsewhere() -> Refusal {
    Refusal::new(
        Code::BoundElsewhere,
        "this file puts another object in its place where the old path stays",
    )
    .help("change both by hand")
}

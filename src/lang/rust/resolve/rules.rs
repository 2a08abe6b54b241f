//! What rules speak of: that decides what a name can be which nothing binds that is known.

use super::names::TYPE;
use super::prelude::{is_prelude, is_primitive};
use super::resolver::Resolver;
use crate::mapping::Outcome;
use crate::path::{Namespaces, Segment};

impl Resolver<'_> {
    /// Whether nothing binds a child of this module but a rule speaks of it.
    pub(super) fn is_lost_child(
        &self,
        child: &[Segment],
        kinds: Namespaces,
        is_prefix: bool,
    ) -> bool {
        if is_prefix {
            return self.knows(child);
        }
        // A plain name alone may be anything of the prelude, so the rule must name it exactly.
        let name = &child[child.len() - 1];
        !is_prelude(name)
            && self.table.leads_to_old(child)
            && matches!(
                self.table.resolve(child, kinds),
                Outcome::Moves(ref to) if to.first.len == child.len()
            )
    }

    /// Whether rules speak of this path, or lead to it.
    pub fn knows(&self, path: &[Segment]) -> bool {
        self.table.leads_to_old(path) || self.table.leads_to_new(path)
    }

    /// Whether rules know a name that an opaque glob of `base` may bring, under the old name of the
    /// module or under the new one: a plan must read the same before and after.
    pub(super) fn knows_brought(&self, base: &[Segment], name: &Segment) -> bool {
        let below = |module: &[Segment]| {
            let mut path = module.to_vec();
            path.push(name.clone());
            self.knows(&path)
        };
        if is_primitive(name) {
            return false;
        }
        let moved = match self.table.resolve(base, TYPE) {
            Outcome::Moves(to) => below(to.to.segments()),
            _ => false,
        };
        moved || below(base) || self.table.sources(base).iter().any(|old| below(old))
    }

    pub(super) fn knows_crate(&self, name: &Segment) -> bool {
        *name != self.home.root && self.knows(std::slice::from_ref(name))
    }
}

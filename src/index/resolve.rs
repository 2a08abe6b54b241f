//! From a path to the definition that it leads to, over imports and globs of other modules.

use rustc_hash::FxHashSet;

use super::names::PathId;
use super::{Bound, Led, ProjectIndex};
use crate::facts::Kind;
use crate::path::Segment;

/// Re-exports are followed so far, one from the other.
const MOST_HOPS: usize = 128;
/// So many modules are asked for one name; a package that takes all names of hundreds of modules asks as many.
const MOST_ASKED: usize = 1_000;

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The definition: an index of [`ProjectIndex::definitions`], of the first of its twins.
    pub definition: u32,
    /// The path up to the name that stands for it: `a.C` of `a.C.method`.
    pub by: PathId,
}

/// What is left to follow of a path, and what was asked on the way: names may go in circles.
struct Way {
    asked: FxHashSet<Vec<Segment>>,
    hops: usize,
    /// Something was asked again: that nothing was found then says nothing yet.
    is_cut: bool,
    /// Too much was asked.
    is_exhausted: bool,
    /// Something on the way leads to a definition, be it one that is not meant.
    has_found: bool,
}

impl ProjectIndex {
    /// The definition that a path leads to; `None`: none of the project is known.
    pub fn definition(&self, path: PathId) -> Option<Found> {
        self.leads_to.get(&path).copied().flatten()
    }

    /// The same of a path that nothing says, by its names.
    pub fn definition_at(&self, path: &[Segment]) -> Option<Led> {
        let mut way = Way {
            asked: FxHashSet::default(),
            hops: 0,
            is_cut: false,
            is_exhausted: false,
            has_found: false,
        };
        let found = self.lead(path, &mut way);
        if !way.has_found && !way.is_exhausted {
            // All that was asked on the way was asked to the end, and none of it leads anywhere.
            let nothing = way.asked.into_iter().map(|path| (path, None));
            self.led.borrow_mut().extend(nothing);
        }
        found
    }

    /// Follows a path, and keeps what it leads to.
    pub(super) fn follow(&mut self, path: PathId) -> Option<Found> {
        if let Some(known) = self.leads_to.get(&path) {
            return *known;
        }
        let names = self.paths.names(path);
        let found = self.definition_at(&names).map(|(definition, len)| Found {
            definition,
            by: self.paths.add(&names[..len]),
        });
        self.leads_to.insert(path, found);
        found
    }

    /// What a path leads to.
    fn lead(&self, path: &[Segment], way: &mut Way) -> Option<Led> {
        if let Some(known) = self.led.borrow().get(path) {
            way.has_found |= known.is_some();
            return *known;
        }
        if way.asked.len() > MOST_ASKED {
            way.is_exhausted = true;
            return None;
        }
        if !way.asked.insert(path.to_vec()) {
            way.is_cut = true;
            return None;
        }
        let found = self.lead_once(path, way);
        way.has_found |= found.is_some();
        if found.is_some() || !(way.is_cut || way.is_exhausted) {
            self.led.borrow_mut().insert(path.to_vec(), found);
        }
        found
    }

    fn lead_once(&self, path: &[Segment], way: &mut Way) -> Option<Led> {
        // The longest module that starts it; what comes after is a name of that module, or of what stands for it.
        let mut modules = Vec::new();
        for taken in 1..=path.len() {
            let Some(at) = self.paths.find(&path[..taken]) else {
                break;
            };
            if self.is_module(at) {
                modules.push((taken, at));
            } else if !self.bound_at(at).is_empty() {
                // A name: what comes after is of what it stands for. Any other path may be a folder without a
                // module of its own.
                break;
            }
        }
        // A module that ends the path may have a definition of its name beside it.
        for &(taken, module) in modules.iter().rev() {
            if taken == path.len() {
                if let Some(found) = self.named(path, taken, way) {
                    return Some(found);
                }
                continue;
            }
            // Where a module lacks the name, something else of the module's name may have it; what that is has members.
            let is_longest = modules.last() == Some(&(taken, module));
            let may_have = |found: &Led| {
                let kind = self.definitions[found.0 as usize].definition.kind;
                is_longest || !matches!(kind, Kind::Function | Kind::Macro)
            };
            let named = self.named(path, taken + 1, way).filter(may_have);
            if let Some(found) = named.or_else(|| self.by_globs(module, path, taken, way)) {
                return Some(found);
            }
        }
        None
    }

    /// The paths over which a path leads to its definition: itself, then what each name on the way stands for.
    pub fn chain(&self, path: &[Segment]) -> Vec<Vec<Segment>> {
        let mut chain = vec![path.to_vec()];
        while chain.len() <= MOST_HOPS
            && let Some(next) = chain.last().and_then(|path| self.next(path))
            && !chain.contains(&next)
        {
            chain.push(next);
        }
        chain
    }

    /// What the first name of a path stands for that a module does not define itself, with the names after it.
    fn next(&self, path: &[Segment]) -> Option<Vec<Segment>> {
        for taken in 1..=path.len() {
            let at = self.paths.find(&path[..taken])?;
            if self.is_module(at) && taken < path.len() {
                continue;
            }
            let mut bound = self.bound_at(at).iter();
            if let Some(bound) = bound.next() {
                let Bound::Import(import) = bound else {
                    return None;
                };
                let target = self.paths.names(self.imports[*import as usize].target);
                return Some([target.as_slice(), &path[taken..]].concat());
            }
            let module = self
                .paths
                .parent(at)
                .filter(|module| self.is_module(*module))?;
            let globs = self.modules_at(module).flat_map(|module| &module.globs);
            let mut brought = globs.map(|glob| {
                [self.paths.names(glob.module).as_slice(), &path[taken - 1..]].concat()
            });
            return brought.find(|path| self.definition_at(path).is_some());
        }
        None
    }

    /// What the first `taken` names of a path are bound to in their module.
    fn named(&self, path: &[Segment], taken: usize, way: &mut Way) -> Option<Led> {
        let name = self.paths.find(&path[..taken])?;
        let bound = self.bound_at(name);
        let defined = bound.iter().find_map(|bound| match bound {
            Bound::Definition(definition) => Some(*definition),
            Bound::Import(_) => None,
        });
        if let Some(definition) = defined {
            return Some((definition, taken));
        }
        bound.iter().find_map(|bound| {
            let Bound::Import(import) = bound else {
                return None;
            };
            let target = self.paths.names(self.imports[*import as usize].target);
            self.go_on(target, path, taken, way)
        })
    }

    /// What the globs of a module bring as the name after the first `taken`.
    fn by_globs(
        &self,
        module: PathId,
        path: &[Segment],
        taken: usize,
        way: &mut Way,
    ) -> Option<Led> {
        let globs = self.modules_at(module).flat_map(|module| &module.globs);
        // What a private glob brings is no name of the module to others.
        let shown = globs.filter(|glob| glob.is_public);
        let globs: Vec<PathId> = shown.map(|glob| glob.module).collect();
        globs.into_iter().find_map(|glob| {
            let mut target = self.paths.names(glob);
            target.push(path[taken].clone());
            self.go_on(target, path, taken + 1, way)
        })
    }

    /// Follows `target` with what comes after the first `taken` names of `path`.
    fn go_on(
        &self,
        mut target: Vec<Segment>,
        path: &[Segment],
        taken: usize,
        way: &mut Way,
    ) -> Option<Led> {
        let len = target.len();
        target.extend_from_slice(&path[taken..]);
        if way.hops == MOST_HOPS {
            way.is_exhausted = true;
            return None;
        }
        way.hops += 1;
        let found = self.lead(&target, way);
        way.hops -= 1;
        // What is imported may be a member of a definition: a variant, a method.
        let (definition, found) = found.filter(|(_, found)| *found >= len)?;
        Some((definition, taken + found - len))
    }
}

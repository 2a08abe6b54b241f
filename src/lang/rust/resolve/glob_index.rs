//! Which globs of a scope may bring a name, found without asking every one of them.
//!
//! What a glob can bring is certain once its import is resolved: names of a module of the tree, which has
//! to be asked, or names that rules have directly below a module that is not known. Those are put into an
//! index by name; most are none, and such a glob is never looked at again. So are the names of a module of
//! the tree that is small and has no glob of its own. Of several globs of one module the first one speaks
//! for all.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::names::{Names, Reach, TYPE};
use super::prelude::is_primitive;
use super::resolver::Resolver;
use super::scopes::{ScopeId, Scopes};
use crate::mapping::Outcome;
use crate::path::Segment;

/// So deep may globs be resolved while others are. One more is resolved as if those after it brought
/// nothing, so that a thousand of them cannot overflow the stack.
pub(super) const MOST_NESTED: usize = 200;

/// Names of a module of the tree that are put into the index of a scope. More would be copied for each of
/// the scopes that have a glob of it.
const MOST_NAMES: usize = 32;

/// The globs of one scope, by their ordinals: those that others see, and those that none does.
#[derive(Debug, Default)]
pub(super) struct GlobIndex {
    shown: Side,
    private: Side,
}

#[derive(Debug, Default)]
struct Side {
    /// Not resolved yet. One that is being resolved right now is nowhere.
    unresolved: BTreeSet<usize>,
    /// Resolved, and not looked at.
    resolved: BTreeMap<usize, Vec<Segment>>,
    groups: Vec<Group>,
    by_module: FxHashMap<Rc<[Segment]>, usize>,
    /// Groups of modules that have to be asked for every name, by their first glob.
    asked: BTreeMap<usize, usize>,
    /// Groups of other modules, by the names that they may bring, then by their first glob.
    brought: FxHashMap<Segment, BTreeMap<usize, usize>>,
}

/// Globs of one module.
#[derive(Debug)]
struct Group {
    module: Rc<[Segment]>,
    globs: BTreeSet<usize>,
    is_in_tree: bool,
    /// All that it may bring; `None` where it has to be asked.
    names: Option<Vec<Segment>>,
}

/// What is known of a module.
struct Brings {
    is_in_tree: bool,
    names: Option<Vec<Segment>>,
}

/// Which glob is wanted.
#[derive(Clone, Copy)]
pub(super) struct Question<'q> {
    /// It may bring this.
    pub(super) name: &'q Segment,
    /// It is not before this one.
    pub(super) from: usize,
    /// Nor is it this one, which asks.
    pub(super) except: Option<usize>,
    /// Others see it.
    pub(super) only_shown: bool,
    /// Those that are not resolved yet are resolved for it.
    pub(super) resolves: bool,
}

/// What comes next among the globs of a scope.
enum Next {
    Unresolved,
    NotLookedAt(Vec<Segment>),
    Found(Candidate),
}

/// A glob that may bring the name that was asked for.
pub(super) struct Candidate {
    /// Its ordinal.
    pub(super) glob: usize,
    /// What it is a glob of.
    pub(super) module: Rc<[Segment]>,
    /// Whether that is a module of the tree, which is to be asked; if not, rules know the name in it.
    pub(super) in_tree: bool,
}

impl GlobIndex {
    fn of(names: &Names) -> Self {
        let mut index = Self::default();
        for &glob in &names.globs {
            index.side(names, glob).unresolved.insert(glob);
        }
        index
    }

    fn side(&mut self, names: &Names, glob: usize) -> &mut Side {
        match names.leaves[glob].reach {
            Reach::Private => &mut self.private,
            Reach::Public | Reach::Restricted => &mut self.shown,
        }
    }
}

impl Side {
    /// The first glob that may bring what is asked for.
    fn next(&self, question: &Question<'_>) -> Option<(usize, Next)> {
        let Question {
            name,
            from,
            except,
            resolves,
            ..
        } = *question;
        let mut unresolved = self.unresolved.range(from..).copied();
        let unresolved = unresolved.find(|glob| Some(*glob) != except);
        let unresolved = unresolved.filter(|_| resolves);
        let mut resolved = self.resolved.range(from..);
        let resolved = resolved.find(|(glob, _)| Some(**glob) != except);
        let pending = match (unresolved, resolved) {
            (Some(one), Some((other, _))) if one < *other => Some((one, Next::Unresolved)),
            (_, Some((glob, module))) => Some((*glob, Next::NotLookedAt(module.clone()))),
            (Some(glob), None) => Some((glob, Next::Unresolved)),
            (None, None) => None,
        };
        let asked = self.first_of(&self.asked, from, except);
        let brought = self.brought.get(name);
        let brought = brought.and_then(|firsts| self.first_of(firsts, from, except));
        let found = asked.into_iter().chain(brought).min();
        match (pending, found) {
            (Some((glob, next)), found) if found.is_none_or(|(first, _)| glob < first) => {
                Some((glob, next))
            }
            (_, Some((glob, group))) => {
                let group = &self.groups[group];
                let candidate = Candidate {
                    glob,
                    module: Rc::clone(&group.module),
                    in_tree: group.is_in_tree,
                };
                Some((glob, Next::Found(candidate)))
            }
            (_, None) => None,
        }
    }

    fn first_of(
        &self,
        firsts: &BTreeMap<usize, usize>,
        from: usize,
        except: Option<usize>,
    ) -> Option<(usize, usize)> {
        let mut later = firsts.range(from..).map(|(glob, group)| (*glob, *group));
        let found = later.find(|(glob, _)| Some(*glob) != except);
        // Where the first one of a module is left out, the next one speaks for it.
        let stand_in = except.and_then(|glob| {
            let group = *firsts.get(&glob)?;
            let next = *self.groups[group].globs.range(glob + 1..).next()?;
            (next >= from).then_some((next, group))
        });
        found.into_iter().chain(stand_in).min()
    }

    /// Another glob of a module that is known already; whether there is one.
    fn join(&mut self, glob: usize, module: &[Segment]) -> bool {
        let Some(&at) = self.by_module.get(module) else {
            return false;
        };
        let group = &mut self.groups[at];
        let first = group.globs.first().copied();
        group.globs.insert(glob);
        if let Some(first) = first.filter(|first| glob < *first) {
            let lists = match &group.names {
                None => vec![&mut self.asked],
                Some(names) => {
                    let names: FxHashSet<&Segment> = names.iter().collect();
                    let lists = self.brought.iter_mut();
                    let lists = lists.filter(|(name, _)| names.contains(name));
                    lists.map(|(_, firsts)| firsts).collect()
                }
            };
            for firsts in lists {
                firsts.remove(&first);
                firsts.insert(glob, at);
            }
        }
        true
    }

    fn add(&mut self, glob: usize, module: Vec<Segment>, brings: Brings) {
        let Brings { is_in_tree, names } = brings;
        let module: Rc<[Segment]> = module.into();
        let at = self.groups.len();
        match &names {
            None => {
                self.asked.insert(glob, at);
            }
            Some(names) => {
                for name in names {
                    let firsts = self.brought.entry(name.clone()).or_default();
                    firsts.insert(glob, at);
                }
            }
        }
        self.by_module.insert(Rc::clone(&module), at);
        self.groups.push(Group {
            module,
            globs: BTreeSet::from([glob]),
            is_in_tree,
            names,
        });
    }
}

impl Resolver<'_> {
    /// The first glob of a scope that may bring what is asked for.
    pub(super) fn next_glob(
        &self,
        scopes: &Scopes,
        scope: ScopeId,
        mut question: Question<'_>,
    ) -> Option<Candidate> {
        let names = &scopes.get(scope).names;
        // Once there are too many questions the file is refused, whatever the answers are.
        if names.globs.is_empty() || self.is_exhausted() {
            return None;
        }
        question.resolves &= self.resolving.get() < MOST_NESTED;
        loop {
            let next = {
                let mut all = self.globs.borrow_mut();
                let index = all.entry(scope).or_insert_with(|| GlobIndex::of(names));
                let shown = index.shown.next(&question);
                let private = match question.only_shown {
                    true => None,
                    false => index.private.next(&question),
                };
                let both = shown.into_iter().chain(private);
                both.min_by_key(|(glob, _)| *glob)
            };
            match next? {
                (_, Next::Found(candidate)) => return Some(candidate),
                (glob, Next::NotLookedAt(module)) => self.look_at(scopes, scope, glob, module),
                (glob, Next::Unresolved) => {
                    self.leaf(scopes, scope, glob);
                }
            }
        }
    }

    /// A glob is being resolved: it is asked for nothing until it is.
    pub(super) fn begins(&self, scopes: &Scopes, scope: ScopeId, glob: usize) {
        let names = &scopes.get(scope).names;
        let mut all = self.globs.borrow_mut();
        let index = all.entry(scope).or_insert_with(|| GlobIndex::of(names));
        index.side(names, glob).unresolved.remove(&glob);
    }

    /// A glob is resolved.
    pub(super) fn ends(
        &self,
        scopes: &Scopes,
        scope: ScopeId,
        glob: usize,
        meaning: Option<&Vec<Segment>>,
    ) {
        if let Some(module) = meaning
            && let Some(index) = self.globs.borrow_mut().get_mut(&scope)
        {
            let side = index.side(&scopes.get(scope).names, glob);
            side.resolved.insert(glob, module.clone());
        }
    }

    /// Finds out what a glob of `module` can bring.
    fn look_at(&self, scopes: &Scopes, scope: ScopeId, glob: usize, module: Vec<Segment>) {
        let names = &scopes.get(scope).names;
        let joins = |all: &mut FxHashMap<ScopeId, GlobIndex>| {
            let side = all.get_mut(&scope).map(|index| index.side(names, glob));
            side.is_some_and(|side| {
                side.resolved.remove(&glob);
                side.join(glob, &module)
            })
        };
        if joins(&mut self.globs.borrow_mut()) {
            return;
        }
        let brings = self.brings_at_most(scopes, &module);
        if let Some(index) = self.globs.borrow_mut().get_mut(&scope) {
            index.side(names, glob).add(glob, module, brings);
        }
    }

    fn brings_at_most(&self, scopes: &Scopes, module: &[Segment]) -> Brings {
        if !self.sees(scopes, module) {
            return Brings {
                is_in_tree: false,
                names: Some(self.names_brought(module)),
            };
        }
        // A name that is not written in it may be one that only rules know.
        let written = self.names_of(scopes, module);
        let written = written.filter(|names| names.len() <= MOST_NAMES);
        let names = written.map(|mut names| {
            names.extend(self.names_brought(module));
            names.sort();
            names.dedup();
            names
        });
        Brings {
            is_in_tree: true,
            names,
        }
    }

    /// The names that rules know in a module that is not known, under its old name or under the new one: a
    /// plan must read the same before and after.
    fn names_brought(&self, module: &[Segment]) -> Vec<Segment> {
        let mut modules = vec![module.to_vec()];
        if let Outcome::Moves(to) = self.table.resolve(module, TYPE) {
            modules.push(to.to.segments().to_vec());
        }
        modules.extend(self.table.sources(module));
        let names = modules.iter().flat_map(|path| self.table.children(path));
        let names = names.filter(|name| !is_primitive(name)).cloned();
        let distinct: FxHashSet<Segment> = names.collect();
        distinct.into_iter().collect()
    }
}

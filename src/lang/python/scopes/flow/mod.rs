//! Which bindings reach a point of code: reaching definitions, in one pass over the statements.
//!
//! Code that runs as one piece (a module or a function body, with the class bodies and comprehensions
//! in it) is a [`Run`]. It keeps one [`Sources`] a name and a trail of changes, so that a branch costs
//! what it changes. At the head of a loop nothing is known of the body yet: a name that is older than
//! the loop gets a placeholder, a *join*, which collects what the ways back to the head bring, and is
//! solved at the end ([`Solved`]).
//!
//! Every answer may be too large, never too small. Sets that grow too large and texts that cost too
//! much become "every binding of the name".

mod jumps;
mod solve;
mod sources;

use rustc_hash::{FxHashMap, FxHashSet};

use self::jumps::Frame;
pub(super) use self::jumps::Jump;
pub(super) use self::solve::Solved;
use self::sources::{MOST, Source};
pub(super) use self::sources::{Origin, Sources};
use super::{BindingId, ScopeId};
use crate::path::Segment;

/// A name of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Variable(u32);

impl Variable {
    fn index(self) -> usize {
        self.0 as usize
    }
}

/// A place in the trail of the current run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(usize);

/// What a piece of code changed, seen from a mark.
#[derive(Clone, Debug)]
pub(super) struct Delta {
    /// Its end is never reached.
    pub(super) dead: bool,
    changes: Vec<(Variable, Sources)>,
}

/// What a variable holds, and since when.
#[derive(Clone, Debug)]
struct Entry {
    sources: Sources,
    since: u32,
}

/// Code that runs as one piece.
#[derive(Debug, Default)]
struct Run {
    id: u32,
    /// Old entries, to go back.
    trail: Vec<(Variable, Entry)>,
    /// Everything that was bound or deleted, in order: what an exception may leave behind.
    writes: Vec<(Variable, Sources)>,
    frames: Vec<Frame>,
    dead: bool,
}

/// The analysis of one text.
#[derive(Debug)]
pub(super) struct Flow {
    variables: FxHashMap<(ScopeId, Segment), Variable>,
    /// By variable.
    entries: Vec<Entry>,
    /// By variable: the variable of the star imports of its scope, if there is one.
    scope_of: Vec<ScopeId>,
    /// By scope: the run that evaluates it, and when it began.
    began: Vec<(u32, u32)>,
    /// The variable that collects the star imports of a scope.
    stars: FxHashMap<ScopeId, Variable>,
    /// When each star import was run.
    star_times: FxHashMap<Source, u32>,
    run: Run,
    waiting: Vec<Run>,
    runs: u32,
    clock: u32,
    /// What comes back to the head of a loop, for a variable.
    joins: Vec<Sources>,
    join_of: FxHashMap<(u32, Variable), usize>,
    /// Steps that are left.
    budget: u64,
    unbound: Sources,
}

impl Flow {
    /// For a text of this many bytes; the first `known` scopes were read before. The budget is far above what real code needs (some steps a
    /// statement), and ends what is made to be slow.
    pub(super) fn new(bytes: usize, known: usize) -> Self {
        Self {
            variables: FxHashMap::default(),
            entries: Vec::new(),
            scope_of: Vec::new(),
            began: vec![(u32::MAX, 0); known],
            stars: FxHashMap::default(),
            star_times: FxHashMap::default(),
            run: Run::default(),
            waiting: Vec::new(),
            runs: 0,
            clock: 1,
            joins: Vec::new(),
            join_of: FxHashMap::default(),
            budget: 4_000_000 + 16 * bytes as u64,
            unbound: Sources::unbound(),
        }
    }

    fn tick(&mut self) -> u32 {
        self.clock += 1;
        self.clock
    }

    fn spend(&mut self, steps: usize) {
        self.budget = self.budget.saturating_sub(steps as u64);
    }

    /// The text was too costly: every answer is "all".
    fn is_exhausted(&self) -> bool {
        self.budget == 0
    }

    /// Begins code that runs at another time.
    pub(super) fn begin_run(&mut self) {
        self.runs += 1;
        let run = Run {
            id: self.runs,
            ..Run::default()
        };
        self.waiting.push(std::mem::replace(&mut self.run, run));
    }

    /// Ends it.
    pub(super) fn end_run(&mut self) {
        self.run = self.waiting.pop().unwrap_or_default();
    }

    /// Begins the next scope; scopes begin in the order of their numbers.
    pub(super) fn begin_scope(&mut self) {
        let now = self.tick();
        self.began.push((self.run.id, now));
    }

    /// The scope is evaluated by the code at hand, not by other code at another time.
    pub(super) fn is_live(&self, scope: ScopeId) -> bool {
        self.began[scope.index()].0 == self.run.id
    }

    /// Nothing runs the code at hand.
    pub(super) fn is_dead(&self) -> bool {
        self.run.dead
    }

    /// The variable of this name.
    pub(super) fn variable(&mut self, scope: ScopeId, name: &Segment) -> Variable {
        if let Some(found) = self.variables.get(&(scope, name.clone())) {
            return *found;
        }
        let variable = Variable(self.entries.len() as u32);
        self.entries.push(Entry {
            sources: self.unbound.clone(),
            since: self.began[scope.index()].1,
        });
        self.scope_of.push(scope);
        self.variables.insert((scope, name.clone()), variable);
        variable
    }

    /// What the variable may hold now.
    pub(super) fn current(&mut self, variable: Variable) -> Sources {
        if self.is_exhausted() {
            return Sources::all();
        }
        let Entry { sources, since } = self.entries[variable.index()].clone();
        let loops = self
            .run
            .frames
            .iter()
            .rev()
            .filter_map(|frame| match frame {
                Frame::Loop(the_loop) => Some(the_loop.since),
                _ => None,
            });
        // So many loops in each other make the set too large, so none of their joins is needed.
        let heads: Vec<u32> = loops
            .take_while(|head| *head > since)
            .take(MOST + 1)
            .collect();
        self.spend(heads.len());
        if heads.len() > MOST {
            return Sources::all();
        }
        let more: Vec<Source> = heads
            .into_iter()
            .map(|head| Source::join(self.join(head, variable)))
            .collect();
        let sources = if more.is_empty() {
            sources
        } else {
            sources.with(more)
        };
        self.with_stars(variable, sources, since)
    }

    /// What the variable holds where the code at hand is defined, if that runs later than the variable's scope; else
    /// what it holds now. Without star imports.
    pub(super) fn at_definition(&mut self, variable: Variable) -> Sources {
        if self.is_exhausted() {
            return Sources::all();
        }
        let Entry { sources, since } = self.entries[variable.index()].clone();
        let (owner, _) = self.began[self.scope_of[variable.index()].index()];
        let run = std::iter::once(&self.run).chain(&self.waiting);
        let frames = run
            .filter(|run| run.id == owner)
            .flat_map(|run| &run.frames);
        let heads: Vec<u32> = frames
            .filter_map(|frame| match frame {
                Frame::Loop(the_loop) if the_loop.since > since => Some(the_loop.since),
                _ => None,
            })
            .collect();
        self.spend(heads.len());
        let joins: Vec<Source> = heads
            .into_iter()
            .map(|head| Source::join(self.join(head, variable)))
            .collect();
        sources.with(joins)
    }

    /// With the star imports that were run since then.
    fn with_stars(&mut self, variable: Variable, sources: Sources, since: u32) -> Sources {
        let Some(&star) = self.stars.get(&self.scope_of[variable.index()]) else {
            return sources;
        };
        if star == variable {
            return sources;
        }
        let stars = self.current(star);
        let later: Vec<Source> = stars
            .iter()
            .filter(|source| match source.origin() {
                Origin::Unbound => false,
                Origin::All => true,
                Origin::Join(_) | Origin::Binding(_) => self
                    .star_times
                    .get(source)
                    .is_some_and(|time| *time > since),
            })
            .collect();
        if later.is_empty() {
            sources
        } else {
            sources.with(later)
        }
    }

    /// The join of a variable at the head of the loop that began then.
    fn join(&mut self, head: u32, variable: Variable) -> usize {
        if let Some(found) = self.join_of.get(&(head, variable)) {
            return *found;
        }
        let index = self.joins.len();
        self.joins.push(Sources::none());
        self.join_of.insert((head, variable), index);
        if self.stars.get(&self.scope_of[variable.index()]) == Some(&variable) {
            self.star_times.insert(Source::join(index), head);
        }
        index
    }

    fn set(&mut self, variable: Variable, sources: Sources) {
        let since = self.tick();
        let entry = &mut self.entries[variable.index()];
        let old = std::mem::replace(entry, Entry { sources, since });
        self.run.trail.push((variable, old));
    }

    fn write(&mut self, variable: Variable, sources: Sources) {
        self.run.writes.push((variable, sources.clone()));
        self.set(variable, sources);
    }

    /// The name is bound here, by this binding alone.
    pub(super) fn bind(&mut self, variable: Variable, binding: BindingId) {
        self.write(variable, Sources::binding(binding));
    }

    /// The name is bound here, and those of `kin` that bound it last go on to count.
    pub(super) fn bind_beside(
        &mut self,
        variable: Variable,
        binding: BindingId,
        kin: &FxHashSet<BindingId>,
    ) {
        let now = self.current(variable);
        let kept = now.iter().filter(|source| match source.origin() {
            Origin::Binding(id) => kin.contains(&id),
            Origin::All => true,
            Origin::Unbound | Origin::Join(_) => false,
        });
        let sources = Sources::binding(binding).with(kept);
        self.write(variable, sources);
    }

    /// The name is deleted here.
    pub(super) fn delete(&mut self, variable: Variable) {
        let unbound = self.unbound.clone();
        self.write(variable, unbound);
    }

    /// There will be star imports into the scope: what comes back to the head of a loop may be brought by one.
    pub(super) fn expect_stars(&mut self, scope: ScopeId) -> Variable {
        let variable = self.variable(scope, &Segment::new_static("*"));
        self.stars.insert(scope, variable);
        variable
    }

    /// A star import: it may bind any name of the scope.
    pub(super) fn star(&mut self, scope: ScopeId, binding: BindingId) {
        let variable = self.expect_stars(scope);
        let one = Sources::binding(binding);
        let all = self.current(variable).union(&one);
        self.write(variable, all);
        let now = self.clock;
        for source in one.iter() {
            self.star_times.insert(source, now);
        }
    }

    /// The place in the trail.
    pub(super) fn mark(&self) -> Mark {
        Mark(self.run.trail.len())
    }

    /// Goes back to a mark. The code at hand is reached again.
    pub(super) fn back(&mut self, mark: Mark, dead: bool) {
        while self.run.trail.len() > mark.0 {
            if let Some((variable, old)) = self.run.trail.pop() {
                self.entries[variable.index()] = old;
            }
        }
        self.run.dead = dead;
    }

    /// What was changed since the mark.
    pub(super) fn seen_from(&mut self, mark: Mark) -> Delta {
        let mut changed: Vec<Variable> = self.run.trail[mark.0..]
            .iter()
            .map(|(variable, _)| *variable)
            .collect();
        self.spend(changed.len());
        if self.is_exhausted() {
            // Nothing is asked any more.
            changed.clear();
        }
        changed.sort_unstable();
        changed.dedup();
        let changes = changed
            .into_iter()
            .map(|variable| (variable, self.current(variable)))
            .collect();
        Delta {
            dead: self.run.dead,
            changes,
        }
    }

    /// What was changed since the mark; goes back there.
    pub(super) fn take(&mut self, mark: Mark, dead: bool) -> Delta {
        let delta = self.seen_from(mark);
        self.back(mark, dead);
        delta
    }

    /// Goes on at the end of the code that made these changes.
    pub(super) fn apply(&mut self, delta: &Delta) {
        self.spend(delta.changes.len());
        for (variable, sources) in &delta.changes {
            self.set(*variable, sources.clone());
        }
        self.run.dead = delta.dead;
    }

    /// Goes on where these ways meet; they all began here. If none gets here, the code that follows
    /// is dead, and is read as if all did.
    pub(super) fn meet(&mut self, ways: &[Delta]) {
        let dead = ways.iter().all(|way| way.dead);
        let ways: Vec<&Delta> = ways.iter().filter(|way| dead || !way.dead).collect();
        let mut changes: Vec<&(Variable, Sources)> =
            ways.iter().flat_map(|way| &way.changes).collect();
        // Stable, and each way is sorted.
        changes.sort_by_key(|(variable, _)| *variable);
        self.spend(changes.len());
        for same in changes.chunk_by(|one, other| one.0 == other.0) {
            let variable = same[0].0;
            let mut sources = if same.len() < ways.len() {
                self.current(variable)
            } else {
                Sources::none()
            };
            for (_, more) in same {
                self.spend(more.len());
                sources = sources.union(more);
            }
            self.set(variable, sources);
        }
        self.run.dead = dead;
    }

    /// The number of writes so far.
    pub(super) fn written(&self) -> usize {
        self.run.writes.len()
    }

    /// Any of the writes of this range may have been done, or none.
    pub(super) fn after_any(&mut self, writes: std::ops::Range<usize>) -> Delta {
        let mut done: Vec<(Variable, Sources)> = self.run.writes[writes].to_vec();
        self.spend(done.len());
        if self.is_exhausted() {
            done.clear();
        }
        done.sort_by_key(|(variable, _)| *variable);
        let changes = done
            .chunk_by(|one, other| one.0 == other.0)
            .map(|same| {
                let now = self.current(same[0].0);
                let more = same.iter().flat_map(|(_, sources)| sources.iter());
                (same[0].0, now.with(more))
            })
            .collect();
        Delta {
            dead: self.run.dead,
            changes,
        }
    }
}

impl Delta {
    /// Nothing is changed, and its end is not reached.
    pub(super) fn never() -> Self {
        Self {
            dead: true,
            changes: Vec::new(),
        }
    }

    /// What both change, where `later` came after.
    fn then(&self, later: &Self) -> Self {
        let mut changes = later.changes.clone();
        changes.extend(self.changes.iter().filter_map(|change| {
            let known = later.changes.binary_search_by_key(&change.0, |(v, _)| *v);
            known.is_err().then(|| change.clone())
        }));
        changes.sort_by_key(|(variable, _)| *variable);
        Self {
            dead: self.dead || later.dead,
            changes,
        }
    }
}

//! Which import of a package was the last one, on each way to a point.
//!
//! `import a` and `import a.b` bind the same package, so [`super::Resolution`] counts all of them. Whether a name
//! stays bound when one of them leaves is another question: it does if every way through that import goes through
//! another one too. Here each import of the package undoes those before it. What is found, for every read of the
//! package and for every import of it, are the edges of a graph, in which that question is one of ways.
//!
//! It costs a second walk, so it is asked only where an import of a package leaves and others stay.

use ruff_python_ast::ModModule;
use ruff_text_size::{TextRange, TextSize};
use rustc_hash::{FxHashMap, FxHashSet};

use super::builder::Builder;
use super::flow::{Solved, Sources};
use super::{BindingId, ScopeId, ScopeKind, Scopes};
use crate::path::Segment;

/// The graph.
#[derive(Debug, Default)]
pub(crate) struct LastImports {
    reads: FxHashMap<u32, Before>,
    imports: FxHashMap<BindingId, Before>,
    next: FxHashMap<BindingId, Vec<BindingId>>,
}

/// What bound a name last, before some point.
#[derive(Clone, Debug, Default)]
pub(crate) struct Before {
    /// The bindings, one of them on each way that is not `unbound`.
    pub(crate) bindings: Vec<BindingId>,
    /// On some way nothing did.
    pub(crate) unbound: bool,
    /// The read is part of code that runs later: this is what holds where that code is defined.
    pub(crate) later: bool,
}

/// What the walk records.
#[derive(Debug, Default)]
pub(super) struct Recording {
    names: FxHashSet<Segment>,
    reads: Vec<Read>,
    /// Imports, with what the name held before.
    imports: Vec<(BindingId, Sources)>,
}

#[derive(Debug)]
struct Read {
    start: u32,
    scope: ScopeId,
    name: Segment,
    /// What the name holds in each scope that may have it; whether that scope's code has gone on when it is read.
    seen: Vec<(ScopeId, Sources, bool)>,
}

impl LastImports {
    /// Of a module, for these packages. The numbers of bindings are those of [`Scopes::of`].
    pub(crate) fn of(module: &ModModule, text: &str, packages: FxHashSet<Segment>) -> Self {
        let mut builder = Builder::new(Scopes::default(), Some(text), text.len());
        builder.recording = Some(Recording {
            names: packages,
            ..Recording::default()
        });
        let range = TextRange::up_to(TextSize::of(text));
        builder.scope = builder.add_scope(ScopeKind::Module, None, range, None);
        builder.suite(super::BlockKind::Module, &module.body, range);
        builder.finish_last()
    }

    /// What holds before the read that starts at this byte.
    pub(crate) fn before_read(&self, start: u32) -> Option<&Before> {
        self.reads.get(&start)
    }

    /// The imports that may be run, without another one between, between `import` and what follows it. Only
    /// those which `counts` says yes to, and `import` itself, are on the way. Nothing if no way leads to `import`
    /// on which the name is not bound by others.
    pub(crate) fn ways_from(
        &self,
        import: BindingId,
        counts: impl Fn(BindingId) -> bool,
    ) -> FxHashSet<BindingId> {
        let before = |id: &BindingId| self.imports.get(id);
        let back = |id: BindingId| before(&id).map_or(&[][..], |before| &before.bindings[..]);
        let above = walk(import, |id| {
            back(id).iter().copied().filter(|id| counts(*id))
        });
        if !above
            .iter()
            .any(|id| before(id).is_some_and(|it| it.unbound))
        {
            return FxHashSet::default();
        }
        let next = |id: BindingId| self.next.get(&id).map_or(&[][..], Vec::as_slice);
        walk(import, |id| {
            next(id).iter().copied().filter(|id| counts(*id))
        })
    }
}

/// All that is reached from `start`, with it.
fn walk<I: Iterator<Item = BindingId>>(
    start: BindingId,
    next: impl Fn(BindingId) -> I,
) -> FxHashSet<BindingId> {
    let mut found = FxHashSet::from_iter([start]);
    let mut work = vec![start];
    while let Some(at) = work.pop() {
        work.extend(next(at).filter(|id| found.insert(*id)));
    }
    found
}

impl Recording {
    /// The import `id` comes after `before`.
    pub(super) fn import(&mut self, id: BindingId, before: Sources) {
        self.imports.push((id, before));
    }
}

impl Builder<'_> {
    /// Records a read, if it is of a name that is asked for.
    pub(super) fn record_read(&mut self, name: &Segment, start: u32) {
        let wanted = |recording: &Recording| recording.names.contains(name);
        if !self.recording.as_ref().is_some_and(wanted) {
            return;
        }
        let scopes: Vec<ScopeId> = self.scopes.outward(self.scope).collect();
        let mut seen = Vec::with_capacity(scopes.len());
        for scope in scopes {
            let variable = self.flow.variable(scope, name);
            let later = self.is_lazy || !self.flow.is_live(scope);
            seen.push((scope, self.flow.at_definition(variable), later));
        }
        let read = Read {
            start,
            scope: self.scope,
            name: name.clone(),
            seen,
        };
        if let Some(recording) = &mut self.recording {
            recording.reads.push(read);
        }
    }

    fn finish_last(mut self) -> LastImports {
        let solved = self.flow.solve();
        self.follow_declarations();
        let order = self.sort_bindings();
        self.list_bindings();
        let recording = self.recording.take().unwrap_or_default();
        let mut last = LastImports::default();
        for (old, sources) in &recording.imports {
            let id = order[old.index()];
            let binding = self.scopes.binding(id);
            let (scope, name) = (binding.scope, binding.name.clone());
            let before = self.before(sources, scope, &name, &solved, &order);
            for from in &before.bindings {
                last.next.entry(*from).or_default().push(id);
            }
            last.imports.insert(id, before);
        }
        for read in &recording.reads {
            let holder = self.scopes.holder(read.scope, &read.name);
            let holder = holder.unwrap_or(ScopeId(0));
            let Some((_, sources, later)) = read.seen.iter().find(|(at, ..)| *at == holder) else {
                continue;
            };
            let mut before = self.before(sources, holder, &read.name, &solved, &order);
            before.later = *later;
            last.reads.insert(read.start, before);
        }
        last
    }

    fn before(
        &self,
        sources: &Sources,
        scope: ScopeId,
        name: &Segment,
        solved: &Solved,
        order: &[BindingId],
    ) -> Before {
        let found = self.found(sources, solved, order);
        let mut bindings = found.bindings;
        if found.is_all {
            let all = self.scopes.scope(scope).bindings.get(name);
            bindings.extend(all.into_iter().flatten());
        }
        bindings.sort_unstable();
        bindings.dedup();
        Before {
            bindings,
            unbound: found.unbound,
            later: false,
        }
    }
}

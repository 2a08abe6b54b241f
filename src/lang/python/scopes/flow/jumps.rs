//! Loops, and ways out of the middle of a statement.

use super::sources::{Source, Sources};
use super::{Delta, Flow, Mark, Variable};

/// A statement that jumps pass through.
#[derive(Debug)]
pub(super) enum Frame {
    Loop(Loop),
    /// A `try` with a `finally`: where it began, and the jumps that wait for it.
    Finally(Mark, Vec<(Jump, Delta)>),
    /// A handler, whose name is deleted at its end.
    Handler(Variable),
}

#[derive(Debug)]
pub(super) struct Loop {
    /// Time of its head; tells loops apart too.
    pub(super) since: u32,
    mark: Mark,
    breaks: Vec<Delta>,
    /// What is not as it was when the head is reached again.
    changed: Vec<Variable>,
}

/// A way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Jump {
    Break,
    Continue,
}

impl Flow {
    /// Begins a loop: the code at hand is its head.
    pub(in super::super) fn begin_loop(&mut self) {
        let since = self.tick();
        let mark = self.mark();
        self.run.frames.push(Frame::Loop(Loop {
            since,
            mark,
            breaks: Vec::new(),
            changed: Vec::new(),
        }));
    }

    /// Whether the code at hand is in a loop of its run.
    pub(in super::super) fn is_in_loop(&self) -> bool {
        let is_loop = |frame: &Frame| matches!(frame, Frame::Loop(_));
        self.run.frames.iter().any(is_loop)
    }

    /// Goes from here back to the head of the innermost loop. The code at hand goes on all the same.
    pub(in super::super) fn repeat(&mut self) {
        let inner = |frame: &Frame| matches!(frame, Frame::Loop(_));
        if let Some(at) = self.run.frames.iter().rposition(inner) {
            self.repeat_at(at);
        }
    }

    fn repeat_at(&mut self, at: usize) {
        let Frame::Loop(the_loop) = &self.run.frames[at] else {
            return;
        };
        if self.run.dead {
            return;
        }
        let (head, mark) = (the_loop.since, the_loop.mark);
        let delta = self.seen_from(mark);
        let mut changed = Vec::new();
        for (variable, sources) in delta.changes {
            let join = self.join(head, variable);
            if self.joins[join].len() == 0 {
                changed.push(variable);
            }
            let sources = sources.without(Source::join(join));
            self.joins[join] = self.joins[join].union(&sources);
        }
        if let Frame::Loop(the_loop) = &mut self.run.frames[at] {
            the_loop.changed.extend(changed);
        }
    }

    /// The body is read, and the code at hand is the head again. Gives the ways by `break`.
    pub(in super::super) fn breaks(&mut self) -> Vec<Delta> {
        let Some(Frame::Loop(the_loop)) = self.run.frames.last_mut() else {
            return Vec::new();
        };
        let breaks = std::mem::take(&mut the_loop.breaks);
        the_loop.changed.sort_unstable();
        the_loop.changed.dedup();
        let changed = the_loop.changed.clone();
        // What a way did not change itself, an earlier turn may have.
        let mut head = Delta::never();
        for variable in changed {
            head.changes.push((variable, self.current(variable)));
        }
        head.dead = false;
        self.spend(breaks.len() * head.changes.len());
        if self.is_exhausted() {
            return breaks;
        }
        breaks.iter().map(|way| head.then(way)).collect()
    }

    /// The loop is left from its head, or from where it was tested.
    pub(in super::super) fn end_loop(&mut self) {
        let Some(Frame::Loop(the_loop)) = self.run.frames.last_mut() else {
            return;
        };
        let changed = std::mem::take(&mut the_loop.changed);
        self.spend(changed.len());
        let exits: Vec<(Variable, Sources)> = changed
            .into_iter()
            .map(|variable| (variable, self.current(variable)))
            .collect();
        self.run.frames.pop();
        for (variable, sources) in exits {
            self.set(variable, sources);
        }
    }

    /// `return`, `raise`: nothing follows.
    pub(in super::super) fn leave(&mut self) {
        self.run.dead = true;
    }

    /// `break`, `continue`.
    pub(in super::super) fn jump(&mut self, jump: Jump) {
        for at in (0..self.run.frames.len()).rev() {
            if self.run.dead {
                return;
            }
            match self.run.frames[at] {
                Frame::Handler(name) => self.set(name, self.unbound.clone()),
                Frame::Finally(mark, _) => {
                    let delta = self.seen_from(mark);
                    if let Frame::Finally(_, waiting) = &mut self.run.frames[at] {
                        waiting.push((jump, delta));
                    }
                    self.run.dead = true;
                }
                Frame::Loop(_) => {
                    self.arrive(jump, at);
                    self.run.dead = true;
                }
            }
        }
        self.run.dead = true;
    }

    fn arrive(&mut self, jump: Jump, at: usize) {
        match jump {
            Jump::Continue => self.repeat_at(at),
            Jump::Break => {
                let Frame::Loop(the_loop) = &self.run.frames[at] else {
                    return;
                };
                let delta = self.seen_from(the_loop.mark);
                if let Frame::Loop(the_loop) = &mut self.run.frames[at] {
                    the_loop.breaks.push(delta);
                }
            }
        }
    }

    /// A handler that binds this name begins.
    pub(in super::super) fn begin_handler(&mut self, name: Variable) {
        self.run.frames.push(Frame::Handler(name));
    }

    /// It ends, and deletes the name.
    pub(in super::super) fn end_handler(&mut self, name: Variable) {
        self.run.frames.pop();
        self.delete(name);
    }

    /// A `try` with a `finally` begins.
    pub(in super::super) fn begin_finally(&mut self) {
        let mark = self.mark();
        self.run.frames.push(Frame::Finally(mark, Vec::new()));
    }

    /// All before the `finally` is read and ended as `normal` says; `writes` is all that it did.
    /// The code at hand is the head of the `finally`, which any way may enter.
    pub(in super::super) fn enter_finally(
        &mut self,
        normal: &Delta,
        writes: std::ops::Range<usize>,
    ) -> Vec<(Jump, Delta)> {
        let waiting = match self.run.frames.pop() {
            Some(Frame::Finally(_, waiting)) => waiting,
            _ => Vec::new(),
        };
        let thrown = self.after_any(writes);
        let mut ways = vec![normal.clone(), thrown];
        ways.extend(waiting.iter().map(|(_, delta)| delta.clone()));
        self.meet(&ways);
        waiting
    }

    /// The `finally` did `last`; the code at hand is again where the `try` began. Each way goes on
    /// as it was, with what the `finally` changed.
    pub(in super::super) fn end_finally(
        &mut self,
        normal: &Delta,
        waiting: Vec<(Jump, Delta)>,
        last: &Delta,
    ) {
        let mark = self.mark();
        let dead = self.run.dead;
        for (jump, delta) in waiting {
            self.apply(&delta.then(last));
            self.jump(jump);
            self.back(mark, dead);
        }
        self.apply(&normal.then(last));
    }
}

//! From what files say to answers.

use std::path::Path;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::ReferenceQuery;
use super::reading::{Facts, Mention};
use crate::path::Segment;

/// How many paths one path may be the same as by way of re-exports: more are not looked at.
const MOST_PATHS: usize = 64;

/// All places that matter, by file and line.
pub(in crate::lang::python) type Answer = Vec<ReferenceSite>;

/// A place that reaches a name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::lang::python) struct ReferenceSite {
    /// The file, below the project's root where it is, with `/`.
    pub(in crate::lang::python) shown: Arc<str>,
    /// The line, from 1.
    pub(in crate::lang::python) line: usize,
    /// The file, absolute.
    pub(in crate::lang::python) file: Arc<Path>,
    /// The names after the one that is asked for.
    pub(in crate::lang::python) rest: Vec<Segment>,
    /// It may put something else there.
    pub(in crate::lang::python) writes: bool,
    /// A star import brings it, and it is not named.
    pub(in crate::lang::python) by_star: bool,
}

/// What files hand on, so that one path is the same as another.
#[derive(Debug, Default)]
pub(super) struct Exports {
    /// A name in a module, by import.
    names: FxHashMap<(Vec<Segment>, Segment), Vec<Vec<Segment>>>,
    /// All names of other modules, by star.
    stars: FxHashMap<Vec<Segment>, Vec<Vec<Segment>>>,
}

impl Exports {
    /// Adds what a file hands on.
    pub(super) fn add(&mut self, facts: &Facts) {
        for module in &facts.modules {
            for (name, to) in &facts.forwards {
                let key = (module.clone(), name.clone());
                add(self.names.entry(key).or_default(), to);
            }
            for (star, _) in &facts.stars {
                add(self.stars.entry(module.clone()).or_default(), star);
            }
        }
    }

    /// Every path that means the same as `path`, itself first.
    pub(super) fn same(&self, path: &[Segment]) -> Vec<Vec<Segment>> {
        let mut paths = vec![path.to_vec()];
        let mut at = 0;
        while at < paths.len() && paths.len() < MOST_PATHS {
            let path = paths[at].clone();
            at += 1;
            for cut in 1..path.len() {
                let (module, rest) = path.split_at(cut);
                let key = (module.to_vec(), rest[0].clone());
                for to in self.names.get(&key).into_iter().flatten() {
                    add(&mut paths, &[to, &rest[1..]].concat());
                }
                for star in self.stars.get(module).into_iter().flatten() {
                    add(&mut paths, &[star, rest].concat());
                }
            }
        }
        paths
    }

    /// Names under which a module is handed on that are not its own, each with the last name of the module that does.
    pub(super) fn aliases(&self, modules: &FxHashSet<&[Segment]>) -> Vec<(Segment, Segment)> {
        let renamed = self.names.iter().filter(|((_, name), targets)| {
            targets.iter().any(|to| {
                to.last() != Some(name)
                    && self
                        .same(to)
                        .iter()
                        .any(|path| modules.contains(path.as_slice()))
            })
        });
        let mut aliases: Vec<(Segment, Segment)> = renamed
            .filter_map(|((module, name), _)| Some((name.clone(), module.last()?.clone())))
            .collect();
        aliases.sort();
        aliases.dedup();
        aliases
    }
}

fn add(paths: &mut Vec<Vec<Segment>>, path: &[Segment]) {
    if !paths.iter().any(|known| known == path) {
        paths.push(path.to_vec());
    }
}

/// Matches what files say with the questions; each gets an answer.
pub(super) fn answers(
    questions: &FxHashSet<ReferenceQuery>,
    exports: &Exports,
    facts: &[Facts],
) -> FxHashMap<ReferenceQuery, Answer> {
    let mut found: FxHashMap<ReferenceQuery, Answer> = FxHashMap::default();
    let mut by_path: FxHashMap<(&[Segment], &Segment), Vec<&ReferenceQuery>> = FxHashMap::default();
    let mut starred: FxHashMap<&[Segment], Vec<&ReferenceQuery>> = FxHashMap::default();
    for question in questions {
        found.insert(question.clone(), Answer::new());
        let key = (question.module.as_slice(), &question.name);
        by_path.entry(key).or_default().push(question);
        if question.starred {
            starred.entry(&question.module).or_default().push(question);
        }
    }
    for file in facts {
        for mention in &file.mentions {
            for path in exports.same(&mention.path) {
                for cut in 1..path.len() {
                    let asked = by_path.get(&(&path[..cut], &path[cut]));
                    let asked = asked.into_iter().flatten();
                    for question in asked.filter(|it| it.starred || !mention.is_own) {
                        let reach = file.reach(mention, &path[cut + 1..]);
                        found.entry((*question).clone()).or_default().push(reach);
                    }
                }
            }
        }
        for (star, line) in &file.stars {
            for question in starred.get(star.as_slice()).into_iter().flatten() {
                let mention = Mention {
                    path: Vec::new(),
                    line: *line,
                    writes: false,
                    is_own: false,
                };
                let reach = ReferenceSite {
                    by_star: true,
                    ..file.reach(&mention, &[])
                };
                found.entry((*question).clone()).or_default().push(reach);
            }
        }
    }
    for answer in found.values_mut() {
        *answer = essence(std::mem::take(answer));
    }
    found
}

/// Of each sort of place the first two that are in different files: one of them is not in the file that asks.
fn essence(mut all: Answer) -> Answer {
    all.sort();
    let mut kept = Answer::new();
    for reach in all {
        let same = |known: &&ReferenceSite| {
            known.writes == reach.writes
                && known.by_star == reach.by_star
                && (!reach.writes || known.rest == reach.rest)
        };
        let known: Vec<&ReferenceSite> = kept.iter().filter(same).collect();
        if known.len() < 2 && known.iter().all(|known| known.file != reach.file) {
            kept.push(reach);
        }
    }
    kept
}

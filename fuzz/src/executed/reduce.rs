//! Makes a program small that went wrong: rules and lines are taken away as long as it goes wrong in
//! the same way.

use std::time::{Duration, Instant};

use super::{Files, Kind, Verdict};

/// So many candidates are judged.
const MOST: usize = 5000;
/// So much time is spent on one case.
const LONGEST: Duration = Duration::from_secs(60);

/// A program that goes wrong.
pub struct Case<K: Kind> {
    pub world: K::World,
    pub files: Files,
    pub verdict: Verdict,
}

impl<K: Kind> Clone for Case<K> {
    fn clone(&self) -> Self {
        Self {
            world: self.world.clone(),
            files: self.files.clone(),
            verdict: self.verdict.clone(),
        }
    }
}

/// Takes things away.
struct Reducer<'a, K: Kind> {
    judge: &'a mut K,
    case: Case<K>,
    rounds: usize,
    until: Instant,
}

/// The smallest program on the way down from `case` that goes wrong as it does.
///
/// # Errors
/// The judge does not work.
pub fn reduced<K: Kind>(judge: &mut K, case: Case<K>) -> anyhow::Result<Case<K>> {
    let mut reducer = Reducer {
        judge,
        case,
        rounds: MOST / K::WIDTH,
        until: Instant::now() + LONGEST,
    };
    loop {
        let changed = reducer.files()? | reducer.lines()? | reducer.simpler()? | reducer.rules()?;
        if !changed || reducer.is_over() {
            return Ok(reducer.case);
        }
    }
}

impl<K: Kind> Reducer<'_, K> {
    fn is_over(&self) -> bool {
        self.rounds == 0 || Instant::now() > self.until
    }

    /// The first of `candidates` that goes wrong in the same way becomes the case: its place.
    fn first(&mut self, candidates: &[Files]) -> anyhow::Result<Option<usize>> {
        for (at, chunk) in candidates.chunks(K::WIDTH).enumerate() {
            if self.is_over() {
                return Ok(None);
            }
            self.rounds = self.rounds.saturating_sub(1);
            let verdicts = self.judge.judge(&self.case.world, chunk)?;
            let is_alike = |verdict: &Verdict| verdict.find() == self.case.verdict.find();
            if let Some(found) = verdicts.iter().position(is_alike) {
                self.case.files = chunk[found].clone();
                self.case.verdict = verdicts[found].clone();
                return Ok(Some(at * K::WIDTH + found));
            }
        }
        Ok(None)
    }

    fn files(&mut self) -> anyhow::Result<bool> {
        let mut changed = false;
        loop {
            let without = |name: &String| {
                let mut files = self.case.files.clone();
                files.remove(name);
                files
            };
            let candidates: Vec<Files> = self.case.files.keys().map(without).collect();
            if candidates.len() < 2 || self.first(&candidates)?.is_none() {
                return Ok(changed);
            }
            changed = true;
        }
    }

    /// Lines, the most at once first.
    fn lines(&mut self) -> anyhow::Result<bool> {
        let mut changed = false;
        let mut size = self.count().div_ceil(2);
        while size > 0 {
            let mut from = 0;
            loop {
                let starts = (from..self.count()).step_by(size);
                let candidates: Vec<Files> = starts
                    .map(|start| self.without_lines(start, size))
                    .collect();
                match self.first(&candidates)? {
                    Some(at) => {
                        changed = true;
                        from += at * size;
                    }
                    None => break,
                }
            }
            size /= 2;
        }
        Ok(changed)
    }

    fn count(&self) -> usize {
        let lines = |text: &String| text.split_inclusive('\n').count();
        self.case.files.values().map(lines).sum()
    }

    /// The files without `size` lines from line `start`, counted through all of them.
    fn without_lines(&self, start: usize, size: usize) -> Files {
        let mut number = 0;
        let mut kept = |_: &&str| {
            number += 1;
            !(start..start + size).contains(&(number - 1))
        };
        let mut files = Files::new();
        for (name, text) in &self.case.files {
            let text = text.split_inclusive('\n').filter(&mut kept).collect();
            files.insert(name.clone(), text);
        }
        files
    }

    fn simpler(&mut self) -> anyhow::Result<bool> {
        let mut changed = false;
        while !self.is_over() {
            let candidates = K::simpler(&self.case.files);
            if self.first(&candidates)?.is_none() {
                break;
            }
            changed = true;
        }
        Ok(changed)
    }

    fn rules(&mut self) -> anyhow::Result<bool> {
        let mut changed = false;
        'again: loop {
            for world in K::fewer_rules(&self.case.world) {
                if self.is_over() {
                    return Ok(changed);
                }
                self.rounds = self.rounds.saturating_sub(1);
                let files = std::slice::from_ref(&self.case.files);
                let verdict = self.judge.judge(&world, files)?.pop();
                if let Some(verdict) = verdict
                    && verdict.find() == self.case.verdict.find()
                {
                    self.case.world = world;
                    self.case.verdict = verdict;
                    changed = true;
                    continue 'again;
                }
            }
            return Ok(changed);
        }
    }
}

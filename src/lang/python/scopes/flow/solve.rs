//! What the joins of loops come to.

use super::sources::Sources;
use super::{Flow, Origin};

/// The joins, solved: sets without joins.
#[derive(Debug)]
pub(in super::super) struct Solved {
    joins: Vec<Sources>,
}

impl Flow {
    /// Solves the joins.
    pub(in super::super) fn solve(&self) -> Solved {
        if self.is_exhausted() {
            return Solved {
                joins: vec![Sources::all(); self.joins.len()],
            };
        }
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); self.joins.len()];
        let mut solved = Vec::with_capacity(self.joins.len());
        for (index, sources) in self.joins.iter().enumerate() {
            let (joins, plain): (Vec<_>, Vec<_>) = sources
                .iter()
                .partition(|source| matches!(source.origin(), Origin::Join(_)));
            for join in joins {
                if let Origin::Join(used) = join.origin() {
                    users[used].push(index);
                }
            }
            solved.push(Sources::none().with(plain));
        }
        // A set grows at most to the size where it becomes "all", so this ends soon.
        let mut work: Vec<usize> = (0..solved.len()).collect();
        while let Some(at) = work.pop() {
            for &user in &users[at] {
                let more = solved[user].union(&solved[at]);
                if more != solved[user] {
                    solved[user] = more;
                    work.push(user);
                }
            }
        }
        Solved { joins: solved }
    }
}

impl Solved {
    /// The elements of a set, with those of its joins; some may come twice.
    pub(in super::super) fn origins(&self, sources: &Sources) -> Vec<Origin> {
        let mut origins = Vec::with_capacity(sources.len());
        for origin in sources.origins() {
            match origin {
                Origin::Join(index) => match self.joins.get(index) {
                    Some(join) => origins.extend(join.origins()),
                    None => origins.push(Origin::All),
                },
                other => origins.push(other),
            }
        }
        origins
    }
}

//! Paths as numbers: each name and each path is kept once.

use rustc_hash::FxHashMap;

use crate::path::Segment;

/// A path of a [`Paths`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathId(u32);

/// All paths of an index, as a tree of names.
#[derive(Debug, Default)]
pub struct Paths {
    /// The name of each path but the empty one, and the path before it.
    nodes: Vec<(PathId, u32)>,
    children: FxHashMap<(PathId, u32), PathId>,
    names: Vec<Segment>,
    by_name: FxHashMap<Segment, u32>,
}

impl Paths {
    /// The path without a name.
    pub const EMPTY: PathId = PathId(0);

    /// A path, which is kept from now on.
    pub fn add(&mut self, path: &[Segment]) -> PathId {
        path.iter()
            .fold(Self::EMPTY, |at, name| self.below(at, name))
    }

    /// A path with one more name, which is kept from now on.
    pub fn below(&mut self, path: PathId, name: &Segment) -> PathId {
        let number = match self.by_name.get(name) {
            Some(number) => *number,
            None => {
                let number = self.names.len() as u32;
                self.names.push(name.clone());
                self.by_name.insert(name.clone(), number);
                number
            }
        };
        if let Some(known) = self.children.get(&(path, number)) {
            return *known;
        }
        self.nodes.push((path, number));
        let id = PathId(self.nodes.len() as u32);
        self.children.insert((path, number), id);
        id
    }

    /// A path that is kept.
    pub fn find(&self, path: &[Segment]) -> Option<PathId> {
        path.iter().try_fold(Self::EMPTY, |at, name| {
            let number = self.by_name.get(name)?;
            self.children.get(&(at, *number)).copied()
        })
    }

    /// The path before the last name; `None` of the empty one.
    pub fn parent(&self, path: PathId) -> Option<PathId> {
        Some(self.node(path)?.0)
    }

    /// The last name.
    pub fn last(&self, path: PathId) -> Option<&Segment> {
        Some(&self.names[self.node(path)?.1 as usize])
    }

    /// How many names a path has.
    pub fn len(&self, path: PathId) -> usize {
        self.upwards(path).count()
    }

    /// The names of a path.
    pub fn names(&self, path: PathId) -> Vec<Segment> {
        let mut names: Vec<Segment> = self
            .upwards(path)
            .filter_map(|at| self.last(at).cloned())
            .collect();
        names.reverse();
        names
    }

    /// The path and those before it, but for the empty one.
    pub fn upwards(&self, path: PathId) -> impl Iterator<Item = PathId> {
        let start = Some(path).filter(|path| *path != Self::EMPTY);
        std::iter::successors(start, |at| {
            self.parent(*at).filter(|above| *above != Self::EMPTY)
        })
    }

    fn node(&self, path: PathId) -> Option<(PathId, u32)> {
        let at = (path.0 as usize).checked_sub(1)?;
        self.nodes.get(at).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_kept_once_and_read_back() {
        let names = |text: &str| text.split('.').map(Segment::new).collect::<Vec<_>>();
        let mut paths = Paths::default();
        let (one, two) = (paths.add(&names("a.b")), paths.add(&names("a.b.c")));
        assert_eq!(paths.add(&names("a.b")), one);
        assert_eq!(paths.parent(two), Some(one));
        assert_eq!(paths.names(two), names("a.b.c"));
        assert_eq!(paths.len(two), 3);
        assert_eq!(paths.find(&names("a.b.c")), Some(two));
        assert_eq!(paths.find(&names("b")), None);
        assert_eq!(paths.names(Paths::EMPTY), Vec::<Segment>::new());
        assert_eq!(paths.last(Paths::EMPTY), None);
    }
}

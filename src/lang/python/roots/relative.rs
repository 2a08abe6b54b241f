//! What the dots of an import mean (The Python Language Reference, 5.7 "Package Relative
//! Imports").

use std::path::Path;

use super::{Root, Roots, find, folder_names};
use crate::path::Segment;

/// What a relative import means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Relative {
    /// This module.
    One(Vec<Segment>),
    /// Nothing: it goes beyond the top, or the file has no place among modules.
    None,
    /// One of these, and the table speaks of at least one: which it is depends on the root, which
    /// nobody said. At least two.
    Ambiguous(Vec<Vec<Segment>>),
}

impl Roots {
    /// The absolute module that `from <level dots><module> import` means in `file`.
    ///
    /// If a configured root holds the file, the deepest decides. Else every ancestor folder up to
    /// the project's root may be the root: `successor` says of a candidate whether the table
    /// speaks of it and what it becomes, and one counts if it or its successor lies below its
    /// root. If none counts, the answer is that of the file's primary home.
    /// A caller whose rules are of names below the module says so too, with the module that then
    /// holds them; for `from . import name` it asks with the name as `module` if that may be one.
    ///
    /// The file's own name plays no part, so `migrations/0001_initial.py` has an answer.
    pub fn relative(
        &self,
        file: &Path,
        level: u32,
        module: &[Segment],
        successor: &dyn Fn(&[Segment]) -> Option<Vec<Segment>>,
    ) -> Relative {
        let file = self.located(file);
        let Some(folder) = file.parent().filter(|_| !super::is_notebook(&file)) else {
            return Relative::None;
        };
        if level == 0 {
            return one(Some(module.to_vec()).filter(|module| !module.is_empty()));
        }
        let roots = self.roots_of(folder);
        let said = roots.iter().filter(|root| root.configured);
        if let Some(package) = said
            .filter_map(|root| folder_names(&root.path, folder))
            .next()
        {
            return one(above(&package, level, module));
        }
        let meant = |root: &Root| above(&folder_names(&root.path, folder)?, level, module);
        let spoken =
            |root: &Root| meant(root).filter(|module| self.is_spoken_of(&root.path, module));
        let primary = (roots.iter().find_map(spoken)).or_else(|| roots.iter().find_map(meant));
        let mut matching: Vec<Vec<Segment>> = Vec::new();
        let mut is_sure = false;
        for root in self.possible_roots(folder, roots) {
            let Some(candidate) = meant(&root) else {
                continue;
            };
            if !self.is_matched(&root.path, &candidate, successor) {
                continue;
            }
            is_sure |= Some(&candidate) == primary.as_ref() || !self.is_foreign(&candidate[0]);
            if !matching.contains(&candidate) {
                matching.push(candidate);
            }
        }
        // A folder that bears somebody else's name: the table may speak of theirs.
        if !is_sure && !matching.is_empty() {
            matching.extend(primary.clone());
        }
        match matching.len() {
            0 => one(primary),
            1 => one(matching.pop()),
            _ => Relative::Ambiguous(matching),
        }
    }

    /// The roots that the file in `folder` is known to have, then every other ancestor within the
    /// project, outermost first.
    fn possible_roots(&self, folder: &Path, known: Vec<Root>) -> Vec<Root> {
        let mut roots = known;
        let within = folder
            .ancestors()
            .take_while(|at| at.starts_with(&self.project));
        let mut within: Vec<&Path> = within.collect();
        within.reverse();
        for path in within {
            Root::add(&mut roots, path, false);
        }
        roots
    }

    fn is_matched(
        &self,
        root: &Path,
        candidate: &[Segment],
        successor: &dyn Fn(&[Segment]) -> Option<Vec<Segment>>,
    ) -> bool {
        successor(candidate).is_some_and(|successor| {
            find::exists(&self.folders, root, candidate)
                || find::exists(&self.folders, root, &successor)
        })
    }
}

fn one(module: Option<Vec<Segment>>) -> Relative {
    module.map_or(Relative::None, Relative::One)
}

/// `module` below what `level` dots mean in `package`; `None` beyond the top.
fn above(package: &[Segment], level: u32, module: &[Segment]) -> Option<Vec<Segment>> {
    let up = usize::try_from(level).ok()?.checked_sub(1)?;
    let kept = package.len().checked_sub(up).filter(|kept| *kept > 0)?;
    let mut path = package[..kept].to_vec();
    path.extend_from_slice(module);
    Some(path)
}

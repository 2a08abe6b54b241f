//! The relative imports of a file that moves itself, or has moved: with the file elsewhere the
//! same dots name another package.
//!
//! A file is at its old place if the table moves its module and nothing lies at the new path yet; it is at its
//! new one if the table leads there and nothing lies at the old path any more. Where both are, the old file only
//! hands on what the new one has, and stays.

use rustc_hash::FxHashMap;

use super::analysis::FileContext;
use super::roots::Home;
use super::scopes::{Import, ImportId, ImportKind};
use super::unit::{AnalysisContext, MODULE, Target};
use crate::mapping::{Outcome, Table};
use crate::path::{Namespaces, Segment};

/// A relative import that would lead, or leads, elsewhere since its file moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Leaving {
    /// The module of the file, where it was and where it will be.
    pub(super) old: Vec<Segment>,
    pub(super) new: Vec<Segment>,
    /// The rule by which it moves.
    pub(super) rule: usize,
    /// What the import names.
    pub(super) module: Vec<Segment>,
    /// How that is written so that it leads there; `None` if it leads nowhere that is known.
    pub(super) written: Option<String>,
}

/// A file that moves.
struct Moving {
    old: Vec<Segment>,
    new: Vec<Segment>,
    rule: usize,
    is_package: bool,
    /// It is at its new place.
    has_moved: bool,
}

/// Puts right what the relative imports of a file that moves mean; those that must be written in another way,
/// or lead nowhere.
pub(super) fn leaving(
    imports: &[Import],
    targets: &mut [Target],
    standing: FileContext<'_>,
    setting: AnalysisContext<'_>,
) -> FxHashMap<ImportId, Leaving> {
    let mut found = FxHashMap::default();
    let is_relative = |import: &Import| matches!(import.kind, ImportKind::From { level: 1.., .. });
    if standing.is_doctest || standing.in_string || !imports.iter().any(is_relative) {
        return found;
    }
    let mut homes = standing.homes.iter();
    let Some(moving) = homes.find_map(|home| Moving::of(home, standing, setting.table)) else {
        return found;
    };
    for (number, (import, target)) in imports.iter().zip(targets).enumerate() {
        if !is_relative(import) {
            continue;
        }
        let leaving = match moving.has_moved {
            false => moving.will_leave(import, target, setting.table),
            true => moving.has_left(import, target, standing, setting.table),
        };
        if let Some(leaving) = leaving {
            found.insert(ImportId(number as u32), leaving);
        }
    }
    found
}

/// Whether the file at such a home moves, or may have moved, by a rule of the table.
pub(super) fn is_about(home: &Home, table: &Table) -> bool {
    matches!(table.resolve(&home.module, MODULE), Outcome::Moves(_))
        || !table.sources(&home.module).is_empty()
}

impl Moving {
    fn of(home: &Home, standing: FileContext<'_>, table: &Table) -> Option<Self> {
        let exists = |module: &[Segment]| standing.roots.find_from(standing.file, module).is_some();
        let own = &home.module;
        if let Outcome::Moves(moved) = table.resolve(own, MODULE) {
            let new = moved.to.segments().to_vec();
            return (!exists(&new)).then(|| Self {
                old: own.clone(),
                new,
                rule: moved.first.index,
                is_package: home.is_package,
                has_moved: false,
            });
        }
        table.sources(own).into_iter().find_map(|old| {
            let Outcome::Moves(moved) = table.resolve(&old, MODULE) else {
                return None;
            };
            let is_it = moved.to.segments() == own.as_slice() && !exists(&old);
            is_it.then(|| Self {
                rule: moved.first.index,
                old,
                new: own.clone(),
                is_package: home.is_package,
                has_moved: true,
            })
        })
    }

    /// What a relative import means in the file where it was or will be.
    fn meaning(&self, own: &[Segment], import: &Import) -> Option<Vec<Segment>> {
        let ImportKind::From { level, module, .. } = &import.kind else {
            return None;
        };
        let package = &own[..own.len() - usize::from(!self.is_package)];
        let up = usize::try_from(*level).ok()?.checked_sub(1)?;
        let kept = package.len().checked_sub(up).filter(|kept| *kept > 0)?;
        Some(package[..kept].iter().chain(module).cloned().collect())
    }

    /// The file is at its old place: what leads elsewhere from the new one is written out.
    fn will_leave(&self, import: &Import, target: &mut Target, table: &Table) -> Option<Leaving> {
        let Target::Module { module, dots } = target else {
            return None;
        };
        let later = self.meaning(&self.new, import);
        let follows = later.is_some_and(|later| {
            named(import).all(|name| moved(module, name, table) == joined(&later, name))
        });
        if follows {
            return None;
        }
        // The dots name another package then: what moves by itself is written out as well.
        dots.clear();
        Some(self.leaving(module, Some(module.join("."))))
    }

    /// The file is at its new place: what leads nowhere from there may lead to where it did.
    fn has_left(
        &self,
        import: &Import,
        target: &mut Target,
        standing: FileContext<'_>,
        table: &Table,
    ) -> Option<Leaving> {
        let now = match target {
            Target::Module { module, .. } => Some(module.clone()),
            Target::Unknown => None,
            Target::Own | Target::Ambiguous(_) => return None,
        };
        let before = self.meaning(&self.old, import)?;
        let follows = now.as_ref().is_some_and(|now| {
            named(import).all(|name| moved(&before, name, table) == joined(now, name))
        });
        let names: Vec<&Segment> = named(import).flatten().collect();
        let has = |module: &[Segment], names: &[&Segment]| {
            let index = standing.index;
            index.leads(standing.roots, standing.file, module, names)
        };
        let leads = |module: &[Segment]| has(module, &names);
        if follows || now.as_ref().is_some_and(|now| leads(now)) {
            return None;
        }
        let was_there = named(import).all(|name| {
            let path = moved(&before, name, table);
            match name {
                Some(name) => {
                    let parent = &path[..path.len() - 1];
                    has(parent, &[path.last().unwrap_or(name)])
                }
                None => leads(&path),
            }
        });
        if !was_there {
            // Something that is made when the program is built, perhaps, if nothing of the old package is here.
            let top = standing.roots.find_from(standing.file, &self.old[..1]);
            let is_there =
                |now: &Vec<Segment>| standing.roots.find_from(standing.file, now).is_some();
            let is_lost = top.is_some() && !now.as_ref().is_some_and(is_there);
            return is_lost.then(|| self.leaving(&before, None));
        }
        let package = &self.new[..self.new.len() - usize::from(!self.is_package)];
        let written = relative(package, &before);
        let level = match &import.kind {
            ImportKind::From { level, .. } => *level as usize,
            ImportKind::Plain => 0,
        };
        let dots = (package.len() + 1).saturating_sub(level);
        *target = Target::Module {
            module: before.clone(),
            dots: package[..dots.min(package.len())].to_vec(),
        };
        Some(self.leaving(&before, Some(written)))
    }

    fn leaving(&self, module: &[Segment], written: Option<String>) -> Leaving {
        Leaving {
            old: self.old.clone(),
            new: self.new.clone(),
            rule: self.rule,
            module: module.to_vec(),
            written,
        }
    }
}

/// The names that a statement imports; `None` for a star.
fn named(import: &Import) -> impl Iterator<Item = Option<&Segment>> {
    let names = import.clauses.iter().map(|clause| clause.path.first());
    names.map(|name| name.filter(|name| **name != "*"))
}

fn joined(module: &[Segment], name: Option<&Segment>) -> Vec<Segment> {
    module.iter().chain(name).cloned().collect()
}

/// Where a name of a module is afterwards.
fn moved(module: &[Segment], name: Option<&Segment>, table: &Table) -> Vec<Segment> {
    let path = joined(module, name);
    let kinds = match name {
        Some(_) => Namespaces::ALL,
        None => MODULE,
    };
    match table.resolve(&path, kinds) {
        Outcome::Moves(moved) => moved.to.segments().to_vec(),
        _ => path,
    }
}

/// A module as it is written in a package: by as few dots as lead there, or absolute.
fn relative(package: &[Segment], module: &[Segment]) -> String {
    let same = package
        .iter()
        .zip(module)
        .take_while(|(a, b)| a == b)
        .count();
    match same {
        0 => module.join("."),
        same => ".".repeat(package.len() - same + 1) + &module[same..].join("."),
    }
}

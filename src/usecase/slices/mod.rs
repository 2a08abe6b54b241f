//! A change in parts that different people review, or the same ones on different days: one patch a slice. Pure.
//!
//! Each file is in one slice, so each patch applies alone, in any order, and all of them together are the whole change.
//! A unit is never cut: it goes where its first file goes. A patch is of one repository, though, so what lies in
//! several is in as many slices. `name` says what the files of patches are called, `index` what is told of them,
//! `folder` where they are written.

mod folder;
mod index;
mod name;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use rustc_hash::FxHashMap;

use super::units::Unit;
use crate::engine::FileReport;
use crate::mapping::Rule;
use crate::output::patch::Section;
use crate::output::place::shown;
use crate::output::{FileView, Mode};
use crate::project::Owners;

pub use folder::Folder;
pub use index::{About, Index, Told};

/// What a slice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Files by the first rule of the table that has a reference in them.
    Rule,
    /// Files by their owners.
    Owner,
    /// Files by their folder.
    Folder,
    /// Files that only work together.
    Unit,
    /// At most so many files, unless a unit has more.
    Files(NonZeroUsize),
}

impl FromStr for By {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "rule" => Self::Rule,
            "owner" => Self::Owner,
            "folder" => Self::Folder,
            "unit" => Self::Unit,
            number => Self::Files(number.parse().map_err(
                |_| "expected `rule`, `owner`, `folder`, `unit`, or a number of files from 1",
            )?),
        })
    }
}

/// A file that changes, and what is told of it.
#[derive(Clone, Debug)]
pub struct SlicedFile {
    /// Below the project's root, as people read it; without links where it lies elsewhere.
    pub name: PathBuf,
    /// Its part of a patch.
    pub section: Section,
    /// The first rule that has a reference in it: its place in the tables, and its id.
    pub rule: Option<(usize, String)>,
    /// Who owns it.
    pub owners: Vec<String>,
    /// References that are rewritten.
    pub rewritten: usize,
    /// What a person should know.
    pub told: Vec<Told>,
}

impl SlicedFile {
    /// A file with its part of the patch. `rules` are those that its report speaks of, `before` counts the rules of the
    /// tables before theirs.
    pub fn new(
        report: &FileReport,
        section: Section,
        rules: &[Rule],
        before: usize,
        root: &Path,
        owners: Option<&Owners>,
    ) -> Self {
        let rewritten = || report.plan.references.iter().filter(|r| r.rewritten);
        let first = rewritten().map(|reference| reference.rule).min();
        Self {
            name: report
                .path
                .strip_prefix(root)
                .unwrap_or(&report.path)
                .to_owned(),
            section,
            rule: first.map(|rule| {
                (
                    before + rule,
                    rules
                        .get(rule)
                        .map_or_else(String::new, |rule| rule.id.clone()),
                )
            }),
            owners: owners.map_or_else(Vec::new, |owners| owners.of(&report.path).into_owned()),
            rewritten: rewritten().count(),
            told: told(report, rules),
        }
    }
}

/// What a person should know of a file.
pub fn told(report: &FileReport, rules: &[Rule]) -> Vec<Told> {
    let view = FileView::new(report, rules, Mode::Rewrite);
    view.diagnostics.iter().map(Told::of).collect()
}

/// One patch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// What it is, for people.
    pub title: String,
    /// The name of its file: safe anywhere, and the same as long as the title is.
    pub patch: String,
    /// Where it is to be applied, from the project's root.
    pub root: PathBuf,
    /// Its files, by index.
    pub files: Vec<usize>,
}

/// The slices of files, of which `units` go together, in the order to review them in: rules as in the table, all else
/// by the first file; what nobody owns comes last. `project` is the root that places are told from.
pub fn slices(files: &[SlicedFile], units: &[Unit], by: By, project: &Path) -> Vec<Slice> {
    let mut groups: Vec<Group> = Vec::new();
    let mut known: FxHashMap<Key, usize> = FxHashMap::default();
    for unit in units {
        let key = Key::of(files, unit, by, &groups);
        match known.get(&key) {
            Some(&at) => groups[at].files.extend(unit),
            None => {
                known.insert(key.clone(), groups.len());
                let files = unit.clone();
                groups.push(Group { key, files });
            }
        }
    }
    // Stable: what is equal stays in the order of first files.
    groups.sort_by_key(|group| group.key.rank);
    let is_one = files
        .windows(2)
        .all(|pair| pair[0].section.root == pair[1].section.root);
    let mut slices: Vec<Slice> = Vec::new();
    for mut group in groups {
        group.files.sort_unstable();
        let from = slices.len();
        for at in group.files {
            let root = relative(&files[at].section.root, project);
            match slices[from..].iter_mut().find(|slice| slice.root == root) {
                Some(slice) => slice.files.push(at),
                None => slices.push(Slice {
                    title: match is_one {
                        true => group.key.title.clone(),
                        false => format!("{} in {}", group.key.title, shown(&root)),
                    },
                    patch: String::new(),
                    root,
                    files: vec![at],
                }),
            }
        }
    }
    let titles: Vec<&str> = slices.iter().map(|slice| slice.title.as_str()).collect();
    let names = name::names(&titles);
    for (slice, name) in slices.iter_mut().zip(names) {
        slice.patch = name;
    }
    slices
}

struct Group {
    key: Key,
    files: Vec<usize>,
}

/// What the files of a group have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    rank: usize,
    title: String,
}

impl Key {
    fn of(files: &[SlicedFile], unit: &Unit, by: By, groups: &[Group]) -> Self {
        let first = &files[unit[0]];
        let (rank, title) = match by {
            By::Rule => match &first.rule {
                Some((rank, id)) => (*rank, id.clone()),
                None => (usize::MAX, "no rule".to_owned()),
            },
            By::Owner if first.owners.is_empty() => (1, "no owner".to_owned()),
            By::Owner => {
                let mut owners = first.owners.clone();
                owners.sort();
                (0, owners.join(" "))
            }
            By::Folder => match first
                .name
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty())
            {
                Some(folder) => (0, unix(folder)),
                None => (0, "root".to_owned()),
            },
            By::Unit => (0, unix(&first.name)),
            By::Files(most) => {
                let has_room = |group: &&Group| group.files.len() + unit.len() <= most.get();
                match groups.last().filter(has_room) {
                    Some(group) => return group.key.clone(),
                    None => (0, format!("part {:03}", groups.len() + 1)),
                }
            }
        };
        Self { rank, title }
    }
}

/// The way from a folder of the project to another one; the other itself where they have nothing in common.
fn relative(to: &Path, from: &Path) -> PathBuf {
    match (to.strip_prefix(from), from.strip_prefix(to)) {
        (Ok(below), _) if below.as_os_str().is_empty() => PathBuf::from("."),
        (Ok(below), _) => below.to_owned(),
        (_, Ok(above)) if to.parent().is_some() => above.components().map(|_| "..").collect(),
        _ => to.to_owned(),
    }
}

/// A path on one line, with `/` between its names.
fn unix(path: &Path) -> String {
    shown(path).replace(std::path::MAIN_SEPARATOR, "/")
}

#[cfg(test)]
mod tests;

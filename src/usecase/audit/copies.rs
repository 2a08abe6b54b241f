//! Definitions of one name and kind in several modules, and how alike they are.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use super::symbols::{Symbol, kind_text};
use super::{View, Wanted, is_aside};
use crate::facts::{Kind, Seen, Shape};
use crate::index::PathId;
use crate::path::Segment;

/// A function of fewer lines is no copy of another: everyone writes it so.
const LEAST_LINES: u32 = 5;
/// More that are unlike are told in one line.
pub const MOST_UNLIKE: usize = 8;

/// Definitions of one name and kind.
#[derive(Debug, Serialize)]
pub struct Copies {
    /// The name.
    pub name: String,
    /// What they are.
    pub kind: &'static str,
    /// The one that most files use comes first.
    pub all: Vec<Copy>,
}

/// One of them.
#[derive(Debug, Serialize)]
pub struct Copy {
    /// Its path.
    pub path: String,
    /// Its file, relative to the project.
    pub file: PathBuf,
    /// The line of its name.
    pub line: u32,
    /// How alike it is to the first one; none of the first.
    pub likeness: Option<Likeness>,
    /// Files that use it, by whatever path.
    pub used_by: usize,
    #[serde(skip)]
    pub(super) id: PathId,
}

/// How alike two definitions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Likeness {
    /// The same but for comments, blanks and documentation.
    Same,
    /// At least half of the members of both together are in both.
    Overlapping,
    /// They have little more than the name in common.
    Different,
}

impl Likeness {
    /// In a word.
    pub fn text(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Overlapping => "overlapping",
            Self::Different => "different",
        }
    }
}

impl Copy {
    /// Whether a person means this one.
    pub(super) fn is_meant(&self, wanted: &Wanted, view: &View<'_>) -> bool {
        match wanted {
            Wanted::Named(name) => {
                let last = self.path.rsplit(view.syntax.separator).next();
                self.path == *name || last == Some(name.as_str())
            }
            Wanted::At(place) => view.root.join(&self.file).starts_with(place),
        }
    }
}

/// All of them: those that are the same first. Without `all` only what a person would call a duplicate.
pub(super) fn of(view: &View<'_>, symbols: &BTreeMap<PathId, Symbol>, all: bool) -> Vec<Copies> {
    let index = view.index;
    let mut named: BTreeMap<(&Segment, Kind), BTreeMap<PathId, u32>> = BTreeMap::new();
    for number in 0..index.definitions.len() as u32 {
        let defined = &index.definitions[number as usize];
        let it = &defined.definition;
        let module = &index.modules[defined.module as usize];
        let is_meant = match it.kind {
            Kind::Function => it.lines >= LEAST_LINES,
            Kind::Class | Kind::Trait | Kind::TypeAlias => true,
            Kind::Macro | Kind::Value => false,
        };
        let is_usual = it.seen == Seen::Everywhere
            && is_meant
            && !is_aside(&view.file(index.file(module.file)));
        if !(all || is_usual) || matches!(it.kind, Kind::Value) {
            continue;
        }
        if let Some(path) = index.path_of(number) {
            // Twins are one definition: the first.
            let same = named.entry((&it.name, it.kind)).or_default();
            same.entry(path).or_insert(number);
        }
    }
    let mut found: Vec<Copies> = named
        .into_iter()
        .filter(|(_, same)| same.len() > 1)
        .filter_map(|((name, kind), same)| copies(view, symbols, all, (name, kind), &same))
        .collect();
    let rank = |copies: &Copies| copies.all.iter().filter_map(|copy| copy.likeness).min();
    found.sort_by(|a, b| {
        let used = |copies: &Copies| copies.all.iter().map(|copy| copy.used_by).sum::<usize>();
        (rank(a), used(b), &a.name).cmp(&(rank(b), used(a), &b.name))
    });
    found
}

fn copies(
    view: &View<'_>,
    symbols: &BTreeMap<PathId, Symbol>,
    all: bool,
    (name, kind): (&Segment, Kind),
    same: &BTreeMap<PathId, u32>,
) -> Option<Copies> {
    let index = view.index;
    let mut listed: Vec<(Copy, &Shape)> = same
        .iter()
        .map(|(path, number)| {
            let defined = &index.definitions[*number as usize];
            let module = &index.modules[defined.module as usize];
            let symbol = symbols.get(path);
            let users = symbol.into_iter().flat_map(|symbol| &symbol.paths);
            let files: std::collections::BTreeSet<_> = users
                .flat_map(|path| path.users.iter().copied())
                .filter(|file| *file != module.file)
                .collect();
            let copy = Copy {
                path: view.text(&index.paths.names(*path)),
                file: view.file(index.file(module.file)),
                line: defined.definition.line,
                likeness: None,
                used_by: files.len(),
                id: *path,
            };
            (copy, &defined.definition.shape)
        })
        .collect();
    listed.sort_by(|(a, _), (b, _)| (b.used_by, &a.path).cmp(&(a.used_by, &b.path)));
    // One that nobody imports is nobody's source of truth.
    if !all && listed.iter().all(|(copy, _)| copy.used_by == 0) {
        return None;
    }
    let first = listed.first()?.1;
    let mut copies: Vec<Copy> = listed
        .into_iter()
        .enumerate()
        .map(|(at, (copy, shape))| Copy {
            likeness: (at > 0).then(|| likeness(first, shape)),
            ..copy
        })
        .collect();
    if !all {
        copies.retain(|copy| copy.likeness != Some(Likeness::Different));
    }
    copies[1..].sort_by(|a, b| (a.likeness, &a.path).cmp(&(b.likeness, &b.path)));
    (copies.len() > 1).then(|| Copies {
        name: name.to_string(),
        kind: kind_text(kind),
        all: copies,
    })
}

fn likeness(one: &Shape, other: &Shape) -> Likeness {
    if one.digest == other.digest {
        return Likeness::Same;
    }
    let in_both = one
        .members
        .iter()
        .filter(|name| other.members.binary_search(name).is_ok());
    let in_both = in_both.count();
    let in_any = one.members.len() + other.members.len() - in_both;
    if in_both > 0 && 2 * in_both >= in_any {
        Likeness::Overlapping
    } else {
        Likeness::Different
    }
}

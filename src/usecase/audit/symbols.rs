//! Definitions with the paths by which they are imported.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::{View, Wanted};
use crate::facts::{How, Kind};
use crate::index::{Bound, FileId, PathId};
use crate::path::Segment;

/// A definition, and the paths by which others use it.
#[derive(Clone, Debug, Serialize)]
pub struct Symbol {
    /// Where it is defined, as a path.
    pub path: String,
    /// What it is.
    pub kind: &'static str,
    /// Its file, relative to the project.
    pub file: PathBuf,
    /// The line of its name.
    pub line: u32,
    /// The path that all should use.
    pub canonical: String,
    /// Files that use another path than the canonical one.
    pub to_touch: usize,
    /// The paths that are used, the most used first.
    pub paths: Vec<PathUse>,
    #[serde(skip)]
    pub(super) names: Vec<Segment>,
    #[serde(skip)]
    pub(super) canonical_names: Vec<Segment>,
    /// Shortest path that all users see.
    #[serde(skip)]
    pub(super) public: Option<Vec<Segment>>,
    /// Over which paths each used one, and the canonical one, leads to the definition: from the second on.
    #[serde(skip)]
    steps: Vec<(Vec<Segment>, Vec<Vec<Segment>>)>,
}

/// A path by which a definition is used.
#[derive(Clone, Debug, Serialize)]
pub struct PathUse {
    /// The path.
    pub path: String,
    /// What is at the path.
    pub way: Way,
    /// Files that use it.
    pub files: usize,
    /// Places that use it.
    pub references: usize,
    #[serde(skip)]
    pub(super) names: Vec<Segment>,
    /// The files that use it.
    #[serde(skip)]
    pub(super) users: Vec<FileId>,
    /// Something else is put there for a while: who looks it up there means that very path.
    #[serde(skip)]
    pub(super) is_replaced: bool,
    /// It is where the definition is, which not everyone sees, and code that does uses it: that is as it should be.
    #[serde(skip)]
    pub(super) is_inside: bool,
}

/// How a path comes to mean a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// It is defined there.
    Definition,
    /// It is handed on there on purpose.
    ReExport,
    /// It is imported there for the module's own use.
    Import,
    /// It is another name of it.
    Assignment,
    /// A star or glob brings it there, or something above it.
    Glob,
}

impl Way {
    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Definition => "definition",
            Self::ReExport => "re-export",
            Self::Import => "plain import",
            Self::Assignment => "assignment",
            Self::Glob => "star or glob",
        }
    }
}

impl Symbol {
    /// Whether it is used by more paths than it should be.
    pub fn is_fragmented(&self) -> bool {
        self.paths.iter().filter(|path| !path.is_inside).count() > 1
    }

    /// The paths over which a target leads to the definition, but for itself and the first.
    pub(super) fn steps(&self, target: &[Segment]) -> &[Vec<Segment>] {
        let known = self.steps.iter().find(|(path, _)| path == target);
        known.map_or(&[], |(_, steps)| steps)
    }

    /// Whether a person means this one.
    pub(super) fn is_meant(&self, wanted: &Wanted, view: &View<'_>) -> bool {
        match wanted {
            Wanted::Named(name) => {
                let is_last = self.names.last().is_some_and(|last| last == name.as_str());
                is_last || self.path == *name || self.paths.iter().any(|path| path.path == *name)
            }
            Wanted::At(place) => view.root.join(&self.file).starts_with(place),
        }
    }
}

/// What a definition is, in a word.
pub(super) fn kind_text(kind: Kind) -> &'static str {
    match kind {
        Kind::Class => "class",
        Kind::Trait => "trait",
        Kind::TypeAlias => "type",
        Kind::Function => "function",
        Kind::Macro => "macro",
        Kind::Value => "value",
    }
}

/// What uses a definition by one path.
#[derive(Default)]
struct Uses {
    files: BTreeSet<FileId>,
    references: usize,
    is_replaced: bool,
}

/// Every definition that another file uses, by its path.
pub(super) fn of(view: &View<'_>) -> BTreeMap<PathId, Symbol> {
    let index = view.index;
    let mut uses: FxHashMap<PathId, FxHashMap<PathId, Uses>> = FxHashMap::default();
    let mut defined: FxHashMap<PathId, u32> = FxHashMap::default();
    // Files that hand it on: no users, but they say a path of it, too.
    let mut handing: FxHashMap<PathId, BTreeSet<FileId>> = FxHashMap::default();
    for file in index.file_ids() {
        for said in index.said_in(file) {
            let Some(found) = index.definition(said.path) else {
                continue;
            };
            // What an import brings is no use of its path once more.
            if index.paths.len(found.by) <= usize::from(said.bound) {
                continue;
            }
            let Some(path) = index.path_of(found.definition) else {
                continue;
            };
            if said.is_re_export {
                handing.entry(path).or_default().insert(file);
                continue;
            }
            defined.entry(path).or_insert(found.definition);
            let by = uses.entry(path).or_default().entry(found.by).or_default();
            // Of an attribute of it, nothing is put at the path itself.
            by.is_replaced |= said.is_replacement && said.path == found.by;
            by.files.insert(file);
            by.references += 1;
        }
    }
    let symbols = uses.into_iter().filter_map(|(path, uses)| {
        let definition = *defined.get(&path)?;
        let handing = handing.remove(&path).unwrap_or_default();
        Some((path, symbol(view, path, definition, uses, handing)))
    });
    symbols.collect()
}

fn symbol(
    view: &View<'_>,
    path: PathId,
    definition: u32,
    uses: FxHashMap<PathId, Uses>,
    handing: BTreeSet<FileId>,
) -> Symbol {
    let index = view.index;
    let defined = &index.definitions[definition as usize];
    let module = &index.modules[defined.module as usize];
    let names = index.paths.names(path);
    let mut paths: Vec<PathUse> = uses
        .into_iter()
        .map(|(by, uses)| {
            let names = index.paths.names(by);
            PathUse {
                path: view.text(&names),
                way: way(view, by),
                files: uses.files.len(),
                references: uses.references,
                is_replaced: uses.is_replaced,
                is_inside: false,
                names,
                users: uses.files.into_iter().collect(),
            }
        })
        .collect();
    paths.sort_by(|a, b| (b.files, b.references, &a.path).cmp(&(a.files, a.references, &b.path)));
    let users = paths.iter().flat_map(|path| path.users.iter().copied());
    let users: BTreeSet<FileId> = users.chain(handing).collect();
    let users: Vec<Vec<Segment>> = users
        .into_iter()
        .map(|file| module_of(view, file))
        .collect();
    let is_seen = |path: &[Segment]| users.iter().all(|user| is_seen_by(view, path, user));
    let mut handed: Vec<&PathUse> = paths
        .iter()
        .filter(|path| path.way != Way::Import)
        .collect();
    handed.sort_by_key(|path| (path.names.len(), &path.path));
    let public = handed
        .iter()
        .map(|path| &path.names)
        .find(|path| is_seen(path))
        .cloned();
    let canonical = match &public {
        _ if view.homes.contains(&names.as_slice()) || is_seen(&names) => names.clone(),
        Some(public) => public.clone(),
        // Nobody is to change who cannot: the path of most users stays.
        None => {
            let most = paths.iter().find(|path| path.way != Way::Import);
            most.map_or(&names, |path| &path.names).clone()
        }
    };
    if canonical != names {
        for path in paths.iter_mut().filter(|path| path.names == names) {
            let mut users = path.users.iter().map(|file| module_of(view, *file));
            path.is_inside = users.any(|user| is_seen_by(view, &names, &user));
        }
    }
    let is_other = |path: &&PathUse| path.names != canonical && !path.is_inside;
    let others = paths.iter().filter(is_other);
    let files: BTreeSet<FileId> = others.flat_map(|path| path.users.iter().copied()).collect();
    Symbol {
        path: view.text(&names),
        kind: kind_text(defined.definition.kind),
        file: view.file(index.file(module.file)),
        line: defined.definition.line,
        canonical: view.text(&canonical),
        to_touch: files.len(),
        paths,
        steps: [&canonical, &names]
            .into_iter()
            .chain(&public)
            .map(|path| {
                (
                    path.clone(),
                    index.chain(path).into_iter().skip(2).collect(),
                )
            })
            .collect(),
        names,
        canonical_names: canonical,
        public,
    }
}

/// How a name of a module comes to be there.
fn way(view: &View<'_>, path: PathId) -> Way {
    let index = view.index;
    let mut bound = index.bound_at(path).iter().map(|bound| match bound {
        Bound::Definition(_) => Way::Definition,
        Bound::Import(import) => match index.imports[*import as usize].how {
            How::ReExport => Way::ReExport,
            How::Import => Way::Import,
            How::Assignment => Way::Assignment,
        },
    });
    bound.next().unwrap_or(Way::Glob)
}

/// The module of a file; empty if nobody can import it.
fn module_of(view: &View<'_>, file: FileId) -> Vec<Segment> {
    let module = view.index.module_of(file);
    let path = module.and_then(|module| module.paths.first());
    path.map(|path| view.index.paths.names(*path))
        .unwrap_or_default()
}

/// Whether code of a module may name each part of a path.
fn is_seen_by(view: &View<'_>, path: &[Segment], user: &[Segment]) -> bool {
    let index = view.index;
    let Some((_, module)) = path.split_last() else {
        return false;
    };
    let is_module_seen = |len: usize| {
        let at = index.paths.find(&path[..len]);
        let mut modules = at
            .into_iter()
            .flat_map(|at| index.modules_at(at))
            .peekable();
        modules.peek().is_none() || modules.any(|it| it.seen.by(user, &path[..len - 1]))
    };
    let bound = index
        .paths
        .find(path)
        .map_or(&[][..], |path| index.bound_at(path));
    let mut seen = bound.iter().map(|bound| match bound {
        Bound::Definition(it) => index.definitions[*it as usize].definition.seen,
        Bound::Import(it) => index.imports[*it as usize].seen,
    });
    // What a glob brings is seen as far as the glob is; nobody uses it who does not see it.
    (bound.is_empty() || seen.any(|seen| seen.by(user, module)))
        && (2..path.len()).all(is_module_seen)
}

//! From a module's name to what lies there on disk, as Python's path finder goes (The Python
//! Language Reference, 5.5 "The Path Based Finder"; PEP 420 for folders without `__init__`).

use std::path::{Path, PathBuf};

use smol_str::format_smolstr;

use super::listing::{Entry, Folders};
use crate::path::Segment;

/// What lies at a module path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// What it is, and where.
    pub kind: Kind,
    /// The text that says what it binds; `None` for a namespace package and for an extension
    /// module without a stub.
    pub file: Option<PathBuf>,
}

/// The sorts of modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A folder with an `__init__`: that file.
    Package(PathBuf),
    /// A file: source, stub or extension module.
    Module(PathBuf),
    /// A folder without an `__init__`.
    Namespace(PathBuf),
}

/// What `module` is below the folders, the first of which comes first; a stubs-only package
/// (`foo-stubs`, PEP 561) stands in for what is not there itself.
pub(super) fn find_in(folders: &Folders, roots: &[PathBuf], module: &[Segment]) -> Option<Found> {
    let (first, rest) = module.split_first()?;
    descend(folders, roots, first, rest).or_else(|| {
        let stubs = format_smolstr!("{first}-stubs");
        descend(folders, roots, &stubs, rest)
    })
}

/// Each name needs one listing a folder, so links that go round end where the name ends.
fn descend(folders: &Folders, roots: &[PathBuf], first: &str, rest: &[Segment]) -> Option<Found> {
    let mut open = roots.to_vec();
    let mut name = first;
    for next in rest {
        open = match step(folders, &open, name, Sought::Parent)? {
            Step::Namespace(below) => below,
            Step::Found(Found {
                kind: Kind::Package(init),
                ..
            }) => vec![init.parent()?.to_owned()],
            Step::Found(_) => return None,
        };
        name = next;
    }
    match step(folders, &open, name, Sought::Module)? {
        Step::Found(found) => Some(found),
        Step::Namespace(below) => Some(Found {
            kind: Kind::Namespace(below.into_iter().next()?),
            file: None,
        }),
    }
}

enum Step {
    Found(Found),
    /// The folders that bear the name, none of which is a regular package.
    Namespace(Vec<PathBuf>),
}

/// What a name is sought as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sought {
    Module,
    /// Something below it is asked for.
    Parent,
}

/// What `name` is in the folders. The first that has a package or a file of that name decides;
/// folders without an `__init__` count together, and only if none does.
fn step(folders: &Folders, open: &[PathBuf], name: &str, sought: Sought) -> Option<Step> {
    let mut below = Vec::new();
    for folder in open {
        let listing = folders.list(folder);
        let Some(entry) = listing.get(name) else {
            continue;
        };
        let inner = entry.folder_in(folder);
        let inside = inner.as_deref().map(|inner| folders.list(inner));
        let init = inside.as_deref().and_then(|inside| inside.get("__init__"));
        let package = || {
            let (inner, init) = (inner.as_deref()?, init?);
            Some(Step::Found(Found {
                kind: Kind::Package(init.file_in(inner)?),
                file: init.text_in(inner),
            }))
        };
        let module = || {
            Some(Step::Found(Found {
                kind: Kind::Module(entry.file_in(folder)?),
                file: entry.text_in(folder),
            }))
        };
        // What Python would load first; then what only stubs say. A folder beside a lone stub is
        // a namespace package to Python, so there may be modules in it.
        let found = if init.is_some_and(Entry::is_loadable) {
            package()
        } else if entry.is_loadable() {
            module()
        } else if init.is_some_and(|init| init.text_in(folder).is_some()) {
            package()
        } else if inner.is_none() || sought == Sought::Module {
            module()
        } else {
            None
        };
        if found.is_some() {
            return found;
        }
        below.extend(inner);
    }
    (!below.is_empty()).then_some(Step::Namespace(below))
}

/// Whether something lies at `module` below `root`.
pub(super) fn exists(folders: &Folders, root: &Path, module: &[Segment]) -> bool {
    find_in(folders, &[root.to_owned()], module).is_some()
}

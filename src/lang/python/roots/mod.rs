//! Where Python modules are: the module names that a file has, what a relative import in it means,
//! and what lies at a module's name.
//!
//! Everything comes from names on disk, looked up as it is asked for (`listing`), and from the
//! roots that were configured; no source is read, and no environment. `find` goes as Python's path
//! finder does; `foreign` knows the names that belong to others. Deliberately absent: `sys.path` at
//! run time, `.pth` files, `package_dir` and other build settings, zip files, byte code.

mod find;
mod foreign;
mod listing;
mod relative;

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use unicode_normalization::UnicodeNormalization;

pub(crate) use self::find::{Found, Kind};
pub(crate) use self::relative::Relative;

use self::foreign::Declared;
use self::listing::Folders;
use crate::lang::concurrent_cache::ConcurrentCache;
use crate::path::{PYTHON, Segment};
use crate::project::normalized;

/// The module that a script is while it runs.
const SCRIPT: &str = "__main__";

/// The modules of a tree. Shared by the threads; what it learns of folders stays as it was first
/// seen.
pub(crate) struct Roots {
    project: PathBuf,
    /// Without links, in the order given.
    configured: Vec<PathBuf>,
    folders: Folders,
    real_folders: ConcurrentCache<PathBuf>,
    declared: ConcurrentCache<Arc<Declared>>,
    /// The first two names of the paths that the rules speak of: the second ones by the first.
    spoken: FxHashMap<Segment, FxHashSet<Segment>>,
    /// By folder of a top-level package, whether it is one of these.
    meant: ConcurrentCache<bool>,
    /// Where the packages of the files end that were asked for.
    ends: ConcurrentCache<()>,
}

/// One module name of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Home {
    /// The name; never empty.
    pub module: Vec<Segment>,
    /// Whether the file is a package's `__init__`.
    pub is_package: bool,
    /// The folder that the name starts from.
    pub root: PathBuf,
}

impl Home {
    /// Whether the file is in a package, or is one.
    fn in_package(&self) -> bool {
        self.is_package || self.module.len() > 1
    }
}

#[cfg(test)]
impl Home {
    /// What `.` means in the file: itself for a package, else its parent. Empty at the top, where
    /// relative imports fail.
    pub fn package(&self) -> &[Segment] {
        let kept = self.module.len() - usize::from(!self.is_package);
        &self.module[..kept]
    }
}

/// What a file sees: the folders from which its modules start. Files with the same view see the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct View(Vec<Root>);

/// A folder that module names may start from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Root {
    path: PathBuf,
    /// Whether somebody said so.
    configured: bool,
}

impl Root {
    fn add(roots: &mut Vec<Self>, path: &Path, configured: bool) {
        if roots.iter().all(|known| known.path != path) {
            let path = path.to_owned();
            roots.push(Self { path, configured });
        }
    }
}

impl Roots {
    /// The modules of the project with this root (absolute, without links), of which `configured`
    /// says where they start (absolute; empty if nothing was said).
    pub fn new(project: &Path, configured: &[PathBuf]) -> Self {
        let mut real: Vec<PathBuf> = Vec::new();
        for root in configured {
            let root = fs::canonicalize(root).unwrap_or_else(|_| normalized(root));
            if !real.contains(&root) {
                real.push(root);
            }
        }
        Self {
            project: project.to_owned(),
            configured: real,
            folders: Folders::default(),
            real_folders: ConcurrentCache::default(),
            declared: ConcurrentCache::default(),
            spoken: FxHashMap::default(),
            meant: ConcurrentCache::default(),
            ends: ConcurrentCache::default(),
        }
    }

    /// The same modules, where rules speak of these paths: a package in a folder of the project
    /// (`backend/app`) that has one of their modules is called so if nobody said where modules start.
    pub fn speaking_of<'p>(mut self, paths: impl Iterator<Item = &'p [Segment]>) -> Self {
        for path in paths {
            if let [top, second, ..] = path {
                let seconds = self.spoken.entry(top.clone()).or_default();
                seconds.insert(second.clone());
            }
        }
        self
    }

    /// Every module name that `file` (absolute) is known to have, the primary first.
    ///
    /// The primary is that below the deepest configured root that holds the file; if none does,
    /// below `src` (without `src/__init__.py`), else below the project's root; but a file in a
    /// package that the rules speak of by another of its names has that one first. Then come the names
    /// below the other such roots, and that below the folder where the file's packages end, which
    /// for a script is its own (as pytest puts them on the path: its "prepend" mode). This last one
    /// is left out if somebody else owns the name.
    ///
    /// A root counts only if the file's path from there is made of names. A file whose own name is
    /// none, and a notebook, is `__main__` of its folder if that is no package.
    pub fn homes(&self, file: &Path) -> Vec<Home> {
        let file = self.located(file);
        let Some((folder, stem)) = split(&file) else {
            return Vec::new();
        };
        if is_notebook(&file) {
            return vec![script(folder)];
        }
        let mut homes = Vec::new();
        for (rank, root) in self.roots_of(folder).into_iter().enumerate() {
            let Some(home) = home(&root.path, folder, &stem) else {
                continue;
            };
            if rank == 0 || root.configured || !self.is_foreign(&home.module[0]) {
                homes.push(home);
            }
        }
        let is_sure = |home: &Home| self.configured.contains(&home.root);
        if homes.first().is_some_and(|first| !is_sure(first)) {
            let spoken =
                |home: &Home| home.in_package() && self.is_spoken_of(&home.root, &home.module);
            let at = homes.iter().position(spoken).unwrap_or_default();
            homes[..=at].rotate_right(1);
        }
        if !PYTHON.is_name(&stem) && self.folders.init(folder).is_none() {
            homes.push(script(folder));
        }
        homes
    }

    /// What lies at this absolute module path in the tree, below any root: the configured ones,
    /// `src`, the project's. A name that somebody else owns is sought only below configured ones.
    pub fn find(&self, module: &[Segment]) -> Option<Found> {
        let mut roots = self.configured.clone();
        if !self.is_foreign(module.first()?) {
            let src = self.project.join("src");
            roots.extend(self.is_src(&src).then_some(src));
            roots.push(self.project.clone());
        }
        find::find_in(&self.folders, &roots, module)
    }

    /// What lies at this module path as `file` sees it: below the roots that the file has, then as
    /// [`Roots::find`]. So it knows the modules of a project within the project.
    pub fn find_from(&self, file: &Path, module: &[Segment]) -> Option<Found> {
        self.find_in_view(&self.view(file), module)
    }

    /// What `file` (absolute) sees, for more than one question.
    pub fn view(&self, file: &Path) -> View {
        let file = self.located(file);
        View(
            file.parent()
                .map_or_else(Vec::new, |folder| self.roots_of(folder)),
        )
    }

    /// As [`Roots::find_from`], for a file that has this view.
    pub fn find_in_view(&self, view: &View, module: &[Segment]) -> Option<Found> {
        let foreign = self.is_foreign(module.first()?);
        let own = view.0.iter().filter(|root| root.configured || !foreign);
        let own: Vec<PathBuf> = own.map(|root| root.path.clone()).collect();
        find::find_in(&self.folders, &own, module).or_else(|| self.find(module))
    }

    #[cfg(test)]
    /// What lies at this module path below `root`, whoever else owns the name.
    pub fn find_below(&self, root: &Path, module: &[Segment]) -> Option<Found> {
        find::find_in(&self.folders, &[normalized(root)], module)
    }

    /// Whether a module's first name is a standard module's, and no configured root of `file` says otherwise.
    pub fn is_standard(&self, file: &Path, module: &[Segment]) -> bool {
        let file = self.located(file);
        module
            .first()
            .is_some_and(|first| foreign::is_standard(first))
            && !self.configured.iter().any(|root| file.starts_with(root))
    }

    /// What lies at this absolute module path below each folder where it may start: those of
    /// [`Roots::find`], and where the packages end of the files that were asked for.
    pub fn find_each(&self, module: &[Segment]) -> Vec<Found> {
        let mut found: Vec<Found> = self.find(module).into_iter().collect();
        if module.first().is_some_and(|first| !self.is_foreign(first)) {
            for end in self.ends.keys() {
                let below = find::find_in(&self.folders, &[end], module);
                found.extend(below.filter(|below| !found.contains(below)));
            }
        }
        found
    }

    /// The names that modules in a folder have, sorted.
    pub fn modules_in(&self, folder: &Path) -> Vec<Segment> {
        self.folders.list(folder).names()
    }

    /// Whether the rules speak of a module of the top-level package of `module` below `root`.
    fn is_spoken_of(&self, root: &Path, module: &[Segment]) -> bool {
        let Some((top, seconds)) = module
            .first()
            .and_then(|top| self.spoken.get_key_value(top))
        else {
            return false;
        };
        self.meant.get_or(&root.join(top.as_str()), || {
            let has = |second: &Segment| {
                find::exists(&self.folders, root, &[top.clone(), second.clone()])
            };
            find::exists(&self.folders, root, std::slice::from_ref(top)) && seconds.iter().any(has)
        })
    }

    /// Whether a top-level name is a standard module's or a declared distribution's.
    fn is_foreign(&self, name: &str) -> bool {
        foreign::is_standard(name) || {
            let read = || Arc::new(Declared::read(&self.project));
            self.declared.get_or(&self.project, read).has(name)
        }
    }

    /// The roots of the files in `folder`, the primary first.
    fn roots_of(&self, folder: &Path) -> Vec<Root> {
        let mut roots = Vec::new();
        let holding = self
            .configured
            .iter()
            .filter(|root| folder.starts_with(root));
        let mut holding: Vec<&PathBuf> = holding.collect();
        holding.sort_by_key(|root| std::cmp::Reverse(root.components().count()));
        for root in holding {
            Root::add(&mut roots, root, true);
        }
        if roots.is_empty() && folder.starts_with(&self.project) {
            for src in self.src_roots(folder) {
                Root::add(&mut roots, src, false);
            }
            Root::add(&mut roots, &self.project, false);
        }
        let end = match self.stubs_around(folder).and_then(Path::parent) {
            Some(above) => above,
            None => self.packages_end(folder),
        };
        if self.ends.get(end).is_none() {
            self.ends.keep(end, ());
        }
        Root::add(&mut roots, end, false);
        roots
    }

    /// The `src` folders within the project that hold `folder`: the project's own, then those of
    /// projects within it, innermost first.
    fn src_roots<'a>(&self, folder: &'a Path) -> Vec<&'a Path> {
        let within = folder.ancestors().take_while(|at| *at != self.project);
        let mut found: Vec<&Path> = within.filter(|at| self.is_src(at)).collect();
        if let Some(own) = found.pop_if(|at| at.parent() == Some(&self.project)) {
            found.insert(0, own);
        }
        found
    }

    /// Whether a folder is a `src` that is neither a package nor in one.
    fn is_src(&self, folder: &Path) -> bool {
        let is_package = |folder| self.folders.init(folder).is_some();
        folder.ends_with("src")
            && !is_package(folder)
            && (folder.parent()).is_none_or(|above| above == self.project || !is_package(above))
    }

    /// The outermost stubs-only package around `folder`, within the project if that has the folder.
    fn stubs_around<'a>(&self, folder: &'a Path) -> Option<&'a Path> {
        let within = folder.ancestors().take_while(|at| *at != self.project);
        within.filter(|at| is_stubs(at)).last()
    }

    /// The first folder upwards from `folder` that is no regular package.
    fn packages_end<'a>(&self, folder: &'a Path) -> &'a Path {
        let mut above = folder.ancestors();
        let end = above.find(|at| self.folders.init(at).is_none());
        end.unwrap_or(folder)
    }

    /// The file's path without `.` and `..`; without links too, if it is in no root otherwise.
    fn located(&self, file: &Path) -> PathBuf {
        let file = normalized(file);
        let roots = [&self.project].into_iter().chain(&self.configured);
        if roots.into_iter().any(|root| file.starts_with(root)) {
            return file;
        }
        let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else {
            return file;
        };
        let real = self.real_folders.get_or(folder, || {
            fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned())
        });
        real.join(name)
    }
}

/// The name that the file `stem` in `folder` has below `root`, if it has one.
fn home(root: &Path, folder: &Path, stem: &str) -> Option<Home> {
    let mut module = folder_names(root, folder)?;
    let is_package = stem == "__init__";
    if !is_package {
        module.push(PYTHON.is_name(stem).then(|| Segment::new(stem))?);
    }
    (!module.is_empty()).then(|| Home {
        module,
        is_package,
        root: root.to_owned(),
    })
}

fn script(folder: &Path) -> Home {
    Home {
        module: vec![Segment::new_static(SCRIPT)],
        is_package: false,
        root: folder.to_owned(),
    }
}

/// The names from `root` to `folder`; `None` if it is not below, or something on the way is no
/// name that an import could write.
fn folder_names(root: &Path, folder: &Path) -> Option<Vec<Segment>> {
    let mut names = Vec::new();
    for part in folder.strip_prefix(root).ok()?.components() {
        let Component::Normal(part) = part else {
            return None;
        };
        let part = part.to_str()?;
        // A stubs-only package stands for the one that it describes (PEP 561).
        let part = match part.strip_suffix("-stubs") {
            Some(described) if names.is_empty() => described,
            _ => part,
        };
        names.push(PYTHON.is_name(part).then(|| composed(part))?);
    }
    Some(names)
}

/// A name as imports write it, if the file system took it apart (see [`listing`]).
fn composed(name: &str) -> Segment {
    if name.is_ascii() {
        return Segment::new(name);
    }
    name.nfc().collect()
}

/// The folder and the module name of a source; `None` for what is none.
fn split(file: &Path) -> Option<(&Path, Segment)> {
    let name = file.file_name()?.to_str()?;
    let (stem, suffix) = name.rsplit_once('.')?;
    let is_source = matches!(suffix, "py" | "pyi" | "pyw" | "ipynb") && !stem.is_empty();
    is_source.then_some((file.parent()?, composed(stem)))
}

fn is_notebook(file: &Path) -> bool {
    file.extension().is_some_and(|suffix| suffix == "ipynb")
}

fn is_stubs(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.strip_suffix("-stubs"))
        .is_some_and(|described| PYTHON.is_name(described))
}

#[cfg(test)]
mod tests;

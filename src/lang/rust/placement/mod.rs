//! In which crates a file is, and at which module path.
//!
//! Lazy: a file's place is found from the file upwards, by its location, and only files that may
//! declare it are read. What other files bring in from afar by `#[path]` is looked for when
//! location finds nothing ([`Crates::place`]) or when it is asked for ([`Crates::shared`]).
//! Files that only an `include!` brings are in no module tree.
//! Names in modules are not resolved here.

mod climb;
mod declared;
mod lex;
mod listed;
mod loose;
mod scan;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use self::climb::{Climb, Site};
use self::declared::{Base, Declaration, Origin, Target};
use self::lex::declarations;
use self::listed::Declarations;
use self::scan::{Scan, manifest_folders};
use super::manifest::{Edition, Externs, Krate, ManifestError, Manifests, Package};
use crate::file;
use crate::lang::concurrent_cache::ConcurrentCache;
use crate::path::Segment;
use crate::project::normalized;

/// Modules are looked for down to this depth: a file that declares itself has no end.
const MAX_DEPTH: usize = 64;

/// One place that a file has in a crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The crate.
    pub krate: Arc<Krate>,
    /// The module that the file is, below the crate's root; empty for the root file.
    pub module: Vec<Segment>,
    /// The files from the root file to this one, each with its module path; this one is last.
    pub chain: Vec<(PathBuf, Vec<Segment>)>,
}

impl Place {
    /// The file that declares it; `None` for a root file.
    pub fn declared_by(&self) -> Option<&Path> {
        self.chain
            .iter()
            .nth_back(1)
            .map(|(file, _)| file.as_path())
    }

    /// Whether it lies elsewhere than the declaring file looks without a `#[path]`.
    pub fn is_elsewhere(&self) -> bool {
        let [.., (by, _), (file, module)] = self.chain.as_slice() else {
            return false;
        };
        let is_owner = self.chain.len() == 2 || by.ends_with("mod.rs");
        let below = if is_owner {
            by.parent().map(Path::to_owned)
        } else {
            Some(by.with_extension(""))
        };
        let name = module.last().map(Segment::as_str).map(OsStr::new);
        let folder = file.parent();
        let is_named = file.file_stem() == name
            || file.ends_with("mod.rs") && folder.and_then(Path::file_name) == name;
        !is_named
            || !folder
                .zip(below)
                .is_some_and(|(folder, below)| folder.starts_with(below))
    }

    fn child<'a>(&self, file: &Path, names: impl Iterator<Item = &'a Segment>) -> Self {
        let mut child = self.clone();
        child.module.extend(names.cloned());
        child.chain.push((file.to_owned(), child.module.clone()));
        child
    }
}

/// What a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placement {
    /// Part of crates: at least one place, several if several crates or modules include the file.
    Places(Vec<Place>),
    /// In no module tree: cases of a compile test, templates, what `include!` brings.
    Orphan {
        /// The package that it lies in; `None` without a manifest.
        package: Option<Arc<Package>>,
        /// The package's edition.
        edition: Edition,
        /// What code of the package can name; `None` without a manifest.
        externs: Option<Externs>,
    },
}

/// The crates of a tree, found as they are asked for. Shared by the threads.
pub struct Crates {
    root: PathBuf,
    manifests: Manifests,
    packages: ConcurrentCache<Result<Arc<Package>, ManifestError>>,
    loose: ConcurrentCache<Arc<Package>>,
    declared: ConcurrentCache<Arc<Declarations>>,
    roots: ConcurrentCache<Arc<Roots>>,
    sites_by_location: ConcurrentCache<Arc<Vec<Site>>>,
    sites_by_scan: ConcurrentCache<Arc<Vec<Site>>>,
    placements: ConcurrentCache<Result<Arc<Placement>, ManifestError>>,
    shared: ConcurrentCache<Result<Arc<Placement>, ManifestError>>,
    scans: ConcurrentCache<Arc<OnceLock<Scan>>>,
    libraries: OnceLock<Vec<(Segment, String, Arc<Krate>)>>,
    remarks: Mutex<BTreeSet<String>>,
}

impl Crates {
    /// The project's root, absolute and without links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The crates of the project with this root (absolute, without links). Reads nothing yet.
    pub fn new(project_root: &Path) -> Self {
        Self {
            root: project_root.to_owned(),
            manifests: Manifests::default(),
            packages: ConcurrentCache::default(),
            loose: ConcurrentCache::default(),
            declared: ConcurrentCache::default(),
            roots: ConcurrentCache::default(),
            sites_by_location: ConcurrentCache::default(),
            sites_by_scan: ConcurrentCache::default(),
            placements: ConcurrentCache::default(),
            shared: ConcurrentCache::default(),
            scans: ConcurrentCache::default(),
            libraries: OnceLock::new(),
            remarks: Mutex::default(),
        }
    }

    /// What `file` (absolute) is, by its location. Only if that gives no place, the tree is
    /// searched for a `#[path]` that brings it. So places that other files give it from afar may
    /// be missing; [`Crates::shared`] has all.
    ///
    /// # Errors
    /// A manifest that the answer needs is broken.
    pub fn place(&self, file: &Path) -> Result<Arc<Placement>, ManifestError> {
        let file = normalized(file);
        self.placements.get_or(&file, || {
            let sites = Climb::new(self, None).sites(&file)?;
            if sites.is_empty() {
                self.shared(&file)
            } else {
                self.placement(&file, &sites)
            }
        })
    }

    /// What `file` (absolute) is, with every place that a `#[path]` or a link anywhere in the tree
    /// gives it. The first call reads the tree's sources once.
    ///
    /// # Errors
    /// A manifest that the answer needs is broken.
    pub fn shared(&self, file: &Path) -> Result<Arc<Placement>, ManifestError> {
        let file = normalized(file);
        self.shared.get_or(&file, || {
            let scan = self.scan_for(&file)?;
            let scan = scan.get_or_init(|| Scan::of(&self.scan_root(&file)));
            let mut sites = Climb::new(self, Some(scan)).sites(&file)?;
            if let Ok(real) = fs::canonicalize(&file)
                && real != file
            {
                let more = Climb::new(self, Some(scan)).sites(&real)?;
                let mut all = sites.to_vec();
                for site in more.iter() {
                    all.push(site.clone().ending_in(&file));
                }
                sites = Arc::new(all);
            }
            self.placement(&file, &sites)
        })
    }

    fn placement(&self, file: &Path, sites: &[Site]) -> Result<Arc<Placement>, ManifestError> {
        let mut places: Vec<Place> = Vec::new();
        for site in sites {
            if !places.contains(&site.place) {
                places.push(site.place.clone());
            }
        }
        if !places.is_empty() {
            if places.iter().any(|place| place.krate.package.is_none()) {
                self.remark_on(file, &places);
            }
            return Ok(Arc::new(Placement::Places(places)));
        }
        let homes = self.homes(file)?;
        let package = homes.into_iter().find(|package| package.name.is_some());
        Ok(Arc::new(Placement::Orphan {
            edition: package
                .as_ref()
                .map_or(Edition::E2021, |package| package.edition),
            externs: package.as_ref().and_then(|package| package.externs.clone()),
            package,
        }))
    }

    fn remark_on(&self, file: &Path, places: &[Place]) {
        let Some(place) = places.iter().find(|place| place.krate.package.is_none()) else {
            return;
        };
        let folder = place.krate.root.parent().or(file.parent());
        let folder = folder.unwrap_or(file);
        let folder = match folder.parent() {
            Some(above) if folder.ends_with("src") => above,
            _ => folder,
        };
        let shown = folder.strip_prefix(&self.root).unwrap_or(folder);
        let shown = if shown.as_os_str().is_empty() {
            Path::new(".")
        } else {
            shown
        };
        let remark = match &place.krate.name {
            Some(name) => format!(
                "no Cargo.toml with a package above {}: its files count as crate `{name}`, \
                 edition 2021",
                shown.display()
            ),
            None => return,
        };
        let mut remarks = self.remarks.lock().unwrap_or_else(PoisonError::into_inner);
        remarks.insert(remark);
    }

    /// Sentences to say once a run, sorted.
    pub fn remarks(&self) -> Vec<String> {
        let remarks = self.remarks.lock().unwrap_or_else(PoisonError::into_inner);
        remarks.iter().cloned().collect()
    }

    /// The file that holds module `path` of `krate`, and how many names of `path` lead to that
    /// file (the rest are inline modules in it, or no modules). `None` only if there is no such
    /// file on disk, which for a folder of loose files can be. If several files may hold it
    /// (`cfg`), the first.
    pub fn module_file(&self, krate: &Krate, path: &[Segment]) -> Option<(PathBuf, usize)> {
        self.module_files(krate, path).into_iter().next()
    }

    /// Like [`Crates::module_file`], with every file that may hold it (`cfg` chooses between
    /// several declarations or paths), in order of declaration.
    pub fn module_files(&self, krate: &Krate, path: &[Segment]) -> Vec<(PathBuf, usize)> {
        if !krate.root.is_file() {
            return loose::by_location(krate, path).into_iter().collect();
        }
        let holders = self.holders(krate, path).into_iter();
        holders
            .map(|(file, _, module)| (file, module.len()))
            .collect()
    }

    /// The files that may hold module `path`, each with where its children are and the module that
    /// it is itself.
    fn holders(&self, krate: &Krate, path: &[Segment]) -> Vec<(PathBuf, Base, Vec<Segment>)> {
        let mut found: Vec<(PathBuf, Base, Vec<Segment>)> = Vec::new();
        let mut open = vec![(krate.root.clone(), Base::of_owner(&krate.root), 0)];
        while let Some((file, base, used)) = open.pop() {
            let declared = self.declarations(&file);
            let sure = declared.that_begin(&path[used..]);
            let sure = sure.filter(|one| one.origin != Origin::Mention);
            let mut below = existing(sure, &base, &path[used..]);
            if below.is_empty() && used < path.len() {
                below = existing(self.perhaps_declared(&file).iter(), &base, &path[used..]);
            }
            if below.is_empty() {
                let module = path[..used].to_vec();
                let is_known = |(other, _, known): &(PathBuf, Base, Vec<Segment>)| {
                    *other == file && *known == module
                };
                if !found.iter().any(is_known) {
                    found.push((file, base, module));
                }
            }
            let below = below.into_iter().rev();
            open.extend(below.map(|(target, names)| (target.file, target.base, used + names)));
        }
        found
    }

    /// The files of the modules below module `path` of `krate`, each with its module path, as
    /// declarations say. A file is named once for each module that it is.
    pub fn files_below(&self, krate: &Krate, path: &[Segment]) -> Vec<(PathBuf, Vec<Segment>)> {
        let mut found = Vec::new();
        let mut seen = FxHashSet::default();
        let mut open = self.holders(krate, path);
        while let Some((file, base, module)) = open.pop() {
            let sure = self.declarations(&file);
            let perhaps = self.perhaps_declared(&file);
            for declaration in sure.iter().chain(&perhaps) {
                let mut below: Vec<Segment> = module.clone();
                below.extend(declaration.names().cloned());
                if !below.starts_with(path) || below.len() > MAX_DEPTH {
                    continue;
                }
                for target in declaration.targets(&base) {
                    let child = (target.file.clone(), below.clone());
                    if target.file.is_file() && seen.insert(child.clone()) {
                        found.push(child);
                        open.push((target.file, target.base, below.clone()));
                    }
                }
            }
        }
        found
    }

    /// The names of the packages in the tree whose library is called `name`, sorted. Manifests
    /// that are broken do not count.
    pub fn packages_with_lib_name(&self, name: &str) -> Vec<String> {
        let named = self
            .libraries()
            .iter()
            .filter(|(library, ..)| library == name);
        named.map(|(_, package, _)| package.clone()).collect()
    }

    /// The library of this name, if exactly one package of the tree has one.
    pub fn library_named(&self, name: &str) -> Option<Arc<Krate>> {
        let mut named = self
            .libraries()
            .iter()
            .filter(|(library, ..)| library == name);
        let (_, _, krate) = named.next()?;
        named.next().is_none().then(|| Arc::clone(krate))
    }

    fn libraries(&self) -> &[(Segment, String, Arc<Krate>)] {
        self.libraries.get_or_init(|| {
            let mut libraries = Vec::new();
            for folder in manifest_folders(&self.root) {
                let Ok(Some(package)) = self.package_in(&folder) else {
                    continue;
                };
                if let (Some(package_name), Some(library)) = (&package.name, package.library())
                    && let Some(name) = &library.name
                {
                    libraries.push((name.clone(), package_name.clone(), Arc::clone(library)));
                }
            }
            libraries.sort_by(|one, other| (&one.0, &one.1).cmp(&(&other.0, &other.1)));
            libraries
        })
    }

    /// The library of the package that a file belongs to.
    pub fn library_of(&self, file: &Path) -> Option<Arc<Krate>> {
        let homes = self.homes(&normalized(file)).ok()?;
        homes.iter().find_map(|package| package.library().cloned())
    }

    /// The implicit crate around a documentation test of this place.
    pub fn doctest_krate(place: &Place) -> Krate {
        place.krate.doctest()
    }

    /// The package that has its manifest in `folder`; `None` for a mere workspace.
    fn package_in(&self, folder: &Path) -> Result<Option<Arc<Package>>, ManifestError> {
        let Some(manifest) = self.manifests.in_folder(folder)? else {
            return Ok(None);
        };
        if manifest.package.is_none() {
            return Ok(None);
        }
        let package = self.packages.get_or(folder, || {
            Package::load(&self.manifests, folder, &manifest).map(Arc::new)
        });
        package.map(Some)
    }

    /// The packages that `file` may belong to, in the order to try: the one of the nearest
    /// manifest. If the project has none above the file: one above the project (which has the file
    /// only if it declares it), then the folder itself.
    fn homes(&self, file: &Path) -> Result<Vec<Arc<Package>>, ManifestError> {
        let inside = file.starts_with(&self.root);
        let mut lowest = inside.then(|| self.root.clone());
        for folder in file.ancestors().skip(1) {
            if inside && !folder.starts_with(&self.root) {
                break;
            }
            if self.manifests.in_folder(folder)?.is_some() {
                match self.package_in(folder)? {
                    Some(package) => return Ok(vec![package]),
                    None => {
                        lowest = Some(folder.to_owned());
                        break;
                    }
                }
            }
        }
        let mut homes = Vec::new();
        if inside && lowest.as_deref() == Some(&self.root) {
            let above = self.root.ancestors().skip(1).find_map(|folder| {
                // What lies outside the project and is broken is not asked to be right.
                self.manifests.in_folder(folder).ok().flatten()?;
                Some(self.package_in(folder).ok().flatten())
            });
            homes.extend(above.flatten());
        }
        let lowest = lowest.or_else(|| file.parent().map(Path::to_owned));
        if let Some(lowest) = lowest {
            homes.push(self.loose_package(file, &lowest));
        }
        Ok(homes)
    }

    fn loose_package(&self, file: &Path, lowest: &Path) -> Arc<Package> {
        let folder = file.parent().unwrap_or(lowest);
        self.loose
            .get_or(folder, || Arc::new(loose::package(folder, lowest)))
    }

    /// The modules that `file` declares in other files; none if it cannot be read.
    fn declarations(&self, file: &Path) -> Arc<Declarations> {
        self.declared.get_or(file, || {
            let bytes = file::read(file).unwrap_or_default();
            let all = declarations(&String::from_utf8_lossy(&bytes));
            Arc::new(Declarations::new(all))
        })
    }

    /// The root files of a package: which there are, and which declares what.
    fn roots(&self, package: &Package) -> Arc<Roots> {
        self.roots.get_or(&package.folder, || {
            let mut roots = Roots::default();
            for (at, krate) in package.crates.iter().enumerate() {
                roots.crates.entry(krate.root.clone()).or_default().push(at);
                for declaration in self.declarations(&krate.root).iter() {
                    for base in [Base::of_owner(&krate.root), Base::of_named(&krate.root)] {
                        for target in declaration.targets(&base) {
                            let declaring = roots.declaring.entry(target.file).or_default();
                            if declaring.last() != Some(&at) {
                                declaring.push(at);
                            }
                        }
                    }
                }
            }
            Arc::new(roots)
        })
    }

    /// The modules that `file` declares only if the macros that it calls do so: the macros of its
    /// `#[macro_use]` modules, and names in the tokens of calls.
    fn perhaps_declared(&self, file: &Path) -> Vec<Declaration> {
        let known = self.declarations(file);
        let mut perhaps = Vec::new();
        for module in known.iter().filter(|one| one.gives_macros()) {
            for base in [Base::of_owner(file), Base::of_named(file)] {
                for target in module.targets(&base) {
                    let of_macros = self.declarations(&target.file);
                    let bodies = of_macros.iter();
                    let bodies = bodies.filter(|one| one.origin == Origin::MacroBody);
                    perhaps.extend(bodies.cloned());
                }
            }
        }
        let mentions = known.iter().filter(|one| one.origin == Origin::Mention);
        perhaps.extend(mentions.cloned());
        perhaps
    }

    /// The tree to search for what brings `file`: the project, or for a file outside of it its
    /// package.
    fn scan_root(&self, file: &Path) -> PathBuf {
        if file.starts_with(&self.root) {
            return self.root.clone();
        }
        let homes = self.homes(file).unwrap_or_default();
        match homes.first() {
            Some(package) => package.folder.clone(),
            None => file.parent().unwrap_or(file).to_owned(),
        }
    }

    fn scan_for(&self, file: &Path) -> Result<Arc<OnceLock<Scan>>, ManifestError> {
        self.homes(file)?;
        Ok(self.scans.get_or(&self.scan_root(file), Arc::default))
    }
}

/// The root files of a package with many targets.
#[derive(Debug, Default)]
struct Roots {
    /// The crates of a root file, as indices of the package's.
    crates: FxHashMap<PathBuf, Vec<usize>>,
    /// The crates whose root may declare a file.
    declaring: FxHashMap<PathBuf, Vec<usize>>,
}

/// The files on disk of those declarations that lead towards module `path`, with how many names
/// lead there.
fn existing<'a>(
    declarations: impl Iterator<Item = &'a Declaration>,
    base: &Base,
    path: &[Segment],
) -> Vec<(Target, usize)> {
    let mut found = Vec::new();
    for declaration in declarations {
        let names = declaration.names().count();
        if names > path.len() || !declaration.names().eq(&path[..names]) {
            continue;
        }
        for target in declaration.targets(base) {
            if target.file.is_file() {
                found.push((target, names));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;

const _: fn() = || {
    fn shared_by_threads<T: Sync + Send>() {}
    shared_by_threads::<Crates>();
};

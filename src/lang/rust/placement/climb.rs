//! From a file up to the roots of the crates that it is part of.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::declared::{Base, Declaration, Origin};
use super::scan::Scan;
use super::{Crates, Place, Roots};
use crate::lang::rust::manifest::{Krate, ManifestError, Package};
use crate::path::Segment;

/// A package with more crates is asked through an index of their root files.
const FEW_CRATES: usize = 8;

/// A place, and where the file looks for its children there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Site {
    pub(super) place: Place,
    base: Base,
}

impl Site {
    /// The same site under the file's other name.
    pub(super) fn ending_in(mut self, file: &Path) -> Self {
        if let Some((last, _)) = self.place.chain.last_mut() {
            *last = file.to_owned();
        }
        self
    }
}

/// One question: the sites of a file.
pub(super) struct Climb<'a> {
    crates: &'a Crates,
    /// `None`: by location alone.
    scan: Option<&'a Scan>,
    /// Files whose sites are being worked out: `#[path]` can make loops.
    visiting: Vec<PathBuf>,
    /// A loop was cut, so what was worked out inside of it is not the whole answer.
    cut: bool,
}

impl<'a> Climb<'a> {
    pub(super) fn new(crates: &'a Crates, scan: Option<&'a Scan>) -> Self {
        Self {
            crates,
            scan,
            visiting: Vec::new(),
            cut: false,
        }
    }

    /// Every place that `file` (normalized) has in a crate.
    pub(super) fn sites(&mut self, file: &Path) -> Result<Arc<Vec<Site>>, ManifestError> {
        let memo = match self.scan {
            Some(_) => &self.crates.sites_by_scan,
            None => &self.crates.sites_by_location,
        };
        if let Some(known) = memo.get(file) {
            return Ok(known);
        }
        self.visiting.push(file.to_owned());
        let found = self.work_out(file);
        self.visiting.pop();
        let found = Arc::new(found?);
        if self.cut && !self.visiting.is_empty() {
            return Ok(found);
        }
        Ok(memo.keep(file, found))
    }

    fn work_out(&mut self, file: &Path) -> Result<Vec<Site>, ManifestError> {
        let mut sites = Vec::new();
        for package in self.crates.homes(file)? {
            self.in_package(file, &package, &mut sites)?;
            if !sites.is_empty() {
                break;
            }
            sites.extend(rootless(file, &package));
        }
        if let Some(scan) = self.scan {
            for link in scan.links(file) {
                if self.visiting.contains(link) {
                    self.cut = true;
                    continue;
                }
                for site in self.sites(link)?.iter() {
                    push(&mut sites, site.clone().ending_in(file));
                }
            }
        }
        Ok(sites)
    }

    fn in_package(
        &mut self,
        file: &Path,
        package: &Package,
        sites: &mut Vec<Site>,
    ) -> Result<(), ManifestError> {
        let roots = (package.crates.len() > FEW_CRATES).then(|| self.crates.roots(package));
        let own: Vec<&Arc<Krate>> = match &roots {
            Some(roots) => {
                let own = roots.crates.get(file).into_iter().flatten();
                own.map(|at| &package.crates[*at]).collect()
            }
            None => {
                let all = package.crates.iter();
                all.filter(|krate| krate.root == file).collect()
            }
        };
        for krate in own {
            let place = Place {
                krate: Arc::clone(krate),
                module: Vec::new(),
                chain: vec![(file.to_owned(), Vec::new())],
            };
            let base = Base::of_owner(file);
            push(sites, Site { place, base });
        }
        for owner in &self.owners(file, package, roots.as_deref()) {
            let declarations = self.crates.declarations(owner);
            let sure = |one: &&Declaration| one.origin != Origin::Mention;
            let likely = declarations.that_may_mean(file);
            let declarations: Vec<&Declaration> = likely.filter(sure).collect();
            self.declared_by(owner, &declarations, file, package, sites)?;
        }
        if !sites.is_empty() || self.scan.is_none() {
            return Ok(());
        }
        // Nobody declares it in so many words: perhaps a macro does.
        for owner in &self.owners(file, package, None) {
            let perhaps = self.crates.perhaps_declared(owner);
            let declarations: Vec<&Declaration> = perhaps.iter().collect();
            self.declared_by(owner, &declarations, file, package, sites)?;
        }
        Ok(())
    }

    /// Adds the sites that `file` has by these declarations of `owner`.
    fn declared_by(
        &mut self,
        owner: &Path,
        declarations: &[&Declaration],
        file: &Path,
        package: &Package,
        sites: &mut Vec<Site>,
    ) -> Result<(), ManifestError> {
        if !may_declare(owner, declarations, file) {
            return Ok(());
        }
        if self.visiting.iter().any(|open| open == owner) {
            self.cut = true;
            return Ok(());
        }
        let above = match self.sites(owner) {
            Ok(above) => above,
            Err(error) if owner.starts_with(&package.folder) => return Err(error),
            // Another package that reaches in here and is broken is its own files' failure.
            Err(_) => return Ok(()),
        };
        for site in above.iter() {
            for declaration in declarations.iter().filter(|one| one.may_mean(file)) {
                for target in declaration.targets(&site.base) {
                    if target.file == file {
                        let place = site.place.child(file, declaration.names());
                        let base = target.base;
                        push(sites, Site { place, base });
                    }
                }
            }
        }
        Ok(())
    }

    /// Files that may declare `file`, nearest first, each once; of the root files all, or those that
    /// `roots` says.
    fn owners(&self, file: &Path, package: &Package, roots: Option<&Roots>) -> Vec<PathBuf> {
        let mut owners: Vec<PathBuf> = Vec::new();
        let mut seen = FxHashSet::default();
        let mut add = |owner: PathBuf| {
            if owner != file && seen.insert(owner.clone()) {
                owners.push(owner);
            }
        };
        let declaring = roots.map(|roots| roots.declaring.get(file).map_or(&[][..], Vec::as_slice));
        let root_files: Vec<&Path> = match declaring {
            Some(declaring) => declaring
                .iter()
                .map(|at| package.crates[*at].root.as_path())
                .collect(),
            None => {
                let roots = package.crates.iter();
                roots.map(|krate| krate.root.as_path()).collect()
            }
        };
        for folder in file.ancestors().skip(1) {
            if !folder.starts_with(&package.folder) {
                break;
            }
            for root in &root_files {
                if root.parent() == Some(folder) {
                    add((*root).to_owned());
                }
            }
            add(folder.join("mod.rs"));
            if folder != package.folder {
                let mut name = folder.as_os_str().to_owned();
                name.push(".rs");
                add(PathBuf::from(name));
            }
            let named = self.scan.map_or(&[][..], |scan| scan.named_in(folder));
            named.iter().cloned().for_each(&mut add);
        }
        let declaring = self.scan.map_or(&[][..], |scan| scan.declaring(file));
        declaring.iter().cloned().for_each(&mut add);
        owners
    }
}

/// Cheap: whether one of the declarations means `file` if `owner` is what its name says, or else.
fn may_declare(owner: &Path, declarations: &[&Declaration], file: &Path) -> bool {
    let bases = [Base::of_owner(owner), Base::of_named(owner)];
    let mut likely = declarations.iter().filter(|one| one.may_mean(file));
    likely.any(|declaration| {
        bases.iter().any(|base| {
            let targets = declaration.targets(base);
            targets.iter().any(|target| target.file == file)
        })
    })
}

/// The place in a folder of loose files that has no root file: by location, since nothing could
/// declare the file.
fn rootless(file: &Path, package: &Package) -> Option<Site> {
    let krate = package.crates.first()?;
    if package.name.is_some() || krate.root.exists() {
        return None;
    }
    let below = file.strip_prefix(&package.folder).ok()?;
    let below = below
        .strip_prefix("src")
        .unwrap_or(below)
        .with_extension("");
    let mut module: Vec<Segment> = below
        .iter()
        .map(|part| Segment::new(part.to_string_lossy()))
        .collect();
    let is_mod = module.last().is_some_and(|name| name == "mod");
    let base = if is_mod {
        module.pop();
        Base::of_owner(file)
    } else {
        Base::of_named(file)
    };
    let place = Place {
        krate: Arc::clone(krate),
        chain: vec![(file.to_owned(), module.clone())],
        module,
    };
    Some(Site { place, base })
}

fn push(sites: &mut Vec<Site>, site: Site) {
    if !sites.contains(&site) {
        sites.push(site);
    }
}

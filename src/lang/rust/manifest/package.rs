//! A package: its targets as crates.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::externs::PackageExterns;
use super::read::{Manifest, Manifests};
use super::targets;
use super::{
    Edition, External, Externs, Krate, ManifestError, TargetKind, add_externs, crate_name,
};
use crate::path::Segment;
use crate::project::normalized;

/// A Cargo package, or a folder of files without a manifest that counts as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name; `None` without a manifest.
    pub name: Option<String>,
    /// Its folder, absolute.
    pub folder: PathBuf,
    /// The edition of targets that name no other.
    pub edition: Edition,
    /// Its crates, the library first.
    pub crates: Vec<Arc<Krate>>,
    /// What some target or other can name: dependencies of every kind but build, and the own
    /// library. `None` without a manifest.
    pub externs: Option<Externs>,
}

impl Package {
    /// The package whose manifest lies in `folder`.
    ///
    /// # Errors
    /// The manifest, or one that it inherits from, is broken.
    pub(in super::super) fn load(
        manifests: &Manifests,
        folder: &Path,
        manifest: &Arc<Manifest>,
    ) -> Result<Self, ManifestError> {
        let named = manifest
            .package
            .as_ref()
            .and_then(|package| package.name.clone());
        let name = named.ok_or_else(|| {
            manifest.error(None, "no package name, expected `name` in [package]".into())
        })?;
        let edition = manifests.edition_of(folder, manifest)?;
        let found = targets::find(folder, manifest, &name, edition)?;
        let dependencies = PackageExterns::of(manifests, folder, manifest)?;
        let is_library = |kind| matches!(kind, TargetKind::Lib | TargetKind::ProcMacro);
        let library = found
            .iter()
            .find(|target| is_library(target.kind))
            .map(|target| crate_name(&target.name));

        let mut beside = dependencies.normal.clone();
        let own = library.iter().cloned();
        beside.extend(own.map(|name| (name.clone(), External::always(name))));
        let mut all = beside.clone();
        add_externs(&mut all, &dependencies.dev);
        let rust_version = manifests.rust_version_of(folder, manifest)?;
        let crates = found
            .into_iter()
            .map(|target| {
                let (externs, dev) = match target.kind {
                    TargetKind::Lib | TargetKind::ProcMacro => {
                        (dependencies.normal.clone(), dependencies.dev.clone())
                    }
                    TargetKind::Bin => (beside.clone(), dependencies.dev.clone()),
                    TargetKind::Example | TargetKind::Test | TargetKind::Bench => {
                        (all.clone(), dependencies.dev.clone())
                    }
                    TargetKind::BuildScript => (dependencies.build.clone(), Externs::default()),
                };
                let names = is_library(target.kind)
                    || (target.kind == TargetKind::Bin && library.is_none());
                Arc::new(Krate {
                    name: names.then(|| crate_name(&target.name)),
                    package: Some(name.clone()),
                    kind: target.kind,
                    edition: target.edition,
                    root: normalized(&target.root),
                    externs: Some(externs),
                    dev_externs: Some(dev),
                    required_features: target.required_features,
                    rust_version,
                })
            })
            .collect();
        Ok(Self {
            name: Some(name),
            folder: folder.to_owned(),
            edition,
            crates,
            externs: Some(all),
        })
    }

    /// The files of a folder without a manifest, as the crate `name` with these roots (`lib.rs`
    /// before `main.rs`); without a root, `folder/lib.rs` stands for it.
    pub(in super::super) fn loose(folder: &Path, name: Segment, roots: Vec<PathBuf>) -> Self {
        let krate = |kind, name, root| {
            Arc::new(Krate {
                name,
                package: None,
                kind,
                edition: Edition::E2021,
                root,
                externs: None,
                dev_externs: None,
                required_features: Vec::new(),
                rust_version: None,
            })
        };
        let mut crates = Vec::new();
        for root in roots {
            let program = root.ends_with("main.rs");
            let kind = if program {
                TargetKind::Bin
            } else {
                TargetKind::Lib
            };
            let named = crates.is_empty().then(|| name.clone());
            crates.push(krate(kind, named, root));
        }
        if crates.is_empty() {
            crates.push(krate(TargetKind::Lib, Some(name), folder.join("lib.rs")));
        }
        Self {
            name: None,
            folder: folder.to_owned(),
            edition: Edition::E2021,
            crates,
            externs: None,
        }
    }

    /// The crate that others name, if it has a library.
    pub fn library(&self) -> Option<&Arc<Krate>> {
        self.crates
            .iter()
            .find(|krate| matches!(krate.kind, TargetKind::Lib | TargetKind::ProcMacro))
    }
}

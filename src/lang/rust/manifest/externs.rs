//! The crates that a package's code can name, by the manifest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::read::{Dependencies, DependencyTables, Detail, Manifest, Manifests};
use super::{External, Externs, ManifestError, add_extern, crate_name};
use crate::lang::rust::gate::Cfg;

/// What each kind of target sees of the dependencies.
#[derive(Default)]
pub(super) struct PackageExterns {
    /// `[dependencies]`.
    pub(super) normal: Externs,
    /// `[dev-dependencies]`.
    pub(super) dev: Externs,
    /// `[build-dependencies]`.
    pub(super) build: Externs,
}

impl PackageExterns {
    /// Reads them, with those of platforms and optional ones: each with where it is there.
    ///
    /// # Errors
    /// A dependency is inherited and the workspace's manifest is broken.
    pub(super) fn of(
        manifests: &Manifests,
        folder: &Path,
        manifest: &Arc<Manifest>,
    ) -> Result<Self, ManifestError> {
        let tables = || {
            let on = |platform: &String| match platform_cfg(platform) {
                Some(cfg) => cfg,
                // A triple is no condition that code can be under.
                None => Cfg::Is(format!("target {platform}")),
            };
            let platforms = manifest.target.iter();
            std::iter::once((Cfg::ALWAYS, &manifest.dependencies))
                .chain(platforms.map(move |(platform, tables)| (on(platform), tables)))
        };
        let inherits = |dependencies: &Dependencies| {
            let mut details = dependencies.values().filter_map(|found| found.detail());
            details.any(|detail| detail.workspace)
        };
        let asks = tables().any(|(_, tables)| {
            inherits(&tables.dependencies)
                || inherits(&tables.dev_dependencies)
                || inherits(&tables.build_dependencies)
        });
        let workspace = if asks {
            manifests.workspace_of(folder, manifest)?
        } else {
            None
        };
        let reader = Reader {
            manifests,
            folder,
            workspace,
            manifest,
        };
        let collect = |of: fn(&DependencyTables) -> &Dependencies| {
            let mut externs = Externs::default();
            for (on, tables) in tables() {
                reader.add(of(tables), &on, &mut externs);
            }
            externs
        };
        Ok(Self {
            normal: collect(|tables| &tables.dependencies),
            dev: collect(|tables| &tables.dev_dependencies),
            build: collect(|tables| &tables.build_dependencies),
        })
    }
}

struct Reader<'a> {
    manifests: &'a Manifests,
    folder: &'a Path,
    workspace: Option<(PathBuf, Arc<Manifest>)>,
    manifest: &'a Manifest,
}

/// The condition of `[target.'cfg(...)'.dependencies]`.
fn platform_cfg(platform: &str) -> Option<Cfg> {
    let inside = platform.trim().strip_prefix("cfg")?.trim_start();
    Cfg::parse_text(inside.strip_prefix('(')?.strip_suffix(')')?)
}

/// The condition under which an optional dependency is there: one of the features that bring it, by
/// themselves or through others.
fn brought_by(key: &str, features: &BTreeMap<String, Vec<String>>) -> Cfg {
    let explicit = format!("dep:{key}");
    let is_explicit = features.values().flatten().any(|item| *item == explicit);
    let brings = |item: &String| {
        *item == explicit
            || (!is_explicit && item == key)
            || item.split_once('/').is_some_and(|(name, _)| name == key)
    };
    let mut known: Vec<&str> = Vec::new();
    if !is_explicit {
        known.push(key);
    }
    for (feature, items) in features {
        if items.iter().any(brings) && !known.contains(&feature.as_str()) {
            known.push(feature);
        }
    }
    let mut at = 0;
    while let Some(&name) = known.get(at) {
        for (feature, items) in features {
            if items.iter().any(|item| item == name) && !known.contains(&feature.as_str()) {
                known.push(feature);
            }
        }
        at += 1;
    }
    Cfg::Any(known.into_iter().map(Cfg::feature).collect())
}

impl Reader<'_> {
    /// Cargo's rule: a dependency with `package = "..."` is called as its key says, one without is
    /// called as its library calls itself.
    fn add(&self, dependencies: &Dependencies, on: &Cfg, externs: &mut Externs) {
        for (key, dependency) in dependencies {
            let is_optional = dependency.detail().is_some_and(|detail| detail.optional);
            let when = if is_optional {
                on.clone().and(brought_by(key, &self.manifest.features))
            } else {
                on.clone()
            };
            let (base, detail) = match dependency.detail() {
                Some(detail) if detail.workspace => self.inherited(key),
                detail => (self.folder, detail),
            };
            let renamed = detail.and_then(|detail| detail.package.as_deref());
            let path = detail.and_then(|detail| detail.path.as_ref());
            // A dependency whose manifest is missing or broken is not this package's fault: the
            // usual name is taken.
            let library = path
                .and_then(|path| self.manifests.in_folder(&base.join(path)).ok().flatten())
                .and_then(|manifest| manifest.library_name())
                .unwrap_or_else(|| crate_name(renamed.unwrap_or(key)));
            let local = if renamed.is_some() {
                crate_name(key)
            } else {
                library.clone()
            };
            add_extern(externs, local, External { library, when });
        }
    }

    /// What the workspace says of a dependency, with the folder that its `path` starts from.
    fn inherited(&self, key: &str) -> (&Path, Option<&Detail>) {
        let Some((folder, manifest)) = &self.workspace else {
            return (self.folder, None);
        };
        let workspace = manifest.workspace.as_ref();
        let detail = workspace
            .and_then(|workspace| workspace.dependencies.get(key))
            .and_then(|found| found.detail());
        (folder, detail)
    }
}

//! The crates that a package's code can name, by the manifest.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::read::{Dependencies, DependencyTables, Detail, Manifest, Manifests};
use super::{Externs, ManifestError, crate_name};

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
    /// Reads them, with the platform-specific ones. Optional ones count: features are not asked.
    ///
    /// # Errors
    /// A dependency is inherited and the workspace's manifest is broken.
    pub(super) fn of(
        manifests: &Manifests,
        folder: &Path,
        manifest: &Arc<Manifest>,
    ) -> Result<Self, ManifestError> {
        let tables = || std::iter::once(&manifest.dependencies).chain(manifest.target.values());
        let inherits = |dependencies: &Dependencies| {
            let mut details = dependencies.values().filter_map(|found| found.detail());
            details.any(|detail| detail.workspace)
        };
        let asks = tables().any(|tables| {
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
        };
        let collect = |of: fn(&DependencyTables) -> &Dependencies| {
            let mut externs = Externs::default();
            for tables in tables() {
                reader.add(of(tables), &mut externs);
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
}

impl Reader<'_> {
    /// Cargo's rule: a dependency with `package = "..."` is called as its key says, one without is
    /// called as its library calls itself.
    fn add(&self, dependencies: &Dependencies, externs: &mut Externs) {
        for (key, dependency) in dependencies {
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
            externs.insert(local, library);
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

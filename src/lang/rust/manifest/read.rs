//! One `Cargo.toml` as it is written, and the workspace above it.
//!
//! Keys that do not tell what a path means are not read, so a manifest of a newer Cargo works.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use serde_spanned::Spanned;

use super::{Edition, crate_name};
use crate::file;
use crate::lang::concurrent_cache::ConcurrentCache;
use crate::mapping::Version;
use crate::path::Segment;

/// A `Cargo.toml` that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {message}", path.display(), line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct ManifestError {
    /// The manifest.
    pub path: PathBuf,
    /// The line, from 1, if one is to blame.
    pub line: Option<usize>,
    /// What is wrong and what was expected: lower case, no period.
    pub message: String,
}

/// A manifest, as read.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(in super::super) struct Manifest {
    #[serde(alias = "project")]
    pub(in super::super) package: Option<PackageTable>,
    pub(super) workspace: Option<WorkspaceTable>,
    pub(super) lib: Option<TargetTable>,
    pub(super) bin: Vec<TargetTable>,
    pub(super) example: Vec<TargetTable>,
    pub(super) test: Vec<TargetTable>,
    pub(super) bench: Vec<TargetTable>,
    #[serde(flatten)]
    pub(super) dependencies: DependencyTables,
    pub(super) target: BTreeMap<String, DependencyTables>,
    #[serde(deserialize_with = "features")]
    pub(super) features: BTreeMap<String, Vec<String>>,
    /// The text, to tell lines by offset.
    #[serde(skip)]
    text: String,
    /// Where it was read.
    #[serde(skip)]
    path: PathBuf,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(in super::super) struct PackageTable {
    pub(in super::super) name: Option<String>,
    edition: Option<Spanned<toml::Value>>,
    rust_version: Option<toml::Value>,
    pub(super) build: Option<toml::Value>,
    workspace: Option<PathBuf>,
    pub(super) autolib: Option<bool>,
    pub(super) autobins: Option<bool>,
    pub(super) autoexamples: Option<bool>,
    pub(super) autotests: Option<bool>,
    pub(super) autobenches: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WorkspaceTable {
    package: WorkspacePackage,
    pub(super) dependencies: Dependencies,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct WorkspacePackage {
    edition: Option<Spanned<toml::Value>>,
    rust_version: Option<toml::Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct TargetTable {
    pub(super) name: Option<String>,
    pub(super) path: Option<PathBuf>,
    pub(super) edition: Option<Spanned<toml::Value>>,
    #[serde(alias = "proc_macro")]
    pub(super) proc_macro: bool,
    #[serde(alias = "crate_type")]
    pub(super) crate_type: Vec<String>,
    pub(super) required_features: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct DependencyTables {
    pub(super) dependencies: Dependencies,
    #[serde(alias = "dev_dependencies")]
    pub(super) dev_dependencies: Dependencies,
    #[serde(alias = "build_dependencies")]
    pub(super) build_dependencies: Dependencies,
}

/// Dependencies by their name in the manifest.
pub(super) type Dependencies = BTreeMap<String, Dependency>;

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Dependency {
    Detailed(Detail),
    /// A version alone, or something that Cargo will complain about.
    Other(#[expect(dead_code, reason = "only its presence counts")] toml::Value),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Detail {
    pub(super) package: Option<String>,
    pub(super) path: Option<PathBuf>,
    pub(super) workspace: bool,
    pub(super) optional: bool,
}

/// Features, as far as they are lists of words: what else there is, Cargo will complain about.
fn features<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<BTreeMap<String, Vec<String>>, D::Error> {
    let written = BTreeMap::<String, toml::Value>::deserialize(from)?;
    let words = |value: toml::Value| match value {
        toml::Value::Array(items) => items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
        _ => Vec::new(),
    };
    Ok(written
        .into_iter()
        .map(|(name, value)| (name, words(value)))
        .collect())
}

impl Dependency {
    pub(super) fn detail(&self) -> Option<&Detail> {
        match self {
            Self::Detailed(detail) => Some(detail),
            Self::Other(_) => None,
        }
    }
}

impl Manifest {
    fn parse(path: &Path, text: String) -> Result<Self, ManifestError> {
        let mut manifest: Self = toml::from_str(&text).map_err(|error| ManifestError {
            path: path.to_owned(),
            line: error.span().map(|span| line_of(&text, span.start)),
            message: format!(
                "{}; correct the manifest, it tells what crate its files belong to",
                error.message().trim().replace('\n', ", ")
            ),
        })?;
        manifest.text = text;
        manifest.path = path.to_owned();
        Ok(manifest)
    }

    /// The name that others use for its library, whether or not it has one.
    pub(super) fn library_name(&self) -> Option<Segment> {
        let named = self.lib.as_ref().and_then(|lib| lib.name.as_deref());
        let package = self.package.as_ref()?;
        named.or(package.name.as_deref()).map(crate_name)
    }

    pub(super) fn error(&self, offset: Option<usize>, message: String) -> ManifestError {
        ManifestError {
            path: self.path.clone(),
            line: offset.map(|offset| line_of(&self.text, offset)),
            message,
        }
    }

    /// The edition that `value` of this manifest means; `None` if it is to be inherited.
    pub(super) fn edition(
        &self,
        value: &Spanned<toml::Value>,
    ) -> Result<Option<Edition>, ManifestError> {
        let written = match value.get_ref() {
            toml::Value::Table(table) => {
                let inherits = table.get("workspace").and_then(toml::Value::as_bool);
                if inherits == Some(true) {
                    return Ok(None);
                }
                None
            }
            toml::Value::String(text) => Edition::parse(text),
            _ => None,
        };
        written.map(Some).ok_or_else(|| {
            let found = value.get_ref();
            self.error(
                Some(value.span().start),
                format!(
                    "unknown edition {found}, expected \"2015\", \"2018\", \"2021\", \"2024\" or \
                     `workspace = true`"
                ),
            )
        })
    }
}

/// The line, from 1, of a byte offset.
fn line_of(text: &str, offset: usize) -> usize {
    let before = &text.as_bytes()[..offset.min(text.len())];
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

type Read = Result<Option<Arc<Manifest>>, ManifestError>;

/// The manifests of folders, each read once.
#[derive(Default)]
pub(in super::super) struct Manifests(ConcurrentCache<Read>);

impl Manifests {
    /// The manifest in this folder, if there is one.
    pub(in super::super) fn in_folder(&self, folder: &Path) -> Read {
        self.0.get_or(folder, || {
            let path = folder.join("Cargo.toml");
            match file::read_to_string(&path) {
                Ok(text) => Manifest::parse(&path, text).map(|manifest| Some(Arc::new(manifest))),
                Err(error) => match error.kind() {
                    io::ErrorKind::NotFound
                    | io::ErrorKind::NotADirectory
                    | io::ErrorKind::IsADirectory => Ok(None),
                    _ => Err(ManifestError {
                        path,
                        line: None,
                        message: format!("cannot be read: {error}"),
                    }),
                },
            }
        })
    }

    /// The workspace that the package in `folder` belongs to, with its folder: what
    /// `package.workspace` names, else itself, else the nearest one above.
    pub(super) fn workspace_of(
        &self,
        folder: &Path,
        manifest: &Arc<Manifest>,
    ) -> Result<Option<(PathBuf, Arc<Manifest>)>, ManifestError> {
        if manifest.workspace.is_some() {
            return Ok(Some((folder.to_owned(), Arc::clone(manifest))));
        }
        let named = manifest
            .package
            .as_ref()
            .and_then(|package| package.workspace.as_ref());
        if let Some(named) = named {
            let folder = folder.join(named);
            return Ok(self.in_folder(&folder)?.map(|found| (folder, found)));
        }
        for above in folder.ancestors().skip(1) {
            if let Some(found) = self.in_folder(above)?
                && found.workspace.is_some()
            {
                return Ok(Some((above.to_owned(), found)));
            }
        }
        Ok(None)
    }

    /// The oldest compiler that the package in `folder` is for, where that is said and understood.
    pub(super) fn rust_version_of(
        &self,
        folder: &Path,
        manifest: &Arc<Manifest>,
    ) -> Result<Option<Version>, ManifestError> {
        let package = manifest.package.as_ref();
        let Some(value) = package.and_then(|package| package.rust_version.as_ref()) else {
            return Ok(None);
        };
        if let Some(text) = value.as_str() {
            return Ok(Version::parse(text));
        }
        let root = self.workspace_of(folder, manifest)?;
        let inherited = root.as_ref().and_then(|(_, root)| {
            let workspace = root.workspace.as_ref()?;
            workspace.package.rust_version.as_ref()?.as_str()
        });
        Ok(inherited.and_then(Version::parse))
    }

    /// The edition of the package in `folder`.
    pub(super) fn edition_of(
        &self,
        folder: &Path,
        manifest: &Arc<Manifest>,
    ) -> Result<Edition, ManifestError> {
        let package = manifest.package.as_ref();
        let Some(value) = package.and_then(|package| package.edition.as_ref()) else {
            return Ok(Edition::E2015);
        };
        if let Some(edition) = manifest.edition(value)? {
            return Ok(edition);
        }
        let missing = || {
            manifest.error(
                Some(value.span().start),
                "the edition is inherited, but no workspace above gives one, expected `edition` \
                 in [workspace.package] of its root manifest"
                    .to_owned(),
            )
        };
        let (_, root) = self.workspace_of(folder, manifest)?.ok_or_else(missing)?;
        let value = root
            .workspace
            .as_ref()
            .and_then(|workspace| workspace.package.edition.as_ref())
            .ok_or_else(missing)?;
        root.edition(value)?.ok_or_else(missing)
    }
}

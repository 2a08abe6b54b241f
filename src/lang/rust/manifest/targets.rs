//! The targets of a package: what the manifest lists, and what Cargo finds by itself
//! (The Cargo Book, "Cargo Targets", "Target auto-discovery").

use std::fs;
use std::path::{Path, PathBuf};

use super::read::{Manifest, TargetTable};
use super::{Edition, ManifestError, TargetKind};

/// A target, before it is known what it can name.
pub(super) struct Target {
    pub(super) kind: TargetKind,
    pub(super) name: String,
    pub(super) root: PathBuf,
    pub(super) edition: Edition,
    /// The features without which Cargo does not build it.
    pub(super) required_features: Vec<String>,
}

/// The targets of the package `name` in `folder`, the library first.
///
/// # Errors
/// A target with an unknown edition.
pub(super) fn find(
    folder: &Path,
    manifest: &Manifest,
    name: &str,
    edition: Edition,
) -> Result<Vec<Target>, ManifestError> {
    let Some(package) = &manifest.package else {
        return Ok(Vec::new());
    };
    let mut targets: Vec<Target> = Vec::new();
    targets.extend(library(folder, manifest, name, edition)?);
    let mut programs = Vec::new();
    let main = folder.join("src/main.rs");
    if main.is_file() {
        programs.push((name.to_owned(), main));
    }
    programs.extend(in_folder(&folder.join("src/bin")));
    let kinds = [
        (TargetKind::Bin, &manifest.bin, package.autobins, programs),
        (
            TargetKind::Example,
            &manifest.example,
            package.autoexamples,
            in_folder(&folder.join("examples")),
        ),
        (
            TargetKind::Test,
            &manifest.test,
            package.autotests,
            in_folder(&folder.join("tests")),
        ),
        (
            TargetKind::Bench,
            &manifest.bench,
            package.autobenches,
            in_folder(&folder.join("benches")),
        ),
    ];
    for (kind, listed, auto, found) in kinds {
        // Edition 2015 stops looking as soon as one target of the kind is listed.
        let auto = auto.unwrap_or(edition > Edition::E2015 || listed.is_empty());
        let from = targets.len();
        for table in listed {
            let Some(target_name) = table.name.clone() else {
                continue;
            };
            let root = match &table.path {
                Some(path) => folder.join(path),
                None => match found.iter().find(|(name, _)| *name == target_name) {
                    Some((_, root)) => root.clone(),
                    None => continue,
                },
            };
            targets.push(Target {
                kind,
                name: target_name,
                root,
                edition: own_edition(manifest, table, edition)?,
                required_features: table.required_features.clone(),
            });
        }
        if auto {
            let listed = targets.len();
            for (name, root) in found {
                let known = targets[from..listed]
                    .iter()
                    .any(|target| target.name == name || target.root == root);
                if !known {
                    targets.push(Target {
                        kind,
                        name,
                        root,
                        edition,
                        required_features: Vec::new(),
                    });
                }
            }
        }
    }
    for root in build_scripts(folder, package.build.as_ref()) {
        targets.push(Target {
            kind: TargetKind::BuildScript,
            name: "build-script-build".to_owned(),
            root,
            edition,
            required_features: Vec::new(),
        });
    }
    Ok(targets)
}

fn library(
    folder: &Path,
    manifest: &Manifest,
    name: &str,
    edition: Edition,
) -> Result<Option<Target>, ManifestError> {
    let usual = folder.join("src/lib.rs");
    let Some(table) = &manifest.lib else {
        let package = manifest.package.as_ref();
        let auto = package.and_then(|package| package.autolib).unwrap_or(true);
        return Ok((auto && usual.is_file()).then(|| Target {
            kind: TargetKind::Lib,
            name: name.to_owned(),
            root: usual,
            edition,
            required_features: Vec::new(),
        }));
    };
    let macros = table.proc_macro || table.crate_type.iter().any(|kind| kind == "proc-macro");
    Ok(Some(Target {
        kind: if macros {
            TargetKind::ProcMacro
        } else {
            TargetKind::Lib
        },
        name: table.name.clone().unwrap_or_else(|| name.to_owned()),
        root: table.path.as_ref().map_or(usual, |path| folder.join(path)),
        edition: own_edition(manifest, table, edition)?,
        required_features: Vec::new(),
    }))
}

fn own_edition(
    manifest: &Manifest,
    table: &TargetTable,
    package: Edition,
) -> Result<Edition, ManifestError> {
    match &table.edition {
        Some(value) => Ok(manifest.edition(value)?.unwrap_or(package)),
        None => Ok(package),
    }
}

/// `name.rs` and `name/main.rs` in a folder, by name.
fn in_folder(folder: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let path = entry.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        if name.starts_with('.') {
            continue;
        }
        match name.strip_suffix(".rs") {
            Some(stem) if path.is_file() => found.push((stem.to_owned(), path)),
            _ => {
                let main = path.join("main.rs");
                if main.is_file() {
                    found.push((name.to_owned(), main));
                }
            }
        }
    }
    found.sort();
    found
}

/// `build = "..."`, `build = ["...", ...]`, `build = false`; `build.rs` if nothing is said.
fn build_scripts(folder: &Path, build: Option<&toml::Value>) -> Vec<PathBuf> {
    let usual = || {
        let path = folder.join("build.rs");
        path.is_file().then_some(path)
    };
    match build {
        None | Some(toml::Value::Boolean(true)) => usual().into_iter().collect(),
        Some(toml::Value::String(path)) => vec![folder.join(path)],
        Some(toml::Value::Array(paths)) => paths
            .iter()
            .filter_map(|path| path.as_str())
            .map(|path| folder.join(path))
            .collect(),
        Some(_) => Vec::new(),
    }
}

//! Where a configuration stands: a file of its own, or a section of a manifest.
//!
//! Only whether one is there is asked here, so that the root of a project is known before, and even if,
//! what the configuration says is wrong.

use std::fs;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use crate::file;

/// The name of the configuration file, that marks a project's root.
pub const CONFIG_NAME: &str = "repoint.toml";

/// A part of a file that is a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// All of the file.
    Whole,
    /// `[tool.repoint]` of a `pyproject.toml`.
    Tool,
    /// `[workspace.metadata.repoint]` of a `Cargo.toml`.
    Workspace,
    /// `[package.metadata.repoint]` of a `Cargo.toml`.
    Package,
}

/// A configuration by its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configured {
    /// The file.
    pub file: PathBuf,
    /// The part of it.
    pub section: Section,
}

/// Manifests that may hold a configuration, and the sections of each in which it may stand.
const MANIFESTS: [(&str, &[Section]); 2] = [
    ("pyproject.toml", &[Section::Tool]),
    ("Cargo.toml", &[Section::Workspace, Section::Package]),
];

impl Section {
    /// The keys from the start of the file down to it.
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Whole => &[],
            Self::Tool => &["tool", "repoint"],
            Self::Workspace => &["workspace", "metadata", "repoint"],
            Self::Package => &["package", "metadata", "repoint"],
        }
    }

    /// Its header as it is written; empty for a file of its own.
    pub fn header(self) -> String {
        match self {
            Self::Whole => String::new(),
            _ => format!("[{}]", self.keys().join(".")),
        }
    }

    /// Those that a file of this name may have.
    pub fn of_file(file: &Path) -> &'static [Self] {
        MANIFESTS
            .iter()
            .find(|(name, _)| file.file_name().is_some_and(|found| found == *name))
            .map_or(&[Self::Whole], |(_, sections)| *sections)
    }
}

/// The configurations that stand in a folder itself. A manifest that cannot be read stands for one that
/// does, if there is no other: whoever reads it says what is wrong.
pub fn configured_in(folder: &Path) -> Vec<Configured> {
    let mut found = Vec::new();
    let own = folder.join(CONFIG_NAME);
    // A link that leads nowhere was meant as one; a folder was not.
    if fs::symlink_metadata(&own).is_ok() && !own.is_dir() {
        found.push(Configured {
            file: own,
            section: Section::Whole,
        });
    }
    for (name, sections) in MANIFESTS {
        let file = folder.join(name);
        if !file.is_file() {
            continue;
        }
        let here: Vec<Section> = match file::read(&file) {
            Ok(bytes) => sections_in(&bytes, sections),
            Err(_) if found.is_empty() => sections[..1].to_vec(),
            Err(_) => Vec::new(),
        };
        found.extend(here.into_iter().map(|section| Configured {
            file: file.clone(),
            section,
        }));
    }
    found
}

/// The sections of a configuration file that a person named: all of a file but for manifests.
///
/// # Errors
/// As for [`file::read_named`].
pub fn configured_at(file: &Path) -> std::io::Result<Vec<Configured>> {
    let sections = match Section::of_file(file) {
        whole @ [Section::Whole] => whole.to_vec(),
        sections => sections_in(&file::read_named(file, file::NamedBy::Person)?, sections),
    };
    let configured = |section| Configured {
        file: file.to_owned(),
        section,
    };
    Ok(sections.into_iter().map(configured).collect())
}

/// The nearest configurations upwards from a folder; empty if there is none. All of them stand in one
/// folder.
pub fn nearest_configured(folder: &Path) -> Vec<Configured> {
    folder
        .ancestors()
        .map(configured_in)
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// Those of `sections` that a manifest holds. In one that is no TOML, those that it looks like having.
fn sections_in(bytes: &[u8], sections: &[Section]) -> Vec<Section> {
    // Of nearly all manifests nothing more has to be asked.
    if memchr::memmem::find(bytes, b"repoint").is_none() {
        return Vec::new();
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return sections[..1].to_vec();
    };
    let (tree, faults) = DeTable::parse_recoverable(text);
    let holds = |section: &Section| {
        let keys = section.keys();
        has(tree.get_ref(), keys)
            || (!faults.is_empty() && text.contains(&format!("[{}", keys.join("."))))
    };
    sections.iter().copied().filter(holds).collect()
}

fn has(table: &DeTable<'_>, keys: &[&str]) -> bool {
    let Some((first, rest)) = keys.split_first() else {
        return true;
    };
    match table.get(*first).map(|value| value.get_ref()) {
        Some(DeValue::Table(below)) => has(below, rest),
        Some(_) => rest.is_empty(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn found(files: &[(&str, &str)], expected: &[(&str, Section)]) {
        let dir = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            fs::write(dir.path().join(name), text).expect("written");
        }
        let expected: Vec<_> = expected
            .iter()
            .map(|(name, section)| Configured {
                file: dir.path().join(name),
                section: *section,
            })
            .collect();
        assert_eq!(configured_in(dir.path()), expected, "{files:?}");
    }

    #[test]
    fn a_manifest_is_a_configuration_only_with_its_section() {
        let (tool, package) = (Section::Tool, Section::Package);
        found(&[("pyproject.toml", "[tool.ruff]\n")], &[]);
        found(&[("pyproject.toml", "[project]\nname = 'repoint'\n")], &[]);
        found(
            &[("pyproject.toml", "[tool.repoint]\n")],
            &[("pyproject.toml", tool)],
        );
        found(
            &[("pyproject.toml", "tool = { repoint = {} }\n")],
            &[("pyproject.toml", tool)],
        );
        found(
            &[("pyproject.toml", "[[tool.repoint.gate]]\n")],
            &[("pyproject.toml", tool)],
        );
        found(&[("Cargo.toml", "[tool.repoint]\n")], &[]);
        found(
            &[("Cargo.toml", "[package.metadata.repoint]\n")],
            &[("Cargo.toml", package)],
        );
    }

    #[test]
    fn what_is_no_toml_is_one_if_it_looks_so() {
        found(
            &[("pyproject.toml", "]]\n[tool.repoint]\n")],
            &[("pyproject.toml", Section::Tool)],
        );
        found(&[("pyproject.toml", "]]\n# repoint\n")], &[]);
        found(
            &[("Cargo.toml", "]]\n[package.metadata.repoint.rust]\n")],
            &[("Cargo.toml", Section::Package)],
        );
    }

    #[test]
    fn all_that_stand_in_a_folder_are_found() {
        found(
            &[
                ("repoint.toml", ""),
                ("pyproject.toml", "[tool.repoint]\n"),
                (
                    "Cargo.toml",
                    "[workspace.metadata.repoint]\n[package.metadata.repoint]\n",
                ),
            ],
            &[
                ("repoint.toml", Section::Whole),
                ("pyproject.toml", Section::Tool),
                ("Cargo.toml", Section::Workspace),
                ("Cargo.toml", Section::Package),
            ],
        );
    }

    #[test]
    fn a_folder_of_that_name_is_none() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        fs::create_dir(dir.path().join(CONFIG_NAME)).expect("made");
        assert_eq!(configured_in(dir.path()), []);
    }
}

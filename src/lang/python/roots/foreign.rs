//! Names of top-level modules that somebody else owns: the standard library, and the distributions
//! that the project declares it needs.
//!
//! Only what is written in the project's own files counts; nothing is looked up in an environment.
//! `setup.py` is a program and is not read.

use std::fs;
use std::path::{Path, PathBuf};

use ruff_python_stdlib::sys::is_known_standard_library;
use rustc_hash::FxHashSet;
use toml::{Table, Value};

use crate::file;

/// The minor versions of Python 3 whose standard library counts: those whose grammar is read.
const MINORS: std::ops::RangeInclusive<u8> = 8..=14;

/// Whether some Python has a module of that name in its standard library (the list of ruff, made
/// from the documentation of each version).
pub(super) fn is_standard(module: &str) -> bool {
    MINORS
        .clone()
        .any(|minor| is_known_standard_library(minor, module))
}

/// The distributions that a project declares, by the module name that each most likely has.
#[derive(Debug, Default)]
pub(super) struct Declared(FxHashSet<String>);

impl Declared {
    /// Reads the files in the project's root. A file that cannot be read or is broken declares
    /// nothing.
    pub(super) fn read(root: &Path) -> Self {
        let mut found = Found::default();
        if let Some(text) = read(&root.join("pyproject.toml"))
            && let Ok(table) = text.parse::<Table>()
        {
            pyproject(&table, &mut found);
        }
        if let Some(text) = read(&root.join("setup.cfg")) {
            setup_cfg(&text, &mut found);
        }
        for file in requirement_files(root) {
            if let Some(text) = read(&file) {
                text.lines().for_each(|line| found.need(line));
            }
        }
        found.needs.retain(|name| !found.own.contains(name));
        Self(found.needs)
    }

    /// Whether a distribution of that module's name is declared. Their names have no case.
    pub(super) fn has(&self, module: &str) -> bool {
        self.0.contains(&module.to_lowercase())
    }
}

#[derive(Default)]
struct Found {
    needs: FxHashSet<String>,
    /// What the tree itself provides: the project, and needs that are folders of it.
    own: FxHashSet<String>,
}

impl Found {
    /// Adds a requirement as PEP 508 writes it; an option, a comment, a path or an address of a
    /// requirements file is none.
    fn need(&mut self, requirement: &str) {
        let requirement = requirement.trim();
        let end = requirement
            .find(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)))
            .unwrap_or(requirement.len());
        let (name, rest) = requirement.split_at(end);
        let rest = rest.trim_start();
        let is_name = name.starts_with(|c: char| c.is_ascii_alphanumeric());
        // `folder/wheel.whl` and `git+https:...`
        if !is_name || rest.starts_with(['/', '\\', '+', ':']) {
            return;
        }
        let address = rest
            .split_once('@')
            .map(|(_, address)| address.trim_start());
        let local = address.is_some_and(|at| at.starts_with("file:") || at.starts_with(['.', '/']));
        self.add(name, local);
    }

    fn add(&mut self, name: &str, local: bool) {
        let set = if local {
            &mut self.own
        } else {
            &mut self.needs
        };
        set.insert(module_name(name));
    }

    fn need_all(&mut self, list: Option<&Value>) {
        let list = list.and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str)
            .for_each(|one| self.need(one));
    }

    fn need_each(&mut self, lists: Option<&Value>) {
        let lists = lists.and_then(Value::as_table).into_iter().flatten();
        lists.for_each(|(_, list)| self.need_all(Some(list)));
    }

    /// Poetry's tables: names to versions, or to tables that may give a folder.
    fn need_keys(&mut self, table: Option<&Value>) {
        let table = table.and_then(Value::as_table).into_iter().flatten();
        for (name, value) in table.filter(|(name, _)| *name != "python") {
            self.add(name, value.get("path").is_some());
        }
    }
}

/// The text of a file that may start with a byte order mark, as pip allows.
fn read(file: &Path) -> Option<String> {
    let text = file::read_to_string(file).ok()?;
    Some(text.trim_start_matches('\u{feff}').to_owned())
}

/// A distribution's name without case and with one sort of separator (PEP 503), as a module's.
fn module_name(distribution: &str) -> String {
    let mut name = String::with_capacity(distribution.len());
    for c in distribution.trim_end_matches(['-', '_', '.']).chars() {
        if !matches!(c, '-' | '_' | '.') {
            name.extend(c.to_lowercase());
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    name
}

fn pyproject(file: &Table, found: &mut Found) {
    let at = |path: &[&str]| {
        let (first, rest) = path.split_first()?;
        rest.iter()
            .try_fold(file.get(*first)?, |value, key| value.get(key))
    };
    for path in [["project", "name"].as_slice(), &["tool", "poetry", "name"]] {
        if let Some(name) = at(path).and_then(Value::as_str) {
            found.add(name, true);
        }
    }
    found.need_all(at(&["build-system", "requires"]));
    found.need_all(at(&["project", "dependencies"]));
    found.need_all(at(&["tool", "uv", "dev-dependencies"]));
    found.need_each(at(&["project", "optional-dependencies"]));
    found.need_each(at(&["dependency-groups"]));
    found.need_each(at(&["tool", "pdm", "dev-dependencies"]));
    found.need_keys(at(&["tool", "poetry", "dependencies"]));
    found.need_keys(at(&["tool", "poetry", "dev-dependencies"]));
    let groups = at(&["tool", "poetry", "group"]).and_then(Value::as_table);
    for (_, group) in groups.into_iter().flatten() {
        found.need_keys(group.get("dependencies"));
    }
    let sources = at(&["tool", "uv", "sources"]).and_then(Value::as_table);
    for (name, source) in sources.into_iter().flatten() {
        if source.get("workspace").is_some() || source.get("path").is_some() {
            found.add(name, true);
        }
    }
}

/// Reads the lists of requirements of setuptools' declarative file. As in `configparser`, what is
/// indented goes on with the value above.
fn setup_cfg(text: &str, found: &mut Found) {
    let (mut section, mut key) = ("", "");
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        if line.trim_start().starts_with(['#', ';']) {
            continue;
        }
        let value = if line.starts_with([' ', '\t']) {
            line
        } else if let Some(name) = line.strip_prefix('[') {
            section = name.split(']').next().unwrap_or_default();
            key = "";
            continue;
        } else {
            let (name, value) = line.split_once(['=', ':']).unwrap_or((line, ""));
            key = name.trim();
            value
        };
        let is_list = matches!(
            (section, key),
            (
                "options",
                "install_requires" | "setup_requires" | "tests_require"
            )
        ) || (section == "options.extras_require" && !key.is_empty());
        if is_list {
            found.need(value);
        } else if (section, key) == ("metadata", "name") {
            found.add(value.trim(), true);
        }
    }
}

/// `requirements.txt`, `dev-requirements.txt`, `requirements/base.txt` and the like; sorted.
fn requirement_files(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let nested = root.join("requirements");
    for folder in [root, &nested] {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                continue;
            };
            let is_list = name.ends_with(".txt") || name.ends_with(".in");
            if is_list && (folder == nested || name.contains("requirements")) {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    files
}

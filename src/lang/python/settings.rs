//! What `[python]` in the configuration says.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::document::keyed;
use crate::lang::RewriteOptions;
use crate::path::{PYTHON, SymbolPath, is_identifier};

/// What is said to Python.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Settings {
    /// Folders that modules start in, relative to the project root; `--root` comes before them.
    pub(super) roots: Vec<String>,
    /// A moved name joins an import of its new module beside it.
    // Row P34.
    pub(super) merge_imports: bool,
    /// Further calls that take a path in a string.
    // Row P58.
    #[schemars(with = "Vec<String>")]
    pub(super) string_calls: Vec<StringCall>,
    /// Further variables whose strings are paths, as those of `INSTALLED_APPS` are, and keys with such strings in
    /// the dicts of known settings.
    // Row P58.
    pub(super) string_names: Vec<String>,
}

/// A call that takes a path in a string: `app.tools.load`, where the first argument is the path;
/// `app.tools.load(1)` with its position from 0, `app.tools.load(target)` with its keyword,
/// `app.tools.load(1, target)` with both. A callee that starts with a dot is a method of anything.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct StringCall {
    /// The callee as an absolute path, or `.method`.
    pub(super) callee: String,
    /// The argument's position, beyond all if only a keyword was given.
    pub(super) position: usize,
    /// The argument's keyword; empty if only a position was given.
    pub(super) keyword: String,
}

impl TryFrom<String> for StringCall {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        read_call(&text).ok_or_else(|| {
            format!(
                "`{text}` is no call: write the path of what is called, such as `app.tools.load`, and \
                 after it the argument's position or keyword in parentheses, if it is not the first"
            )
        })
    }
}

fn read_call(text: &str) -> Option<StringCall> {
    let (callee, arguments) = match text.strip_suffix(')') {
        Some(open) => open.split_once('(')?,
        None => (text, "0"),
    };
    let names = callee.strip_prefix('.').unwrap_or(callee);
    SymbolPath::parse(names, &PYTHON).ok()?;
    let mut call = StringCall {
        callee: callee.to_owned(),
        position: usize::MAX,
        keyword: String::new(),
    };
    for argument in arguments.split(',').map(str::trim) {
        match argument.parse() {
            Ok(position) => call.position = position,
            Err(_) if is_identifier(argument) => argument.clone_into(&mut call.keyword),
            Err(_) => return None,
        }
    }
    Some(call)
}

keyed! {
    Settings => "`[python]`",
}

impl Settings {
    /// What the options of a run say. They were checked when the configuration was read.
    pub(super) fn of(options: &RewriteOptions) -> Self {
        options
            .sections
            .get("python")
            .and_then(|section| Self::deserialize(section.clone()).ok())
            .unwrap_or_default()
    }
}

/// The settings of a tree with these sources, where the defaults (`src`, else the project root) are not right:
/// the folders around its packages, but for those of tests.
pub(super) fn first(sources: &[PathBuf]) -> toml::Table {
    let init = |file: &&PathBuf| file.file_name().is_some_and(|name| name == "__init__.py");
    let packages: BTreeSet<&Path> = sources
        .iter()
        .filter(init)
        .filter_map(|file| file.parent())
        .collect();
    let is_test = |folder: &Path| {
        folder
            .components()
            .any(|part| part.as_os_str() == "tests" || part.as_os_str() == "test")
    };
    let roots: BTreeSet<&Path> = packages
        .iter()
        .filter(|package| !is_test(package))
        .filter_map(|package| package.parent())
        .filter(|above| !packages.contains(above))
        .collect();
    let default = roots.iter().all(|root| root.as_os_str().is_empty())
        || roots.iter().all(|root| *root == Path::new("src"));
    let mut table = toml::Table::new();
    // Of very many it is not sure that each was meant.
    if !default && roots.len() <= MOST_ROOTS {
        let shown = |root: &&Path| match root.to_string_lossy() {
            empty if empty.is_empty() => toml::Value::from("."),
            name => toml::Value::from(name.replace('\\', "/")),
        };
        table.insert(
            "roots".to_owned(),
            roots.iter().map(shown).collect::<Vec<_>>().into(),
        );
    }
    table
}

/// So many roots are taken for meant.
const MOST_ROOTS: usize = 12;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_around_packages_are_roots_where_the_defaults_are_not() {
        let roots = |files: &[&str]| {
            let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
            let table = first(&files);
            let roots = table.get("roots").map(toml::Value::to_string);
            roots.unwrap_or_default()
        };
        assert_eq!(
            roots(&["app/__init__.py", "app/a/__init__.py", "tests/__init__.py"]),
            ""
        );
        assert_eq!(roots(&["src/app/__init__.py", "src/app/a.py"]), "");
        assert_eq!(roots(&["script.py"]), "");
        assert_eq!(
            roots(&["backend/app/__init__.py", "backend/tests/__init__.py"]),
            r#"["backend"]"#
        );
        let two = [
            "libs/a/src/a/__init__.py",
            "libs/b/src/b/c/__init__.py",
            "libs/b/src/b/__init__.py",
        ];
        assert_eq!(roots(&two), r#"["libs/a/src", "libs/b/src"]"#);
        assert_eq!(
            roots(&["app/__init__.py", "tools/x/__init__.py"]),
            r#"[".", "tools"]"#
        );
    }

    #[test]
    fn a_call_says_which_argument_is_the_path() {
        let read = |text: &str| {
            let call = read_call(text)?;
            Some((call.callee, call.position, call.keyword))
        };
        let call = |callee: &str, position, keyword: &str| {
            Some((callee.to_owned(), position, keyword.to_owned()))
        };
        assert_eq!(read("a.load"), call("a.load", 0, ""));
        assert_eq!(read(".load(1)"), call(".load", 1, ""));
        assert_eq!(read("a.load(1, to)"), call("a.load", 1, "to"));
        assert_eq!(read("a.load(to)"), call("a.load", usize::MAX, "to"));
        for bad in ["", "a..b", "a(", "a(1", "a()", "a(-)", "a b"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}

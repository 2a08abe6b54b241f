//! Which calls and variables take paths in strings: rows of `known.toml`, and what the project's
//! configuration adds.
//!
//! A callee is an absolute path, as resolved through the imports of the file; one that starts with a
//! dot is a method of anything. What a fixture of a test framework is, its conventional name tells.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;

use crate::lang::python::settings::{Settings, StringCall};
use crate::mapping::Table;

/// What a call's argument is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// A dotted path, `module:object` too; a list of them too.
    Path,
    /// A module.
    Module,
    /// A module, relative to the package in `attribute` if it starts with a dot.
    Relative,
    /// `__import__`: names a module, gives its top package.
    Import,
    /// An object and the name of its attribute, or the path of both in one string.
    Attribute,
    /// An object and the name of an attribute that is only looked up.
    Lookup,
    /// A dict and a key of it: a module if the dict is `sys.modules`.
    Item,
    /// A dict, or its path, and its items: modules if the dict is `sys.modules`.
    Mapping,
    /// A path, and keywords that are names below it.
    Multiple,
    /// A variable of settings by its name, and its value.
    Variable,
    /// Keywords, and keys of dicts, that are variables of settings.
    Overrides,
    /// A module, or a pair of one and a name.
    Include,
    /// A dict as in the variable `LOGGING`.
    Settings,
    /// Entry points of a package.
    Entries,
    /// Filters of warnings, all arguments.
    Warning,
    /// A name that only looks like a path.
    Label,
    /// `lazy_loader.attach`.
    Attach,
}

/// A row about calls.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Call {
    callees: Vec<String>,
    /// What its argument is.
    pub(super) kind: Kind,
    /// The argument's position.
    #[serde(default)]
    pub(super) argument: usize,
    /// The argument's keyword.
    #[serde(default)]
    pub(super) keyword: String,
    /// The keyword of the argument after it.
    #[serde(default)]
    pub(super) attribute: String,
    /// Keywords that are no names.
    #[serde(default)]
    pub(super) options: Vec<String>,
    /// What the call gives is what the path names.
    #[serde(default)]
    pub(super) value: bool,
}

/// A row about variables and keys.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct NameRow {
    names: Vec<String>,
    #[serde(default)]
    app: bool,
    #[serde(default)]
    within: Vec<String>,
}

/// A row about names that are bound in classes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MemberRow {
    /// Last names of the classes that it is derived from; one that ends so is like it.
    bases: Vec<String>,
    names: Vec<String>,
    /// It is an application.
    #[serde(default)]
    pub(super) app: bool,
    /// A name in the same class with which the application's label stays.
    #[serde(default)]
    pub(super) unless: String,
}

/// A row about values whose methods are known.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    made: Vec<String>,
    like: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    call: Vec<Call>,
    fixture: Vec<Fixture>,
    member: Vec<MemberRow>,
    name: Vec<NameRow>,
}

/// The rows, ready to be asked.
#[derive(Debug, Default)]
struct Index {
    calls: FxHashMap<String, Call>,
    /// The last names of all callees.
    last_names: FxHashSet<String>,
    fixtures: FxHashMap<String, String>,
    made: FxHashMap<String, String>,
    members: Vec<MemberRow>,
    names: FxHashMap<String, bool>,
    keys: FxHashMap<String, FxHashSet<String>>,
}

/// The text is part of the program; a test holds that it can be read.
static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let rows: Rows = toml::from_str(include_str!("known.toml")).unwrap_or_default();
    let mut index = Index::default();
    for row in rows.call {
        for callee in &row.callees {
            index.calls.insert(callee.clone(), row.clone());
            index.last_names.insert(last(callee).to_owned());
        }
    }
    for row in rows.fixture {
        for name in row.names {
            index.fixtures.insert(name, row.like.clone());
        }
        for made in row.made {
            index.made.insert(made, row.like.clone());
        }
    }
    index.members = rows.member;
    for row in rows.name {
        for name in row.names {
            if row.within.is_empty() {
                index.names.insert(name, row.app);
                continue;
            }
            for variable in &row.within {
                let keys = index.keys.entry(variable.clone()).or_default();
                keys.insert(name.clone());
            }
        }
    }
    index
});

/// The last name of a path, or of a method.
pub(super) fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The table with what a project adds.
#[derive(Clone, Copy)]
pub(super) struct Known<'a>(pub(super) &'a Settings);

impl MemberRow {
    /// Whether it is about this name.
    pub(super) fn is_of(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }
}

impl Known<'_> {
    /// The row of a call, by a path that its callee may mean.
    pub(super) fn call(self, callee: &str) -> Option<Call> {
        let own = |call: &&StringCall| call.callee == callee;
        if let Some(own) = self.0.string_calls.iter().find(own) {
            return Some(Call {
                callees: Vec::new(),
                kind: Kind::Path,
                argument: own.position,
                keyword: own.keyword.clone(),
                attribute: String::new(),
                options: Vec::new(),
                value: false,
            });
        }
        INDEX.calls.get(callee).cloned()
    }

    /// Whether a callee with this last name has a row.
    pub(super) fn is_last_name(self, name: &str) -> bool {
        let own = |call: &StringCall| last(&call.callee) == name;
        INDEX.last_names.contains(name) || self.0.string_calls.iter().any(own)
    }

    /// Whether a callee with a row is a path that the table speaks of, before or after a move.
    pub(super) fn is_any_mapped(self, table: &Table) -> bool {
        let own = self.0.string_calls.iter().map(|call| &call.callee);
        let mut all = INDEX.calls.keys().chain(own);
        all.any(|callee| table.touches(callee.split('.')))
    }

    /// What a parameter of this name is by convention: the path of its class.
    pub(super) fn fixture(self, name: &str) -> Option<&'static str> {
        INDEX.fixtures.get(name).map(String::as_str)
    }

    /// What a call of this path makes.
    pub(super) fn made(self, callee: &str) -> Option<&'static str> {
        INDEX.made.get(callee).map(String::as_str)
    }

    /// Whether strings of a variable or key of this name are paths; if so, whether they are names of
    /// applications.
    pub(super) fn name(self, name: &str) -> Option<bool> {
        if self.0.string_names.iter().any(|own| own == name) {
            return Some(false);
        }
        INDEX.names.get(name).copied()
    }

    /// The rows of names in a class that is derived from one of this path.
    pub(super) fn members(self, base: &str) -> impl Iterator<Item = &'static MemberRow> {
        let base = last(base).to_owned();
        let members = INDEX.members.iter();
        members.filter(move |row| row.bases.iter().any(|known| base.ends_with(known.as_str())))
    }

    /// Whether the project says that strings of variables, keys and keywords of this name are paths.
    pub(super) fn is_own_name(self, name: &str) -> bool {
        self.0.string_names.iter().any(|own| own == name)
    }

    /// Whether the name of a setting tells by itself what it is, wherever it stands as a key or a keyword.
    pub(super) fn is_setting(self, name: &str) -> bool {
        let is_plain = |c: char| c == '_' || c.is_ascii_uppercase();
        name.len() > 8
            && name.contains('_')
            && name.chars().all(is_plain)
            && self.name(name).is_some()
    }

    /// Whether strings at this key in the dict of a variable are paths.
    pub(super) fn key(self, variable: &str, key: &str) -> bool {
        let listed = INDEX.keys.get(variable);
        listed.is_some_and(|keys| keys.contains(key)) || self.name(key).is_some()
    }

    /// Whether a variable's dict has such keys.
    pub(super) fn has_keys(self, variable: &str) -> bool {
        INDEX.keys.contains_key(variable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read_and_says_each_callee_once() {
        let rows: Rows = toml::from_str(include_str!("known.toml")).expect("the table");
        let mut seen = FxHashSet::default();
        for callee in rows.call.iter().flat_map(|row| &row.callees) {
            assert!(seen.insert(callee), "{callee} twice");
        }
        assert!(!INDEX.calls.is_empty() && !INDEX.names.is_empty() && !INDEX.keys.is_empty());
    }
}

//! The keys of a mapping file. These types read the files, name the keys in messages and make the
//! JSON Schema that editors complete from: what a key is stands here once.

use std::sync::LazyLock;

use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use serde_spanned::Spanned;

use super::rule::Rename;
use crate::path::Syntax;

/// A table of old import paths and of what became of them, for one language.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    title = "repoint mapping table",
    extend("anyOf" = [{"required": ["move"]}, {"required": ["remove"]}, {"required": ["keep"]}])
)]
pub(super) struct MappingFile {
    /// The language of every path in the file.
    #[schemars(with = "String")]
    pub(super) language: Spanned<String>,
    /// What the table is called.
    pub(super) name: String,
    /// What the table is for.
    pub(super) description: Option<String>,
    /// How a target with another last name is bound, for every rule that does not say.
    pub(super) rename: Option<Rename>,
    /// Paths that have a successor. The longest old path that matches by whole names wins; what
    /// lies below it moves along.
    #[serde(default, rename = "move")]
    #[schemars(extend("default" = []))]
    #[expect(
        dead_code,
        reason = "the schema needs it; `read` takes its rules one by one"
    )]
    moves: Vec<MoveRule>,
    /// Paths that have no successor.
    #[serde(default, rename = "remove")]
    #[schemars(extend("default" = []))]
    #[expect(
        dead_code,
        reason = "the schema needs it; `read` takes its rules one by one"
    )]
    removes: Vec<RemoveRule>,
    /// Exceptions to wider rules.
    #[serde(default, rename = "keep")]
    #[schemars(extend("default" = []))]
    #[expect(
        dead_code,
        reason = "the schema needs it; `read` takes its rules one by one"
    )]
    keeps: Vec<KeepRule>,
}

/// A path that has a successor, or several possible ones.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["to"]}, {"required": ["alternatives"]}]))]
pub(super) struct MoveRule {
    /// The old path.
    #[schemars(with = "String")]
    pub(super) from: Spanned<String>,
    /// The new path.
    #[schemars(with = "Option<String>")]
    pub(super) to: Option<Spanned<String>>,
    /// Several possible successors: the old path is never rewritten, its uses are errors that list
    /// these.
    #[schemars(with = "Option<Vec<String>>", length(min = 1))]
    pub(super) alternatives: Option<Spanned<Vec<Spanned<String>>>>,
    /// Short for several rules, one a name below both paths.
    #[schemars(with = "Option<Vec<String>>", length(min = 1))]
    pub(super) names: Option<Spanned<Vec<Spanned<String>>>>,
    /// What the old path is. Without it, all that it can be.
    #[schemars(with = "Option<String>")]
    pub(super) kind: Option<Spanned<String>>,
    /// The rule speaks of the path itself, not of what lies below.
    #[serde(default)]
    pub(super) exact: bool,
    /// How a target with another last name is bound.
    pub(super) rename: Option<Rename>,
    /// A stable name for baselines and suppressions. Without it, the old path.
    pub(super) id: Option<String>,
    /// Why; shown beside every finding.
    pub(super) note: Option<String>,
    /// Rewrite, and report each site with this message.
    pub(super) review: Option<String>,
    /// Where to read more; shown with findings.
    pub(super) url: Option<String>,
    /// Since when the old path is deprecated; shown with findings.
    pub(super) since: Option<String>,
    /// The version of the language since which the new path exists: where a project is for an older
    /// one, uses of the old path are errors and stay. Rust only (`rust-version` in `Cargo.toml`).
    #[schemars(with = "Option<String>")]
    pub(super) available: Option<Spanned<String>>,
    /// Dependencies that the new path needs: said once a run, never installed.
    #[serde(default)]
    pub(super) requires: Vec<String>,
    /// Which package is meant, when two packages of a workspace have one library name.
    pub(super) package: Option<String>,
    /// The rule replaces earlier ones for the same path.
    #[serde(default, rename = "override")]
    pub(super) overrides: bool,
}

/// A path that has no successor: its uses are errors.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RemoveRule {
    /// The old path.
    #[schemars(with = "String")]
    pub(super) path: Spanned<String>,
    /// Short for several rules, one a name below the path.
    #[schemars(with = "Option<Vec<String>>", length(min = 1))]
    pub(super) names: Option<Spanned<Vec<Spanned<String>>>>,
    /// What the path is. Without it, all that it can be.
    #[schemars(with = "Option<String>")]
    pub(super) kind: Option<Spanned<String>>,
    /// The rule speaks of the path itself, not of what lies below.
    #[serde(default)]
    pub(super) exact: bool,
    /// A stable name for baselines and suppressions. Without it, the path.
    pub(super) id: Option<String>,
    /// Why, and what to do instead; shown beside every finding.
    pub(super) note: Option<String>,
    /// Where to read more; shown with findings.
    pub(super) url: Option<String>,
    /// Since when the path is deprecated; shown with findings.
    pub(super) since: Option<String>,
    /// Which package is meant, when two packages of a workspace have one library name.
    pub(super) package: Option<String>,
    /// The rule replaces earlier ones for the same path.
    #[serde(default, rename = "override")]
    pub(super) overrides: bool,
}

/// An exception to a wider rule: the path stays as it is.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeepRule {
    /// The path that stays.
    #[schemars(with = "String")]
    pub(super) path: Spanned<String>,
    /// Short for several rules, one a name below the path.
    #[schemars(with = "Option<Vec<String>>", length(min = 1))]
    pub(super) names: Option<Spanned<Vec<Spanned<String>>>>,
    /// What the path is. Without it, all that it can be.
    #[schemars(with = "Option<String>")]
    pub(super) kind: Option<Spanned<String>>,
    /// The rule speaks of the path itself, not of what lies below.
    #[serde(default)]
    pub(super) exact: bool,
    /// A stable name. Without it, the path.
    pub(super) id: Option<String>,
    /// Why.
    pub(super) note: Option<String>,
    /// Where to read more.
    pub(super) url: Option<String>,
    /// Which package is meant, when two packages of a workspace have one library name.
    pub(super) package: Option<String>,
    /// The rule replaces earlier ones for the same path.
    #[serde(default, rename = "override")]
    pub(super) overrides: bool,
}

/// The keys of a kind of table.
#[derive(Debug)]
pub(super) struct Keys {
    /// All of them.
    pub(super) known: Vec<String>,
    /// Those that must be there; each holds a string.
    pub(super) required: Vec<String>,
}

impl Keys {
    fn of<T: JsonSchema>() -> Self {
        let schema = schema_for!(T);
        let names = |value: Option<&Value>| match value {
            Some(Value::Object(map)) => map.keys().cloned().collect(),
            Some(Value::Array(list)) => list
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect(),
            _ => Vec::new(),
        };
        Self {
            known: names(schema.get("properties")),
            required: names(schema.get("required")),
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.known.iter().any(|known| known == key)
    }

    /// The key that was probably meant.
    pub(super) fn nearest(&self, key: &str) -> Option<&str> {
        nearest(key, self.known.iter().map(String::as_str))
    }
}

/// The candidate that `word` is probably a misspelling of.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (likeness(&word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// How alike two words are, from 0 to 1. Jaro-Winkler is too strict on short words with one slip.
fn likeness(word: &str, candidate: &str) -> f64 {
    // Of long words the distance takes long to tell, and nothing hangs on it.
    let is_short = (3..32).contains(&word.len()) && word.len().abs_diff(candidate.len()) < 2;
    let is_slip = is_short && strsim::osa_distance(word, candidate) == 1;
    let least = if is_slip { 0.8 } else { 0.0 };
    strsim::jaro_winkler(word, candidate).max(least)
}

/// A table of a mapping file whose keys are known.
pub(super) trait Keyed: DeserializeOwned {
    /// How messages call such a table.
    const WHAT: &'static str;

    /// Its keys, as the schema has them.
    fn keys() -> &'static Keys;
}

macro_rules! keyed {
    ($($type:ty => $what:literal),+ $(,)?) => {
        $(impl Keyed for $type {
            const WHAT: &'static str = $what;

            fn keys() -> &'static Keys {
                static KEYS: LazyLock<Keys> = LazyLock::new(Keys::of::<$type>);
                &KEYS
            }
        })+
    };
}

keyed! {
    MappingFile => "a mapping",
    MoveRule => "`[[move]]`",
    RemoveRule => "`[[remove]]`",
    KeepRule => "`[[keep]]`",
}

/// The JSON Schema of mapping files whose language is one of `known`; pretty, with a final line
/// end.
pub fn json_schema(known: &[&Syntax]) -> String {
    let mut schema = schema_for!(MappingFile).to_value();
    let languages: Vec<_> = known.iter().map(|syntax| syntax.language).collect();
    let kinds: Vec<_> = known.iter().flat_map(|s| s.kinds.iter().copied()).collect();
    if let Some(language) = schema.pointer_mut("/properties/language") {
        language["enum"] = json!(languages);
    }
    for rule in ["MoveRule", "RemoveRule", "KeepRule"] {
        if let Some(kind) = schema.pointer_mut(&format!("/$defs/{rule}/properties/kind")) {
            kind["enum"] = json!(kinds);
        }
    }
    without_null(&mut schema);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// A key that may be left out may be null for `schemars`, but TOML has no null.
fn without_null(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::Array(types)) = map.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = &types[..] {
                    let only = only.clone();
                    map.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(choices)) = map.get_mut("anyOf") {
                choices.retain(|choice| *choice != json!({"type": "null"}));
            }
            map.values_mut().for_each(without_null);
        }
        Value::Array(list) => list.iter_mut().for_each(without_null),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_what_is_near() {
        let keys = MoveRule::keys();
        assert_eq!(keys.nearest("form"), Some("from"));
        assert_eq!(keys.nearest("alternative"), Some("alternatives"));
        assert_eq!(keys.nearest("zzz"), None);
    }

    #[test]
    fn required_keys_are_those_without_default() {
        assert_eq!(MoveRule::keys().required, ["from"]);
        assert_eq!(MappingFile::keys().required, ["language", "name"]);
    }
}

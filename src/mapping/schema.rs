//! The keys of a mapping file. These types read the files, name the keys in messages and make the
//! JSON Schema that editors complete from: what a key is stands here once.

use std::collections::BTreeMap;

use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use serde_json::json;
use serde_spanned::Spanned;

use super::rule::Rename;
use super::several::{Names, Paths};
use crate::document::{keyed, schema_text};
use crate::path::Syntax;

/// A table of old import paths and of what became of them, for one language.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    title = "repoint mapping table",
    extend("anyOf" = [
        {"required": ["move"]},
        {"required": ["moves"]},
        {"required": ["remove"]},
        {"required": ["keep"]}
    ])
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
    /// What its old paths are called in messages, where `deprecated` is not the word.
    pub(super) word: Option<String>,
    /// Old paths with their new ones, where nothing else is to be said: quoted keys, `"a.b" = "c.d"`.
    #[serde(default)]
    #[schemars(extend("default" = {}))]
    #[expect(
        dead_code,
        reason = "the schema needs it; `read` takes its pairs one by one"
    )]
    moves: BTreeMap<String, String>,
    /// Paths that have a successor. The longest old path that matches by whole names wins; what
    /// lies below it moves along.
    #[serde(default, rename = "move")]
    #[schemars(extend("default" = []))]
    #[expect(
        dead_code,
        reason = "the schema needs it; `read` takes its rules one by one"
    )]
    rules: Vec<MoveRule>,
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
    /// What the table does to texts; `repoint mapping test` runs them.
    #[serde(default, rename = "example")]
    #[schemars(extend("default" = []))]
    #[expect(
        dead_code,
        reason = "the schema needs it; `read` takes them one by one"
    )]
    examples: Vec<ExampleTable>,
}

// The schema of `Paths`.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "the schema alone is made of it")]
enum PathsForm {
    One(String),
    List(#[schemars(length(min = 1))] Vec<String>),
}

// The schema of `Names`.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
#[expect(dead_code, reason = "the schema alone is made of it")]
enum NamesForm {
    Same(#[schemars(length(min = 1))] Vec<String>),
    Renamed(BTreeMap<String, String>),
}

/// A path that has a successor, or several possible ones.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["to"]}, {"required": ["alternatives"]}]))]
pub(super) struct MoveRule {
    /// The old path, or several that go to one place.
    #[schemars(with = "PathsForm")]
    pub(super) from: Spanned<Paths>,
    /// The new path.
    #[schemars(with = "Option<String>")]
    pub(super) to: Option<Spanned<String>>,
    /// Several possible successors: the old path is never rewritten, its uses are errors that list
    /// these.
    #[schemars(with = "Option<Vec<String>>", length(min = 1))]
    pub(super) alternatives: Option<Spanned<Vec<Spanned<String>>>>,
    /// Short for several rules, one a name below both paths; or old names with their new ones.
    #[schemars(with = "Option<NamesForm>")]
    pub(super) names: Option<Spanned<Names>>,
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
    pub(super) names: Option<Spanned<Names>>,
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
    pub(super) names: Option<Spanned<Names>>,
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
    /// Report each site with this message: a rule that only reviews, and never fails a check.
    pub(super) review: Option<String>,
    /// Where to read more.
    pub(super) url: Option<String>,
    /// Which package is meant, when two packages of a workspace have one library name.
    pub(super) package: Option<String>,
    /// The rule replaces earlier ones for the same path.
    #[serde(default, rename = "override")]
    pub(super) overrides: bool,
}

/// A text, and what the table makes of it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExampleTable {
    /// The text.
    #[schemars(with = "String")]
    pub(super) before: Spanned<String>,
    /// What it becomes. Without it, it stays as it is.
    pub(super) after: Option<String>,
    /// What it shows.
    pub(super) name: Option<String>,
    /// The file that holds it, relative to the root of a package. Without it, a module at the root.
    #[schemars(with = "Option<String>")]
    pub(super) file: Option<Spanned<String>>,
    /// The codes of its findings, as `repoint explain` lists them. Without it, none but reviews.
    pub(super) findings: Option<Vec<String>>,
}

keyed! {
    ExampleTable => "`[[example]]`",
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
    schema_text(schema)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Keyed as _, nearest};

    #[test]
    fn suggests_only_what_is_near() {
        let near = |key| nearest(key, MoveRule::keys().known.iter().map(String::as_str));
        assert_eq!(near("form"), Some("from"));
        assert_eq!(near("alternative"), Some("alternatives"));
        assert_eq!(near("zzz"), None);
    }

    #[test]
    fn required_keys_are_those_without_default() {
        assert_eq!(MoveRule::keys().required, ["from"]);
        assert_eq!(MappingFile::keys().required, ["language", "name"]);
    }
}

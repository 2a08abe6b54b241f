//! The keys of a configuration as they are written. These types read the file, name the keys in messages
//! and make the JSON Schema that editors complete from: what a key is stands here once.

use std::collections::BTreeMap;

use schemars::{JsonSchema, schema_for};
use serde::Deserialize;
use serde_json::{Value, json};
use serde_spanned::Spanned;

use crate::document::{keyed, schema_text};
use crate::lang::Language;

/// How the file with the schema is called, that the first line of what `repoint init` writes names.
pub const SCHEMA_NAME: &str = "repoint.schema.json";

/// A list whose elements have places.
pub(super) type List = Spanned<Vec<Spanned<String>>>;

/// What a project says to repoint.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "repoint configuration")]
pub(super) struct Head {
    /// Mapping tables that are in force: files, folders of them, or names of built-in ones. Without it,
    /// `mappings/` at the project root.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) mappings: Option<Spanned<Vec<String>>>,
    /// Only files that match one of these patterns, as in .gitignore, relative to this file's folder.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) include: Option<List>,
    /// No files that match one of these patterns.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) exclude: Option<List>,
    /// Refuse to parse files larger than this: bytes, or with a suffix K, M or G. Without it, 4M.
    #[schemars(with = "Option<Size>")]
    pub(super) max_file_size: Option<Spanned<toml::Value>>,
    /// Which strings are references: those in known calls and attributes (the default), all, or none.
    #[schemars(with = "Option<String>", extend("enum" = ["known", "all", "off"]))]
    pub(super) strings: Option<Spanned<String>>,
    /// Rewrite documentation too.
    #[schemars(with = "Option<bool>")]
    pub(super) docs: Option<Spanned<bool>>,
    /// Note mentions in prose.
    #[schemars(with = "Option<bool>")]
    pub(super) mentions: Option<Spanned<bool>>,
    /// One file that fails: nothing is written. `check` fails on entries of the baseline that are too high.
    #[schemars(with = "Option<bool>")]
    pub(super) strict: Option<Spanned<bool>>,
    /// Parts of the tree that are counted apart; a file may be in several.
    #[serde(default, rename = "scope")]
    #[schemars(extend("default" = []))]
    #[expect(
        dead_code,
        reason = "the schema needs it; `read` takes them one by one"
    )]
    scopes: Vec<ScopeTable>,
    /// Commands of the team with an expectation: its tests, its linter, its deployment check.
    #[serde(default, rename = "gate")]
    #[schemars(extend("default" = []))]
    #[expect(
        dead_code,
        reason = "the schema needs it; `read` takes them one by one"
    )]
    gates: Vec<GateTable>,
    /// Definitions with one path, that all others are to lead to.
    #[serde(default, rename = "home")]
    #[schemars(extend("default" = []))]
    #[expect(
        dead_code,
        reason = "the schema needs it; `read` takes them one by one"
    )]
    homes: Vec<HomeTable>,
    /// How `repoint migrate` goes.
    #[serde(default)]
    #[expect(dead_code, reason = "the schema needs it; `read` takes it by itself")]
    migrate: Option<MigrateTable>,
}

/// A part of the tree that is counted apart.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ScopeTable {
    /// What it is called; no other scope is called so.
    #[schemars(with = "String")]
    pub(super) name: Spanned<String>,
    /// Patterns of its files, as in .gitignore. Without it, all files.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) include: Option<List>,
    /// Patterns of files that are not in it.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) exclude: Option<List>,
    /// References that are allowed in it: with more of them `repoint check` fails. Without it, they are
    /// only counted.
    #[schemars(with = "Option<u64>")]
    pub(super) max: Option<Spanned<i64>>,
}

/// A definition with one path: the single source of truth.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct HomeTable {
    /// The path at which it is defined.
    #[schemars(with = "String")]
    pub(super) path: Spanned<String>,
    /// The language of the path.
    #[schemars(with = "String", extend("enum" = ["python", "rust"]))]
    pub(super) language: Spanned<String>,
    /// Modules that may hand it on; with `.*` or `::*` at the end, those below one.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) allow: Option<List>,
    /// Other definitions of its name that are meant.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) also: Option<List>,
    /// Rust: the package that is meant, when two have one library name.
    pub(super) package: Option<String>,
}

/// A command of the team with an expectation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct GateTable {
    /// What it is called; no other gate is called so.
    #[schemars(with = "String")]
    pub(super) name: Spanned<String>,
    /// What is run: a program and its arguments; or one string, with `shell = true`.
    #[schemars(with = "Run")]
    pub(super) run: Spanned<toml::Value>,
    /// `run` is one string for the shell.
    #[schemars(with = "Option<bool>")]
    pub(super) shell: Option<Spanned<bool>>,
    /// What is expected before the rewriting.
    #[schemars(with = "Option<String>", extend("enum" = ["pass", "fail", "any"]))]
    pub(super) before: Option<Spanned<String>>,
    /// What is expected after each batch.
    #[schemars(with = "Option<String>", extend("enum" = ["pass", "fail", "any"]))]
    pub(super) during: Option<Spanned<String>>,
    /// What is expected after the rewriting.
    #[schemars(with = "Option<String>", extend("enum" = ["pass", "fail", "any"]))]
    pub(super) after: Option<Spanned<String>>,
    /// A regular expression that a run that fails as expected has to print, so that it failed for its
    /// reason.
    #[schemars(with = "Option<String>")]
    pub(super) expect_output: Option<Spanned<String>>,
    /// Where the command writes its results as JUnit XML, relative to this file's folder.
    #[schemars(with = "Option<String>")]
    pub(super) junit: Option<Spanned<String>>,
    /// Where it is run, relative to this file's folder. Without it, that folder.
    #[schemars(with = "Option<String>")]
    pub(super) cwd: Option<Spanned<String>>,
    /// Variables that it gets beside those of repoint.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub(super) env: Option<BTreeMap<Spanned<String>, Spanned<String>>>,
    /// How long it may take, such as `90s` or `5m`. Without it, 5 times its run before the rewriting, at
    /// least a minute.
    #[schemars(with = "Option<String>")]
    pub(super) timeout: Option<Spanned<String>>,
    /// How often a failure is asked again. Without it, once.
    #[schemars(with = "Option<u32>")]
    pub(super) retries: Option<Spanned<i64>>,
    /// How many times its duration of before it may take after.
    #[schemars(with = "Option<f64>")]
    pub(super) max_slowdown: Option<Spanned<f64>>,
    /// Fewer passed tests than before are no failure.
    #[schemars(with = "Option<bool>")]
    pub(super) allow_fewer: Option<Spanned<bool>>,
    /// Words by which people choose gates. One with the tag `manual` runs only when it is named.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) tags: Option<List>,
    /// What must be there before it is run: `tcp:HOST:PORT`, `env:NAME` or `path:FILE`.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) needs: Option<List>,
}

/// How `repoint migrate` goes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct MigrateTable {
    /// What a batch is: `priority` (the default: one batch a pattern), `owner` (CODEOWNERS), `folder`,
    /// `rule`, or a number of files.
    #[schemars(with = "Option<BatchChoice>")]
    pub(super) batch: Option<Spanned<toml::Value>>,
    /// Patterns of files, as in .gitignore: those of earlier ones come first, files in none last.
    #[schemars(with = "Option<Vec<String>>")]
    pub(super) priority: Option<List>,
    /// A formatter and its arguments: run with the files of a batch before its gates.
    #[schemars(with = "Option<Vec<String>>", length(min = 1))]
    pub(super) format: Option<List>,
    /// Whether a batch that breaks a gate is searched for the guilty units, or quarantined whole.
    #[schemars(with = "Option<String>", extend("enum" = ["unit", "batch"]))]
    pub(super) search: Option<Spanned<String>>,
    /// How long the search may take, such as `2h`; what is unresolved then is quarantined together.
    #[schemars(with = "Option<String>")]
    pub(super) max_search: Option<Spanned<String>>,
    /// One git commit a batch.
    #[schemars(with = "Option<bool>")]
    pub(super) commit: Option<Spanned<bool>>,
    /// The message of that commit; `{rules}` and `{files}` are replaced.
    #[schemars(with = "Option<String>")]
    pub(super) message: Option<Spanned<String>>,
}

/// A size in bytes: a number, or one with a suffix of 1024s.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "for the schema alone")]
enum Size {
    Bytes(u64),
    Text(String),
}

/// A program and its arguments, or one string for the shell.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "for the schema alone")]
enum Run {
    Argv(#[schemars(length(min = 1))] Vec<String>),
    Shell(String),
}

/// By what a batch is made.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "for the schema alone")]
enum BatchChoice {
    By(BatchBy),
    Files(#[schemars(range(min = 1))] u64),
}

#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "for the schema alone")]
enum BatchBy {
    Priority,
    Owner,
    Folder,
    Rule,
}

keyed! {
    Head => "the configuration",
    ScopeTable => "`[[scope]]`",
    GateTable => "`[[gate]]`",
    HomeTable => "`[[home]]`",
    MigrateTable => "`[migrate]`",
}

/// The JSON Schema of configurations that speak to these languages; pretty, with a final line end.
pub fn json_schema(languages: &[&'static dyn Language]) -> String {
    let mut schema = schema_for!(Head).to_value();
    for language in languages {
        let mut section = language.settings_schema();
        // What it refers to is found from the root of the document.
        if let Some(Value::Object(definitions)) = section.get_mut("$defs").map(Value::take) {
            for (name, definition) in definitions {
                schema["$defs"][name] = definition;
            }
        }
        if let Value::Object(section) = &mut section {
            section.remove("$defs");
            section.remove("$schema");
        }
        schema["properties"][language.syntax().language] = section;
    }
    if let Some(retries) = schema.pointer_mut("/$defs/GateTable/properties/max-slowdown") {
        retries["exclusiveMinimum"] = json!(0);
    }
    schema_text(schema)
}

//! The keys of the tables of a document: known from the types that read them, named in messages and in
//! the JSON Schema that editors complete from.

use schemars::{JsonSchema, schema_for};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The keys of a kind of table.
#[derive(Debug)]
pub struct Keys {
    /// All of them.
    pub known: Vec<String>,
    /// Those that must be there; each holds a string.
    pub required: Vec<String>,
}

impl Keys {
    /// The keys of a table that is read as `T`: those of its schema.
    pub fn of<T: JsonSchema>() -> Self {
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

    /// Whether there is such a key.
    pub fn has(&self, key: &str) -> bool {
        self.known.iter().any(|known| known == key)
    }
}

/// The candidate that `word` is probably a misspelling of.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
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

/// A table of a document whose keys are known.
pub trait Keyed: DeserializeOwned {
    /// How messages call such a table.
    const WHAT: &'static str;

    /// Its keys, as the schema has them.
    fn keys() -> &'static Keys;
}

/// Says how messages call the tables of these types.
macro_rules! keyed {
    ($($type:ty => $what:literal),+ $(,)?) => {
        $(impl $crate::document::Keyed for $type {
            const WHAT: &'static str = $what;

            fn keys() -> &'static $crate::document::Keys {
                static KEYS: std::sync::LazyLock<$crate::document::Keys> =
                    std::sync::LazyLock::new($crate::document::Keys::of::<$type>);
                &KEYS
            }
        })+
    };
}

pub(crate) use keyed;

/// A JSON Schema as text for a file: pretty, with a final line end.
pub fn schema_text(mut schema: Value) -> String {
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

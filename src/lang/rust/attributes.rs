//! Attributes that take a path in a string, as data.

use super::settings::Attribute;

/// Owner of the attribute, and the keys whose string is a path, a type, an expression or a list of bounds
/// of this place.
/// Sources: serde.rs "Attributes", docs of serde_with, clap, derive_more, strum, schemars, tokio, validator.
const KNOWN: &[(&str, &[&str])] = &[
    (
        "serde",
        &[
            "with",
            "default",
            "serialize_with",
            "deserialize_with",
            "skip_serializing_if",
            "crate",
            "remote",
            "from",
            "into",
            "try_from",
            "getter",
            "bound",
        ],
    ),
    ("serde bound", &["serialize", "deserialize"]),
    (
        "serde_as",
        &["as", "serialize_as", "deserialize_as", "crate"],
    ),
    (
        "schemars",
        &[
            "with",
            "schema_with",
            "crate",
            "default",
            "remote",
            "bound",
            "transform",
        ],
    ),
    ("clap", &["value_parser", "default_value_t"]),
    ("arg", &["value_parser", "default_value_t"]),
    ("structopt", &["parse"]),
    ("strum", &["crate"]),
    ("main", &["crate"]),
    ("test", &["crate"]),
    ("validate", &["custom", "function", "schema"]),
    ("builder", &["default", "setter", "build_fn"]),
    ("display", &["crate"]),
    ("from", &["crate"]),
    ("prost", &["enumeration"]),
    ("debug", &["with"]),
    (
        "derivative",
        &["with", "format_with", "compare_with", "hash_with", "bound"],
    ),
    ("educe", &["method", "bound"]),
    ("getset", &["crate"]),
    ("borsh", &["serialize_with", "deserialize_with", "crate"]),
    ("borsh bound", &["serialize", "deserialize"]),
    ("darling", &["with", "default", "map", "and_then", "bound"]),
    ("zeroize", &["bound"]),
];

/// Lists inside of an attribute whose keys mean something only there: owner, list, and what the owner
/// of those keys is called above.
const LISTS: &[(&str, &str, &str)] = &[
    ("serde", "bound", "serde bound"),
    ("borsh", "bound", "borsh bound"),
];

/// The owner of the keys in `list(...)` of an attribute of `owner`.
pub fn owner_within<'o>(owner: &'o str, list: &str) -> &'o str {
    LISTS
        .iter()
        .find(|(of, name, _)| *of == owner && *name == list)
        .map_or(owner, |(_, _, inner)| inner)
}

/// Whether the string after `key =` in an attribute of `owner` is a path of this place; `more` are
/// those that the configuration adds.
pub fn takes_path(owner: &str, key: &str, more: &[Attribute]) -> bool {
    KNOWN
        .iter()
        .any(|(name, keys)| *name == owner && keys.contains(&key))
        || more
            .iter()
            .any(|attribute| attribute.owner == owner && attribute.key == key)
}

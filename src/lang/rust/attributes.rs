//! Attributes that take a path in a string, as data (row R51).

use super::settings::Attribute;

/// Owner of the attribute, and the keys whose string is a path, a type or an expression of this place.
/// Sources: serde.rs "Attributes", docs of clap, derive_more, strum, schemars, tokio, validator.
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
        ],
    ),
    (
        "schemars",
        &["with", "schema_with", "crate", "default", "remote"],
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
        &["with", "format_with", "compare_with", "hash_with"],
    ),
    ("educe", &["method"]),
    ("getset", &["crate"]),
    ("borsh", &["serialize_with", "deserialize_with", "crate"]),
    ("darling", &["with", "default", "map", "and_then"]),
];

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

//! What `[rust]` in the configuration says.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::document::keyed;
use crate::lang::RewriteOptions;

/// What is said to Rust.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// An import joins an existing group of its new module.
    // Row R19.
    pub merge_imports: bool,
    /// Further attributes that take a path in a string, as `owner.key`.
    // Row R51.
    #[schemars(with = "Vec<String>")]
    pub string_attributes: Vec<Attribute>,
}

/// `owner.key`: the string after `key =` in an attribute of `owner`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Attribute {
    /// The attribute's last name.
    pub owner: String,
    /// The word before `=`.
    pub key: String,
}

impl TryFrom<String> for Attribute {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.split_once('.') {
            Some((owner, key)) if !owner.is_empty() && !key.is_empty() => Ok(Self {
                owner: owner.to_owned(),
                key: key.to_owned(),
            }),
            _ => Err(format!(
                "`{text}` is no attribute with a key: write `owner.key`, such as `serde.with`"
            )),
        }
    }
}

keyed! {
    Settings => "`[rust]`",
}

impl Settings {
    /// What the options of a run say. They were checked when the configuration was read.
    pub fn of(options: &RewriteOptions) -> Self {
        options
            .sections
            .get("rust")
            .and_then(|section| Self::deserialize(section.clone()).ok())
            .unwrap_or_default()
    }
}

//! What `[rust]` in the configuration says.

use serde::Deserialize;

use crate::lang::RewriteOptions;

/// The keys of `[rust]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// An import joins an existing group of its new module (row R19).
    pub merge_imports: bool,
    /// Further attributes that take a path in a string, as `owner.key` (row R51).
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

impl Settings {
    /// Reads the table.
    ///
    /// # Errors
    /// An unknown key, or a value that does not fit.
    pub fn parse(section: &toml::Table) -> Result<Self, String> {
        Self::deserialize(section.clone())
            .map_err(|error| error.message().trim().replace('\n', ", "))
    }

    /// What the options of a run say. They were checked when the configuration was read.
    pub fn of(options: &RewriteOptions) -> Self {
        options
            .sections
            .get("rust")
            .and_then(|section| Self::parse(section).ok())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, String> {
        Settings::parse(&text.parse().expect("TOML"))
    }

    #[test]
    fn keys_are_read() {
        let settings = parse("merge-imports = true\nstring-attributes = ['a.with']").expect("fine");
        assert!(settings.merge_imports);
        assert_eq!(settings.string_attributes[0].owner, "a");
    }

    #[test]
    fn wrong_keys_and_values_are_named() {
        let message = parse("merge-importz = true").expect_err("unknown");
        assert!(message.contains("merge-importz"), "{message}");
        let message = parse("string-attributes = ['with']").expect_err("no owner");
        assert!(message.contains("owner.key"), "{message}");
        assert!(parse("merge-imports = 1").is_err());
    }
}

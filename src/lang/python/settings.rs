//! What `[python]` in the configuration says.

use serde::Deserialize;

use crate::lang::RewriteOptions;

/// The keys of `[python]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Settings {
    /// Folders that modules start in, relative to the project root; `--root` comes before them.
    pub(super) roots: Vec<String>,
    /// A moved name joins an import of its new module beside it (row P34).
    pub(super) merge_imports: bool,
    /// Further calls whose first argument is a path, as dotted names: `app.tools.load` (row P58).
    pub(super) string_calls: Vec<String>,
    /// Further variables and dict keys whose strings are paths: `INSTALLED_APPS` (row P58).
    pub(super) string_names: Vec<String>,
}

impl Settings {
    /// Reads the table.
    ///
    /// # Errors
    /// An unknown key, or a value that does not fit.
    pub(super) fn parse(section: &toml::Table) -> Result<Self, String> {
        Self::deserialize(section.clone()).map_err(|error| error.message().to_owned())
    }

    /// What the options of a run say. They were checked when the configuration was read.
    pub(super) fn of(options: &RewriteOptions) -> Self {
        options
            .sections
            .get("python")
            .and_then(|section| Self::parse(section).ok())
            .unwrap_or_default()
    }
}

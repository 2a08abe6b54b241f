//! Patterns of `--include` and `--exclude`.

use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Patterns as in a `.gitignore` at the project root: one without a slash matches a name at any
/// depth, one with a slash is relative to the root, a trailing slash asks for a folder, and a
/// folder stands for all that is in it.
#[derive(Clone, Debug)]
pub struct Globs(Gitignore);

/// A pattern that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is no valid pattern: {reason}; expected one as in .gitignore")]
pub struct GlobError {
    pattern: String,
    reason: String,
}

impl Default for Globs {
    fn default() -> Self {
        Self(Gitignore::empty())
    }
}

impl Globs {
    /// Compiles patterns; `root` is the project root.
    ///
    /// # Errors
    /// Names the first pattern that is invalid.
    pub fn compile(root: &Path, patterns: &[String]) -> Result<Self, GlobError> {
        let mut builder = GitignoreBuilder::new(root);
        // git takes `a[` as it stands; a person who types it has forgotten something.
        builder.allow_unclosed_class(false);
        let fail = |pattern: &str, error: &ignore::Error| GlobError {
            pattern: pattern.to_owned(),
            reason: match error {
                ignore::Error::Glob { err, .. } => err.clone(),
                other => other.to_string(),
            },
        };
        for pattern in patterns {
            let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
            builder
                .add_line(None, pattern)
                .map_err(|error| fail(pattern, &error))?;
        }
        builder
            .build()
            .map(Self)
            .map_err(|error| fail(&patterns.join("`, `"), &error))
    }

    /// Whether there is no pattern.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a pattern matches this very file or folder.
    pub fn matches(&self, path: &Path, is_folder: bool) -> bool {
        self.0.matched(path, is_folder).is_ignore()
    }

    /// Whether a pattern matches the file, or a folder around it below the root.
    pub fn matches_around(&self, file: &Path) -> bool {
        self.matches(file, false)
            || file
                .ancestors()
                .skip(1)
                .take_while(|folder| folder.starts_with(self.0.path()) && *folder != self.0.path())
                .any(|folder| self.matches(folder, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn globs(patterns: &[&str]) -> Globs {
        let patterns: Vec<_> = patterns.iter().map(|p| (*p).to_owned()).collect();
        Globs::compile(Path::new("/p"), &patterns).expect("valid patterns")
    }

    #[test]
    fn names_match_anywhere_and_paths_from_the_root() {
        let name = globs(&["*_gen.rs", "/a/b.rs", "sub/"]);
        assert!(name.matches_around(Path::new("/p/x/y_gen.rs")));
        assert!(name.matches_around(Path::new("/p/a/b.rs")));
        assert!(name.matches_around(Path::new("/p/z/sub/q/c.rs")));
        assert!(!name.matches_around(Path::new("/p/z/a/b.rs")));
        assert!(!name.matches_around(Path::new("/p/sub")));
        assert!(!name.matches_around(Path::new("/elsewhere/sub.rs")));
        assert!(globs(&["./a/b.rs"]).matches_around(Path::new("/p/a/b.rs")));
    }

    #[test]
    fn a_bad_pattern_is_named() {
        let error = Globs::compile(Path::new("/p"), &["a[z-a]".to_owned()]).expect_err("invalid");
        assert!(
            error
                .to_string()
                .starts_with("`a[z-a]` is no valid pattern: "),
            "{error}"
        );
    }
}

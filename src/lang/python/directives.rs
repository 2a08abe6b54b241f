//! Comments for tools: they are about their line, not about what it means.

/// What such a comment starts with. Each half of a line that is split needs it.
const STARTS: &[&str] = &[
    "noqa",
    "type:",
    "isort:",
    "pyright:",
    "pylint:",
    "mypy:",
    "ruff:",
    "flake8:",
    "pyre-",
    "nosec",
    "nosort",
    "pragma:",
    "fmt: skip",
    "fmt:skip",
    "ty:",
    "yapf:",
    "pytype:",
    "noinspection",
];

/// What such a comment may hold behind something else.
const WORDS: &[&str] = &[
    "noqa",
    "type: ignore",
    "type:ignore",
    "repoint: keep",
    "isort:",
    "pyright:",
    "pylint:",
    "ruff:",
    "mypy:",
    "flake8:",
    "fmt:",
    "yapf:",
    "pragma:",
    "nosec",
    "noinspection",
];

/// Whether a comment may go with its statement.
pub(super) fn is_one(comment: &str) -> bool {
    is_copied(comment) || WORDS.iter().any(|word| comment.contains(word))
}

/// Whether a comment speaks to a tool about its line, and about nothing else.
pub(super) fn is_copied(comment: &str) -> bool {
    let said = comment.trim_start_matches('#').trim_start();
    let said = said.to_ascii_lowercase();
    STARTS.iter().any(|word| said.starts_with(word))
}

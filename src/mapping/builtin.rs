//! The tables that come with the program.

/// Name and text of each. A new one is a file under `mappings/` and a line here.
const TABLES: &[(&str, &str)] = &[
    (
        "python/airflow-3",
        include_str!("../../mappings/python/airflow-3.toml"),
    ),
    (
        "python/collections-abc",
        include_str!("../../mappings/python/collections-abc.toml"),
    ),
    (
        "python/langchain-0.2",
        include_str!("../../mappings/python/langchain-0.2.toml"),
    ),
    (
        "python/numpy-2",
        include_str!("../../mappings/python/numpy-2.toml"),
    ),
    (
        "python/typing-builtins",
        include_str!("../../mappings/python/typing-builtins.toml"),
    ),
    (
        "rust/rand-0.9",
        include_str!("../../mappings/rust/rand-0.9.toml"),
    ),
    (
        "rust/std-to-alloc",
        include_str!("../../mappings/rust/std-to-alloc.toml"),
    ),
    (
        "rust/std-to-core",
        include_str!("../../mappings/rust/std-to-core.toml"),
    ),
    (
        "websocket-ssot",
        include_str!("../../mappings/websocket-ssot.toml"),
    ),
];

/// The text of the built-in table of this name.
pub fn builtin(name: &str) -> Option<&'static str> {
    TABLES
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, text)| *text)
}

/// The names of all built-in tables, in order.
pub fn builtin_names() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|(name, _)| *name)
}

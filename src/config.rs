//! Configuration: `repoint.toml`.

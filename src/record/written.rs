//! A path as the record writes it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// A path relative to the project's root with `/` between its parts, or an absolute one; as text where it is
/// text, else as bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Written {
    /// Unicode.
    Text(String),
    /// Anything else that a system allows.
    Bytes(Vec<u8>),
}

impl Written {
    /// How an absolute path is written.
    pub fn new(path: &Path, root: &Path) -> Self {
        let path = path.strip_prefix(root).unwrap_or(path);
        match path.to_str() {
            Some(text) if cfg!(windows) => Self::Text(text.replace('\\', "/")),
            Some(text) => Self::Text(text.to_owned()),
            None => Self::Bytes(path.as_os_str().as_encoded_bytes().to_vec()),
        }
    }

    /// The absolute path.
    pub fn under(&self, root: &Path) -> PathBuf {
        match self {
            Self::Text(text) => root.join(text),
            Self::Bytes(bytes) => root.join(from_bytes(bytes)),
        }
    }

    /// Any word, such as an argument.
    pub fn word(word: &std::ffi::OsStr) -> Self {
        match word.to_str() {
            Some(text) => Self::Text(text.to_owned()),
            None => Self::Bytes(word.as_encoded_bytes().to_vec()),
        }
    }

    /// The word again.
    pub fn as_os_string(&self) -> std::ffi::OsString {
        match self {
            Self::Text(text) => text.into(),
            Self::Bytes(bytes) => from_bytes(bytes).into_os_string(),
        }
    }

    /// As people read it.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) => crate::text::one_line(text),
            Self::Bytes(bytes) => crate::text::shown(&from_bytes(bytes)),
        }
    }
}

#[cfg(unix)]
fn from_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn from_bytes(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

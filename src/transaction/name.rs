//! How the journal names a file.

use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The path of a file: relative to the project's root if it is below it, else absolute. As text
/// where it is text, else as bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub(super) struct Name(PathBuf);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Bytes(Vec<u8>),
}

/// Why a path cannot be in a journal.
#[derive(Debug, thiserror::Error)]
#[error("no name for a file of the tree: {0}")]
pub(super) struct BadName(&'static str);

impl Name {
    /// The name of an absolute path without links.
    pub fn new(path: &Path, root: &Path) -> Result<Self, BadName> {
        Self::checked(path.strip_prefix(root).unwrap_or(path).to_owned())
    }

    /// The absolute path.
    pub fn under(&self, root: &Path) -> PathBuf {
        root.join(&self.0)
    }

    /// Whether it is not below the project's root.
    pub fn is_outside(&self) -> bool {
        self.0.is_absolute()
    }

    fn checked(path: PathBuf) -> Result<Self, BadName> {
        let mut parts = path.components().peekable();
        while path.is_absolute()
            && parts
                .next_if(|part| matches!(part, Component::Prefix(_) | Component::RootDir))
                .is_some()
        {}
        if parts.peek().is_none() {
            return Err(BadName("it is empty"));
        }
        if !parts.all(|part| matches!(part, Component::Normal(_))) {
            return Err(BadName("it leaves its folder"));
        }
        if !cfg!(unix) && path.to_str().is_none() {
            return Err(BadName("it is no Unicode"));
        }
        Ok(Self(path))
    }
}

impl TryFrom<Written> for Name {
    type Error = BadName;

    fn try_from(written: Written) -> Result<Self, BadName> {
        let path = match written {
            Written::Text(text) => PathBuf::from(text),
            Written::Bytes(bytes) => from_bytes(bytes)?,
        };
        if path.as_os_str().as_encoded_bytes().contains(&0) {
            return Err(BadName("it has a null byte"));
        }
        Self::checked(path)
    }
}

impl From<Name> for Written {
    fn from(name: Name) -> Self {
        match name.0.into_os_string().into_string() {
            Ok(text) => Self::Text(text),
            Err(other) => Self::Bytes(other.into_encoded_bytes()),
        }
    }
}

#[cfg(unix)]
fn from_bytes(bytes: Vec<u8>) -> Result<PathBuf, BadName> {
    use std::os::unix::ffi::OsStringExt;
    Ok(std::ffi::OsString::from_vec(bytes).into())
}

#[cfg(not(unix))]
fn from_bytes(_bytes: Vec<u8>) -> Result<PathBuf, BadName> {
    Err(BadName("it is no Unicode"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(path: &str, root: &str, written: &str) {
        let name = Name::new(Path::new(path), Path::new(root)).expect("a name");
        let text = serde_json::to_string(&name).expect("text");
        assert_eq!(text, written);
        let read: Name = serde_json::from_str(&text).expect("read");
        assert_eq!(read, name);
        assert_eq!(read.under(Path::new(root)), Path::new(path));
    }

    #[test]
    fn it_is_relative_below_the_root_only() {
        same("/p/a/b.rs", "/p", "\"a/b.rs\"");
        same("/q/b \n\u{e9}.rs", "/p", "\"/q/b \\n\u{e9}.rs\"");
    }

    #[cfg(unix)]
    #[test]
    fn bytes_that_are_no_text_stay() {
        let path = from_bytes(b"/p/\xff.py".to_vec()).expect("a path");
        let name = Name::new(&path, Path::new("/p")).expect("a name");
        let text = serde_json::to_string(&name).expect("text");
        assert_eq!(text, "[255,46,112,121]");
        let read: Name = serde_json::from_str(&text).expect("read");
        assert_eq!(read.under(Path::new("/p")), path);
    }

    #[test]
    fn what_leaves_the_folder_is_none() {
        for wrong in [
            "\"\"",
            "\"../a\"",
            "\"a/../../b\"",
            "\"/\"",
            "\"/a/../b\"",
            "\"./a\"",
            "[]",
            "[97,0]",
            "\"a\\u0000b\"",
            "3",
        ] {
            assert!(serde_json::from_str::<Name>(wrong).is_err(), "{wrong}");
        }
    }
}

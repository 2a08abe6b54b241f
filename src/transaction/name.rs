//! How the journal names a file.

use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::journal::STATE_FOLDER;

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

    /// Whether it is in a folder of git's or of repoint's own, or is one, on any file system: some
    /// do not tell cases apart.
    pub fn is_reserved(&self) -> bool {
        let is_own = |part: Component<'_>| {
            let part = part.as_os_str();
            part.eq_ignore_ascii_case(".git") || part.eq_ignore_ascii_case(STATE_FOLDER)
        };
        self.0.components().any(is_own)
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
    fn what_git_and_repoint_keep_is_reserved_in_any_case() {
        for (path, is_reserved) in [
            ("/p/.git/config", true),
            ("/p/sub/.GIT", true),
            ("/q/.Git/hooks/x.py", true),
            ("/p/.repoint/lock", true),
            ("/p/.rePoint/lock", true),
            ("/p/.github/x.py", false),
            ("/p/git/.gitignore", false),
        ] {
            let name = Name::new(Path::new(path), Path::new("/p")).expect("a name");
            assert_eq!(name.is_reserved(), is_reserved, "{path}");
        }
        // The project itself may lie anywhere.
        let name = Name::new(Path::new("/.git/p/a.py"), Path::new("/.git/p")).expect("a name");
        assert!(!name.is_reserved());
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

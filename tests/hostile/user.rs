//! Another user, so that permissions mean something where tests run as the superuser.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use super::tree::Tree;

/// What most systems call `nobody`. It need not exist.
const NOBODY: u32 = 65534;

/// Who runs the program.
pub enum User {
    /// Whoever runs the tests.
    Self_,
    /// Nobody, with a copy of the program that nobody can reach.
    Nobody(PathBuf),
}

/// Somebody whom permissions bind: nobody if the tests run as root, else who runs them.
pub fn another(tree: &Tree) -> User {
    if !is_root(tree) {
        return User::Self_;
    }
    // The temporary folder is root's alone, and the one of the build may be.
    for folder in [tree.base().to_owned(), tree.root().to_owned()] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).expect("set");
    }
    let copy = tree.base().join("repoint");
    if !copy.exists() {
        fs::copy(env!("CARGO_BIN_EXE_repoint"), &copy).expect("copied");
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).expect("set");
    }
    User::Nobody(copy)
}

/// Whether permissions do not bind who runs the tests, told from who owns what they made.
pub fn is_root(tree: &Tree) -> bool {
    let owner = fs::metadata(tree.base()).expect("it is there").uid();
    owner == 0
}

impl User {
    pub fn program(&self) -> OsString {
        match self {
            Self::Self_ => env!("CARGO_BIN_EXE_repoint").into(),
            Self::Nobody(copy) => copy.into(),
        }
    }

    /// Makes a command run as this user, and in none of root's groups.
    pub fn become_of(&self, command: &mut Command) {
        if matches!(self, Self::Nobody(_)) {
            command.uid(NOBODY).gid(NOBODY);
        }
    }
}

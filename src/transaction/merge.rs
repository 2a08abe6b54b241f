//! Three versions of a text made one by `git merge-file`.
//!
//! The three lie in a temporary folder outside of the tree, and git reads neither a repository nor
//! a configuration, so nothing of the tree can make it run anything.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::reformatted::is_reformatted;
use super::tree::Left;

/// Merges one text after the other.
pub(super) struct Merger {
    folder: TempDir,
}

impl Merger {
    /// Makes the temporary folder.
    ///
    /// # Errors
    /// As the system says.
    pub fn new() -> io::Result<Self> {
        tempfile::tempdir().map(|folder| Self { folder })
    }

    /// `current` with what lies between `base` and `other`. Never with conflict markers. Where that is a
    /// conflict and `current` is `base` as a formatter leaves it, `other`: its formatting can be done again.
    ///
    /// # Errors
    /// Both changed the same lines, or git cannot merge these, or there is no git.
    pub fn merge(&self, current: &[u8], base: &[u8], other: &[u8]) -> Result<Vec<u8>, Left> {
        let folder = self.folder.path();
        for (name, content) in [("current", current), ("base", base), ("other", other)] {
            fs::write(folder.join(name), content).map_err(|error| unmerged(&error))?;
        }
        let output = self.git().map_err(|error| unmerged(&error))?;
        match output.status.code() {
            Some(0) => Ok(output.stdout),
            // git-merge-file(1): the number of conflicts, at most 127.
            Some(1..=127) if is_reformatted(base, current) => Ok(other.to_vec()),
            Some(1..=127) => Err(Left::Conflict),
            _ => {
                let said = String::from_utf8_lossy(&output.stderr);
                let said = said.trim().trim_start_matches("error: ");
                Err(Left::NotMerged(format!("git merge-file: {said}")))
            }
        }
    }

    fn git(&self) -> io::Result<std::process::Output> {
        // Not the current folder's, where a system looks there first.
        let program = grep_cli::resolve_binary("git").map_err(io::Error::other)?;
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_git_s(name)) {
            command.env_remove(name);
        }
        command
            .current_dir(self.folder.path())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env(
                "GIT_CONFIG_GLOBAL",
                if cfg!(windows) { "NUL" } else { "/dev/null" },
            )
            // The temporary folder itself may lie in somebody's repository.
            .env("GIT_DIR", self.folder.path().join("none"))
            .env("LC_ALL", "C")
            .args(["merge-file", "-p", "current", "base", "other"])
            .stdin(Stdio::null())
            .output()
    }
}

fn is_git_s(variable: &OsString) -> bool {
    variable.as_encoded_bytes().starts_with(b"GIT_")
}

fn unmerged(error: &io::Error) -> Left {
    if error.kind() == io::ErrorKind::NotFound {
        Left::NotMerged("git is not installed".to_owned())
    } else {
        Left::NotMerged(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(current: &[u8], base: &[u8], other: &[u8]) -> Result<Vec<u8>, Left> {
        Merger::new().expect("a folder").merge(current, base, other)
    }

    #[test]
    fn what_both_sides_changed_apart_is_in_it() {
        let merged = merged(
            b"a\r\nB\nc\nd\ne!",
            b"A\r\nB\nc\nd\ne!",
            b"A\r\nB\nc\nd\ne?",
        );
        assert_eq!(merged, Ok(b"a\r\nB\nc\nd\ne?".to_vec()));
    }

    #[test]
    fn one_place_is_a_conflict_and_no_text() {
        assert_eq!(merged(b"a\n", b"b\n", b"c\n"), Err(Left::Conflict));
    }

    #[test]
    fn what_was_only_formatted_is_no_conflict() {
        let applied = b"use z::X;\nuse m::Y;\n\nfn f(x:X,y:Y){}\n";
        let formatted = b"use m::Y;\nuse z::X;\n\nfn f(x: X, y: Y) {}\n";
        let before = b"use a::X;\nuse m::Y;\n\nfn f(x:X,y:Y){}\n";
        assert_eq!(merged(formatted, applied, before), Ok(before.to_vec()));
    }

    #[test]
    fn what_is_no_text_is_not_merged() {
        let Err(Left::NotMerged(why)) = merged(b"\0a\n", b"\0b\n", b"\0c\n") else {
            panic!("binary");
        };
        assert!(why.contains("binary"), "{why}");
    }
}

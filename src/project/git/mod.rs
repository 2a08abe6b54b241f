//! What patches need to know of git: the repository of a file, blob ids, modes, quoted names. And what
//! writing needs to know: which files have uncommitted changes.
//!
//! No object is read, and nothing is written. Git itself is started in `status` only.

mod head;
pub mod status;

use std::fs;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use sha1::{Digest, Sha1};
use sha2::Sha256;

pub use head::{Head, NewLines};

use crate::file;

/// A git work tree.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Repository {
    /// The folder that holds `.git`, absolute and without symbolic links if the path it was found
    /// from was.
    pub root: PathBuf,
    /// How it names objects.
    pub object_format: ObjectFormat,
}

/// The hash function that names a repository's objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ObjectFormat {
    /// 40 hexadecimal digits.
    #[default]
    Sha1,
    /// 64 hexadecimal digits, with `extensions.objectFormat = sha256`.
    Sha256,
}

impl Repository {
    /// The innermost work tree around a folder, which should have no symbolic links in it:
    /// upwards, the first folder with a `.git` folder that has a `HEAD`, or with a `.git` file
    /// that names one (linked work trees, submodules).
    pub fn around(folder: &Path) -> Option<Self> {
        folder.ancestors().find_map(Self::at)
    }

    /// The work tree whose root is this folder.
    pub fn at(folder: &Path) -> Option<Self> {
        let git = git_folder(folder)?;
        // A linked work tree has its own folder, and shares the configuration of the main one.
        let shared = match file::read(&git.join("commondir")) {
            Ok(common) => git.join(common.trim_ascii_end().to_path_lossy()),
            Err(_) => git,
        };
        // A name in it need not be UTF-8.
        let config = file::read(&shared.join("config")).unwrap_or_default();
        Some(Self {
            root: folder.to_path_buf(),
            object_format: object_format(&config.to_str_lossy()),
        })
    }
}

/// The folder that holds `HEAD` of the work tree with this root.
fn git_folder(root: &Path) -> Option<PathBuf> {
    let git = root.join(".git");
    let kind = fs::metadata(&git).ok()?;
    let folder = if kind.is_dir() {
        git
    } else if kind.is_file() {
        // Bytes: the name of a folder need not be UTF-8.
        let text = file::read(&git).ok()?;
        let name = text.strip_prefix(b"gitdir: ")?;
        root.join(
            name.trim_end_with(|c| matches!(c, '\n' | '\r'))
                .to_path()
                .ok()?,
        )
    } else {
        return None;
    };
    // Like git, which passes over a `.git` that is no repository. HEAD may be a dangling link.
    fs::symlink_metadata(folder.join("HEAD")).ok()?;
    Some(folder)
}

/// Reads `extensions.objectFormat`; section and key are case-insensitive (git-config(1)).
fn object_format(config: &str) -> ObjectFormat {
    let mut inside = false;
    let mut format = ObjectFormat::Sha1;
    for line in config.lines().map(str::trim) {
        let entry = match line.strip_prefix('[').and_then(|line| line.split_once(']')) {
            Some((section, rest)) => {
                inside = section.trim().eq_ignore_ascii_case("extensions");
                rest
            }
            None => line,
        };
        if let Some((key, value)) = entry.split_once('=')
            && inside
            && key.trim().eq_ignore_ascii_case("objectformat")
        {
            let value = value.split(['#', ';']).next().unwrap_or_default();
            format = match value.trim().trim_matches('"') {
                "sha256" => ObjectFormat::Sha256,
                _ => ObjectFormat::Sha1,
            };
        }
    }
    format
}

impl ObjectFormat {
    /// The id that git gives a file with these bytes, in hexadecimal: the hash of
    /// `blob LENGTH\0` and the bytes.
    pub fn blob_id(self, bytes: &[u8]) -> String {
        let header = format!("blob {}\0", bytes.len());
        match self {
            Self::Sha1 => hex(&Sha1::new()
                .chain_update(header)
                .chain_update(bytes)
                .finalize()),
            Self::Sha256 => hex(&Sha256::new()
                .chain_update(header)
                .chain_update(bytes)
                .finalize()),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]);
    bytes.iter().flat_map(digits).map(char::from).collect()
}

/// The mode that git records for a regular file: `100755` if its owner may execute it, else
/// `100644` (as everywhere where the file system has no such bit).
pub fn file_mode(metadata: &fs::Metadata) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if metadata.permissions().mode() & 0o100 != 0 {
            return "100755";
        }
    }
    let _ = metadata;
    "100644"
}

/// A name as git writes it in a patch, with its prefix (`a/`, `b/`): plain if every byte is
/// printable ASCII, else in double quotes with C escapes and, for control and non-ASCII bytes,
/// three octal digits (`core.quotePath`, on by default).
///
/// In `---` and `+++` lines git adds a tab behind a name that has a space; that is the caller's.
pub fn quoted_name(prefix: &str, name: &[u8]) -> String {
    let plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
    if name.iter().all(plain) {
        return format!("{prefix}{}", String::from_utf8_lossy(name));
    }
    let mut quoted = format!("\"{prefix}");
    for byte in name {
        let escape = match byte {
            0x07 => 'a',
            0x08 => 'b',
            b'\t' => 't',
            b'\n' => 'n',
            0x0b => 'v',
            0x0c => 'f',
            b'\r' => 'r',
            b'"' => '"',
            b'\\' => '\\',
            byte if plain(byte) => {
                quoted.push(char::from(*byte));
                continue;
            }
            byte => {
                quoted.push_str(&format!("\\{byte:03o}"));
                continue;
            }
        };
        quoted.push('\\');
        quoted.push(escape);
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn blob_ids_are_those_of_git() {
        let sha1 = ObjectFormat::Sha1;
        assert_eq!(
            sha1.blob_id(b""),
            "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
        );
        assert_eq!(
            sha1.blob_id(b"hello\n"),
            "ce013625030ba8dba906f756967f9e9ca394464a"
        );
        assert_eq!(
            ObjectFormat::Sha256.blob_id(b""),
            "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"
        );
    }

    #[test]
    fn names_are_quoted_as_git_does() {
        assert_eq!(quoted_name("a/", b"src/a b.rs"), "a/src/a b.rs");
        assert_eq!(
            quoted_name("a/", "caf\u{e9}.rs".as_bytes()),
            "\"a/caf\\303\\251.rs\""
        );
        assert_eq!(
            quoted_name("b/", b"a\"b\\c\td\x01\x7f"),
            "\"b/a\\\"b\\\\c\\td\\001\\177\""
        );
        assert_eq!(quoted_name("", b"\xff"), "\"\\377\"");
    }

    #[test]
    fn the_object_format_is_read_from_its_own_section_only() {
        let sha256 = |config| object_format(config) == ObjectFormat::Sha256;
        assert!(sha256(
            "[core]\n\tbare = false\n[extensions]\n\tobjectformat = sha256\n"
        ));
        assert!(sha256("[Extensions] objectFormat = \"sha256\" ; new\n"));
        assert!(!sha256("[core]\n\tobjectformat = sha256\n"));
        assert!(!sha256("[extensions \"x\"]\n\tobjectformat = sha256\n"));
        assert!(!sha256("[extensions]\n\tobjectformat = sha1\n"));
        assert!(!sha256("# [extensions]\n# objectformat = sha256\n"));
        assert!(!sha256(""));
    }

    fn git(folder: &Path, arguments: &[&str]) {
        let status = Command::new("git")
            .current_dir(folder)
            .args(["-c", "user.name=n", "-c", "user.email=e@example.org"])
            .args(arguments)
            .output()
            .expect("git runs");
        assert!(status.status.success(), "{status:?}");
    }

    #[test]
    fn repositories_made_by_git_are_found() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let root = dir.path().canonicalize().expect("it exists");
        for folder in ["main/deep/er", "main/inner/src", "main/fake/.git", "none"] {
            fs::create_dir_all(root.join(folder)).expect("written");
        }
        git(
            &root.join("main"),
            &["init", "-q", "--object-format=sha256"],
        );
        git(&root.join("main/inner"), &["init", "-q"]);
        git(
            &root.join("main"),
            &["commit", "-q", "--allow-empty", "-m", "start"],
        );
        git(&root.join("main"), &["worktree", "add", "-q", "../linked"]);
        fs::create_dir(root.join("linked/sub")).expect("written");
        let around = |folder: &str| {
            Repository::around(&root.join(folder)).map(|found| (found.root, found.object_format))
        };
        let at = |folder: &str, format| Some((root.join(folder), format));
        assert_eq!(around("main/deep/er"), at("main", ObjectFormat::Sha256));
        assert_eq!(
            around("main/inner/src"),
            at("main/inner", ObjectFormat::Sha1)
        );
        assert_eq!(around("main/fake"), at("main", ObjectFormat::Sha256));
        assert_eq!(around("linked/sub"), at("linked", ObjectFormat::Sha256));
        // Unless the machine keeps its temporary folder in a repository.
        assert!(around("none").is_none_or(|(found, _)| root.starts_with(found)));
    }

    #[cfg(unix)]
    #[test]
    fn the_mode_follows_the_owner_s_bit() {
        use std::os::unix::fs::PermissionsExt;
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        for (mode, expected) in [(0o644, "100644"), (0o755, "100755"), (0o611, "100644")] {
            let permissions = fs::Permissions::from_mode(mode);
            fs::set_permissions(file.path(), permissions).expect("set");
            let metadata = fs::metadata(file.path()).expect("it exists");
            assert_eq!(file_mode(&metadata), expected, "{mode:o}");
        }
    }
}

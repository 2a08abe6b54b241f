//! What a patch must know of git, read from files: no process is started.

use std::fs;
use std::path::{Path, PathBuf};

use sha1::{Digest, Sha1};
use sha2::Sha256;

/// How a repository names its objects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ObjectFormat {
    /// The default of git.
    #[default]
    Sha1,
    /// `extensions.objectFormat = sha256`.
    Sha256,
}

/// The work tree of a git repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repository {
    /// The root of the work tree.
    pub root: PathBuf,
    /// How it names its objects.
    pub object_format: ObjectFormat,
}

impl Repository {
    /// The innermost repository whose work tree holds `path`: absolute, and without symbolic links
    /// if the answer shall be. A `.git` that is neither a git directory nor a link to one counts
    /// for nothing, as for git.
    pub fn of(path: &Path) -> Option<Self> {
        path.ancestors().skip(1).find_map(|folder| {
            let git_dir = git_dir_of(folder)?;
            Some(Self {
                root: folder.to_owned(),
                object_format: object_format_of(&git_dir),
            })
        })
    }
}

/// The git directory of the work tree at `folder`, if it is the root of one.
fn git_dir_of(folder: &Path) -> Option<PathBuf> {
    let dot_git = folder.join(".git");
    let dir = if dot_git.is_dir() {
        dot_git
    } else {
        // Linked work trees and submodules have a file here.
        let text = fs::read(&dot_git).ok()?;
        let target = text.strip_prefix(b"gitdir:")?.trim_ascii();
        folder.join(path_from_bytes(target)?)
    };
    dir.join("HEAD").symlink_metadata().is_ok().then_some(dir)
}

/// Reads `extensions.objectFormat`, from the directory that linked work trees share.
fn object_format_of(git_dir: &Path) -> ObjectFormat {
    let common = fs::read(git_dir.join("commondir"))
        .ok()
        .and_then(|text| path_from_bytes(text.trim_ascii()).map(|path| git_dir.join(path)))
        .unwrap_or_else(|| git_dir.to_owned());
    let config = fs::read(common.join("config")).unwrap_or_default();
    let mut in_extensions = false;
    let mut format = ObjectFormat::default();
    for line in String::from_utf8_lossy(&config).lines() {
        let line = line.trim().to_ascii_lowercase();
        if line.starts_with('[') {
            in_extensions = line.starts_with("[extensions]");
        } else if let Some((key, value)) = line.split_once('=')
            && in_extensions
            && key.trim() == "objectformat"
        {
            format = match value.trim().trim_matches('"') {
                "sha256" => ObjectFormat::Sha256,
                _ => ObjectFormat::Sha1,
            };
        }
    }
    format
}

#[cfg(unix)]
fn path_from_bytes(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(std::ffi::OsStr::from_bytes(bytes).into())
}

#[cfg(not(unix))]
fn path_from_bytes(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

/// The name that git gives to a file of these bytes, in hexadecimal. No filter is applied.
pub fn blob_id(bytes: &[u8], format: ObjectFormat) -> String {
    fn hex<D: Digest>(header: &str, bytes: &[u8]) -> String {
        let mut digest = D::new();
        digest.update(header);
        digest.update(bytes);
        let digest = digest.finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
    let header = format!("blob {}\0", bytes.len());
    match format {
        ObjectFormat::Sha1 => hex::<Sha1>(&header, bytes),
        ObjectFormat::Sha256 => hex::<Sha256>(&header, bytes),
    }
}

/// The mode that git records of the file at `path`: `100755` if its owner may execute it. A file
/// that is not there counts as a plain one.
pub fn file_mode(path: &Path) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o100 != 0) {
            return "100755";
        }
    }
    #[cfg(not(unix))]
    let _ = path;
    "100644"
}

/// A name as patches write it: as it is, or between quotes with the escapes of C if a byte of it is
/// a control character, a quote, a backslash or not ASCII. (`quote_c_style` of git, with the default
/// `core.quotePath`.)
pub fn quote_path(name: &[u8]) -> Vec<u8> {
    if !name.iter().any(|&byte| must_quote(byte)) {
        return name.to_vec();
    }
    let mut quoted = Vec::with_capacity(name.len() + 8);
    quoted.push(b'"');
    for &byte in name {
        match byte {
            0x07 => quoted.extend(b"\\a"),
            0x08 => quoted.extend(b"\\b"),
            b'\t' => quoted.extend(b"\\t"),
            b'\n' => quoted.extend(b"\\n"),
            0x0b => quoted.extend(b"\\v"),
            0x0c => quoted.extend(b"\\f"),
            b'\r' => quoted.extend(b"\\r"),
            b'"' | b'\\' => quoted.extend([b'\\', byte]),
            _ if must_quote(byte) => quoted.extend(format!("\\{byte:03o}").bytes()),
            _ => quoted.push(byte),
        }
    }
    quoted.push(b'"');
    quoted
}

fn must_quote(byte: u8) -> bool {
    !(0x20..0x7f).contains(&byte) || byte == b'"' || byte == b'\\'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blob_ids_are_those_of_git() {
        assert_eq!(
            blob_id(b"", ObjectFormat::Sha1),
            "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
        );
        assert_eq!(
            blob_id(b"", ObjectFormat::Sha256),
            "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"
        );
    }

    #[test]
    fn plain_names_are_not_quoted() {
        assert_eq!(quote_path(b"a/with space-.rs"), b"a/with space-.rs");
    }

    #[test]
    fn names_are_quoted_as_git_does() {
        assert_eq!(
            quote_path("a/é\"\\\n\u{1}".as_bytes()),
            br#""a/\303\251\"\\\n\001""#
        );
        assert_eq!(quote_path(b"\xff\x7f"), br#""\377\177""#);
    }

    #[test]
    fn an_empty_dot_git_is_no_repository() {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().canonicalize().expect("real");
        fs::create_dir_all(root.join("inner/.git")).expect("made");
        fs::create_dir(root.join(".git")).expect("made");
        fs::write(root.join(".git/HEAD"), "ref: refs/heads/main\n").expect("written");
        let config = "[core]\n\tbare = false\n[extensions]\n\tobjectFormat = sha256\n";
        fs::write(root.join(".git/config"), config).expect("written");
        let found = Repository::of(&root.join("inner/a.rs")).expect("the outer one");
        assert_eq!(found.root, root);
        assert_eq!(found.object_format, ObjectFormat::Sha256);
    }
}

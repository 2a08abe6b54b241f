//! Files that git is told to look away from: what `git ls-files -v --stage -z` prints of them
//! (git-ls-files(1)).
//!
//! `git status` takes a file with `assume-unchanged` or `skip-worktree` for unchanged. Whether it is, its
//! content tells: filters and line ends are not asked, so a file that git would convert counts as changed.

use std::path::Path;

use bstr::ByteSlice;

use super::super::ObjectFormat;
use crate::file;

/// An entry of the index that `git status` does not compare with its file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry<'a> {
    /// From the root of git's work tree.
    pub(super) name: &'a [u8],
    /// The blob that the index holds of it, in hexadecimal.
    id: &'a [u8],
}

/// The entries that are hidden, in order; an error is a record that is none, as it was printed.
pub(super) fn entries(output: &[u8]) -> impl Iterator<Item = Result<Entry<'_>, &[u8]>> {
    output
        .split_str("\0")
        // Behind the last NUL is nothing.
        .filter(|record| record.first().is_some_and(|tag| is_hidden(*tag)))
        .map(|record| entry(record).ok_or(record))
}

/// `S` is `skip-worktree`; in lower case every tag is one with `assume-unchanged`.
fn is_hidden(tag: u8) -> bool {
    tag == b'S' || tag.is_ascii_lowercase()
}

/// `TAG MODE ID STAGE<TAB>NAME`
fn entry(record: &[u8]) -> Option<Entry<'_>> {
    let (facts, name) = record.split_once_str("\t")?;
    let id = facts.split_str(" ").nth(2)?;
    (!name.is_empty()).then_some(Entry { name, id })
}

impl Entry<'_> {
    /// Whether the file, `name` from `root`, holds what the index holds.
    pub(super) fn is_on_disk(&self, root: &Path, name: &[u8]) -> bool {
        let Ok(name) = name.to_path() else {
            return false;
        };
        let format = if self.id.len() == 40 {
            ObjectFormat::Sha1
        } else {
            ObjectFormat::Sha256
        };
        file::read(&root.join(name)).is_ok_and(|bytes| format.blob_id(&bytes).as_bytes() == self.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_hidden_is_read() {
        let output =
            b"H 100644 aa 0\ta\0S 100644 bb 0\tb\0h 100644 cc 0\tc d\te\0s 100644 dd 0\tf\0";
        let read: Vec<_> = entries(output)
            .map(|entry| entry.map(|entry| entry.name.to_str().expect("a name")))
            .collect();
        assert_eq!(read, [Ok("b"), Ok("c d\te"), Ok("f")]);
        assert_eq!(
            entries(b"S 100644").collect::<Vec<_>>(),
            [Err(&b"S 100644"[..])]
        );
    }
}

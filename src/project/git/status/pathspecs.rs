//! Which part of a tree git is asked about.
//!
//! The length of a command line is limited (to 32,767 characters on Windows), `git status` reads no
//! list of paths, and it compares every file with every pathspec. So a few files are named, and of
//! many the folders that hold them, as deep as there are few.

use std::borrow::Cow;

use rustc_hash::FxHashSet;

/// With many more, git takes longer to compare names than to look at all files. Measured in a tree of
/// 10,000 files: all of it takes 28 ms, 64 names of it 13, 128 names 21, 256 names 36.
const MOST: usize = 64;
/// Bytes of all names together.
const MOST_BYTES: usize = 16 * 1024;

/// Files or folders that together hold all of these files, which are named from the root with `/`.
/// None if it takes the whole tree.
pub(super) fn covering<'a>(files: &'a [Cow<'_, [u8]>]) -> Vec<&'a [u8]> {
    let deepest = files.iter().map(|name| depth(name)).max().unwrap_or(0);
    (1..=deepest)
        .rev()
        .find_map(|depth| at_depth(files, depth))
        .unwrap_or_default()
}

fn depth(name: &[u8]) -> usize {
    name.split(|byte| *byte == b'/').count()
}

/// The names cut off at this depth, if they are few.
fn at_depth<'a>(files: &'a [Cow<'_, [u8]>], depth: usize) -> Option<Vec<&'a [u8]>> {
    let mut seen = FxHashSet::default();
    let mut bytes = 0;
    for name in files {
        let name = cut(name, depth);
        if seen.insert(name) {
            bytes += name.len();
            if seen.len() > MOST || bytes > MOST_BYTES {
                return None;
            }
        }
    }
    let mut few: Vec<_> = seen.into_iter().collect();
    few.sort_unstable();
    Some(few)
}

/// The first names of a path, this many at most.
fn cut(name: &[u8], depth: usize) -> &[u8] {
    let end = memchr::memchr_iter(b'/', name)
        .nth(depth - 1)
        .unwrap_or(name.len());
    &name[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn covered(files: &[String]) -> Vec<String> {
        let names: Vec<Cow<'_, [u8]>> = files.iter().map(|f| f.as_bytes().into()).collect();
        covering(&names)
            .into_iter()
            .map(|name| String::from_utf8_lossy(name).into_owned())
            .collect()
    }

    #[test]
    fn few_files_are_named_themselves() {
        let files = ["b/c.rs", "a.rs", "b/c.rs"].map(String::from);
        assert_eq!(covered(&files), ["a.rs", "b/c.rs"]);
        assert_eq!(covered(&[]), [""; 0]);
    }

    #[test]
    fn of_many_files_the_deepest_folders_that_are_few_are_named() {
        let mut files: Vec<_> = (0..300).map(|n| format!("a/b/{}/{n}.rs", n % 7)).collect();
        files.push("a/x.rs".into());
        let mut folders: Vec<_> = (0..7).map(|n| format!("a/b/{n}")).collect();
        folders.push("a/x.rs".into());
        assert_eq!(covered(&files), folders);
    }

    #[test]
    fn of_files_all_over_the_whole_tree_is_asked_for() {
        let files: Vec<_> = (0..300).map(|n| format!("{n}/x.rs")).collect();
        assert_eq!(covered(&files), [""; 0]);
        let long: Vec<_> = (0..100)
            .map(|n| format!("{}{n}", "x".repeat(200)))
            .collect();
        assert_eq!(covered(&long), [""; 0]);
    }
}

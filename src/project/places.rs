//! Files by where they lie: at or below a place of the tree.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::Place;

/// Places of one project.
#[derive(Debug)]
pub struct Places {
    root: PathBuf,
    /// By their last name: the names before it.
    by_name: FxHashMap<String, Vec<Vec<String>>>,
}

impl Places {
    /// Those of the project with this root.
    pub fn new(places: Vec<Place>, root: &Path) -> Self {
        let mut by_name: FxHashMap<String, Vec<Vec<String>>> = FxHashMap::default();
        for Place { mut names } in places {
            if let Some(last) = names.pop() {
                by_name.entry(last).or_default().push(names);
            }
        }
        Self {
            root: root.to_owned(),
            by_name,
        }
    }

    /// Whether a file lies at one of the places, or below it.
    pub fn hold(&self, file: &Path) -> bool {
        if self.by_name.is_empty() {
            return false;
        }
        let names: Vec<&OsStr> = self.names_of(file).collect();
        (0..names.len()).any(|last| {
            let name = names[last].to_str().and_then(|name| self.by_name.get(name));
            name.into_iter().flatten().any(|before| {
                let above = last
                    .checked_sub(before.len())
                    .map(|from| &names[from..last]);
                above.is_some_and(|above| above.iter().zip(before).all(|(a, b)| *a == b.as_str()))
            })
        })
    }

    /// Whether a file lies at or below the last name of a place: whether it is at that place then
    /// depends on what the folders above stand for.
    pub fn may_hold(&self, file: &Path) -> bool {
        let is_last = |name: &OsStr| {
            let name = name.to_str();
            name.is_some_and(|name| self.by_name.contains_key(name))
        };
        !self.by_name.is_empty() && self.names_of(file).any(is_last)
    }

    /// Whether these names are those of a place, or go on below it.
    pub fn hold_names(&self, names: &[&str]) -> bool {
        let is_place = |last: usize| {
            let mut places = self.by_name.get(names[last]).into_iter().flatten();
            places.any(|before| {
                let before = before.iter().map(String::as_str);
                before.eq(names[..last].iter().copied())
            })
        };
        (0..names.len()).any(is_place)
    }

    /// The names of the folders below the root, and of the file.
    fn names_of<'f>(&self, file: &'f Path) -> impl Iterator<Item = &'f OsStr> + use<'f> {
        let file = file.strip_prefix(&self.root).unwrap_or(file);
        let folders = file.parent().into_iter().flat_map(Path::iter);
        folders.chain(file.file_stem())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_file_or_a_folder_with_all_below_it() {
        let place = |names: &[&str]| Place {
            names: names.iter().map(ToString::to_string).collect(),
        };
        let places = Places::new(vec![place(&["a", "b"]), place(&["c"])], Path::new("/c/a"));
        for file in [
            "/c/a/x/a/b.rs",
            "/c/a/a/b/mod.rs",
            "/c/a/a/b/d/e.rs",
            "/c/a/c.rs",
        ] {
            assert!(places.hold(Path::new(file)), "{file}");
        }
        for file in ["/c/a/b.rs", "/c/a/b/c_d.rs", "/c/a/x.rs", "/c/a/a/x/b.rs"] {
            assert!(!places.hold(Path::new(file)), "{file}");
        }
    }
}

//! Values of a table that have a short form and a long one: one path or a list of them, names or names with
//! their new ones. Where each part stands in the text is kept.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_spanned::Spanned;

/// The old path of a rule, or several old paths that go to one place.
#[derive(Debug)]
pub(super) enum Paths {
    /// `"a.X"`.
    One(String),
    /// `["a.X", "b.X"]`.
    List(Vec<Spanned<String>>),
}

impl Paths {
    /// Each path with its place, where all of them stand at `whole`.
    pub(super) fn each(whole: &Spanned<Self>) -> Vec<Spanned<String>> {
        match whole.get_ref() {
            Self::One(path) => vec![Spanned::new(whole.span(), path.clone())],
            Self::List(paths) => paths.clone(),
        }
    }
}

impl<'de> Deserialize<'de> for Paths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads;

        impl<'de> Visitor<'de> for Reads {
            type Value = Paths;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a path or a list of paths")
            }

            fn visit_str<E>(self, path: &str) -> Result<Paths, E> {
                Ok(Paths::One(path.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Paths, A::Error> {
                let mut paths = Vec::new();
                while let Some(path) = list.next_element()? {
                    paths.push(path);
                }
                Ok(Paths::List(paths))
            }
        }

        deserializer.deserialize_any(Reads)
    }
}

/// Names below the paths of a rule.
#[derive(Debug)]
pub(super) enum Names {
    /// Each keeps its name: `["A", "B"]`.
    Same(Vec<Spanned<String>>),
    /// Each gets a new one: `{ A = "X", B = "Y" }`. In the order of the text.
    Renamed(Vec<(Spanned<String>, Spanned<String>)>),
}

impl Names {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Same(names) => names.is_empty(),
            Self::Renamed(names) => names.is_empty(),
        }
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads;

        impl<'de> Visitor<'de> for Reads {
            type Value = Names;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of names, or old names with their new ones")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Names, A::Error> {
                let mut names = Vec::new();
                while let Some(name) = list.next_element()? {
                    names.push(name);
                }
                Ok(Names::Same(names))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
                let mut names: Vec<(Spanned<String>, Spanned<String>)> = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    names.push(pair);
                }
                names.sort_by_key(|(old, _)| old.span().start);
                Ok(Names::Renamed(names))
            }
        }

        deserializer.deserialize_any(Reads)
    }
}

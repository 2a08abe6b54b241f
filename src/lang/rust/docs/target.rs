//! How the target of an intra-doc link is written: ``struct@`a::Foo<T>`#frag``.
//!
//! The parts around the path are those of The rustdoc Book, "Linking to items by name".

use std::ops::Range;

use crate::path::{Namespaces, RUST};

/// Which of several things of one name a link means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disambiguator {
    /// A type or a module: `struct@`, `enum@`, `trait@`, `mod@` and their like.
    Type,
    /// A function, a constant and the like: `fn@`, `const@`, `()`.
    Value,
    /// A macro: `macro@`, `derive@`, `!`.
    Macro,
}

impl Disambiguator {
    /// The kinds of [`RUST`] that it admits.
    pub fn namespaces(self) -> Namespaces {
        Namespaces(match self {
            Self::Type => 0b001,
            Self::Value => 0b010,
            Self::Macro => 0b100,
        })
    }

    /// The meaning of a word before `@`. Not `prim`: no path of a crate is a primitive type.
    fn of_prefix(word: &str) -> Option<Self> {
        Some(match word {
            "struct" | "enum" | "trait" | "union" | "module" | "mod" | "type" | "tyalias"
            | "typealias" | "variant" => Self::Type,
            "const" | "constant" | "static" | "function" | "fn" | "method" | "value" | "field" => {
                Self::Value
            }
            "macro" | "derive" | "attr" | "attribute" => Self::Macro,
            _ => return None,
        })
    }
}

/// Suffixes that tell what is meant; longer ones first.
const SUFFIXES: [(&str, Disambiguator); 5] = [
    ("!()", Disambiguator::Macro),
    ("!{}", Disambiguator::Macro),
    ("![]", Disambiguator::Macro),
    ("()", Disambiguator::Value),
    ("!", Disambiguator::Macro),
];

/// A target that is a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Where the path is in the text of the target. Of `a::Foo<T>::new` it is `a::Foo`.
    pub(super) path: Range<usize>,
    /// What the target says of the last name of `path`.
    pub(super) disambiguator: Option<Disambiguator>,
}

/// Reads the text of a target; `None` if it is no path (a URL, an anchor, a phrase, a type).
pub(super) fn parse(written: &str) -> Option<Target> {
    if written.contains('/') {
        return None;
    }
    let mut rest = bare(before_fragment(written));
    let mut disambiguator = None;
    if let Some((word, tail)) = rest.split_once('@') {
        disambiguator = Some(Disambiguator::of_prefix(bare(word))?);
        rest = bare(tail);
    }
    for (suffix, meaning) in SUFFIXES {
        if let Some(head) = rest.strip_suffix(suffix) {
            if disambiguator.is_some_and(|said| said != meaning) {
                return None;
            }
            disambiguator = Some(meaning);
            rest = bare(head);
            break;
        }
    }
    let path = match rest.split_once('<') {
        None => rest,
        Some((head, _)) => {
            let whole = without_generics(rest)?;
            let head = head.strip_suffix("::").unwrap_or(head);
            if whole != head {
                // A name follows the arguments: what has arguments and names below is a type.
                disambiguator = is_path(&whole).then_some(Disambiguator::Type);
                disambiguator?;
            }
            head
        }
    };
    if !is_path(path) {
        return None;
    }
    // `path` is a slice of `written`.
    let start = path.as_ptr() as usize - written.as_ptr() as usize;
    Some(Target {
        path: start..start + path.len(),
        disambiguator,
    })
}

/// Whether `text` is names joined by `::`, maybe with a leading one.
fn is_path(text: &str) -> bool {
    let names = text.strip_prefix("::").unwrap_or(text);
    names.split("::").all(is_segment)
}

/// Whether `text` can stand between two `::`. Any keyword passes: some are names in old editions.
pub(super) fn is_segment(text: &str) -> bool {
    RUST.is_name(text) || matches!(text, "crate" | "self" | "super" | "Self")
}

/// Without the spaces and backticks around it, which rustdoc ignores.
fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c == '`' || c.is_whitespace())
}

/// What stands before the first `#` that is not part of a raw name.
fn before_fragment(text: &str) -> &str {
    for (at, _) in text.match_indices('#') {
        let raw = text[..at].strip_suffix('r').is_some_and(|head| {
            let name_before = head.chars().next_back();
            !name_before.is_some_and(unicode_ident::is_xid_continue)
                && text[at + 1..].starts_with(|c| c == '_' || unicode_ident::is_xid_start(c))
        });
        if !raw {
            return &text[..at];
        }
    }
    text
}

/// The path without `<...>`; `None` if the brackets do not match or hold `T as Trait`.
fn without_generics(text: &str) -> Option<String> {
    if text.contains(" as ") {
        return None;
    }
    let mut depth = 0_usize;
    let mut path = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '<' => depth += 1,
            '>' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 && chars.peek().is_some_and(|&next| next != ':') {
                    return None;
                }
            }
            _ if depth == 0 => path.push(c),
            _ => {}
        }
    }
    let path = path.replace("::::", "::");
    (depth == 0).then(|| path.strip_suffix("::").unwrap_or(&path).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn path_of(written: &str, path: &str, disambiguator: Option<Disambiguator>) {
        let target = parse(written).expect("a path");
        assert_eq!(&written[target.path], path);
        assert_eq!(target.disambiguator, disambiguator);
    }

    #[test]
    fn paths() {
        for path in ["Foo", "a::b::C", "::a::B", "crate::a", "super::super::x"] {
            path_of(path, path, None);
        }
        path_of("Self::new", "Self::new", None);
        path_of("a::r#try::b", "a::r#try::b", None);
        path_of("r#fn", "r#fn", None);
        path_of("größe::Ñu", "größe::Ñu", None);
    }

    #[test]
    fn what_stands_around_a_path() {
        use Disambiguator::{Macro, Type, Value};
        path_of("`a::Foo`", "a::Foo", None);
        path_of(" ``a::Foo`` ", "a::Foo", None);
        path_of("struct@a::Foo", "a::Foo", Some(Type));
        path_of("`mod@a::b`", "a::b", Some(Type));
        path_of("fn@`f`", "f", Some(Value));
        path_of("fn@f()", "f", Some(Value));
        path_of("a::f()", "a::f", Some(Value));
        path_of("`a::f`()", "a::f", Some(Value));
        path_of("a::m!", "a::m", Some(Macro));
        path_of("m!()", "m", Some(Macro));
        path_of("m![]", "m", Some(Macro));
        path_of("m!{}", "m", Some(Macro));
        path_of("derive@Serialize", "Serialize", Some(Macro));
        path_of("a::Foo#examples", "a::Foo", None);
        path_of("`a::Foo`#r#x", "a::Foo", None);
        path_of("fn@a::f#panics", "a::f", Some(Value));
    }

    #[test]
    fn generic_arguments() {
        path_of("a::Vec<T>", "a::Vec", None);
        path_of("a::Map<K, Vec<V>>", "a::Map", None);
        path_of("struct@a::Vec<T>", "a::Vec", Some(Disambiguator::Type));
        path_of("a::Vec<T>::new()", "a::Vec", Some(Disambiguator::Type));
        path_of("Vec::<T>::new", "Vec", Some(Disambiguator::Type));
        path_of("Vec::<T>", "Vec", None);
    }

    #[test]
    fn no_paths() {
        for text in [
            "",
            "`",
            "#anchor",
            "http://a.b/c",
            "https://docs.rs",
            "./x.html",
            "../x/struct.Foo.html",
            "struct.Foo.html",
            "mailto:a@b.c",
            "me@a::b",
            "prim@str",
            "struct@f()",
            "two words",
            "a, b",
            "a-b",
            "a:b",
            "a::",
            "::",
            "a::::b",
            "0",
            "1::b",
            "_",
            "*a::b*",
            "<T>",
            "<T as A>::b",
            "a::B<T as A>",
            "Vec<T",
            "Vec<T>>",
            "Vec<T>new",
            "!",
            "()",
            "a!b",
            "f(x)",
            "a::{b, c}",
            "a::*",
            "&a::B",
            "é è",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

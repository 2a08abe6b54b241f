//! Absolute import paths and the syntaxes that write them.
//!
//! A [`SymbolPath`] is language neutral: a non-empty list of names. How the names are joined, and
//! which words are no names, is data of a [`Syntax`]. Nothing here resolves anything.

use std::fmt;

use smol_str::SmolStr;
use unicode_normalization::UnicodeNormalization;

/// One name of a path, without any raw prefix (`r#try` is held as `try`).
pub type Segment = SmolStr;

/// An absolute import path such as `krate::module::Item` or `pkg.mod.Name`; never empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SymbolPath(Vec<Segment>);

impl SymbolPath {
    /// The path of these names, or `None` if there is none.
    pub fn new(segments: Vec<Segment>) -> Option<Self> {
        (!segments.is_empty()).then_some(Self(segments))
    }

    /// The path of a single name.
    pub fn root(name: impl Into<Segment>) -> Self {
        Self(vec![name.into()])
    }

    /// Reads `text` in `syntax`. Every segment must be an identifier and no keyword.
    ///
    /// # Errors
    /// The first segment that is no identifier, with its byte offset in `text`.
    pub fn parse(text: &str, syntax: &Syntax) -> Result<Self, BadSegment> {
        let mut segments = Vec::new();
        let mut offset = 0;
        for part in text.split(syntax.separator) {
            if !syntax.is_name(part) {
                return Err(BadSegment {
                    segment: part.to_owned(),
                    offset,
                });
            }
            segments.push(syntax.name(part));
            offset += part.len() + syntax.separator.len();
        }
        Ok(Self(segments))
    }

    /// The names, outermost first.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Number of names; at least 1.
    #[expect(clippy::len_without_is_empty, reason = "a path is never empty")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The outermost name: a crate or a top-level package.
    pub fn first(&self) -> &Segment {
        &self.0[0]
    }

    /// The innermost name.
    pub fn last(&self) -> &Segment {
        &self.0[self.0.len() - 1]
    }

    /// The path without its last name; `None` for a single name.
    pub fn parent(&self) -> Option<Self> {
        Self::new(self.0[..self.0.len() - 1].to_vec())
    }

    /// This path with one more name.
    #[must_use]
    pub fn child(&self, name: impl Into<Segment>) -> Self {
        let mut segments = Vec::with_capacity(self.0.len() + 1);
        segments.extend_from_slice(&self.0);
        segments.push(name.into());
        Self(segments)
    }

    /// This path followed by `tail`.
    #[must_use]
    pub fn join(&self, tail: &[Segment]) -> Self {
        let mut segments = Vec::with_capacity(self.0.len() + tail.len());
        segments.extend_from_slice(&self.0);
        segments.extend_from_slice(tail);
        Self(segments)
    }

    /// Whether `prefix` is this path or one of its ancestors, by whole names.
    pub fn starts_with(&self, prefix: &SymbolPath) -> bool {
        self.0.starts_with(&prefix.0)
    }

    /// The path as `syntax` writes it, with raw prefixes where a name is a keyword.
    pub fn display<'a>(&'a self, syntax: &'a Syntax) -> impl fmt::Display + 'a {
        Displayed {
            segments: &self.0,
            syntax,
        }
    }
}

impl AsRef<[Segment]> for SymbolPath {
    fn as_ref(&self) -> &[Segment] {
        &self.0
    }
}

struct Displayed<'a> {
    segments: &'a [Segment],
    syntax: &'a Syntax,
}

impl fmt::Display for Displayed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, segment) in self.segments.iter().enumerate() {
            if i > 0 {
                f.write_str(self.syntax.separator)?;
            }
            if self.syntax.needs_raw(segment) {
                f.write_str(self.syntax.raw_prefix)?;
            }
            f.write_str(segment)?;
        }
        Ok(())
    }
}

/// A part of a written path that is no name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSegment {
    /// The part as written; may be empty.
    pub segment: String,
    /// Where it starts, in bytes from the start of the text that was read.
    pub offset: usize,
}

/// How one language writes paths. Pure data: a language is told apart by it below floor 4.
#[derive(Debug)]
pub struct Syntax {
    /// The language's name in tables and on the command line.
    pub language: &'static str,
    /// What stands between two names.
    pub separator: &'static str,
    /// Words that are no names (unless written raw).
    pub keywords: &'static [&'static str],
    /// What makes a keyword a name, or empty.
    pub raw_prefix: &'static str,
    /// Words that not even the raw prefix makes a name.
    pub never_raw: &'static [&'static str],
    /// What a rule's `kind` may say; the position of a kind is its bit in [`Namespaces`].
    pub kinds: &'static [&'static str],
    /// Kinds of things that have no paths below them.
    pub leaf_kinds: Namespaces,
    /// Names that are the same after Unicode normalisation (NFKC) are one name, the normalised one.
    pub normalizes: bool,
    /// A project says which version of the language it is for, and rules may ask for one.
    pub has_versions: bool,
}

/// A set of a language's kinds of names, one bit a kind (see [`Syntax::kinds`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Namespaces(pub u8);

impl Namespaces {
    /// Every kind: nothing is known.
    pub const ALL: Self = Self(u8::MAX);

    /// Whether some kind is in both.
    pub fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The kinds in either.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What is known of the first names of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Known {
    /// How many names, each with what stands before it, are known.
    pub len: usize,
    /// Which kinds of things these are.
    pub kinds: Namespaces,
}

impl Known {
    /// Nothing is.
    pub const NOTHING: Self = Self {
        len: 0,
        kinds: Namespaces::ALL,
    };
}

/// Rust: `krate::module::Item`. Keywords as of edition 2024, with the reserved ones
/// (The Rust Reference, "Keywords").
pub static RUST: Syntax = Syntax {
    language: "rust",
    separator: "::",
    keywords: &[
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
        "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
        "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
        "ref", "return", "self", "Self", "static", "struct", "super", "trait", "true", "try",
        "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
    ],
    raw_prefix: "r#",
    never_raw: &["crate", "self", "Self", "super", "_"],
    kinds: &["type", "value", "macro"],
    leaf_kinds: Namespaces(0b110),
    normalizes: false,
    has_versions: true,
};

/// Python: `pkg.mod.Name`. Keywords as of 3.14, without the soft ones. Names are compared in NFKC
/// (The Python Language Reference, "Identifiers and keywords").
pub static PYTHON: Syntax = Syntax {
    language: "python",
    separator: ".",
    keywords: &[
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
        "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global",
        "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
        "try", "while", "with", "yield",
    ],
    raw_prefix: "",
    never_raw: &[],
    kinds: &["module", "object"],
    leaf_kinds: Namespaces(0),
    normalizes: true,
    has_versions: false,
};

/// Every syntax: tables may speak of a language that cannot be rewritten yet.
pub static SYNTAXES: &[&Syntax] = &[&RUST, &PYTHON];

impl Syntax {
    /// The name without the raw prefix.
    pub fn strip_raw<'a>(&self, name: &'a str) -> &'a str {
        if self.raw_prefix.is_empty() {
            return name;
        }
        name.strip_prefix(self.raw_prefix).unwrap_or(name)
    }

    /// The name that is written like this.
    pub fn name(&self, text: &str) -> Segment {
        let bare = self.strip_raw(text);
        if self.normalizes && !bare.is_ascii() {
            bare.nfkc().collect()
        } else {
            Segment::new(bare)
        }
    }

    /// Whether `text`, as written (raw prefix and all), is a name in this language.
    pub fn is_name(&self, text: &str) -> bool {
        let name = self.name(text);
        let bare = name.as_str();
        is_identifier(self.strip_raw(text)) && !self.never_raw.contains(&bare) && {
            // In a table `krate::try` can only mean `krate::r#try`: a keyword with a raw form is
            // a name there, one without is not.
            !self.raw_prefix.is_empty() || !self.keywords.contains(&bare)
        }
    }

    /// Whether the bare `name` must be written with the raw prefix.
    pub fn needs_raw(&self, name: &str) -> bool {
        !self.raw_prefix.is_empty()
            && self.keywords.contains(&name)
            && !self.never_raw.contains(&name)
    }
}

/// Unicode identifiers (UAX 31 with a leading `_`), as both languages define them.
pub fn is_identifier(text: &str) -> bool {
    let mut chars = text.chars();
    chars
        .next()
        .is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c))
        && chars.all(unicode_ident::is_xid_continue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_and_displays_raw_names() {
        let path = SymbolPath::parse("a::r#try::b", &RUST).expect("valid");
        assert_eq!(path.segments()[1], "try");
        assert_eq!(path.display(&RUST).to_string(), "a::r#try::b");
    }

    #[test]
    fn names_of_python_are_normalised() {
        let parse = |text, syntax| SymbolPath::parse(text, syntax).expect("valid");
        assert_eq!(parse("\u{1d538}.\u{fb01}", &PYTHON), parse("A.fi", &PYTHON));
        assert_ne!(parse("\u{1d538}", &RUST), parse("A", &RUST));
        // A keyword in other letters is one.
        assert!(SymbolPath::parse("\u{1d555}ef", &PYTHON).is_err());
    }

    #[test]
    fn names_the_bad_segment() {
        let bad = SymbolPath::parse("a::2b::c", &RUST).expect_err("2b is no name");
        assert_eq!((bad.segment.as_str(), bad.offset), ("2b", 3));
        assert!(SymbolPath::parse("a..b", &PYTHON).is_err());
        assert!(SymbolPath::parse("a.class", &PYTHON).is_err());
        assert!(SymbolPath::parse("a::crate", &RUST).is_err());
    }

    #[test]
    fn prefixes_are_whole_names() {
        let parse = |text| SymbolPath::parse(text, &RUST).expect("valid");
        assert!(parse("old::a::Foo").starts_with(&parse("old::a")));
        assert!(!parse("old::ab").starts_with(&parse("old::a")));
    }
}

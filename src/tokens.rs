//! The tokens of a text, the same for every language: what verification compares without asking what
//! a name means.
//!
//! A language makes them of the text alone. Import items are one token each, whatever is in them, and
//! code that is embedded in comments and strings is in a stream of its own.

use std::ops::Range;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A name that is looked up in a scope, or bound in one: the outline must have it.
    Name,
    /// The same where the tree of the language makes each name a use or a definition.
    Known,
    /// A name that is not: an attribute, a segment behind the first, a keyword of a call.
    Label,
    /// A name in a statement that says where it is bound (`global`).
    Outer,
    /// What stands between the names of a path.
    Dot,
    /// Code that is not read: each word in it may be a name.
    Unread,
    /// A literal with its quotes, or a part of one.
    Literal,
    /// A comment.
    Comment,
    /// A comment that goes with its import: one for a tool on the same line, or one among its attributes.
    Directive,
    /// A whole import item, with its attributes and its visibility. Comments in it are tokens as well.
    Import,
    /// A statement that only fills a block.
    Filler,
    /// A block starts.
    Indent,
    /// A block ends.
    Dedent,
    /// Anything else.
    Other,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its bytes.
    pub range: Range<usize>,
}

impl Token {
    /// A token of this kind.
    pub fn new(kind: Kind, range: Range<usize>) -> Self {
        Self { kind, range }
    }
}

/// The tokens of a text. White space, line ends and what only ends a statement are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Of the text itself, in order. Only imports may hold others: the comments in them.
    pub code: Vec<Token>,
    /// Of the code that is embedded in comments and strings, in order.
    pub embedded: Vec<Token>,
    /// Where embedded code stands, with what has no meaning without it; in order, disjoint. These
    /// bytes are no part of the comments and strings around them.
    pub holes: Vec<Range<usize>>,
}

impl Tokens {
    /// The one token that a text is that cannot be read: it must not change at all.
    pub fn opaque(text: &str) -> Self {
        Self {
            code: vec![Token::new(Kind::Other, 0..text.len())],
            ..Self::default()
        }
    }

    /// Both streams.
    pub fn all(&self) -> impl Iterator<Item = &Token> {
        self.code.iter().chain(&self.embedded)
    }

    /// Puts embedded code in order.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        // Tokens at one place keep their order.
        self.embedded.sort_by_key(|token| token.range.start);
        self.holes.sort_by_key(|hole| (hole.start, hole.end));
        self
    }
}

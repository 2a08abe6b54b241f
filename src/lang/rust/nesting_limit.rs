//! How much stack the tree of a text may need, told from its tokens.
//!
//! syn and all that walks its trees recurse without a guard, and an overflow aborts the process (row
//! R58). The lexer does not recurse, so the tokens are there to be judged before anything is parsed.
//! The estimate is an upper bound: it adds up what may nest, and starts anew only where a parser is
//! certain to have come back.

use proc_macro2::{Delimiter, Ident, Spacing, Span, TokenStream, TokenTree, token_stream};

/// Nesting of brackets beyond which a file is refused. Calls of macros within calls of macros are
/// read again at every level, so that the time grows with the square of it.
pub const MAX_DEPTH: usize = 1_200;

/// Bytes of stack that a tree may need: three quarters of what a worker has.
const BUDGET: usize = 192 << 20;

// What a link of a chain takes, in bytes of stack. Measured in a build without optimisation, where
// 256 MiB hold at least: 256,000 light links, 32,000 heavy ones, 16,000 groups or generics.

/// A link that syn reads in a loop, and that only walks and drops go down: a binary operator, a
/// method call, an index.
const LIGHT: usize = 1_536;
/// A link that syn recurses for: a prefix operator, an assignment, a closure, `return`.
const HEAVY: usize = 10 << 10;
/// A pair of brackets, or a `<`.
const GROUP: usize = 20 << 10;

/// Bytes that cannot nest too deep whatever they are: none takes more than a group.
pub const HARMLESS: usize = BUDGET / GROUP;

/// Where the tokens nest too deep to be parsed.
pub fn too_deep(tokens: &TokenStream) -> Option<Span> {
    let mut level = Level::new(tokens.clone(), 0);
    let mut around: Vec<Level> = Vec::new();
    loop {
        let Some(token) = level.tokens.next() else {
            let deepest = level.deepest.max(level.cost());
            level = around.pop()?;
            level.inner = level.inner.max(GROUP + deepest);
            continue;
        };
        let span = token.span();
        let group = level.take(token);
        if level.above + level.cost() > BUDGET || around.len() > MAX_DEPTH {
            return Some(span);
        }
        if let Some(stream) = group {
            let above = level.above + level.chain + level.angles * GROUP + GROUP;
            around.push(std::mem::replace(&mut level, Level::new(stream, above)));
        }
    }
}

/// What the token before was.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Nothing that an operator could stand behind.
    Start,
    /// An operator, by its last character.
    Operator(char),
    /// A `#`, or a `#!`.
    Hash,
    /// `else`.
    Else,
    /// A word, or a lifetime, that an operand follows.
    Keyword,
    /// A name.
    Name,
    /// A literal, or something in round or square brackets.
    Value,
    /// Something in braces.
    Braces,
}

/// The tokens of one group, or of the file.
struct Level {
    tokens: token_stream::IntoIter,
    before: Before,
    /// Whether the operator before is joined to what follows.
    joint: bool,
    /// Whether what stands before may be the first half of an operator between two operands.
    half: bool,
    /// What the groups around take.
    above: usize,
    /// What the links take since the last separator.
    chain: usize,
    /// Open `<`.
    angles: usize,
    /// Most of `angles` since the last separator.
    most_angles: usize,
    /// Within the parameters of a closure.
    parameters: bool,
    /// What the deepest group since the last separator takes.
    inner: usize,
    /// What the worst stretch between separators took.
    deepest: usize,
}

impl Level {
    fn new(stream: TokenStream, above: usize) -> Self {
        Self {
            tokens: stream.into_iter(),
            before: Before::Start,
            joint: false,
            half: false,
            above,
            chain: 0,
            angles: 0,
            most_angles: 0,
            parameters: false,
            inner: 0,
            deepest: 0,
        }
    }

    fn cost(&self) -> usize {
        self.chain + self.most_angles * GROUP + self.inner
    }

    /// A parser has come back to this level: what follows nests in nothing of what was.
    fn separate(&mut self) {
        self.deepest = self.deepest.max(self.cost());
        self.chain = 0;
        self.angles = 0;
        self.most_angles = 0;
        self.parameters = false;
        self.inner = 0;
    }

    /// Counts a token; the tokens inside, if it is a group.
    fn take(&mut self, token: TokenTree) -> Option<TokenStream> {
        let joint = std::mem::take(&mut self.joint);
        let half = std::mem::take(&mut self.half) && joint;
        let before = std::mem::replace(&mut self.before, Before::Value);
        match token {
            TokenTree::Group(group) => {
                match group.delimiter() {
                    Delimiter::Brace => self.before = Before::Braces,
                    // An attribute nests in nothing.
                    _ if before == Before::Hash => self.before = Before::Start,
                    _ if matches!(before, Before::Name | Before::Value | Before::Braces) => {
                        self.chain += LIGHT;
                    }
                    _ => {}
                }
                return Some(group.stream());
            }
            TokenTree::Literal(_) => {}
            TokenTree::Ident(word) => self.word(&word, before),
            TokenTree::Punct(punct) => {
                self.joint = punct.spacing() == Spacing::Joint;
                self.before = Before::Operator(punct.as_char());
                self.punct(punct.as_char(), before, joint, half);
            }
        }
        None
    }

    fn word(&mut self, word: &Ident, before: Before) {
        let kind = Word::of(word);
        let continues = kind == Word::Else || word == "as" || word == "in" || word == "where";
        if before == Before::Braces && !continues {
            self.separate();
        }
        self.before = match kind {
            _ if before == Before::Operator('\'') => Before::Keyword,
            Word::Else => Before::Else,
            Word::Prefix | Word::Modifier => Before::Keyword,
            Word::Name => Before::Name,
        };
        self.chain += match kind {
            // Chains of `else if` are read in a loop.
            Word::Prefix if before == Before::Else => LIGHT,
            Word::Prefix => HEAVY,
            Word::Else | Word::Modifier => LIGHT,
            Word::Name => 0,
        };
    }

    fn punct(&mut self, sign: char, before: Before, joint: bool, half: bool) {
        let behind = |c: char| joint && before == Before::Operator(c);
        let is_infix = matches!(before, Before::Name | Before::Value | Before::Braces);
        match sign {
            ';' => self.separate(),
            ',' if self.angles == 0 && !self.parameters => self.separate(),
            // Nothing that nests, and the fragments of a macro, which nobody parses.
            ',' | '$' => {}
            // A `use` nests once a name.
            ':' => self.chain += LIGHT,
            '#' => {
                if before == Before::Braces {
                    self.separate();
                }
                self.before = Before::Hash;
            }
            '!' if before == Before::Hash => self.before = Before::Hash,
            // `'a: loop` behind a block.
            '\'' if before == Before::Braces => self.separate(),
            '\'' => {}
            '>' if behind('=') => self.separate(),
            '>' if behind('-') => self.chain += HEAVY,
            '>' if self.angles > 0 => {
                self.angles -= 1;
                self.before = Before::Name;
            }
            // A literal or a call takes no generics: this compares or shifts.
            '<' if before == Before::Value => {
                self.half = true;
                self.chain += LIGHT;
            }
            '<' if half && behind('<') => {}
            '<' => {
                self.angles += 1;
                self.most_angles = self.most_angles.max(self.angles);
            }
            '|' if self.parameters => self.parameters = false,
            '|' if !is_infix && !half => {
                self.parameters = true;
                self.chain += HEAVY;
            }
            // `==`, `!=`, `>=`: comparisons do not chain.
            '=' if behind('=') => self.chain = self.chain.saturating_sub(HEAVY - LIGHT),
            '=' if behind('!') || behind('>') => self.chain += LIGHT,
            '=' if behind('<') => self.angles = self.angles.saturating_sub(1),
            '=' => self.chain += HEAVY,
            '?' => {
                self.chain += LIGHT;
                self.before = Before::Value;
            }
            _ if half => {}
            _ if is_infix => {
                self.half = true;
                self.chain += LIGHT;
            }
            _ => self.chain += HEAVY,
        }
    }
}

/// What a word does to what follows it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    /// `else`.
    Else,
    /// An expression of any length follows.
    Prefix,
    /// An operand or a type follows.
    Modifier,
    /// It is an operand.
    Name,
}

impl Word {
    fn of(word: &Ident) -> Self {
        const PREFIXES: [&str; 11] = [
            "become", "break", "do", "for", "if", "let", "match", "return", "try", "while", "yield",
        ];
        const MODIFIERS: [&str; 12] = [
            "as", "async", "const", "dyn", "impl", "in", "move", "mut", "ref", "static", "unsafe",
            "where",
        ];
        if word == "else" {
            Self::Else
        } else if PREFIXES.iter().any(|name| word == name) {
            Self::Prefix
        } else if MODIFIERS.iter().any(|name| word == name) {
            Self::Modifier
        } else {
            Self::Name
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str) -> bool {
        too_deep(&text.parse().expect("lexes")).is_some()
    }

    #[test]
    fn what_nests_is_refused_and_what_follows_is_not() {
        let many = 20_000;
        for open in [
            "(", "[", "{", "!", "- ", "& ", "&mut ", "&'a ", "*const ", "|| ", "|a, b| ",
            "move || ", "V<", "V<A, ", "<", "V::<", "a = ", "return ", "match ", "if ", "fn() -> ",
            "a > |b| ",
        ] {
            let close = match open {
                "(" => ")",
                "[" => "]",
                "{" => "}",
                _ => "",
            };
            let text = |tail: &str| {
                let text = format!("{open}a{tail}");
                match close {
                    "" => format!("{}a{tail}", open.repeat(many)),
                    _ => format!("{}{text}{close}{}", open.repeat(many), close.repeat(many)),
                }
            };
            assert!(refused(&text("")), "{open}");
            if close.is_empty() {
                let flat = format!("{open}a; ").repeat(many);
                assert!(!refused(&flat), "{open}");
            }
        }
    }

    #[test]
    fn long_flat_text_is_not_refused() {
        for unit in [
            "fn f() { if a { b } else { c } } ",
            "#[doc = \"a\"] #[b] fn f() -> V<u8> { -1 } ",
            "-1 + 2 * !3, ",
            "a < 1 && b >= c, d: V<u8, W<u8>>, ",
            "A | B => { x = &y } ",
            "1 << 3 | 1 << 4, ",
            "if a < 1 { return &b; } ",
            "|a, b| a + b, ",
            "'a: loop { } ",
            "m! { a } ",
            "$crate::a!($b); ",
        ] {
            let times = if unit.contains("b >= c") {
                5_000
            } else {
                100_000
            };
            assert!(!refused(&unit.repeat(times)), "{unit}");
        }
    }

    #[test]
    fn chains_of_thousands_of_terms_are_not_refused() {
        for link in [
            " + 1", "::a", ".a()", "[0]", "(0)", "?", " as u8", " && b", " || c", " == 1", ".await",
        ] {
            let text = |times: usize| format!("x = a{};", link.repeat(times));
            assert!(!refused(&text(20_000)), "{link}");
            assert!(refused(&text(200_000)), "{link}");
        }
        assert!(!refused(&"if a { } else ".repeat(15_000)));
    }

    #[test]
    fn links_on_several_levels_add_up() {
        let text = |links: usize| {
            let open = format!("{}(", "-".repeat(links));
            format!("{}1{}", open.repeat(200), ")".repeat(200))
        };
        assert!(!refused(&text(10)));
        assert!(refused(&text(200)));
    }
}

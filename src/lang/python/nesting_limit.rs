//! How much stack the tree of a text may need, told from its tokens.
//!
//! The parser grows its stack by itself, but all that walks a tree, and drops it, recurses once a level,
//! and an overflow aborts the process. The lexer does not recurse, so the tokens are judged
//! before anything is parsed. The estimate is an upper bound: it adds up what may nest, and starts anew
//! only where a parser is certain to have come back, also one that goes on after a syntax error.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::Mode;
use ruff_python_parser::lexer::lex;

use crate::lang::SourceError;

/// Bytes of stack that a tree may need: three quarters of what a worker has.
const BUDGET: usize = 192 << 20;

// What a level takes, in bytes of stack, in a build without optimisation: at least twice of what parsing,
// scopes and checks were measured to need. The tests hold it.

/// A link that is read in a loop, and that only walks and drops go down: a binary operator, an
/// attribute, a call.
const LIGHT: usize = 3 << 10;
/// A link that the parser recurses for: a prefix operator, a lambda, a conditional expression, the head of a
/// statement.
const HEAVY: usize = 8 << 10;
/// A pair of brackets, or an f-string.
const GROUP: usize = 12 << 10;
/// A level of indentation.
const BLOCK: usize = 12 << 10;

/// Refuses a text whose tree might not be walked.
///
/// # Errors
/// It nests too deep.
pub(super) fn check(text: &str, mode: Mode) -> Result<(), SourceError> {
    if bound(text) <= BUDGET || !too_deep(text, mode) {
        return Ok(());
    }
    Err(SourceError {
        message: "nests too deep to be read; leave it out with --exclude".to_owned(),
        offset: None,
    })
}

/// What all tokens of a text take together at most, told from its bytes alone: most texts need not be
/// read for their tokens. What stands in strings and comments counts as if it were code.
fn bound(text: &str) -> usize {
    // The first line may be indented, and an end inside of a bracket is a token of its own.
    let mut sum = BLOCK + LIGHT;
    let mut in_word = false;
    for &byte in text.as_bytes() {
        let is_word = byte.is_ascii_alphanumeric() || byte == b'_';
        sum += match byte {
            // A number and a keyword may be one word: the number takes nothing.
            _ if is_word => HEAVY * usize::from(!in_word),
            b' ' | b'\t' | b',' | b')' | b']' | b'}' => 0,
            b'.' | b':' | b'=' => LIGHT,
            // There may be an indent on each line.
            b'\n' | b'\r' => BLOCK,
            // A quote may be that of an f-string.
            b'(' | b'[' | b'{' | b'"' | b'\'' => GROUP + LIGHT,
            _ => HEAVY,
        };
        in_word = is_word;
    }
    sum
}

/// Whether the tree of a text may need more stack than there is.
fn too_deep(text: &str, mode: Mode) -> bool {
    let mut lexer = lex(text, mode);
    let mut levels = Levels::default();
    loop {
        let kind = lexer.next_token();
        if kind == TokenKind::EndOfFile {
            return false;
        }
        if levels.take(kind) {
            return true;
        }
    }
}

/// A bracket, an f-string or a block that is open.
#[derive(Clone, Copy, Default)]
struct Level {
    /// A block of statements, not a bracket.
    is_block: bool,
    /// What the levels around take.
    above: usize,
    /// What the links take since the last separator.
    chain: usize,
    /// What the deepest bracket since the last separator takes.
    inner: usize,
    /// What the worst stretch between separators took.
    deepest: usize,
    /// Lambdas whose parameters are not over: a comma there separates nothing.
    lambdas: usize,
    /// A statement stands in a bracket: a parser that goes on after this error may nest anything.
    is_broken: bool,
}

impl Level {
    fn cost(&self) -> usize {
        self.chain + self.inner
    }

    /// A parser has come back to this level.
    fn separate(&mut self) {
        self.deepest = self.deepest.max(self.cost());
        self.chain = 0;
        self.inner = 0;
        self.lambdas = 0;
    }
}

/// All levels that are open.
struct Levels {
    around: Vec<Level>,
    level: Level,
    /// The token before is, or ends, an operand.
    after_operand: bool,
}

impl Default for Levels {
    fn default() -> Self {
        Self {
            around: Vec::new(),
            level: Level {
                is_block: true,
                ..Level::default()
            },
            after_operand: false,
        }
    }
}

impl Levels {
    /// Counts a token; whether it is one too many.
    fn take(&mut self, kind: TokenKind) -> bool {
        let after_operand = self.after_operand;
        match kind {
            TokenKind::Comment | TokenKind::NonLogicalNewline => return false,
            TokenKind::Newline | TokenKind::Semi => {
                if self.level.is_block {
                    self.level.separate();
                }
                self.after_operand = false;
            }
            TokenKind::Comma => {
                let level = &mut self.level;
                if !level.is_block && level.lambdas == 0 && !level.is_broken {
                    level.separate();
                }
                self.after_operand = false;
            }
            TokenKind::Indent => self.open(true),
            TokenKind::Dedent => self.close(true),
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                if after_operand {
                    self.level.chain += LIGHT;
                }
                self.open(false);
            }
            TokenKind::FStringStart | TokenKind::TStringStart => self.open(false),
            TokenKind::Rpar
            | TokenKind::Rsqb
            | TokenKind::Rbrace
            | TokenKind::FStringEnd
            | TokenKind::TStringEnd => self.close(false),
            _ => self.link(kind, after_operand),
        }
        self.level.above + self.level.cost() > BUDGET
    }

    fn open(&mut self, is_block: bool) {
        let cost = if is_block { BLOCK } else { GROUP };
        let next = Level {
            is_block,
            above: self.level.above + self.level.chain + cost,
            ..Level::default()
        };
        self.around.push(std::mem::replace(&mut self.level, next));
        self.after_operand = false;
    }

    fn close(&mut self, is_block: bool) {
        self.after_operand = !is_block;
        // One that closes nothing is an error that opens nothing either.
        if self.level.is_block != is_block {
            return;
        }
        let Some(around) = self.around.pop() else {
            return;
        };
        let inside = std::mem::replace(&mut self.level, around);
        let cost = if is_block { BLOCK } else { GROUP };
        let deepest = cost + inside.deepest.max(inside.cost());
        self.level.inner = self.level.inner.max(deepest);
    }

    /// Counts what is no bracket and no end of a stretch.
    fn link(&mut self, kind: TokenKind, after_operand: bool) {
        use TokenKind as T;
        let (cost, is_operand) = match kind {
            T::Name | T::Int | T::Float | T::Complex | T::String | T::Ellipsis => (0, true),
            T::True | T::False | T::None | T::IpyEscapeCommand => (0, true),
            T::FStringMiddle | T::TStringMiddle => (0, false),
            T::And | T::Or | T::In | T::Is | T::As => (LIGHT, false),
            // A soft keyword is a name as often as not.
            T::Case | T::Lazy | T::Match | T::Type => (HEAVY, true),
            T::Not | T::Await | T::Yield | T::Tilde | T::DoubleStar | T::ColonEqual => {
                (HEAVY, false)
            }
            T::Lambda => {
                self.level.lambdas += 1;
                (HEAVY, false)
            }
            T::Colon => {
                self.level.lambdas = self.level.lambdas.saturating_sub(1);
                (LIGHT, false)
            }
            T::If | T::For | T::Else | T::Async | T::From => {
                self.level.is_broken |= !after_operand && kind != T::Async;
                (HEAVY, false)
            }
            _ if kind.is_keyword() => {
                self.level.is_broken = true;
                (HEAVY, false)
            }
            T::Plus | T::Minus | T::Star if !after_operand => (HEAVY, false),
            _ => (LIGHT, false),
        };
        self.level.chain += cost;
        self.after_operand = is_operand;
    }
}

#[cfg(test)]
mod tests;

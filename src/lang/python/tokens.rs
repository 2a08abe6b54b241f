//! The tokens of a text of Python, as the lexer of the parser has them.
//!
//! Nothing here asks the tree for imports: they start at the keyword that begins a statement, and end
//! with the logical line or at a `;`.

use std::ops::Range;
use std::path::Path;

use ruff_python_ast::StringFlags;
use ruff_python_ast::token::{Token as RuffToken, TokenKind};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::Ranged;

use super::directives;
use super::docs::Docs;
use super::nesting_limit;
use super::notebook::Notebook;
use super::parse::{self, SourceKind};
use super::strings;
use super::unit::bytes;
use crate::tokens::{Kind, Token, Tokens};

/// The tokens of the text of a file of this name.
pub(super) fn tokens(path: &Path, text: &str) -> Tokens {
    let kind = SourceKind::of(path);
    if kind != SourceKind::Cells {
        return of_code(text, kind);
    }
    let Ok(Some(notebook)) = Notebook::read(text) else {
        return Tokens::opaque(text);
    };
    let place = |range: &mut Range<usize>| *range = notebook.outer_range(range);
    let mut tokens = of_code(notebook.text(), kind);
    for token in tokens.code.iter_mut().chain(&mut tokens.embedded) {
        place(&mut token.range);
    }
    tokens.holes.iter_mut().for_each(place);
    tokens.sorted()
}

/// The tokens of a module and of its doctests.
fn of_code(text: &str, kind: SourceKind) -> Tokens {
    let Ok(parsed) = parse::module(text, kind) else {
        return Tokens::opaque(text);
    };
    let mut tokens = Tokens {
        code: classified(text, parsed.tokens()),
        ..Tokens::default()
    };
    if text.contains("import") {
        let raws = parsed.tokens().iter();
        let contents: Vec<Range<usize>> = raws.filter_map(|raw| code_in(text, raw)).collect();
        for content in contents {
            snippet(text, content, &mut tokens);
        }
    }
    if !text.contains(">>>") {
        return tokens.sorted();
    }
    for (code, lines) in Docs::of(parsed.syntax(), text).code() {
        tokens.holes.extend(lines);
        let inner = lexed(code.text()).into_iter();
        tokens.embedded.extend(inner.map(|token| {
            let range = code.outer_span(&token.range);
            Token { range, ..token }
        }));
    }
    tokens.sorted()
}

/// The content of a literal that holds imports as statements of its own.
fn code_in(text: &str, raw: &RuffToken) -> Option<Range<usize>> {
    let range = bytes(raw.range());
    let content = match raw.kind() {
        TokenKind::FStringMiddle | TokenKind::TStringMiddle => range,
        TokenKind::String => {
            let flags = raw.string_flags()?;
            range.start + flags.opener_len().to_usize()..range.end - flags.closer_len().to_usize()
        }
        _ => return None,
    };
    let inside = text.get(content.clone())?;
    let is_code = inside.contains("import")
        && !inside.contains(">>>")
        && strings::is_code(&with_line_ends(inside));
    is_code.then_some(content)
}

/// The content of a literal with the line ends that it says, byte for byte: those that it writes as escapes, and
/// lone CRs.
fn with_line_ends(content: &str) -> String {
    let content = content.replace("\\n", " \n");
    if !content.contains('\r') {
        return content;
    }
    let lines = content.split("\r\n").map(|line| line.replace('\r', "\n"));
    lines.collect::<Vec<_>>().join("\r\n")
}

/// Adds code that stands in a literal, read as a text of its own.
fn snippet(text: &str, content: Range<usize>, tokens: &mut Tokens) {
    let code = with_line_ends(&text[content.clone()]);
    let inner = lexed(&code).into_iter();
    tokens.embedded.extend(inner.map(|token| {
        let range = content.start + token.range.start..content.start + token.range.end;
        Token { range, ..token }
    }));
    tokens.holes.push(content);
}

/// The tokens of code that need not be one module.
fn lexed(text: &str) -> Vec<Token> {
    if nesting_limit::check(text, Mode::Module).is_err() {
        return Tokens::opaque(text).code;
    }
    let parsed = parse_unchecked(text, ParseOptions::from(Mode::Module));
    classified(text, parsed.tokens())
}

fn classified(text: &str, raws: &[RuffToken]) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        tokens: Vec::with_capacity(raws.len()),
        brackets: Vec::new(),
        import: None,
        is_outer: false,
        before: TokenKind::Newline,
    };
    for (at, raw) in raws.iter().enumerate() {
        lexer.take(raw, raws.get(at + 1));
    }
    lexer.tokens
}

/// Commands of IPython that run the rest of their line as Python.
const RUNS: &[&str] = &[
    "time",
    "timeit",
    "prun",
    "memit",
    "lprun",
    "mprun",
    "debug",
    "pinfo",
    "pinfo2",
    "psource",
    "pdef",
    "pdoc",
    "pycat",
    "macro",
    "reset_selective",
    "xdel",
    "who",
    "whos",
];

/// The parts of a command of IPython that are Python: all behind one that runs it, else what it has in
/// braces or behind a `$`.
fn python_in(command: &str) -> Vec<Range<usize>> {
    let is_name = |c: char| c == '_' || c.is_alphanumeric();
    let rest = command.trim_start();
    let start = command.len() - rest.len();
    let runs = match rest.strip_prefix('%') {
        Some(magic) => {
            let word = magic.trim_start_matches('%');
            let end = word.find(|c: char| !is_name(c)).unwrap_or(word.len());
            RUNS.contains(&&word[..end])
                .then(|| command.len() - word.len() + end)
        }
        None => (!rest.starts_with('!')).then_some(start),
    };
    if let Some(from) = runs {
        return std::iter::once(from..command.len()).collect();
    }
    let mut parts = Vec::new();
    for (at, sign) in command.match_indices(['{', '$']) {
        let inside = &command[at + 1..];
        let end = match sign {
            "{" => inside.find('}').unwrap_or(0),
            _ => inside.find(|c: char| !is_name(c)).unwrap_or(inside.len()),
        };
        parts.push(at + 1..at + 1 + end);
    }
    parts
}

struct Lexer<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    /// The kinds of the brackets that are open.
    brackets: Vec<TokenKind>,
    /// The index of the import that is being read.
    import: Option<usize>,
    /// Within a statement that says where names are bound.
    is_outer: bool,
    /// The token before, comments and line ends within brackets left out.
    before: TokenKind,
}

impl Lexer<'_> {
    fn take(&mut self, raw: &RuffToken, next: Option<&RuffToken>) {
        let (kind, range) = (raw.kind(), bytes(raw.range()));
        match kind {
            TokenKind::Comment => {
                let kind = self.comment(&range);
                self.tokens.push(Token::new(kind, range));
                return;
            }
            TokenKind::NonLogicalNewline | TokenKind::EndOfFile => return,
            TokenKind::Newline | TokenKind::Semi => {
                self.import = None;
                self.is_outer = false;
                self.before = kind;
                return;
            }
            _ => {}
        }
        let starts = matches!(
            self.before,
            TokenKind::Newline
                | TokenKind::Semi
                | TokenKind::Indent
                | TokenKind::Dedent
                | TokenKind::Colon
        ) && self.brackets.is_empty();
        if starts && matches!(kind, TokenKind::Import | TokenKind::From) {
            self.import = Some(self.tokens.len());
            self.tokens.push(Token::new(Kind::Import, range.clone()));
        }
        if starts && matches!(kind, TokenKind::Global | TokenKind::Nonlocal) {
            self.is_outer = true;
        }
        let top = self.brackets.last().copied();
        match kind {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => self.brackets.push(kind),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => {
                self.brackets.pop();
            }
            _ => {}
        }
        if let Some(import) = self.import {
            self.tokens[import].range.end = range.end;
        } else {
            let own = match kind {
                TokenKind::Name => self.name(top, next),
                TokenKind::Dot => Kind::Dot,
                TokenKind::Pass => Kind::Filler,
                TokenKind::Indent => Kind::Indent,
                TokenKind::Dedent => Kind::Dedent,
                TokenKind::String
                | TokenKind::FStringStart
                | TokenKind::FStringMiddle
                | TokenKind::FStringEnd
                | TokenKind::TStringStart
                | TokenKind::TStringMiddle
                | TokenKind::TStringEnd
                | TokenKind::IpyEscapeCommand => Kind::Literal,
                _ => Kind::Other,
            };
            self.tokens.push(Token::new(own, range.clone()));
        }
        if kind == TokenKind::IpyEscapeCommand {
            let command = &self.text[range.clone()];
            self.tokens
                .extend(python_in(command).into_iter().map(|own| {
                    let own = range.start + own.start..range.start + own.end;
                    Token::new(Kind::Unread, own)
                }));
        }
        self.before = kind;
    }

    fn name(&self, top: Option<TokenKind>, next: Option<&RuffToken>) -> Kind {
        let is_keyword = top == Some(TokenKind::Lpar)
            && next.is_some_and(|next| next.kind() == TokenKind::Equal);
        if self.is_outer {
            Kind::Outer
        } else if self.before == TokenKind::Dot || is_keyword {
            Kind::Label
        } else {
            Kind::Name
        }
    }

    fn comment(&self, range: &Range<usize>) -> Kind {
        let comment = &self.text[range.clone()];
        if directives::is_one(comment) {
            Kind::Directive
        } else {
            Kind::Comment
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(Kind, &str)> {
        let tokens = tokens(Path::new("a.py"), text);
        let code = tokens.code.into_iter();
        code.map(|token| (token.kind, &text[token.range])).collect()
    }

    fn of(kind: Kind, text: &str) -> Vec<&str> {
        let all = shown(text).into_iter();
        all.filter(|(own, _)| *own == kind)
            .map(|(_, text)| text)
            .collect()
    }

    #[test]
    fn imports_are_one_token_wherever_they_stand() {
        let text = "import a.b as c; from . import d\nif x: import e\ndef f():\n    from g import (\n        h,  # why\n    )\n";
        assert_eq!(
            of(Kind::Import, text),
            [
                "import a.b as c",
                "from . import d",
                "import e",
                "from g import (\n        h,  # why\n    )"
            ]
        );
        assert_eq!(of(Kind::Comment, text), ["# why"]);
        let none = "def f():\n    yield from x\nraise a from b\n";
        assert_eq!(of(Kind::Import, none), [""; 0]);
    }

    #[test]
    fn names_are_told_from_labels() {
        let text =
            "a.b(e==f, c=d)[g]\nglobal h, i\nj = f'{k=} {l.m}'\nmatch n:\n    case o: pass\n";
        assert_eq!(of(Kind::Label, text), ["b", "c", "m"]);
        assert_eq!(of(Kind::Outer, text), ["h", "i"]);
        assert_eq!(
            of(Kind::Name, text),
            ["a", "e", "f", "d", "g", "j", "k", "l", "n", "o"]
        );
        assert_eq!(of(Kind::Filler, text), ["pass"]);
    }

    #[test]
    fn commands_are_read_for_names_where_they_run_python() {
        let names = |command| {
            let parts = python_in(command).into_iter();
            parts.map(|part| &command[part]).collect::<Vec<_>>()
        };
        assert_eq!(names("%timeit a.b()"), [" a.b()"]);
        assert_eq!(names("!pip install a"), [""; 0]);
        assert_eq!(names("!ls {a.b} $c/d"), ["a.b", "c"]);
        assert_eq!(names("%cd a"), [""; 0]);
        assert_eq!(names("?a"), ["?a"]);
    }

    #[test]
    fn comments_for_tools_are_told() {
        let text = "import a  # noqa: F401\n# why\n";
        assert_eq!(of(Kind::Directive, text), ["# noqa: F401"]);
        assert_eq!(of(Kind::Comment, text), ["# why"]);
    }

    #[test]
    fn doctests_are_streams_of_their_own() {
        let text = "'''\nA.\n\n>>> import a\n>>> a.b\n1\n'''\n";
        let tokens = tokens(Path::new("a.py"), text);
        let inner = tokens.embedded.iter();
        let inner: Vec<_> = inner.map(|token| &text[token.range.clone()]).collect();
        assert_eq!(inner, ["import a", "a", ".", "b"]);
        assert_eq!(&text[tokens.holes[1].clone()], ">>> a.b\n");
    }

    #[test]
    fn cells_are_one_module_in_the_bytes_of_the_file() {
        let cell = r#"{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null, "source": ["import a\n", "a.b"]}"#;
        let text = format!(
            r#"{{"cells": [{cell}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}"#
        );
        let tokens = tokens(Path::new("a.ipynb"), &text);
        let code = tokens.code.iter();
        let code: Vec<_> = code.map(|token| &text[token.range.clone()]).collect();
        assert_eq!(code, ["import a", "a", ".", "b"]);
    }
}

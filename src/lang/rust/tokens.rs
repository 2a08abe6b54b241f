//! The tokens of a text of Rust, as rustc's own lexer has them: with comments, in macros as well.
//!
//! Nothing here asks syn. An import is found by its keyword: `use` up to the `;`, with the attributes,
//! the documentation and the visibility before it, wherever it stands (in a macro too).

use std::ops::Range;
use std::path::Path;

use ra_ap_rustc_lexer::{DocStyle, FrontmatterAllowed, TokenKind, strip_shebang, tokenize};

use super::docs;
use crate::text::Embedded;
use crate::tokens::{Kind, Token, Tokens};

/// A token of rustc's lexer that is no white space.
#[derive(Clone, Debug)]
struct Raw {
    kind: TokenKind,
    range: Range<usize>,
}

/// The tokens of the text of a file of this name.
pub(super) fn tokens(path: &Path, text: &str) -> Tokens {
    if path.extension().is_some_and(|extension| extension == "md") {
        return markdown(text);
    }
    let raws = raws(text);
    let mut tokens = Tokens {
        code: classified(text, &raws),
        ..Tokens::default()
    };
    for comments in documentation(&raws) {
        for doctest in docs::parse(text, &comments).doctests {
            embed(&doctest.code, &mut tokens);
        }
    }
    tokens.sorted()
}

/// The tokens of a text, without those of code that is embedded in it.
pub(super) fn code(text: &str) -> Vec<Token> {
    classified(text, &raws(text))
}

/// What a text says apart from comments, documentation and attributes: the bytes of each token of rustc's lexer.
pub(super) fn without_attributes(text: &str) -> Vec<Range<usize>> {
    let raws = raws(text);
    let mut tokens = Vec::with_capacity(raws.len());
    let mut at = 0;
    while let Some(raw) = raws.get(at) {
        at = match attribute_from(&raws, at) {
            Some(end) => end,
            None => {
                if !is_comment(raw.kind) {
                    tokens.push(raw.range.clone());
                }
                at + 1
            }
        };
    }
    tokens
}

/// A Markdown file: all of its lines are prose, but for the examples.
fn markdown(text: &str) -> Tokens {
    let mut tokens = Tokens::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        tokens
            .code
            .push(Token::new(Kind::Comment, start..start + line.len()));
        start += line.len();
    }
    for doctest in docs::parse_markdown(text).doctests {
        embed(&doctest.code, &mut tokens);
    }
    tokens.sorted()
}

/// Adds the tokens of embedded code.
fn embed(code: &Embedded, tokens: &mut Tokens) {
    let pieces = code.pieces().iter();
    tokens
        .holes
        .extend(pieces.map(|piece| piece.outer - piece.lead..piece.outer + piece.len));
    let inner = classified(code.text(), &raws(code.text()));
    tokens.embedded.extend(inner.into_iter().map(|token| {
        let range = code.outer_span(&token.range);
        Token { range, ..token }
    }));
}

fn raws(text: &str) -> Vec<Raw> {
    let mark = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let mut at = mark + strip_shebang(&text[mark..]).unwrap_or(0);
    let mut raws = Vec::new();
    if at > 0 {
        raws.push(Raw {
            kind: TokenKind::Unknown,
            range: 0..at,
        });
    }
    for token in tokenize(&text[at..], FrontmatterAllowed::Yes) {
        let range = at..at + token.len as usize;
        at = range.end;
        if token.kind != TokenKind::Whitespace {
            raws.push(Raw {
                kind: token.kind,
                range,
            });
        }
    }
    raws
}

fn doc_style(kind: TokenKind) -> Option<DocStyle> {
    match kind {
        TokenKind::LineComment { doc_style } | TokenKind::BlockComment { doc_style, .. } => {
            doc_style
        }
        _ => None,
    }
}

fn is_comment(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::LineComment { .. } | TokenKind::BlockComment { .. }
    )
}

/// The doc comments of each item: those of one style with nothing but attributes and other comments between.
fn documentation(raws: &[Raw]) -> Vec<Vec<Range<usize>>> {
    let mut groups = Vec::new();
    let mut open: Vec<Range<usize>> = Vec::new();
    let mut style = None;
    let mut at = 0;
    while let Some(raw) = raws.get(at) {
        at += 1;
        let own = doc_style(raw.kind);
        if own.is_some() {
            if own != style {
                groups.push(std::mem::take(&mut open));
                style = own;
            }
            open.push(raw.range.clone());
        } else if is_comment(raw.kind) {
        } else if let Some(end) = attribute_from(raws, at - 1) {
            at = end;
        } else {
            groups.push(std::mem::take(&mut open));
        }
    }
    groups.push(open);
    groups.retain(|group| !group.is_empty());
    groups
}

/// Where the outer or inner attribute that starts here ends.
fn attribute_from(raws: &[Raw], at: usize) -> Option<usize> {
    if raws[at].kind != TokenKind::Pound {
        return None;
    }
    let mut next = at + 1;
    if raws.get(next)?.kind == TokenKind::Bang {
        next += 1;
    }
    if raws.get(next)?.kind != TokenKind::OpenBracket {
        return None;
    }
    let mut depth = 0_usize;
    for (index, raw) in raws.iter().enumerate().skip(next) {
        match raw.kind {
            TokenKind::OpenBracket => depth += 1,
            TokenKind::CloseBracket => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(index + 1);
        }
    }
    None
}

/// An import item, as indices of raw tokens.
struct Import {
    /// From its first attribute to its `;`.
    all: Range<usize>,
    /// Its keyword.
    keyword: usize,
}

fn classified(text: &str, raws: &[Raw]) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(raws.len());
    let mut imports = imports(text, raws).into_iter().peekable();
    let mut macros = Macros::default();
    let mut at = 0;
    while let Some(raw) = raws.get(at) {
        if let Some(import) = imports.next_if(|import| import.all.start == at) {
            let inside = &raws[import.all.clone()];
            let end = inside.last().map_or(raw.range.end, |last| last.range.end);
            tokens.push(Token::new(Kind::Import, raw.range.start..end));
            for (index, raw) in inside.iter().enumerate() {
                if is_comment(raw.kind) {
                    let kind = if import.all.start + index < import.keyword {
                        Kind::Directive
                    } else {
                        comment_kind(&text[raw.range.clone()])
                    };
                    tokens.push(Token::new(kind, raw.range.clone()));
                }
            }
            at = import.all.end;
            continue;
        }
        let kind = match (kind_of(text, raws, at), macros.take(raws, at)) {
            (Kind::Name, false) => Kind::Known,
            (kind, _) => kind,
        };
        tokens.push(Token::new(kind, raw.range.clone()));
        at += 1;
    }
    tokens
}

/// Whether tokens stand in macro calls, in definitions of macros or in attributes: of those there is no tree.
#[derive(Default)]
struct Macros {
    /// Brackets that are open since the outermost one of them.
    depth: usize,
    /// The next bracket opens one.
    starts: bool,
}

impl Macros {
    /// Goes on by one token.
    fn take(&mut self, raws: &[Raw], at: usize) -> bool {
        let is_inside = self.depth > 0;
        match raws[at].kind {
            TokenKind::OpenParen | TokenKind::OpenBrace | TokenKind::OpenBracket => {
                self.depth += usize::from(is_inside || self.starts);
                self.starts = false;
            }
            TokenKind::CloseParen | TokenKind::CloseBrace | TokenKind::CloseBracket => {
                self.depth = self.depth.saturating_sub(1);
            }
            TokenKind::Pound => self.starts = !is_inside,
            TokenKind::Bang => {
                let is_name =
                    |at: usize| matches!(raws[at].kind, TokenKind::Ident | TokenKind::RawIdent);
                self.starts |= !is_inside && at > 0 && is_name(at - 1);
            }
            // `macro_rules! name { ... }`
            TokenKind::Ident | TokenKind::RawIdent => {}
            kind if is_comment(kind) => {}
            _ => self.starts = false,
        }
        is_inside
    }
}

fn comment_kind(comment: &str) -> Kind {
    if comment.contains("repoint: keep") {
        Kind::Directive
    } else {
        Kind::Comment
    }
}

fn kind_of(text: &str, raws: &[Raw], at: usize) -> Kind {
    let raw = &raws[at];
    let kind_at = |at: Option<usize>| at.and_then(|at| raws.get(at)).map(|raw| raw.kind);
    let joins = |first: usize, second: usize| match (raws.get(first), raws.get(second)) {
        (Some(first), Some(second)) => {
            first.kind == TokenKind::Colon
                && second.kind == TokenKind::Colon
                && first.range.end == second.range.start
        }
        _ => false,
    };
    match raw.kind {
        TokenKind::LineComment { .. } | TokenKind::BlockComment { .. } => {
            comment_kind(&text[raw.range.clone()])
        }
        TokenKind::Literal { .. } => Kind::Literal,
        TokenKind::Colon if joins(at, at + 1) || at > 0 && joins(at - 1, at) => Kind::Dot,
        TokenKind::Ident | TokenKind::RawIdent => {
            let behind_dot = kind_at(at.checked_sub(1)) == Some(TokenKind::Dot)
                && kind_at(at.checked_sub(2)) != Some(TokenKind::Dot);
            let behind_colons = at > 1 && joins(at - 2, at - 1);
            let before_colon =
                kind_at(Some(at + 1)) == Some(TokenKind::Colon) && !joins(at + 1, at + 2);
            if behind_dot || behind_colons || before_colon {
                Kind::Label
            } else {
                Kind::Name
            }
        }
        _ => Kind::Other,
    }
}

/// Every import item, in order.
fn imports(text: &str, raws: &[Raw]) -> Vec<Import> {
    let mut imports: Vec<Import> = Vec::new();
    for (at, raw) in raws.iter().enumerate() {
        let is_use = raw.kind == TokenKind::Ident && &text[raw.range.clone()] == "use";
        let from = imports.last().map_or(0, |import| import.all.end);
        if !is_use || at < from {
            continue;
        }
        let Some(end) = import_end(text, raws, at) else {
            continue;
        };
        imports.push(Import {
            all: import_start(text, raws, at, from)..end,
            keyword: at,
        });
    }
    imports
}

/// Behind the `;` of an import; `None` if it is none (`use<'a>`, a keyword in a pattern of a macro).
fn import_end(text: &str, raws: &[Raw], keyword: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, raw) in raws.iter().enumerate().skip(keyword + 1) {
        match raw.kind {
            TokenKind::OpenBrace => depth += 1,
            TokenKind::CloseBrace => depth = depth.checked_sub(1)?,
            TokenKind::Semi if depth == 0 => return Some(index + 1),
            TokenKind::Ident if &text[raw.range.clone()] == "use" => return None,
            TokenKind::Lt
            | TokenKind::Eq
            | TokenKind::OpenParen
            | TokenKind::CloseParen
            | TokenKind::OpenBracket
            | TokenKind::CloseBracket => return None,
            _ => {}
        }
    }
    None
}

/// The first attribute, documentation or visibility of an import; nothing before `from` is its own.
fn import_start(text: &str, raws: &[Raw], keyword: usize, from: usize) -> usize {
    let word = |at: usize, word: &str| {
        raws[at].kind == TokenKind::Ident && &text[raws[at].range.clone()] == word
    };
    let mut start = keyword;
    let before = |at: usize| {
        (from..at)
            .rev()
            .find(|&index| !is_comment(raws[index].kind))
    };
    if let Some(last) = before(start) {
        if word(last, "pub") || word(last, "crate") {
            start = last;
        } else if raws[last].kind == TokenKind::CloseParen
            && let Some(open) = (from..last)
                .rev()
                .take(64)
                .find(|&index| raws[index].kind == TokenKind::OpenParen)
            && let Some(public) = before(open)
            && word(public, "pub")
        {
            start = public;
        }
    }
    while start > from {
        let last = start - 1;
        if doc_style(raws[last].kind) == Some(DocStyle::Outer) {
            start = last;
        } else if let Some(attribute) = attribute_before(raws, start, from) {
            start = attribute;
        } else {
            break;
        }
    }
    start
}

/// Where the outer attribute that ends before a token starts; other comments may stand between.
fn attribute_before(raws: &[Raw], before: usize, from: usize) -> Option<usize> {
    let close = (from..before)
        .rev()
        .find(|&index| !is_comment(raws[index].kind))?;
    if raws[close].kind != TokenKind::CloseBracket {
        return None;
    }
    let mut depth = 0_usize;
    for index in (from..=close).rev() {
        match raws[index].kind {
            TokenKind::CloseBracket => depth += 1,
            TokenKind::OpenBracket => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            let pound = index.checked_sub(1).filter(|&pound| pound >= from)?;
            return (raws[pound].kind == TokenKind::Pound).then_some(pound);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(Kind, &str)> {
        let tokens = tokens(Path::new("a.rs"), text);
        let code = tokens.code.into_iter();
        code.map(|token| (token.kind, &text[token.range])).collect()
    }

    fn imports_of(text: &str) -> Vec<&str> {
        let all = shown(text).into_iter();
        all.filter(|(kind, _)| *kind == Kind::Import)
            .map(|(_, text)| text)
            .collect()
    }

    #[test]
    fn an_import_is_one_token_with_all_that_is_its_own() {
        let item = "/// Doc.\n#[cfg(a)] // why\npub(crate) use a::{b, /* c */ d};";
        let text = format!("fn f() {{}}\n{item}\nlet x = 1;");
        assert_eq!(imports_of(&text), [item]);
        let comments: Vec<_> = shown(&text)
            .into_iter()
            .filter(|(kind, _)| matches!(kind, Kind::Comment | Kind::Directive))
            .collect();
        assert_eq!(
            comments,
            [
                (Kind::Directive, "/// Doc."),
                (Kind::Directive, "// why"),
                (Kind::Comment, "/* c */"),
            ]
        );
    }

    #[test]
    fn what_only_looks_like_an_import_is_none() {
        assert_eq!(imports_of("fn f() -> impl A + use<'a> { x; }"), [""; 0]);
        assert_eq!(
            imports_of("macro_rules! m { (use $p:path) => {}; }"),
            [""; 0]
        );
        assert_eq!(imports_of("m! { use a::b; c }"), ["use a::b;"]);
        assert_eq!(imports_of("f(x)\nuse a::b;"), ["use a::b;"]);
        assert_eq!(imports_of("x[0];\nuse a;\nuse b;"), ["use a;", "use b;"]);
    }

    #[test]
    fn names_behind_dots_and_colons_are_labels() {
        let names: Vec<_> = shown("a::b(c.d, 0..e, S { f: g }, 'h)")
            .into_iter()
            .filter(|(kind, _)| matches!(kind, Kind::Known | Kind::Label))
            .collect();
        let (name, label) = (Kind::Known, Kind::Label);
        assert_eq!(
            names,
            [
                (name, "a"),
                (label, "b"),
                (name, "c"),
                (label, "d"),
                (name, "e"),
                (name, "S"),
                (label, "f"),
                (name, "g"),
            ]
        );
    }

    #[test]
    fn names_of_macros_and_attributes_are_told() {
        let text = "#[a(b)] fn c() { d!(e[f], g::h); !i; j![k]; } macro_rules! l { () => { m } } n";
        let all = shown(text).into_iter();
        let names: Vec<_> = all
            .filter(|(kind, _)| *kind == Kind::Name)
            .map(|(_, text)| text)
            .collect();
        assert_eq!(names, ["a", "b", "e", "f", "g", "k", "m"]);
    }

    #[test]
    fn doctests_are_streams_of_their_own() {
        let text = "/// A.\n/// ```\n/// use a::b;\n/// # b();\n/// ```\nfn f() {}\n";
        let tokens = tokens(Path::new("a.rs"), text);
        let inner = tokens.embedded.iter();
        let inner: Vec<_> = inner.map(|token| &text[token.range.clone()]).collect();
        assert_eq!(inner, ["use a::b;", "b", "(", ")", ";"]);
        assert_eq!(&text[tokens.holes[0].clone()], "/// use a::b;\n");
        assert_eq!(&text[tokens.holes[1].clone()], "/// # b();\n");
    }
}

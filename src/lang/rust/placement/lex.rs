//! The module declarations of a text.
//!
//! It is lexed, not parsed: comments and strings are out of the way, what stands in macro tokens
//! and in function bodies counts, and a file that only a newer compiler can parse works.

use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::declared::{Declaration, Named, Origin};
use crate::path::RUST;

/// Groups deeper than this are not looked into: no module tree is that deep, and a hostile file
/// must not overflow the stack.
const MAX_DEPTH: usize = 200;

/// The modules that `text` declares in other files.
pub(super) fn declarations(text: &str) -> Vec<Declaration> {
    if memchr::memmem::find(text.as_bytes(), b"mod").is_none() {
        return Vec::new();
    }
    let text = without_preamble(text);
    let mut found = Vec::new();
    match TokenStream::from_str(text) {
        Ok(tokens) => collect(
            tokens,
            Context::Items,
            &mut Vec::new(),
            MAX_DEPTH,
            &mut found,
        ),
        Err(_) => by_line(text, &mut found),
    }
    found
}

/// Without byte order mark, shebang and frontmatter, which are no tokens.
fn without_preamble(text: &str) -> &str {
    let mut text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(rest) = text.strip_prefix("#!")
        && !rest.trim_start().starts_with('[')
    {
        text = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    if text.trim_start().starts_with("---")
        && let Some((_, rest)) = text.trim_start()[3..].split_once("\n---")
    {
        text = rest.split_once('\n').map_or("", |(_, rest)| rest);
    }
    text
}

/// For a text that cannot be lexed, so that its modules are not lost: one declaration a line.
fn by_line(text: &str, found: &mut Vec<Declaration>) {
    for line in text.lines() {
        let mut words = line.split_whitespace();
        let mut word = words.next();
        if word.is_some_and(|word| word == "pub" || word.starts_with("pub(")) {
            word = words.next();
        }
        if word != Some("mod") {
            continue;
        }
        if let Some(name) = words.next().and_then(|word| word.strip_suffix(';'))
            && RUST.is_name(name)
        {
            found.push(Declaration {
                inline: Vec::new(),
                last: Named::new(RUST.strip_raw(name)),
                origin: Origin::Item,
            });
        }
    }
}

/// What the tokens at hand are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Context {
    /// Items of a file or of an inline module.
    Items,
    /// Tokens of a macro call among items.
    Call,
    /// The body of a `macro_rules!`.
    MacroBody,
    /// The inside of something else, such as a function.
    Inside,
}

fn collect(
    tokens: TokenStream,
    context: Context,
    inline: &mut Vec<Named>,
    depth: usize,
    found: &mut Vec<Declaration>,
) {
    if depth == 0 {
        return;
    }
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let origin = match context {
        Context::MacroBody => Origin::MacroBody,
        Context::Items | Context::Call | Context::Inside => Origin::Item,
    };
    let mut attributes: Vec<TokenStream> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at..] {
            [TokenTree::Punct(hash), TokenTree::Group(group), ..]
                if hash.as_char() == '#' && group.delimiter() == Delimiter::Bracket =>
            {
                attributes.push(group.stream());
                at += 2;
            }
            [
                TokenTree::Ident(keyword),
                TokenTree::Ident(name),
                TokenTree::Group(body),
                ..,
            ] if keyword == "mod" && body.delimiter() == Delimiter::Brace => {
                inline.push(named(name, &attributes));
                collect(body.stream(), context, inline, depth - 1, found);
                inline.pop();
                attributes.clear();
                at += 3;
            }
            // In a call the macro may supply the semicolon.
            [TokenTree::Ident(keyword), TokenTree::Ident(name), rest @ ..]
                if keyword == "mod"
                    && (context == Context::Call
                        || matches!(rest, [TokenTree::Punct(end), ..] if end.as_char() == ';')) =>
            {
                found.push(Declaration {
                    inline: inline.clone(),
                    last: named(name, &attributes),
                    origin,
                });
                attributes.clear();
                at += 2;
            }
            [TokenTree::Ident(name), TokenTree::Punct(bang), rest @ ..]
                if bang.as_char() == '!' =>
            {
                let (named, skip) = match rest {
                    [TokenTree::Ident(_), TokenTree::Group(group), ..] => (Some(group), 4),
                    [TokenTree::Group(group), ..] => (Some(group), 3),
                    _ => (None, 2),
                };
                if let Some(group) = named {
                    let inner = match context {
                        Context::Items | Context::Call if name == "macro_rules" => {
                            Context::MacroBody
                        }
                        Context::Items => Context::Call,
                        other => other,
                    };
                    collect(group.stream(), inner, inline, depth - 1, found);
                }
                attributes.clear();
                at += skip;
            }
            // `pub`, `pub(...)`, `unsafe` stand between an attribute and its item.
            [TokenTree::Ident(word), rest @ ..] if word == "pub" || word == "unsafe" => {
                let scoped = matches!(rest, [TokenTree::Group(group), ..]
                    if group.delimiter() == Delimiter::Parenthesis);
                at += if scoped { 2 } else { 1 };
            }
            [TokenTree::Group(group), ..] => {
                let inner = match context {
                    Context::Items => Context::Inside,
                    other => other,
                };
                collect(group.stream(), inner, inline, depth - 1, found);
                attributes.clear();
                at += 1;
            }
            [TokenTree::Ident(name), ..] if context == Context::Call => {
                let mention = Declaration {
                    inline: inline.clone(),
                    last: named(name, &[]),
                    origin: Origin::Mention,
                };
                if !found.contains(&mention) {
                    found.push(mention);
                }
                attributes.clear();
                at += 1;
            }
            _ => {
                attributes.clear();
                at += 1;
            }
        }
    }
}

fn named(name: &proc_macro2::Ident, attributes: &[TokenStream]) -> Named {
    let mut module = Named::new(RUST.strip_raw(&name.to_string()));
    for attribute in attributes {
        let tokens: Vec<TokenTree> = attribute.clone().into_iter().collect();
        match tokens.as_slice() {
            [TokenTree::Ident(word), ..] if word == "path" => {
                if let Some(path) = path_value(&tokens) {
                    module.path.get_or_insert(path);
                }
            }
            [TokenTree::Ident(word), ..] if word == "macro_use" => module.macro_use = true,
            [TokenTree::Ident(word), TokenTree::Group(arguments)] if word == "cfg_attr" => {
                conditional_paths(arguments.stream(), MAX_DEPTH, &mut module.perhaps);
            }
            _ => {}
        }
    }
    module
}

fn conditional_paths(arguments: TokenStream, depth: usize, paths: &mut Vec<String>) {
    if depth == 0 {
        return;
    }
    let tokens: Vec<TokenTree> = arguments.into_iter().collect();
    for at in 0..tokens.len() {
        match &tokens[at] {
            TokenTree::Ident(word) if word == "path" => paths.extend(path_value(&tokens[at..])),
            TokenTree::Group(group) => conditional_paths(group.stream(), depth - 1, paths),
            _ => {}
        }
    }
}

/// The string of `path = "..."`.
fn path_value(tokens: &[TokenTree]) -> Option<String> {
    match tokens {
        [_, TokenTree::Punct(equals), TokenTree::Literal(value), ..] if equals.as_char() == '=' => {
            match syn::Lit::new(value.clone()) {
                syn::Lit::Str(value) => Some(value.value()),
                _ => None,
            }
        }
        _ => None,
    }
}

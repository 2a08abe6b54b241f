//! What the tokens of a macro call are read as.
//!
//! Nothing is expanded: tokens that parse as items, statements or expressions are visited as such,
//! since that is what nearly all macros do with them; all others are scanned for runs of names.
//! Bodies of `macro_rules!` are always scanned.

mod scan;

use std::rc::Rc;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use rustc_hash::FxHashMap;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Item, Macro, Pat, Stmt, Token};

pub use self::scan::{OpenEnd, Run, Scan, scan};

/// Where a macro call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// Among items.
    Item,
    /// Among statements.
    Statement,
    /// Within an expression, a type or a pattern.
    Inner,
}

/// The tokens of a macro call, read.
#[derive(Debug)]
pub enum Expanded {
    /// Items that stand where the call stands.
    Items(Vec<Item>),
    /// Statements, in a scope of their own.
    Statements(Vec<Stmt>),
    /// Expressions.
    Expressions(Vec<Expr>),
    /// An expression and a pattern with an optional guard, as in `matches!`.
    Matches(Box<(Expr, Pat, Option<Expr>)>),
    /// Anything else.
    Tokens(Scan),
}

/// Macros whose tokens are text or code for somewhere else, never code of this place.
pub fn is_text(name: &str) -> bool {
    matches!(
        name,
        "stringify" | "concat" | "include_str" | "include_bytes"
    )
}

/// Macros whose tokens are the caller's code: what they name is resolved elsewhere.
pub fn is_quote(name: &str) -> bool {
    matches!(
        name,
        "quote" | "quote_spanned" | "parse_quote" | "parse_quote_spanned" | "quote_each_token"
    )
}

/// Macros of the standard library that evaluate their arguments and do nothing else with their tokens. `assert!` and
/// `dbg!` print them, which is no more than a message.
pub fn evaluates(name: &str) -> bool {
    matches!(
        name,
        "assert"
            | "assert_eq"
            | "assert_ne"
            | "dbg"
            | "debug_assert"
            | "debug_assert_eq"
            | "debug_assert_ne"
            | "eprint"
            | "eprintln"
            | "format"
            | "format_args"
            | "matches"
            | "panic"
            | "print"
            | "println"
            | "thread_local"
            | "todo"
            | "unimplemented"
            | "unreachable"
            | "vec"
            | "write"
            | "writeln"
    )
}

/// Readings of macro calls, made once a file.
#[derive(Debug, Default)]
pub struct Expansions {
    /// By the address of the call in the tree, which lives as long as this.
    read: FxHashMap<usize, Rc<Expanded>>,
}

impl Expansions {
    /// How the tokens of `mac` are read.
    pub fn of(&mut self, mac: &Macro, position: Position) -> Rc<Expanded> {
        let address = std::ptr::from_ref(mac) as usize;
        Rc::clone(
            self.read
                .entry(address)
                .or_insert_with(|| Rc::new(read(mac, position))),
        )
    }
}

/// The last name of the path by which a macro is called.
pub fn called(mac: &Macro) -> String {
    let last = mac.path.segments.last();
    last.map(|segment| segment.ident.to_string())
        .unwrap_or_default()
}

fn read(mac: &Macro, position: Position) -> Expanded {
    let name = called(mac);
    if is_text(&name) || is_quote(&name) || name == "macro_rules" {
        return Expanded::Tokens(scan(mac.tokens.clone()));
    }
    let tokens = &mac.tokens;
    if position != Position::Inner
        && let Some(items) = items(tokens)
    {
        return Expanded::Items(items);
    }
    if position != Position::Item {
        if let Some(expressions) = expressions(tokens) {
            return Expanded::Expressions(expressions);
        }
        if let Ok(matches) = matches_arguments.parse2(tokens.clone()) {
            return Expanded::Matches(Box::new(matches));
        }
        if let Ok(stmts) = syn::Block::parse_within.parse2(tokens.clone()) {
            return Expanded::Statements(stmts);
        }
    }
    Expanded::Tokens(scan(tokens.clone()))
}

/// The tokens as items: plain ones, or the arms of a `cfg_if!`.
fn items(tokens: &TokenStream) -> Option<Vec<Item>> {
    if let Ok(file) = syn::parse2::<syn::File>(tokens.clone()) {
        // A lone macro call or inner attributes say nothing about items.
        let real = |item: &Item| !matches!(item, Item::Verbatim(_));
        if file.attrs.is_empty() && file.items.iter().all(real) {
            return Some(file.items);
        }
        return None;
    }
    let mut items = Vec::new();
    let mut rest = tokens.clone().into_iter().peekable();
    rest.peek()?;
    // if #[cfg(..)] { .. } else if #[cfg(..)] { .. } else { .. }
    loop {
        match rest.next()? {
            TokenTree::Ident(word) if word == "if" => {
                let hash = matches!(rest.next()?, TokenTree::Punct(p) if p.as_char() == '#');
                let attr = matches!(rest.next()?, TokenTree::Group(g) if g.delimiter() == Delimiter::Bracket);
                if !hash || !attr {
                    return None;
                }
            }
            TokenTree::Ident(word) if word == "else" => continue,
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let file = syn::parse2::<syn::File>(group.stream()).ok()?;
                items.extend(file.items);
                if rest.peek().is_none() {
                    return Some(items);
                }
            }
            _ => return None,
        }
    }
}

fn expressions(tokens: &TokenStream) -> Option<Vec<Expr>> {
    let list = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens.clone());
    if let Ok(list) = list {
        return Some(list.into_iter().collect());
    }
    let repeat = |input: ParseStream<'_>| -> syn::Result<Vec<Expr>> {
        let element = input.parse()?;
        input.parse::<Token![;]>()?;
        Ok(vec![element, input.parse()?])
    };
    repeat.parse2(tokens.clone()).ok()
}

fn matches_arguments(input: ParseStream<'_>) -> syn::Result<(Expr, Pat, Option<Expr>)> {
    let scrutinee = input.parse()?;
    input.parse::<Token![,]>()?;
    let pattern = Pat::parse_multi_with_leading_vert(input)?;
    let guard = if input.parse::<Option<Token![if]>>()?.is_some() {
        Some(input.parse()?)
    } else {
        None
    };
    input.parse::<Option<Token![,]>>()?;
    if !input.is_empty() {
        return Err(input.error("expected the end"));
    }
    Ok((scrutinee, pattern, guard))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cfg_if_arms_are_items() {
        let mac: Macro = syn::parse_str(
            "cfg_if! { if #[cfg(unix)] { use a::b; } else if #[cfg(windows)] { mod c; } else { fn d() {} } }",
        )
        .expect("parses");
        let Expanded::Items(items) = read(&mac, Position::Item) else {
            panic!("no items")
        };
        assert_eq!(items.len(), 3);
    }
}

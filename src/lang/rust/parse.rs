//! Text to tree: syn, with what it cannot take made harmless first.
//!
//! Byte ranges of spans must be byte ranges of the file, so nothing is ever cut off in front: a BOM,
//! a shebang and a frontmatter are blanked with as many bytes.

use std::borrow::Cow;

use proc_macro2::{Span, TokenStream};

use super::nesting_limit::{HARMLESS, MAX_DEPTH, too_deep};
use crate::lang::SourceError;

/// Parses a file. Spans of the result hold until the thread's spans are invalidated.
///
/// # Errors
/// Nesting that is too deep, or what syn says, with the place.
pub fn parse_file(text: &str) -> Result<syn::File, SourceError> {
    let blanked = blank(text);
    parse_tokens(&blanked).map_err(|error| {
        // An error at the end of the text has a call-site span, which has no range.
        let range = error.span().byte_range();
        let offset = if range.is_empty() {
            text.len()
        } else {
            range.start
        };
        SourceError {
            message: error.to_string(),
            offset: Some(offset.min(text.len())),
        }
    })
}

/// Why there is no tree.
#[derive(Debug, thiserror::Error)]
enum ParseError {
    #[error("cannot be parsed as Rust: {0}")]
    Syntax(#[from] syn::Error),
    #[error(
        "nested too deep to be parsed safely (brackets more than {MAX_DEPTH} levels deep, or an \
         expression or a type of tens of thousands of links); flatten it or leave the file out with \
         --exclude"
    )]
    TooDeep(Span),
}

impl ParseError {
    fn span(&self) -> Span {
        match self {
            Self::Syntax(error) => error.span(),
            Self::TooDeep(span) => *span,
        }
    }
}

fn parse_tokens(text: &str) -> Result<syn::File, ParseError> {
    let tokens: TokenStream = text.parse().map_err(syn::Error::from)?;
    if text.len() > HARMLESS
        && let Some(span) = too_deep(&tokens)
    {
        return Err(ParseError::TooDeep(span));
    }
    Ok(syn::parse2(tokens)?)
}

/// The text with BOM, shebang and frontmatter turned to blanks; the same number of bytes and lines.
fn blank(text: &str) -> Cow<'_, str> {
    let mut end = 0;
    if text.starts_with('\u{feff}') {
        end = '\u{feff}'.len_utf8();
    }
    if let Some(rest) = text[end..].strip_prefix("#!") {
        // `#![attr]` is no shebang, whatever white space stands between.
        if !rest.trim_start().starts_with('[') {
            end += text[end..].find('\n').unwrap_or(text.len() - end);
        }
    }
    end = frontmatter_end(text, end).unwrap_or(end);
    if end == 0 {
        return Cow::Borrowed(text);
    }
    let mut blanked = String::with_capacity(text.len());
    for byte in text[..end].bytes() {
        blanked.push(if byte == b'\n' { '\n' } else { ' ' });
    }
    blanked.push_str(&text[end..]);
    Cow::Owned(blanked)
}

/// Where a frontmatter that starts at or after `from` ends (RFC 3503: a line of three or more dashes,
/// with an optional info word, up to a line of the same dashes).
fn frontmatter_end(text: &str, from: usize) -> Option<usize> {
    let rest = &text[from..];
    let body = rest.trim_start();
    let dashes = body.bytes().take_while(|&byte| byte == b'-').count();
    if dashes < 3 {
        return None;
    }
    let fence = &body[..dashes];
    let mut at = from + (rest.len() - body.len());
    for (i, line) in body.split_inclusive('\n').enumerate() {
        at += line.len();
        if i > 0 && line.trim_end() == fence {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_ident_offset(text: &str) -> usize {
        let file = parse_file(text).expect("parses");
        let syn::Item::Fn(item) = &file.items[0] else {
            panic!("no fn")
        };
        item.sig.ident.span().byte_range().start
    }

    #[test]
    fn ranges_count_bom_shebang_and_frontmatter() {
        for text in [
            "\u{feff}fn main() {}",
            "#!/usr/bin/env -S cargo é\nfn main() {}",
            "\u{feff}#!/bin/x\n---\n[dependencies]\n---\nfn main() {}",
            "---cargo\r\na = '--'\r\n---\r\nfn main() {}",
        ] {
            assert_eq!(
                first_ident_offset(text),
                text.find("main").expect("there"),
                "{text}"
            );
        }
    }

    #[test]
    fn an_attribute_is_no_shebang() {
        let file = parse_file("#! [allow(dead_code)]\nfn main() {}").expect("parses");
        assert_eq!(file.attrs.len(), 1);
    }

    #[test]
    fn deep_nesting_is_named() {
        let text = format!("const X: u8 = {}1{};", "(".repeat(5000), ")".repeat(5000));
        let error = parse_file(&text).expect_err("too deep");
        assert!(error.offset.is_some_and(|offset| offset > 1000));
    }

    #[test]
    fn an_error_has_its_place() {
        let error = parse_file("fn a() {}\nfn () {}").expect_err("no name");
        assert_eq!(error.offset, Some(13));
    }
}

//! Text to tree: syn, with what it cannot take made harmless first.
//!
//! Byte ranges of spans must be byte ranges of the file, so nothing is ever cut off in front: a BOM,
//! a shebang and a frontmatter are blanked with as many bytes (rows R56 and R59).

use std::borrow::Cow;

use crate::lang::SourceError;

/// Nesting beyond which a file is refused. syn has no recursion guard, and a stack overflow aborts the
/// process (row R58); the workers' stacks are sized so that this depth is safe in a debug build.
pub const MAX_DEPTH: usize = 1_200;

/// Parses a file. Spans of the result hold until the thread's spans are invalidated.
///
/// # Errors
/// Nesting that is too deep, or what syn says, with the place.
pub fn parse_file(text: &str) -> Result<syn::File, SourceError> {
    let blanked = blank(text);
    if let Some(offset) = too_deep(&blanked) {
        return Err(SourceError {
            message: format!(
                "nested more than {MAX_DEPTH} levels deep, which cannot be parsed safely; \
                 flatten it or leave the file out with --exclude"
            ),
            offset: Some(offset),
        });
    }
    syn::parse_str::<syn::File>(&blanked).map_err(|error| {
        // An error at the end of the text has a call-site span, which has no range.
        let range = error.span().byte_range();
        let offset = if range.is_empty() { text.len() } else { range.start };
        SourceError {
            message: format!("cannot be parsed as Rust: {error}"),
            offset: Some(offset.min(text.len())),
        }
    })
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

/// The byte at which the text is nested deeper than [`MAX_DEPTH`]. Brackets in strings and comments
/// count too: the estimate errs on the side of refusing, at a depth that no one writes by hand.
fn too_deep(text: &str) -> Option<usize> {
    let mut brackets = 0usize;
    let mut angles = 0usize;
    let mut prefixes = 0usize;
    let mut previous = b' ';
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => brackets += 1,
            b')' | b']' | b'}' => brackets = brackets.saturating_sub(1),
            b'<' => angles += 1,
            b'>' if previous != b'-' && previous != b'=' => angles = angles.saturating_sub(1),
            b';' => angles = 0,
            _ => {}
        }
        match byte {
            b'!' | b'&' | b'*' | b'-' | b'|' => prefixes += 1,
            // A ruler such as `// -----` or `/*****` is no expression.
            b'\n' | b'\r' => prefixes = 0,
            b' ' | b'\t' | b'<' | b'(' => {}
            _ => prefixes = 0,
        }
        if brackets + angles > MAX_DEPTH || prefixes > 4 * MAX_DEPTH {
            return Some(at);
        }
        previous = byte;
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
            assert_eq!(first_ident_offset(text), text.find("main").expect("there"), "{text}");
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

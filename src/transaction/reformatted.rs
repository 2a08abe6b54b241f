//! Whether a text is another one as a formatter leaves it.
//!
//! Formatters change white space, the order of imports, the names in an import, trailing commas and
//! parentheses around them, and the kind of quotes. What is outside of imports must be the same in the
//! same order; of imports, the same words. No language is asked: an import is a statement that starts
//! with `use`, `import` or `from`. Text that is not recognised counts as edited.

/// Whether `now` differs from `was` in formatting only.
pub(super) fn is_reformatted(was: &[u8], now: &[u8]) -> bool {
    match (std::str::from_utf8(was), std::str::from_utf8(now)) {
        (Ok(was), Ok(now)) => Shape::of(was) == Shape::of(now),
        _ => false,
    }
}

/// What formatting leaves alone.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shape<'a> {
    /// Of imports, in the order of the alphabet.
    imports: Vec<&'a str>,
    /// Of all else, as they come.
    others: Vec<&'a str>,
}

impl<'a> Shape<'a> {
    fn of(text: &'a str) -> Self {
        let mut shape = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            let is_import = starts_import(rest);
            let (statement, behind) = rest.split_at(statement_end(rest, is_import));
            let into = if is_import {
                &mut shape.imports
            } else {
                &mut shape.others
            };
            into.extend(tokens(statement));
            rest = behind;
        }
        shape.imports.sort_unstable();
        shape
    }
}

/// Whether the line that `text` starts with begins an import.
fn starts_import(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default().trim_start();
    let line = line
        .strip_prefix("pub")
        .map_or(line, |rest| match rest.strip_prefix('(') {
            Some(inside) => inside
                .split_once(')')
                .map_or(line, |(_, rest)| rest.trim_start()),
            None => rest.trim_start(),
        });
    ["use ", "import ", "from "]
        .iter()
        .any(|keyword| line.starts_with(keyword))
}

/// Where the first line ends, or the last line of the import that it begins.
fn statement_end(text: &str, is_import: bool) -> usize {
    let mut depth = 0_usize;
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        end += line.len();
        for byte in line.bytes() {
            match byte {
                b'(' | b'{' => depth += 1,
                b')' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        let goes_on = depth > 0 || line.trim_end().ends_with('\\');
        if !is_import || !goes_on {
            break;
        }
    }
    end
}

/// Words, and each other character that formatters leave alone.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let first = rest.chars().next()?;
            let length = if is_word(first) {
                rest.find(|c| !is_word(c)).unwrap_or(rest.len())
            } else {
                first.len_utf8()
            };
            let (token, behind) = rest.split_at(length);
            rest = behind;
            match first {
                c if c.is_whitespace() => {}
                ',' | '(' | ')' | '{' | '}' | '\\' => {}
                '\'' => return Some("\""),
                _ => return Some(token),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(was: &str, now: &str, expected: bool) {
        assert_eq!(
            is_reformatted(was.as_bytes(), now.as_bytes()),
            expected,
            "{now}"
        );
    }

    #[test]
    fn layout_and_the_order_of_imports_are_formatting() {
        let rust = "use b::{Z, Y};\npub use a::X;\nfn f(a:u8,b:u8)->u8{a+b}\n";
        check(
            rust,
            "pub use a::X;\nuse b::{Y, Z};\n\nfn f(a: u8, b: u8) -> u8 {\n    a + b\n}\n",
            true,
        );
        let python = "from b import Z, Y\nimport a\nx = f(1, 'y')\n";
        check(
            python,
            "import a\nfrom b import (\n    Y,\n    Z,\n)\n\nx = f(\n    1,\n    \"y\",\n)\n",
            true,
        );
    }

    #[test]
    fn all_else_is_an_edit() {
        let was = "use b::Z;\nfn f(a: u8, b: u8) -> u8 { a - b }\n";
        check(
            was,
            "use b::Z;\nfn f(a: u8, b: u8) -> u8 { b - a }\n",
            false,
        );
        check(
            was,
            "use b::Q;\nfn f(a: u8, b: u8) -> u8 { a - b }\n",
            false,
        );
        check(
            was,
            "use b::Z;\nfn f(a: u8, b: u8) -> u8 { a - b } // done\n",
            false,
        );
        check("x = f(a, b)\n", "x = f(b, a)\n", false);
        check("a\nb\n", "b\na\n", false);
    }
}

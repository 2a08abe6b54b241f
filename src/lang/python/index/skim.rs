//! A text of Python without what runs no import while the module is imported: bodies of functions, and statements that
//! are no import and hold none. What is left is parsed in a fraction of the time.
//!
//! It is made from lines, brackets and quotes alone. Where these do not come out even there is no answer, and
//! the whole text is parsed.

use memchr::memchr2;

/// The text that is left; `None` if that is not sure.
pub(super) fn skim(text: &str) -> Option<String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let bytes = text.as_bytes();
    let mut left = String::new();
    // The indent of a function whose body is left out.
    let mut function: Option<&str> = None;
    let mut at = 0;
    while at < bytes.len() {
        let line = logical_line(bytes, at)?;
        let whole = text.get(at..line.end)?;
        at = line.end;
        let code = whole.trim_start_matches([' ', '\t', '\u{c}']);
        let indent = &whole[..whole.len() - code.len()];
        if code.trim_end().is_empty() || code.starts_with('#') {
            continue;
        }
        if let Some(outer) = function {
            if indent.len() > outer.len() && indent.starts_with(outer) {
                continue;
            }
            function = None;
        }
        let word = code
            .split(|c: char| !c.is_alphanumeric() && c != '_')
            .next();
        let word = word.unwrap_or_default();
        let is_function = word == "def" || word == "async" && is_async_def(code);
        if is_function {
            function = Some(indent);
        }
        if !is_function && (line.has_semicolon || KEPT.contains(&word)) {
            left.push_str(whole);
        } else {
            left.push_str(indent);
            left.push_str("pass\n");
        }
    }
    Some(left)
}

/// First words of statements that are imports or may hold one.
const KEPT: [&str; 16] = [
    "import", "from", "lazy", "if", "elif", "else", "try", "except", "finally", "with", "for",
    "while", "class", "match", "case", "async",
];

fn is_async_def(code: &str) -> bool {
    let rest = code.trim_start_matches("async").trim_start();
    rest.strip_prefix("def")
        .is_some_and(|rest| rest.starts_with(char::is_whitespace))
}

struct Line {
    /// Behind its line end.
    end: usize,
    has_semicolon: bool,
}

/// Bytes that are more than a part of a word.
const TELLS: [bool; 256] = {
    let mut tells = [false; 256];
    let all = b"\n\r()[]{};#\\\"'";
    let mut at = 0;
    while at < all.len() {
        tells[all[at] as usize] = true;
        at += 1;
    }
    tells
};

/// The statement line that starts at `at`.
fn logical_line(bytes: &[u8], mut at: usize) -> Option<Line> {
    let mut depth = 0usize;
    let mut has_semicolon = false;
    while let Some(more) = bytes[at..].iter().position(|byte| TELLS[*byte as usize]) {
        at += more;
        let byte = bytes[at];
        at += 1;
        match byte {
            b'\n' | b'\r' if depth == 0 => {
                at += usize::from(byte == b'\r' && bytes.get(at) == Some(&b'\n'));
                return Some(Line {
                    end: at,
                    has_semicolon,
                });
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
            b';' => has_semicolon = true,
            b'#' => {
                let rest = &bytes[at..];
                at += memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            }
            b'\\' => at = behind_escape(bytes, at)?,
            b'"' | b'\'' => at = string_end(bytes, at - 1)?,
            _ => {}
        }
    }
    (depth == 0).then_some(Line {
        end: bytes.len(),
        has_semicolon,
    })
}

/// The place behind the character that a backslash before `at` speaks of.
fn behind_escape(bytes: &[u8], at: usize) -> Option<usize> {
    let is_line_end = bytes.get(at..)?.starts_with(b"\r\n");
    let behind = at + if is_line_end { 2 } else { 1 };
    (behind <= bytes.len()).then_some(behind)
}

/// The place behind the string whose quotes start at `at`.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let quote = bytes[at];
    let triple = [quote; 3];
    let is_triple = bytes[at..].starts_with(&triple);
    let mut at = at + if is_triple { 3 } else { 1 };
    loop {
        let rest = bytes.get(at..)?;
        at += match is_triple {
            true => memchr2(quote, b'\\', rest)?,
            false => rest
                .iter()
                .position(|byte| *byte == quote || matches!(byte, b'\\' | b'\n' | b'\r'))?,
        };
        match bytes[at] {
            b'\\' => at = behind_escape(bytes, at + 1)?,
            b'\n' | b'\r' => return None,
            _ if !is_triple => return Some(at + 1),
            _ if bytes[at..].starts_with(&triple) => return Some(at + 3),
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::loading;
    use super::*;
    use crate::lang::python::parse::{self, SourceKind};

    #[track_caller]
    fn same(text: &str) {
        let loaded = |text: &str| {
            let parsed = parse::module(text, SourceKind::Module).expect("valid");
            let running = loading::of(parsed.syntax()).into_iter();
            running.map(|it| it.loaded).collect::<Vec<_>>()
        };
        let left = skim(text).expect("sure");
        assert_eq!(loaded(&left), loaded(text), "{left}");
    }

    #[test]
    fn what_runs_is_left() {
        same("import a\nx = {\n'b': 1,\n}\nfrom b import (\n  c, # d)\n  e\n)\n");
        same("'''\nimport no\n'''\nimport a\\\n.b\nx = 1; import c\n");
        same("\u{feff}if TYPE_CHECKING:\n\timport a\nelse:\n\timport b\n");
        same(
            "class C:\n  'doc'\n  def m(self):\n    import a\n\n# c\n  import b\n  @d\n  async def n(self): import no\n  import e\n",
        );
        same("try:\r\n    import a\r\nexcept E:\r\n    a = \"\\\r\n'\"\r\nimport b");
        same(
            "def f(\n  a,\n):\n  '''\nimport no\n'''\n  return 1\nfor x in y:\n  async_ = 1\n  import z\n",
        );
        same(
            "async def f():\n  async with a: import b\nasync_def = 1\nmatch = 2\nmatch x:\n  case 1: import q\n  case _:\n    r'\\\\'\n",
        );
        same("if x: y = f\"{a['b']}\"; import c\nwith a, \\\n  b:\n  import d\n\x0cimport e\n");
        same("def f(): return 1\nimport a\nif x:\n  def g():\n    pass\n  import b\n");
    }

    #[test]
    fn what_is_not_even_has_no_answer() {
        for text in ["x = (1\n", "x = 'a\n'", "x = )", "'''a", "x = '", "\\"] {
            assert_eq!(skim(text), None, "{text}");
        }
    }
}

//! Names and texts of others on one line of a terminal.

use std::path::Path;

/// A path on one line: bytes that are no text are replaced, and what could break a line or command a
/// terminal is escaped.
pub fn shown(path: &Path) -> String {
    one_line(&path.to_string_lossy())
}

/// `text` with its control characters escaped, and with those that end lines or change the direction
/// of writing elsewhere.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for character in text.chars() {
        if commands(character) {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line
}

/// Whether a character does something instead of being shown. The marks of direction are those of
/// <https://www.unicode.org/reports/tr9/>.
fn commands(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{2028}' | '\u{2029}' // ends of lines and paragraphs
                | '\u{61c}' | '\u{200e}' | '\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_on_one_line() {
        assert_eq!(
            shown(Path::new("a\n\u{1b}[31mé b.rs")),
            "a\\n\\u{1b}[31mé b.rs"
        );
        assert_eq!(one_line("a\u{2028}b\u{202e}c\u{9b}d"), {
            "a\\u{2028}b\\u{202e}c\\u{9b}d"
        });
        assert_eq!(one_line("日本 \"q\" 'r' \\ -"), "日本 \"q\" 'r' \\ -");
    }
}

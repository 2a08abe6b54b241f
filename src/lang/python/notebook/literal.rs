//! JSON strings (RFC 8259, section 7) as text and back.

use std::ops::Range;

use crate::lang::SourceError;

/// A stretch of a string without escapes, or one escape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Where it starts in the text.
    pub(super) inner: usize,
    /// Its bytes there; as many as in the file only without escapes.
    pub(super) inner_len: usize,
    /// Where it starts in the file.
    pub(super) outer: usize,
    /// Its bytes in the file.
    pub(super) outer_len: usize,
}

impl Run {
    /// Where a byte of the text is in the file: of an escape its start, or its end.
    pub(super) fn place(&self, inner: usize) -> usize {
        let at = inner.saturating_sub(self.inner);
        if at >= self.inner_len {
            self.outer + self.outer_len
        } else if self.inner_len == self.outer_len {
            self.outer + at
        } else {
            self.outer
        }
    }
}

/// Appends what a string (with its quotes) says to `text`, and how it lies in the file to `runs`.
///
/// # Errors
/// An escape that JSON does not have, or half of a surrogate pair.
pub(super) fn decode(
    json: &str,
    quoted: &Range<usize>,
    text: &mut String,
    runs: &mut Vec<Run>,
) -> Result<(), SourceError> {
    let mut at = quoted.start + 1;
    let end = quoted.end.saturating_sub(1);
    while at < end {
        let rest = &json[at..end];
        let plain = memchr::memchr(b'\\', rest.as_bytes()).unwrap_or(rest.len());
        let (character, len) = if plain > 0 {
            (None, plain)
        } else {
            let (character, len) = escape(rest).ok_or_else(|| SourceError {
                message: "holds a string with an escape that is no character".to_owned(),
                offset: Some(at),
            })?;
            (Some(character), len)
        };
        runs.push(Run {
            inner: text.len(),
            inner_len: character.map_or(len, char::len_utf8),
            outer: at,
            outer_len: len,
        });
        match character {
            Some(character) => text.push(character),
            None => text.push_str(&rest[..len]),
        }
        at += len;
    }
    Ok(())
}

/// The character of the escape at the start, and the bytes of the escape.
fn escape(rest: &str) -> Option<(char, usize)> {
    let character = match rest.as_bytes().get(1)? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'u' => return unicode(rest),
        other @ (b'"' | b'\\' | b'/') => char::from(*other),
        _ => return None,
    };
    Some((character, 2))
}

fn unicode(rest: &str) -> Option<(char, usize)> {
    let first = unit(rest)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, 6));
    }
    let second = unit(rest.get(6..)?)?;
    let pair = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
    let character = char::decode_utf16(pair).next()?.ok()?;
    Some((character, 12))
}

/// The number of `\uXXXX`.
fn unit(rest: &str) -> Option<u32> {
    let digits = rest.strip_prefix("\\u")?.get(..4)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()
}

/// Appends text as it stands within the quotes of a JSON string; `ascii`: with nothing but ASCII.
pub(super) fn encode(text: &str, ascii: bool, out: &mut String) {
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            _ if character < ' ' || (ascii && !character.is_ascii()) => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            _ => out.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn decoded(json: &str) -> Result<(String, Vec<Run>), SourceError> {
        let (mut text, mut runs) = (String::new(), Vec::new());
        decode(json, &(0..json.len()), &mut text, &mut runs).map(|()| (text, runs))
    }

    #[test]
    fn escapes_are_characters() {
        for (json, text) in [
            (r#""a\n\t\r\b\f\/\\\"""#, "a\n\t\r\u{8}\u{c}/\\\""),
            (r#""\u00e9\u0041é""#, "éAé"),
            (r#""\ud83d\uDE00x""#, "😀x"),
            (r#""""#, ""),
        ] {
            assert_eq!(decoded(json).map(|(text, _)| text), Ok(text.to_owned()));
        }
    }

    #[test]
    fn half_a_pair_is_no_character() {
        for json in [
            r#""\ud83d""#,
            r#""\ud83d\u0041""#,
            r#""\udE00""#,
            r#""\x41""#,
            r#""\u+041""#,
        ] {
            assert!(decoded(json).is_err(), "{json}");
        }
    }

    #[test]
    fn places_are_those_of_the_file() {
        let (text, runs) = decoded(r#""a\u00e9b""#).expect("it is a string");
        let place = |inner: usize| {
            let run = runs.iter().rfind(|run| run.inner <= inner);
            run.map(|run| run.place(inner))
        };
        assert_eq!(text, "aéb");
        assert_eq!(place(1), Some(2));
        assert_eq!(place(3), Some(8));
        assert_eq!(place(4), Some(9));
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(text in "\\PC{0,9}[\\x00-\\x7f]{0,9}", ascii: bool) {
            let mut json = "\"".to_owned();
            encode(&text, ascii, &mut json);
            json.push('"');
            prop_assert!(!ascii || json.is_ascii());
            prop_assert_eq!(serde_json::from_str::<String>(&json).ok(), Some(text.clone()));
            prop_assert_eq!(decoded(&json).map(|(text, _)| text), Ok(text));
        }

        #[test]
        fn any_string_is_read_as_json_reads_it(json in "\"([a-c]|\\\\[nu\"\\\\]|[0-9a-f]{4}|\\\\ud83d|\\\\ude00){0,8}\"") {
            if let Ok(text) = serde_json::from_str::<String>(&json) {
                prop_assert_eq!(decoded(&json).map(|(text, _)| text), Ok(text));
            }
        }
    }
}

//! ISO-2022-JP (RFC 1468): escape sequences say which set of characters the next bytes are of.

use super::double::EUC_JP;

/// The set of characters that is in force at a place of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::text) enum State {
    /// ASCII, and whatever an encoding without state has.
    #[default]
    Ascii,
    /// JIS X 0201: ASCII but for two characters.
    Roman,
    /// JIS C 6226-1978: two bytes a character.
    Old,
    /// JIS X 0208-1983: two bytes a character.
    Kanji,
}

/// Every state and how it is entered.
const ESCAPES: [(State, &[u8]); 4] = [
    (State::Ascii, b"\x1b(B"),
    (State::Roman, b"\x1b(J"),
    (State::Old, b"\x1b$@"),
    (State::Kanji, b"\x1b$B"),
];

const ESCAPE: u8 = 0x1b;

/// The state that an escape sequence at the start of `bytes` enters, and its length.
pub(super) fn entered(bytes: &[u8]) -> Option<(State, usize)> {
    ESCAPES
        .iter()
        .find(|(_, escape)| bytes.starts_with(escape))
        .map(|(state, escape)| (*state, escape.len()))
}

/// The character at the start of `bytes`, which must not be empty, and its length.
pub(super) fn decode(bytes: &[u8], state: State) -> Option<(char, usize)> {
    let first = bytes[0];
    match (first, state) {
        (ESCAPE | 0x80.., _) => None,
        (b'\\', State::Roman) => Some(('¥', 1)),
        (b'~', State::Roman) => Some(('‾', 1)),
        // Control characters are outside of all sets.
        (..0x20, _) | (_, State::Ascii | State::Roman) => Some((char::from(first), 1)),
        (_, State::Old | State::Kanji) => {
            let second = *bytes.get(1).filter(|second| second.is_ascii())?;
            let (character, length) = EUC_JP.decode(&[first | 0x80, second | 0x80])?;
            (length == 2).then_some((character, length))
        }
    }
}

/// Appends the bytes of a character, and changes the state if it must; says whether the encoding
/// has it.
pub(super) fn encode(character: char, state: &mut State, out: &mut Vec<u8>) -> bool {
    if character < ' ' {
        out.push(character as u8);
        return character as u8 != ESCAPE;
    }
    match character {
        '¥' | '‾' => {
            enter(State::Roman, state, out);
            out.push(if character == '¥' { b'\\' } else { b'~' });
        }
        '\\' | '~' => {
            enter(State::Ascii, state, out);
            out.push(character as u8);
        }
        _ if character.is_ascii() => {
            if *state != State::Roman {
                enter(State::Ascii, state, out);
            }
            out.push(character as u8);
        }
        _ => {
            let mut pair = Vec::new();
            // Three bytes are of JIS X 0212, and a first byte of 0x8E of the small katakana: this
            // encoding has neither.
            if !EUC_JP.encode(character, &mut pair) || pair.len() != 2 || pair[0] < 0xa1 {
                return false;
            }
            if *state != State::Old {
                enter(State::Kanji, state, out);
            }
            out.extend(pair.iter().map(|byte| byte & 0x7f));
        }
    }
    true
}

/// Appends the escape sequence that leads from `state` to `to`, if one is needed.
pub(super) fn enter(to: State, state: &mut State, out: &mut Vec<u8>) {
    if *state != to {
        let escape = ESCAPES.iter().find(|(entered, _)| *entered == to);
        out.extend(escape.into_iter().flat_map(|(_, escape)| *escape));
        *state = to;
    }
}

//! Encodings of one byte a character.

/// An encoding of one byte a character whose lower half is ASCII.
#[derive(Debug)]
pub(super) struct SingleByte {
    /// Its name.
    pub(super) name: &'static str,
    /// Its other names, normalized, separated by spaces.
    pub(super) aliases: &'static str,
    /// What the bytes from 0x80 mean; U+FFFD if nothing.
    high: [char; 128],
}

/// Stands for a byte that means nothing: no table has this character itself.
const UNDEFINED: char = char::REPLACEMENT_CHARACTER;

impl SingleByte {
    /// `table` has a character for each byte from `first`; bytes from 0x80 before that are control
    /// characters of the same number.
    pub(super) const fn new(
        name: &'static str,
        aliases: &'static str,
        first: u8,
        table: &str,
    ) -> Self {
        let mut high = [UNDEFINED; 128];
        let mut byte = 0x80;
        while byte < first {
            high[byte as usize - 0x80] = byte as char;
            byte += 1;
        }
        let text = table.as_bytes();
        let mut at = 0;
        let mut slot = first as usize - 0x80;
        while at < text.len() {
            let (code, length) = scalar(text, at);
            high[slot] = match char::from_u32(code) {
                Some(character) => character,
                None => UNDEFINED,
            };
            at += length;
            slot += 1;
        }
        assert!(slot == 128, "a table has a character for each byte");
        Self {
            name,
            aliases,
            high,
        }
    }

    /// What a byte means.
    pub(super) fn decode(&self, byte: u8) -> Option<char> {
        match byte {
            0..0x80 => Some(char::from(byte)),
            _ => Some(self.high[usize::from(byte) - 0x80]).filter(|&c| c != UNDEFINED),
        }
    }

    /// The byte of a character: the lowest, if there are several.
    pub(super) fn encode(&self, character: char) -> Option<u8> {
        if character.is_ascii() {
            return u8::try_from(character).ok();
        }
        let slot = self.high.iter().position(|&c| c == character)?;
        u8::try_from(slot + 0x80)
            .ok()
            .filter(|_| character != UNDEFINED)
    }
}

/// The character of UTF-8 at `at`, and its length: `str::chars` is not for constants.
const fn scalar(text: &[u8], at: usize) -> (u32, usize) {
    const fn more(text: &[u8], at: usize) -> u32 {
        (text[at] & 0x3f) as u32
    }
    let first = text[at] as u32;
    match text[at] {
        0..0x80 => (first, 1),
        0x80..0xe0 => ((first & 0x1f) << 6 | more(text, at + 1), 2),
        0xe0..0xf0 => (
            (first & 0x0f) << 12 | more(text, at + 1) << 6 | more(text, at + 2),
            3,
        ),
        _ => panic!("tables hold characters of the basic plane only"),
    }
}

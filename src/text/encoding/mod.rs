//! Encodings of source text: names, bytes to characters, and back.
//!
//! An [`Encoding`] is strict both ways: a byte that means nothing is an error, never a replacement
//! character. Which encoding a file has is for its language to say. What is deliberately not here:
//! UTF-16 and UTF-32, in which no source can be that says its encoding in itself.

mod double;
mod shift;
mod single;
mod tables;
#[cfg(test)]
mod tests;

use std::fmt;

pub(in crate::text) use shift::State;

use double::{DOUBLES, Double};
use single::SingleByte;
use tables::TABLES;

/// How text is written as bytes.
#[derive(Clone, Copy)]
pub struct Encoding(Codec);

#[derive(Clone, Copy)]
enum Codec {
    Utf8,
    Ascii,
    Latin1,
    Single(&'static SingleByte),
    Double(&'static Double),
    Iso2022Jp,
}

/// Bytes that are no text in an encoding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not {}: byte {byte:#04x} at offset {offset}, line {line}", encoding.to_uppercase())]
pub struct Undecodable {
    /// The name of the encoding.
    pub encoding: &'static str,
    /// The first byte of what means nothing.
    pub byte: u8,
    /// Where it is, from 0.
    pub offset: usize,
    /// Its line, from 1; lines end at LF.
    pub line: usize,
}

/// A character that an encoding does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{character:?} cannot be written in {encoding}")]
pub struct Unencodable {
    /// The name of the encoding.
    pub encoding: &'static str,
    /// The character.
    pub character: char,
}

/// One step of decoding.
pub(in crate::text) struct Step {
    /// Where the character starts, behind escape sequences.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// What it is; `None` behind the last one.
    pub(super) character: Option<char>,
    /// What is in force at the character and behind it.
    pub(super) state: State,
}

impl Encoding {
    /// What all text is in if nothing else is said.
    pub const UTF_8: Self = Self(Codec::Utf8);
    /// Bytes below 0x80 only.
    pub const ASCII: Self = Self(Codec::Ascii);
    /// ISO 8859-1: every byte is the character of the same number. Not windows-1252.
    pub const LATIN_1: Self = Self(Codec::Latin1);

    /// The encoding of a name, in any of the spellings that CPython's `codecs.lookup` takes: case
    /// does not matter, nor which signs separate words. Other names than there are of those, such as
    /// `latin1` for windows-1252, are not known.
    pub fn of_label(label: &str) -> Option<Self> {
        let label = normalized(label);
        let dotless = label.replace('.', "_");
        let all = [Self::UTF_8, Self::ASCII, Self::LATIN_1]
            .into_iter()
            .chain(TABLES.iter().map(|table| Self(Codec::Single(table))))
            .chain(DOUBLES.iter().map(|double| Self(Codec::Double(double))))
            .chain([Self(Codec::Iso2022Jp)]);
        let is_called = |encoding: &Self| {
            let mut aliases = encoding.aliases().split(' ');
            aliases.any(|alias| alias == label || alias == dotless)
                || encoding.name().replace('-', "_") == label
        };
        // Nothing is both an alias of one and the name of another.
        all.into_iter().find(is_called)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self.0 {
            Codec::Utf8 => "utf-8",
            Codec::Ascii => "ascii",
            Codec::Latin1 => "iso8859-1",
            Codec::Single(table) => table.name,
            Codec::Double(double) => double.name,
            Codec::Iso2022Jp => "iso2022_jp",
        }
    }

    fn aliases(self) -> &'static str {
        match self.0 {
            Codec::Utf8 => "cp65001 u8 utf utf8 utf8_ucs2 utf8_ucs4 utf_8_sig",
            Codec::Ascii => {
                "646 ansi_x3.4_1968 ansi_x3.4_1986 ansi_x3_4_1968 cp367 csascii ibm367 iso646_us \
                 iso_646.irv_1991 iso_ir_6 us us_ascii"
            }
            Codec::Latin1 => {
                "8859 cp819 csisolatin1 ibm819 iso8859 iso8859_1 iso_8859_1 iso_8859_1_1987 \
                 iso_ir_100 l1 latin latin1 latin_1"
            }
            Codec::Single(table) => table.aliases,
            Codec::Double(double) => double.aliases,
            Codec::Iso2022Jp => "csiso2022jp iso2022jp iso_2022_jp",
        }
    }

    /// Whether ASCII bytes, where there are no others, are the text that they spell.
    pub(super) fn keeps_ascii(self, bytes: &[u8]) -> bool {
        match self.0 {
            Codec::Iso2022Jp => !bytes.contains(&0x1b) && bytes.is_ascii(),
            _ => bytes.is_ascii(),
        }
    }

    /// Whether all of `text` can be written.
    pub fn can_encode(self, text: &str) -> bool {
        matches!(self.0, Codec::Utf8) || self.encode(text).is_ok()
    }

    /// The bytes of `text`.
    ///
    /// # Errors
    /// The first character that the encoding does not have.
    pub fn encode(self, text: &str) -> Result<Vec<u8>, Unencodable> {
        self.encode_within(text, State::default(), State::default())
    }

    /// The bytes of `text` for a place where `before` is in force; what stands behind them needs
    /// `after`.
    pub(super) fn encode_within(
        self,
        text: &str,
        before: State,
        after: State,
    ) -> Result<Vec<u8>, Unencodable> {
        if let Codec::Utf8 = self.0 {
            return Ok(text.as_bytes().to_vec());
        }
        let mut out = Vec::with_capacity(text.len());
        let mut state = before;
        for character in text.chars() {
            if !self.push(character, &mut state, &mut out) {
                return Err(Unencodable {
                    encoding: self.name(),
                    character,
                });
            }
        }
        shift::enter(after, &mut state, &mut out);
        Ok(out)
    }

    /// Appends one character; says whether the encoding has it.
    fn push(self, character: char, state: &mut State, out: &mut Vec<u8>) -> bool {
        let byte = match self.0 {
            Codec::Utf8 => {
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return true;
            }
            Codec::Ascii => u8::try_from(character).ok().filter(u8::is_ascii),
            Codec::Latin1 => u8::try_from(character).ok(),
            Codec::Single(table) => table.encode(character),
            Codec::Double(double) => return double.encode(character, out),
            Codec::Iso2022Jp => return shift::encode(character, state, out),
        };
        out.extend(byte);
        byte.is_some()
    }

    /// The next character of `bytes` at `at`, where `state` is in force. Not for UTF-8, whose bytes
    /// are the text.
    ///
    /// # Errors
    /// The offset of the first byte that means nothing.
    pub(super) fn step(self, bytes: &[u8], at: usize, state: State) -> Result<Step, usize> {
        let (mut start, mut state) = (at, state);
        if let Codec::Iso2022Jp = self.0 {
            while let Some((entered, length)) = shift::entered(&bytes[start..]) {
                state = entered;
                start += length;
            }
        }
        let rest = &bytes[start..];
        let Some(&first) = rest.first() else {
            return Ok(Step {
                start,
                end: start,
                character: None,
                state,
            });
        };
        let decoded = match self.0 {
            Codec::Utf8 | Codec::Ascii => first.is_ascii().then_some((char::from(first), 1)),
            Codec::Latin1 => Some((char::from(first), 1)),
            Codec::Single(table) => table.decode(first).map(|character| (character, 1)),
            Codec::Double(double) => double.decode(rest),
            Codec::Iso2022Jp => shift::decode(rest, state),
        };
        let (character, length) = decoded.ok_or(start)?;
        Ok(Step {
            start,
            end: start + length,
            character: Some(character),
            state,
        })
    }
}

/// Lower case, and `_` for each run of signs between words; dots stay.
fn normalized(label: &str) -> String {
    let mut name = String::with_capacity(label.len());
    let mut gap = false;
    for character in label.chars() {
        if character.is_ascii_alphanumeric() || character == '.' {
            if gap && !name.is_empty() {
                name.push('_');
            }
            name.push(character.to_ascii_lowercase());
            gap = false;
        } else {
            gap = true;
        }
    }
    name
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Encoding").field(&self.name()).finish()
    }
}

impl PartialEq for Encoding {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Encoding {}

impl Default for Encoding {
    /// UTF-8.
    fn default() -> Self {
        Self::UTF_8
    }
}

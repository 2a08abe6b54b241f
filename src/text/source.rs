//! A source: bytes of a file, the text that they are, and how places of one are places of the other.
//!
//! Text is edited, bytes are written: [`Source::apply`] replaces the bytes of what edits replace, and
//! copies all others, so that bytes outside of edits stay whatever the encoding is. In UTF-8, and
//! where all bytes are ASCII, text and bytes are one buffer.

use std::ops::Range;

use super::Edits;
use super::encoding::{Encoding, State, Undecodable, Unencodable};

/// Bytes of text between two checkpoints: what is decoded again, at most, to find a place.
const STRIDE: usize = 1024;

/// Bytes of a file and their text.
#[derive(Clone, Debug, Default)]
pub struct Source {
    text: String,
    encoding: Encoding,
    /// `None`: the bytes are those of the text.
    coded: Option<Coded>,
}

/// Bytes that are not those of the text.
#[derive(Clone, Debug)]
struct Coded {
    bytes: Vec<u8>,
    /// Sorted; the first is the start.
    checkpoints: Vec<Checkpoint>,
}

/// A place between two characters.
#[derive(Clone, Copy, Debug, Default)]
struct Checkpoint {
    /// In the text.
    text: usize,
    /// In the bytes: where the character before ends.
    byte: usize,
    /// What is in force there.
    state: State,
}

/// An edit writes a character that the encoding of the file does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct EditUnencodable {
    /// Bytes of the text: what the edit replaces.
    pub range: Range<usize>,
    /// Which character, and which encoding.
    pub cause: Unencodable,
}

/// Bytes, and what is in force before and behind them.
struct Cut {
    bytes: Range<usize>,
    before: State,
    after: State,
}

impl Source {
    /// The source of these bytes. UTF-8 is not copied.
    ///
    /// # Errors
    /// The bytes are no text in this encoding.
    pub fn decode(bytes: Vec<u8>, encoding: Encoding) -> Result<Self, Undecodable> {
        if encoding == Encoding::UTF_8 || encoding.keeps_ascii(&bytes) {
            let text = String::from_utf8(bytes).map_err(|error| {
                let at = error.utf8_error().valid_up_to();
                undecodable(encoding, error.as_bytes(), at)
            })?;
            return Ok(Self {
                text,
                encoding,
                coded: None,
            });
        }
        let mut text = String::with_capacity(bytes.len());
        let mut checkpoints = vec![Checkpoint::default()];
        let (mut at, mut state) = (0, State::default());
        loop {
            let step = encoding
                .step(&bytes, at, state)
                .map_err(|at| undecodable(encoding, &bytes, at))?;
            let Some(character) = step.character else {
                break;
            };
            text.push(character);
            (at, state) = (step.end, step.state);
            if text.len() >= checkpoints.last().map_or(0, |last| last.text) + STRIDE {
                checkpoints.push(Checkpoint {
                    text: text.len(),
                    byte: at,
                    state,
                });
            }
        }
        Ok(Self {
            text,
            encoding,
            coded: Some(Coded { bytes, checkpoints }),
        })
    }

    /// The source of a text in UTF-8.
    pub fn of_text(text: String) -> Self {
        Self {
            text,
            encoding: Encoding::UTF_8,
            coded: None,
        }
    }

    /// The text, by whose bytes everything is addressed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The encoding of the bytes.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        match &self.coded {
            Some(coded) => &coded.bytes,
            None => self.text.as_bytes(),
        }
    }

    /// The bytes of the file; the text is dropped.
    pub fn into_bytes(self) -> Vec<u8> {
        match self.coded {
            Some(coded) => coded.bytes,
            None => self.text.into_bytes(),
        }
    }

    /// The bytes of the file that are a range of the text. Where places lie outside of the text or
    /// inside of a character, the nearest ones.
    pub fn byte_range(&self, range: &Range<usize>) -> Range<usize> {
        match &self.coded {
            Some(coded) => coded.cut(range, self.encoding).bytes,
            None => range.clone(),
        }
    }

    /// The bytes of the file with all edits made: outside of the edits, the bytes that are there now.
    /// `edits` must be of this text, and `text` the text with all edits made; in UTF-8 it becomes
    /// the result.
    ///
    /// # Errors
    /// The first edit that cannot be written in the encoding.
    pub fn apply(&self, edits: &Edits, text: String) -> Result<Vec<u8>, EditUnencodable> {
        if self.encoding == Encoding::UTF_8 {
            return Ok(text.into_bytes());
        }
        let bytes = self.bytes();
        let mut out = Vec::with_capacity(bytes.len().max(text.len()));
        let mut at = 0;
        for edit in edits.as_slice() {
            let cut = match &self.coded {
                Some(coded) => coded.cut(&edit.range, self.encoding),
                None => Cut {
                    bytes: edit.range.clone(),
                    before: State::default(),
                    after: State::default(),
                },
            };
            let new = self
                .encoding
                .encode_within(&edit.text, cut.before, cut.after)
                .map_err(|cause| EditUnencodable {
                    range: edit.range.clone(),
                    cause,
                })?;
            out.extend_from_slice(&bytes[at..cut.bytes.start]);
            out.extend_from_slice(&new);
            at = cut.bytes.end;
        }
        out.extend_from_slice(&bytes[at..]);
        Ok(out)
    }
}

impl Coded {
    /// The bytes of a range of the text, without the escape sequences around it.
    fn cut(&self, range: &Range<usize>, encoding: Encoding) -> Cut {
        let (before, ahead) = self.around(range.start, encoding);
        if range.is_empty() {
            return Cut {
                bytes: before.byte..before.byte,
                before: before.state,
                after: before.state,
            };
        }
        let (end, _) = self.around(range.end, encoding);
        Cut {
            bytes: ahead.byte..end.byte.max(ahead.byte),
            before: ahead.state,
            after: end.state,
        }
    }

    /// Where the character before a place of the text ends, and where the next one starts: escape
    /// sequences are between.
    fn around(&self, place: usize, encoding: Encoding) -> (Checkpoint, Checkpoint) {
        let next = self.checkpoints.partition_point(|c| c.text <= place);
        let mut before = self.checkpoints[next.saturating_sub(1)];
        loop {
            let Ok(step) = encoding.step(&self.bytes, before.byte, before.state) else {
                return (before, before);
            };
            let ahead = Checkpoint {
                text: before.text,
                byte: step.start,
                state: step.state,
            };
            match step.character {
                Some(character) if before.text + character.len_utf8() <= place => {
                    before = Checkpoint {
                        text: before.text + character.len_utf8(),
                        byte: step.end,
                        state: step.state,
                    };
                }
                _ => return (before, ahead),
            }
        }
    }
}

fn undecodable(encoding: Encoding, bytes: &[u8], offset: usize) -> Undecodable {
    Undecodable {
        encoding: encoding.name(),
        byte: bytes.get(offset).copied().unwrap_or_default(),
        offset,
        line: memchr::memchr_iter(b'\n', &bytes[..offset]).count() + 1,
    }
}

#[cfg(test)]
#[path = "source_tests.rs"]
mod tests;

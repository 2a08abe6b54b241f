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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::Edit;

    fn encoding(label: &str) -> Encoding {
        Encoding::of_label(label).expect("it is known")
    }

    fn applied(source: &Source, edits: Vec<Edit>) -> Result<Vec<u8>, EditUnencodable> {
        let edits = Edits::new(edits, source.text()).expect("they fit");
        let text = edits.apply(source.text());
        source.apply(&edits, text)
    }

    #[test]
    fn a_bad_byte_is_named_with_its_line() {
        let error = Source::decode(b"one\ntw\xffo\n".to_vec(), Encoding::UTF_8);
        let error = error.expect_err("no UTF-8");
        assert_eq!((error.byte, error.offset, error.line), (0xff, 6, 2));
        let error = Source::decode(b"# \xe9\n\x81".to_vec(), encoding("cp1252"));
        let error = error.expect_err("0x81 means nothing");
        assert_eq!((error.byte, error.offset, error.line), (0x81, 4, 2));
        assert!(Source::decode(b"ab\xc3".to_vec(), Encoding::UTF_8).is_err());
        assert!(Source::decode(b"ab\xc3".to_vec(), encoding("gbk")).is_err());
    }

    #[test]
    fn utf_8_is_not_copied() {
        let bytes = "é".repeat(10).into_bytes();
        let at = bytes.as_ptr();
        let source = Source::decode(bytes, Encoding::UTF_8).expect("UTF-8");
        let bytes = source.into_bytes();
        assert_eq!(bytes.as_ptr(), at);
    }

    #[test]
    fn only_edited_bytes_change() {
        let bytes = b"# \xe9\xff\nold # \x80".to_vec();
        let source = Source::decode(bytes, Encoding::LATIN_1).expect("latin-1");
        let at = source.text().find("old").expect("there");
        assert_eq!(source.byte_range(&(at..at + 3)), 5..8);
        let new = applied(&source, vec![Edit::replace(at..at + 3, "né")]);
        assert_eq!(new, Ok(b"# \xe9\xff\nn\xe9 # \x80".to_vec()));
        let error = applied(&source, vec![Edit::replace(at..at + 3, "n€")]);
        let error = error.expect_err("latin-1 has no euro");
        assert_eq!((error.range, error.cause.character), (at..at + 3, '€'));
    }

    #[test]
    fn ascii_bytes_stay_one_buffer_and_take_what_the_encoding_has() {
        let source = Source::decode(b"old".to_vec(), encoding("koi8-r")).expect("koi8-r");
        assert!(source.coded.is_none());
        let new = applied(&source, vec![Edit::replace(0..3, "ю")]);
        assert_eq!(new, Ok(vec![0xc0]));
    }

    /// 0x87 0x90 and 0x81 0xE0 are one character in cp932: which one it was is not told by the text.
    #[test]
    fn an_encoding_that_is_not_injective_keeps_which_bytes_it_were() {
        let bytes = b"\x87\x90 old \x81\xe0\xfa\x4a".to_vec();
        let source = Source::decode(bytes, encoding("cp932")).expect("cp932");
        assert_eq!(source.text(), "≒ old ≒Ⅰ");
        let new = applied(&source, vec![Edit::replace(4..7, "new")]);
        assert_eq!(new, Ok(b"\x87\x90 new \x81\xe0\xfa\x4a".to_vec()));
    }

    #[test]
    fn escapes_around_an_edit_stay_and_what_is_behind_means_the_same() {
        let bytes = b"\x1b(B\x1b(J# \x1b$B0!0!\x1b(Bold\x1b$@0!\x1b(J\\".to_vec();
        let source = Source::decode(bytes, encoding("iso-2022-jp")).expect("iso-2022-jp");
        assert_eq!(source.text(), "# 亜亜old亜¥");
        let at = source.text().find("old").expect("there");
        let new = applied(&source, vec![Edit::replace(at..at + 3, "a唖")]).expect("it has both");
        let expected = b"\x1b(B\x1b(J# \x1b$B0!0!\x1b(Ba\x1b$B0\"\x1b(B\x1b$@0!\x1b(J\\";
        assert_eq!(new, expected);
        let new = applied(&source, vec![Edit::insert(at, "x")]).expect("it has it");
        let expected = b"\x1b(B\x1b(J# \x1b$B0!0!\x1b(Bx\x1b$B\x1b(Bold\x1b$@0!\x1b(J\\";
        assert_eq!(new, expected);
    }

    /// A text of an encoding, cut into pieces of which every other one is replaced.
    fn pieces() -> impl Strategy<Value = (Encoding, Vec<(String, Option<String>)>)> {
        const LABELS: &[&str] = &[
            "utf-8",
            "latin-1",
            "cp1252",
            "mac-roman",
            "cp932",
            "gb18030",
            "big5",
            "euc-jp",
            "euc-kr",
            "iso-2022-jp",
            "gbk",
            "koi8-u",
        ];
        let text = "[a-z\\\\~\n ¥é§ж漢字アー가€]{0,40}";
        (
            proptest::sample::select(LABELS).prop_map(encoding),
            proptest::collection::vec((text, proptest::option::of(text)), 1..30),
        )
    }

    proptest! {
        #[test]
        fn bytes_outside_of_edits_stay((encoding, pieces) in pieces()) {
            let only = |text: &str| -> String {
                text.chars().filter(|c| encoding.can_encode(&c.to_string())).collect()
            };
            let pieces: Vec<(String, Option<String>)> = pieces
                .iter()
                .map(|(old, new)| (only(old), new.as_deref().map(only)))
                .collect();
            let old: String = pieces.iter().map(|(old, _)| old.as_str()).collect();
            let bytes = encoding.encode(&old).expect("it has all of it");
            let source = Source::decode(bytes.clone(), encoding).expect("it was encoded");
            prop_assert_eq!(source.text(), &old);
            let mut at = 0;
            let mut edits = Vec::new();
            for (old, new) in &pieces {
                if let Some(new) = new {
                    edits.push(Edit::replace(at..at + old.len(), new.clone()));
                }
                at += old.len();
            }
            let edits = Edits::new(edits, &old).expect("they fit");
            let text = edits.apply(&old);
            let new = source.apply(&edits, text.clone()).expect("it has all of it");
            let mut kept = 0;
            let mut found = 0;
            for edit in edits.as_slice() {
                let cut = source.byte_range(&edit.range);
                let between = &bytes[kept..cut.start];
                let there = memchr::memmem::find(&new[found..], between);
                prop_assert!(there.is_some(), "{:x?} in {:x?}", between, new);
                found += there.unwrap_or(0) + between.len();
                kept = cut.end;
            }
            prop_assert!(new.ends_with(&bytes[kept..]));
            let again = Source::decode(new, encoding).expect("it is still in its encoding");
            prop_assert_eq!(again.text(), &text);
        }

        #[test]
        fn any_bytes_and_ranges_are_no_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..40),
            label in proptest::sample::select(&["cp932", "iso-2022-jp", "gb18030", "latin-1"][..]),
            a in 0usize..60,
            b in 0usize..60,
        ) {
            let length = bytes.len();
            if let Ok(source) = Source::decode(bytes, encoding(label)) {
                let range = source.byte_range(&(a.min(b)..a.max(b)));
                prop_assert!(range.start <= range.end);
                prop_assert!(range.end <= length || source.coded.is_none());
            }
        }
    }
}

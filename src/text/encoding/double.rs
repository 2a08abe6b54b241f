//! Encodings of one to four bytes a character, without state.
//!
//! The big tables are those of `encoding_rs`, which are made for the web and so read more than the
//! encodings have. What CPython's codec of the name does not read, or reads as something else, is
//! taken out here, or put right: tests ask `python3` for every sequence.

/// An encoding of one to four bytes a character.
#[derive(Debug)]
pub(super) struct Double {
    /// Its name.
    pub(super) name: &'static str,
    /// Its other names, normalized, separated by spaces.
    pub(super) aliases: &'static str,
    base: &'static encoding_rs::Encoding,
    /// Second bytes below this mean nothing.
    least_trail: u8,
    /// Sequences of one or two bytes, as numbers, first and last, that `base` reads and the
    /// encoding does not.
    gaps: &'static [(u16, u16)],
    /// Sequences that `base` reads as another character, or not at all.
    instead: &'static [(&'static [u8], char)],
}

/// Bytes of the longest sequence.
const LONGEST: usize = 4;

impl Double {
    /// The character at the start of `bytes`, and its length; `bytes` must not be empty.
    pub(super) fn decode(&self, bytes: &[u8]) -> Option<(char, usize)> {
        if bytes[0].is_ascii() {
            return Some((char::from(bytes[0]), 1));
        }
        if let Some(&(sequence, character)) = self
            .instead
            .iter()
            .find(|(sequence, _)| bytes.starts_with(sequence))
        {
            return Some((character, sequence.len()));
        }
        (1..=LONGEST.min(bytes.len())).find_map(|length| {
            let sequence = &bytes[..length];
            if self.is_gap(sequence) {
                return None;
            }
            let text = self
                .base
                .decode_without_bom_handling_and_without_replacement(sequence)?;
            let mut characters = text.chars();
            let character = characters.next()?;
            characters.next().is_none().then_some((character, length))
        })
    }

    fn is_gap(&self, sequence: &[u8]) -> bool {
        let number = match *sequence {
            [byte] => u16::from(byte),
            [lead, trail] if trail >= self.least_trail => u16::from_be_bytes([lead, trail]),
            [_, _] => return true,
            _ => return false,
        };
        self.gaps
            .iter()
            .any(|&(first, last)| (first..=last).contains(&number))
    }

    /// Appends the bytes of a character; says whether it has some.
    pub(super) fn encode(&self, character: char, out: &mut Vec<u8>) -> bool {
        if let Some((sequence, _)) = self.instead.iter().find(|(_, c)| *c == character) {
            out.extend_from_slice(sequence);
            return true;
        }
        let mut buffer = [0; 4];
        let (bytes, _, failed) = self.base.encode(character.encode_utf8(&mut buffer));
        // Encoders for the web write some characters as others that only look alike.
        if failed || self.decode(&bytes) != Some((character, bytes.len())) {
            return false;
        }
        out.extend_from_slice(&bytes);
        true
    }
}

/// What Big5 has in CPython and on the web reads otherwise: symbols of the first rows.
const BIG5_SYMBOLS: &[(&[u8], char)] = &[
    (b"\xa1\x45", '•'),
    (b"\xa1\x4e", '､'),
    (b"\xa1\xc2", '‾'),
    (b"\xa1\xe3", '∼'),
    (b"\xa1\xf2", '♁'),
    (b"\xa1\xf3", '☉'),
    (b"\xa2\x41", '／'),
    (b"\xa2\x42", '＼'),
    (b"\xa2\x44", '¥'),
    (b"\xa2\x46", '¢'),
    (b"\xa2\x47", '£'),
];

/// JIS X 0208 (and 0212) by EUC; also the rows of ISO-2022-JP.
pub(super) static EUC_JP: Double = Double {
    name: "euc_jp",
    aliases: "eucjp u_jis ujis",
    base: encoding_rs::EUC_JP,
    least_trail: 0xa1,
    gaps: &[(0x80, 0x80), (0xada1, 0xadfc), (0xf9a1, 0xfcfe)],
    instead: &[
        (b"\x8f\xa2\xb7", '~'),
        (b"\xa1\xc1", '〜'),
        (b"\xa1\xc2", '‖'),
        (b"\xa1\xdd", '−'),
        (b"\xa1\xf1", '¢'),
        (b"\xa1\xf2", '£'),
        (b"\xa2\xcc", '¬'),
    ],
};

/// All of them.
pub(super) static DOUBLES: &[&Double] = &[
    &EUC_JP,
    &Double {
        name: "gbk",
        aliases: "936 cp936 ms936",
        base: encoding_rs::GBK,
        least_trail: 0x40,
        gaps: &[
            (0x80, 0x80),
            (0xa140, 0xa1a0),
            (0xa240, 0xa2a0),
            (0xa2ab, 0xa2b0),
            (0xa2e3, 0xa2e4),
            (0xa2ef, 0xa2f0),
            (0xa2fd, 0xa3a0),
            (0xa440, 0xa4a0),
            (0xa4f4, 0xa5a0),
            (0xa5f7, 0xa6a0),
            (0xa6b9, 0xa6c0),
            (0xa6d9, 0xa6df),
            (0xa6ec, 0xa6ed),
            (0xa6f3, 0xa6f3),
            (0xa6f6, 0xa7a0),
            (0xa7c2, 0xa7d0),
            (0xa7f2, 0xa7fe),
            (0xa896, 0xa8a0),
            (0xa8bc, 0xa8bc),
            (0xa8bf, 0xa8bf),
            (0xa8c1, 0xa8c4),
            (0xa8ea, 0xa8fe),
            (0xa958, 0xa958),
            (0xa95b, 0xa95b),
            (0xa95d, 0xa95f),
            (0xa989, 0xa995),
            (0xa997, 0xa9a3),
            (0xa9f0, 0xa9fe),
            (0xaaa1, 0xaafe),
            (0xaba1, 0xabfe),
            (0xaca1, 0xacfe),
            (0xada1, 0xadfe),
            (0xaea1, 0xaefe),
            (0xafa1, 0xaffe),
            (0xd7fa, 0xd7fe),
            (0xf8a1, 0xf8fe),
            (0xf9a1, 0xf9fe),
            (0xfaa1, 0xfafe),
            (0xfba1, 0xfbfe),
            (0xfca1, 0xfcfe),
            (0xfda1, 0xfdfe),
            (0xfe50, 0xfefe),
        ],
        instead: &[],
    },
    &Double {
        name: "gb2312",
        aliases: "chinese csiso58gb231280 euc_cn euccn eucgb2312_cn gb2312_1980 gb2312_80 \
                  iso_ir_58 x_mac_simp_chinese",
        base: encoding_rs::GBK,
        least_trail: 0xa1,
        gaps: &[
            (0x80, 0x80),
            (0x8140, 0xa0fe),
            (0xa2a1, 0xa2b0),
            (0xa2e3, 0xa2e4),
            (0xa2ef, 0xa2f0),
            (0xa2fd, 0xa2fe),
            (0xa4f4, 0xa4fe),
            (0xa5f7, 0xa5fe),
            (0xa6b9, 0xa6c0),
            (0xa6d9, 0xa6fe),
            (0xa7c2, 0xa7d0),
            (0xa7f2, 0xa7fe),
            (0xa8bb, 0xa8c4),
            (0xa8ea, 0xa9a3),
            (0xa9f0, 0xafff),
            (0xd7fa, 0xd7fe),
            (0xf8a1, 0xfefe),
        ],
        instead: &[(b"\xa1\xa4", '・'), (b"\xa1\xaa", '―')],
    },
    &Double {
        name: "gb18030",
        aliases: "gb18030_2000",
        base: encoding_rs::GB18030,
        least_trail: 0x30,
        gaps: &[(0x80, 0x80)],
        // The edition of 2000: the later ones took these out of the private use area.
        instead: &[
            (b"\x81\x35\xf4\x37", 'ḿ'),
            (b"\xa3\xa0", '\u{e5e5}'),
            (b"\xa6\xd9", '\u{e78d}'),
            (b"\xa6\xda", '\u{e78e}'),
            (b"\xa6\xdb", '\u{e78f}'),
            (b"\xa6\xdc", '\u{e790}'),
            (b"\xa6\xdd", '\u{e791}'),
            (b"\xa6\xde", '\u{e792}'),
            (b"\xa6\xdf", '\u{e793}'),
            (b"\xa6\xec", '\u{e794}'),
            (b"\xa6\xed", '\u{e795}'),
            (b"\xa6\xf3", '\u{e796}'),
            (b"\xa8\xbc", '\u{e7c7}'),
            (b"\xfe\x59", '\u{e81e}'),
            (b"\xfe\x61", '\u{e826}'),
            (b"\xfe\x66", '\u{e82b}'),
            (b"\xfe\x67", '\u{e82c}'),
            (b"\xfe\x6d", '\u{e832}'),
            (b"\xfe\x7e", '\u{e843}'),
            (b"\xfe\x90", '\u{e854}'),
            (b"\xfe\xa0", '\u{e864}'),
        ],
    },
    &Double {
        name: "big5",
        aliases: "big5_tw csbig5 x_mac_trad_chinese",
        base: encoding_rs::BIG5,
        least_trail: 0x40,
        // Rows C6 and C7 are signs that the web has at other places: they are left out.
        gaps: &[
            (0x80, 0x80),
            (0x8140, 0xa0fe),
            (0xa3c0, 0xa3e1),
            (0xc6a1, 0xc8fe),
            (0xf9d6, 0xfefe),
        ],
        instead: BIG5_SYMBOLS,
    },
    &Double {
        name: "cp950",
        aliases: "950 ms950",
        base: encoding_rs::BIG5,
        least_trail: 0x40,
        gaps: &[
            (0x80, 0x80),
            (0x8140, 0xa0fe),
            (0xa3c0, 0xa3e0),
            (0xc6a1, 0xc8fe),
            (0xfa40, 0xfefe),
        ],
        instead: &[(b"\xf9\xfe", '▓')],
    },
    &Double {
        name: "shift_jis",
        aliases: "csshiftjis s_jis shiftjis sjis x_mac_japanese",
        base: encoding_rs::SHIFT_JIS,
        least_trail: 0x40,
        gaps: &[(0x80, 0x80), (0x8740, 0x879c), (0xed40, 0xfc4b)],
        instead: &[
            (b"\x81\x60", '〜'),
            (b"\x81\x61", '‖'),
            (b"\x81\x7c", '−'),
            (b"\x81\x91", '¢'),
            (b"\x81\x92", '£'),
            (b"\x81\xca", '¬'),
        ],
    },
    &Double {
        name: "cp932",
        aliases: "932 ms932 ms_kanji mskanji",
        base: encoding_rs::SHIFT_JIS,
        least_trail: 0x40,
        gaps: &[],
        instead: &[
            (b"\xa0", '\u{f8f0}'),
            (b"\xfd", '\u{f8f1}'),
            (b"\xfe", '\u{f8f2}'),
            (b"\xff", '\u{f8f3}'),
        ],
    },
    &Double {
        name: "euc_kr",
        aliases: "euckr korean ks_c_5601 ks_c_5601_1987 ks_x_1001 ksc5601 ksx1001 x_mac_korean",
        base: encoding_rs::EUC_KR,
        least_trail: 0xa1,
        // The filler starts a syllable of eight bytes, which nobody writes.
        gaps: &[(0x80, 0x80), (0x8100, 0xa0ff), (0xa4d4, 0xa4d4)],
        instead: &[],
    },
    &Double {
        name: "cp949",
        aliases: "949 ms949 uhc",
        base: encoding_rs::EUC_KR,
        least_trail: 0x41,
        gaps: &[(0x80, 0x80)],
        instead: &[],
    },
];

//! Sources: bytes outside of edits stay, whatever the encoding is.

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

/// Encodings, and sequences of bytes that may stand behind each other in any order.
const PARTS: &[(&str, &[&[u8]])] = &[
    (
        "utf-8",
        &[
            b"a",
            b"\n",
            "é".as_bytes(),
            "漢".as_bytes(),
            "🦀".as_bytes(),
        ],
    ),
    ("latin-1", &[b"a", b"\n", b"\xe9", b"\x85", b"\xff"]),
    ("cp1252", &[b"a", b"\r\n", b"\x80", b"\xe9"]),
    // Two bytes each are one character here.
    ("mac-arabic", &[b"a ", b"\xa0", b"\xa5", b"%", b"\xc7"]),
    (
        "cp932",
        &[
            b"a",
            b"\\",
            b"\x87\x90",
            b"\x81\xe0",
            b"\xfa\x4a",
            b"\xb1",
            b"\xa0",
        ],
    ),
    ("shift_jis", &[b"a~", b"\x83\x5c", b"\x81\x60", b"\xb1"]),
    (
        "gb18030",
        &[
            b"a",
            b"0",
            b"\xa8\xbc",
            b"\x81\x35\xf4\x37",
            b"\x90\x30\x81\x30",
            b"\xd6\xd0",
        ],
    ),
    ("big5", &[b"a", b"\xa4\x40", b"\xa1\x45"]),
    ("euc-jp", &[b"a", b"\xb0\xa1", b"\x8e\xb1", b"\x8f\xb0\xa1"]),
    ("euc-kr", &[b"a", b"\xb0\xa1"]),
    (
        "iso-2022-jp",
        &[
            b"\x1b(B", b"\x1b(J", b"\x1b$@", b"\x1b$B", b"0!", b"0\"", b"\n", b"\\!",
        ],
    ),
];

/// The number of the character at which it starts, how many it replaces, and by what.
type RawEdit = (usize, usize, String);

/// Bytes of a file in an encoding, and edits of it.
fn files() -> impl Strategy<Value = (Encoding, Vec<u8>, Vec<RawEdit>)> {
    let file = proptest::sample::select(PARTS).prop_flat_map(|(label, parts)| {
        let parts = proptest::collection::vec(proptest::sample::select(parts), 0..60);
        // Long files have several checkpoints.
        (
            Just(encoding(label)),
            parts,
            prop_oneof![Just(1usize), Just(90)],
        )
    });
    let edit = (0usize..200, 0usize..4, "[a-z\\\\~\n ¥é§ж漢字アー가€]{0,6}");
    (file, proptest::collection::vec(edit, 0..5)).prop_map(|((encoding, parts, times), edits)| {
        (encoding, parts.concat().repeat(times), edits)
    })
}

proptest! {
    #[test]
    fn bytes_outside_of_edits_stay((encoding, bytes, edits) in files()) {
        let source = Source::decode(bytes.clone(), encoding).expect("all parts are text");
        let old = source.text().to_owned();
        let places: Vec<usize> = old.char_indices().map(|(at, _)| at).chain([old.len()]).collect();
        let place = |at: usize| places[at % places.len()];
        let edits = edits.into_iter().map(|(at, length, text)| {
            let at = at % places.len();
            let end = (at + length).min(places.len() - 1);
            let text = text.chars().filter(|c| encoding.can_encode(&c.to_string()));
            Edit::replace(place(at)..place(end), text.collect::<String>())
        });
        let Ok(edits) = Edits::new(edits.collect(), &old) else {
            return Ok(());
        };
        let text = edits.apply(&old);
        let new = source.apply(&edits, text.clone()).expect("it has all of it");
        let (mut kept, mut found) = (0, 0);
        for (index, edit) in edits.as_slice().iter().enumerate() {
            let cut = source.byte_range(&edit.range);
            let between = &bytes[kept..cut.start];
            let there = match index {
                0 => new.starts_with(between).then_some(0),
                _ => memchr::memmem::find(&new[found..], between),
            };
            prop_assert!(there.is_some(), "{:x?} in {:x?}", between, new);
            found += there.unwrap_or(0) + between.len();
            kept = cut.end;
        }
        prop_assert!(new[found..].ends_with(&bytes[kept..]));
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

//! Encodings against `python3`, whose codecs they must agree with.

use std::collections::BTreeMap;
use std::process::Command;

use super::*;
use crate::text::Source;

/// What `python3` prints for a program.
fn python(program: &str) -> String {
    let output = Command::new("python3")
        .args(["-W", "ignore", "-c", program])
        .env("PYTHONIOENCODING", "utf-8:surrogatepass")
        .output()
        .expect("python3 can be started");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    String::from_utf8(output.stdout).expect("it prints UTF-8")
}

/// Every encoding there is.
fn all() -> impl Iterator<Item = Encoding> {
    [
        Encoding::UTF_8,
        Encoding::ASCII,
        Encoding::LATIN_1,
        Encoding(Codec::Iso2022Jp),
    ]
    .into_iter()
    .chain(TABLES.iter().map(|table| Encoding(Codec::Single(table))))
    .chain(DOUBLES.iter().map(|d| Encoding(Codec::Double(d))))
}

/// The text of a whole sequence that is one character.
fn one(encoding: Encoding, bytes: &[u8]) -> Option<char> {
    let step = encoding.step(bytes, 0, State::default()).ok()?;
    (step.end == bytes.len()).then_some(step.character)?
}

/// Bytes from two hexadecimal digits each.
fn unhex(digits: &str) -> Vec<u8> {
    (0..digits.len() / 2)
        .map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).expect("a byte"))
        .collect()
}

/// The number of a character in hexadecimal, or `-`.
fn number(character: Option<char>) -> String {
    character.map_or("-".to_owned(), |c| format!("{:x}", u32::from(c)))
}

#[test]
fn single_bytes_mean_what_python_says() {
    let program = "
import sys
for name in sys.stdin.read().split():
    row = []
    for byte in range(256):
        try: row.append('%x' % ord(bytes([byte]).decode(name)))
        except UnicodeDecodeError: row.append('-')
    print(name, *row)
";
    let singles: Vec<Encoding> = all()
        .filter(|e| matches!(e.0, Codec::Ascii | Codec::Latin1 | Codec::Single(_)))
        .collect();
    assert!(singles.len() > 60);
    let names: Vec<_> = singles.iter().map(|e| e.name()).collect();
    let program = program.replace("sys.stdin.read()", &format!("'{}'", names.join(" ")));
    let printed = python(&program);
    assert_eq!(printed.lines().count(), singles.len());
    for (encoding, line) in singles.iter().zip(printed.lines()) {
        let mut ours = encoding.name().to_owned();
        for byte in 0..=255 {
            ours.push(' ');
            ours.push_str(&number(one(*encoding, &[byte])));
        }
        assert_eq!(ours, line);
    }
}

/// Rows that are left out although CPython reads them: see [`double`].
fn left_out(name: &str, sequence: &[u8]) -> bool {
    let is_left = |number| (0xc6a1..=0xc8fe).contains(&number);
    match *sequence {
        [a, b] => matches!(name, "big5" | "cp950") && is_left(u16::from_be_bytes([a, b])),
        _ => false,
    }
}

#[test]
fn sequences_of_two_and_three_bytes_mean_what_python_says() {
    let program = "
for name in NAMES.split():
    def put(*sequence):
        try: text = bytes(sequence).decode(name)
        except UnicodeDecodeError: return False
        if len(text) == 1: print(name, bytes(sequence).hex(), '%x' % ord(text))
        return True
    for a in range(256):
        if put(a): continue
        for b in range(256):
            if put(a, b) or a != 0x8f: continue
            for c in range(256): put(a, b, c)
";
    let names: Vec<_> = DOUBLES.iter().map(|double| double.name).collect();
    let printed = python(&program.replace("NAMES", &format!("'{}'", names.join(" "))));
    let mut theirs: BTreeMap<(&str, Vec<u8>), String> = BTreeMap::new();
    for line in printed.lines() {
        let [name, bytes, number] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        theirs.insert((name, unhex(bytes)), number.to_owned());
    }
    for double in DOUBLES {
        let encoding = Encoding(Codec::Double(double));
        let check = |sequence: &[u8]| {
            let ours = one(encoding, sequence);
            let expected = theirs.get(&(double.name, sequence.to_vec()));
            if left_out(double.name, sequence) {
                assert_eq!(ours, None, "{} {sequence:x?}", double.name);
                return ours.is_some();
            }
            let expected = expected.map_or("-", String::as_str);
            assert_eq!(number(ours), expected, "{} {sequence:x?}", double.name);
            ours.is_some()
        };
        for a in 0..=255u8 {
            if check(&[a]) {
                continue;
            }
            for b in 0..=255u8 {
                if check(&[a, b]) || a != 0x8f {
                    continue;
                }
                for c in 0..=255u8 {
                    check(&[a, b, c]);
                }
            }
        }
    }
}

#[test]
fn sequences_of_four_bytes_mean_what_python_says() {
    let printed = python(
        "
for a in range(0x81, 0xff):
    for b in range(0x30, 0x3a):
        row = []
        for c in range(0x81, 0xff):
            for d in range(0x30, 0x3a):
                try: row.append('%x' % ord(bytes([a, b, c, d]).decode('gb18030')))
                except UnicodeDecodeError: row.append('-')
        # All that lie beyond the basic plane follow from each other: every sixteenth row will do.
        if a < 0x90 or a % 16 == 0: print('%x %x' % (a, b), *row)
",
    );
    let gb18030 = Encoding::of_label("gb18030").expect("there");
    for line in printed.lines() {
        let mut fields = line.split(' ');
        let mut lead = || u8::from_str_radix(fields.next().expect("a field"), 16).expect("a byte");
        let (a, b) = (lead(), lead());
        let thirds = (0x81..0xff).flat_map(|c| (0x30..0x3a).map(move |d| (c, d)));
        for ((c, d), theirs) in thirds.zip(fields) {
            let sequence = [a, b, c, d];
            assert_eq!(number(one(gb18030, &sequence)), theirs, "{sequence:x?}");
        }
    }
}

#[test]
fn pairs_between_escapes_mean_what_python_says() {
    let printed = python(
        "
for a in range(0x20, 0x80):
    for b in range(128):
        try: text = (b'\\x1b$B' + bytes([a, b]) + b'\\x1b(B').decode('iso2022_jp')
        except UnicodeDecodeError: text = ''
        print('%x' % ord(text) if len(text) == 1 else '-')
",
    );
    let encoding = Encoding(Codec::Iso2022Jp);
    let pairs = (0x20..0x80u8).flat_map(|a| (0..128u8).map(move |b| [a, b]));
    for (pair, theirs) in pairs.zip(printed.lines()) {
        let bytes = [b"\x1b$B", &pair[..]].concat();
        assert_eq!(number(one(encoding, &bytes)), theirs, "{pair:x?}");
    }
}

/// All rows of three of these, good and bad.
#[test]
fn texts_with_escapes_mean_what_python_says() {
    let printed = python(
        "
import itertools
parts = [b'\\x1b(B', b'\\x1b(J', b'\\x1b$@', b'\\x1b$B', b'0!', b'\\\\~', b'\\n', b'0', b' ', b'\\x7f',
    b'\\x0e', b'\\x1b(I', b'\\x1b', b'\\x80']
for row in itertools.product(parts, repeat=3):
    row = b''.join(row)
    try: text = row.decode('iso2022_jp')
    except UnicodeDecodeError: print(row.hex(), '-')
    else: print(row.hex(), '.'.join('%x' % ord(c) for c in text))
",
    );
    assert!(printed.lines().count() > 2500);
    for line in printed.lines() {
        let (bytes, theirs) = line.split_once(' ').expect("two fields");
        // Python takes an escape that starts nothing for a character; here it is an error.
        let theirs = match theirs.split('.').any(|number| number == "1b") {
            true => "-",
            false => theirs,
        };
        let source = Source::decode(unhex(bytes), Encoding(Codec::Iso2022Jp));
        let ours = source.map_or("-".to_owned(), |source| {
            let numbers = source.text().chars().map(|c| number(Some(c)));
            numbers.collect::<Vec<_>>().join(".")
        });
        assert_eq!(ours, theirs, "{bytes}");
    }
}

#[test]
fn what_is_encoded_is_decoded_to_the_same() {
    let everything: Vec<char> = (1..=0xffffu32).filter_map(char::from_u32).collect();
    for encoding in all().filter(|e| *e != Encoding::UTF_8) {
        let mut count = 0;
        for &character in &everything {
            let text = character.to_string();
            let Ok(bytes) = encoding.encode(&text) else {
                continue;
            };
            count += 1;
            let step = encoding.step(&bytes, 0, State::default());
            let step = step.expect("it decodes");
            assert_eq!(step.character, Some(character), "{encoding:?} {bytes:x?}");
        }
        assert!(count >= 127, "{encoding:?} {count}");
    }
}

#[test]
fn labels_are_those_of_python() {
    let printed = python(
        "
import codecs, encodings, pkgutil
from encodings.aliases import aliases
names = set(aliases) | {m.name for m in pkgutil.iter_modules(encodings.__path__)}
names |= {'UTF-8', 'Latin--1', 'l.1', 'koi8.r', 'ISO_8859.15', '-ascii-', 'cp-1252', 'x', 'iso8859.1'}
for name in sorted(names):
    try: print(name, codecs.lookup(name).name)
    except LookupError: print(name, '-')
",
    );
    for line in printed.lines() {
        let (label, theirs) = line.rsplit_once(' ').expect("two fields");
        let ours = Encoding::of_label(label).map(Encoding::name);
        match (ours, theirs) {
            (Some("utf-8"), "utf-8" | "utf-8-sig") => {}
            (Some(ours), theirs) => assert_eq!(ours, theirs, "{label}"),
            // One of those that are not read.
            (None, theirs) => assert!(all().all(|e| e.name() != theirs), "{label}"),
        }
    }
}

#[test]
fn latin_1_is_not_windows_1252() {
    let latin = Encoding::of_label("latin1").expect("there");
    assert_eq!(latin, Encoding::LATIN_1);
    assert!(!latin.can_encode("€") && latin.can_encode("\u{80}é"));
    assert_eq!(
        Encoding::of_label("cp1252").map(|e| e.encode("€")),
        Some(Ok(vec![0x80]))
    );
}

//! In which encoding a Python source is: PEP 263, as CPython's own reader of sources does it.
//!
//! Where `tokenize.detect_encoding` of the standard library differs (it splits lines at LF only, and
//! wants the line of the cookie to be UTF-8), the reader decides: it is what runs the file.

use crate::lang::SourceError;
use crate::text::Encoding;

/// UTF-8's, at the start of a file.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Codecs that CPython has and repoint does not read, with their aliases. Some cannot be the encoding
/// of a source in CPython either, because ASCII does not spell itself in them.
const NOT_READ: &str = "base64 base64_codec base_64 big5_hkscs big5hkscs hkscs bz2 bz2_codec charmap \
    037 cp037 csibm037 ebcdic_cp_ca ebcdic_cp_nl ebcdic_cp_us ebcdic_cp_wt ibm037 ibm039 \
    1026 cp1026 csibm1026 ibm1026 1140 cp1140 ibm1140 273 cp273 csibm273 ibm273 \
    424 cp424 csibm424 ebcdic_cp_he ibm424 500 cp500 csibm500 ebcdic_cp_be ebcdic_cp_ch ibm500 \
    864 cp864 csibm864 ibm864 cp875 euc_jis2004 euc_jis_2004 eucjis2004 jisx0213 euc_jisx0213 \
    eucjisx0213 hex hex_codec hz hz_gb hz_gb_2312 hzgb idna iso2022_jp_1 iso2022jp_1 iso_2022_jp_1 \
    iso2022_jp_2 iso2022jp_2 iso_2022_jp_2 iso2022_jp_2004 iso2022jp_2004 iso_2022_jp_2004 \
    iso2022_jp_3 iso2022jp_3 iso_2022_jp_3 iso2022_jp_ext iso2022jp_ext iso_2022_jp_ext csiso2022kr \
    iso2022_kr iso2022kr iso_2022_kr cp1361 johab ms1361 ansi dbcs mbcs oem punycode quopri \
    quopri_codec quoted_printable quotedprintable raw_unicode_escape rot13 rot_13 s_jis_2004 \
    shift_jis_2004 shiftjis2004 sjis_2004 s_jisx0213 shift_jisx0213 shiftjisx0213 sjisx0213 \
    undefined unicode_escape u16 utf16 utf_16 unicodebigunmarked utf_16_be utf_16be \
    unicodelittleunmarked utf_16_le utf_16le u32 utf32 utf_32 utf_32_be utf_32be utf_32_le utf_32le \
    u7 unicode_1_1_utf_7 utf7 utf_7 uu uu_codec zip zlib zlib_codec";

/// A comment of the first two lines that names the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cookie<'a> {
    /// What it names, as written.
    pub(crate) label: &'a str,
    /// Its line: 1 or 2.
    pub(crate) line: usize,
}

/// The encoding of a source that holds `bytes`: that of its cookie, UTF-8 without one.
///
/// # Errors
/// What CPython refuses: a null byte, an encoding that it does not know, and a byte order mark
/// beside a cookie other than `utf-8`. An encoding of CPython that repoint does not read.
pub(crate) fn encoding_of(bytes: &[u8]) -> Result<Encoding, SourceError> {
    if let Some(at) = memchr::memchr(0, bytes) {
        let line = memchr::memchr_iter(b'\n', &bytes[..at]).count() + 1;
        return Err(refused(format!(
            "holds a null byte at offset {at}, line {line}, which Python does not take; leave it \
             out with --exclude"
        )));
    }
    let (rest, has_mark) = match bytes.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => (rest, true),
        None => (bytes, false),
    };
    let Some(Cookie { label, line }) = cookie(rest) else {
        return Ok(Encoding::UTF_8);
    };
    let usual = usual_name(label);
    if has_mark && usual != Some("utf-8") {
        return Err(refused(format!(
            "starts with the byte order mark of UTF-8, and line {line} says `{label}`; Python takes \
             only `utf-8` there"
        )));
    }
    let name = usual.unwrap_or(label);
    Encoding::of_label(name).ok_or_else(|| {
        if is_not_read(name) {
            refused(format!(
                "is in an encoding that repoint does not read, `{label}` (line {line}); convert the \
                 file, or leave it out with --exclude"
            ))
        } else {
            refused(format!(
                "names an encoding that Python does not know, `{label}` (line {line}); correct it, or \
                 leave the file out with --exclude"
            ))
        }
    })
}

/// The cookie of a source without its byte order mark. The second line counts only if the first one
/// is blank or a comment. Lines end at LF, CR LF and CR.
pub(crate) fn cookie(bytes: &[u8]) -> Option<Cookie<'_>> {
    let mut rest = bytes;
    for line in 1..=2 {
        let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let comment = comment(&rest[..end])?;
        if let Some(label) = label(comment) {
            return Some(Cookie { label, line });
        }
        let end_length = if rest[end..].starts_with(b"\r\n") {
            2
        } else {
            1
        };
        rest = rest.get(end + end_length..)?;
    }
    None
}

/// The comment of a line, empty if the line is blank; `None` if something else is on it.
fn comment(line: &[u8]) -> Option<&[u8]> {
    match line.iter().position(|byte| !b" \t\x0c".contains(byte)) {
        None => Some(b""),
        Some(start) => line[start..].starts_with(b"#").then(|| &line[start..]),
    }
}

/// What the first `coding:` or `coding=` of a comment that names something names.
fn label(comment: &[u8]) -> Option<&str> {
    memchr::memmem::find_iter(comment, b"coding").find_map(|at| {
        let value = comment[at..].strip_prefix(b"coding")?;
        let value = value.strip_prefix(b":").or(value.strip_prefix(b"="))?;
        let start = value.iter().position(|byte| !b" \t".contains(byte))?;
        let value = &value[start..];
        let is_label = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
        let end = value.iter().position(|byte| !is_label(byte));
        let label = std::str::from_utf8(&value[..end.unwrap_or(value.len())]).ok()?;
        (!label.is_empty()).then_some(label)
    })
}

/// The two encodings that CPython knows by name before it asks its codecs. What stands behind
/// another `-` does not matter to it, such as `-unix` of Emacs.
fn usual_name(label: &str) -> Option<&'static str> {
    let label: String = label
        .chars()
        .take(12)
        .map(|c| {
            if c == '_' {
                '-'
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    let is = |name: &str| {
        label
            .strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    if is("utf-8") {
        Some("utf-8")
    } else if is("latin-1") || is("iso-8859-1") || is("iso-latin-1") {
        Some("iso-8859-1")
    } else {
        None
    }
}

fn is_not_read(label: &str) -> bool {
    let label = label.to_ascii_lowercase().replace(['-', '.'], "_");
    NOT_READ.split(' ').any(|name| name == label)
}

fn refused(message: String) -> SourceError {
    SourceError {
        message,
        offset: None,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::process::Command;

    use super::*;

    /// Heads of which `tokenize` and CPython's reader think the same.
    const HEADS: &[&[u8]] = &[
        b"",
        b"\n",
        b"import a\n",
        b"# coding: latin-1\n",
        b"# coding: latin-1",
        b"#coding=latin-1\r\n",
        b"# -*- coding: koi8-r -*-\n",
        b"# vim: set fileencoding=cp1252 :\n",
        b"# vim: set fileencoding = cp1252 :\n",
        b"\x0c \t# coding: cp1251\n",
        b"\x0b# coding: cp1251\n",
        b"# Coding: cp1251\n",
        b"# coding : cp1251\n",
        b"# coding:\t \tcp1251;x\n",
        b"# coding:\x0ccp1251\n",
        b"# coding: \n# coding: cp1251\n",
        b"# coding:\n",
        b"# coding\n",
        b"# coding: x coding: cp1251\n",
        b"# coding:, coding=cp1251\n",
        b"# coding coding=cp1251\n",
        b"# codingcoding:cp1251\n",
        b"#!/usr/bin/python\n# coding: cp437\n",
        b"\n# coding: cp437\n",
        b" \t\x0c\n# coding: cp437\n",
        b"\r\n# coding: cp437\r\n",
        b"import a\n# coding: cp437\n",
        b"'''\n# coding: cp437\n'''\n",
        b"\\\n# coding: cp437\n",
        b"import a # coding: cp437\n",
        b"x # coding: cp437\n",
        b"\n\n# coding: cp437\n",
        b"# a\n# b\n# coding: cp437\n",
        b"# coding: utf8\n",
        b"# coding: UTF_8\n",
        b"# coding: utf-8-unix\n",
        b"# coding: utf-8unix\n",
        b"# coding: utf-8-sig\n",
        b"# coding: utf8-sig\n",
        b"# coding: latin-1-unix\n",
        b"# coding: latin1-unix\n",
        b"# coding: ISO_8859_1\n",
        b"# coding: iso-8859-15\n",
        b"# coding: iso-8859-1-15\n",
        b"# coding: iso-8859-99\n",
        b"# coding: iso-latin-1-mac\n",
        b"# coding: l1\n",
        b"# coding: ascii\n",
        b"# coding: koi8.r\n",
        b"# coding: mac-roman\n",
        b"# coding: nonsense\n",
        b"# coding: windows-1252\n",
        b"# coding: cp932\n",
        b"\xef\xbb\xbf",
        b"\xef\xbb\xbfimport a\n",
        b"\xef\xbb\xbf# coding: utf-8\n",
        b"\xef\xbb\xbf# coding: UTF-8-x\n",
        b"\xef\xbb\xbf# coding: utf8\n",
        b"\xef\xbb\xbf# coding: latin-1\n",
        b"\xef\xbb\xbf\n# coding: latin-1\n",
        b"\xef\xbb\xbf# coding: nonsense\n",
        "# é coding: latin-1\n".as_bytes(),
        "# é\n# coding: latin-1\n".as_bytes(),
    ];

    /// What `python3` prints for a program that has the heads as a list `HEADS`.
    fn python(heads: &[&[u8]], program: &str) -> Vec<String> {
        let mut text = String::from("HEADS = [");
        for head in heads {
            write!(text, "bytes({head:?}),").expect("a string");
        }
        let output = Command::new("python3")
            .args(["-W", "ignore", "-c", &format!("{text}]\n{program}")])
            .output()
            .expect("python3 can be started");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{complaint}");
        let printed = String::from_utf8(output.stdout).expect("it prints UTF-8");
        printed.lines().map(str::to_owned).collect()
    }

    fn found(head: &[u8]) -> String {
        encoding_of(head).map_or("refused".to_owned(), |encoding| encoding.name().to_owned())
    }

    #[test]
    fn tokenize_finds_the_same() {
        let program = "
import codecs, io, tokenize
for head in HEADS:
    try: name = codecs.lookup(tokenize.detect_encoding(io.BytesIO(head).readline)[0]).name
    except SyntaxError: name = 'refused'
    print(name.replace('utf-8-sig', 'utf-8'))
";
        let theirs = python(HEADS, program);
        assert_eq!(theirs.len(), HEADS.len());
        for (head, theirs) in HEADS.iter().zip(theirs) {
            assert_eq!(found(head), theirs, "{}", head.escape_ascii());
        }
    }

    /// A literal with a byte of its own shows by what it becomes which encoding the reader took.
    #[test]
    fn the_reader_itself_finds_the_same() {
        let odd: &[&[u8]] = &[
            b"# coding: latin-1\r",
            b"\r# coding: latin-1\r",
            b"#\r# coding: latin-1\r",
            b"\r\r# coding: latin-1\r",
            b"import os\r# coding: latin-1\r",
            b"# \xe9 coding: latin-1\n",
            b"# \xe9\n# coding: latin-1\n",
            b"# coding: latin-1 \xe9\n",
        ];
        let ends = |head: &&&[u8]| matches!(head.last(), Some(b'\n' | b'\r') | None);
        let heads: Vec<&[u8]> = HEADS.iter().chain(odd).filter(ends).copied().collect();
        let program = "
for head in HEADS:
    if b\"'''\" in head or b'\\nx' in head or head[:1] in b'x\\\\\\x0b': print('-'); continue
    try: made = compile(head + b\"y = '\\xe9\\xa4'\\n\", 'x', 'exec').co_consts
    except SyntaxError: print('refused'); continue
    print(*[ascii(c) for c in made if isinstance(c, str)][-1:])
";
        let theirs = python(&heads, program);
        assert_eq!(theirs.len(), heads.len());
        for (head, theirs) in heads.iter().zip(theirs) {
            if theirs == "-" {
                continue;
            }
            let bytes = [head, &b"y = '\xe9\xa4'\n"[..]].concat();
            let ours = encoding_of(&bytes)
                .ok()
                .and_then(|encoding| crate::text::Source::decode(bytes, encoding).ok())
                .map_or("refused".to_owned(), |source| {
                    let literal = source.text().rsplit('\'').nth(1).expect("a literal");
                    let shown = literal.chars().map(u32::from).map(|c| match c {
                        ..0x100 => format!("\\x{c:02x}"),
                        _ => format!("\\u{c:04x}"),
                    });
                    format!("'{}'", shown.collect::<String>())
                });
            assert_eq!(ours, theirs, "{}", head.escape_ascii());
        }
    }

    #[track_caller]
    fn refuses(head: &[u8], words: &str) {
        let message = encoding_of(head).expect_err("refused").message;
        assert!(message.contains(words), "{message}");
    }

    #[test]
    fn refusals_say_what_and_where() {
        refuses(b"a\nb\0c", "a null byte at offset 3, line 2");
        refuses(
            b"#\n# coding: nonsense\n",
            "Python does not know, `nonsense` (line 2)",
        );
        refuses(
            b"# coding: UTF-7\n",
            "repoint does not read, `UTF-7` (line 1)",
        );
        refuses(b"\xef\xbb\xbf# coding: cp1252\n", "line 1 says `cp1252`");
    }

    #[test]
    fn what_is_not_read_is_what_python_has_besides() {
        let program = "
import codecs, encodings, pkgutil
from encodings.aliases import aliases
names = set(aliases) | {m.name for m in pkgutil.iter_modules(encodings.__path__)} - {'aliases'}
print(*sorted(n for n in names if '.' not in n and n == n.lower()))
";
        let printed = python(&[], program);
        for name in printed.iter().flat_map(|line| line.split(' ')) {
            let known = Encoding::of_label(name).is_some();
            assert_ne!(known, is_not_read(name), "{name}");
        }
    }
}

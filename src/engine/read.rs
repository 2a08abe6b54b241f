//! Bytes of a file as text, and back.

use std::path::Path;

use super::report::Failure;
use crate::file;
use crate::lang::Language;
use crate::text::{Edits, Encoding, Source};

/// The bytes of the file at `real`, a path without links, if they are at most `limit`.
///
/// # Errors
/// The file cannot be read, is no regular file any more or has grown.
pub(super) fn bytes(real: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    file::read_seen(real, limit)
        .map_err(|error| Failure::of(format!("cannot be read: {}", reason(&error))))
}

/// `bytes` as a source of `language`.
///
/// # Errors
/// The language does not say in which encoding they are, or they are not in it: names the first
/// byte that is not, and its line.
pub(super) fn source(
    language: &dyn Language,
    path: &Path,
    bytes: Vec<u8>,
) -> Result<Source, Failure> {
    let encoding = encoding(language, path, &bytes)?;
    Source::decode(bytes, encoding).map_err(|error| {
        Failure::of(format!(
            "{error}; convert the file, or leave it out with --exclude"
        ))
    })
}

/// Whether `new`, the bytes of `old` with all edits made, will be read as what was written. An edit
/// may move the line that says the encoding to where it is not looked for.
///
/// # Errors
/// It will not.
pub(super) fn read_back(
    language: &dyn Language,
    path: &Path,
    old: &Source,
    edits: &Edits,
    new: &[u8],
) -> Result<(), Failure> {
    let (was, is) = (old.encoding(), encoding(language, path, new)?);
    // What was written in UTF-8 is the text itself.
    let is_text = |new: &[u8]| {
        was == Encoding::UTF_8
            || Source::decode(new.to_vec(), is)
                .is_ok_and(|new| new.text() == edits.apply(old.text()))
    };
    if was == is && is_text(new) {
        return Ok(());
    }
    Err(Failure::of(format!(
        "the rewritten file would be read in {} and not in {}; the file is left as it is (this is \
         a defect of repoint, please report it with the file and the rule)",
        is.name(),
        was.name()
    )))
}

fn encoding(language: &dyn Language, path: &Path, bytes: &[u8]) -> Result<Encoding, Failure> {
    language
        .encoding_of(path, bytes)
        .map_err(|error| Failure::of(error.message))
}

/// The system's reason, as a lower-case sentence without its error number.
fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(chars).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::super::fake_language::FakeLanguage;
    use super::*;

    #[test]
    fn a_bad_byte_is_named_with_its_line() {
        let failure = source(
            &FakeLanguage,
            Path::new("a.toy"),
            b"one\ntw\xffo\n".to_vec(),
        );
        let message = failure.expect_err("no UTF-8").message;
        assert!(
            message.starts_with("is not UTF-8: byte 0xff at offset 6, line 2; convert"),
            "{message}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_took_the_place_of_a_file_is_a_failure() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let at = |name: &str| folder.path().join(name);
        let mode = rustix::fs::Mode::from_raw_mode(0o644);
        rustix::fs::mkfifoat(rustix::fs::CWD, at("fifo"), mode).expect("made");
        std::fs::write(at("file"), "12345").expect("written");
        std::os::unix::fs::symlink("file", at("link")).expect("linked");
        let message = |name: &str, limit| bytes(&at(name), limit).map_err(|f| f.message);
        assert_eq!(
            message("fifo", 9),
            Err("cannot be read: is a FIFO, expected a regular file".to_owned())
        );
        assert!(message("link", 9).is_err());
        assert_eq!(message("file", 5), Ok(b"12345".to_vec()));
        assert_eq!(
            message("file", 4),
            Err("cannot be read: holds more than 4 bytes".to_owned())
        );
    }

    #[test]
    fn a_missing_file_is_a_failure() {
        let failure = bytes(Path::new("/nonexistent/x"), 9).expect_err("missing");
        assert_eq!(failure.message, "cannot be read: no such file or directory");
    }
}

//! Bytes of a file as text.

use std::path::Path;

use super::report::Failure;

/// The text of the file at `path`.
///
/// # Errors
/// The file cannot be read, or is not UTF-8.
pub(super) fn source(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::of(format!("cannot be read: {}", reason(&error))))?;
    decode(bytes)
}

/// `bytes` as text.
///
/// # Errors
/// They are not UTF-8: names the first byte that is not, and its line.
pub fn decode(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let line = memchr::memchr_iter(b'\n', &bytes[..at]).count() + 1;
        let byte = bytes.get(at).copied().unwrap_or_default();
        Failure::of(format!(
            "is not UTF-8: byte {byte:#04x} at offset {at}, line {line}; convert the file, or \
             leave it out with --exclude"
        ))
    })
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
    use super::*;

    #[test]
    fn a_bad_byte_is_named_with_its_line() {
        let failure = decode(b"one\ntw\xffo\n".to_vec()).expect_err("no UTF-8");
        assert!(
            failure.message.contains("byte 0xff at offset 6, line 2"),
            "{}",
            failure.message
        );
    }

    #[test]
    fn a_truncated_character_at_the_end_is_named() {
        assert!(decode(b"ab\xc3".to_vec()).is_err());
    }

    #[test]
    fn a_missing_file_is_a_failure() {
        let failure = source(Path::new("/nonexistent/x")).expect_err("missing");
        assert_eq!(failure.message, "cannot be read: no such file or directory");
    }
}

//! From the URI of a document to its file.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;

/// The file of a `file:` URI; `None` for what lies elsewhere, as a text that was never saved.
pub(super) fn file_of(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    // `file:///path`, or with the name of this machine before it.
    let path = &rest[rest.find('/')?..];
    let decoded = percent_decode_str(path).collect::<Vec<u8>>();
    path_of(decoded)
}

#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStringExt;

    Some(PathBuf::from(std::ffi::OsString::from_vec(bytes)))
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> Option<PathBuf> {
    // `/c:/folder`.
    let text = String::from_utf8(bytes).ok()?;
    let plain = text
        .strip_prefix('/')
        .filter(|rest| rest.get(1..2) == Some(":"));
    Some(PathBuf::from(plain.unwrap_or(&text)))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn files_and_others() {
        let file = |uri| file_of(uri).map(|path| path.to_string_lossy().into_owned());
        assert_eq!(
            file("file:///a%20b/%C3%A9.py").as_deref(),
            Some("/a b/é.py")
        );
        assert_eq!(file("file://localhost/a.py").as_deref(), Some("/a.py"));
        assert_eq!(file("untitled:Untitled-1"), None);
        assert_eq!(file("file://"), None);
    }
}

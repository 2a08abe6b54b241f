//! The files of a state folder in one input.

use bstr::ByteSlice;

/// What stands in front of each, before its name and a line end.
pub const MARK: &[u8] = b"\n\0FILE ";

/// Files by name, in the order of the input. A name may be there twice: the last one counts.
#[derive(Clone, Debug, Default)]
pub struct Parts(pub Vec<(String, Vec<u8>)>);

impl Parts {
    /// Cuts an input. What is before the first mark is none.
    pub fn of(input: &[u8]) -> Self {
        let parts = input.split_str(MARK).skip(1);
        let named = parts.filter_map(|part| {
            let (name, content) = part.split_once_str("\n")?;
            let name = name.to_str().ok().filter(|name| is_name(name))?;
            Some((name.to_owned(), content.to_vec()))
        });
        Self(named.take(64).collect())
    }

    /// The input that these are cut from.
    pub fn joined(&self) -> Vec<u8> {
        let mut input = Vec::new();
        for (name, content) in &self.0 {
            input.extend_from_slice(MARK);
            input.extend_from_slice(name.as_bytes());
            input.push(b'\n');
            input.extend_from_slice(content);
        }
        input
    }
}

/// Whether a file of this name can be put into a folder.
fn is_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !name.is_empty() && name.len() < 100 && !name.starts_with("..") && name.bytes().all(is_plain)
}

//! What a content is known by.

use std::fmt;
use std::io::{self, Read};

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

/// How much of a file is in memory when it is read through.
const BUFFER: usize = 64 << 10;

/// The SHA-256 of a content; written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Of what was hashed.
    pub(super) fn from_hash(hash: Sha256) -> Self {
        Self(hash.finalize().into())
    }

    /// Of all that can be read, with its length in bytes.
    ///
    /// # Errors
    /// What the reader says.
    pub fn of_reader(reader: impl Read) -> io::Result<(Self, u64)> {
        pass_on(reader, |_| Ok(()))
    }
}

/// Hands all that can be read to `sink`, piece by piece; gives its digest, and its length in bytes.
pub(super) fn pass_on(
    mut reader: impl Read,
    mut sink: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<(Digest, u64)> {
    let mut hash = Sha256::new();
    let mut length = 0;
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = match reader.read(&mut buffer) {
            Ok(0) => return Ok((Digest::from_hash(hash), length)),
            Ok(read) => &buffer[..read],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(read);
        length += read.len() as u64;
        sink(read)?;
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        parse(&text).ok_or_else(|| D::Error::custom("expected 64 hexadecimal digits"))
    }
}

fn parse(text: &str) -> Option<Digest> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| u8::try_from(digit.to_digit(16)?).ok())
        .collect();
    let bytes: Vec<u8> = digits?
        .chunks(2)
        .filter(|pair| pair.len() == 2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect();
    (text.len() == 64)
        .then(|| bytes.try_into().ok())
        .flatten()
        .map(Digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_and_read_back() {
        let digest = Digest::of(b"abc");
        let text = serde_json::to_string(&digest).expect("text");
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            text,
            "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""
        );
        assert_eq!(serde_json::from_str::<Digest>(&text).expect("read"), digest);
        for wrong in ["\"\"", "\"ba78\"", &text.replace('b', "g")] {
            assert!(serde_json::from_str::<Digest>(wrong).is_err(), "{wrong}");
        }
        let (read, length) = Digest::of_reader(&b"abc"[..]).expect("read");
        assert_eq!((read, length), (digest, 3));
    }
}

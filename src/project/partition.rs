//! Shares of the files, for machines that divide a tree among them.

use std::path::{Component, Path};
use std::str::FromStr;

/// One of several shares of a project's files: `hash:M/N`, or `M/N`, the M-th (from 1) of N.
///
/// A file's share is fixed by its path relative to the project root, with `/` between the names:
/// FNV-1a (64 bits), folded to 32 bits by xor of its halves, modulo N. A file outside the project
/// root counts by its path with `..`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    share: u32,
    shares: u32,
}

/// The text does not name a share.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no share: expected `hash:M/N` with M from 1 to N, as in `hash:1/4`")]
pub struct PartitionError(String);

impl Partition {
    /// Which share (from 1), and of how many.
    pub fn numbers(self) -> (u32, u32) {
        (self.share, self.shares)
    }

    /// Whether the file belongs to this share; both paths absolute, without symbolic links.
    pub fn holds(self, file: &Path, root: &Path) -> bool {
        let hash = relative_hash(file, root);
        let folded = (hash ^ hash >> 32) as u32;
        folded % self.shares + 1 == self.share
    }
}

impl FromStr for Partition {
    type Err = PartitionError;

    fn from_str(text: &str) -> Result<Self, PartitionError> {
        let number = |digits: &str| {
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|_| plain)
        };
        // There is no other way to share yet.
        let numbers = text.strip_prefix("hash:").unwrap_or(text);
        numbers
            .split_once('/')
            .and_then(|(share, shares)| Some((number(share)?, number(shares)?)))
            .filter(|(share, shares)| (1..=*shares).contains(share))
            .map(|(share, shares)| Self { share, shares })
            .ok_or_else(|| PartitionError(text.to_owned()))
    }
}

/// FNV-1a over the relative path: <http://www.isthe.com/chongo/tech/comp/fnv/>.
fn relative_hash(file: &Path, root: &Path) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut first = true;
    let mut name = |bytes: &[u8]| {
        let slash: &[u8] = if std::mem::take(&mut first) {
            b""
        } else {
            b"/"
        };
        for &byte in slash.iter().chain(bytes) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    let mut base = root;
    let rest = loop {
        match (file.strip_prefix(base), base.parent()) {
            (Ok(rest), _) => break rest,
            (Err(_), Some(parent)) => {
                name(b"..");
                base = parent;
            }
            // Another drive.
            (Err(_), None) => break file,
        }
    };
    for part in rest.components() {
        if let Component::Normal(part) = part {
            name(part.as_encoded_bytes());
        }
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_read_and_bounded() {
        assert_eq!(
            "hash:2/3".parse(),
            Ok(Partition {
                share: 2,
                shares: 3
            })
        );
        assert_eq!("2/3".parse::<Partition>(), "hash:2/3".parse());
        for wrong in [
            "",
            "hash:",
            "0/2",
            "hash:0/2",
            "hash:3/2",
            "hash:1/0",
            "hash:+1/2",
            "hash:1/2/3",
            "hash: 1/2",
            "count:1/2",
            "hash:1/4294967296",
            "hash:/2",
        ] {
            let error = wrong.parse::<Partition>().expect_err(wrong);
            assert!(error.to_string().contains("hash:M/N"));
        }
    }

    #[test]
    fn the_hash_is_the_named_one() {
        let root = Path::new("/p");
        assert_eq!(relative_hash(root, root), 0xcbf2_9ce4_8422_2325);
        assert_eq!(
            relative_hash(Path::new("/p/a"), root),
            0xaf63_dc4c_8601_ec8c
        );
        assert_eq!(
            relative_hash(Path::new("/p/foobar"), root),
            0x8594_4171_f739_67e8
        );
        // It depends on the relative path only, and parts are told apart.
        let hash = |file: &str, root: &str| relative_hash(Path::new(file), Path::new(root));
        assert_eq!(hash("/q/x/a/b", "/q/x"), hash("/p/a/b", "/p"));
        assert_ne!(hash("/p/a/b", "/p"), hash("/p/ab", "/p"));
        assert_eq!(hash("/o/a", "/p/q"), hash("/x/o/a", "/x/p/q"));
    }

    #[test]
    fn shares_are_even_and_disjoint() {
        let root = Path::new("/p");
        let files: Vec<_> = (0..4000)
            .map(|i| format!("/p/src/m{}/f{i}.rs", i % 17))
            .collect();
        for shares in [1, 2, 3, 8, 10] {
            let mut counts = vec![0; shares as usize];
            for file in &files {
                let holding: Vec<_> = (1..=shares)
                    .filter(|&share| Partition { share, shares }.holds(Path::new(file), root))
                    .collect();
                assert_eq!(holding.len(), 1);
                counts[holding[0] as usize - 1] += 1;
            }
            let even = files.len() / shares as usize;
            assert!(
                counts
                    .iter()
                    .all(|n| (even * 8 / 10..=even * 12 / 10).contains(n)),
                "{counts:?}"
            );
        }
    }
}

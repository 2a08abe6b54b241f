//! Which words and calls of macros the sources below a folder hold: for questions about macros, which every file of a
//! crate may ask anew, of the whole crate.

use std::hash::{BuildHasher, BuildHasherDefault};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rustc_hash::{FxHashMap, FxHasher};

use crate::file;

/// So many questions are answered by searching the files, which mostly ends at the first that has the
/// word. For more, all of them are read once.
const FEW_QUESTIONS: usize = 8;

/// The sources of one folder.
#[derive(Debug, Default)]
pub(super) struct WordIndex {
    questions: AtomicUsize,
    words: OnceLock<Words>,
}

/// Where each word stands, by its hash: two words of one hash only make a wrong yes.
#[derive(Debug, Default)]
struct Words {
    files: FxHashMap<PathBuf, u32>,
    by_hash: FxHashMap<u64, Standing>,
}

/// What is known of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// In this file alone.
    In(u32),
    InSeveral,
}

impl WordIndex {
    /// Whether a source below `folder` other than `file` has the word; `None` if too few questions were
    /// asked to read them all.
    pub(super) fn is_elsewhere(
        &self,
        folder: &Path,
        file: Option<&Path>,
        word: &str,
    ) -> Option<bool> {
        if !is_word(word) || self.questions.fetch_add(1, Ordering::Relaxed) < FEW_QUESTIONS {
            return None;
        }
        let words = self.words.get_or_init(|| Words::of(folder));
        let own = file.and_then(|file| words.files.get(file));
        Some(match words.by_hash.get(&hash_of(word.as_bytes())) {
            None => false,
            Some(Standing::InSeveral) => true,
            Some(Standing::In(only)) => Some(only) != own,
        })
    }
}

impl Words {
    fn of(folder: &Path) -> Self {
        let mut words = Self::default();
        for file in super::tree::sources(folder.to_owned()) {
            let Ok(text) = file::read(&file) else {
                continue;
            };
            let number = words.files.len() as u32;
            words.files.insert(file, number);
            let mut at = 0;
            for word in text.split(|byte| !is_part(*byte)) {
                let end = at + word.len();
                if !word.is_empty() {
                    words.add(word, number);
                    if text.get(end) == Some(&b'!') {
                        words.add(&text[at..=end], number);
                    }
                }
                at = end + 1;
            }
        }
        words
    }

    fn add(&mut self, word: &[u8], file: u32) {
        let standing = self
            .by_hash
            .entry(hash_of(word))
            .or_insert(Standing::In(file));
        if *standing != Standing::In(file) {
            *standing = Standing::InSeveral;
        }
    }
}

/// Bytes of names; those of other scripts are taken together.
fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// A name, or the call of a macro: a name with a `!` behind it.
fn is_word(text: &str) -> bool {
    let name = text.strip_suffix('!').unwrap_or(text);
    !name.is_empty() && name.bytes().all(is_part)
}

fn hash_of(word: &[u8]) -> u64 {
    BuildHasherDefault::<FxHasher>::default().hash_one(word)
}

/// The indices of folders, made as they are asked for.
pub(super) type Indices = crate::lang::concurrent_cache::ConcurrentCache<Arc<WordIndex>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_other_files_are_known_after_some_questions() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let (one, two) = (dir.path().join("one.rs"), dir.path().join("two.rs"));
        std::fs::write(&one, "macro_rules! only { () => {} }\nonly!(); both!();").expect("written");
        std::fs::write(&two, "r#both!(); größe::x; only_more();").expect("written");
        let index = WordIndex::default();
        let ask = |file: Option<&Path>, word| index.is_elsewhere(dir.path(), file, word);
        for _ in 0..FEW_QUESTIONS {
            assert_eq!(ask(Some(&one), "only"), None);
        }
        assert_eq!(ask(Some(&one), "only"), Some(false));
        assert_eq!(ask(Some(&two), "only"), Some(true));
        assert_eq!(ask(Some(&one), "both"), Some(true));
        assert_eq!(ask(Some(&two), "größe"), Some(false));
        assert_eq!(ask(None, "größe"), Some(true));
        assert_eq!(ask(None, "gone"), Some(false));
        assert_eq!(ask(Some(&one), "only!"), Some(false));
        assert_eq!(ask(Some(&two), "only!"), Some(true));
        assert_eq!(ask(None, "macro_rules!"), Some(true));
        assert_eq!(ask(None, "größe!"), Some(false));
        assert_eq!(ask(None, "macro_rules! only"), None);
    }
}

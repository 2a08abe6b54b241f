//! What is worked out once for a path and shared by the threads.

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use rustc_hash::FxHashMap;

/// Answers by path. No lock is held while an answer is worked out, so working one out may ask for
/// another; two threads may do the same work, and the first answer stays.
pub(in crate::lang) struct ConcurrentCache<V>(RwLock<FxHashMap<PathBuf, V>>);

impl<V> Default for ConcurrentCache<V> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<V: Clone> ConcurrentCache<V> {
    /// The answer for `key`, if there is one.
    pub(in crate::lang) fn get(&self, key: &Path) -> Option<V> {
        let answers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        answers.get(key).cloned()
    }

    /// Keeps `value` unless another thread was first; the kept one.
    pub(in crate::lang) fn keep(&self, key: &Path, value: V) -> V {
        let mut answers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        answers.entry(key.to_owned()).or_insert(value).clone()
    }

    /// The answer for `key`, worked out by `compute` if there is none yet.
    pub(in crate::lang) fn get_or(&self, key: &Path, compute: impl FnOnce() -> V) -> V {
        match self.get(key) {
            Some(value) => value,
            None => self.keep(key, compute()),
        }
    }

    /// The keys with answers, sorted.
    pub(in crate::lang) fn keys(&self) -> Vec<PathBuf> {
        let answers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let mut keys: Vec<PathBuf> = answers.keys().cloned().collect();
        keys.sort();
        keys
    }
}

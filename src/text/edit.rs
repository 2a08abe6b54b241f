//! Edits: byte ranges of a text and what replaces them.

use std::ops::Range;

/// A byte range of the original text and its replacement. An empty range inserts.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Edit {
    /// Bytes of the original text; on character boundaries.
    pub range: Range<usize>,
    /// What stands there afterwards.
    pub text: String,
}

impl Edit {
    /// Replaces `range` by `text`.
    pub fn replace(range: Range<usize>, text: impl Into<String>) -> Self {
        Self {
            range,
            text: text.into(),
        }
    }

    /// Inserts `text` before the byte at `at`.
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::replace(at..at, text)
    }

    /// Removes `range`.
    pub fn delete(range: Range<usize>) -> Self {
        Self::replace(range, String::new())
    }
}

/// Edits of one text: sorted, disjoint, in bounds, on character boundaries. Two insertions at one
/// place keep the order in which they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Edits(Vec<Edit>);

/// Why a list of edits is no [`Edits`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditConflict {
    /// Two edits want the same bytes.
    #[error("edits of bytes {first:?} and {second:?} overlap")]
    Overlap {
        /// The earlier one.
        first: Range<usize>,
        /// The later one.
        second: Range<usize>,
    },
    /// An edit ends beyond the text or cuts a character.
    #[error("edit of bytes {range:?} is out of bounds or cuts a character")]
    OutOfBounds {
        /// Its range.
        range: Range<usize>,
    },
}

impl Edits {
    /// Sorts and checks edits of `text`. Edits that change nothing are dropped.
    ///
    /// # Errors
    /// Overlapping edits, or one that does not fit the text.
    pub fn new(mut edits: Vec<Edit>, text: &str) -> Result<Self, EditConflict> {
        for edit in &edits {
            if text.get(edit.range.clone()).is_none() {
                return Err(EditConflict::OutOfBounds {
                    range: edit.range.clone(),
                });
            }
        }
        edits.retain(|edit| text[edit.range.clone()] != edit.text);
        edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        for pair in edits.windows(2) {
            if pair[0].range.end > pair[1].range.start {
                return Err(EditConflict::Overlap {
                    first: pair[0].range.clone(),
                    second: pair[1].range.clone(),
                });
            }
        }
        Ok(Self(edits))
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The edits in order.
    pub fn as_slice(&self) -> &[Edit] {
        &self.0
    }

    /// `text` with all edits made. `text` must be the one that the edits were checked against.
    pub fn apply(&self, text: &str) -> String {
        let grown: usize = self.0.iter().map(|edit| edit.text.len()).sum();
        let mut out = String::with_capacity(text.len() + grown);
        let mut at = 0;
        for edit in &self.0 {
            out.push_str(&text[at..edit.range.start]);
            out.push_str(&edit.text);
            at = edit.range.end;
        }
        out.push_str(&text[at..]);
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn overlapping_edits_are_refused() {
        let edits = vec![Edit::delete(0..3), Edit::replace(2..4, "x")];
        assert!(matches!(
            Edits::new(edits, "abcdef"),
            Err(EditConflict::Overlap { .. })
        ));
    }

    #[test]
    fn a_cut_character_is_refused() {
        assert!(Edits::new(vec![Edit::delete(1..2)], "é").is_err());
    }

    proptest! {
        #[test]
        fn arbitrary_ranges_never_panic(
            text in "\\PC{0,20}",
            raw in proptest::collection::vec((0usize..30, 0usize..30, "[a-z]{0,3}"), 0..6),
        ) {
            let edits = raw.into_iter().map(|(a, b, t)| Edit::replace(a.min(b)..a.max(b), t)).collect();
            if let Ok(edits) = Edits::new(edits, &text) {
                let kept: usize = edits.as_slice().iter().map(|e| e.range.len()).sum();
                let added: usize = edits.as_slice().iter().map(|e| e.text.len()).sum();
                prop_assert_eq!(edits.apply(&text).len(), text.len() - kept + added);
            }
        }
    }
}

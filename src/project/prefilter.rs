//! Which files are worth parsing: those that hold one of the anchors.

use memchr::memmem::Finder;
use rustc_hash::FxHashMap;

use super::anchor::Anchor;
use super::runs::is_run;
use super::words::Words;

/// The mask of a word that counts alone.
const ALONE: u64 = 1 << 63;

/// A compiled set of anchors. It errs on one side only: a file that holds an anchor is never lost.
///
/// A word counts between bytes that are no ASCII letter, digit or `_`, so `r#word` counts too, and
/// so does a word next to a non-ASCII byte, or behind an escape such as `\n`.
#[derive(Debug)]
pub struct Prefilter {
    /// There is an anchor that every file holds.
    everything: bool,
    words: Words,
    /// What must stand beside words: bit i of a word's mask asks for one of `beside[i]`.
    beside: Vec<Vec<Finder<'static>>>,
    /// Bytes of the longest of `beside`.
    longest_beside: usize,
}

/// What was found so far in a text that is searched piece by piece.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen {
    /// What is asked for by the words that were found.
    asked: u64,
    /// What was found beside.
    beside: u64,
    /// What was looked for beside, in this whole text.
    looked: u64,
}

impl Prefilter {
    /// Compiles the anchors.
    pub fn new(anchors: &[Anchor]) -> Self {
        let mut everything = false;
        let mut groups: Vec<&[String]> = Vec::new();
        let mut masks: FxHashMap<Box<[u8]>, u64> = FxHashMap::default();
        for anchor in anchors {
            let Some(word) = anchor.word.as_deref().map(bare) else {
                everything = true;
                continue;
            };
            // A word that is not plain ASCII can be written in several ways.
            if word.is_empty() || !word.bytes().all(is_run) {
                everything = true;
                continue;
            }
            let mask = if anchor.alongside.iter().any(|text| text.is_empty()) {
                ALONE
            } else {
                group(&mut groups, &anchor.alongside)
            };
            *masks.entry(word.as_bytes().into()).or_default() |= mask;
        }
        let longest_beside = groups.iter().copied().flatten().map(String::len).max();
        Self {
            everything,
            words: Words::new(masks),
            beside: groups
                .iter()
                .map(|group| {
                    let finder = |text: &String| Finder::new(text.as_bytes()).into_owned();
                    group.iter().map(finder).collect()
                })
                .collect(),
            longest_beside: longest_beside.unwrap_or(0),
        }
    }

    /// One that looks for any of these names. One that is not ASCII may be written in other bytes: then all matches.
    pub fn of_names<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let anchor = |name: &str| Anchor {
            word: name.is_ascii().then(|| name.to_owned()),
            alongside: Vec::new(),
        };
        Self::new(&names.map(anchor).collect::<Vec<_>>())
    }

    /// One that looks for a single word.
    pub fn of_word(word: &str) -> Self {
        Self::new(&[Anchor {
            word: Some(word.to_owned()),
            alongside: Vec::new(),
        }])
    }

    /// Whether every file is a candidate, so that none needs to be searched.
    pub fn matches_everything(&self) -> bool {
        self.everything
    }

    /// Whether no file can be a candidate: there is no anchor.
    pub fn matches_nothing(&self) -> bool {
        !self.everything && self.words.longest() == 0
    }

    /// Whether the text holds an anchor: its word, and what must stand beside it.
    pub fn matches(&self, text: &[u8]) -> bool {
        self.everything || self.search(text, &mut Seen::default())
    }

    /// Whether the text holds the word of some anchor, whatever stands beside it: for a text that
    /// is a part of a file.
    pub fn contains_any(&self, text: &str) -> bool {
        self.everything || self.words.any(text.as_bytes(), |_| true)
    }

    /// Searches the next piece of a text of which more follows. Says whether the text is a
    /// candidate already, and if not, how many bytes at the end of `piece` must stand again at the
    /// start of the next one.
    pub(super) fn search_piece(&self, piece: &[u8], seen: &mut Seen) -> Result<(), usize> {
        // What stands beside may come in an earlier piece than the word: look for all of it.
        for (i, finders) in self.beside.iter().enumerate() {
            if finders.iter().any(|finder| finder.find(piece).is_some()) {
                seen.beside |= 1 << i;
            }
        }
        seen.looked = u64::MAX;
        // Longer than every word with an escape before it.
        let long = self.words.longest() + 8;
        // A run that the piece's end may have cut is searched with the next piece. One that is too
        // long for a word stays whole: what is left of it could look like a word.
        let whole = match run_before(piece, long) {
            cut if cut < long => piece.len() - cut,
            _ => piece.len(),
        };
        if self.search(&piece[..whole], seen) {
            return Ok(());
        }
        seen.looked = 0;
        // The next piece starts with a whole run, or with one that is too long for a word.
        let keep = long.max(self.longest_beside).min(piece.len());
        Err(keep + run_before(&piece[..piece.len() - keep], long))
    }

    /// Bytes that a buffer for [`search_piece`](Self::search_piece) must have at least.
    pub(super) fn smallest_piece(&self) -> usize {
        2 * (2 * (self.words.longest() + 8) + self.longest_beside)
    }

    /// Searches a text, or the last piece of one.
    pub(super) fn search(&self, text: &[u8], seen: &mut Seen) -> bool {
        if seen.asked & (seen.beside | self.look(text, seen.asked, seen)) != 0 {
            return true;
        }
        self.words.any(text, |mask| {
            seen.asked |= mask;
            mask & ALONE != 0 || mask & self.look(text, mask, seen) != 0
        })
    }

    /// Which of the wanted things stand in the text or stood before; each is looked for once.
    fn look(&self, text: &[u8], wanted: u64, seen: &mut Seen) -> u64 {
        let mut open = wanted & !ALONE & !seen.looked;
        seen.looked |= open;
        while open != 0 {
            let i = open.trailing_zeros() as usize;
            open &= open - 1;
            if self.beside[i]
                .iter()
                .any(|finder| finder.find(text).is_some())
            {
                seen.beside |= 1 << i;
            }
        }
        seen.beside
    }
}

/// Length of the run at the end of a text, up to `most`.
fn run_before(text: &[u8], most: usize) -> usize {
    let bytes = text.iter().rev().take(most);
    bytes.take_while(|byte| is_run(**byte)).count()
}

/// A word without the mark of a raw identifier.
fn bare(word: &str) -> &str {
    word.strip_prefix("r#").unwrap_or(word)
}

/// The mask for a set of byte strings that may stand beside a word.
fn group<'a>(groups: &mut Vec<&'a [String]>, alongside: &'a [String]) -> u64 {
    if alongside.is_empty() {
        return ALONE;
    }
    let at = groups.iter().position(|group| *group == alongside);
    match at {
        Some(at) => 1 << at,
        // So many different sets are not expected; a word that counts alone loses nothing.
        None if groups.len() == 63 => ALONE,
        None => {
            groups.push(alongside);
            1 << (groups.len() - 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn anchor(word: &str, alongside: &'static [&'static str]) -> Anchor {
        Anchor {
            word: Some(word.to_owned()),
            alongside: alongside.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn a_word_with_something_beside_it_needs_both() {
        let filter = Prefilter::new(&[anchor("Foo", &["::*", "extern"]), anchor("Bar", &[])]);
        assert!(filter.matches(b"use a::*; Foo"));
        assert!(filter.matches(b"Foo; use a::*;"));
        assert!(filter.matches(b"extern Foo"));
        assert!(filter.matches(b"Bar"));
        assert!(!filter.matches(b"Foo"));
        assert!(!filter.matches(b"use a::*;"));
        assert!(filter.contains_any("Foo"));
        assert!(!filter.contains_any("use a::*;"));
    }

    #[test]
    fn the_same_word_may_be_asked_for_in_several_ways() {
        let filter = Prefilter::new(&[anchor("Foo", &["+"]), anchor("Foo", &["-"])]);
        assert!(filter.matches(b"Foo +"));
        assert!(filter.matches(b"- Foo"));
        assert!(!filter.matches(b"Foo"));
        let filter = Prefilter::new(&[anchor("Foo", &["+"]), anchor("Foo", &[])]);
        assert!(filter.matches(b"Foo"));
    }

    #[test]
    fn words_that_are_not_ascii_make_every_file_a_candidate() {
        assert!(Prefilter::new(&[anchor("caf\u{e9}", &[])]).matches(b""));
        assert!(Prefilter::new(&[anchor("", &[])]).matches_everything());
        let none = Anchor {
            word: None,
            alongside: Vec::new(),
        };
        assert!(Prefilter::new(&[none]).contains_any(""));
    }

    #[test]
    fn raw_identifiers_match_both_ways() {
        for word in ["try", "r#try"] {
            let filter = Prefilter::new(&[anchor(word, &[])]);
            assert!(filter.matches(b"a::r#try"));
            assert!(filter.matches(b"a::try"));
            assert!(!filter.matches(b"a::retry"));
        }
    }

    #[test]
    fn no_anchor_matches_nothing() {
        let filter = Prefilter::new(&[]);
        assert!(filter.matches_nothing());
        assert!(!filter.matches(b"anything"));
    }

    /// Searches in pieces of a buffer of `size` bytes, as the walk does with a large file.
    fn by_pieces(filter: &Prefilter, text: &[u8], size: usize) -> bool {
        let mut seen = Seen::default();
        let mut from = 0;
        while text.len() - from > size {
            match filter.search_piece(&text[from..from + size], &mut seen) {
                Ok(()) => return true,
                Err(keep) => from += size - keep,
            }
        }
        filter.search(&text[from..], &mut seen)
    }

    #[test]
    fn a_run_longer_than_every_word_is_not_cut_into_one() {
        let filter = Prefilter::new(&[anchor("a", &[])]);
        for run in 1..40 {
            let text = format!("{}{}", " ".repeat(40 - run.min(30)), "a".repeat(run + 1));
            assert!(!by_pieces(&filter, text.as_bytes(), 40), "{run}");
        }
    }

    proptest! {
        #[test]
        fn pieces_say_the_same_as_the_whole(
            set in proptest::collection::hash_set("[ab]{1,3}", 1..4),
            more in proptest::collection::hash_set("[ab]{1,3}", 0..4),
            text in "([ab]{1,5}|[ \\\\*:]){0,60}",
            size in 40_usize..80,
        ) {
            let mut anchors: Vec<_> = set.iter().map(|word| anchor(word, &["::*", "**"])).collect();
            anchors.extend(more.iter().map(|word| anchor(word, &["\\ "])));
            let filter = Prefilter::new(&anchors);
            prop_assert_eq!(by_pieces(&filter, text.as_bytes(), size), filter.matches(text.as_bytes()));
        }
    }
}

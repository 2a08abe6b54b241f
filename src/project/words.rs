//! A set of words, and the search for any of them in a text.

use aho_corasick::Span;
use aho_corasick::packed;
use memchr::memmem;
use rustc_hash::FxHashMap;

use super::runs::{any_run, is_escaped, run_at, word_starts};

/// Up to so many words are searched with vector instructions as substrings; more are looked up
/// run by run in a hash set. On 16,000 Rust files both took about the same time at this number, when
/// no word was short. `benches/stages.rs` measures either side of it.
const MOST_PACKED: usize = 32;

/// Words, each with a mask that tells what else must be true for it to count.
#[derive(Debug)]
pub(super) struct Words {
    masks: FxHashMap<Box<[u8]>, u64>,
    shortest: usize,
    longest: usize,
    engine: Engine,
}

/// How occurrences are found. Every engine finds candidates; the run around one is then looked up
/// in the map, so that all of them decide alike.
#[derive(Debug)]
enum Engine {
    Nothing,
    One(Box<memmem::Finder<'static>>),
    Few(Box<packed::Searcher>),
    Many(Bloom),
}

impl Words {
    /// A set of ASCII words with their masks.
    pub(super) fn new(masks: FxHashMap<Box<[u8]>, u64>) -> Self {
        Self::with_most_packed(masks, MOST_PACKED)
    }

    fn with_most_packed(masks: FxHashMap<Box<[u8]>, u64>, most: usize) -> Self {
        let shortest = masks.keys().map(|word| word.len()).min().unwrap_or(0);
        let longest = masks.keys().map(|word| word.len()).max().unwrap_or(0);
        let engine = match masks.len() {
            0 => Engine::Nothing,
            1 if most > 0 => {
                let word = masks.keys().next().expect("one word");
                Engine::One(Box::new(memmem::Finder::new(word).into_owned()))
            }
            count if count <= most => match packed::Searcher::new(masks.keys()) {
                Some(searcher) => Engine::Few(Box::new(searcher)),
                None => Engine::Many(Bloom::new(masks.keys())),
            },
            _ => Engine::Many(Bloom::new(masks.keys())),
        };
        Self {
            masks,
            shortest,
            longest,
            engine,
        }
    }

    /// Bytes of the longest word.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Calls `hit` with the mask of each word that occurs, in order, until it returns true; says
    /// if it did.
    pub(super) fn any(&self, text: &[u8], mut hit: impl FnMut(u64) -> bool) -> bool {
        match &self.engine {
            Engine::Nothing => false,
            Engine::One(finder) => self.any_near(text, hit, |from| {
                finder.find(&text[from..]).map(|found| from + found)
            }),
            Engine::Few(searcher) => self.any_near(text, hit, |from| {
                searcher
                    .find_in(text, Span::from(from..text.len()))
                    .map(|found| found.start())
            }),
            Engine::Many(bloom) => any_run(
                text,
                self.shortest,
                |start, end| bloom.may_hold(text, start, end) | is_escaped(text, start),
                |start, end| self.any_in_run(text, start, end, &mut hit),
            ),
        }
    }

    /// Looks up the runs that `next` points into; `next` gives the first candidate from an offset.
    #[inline(always)]
    fn any_near(
        &self,
        text: &[u8],
        mut hit: impl FnMut(u64) -> bool,
        next: impl Fn(usize) -> Option<usize>,
    ) -> bool {
        let mut from = 0;
        while let Some(found) = next(from) {
            let (start, end) = run_at(text, found);
            if self.any_in_run(text, start, end, &mut hit) {
                return true;
            }
            from = end;
        }
        false
    }

    fn any_in_run(
        &self,
        text: &[u8],
        start: usize,
        end: usize,
        hit: &mut impl FnMut(u64) -> bool,
    ) -> bool {
        word_starts(text, start)
            .iter()
            .filter_map(|skip| self.masks.get(text.get(start + skip..end)?))
            .any(|&mask| hit(mask))
    }
}

/// A small filter before the hash map: two bits of one 64-bit cell a word, 16 to 32 bits a word in
/// all, which leaves under one in a hundred foreign words.
#[derive(Debug)]
struct Bloom {
    cells: Box<[u64]>,
    shift: u32,
}

impl Bloom {
    fn new<'a>(words: impl ExactSizeIterator<Item = &'a Box<[u8]>>) -> Self {
        let cells = (words.len() / 4 + 1).next_power_of_two().max(16);
        let mut bloom = Self {
            cells: vec![0; cells].into_boxed_slice(),
            shift: 64 - cells.trailing_zeros(),
        };
        for word in words {
            let (cell, bits) = bloom.place(edges(word, 0, word.len()));
            bloom.cells[cell] |= bits;
        }
        bloom
    }

    #[inline(always)]
    fn may_hold(&self, text: &[u8], start: usize, end: usize) -> bool {
        let (cell, bits) = self.place(edges(text, start, end));
        self.cells[cell] & bits == bits
    }

    #[inline(always)]
    fn place(&self, edges: u64) -> (usize, u64) {
        let hash = edges.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let bits = 1 << (hash >> 32 & 63) | 1 << (hash >> 26 & 63);
        ((hash >> self.shift) as usize, bits)
    }
}

/// A word's first and last eight bytes and its length, mixed into one number. It is asked of every
/// run of a text, hence no branch depends on the length.
#[inline(always)]
fn edges(text: &[u8], start: usize, end: usize) -> u64 {
    let length = end - start;
    let spare = 8 * 8_usize.saturating_sub(length) as u32;
    // Of a short word both are the same bytes, in the highest and in the lowest places.
    let (first, last) = match (
        text[start..].first_chunk::<8>(),
        text[..end].last_chunk::<8>(),
    ) {
        (Some(first), Some(last)) => (
            u64::from_le_bytes(*first) << spare,
            u64::from_le_bytes(*last) >> spare,
        ),
        _ => edges_at_margin(&text[start..end], spare),
    };
    first ^ last.rotate_left(23).wrapping_mul(0xff51_afd7_ed55_8ccd) ^ (length as u64) << 3
}

/// The first and last eight bytes of a word that has less than eight bytes on one of its sides.
#[cold]
fn edges_at_margin(word: &[u8], spare: u32) -> (u64, u64) {
    let mut first = [0; 8];
    let mut last = [0; 8];
    for (to, from) in first.iter_mut().zip(word) {
        *to = *from;
    }
    for (to, from) in last.iter_mut().rev().zip(word.iter().rev()) {
        *to = *from;
    }
    (
        u64::from_le_bytes(first) << spare,
        u64::from_le_bytes(last) >> spare,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(words: &[String], most: usize) -> Words {
        let masks = words
            .iter()
            .map(|word| (word.as_bytes().into(), 1))
            .collect();
        Words::with_most_packed(masks, most)
    }

    /// The definition, as slowly as it can be said.
    fn naive(words: &[String], text: &[u8]) -> bool {
        let ident = |at: usize| text.get(at).is_some_and(|b| super::super::runs::is_run(*b));
        words.iter().any(|word| {
            (0..text.len()).any(|at| {
                let end = at + word.len();
                text[at..].starts_with(word.as_bytes())
                    && !ident(end)
                    && (at == 0 || !ident(at - 1) || escape_ends(text, at))
            })
        })
    }

    fn escape_ends(text: &[u8], at: usize) -> bool {
        let run = |from: usize| {
            text[from..at]
                .iter()
                .all(|b| super::super::runs::is_run(*b))
        };
        (at >= 2 && text[at - 2] == b'\\')
            || (at >= 4 && text[at - 4] == b'\\' && text[at - 3] == b'x' && run(at - 3))
            || (at >= 6 && text[at - 6] == b'\\' && text[at - 5] == b'u' && run(at - 5))
    }

    #[test]
    fn a_word_counts_at_boundaries_only() {
        for most in [0, 32] {
            for more in [0, 3] {
                let mut set = vec!["Foo".to_owned()];
                set.extend((0..more).map(|i| format!("other{i}")));
                let set = words(&set, most);
                let holds = |text: &str| set.any(text.as_bytes(), |_| true);
                for text in [
                    "Foo",
                    "r#Foo",
                    "a.Foo",
                    "::Foo<",
                    "\u{e9}Foo",
                    "Foo\u{e9}",
                    "\"\\nFoo\"",
                    "\\u0009Foo",
                    "\\x09Foo",
                    "Food Foo",
                    "xFoo Foo",
                ] {
                    assert!(holds(text), "{text} {most} {more}");
                }
                for text in [
                    "", "Fo", "Food", "xFoo", "_Foo", "Foo_", "Foo2", "2Foo", "foo",
                ] {
                    assert!(!holds(text), "{text} {most} {more}");
                }
            }
        }
    }

    #[test]
    fn no_word_is_found_by_an_empty_set() {
        assert!(!words(&[], 32).any(b"anything at all", |_| true));
    }

    #[test]
    fn ten_thousand_words_are_each_found() {
        let all: Vec<_> = (0..10_000)
            .map(|i| format!("Name{}x{i}", "y".repeat(i % 70)))
            .collect();
        let set = words(&all, 32);
        assert!(matches!(set.engine, Engine::Many(_)));
        for word in &all {
            assert!(set.any(word.as_bytes(), |_| true), "{word}");
            assert!(
                set.any(format!("use a::{word};").as_bytes(), |_| true),
                "{word}"
            );
            assert!(!set.any(format!("{word}z").as_bytes(), |_| true), "{word}");
        }
    }

    proptest! {
        #[test]
        fn every_engine_agrees_with_the_definition(
            set in proptest::collection::hash_set("[ab_x]{1,4}|[abxu0-9]{5,12}", 1..6),
            text in "([ab_xu09]{1,4}|[abxu0-9]{5,12}|[ .:#\\\\é\n]){0,40}",
        ) {
            let set: Vec<_> = set.into_iter().collect();
            let expected = naive(&set, text.as_bytes());
            for most in [0, 32] {
                prop_assert_eq!(words(&set, most).any(text.as_bytes(), |_| true), expected, "{}", most);
            }
        }
    }
}

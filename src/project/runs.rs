//! The identifier-like runs of a text: the longest stretches of ASCII letters, digits and `_`.
//!
//! A byte of 0x80 and above ends a run. A word next to such a byte may be part of a longer
//! identifier; it counts as a word of its own, since the prefilter must not lose a file.

/// Whether the byte can be part of a run.
pub(super) const fn is_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Calls `hit` with start and end of each run, in order, until it returns true; says if it did.
///
/// 64 bytes are classified at once into a bit mask (loops that the compiler turns into vector
/// code), and only the edges of the mask are visited.
#[inline(always)]
pub(super) fn any_run(text: &[u8], mut hit: impl FnMut(usize, usize) -> bool) -> bool {
    let mut start = 0;
    let mut inside = false;
    let (blocks, rest) = text.as_chunks::<64>();
    let mut base = 0;
    let mut last = [0; 64];
    last[..rest.len()].copy_from_slice(rest);
    for block in blocks.iter().chain(std::iter::once(&last)) {
        let mask = run_mask(block);
        let mut edges = mask ^ (mask << 1 | u64::from(inside));
        while edges != 0 {
            let at = base + edges.trailing_zeros() as usize;
            edges &= edges - 1;
            if inside {
                if hit(start, at) {
                    return true;
                }
            } else {
                start = at;
            }
            inside = !inside;
        }
        base += 64;
    }
    // The padding of the last block ends every run, unless the rest fills it wholly: it cannot,
    // a rest is shorter than a block.
    debug_assert!(!inside);
    false
}

/// Bit i tells whether byte i can be part of a run.
#[inline(always)]
fn run_mask(block: &[u8; 64]) -> u64 {
    let mut class = [0_u8; 64];
    for (class, &byte) in class.iter_mut().zip(block) {
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let digit = byte.wrapping_sub(b'0') < 10;
        *class = u8::from(letter | digit | (byte == b'_'));
    }
    let mut mask = 0;
    for (i, eight) in class.as_chunks::<8>().0.iter().enumerate() {
        // Gathers the lowest bit of each of the eight bytes into the top byte.
        let bits = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        mask |= bits << (8 * i);
    }
    mask
}

/// The run around a byte that is part of one.
pub(super) fn run_at(text: &[u8], at: usize) -> (usize, usize) {
    let start = text[..at]
        .iter()
        .rposition(|&byte| !is_run(byte))
        .map_or(0, |before| before + 1);
    let end = text[at..]
        .iter()
        .position(|&byte| !is_run(byte))
        .map_or(text.len(), |length| at + length);
    (start, end)
}

/// Where the words of a run may start: at its start, and behind the letters of an escape such as
/// `\n`, `\x41`, `\u0041` (as in a string, or in a notebook), when a backslash stands before it.
#[inline(always)]
pub(super) fn word_starts(text: &[u8], start: usize) -> &'static [usize] {
    if start == 0 || text[start - 1] != b'\\' {
        return &[0];
    }
    match text.get(start) {
        Some(b'x') => &[0, 1, 3],
        Some(b'u') => &[0, 1, 5],
        _ => &[0, 1],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn runs(text: &[u8]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        any_run(text, |start, end| {
            found.push((start, end));
            false
        });
        found
    }

    fn naive(text: &[u8]) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < text.len() {
            if is_run(text[at]) {
                let (start, end) = run_at(text, at);
                found.push((start, end));
                at = end;
            } else {
                at += 1;
            }
        }
        found
    }

    #[test]
    fn every_byte_is_classified_as_the_definition_says() {
        for byte in 0..=u8::MAX {
            assert_eq!(!runs(&[byte]).is_empty(), is_run(byte), "{byte:#x}");
        }
    }

    #[test]
    fn runs_cross_and_touch_block_edges() {
        for length in 0..200 {
            let text = vec![b'a'; length];
            assert_eq!(runs(&text), naive(&text), "{length}");
        }
    }

    proptest! {
        #[test]
        fn runs_are_those_of_a_plain_loop(text in proptest::collection::vec(
            prop_oneof![Just(b'a'), Just(b'_'), Just(b'9'), Just(b' '), Just(b'\\'), any::<u8>()],
            0..300,
        )) {
            prop_assert_eq!(runs(&text), naive(&text));
        }
    }
}

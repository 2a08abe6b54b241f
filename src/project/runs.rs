//! The identifier-like runs of a text: the longest stretches of ASCII letters, digits and `_`.
//!
//! A byte of 0x80 and above ends a run. A word next to such a byte may be part of a longer
//! identifier; it counts as a word of its own, since the prefilter must not lose a file.

/// Whether the byte can be part of a run.
pub(super) const fn is_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Bytes of text whose runs are noted before any is looked at.
const WINDOW: usize = 2048;

/// Every byte may be an edge, and up to seven are noted beyond the last.
const MOST_EDGES: usize = WINDOW + 8;

/// Calls `hit` with start and end of each run that `may_hit` lets pass, in order, until it returns
/// true; says if it did. Runs of less than `shortest` bytes may be passed over.
///
/// What costs time here is not the work but the branches that a processor cannot predict: how many
/// runs come in the next bytes, and whether one passes. So there is none: the edges of runs are
/// noted for a window of the text, eight at a time whether there are as many or not; then all runs
/// of the window are filtered, each being noted and overwritten unless it passed. (The idea of
/// noting eight at a time is that of simdjson, <https://arxiv.org/abs/1902.08318>, section 3.1.1.)
#[inline(always)]
pub(super) fn any_run(
    text: &[u8],
    shortest: usize,
    may_hit: impl Fn(usize, usize) -> bool,
    mut hit: impl FnMut(usize, usize) -> bool,
) -> bool {
    let mut edges = [0; MOST_EDGES];
    let mut passed = [[0; 2]; MOST_EDGES / 2 + 1];
    // Start of a run that the window before did not end.
    let mut open = None;
    for (i, window) in text.chunks(WINDOW).enumerate() {
        let base = i * WINDOW;
        let count = note_edges(window, open.is_some(), shortest, &mut edges);
        let mut noted = &edges[..count];
        if let (Some(start), [end, rest @ ..]) = (open, noted) {
            let end = base + usize::from(*end);
            if may_hit(start, end) && hit(start, end) {
                return true;
            }
            open = None;
            noted = rest;
        }
        let (runs, rest) = noted.as_chunks::<2>();
        let place = |run: &[u16; 2]| run.map(|edge| base + usize::from(edge));
        let mut kept = 0;
        for run in runs {
            passed[kept] = *run;
            let [start, end] = place(run);
            kept += usize::from(may_hit(start, end));
        }
        for run in &passed[..kept] {
            let [start, end] = place(run);
            if hit(start, end) {
                return true;
            }
        }
        if let [start] = rest {
            open = Some(base + usize::from(*start));
        }
    }
    open.is_some_and(|start| may_hit(start, text.len()) && hit(start, text.len()))
}

/// Notes where runs start and end in at most [`WINDOW`] bytes, and returns how many edges there
/// are. With `open`, a run began before.
#[inline(always)]
fn note_edges(window: &[u8], open: bool, shortest: usize, edges: &mut [u16; MOST_EDGES]) -> usize {
    let (blocks, rest) = window.as_chunks::<64>();
    let mut padded = [0; 64];
    let last = (!rest.is_empty()).then(|| {
        padded[..rest.len()].copy_from_slice(rest);
        &padded
    });
    let mut inside = u64::from(open);
    let mut count = 0;
    let mut base = 0;
    for block in blocks.iter().chain(last) {
        let mask = without_short(run_mask(block), inside, shortest);
        let mut left = mask ^ (mask << 1 | inside);
        inside = mask >> 63;
        let mut from = count;
        count += left.count_ones() as usize;
        while from < count {
            for edge in &mut edges[from..from + 8] {
                *edge = base + left.trailing_zeros() as u16;
                left &= left.wrapping_sub(1);
            }
            from += 8;
        }
        base += 64;
    }
    count
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

/// Takes runs of less than `shortest` bytes out of a mask, but none of eight or more: of the runs
/// of a source nearly half have up to three bytes, three in four up to seven. A run that touches
/// either end may be part of a longer one, and stays; `inside` is 1 if one goes on from the block
/// before.
#[inline(always)]
fn without_short(mask: u64, inside: u64, shortest: usize) -> u64 {
    let steps = shortest.clamp(1, 8);
    // Bits of which the next ones, `length` in all, are set too; then all those bits.
    let mut begun = mask;
    let mut length = 1;
    while length < steps {
        let step = length.min(steps - length);
        begun &= begun >> step | !(u64::MAX >> step);
        length += step;
    }
    let mut long = begun;
    let mut length = 1;
    while length < steps {
        let step = length.min(steps - length);
        long |= long << step;
        length += step;
    }
    let first = mask & !mask.wrapping_add(1);
    long | first & inside.wrapping_neg()
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

/// Whether a backslash stands before the run.
#[inline(always)]
pub(super) fn is_escaped(text: &[u8], start: usize) -> bool {
    start > 0 && text[start - 1] == b'\\'
}

/// Where the words of a run may start: at its start, and behind the letters of an escape such as
/// `\n`, `\x41`, `\u0041` (as in a string, or in a notebook), when a backslash stands before it.
#[inline(always)]
pub(super) fn word_starts(text: &[u8], start: usize) -> &'static [usize] {
    if !is_escaped(text, start) {
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

    fn runs_of(text: &[u8], shortest: usize) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let all = |_, _| true;
        any_run(text, shortest, all, |start, end| {
            found.push((start, end));
            false
        });
        found
    }

    fn runs(text: &[u8]) -> Vec<(usize, usize)> {
        runs_of(text, 1)
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
            0..2500,
        )) {
            let all = naive(&text);
            prop_assert_eq!(&runs(&text), &all);
            for shortest in 2..10 {
                let found = runs_of(&text, shortest);
                prop_assert!(found.iter().all(|run| all.contains(run)));
                let long = all.iter().filter(|(start, end)| end - start >= shortest);
                prop_assert!(long.clone().all(|run| found.contains(run)), "{}", shortest);
            }
        }
    }
}

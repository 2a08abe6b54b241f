//! Inputs: seeds with something broken in them, and some of nothing but noise.
//!
//! Made here and not by a crate: those that mutate bytes know neither tokens nor lines, and those
//! that know a grammar make only what fits it. An input is a function of its number and of the
//! run's seed alone, so it need not be kept, and whoever watches can make it anew.

use fastrand::Rng;

use crate::{LONGEST, Target};

/// Of as many inputs one is as long as inputs get.
const LONG_ONE_OF: u64 = 64;

/// What no grammar expects.
const ODD: &[&[u8]] = &[
    b"\0",
    b"\r",
    b"\x0b",
    b"\x0c",
    b"\x1a",
    b"\x1b$B",
    b"\x1b(B",
    b"\x7f",
    b"\x80",
    b"\xc3",
    b"\xe9",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    "\u{85}".as_bytes(),
    "\u{a0}".as_bytes(),
    "\u{2028}".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{301}".as_bytes(),
    "\u{fb01}".as_bytes(),
    "\u{1d538}".as_bytes(),
    "\u{1f980}".as_bytes(),
    "\u{130}".as_bytes(),
];

const PAIRS: &[(&[u8], &[u8])] = &[
    (b"(", b")"),
    (b"[", b"]"),
    (b"{", b"}"),
    (b"{{", b"}}"),
    (b"<", b">"),
    (b"a::{", b"}"),
    (b"m!(", b")"),
    (b"f(", b","),
    (b"/*", b"*/"),
    (b"f'{", b"}'"),
    (b"'", b"'"),
    (b"\"", b"\""),
    (b"-", b""),
    (b"not ", b""),
    (b"a.", b""),
    (b"*", b""),
    (b"if x:\n ", b""),
    (b"lambda: ", b""),
    (b"x if ", b" else y"),
    (b"&", b""),
    (b"!", b""),
    (b"|x| ", b""),
    (b"mod a {", b"}"),
    (b"else if x {} ", b""),
    (b"> ", b""),
    (b"a = ", b""),
    (b"[[", b"]]"),
    (b"{a = ", b"}"),
    (b"a.b.", b""),
];

/// What the inputs of one target are made from.
pub struct Inputs<'a> {
    target: &'a Target,
    seeds: Vec<Vec<u8>>,
    seed: u64,
}

impl<'a> Inputs<'a> {
    /// Reads the seeds of a target. `seed` is that of the run.
    pub fn new(target: &'a Target, seed: u64) -> Self {
        Self {
            target,
            seeds: (target.seeds)(),
            seed,
        }
    }

    /// The input of this number.
    pub fn get(&self, number: u64) -> Vec<u8> {
        let mut name = Rng::with_seed(self.seed);
        for byte in self.target.name.bytes() {
            name = Rng::with_seed(name.u64(..) ^ u64::from(byte));
        }
        let mut rng = Rng::with_seed(name.u64(..) ^ number);
        let mut input = match rng.u8(..) {
            0..8 => noise(&mut rng),
            8..20 => self.words(&mut rng),
            _ => self.seed_of(&mut rng).to_vec(),
        };
        let is_long = number % LONG_ONE_OF == 0;
        if is_long {
            self.grow(&mut input, &mut rng);
        }
        // What is broken in many places is refused at the first one; what is long, the more so.
        let changes = match rng.u8(..8) {
            0..3 if is_long => 0,
            0..5 => 1,
            _ => count(&mut rng, 12),
        };
        for _ in 0..changes {
            self.mutate(&mut input, &mut rng);
        }
        if is_long {
            // What was mutated away is made good, so that some are exactly at the limit.
            let missing = LONGEST.saturating_sub(input.len());
            let filler = rng.choice(*b"\n #a)\0").unwrap_or(b' ');
            if rng.bool() {
                input.extend(std::iter::repeat_n(filler, missing));
            }
        }
        input.truncate(LONGEST);
        input
    }

    fn seed_of(&self, rng: &mut Rng) -> &[u8] {
        rng.choice(&self.seeds).map_or(&[][..], |seed| seed)
    }

    fn body_of(&self, rng: &mut Rng) -> &[u8] {
        let seed = self.seed_of(rng);
        seed.get(self.target.header..).unwrap_or_default()
    }

    /// A header, and words in any order.
    fn words(&self, rng: &mut Rng) -> Vec<u8> {
        let mut out: Vec<u8> = (0..self.target.header).map(|_| rng.u8(..)).collect();
        for _ in 0..count(rng, 200) {
            out.extend_from_slice(&self.word(rng));
            out.extend_from_slice(rng.choice([&b""[..], b" ", b" ", b"\n"]).unwrap_or(b""));
        }
        out
    }

    /// A word of the target, or a token of a seed.
    fn word(&self, rng: &mut Rng) -> Vec<u8> {
        match rng.choice(self.target.words) {
            Some(word) if rng.bool() => word.as_bytes().to_vec(),
            _ => {
                let body = self.body_of(rng);
                body[token(body, rng.usize(..body.len().max(1)))].to_vec()
            }
        }
    }

    /// Makes an input long: a part of it again and again, depth, or many seeds.
    fn grow(&self, input: &mut Vec<u8>, rng: &mut Rng) {
        let header = self.target.header.min(input.len());
        match rng.u8(..5) {
            0 => {
                let part = range(input, header, rng);
                let part = input[part].to_vec();
                fill(input, &part, rng);
            }
            1 => {
                let body = input[header..].to_vec();
                fill(input, &body, rng);
            }
            2 => {
                let word = [self.word(rng), self.word(rng)].concat();
                fill(input, &word, rng);
            }
            3 => nest(input, header, LONGEST, rng),
            _ => {
                let mut misses = 0;
                while input.len() < LONGEST && misses < 100 {
                    let seed = self.body_of(rng);
                    misses += usize::from(seed.is_empty());
                    input.extend_from_slice(seed);
                }
            }
        }
        input.truncate(LONGEST);
    }

    /// One change.
    fn mutate(&self, input: &mut Vec<u8>, rng: &mut Rng) {
        let header = self.target.header.min(input.len());
        // The header says how the rest is read: most changes are for the rest.
        if header > 0 && rng.u8(..16) == 0 {
            input[rng.usize(..header)] = rng.u8(..);
            return;
        }
        let at = header + rng.usize(..=input.len() - header);
        let here = token(input, at).start.max(header)..token(input, at).end.max(header);
        match rng.u8(..20) {
            0 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << rng.u8(..8);
                }
            }
            1 => insert(input, at, rng.choice(ODD).unwrap_or(&&b""[..])),
            2 => {
                let end = (at + 1 + count(rng, 16)).min(input.len());
                input.drain(at..end);
            }
            3 => input.truncate(at),
            4 | 5 => insert(input, here.start, &self.word(rng)),
            6 | 7 => {
                let word = self.word(rng);
                input.splice(here, word);
            }
            8 => {
                input.drain(here);
            }
            9 => {
                let again = input[here.clone()].to_vec();
                insert(input, here.start, &again);
            }
            10 | 11 => {
                let other = token(input, header + rng.usize(..=input.len() - header));
                let other = input[other.start.max(header)..other.end.max(header)].to_vec();
                input.splice(here, other);
            }
            12 | 13 => {
                let lines = lines(input, header, rng);
                let moved: Vec<u8> = input[lines.clone()].to_vec();
                if rng.bool() {
                    input.drain(lines);
                }
                let to = self::lines(input, header, rng).start;
                insert(input, to, &moved);
            }
            14 => {
                let start = lines(input, header, rng).start;
                insert(
                    input,
                    start,
                    rng.choice([&b" "[..], b"    ", b"\t", b"# ", b"/// "])
                        .unwrap_or(b""),
                );
            }
            15 | 16 => {
                let body = self.body_of(rng);
                let part = body[lines(body, 0, rng)].to_vec();
                let to = lines(input, header, rng).start;
                insert(input, to, &part);
            }
            17 => {
                let body = self.body_of(rng);
                let from = lines(body, 0, rng).start;
                let tail = body[from..].to_vec();
                let to = lines(input, header, rng).start;
                input.truncate(to);
                input.extend(tail);
            }
            18 => {
                let part = range(input, header, rng);
                let again = input[part.clone()].repeat(count(rng, 300));
                insert(input, part.start, &again);
            }
            _ => {
                let most = count(rng, 4_000);
                nest(input, header, input.len() + most, rng);
            }
        }
        input.truncate(LONGEST);
    }
}

/// From 1 to `most`, small ones more often.
fn count(rng: &mut Rng, most: usize) -> usize {
    let limit = rng.usize(1..=most);
    rng.usize(1..=limit)
}

fn noise(rng: &mut Rng) -> Vec<u8> {
    let length = count(rng, 2_000);
    if rng.bool() {
        (0..length).map(|_| rng.u8(..)).collect()
    } else {
        (0..length).map(|_| rng.u8(9..127)).collect()
    }
}

fn insert(input: &mut Vec<u8>, at: usize, new: &[u8]) {
    input.splice(at..at, new.iter().copied());
}

/// Puts `part` into `input` until it is full.
fn fill(input: &mut Vec<u8>, part: &[u8], rng: &mut Rng) {
    if part.is_empty() {
        return;
    }
    let times = LONGEST.saturating_sub(input.len()) / part.len();
    let at = if rng.bool() {
        input.len()
    } else {
        lines(input, 0, rng).start
    };
    insert(input, at, &part.repeat(times));
}

/// Wraps a part of `input` in brackets or what else nests, until it has `length` bytes.
fn nest(input: &mut Vec<u8>, header: usize, length: usize, rng: &mut Rng) {
    let (open, close) = *rng.choice(PAIRS).unwrap_or(&PAIRS[0]);
    let times = length.saturating_sub(input.len()) / (open.len() + close.len());
    let part = range(input, header, rng);
    // Some are never closed.
    if rng.u8(..4) > 0 {
        insert(input, part.end, &close.repeat(times));
    }
    insert(input, part.start, &open.repeat(times));
}

/// The word or the sign at `at`.
fn token(input: &[u8], at: usize) -> std::ops::Range<usize> {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || !byte.is_ascii();
    let at = at.min(input.len());
    let start = at
        - input[..at]
            .iter()
            .rev()
            .take_while(|byte| is_word(byte))
            .count();
    let end = at + input[at..].iter().take_while(|byte| is_word(byte)).count();
    if start == end {
        at..(at + 1).min(input.len())
    } else {
        start..end
    }
}

/// A few tokens or bytes that follow each other.
fn range(input: &[u8], header: usize, rng: &mut Rng) -> std::ops::Range<usize> {
    let start = token(input, header + rng.usize(..=input.len() - header))
        .start
        .max(header);
    let reach = (start + count(rng, 60)).min(input.len());
    start..token(input, reach).end.max(start)
}

/// One line or a few.
fn lines(input: &[u8], header: usize, rng: &mut Rng) -> std::ops::Range<usize> {
    let body = &input[header.min(input.len())..];
    let at = rng.usize(..=body.len());
    let before = body[..at].iter().rposition(|&byte| byte == b'\n');
    let start = before.map_or(0, |before| before + 1);
    let mut end = start;
    for _ in 0..count(rng, 6) {
        let rest = body[end..].iter().position(|&byte| byte == b'\n');
        end = rest.map_or(body.len(), |rest| end + rest + 1);
    }
    let offset = header.min(input.len());
    start + offset..end + offset
}

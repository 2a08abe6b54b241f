//! What a gate prints, read as it comes: without colours, line by line, and only once.
//!
//! Its end is kept for messages, runners are heard, and a pattern is searched. Memory is bounded: by
//! the longest line that is taken whole, and by how far a match over several lines can reach.

use anstream::adapter::StripBytes;
use regex::bytes::{Regex, RegexBuilder};

use super::counts::{Counter, Said};
use crate::text::one_line;

/// Longest line in bytes that is taken whole; of a longer one the pieces count as lines.
const LONGEST_LINE: usize = 1 << 20;

/// A match of a pattern reaches over at most so many bytes before the line that it ends in.
const REACH: usize = 8 << 10;

/// Bytes of the end that are kept.
const END: usize = 64 << 10;

/// Characters of a line that are shown to people.
const SHOWN: usize = 500;

/// Reads the output of one run.
pub(super) struct Scan {
    strip: StripBytes,
    /// What no line end has followed yet.
    open: Vec<u8>,
    counter: Counter,
    search: Option<Search>,
    end: Vec<u8>,
}

/// What was read.
#[derive(Default)]
pub(super) struct Read {
    pub said: Option<Said>,
    /// Whether the pattern was found, if there was one.
    pub found: Option<bool>,
    /// The last bytes, whole lines as far as they go back.
    pub end: Vec<u8>,
}

struct Search {
    pattern: Regex,
    /// The end of what was searched, from the start of a line.
    before: Vec<u8>,
    found: bool,
}

impl Scan {
    /// A scan that also searches `pattern`, in which `^` and `$` are the ends of a line.
    ///
    /// # Errors
    /// The pattern is too large.
    pub fn new(pattern: Option<&str>) -> Result<Self, regex::Error> {
        let compiled = |pattern| RegexBuilder::new(pattern).multi_line(true).build();
        Ok(Self {
            strip: StripBytes::new(),
            open: Vec::new(),
            counter: Counter::default(),
            search: pattern.map(compiled).transpose()?.map(|pattern| Search {
                pattern,
                before: Vec::new(),
                found: false,
            }),
            end: Vec::new(),
        })
    }

    /// Takes what was printed next. The lines that are complete with it, without colours.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        for piece in self.strip.strip_next(bytes) {
            self.open.extend_from_slice(piece);
        }
        let complete = match memchr::memrchr(b'\n', &self.open) {
            Some(at) => at + 1,
            None if self.open.len() > LONGEST_LINE => self.open.len(),
            None => return Vec::new(),
        };
        let rest = self.open.split_off(complete);
        let lines = std::mem::replace(&mut self.open, rest);
        self.lines(lines)
    }

    fn lines(&mut self, lines: Vec<u8>) -> Vec<u8> {
        let lines = with_line_feeds(lines);
        self.counter.read(&lines);
        if let Some(search) = &mut self.search {
            search.read(&lines);
        }
        self.end.extend_from_slice(&lines);
        // Not each time: most pieces are short.
        if self.end.len() > 2 * END {
            cut(&mut self.end, END);
        }
        lines
    }

    /// Everything was printed. What was read, and the last line if nothing ended it.
    pub fn finish(mut self) -> (Read, Vec<u8>) {
        let open = std::mem::take(&mut self.open);
        let last = self.lines(open);
        cut(&mut self.end, END);
        let read = Read {
            said: self.counter.finish(),
            found: self.search.map(|search| search.found),
            end: self.end,
        };
        (read, last)
    }
}

impl Search {
    fn read(&mut self, lines: &[u8]) {
        if self.found {
            return;
        }
        self.before.extend_from_slice(lines);
        self.found = self.pattern.is_match(&self.before);
        cut(&mut self.before, REACH);
    }
}

/// Leaves whole lines of at most `length` bytes at the end.
fn cut(bytes: &mut Vec<u8>, length: usize) {
    let Some(from) = bytes.len().checked_sub(length).filter(|from| *from > 0) else {
        return;
    };
    // A line that is longer than all there is room for is cut like any text.
    let line = memchr::memchr(b'\n', &bytes[from - 1..]).map(|at| from + at);
    let from = line.filter(|line| *line < bytes.len()).unwrap_or(from);
    bytes.drain(..from);
}

/// Line ends of Windows, and those by which progress is written over itself, as line feeds.
fn with_line_feeds(mut bytes: Vec<u8>) -> Vec<u8> {
    if memchr::memchr(b'\r', &bytes).is_none() {
        return bytes;
    }
    let mut kept = 0;
    for at in 0..bytes.len() {
        let byte = match bytes[at] {
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => continue,
            b'\r' => b'\n',
            byte => byte,
        };
        bytes[kept] = byte;
        kept += 1;
    }
    bytes.truncate(kept);
    bytes
}

/// Lines as people see them: none can command a terminal, and none is endless.
pub(super) fn shown(lines: &[u8]) -> impl Iterator<Item = String> {
    let whole = lines.strip_suffix(b"\n").unwrap_or(lines);
    // Of nothing there is not even an empty line.
    let number = if lines.is_empty() { 0 } else { usize::MAX };
    whole.split(|byte| *byte == b'\n').take(number).map(|line| {
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end().replace('\t', "    ");
        match text.char_indices().nth(SHOWN) {
            Some((at, _)) => format!("{}...", one_line(&text[..at])),
            None => one_line(&text),
        }
    })
}

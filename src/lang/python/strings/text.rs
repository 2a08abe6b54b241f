//! What a string expression says, and where each byte of that stands in the file.
//!
//! Source of the rules: The Python Language Reference, "String and Bytes literals" (2.4.1). What is
//! computed by anything but literals, constants and the usual ways to join them is a hole.

use std::ops::Range;

/// What stands for something unknown in [`Text::flat`]; no path has it.
pub(super) const HOLE: &str = "\0";

/// A run of what a string says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Run {
    /// These characters.
    Known {
        /// What it says.
        value: String,
        /// Where that stands in the file, byte for byte; `None` behind an escape or a computation.
        place: Option<usize>,
        /// The constant whose literal it is: where its name is bound.
        constant: Option<u32>,
    },
    /// Anything.
    Hole,
}

/// What a string expression says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    /// In order.
    pub(super) runs: Vec<Run>,
    /// The expression.
    pub(super) range: Range<usize>,
    /// How many bytes of what it says, from the start, are the name of this very module or of its package
    /// (`__name__`, `__package__`).
    pub(super) own: usize,
}

impl Text {
    /// An empty one.
    pub(super) fn new(range: Range<usize>) -> Self {
        Self {
            runs: Vec::new(),
            range,
            own: 0,
        }
    }

    /// Appends what stands at `place`, or nowhere.
    pub(super) fn push(&mut self, value: &str, place: Option<usize>) {
        if value.is_empty() {
            return;
        }
        if let Some(Run::Known {
            value: last,
            place: at,
            constant: None,
        }) = self.runs.last_mut()
        {
            let joins = match (*at, place) {
                (Some(at), Some(place)) => at + last.len() == place,
                (None, None) => true,
                _ => false,
            };
            if joins {
                last.push_str(value);
                return;
            }
        }
        self.runs.push(Run::Known {
            value: value.to_owned(),
            place,
            constant: None,
        });
    }

    /// Appends the name of this very module, or of its package.
    pub(super) fn push_own(&mut self, name: &str) {
        if self.runs.is_empty() {
            self.own = name.len();
        }
        self.push(name, None);
    }

    /// Appends something unknown.
    pub(super) fn hole(&mut self) {
        self.runs.push(Run::Hole);
    }

    /// What is known from the start on.
    pub(super) fn known(&self) -> String {
        self.leading().collect()
    }

    /// Whether nothing is unknown.
    pub(super) fn is_complete(&self) -> bool {
        !self.runs.contains(&Run::Hole)
    }

    /// Whether it is put together of a constant and something else.
    pub(super) fn is_in_pieces(&self) -> bool {
        let constant = |run: &Run| match run {
            Run::Known { constant, .. } => *constant,
            Run::Hole => None,
        };
        let constants = self.constants();
        !constants.is_empty()
            && (constants.len() > 1 || self.runs.iter().any(|run| constant(run).is_none()))
    }

    /// The constants that it is made of.
    pub(super) fn constants(&self) -> Vec<u32> {
        let mut found: Vec<u32> = Vec::new();
        for run in &self.runs {
            if let Run::Known {
                constant: Some(constant),
                ..
            } = run
                && !found.contains(constant)
            {
                found.push(*constant);
            }
        }
        found
    }

    /// Where the parts of a constant's literal stand.
    pub(super) fn constant_places(&self, start: u32) -> Vec<Range<usize>> {
        let place = |run: &Run| match run {
            Run::Known {
                value,
                place: Some(at),
                constant: Some(constant),
            } if *constant == start => Some(*at..at + value.len()),
            _ => None,
        };
        self.runs.iter().filter_map(place).collect()
    }

    /// What it says, with [`HOLE`] for what is unknown.
    pub(super) fn flat(&self) -> String {
        self.all().map(|(value, ..)| value).collect()
    }

    /// Where these bytes of [`Text::flat`] stand, if they stand together byte for byte.
    pub(super) fn place(&self, inner: Range<usize>) -> Option<Range<usize>> {
        let mut start = 0;
        for (value, place) in self.all() {
            let end = start + value.len();
            if start <= inner.start && inner.end <= end && inner.start < end {
                let at = place? + (inner.start - start);
                return Some(at..at + inner.len());
            }
            start = end;
        }
        None
    }

    /// Where these bytes stand at least nearly: as many as stand together from the first on, else the
    /// whole expression.
    pub(super) fn near(&self, inner: Range<usize>) -> Range<usize> {
        let mut start = 0;
        for (value, place) in self.all() {
            let end = start + value.len();
            if start <= inner.start
                && inner.start < end
                && let Some(at) = place
            {
                return at + inner.start - start..at + inner.end.min(end) - start;
            }
            start = end;
        }
        self.range.clone()
    }

    /// This text up to a byte of what it says.
    pub(super) fn until(&self, end: usize) -> Text {
        let mut cut = Text::new(self.range.clone());
        let mut start = 0;
        for run in &self.runs {
            let mut run = run.clone();
            if let Run::Known { value, .. } = &mut run {
                let keep = end.saturating_sub(start).min(value.len());
                start += value.len();
                if !value.is_char_boundary(keep) {
                    break;
                }
                value.truncate(keep);
            } else {
                start += HOLE.len();
            }
            cut.runs.push(run);
            if start >= end {
                break;
            }
        }
        cut
    }

    fn all(&self) -> impl Iterator<Item = (&str, Option<usize>)> {
        self.runs.iter().map(|run| match run {
            Run::Known { value, place, .. } => (value.as_str(), *place),
            Run::Hole => (HOLE, None),
        })
    }

    fn leading(&self) -> impl Iterator<Item = &str> {
        self.runs.iter().map_while(|run| match run {
            Run::Known { value, .. } => Some(value.as_str()),
            Run::Hole => None,
        })
    }
}

/// How the content of a literal is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// With escapes.
    Plain,
    /// `r"..."`.
    Raw,
    /// A part of `f"..."`: escapes, and doubled braces.
    Format,
    /// A part of `rf"..."`.
    RawFormat,
}

/// Appends the content of a literal, of which `raw` stands at `at`.
pub(super) fn decode(raw: &str, at: usize, content: Content, text: &mut Text) {
    let escapes = matches!(content, Content::Plain | Content::Format);
    let braces = matches!(content, Content::Format | Content::RawFormat);
    let mut rest = raw;
    let mut place = at;
    while let Some(first) = rest.chars().next() {
        let plain = rest
            .find(|c| c == '\r' || (escapes && c == '\\') || (braces && matches!(c, '{' | '}')))
            .unwrap_or(rest.len());
        let length = if plain > 0 {
            text.push(&rest[..plain], Some(place));
            plain
        } else if first == '\r' {
            // Every line end is a line feed to Python.
            text.push("\n", None);
            if rest.starts_with("\r\n") { 2 } else { 1 }
        } else if first == '\\' {
            let (value, length) = escape(rest);
            text.push(&value, None);
            length
        } else {
            text.push(&rest[..1], None);
            if rest[1..].starts_with(first) { 2 } else { 1 }
        };
        rest = rest.get(length..).unwrap_or_default();
        place += length;
    }
}

/// What the escape at the start of `text` says, and its length in bytes.
fn escape(text: &str) -> (String, usize) {
    let Some(kind) = text[1..].chars().next() else {
        return ("\\".to_owned(), 1);
    };
    let simple = |value: &str| (value.to_owned(), 2);
    match kind {
        '\r' if text[1..].starts_with("\r\n") => (String::new(), 3),
        '\n' | '\r' => simple(""),
        '\\' => simple("\\"),
        '\'' => simple("'"),
        '"' => simple("\""),
        'a' => simple("\u{7}"),
        'b' => simple("\u{8}"),
        'f' => simple("\u{c}"),
        'n' => simple("\n"),
        'r' => simple("\r"),
        't' => simple("\t"),
        'v' => simple("\u{b}"),
        'x' => coded(text, 2, 2, 16),
        'u' => coded(text, 2, 4, 16),
        'U' => coded(text, 2, 8, 16),
        '0'..='7' => {
            let digits = text[1..].bytes().take(3);
            let count = digits.take_while(|b| (b'0'..=b'7').contains(b)).count();
            coded(text, 1, count, 8)
        }
        // `\N{FULL STOP}`: the name is not looked up; no path has it.
        'N' => match text.find('}') {
            Some(end) if text[2..].starts_with('{') => ("\u{fffd}".to_owned(), end + 1),
            _ => simple("\\N"),
        },
        other => (format!("\\{other}"), 1 + other.len_utf8()),
    }
}

/// A character by its number, which stands at `start` in `digits` digits.
fn coded(text: &str, start: usize, digits: usize, radix: u32) -> (String, usize) {
    let number = text.get(start..start + digits);
    let value = number.and_then(|number| u32::from_str_radix(number, radix).ok());
    match value.and_then(char::from_u32) {
        Some(value) => (value.to_string(), start + digits),
        None => ("\u{fffd}".to_owned(), start),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(raw: &str, content: Content) -> Text {
        let mut text = Text::new(0..raw.len());
        decode(raw, 0, content, &mut text);
        text
    }

    #[test]
    fn what_stands_byte_for_byte_has_a_place() {
        let text = decoded("a.b\\n c.d\\x2ee", Content::Plain);
        assert_eq!(text.known(), "a.b\n c.d.e");
        assert_eq!(text.place(0..3), Some(0..3));
        assert_eq!(text.place(5..8), Some(6..9));
        assert_eq!(text.place(5..10), None);
        assert_eq!(text.near(5..10), 6..9);
    }

    #[test]
    fn raw_content_has_no_escapes_and_formats_double_their_braces() {
        assert_eq!(decoded("a\\n", Content::Raw).known(), "a\\n");
        assert_eq!(decoded("a{{b}}", Content::Format).known(), "a{b}");
        assert_eq!(decoded("a\r\nb", Content::Raw).known(), "a\nb");
    }

    #[test]
    fn odd_escapes_end() {
        for raw in [
            "\\",
            "\\x",
            "\\u12",
            "\\N{",
            "\\777",
            "\\é",
            "\\\r\n",
            "\\U00110000",
        ] {
            let _ = decoded(raw, Content::Plain).known();
        }
    }
}

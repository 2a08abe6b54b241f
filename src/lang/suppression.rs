//! Lines that a comment keeps as they are: `repoint: keep - reason`.

use std::cell::RefCell;
use std::ops::Range;

use crate::finding::{Code, Finding, Level};
use crate::text::LineIndex;

const MARK: &str = "repoint: keep";

/// The program's name, without the letter that may be a capital.
const NAME: &[u8] = b"epoint";

/// What people write who mean [`MARK`], after the program's name.
const NEAR: [&str; 8] = [
    "keep", "ignore", "allow", "disable", "skip", "off", "noqa", "stay",
];

/// The lines of a text that end in a `repoint: keep` comment.
#[derive(Debug, Default)]
pub struct Suppressions {
    index: Option<LineIndex>,
    lines: Vec<Kept>,
    /// Comments that look like one and are none.
    near: Vec<Range<usize>>,
    used: RefCell<Vec<usize>>,
}

#[derive(Debug)]
struct Kept {
    line: usize,
    comment: Range<usize>,
}

impl Suppressions {
    /// Finds the comments, which start with `sign`; costs one search where there are none.
    pub fn of(text: &str, sign: &str) -> Self {
        if memchr::memmem::find(text.as_bytes(), NAME).is_none() {
            return Self::default();
        }
        let index = LineIndex::new(text);
        let mut lines = Vec::new();
        let mut near = Vec::new();
        let mut start = 0;
        for (line, content) in text.split_inclusive('\n').enumerate() {
            let end = start + content.trim_end().len();
            if let Some(mark) = content.find(MARK)
                && let Some(start_of_comment) = content[..mark].rfind(sign)
                && content[start_of_comment + sign.len()..mark]
                    .trim()
                    .is_empty()
            {
                lines.push(Kept {
                    line,
                    comment: start + start_of_comment..end,
                });
            } else if let Some(comment) = near_miss(content, sign) {
                near.push(start + comment..end);
            }
            start += content.len();
        }
        Self {
            index: Some(index),
            lines,
            near,
            used: RefCell::default(),
        }
    }

    /// Whether the line of this byte is kept; if so its comment counts as used.
    pub fn keeps(&self, offset: usize) -> bool {
        let Some(index) = &self.index else {
            return false;
        };
        let line = index.line_of(offset);
        let Some(at) = self.lines.iter().position(|kept| kept.line == line) else {
            return false;
        };
        self.used.borrow_mut().push(at);
        true
    }

    /// A note for each comment that kept nothing, and for each that is written another way.
    pub fn unused(&self) -> Vec<Finding> {
        let used = self.used.borrow();
        let near = self.near.iter().map(|comment| Finding {
            code: Code::UnusedKeep,
            level: Level::Note,
            range: comment.clone(),
            path: None,
            successor: None,
            message: format!("this comment keeps nothing: it is written `{MARK}`"),
            help: Some(format!(
                "end the line with `{MARK} - reason` in a comment of its own"
            )),
            rule: None,
        });
        self.lines
            .iter()
            .enumerate()
            .filter(|(at, _)| !used.contains(at))
            .map(|(_, kept)| Finding {
                code: Code::UnusedKeep,
                level: Level::Note,
                range: kept.comment.clone(),
                path: None,
                successor: None,
                message: "this comment keeps nothing: no deprecated path is on its line".to_owned(),
                help: Some("remove the comment".to_owned()),
                rule: None,
            })
            .chain(near)
            .collect()
    }
}

/// Where a comment starts on a line that looks like a suppression and is none: `repoint:keep`,
/// `repoint: ignore`, `Repoint keep`.
fn near_miss(line: &str, sign: &str) -> Option<usize> {
    let name = memchr::memmem::find(line.as_bytes(), NAME)?.checked_sub(1)?;
    if !line.is_char_boundary(name) || !line[name..].starts_with(['r', 'R']) {
        return None;
    }
    let start = line[..name].rfind(sign)?;
    // The comment says nothing before it.
    if !line[start + sign.len()..name].trim().is_empty() {
        return None;
    }
    let rest = &line[name + 1 + NAME.len()..];
    let word = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '\n');
    // Words of a sentence ("repoint keeps ...") have a blank alone between them, and go on.
    let sentence =
        rest.starts_with(' ') && word.split_whitespace().count() > 1 && !word.contains(" - ");
    let end = word
        .find(|c: char| !c.is_alphanumeric())
        .unwrap_or(word.len());
    let word = word[..end].to_lowercase();
    let is_near = NEAR
        .iter()
        .any(|near| strsim::osa_distance(near, &word) <= usize::from(near.len() > 3));
    (is_near && !sentence).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_told_and_sentences_are_not() {
        let near = |line: &str| near_miss(line, "#").is_some();
        for line in [
            "from old import Foo  # repoint:keep",
            "from old import Foo  # repoint : keep - why",
            "from old import Foo  # Repoint: Keep",
            "from old import Foo  # repoint: ignore",
            "from old import Foo  # repoint: kep",
            "from old import Foo  # repoint keep",
            "from old import Foo  # repoint:noqa - why",
        ] {
            assert!(near(line), "{line}");
        }
        for line in [
            "x = 1  # run repoint: keep the table current",
            "# repoint keeps these imports as they are",
            "# repoint: see the table",
            "x = 'repoint: keep'",
            "# checkpoint: keep",
            "# repoint",
        ] {
            assert!(!near(line), "{line}");
        }
    }
}

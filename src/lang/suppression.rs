//! Lines that a comment keeps as they are: `repoint: keep - reason`.

use std::cell::RefCell;
use std::ops::Range;

use crate::finding::{Code, Finding, Level};
use crate::text::LineIndex;

const MARK: &str = "repoint: keep";

/// The lines of a text that end in a `repoint: keep` comment.
#[derive(Debug, Default)]
pub struct Suppressions {
    index: Option<LineIndex>,
    lines: Vec<Kept>,
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
        if memchr::memmem::find(text.as_bytes(), MARK.as_bytes()).is_none() {
            return Self::default();
        }
        let index = LineIndex::new(text);
        let mut lines = Vec::new();
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
            }
            start += content.len();
        }
        Self {
            index: Some(index),
            lines,
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

    /// A note for each comment that kept nothing.
    pub fn unused(&self) -> Vec<Finding> {
        let used = self.used.borrow();
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
            .collect()
    }
}

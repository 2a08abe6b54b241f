//! Doc comments as the one Markdown text that rustdoc reads.
//!
//! Comment marks, columns of stars and the common indentation are gone, line ends are LF. Each line
//! of the text stands unbroken in the file, which is all that the mapping back needs.

use std::ops::Range;

/// The joined text, and where its lines stand in the file.
pub(super) struct Joined<'a> {
    source: &'a str,
    text: String,
    lines: Vec<Line>,
}

/// One line of the joined text.
pub(super) struct Line {
    /// Where it starts in the joined text.
    pub(super) start: usize,
    /// Its length without the line end, the same in both texts.
    pub(super) len: usize,
    /// Where it starts in the file.
    pub(super) outer: usize,
    /// Bytes of the line end that follows it in the file; 0 if something else follows.
    pub(super) line_end: usize,
    /// Where its comment starts in the file.
    comment: usize,
    /// Whether it shares its line in the file with the opening mark of a block comment.
    opening: bool,
}

/// What stands before a line in the file, on the file's line.
pub(super) struct Margin {
    /// Where it starts; `None` if something stands there that must stay when the line goes.
    pub(super) start: Option<usize>,
    /// What a new line next to it starts with.
    pub(super) prefix: String,
}

impl<'a> Joined<'a> {
    /// Joins the comments at these ranges of `source`, as rustc's `beautify_doc_string` and
    /// rustdoc's `unindent_doc_fragments` do.
    pub(super) fn new(source: &'a str, comments: &[Range<usize>]) -> Self {
        let mut lines = Vec::new();
        for comment in comments {
            push_comment(source, comment.clone(), &mut lines);
        }
        let content = |line: &Line| &source[line.outer..line.outer + line.len];
        let indent = lines
            .iter()
            .map(content)
            .filter(|text| !text.trim().is_empty())
            .map(indentation)
            .min()
            .unwrap_or(0);
        let mut text = String::with_capacity(lines.iter().map(|line| line.len + 1).sum());
        for line in &mut lines {
            // A blank line may have less.
            let strip = indent.min(indentation(content(line)));
            line.outer += strip;
            line.len -= strip;
            line.start = text.len();
            text.push_str(content(line));
            text.push('\n');
        }
        Self {
            source,
            text,
            lines,
        }
    }

    /// A Markdown file as it is.
    pub(super) fn whole(source: &'a str) -> Self {
        let mut lines = Vec::new();
        let mut text = String::with_capacity(source.len());
        let mut outer = 0;
        for raw in source.split_inclusive('\n') {
            let len = raw.trim_end_matches(['\n', '\r']).len();
            lines.push(Line {
                start: text.len(),
                len,
                outer,
                line_end: raw.len() - len,
                comment: outer,
                opening: false,
            });
            text.push_str(&raw[..len]);
            text.push('\n');
            outer += raw.len();
        }
        Self {
            source,
            text,
            lines,
        }
    }

    /// The text of the file.
    pub(super) fn source(&self) -> &'a str {
        self.source
    }

    /// The Markdown text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Its lines in order.
    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The index of the line that holds the byte at `at` of the joined text.
    pub(super) fn line_of(&self, at: usize) -> Option<usize> {
        self.lines
            .partition_point(|line| line.start <= at)
            .checked_sub(1)
    }

    /// The range in the file of one of the joined text; `None` if it is not within a line.
    pub(super) fn outer(&self, range: Range<usize>) -> Option<Range<usize>> {
        let line = &self.lines[self.line_of(range.start)?];
        if range.end > line.start + line.len {
            return None;
        }
        let start = line.outer + (range.start - line.start);
        Some(start..start + range.len())
    }

    /// What stands before the line of this index.
    pub(super) fn margin(&self, index: usize) -> Margin {
        let line = &self.lines[index];
        let line_start = self.source[..line.outer].rfind('\n').map_or(0, |at| at + 1);
        let before = &self.source[line_start..line.outer];
        let indent = &before[..indentation(before)];
        if line.opening {
            // The mark must neither go nor be repeated: new lines look like the next one.
            let next = self.lines.get(index + 1);
            let prefix = match next.filter(|next| next.comment == line.comment) {
                Some(_) => self.margin(index + 1).prefix,
                None => format!("{indent}{}", " ".repeat(before.len() - indent.len())),
            };
            return Margin {
                start: None,
                prefix,
            };
        }
        let start = line_start + indent.len();
        if line.comment > start {
            // Code stands before the comment.
            return Margin {
                start: None,
                prefix: format!("{indent}{}", &self.source[line.comment..line.outer]),
            };
        }
        Margin {
            start: Some(line_start),
            prefix: before.to_owned(),
        }
    }
}

/// Bytes of an opening mark; all are of the same length.
const MARK: usize = 3;

/// Bytes of spaces and tabs at the start. A tab counts as one, as for rustdoc.
fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

fn push_comment(source: &str, comment: Range<usize>, lines: &mut Vec<Line>) {
    let Some(token) = source.get(comment.clone()) else {
        return;
    };
    let (body, block) = if token.starts_with("///") || token.starts_with("//!") {
        (&token[MARK..], false)
    } else if token.starts_with("/**") || token.starts_with("/*!") {
        match token[MARK..].strip_suffix("*/") {
            Some(body) => (body, true),
            None => return,
        }
    } else {
        return;
    };
    let mut at = comment.start + MARK;
    let mut own = Vec::new();
    // Unlike `str::lines`, this gives a last line for a final line end: rustc drops it where it
    // matters, which is nowhere for Markdown.
    for raw in body.split('\n') {
        let rest = &source[at + raw.len()..];
        let bare = raw.strip_suffix('\r').unwrap_or(raw);
        let line_end = if rest.starts_with('\n') {
            raw.len() - bare.len() + 1
        } else if rest.starts_with("\r\n") {
            2
        } else {
            0
        };
        own.push(Line {
            start: 0,
            len: bare.len(),
            outer: at,
            line_end,
            comment: comment.start,
            opening: block && own.is_empty(),
        });
        at += raw.len() + 1;
    }
    if block && own.len() > 1 {
        strip_stars(source, &mut own);
    }
    lines.append(&mut own);
}

/// Drops a frame of stars around a block comment and the column of stars before its lines, by the
/// rules of rustc's `beautify_doc_string`.
fn strip_stars(source: &str, lines: &mut Vec<Line>) {
    let content = |line: &Line| &source[line.outer..line.outer + line.len];
    let all_stars = |line: &Line| content(line).bytes().all(|byte| byte == b'*');
    if lines.last().is_some_and(|line| line.len == 0) {
        lines.pop();
    }
    if lines.first().is_some_and(all_stars) {
        lines.remove(0);
    }
    if lines
        .last()
        .is_some_and(|line| line.len > 0 && all_stars(line))
    {
        lines.pop();
    }
    let Some((column, pattern)) = star_column(lines.iter().map(content).collect()) else {
        return;
    };
    for line in lines {
        let text = content(line);
        let Some(rest) = text.strip_prefix(pattern) else {
            continue;
        };
        let star = rest == "*" || rest.starts_with("* ") || rest.starts_with("**");
        let strip = column + usize::from(star);
        line.outer += strip;
        line.len -= strip;
    }
}

/// The column at which each line has its first star, and what stands before it; `None` if the
/// lines do not agree.
fn star_column(mut lines: Vec<&str>) -> Option<(usize, &str)> {
    let is_blank = |line: &&str| line.trim().is_empty();
    // The first line stands behind the mark, unless it has a star of its own.
    if !lines.first()?.trim_start().starts_with('*') {
        lines.remove(0);
    }
    let first = lines.iter().position(|line| !is_blank(line))?;
    let last = lines.iter().rposition(|line| !is_blank(line))?;
    let mut column = None;
    for line in &lines[first..=last] {
        let star = line.find(|c| !" \t".contains(c)).unwrap_or(line.len());
        if !line[star..].starts_with('*') || *column.get_or_insert(star) != star {
            return None;
        }
    }
    let column = column?;
    Some((column, &lines[first][..column]))
}
